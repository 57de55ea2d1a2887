"""The benchmarks measure what they say: small runs over an invented text, with the peers that are installed."""

from __future__ import annotations

import http.server
import json
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise, product
from pathlib import Path

import pytest

from benchmarks import __main__ as bench_run
from benchmarks import client, corpus, processes, rows, serving
from benchmarks.bench import Bench, environ
from benchmarks.errors import BenchError
from benchmarks.measures import MEASURES
from benchmarks.questions import RARER, spread
from benchmarks.rows import Row, distribution, single
from benchmarks.settings import Settings, from_environ

WHO = ["镇政府", "村委会", "环卫所", "信访办", "水利站", "学校", "社区"]
WHEN = ["今年以来", "汛期之前", "上半年", "春节期间"]
WHAT = ["整治沿街环境", "化解信访积案", "加固河堤泵站", "排查安全隐患", "培训骨干教师", "推进产业项目"]
HOW = ["以网格管理为抓手", "坚持问题导向", "既要速度又要质量", "从源头到末端严格把关", "加强组织领导"]
SIZE = 200
NAMES = tuple(MEASURES)


def paragraphs() -> Iterator[dict[str, str]]:
    for number, (when, who, what, how) in enumerate(product(WHEN, WHO, WHAT, HOW)):
        text = f"{when}，{who}{what}{number}处，{how}。各单位按月通报进展，群众满意率达到{number % 100}%。"
        yield {"id": f"d{number}", "title": f"{who}工作总结", "text": text}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("text") / "text.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in paragraphs()), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def measured(library: Path) -> Settings:
    """A run of the queries, with its results in the folder of its settings."""
    settings = Settings(
        size=SIZE, corpus=library, only=("query",), questions=10, keep=True, folder=library.parent / "build"
    )
    bench_run.run(settings)
    return settings


# The run


def test_a_run_writes_a_row_for_every_kind_and_engine(measured: Settings) -> None:
    found = rows.read(measured.folder / "bench.json")
    kinds = {row.kind for row in found if row.measure == "query"}
    assert kinds == {"rare", "common", "and 2", "and 3", "or", "phrase", "sentence", RARER, "all kinds"}
    engines = {row.engine for row in found if (row.measure, row.kind) == ("query", "phrase")}
    assert engines >= {"fanwen", "fanwen, all fields", "whoosh", "sqlite fts5"}
    assert all(0 < (row.p50 or 0) <= (row.p95 or 0) <= (row.p99 or 0) for row in found if row.measure == "query")


def test_the_results_have_the_agreed_fields_and_say_what_they_were_made_with(measured: Settings) -> None:
    found = json.loads((measured.folder / "bench.json").read_text(encoding="utf-8"))
    fields = {"size", "engine", "measure", "kind", "p50", "p95", "p99", "value", "unit"}
    assert {frozenset(row) for row in found} == {frozenset(fields)}
    (head,) = json.loads((measured.folder / "bench.meta.json").read_text(encoding="utf-8"))
    assert (head["size"], head["corpus"]["records"]) == (SIZE, SIZE)
    assert {"python", "sqlite", "whoosh-reloaded"} <= set(head["versions"])
    assert "sentence 10" in "".join(head["notes"])


def test_every_engine_finds_what_was_taken_from_the_text(measured: Settings) -> None:
    bench = Bench(measured)
    questions = spread(bench.sampler.questions(10)) if bench.prepared else []
    for name in bench.peers:
        with closing(bench.peer(name)) as peer:
            for question in questions:
                if question.how in peer.hows:
                    found = peer.lines(peer.top(question))
                    assert found, f"{name}: {question}"
                    assert all(1 <= line <= SIZE for line in found)


def test_the_engines_do_the_same_work(measured: Settings) -> None:
    shares = {row.engine: row.value for row in rows.read(measured.folder / "bench.json") if row.measure == "agreement"}
    assert "whoosh" in shares
    assert min(shares.values()) > 0.5, shares


def test_a_missing_corpus_is_told_with_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CORPUS", str(tmp_path / "没有.jsonl"))
    assert bench_run.main() == 2
    told = capsys.readouterr().err
    assert "没有.jsonl" in told
    assert "CORPUS=文件 make bench" in told


@pytest.mark.parametrize("environ", [{"SIZE": "一万"}, {"SIZE": "10"}, {"SECONDS": "-1"}, {"ONLY": "query,快慢"}])
def test_settings_that_make_no_sense_are_refused(environ: dict[str, str], library: Path) -> None:
    with pytest.raises(BenchError):
        from_environ({"CORPUS": str(library), **environ}, measures=NAMES)


def test_settings_are_taken_from_the_environment(library: Path) -> None:
    found = from_environ({"CORPUS": str(library), "SIZE": "10_000", "ONLY": "build, query"}, measures=NAMES)
    assert (found.size, found.only, found.seconds) == (10_000, ("build", "query"), 60)


# The text


def test_fewer_records_are_taken_at_even_distances(library: Path, tmp_path: Path) -> None:
    prepared = corpus.prepare(library, tmp_path / "text.jsonl", size=SIZE)
    found = [int(one.id[1:]) for one in corpus.read(tmp_path / "text.jsonl")]
    assert (prepared.records, len(found)) == (SIZE, SIZE)
    steps = Counter(after - before for before, after in pairwise(found))
    assert max(steps) - min(steps) <= 1


def test_more_records_have_the_same_words_in_other_passages(library: Path, tmp_path: Path) -> None:
    size = sum(1 for _ in paragraphs())
    prepared = corpus.prepare(library, tmp_path / "text.jsonl", size=2 * size)
    found = list(corpus.read(tmp_path / "text.jsonl"))
    first, second = found[:size], found[size:]
    assert Counter("".join(one.text for one in first)) == Counter("".join(one.text for one in second))
    assert len({one.id for one in found}) == 2 * size
    assert sum(one.text == other.text for one, other in zip(first, second, strict=True)) < size / 20
    assert prepared.equal < size / 20


def test_the_same_text_is_made_every_time(library: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        corpus.prepare(library, tmp_path / name, size=1000)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_a_line_that_is_no_record_is_named(tmp_path: Path) -> None:
    (tmp_path / "text.jsonl").write_text('{"id": 1, "title": "总结", "text": "正文"}\n{"id": 2}\n', encoding="utf-8")
    with pytest.raises(BenchError, match="第 2 行"):
        list(corpus.read(tmp_path / "text.jsonl"))


# Rows


def test_the_table_divides_by_tantivy_and_by_stock_whoosh() -> None:
    found = [
        distribution(10, "fanwen", "query", "or", [2.0, 2.0, 4.0], "ms"),
        distribution(10, "tantivy", "query", "or", [1.0, 1.0, 1.0], "ms"),
        distribution(10, "whoosh", "query", "or", [200.0, 200.0, 200.0], "ms"),
    ]
    line = next(line for line in rows.table(found) if " fanwen " in line)
    # The median is 2; the 95th percentile of 2, 2, 4 is 3.8, the 99th 3.96.
    assert line.split()[-6:] == ["2", "3.80", "3.96", "0.01", "0.019", "0.0198"]


def test_rows_of_other_sizes_and_measures_stay() -> None:
    former = [single(10, "fanwen", "build", "wall", 3, "s"), single(20, "fanwen", "query", "or", 1, "ms")]
    new: list[Row] = [single(10, "fanwen", "query", "or", 2, "ms")]
    assert rows.merged([*former, single(10, "fanwen", "query", "or", 9, "ms")], new) == [*former, *new]


# Programs


def test_the_processor_time_of_a_childs_child_is_counted() -> None:
    burn = "import time\nwhile time.process_time() < 0.9: pass"
    run = processes.run(
        [sys.executable, "-c", f"import subprocess, sys; subprocess.run([sys.executable, '-c', {burn!r}])"]
    )
    assert run.cpu > 0.9
    assert run.peak_rss > 5


def test_a_program_that_fails_is_told_with_its_words() -> None:
    with pytest.raises(BenchError, match="磁盘已满"):
        processes.run([sys.executable, "-c", "import sys; sys.exit('磁盘已满')"])


def test_rjieba_can_be_hidden_from_a_program() -> None:
    look = "from indexer.analysis import default_analyzer; print(type(default_analyzer()._segmenter).__name__)"
    names = [
        subprocess.run([sys.executable, "-c", look], env=environ(jieba=jieba), capture_output=True, check=True).stdout
        for jieba in (False, True)
    ]
    assert [name.strip() for name in names] == [b"RjiebaSegmenter", b"JiebaSegmenter"]


class _Answers(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = b"<p>"
        self.send_response(500 if self.path == "/broken" else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


def test_the_load_counts_answers_and_errors() -> None:
    with http.server.ThreadingHTTPServer((serving.HOST, 0), _Answers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        outcome = client.load(server.server_port, ["/", "/", "/broken"], seconds=10, rate=200, most=60)
        server.shutdown()
    assert (len(outcome.answered), outcome.errors, outcome.late) == (40, 20, 0)
    assert min(outcome.answered) >= 0
