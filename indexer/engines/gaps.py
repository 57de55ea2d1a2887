"""Patterns over arrays of positions, by the rules of :mod:`indexer.patterns`.

Positions are numbers as :meth:`Postings.positions` gives them; a sign stands at the position of the letter before it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from indexer.deadline import checked
from indexer.engines.postings import Integers, Mask
from indexer.engines.signs import Signs
from indexer.query import Gap


@dataclass(frozen=True, slots=True)
class Stretches:
    """Where a piece stands: its first and its last letter, ordered by the first."""

    starts: Integers
    ends: Integers

    @classmethod
    def of(cls, found: Iterable[tuple[Integers, Integers]]) -> Stretches:
        """The stretches of several alternatives together."""
        pairs = list(found)
        if len(pairs) == 1:
            # Those of one alternative are in order.
            return cls(*pairs[0])
        starts = np.concatenate([starts for starts, _ in pairs])
        ends = np.concatenate([ends for _, ends in pairs])
        order = np.lexsort((ends, starts))
        return cls(starts[order], ends[order])

    def where(self, kept: Mask) -> Stretches:
        """Those that *kept* says."""
        return Stretches(self.starts.compress(kept), self.ends.compress(kept))


@dataclass(frozen=True, slots=True)
class Breaks:
    """The signs that no gap goes over, soft and hard ones; and pauses, where those that were typed must stand.

    ``among`` gives the signs in the passages of some positions. Signs are many and stand everywhere: each is looked for only
    where those before it have left something to decide.
    """

    soft: str
    hard: str
    pauses: str
    among: Callable[[Integers], Signs]
    _found: list[Signs] = field(default_factory=list)

    def free(self, start: Integers, soft_end: Integers, hard_end: Integers, *, pause: bool = False) -> Mask:
        """Where no soft one stands at ``start`` (behind it with *pause*) to ``soft_end - 1``, no hard one to ``hard_end - 1``."""
        if not self._found:
            # What is left for a later gap lies in passages that were left for this one.
            self._found.append(self.among(hard_end))
        (signs,) = self._found
        free, rows = np.ones(len(start), np.bool_), signs.rows(hard_end)
        ways = [(sign, start + pause, soft_end) for sign in self.soft] + [(sign, start, hard_end) for sign in self.hard]
        for sign, first, end in checked(ways):
            if not free.any():
                break
            signs.leave(free, sign, rows, first, end)
        return free

    def paused(self, letters: Integers) -> Mask:
        """Behind which of *letters* one of the pauses stands; all of them where none has to."""
        without = np.ones(len(letters), np.bool_)
        if not self.pauses:
            return without
        signs = self.among(letters)
        rows = signs.rows(letters)
        for sign in checked(self.pauses):
            signs.leave(without, sign, rows, letters, letters + 1)
        return ~without


def ends_of(
    pieces: Sequence[tuple[str, ...] | Gap], breaks: Breaks, find: Callable[[tuple[str, ...]], Stretches]
) -> Integers:
    """Where the last piece of a pattern ends, for every way that the pieces before it stand as they should."""
    reached: Stretches | None = None
    gap: Gap | None = None
    for piece in checked(pieces):
        if isinstance(piece, Gap):
            gap = piece
            continue
        found = find(piece)
        reached = _opening(found, gap, breaks) if reached is None else _following(reached, found, gap, breaks)
        gap = None
    if reached is None:
        return np.empty(0, np.int64)
    return reached.ends if gap is None else reached.ends[_closes(reached.ends, gap, breaks)]


def _opening(found: Stretches, gap: Gap | None, breaks: Breaks) -> Stretches:
    return found if gap is None else found.where(breaks.free(found.starts - gap.low, found.starts, found.starts))


def _following(reached: Stretches, found: Stretches, gap: Gap | None, breaks: Breaks) -> Stretches:
    """Those of *found* before which the nearest of *reached* stands as *gap* asks."""
    ends = np.sort(reached.ends, kind="stable")
    if gap is not None and gap.pause:
        ends = ends[breaks.paused(ends)]
    if gap is not None and gap.parted:
        found = found.where(breaks.paused(found.starts - 1))
    if not len(ends):
        return found.where(np.zeros(len(found.starts), np.bool_))
    nearest = np.searchsorted(ends, found.starts - 1 - (gap.low if gap else 0), side="right") - 1
    # Far ones are left out before signs are looked for, which takes longest.
    distance = found.starts - ends[np.maximum(nearest, 0)] - 1
    near = (nearest >= 0) & (distance <= (gap.high if gap else 0))
    found, before = found.where(near), ends.take(nearest.compress(near))
    if gap is None:
        return found.where(breaks.free(before, found.starts, found.starts))
    return found.where(breaks.free(before, found.starts - 1, found.starts, pause=gap.pause))


def _closes(ends: Integers, gap: Gap, breaks: Breaks) -> Mask:
    free = breaks.free(ends, ends + gap.low, ends + gap.low, pause=gap.pause)
    return free & breaks.paused(ends) if gap.pause else free
