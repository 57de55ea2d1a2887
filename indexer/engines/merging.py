"""Runs and segments -> one segment: the terms of all in order, their postings with new numbers, deleted passages left out.

Works through a field by slices of its terms, so that memory does not grow with what is merged.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from indexer.copies import SIGNATURE_BYTES
from indexer.engines.arrayfile import Array, ArrayFile, ArrayFileWriter
from indexer.engines.base import GRAMS
from indexer.engines.packing import Numbers, Packed, as_ends, pack, runs_of, slices, sums
from indexer.engines.runs import FIELDS, PLACED, WORDS, Run, blobs, lists, names_of
from indexer.engines.terms import Keys, Terms

# Postings, or positions, that are held at a time: some 200 bytes each.
_HELD = 2_000_000
# Sources whose terms are brought together at a time.
_TOGETHER = 32
_PARTS = {"ordinal": np.uint32, "newest": np.int32, "year": np.int32, "script": np.uint8}
_PASSAGES = {"ordinal": np.uint32, "functions": np.uint8, "quality": np.uint8}

Mask = NDArray[np.bool_]
Places = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Source:
    """What is merged: its arrays, and which of its passages are kept (all, where that is None). Parts are kept as a whole."""

    arrays: Run
    kept: Mask | None = None

    @property
    def passages(self) -> Numbers:
        """The passages that are kept."""
        return np.arange(len(self.arrays["passage.part"])) if self.kept is None else np.flatnonzero(self.kept)

    @property
    def parts(self) -> Numbers:
        """The parts that are kept."""
        starts = self.arrays["part.starts"]
        return np.arange(len(starts)) if self.kept is None else np.flatnonzero(self.kept[starts])

    def release(self) -> None:
        """Let go of the memory of what was read of a file."""
        if isinstance(self.arrays, ArrayFile):
            self.arrays.release()

    def moved(self, base: int) -> Numbers:
        """The new number of each passage, -1 where it is not kept."""
        moved = np.full(len(self.arrays["passage.part"]), -1, np.int64)
        moved[self.passages] = np.arange(base, base + len(self.passages))
        return moved


def merge(sources: Sequence[Source], path: Path) -> int:
    """Write the passages of *sources*, in their order, to a new file; how many these are."""
    writer = ArrayFileWriter(path)
    try:
        bases = np.cumsum([0, *(len(source.passages) for source in sources)])
        moved = [source.moved(int(base)) for source, base in zip(sources, bases, strict=False)]
        for name in FIELDS:
            _merge_field(name, sources, moved, writer)
        _merge_passages(sources, writer)
        _merge_parts(sources, writer)
        writer.close()
    except BaseException:
        writer.abandon()
        raise
    return int(bases[-1])


# A field


def _merge_field(name: str, sources: Sequence[Source], moved: Sequence[Numbers], writer: ArrayFileWriter) -> None:
    terms, numbers = _union([Terms.read(source.arrays, name) for source in sources])
    size = "place_sizes" if name in PLACED else "sizes"
    sizes = np.zeros(len(terms), np.int64)
    for source, own in zip(sources, numbers, strict=True):
        sizes[own] += source.arrays[f"{name}.{size}"]
    most = sum(array.nbytes for source in sources for array in source.arrays.values())
    with _Pieces(writer, most=most) as pieces:
        for low, high in slices(sizes, _HELD):
            of_sources = [
                _Slice.read(name, source.arrays, own, moves, low, high)
                for source, own, moves in zip(sources, numbers, moved, strict=True)
            ]
            pieces.add(_merged(name, of_sources, terms, low, high))
            for source in sources:
                source.release()


class _Pieces:
    """The arrays of a field, which come slice by slice; long ones wait in files."""

    def __init__(self, writer: ArrayFileWriter, *, most: int) -> None:
        """:param most: bytes that an array may come to have."""
        self._writer = writer
        self._ends = np.dtype(np.uint32 if most < 1 << 32 else np.uint64)
        self._folder = Path(tempfile.mkdtemp(prefix="merging.", dir=writer.folder))
        self._files: dict[str, BinaryIO] = {}
        self._dtypes: dict[str, np.dtype[Any]] = {}
        self._offsets: dict[str, int] = {}

    def __enter__(self) -> _Pieces:
        return self

    def __exit__(self, failure: object, *_: object) -> None:
        for file in self._files.values():
            file.close()
        if failure is None:
            for name, dtype in self._dtypes.items():
                self._writer.copy(name, dtype, self._folder / name)
        shutil.rmtree(self._folder, ignore_errors=True)

    def add(self, arrays: dict[str, Array]) -> None:
        """The arrays of the next slice; ends go on counting where the slice before it stopped."""
        last = {name: len(arrays[_data_of(name)]) for name in arrays if name.endswith("_ends")}
        for name, array in arrays.items():
            if name in last:
                array = (array + np.uint64(self._offsets.get(name, 0))).astype(self._ends)
                self._offsets[name] = self._offsets.get(name, 0) + last[name]
            self._write(name, array)

    def _write(self, name: str, array: Array) -> None:
        if name not in self._files:
            self._files[name] = (self._folder / name).open("wb")
            self._dtypes[name] = array.dtype
        self._files[name].write(np.ascontiguousarray(array).data)


def _data_of(ends: str) -> str:
    """The array that an array of ends speaks of: docs for doc_ends."""
    return ends.removesuffix("_ends") + "s"


@dataclass(frozen=True, slots=True)
class _Slice:
    """The postings of a source for some terms: the number of each term among these, how many postings it has, and these."""

    terms: Places
    sizes: Numbers
    docs: Numbers
    counts: Numbers
    places: Numbers

    @classmethod
    def read(cls, name: str, arrays: Run, numbers: Places, moved: Numbers, low: int, high: int) -> _Slice:
        """Those of the terms *low* to *high*; *numbers* are the source's terms among all."""
        first, last = np.searchsorted(numbers, [low, high]).tolist()
        sizes = arrays[f"{name}.sizes"][first:last].astype(np.int64)
        docs = sums(
            Packed(arrays[f"{name}.docs"], arrays[f"{name}.doc_ends"]).all(sizes, default=0, first=first), sizes
        )
        counts = Packed(arrays[f"{name}.counts"], arrays[f"{name}.count_ends"]).all(sizes, default=1, first=first)
        places = np.empty(0, np.int64)
        if name in PLACED:
            held = arrays[f"{name}.place_sizes"][first:last].astype(np.int64)
            places = Packed(arrays[f"{name}.places"], arrays[f"{name}.place_ends"]).all(held, default=0, first=first)
        return cls(numbers[first:last] - low, sizes, moved[docs], counts, places)._living()

    def _living(self) -> _Slice:
        """Without the postings of passages that are not kept."""
        kept = self.docs >= 0
        if kept.all():
            return self
        of_term = np.repeat(np.arange(len(self.sizes)), self.sizes)
        sizes = np.bincount(of_term[kept], minlength=len(self.sizes))
        places = self.places[np.repeat(kept, self.counts)] if len(self.places) else self.places
        return _Slice(self.terms, sizes, self.docs[kept], self.counts[kept], places)


def _merged(name: str, of_sources: Sequence[_Slice], terms: _Union, low: int, high: int) -> dict[str, Array]:
    """The arrays of the terms *low* to *high*, without those that nothing is left of."""
    sizes = np.zeros(high - low, np.int64)
    for own in of_sources:
        sizes[own.terms] += own.sizes
    docs, counts = (np.empty(int(sizes.sum()), np.int64) for _ in range(2))
    # The passages of one source stand before those of the next: no list needs to be sorted.
    for own, at in _places_for(sizes, [(own.terms, own.sizes) for own in of_sources], of_sources):
        docs[at], counts[at] = own.docs, own.counts
    left = sizes > 0
    arrays = lists(name, sizes[left], docs, counts)
    if name in PLACED:
        arrays |= _merged_places(name, of_sources, high - low, left)
    return arrays | terms.slice(low, high, left).arrays(name)


def _merged_places(name: str, of_sources: Sequence[_Slice], count: int, left: Mask) -> dict[str, Array]:
    by_term = [_by_list(own.counts, own.sizes) for own in of_sources]
    sizes = np.zeros(count, np.int64)
    for own, held in zip(of_sources, by_term, strict=True):
        sizes[own.terms] += held
    places = np.empty(int(sizes.sum()), np.int64)
    pairs = [(own.terms, held) for own, held in zip(of_sources, by_term, strict=True)]
    for own, at in _places_for(sizes, pairs, of_sources):
        places[at] = own.places
    kept = pack(places, sizes[left])
    return {
        f"{name}.places": kept.data,
        f"{name}.place_ends": kept.ends,
        f"{name}.place_sizes": sizes[left].astype(np.uint32),
    }


def _places_for(
    sizes: Numbers, pairs: Sequence[tuple[Places, Numbers]], of_sources: Sequence[_Slice]
) -> Iterator[tuple[_Slice, Numbers]]:
    """Where what each source has goes in the lists of all: behind that of the sources before it."""
    fill = np.cumsum(sizes) - sizes
    for own, (terms, held) in zip(of_sources, pairs, strict=True):
        starts = np.cumsum(held) - held
        yield own, np.repeat(fill[terms] - starts, held) + np.arange(int(held.sum()))
        fill[terms] += held


def _by_list(numbers: Numbers, sizes: Numbers) -> Numbers:
    """The sum of each list; lists may be empty."""
    ends = np.cumsum(sizes)
    total = np.concatenate([[0], np.cumsum(numbers)])
    return np.asarray(total[ends] - total[ends - sizes])


@dataclass(frozen=True, slots=True)
class _Union:
    """The terms of all sources, in order: their keys where none is longer, else themselves."""

    keys: NDArray[np.uint64] | None
    texts: list[bytes]

    def __len__(self) -> int:
        return len(self.texts) if self.keys is None else len(self.keys)

    def slice(self, low: int, high: int, left: Mask) -> Terms:
        """Those of *low* to *high* that are left."""
        if self.keys is not None:
            return Terms.short(self.keys[low:high][left])
        return Terms.long([self.texts[low + row] for row in np.flatnonzero(left).tolist()])


def _union(of_sources: Sequence[Terms]) -> tuple[_Union, list[Places]]:
    """All terms, and the number of each source's terms among them."""
    if not any(len(terms.tails) for terms in of_sources):
        keys = _distinct([terms.keys for terms in of_sources])
        return _Union(keys, []), [_places_in(keys, terms.keys) for terms in of_sources]
    texts = [terms.all() for terms in of_sources]
    every = sorted(set().union(*texts))
    place = dict(zip(every, range(len(every)), strict=True))
    return _Union(None, every), [np.fromiter(map(place.__getitem__, own), np.int32, len(own)) for own in texts]


def _distinct(of_sources: Sequence[Keys]) -> Keys:
    """All keys in order, some sources at a time: what they have in common is held once."""
    found = np.empty(0, np.uint64)
    for first in range(0, len(of_sources), _TOGETHER):
        together = np.concatenate([found, *of_sources[first : first + _TOGETHER]])
        # They come in order each, which this sort makes use of.
        found = runs_of(np.sort(together, kind="stable"))[0]
    return found


def _places_in(keys: Keys, own: Keys) -> Places:
    return np.searchsorted(keys, own).astype(np.int32)


# Passages and parts


def _merge_passages(sources: Sequence[Source], writer: ArrayFileWriter) -> None:
    for name in (*WORDS, GRAMS):
        writer.write(
            f"{name}.lengths", np.concatenate([source.arrays[f"{name}.lengths"][source.passages] for source in sources])
        )
    bases = np.cumsum([0, *(len(source.parts) for source in sources)])
    numbers = [
        np.searchsorted(source.parts, source.arrays["passage.part"][source.passages]) + base
        for source, base in zip(sources, bases, strict=False)
    ]
    writer.write("passage.part", np.concatenate(numbers).astype(np.uint32))
    for name, dtype in _PASSAGES.items():
        own = [source.arrays[f"passage.{name}"][source.passages] for source in sources]
        writer.write(f"passage.{name}", np.concatenate(own).astype(dtype))
    _merge_blobs("passage.records", [(source, source.passages) for source in sources], writer)
    signatures = [
        source.arrays["passage.signature"].reshape(-1, SIGNATURE_BYTES)[source.passages] for source in sources
    ]
    writer.write("passage.signature", np.concatenate(signatures).reshape(-1))


def _merge_parts(sources: Sequence[Source], writer: ArrayFileWriter) -> None:
    for name, dtype in _PARTS.items():
        writer.write(
            f"part.{name}",
            np.concatenate([source.arrays[f"part.{name}"][source.parts] for source in sources]).astype(dtype),
        )
    bases = np.cumsum([0, *(len(source.passages) for source in sources)])
    starts = [
        np.searchsorted(source.passages, source.arrays["part.starts"][source.parts]) + base
        for source, base in zip(sources, bases, strict=False)
    ]
    writer.write("part.starts", np.concatenate(starts).astype(np.uint32))
    ids = np.concatenate([source.arrays["part.ids"][source.parts] for source in sources])
    writer.write("part.ids", ids)
    writer.write("part.order", np.argsort(ids, kind="stable").astype(np.uint32))
    for name in ("source", "kind"):
        _merge_names(name, sources, writer)
    _merge_blobs("part.outlines", [(source, source.parts) for source in sources], writer)


def _merge_names(name: str, sources: Sequence[Source], writer: ArrayFileWriter) -> None:
    numbers: dict[str, int] = {}
    codes = []
    for source in sources:
        names = names_of(source.arrays, name)
        own = source.arrays[f"part.{name}"][source.parts]
        new = np.zeros(len(names), np.uint32)
        for code in np.unique(own).tolist():
            new[code] = numbers.setdefault(names[code], len(numbers))
        codes.append(new[own])
    writer.write(f"part.{name}", np.concatenate(codes))
    for key, array in blobs(f"{name}.names", (text.encode("utf-8", "surrogatepass") for text in numbers)).items():
        writer.write(key, array)


def _merge_blobs(name: str, of_sources: Sequence[tuple[Source, Numbers]], writer: ArrayFileWriter) -> None:
    sizes = []
    with writer.growing(name, np.dtype(np.uint8)) as write:
        for source, rows in of_sources:
            arrays = source.arrays
            ends = arrays[f"{name}_ends"].astype(np.int64)
            own = np.diff(ends, prepend=0)
            sizes.append(own[rows])
            if len(rows) == len(ends):
                write(arrays[name])
            else:
                for row in rows.tolist():
                    write(arrays[name][ends[row] - own[row] : ends[row]])
            source.release()
    writer.write(f"{name}_ends", as_ends(np.cumsum(np.concatenate(sizes))))
