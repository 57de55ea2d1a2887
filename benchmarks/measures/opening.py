"""open: from nothing but loaded libraries to the first answer, in a fresh process each time; the files are warm.

``python -m benchmarks.measures.opening engine|search FOLDER QUERY`` is that process; it prints milliseconds.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.bench import Bench, environ
from benchmarks.rows import OURS, Row, distribution
from benchmarks.timing import timed
from indexer.analysis import Analyzer, default_analyzer
from indexer.generations import IndexFolder
from indexer.query import Words
from indexer.search import Search, SearchRequest

PROCESSES = 10
KINDS = ("engine", "search")


def measure(bench: Bench) -> Iterator[Row]:
    """Milliseconds by the wall's clock: of the engine alone, and of a search with all that a page needs."""
    folder = bench.made(OURS).folder
    words = [one.text for one in bench.sampler.words(PROCESSES)["common"]]
    bench.say("正在测量打开索引的时间……")
    for kind in KINDS:
        values = [_first_answer(kind, folder, words[number % len(words)]) for number in range(PROCESSES + 1)][1:]
        yield distribution(bench.size, OURS, "open", f"{kind}, first answer", values, "ms")


def _first_answer(kind: str, folder: Path, query: str) -> float:
    command = [sys.executable, "-m", "benchmarks.measures.opening", kind, str(folder), query]
    told = subprocess.run(command, env=environ(), capture_output=True, text=True, check=True)  # noqa: S603
    return float(told.stdout)


def main() -> None:
    """Load the libraries, then open the index and ask: as an engine, or as a search with all that a page needs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("how", choices=KINDS)
    parser.add_argument("folder", type=Path)
    parser.add_argument("query")
    given = parser.parse_args()
    analyzer = default_analyzer()
    analyzer.words(given.query)
    ask = _engine if given.how == "engine" else _search
    print(timed(ask(given.folder, given.query, analyzer)).wall)


def _engine(folder: Path, query: str, analyzer: Analyzer) -> Callable[[], object]:
    def ask() -> None:
        with IndexFolder(folder).open(analyzer) as engine:
            engine.search(Words(query, 1), limit=10)

    return ask


def _search(folder: Path, query: str, analyzer: Analyzer) -> Callable[[], object]:
    searching = Search(folder=folder, analyzer=analyzer)
    searching.warm()
    return lambda: searching.search(SearchRequest(query=query))


if __name__ == "__main__":
    main()
