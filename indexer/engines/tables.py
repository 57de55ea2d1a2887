"""Columns of a whole commit as arrays by docnum; those of a single segment lie in its mapped file."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.copies import SIGNATURE_BYTES, Signatures
from indexer.engines.base import BOOSTS, FacetField
from indexer.engines.codec import LENGTHS
from indexer.engines.postings import Docnums, Floats, Integers, Mask
from indexer.engines.ranking import saturation
from indexer.engines.records import split_id
from indexer.engines.runs import SCRIPTS, Run, function_bits, names_of
from indexer.model import Function
from indexer.query import Filter

Array = NDArray[Any]
_WORD = 8


@dataclass(frozen=True, slots=True)
class Norm:
    """The lengths of a field: ``codes`` by docnum (Whoosh's one byte), and the mean length.

    ``saturations[count << 8 | code]`` is what BM25 makes of a count below 256 at a length.
    """

    codes: NDArray[np.uint8]
    mean: float
    saturations: Floats

    @classmethod
    def of(cls, codes: NDArray[np.uint8], mean: float) -> Norm:
        """Work out the saturations."""
        counts, lengths = np.arange(256.0)[:, None], LENGTHS.astype(np.float64)
        return cls(codes, mean, np.asarray(saturation(count=counts, length=lengths, mean=mean)).reshape(-1))


class Tables:
    """The columns of *segments*, which are one behind the other. Parts count over all segments, deleted ones included."""

    def __init__(self, segments: Sequence[Run], deleted: Sequence[Array]) -> None:
        """:param deleted: the deleted passages of each segment."""
        self._segments = segments
        self.bases = np.cumsum([0, *(len(arrays["passage.part"]) for arrays in segments)])
        self._part_bases = np.cumsum([0, *(len(arrays["part.starts"]) for arrays in segments)])
        self.size = int(self.bases[-1])
        gone = [own + base for own, base in zip(deleted, self.bases, strict=False)]
        self.alive = np.ones(self.size, np.bool_)
        if gone:
            self.alive[np.concatenate(gone)] = False
        self.passages = self.size - sum(map(len, deleted))
        self.part_of = self._renumbered("passage.part", self._part_bases)
        self.part_starts = self._renumbered("part.starts", self.bases)

    def column(self, name: str) -> Array:
        """A column as the segments have it."""
        if len(self._segments) == 1:
            return self._segments[0][name]
        return np.concatenate([arrays[name] for arrays in self._segments] or [np.empty(0, np.uint8)])

    @cached_property
    def ordinals(self) -> Array:
        """The ordinal of each passage in its part."""
        return self.column("passage.ordinal")

    @cached_property
    def functions(self) -> Array:
        """What each passage does, as bits."""
        return self.column("passage.functions")

    @cached_property
    def quality(self) -> Floats:
        """What the score of each passage is multiplied by."""
        return np.arange(256)[self.column("passage.quality")] / 100

    @cached_property
    def signatures(self) -> Signatures:
        """The signature of each passage."""
        return self.column("passage.signature").reshape(-1, SIGNATURE_BYTES)

    @cached_property
    def norms(self) -> Mapping[str, Norm]:
        """By field that ranks; mean lengths are those of living passages."""
        return {name: self._norm(self.column(f"{name}.lengths")) for name in BOOSTS}

    @cached_property
    def newest(self) -> Array:
        """The date of each part as a number that sorts as dates do."""
        return self.column("part.newest")

    @cached_property
    def facets(self) -> Mapping[FacetField, tuple[tuple[str, ...], Array]]:
        """By facet of parts: its values, and the number of each part's value among these."""
        years, which = np.unique(self.column("part.year"), return_inverse=True)
        return {
            "kind": self._named("kind"),
            "source": self._named("source"),
            "year": (tuple(str(year) if year else "" for year in years.tolist()), which),
        }

    @cached_property
    def ties(self) -> tuple[Callable[[Docnums], Array], ...]:
        """What orders passages that score alike, the first of these first: source, part's ordinal, document's id, ordinal."""
        codes = self.facets["source"][1]
        words = [partial(self._of_parts, column) for column in self._ids]
        return (
            partial(self._of_parts, codes),
            partial(self._of_parts, self._part_ordinals),
            *words,
            lambda docnums: self.ordinals.take(docnums),
        )

    def document_ids(self, parts: Array) -> list[str]:
        """The ids of the documents of parts."""
        return [found.decode("utf-8", "surrogatepass") for found in self._id_column[parts].tolist()]

    def passages_of(self, document_id: str) -> range:
        """The docnums of the living passages of a document, in order."""
        found = map(self._rows, self._parts_with(document_id))
        return next((rows for rows in found if rows and self.alive[rows[0]]), range(0))

    def number_of(self, document_id: str, ordinal: int) -> int | None:
        """The docnum of a living passage."""
        rows = self.passages_of(document_id)
        row = rows.start + int(self.ordinals[rows.start : rows.stop].searchsorted(ordinal))
        return row if row in rows and self.ordinals[row] == ordinal else None

    def parts_of_source(self, source: str) -> list[int]:
        """The first passage of each living part of a source, in the order in which they were added."""
        names, codes = self.facets["source"]
        if source not in names:
            return []
        starts = self.part_starts[np.flatnonzero(codes == names.index(source))]
        return [start for start in starts.tolist() if self.alive[start]]

    def numbers_of(self, ids: Iterable[str]) -> Integers:
        """The docnums of passages by id; those that do not exist are left out."""
        wanted = [split for split in map(split_id, ids) if split]
        found = (self.number_of(document, ordinal) for document, ordinal in wanted)
        return np.asarray(sorted(row for row in found if row is not None), np.int64)

    def of_parts(self, chosen: Filter) -> Mask:
        """The passages, deleted ones among them, whose parts pass a filter that looks at parts."""
        return self._passing(chosen).take(self.part_of)

    def with_function(self, function: Function) -> Mask:
        """The passages, deleted ones among them, that have *function*."""
        return (self.functions & function_bits([function])) > 0

    def _passing(self, chosen: Filter) -> Mask:
        match chosen.field:
            case "year":
                years = self.column("part.year")
                return (years >= chosen.low) & (years <= chosen.high)
            case "source":
                folders = tuple(value.rstrip("/") + "/" for value in chosen.values)
                return self._by_name("source", lambda name: name in chosen.values or name.startswith(folders))
            case "document":
                passing = np.zeros(len(self.part_starts), np.bool_)
                passing[[part for value in chosen.values for part in self._parts_with(value)]] = True
                return passing
            case "script":
                codes = [code for code, script in enumerate(SCRIPTS) if script in chosen.values]
                return np.isin(self.column("part.script"), codes)
            case _:
                return self._by_name("kind", lambda name: name in chosen.values)

    def _by_name(self, field: FacetField, test: Callable[[str], bool]) -> Mask:
        names, codes = self.facets[field]
        return np.fromiter(map(test, names), np.bool_, len(names)).take(codes)

    @cached_property
    def _part_ordinals(self) -> Array:
        return self.column("part.ordinal")

    @cached_property
    def _id_column(self) -> Array:
        return self.column("part.ids")

    @cached_property
    def _ids(self) -> tuple[Array, ...]:
        """The ids of parts, eight bytes at a time, as numbers that sort as they do."""
        ids = self._id_column
        words = -(-ids.dtype.itemsize // _WORD)
        return tuple(ids.astype(f"S{words * _WORD}").view(">u8").reshape(len(ids), words).T)

    @cached_property
    def _orders(self) -> list[tuple[Array, Array, int]]:
        """Of each segment: the ids of its parts, what puts them in order, and the number of its first part."""
        bases = self._part_bases.tolist()
        return [(own["part.ids"], own["part.order"], base) for own, base in zip(self._segments, bases, strict=False)]

    def _of_parts(self, column: Array, docnums: Docnums) -> Array:
        # Of a column that is not in one piece, take would copy all of it.
        return column[self.part_of.take(docnums)]

    def _rows(self, part: int) -> range:
        end = self.part_starts[part + 1] if part + 1 < len(self.part_starts) else self.size
        return range(int(self.part_starts[part]), int(end))

    def _parts_with(self, document_id: str) -> list[int]:
        """The parts that have an id: one that was replaced is still there, deleted."""
        key = np.bytes_(document_id.encode("utf-8", "surrogatepass"))
        if document_id.endswith("\0"):
            # Numpy takes such bytes for the filling behind a shorter id.
            return []
        found = []
        for ids, order, base in self._orders:
            # Numpy's own search would copy the whole order into wider numbers, and look twice.
            place = bisect_left(order, key, key=ids.__getitem__)
            while place < len(order) and ids[order[place]] == key:
                found.append(base + int(order[place]))
                place += 1
        return found

    def _renumbered(self, name: str, bases: Array) -> Array:
        columns = [arrays[name] for arrays in self._segments]
        if len(columns) == 1:
            return columns[0]
        moved = [own + np.uint32(base) for own, base in zip(columns, bases, strict=False)]
        return np.concatenate([np.empty(0, np.uint32), *moved])

    def _norm(self, codes: Array) -> Norm:
        living = codes if self.passages == self.size else codes[self.alive]
        total = int(np.bincount(living, minlength=len(LENGTHS)) @ LENGTHS)
        # The mean is 0 only where no passage has a token in this field, and nothing is scored then.
        return Norm.of(codes, total / max(self.passages, 1) or 1.0)

    def _named(self, name: str) -> tuple[tuple[str, ...], Array]:
        """The distinct names over all segments, in order, and each part's."""
        own = [names_of(arrays, name) for arrays in self._segments]
        names = tuple(sorted({text for each in own for text in each}))
        place = {text: number for number, text in enumerate(names)}
        new = [np.asarray([place[text] for text in each], np.int64) for each in own]
        codes = [arrays[f"part.{name}"] for arrays in self._segments]
        moved = [to[code] for to, code in zip(new, codes, strict=True)]
        return names, np.concatenate([np.empty(0, np.int64), *moved])
