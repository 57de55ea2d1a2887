"""The engine that keeps everything in lists and tries every passage in turn: the oracle of the tests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from indexer.analysis import Analyzer
from indexer.engines import records
from indexer.engines.base import BOOSTS, CONTIGUOUS, FacetField, Matches, Sort
from indexer.engines.ranking import Found, PartRow, bm25, boosted, coded_length, idf, window
from indexer.model import DocumentRecord, Part, PassageRecord, Token
from indexer.query import And, Filter, MatchAll, Not, Or, Phrase, Query, Term, Words

Characters = frozenset[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class _Entry:
    """A passage as it is searched."""

    record: PassageRecord
    document: DocumentRecord
    part: PartRow
    titles: tuple[Characters, ...]
    texts: tuple[Characters, ...]
    words: dict[str, Counter[str]]
    lengths: dict[str, int]


class MemoryEngine:
    """See :class:`indexer.engines.base.Engine`. Made to be plainly right, not fast."""

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer
        self._entries: list[_Entry] = []

    @contextmanager
    def writing(self) -> Iterator[_Writer]:
        """A commit: all or nothing."""
        writer = _Writer(self._analyzer, self._entries)
        yield writer
        self._entries = writer.kept + writer.added

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
        """See :meth:`indexer.engines.base.Engine.search`."""
        judge = _Judge(self._analyzer, self._entries)
        matching = [entry for entry in self._entries if judge.matches(query, entry)]
        found = [Found(entry.part, entry.record.ordinal, judge.score(query, entry)) for entry in matching]
        return window(found, limit=limit, offset=offset, sort=sort, per_document=per_document, facets=facets)

    def count(self, query: Query) -> int:
        """How many passages match."""
        judge = _Judge(self._analyzer, self._entries)
        return sum(judge.matches(query, entry) for entry in self._entries)

    def passages(self, ids: Iterable[str]) -> list[PassageRecord]:
        """The records of *ids* that exist, in the order of *ids*."""
        known = {entry.record.id: entry.record for entry in self._entries}
        return [known[passage_id] for passage_id in ids if passage_id in known]

    def document(self, document_id: str) -> DocumentRecord | None:
        """The record of a document, or None."""
        return next((entry.document for entry in self._entries if entry.document.id == document_id), None)

    def passages_of(self, document_id: str, *, start: int = 0, end: int | None = None) -> list[PassageRecord]:
        """The passages of a document with ``start <= ordinal < end``, in order."""
        own = (entry.record for entry in self._entries if entry.record.document_id == document_id)
        within = (record for record in own if record.ordinal >= start and (end is None or record.ordinal < end))
        return sorted(within, key=lambda record: record.ordinal)

    def close(self) -> None:
        """Nothing to release."""


@dataclass(slots=True)
class _Writer:
    analyzer: Analyzer
    kept: list[_Entry]
    added: list[_Entry] = field(default_factory=list)

    def add(self, part: Part) -> None:
        """Index the passages of *part* and keep its record."""
        document, row = records.document_record(part), PartRow.of(part)
        for passage, record in zip(part.passages, records.passage_records(part), strict=True):
            self.added.append(_entry(self.analyzer, record, document, row, records.texts(part, passage)))

    def delete_source(self, source: str) -> int:
        """Remove all that came from *source* before this commit; the number of passages removed."""
        before = len(self.kept)
        self.kept = [entry for entry in self.kept if entry.part.source != source]
        return before - len(self.kept)


def _entry(
    analyzer: Analyzer, record: PassageRecord, document: DocumentRecord, part: PartRow, texts: records.Texts
) -> _Entry:
    words = texts.words(analyzer)
    return _Entry(
        record=record,
        document=document,
        part=part,
        titles=tuple(_characters(analyzer, text) for text in texts.title),
        texts=tuple(_characters(analyzer, text) for text in texts.all()),
        words={name: Counter(token.text for token in tokens) for name, tokens in words.items()},
        lengths={name: coded_length(len(tokens)) for name, tokens in words.items()},
    )


def _characters(analyzer: Analyzer, text: str) -> Characters:
    return frozenset((token.text, token.position) for token in analyzer.characters(text))


@dataclass(frozen=True, slots=True)
class _Judge:
    """Decides on one passage at a time, as the docstring of base.py says."""

    analyzer: Analyzer
    entries: list[_Entry]
    statistics: dict[tuple[str, str], tuple[float, float]] = field(default_factory=dict)

    def matches(self, query: Query, entry: _Entry) -> bool:
        match query:
            case Term(text) | Phrase(text):
                return self._in_a_row(text, entry.texts)
            case Words(text, minimum):
                words = self._distinct(text)
                return sum(any(word in entry.words[name] for name in BOOSTS) for word in words) >= max(minimum, 1)
            case And(children):
                return all(self.matches(child, entry) for child in children)
            case Or(children, minimum):
                return sum(self.matches(child, entry) for child in children) >= minimum
            case Not(child):
                return not self.matches(child, entry)
            case Filter():
                return self._passes(query, entry)
            case MatchAll():
                return True

    def score(self, query: Query, entry: _Entry) -> float:
        match query:
            case Term(text) | Phrase(text):
                return self._words_score(text, entry, start=CONTIGUOUS)
            case Words(text):
                return self._words_score(text, entry, start=0.0)
            case And(children) | Or(children):
                return sum((self.score(child, entry) for child in children if self.matches(child, entry)), 0.0)
            case Not() | Filter() | MatchAll():
                return 0.0

    def _passes(self, wanted: Filter, entry: _Entry) -> bool:
        match wanted.field:
            case "kind" | "script":
                return getattr(entry.part, wanted.field) in wanted.values
            case "document":
                return entry.part.document_id in wanted.values
            case "source":
                source = entry.part.source
                return any(source == value or source.startswith(value.rstrip("/") + "/") for value in wanted.values)
            case "year":
                return wanted.low <= entry.part.year <= wanted.high
            case "title":
                return all(self._in_a_row(value, entry.titles) for value in wanted.values)

    def _in_a_row(self, text: str, texts: Iterable[Characters]) -> bool:
        phrase = self.analyzer.characters(text)
        return bool(phrase) and any(_stands_in(phrase, characters) for characters in texts)

    def _distinct(self, text: str) -> list[str]:
        return list(dict.fromkeys(token.text for token in self.analyzer.words(text)))

    def _words_score(self, text: str, entry: _Entry, *, start: float) -> float:
        score = start
        for word in self._distinct(text):
            for name in BOOSTS:
                if count := entry.words[name][word]:
                    rarity, mean = self._statistics(name, word)
                    score += boosted(name, bm25(idf=rarity, count=count, length=entry.lengths[name], mean=mean))
        return score

    def _statistics(self, name: str, word: str) -> tuple[float, float]:
        if (name, word) not in self.statistics:
            frequency = sum(word in entry.words[name] for entry in self.entries)
            mean = sum(entry.lengths[name] for entry in self.entries) / len(self.entries)
            self.statistics[name, word] = idf(passages=len(self.entries), frequency=frequency), mean
        return self.statistics[name, word]


def _stands_in(phrase: list[Token], characters: Characters) -> bool:
    first = phrase[0]
    shifts = [position - first.position for text, position in characters if text == first.text]
    return any(all((token.text, token.position + shift) in characters for token in phrase) for shift in shifts)
