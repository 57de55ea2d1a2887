"""From matches to a window of the ranking: BM25, order, collapsing, facets; for engines that rank by themselves."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from whoosh.util.numeric import byte_to_length, length_to_byte

from indexer.engines.base import BOOSTS, K1, B, FacetField, Match, Matches, Sort
from indexer.model import Part, Script


@dataclass(frozen=True, slots=True, eq=False)
class PartRow:
    """What ranking and filters ask of a part. ``ordinal`` is the part's place in its source."""

    document_id: str
    source: str
    ordinal: int
    kind: str
    year: int
    date: str
    script: Script

    @classmethod
    def of(cls, part: Part) -> PartRow:
        """The row of *part*."""
        return cls(part.id, part.source, part.ordinal, part.kind, part.year, part.date, part.script)

    @property
    def newest(self) -> str:
        """The sort key of ``date``: ISO dates compare as strings, and a year alone sorts before its days."""
        return self.date or (str(self.year) if self.year else "")


@dataclass(frozen=True, slots=True)
class Found:
    """A passage that matches, with its score."""

    part: PartRow
    ordinal: int
    score: float

    @property
    def tie(self) -> tuple[str, int, str, int]:
        """Orders what scores alike."""
        return (self.part.source, self.part.ordinal, self.part.document_id, self.ordinal)


def coded_length(length: int) -> int:
    """The field length that ranking uses: what is left of *length* (tokens) after Whoosh keeps it in one byte."""
    coded: int = byte_to_length(length_to_byte(length))
    return coded


def idf(*, passages: int, frequency: int) -> float:
    """Whoosh's inverse document frequency of a word that stands in *frequency* of *passages*."""
    return math.log(passages / (frequency + 1)) + 1


def bm25(*, idf: float, count: int, length: int, mean: float) -> float:
    """The score of a word that stands *count* times in a field of *length* tokens (*mean* on average)."""
    return idf * (count * (K1 + 1)) / (count + K1 * (1 - B + B * length / mean))


def boosted(field: str, score: float) -> float:
    """*score* as it counts in *field*."""
    return BOOSTS[field] * score


def window(
    found: Sequence[Found],
    *,
    limit: int,
    offset: int = 0,
    sort: Sort = "relevance",
    per_document: int | None = None,
    facets: Sequence[FacetField] = (),
) -> Matches:
    """Hits ``offset`` to ``offset + limit`` of *found*, ordered, at most *per_document* of each document; facets."""
    ranking = _collapsed(_ordered(found, sort), per_document)
    return Matches(
        hits=tuple(ranking[max(offset, 0) : max(offset, 0) + max(limit, 0)]),
        total=len(found),
        available=len(ranking),
        facets={field: _facet(found, field) for field in facets},
    )


def _ordered(found: Iterable[Found], sort: Sort) -> list[Found]:
    ranking = sorted(found, key=lambda hit: (-hit.score, hit.tie))
    if sort == "date":
        # A stable sort: days that are equal, and all unknown days (""), stay in the order of their scores.
        ranking.sort(key=lambda hit: hit.part.newest, reverse=True)
    return ranking


def _collapsed(ranking: list[Found], per_document: int | None) -> list[Match]:
    totals = Counter(hit.part.document_id for hit in ranking)
    most = len(ranking) if per_document is None else max(per_document, 1)
    shown: Counter[str] = Counter()
    kept = []
    for hit in ranking:
        document = hit.part.document_id
        shown[document] += 1
        if shown[document] <= most:
            more = totals[document] - most if shown[document] == most else 0
            kept.append(Match(f"{document}-{hit.ordinal}", document, hit.score, max(more, 0)))
    return kept


_FACETS: dict[FacetField, Callable[[PartRow], str]] = {
    "kind": lambda part: part.kind,
    "year": lambda part: str(part.year) if part.year else "",
    "source": lambda part: part.source,
}


def _facet(found: Iterable[Found], field: FacetField) -> tuple[tuple[str, int], ...]:
    value = _FACETS[field]
    counts = Counter(value(hit.part) for hit in found)
    del counts[""]
    by_value = sorted(counts.items(), reverse=field == "year")
    return tuple(sorted(by_value, key=lambda item: -item[1]))
