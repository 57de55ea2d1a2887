"""phrases, substrings and patterns: exact characters, the ten best, first touched and then warm."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing

from benchmarks.analysis import characters
from benchmarks.bench import Bench
from benchmarks.peers.base import TOP
from benchmarks.questions import Characters
from benchmarks.rows import OURS, Row, distribution
from benchmarks.timing import timed, undisturbed

ROUNDS = 5

Ask = Callable[[Characters], object]


def measure(bench: Bench) -> Iterator[Row]:
    """Milliseconds of processor time by kind. tantivy is asked for the same characters in a row; it has no patterns."""
    asked = bench.sampler.characters(2 * bench.questions)
    bench.note(
        f"characters: {', '.join(f'{kind} {len(own)}' for kind, own in asked.items())}; median of {ROUNDS} rounds"
    )
    bench.say("正在检索短语、字串和句式……")
    with closing(bench.ours_whole()) as own:
        yield from _rows(bench.size, OURS, lambda one: own.engine.search(one.tree, limit=TOP), asked)
    if "tantivy" in bench.peers:
        from benchmarks.peers.tantivy import Tantivy

        peer = Tantivy(bench.made("tantivy").folder)
        rows = {kind: own for kind, own in asked.items() if kind != "pattern"}
        yield from _rows(bench.size, peer.name, lambda one: peer.in_a_row(characters(one.text, bench.analyzer)), rows)


def _rows(size: int, engine: str, ask: Ask, asked: dict[str, list[Characters]]) -> Iterator[Row]:
    for kind, own in asked.items():
        rounds = _rounds(ask, own)
        yield distribution(size, engine, "characters, first", kind, rounds[0], "ms")
        warm = [statistics.median(taken) for taken in zip(*rounds[1:], strict=True)]
        yield distribution(size, engine, "characters", kind, warm, "ms")


def _rounds(ask: Ask, asked: Sequence[Characters]) -> list[list[float]]:
    with undisturbed():
        return [[timed(lambda: ask(one)).cpu for one in asked] for _ in range(ROUNDS + 1)]  # noqa: B023
