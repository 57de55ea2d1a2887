"""What goes into a search and what comes out of it: requests, hits, pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from indexer.catalog import SourceEntry
from indexer.engines.base import FacetField
from indexer.model import DocumentRecord, Function, PassageRecord, Script, Span, Understanding
from indexer.snippets import Snippet
from indexer.understanding.relaxation import Step
from indexer.understanding.trees import Reading

Sort = Literal["relevance", "date"]
# How a query is read: with all that may be meant, wider where it finds nothing; only what has all of it; word for word.
Mode = Literal["auto", "all", "phrase"]


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """What a reader asks. ``page`` counts from 1. Empty strings and zeros mean "not restricted".

    ``copies_of`` is the id of a passage whose versions are wanted. ``off`` are kinds of understanding to do without.
    ``mode`` says how the query is read; a phrase has no signs of its own, so that quotes and minus stand for themselves.
    """

    query: str = ""
    page: int = 1
    per_page: int = 10
    sort: Sort = "relevance"
    kinds: tuple[str, ...] = ()
    year_from: int = 0
    year_to: int = 0
    sources: tuple[str, ...] = ()
    scripts: tuple[Script, ...] = ()
    functions: tuple[Function, ...] = ()
    document: str = ""
    copies_of: str = ""
    collapse: bool = True
    off: frozenset[Understanding] = frozenset()
    mode: Mode = "auto"

    def __post_init__(self) -> None:
        """ValueError where a page is to hold nothing."""
        if self.per_page < 1:
            raise ValueError(f"每页至少一条结果，不能是 {self.per_page}。")


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage with its score. ``highlights`` count characters of its text; ``more`` further matches of its document are collapsed.

    ``place`` is where it stands in its file, for people (第 12 行, 第 3 页, 第 8 段). ``copies`` other versions of it, which
    differ in names and numbers, are folded into it. ``partial``: it was listed for some of the words only, and ``missing``
    are those that it lacks; ``quoted`` says how close it comes to a sentence that was looked for.
    """

    record: PassageRecord
    snippet: Snippet
    highlights: tuple[Span, ...]
    score: float
    place: str
    more: int = 0
    copies: int = 0
    partial: bool = False
    missing: tuple[str, ...] = ()
    quoted: str = ""


@dataclass(frozen=True, slots=True)
class Relaxation:
    """Which step answered when the query as typed found nothing. ``missing`` are the words that stood in the way."""

    step: Step
    missing: tuple[str, ...] = ()
    message: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A page of results. ``interpreted`` tells in one Chinese line how the query was read, ``readings`` what was understood
    beyond the words; ``total`` counts passages before collapsing, ``partial`` those listed for some of the words only,
    ``available`` what is left of both after collapsing; ``pages`` is the last page that can be asked for. ``offers`` are
    other queries that may have been meant. ``fillers`` tell what stands in the gaps of a pattern, and how often.
    ``searched`` is the query that answered: ``query``, or its correction."""

    query: str
    interpreted: str
    relaxed: Relaxation | None
    total: int
    available: int
    page: int
    pages: int
    per_page: int
    took_ms: float
    hits: tuple[Hit, ...]
    facets: Mapping[FacetField, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    partial: int = 0
    readings: tuple[Reading, ...] = ()
    offers: tuple[str, ...] = ()
    fillers: tuple[tuple[str, int], ...] = ()
    searched: str = ""


@dataclass(frozen=True, slots=True)
class PassageView:
    """A passage with what stands around it. ``highlights`` count characters of the passage's text."""

    passage: PassageRecord
    document: DocumentRecord
    before: tuple[PassageRecord, ...]
    after: tuple[PassageRecord, ...]
    place: str
    highlights: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Stats:
    """What an index holds. ``kinds`` and ``years`` count documents, most first and newest first; ``built`` is an ISO time."""

    documents: int
    passages: int
    sources: int
    skipped: int
    kinds: tuple[tuple[str, int], ...]
    years: tuple[tuple[int, int], ...]
    generation: int
    built: str


@dataclass(frozen=True, slots=True)
class SourcePage:
    """Some of the sources of an index, by name; ``total`` counts all that were asked for."""

    total: int
    limit: int
    offset: int
    sources: tuple[SourceEntry, ...]


def place_of(record: PassageRecord) -> str:
    """Where a passage stands in its file, for people."""
    if record.page:
        return f"第 {record.page} 页"
    return f"第 {record.line} 行" if record.line else f"第 {record.ordinal + 1} 段"
