"""The read path: SearchRequest -> Page."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from indexer import patterns
from indexer.analysis import Analyzer, Remembering, default_analyzer
from indexer.answering import FACETS, MAX_DEPTH, PER_DOCUMENT, Answer, Answering, folded, restricted
from indexer.catalog import SourceEntry
from indexer.deadline import checked
from indexer.dictionary import Dictionary
from indexer.engines.base import Match, PassageText
from indexer.following import Following
from indexer.generations import IndexFolder
from indexer.model import DocumentRecord, PassageRecord, Span, Understanding
from indexer.pages import Hit, Page, PassageView, Relaxation, SearchRequest, Sort, SourcePage, Stats, place_of
from indexer.query import Filter, Not, Or, ParsedQuery, Pattern, Phrase, Query, conjunction, describe, parse
from indexer.readers import Lent, Readers
from indexer.similar import MOST_SIMILAR, Resembling
from indexer.snippets import Marker, merge, snippet
from indexer.text import Letters, fold, fold_text, readings, taiwanese
from indexer.understanding import quotation
from indexer.understanding.stopwords import without_stopwords
from indexer.understanding.trees import Reading, understand
from indexer.vocabulary import pinyin
from indexer.vocabulary.corrections import Corrector
from indexer.vocabulary.suggestions import Suggestion, suggest

__all__ = [
    "FACETS",
    "MAX_DEPTH",
    "PER_DOCUMENT",
    "Hit",
    "Page",
    "PassageView",
    "Reading",
    "Relaxation",
    "Search",
    "SearchRequest",
    "Sort",
    "SourcePage",
    "Stats",
    "place_of",
]

# Passages whose gaps are told, the best ones.
GAPS_TOLD = 100


class Search:
    """Answers requests from an index folder. Safe to share between threads; sees new generations by itself."""

    def __init__(self, *, folder: Path, analyzer: Analyzer | None = None, dictionary: Dictionary | None = None) -> None:
        dictionary = Dictionary.read(None) if dictionary is None else dictionary
        self._following = Following(dictionary)
        self._store = IndexFolder(folder)
        self._readers = Readers(self._store, Remembering(analyzer or default_analyzer(dictionary.words)))

    @property
    def _dictionary(self) -> Dictionary:
        """Synonyms and stop words as they are now; words take effect with the generation that was cut by them."""
        return self._following.now()

    def warm(self) -> None:
        """Load what the first search would wait for: half a second and 60 MB of script and pinyin tables; no index."""
        for text in ("預熱", "预热"):
            taiwanese(readings(text)[0])
        pinyin.readings("预热")
        pinyin.character_readings("预")
        # As long as a passage: shorter texts are gone through in another way.
        Letters.of(fold("预热" * 50))

    def search(self, request: SearchRequest) -> Page:
        """The page that *request* asks for. Raises QueryError, IndexMissing, IndexDamaged."""
        started = time.perf_counter()
        with self._readers.lent() as lent:
            corrector = Corrector(lent.vocabulary)
            answer = Answering(lent.engine, lent.analyzer, self._dictionary, corrector, request).answer()
            hits = _hits(lent, answer)
            fillers = _fillers(lent, answer)
        return _page(request, answer, hits, fillers, started)

    def suggest(self, text: str, *, limit: int = 8) -> list[Suggestion]:
        """What *text*, which is being typed, may become: headings, titles and frequent phrases, with counts."""
        with self._readers.lent() as lent:
            return suggest(lent.vocabulary, text, limit=limit)

    def passage(
        self, passage_id: str, *, query: str = "", off: frozenset[Understanding] = frozenset(), around: int = 2
    ) -> PassageView | None:
        """A passage and *around* neighbours on each side, marked where it matches *query*; None where there is none."""
        parsed = parse(query, patterns="patterns" not in off)
        with self._readers.lent() as lent:
            marker = Marker(_marks(parsed, lent.analyzer, self._dictionary, off), lent.analyzer)
            found = lent.engine.passages([passage_id])
            document = lent.engine.document(found[0].document_id) if found else None
            if document is None:
                return None
            passage = found[0]
            low, high = max(0, passage.ordinal - around), passage.ordinal + around + 1
            beside = lent.engine.passages_of(document.id, start=low, end=high)
        return PassageView(
            passage,
            document,
            tuple(record for record in beside if record.ordinal < passage.ordinal),
            tuple(record for record in beside if record.ordinal > passage.ordinal),
            place_of(passage),
            _spans(passage, marker),
        )

    def similar(self, passage_id: str, *, limit: int = 10) -> tuple[Hit, ...] | None:
        """Passages that resemble one, best first (see :class:`Resembling`); None where there is no such passage."""
        with self._readers.lent() as lent:
            found = lent.engine.passages([passage_id])
            resembling = Resembling(lent.engine, lent.vocabulary, lent.analyzer)
            return resembling.of(found[0], limit=min(limit, MOST_SIMILAR)) if found else None

    def versions(self, passage_id: str, *, limit: int = 20) -> tuple[PassageRecord, ...] | None:
        """The near-copies of a passage, without itself, in the order of their sources; None where there is no such passage."""
        copies = conjunction([Filter("copies", (passage_id,)), Not(Filter("passage", (passage_id,)))])
        with self._readers.lent() as lent:
            if not lent.engine.passages([passage_id]):
                return None
            found = lent.engine.search(copies, limit=min(limit, MAX_DEPTH))
            return tuple(lent.engine.passages(hit.id for hit in found.hits))

    def document(self, document_id: str) -> DocumentRecord | None:
        """What is known of a document; None where there is none."""
        with self._readers.lent() as lent:
            return lent.engine.document(document_id)

    def passages_of(
        self, document_id: str, *, start: int = 0, end: int | None = None
    ) -> tuple[PassageRecord, ...] | None:
        """The passages of a document with ``start <= ordinal < end``, in order; None where there is no such document."""
        with self._readers.lent() as lent:
            if lent.engine.document(document_id) is None:
                return None
            return tuple(lent.engine.passages_of(document_id, start=start, end=end))

    def generation(self) -> int:
        """The number of the generation that answers now. IndexMissing, IndexDamaged."""
        return self._readers.generation().number

    def edition(self) -> str:
        """Changes with all that an answer depends on beside the request: the generation, whatever built it, and the synonyms."""
        generation = self._readers.generation()
        return f"{generation.number}-{generation.manifest.digest}-{self._dictionary.fingerprint}"

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

    def newest(self, *, limit: int) -> tuple[SourceEntry, ...]:
        """The sources that were added last, the newest first."""
        with self._store.catalog() as catalog:
            return tuple(catalog.newest(limit))

    def sources(self, *, text: str = "", limit: int = 50, offset: int = 0, code: str | None = None) -> SourcePage:
        """The sources whose name holds *text*, skipped ones too; *code* asks for those skipped for this reason, or ``""``."""
        with self._store.catalog() as catalog:
            total, entries = catalog.page(text, limit=limit, offset=offset, code=code)
        return SourcePage(total, limit, offset, entries)

    def analyzer(self) -> Analyzer:
        """What cut the texts of the index in service. IndexMissing, IndexDamaged."""
        with self._readers.lent() as lent:
            return lent.analyzer

    def documents_with(self, texts: Iterable[str]) -> int:
        """How many documents hold one of *texts* as it stands."""
        with self._readers.lent() as lent:
            query = Or(tuple(map(Phrase, texts)))
            return lent.engine.search(query, limit=1, per_document=1).available if query.children else 0

    def texts_with(self, text: str, *, limit: int) -> list[PassageText]:
        """The texts of passages that hold *text* as it stands, the best first."""
        with self._readers.lent() as lent:
            return lent.engine.texts(hit.id for hit in lent.engine.search(Phrase(text), limit=limit).hits)

    def close(self) -> None:
        """Release the index files."""
        self._readers.close()


def _marks(parsed: ParsedQuery, analyzer: Analyzer, dictionary: Dictionary, off: frozenset[Understanding]) -> Query:
    """What is highlighted in a passage that was asked for."""
    asked = parsed if "stopwords" in off else without_stopwords(parsed, dictionary)[0]
    return understand(asked, dictionary=dictionary, analyzer=analyzer, off=off).marks


def _hits(lent: Lent, answer: Answer) -> tuple[Hit, ...]:
    records = {record.id: record for record in lent.engine.passages(match.id for match in answer.matches.hits)}
    marker = Marker(answer.understood.marks, lent.analyzer)
    return tuple(_hit(records[match.id], match, answer, marker) for match in checked(answer.matches.hits))


def _fillers(lent: Lent, answer: Answer) -> tuple[tuple[str, int], ...]:
    """What fills the gaps of the one pattern that was asked for."""
    wanted = [term for term in answer.parsed.terms if isinstance(term, Pattern)]
    if len(wanted) != 1:
        return ()
    found = lent.engine.search(answer.query, limit=GAPS_TOLD)
    texts = lent.engine.texts(match.id for match in found.hits)
    finder = patterns.Finder(wanted[0], lent.analyzer)
    fillers = finder.fillers(
        [one.text for one in texts], [fold(one.text, converted=one.converted) for one in checked(texts)]
    )
    return patterns.grouped(fillers)


def _hit(record: PassageRecord, match: Match, answer: Answer, marker: Marker) -> Hit:
    quoted = quotation.align(answer.quote, folded(record)) if answer.quote else None
    spans = merge(quoted.spans) if quoted else _spans(record, marker)
    return Hit(
        record=record,
        snippet=snippet(record.text, spans),
        highlights=spans,
        score=match.score,
        place=place_of(record),
        more=match.more,
        copies=match.copies,
        partial=match.partial,
        missing=_missing(record, answer) if match.partial or answer.relaxation else (),
        quoted=quotation.describe(quoted) if quoted and answer.relaxation else "",
    )


def _spans(record: PassageRecord, marker: Marker) -> tuple[Span, ...]:
    return marker.spans(record.text, converted="converted" in record.flags)


def _missing(record: PassageRecord, answer: Answer) -> tuple[str, ...]:
    """The terms of a query that stand nowhere in a passage as a whole, in whatever wording; a sentence is no term."""
    if answer.quote:
        return ()
    texts = (record.title, record.part, *record.heading_path, record.text)
    converted = "converted" in record.flags
    held = [quotation.letters(fold_text(text, converted=converted)) for text in texts]
    return tuple(
        wordings[0]
        for wordings in answer.understood.wordings
        if not any(quotation.letters(wording) in text for wording in wordings for text in held)
    )


def _page(
    request: SearchRequest, answer: Answer, hits: tuple[Hit, ...], fillers: tuple[tuple[str, int], ...], started: float
) -> Page:
    matches = answer.matches
    reachable = min(matches.available, MAX_DEPTH)
    return Page(
        query=request.query,
        # Ids say nothing to a reader; the page tells what they stand for.
        interpreted=describe(restricted(answer.parsed.query, replace(request, document="", copies_of=""))),
        relaxed=answer.relaxation,
        total=matches.total,
        available=matches.available,
        page=request.page,
        pages=max(1, math.ceil(reachable / request.per_page)),
        per_page=request.per_page,
        took_ms=round((time.perf_counter() - started) * 1000, 2),
        hits=hits,
        facets=matches.facets,
        warnings=answer.parsed.warnings,
        partial=matches.partial,
        readings=answer.readings,
        offers=answer.offers,
        fillers=fillers,
        searched=answer.text,
    )
