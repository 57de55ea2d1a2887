"""cold term: the first question that touches a term, in an engine that was just opened; the system has its files in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import partial

from benchmarks.bench import Bench
from benchmarks.peers.base import Peer
from benchmarks.questions import Question
from benchmarks.rows import Row, distribution
from benchmarks.timing import timed, undisturbed

WORDS = 150


def measure(bench: Bench) -> Iterator[Row]:
    """Milliseconds by kind of word. An engine is opened for each kind, asked once for a word that is not counted, and then
    for each word once."""
    asked = bench.sampler.words(WORDS)
    bench.note(f"cold term: {', '.join(f'{kind} {len(own)}' for kind, own in asked.items())} words, each once")
    names = [name for name in bench.peers if name not in ("whoosh", "bm25s")]
    bench.note("cold term: bm25s holds everything in memory, stock Whoosh has no first touch worth telling: left out")
    makers: list[Callable[[], Peer]] = [bench.ours, bench.ours_whole, *(partial(bench.peer, name) for name in names)]
    for make in makers:
        with closing(make()) as peer:
            for kind, questions in asked.items():
                values = _first_touches(peer, questions)
                yield distribution(bench.size, peer.name, "cold term", kind, values, "ms")


def _first_touches(peer: Peer, questions: Sequence[Question]) -> list[float]:
    with closing(peer.reopened()) as fresh, undisturbed():
        fresh.top(questions[0])
        return [timed(lambda: fresh.top(question)).cpu for question in questions[1:]]  # noqa: B023
