"""Only as much of a ranking is put in order as is shown: nobody may see the difference."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.engines.base import MOST_FOLDED
from indexer.engines.memory import MemoryEngine
from indexer.engines.whoosh import WhooshEngine
from indexer.engines.windows import Key, _first
from indexer.query import MatchAll, Or, Term, Words
from tests.engines.contract import fill, part

if TYPE_CHECKING:
    from indexer.analysis import Analyzer
    from indexer.engines.postings import Integers
    from indexer.model import Part

ROWS = st.lists(
    st.tuples(st.booleans(), st.sampled_from([-2.5, -1.0, -0.0, 0.0]), st.integers(0, 2), st.integers(0, 9)),
    max_size=25,
)


@given(rows=ROWS, count=st.integers(0, 30), width=st.integers(1, 4))
def test_the_first_of_a_partial_order_are_those_of_the_whole(
    rows: list[tuple[bool, float, int, int]], count: int, width: int
) -> None:
    columns = [np.asarray([row[number] for row in rows]) for number in range(width)]
    found = _first(count, len(rows), [_key(column) for column in columns])
    # A stable sort: rows that are alike in everything stay in their order.
    assert found.tolist() == sorted(range(len(rows)), key=lambda row: rows[row][:width])[:count]


@given(values=st.lists(st.integers(0, 40), min_size=1, max_size=400), count=st.integers(1, 5))
def test_the_first_of_very_many_are_those_of_the_whole(values: list[int], count: int) -> None:
    keys = [_key(np.asarray(values)), _key(np.arange(len(values)))]
    assert _first(count, len(values), keys).tolist() == sorted(range(len(values)), key=values.__getitem__)[:count]


def _key(column: np.ndarray[Any, Any]) -> Key:
    return lambda rows: column if rows is None else column[rows]


def test_a_key_is_asked_only_for_what_those_before_it_leave_undecided() -> None:
    asked: list[int] = []

    def last(rows: Integers | None) -> Integers:
        own = np.arange(7) if rows is None else rows
        asked.append(len(own))
        return own

    scores = np.asarray([3, 1, 1, 2, 9, 9, 9])
    assert _first(2, 7, [_key(scores), last]).tolist() == [1, 2]
    assert max(asked, default=0) <= 2
    assert _first(5, 7, [_key(scores), last]).tolist() == [1, 2, 3, 0, 4]
    assert max(asked) <= 5


# Most passages are copies of a few, so that many score alike, many are folded, and folding ends within the list.
_TEXTS = (
    "{}年，我镇修整河堤{}公里，新建泵站{}座，汛期未发生一起险情，群众满意度进一步提高。",
    "河堤绿化由林业站负责，{}年春季补植{}株，秋季修剪{}次，全年管护到位，沿线村庄环境明显改善。",
    "{}年泵站检修{}次，更换水泵{}台，值班人员全部到岗，汛前演练如期完成，物资储备充足。",
    "信访室{}年接待群众来信来访{}批，办结{}批，未发生越级上访。",
)
_OWN = ("河堤", "泵站", "险情", "村庄", "补植", "检修", "演练", "公厕", "，", "的", "物资", "巡查")


def _library(chance: Random) -> Iterator[Part]:
    for number in range(48):
        texts = [
            chance.choice(_TEXTS).format(2020 + chance.randint(0, 4), chance.randint(2, 9), chance.randint(2, 9))
            if chance.random() < 0.6
            else "".join(chance.choices(_OWN, k=12))
            for _ in range(chance.choice((1, 3, 14)))
        ]
        made = part(
            f"p{chance.randint(0, 999):03}-{number}",
            *texts,
            title=chance.choice(("河堤简报", "总结")),
            source=f"{number % 5}.txt",
            ordinal=number,
            date=chance.choice(("", "2023-05-01", "2024-01-31")),
            year=2023,
        )
        yield replace(
            made, passages=tuple(replace(each, flags=chance.choice(((), ("cut",)))) for each in made.passages)
        )


@pytest.fixture(scope="module")
def engines(
    tmp_path_factory: pytest.TempPathFactory, analyzer: Analyzer
) -> Iterator[tuple[WhooshEngine, MemoryEngine]]:
    engine, oracle = WhooshEngine.create(tmp_path_factory.mktemp("index"), analyzer=analyzer), MemoryEngine(analyzer)
    parts = list(_library(Random(5)))  # noqa: S311 - a repeatable choice, not a secret
    for own in (parts[:30], parts[30:45], parts[45:]):
        fill(engine, *own)
        fill(oracle, *own)
    for each in (engine, oracle):
        with each.writing() as writer:
            writer.delete_source("3.txt")
    yield engine, oracle
    engine.close()


OPTIONS: dict[str, dict[str, object]] = {
    "plain": {},
    "folded": {"fold_copies": True},
    "by date": {"sort": "date"},
    "by date, folded": {"sort": "date", "fold_copies": True},
    "one of each document": {"per_document": 1},
    "two of each, folded": {"per_document": 2, "fold_copies": True},
    "in part": {"rank": Words("河堤泵站险情", 1), "partial": 150},
    "in part, last": {"rank": Words("河堤泵站险情", 1), "partial": 150, "partial_last": True},
    "in part, last, all": {
        "rank": Or((Term("泵站"), Term("村庄"))),
        "partial": 90,
        "partial_last": True,
        "per_document": 3,
        "fold_copies": True,
        "sort": "date",
    },
}


@pytest.mark.parametrize("named", OPTIONS)
@pytest.mark.parametrize("query", [MatchAll(), Words("河堤泵站", 1), Term("险情")])
def test_pages_anywhere_in_the_ranking_are_those_of_a_full_sort(
    engines: tuple[WhooshEngine, MemoryEngine], named: str, query: MatchAll | Words | Term
) -> None:
    engine, oracle = engines
    search: Callable[..., Any] = engine.search
    whole = oracle.search(query, limit=1000, **OPTIONS[named])  # type: ignore[arg-type]
    if query == MatchAll():
        assert whole.total > MOST_FOLDED + 20
    for offset, limit in [
        (0, 1),
        (0, 10),
        (1, 10),
        (97, 5),
        (100, 50),
        (190, 20),
        (199, 1),
        (200, 7),
        (230, 400),
        (900, 9),
    ]:
        page = search(query, limit=limit, offset=offset, **OPTIONS[named])
        assert page.hits == whole.hits[offset : offset + limit]
        assert (page.total, page.partial, page.available) == (whole.total, whole.partial, whole.available)
    if named == "folded" and query == MatchAll():
        assert sum(hit.copies for hit in whole.hits) > 20
    if "partial" in OPTIONS[named] and query == Term("险情"):
        assert whole.partial > 20
