"""The query tree compiled to postings: which passages match, then what each of them scores."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from indexer.analysis import Analyzer
from indexer.engines import fields
from indexer.engines.base import BOOSTS, CONTIGUOUS
from indexer.engines.postings import Postings, Tables
from indexer.engines.ranking import PartRow, bm25, boosted, idf
from indexer.query import And, Filter, MatchAll, Not, Or, Phrase, Query, Term, Words

Docnums = frozenset[int]


class Evaluation:
    """One search: reads each posting list and judges each subtree once."""

    def __init__(self, *, analyzer: Analyzer, postings: Postings, tables: Tables) -> None:
        self._analyzer = analyzer
        self._postings = postings
        self._tables = tables
        self._matching: dict[Query, Docnums] = {}
        self._counts: dict[tuple[str, str], dict[int, int]] = {}

    def matching(self, query: Query) -> Docnums:
        """The docnums that match."""
        if query not in self._matching:
            self._matching[query] = self._match(query)
        return self._matching[query]

    def scores(self, query: Query, docnums: Docnums) -> dict[int, float]:
        """The score of each of *docnums*, all of which match *query*."""
        match query:
            case Term(text) | Phrase(text):
                return self._words_scores(text, docnums, start=CONTIGUOUS)
            case Words(text):
                return self._words_scores(text, docnums, start=0.0)
            case And(children) | Or(children):
                return self._added_scores(children, docnums)
            case Not() | Filter() | MatchAll():
                return dict.fromkeys(docnums, 0.0)

    def _match(self, query: Query) -> Docnums:
        match query:
            case Term(text) | Phrase(text):
                return self._in_a_row("chars", text)
            case Words(text, minimum):
                return self._words(text, max(minimum, 1))
            case And(children):
                return self._all(children)
            case Or(children, minimum):
                return self._at_least(minimum, [self.matching(child) for child in children])
            case Not() | Filter() | MatchAll():
                return self._within(query, self._tables.alive)

    def _within(self, query: Query, docnums: Docnums) -> Docnums:
        """Those of *docnums* that match."""
        match query:
            case MatchAll():
                return docnums
            case Not(child):
                return docnums - self.matching(child)
            case Filter(field="title", values=values):
                return docnums.intersection(*(self._in_a_row("title_chars", value) for value in values))
            case Filter():
                passes = _test(query)
                parts = self._tables.parts
                return frozenset(docnum for docnum in docnums if passes(parts[docnum]))
            case _:
                return docnums & self.matching(query)

    def _all(self, children: Iterable[Query]) -> Docnums:
        # What restricts without postings of its own comes last, when few passages are left to look at.
        ordered = sorted(children, key=lambda child: isinstance(child, Filter | Not))
        docnums = self._tables.alive
        for child in ordered:
            docnums = self._within(child, docnums)
        return docnums

    def _at_least(self, minimum: int, sets: list[Docnums]) -> Docnums:
        if minimum <= 0:
            return self._tables.alive
        if minimum == 1:
            return frozenset().union(*sets)
        counts = Counter(docnum for docnums in sets for docnum in docnums)
        return frozenset(docnum for docnum, count in counts.items() if count >= minimum)

    def _in_a_row(self, name: str, text: str) -> Docnums:
        phrase: dict[bytes, list[int]] = {}
        for token in self._analyzer.characters(text):
            phrase.setdefault(fields.to_bytes(token.text), []).append(token.position)
        return frozenset(self._postings.in_a_row(name, phrase)) if phrase else frozenset()

    def _words(self, text: str, minimum: int) -> Docnums:
        sets = [frozenset().union(*(self._counts_of(name, word) for name in BOOSTS)) for word in self._distinct(text)]
        return self._at_least(minimum, sets)

    def _distinct(self, text: str) -> list[str]:
        return list(dict.fromkeys(token.text for token in self._analyzer.words(text)))

    def _counts_of(self, name: str, word: str) -> dict[int, int]:
        if (name, word) not in self._counts:
            self._counts[name, word] = self._postings.counts(name, fields.to_bytes(word))
        return self._counts[name, word]

    def _words_scores(self, text: str, docnums: Docnums, *, start: float) -> dict[int, float]:
        scores = dict.fromkeys(docnums, start)
        for word in self._distinct(text):
            for name in BOOSTS:
                self._add_word(scores, name, word)
        return scores

    def _add_word(self, scores: dict[int, float], name: str, word: str) -> None:
        counts = self._counts_of(name, word)
        if not counts:
            return
        rarity = idf(passages=len(self._tables.alive), frequency=len(counts))
        lengths, mean = self._tables.lengths[name], self._tables.means[name]
        for docnum in scores.keys() & counts.keys():
            score = bm25(idf=rarity, count=counts[docnum], length=lengths[docnum], mean=mean)
            scores[docnum] += boosted(name, score)

    def _added_scores(self, children: Iterable[Query], docnums: Docnums) -> dict[int, float]:
        scores = dict.fromkeys(docnums, 0.0)
        for child in children:
            for docnum, score in self.scores(child, docnums & self.matching(child)).items():
                scores[docnum] += score
        return scores


def _test(wanted: Filter) -> Callable[[PartRow], bool]:
    values = frozenset(wanted.values)
    match wanted.field:
        case "kind":
            return lambda part: part.kind in values
        case "script":
            return lambda part: part.script in values
        case "document":
            return lambda part: part.document_id in values
        case "year":
            return lambda part: wanted.low <= part.year <= wanted.high
        case "source":
            folders = tuple(value.rstrip("/") + "/" for value in wanted.values)
            return lambda part: part.source in values or part.source.startswith(folders)
        case "title":
            raise AssertionError("titles are matched by their characters")
