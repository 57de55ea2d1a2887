"""Our queries in plain Whoosh: its own readers, searcher, matchers and weighting over the same index. The oracle.

What Whoosh has no query for (characters in a row, patterns, filters by record) are sets of passages that are found without the
engine: from the positions that Whoosh's matchers give, or from the stored records.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import reduce
from itertools import combinations
from typing import Any

from whoosh import matching, query, scoring
from whoosh.query.compound import DefaultOr
from whoosh.query.wrappers import WrappingQuery
from whoosh.searching import Searcher

from indexer.analysis import Analyzer, tells
from indexer.engines import fields, figures, records
from indexer.engines.base import BOOSTS, FUNCTION, GRAMS, INNER, K1, PATTERN, PAUSED, B
from indexer.engines.ranking import inner
from indexer.engines.runs import WORDS
from indexer.model import PassageRecord, Token
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

# A passage -> the positions of a character in it.
Places = Mapping[int, frozenset[int]]
_NOWHERE: frozenset[int] = frozenset()


class Living(scoring.BM25F):  # type: ignore[misc]
    """BM25F whose document frequency, number of documents and mean length are those of living passages, times the passage's quality.

    The engine counts living passages alone. Whoosh counts deleted ones too until their segment is written anew, so that its
    scores change when segments are merged; where nothing is deleted and all is whole, its own BM25F gives the same.
    """

    use_final = True

    def __init__(self, qualities: Mapping[str, float]) -> None:
        """:param qualities: by id of passage."""
        super().__init__(B=B, K1=K1)
        self._qualities = qualities
        self._known: dict[int, float] = {}
        self._means: dict[str, float] = {}

    def idf(self, searcher: Any, fieldname: str, text: bytes) -> float:
        """As Whoosh has it, of living passages."""
        reader = searcher.get_parent().reader()
        frequency = len(list(reader.postings(fieldname, text).all_ids()))
        return float(scoring.log(reader.doc_count() / (frequency + 1)) + 1)

    def scorer(self, searcher: Any, fieldname: str, text: bytes, qf: int = 1) -> Any:
        """Whoosh's own, with the mean length of living passages."""
        own = super().scorer(searcher, fieldname, text, qf=qf)
        if fieldname not in self._means:
            reader = searcher.get_parent().reader()
            lengths = [reader.doc_field_length(docnum, fieldname) for docnum in reader.all_doc_ids()]
            self._means[fieldname] = sum(lengths) / len(lengths) or 1
        own.avgfl = self._means[fieldname]
        return own

    def final(self, searcher: Any, docnum: int, score: float) -> float:
        """The score of a whole query."""
        if docnum not in self._known:
            self._known[docnum] = self._qualities[searcher.stored_fields(docnum)["record"].id]
        return score * self._known[docnum]


class _Passages(query.Query):  # type: ignore[misc]
    """Finds a set of passages, and gives each the same score."""

    def __init__(self, found: Iterable[int], score: float = 0.0) -> None:
        self._found = sorted(found)
        self._score = score

    def matcher(self, searcher: Any, context: Any = None) -> Any:  # noqa: ARG002
        """Over one segment of the index, whose passages count from 0."""
        low = searcher.get_parent()._offset_for_subsearcher(searcher) if searcher.has_parent() else 0
        own = [docnum - low for docnum in self._found if low <= docnum < low + searcher.reader().doc_count_all()]
        return _list(dict.fromkeys(own, self._score))

    def estimate_size(self, ixreader: Any) -> int:  # noqa: ARG002
        """What Whoosh orders matchers by."""
        return len(self._found)


class _Unscored(WrappingQuery):  # type: ignore[misc]
    """Finds what its child finds, and gives it 0. (Whoosh's own ConstantScoreQuery takes a score of 0 for none, which is 1.)"""

    def matcher(self, searcher: Any, context: Any = None) -> Any:  # noqa: ARG002
        """Over one segment."""
        return _list(dict.fromkeys(self.child.matcher(searcher, searcher.boolean_context()).all_ids(), 0.0))


class _Maybe(query.AndMaybe):  # type: ignore[misc]
    """AndMaybe, walked through once. (Told to skip, Whoosh's leaves the scores of its second half behind.)"""

    def matcher(self, searcher: Any, context: Any = None) -> Any:
        """Over one segment."""
        return _list(dict(_walked(super().matcher(searcher, context))))


class _Best(query.Or):  # type: ignore[misc]
    """The best of several scores. (Whoosh's DisjunctionMax takes the scores of matchers that stand at other passages as well.)"""

    def matcher(self, searcher: Any, context: Any = None) -> Any:
        """Over one segment."""
        best: dict[int, float] = {}
        for own in self.subqueries:
            for docnum, score in _walked(own.matcher(searcher, context)):
                best[docnum] = max(best.get(docnum, 0.0), score)
        return _list(best)


def _walked(matcher: Any) -> Iterator[tuple[int, float]]:
    while matcher.is_active():
        yield matcher.id(), matcher.score()
        matcher.next()


def _list(scores: Mapping[int, float]) -> Any:
    docnums = sorted(scores)
    weights = [scores[docnum] for docnum in docnums]
    return matching.ListMatcher(docnums, weights=weights) if docnums else matching.NullMatcher()


class PlainWhoosh:
    """Answers our queries with a searcher of Whoosh."""

    def __init__(self, searcher: Searcher, analyzer: Analyzer) -> None:
        self._searcher = searcher
        self._analyzer = analyzer
        reader = searcher.reader()
        stored = {docnum: reader.stored_fields(docnum) for docnum in reader.all_doc_ids()}
        self._records: dict[int, PassageRecord] = {docnum: own["record"] for docnum, own in stored.items()}
        self._known: dict[tuple[str, str], Places] = {}

    def scores(self, asked: Query) -> list[tuple[str, float]]:
        """Every passage that is found with its score, the best first."""
        hits = self._searcher.search(self._translated(asked), limit=None)
        return [(self._records[docnum].id, score) for score, docnum in hits.top_n]

    def records(self) -> dict[str, PassageRecord]:
        """Every living passage, as plain Whoosh has stored it."""
        return {record.id: record for record in self._records.values()}

    def positions(self, letter: str) -> dict[str, frozenset[int]]:
        """Where a character stands, by id of passage."""
        return {self._records[docnum].id: own for docnum, own in self._places(letter).items()}

    def _translated(self, asked: Query) -> Any:
        match asked:
            case Term(text):
                return self._scored(_Passages(self._in_a_row(text, whole_numbers=True)), text)
            case Phrase(text):
                return self._scored(_Passages(self._in_a_row(text)), text)
            case Words(text, minimum):
                return self._scored(_at_least(minimum, [_any(WORDS, word) for word in self._words(text)]), text)
            case Pairs(text, minimum):
                pairs = [token for name, token in self._tokens(text) if name == GRAMS and len(token) > 1]
                return self._scored(_at_least(minimum, [_any([GRAMS], pair) for pair in pairs]), text)
            case Pattern():
                return self._scored(_Passages(self._holding(asked), PATTERN + PAUSED * asked.paused), asked.words)
            case Function(function, text):
                doing = self._where(lambda record: function in record.functions)
                return DefaultOr([_Passages(doing, FUNCTION), _Passages(self._in_a_row(text, whole_numbers=True))])
            case And(children):
                return query.And([self._translated(child) for child in children])
            case Or(children, minimum):
                own = [self._translated(child) for child in children]
                # Not the Or that adds up arrays: it takes a score of 0 for no match.
                return _Maybe(_Unscored(_at_least(minimum, own)), DefaultOr(own))
            case Either(children):
                return _Best([self._translated(child) for child in children])
            case Not(child):
                # Within And as well: Whoosh's AndNot lets through what its first half begins with.
                return _Unscored(query.Not(self._translated(child)))
            case Filter():
                return _Passages(self._passing(asked))
            case MatchAll():
                return _Unscored(query.Every())
            case Expanded():
                raise ValueError("Whoosh has no score that depends on the least of all others")

    # What scores

    def _scored(self, found: Any, text: str) -> Any:
        """What is *found*, with the scores of the tokens of *text*."""
        less = inner(self._analyzer.cut(text).words)
        own = [
            _term(name, token, boost=BOOSTS[name] * (INNER if name != GRAMS and token in less else 1.0))
            for name, token in self._tokens(text)
        ]
        return _Maybe(found if isinstance(found, _Passages) else _Unscored(found), query.Or(own))

    def _tokens(self, text: str) -> Iterator[tuple[str, str]]:
        words = dict.fromkeys(token.text for token in self._analyzer.words(text))
        for name in WORDS:
            yield from ((name, word) for word in words)
        yield from ((GRAMS, gram) for gram in dict.fromkeys(records.grams(self._analyzer.characters(text))))

    def _words(self, text: str) -> list[str]:
        return [word for word in dict.fromkeys(token.text for token in self._analyzer.words(text)) if tells(word)]

    # Which passages

    def _in_a_row(self, text: str, *, whole_numbers: bool = False, name: str = "chars") -> set[int]:
        tokens = self._analyzer.characters(text)
        places = {token.text: self._places(token.text, name) for token in tokens}
        if not tokens:
            return set()
        within = set.intersection(*(set(own) for own in places.values()))
        return {docnum for docnum in within if self._starts(tokens, places, docnum, whole_numbers=whole_numbers)}

    def _starts(
        self, tokens: list[Token], places: Mapping[str, Places], docnum: int, *, whole_numbers: bool
    ) -> set[int]:
        """Where the position 0 of *tokens* would stand in a passage that holds them in a row."""
        shifted = ({place - token.position for place in places[token.text][docnum]} for token in tokens)
        starts = reduce(set.intersection, shifted)
        return {start for start in starts if not (whole_numbers and self._within_number(tokens, start, docnum))}

    def _within_number(self, tokens: list[Token], start: int, docnum: int) -> bool:
        first, begin, last, end = figures.edges(tokens)
        before, after = start + begin - 1, start + end
        opens = self._stands(figures.before(first), before, docnum)
        goes_on = self._stands(figures.after(last), after + 1, docnum)
        return (opens and not self._parted(before, docnum)) or (goes_on and not self._parted(after, docnum))

    def _parted(self, place: int, docnum: int) -> bool:
        return self._stands(figures.PARTING_SIGNS, place, docnum)

    def _stands(self, letters: Iterable[str], place: int, docnum: int) -> bool:
        return any(place in self._places(letter).get(docnum, _NOWHERE) for letter in letters)

    def _places(self, letter: str, name: str = "chars") -> Places:
        if (name, letter) not in self._known:
            self._known[name, letter] = dict(self._read(letter, name))
        return self._known[name, letter]

    def _read(self, letter: str, name: str) -> Iterator[tuple[int, frozenset[int]]]:
        """The positions of a character, as the matchers of Whoosh give them."""
        reader, text = self._searcher.reader(), fields.to_bytes(letter)
        matcher = reader.postings(name, text) if (name, text) in reader else matching.NullMatcher()
        while matcher.is_active():
            yield matcher.id(), frozenset(fields.PositionsFormat().decode_positions(matcher.value()))
            matcher.next()

    def _holding(self, pattern: Pattern) -> set[int]:
        return self._where(
            lambda record: any(
                occurrences(row, pattern, self._analyzer) for row in texts_of(record).rows(self._analyzer)
            )
        )

    def _where(self, test: Callable[[PassageRecord], bool]) -> set[int]:
        return {docnum for docnum, record in self._records.items() if test(record)}

    def _passing(self, chosen: Filter) -> set[int]:
        values = chosen.values
        match chosen.field:
            case "year":
                return self._where(lambda record: chosen.low <= record.year <= chosen.high)
            case "title":
                return set.intersection(*(self._in_a_row(value, name="title_chars") for value in values))
            case "function":
                return self._where(lambda record: any(value in record.functions for value in values))
            case "source":
                return self._where(
                    lambda record: f"{record.source}/".startswith(tuple(f"{value}/" for value in values))
                )
            case "passage":
                return self._where(lambda record: record.id in values)
            case "document":
                return self._where(lambda record: record.document_id in values)
            case _:
                return self._where(lambda record: getattr(record, chosen.field) in values)


def _term(name: str, token: str, *, boost: float = 1.0) -> Any:
    # Letters are kept with their positions, and only so; the length of that field is that of grams.
    field = "chars" if name == GRAMS and len(token) == 1 else name
    return query.Term(field, fields.to_bytes(token), boost=boost)


def _any(names: Iterable[str], token: str) -> Any:
    return DefaultOr([_term(name, token) for name in names])


def _at_least(minimum: int, found: list[Any]) -> Any:
    """What *minimum* of *found* match: Whoosh's Or has no such number."""
    return DefaultOr([query.And(list(some)) for some in combinations(found, max(minimum, 1))])


def texts_of(record: PassageRecord) -> records.Texts:
    """The texts that a passage is searched by."""
    titles = (record.title, record.part) if record.part else (record.title,)
    return records.Texts(titles, record.heading_path, record.text, converted="converted" in record.flags)
