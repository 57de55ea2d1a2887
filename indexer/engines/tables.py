"""Columns of a whole index as arrays by docnum: read once for a commit, then shared by threads."""

from __future__ import annotations

import json
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from whoosh.reading import IndexReader

from indexer.copies import SIGNATURE_BYTES, Signatures
from indexer.engines.base import BOOSTS, FacetField
from indexer.engines.postings import Floats, Integers, Mask, leaves
from indexer.engines.ranking import FACETS, PartRow
from indexer.engines.records import split_id
from indexer.errors import IndexDamaged
from indexer.model import FUNCTION_NAMES, Function


@dataclass(frozen=True, slots=True)
class Facet:
    """The values of a facet, sorted, and the number of each passage's value among them."""

    values: tuple[str, ...]
    codes: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Tables:
    """By docnum unless said otherwise. ``part_of`` counts ``parts``; ``tie`` and ``newest`` are ranks to sort by; means are
    over living passages."""

    parts: Sequence[PartRow]
    part_of: NDArray[np.int32]
    ordinals: NDArray[np.int64]
    functions: NDArray[np.uint8]
    quality: Floats
    lengths: Mapping[str, Floats]
    means: Mapping[str, float]
    alive: Mask
    passages: int
    tie: Integers
    newest: Integers
    facets: Mapping[FacetField, Facet]
    signatures: Signatures
    parts_by_id: Mapping[str, Sequence[int]]

    def numbers_of(self, ids: Iterable[str]) -> Integers:
        """The docnums of passages by id; those that do not exist are left out."""
        wanted = [split for split in map(split_id, ids) if split]
        found = [docnum for document, ordinal in wanted for docnum in self._docnums(document, ordinal)]
        return np.asarray(found, np.int64)

    def _docnums(self, document: str, ordinal: int) -> list[int]:
        own = np.isin(self.part_of, self.parts_by_id.get(document, ()))
        return np.flatnonzero(own & self.alive & (self.ordinals == ordinal)).tolist()

    def of_parts(self, test: Callable[[PartRow], bool]) -> Mask:
        """The passages of the parts that pass *test*."""
        return np.fromiter(map(test, self.parts), np.bool_, len(self.parts))[self.part_of]

    def with_function(self, function: Function) -> Mask:
        """The passages that have *function*."""
        return (self.functions & function_bits([function])) > 0


def function_bits(functions: Iterable[Function]) -> int:
    """*functions* as the column keeps them."""
    order = list(FUNCTION_NAMES)
    return sum(1 << order.index(function) for function in functions)


def part_column(part: PartRow) -> bytes:
    """*part* as the column keeps it."""
    return json.dumps(asdict(part)).encode()


def read_tables(reader: IndexReader) -> Tables:
    """Read the columns: about a second for 200,000 passages."""
    segments = [leaf for leaf, _ in leaves(reader)]
    alive = _alive(reader)
    parts, part_of = _parts(segments)
    ordinals = np.asarray(_column(segments, "ordinal", "I"), np.int64)
    lengths = {name: np.asarray(array("I", _lengths(segments, name)), np.float64) for name in BOOSTS}
    passages = int(alive.sum())
    return Tables(
        parts=parts,
        part_of=part_of,
        ordinals=ordinals,
        functions=np.asarray(_column(segments, "functions", "B"), np.uint8),
        quality=np.asarray(_column(segments, "quality", "B"), np.float64) / 100,
        lengths=lengths,
        means={name: float(own[alive].sum()) / max(passages, 1) for name, own in lengths.items()},
        alive=alive,
        passages=passages,
        tie=_ranks([(part.source, part.ordinal, part.document_id) for part in parts])[part_of] << 32 | ordinals,
        newest=_ranks([part.newest for part in parts])[part_of],
        signatures=_signatures(segments),
        parts_by_id=_by_id(parts),
        facets={field: _facet([value(part) for part in parts], part_of) for field, value in FACETS.items()},
    )


def _alive(reader: IndexReader) -> Mask:
    alive = np.zeros(reader.doc_count_all(), np.bool_)
    for leaf, base in leaves(reader):
        alive[np.fromiter(leaf.all_doc_ids(), np.int64) + base] = True
    return alive


def _column(segments: Iterable[IndexReader], name: str, code: str) -> array[int]:
    return array(code, (value for leaf in segments for value in leaf.column_reader(name, translate=False)))


def _signatures(segments: Iterable[IndexReader]) -> Signatures:
    joined = b"".join(value for leaf in segments for value in leaf.column_reader("signature", translate=False))
    return np.frombuffer(joined, np.uint8).reshape(-1, SIGNATURE_BYTES)


def _by_id(parts: Sequence[PartRow]) -> dict[str, list[int]]:
    """The numbers of the parts that have an id; one that was replaced is listed with the former one."""
    found: dict[str, list[int]] = {}
    for number, part in enumerate(parts):
        found.setdefault(part.document_id, []).append(number)
    return found


def _lengths(segments: Iterable[IndexReader], name: str) -> Iterator[int]:
    for leaf in segments:
        for docnum in range(leaf.doc_count_all()):
            # Whoosh answers None where no length was kept.
            yield leaf.doc_field_length(docnum, name) or 0


def _parts(segments: Iterable[IndexReader]) -> tuple[list[PartRow], NDArray[np.int32]]:
    # The passages of a part stand in a row, are deleted together and merged in order: the first one speaks for all.
    parts: list[PartRow] = []
    part_of = array("i")
    for leaf in segments:
        for value in leaf.column_reader("part", translate=False):
            if value:
                parts.append(PartRow(**json.loads(bytes(value))))
            if not parts:
                raise IndexDamaged("索引里有一段没有写明所属的文档。请用 fanwen index --rebuild 重建索引。")
            part_of.append(len(parts) - 1)
    return parts, np.asarray(part_of, np.int32)


def _ranks(keys: Sequence[Any]) -> Integers:
    """The place of each key among the distinct ones, in order."""
    order = {key: rank for rank, key in enumerate(sorted(set(keys)))}
    return np.fromiter((order[key] for key in keys), np.int64, len(keys))


def _facet(values: Sequence[str], part_of: NDArray[np.int32]) -> Facet:
    return Facet(tuple(sorted(set(values))), _ranks(values).astype(np.int32)[part_of])
