"""What is read from a Whoosh index: postings of a term over all segments, and the tables that ranking needs.

Only calls that whoosh 2.7.4 and whoosh-reloaded share are used. Documents of Whoosh are our passages; a ``docnum``
counts them over all segments, deleted ones included.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from whoosh.reading import IndexReader, TermNotFound

from indexer.engines import fields
from indexer.engines.base import BOOSTS
from indexer.engines.ranking import PartRow
from indexer.errors import IndexDamaged


@dataclass(frozen=True, slots=True)
class Tables:
    """Columns of the whole index, by docnum; read once and then shared by threads. Means are over living passages."""

    parts: Sequence[PartRow]
    ordinals: Sequence[int]
    lengths: Mapping[str, Sequence[int]]
    means: Mapping[str, float]
    alive: frozenset[int]


class Postings:
    """Reads the postings of one commit, deleted passages left out. For one thread at a time."""

    def __init__(self, reader: IndexReader) -> None:
        self._reader = reader
        self._leaves = list(reader.leaf_readers()) if reader.doc_count_all() else []

    def close(self) -> None:
        """Release the files."""
        self._reader.close()

    def stored(self, docnum: int, name: str) -> str | None:
        """A stored value of a passage."""
        value: str | None = self._reader.stored_fields(docnum).get(name)
        return value

    def docnums(self, name: str, term: bytes) -> list[int]:
        """The passages that hold *term* in a field, ascending."""
        return [docnum for leaf, base in self._leaves for docnum in _ids(_matcher(leaf, name, term), base)]

    def counts(self, name: str, term: bytes) -> dict[int, int]:
        """How often *term* stands in a words field of each passage that holds it."""
        counts: dict[int, int] = {}
        for leaf, base in self._leaves:
            matcher = _matcher(leaf, name, term)
            while matcher is not None and matcher.is_active():
                counts[base + matcher.id()] = int(matcher.weight())
                matcher.next()
        return counts

    def in_a_row(self, name: str, phrase: Mapping[bytes, Sequence[int]]) -> list[int]:
        """The passages that hold every term of *phrase* at its places, all moved by the same distance.

        :param phrase: the places of each term in the phrase, such as ``{工: (1,), 作: (2, 4)}``.
        """
        if len(phrase) == 1 and all(len(places) == 1 for places in phrase.values()):
            return self.docnums(name, next(iter(phrase)))
        return [base + docnum for leaf, base in self._leaves for docnum in _in_a_row(leaf, name, phrase)]

    def tables(self) -> Tables:
        """Read the tables: about a second for 200,000 passages."""
        alive = frozenset(base + docnum for leaf, base in self._leaves for docnum in leaf.all_doc_ids())
        lengths = {name: array("I", self._lengths(name)) for name in BOOSTS}
        means = {name: sum(own[docnum] for docnum in alive) / max(len(alive), 1) for name, own in lengths.items()}
        return Tables(
            parts=[part for leaf, _ in self._leaves for part in _parts(leaf.column_reader("part", translate=False))],
            ordinals=array(
                "I", (n for leaf, _ in self._leaves for n in leaf.column_reader("ordinal", translate=False))
            ),
            lengths=lengths,
            means=means,
            alive=alive,
        )

    def _lengths(self, name: str) -> Iterator[int]:
        for leaf, _ in self._leaves:
            for docnum in range(leaf.doc_count_all()):
                # Whoosh answers None where no length was kept.
                yield leaf.doc_field_length(docnum, name) or 0


def part_column(part: PartRow) -> bytes:
    """*part* as the column keeps it."""
    return json.dumps(asdict(part)).encode()


def _parts(column: Iterable[bytes]) -> Iterator[PartRow]:
    # The passages of a part stand in a row, are deleted together and merged in order: the first one speaks for all.
    part: PartRow | None = None
    for value in column:
        part = PartRow(**json.loads(bytes(value))) if value else part
        if part is None:
            raise IndexDamaged("索引里有一段没有写明所属的文档。请用 fanwen index --rebuild 重建索引。")
        yield part


def _matcher(leaf: IndexReader, name: str, term: bytes) -> Any:
    try:
        return leaf.postings(name, term)
    except TermNotFound:
        return None


def _ids(matcher: Any, base: int) -> Iterator[int]:
    while matcher is not None and matcher.is_active():
        yield base + matcher.id()
        matcher.next()


def _in_a_row(leaf: IndexReader, name: str, phrase: Mapping[bytes, Sequence[int]]) -> list[int]:
    first, *others = sorted(phrase, key=lambda term: int(leaf.doc_frequency(name, term)))
    shifts = dict(_shifts(_matcher(leaf, name, first), phrase[first]))
    for term in others:
        if not shifts:
            break
        shifts = dict(_narrowed(_matcher(leaf, name, term), phrase[term], shifts))
    return sorted(shifts)


def _shifts(matcher: Any, places: Sequence[int]) -> Iterator[tuple[int, set[int]]]:
    """For each passage, how far the phrase may be moved so that a term of it stands where it should."""
    while matcher is not None and matcher.is_active():
        if fitting := _fitting(matcher, places):
            yield matcher.id(), fitting
        matcher.next()


def _narrowed(matcher: Any, places: Sequence[int], shifts: Mapping[int, set[int]]) -> Iterator[tuple[int, set[int]]]:
    if matcher is None:
        return
    for docnum, former in shifts.items():
        if matcher.is_active():
            matcher.skip_to(docnum)
        if not matcher.is_active():
            return
        if matcher.id() == docnum and (fitting := former & _fitting(matcher, places)):
            yield docnum, fitting


def _fitting(matcher: Any, places: Sequence[int]) -> set[int]:
    positions = fields.positions(matcher.value())
    fitting = {position - places[0] for position in positions}
    for place in places[1:]:
        if not fitting:
            # A phrase with 的 256 times over: to try every place in every passage would take a quarter of a minute.
            break
        fitting &= {position - place for position in positions}
    return fitting
