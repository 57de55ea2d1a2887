"""Characters in a row in single passages."""

from __future__ import annotations

import numpy as np

from indexer.engines.postings import POSITION_BITS, Postings
from indexer.engines.rows import positions_in, starts_in
from indexer.model import Token


def _listed(places: dict[int, list[int]]) -> Postings:
    counts = np.asarray([len(own) for own in places.values()], np.uint8)
    together = np.asarray([place for own in places.values() for place in own], np.uint16)
    return Postings(np.asarray([*places], np.int32), counts, together)


def _tokens(text: str) -> list[Token]:
    return [Token(letter, place, place - 1, place) for place, letter in enumerate(text, start=1)]


# Passage 2: 一步一步来，再来一步; passage 5: 步一; passage 7: 一步一步来.
_LISTS = {
    "一": _listed({2: [1, 3, 8], 5: [2], 7: [401, 403]}),
    "步": _listed({2: [2, 4, 9], 5: [1], 7: [402, 404]}),
    "来": _listed({2: [5, 7], 7: [405]}),
}


def _found(text: str, docs: list[int]) -> list[tuple[int, int]]:
    starts = starts_in(np.asarray(docs, np.int32), _tokens(text), _LISTS)
    return [divmod(start, 1 << POSITION_BITS) for start in starts]


def test_characters_stand_in_a_row_wherever_each_follows_the_one_before_it() -> None:
    assert _found("一步", [2, 5, 7]) == [(2, 0), (2, 2), (2, 7), (7, 400), (7, 402)]


def test_a_character_that_comes_twice_must_stand_in_both_places() -> None:
    assert _found("一步一步来", [2, 7]) == [(2, 0), (7, 400)]


def test_a_passage_without_one_of_the_characters_holds_no_row() -> None:
    assert _found("步一来", [5]) == []


def test_it_is_the_same_whether_the_beginnings_of_a_list_are_known_or_not() -> None:
    before = _found("步一", [2, 5, 7])
    for own in _LISTS.values():
        own.positions(np.asarray([2, 7], np.int32))
    assert before == _found("步一", [2, 5, 7]) == [(2, 1), (5, 0), (7, 401)]
    assert all(own.starts is not None for own in _LISTS.values())


def test_a_long_list_is_read_in_single_passages_as_it_is_as_a_whole() -> None:
    own = _listed({doc: [1 + doc % 3, 9] if doc % 2 else [4] for doc in range(0, 12_000, 2)} | {12_001: [7, 300]})
    docs = np.asarray([3, 4, 12_001], np.int32)
    found = [divmod(start, 1 << POSITION_BITS) for start in positions_in(docs, own).tolist()]
    assert found == [(4, 4), (12_001, 7), (12_001, 300)]
    assert own.starts is None
    assert positions_in(docs, own).tolist() == own.positions(docs).tolist()
