"""The query tree compiled to postings: which passages match, and what each of them scores, as arrays by docnum."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from indexer.analysis import Analyzer, tells
from indexer.copies import similar
from indexer.engines import fields, figures, records
from indexer.engines.base import BOOSTS, EXPANDED, FUNCTION, GRAMS, PATTERN
from indexer.engines.gaps import Breaks, Stretches, ends_of
from indexer.engines.postings import POSITION_BITS, Floats, Integers, Mask, Postings, among
from indexer.engines.ranking import PartRow, bm25, idf
from indexer.engines.tables import Tables
from indexer.model import Function as FunctionName
from indexer.patterns import BREAKS
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


class Evaluation:
    """One search: reads each posting list and judges each subtree once."""

    def __init__(self, *, analyzer: Analyzer, postings: Postings, tables: Tables) -> None:
        self._analyzer = analyzer
        self._postings = postings
        self._tables = tables
        self._matching: dict[Query, Mask] = {}
        self._texts: dict[str, Floats] = {}

    def matching(self, query: Query) -> Mask:
        """Which passages match."""
        if query not in self._matching:
            self._matching[query] = self._match(query)
        return self._matching[query]

    def scores(self, query: Query) -> Floats:
        """The score of every passage; 0 where it does not match."""
        return self._scores(query) * self._tables.quality

    def _match(self, query: Query) -> Mask:
        match query:
            case Term(text):
                return self._mask(self._whole_numbers(text, self._in_a_row("chars", text)) >> POSITION_BITS)
            case Phrase(text):
                return self._mask(self._in_a_row("chars", text) >> POSITION_BITS)
            case Words(text, minimum):
                return self._words(text, max(minimum, 1))
            case Pairs(text, minimum):
                return self._at_least(
                    max(minimum, 1), [self._with_pair(pair) for pair in self._tokens(GRAMS, text) if len(pair) > 1]
                )
            case Pattern():
                return self._pattern(query)
            case Function(function, text):
                return self._with_function(function) | self.matching(Term(text))
            case And(children):
                return self._all(children)
            case Or(children, minimum):
                return self._at_least(minimum, [self.matching(child) for child in children])
            case Either(children):
                return self._at_least(1, [self.matching(child) for child in children])
            case Expanded(child, others):
                return self._at_least(1, [self.matching(each) for each in (child, *others)])
            case Not(child):
                return self._tables.alive & ~self.matching(child)
            case Filter():
                return self._filtered(query)
            case MatchAll():
                return self._tables.alive

    def _scores(self, query: Query) -> Floats:
        match query:
            case Term(text) | Phrase(text) | Words(text) | Pairs(text):
                return np.where(self.matching(query), self._text_scores(text), 0.0)
            case Pattern():
                return np.where(self.matching(query), self._text_scores(query.words) + PATTERN, 0.0)
            case Function(function):
                return np.where(self._with_function(function), FUNCTION, 0.0)
            case And(children) | Or(children):
                return np.where(self.matching(query), self._sum(children), 0.0)
            case Either(children):
                return np.max([self._scores(child) for child in children], axis=0)  # type: ignore[no-any-return]
            case Expanded(child, others):
                return self._expanded_scores(child, others)
            case Not() | Filter() | MatchAll():
                return np.zeros(len(self._tables.alive))

    def _mask(self, docnums: Integers) -> Mask:
        mask = np.zeros(len(self._tables.alive), np.bool_)
        mask[docnums] = True
        return mask

    def _with_function(self, function: FunctionName) -> Mask:
        return self._tables.alive & self._tables.with_function(function)

    def _filtered(self, chosen: Filter) -> Mask:
        match chosen.field:
            case "title":
                return self._all_of(self._in_a_row("title_chars", value) >> POSITION_BITS for value in chosen.values)
            case "function":
                return self._at_least(1, [self._tables.with_function(name) for name in chosen.values])  # type: ignore[arg-type]
            case "passage":
                return self._tables.alive & self._mask(self._tables.numbers_of(chosen.values))
            case "copies":
                return self._copies(chosen.values)
            case _:
                return self._tables.alive & self._tables.of_parts(_test(chosen))

    def _copies(self, ids: Iterable[str]) -> Mask:
        signatures = self._tables.signatures
        rows = self._tables.numbers_of(ids)
        return self._at_least(1, [similar(signatures[row].tobytes(), signatures) for row in rows])

    def _all_of(self, lists: Iterable[Integers]) -> Mask:
        mask = self._tables.alive
        for docnums in lists:
            mask = mask & self._mask(docnums)
        return mask

    def _all(self, children: Iterable[Query]) -> Mask:
        mask = self._tables.alive
        for child in children:
            mask = mask & self.matching(child)
        return mask

    def _at_least(self, minimum: int, masks: list[Mask]) -> Mask:
        if minimum <= 0:
            return self._tables.alive
        counts = np.zeros(len(self._tables.alive), np.int32)
        for mask in masks:
            counts += mask
        return (counts >= minimum) & self._tables.alive

    def _in_a_row(self, name: str, text: str) -> Integers:
        phrase: dict[bytes, list[int]] = {}
        for token in self._analyzer.characters(text):
            phrase.setdefault(fields.to_bytes(token.text), []).append(token.position)
        return self._postings.in_a_row(name, phrase)

    def _whole_numbers(self, text: str, starts: Integers) -> Integers:
        """Those of *starts* where the term does not lie within a longer number."""
        first, begin, last, end = figures.edges(self._analyzer.characters(text))
        starts = self._apart(starts, begin - 1, figures.before(first))
        # The letter behind is parted by a sign at the term's own last letter.
        return self._apart(starts, end, figures.after(last), beyond=1)

    def _apart(self, starts: Integers, place: int, joining: Iterable[str], *, beyond: int = 0) -> Integers:
        """Those of *starts* with none of *joining* at the letter *place* + *beyond*, or a sign that parts at *place*."""
        joined = np.zeros(len(starts), np.bool_)
        for letter in joining if len(starts) else ():
            joined |= among(starts + place + beyond, self._signs(letter))
        parted = among(starts + place, self._signs(fields.PARTED))
        return starts[~joined | parted]

    def _words(self, text: str, minimum: int) -> Mask:
        return self._at_least(minimum, [self._with_word(word) for word in filter(tells, self._distinct(text))])

    def _with_word(self, word: str) -> Mask:
        lists = [self._postings.counts(name, fields.to_bytes(word)).docnums for name in BOOSTS if name != GRAMS]
        return self._mask(np.concatenate(lists))

    def _with_pair(self, pair: str) -> Mask:
        return self._mask(self._postings.counts(GRAMS, fields.to_bytes(pair)).docnums)

    def _distinct(self, text: str) -> list[str]:
        return list(dict.fromkeys(token.text for token in self._analyzer.words(text)))

    def _tokens(self, name: str, text: str) -> list[str]:
        if name != GRAMS:
            return self._distinct(text)
        return list(dict.fromkeys(records.grams(self._analyzer.characters(text))))

    def _text_scores(self, text: str) -> Floats:
        if text not in self._texts:
            self._texts[text] = self._new_text_scores(text)
        return self._texts[text]

    def _new_text_scores(self, text: str) -> Floats:
        scores = np.zeros(len(self._tables.alive))
        for name, boost in BOOSTS.items():
            for token in self._tokens(name, text):
                self._add(scores, name, token, boost)
        return scores

    def _add(self, scores: Floats, name: str, token: str, boost: float) -> None:
        found = self._postings.counts(name, fields.to_bytes(token))
        if not len(found.docnums):
            return
        rarity = idf(passages=self._tables.passages, frequency=len(found.docnums))
        length, mean = self._tables.lengths[name][found.docnums], self._tables.means[name]
        scores[found.docnums] += boost * bm25(idf=rarity, count=found.counts, length=length, mean=mean)

    def _sum(self, children: Iterable[Query]) -> Floats:
        scores = np.zeros(len(self._tables.alive))
        for child in children:
            scores += self._scores(child)
        return scores

    def _expanded_scores(self, child: Query, others: Iterable[Query]) -> Floats:
        own = self.matching(child)
        scores = self._scores(child)
        best = EXPANDED * np.max([self._scores(other) for other in others], axis=0)
        ceiling = EXPANDED * scores[own].min() if own.any() else np.inf
        return np.where(own, scores, np.minimum(best, ceiling))

    def _pattern(self, pattern: Pattern) -> Mask:
        soft, hard = BREAKS[pattern.scope]
        breaks = Breaks(self._signs(soft), self._signs(hard + fields.EDGE))
        return self._mask(ends_of(pattern.pieces, breaks, self._stretches) >> POSITION_BITS)

    def _signs(self, signs: str) -> Integers:
        """Where any of *signs* stands."""
        lists = [self._postings.positions("chars", fields.to_bytes(sign)) for sign in signs]
        return np.sort(np.concatenate(lists)) if lists else np.empty(0, np.int64)

    def _stretches(self, alternatives: tuple[str, ...]) -> Stretches:
        return Stretches.of(map(self._stretch, alternatives))

    def _stretch(self, text: str) -> tuple[Integers, Integers]:
        starts = self._in_a_row("chars", text)
        letters = [token.position for token in self._analyzer.characters(text) if token.text.isalnum()]
        return starts + letters[0], starts + letters[-1]


def _test(chosen: Filter) -> Callable[[PartRow], bool]:
    """What a part must be to pass a filter that looks at parts."""
    values = frozenset(chosen.values)
    match chosen.field:
        case "year":
            return lambda part: chosen.low <= part.year <= chosen.high
        case "source":
            folders = tuple(value.rstrip("/") + "/" for value in values)
            return lambda part: part.source in values or part.source.startswith(folders)
        case "document":
            return lambda part: part.document_id in values
        case "script":
            return lambda part: part.script in values
        case _:
            return lambda part: part.kind in values
