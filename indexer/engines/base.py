"""The seam between search and an index: what every engine promises, proved by tests/engines/contract.py.

Matching, the same on every engine:

* ``Term`` and ``Phrase`` match a passage whose title, part, heading path or text holds their character tokens
  (:meth:`Analyzer.characters`) at the same relative positions. A phrase does not cross from one of these to another.
  A term without any character token matches nothing.
* ``Words`` matches where at least ``minimum`` of the *distinct* words of its text stand in the words of title, headings or text.
* ``And`` / ``Or`` / ``Not`` / ``Filter`` / ``MatchAll`` as their docstrings say.

Scoring: a ``Term`` or ``Phrase`` gives ``CONTIGUOUS`` plus the sum, over its distinct words and the fields of ``BOOSTS``, of
boost * BM25(word, field); ``Words`` gives the same sum without ``CONTIGUOUS``. ``And`` and ``Or`` add up the children that match.
``Not``, ``Filter`` and ``MatchAll`` give 0. BM25 is Whoosh's BM25F: idf = ln(N / (df + 1)) + 1, K1 = 1.2, B = 0.75.
N, df and mean lengths count living passages; lengths are Whoosh's one-byte lengths. Ties are broken by source, part
ordinal, document id and passage ordinal.

Facets leave out what is unknown (kind ``""``, year 0); years are given as strings. Sorting by date uses the year where
there is no full date. ``Filter("title")`` wants every value; another filter without values matches nothing; a year filter
with ``low=0`` lets unknown years pass. Parts without passages are not kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Literal, Protocol

from indexer.model import DocumentRecord, Part, PassageRecord
from indexer.query import Query

Sort = Literal["relevance", "date"]
FacetField = Literal["kind", "year", "source"]

CONTIGUOUS = 1.0
K1, B = 1.2, 0.75
BOOSTS: Mapping[str, float] = {"title": 0.3, "heading": 0.5, "body": 1.0}


@dataclass(frozen=True, slots=True)
class Match:
    """A passage that was found. ``more`` counts matches of its document that collapsing left out (on its last match)."""

    id: str
    document_id: str
    score: float
    more: int = 0


@dataclass(frozen=True, slots=True)
class Matches:
    """A window of the ranking. ``total`` counts every match, ``available`` those left after collapsing.

    ``facets`` count matches (before collapsing) by value, most first, ties by value descending for years and ascending else.
    """

    hits: tuple[Match, ...]
    total: int
    available: int
    facets: Mapping[FacetField, tuple[tuple[str, int], ...]]


class Writer(Protocol):
    """Changes of one commit; nothing is seen by readers before the ``with`` block of :meth:`Engine.writing` ends well."""

    def add(self, part: Part) -> None:
        """Index the passages of *part* and keep its record."""

    def delete_source(self, source: str) -> int:
        """Remove all that came from *source* before this commit; the number of passages removed."""


class Engine(Protocol):
    """An index of passages."""

    def writing(self) -> AbstractContextManager[Writer]:
        """A commit: all or nothing."""

    def search(
        self,
        query: Query,
        *,
        limit: int,
        offset: int = 0,
        sort: Sort = "relevance",
        per_document: int | None = None,
        facets: Sequence[FacetField] = (),
    ) -> Matches:
        """Hits ``offset`` to ``offset + limit`` of the ranking, at most ``per_document`` of each document.

        ``date`` sorts newest first (unknown dates last), then by score.
        """

    def count(self, query: Query) -> int:
        """How many passages match."""

    def passages(self, ids: Iterable[str]) -> list[PassageRecord]:
        """The records of *ids* that exist, in the order of *ids*."""

    def document(self, document_id: str) -> DocumentRecord | None:
        """The record of a document, or None."""

    def passages_of(self, document_id: str, *, start: int = 0, end: int | None = None) -> list[PassageRecord]:
        """The passages of a document with ``start <= ordinal < end``, in order."""

    def close(self) -> None:
        """Release files; the engine is not used afterwards."""
