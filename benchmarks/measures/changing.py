"""change: one document more, one less, until a search knows it; and what twenty small additions do to queries."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing

from benchmarks.bench import Bench, environ
from benchmarks.errors import BenchError
from benchmarks.measures.query import medians
from benchmarks.peers.ours import Fanwen
from benchmarks.questions import Question, spread
from benchmarks.rows import OURS, Row, distribution, single
from indexer.analysis import default_analyzer
from indexer.build import build
from indexer.config import Settings
from indexer.search import Search, SearchRequest

CHANGES = 5
ADDITIONS = 20
ASKED = 15
ROUNDS = 5
_TEXT = "{name}\n\n今年以来，我镇组织检查沿河泵站，登记问题，逐项整改到位。编号{name}。\n"


class _Library:
    """A copy of the index with a folder of small documents beside the corpus."""

    def __init__(self, bench: Bench) -> None:
        self.index = bench.settings.work / "changing"
        self.added = bench.settings.work / "added"
        for folder in (self.index, self.added):
            shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(bench.made(OURS).folder, self.index)
        self.added.mkdir()
        self.analyzer = default_analyzer()
        self._sources = (bench.path, self.added)

    def build(self) -> None:
        """What a running program does."""
        build(Settings(index=self.index, sources=self._sources), analyzer=self.analyzer)

    def command(self) -> None:
        """What a person does."""
        command = [sys.executable, "-m", "indexer.cli", "index", *map(str, self._sources), "--index", str(self.index)]
        subprocess.run(command, env=environ(), capture_output=True, check=True)  # noqa: S603

    def add(self, name: str) -> None:
        (self.added / f"{name}.txt").write_text(_TEXT.format(name=name), encoding="utf-8")

    def remove(self, name: str) -> None:
        (self.added / f"{name}.txt").unlink()

    def clear(self) -> None:
        shutil.rmtree(self.index)
        shutil.rmtree(self.added)


def measure(bench: Bench) -> Iterator[Row]:
    """Seconds by the wall's clock, in a running process and as a command."""
    bench.say("正在逐份增减文档……")
    library = _Library(bench)
    library.add("zqbase")
    library.build()
    with closing(Search(folder=library.index, analyzer=library.analyzer)) as search:
        for kind, update in (("in a process", library.build), ("fanwen index", library.command)):
            yield from _changes(bench.size, kind, library, search, update)
    yield from _many(bench, library)
    library.clear()


def _changes(size: int, kind: str, library: _Library, search: Search, update: Callable[[], None]) -> Iterator[Row]:
    added, removed = [], []
    for number in range(CHANGES):
        name = f"zq{kind[:2]}{number}".replace(" ", "")
        library.add(name)
        added.append(_until(search, name, update, there=True))
        library.remove(name)
        removed.append(_until(search, name, update, there=False))
    yield distribution(size, OURS, "change", f"add one, {kind}", added, "s")
    yield distribution(size, OURS, "change", f"remove one, {kind}", removed, "s")


def _until(search: Search, name: str, update: Callable[[], None], *, there: bool) -> float:
    """Seconds until *search*, which was open before, knows of the change."""
    started = time.perf_counter()
    update()
    # Where nothing has the words, the search answers with what nearly has them.
    hits = search.search(SearchRequest(query=f'"编号{name}"')).hits
    seconds = time.perf_counter() - started
    if any(name in hit.record.text for hit in hits) != there:
        raise BenchError(f"增减文档 {name} 之后，检索的结果没有跟上：请把这条信息发给维护者。")
    return seconds


def _many(bench: Bench, library: _Library) -> Iterator[Row]:
    """Twenty additions, each a commit; an engine from before answers as before, beside one that sees them all."""
    questions = spread(bench.sampler.questions(ASKED))
    with ExitStack() as opened:
        before = opened.enter_context(closing(Fanwen(library.index, bench.analyzer, name="before")))
        answers = [before.top(question) for question in questions]
        for number in range(ADDITIONS):
            library.add(f"zqmore{number}")
            library.build()
        same = answers == [before.top(question) for question in questions]
        after = opened.enter_context(closing(Fanwen(library.index, bench.analyzer, name="after")))
        yield from _slower(bench.size, before, after, questions)
    yield single(bench.size, OURS, "change", "old searcher answers as before", float(same), "")


def _slower(size: int, before: Fanwen, after: Fanwen, questions: Sequence[Question]) -> Iterator[Row]:
    for engine in (before, after):
        for question in questions:
            engine.top(question)
    times = medians([before, after], questions, rounds=ROUNDS)
    medians_of = {}
    for name in ("before", "after"):
        values = [taken.cpu for key, own in times.items() if key[0] == name for taken in own]
        row = distribution(size, OURS, "change", f"query {name} {ADDITIONS} additions", values, "ms")
        medians_of[name] = row.p50 or 0.0
        yield row
    yield single(size, OURS, "change", "median after by before", medians_of["after"] / medians_of["before"], "x")
