"""Signs between the letters of a pattern. A passage has many of them: none is looked at but where it might stand between two letters."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.engines.postings import POSITION_BITS, Docnums, Integers, Mask, PostingLists, Postings, rows_of

_PLACE = (1 << POSITION_BITS) - 1


class Signs:
    """Where signs stand in the passages *within* (ascending). Positions are numbers as :meth:`Postings.positions` gives them."""

    def __init__(self, lists: PostingLists, within: Docnums) -> None:
        self._lists = lists
        self._within = within
        self._found: dict[str, Integers] = {}

    def rows(self, positions: Integers) -> Integers:
        """In which of the passages each of *positions* lies, counted from 0."""
        return rows_of(positions >> POSITION_BITS, self._within)

    def leave(self, free: Mask, sign: str, rows: Integers, first: Integers, end: Integers) -> None:
        """Leave *free* only where *sign* stands nowhere from the position *first* to before *end*, in the passages *rows*."""
        own = self._lists.get("chars", sign)
        if sign not in self._found:
            self._found[sign] = rows_of(self._within, own.docs)
        found = self._found[sign].take(rows)
        asked = np.flatnonzero(free & (found >= 0))
        if len(asked):
            free[asked] = _none(own, found.take(asked), first.take(asked), end.take(asked))


def _none(own: Postings, rows: Integers, first: Integers, end: Integers) -> Mask:
    """Where none stands in the postings *rows* from the position *first* to before *end*."""
    low, high = own.spans(rows)
    # The passage is that of the end: what begins before a passage begins with it.
    found = _first_from(first - (end & ~_PLACE), own.placed, low, high)
    return np.asarray((found >= high) | (own.placed.take(found, mode="clip") >= end & _PLACE))


def _first_from(least: Integers, places: NDArray[Any], low: Integers, high: Integers) -> Integers:
    """Where the first of *places* that is not below *least* stands from *low* to *high* - 1, where they ascend; else *high*."""
    at, longest = low, int((high - low).max(initial=0))
    # All are halved at once; what is looked at beyond its end counts for nothing.
    for step in (1 << bit for bit in reversed(range(longest.bit_length()))):
        probe = at + (step - 1)
        at = at + step * ((probe < high) & (places.take(probe, mode="clip") < least))
    return at
