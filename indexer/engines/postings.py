"""The posting lists of one commit over all its segments, as arrays; deleted passages are left out.

A list is read where it lies in the mapped files, and what was made of it is kept for the next query. A ``docnum`` counts the
passages over all segments, deleted ones included. May be shared by threads.

Here and in what works with these lists, rows are picked by ``take`` and ``compress``, which take a third of the time of square
brackets where docnums are narrower than addresses of memory, or a mask is mixed. To mark rows, docnums are widened first.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.deadline import check
from indexer.engines.packing import Packed
from indexer.engines.runs import FIELDS, PLACED, Run
from indexer.engines.terms import Terms

Integers = NDArray[np.int64]
Docnums = NDArray[np.int32]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

# A position of a passage as one number: docnum above, position below. No passage has sixteen million characters.
POSITION_BITS = 24
_NOBODY = np.empty(0, np.int32)
# A passage is looked for in a list in about the time in which so many are marked.
_LOOKUP = 16
# What a list takes in memory beside its arrays.
_LEAST_BYTES = 500


class Postings:
    """The postings of a term: docnums ascending, counts, and the positions of all in a row where the field has them.

    ``gains``, from which scores are made (:mod:`indexer.engines.scoring`), and where each posting begins in the positions are made
    when they are first asked for, and then counted by the ``keeper`` of the list.
    """

    __slots__ = ("counted", "counts", "docs", "gains", "keeper", "places", "starts")

    def __init__(self, docs: Docnums, counts: NDArray[Any], places: NDArray[Any] | None = None) -> None:
        self.docs = docs
        self.counts = counts
        self.places = places
        self.gains: NDArray[Any] | None = None
        self.starts: NDArray[np.uint32] | None = None
        self.keeper: PostingLists | None = None
        self.counted = 0

    @property
    def nbytes(self) -> int:
        """Bytes of memory that are held for them; what lies in a mapped file takes none."""
        own = (self.docs, self.counts, self.places, self.gains, self.starts)
        return _LEAST_BYTES + sum(each.nbytes for each in own if each is not None and each.base is None)

    def keep_gains(self, gains: NDArray[Any]) -> None:
        """Keep what scores are made of."""
        self.gains = gains
        self._grown()

    def _grown(self) -> None:
        if self.keeper is not None:
            self.keeper.count(self)

    @property
    def placed(self) -> NDArray[Any]:
        """The positions of all."""
        if self.places is None:
            raise ValueError("a field without positions")
        return self.places

    def positions(self, within: Docnums | None = None) -> Integers:
        """``docnum << POSITION_BITS | position``, ascending; only those in the passages of *within* (ascending), if given."""
        if within is None or len(within) > len(self.docs):
            return np.asarray((np.repeat(self.docs.astype(np.int64), self.counts) << POSITION_BITS) | self.placed)
        rows = rows_of(within, self.docs)
        rows = rows.compress(rows >= 0)
        low, high = self.spans(rows)
        counts = high - low
        own = np.repeat(np.arange(len(rows)), counts)
        at = (high - np.cumsum(counts)).take(own) + np.arange(len(own))
        return np.asarray((self.docs.take(rows).astype(np.int64) << POSITION_BITS).take(own) | self.placed.take(at))

    def spans(self, rows: Integers) -> tuple[Integers, Integers]:
        """Where the positions of the postings *rows* begin and end."""
        if self.starts is None:
            self.starts = np.cumsum(self.counts, dtype=np.uint32) - self.counts
            self._grown()
        low = self.starts.take(rows).astype(np.int64)
        return low, low + self.counts.take(rows)


@dataclass(frozen=True, slots=True)
class _Field:
    """A field of a segment that begins at the docnum ``base``."""

    terms: Terms
    sizes: NDArray[Any]
    docs: Packed
    counts: Packed
    places: Packed | None
    place_sizes: NDArray[Any]
    base: int

    @classmethod
    def of(cls, arrays: Run, name: str, base: int) -> _Field:
        """Look up once what every list asks for."""
        return cls(
            Terms.read(arrays, name),
            arrays[f"{name}.sizes"],
            Packed(arrays[f"{name}.docs"], arrays[f"{name}.doc_ends"]),
            Packed(arrays[f"{name}.counts"], arrays[f"{name}.count_ends"]),
            Packed(arrays[f"{name}.places"], arrays[f"{name}.place_ends"]) if name in PLACED else None,
            arrays[f"{name}.place_sizes"] if name in PLACED else _NOBODY,
            base,
        )

    def postings(self, term: bytes) -> Postings | None:
        """The postings of *term*, deleted passages among them; docnums as in the commit."""
        index = self.terms.find(term)
        if index < 0:
            return None
        size = int(self.sizes[index])
        docs = np.cumsum(self.docs.numbers(index, size, default=0), dtype=np.int32)
        counts = self.counts.numbers(index, size, default=1)
        return Postings(docs + np.int32(self.base) if self.base else docs, counts, self._places(index))

    def _places(self, index: int) -> NDArray[Any] | None:
        return None if self.places is None else self.places.numbers(index, int(self.place_sizes[index]), default=0)


class PostingLists:
    """Reads lists, and keeps those that were used last, up to *limit* bytes."""

    def __init__(self, segments: Sequence[Run], *, alive: Mask | None, limit: int) -> None:
        """:param alive: which passages are not deleted; None where all are."""
        bases = np.cumsum([0, *(len(arrays["passage.part"]) for arrays in segments)]).tolist()
        self._fields = {
            name: [_Field.of(arrays, name, base) for arrays, base in zip(segments, bases, strict=False)]
            for name in FIELDS
        }
        self._alive = alive
        self._limit = limit
        self._size = 0
        self._kept: OrderedDict[tuple[str, str], Postings] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, name: str, text: str) -> Postings:
        """The postings of a term of a field."""
        key = (name, text)
        try:
            found = self._kept[key]
            self._kept.move_to_end(key)
        except KeyError:
            check()
            # New, or thrown out by another thread just now.
            found = self._read(name, text.encode("utf-8", "surrogatepass"))
            self._keep(key, found)
        return found

    def count(self, own: Postings) -> None:
        """Take note that a list that is kept has grown."""
        with self._lock:
            if own.keeper is not None:
                size = own.nbytes
                self._size += size - own.counted
                own.counted = size
                self._shrink()

    def _keep(self, key: tuple[str, str], found: Postings) -> None:
        with self._lock:
            if key not in self._kept:
                self._kept[key] = found
                found.keeper, found.counted = self, found.nbytes
                self._size += found.counted
                self._shrink()

    def _shrink(self) -> None:
        while self._size > self._limit and self._kept:
            _, oldest = self._kept.popitem(last=False)
            self._size -= oldest.counted
            oldest.keeper, oldest.counted = None, 0

    def _read(self, name: str, term: bytes) -> Postings:
        found = [own for field in self._fields[name] if (own := field.postings(term)) is not None]
        if not found:
            return Postings(_NOBODY, np.empty(0, np.uint8), np.empty(0, np.uint8))
        together = found[0] if len(found) == 1 else _joined(found)
        return together if self._alive is None else _living(together, self._alive)


def among(wanted: NDArray[Any], ordered: NDArray[Any]) -> Mask:
    """Which of *wanted* are among *ordered*, ascending."""
    if not len(ordered):
        return np.zeros(len(wanted), np.bool_)
    found = ordered.searchsorted(wanted)
    found[found == len(ordered)] = 0
    return np.asarray(ordered[found] == wanted)


def rows_of(wanted: NDArray[Any], docs: Docnums) -> Integers:
    """Where each of *wanted* stands in *docs*, -1 where it does not. Both ascend; one may be wanted more than once."""
    if not len(wanted) or not len(docs):
        return np.full(len(wanted), -1, np.int64)
    # A pattern is looked for in some passages at a time: all others are passed over at once.
    low, high = docs.searchsorted([wanted[0], wanted[-1] + 1]).tolist()
    own = docs[low:high]
    if len(wanted) * _LOOKUP > len(own):
        # One more than each, so that nothing has to be marked where there is none.
        after = np.zeros(int(wanted[-1] - wanted[0]) + 1, np.int32)
        after[np.subtract(own, wanted[0], dtype=np.intp)] = np.arange(low + 1, high + 1, dtype=np.int32)
        return np.asarray(after[np.subtract(wanted, wanted[0], dtype=np.intp)].astype(np.int64) - 1)
    rows = own.searchsorted(wanted)
    rows[rows == len(own)] = 0
    return np.where(own[rows] == wanted, low + rows, -1)


def common(lists: Iterable[Docnums]) -> Docnums:
    """What is in each of *lists*, ascending; at least one is given."""
    rarest, *others = sorted(lists, key=len)
    for other in others:
        held = _marked(other, rarest) if len(rarest) * _LOOKUP > len(other) else among(rarest, other)
        rarest = rarest.compress(held)
    return rarest


def _marked(found: Docnums, wanted: Docnums) -> Mask:
    """Which of *wanted* are among *found*: by marking passages, which is quicker than to look for many."""
    if not len(found) or not len(wanted):
        return np.zeros(len(wanted), np.bool_)
    marked = np.zeros(max(int(found[-1]), int(wanted[-1])) + 1, np.bool_)
    marked[found.astype(np.intp)] = True
    return marked.take(wanted)


def _joined(found: Sequence[Postings]) -> Postings:
    placed = [own.places for own in found if own.places is not None]
    return Postings(
        np.concatenate([own.docs for own in found]),
        np.concatenate([own.counts for own in found]),
        np.concatenate(placed) if placed else None,
    )


def _living(found: Postings, alive: Mask) -> Postings:
    kept = alive.take(found.docs)
    if kept.all():
        return found
    places = None if found.places is None else found.places.compress(np.repeat(kept, found.counts))
    return Postings(found.docs.compress(kept), found.counts.compress(kept), places)
