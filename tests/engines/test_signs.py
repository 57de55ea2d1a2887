"""Signs are found between two letters of a passage, and neither before the first nor behind the last."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import numpy as np
import pytest

from indexer.engines.inverting import Inverter
from indexer.engines.postings import POSITION_BITS, PostingLists, rows_of
from indexer.engines.signs import Signs
from tests.engines.contract import part

if TYPE_CHECKING:
    from indexer.analysis import Analyzer
    from indexer.engines.postings import Integers

# One passage without a comma, one with many, one with a comma at its first and its last letter.
TEXTS = (
    "以改革创新为动力。",
    "从严从实，抓早抓小，见人见事，知行合一，以上率下，一抓到底，久久为功，善作善成，常抓不懈。",
    "全面从严治党！永远在路上？",
    "要，坚持以人为本",
    "一，二、三；四：五，",
)


@pytest.fixture(scope="module")
def lists(analyzer: Analyzer) -> PostingLists:
    inverter = Inverter(analyzer)
    for number, text in enumerate(TEXTS):
        inverter.add(part(f"p{number}", text, title="简报"))
    return PostingLists([inverter.run()], alive=None, limit=1 << 30)


def at(doc: int, place: int) -> int:
    return (doc << POSITION_BITS) + place


def ways(seed: int, docs: list[int]) -> tuple[Integers, Integers]:
    """Stretches of up to nine letters in *docs*, some of which begin before the text."""
    chance = Random(seed)  # noqa: S311 - a repeatable choice, not a secret
    ends = np.array(sorted(at(doc, chance.randint(1, 140)) for doc in chance.choices(docs, k=400)))
    return ends - np.array([chance.randint(0, 9) for _ in ends]), ends


@pytest.mark.parametrize("sign", [",", ";", "。", "\x1e", "没"])
def test_a_stretch_is_left_free_where_none_of_the_positions_of_a_sign_lies_in_it(
    lists: PostingLists, sign: str
) -> None:
    first, end = ways(1, [1, 3, 4])
    standing = lists.get("chars", sign).positions().tolist()
    expected = [not any(low <= one < high for one in standing) for low, high in zip(first, end, strict=True)]
    signs, free = Signs(lists, np.array([1, 3, 4], np.int32)), np.ones(len(end), np.bool_)
    signs.leave(free, sign, signs.rows(end), first, end)
    assert free.tolist() == expected
    assert (False in expected) is (sign != "没")


def test_what_one_sign_took_another_does_not_give_back(lists: PostingLists) -> None:
    first, end = ways(2, [1, 4])
    signs, free = Signs(lists, np.array([1, 4], np.int32)), np.zeros(len(end), np.bool_)
    signs.leave(free, ",", signs.rows(end), first, end)
    assert not free.any()


@pytest.mark.parametrize("share", [1, 7, 400])
def test_each_of_what_is_wanted_is_found_where_it_stands_in_a_list_or_nowhere(share: int) -> None:
    docs = np.arange(3, 3000, 3, dtype=np.int32)
    wanted = np.repeat(np.arange(1, 4000, share), 2)
    places = {doc: row for row, doc in enumerate(docs.tolist())}
    assert rows_of(wanted, docs).tolist() == [places.get(doc, -1) for doc in wanted.tolist()]
    assert rows_of(wanted[:0], docs).tolist() == []
    assert rows_of(wanted, docs[:0]).tolist() == [-1] * len(wanted)
