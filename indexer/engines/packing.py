"""Lists of whole numbers, each in as few bytes as its greatest number asks for: 0 where all equal a default, else 1, 2 or 4.

The width of a list is not written down: it is the bytes that the list takes, divided by how many numbers it has.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
_NOTHING = np.empty(0, np.int64)
_DTYPES: Mapping[int, np.dtype[Any]] = {1: np.dtype("u1"), 2: np.dtype("<u2"), 4: np.dtype("<u4")}


@dataclass(frozen=True, slots=True)
class Packed:
    """Lists one behind the other: list ``i`` takes the bytes ``ends[i - 1]`` to ``ends[i]`` of ``data``."""

    data: NDArray[np.uint8]
    ends: NDArray[Any]

    def span(self, index: int) -> tuple[int, int]:
        """The bytes of a list: from, to."""
        return (int(self.ends[index - 1]) if index else 0), int(self.ends[index])

    def numbers(self, index: int, size: int, *, default: int) -> NDArray[Any]:
        """A list of *size* numbers, as they are kept: unsigned, of 1, 2 or 4 bytes."""
        low, high = self.span(index)
        if low == high:
            return np.full(size, default, np.uint8)
        return np.frombuffer(self.data[low:high].data, _DTYPES[(high - low) // size])

    def all(self, sizes: Numbers, *, default: int, first: int = 0) -> Numbers:
        """The numbers of the lists from *first* on, one behind the other; *sizes* says how many each of them has."""
        base = self.span(first)[0] if len(sizes) else 0
        ends = self.ends[first : first + len(sizes)].astype(np.int64) - base
        widths = np.diff(ends, prepend=0) // np.maximum(sizes, 1)
        data = self.data[base : base + (int(ends[-1]) if len(ends) else 0)]
        if len(widths) and widths.min() == widths.max() and widths[0]:
            together: Numbers = np.frombuffer(data.tobytes(), _DTYPES[int(widths[0])]).astype(np.int64)
            return together
        numbers = np.full(int(sizes.sum()), default, np.int64)
        for width, among, bytes_among in _by_width(widths, sizes):
            numbers[among] = data[bytes_among].view(_DTYPES[width])
        return numbers


def pack(numbers: Numbers, sizes: Numbers, *, default: int = -1) -> Packed:
    """*numbers*, none negative, of lists of *sizes* (none empty). A list that holds nothing but *default* takes no bytes."""
    starts = np.cumsum(sizes) - sizes
    most = np.maximum.reduceat(numbers, starts) if len(sizes) else numbers
    widths = np.where(most < 1 << 8, 1, np.where(most < 1 << 16, 2, 4))
    if default >= 0 and len(sizes):
        widths[(most == default) & (np.minimum.reduceat(numbers, starts) == default)] = 0
    data = np.empty(int((widths * sizes).sum()), np.uint8)
    for width, among, bytes_among in _by_width(widths, sizes):
        data[bytes_among] = numbers[among].astype(_DTYPES[width]).view(np.uint8)
    return Packed(data, as_ends(np.cumsum(widths * sizes)))


def as_ends(ends: Numbers) -> NDArray[Any]:
    """*ends* in four bytes each where that will do."""
    return ends.astype(np.uint32 if not len(ends) or ends[-1] < 1 << 32 else np.uint64)


def differences(numbers: Numbers, sizes: Numbers) -> Numbers:
    """Each number less the one before it in its list; the first of a list as it is."""
    found = np.diff(numbers, prepend=0)
    starts = np.cumsum(sizes) - sizes
    found[starts] = numbers[starts]
    return found


def sums(numbers: Numbers, sizes: Numbers) -> Numbers:
    """What :func:`differences` made of: each number with all before it in its list added."""
    total = np.cumsum(numbers)
    starts = np.cumsum(sizes) - sizes
    before = total[starts] - numbers[starts]
    return np.asarray(total - np.repeat(before, sizes))


def runs_of(ordered: NDArray[Any]) -> tuple[NDArray[Any], Numbers]:
    """The distinct values of an ordered array, and how often each stands. (Sorting beats the hashing of ``np.unique``.)"""
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]])) if len(ordered) else _NOTHING
    return ordered[starts], np.diff(starts, append=len(ordered))


def slices(sizes: Numbers, most: int) -> Iterator[tuple[int, int]]:
    """Runs of lists, from and to, that have about *most* numbers together; a list is never parted. At least one run."""
    ends = np.cumsum(sizes)
    cuts = np.searchsorted(ends, np.arange(most, (int(ends[-1]) if len(ends) else 0) + most, most))
    bounds = sorted({0, *(min(int(cut) + 1, len(sizes)) for cut in cuts), len(sizes)})
    yield from pairwise(bounds) if len(sizes) else [(0, 0)]


def _by_width(widths: Numbers, sizes: Numbers) -> Iterator[tuple[int, NDArray[np.bool_], NDArray[np.bool_]]]:
    """Each width that there is: which numbers have it, and which bytes. (To mark all is quicker than to look for a few.)"""
    small = widths.astype(np.uint8)
    of_numbers, of_bytes = np.repeat(small, sizes), np.repeat(small, widths * sizes)
    for width in _DTYPES:
        if (small == width).any():
            yield width, of_numbers == width, of_bytes == width
