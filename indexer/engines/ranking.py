"""BM25, and from matches to a window of the ranking: order, collapsing, facets; one passage at a time, plainly right.

:mod:`indexer.engines.windows` does the second with arrays, and has to give the same.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from whoosh.util.numeric import byte_to_length, length_to_byte

from indexer.copies import fold
from indexer.engines.base import (
    COMMON_LEAST,
    COMMON_SHARE,
    K1,
    MANY_SHARE,
    MANY_TOKENS,
    MOST_FOLDED,
    PARTIAL_SHARE,
    B,
    FacetField,
    Match,
    Matches,
    Sort,
)
from indexer.model import FUNCTION_NAMES, Function, Part, Script

Number = TypeVar("Number", float, NDArray[np.float64])


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
    functions: tuple[Function, ...] = ()
    signature: bytes = b""
    partial: bool = False

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


def inner(words: Iterable[tuple[str, int, int]]) -> set[str]:
    """Those of *words* (each with its start and end in a text) that stand only within longer ones: 长效 of 长效机制."""
    within: set[str] = set()
    apart: set[str] = set()
    reached = -1
    for word, _, end in sorted(words, key=lambda found: (found[1], -found[2])):
        (within if end <= reached else apart).add(word)
        reached = max(reached, end)
    return within - apart


def telling(frequencies: Sequence[int], *, passages: int) -> list[bool]:
    """Which tokens of a text score, by the number of passages that hold each: what stands everywhere only where nothing rarer does."""
    share = COMMON_SHARE if len(frequencies) <= MANY_TOKENS else MANY_SHARE
    most = max(COMMON_LEAST, share * passages)
    rare = [frequency <= most for frequency in frequencies]
    return rare if any(rare) else [True] * len(rare)


def saturation(*, count: Number, length: Number, mean: float) -> Number:
    """What BM25 makes of a word that stands *count* times in a field of *length* tokens (*mean* on average), before its idf; of
    arrays as well."""
    return count * (K1 + 1) / (count + K1 * (1 - B + B * length / mean))


def window(
    found: Sequence[Found],
    *,
    limit: int,
    offset: int = 0,
    partial: int = 0,
    partial_last: bool = False,
    sort: Sort = "relevance",
    per_document: int | None = None,
    fold_copies: bool = False,
    facets: Sequence[FacetField] = (),
) -> Matches:
    """Hits ``offset`` to ``offset + limit`` of *found*, ordered, at most *per_document* of each document; facets.

    The best *partial* of those that match in part only are listed, and not counted.
    """
    whole = [hit for hit in found if not hit.partial]
    least = PARTIAL_SHARE * max((hit.score for hit in found), default=0.0)
    beside = _ordered((hit for hit in found if hit.partial and hit.score >= least), "relevance")[:partial]
    parts = [whole, beside] if partial_last else [[*whole, *beside]]
    ordered = [hit for part in parts for hit in _ordered(part, sort)]
    folded = _folded(ordered) if fold_copies else [(hit, 0) for hit in ordered]
    ranking = _collapsed(folded, per_document)
    return Matches(
        hits=tuple(ranking[max(offset, 0) : max(offset, 0) + max(limit, 0)]),
        total=len(whole),
        partial=len(beside),
        available=len(ranking),
        facets={field: _facet(whole, field) for field in facets},
    )


def _ordered(found: Iterable[Found], sort: Sort) -> list[Found]:
    ranking = sorted(found, key=lambda hit: (-hit.score, hit.tie))
    if sort == "date":
        # A stable sort: days that are equal, and all unknown days (""), stay in the order of their scores.
        ranking.sort(key=lambda hit: hit.part.newest, reverse=True)
    return ranking


def _folded(ordered: Sequence[Found]) -> list[tuple[Found, int]]:
    """Hits without those that are copies of one before them, and how many copies each has."""
    near, beyond = ordered[:MOST_FOLDED], ordered[MOST_FOLDED:]
    if not near:
        return []
    signatures = np.frombuffer(b"".join(hit.signature for hit in near), np.uint8).reshape(len(near), -1)
    return [*((near[row], len(copies)) for row, copies in fold(signatures)), *((hit, 0) for hit in beyond)]


def _collapsed(ranking: Sequence[tuple[Found, int]], per_document: int | None) -> list[Match]:
    totals = Counter(hit.part.document_id for hit, _ in ranking)
    most = len(ranking) if per_document is None else max(per_document, 1)
    shown: Counter[str] = Counter()
    kept = []
    for hit, copies in ranking:
        document = hit.part.document_id
        shown[document] += 1
        if shown[document] <= most:
            more = totals[document] - most if shown[document] == most else 0
            kept.append(Match(f"{document}-{hit.ordinal}", document, hit.score, max(more, 0), copies, hit.partial))
    return kept


# The facets that a passage has from its part.
FACETS: Mapping[FacetField, Callable[[PartRow], str]] = {
    "kind": lambda part: part.kind,
    "year": lambda part: str(part.year) if part.year else "",
    "source": lambda part: part.source,
}


def _facet(found: Iterable[Found], field: FacetField) -> tuple[tuple[str, int], ...]:
    if field == "function":
        return by_count(Counter(function for hit in found for function in hit.functions), field)
    value = FACETS[field]
    return by_count(Counter(value(hit.part) for hit in found), field)


def by_count(counts: Mapping[str, int], field: FacetField) -> tuple[tuple[str, int], ...]:
    """The values of a facet, most first; ties in the order of reading, years with the newest first."""
    order = list[str](FUNCTION_NAMES)
    keys: dict[FacetField, Callable[[str], object]] = {"function": order.index}
    kept = [value for value, count in counts.items() if value and count]
    ordered = sorted(kept, key=keys.get(field, str), reverse=field == "year")  # type: ignore[arg-type]
    return tuple(sorted(((value, int(counts[value])) for value in ordered), key=lambda item: -item[1]))
