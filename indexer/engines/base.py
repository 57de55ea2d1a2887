"""The seam between search and an index: what every engine promises, proved by tests/engines/contract.py.

Matching, the same on every engine:

* ``Term`` and ``Phrase`` match a passage whose title, part, heading path or text holds their character tokens
  (:meth:`Analyzer.characters`) at the same relative positions. A phrase does not cross from one of these to another.
  A term without any character token matches nothing.
  A term, not a phrase, that begins or ends with a figure does not match within a longer number: 5亿元 is not in 35亿元, nor
  八条 in 十八条 (see :mod:`indexer.engines.figures`).
* ``Words`` matches where at least ``minimum`` of the *distinct* words of its text stand in the words of title, headings or
  text; single Han characters and bare figures say too little and do not count (:func:`indexer.analysis.tells`).
* ``Pairs`` matches where at least ``minimum`` of the distinct pairs of neighbouring letters stand in one of the texts.
* ``Function`` matches the passages that have the function, and those that hold its text as a term.
* ``Pattern`` matches by the rules of :mod:`indexer.patterns`, in one of the texts of a passage.
* ``And`` / ``Or`` / ``Either`` / ``Expanded`` / ``Not`` / ``Filter`` / ``MatchAll`` as their docstrings say.

Scoring: a ``Term``, ``Phrase``, ``Words`` or ``Pairs`` gives the sum, over the fields of ``BOOSTS`` and the distinct tokens of its text in
that field (its words; in ``grams`` its letters and the pairs of neighbouring ones), of boost * BM25(token, field), and ``INNER`` of it for
a word that stands in the text only within longer ones (:func:`indexer.engines.ranking.inner`). BM25 is Whoosh's
BM25F: idf = ln(N / (df + 1)) + 1, with K1 and B. N, df and mean lengths count living passages; lengths are Whoosh's
one-byte lengths. ``And`` and ``Or`` add up the children that match, ``Either`` takes the best of them. ``Expanded`` gives what
its ``child`` gives; a passage that only the others match gets ``EXPANDED`` of the best of these, at most ``EXPANDED`` of the
least that the child gives to any passage: an expansion never outranks the word itself. ``Function`` gives ``FUNCTION`` to
passages with the function and nothing to the rest, ``Pattern`` adds ``PATTERN`` (and ``PAUSED``, where it is ``paused``) to the score
of its plain pieces (joined by blanks), so that it comes before what has its words only. ``Not``, ``Filter`` and ``MatchAll`` give 0. The sum is multiplied by the passage's
quality (:func:`indexer.engines.records.quality`). Ties are broken by source, part ordinal, document id and passage ordinal.

A search may be ranked by another query than the one that it matches (``rank``), and list passages that match only that one as well
(``partial``, best first): what has some of the words, among what has all of them. Totals and facets count what matches the query itself.

Facets leave out what is unknown (kind ``""``, year 0); years are given as strings. Sorting by date uses the year where
there is no full date. ``Filter("title")`` wants every value; another filter without values matches nothing; a year filter
with ``low=0`` lets unknown years pass. Parts without passages are not kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

from indexer.model import DocumentRecord, Part, PassageRecord
from indexer.query import Query

Sort = Literal["relevance", "date"]
FacetField = Literal["kind", "function", "year", "source"]

K1, B = 1.2, 0.6
GRAMS = "grams"
BOOSTS: Mapping[str, float] = {"title": 0.2, "heading": 0.3, "body": 1.0, GRAMS: 0.3}
# What a word gives that stands in a text only within longer words, of what it gives elsewhere: 长效 and 机制 beside 长效机制, which
# without it counts three times. From 0.5 to 0.8 it makes little difference where it lies.
INNER = 0.6
EXPANDED = 0.8
FUNCTION = 8.0
PATTERN = 10.0
# More than the words of patterns, which are everyday ones, differ by: what has its commas as typed comes first.
PAUSED = 5.0
# A token that more passages hold than this share of all, and than this number, scores only where its text has no rarer one: it tells
# nothing, and its list is the longest.
COMMON_SHARE, COMMON_LEAST = 0.2, 5000
# In a text of more tokens than this (counted by field; a sentence of some twenty letters has as many) that is so from a smaller share
# on: enough is left that is rarer, and three in four postings are spared.
MANY_TOKENS, MANY_SHARE = 75, 0.05
MOST_FOLDED = 200
# What matches in part is listed from this share of the best score on: below it, it has little to do with the query.
PARTIAL_SHARE = 0.25


class Match(NamedTuple):
    """A passage that was found.

    ``more`` counts matches of its document that collapsing left out (on its last match), ``copies`` the matches that were
    folded into it. ``partial`` says that it matches only what the search was ranked by.
    """

    id: str
    document_id: str
    score: float
    more: int = 0
    copies: int = 0
    partial: bool = False


class PassageText(NamedTuple):
    """The text of a passage, and whether a converter made it."""

    id: str
    text: str
    converted: bool


@dataclass(frozen=True, slots=True)
class Matches:
    """A window of the ranking. ``total`` counts every match, ``partial`` what is listed beside these, ``available`` what is
    left of both after collapsing.

    ``facets`` count matches (before collapsing) by value, most first, ties by value descending for years and ascending else.
    """

    hits: tuple[Match, ...]
    total: int
    partial: int
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
        rank: Query | None = None,
        partial: int = 0,
        partial_last: bool = False,
        sort: Sort = "relevance",
        per_document: int | None = None,
        fold_copies: bool = False,
        facets: Sequence[FacetField] = (),
    ) -> Matches:
        """Hits ``offset`` to ``offset + limit`` of the ranking, at most ``per_document`` of each document.

        Scores are those of *rank* where it is given; the best *partial* passages that match only *rank* are listed too, down
        to ``PARTIAL_SHARE`` of the best score; behind all others with *partial_last*.
        With *fold_copies*, of the first ``MOST_FOLDED`` hits those that are copies of one before them are folded into it,
        and count no more for their document. ``date`` sorts newest first (unknown dates last), then by score.
        """

    def count(self, query: Query) -> int:
        """How many passages match."""

    def passages(self, ids: Iterable[str]) -> list[PassageRecord]:
        """The records of *ids* that exist, in the order of *ids*."""

    def texts(self, ids: Iterable[str]) -> list[PassageText]:
        """The texts of *ids* that exist, in the order of *ids*: for many, since records take ten times as long."""

    def document(self, document_id: str) -> DocumentRecord | None:
        """The record of a document, or None."""

    def passages_of(self, document_id: str, *, start: int = 0, end: int | None = None) -> list[PassageRecord]:
        """The passages of a document with ``start <= ordinal < end``, in order."""

    def close(self) -> None:
        """Release files; the engine is not used afterwards."""
