"""Posting lists are kept up to a limit, whatever is made of them and by how many threads."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import numpy as np
import pytest

from indexer.engines import whoosh
from indexer.engines.inverting import Inverter
from indexer.engines.postings import POSITION_BITS, PostingLists
from indexer.engines.whoosh import WhooshEngine
from indexer.query import And, Either, Gap, Not, Or, Pairs, Pattern, Phrase, Query, Term, Words
from tests.engines.contract import FLOODS, LETTERS, fill, part

if TYPE_CHECKING:
    from indexer.analysis import Analyzer
    from indexer.engines.runs import Run

THREADS = 8


@contextmanager
def switching(seconds: float) -> Iterator[None]:
    """Threads take turns after *seconds*."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(seconds)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


@pytest.fixture(scope="module")
def segments(analyzer: Analyzer) -> list[Run]:
    """Two segments of forty passages."""
    found: list[Run] = []
    for name in "ab":
        inverter = Inverter(analyzer)
        for number in range(20):
            inverter.add(part(f"{name}{number}", FLOODS[number % 5 :], LETTERS, title="简报"))
        found.append(inverter.run())
    return found


def lists_of(segments: list[Run], *, limit: int = 1 << 30, gone: int = -1) -> PostingLists:
    alive = np.arange(80) != gone if gone >= 0 else None
    return PostingLists(segments, alive=alive, limit=limit)


def test_lists_go_through_all_segments_and_leave_deleted_passages_out(segments: list[Run]) -> None:
    assert lists_of(segments).get("body", "来信").docs.tolist() == list(range(1, 80, 2))
    assert lists_of(segments, gone=41).get("body", "来信").docs.tolist() == [n for n in range(1, 80, 2) if n != 41]
    assert len(lists_of(segments).get("body", "没有").docs) == 0


def test_positions_of_deleted_passages_are_left_out_and_no_others(segments: list[Run]) -> None:
    every = lists_of(segments).get("chars", ",").positions()
    left = lists_of(segments, gone=40).get("chars", ",").positions()
    assert left.tolist() == every[every >> POSITION_BITS != 40].tolist()
    assert len(left) < len(every)


@pytest.mark.parametrize("gone", [-1, 40])
def test_positions_of_some_passages_are_those_among_all(segments: list[Run], gone: int) -> None:
    own = lists_of(segments, gone=gone).get("chars", ",")
    every = own.positions()
    assert (np.diff(every) > 0).all()
    for within in ([], [3], [0, 2, 39, 40, 41, 79], list(range(80))):
        chosen = own.positions(np.asarray(within, np.int32))
        among = np.isin(every >> POSITION_BITS, within)
        assert set(every[among].tolist()) <= set(chosen.tolist()) <= set(every.tolist())
        if len(within) < len(own.docs):
            assert chosen.tolist() == every[among].tolist()


def held(lists: PostingLists) -> int:
    return sum(own.nbytes for own in lists._kept.values())


def test_what_is_kept_stays_below_the_limit_after_all_that_is_made_of_it(segments: list[Run]) -> None:
    lists = lists_of(segments, limit=8_000)
    for _ in range(20):
        for letter in "今年以来镇里修整河堤三十二公新建泵站八座汛期未发生一起险情":
            own = lists.get("chars", letter)
            own.positions(own.docs[:3])
            assert held(lists) <= 8_000


def run_all(work: object) -> None:
    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(THREADS)]  # type: ignore[arg-type]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


QUERIES: tuple[Query, ...] = (
    Term("河堤"),
    Phrase("群众来信"),
    Phrase("办结率98.5%，还有"),
    Words("泵站汛期的险情", 1),
    Words("河堤泵站", 2),
    Pairs("办理群众来信", 3),
    Pattern((("修整",), Gap(1, 9), ("新建",)), "sentence"),
    And((Words("河堤来信", 1), Not(Term("二十")))),
    Or((Term("八座"), Term("一百零四件"), Words("险情", 1)), 2),
    Either((Term("三十二公里"), Phrase("三十二公里"), Words("公里", 1))),
)


@pytest.fixture
def engine(analyzer: Analyzer, tmp_path: Path) -> Iterator[WhooshEngine]:
    """Sixty passages in several segments, some of them deleted."""
    engine = WhooshEngine.create(tmp_path, analyzer=analyzer)
    for low in (0, 50, 70):
        texts = ((n, FLOODS[n % 7 :], LETTERS[n % 5 :]) for n in range(low, low + 20))
        fill(engine, *(part(f"p{n:02}", *own, title=f"第{n}期") for n, *own in texts))
    with engine.writing() as writer:
        for number in (3, 52, 71):
            writer.delete_source(f"p{number:02}.txt")
    yield engine
    engine.close()


def test_eight_threads_get_the_right_answers_while_lists_are_thrown_out(
    engine: WhooshEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = [engine.search(query, limit=100, facets=("source",)) for query in QUERIES]
    assert all(answer.total for answer in expected)
    engine.close()
    monkeypatch.setattr(whoosh, "_CACHE_BYTES", 4_000)
    engine.warm()
    wrong: list[Query] = []

    def ask(seed: int) -> None:
        own, chance = engine.sibling(), Random(seed)  # noqa: S311 - a repeatable choice, not a secret
        for number in chance.choices(range(len(QUERIES)), k=60):
            if own.search(QUERIES[number], limit=100, facets=("source",)) != expected[number]:
                wrong.append(QUERIES[number])

    with switching(1e-5):
        run_all(ask)
    assert wrong == []


def test_threads_never_bring_the_count_of_bytes_out_of_step(
    engine: WhooshEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whoosh, "_CACHE_BYTES", 20_000)
    monkeypatch.setattr(whoosh, "_CACHE_BYTES_EACH", 1)
    engine.warm()

    def ask(seed: int) -> None:
        own, chance = engine.sibling(), Random(seed)  # noqa: S311 - a repeatable choice, not a secret
        for query in chance.choices(QUERIES, k=40):
            own.search(query, limit=10)

    with switching(1e-5):
        run_all(ask)
    lists = engine._read().lists
    assert lists._size == held(lists)
    assert 10_000 < held(lists) <= 20_000


def test_the_lists_of_letters_are_not_read_for_a_row_whose_pairs_no_passage_holds(engine: WhooshEngine) -> None:
    engine.close()
    engine.warm()
    assert engine.count(Phrase("信来访来")) == 0
    assert {name for name, _ in engine._read().lists._kept} == {"grams"}


def test_a_larger_library_keeps_more_lists(engine: WhooshEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    def kept(each: int) -> int:
        monkeypatch.setattr(whoosh, "_CACHE_BYTES_EACH", each)
        engine.close()
        for query in QUERIES:
            engine.search(query, limit=10)
        return held(engine._read().lists)

    monkeypatch.setattr(whoosh, "_CACHE_BYTES", 5_000)
    assert kept(1) <= 5_000
    assert kept(1_000) > 10_000
