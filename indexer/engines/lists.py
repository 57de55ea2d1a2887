"""The postings of a commit, gathered as integers and sorted once into lists.

What is more than the limit of memory waits in files, sorted, and is joined when all is written.
"""

from __future__ import annotations

import heapq
import pickle
import shutil
import tempfile
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise, repeat
from operator import itemgetter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

# Bytes that a distinct term takes in memory while postings are gathered.
_TERM_BYTES = 150
# Postings after which the memory that is held is added up.
_LOOK_AFTER = 20_000
_ARRAYS = ("bounds", "docnums", "weights", "ends", "places")


@dataclass(frozen=True, slots=True)
class PostingList:
    """The postings of a term: docnums ascending, and weights.

    Where the field has positions, ``places`` are those of all postings in a row, and ``ends`` says where each posting ends in them.
    """

    docnums: NDArray[np.int64]
    weights: NDArray[np.float32]
    ends: NDArray[np.int64] | None = None
    places: NDArray[np.uint32] | None = None

    def values(self, low: int, high: int) -> tuple[bytes, ...]:
        """The positions of the postings *low* to *high* as the index keeps them; nothing where there are none."""
        if self.ends is None or self.places is None:
            return ()
        bounds = [int(self.ends[low - 1]) if low else 0, *self.ends[low:high].tolist()]
        data = self.places[bounds[0] : bounds[-1]].astype("<u4").tobytes()
        cuts = [(bound - bounds[0]) * 4 for bound in bounds]
        return tuple(data[start:end] for start, end in pairwise(cuts))

    @classmethod
    def joined(cls, parts: Sequence[PostingList]) -> PostingList:
        """The lists of one term from several runs, whose passages follow one another."""
        if len(parts) == 1:
            return parts[0]
        docnums = np.concatenate([part.docnums for part in parts])
        weights = np.concatenate([part.weights for part in parts])
        if parts[0].places is None:
            return cls(docnums, weights)
        sizes = [np.diff(part.ends, prepend=0) for part in parts if part.ends is not None]
        places = [part.places for part in parts if part.places is not None]
        return cls(docnums, weights, np.cumsum(np.concatenate(sizes)), np.concatenate(places))


@dataclass(slots=True)
class _Gathered:
    """The postings of a field in the order in which they came. ``sizes`` counts the places of each, if it has places."""

    terms: dict[str, int] = field(default_factory=dict)
    numbers: array[int] = field(default_factory=lambda: array("I"))
    docnums: array[int] = field(default_factory=lambda: array("I"))
    weights: array[float] = field(default_factory=lambda: array("f"))
    sizes: array[int] = field(default_factory=lambda: array("I"))
    places: array[int] = field(default_factory=lambda: array("I"))

    def number(self, text: str) -> int:
        return self.terms.setdefault(text, len(self.terms))

    def add(self, docnum: int, weights: Mapping[str, float]) -> None:
        self.numbers.extend(map(self.number, weights))
        self.docnums.extend(repeat(docnum, len(weights)))
        self.weights.extend(weights.values())

    @property
    def nbytes(self) -> int:
        arrays = (self.numbers, self.docnums, self.weights, self.sizes, self.places)
        return sum(4 * len(own) for own in arrays) + _TERM_BYTES * len(self.terms)


@dataclass(frozen=True, slots=True)
class _Run:
    """The postings of a field, sorted: those of term ``i`` are ``bounds[i]:bounds[i + 1]``."""

    terms: Sequence[bytes]
    bounds: NDArray[np.int64]
    docnums: NDArray[np.int64]
    weights: NDArray[np.float32]
    ends: NDArray[np.int64]
    places: NDArray[np.uint32]

    @classmethod
    def of(cls, own: _Gathered) -> _Run:
        """Sort what was gathered."""
        encoded = [text.encode("utf-8", "surrogatepass") for text in own.terms]
        ranked = sorted(range(len(encoded)), key=encoded.__getitem__)
        rank = np.empty(len(ranked), np.int64)
        rank[ranked] = np.arange(len(ranked))
        keys = rank[np.asarray(own.numbers)]
        # Stable: the passages of a term stay in their order.
        order = np.argsort(keys, kind="stable")
        ends, places = _sorted_places(own, order)
        return cls(
            [encoded[number] for number in ranked],
            np.concatenate([[0], np.cumsum(np.bincount(keys, minlength=len(ranked)))]),
            np.asarray(own.docnums, np.int64)[order],
            np.asarray(own.weights, np.float32)[order],
            ends,
            places,
        )

    def lists(self) -> Iterator[tuple[bytes, PostingList]]:
        """Each term with its postings, in order."""
        bounds = self.bounds.tolist()
        for term, low, high in zip(self.terms, bounds, bounds[1:], strict=False):
            yield term, self._list(low, high)

    def _list(self, low: int, high: int) -> PostingList:
        docnums, weights = self.docnums[low:high], self.weights[low:high]
        if not len(self.ends):
            return PostingList(docnums, weights)
        start = int(self.ends[low - 1]) if low else 0
        ends = self.ends[low:high] - start
        return PostingList(docnums, weights, ends, self.places[start : start + int(ends[-1])])

    def write(self, folder: Path) -> None:
        """Keep the run in files."""
        folder.mkdir()
        with (folder / "terms").open("wb") as file:
            pickle.dump(self.terms, file, pickle.HIGHEST_PROTOCOL)
        for name in _ARRAYS:
            np.save(folder / name, getattr(self, name))

    @classmethod
    def read(cls, folder: Path) -> _Run:
        """A run that :meth:`write` kept; its arrays stay on disk."""
        with (folder / "terms").open("rb") as file:
            terms = pickle.load(file)  # noqa: S301  (a file that this process wrote)
        arrays = {name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in _ARRAYS}
        return cls(terms, **arrays)


class PostingPool:
    """Gathers the postings of a commit. Passages are added in the order of their docnums."""

    def __init__(self, folder: str, *, limit: int) -> None:
        """:param folder: where runs wait. :param limit: bytes of memory after which a run is written."""
        self._folder = Path(tempfile.mkdtemp(prefix="runs.", dir=folder))
        self._limit = limit
        self._fields: dict[str, _Gathered] = {}
        self._added = 0
        self._runs = 0

    def add(self, name: str, docnum: int, weights: Mapping[str, float]) -> None:
        """The terms of a field of a passage, with their weights."""
        self._fields.setdefault(name, _Gathered()).add(docnum, weights)
        self._count(len(weights))

    def add_places(self, name: str, docnum: int, places: Mapping[str, Iterable[int]]) -> None:
        """The terms of a field of a passage, with the positions of each."""
        own = self._fields.setdefault(name, _Gathered())
        own.add(docnum, dict.fromkeys(places, 1.0))
        for each in places.values():
            before = len(own.places)
            own.places.extend(each)
            own.sizes.append(len(own.places) - before)
        self._count(2 * len(places))

    def add_block(
        self,
        name: str,
        term: bytes,
        docnums: NDArray[np.int64],
        weights: NDArray[np.float64],
        values: Sequence[bytes],
    ) -> None:
        """Postings of another segment, docnum -1 where a passage was deleted; the docnums are beyond those added before."""
        own = self._fields.setdefault(name, _Gathered())
        kept = docnums >= 0
        number = own.number(term.decode("utf-8", "surrogatepass"))
        own.numbers.extend(repeat(number, int(kept.sum())))
        own.docnums.extend(docnums[kept].tolist())
        own.weights.extend(weights[kept].tolist())
        for value in (value for value, keep in zip(values, kept.tolist(), strict=False) if keep):
            own.sizes.append(len(value) // 4)
            own.places.frombytes(np.frombuffer(value, "<u4").astype(np.uint32).tobytes())
        self._count(len(docnums))

    def lists(self) -> Iterator[tuple[str, Iterator[tuple[bytes, PostingList]]]]:
        """Each field with its terms and their postings, both in order."""
        names = {path.name for path in self._folder.glob("*/*")} | {
            name for name, own in self._fields.items() if own.numbers
        }
        for name in sorted(names):
            yield name, _joined([run.lists() for run in self._runs_of(name)])

    def cleanup(self) -> None:
        """Remove the files."""
        self._fields.clear()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _count(self, postings: int) -> None:
        self._added += postings
        if self._added > _LOOK_AFTER:
            self._added = 0
            if sum(own.nbytes for own in self._fields.values()) > self._limit:
                self.write_run()

    def write_run(self) -> None:
        """Sort what is held, and let it wait in files."""
        folder = self._folder / f"{self._runs:06}"
        folder.mkdir()
        self._runs += 1
        for name in list(self._fields):
            _Run.of(self._fields.pop(name)).write(folder / name)

    def _runs_of(self, name: str) -> Iterator[_Run]:
        for folder in sorted(self._folder.glob(f"*/{name}")):
            yield _Run.read(folder)
        if name in self._fields:
            yield _Run.of(self._fields.pop(name))


def _joined(runs: Sequence[Iterator[tuple[bytes, PostingList]]]) -> Iterator[tuple[bytes, PostingList]]:
    """The terms of all runs in order; what a term has in several runs is one list."""
    if len(runs) == 1:
        yield from runs[0]
        return
    numbered = [((term, number, own) for term, own in run) for number, run in enumerate(runs)]
    for term, parts in groupby(heapq.merge(*numbered, key=itemgetter(0, 1)), key=itemgetter(0)):
        yield term, PostingList.joined([own for _, _, own in parts])


def _sorted_places(own: _Gathered, order: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
    """The places in the order of the sorted postings, and where each posting ends in them."""
    sizes = np.asarray(own.sizes, np.int64)
    if not len(sizes):
        return np.empty(0, np.int64), np.empty(0, np.uint32)
    starts = (np.cumsum(sizes) - sizes)[order]
    sizes = sizes[order]
    ends = np.cumsum(sizes)
    where = np.repeat(starts - (ends - sizes), sizes) + np.arange(int(sizes.sum()))
    return ends, np.asarray(own.places, np.uint32)[where]
