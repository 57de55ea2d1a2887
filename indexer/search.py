"""The read path: SearchRequest -> Page."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

from indexer.analysis import Analyzer, default_analyzer
from indexer.engines.base import Engine, FacetField, Match, Matches
from indexer.generations import IndexFolder
from indexer.model import DocumentRecord, PassageRecord, Script, Span
from indexer.query import LAST_YEAR, Filter, ParsedQuery, Phrase, Query, Term, conjunction, describe, parse
from indexer.readers import Readers
from indexer.relaxation import Step, relaxations, without
from indexer.snippets import Snippet, matching_spans, snippet

Sort = Literal["relevance", "date"]

PER_DOCUMENT = 2
# Hits that can be paged to: who has looked at a thousand passages wants another query.
MAX_DEPTH = 1000
FACETS: tuple[FacetField, ...] = get_args(FacetField)


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """What a reader asks. ``page`` counts from 1. Empty strings and zeros mean "not restricted"."""

    query: str = ""
    page: int = 1
    per_page: int = 10
    sort: Sort = "relevance"
    kinds: tuple[str, ...] = ()
    year_from: int = 0
    year_to: int = 0
    sources: tuple[str, ...] = ()
    scripts: tuple[Script, ...] = ()
    document: str = ""
    collapse: bool = True


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage with its score. ``highlights`` count characters of its text; ``more`` further matches of its document are collapsed.

    ``place`` is where it stands in its file, for people (第 12 行, 第 3 页, 第 8 段).
    """

    record: PassageRecord
    snippet: Snippet
    highlights: tuple[Span, ...]
    score: float
    place: str
    more: int = 0


@dataclass(frozen=True, slots=True)
class Relaxation:
    """Which step answered when the words together found nothing. ``missing`` are the words that stood in the way."""

    step: Step
    missing: tuple[str, ...] = ()
    message: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A page of results. ``interpreted`` tells in one Chinese line how the query was read; ``total`` counts passages before
    collapsing, ``available`` after; ``pages`` is the last page that can be asked for."""

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
class _Answer:
    """The query that was asked in the end, what it matched, and how it was relaxed."""

    query: Query
    matches: Matches
    relaxation: Relaxation | None


class Search:
    """Answers requests from an index folder. Safe to share between threads; sees new generations by itself."""

    def __init__(self, *, folder: Path, analyzer: Analyzer | None = None) -> None:
        self._analyzer = analyzer or default_analyzer()
        self._store = IndexFolder(folder)
        self._readers = Readers(self._store, self._analyzer)

    def search(self, request: SearchRequest) -> Page:
        """The page that *request* asks for. Raises QueryError, IndexMissing, IndexDamaged."""
        started = time.perf_counter()
        parsed = parse(request.query)
        with self._readers.engine() as engine:
            answer = self._answer(engine, parsed, request)
            hits = self._hits(engine, answer)
        return _page(request, parsed, answer, hits, started)

    def passage(self, passage_id: str, *, query: str = "", around: int = 2) -> PassageView | None:
        """A passage and *around* neighbours on each side, marked where it matches *query*; None where there is none."""
        asked = parse(query).query
        with self._readers.engine() as engine:
            found = engine.passages([passage_id])
            document = engine.document(found[0].document_id) if found else None
            if document is None:
                return None
            passage = found[0]
            low, high = max(0, passage.ordinal - around), passage.ordinal + around + 1
            beside = engine.passages_of(document.id, start=low, end=high)
        return PassageView(
            passage,
            document,
            tuple(record for record in beside if record.ordinal < passage.ordinal),
            tuple(record for record in beside if record.ordinal > passage.ordinal),
            place_of(passage),
            matching_spans(passage.text, asked, self._analyzer),
        )

    def stats(self) -> Stats:
        """What the index holds now."""
        generation = self._readers.generation()
        with self._store.catalog() as catalog:
            totals = catalog.totals()
        return Stats(
            documents=totals.documents,
            passages=totals.passages,
            sources=totals.sources,
            skipped=sum(totals.skipped.values()),
            kinds=tuple(sorted(totals.kinds.items(), key=lambda item: (-item[1], item[0]))),
            years=tuple(sorted(totals.years.items(), reverse=True)),
            generation=generation.number,
            built=generation.manifest.created,
        )

    def close(self) -> None:
        """Release the index files."""
        self._readers.close()

    def _answer(self, engine: Engine, parsed: ParsedQuery, request: SearchRequest) -> _Answer:
        query = _restricted(parsed.query, request)
        matches = _matches(engine, query, request)
        if matches.total or not parsed.terms:
            return _Answer(query, matches, None)
        missing, reason = _in_the_way(engine, query, parsed.terms)
        for wider in relaxations(query, self._analyzer):
            matches = _matches(engine, wider.query, request)
            if matches.total:
                return _Answer(
                    wider.query, matches, Relaxation(wider.step, missing, _relaxed_message(wider.step, reason))
                )
        return _Answer(query, matches, Relaxation("none", missing, _relaxed_message("none", reason)))

    def _hits(self, engine: Engine, answer: _Answer) -> tuple[Hit, ...]:
        records = {record.id: record for record in engine.passages(match.id for match in answer.matches.hits)}
        return tuple(self._hit(records[match.id], match, answer.query) for match in answer.matches.hits)

    def _hit(self, record: PassageRecord, match: Match, query: Query) -> Hit:
        spans = matching_spans(record.text, query, self._analyzer)
        return Hit(record, snippet(record.text, spans), spans, match.score, place_of(record), match.more)


def place_of(record: PassageRecord) -> str:
    """Where a passage stands in its file, for people."""
    if record.page:
        return f"第 {record.page} 页"
    return f"第 {record.line} 行" if record.line else f"第 {record.ordinal + 1} 段"


def _restricted(query: Query, request: SearchRequest) -> Query:
    """The query and the filters of the request together."""
    filters: list[Query] = []
    if request.kinds:
        filters.append(Filter("kind", request.kinds))
    if request.year_from or request.year_to:
        filters.append(Filter("year", low=request.year_from, high=request.year_to or LAST_YEAR))
    if request.sources:
        filters.append(Filter("source", request.sources))
    if request.scripts:
        filters.append(Filter("script", request.scripts))
    if request.document:
        filters.append(Filter("document", (request.document,)))
    return conjunction([query, *filters])


def _matches(engine: Engine, query: Query, request: SearchRequest) -> Matches:
    collapse = request.collapse and not request.document
    offset = min((max(request.page, 1) - 1) * request.per_page, MAX_DEPTH)
    limit = min(request.per_page, MAX_DEPTH - offset)
    return engine.search(
        query,
        limit=limit,
        offset=offset,
        sort=request.sort,
        per_document=PER_DOCUMENT if collapse else None,
        facets=FACETS,
    )


def _in_the_way(engine: Engine, query: Query, terms: Sequence[Term | Phrase]) -> tuple[tuple[str, ...], str]:
    """The words that are nowhere in the library, else those without which the rest would find something; and that said."""
    distinct = list(dict.fromkeys(terms))
    nowhere = tuple(term.text for term in distinct if not engine.count(term))
    if nowhere:
        return nowhere, f"文库里没有{_named(nowhere)}。"
    if len(distinct) < 2:
        return (), ""
    narrower = ((term.text, without(query, term)) for term in distinct)
    apart = tuple(text for text, rest in narrower if rest is not None and engine.count(rest))
    return apart, f"去掉{_named(apart)}就有同时含有其余词语的段落。" if apart else ""


def _named(words: Sequence[str]) -> str:
    return ("或" if len(words) > 1 else "").join(f"“{text}”" for text in words[:3])


def _relaxed_message(step: Step, reason: str) -> str:
    match step:
        case "all":
            return f"没有一字不差的段落，下面的结果含有全部词语，但不连在一起。{reason}"
        case "most":
            return f"没有同时含有全部词语的段落，下面的结果含有其中大部分。{reason}"
        case "any":
            return f"没有同时含有全部词语的段落，下面的结果只含有其中一部分。{reason}"
        case _:
            return f"没有找到相符的段落。{reason}"


def _page(request: SearchRequest, parsed: ParsedQuery, answer: _Answer, hits: tuple[Hit, ...], started: float) -> Page:
    matches = answer.matches
    reachable = min(matches.available, MAX_DEPTH)
    return Page(
        query=request.query,
        interpreted=describe(_restricted(parsed.query, request)),
        relaxed=answer.relaxation,
        total=matches.total,
        available=matches.available,
        page=request.page,
        pages=max(1, math.ceil(reachable / request.per_page)),
        per_page=request.per_page,
        took_ms=round((time.perf_counter() - started) * 1000, 2),
        hits=hits,
        facets=matches.facets,
        warnings=parsed.warnings,
    )
