"""query: ids and scores of the ten best, warm, all engines in turn for each question."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing

from benchmarks.bench import Bench
from benchmarks.peers.base import Peer
from benchmarks.questions import RARER, Question, spread
from benchmarks.rows import OURS, Row, distribution, single
from benchmarks.timing import Taken, timed, undisturbed
from indexer.analysis import default_analyzer

ROUNDS = 5
ALL = "all kinds"
# What takes seconds is asked once.
_ONCE = frozenset({"whoosh", "sqlite fts5"})

Times = dict[tuple[str, str], list[Taken]]


def measure(bench: Bench) -> Iterator[Row]:
    """Milliseconds of processor time by kind; over all kinds by the wall's clock, and with each engine alone; agreement."""
    asked = bench.sampler.questions(bench.questions)
    questions = spread(asked)
    kinds = ", ".join(f"{kind} {len(own)}" for kind, own in asked.items())
    bench.note(f"query: {kinds}; median of {ROUNDS} rounds, {' and '.join(sorted(_ONCE))} of one; words cut beforehand")
    with ExitStack() as opened:
        peers: list[Peer] = [
            opened.enter_context(closing(bench.ours())),
            opened.enter_context(closing(bench.ours_whole())),
        ]
        peers += [opened.enter_context(closing(bench.peer(name))) for name in bench.peers]
        bench.say(f"正在检索：{len(questions)} 个问题，{len(peers)} 个引擎……")
        yield from _agreement(bench, peers, questions)
        times = medians(peers, questions, rounds=ROUNDS)
        alone = _alone([peer for peer in peers if peer.name not in _ONCE], questions)
    yield from _rows(bench.size, "query", {key: [one.cpu for one in own] for key, own in times.items()})
    wall = _rows(bench.size, "query, wall", {key: [one.wall for one in own] for key, own in times.items()})
    yield from (row for row in wall if row.kind == ALL)
    yield from (row for row in _rows(bench.size, "query, alone", alone) if row.kind == ALL)
    yield _cutting(bench, asked["sentence"])


def medians(peers: Sequence[Peer], questions: Sequence[Question], *, rounds: int) -> Times:
    """By engine and kind, what each question took in the middle of *rounds*, engines in turn. The files are warm."""
    taken: dict[tuple[str, Question], list[Taken]] = defaultdict(list)
    with undisturbed():
        for number in range(rounds):
            for place, question in enumerate(questions):
                for peer in _in_turn(peers, number + place):
                    if question.how in peer.hows and (number == 0 or peer.name not in _ONCE):
                        taken[peer.name, question].append(timed(lambda: peer.top(question)))  # noqa: B023
    times: Times = defaultdict(list)
    for (name, question), own in taken.items():
        middle = Taken(statistics.median(one.cpu for one in own), statistics.median(one.wall for one in own))
        times[name, question.kind].append(middle)
    return times


def _alone(peers: Sequence[Peer], questions: Sequence[Question]) -> dict[tuple[str, str], list[float]]:
    """The same with one engine after the other: the processor's caches are its own."""
    times: dict[tuple[str, str], list[float]] = {}
    for peer in peers:
        own = medians([peer], questions, rounds=ROUNDS)
        times |= {key: [one.cpu for one in taken] for key, taken in own.items()}
    return times


def _in_turn(peers: Sequence[Peer], number: int) -> list[Peer]:
    """The peers, beginning with another one each time."""
    first = number % len(peers)
    return [*peers[first:], *peers[:first]]


def _rows(size: int, measure: str, times: Mapping[tuple[str, str], Sequence[float]]) -> Iterator[Row]:
    """A row for each kind and engine, then one over all kinds for each engine that answers all."""
    names, kinds = (list(dict.fromkeys(key[place] for key in times)) for place in (0, 1))
    for kind in kinds:
        for name in names:
            if (name, kind) in times:
                yield distribution(size, name, measure, kind, times[name, kind], "ms")
    # The sentences are there once.
    counted = [kind for kind in kinds if kind != RARER]
    for name in names:
        if all((name, kind) in times for kind in counted):
            values = [value for kind in counted for value in times[name, kind]]
            yield distribution(size, name, measure, ALL, values, "ms")


def _agreement(bench: Bench, peers: Sequence[Peer], questions: Sequence[Question]) -> Iterator[Row]:
    """The share of our ten best that a peer has too: whoever does other work cannot be compared. Warms the files as well."""
    shares: dict[str, list[float]] = defaultdict(list)
    for question in questions:
        own = set(peers[0].lines(peers[0].top(question)))
        for peer in peers[1:]:
            if question.how in peer.hows and question.how != "row":
                found = set(peer.lines(peer.top(question)))
                shares[peer.name].append(len(own & found) / max(len(own), 1))
    for name, values in shares.items():
        yield single(bench.size, name, "agreement", "with our ten best", sum(values) / len(values), "share")


def _cutting(bench: Bench, sentences: Sequence[Question]) -> Row:
    """What it takes to cut a sentence into words, which every engine would have to add."""
    analyzer = default_analyzer()
    taken = [timed(lambda: analyzer.words(one.text)).cpu for one in sentences for _ in range(ROUNDS)]  # noqa: B023
    return distribution(bench.size, OURS, "cutting words", "sentence", taken, "ms")
