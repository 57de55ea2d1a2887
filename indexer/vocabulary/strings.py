"""Strings in a row: one stretch of bytes, and how long each string is. They are read where they lie in a file."""

from __future__ import annotations

import mmap
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

Bytes = bytes | mmap.mmap
LONGEST = 255
# No character of a string has this byte first, so that it comes behind all that begins alike.
_LAST = b"\xff"


class Strings:
    """A column of byte strings of at most ``LONGEST`` units of *width* bytes. Sorted ones can be looked up."""

    def __init__(self, raw: Bytes, lengths: npt.NDArray[np.uint8], *, width: int, at: int = 0) -> None:
        """:param at: where in *raw* the first string begins."""
        self.lengths = lengths
        self.width = width
        self.starts = np.zeros(len(lengths) + 1, np.uint32)
        np.cumsum(lengths, dtype=np.uint32, out=self.starts[1:])
        self.starts *= width
        self.starts += at
        self._places = self.starts.data
        self._raw = raw

    @classmethod
    def of(cls, strings: Sequence[bytes], *, width: int) -> Strings:
        """A column of *strings*."""
        return cls(b"".join(strings), _lengths(strings, width), width=width)

    def __len__(self) -> int:
        return len(self.lengths)

    def __getitem__(self, row: int) -> bytes:
        return self._raw[self._places[row] : self._places[row + 1]]

    @property
    def data(self) -> bytes:
        """All strings, one behind the other."""
        return self._raw[self._places[0] : self._places[len(self)]]

    def bytes_at(self, rows: npt.NDArray[np.int64], place: int) -> npt.NDArray[np.uint8]:
        """The byte at *place* of the strings in *rows*, which are longer than that."""
        places = self.starts[rows] + np.uint32(place)
        return np.asarray(np.frombuffer(self._raw, np.uint8)[places])

    # Of sorted strings

    def found(self, strings: Iterable[bytes]) -> list[tuple[bytes, range]]:
        """Distinct *strings* in order, with the rows that hold each; an empty range begins where it would stand."""
        row, size, found = 0, len(self), []
        for string in sorted(dict.fromkeys(strings)):
            # The next string is seldom far; what follows a missing one is often missing at the same place.
            reach = 1
            while row < size and self[row] < string:
                behind = min(row + reach, size)
                if behind == size or self[behind] >= string:
                    row = bisect_left(self, string, row + 1, behind)
                    break
                row, reach = behind, reach * 4
            end = row
            while end < size and self[end] == string:
                end += 1
            found.append((string, range(row, end)))
        return found

    def beginning(self, prefix: bytes, last: bytes | None = None) -> tuple[int, int]:
        """The rows from the first that begins with *prefix* to that behind the last that begins with *last* (else *prefix*)."""
        low = bisect_left(self, prefix)
        return low, bisect_left(self, (prefix if last is None else last) + _LAST * self.width, low)

    # Changed copies

    def inserted(self, rows: npt.NDArray[np.int64], strings: Sequence[bytes]) -> Strings:
        """A copy with *strings*, each before one of *rows* (ascending)."""
        pieces, done = [], self._places[0]
        for place, string in zip(self.starts[rows].tolist(), strings, strict=True):
            pieces += [self._raw[done:place], string]
            done = place
        pieces.append(self._raw[done : self._places[len(self)]])
        lengths = np.insert(self.lengths, rows, _lengths(strings, self.width))
        return Strings(b"".join(pieces), lengths, width=self.width)

    def kept(self, keep: npt.NDArray[np.bool_]) -> Strings:
        """A copy with the rows that *keep* marks."""
        edges = np.flatnonzero(np.diff(keep, prepend=False, append=False))
        runs = list(pairwise(self.starts[edges].tolist()))[::2]
        raw = b"".join(self._raw[start:end] for start, end in runs)
        return Strings(raw, self.lengths[keep], width=self.width)


def _lengths(strings: Sequence[bytes], width: int) -> npt.NDArray[np.uint8]:
    sizes = np.fromiter(map(len, strings), np.int64, len(strings))
    return (sizes // width).astype(np.uint8)
