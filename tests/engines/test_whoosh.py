"""The Whoosh engine keeps the contract, agrees with the memory engine in everything, and keeps its segments few."""

from __future__ import annotations

import tempfile
import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.analysis import default_analyzer
from indexer.engines import whoosh
from indexer.engines.arrayfile import ArrayFile
from indexer.engines.inverting import Inverter
from indexer.engines.memory import MemoryEngine
from indexer.engines.whoosh import WhooshEngine
from indexer.query import (
    And,
    Either,
    Expanded,
    Filter,
    Function,
    Gap,
    MatchAll,
    Not,
    Or,
    Pairs,
    Pattern,
    Phrase,
    Query,
    Term,
    Words,
)
from tests.engines.contract import FLOODS, LETTERS, EngineContract, fill, ids, part

if TYPE_CHECKING:
    from collections.abc import Iterator

    from indexer.analysis import Analyzer
    from indexer.engines.base import Engine
    from indexer.model import Function as FunctionName
    from indexer.model import Part


class TestWhooshEngine(EngineContract):
    @pytest.fixture
    def engine(self, analyzer: Analyzer, tmp_path: Path) -> Iterator[WhooshEngine]:
        engine = WhooshEngine.create(tmp_path, analyzer=analyzer)
        yield engine
        engine.close()


@pytest.fixture
def engine(analyzer: Analyzer, tmp_path: Path) -> Iterator[WhooshEngine]:
    engine = WhooshEngine.create(tmp_path, analyzer=analyzer)
    yield engine
    engine.close()


WORDS = st.sampled_from(
    ["河堤", "泵站", "工作", "总结", "环境整治", "群众", "的", "，", "。", "35亿元", "天天", "（一）", "GDP"]
)
TEXTS = st.lists(WORDS, min_size=1, max_size=30).map("".join)
SHORT = st.lists(WORDS, min_size=1, max_size=3).map("".join)
LEAVES: st.SearchStrategy[Query] = st.one_of(
    SHORT.map(Term),
    SHORT.map(Phrase),
    st.builds(Words, SHORT, st.integers(1, 3)),
    st.builds(Pairs, SHORT, st.integers(1, 3)),
    st.builds(
        lambda pieces, low, pause, scope, paused: Pattern(
            (pieces[0], Gap(low, low + 3, pause="start" in pause, parted="end" in pause), *pieces[1:]), scope, paused
        ),
        st.lists(
            st.lists(st.sampled_from(["河堤", "工作", "天", "的"]), min_size=1, max_size=2).map(tuple),
            min_size=1,
            max_size=3,
        ),
        st.integers(0, 2),
        st.sets(st.sampled_from(["start", "end"])),
        st.sampled_from(["clause", "sentence", "passage"]),
        st.booleans(),
    ),
    st.builds(Function, st.sampled_from(["closing", "plans"]), st.just("总结")),
    st.builds(Filter, st.just("function"), st.sampled_from([("closing",), ("closing", "plans")])),
    st.builds(Filter, st.just("copies"), st.sampled_from([("0x0-0",), ("1x0-0", "2x1-1")])),
    st.builds(Filter, st.just("passage"), st.sampled_from([("0x0-0",), ("1x0-0", "2x1-1")])),
    st.just(MatchAll()),
    st.builds(Filter, st.just("kind"), st.sampled_from([("总结",), ("总结", "报告")])),
    st.builds(Filter, st.just("source"), st.sampled_from([("甲",), ("s1",), ("甲/s2",)])),
    st.builds(lambda low: Filter("year", low=low, high=2023), st.integers(2020, 2023)),
    st.builds(Filter, st.just("title"), SHORT.map(lambda text: (text,))),
)
QUERIES: st.SearchStrategy[Query] = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda children: And(tuple(children))),
        st.builds(
            lambda children, n: Or(tuple(children), n), st.lists(inner, min_size=1, max_size=3), st.integers(1, 2)
        ),
        inner.map(Not),
        st.lists(inner, min_size=1, max_size=3).map(lambda children: Either(tuple(children))),
        st.builds(lambda child, other: Expanded(child, (other,)), inner, inner),
    ),
    max_leaves=5,
)
SOURCES = ["s1", "甲/s1", "甲/s2", "乙/s3"]


@st.composite
def commits(draw: st.DrawFn) -> list[list[Part]]:
    """One to four commits; a source given again replaces what it held before."""
    parts = []
    for commit in range(draw(st.integers(1, 4))):
        sources = draw(st.lists(st.sampled_from(SOURCES), min_size=1, max_size=3, unique=True))
        parts.append([_part(draw, f"{SOURCES.index(source)}x{commit}", source) for source in sources])
    return parts


def _part(draw: st.DrawFn, id: str, source: str) -> Part:
    made = part(
        id,
        *draw(st.lists(TEXTS, max_size=4)),
        title=draw(SHORT),
        path=tuple(draw(st.lists(SHORT, max_size=2))),
        source=source,
        kind=draw(st.sampled_from(["", "总结", "报告"])),
        year=draw(st.sampled_from([0, 2021, 2023])),
        date=draw(st.sampled_from(["", "2021-05-01", "2023-01-01"])),
    )
    functions: tuple[FunctionName, ...] = draw(st.sampled_from([(), ("closing",), ("plans", "closing")]))
    flags = draw(st.sampled_from([(), ("cut",), ("heading_only", "gap")]))
    return replace(made, passages=tuple(replace(each, functions=functions, flags=flags) for each in made.passages))


def _write(engine: Engine, parts: list[Part]) -> list[int]:
    with engine.writing() as writer:
        removed = [writer.delete_source(each.source) for each in parts]
        for each in parts:
            writer.add(each)
    return removed


@settings(max_examples=50, deadline=None)
@given(commits=commits(), queries=st.lists(QUERIES, min_size=3, max_size=8))
def test_both_engines_agree_on_hits_scores_totals_facets_and_collapsing(
    commits: list[list[Part]], queries: list[Query]
) -> None:
    analyzer = default_analyzer()
    oracle = MemoryEngine(analyzer)
    with tempfile.TemporaryDirectory() as folder:
        engine = WhooshEngine.create(Path(folder), analyzer=analyzer)
        for parts in commits:
            assert _write(engine, parts) == _write(oracle, parts)
        for query, rank in zip(queries, queries[1:] + queries[:1], strict=True):
            for options in (
                {},
                {"per_document": 1, "sort": "date"},
                {"per_document": 2, "limit": 3, "offset": 1, "fold_copies": True},
                {"rank": rank, "partial": 2, "fold_copies": True},
            ):
                asked = {"limit": 50, "facets": ("kind", "function", "year", "source"), **options}
                assert engine.search(query, **asked) == oracle.search(query, **asked), query  # type: ignore[arg-type]
            assert engine.count(query) == oracle.count(query)
        for each in (each for parts in commits for each in parts):
            assert engine.passages_of(each.id) == oracle.passages_of(each.id)
            assert engine.document(each.id) == oracle.document(each.id)
        engine.close()


def test_many_small_commits_leave_few_segments_and_all_passages(engine: WhooshEngine, tmp_path: Path) -> None:
    for number in range(40):
        fill(engine, part(f"p{number:02}", FLOODS, LETTERS))
    assert len(list(tmp_path.glob("*.arr"))) <= 6
    assert ids(engine, Term("河堤")) == [f"p{number:02}-0" for number in range(40)]
    assert engine.document("p07") is not None


def test_a_segment_that_is_mostly_deleted_is_written_anew(engine: WhooshEngine, tmp_path: Path) -> None:
    fill(engine, *(part(f"p{number:02}", FLOODS, LETTERS) for number in range(40)))
    before = sum(file.stat().st_size for file in tmp_path.glob("*.arr"))
    with engine.writing() as writer:
        for number in range(36):
            writer.delete_source(f"p{number:02}.txt")
    assert sum(file.stat().st_size for file in tmp_path.glob("*.arr")) < before / 2
    assert ids(engine, Term("河堤")) == ["p36-0", "p37-0", "p38-0", "p39-0"]


def test_deleting_everything_leaves_an_empty_index_that_can_be_filled_again(engine: WhooshEngine) -> None:
    fill(engine, part("a", FLOODS))
    with engine.writing() as writer:
        writer.delete_source("a.txt")
    assert engine.count(MatchAll()) == 0
    fill(engine, part("b", LETTERS))
    assert ids(engine, MatchAll()) == ["b-0"]


def test_postings_beyond_the_memory_limit_go_through_disk(
    analyzer: Analyzer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whoosh, "_BATCH", 50)
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    bounded = WhooshEngine.create(tmp_path / "a", analyzer=analyzer, limit_mb=0)
    free = WhooshEngine.create(tmp_path / "b", analyzer=analyzer)
    parts = [part(f"p{number:04}", FLOODS, LETTERS, title=f"青石镇第{number}号简报") for number in range(240)]
    for engine in (bounded, free):
        with engine.writing() as writer:
            for number, each in enumerate(parts):
                writer.add(each)
                if number == 200:
                    waiting = len(list(tmp_path.glob("?/runs.*/*")))
                    assert waiting == (8 if engine is bounded else 0)
    queries: list[Query] = [
        Phrase("新建泵站八座"),
        Words("河堤来信", 1),
        Term("第77号"),
        Pattern((("修整",), Gap(1, 9), ("新建",))),
    ]
    for query in queries:
        answer = bounded.search(query, limit=50, facets=("source",))
        assert answer == free.search(query, limit=50, facets=("source",))
        assert answer.total
    one, other = (ArrayFile(next((tmp_path / name).glob("*.arr"))) for name in "ab")
    assert {name: own.tolist() for name, own in one.items()} == {name: own.tolist() for name, own in other.items()}
    assert {file.suffix for file in (tmp_path / "a").iterdir()} == {".arr", ".toc"}
    for engine in (bounded, free):
        engine.close()


def test_a_run_without_passages_may_be_added(engine: WhooshEngine, analyzer: Analyzer) -> None:
    with engine.writing() as writer:
        writer.add_run(Inverter(analyzer).run())
        writer.add(part("a", FLOODS))
    with engine.writing() as writer:
        writer.add_run(Inverter(analyzer).run())
    assert ids(engine, Term("河堤")) == ["a-0"]


def test_parts_may_be_left_out_of_a_run(engine: WhooshEngine, analyzer: Analyzer) -> None:
    inverter = Inverter(analyzer)
    for id in ("a", "b", "c"):
        inverter.add(part(id, FLOODS, LETTERS))
    with engine.writing() as writer:
        writer.add_run(inverter.run(), without=["b", "没有"])
        writer.add_run(inverter.run(), without=["a", "b", "c"])
    assert ids(engine, Term("河堤")) == ["a-0", "c-0"]
    assert engine.document("b") is None
    assert engine.passages(["b-1", "c-1"])[0].text == LETTERS


def test_siblings_answer_in_threads_of_their_own(engine: WhooshEngine) -> None:
    fill(engine, *(part(f"p{number:02}", FLOODS, LETTERS) for number in range(30)))
    queries: list[Query] = [Term("河堤"), Phrase("群众来信"), Words("泵站汛期", 1), MatchAll()]
    expected = [engine.search(query, limit=100) for query in queries]
    wrong: list[Query] = []

    def ask() -> None:
        own = engine.sibling()
        for _ in range(3):
            answers = [own.search(query, limit=100) for query in queries]
            wrong.extend(
                query for query, answer, right in zip(queries, answers, expected, strict=True) if answer != right
            )
        own.close()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_an_engine_for_some_fields_neither_finds_nor_scores_words_of_others(analyzer: Analyzer, tmp_path: Path) -> None:
    WhooshEngine.create(tmp_path, analyzer=analyzer).close()
    texts = WhooshEngine(tmp_path, analyzer=analyzer, boosts={"body": 1.0})
    fill(texts, part("d-1", "泵站照常排水。", title="河堤总结"), part("d-2", "加固河堤。", path=("泵站",)))
    assert ids(texts, Words("河堤", 1)) == ["d-2-0"]
    assert ids(texts, Words("泵站", 1)) == ["d-1-0"]
    assert ids(WhooshEngine(tmp_path, analyzer=analyzer), Words("河堤", 1)) == ["d-2-0", "d-1-0"]
    texts.close()
