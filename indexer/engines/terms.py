"""The terms of a field in order: their first eight bytes as numbers, which sort alike, and what is beyond these."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.engines.arrayfile import Array

Keys = NDArray[np.uint64]
_HEAD = 8


@dataclass(frozen=True, slots=True)
class Terms:
    """Terms in the order of their bytes. None ends in a zero byte.

    ``keys`` are their first eight bytes as big-endian numbers, zeros behind shorter ones. What term ``i`` has beyond
    these is ``tails[tail_ends[i - 1] : tail_ends[i]]``; both are empty where no term is longer.
    """

    keys: Keys
    tails: NDArray[np.uint8]
    tail_ends: NDArray[np.uint32]

    def __len__(self) -> int:
        return len(self.keys)

    @classmethod
    def of(cls, terms: Sequence[bytes]) -> Terms:
        """*terms*, which are in order."""
        return cls.long(terms) if any(len(term) > _HEAD for term in terms) else cls.short(_keys(terms))

    @classmethod
    def long(cls, terms: Sequence[bytes]) -> Terms:
        """The same, with tails though there may be none."""
        tails = [term[_HEAD:] for term in terms]
        ends = np.cumsum(np.fromiter(map(len, tails), np.int64, len(tails))).astype(np.uint32)
        return cls(_keys(terms), np.frombuffer(b"".join(tails), np.uint8), ends)

    @classmethod
    def short(cls, keys: Keys) -> Terms:
        """Terms of at most eight bytes."""
        return cls(keys, np.empty(0, np.uint8), np.empty(0, np.uint32))

    @classmethod
    def read(cls, arrays: Mapping[str, Array], field: str) -> Terms:
        """The terms of a field of a segment."""
        return cls(arrays[f"{field}.keys"], arrays[f"{field}.tails"], arrays[f"{field}.tail_ends"])

    def arrays(self, field: str) -> dict[str, Array]:
        """As a segment keeps them."""
        return {f"{field}.keys": self.keys, f"{field}.tails": self.tails, f"{field}.tail_ends": self.tail_ends}

    def at(self, index: int) -> bytes:
        """Term *index*."""
        head = int(self.keys[index]).to_bytes(_HEAD, "big")
        return head + tail if (tail := self._tail(index)) else head.rstrip(b"\0")

    def all(self) -> list[bytes]:
        """Every term."""
        heads = self.keys.astype(">u8").tobytes()
        found = [heads[start : start + _HEAD] for start in range(0, len(heads), _HEAD)]
        if not len(self.tail_ends):
            return [head.rstrip(b"\0") for head in found]
        tails, ends = self.tails.tobytes(), [0, *self.tail_ends.tolist()]
        return [
            head + tails[low:high] if high > low else head.rstrip(b"\0")
            for head, low, high in zip(found, ends, ends[1:], strict=False)
        ]

    def find(self, term: bytes) -> int:
        """The place of *term*, or -1."""
        index = self.first_from(term)
        return index if index < len(self.keys) and self.at(index) == term else -1

    def first_from(self, term: bytes) -> int:
        """The place of the first term that is not before *term*."""
        key = np.uint64(key_of(term[:_HEAD]))
        low = int(self.keys.searchsorted(key))
        if len(term) <= _HEAD or not len(self.tail_ends):
            return low if len(term) <= _HEAD else low + bool(low < len(self.keys) and self.keys[low] == key)
        high = int(self.keys.searchsorted(key, side="right"))
        return bisect_left(range(high), term[_HEAD:], low, high, key=self._tail)

    def _tail(self, index: int) -> bytes:
        if not len(self.tail_ends):
            return b""
        low = int(self.tail_ends[index - 1]) if index else 0
        return self.tails[low : int(self.tail_ends[index])].tobytes()


def key_of(term: bytes) -> int:
    """A term of at most eight bytes as :class:`Terms` keeps it."""
    return int.from_bytes(term.ljust(_HEAD, b"\0"), "big")


def _keys(terms: Iterable[bytes]) -> Keys:
    heads = b"".join(term[:_HEAD].ljust(_HEAD, b"\0") for term in terms)
    return np.frombuffer(heads, ">u8").astype(np.uint64)
