"""The engine that keeps everything in lists and tries every passage in turn: the oracle of the tests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np

from indexer.analysis import Analyzer, tells
from indexer.copies import similar
from indexer.engines import figures, records
from indexer.engines.base import (
    BOOSTS,
    EXPANDED,
    FUNCTION,
    GRAMS,
    INNER,
    PATTERN,
    PAUSED,
    FacetField,
    Matches,
    PassageText,
    Sort,
)
from indexer.engines.ranking import Found, PartRow, coded_length, idf, inner, saturation, telling, window
from indexer.model import DocumentRecord, Part, Passage, PassageRecord, Token
from indexer.patterns import occurrences
from indexer.query import (
    And,
    Either,
    Expanded,
    Filter,
    Function,
    MatchAll,
    Not,
    Or,
    Pairs,
    Pattern,
    Phrase,
    Query,
    Term,
    Words,
)

Characters = frozenset[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class _Entry:
    """A passage as it is searched."""

    record: PassageRecord
    document: DocumentRecord
    part: PartRow
    titles: tuple[Characters, ...]
    texts: tuple[Characters, ...]
    rows: tuple[list[Token], ...]
    tokens: dict[str, Counter[str]]
    lengths: dict[str, int]
    quality: float
    signature: bytes


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
        rank: Query | None = None,
        partial: int = 0,
        partial_last: bool = False,
        sort: Sort = "relevance",
        per_document: int | None = None,
        fold_copies: bool = False,
        facets: Sequence[FacetField] = (),
    ) -> Matches:
        """See :meth:`indexer.engines.base.Engine.search`."""
        judge = _Judge(self._analyzer, self._entries)
        found = [
            self._found(judge, entry, rank or query, query=query)
            for entry in self._entries
            if judge.matches(query, entry) or (rank is not None and judge.matches(rank, entry))
        ]
        return window(
            found,
            limit=limit,
            offset=offset,
            partial=partial,
            partial_last=partial_last,
            sort=sort,
            per_document=per_document,
            fold_copies=fold_copies,
            facets=facets,
        )

    def _found(self, judge: _Judge, entry: _Entry, ranked: Query, *, query: Query) -> Found:
        whole = judge.matches(query, entry)
        return Found(
            part=entry.part,
            ordinal=entry.record.ordinal,
            score=judge.score(ranked, entry) * entry.quality,
            functions=entry.record.functions,
            signature=entry.signature,
            partial=not whole,
        )

    def count(self, query: Query) -> int:
        """How many passages match."""
        judge = _Judge(self._analyzer, self._entries)
        return sum(judge.matches(query, entry) for entry in self._entries)

    def passages(self, ids: Iterable[str]) -> list[PassageRecord]:
        """The records of *ids* that exist, in the order of *ids*."""
        known = {entry.record.id: entry.record for entry in self._entries}
        return [known[passage_id] for passage_id in ids if passage_id in known]

    def texts(self, ids: Iterable[str]) -> list[PassageText]:
        """The texts of *ids* that exist, in the order of *ids*."""
        return [PassageText(one.id, one.text, "converted" in one.flags) for one in self.passages(ids)]

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
            self.added.append(_entry(self.analyzer, record, document, row, part, passage))

    def delete_source(self, source: str) -> int:
        """Remove all that came from *source* before this commit; the number of passages removed."""
        before = len(self.kept)
        self.kept = [entry for entry in self.kept if entry.part.source != source]
        return before - len(self.kept)


def _entry(
    analyzer: Analyzer, record: PassageRecord, document: DocumentRecord, row: PartRow, part: Part, passage: Passage
) -> _Entry:
    texts = records.texts(part, passage)
    rows = texts.rows(analyzer)
    grams = [gram for own in rows for gram in records.grams(own)]
    tokens = {**texts.words(analyzer), GRAMS: grams}
    return _Entry(
        record=record,
        document=document,
        part=row,
        titles=tuple(map(_placed, texts.rows(analyzer, title=True))),
        texts=tuple(map(_placed, rows)),
        rows=tuple(rows),
        tokens={name: Counter(own) for name, own in tokens.items()},
        lengths={name: coded_length(len(own)) for name, own in tokens.items()},
        quality=records.quality(passage) / 100,
        signature=records.copy_signature(passage),
    )


def _placed(characters: Iterable[Token]) -> Characters:
    return frozenset((token.text, token.position) for token in characters)


@dataclass(frozen=True, slots=True)
class _Judge:
    """Decides on one passage at a time, as the docstring of base.py says."""

    analyzer: Analyzer
    entries: list[_Entry]
    statistics: dict[tuple[str, str], tuple[float, float]] = field(default_factory=dict)
    frequencies: dict[tuple[str, str], int] = field(default_factory=dict)
    told: dict[str, list[tuple[str, str, float]]] = field(default_factory=dict)

    def matches(self, query: Query, entry: _Entry) -> bool:
        match query:
            case Term(text):
                return self._in_a_row(text, entry.texts, whole_numbers=True)
            case Phrase(text):
                return self._in_a_row(text, entry.texts)
            case Words(text, minimum):
                return sum(_has_word(entry, word) for word in self._distinct(text) if tells(word)) >= max(minimum, 1)
            case Pairs(text, minimum):
                pairs = [gram for gram in self._tokens(GRAMS, text) if len(gram) > 1]
                held = sum(pair in entry.tokens[GRAMS] for pair in pairs)
                return held >= max(minimum, 1)
            case Pattern():
                return any(occurrences(row, query, self.analyzer) for row in entry.rows)
            case Function(function, text):
                return function in entry.record.functions or self.matches(Term(text), entry)
            case And(children):
                return all(self.matches(child, entry) for child in children)
            case Or(children, minimum):
                return sum(self.matches(child, entry) for child in children) >= minimum
            case Either(children):
                return any(self.matches(child, entry) for child in children)
            case Expanded(child, others):
                return any(self.matches(each, entry) for each in (child, *others))
            case Not(child):
                return not self.matches(child, entry)
            case Filter():
                return self._passes(query, entry)
            case MatchAll():
                return True

    def score(self, query: Query, entry: _Entry) -> float:
        """The score before the passage's quality."""
        match query:
            case Term(text) | Phrase(text) | Words(text) | Pairs(text):
                return self._text_score(text, entry) if self.matches(query, entry) else 0.0
            case Pattern():
                bonus = PATTERN + PAUSED * query.paused
                return self._text_score(query.words, entry) + bonus if self.matches(query, entry) else 0.0
            case Function(function):
                return FUNCTION if function in entry.record.functions else 0.0
            case And(children) | Or(children):
                added = sum((self.score(child, entry) for child in children), 0.0)
                return added if self.matches(query, entry) else 0.0
            case Either(children):
                return max(self.score(child, entry) for child in children)
            case Expanded(child, others):
                return self._expanded_score(child, others, entry)
            case Not() | Filter() | MatchAll():
                return 0.0

    def _expanded_score(self, child: Query, others: Sequence[Query], entry: _Entry) -> float:
        if self.matches(child, entry):
            return self.score(child, entry)
        scores = [self.score(child, each) for each in self.entries if self.matches(child, each)]
        best = EXPANDED * max(self.score(other, entry) for other in others)
        return min([best, *(EXPANDED * score for score in scores)])

    def _passes(self, wanted: Filter, entry: _Entry) -> bool:
        match wanted.field:
            case "kind" | "script":
                return getattr(entry.part, wanted.field) in wanted.values
            case "passage":
                return entry.record.id in wanted.values
            case "copies":
                own = np.frombuffer(entry.signature, np.uint8).reshape(1, -1)
                return any(
                    bool(similar(other.signature, own)[0]) for other in self.entries if other.record.id in wanted.values
                )
            case "function":
                return any(function in wanted.values for function in entry.record.functions)
            case "document":
                return entry.part.document_id in wanted.values
            case "source":
                source = entry.part.source
                return any(source == value or source.startswith(value.rstrip("/") + "/") for value in wanted.values)
            case "year":
                return wanted.low <= entry.part.year <= wanted.high
            case "title":
                return all(self._in_a_row(value, entry.titles) for value in wanted.values)

    def _in_a_row(self, text: str, texts: Iterable[Characters], *, whole_numbers: bool = False) -> bool:
        phrase = self.analyzer.characters(text)
        return bool(phrase) and any(_stands_in(phrase, each, whole_numbers=whole_numbers) for each in texts)

    def _distinct(self, text: str) -> list[str]:
        return list(dict.fromkeys(token.text for token in self.analyzer.words(text)))

    def _tokens(self, name: str, text: str) -> list[str]:
        if name != GRAMS:
            return self._distinct(text)
        return list(dict.fromkeys(records.grams(self.analyzer.characters(text))))

    def _text_score(self, text: str, entry: _Entry) -> float:
        score = 0.0
        for name, token, weight in self._telling(text):
            if count := entry.tokens[name][token]:
                rarity, mean = self._statistics(name, token)
                gain = saturation(count=float(count), length=float(entry.lengths[name]), mean=mean)
                score += weight * rarity * gain
        return score

    def _telling(self, text: str) -> list[tuple[str, str, float]]:
        """The fields and tokens of *text* that score, and the weight of each."""
        if text not in self.told:
            less = inner(self.analyzer.cut(text).words)
            tokens = [(name, token) for name in BOOSTS for token in self._tokens(name, text)]
            known = [(name, token) for name, token in tokens if self._frequency(name, token)]
            kept = telling([self._frequency(*one) for one in known], passages=len(self.entries))
            weights = [BOOSTS[name] * (INNER if name != GRAMS and token in less else 1.0) for name, token in known]
            self.told[text] = [(*one, weight) for one, weight, keep in zip(known, weights, kept, strict=True) if keep]
        return self.told[text]

    def _statistics(self, name: str, word: str) -> tuple[float, float]:
        if (name, word) not in self.statistics:
            mean = sum(entry.lengths[name] for entry in self.entries) / len(self.entries)
            rarity = idf(passages=len(self.entries), frequency=self._frequency(name, word))
            self.statistics[name, word] = rarity, mean
        return self.statistics[name, word]

    def _frequency(self, name: str, word: str) -> int:
        if (name, word) not in self.frequencies:
            self.frequencies[name, word] = sum(word in entry.tokens[name] for entry in self.entries)
        return self.frequencies[name, word]


def _has_word(entry: _Entry, word: str) -> bool:
    return any(word in entry.tokens[name] for name in BOOSTS if name != GRAMS)


def _stands_in(phrase: list[Token], characters: Characters, *, whole_numbers: bool) -> bool:
    first = phrase[0]
    shifts = (position - first.position for text, position in characters if text == first.text)
    return any(
        all((token.text, token.position + shift) in characters for token in phrase)
        and not (whole_numbers and _is_within_number(phrase, shift, characters))
        for shift in shifts
    )


def _is_within_number(phrase: list[Token], shift: int, characters: Characters) -> bool:
    first, begin, last, end = figures.edges(phrase)
    before, after = begin + shift - 1, end + shift
    opens = _holds(characters, figures.before(first), before) and not _holds(characters, figures.PARTING_SIGNS, before)
    goes_on = _holds(characters, figures.after(last), after + 1) and not _holds(
        characters, figures.PARTING_SIGNS, after
    )
    return opens or goes_on


def _holds(characters: Characters, texts: Iterable[str], position: int) -> bool:
    return any((text, position) in characters for text in texts)
