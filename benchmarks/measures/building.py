"""build: from a file of records to an index that answers, everything in. One index after the other, each alone."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.bench import OURS_WITH_JIEBA, Bench, Made
from benchmarks.rows import OURS, Row, single

_FIELDS = {
    "tantivy": "words of title and text, characters with positions, the record",
    "whoosh": "words of title and text, characters with positions, the record",
    "sqlite fts5": "words of the text only, no record",
    "bm25s": "words of the text only, no record",
    OURS: "everything that the service indexes, beside both fields: structure, headings, pairs of letters, copies, vocabulary",
}


def measure(bench: Bench) -> Iterator[Row]:
    """Seconds, processor time, peak memory, and size beside the UTF-8 text."""
    for name, cut in _due(bench):
        made = bench.made(name)
        engine = OURS if name == OURS_WITH_JIEBA else name
        yield from _rows(bench, engine, cut, made)
        bench.note(f"build {engine}: {_FIELDS[engine]}")


def _due(bench: Bench) -> Iterator[tuple[str, str]]:
    """The name of each index, and what cuts its words."""
    yield OURS, "rjieba"
    for name in bench.peers:
        yield name, "jieba" if name == "whoosh" else "rjieba"
    if bench.is_large:
        bench.note(f"build with jieba is left out at {bench.size} records: cutting alone would take half an hour")
    else:
        yield OURS_WITH_JIEBA, "jieba"


def _rows(bench: Bench, engine: str, cut: str, made: Made) -> Iterator[Row]:
    yield single(bench.size, engine, "build", f"wall, {cut}", made.seconds, "s")
    yield single(bench.size, engine, "build", f"cpu, {cut}", made.cpu, "s")
    yield single(bench.size, engine, "build", f"peak rss, {cut}", made.peak_rss, "MB")
    yield single(bench.size, engine, "build", f"peak pss, {cut}", made.peak_pss, "MB")
    yield single(bench.size, engine, "build", f"size, {cut}", made.bytes / 1e6, "MB")
    yield single(bench.size, engine, "build", f"size by text, {cut}", made.bytes / bench.prepared.bytes, "x")
