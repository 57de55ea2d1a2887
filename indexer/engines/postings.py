"""Postings of a term over all segments of a Whoosh index, as arrays.

Whoosh's matchers give one posting a call, which is where its time goes; here the blocks of a list are decoded whole, once,
and kept. Only what whoosh 2.7.4 and whoosh-reloaded share is used. Documents of Whoosh are our passages; a ``docnum``
counts them over all segments, deleted ones included.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from whoosh.matching import FilterMatcher
from whoosh.reading import IndexReader, TermNotFound

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

# A position of a passage as one number: docnum above, position below. No passage has sixteen million characters.
POSITION_BITS = 24


@dataclass(frozen=True, slots=True)
class Counts:
    """How often a term stands in each passage that holds it: two arrays of one length, docnums ascending."""

    docnums: Integers
    counts: Floats

    @property
    def nbytes(self) -> int:
        return self.docnums.nbytes + self.counts.nbytes


class PostingCache:
    """Decoded lists of one commit, shared by threads; the longest unused go when there are more than *limit* bytes."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._size = 0
        self._lists: OrderedDict[tuple[str, bytes], Counts | Integers] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: tuple[str, bytes]) -> Counts | Integers | None:
        """The list of *key*, if it is kept."""
        with self._lock:
            if key in self._lists:
                self._lists.move_to_end(key)
            return self._lists.get(key)

    def put(self, key: tuple[str, bytes], found: Counts | Integers) -> None:
        """Keep a list."""
        with self._lock:
            if key in self._lists:
                return
            self._lists[key] = found
            self._size += found.nbytes
            while self._size > self._limit:
                _, oldest = self._lists.popitem(last=False)
                self._size -= oldest.nbytes


class Postings:
    """Reads the postings of one commit, deleted passages left out. May be shared by threads.

    Whoosh copies the segments that it opens into memory, and its files have one place to read at: so all threads share one
    reader, and one at a time reads. What was read once is in the cache, which waits for nobody.
    """

    def __init__(self, reader: IndexReader, *, alive: Mask, cache: PostingCache) -> None:
        self._reader = reader
        self._leaves = leaves(reader)
        self._alive = alive
        self._cache = cache
        self._lock = threading.Lock()
        self._users = 1

    def shared(self) -> Postings:
        """The same postings for one user more, who closes them as well."""
        with self._lock:
            self._users += 1
        return self

    def close(self) -> None:
        """Release the files when the last user closes."""
        with self._lock:
            self._users -= 1
            if not self._users:
                self._reader.close()

    def stored(self, docnum: int, name: str) -> str | None:
        """A stored value of a passage."""
        with self._lock:
            value: str | None = self._reader.stored_fields(docnum).get(name)
        return value

    def docnums(self, name: str, term: bytes) -> list[int]:
        """The passages that hold *term*, in the order in which they were added; for a name that few of them share."""
        with self._lock:
            return docnums_of(self._reader, name, term)

    def counts(self, name: str, term: bytes) -> Counts:
        """How often *term* stands in a field of each passage that holds it."""
        found = self._cache.get((name, term))
        if not isinstance(found, Counts):
            with self._lock:
                found = self._read_counts(name, term)
            self._cache.put((name, term), found)
        return found

    def positions(self, name: str, term: bytes) -> Integers:
        """Where *term* stands in a field of characters: ``docnum << POSITION_BITS | position``, ascending."""
        found = self._cache.get((name, term))
        if not isinstance(found, np.ndarray):
            with self._lock:
                found = self._read_positions(name, term)
            self._cache.put((name, term), found)
        return found

    def in_a_row(self, name: str, phrase: Mapping[bytes, Sequence[int]]) -> Integers:
        """Where the start of *phrase* (its place 0) would stand, in all passages that hold every term at its places.

        :param phrase: the places of each term in the phrase, such as ``{工: (1,), 作: (2, 4)}``.
        """
        lists = {term: self.positions(name, term) for term in phrase}
        starts: Integers | None = None
        # The rarest first: what is left to look for is then short.
        for term in sorted(phrase, key=lambda term: len(lists[term])):
            for place in phrase[term]:
                starts = lists[term] - place if starts is None else starts[among(starts + place, lists[term])]
        return np.empty(0, np.int64) if starts is None else starts

    def _read_counts(self, name: str, term: bytes) -> Counts:
        docnums, counts = [], []
        for leaf, base in self._leaves:
            for ids, weights, _ in blocks(leaf, name, term):
                docnums.append(ids + base)
                counts.append(weights)
        if not docnums:
            return Counts(np.empty(0, np.int64), np.empty(0, np.float64))
        together = np.concatenate(docnums)
        alive = self._alive[together]
        return Counts(together[alive], np.concatenate(counts)[alive])

    def _read_positions(self, name: str, term: bytes) -> Integers:
        found = [np.empty(0, np.int64)]
        for leaf, base in self._leaves:
            for ids, _, values in blocks(leaf, name, term):
                each = np.fromiter(map(len, values), np.int64, len(values)) // 4
                places = np.frombuffer(b"".join(values), "<u4").astype(np.int64)
                found.append((np.repeat(ids + base, each) << POSITION_BITS) | places)
        together = np.concatenate(found)
        kept: Integers = together[self._alive[together >> POSITION_BITS]]
        return kept


def leaves(reader: IndexReader) -> list[tuple[IndexReader, int]]:
    """The segments of an index and the docnum at which each begins."""
    return list(reader.leaf_readers()) if reader.doc_count_all() else []


def docnums_of(reader: IndexReader, name: str, term: bytes) -> list[int]:
    """The living passages that hold *term*, in the order in which they were added; for a name that few of them share."""
    found: list[int] = []
    for leaf, base in leaves(reader):
        matcher = _matcher(leaf, name, term)
        while matcher is not None and matcher.is_active():
            found.append(base + matcher.id())
            matcher.next()
    return found


def among(wanted: Integers, positions: Integers) -> Mask:
    """Which of *wanted* are among *positions*, ascending."""
    if not len(positions):
        return np.zeros(len(wanted), np.bool_)
    found = np.searchsorted(positions, wanted)
    found[found == len(positions)] = 0
    return np.asarray(positions[found] == wanted)


def _matcher(leaf: IndexReader, name: str, term: bytes) -> Any:
    try:
        return leaf.postings(name, term)
    except TermNotFound:
        return None


def blocks(leaf: IndexReader, name: str, term: bytes) -> Iterator[tuple[Integers, Floats, Sequence[bytes]]]:
    """(docnums, weights, values) of each block of a list, deleted passages among them."""
    matcher = _matcher(leaf, name, term)
    while isinstance(matcher, FilterMatcher):
        matcher = matcher.child
    while matcher is not None and matcher.is_active():
        # A block on disk is a pickle of (differences of ids, weights, values); the manifest's checksum holds for it.
        matcher._read_data()
        ids, weights, values = matcher._data
        docnums = np.cumsum(np.asarray(ids, np.int64))
        yield docnums, _weights(weights, len(docnums)), values
        matcher._next_block()


def _weights(weights: float | Sequence[float] | None, size: int) -> Floats:
    if weights is None or isinstance(weights, float):
        return np.full(size, 1.0 if weights is None else weights)
    return np.asarray(weights, np.float64)
