"""The query tree compiled to postings: which passages match, as ascending docnums, and what each of them scores."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import reduce
from itertools import chain

import numpy as np

from indexer.analysis import Analyzer, tells
from indexer.copies import similar
from indexer.deadline import check, checked
from indexer.engines import fields, figures, records
from indexer.engines.base import EXPANDED, FUNCTION, GRAMS, PATTERN, PAUSED
from indexer.engines.gaps import Breaks, Stretches, ends_of
from indexer.engines.packing import runs_of
from indexer.engines.postings import POSITION_BITS, Docnums, Floats, Integers, Mask, PostingLists, among, common
from indexer.engines.rows import positions_in, starts_in
from indexer.engines.scoring import Scores
from indexer.engines.signs import Signs
from indexer.engines.tables import Tables
from indexer.model import Token
from indexer.patterns import BREAKS, PAUSES
from indexer.query import (
    And,
    Either,
    Expanded,
    Filter,
    Function,
    Gap,
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

_NOBODY = np.empty(0, np.int32)
# Above this share of all passages, lists are joined by marking passages, below by sorting.
_MANY = 1 / 32
# So many passages are looked through one by one for characters in a row: a list takes as long for one as for ten together.
_FEW = 3
# Passages in which a pattern is looked for at a time: millions of positions take memory, and between two blocks a request whose
# time is over comes to its end.
_BLOCK = 1 << 14


class Evaluation:
    """One search: reads each posting list and judges each subtree once."""

    def __init__(self, *, analyzer: Analyzer, lists: PostingLists, tables: Tables, boosts: Mapping[str, float]) -> None:
        self._analyzer = analyzer
        self._lists = lists
        self._tables = tables
        self._texts = Scores(analyzer=analyzer, lists=lists, tables=tables, boosts=boosts)
        self._found: dict[Query, Docnums] = {}
        self._masks: dict[Query, Mask] = {}

    def docs(self, query: Query) -> Docnums:
        """The passages that match, ascending."""
        found = self._found.get(query)
        if found is None:
            check()
            found = self._found[query] = self._docs(query)
        return found

    def mask(self, query: Query) -> Mask:
        """Which passages match, by docnum."""
        found = self._masks.get(query)
        if found is None:
            check()
            found = self._masks[query] = self._mask(query)
        return found

    def scores(self, query: Query, docs: Docnums) -> Floats:
        """The score of each of *docs*; 0 where it does not match."""
        return self._scores(query, docs, sure=docs is self._found.get(query)) * self._tables.quality.take(docs)

    # Which passages match

    def _docs(self, query: Query) -> Docnums:
        match query:
            case Term(text):
                return self._term_docs(text)
            case Phrase(text):
                return self._row_docs(text)
            case Words(text, minimum):
                return self._words(text, minimum)
            case Pairs(text, minimum):
                return self._at_least(minimum, (self._lists.get(GRAMS, pair).docs for pair in self._texts.pairs(text)))
            case Pattern():
                return self._pattern(query)
            case And(children):
                return self._all(children)
            case Or(children, minimum):
                return self._at_least(minimum, map(self.docs, children))
            case Either() | Expanded():
                return self._any([docs for docs in self._any_of(query) if len(docs)])
            case Function() | Not() | Filter() | MatchAll():
                return np.flatnonzero(self.mask(query)).astype(np.int32)

    def _mask(self, query: Query) -> Mask:
        match query:
            case Function(function, text):
                return self._tables.alive & (self._tables.with_function(function) | self.mask(Term(text)))
            case Not(child):
                return self._tables.alive & ~self.mask(child)
            case Filter():
                return self._tables.alive & self._filtered(query)
            case MatchAll():
                return self._tables.alive
            case _:
                return self._marked([self._found[query]] if query in self._found else self._any_of(query))

    def _any_of(self, query: Query) -> Iterable[Docnums]:
        """Lists of passages that make up those that match, each where it is found: to put them in order takes longer than to mark."""
        match query:
            case Or(children, minimum) if minimum <= 1:
                return chain.from_iterable(map(self._any_of, children))
            case Either(children):
                return chain.from_iterable(map(self._any_of, children))
            case Expanded(child, others):
                return chain.from_iterable(map(self._any_of, (child, *others)))
            case Words(text, minimum) if minimum <= 1:
                return chain.from_iterable(self._of_words(text))
            case _:
                return [self.docs(query)]

    def _marked(self, lists: Iterable[Docnums | Integers]) -> Mask:
        mask = np.zeros(self._tables.size, np.bool_)
        for docs in lists:
            mask[docs.astype(np.intp)] = True
        return mask

    def _all(self, children: Sequence[Query]) -> Docnums:
        restricting = [child for child in children if isinstance(child, Filter | Not | MatchAll)]
        # The Traditional way to write a sentence is not looked for in a library without texts in that script.
        if not all(self.mask(child).any() for child in restricting):
            return _NOBODY
        found = [self.docs(child) for child in children if child not in restricting]
        if not found:
            every = reduce(np.logical_and, map(self.mask, restricting), self._tables.alive)
            return np.flatnonzero(every).astype(np.int32)
        docs = common(found)
        for child in restricting:
            docs = docs.compress(self.mask(child).take(docs))
        return docs

    def _at_least(self, minimum: int, found: Iterable[Docnums]) -> Docnums:
        lists = [docs for docs in found if len(docs)]
        if minimum <= 1:
            return self._any(lists)
        if len(lists) < minimum:
            return _NOBODY
        counts = np.zeros(self._tables.size, np.int32)
        for docs in checked(lists):
            counts[docs.astype(np.intp)] += 1
        return np.flatnonzero(counts >= minimum).astype(np.int32)

    def _any(self, lists: Sequence[Docnums]) -> Docnums:
        if len(lists) < 2:
            return lists[0] if lists else _NOBODY
        if sum(map(len, lists)) < self._tables.size * _MANY:
            return runs_of(np.sort(np.concatenate(lists)))[0]
        return np.flatnonzero(self._marked(lists)).astype(np.int32)

    def _words(self, text: str, minimum: int) -> Docnums:
        of_words = self._of_words(text)
        if minimum <= 1:
            return self._any([docs for lists in of_words for docs in lists])
        return self._at_least(minimum, map(self._any, of_words))

    def _of_words(self, text: str) -> list[list[Docnums]]:
        return [self._with_word(word) for word in self._texts.words(text) if tells(word)]

    def _with_word(self, word: str) -> list[Docnums]:
        lists = [self._lists.get(name, word).docs for name in self._texts.word_fields]
        return [docs for docs in lists if len(docs)]

    def _filtered(self, chosen: Filter) -> Mask:
        match chosen.field:
            case "title":
                titles = (self._passages(self._in_a_row(value, name="title_chars")) for value in chosen.values)
                return reduce(np.logical_and, (self._marked([docs]) for docs in titles), self._tables.alive)
            case "function":
                each = (self._tables.with_function(name) for name in chosen.values)  # type: ignore[arg-type]
                return reduce(np.logical_or, each, np.zeros(self._tables.size, np.bool_))
            case "passage":
                return self._marked([self._tables.numbers_of(chosen.values)])
            case "copies":
                return self._copies(chosen.values)
            case _:
                return self._tables.of_parts(chosen)

    def _copies(self, ids: Iterable[str]) -> Mask:
        signatures = self._tables.signatures
        each = (similar(signatures[row].tobytes(), signatures) for row in self._tables.numbers_of(ids))
        return reduce(np.logical_or, each, np.zeros(self._tables.size, np.bool_))

    # Characters in a row

    def _term_docs(self, text: str) -> Docnums:
        """The passages that hold a term, not within a longer number."""
        first, _, last, _ = figures.edges(self._analyzer.characters(text))
        if figures.before(first) or figures.after(last):
            return self._passages(self._whole_numbers(text))
        return self._row_docs(text)

    def _row_docs(self, text: str) -> Docnums:
        """The passages that hold the characters of *text* in a row."""
        tokens = self._analyzer.characters(text)
        if not tokens:
            return _NOBODY
        if len(tokens) == 1:
            return self._lists.get("chars", tokens[0].text).docs
        # Pairs of characters are kept as such: two in a row need no positions.
        if len(tokens) == 2 and any(token.text.isalnum() for token in tokens):
            return self._lists.get(GRAMS, tokens[0].text + tokens[1].text).docs
        return self._passages(self._in_a_row(text))

    def _in_a_row(self, text: str, *, name: str = "chars", within: Docnums | None = None) -> Integers:
        """Where the start of *text* (its position 0) would stand, in all passages that hold its characters in a row."""
        tokens = self._analyzer.characters(text)
        if not tokens:
            return np.empty(0, np.int64)
        found = list(self._holding(tokens, name)) + ([] if within is None else [within])
        docs = common(found)
        if not len(docs):
            # The lists of characters, the longest of all, are not read for a sentence whose pairs no passage holds.
            return np.empty(0, np.int64)
        lists = {token.text: self._lists.get(name, token.text) for token in tokens}
        # The rarest first: what is left to look for is then short.
        tokens = sorted(tokens, key=lambda token: len(lists[token.text].docs))
        if len(docs) <= _FEW:
            return np.asarray(starts_in(docs, tokens, lists), np.int64)
        starts = positions_in(docs, lists[tokens[0].text]) - tokens[0].position
        for token in checked(tokens[1:]):
            if not len(starts):
                break
            starts = starts.compress(among(starts + token.position, positions_in(docs, lists[token.text])))
        return starts

    def _holding(self, tokens: Sequence[Token], name: str) -> Iterator[Docnums]:
        """Lists of passages that hold all *tokens*: those of pairs, which are short, and of what is in no pair."""
        pairs = dict.fromkeys(records.pairs(tokens) if name == "chars" else ())
        for pair in pairs:
            yield self._lists.get(GRAMS, pair).docs
        for text in {token.text for token in tokens}.difference(*pairs):
            yield self._lists.get(name, text).docs

    def _whole_numbers(self, text: str) -> Integers:
        """Where a term stands and does not lie within a longer number."""
        starts = self._in_a_row(text)
        first, begin, last, end = figures.edges(self._analyzer.characters(text))
        starts = self._apart(starts, begin - 1, figures.before(first))
        # The letter behind is parted by a sign at the term's own last letter.
        return self._apart(starts, end, figures.after(last), beyond=1)

    def _apart(self, starts: Integers, place: int, joining: Iterable[str], *, beyond: int = 0) -> Integers:
        """Those of *starts* with none of *joining* at the letter *place* + *beyond*, or a sign that parts at *place*."""
        joined = np.zeros(len(starts), np.bool_)
        within = self._passages(starts)
        for letter in checked(joining if len(starts) else ()):
            joined |= among(starts + place + beyond, self._signs(letter, within))
        parted = among(starts + place, self._signs(fields.PARTED, within))
        return starts.compress(~joined | parted)

    def _passages(self, positions: Integers) -> Docnums:
        """The passages of *positions*, which are in their order, each once."""
        docs = (positions >> POSITION_BITS).astype(np.int32)
        return docs.compress(np.diff(docs, prepend=-1) > 0)

    # Patterns

    def _pattern(self, pattern: Pattern) -> Docnums:
        within = self.docs(replace(pattern, paused=False)) if pattern.paused else self._with_literals(pattern)
        blocks = np.array_split(within, -(-len(within) // _BLOCK) or 1)
        return np.concatenate([self._pattern_within(pattern, block) for block in checked(blocks)])

    def _with_literals(self, pattern: Pattern) -> Docnums:
        return common([self._any([docs for docs in map(self._row_docs, one) if len(docs)]) for one in pattern.literals])

    def _pattern_within(self, pattern: Pattern, within: Docnums) -> Docnums:
        soft, hard = BREAKS[pattern.scope]
        breaks = Breaks(
            soft,
            hard + _edges(pattern),
            PAUSES if pattern.paused else "",
            lambda at: Signs(self._lists, self._passages(at)),
        )
        return self._passages(ends_of(pattern.pieces, breaks, lambda piece: self._stretches(piece, within)))

    def _signs(self, signs: str, within: Docnums) -> Integers:
        """Where any of *signs* stands in the passages of *within*."""
        lists = [self._lists.get("chars", sign).positions(within) for sign in checked(signs)]
        return np.sort(np.concatenate(lists)) if lists else np.empty(0, np.int64)

    def _stretches(self, alternatives: tuple[str, ...], within: Docnums) -> Stretches:
        return Stretches.of([self._stretch(text, within) for text in alternatives])

    def _stretch(self, text: str, within: Docnums) -> tuple[Integers, Integers]:
        tokens = self._analyzer.characters(text)
        if len(tokens) == 1:
            places = self._lists.get("chars", tokens[0].text).positions(within)
            return places, places
        starts = self._in_a_row(text, within=within)
        letters = [token.position for token in tokens if token.text.isalnum()]
        return starts + letters[0], starts + letters[-1]

    # What they score

    def _scores(self, query: Query, docs: Docnums, *, sure: bool = False) -> Floats:
        """The score of each of *docs*, before quality; *sure* says that all of them match."""
        check()
        match query:
            case Term(text) | Phrase(text) | Words(text) | Pairs(text):
                return self._where(query, self._texts.of(text, docs), docs, sure=sure)
            case Pattern():
                bonus = PATTERN + PAUSED * query.paused
                return self._where(query, self._texts.of(query.words, docs) + bonus, docs, sure=sure)
            case Function(function):
                return np.where(self._tables.with_function(function).take(docs), FUNCTION, 0.0)
            case And() if not sure and not len(self.docs(query)):
                return np.zeros(len(docs))
            case And(children):
                added = reduce(
                    np.add, [self._scores(child, docs, sure=sure) for child in children], np.zeros(len(docs))
                )
                return self._where(query, added, docs, sure=sure)
            case Or(children):
                return self._where(query, self._added(children, docs), docs, sure=sure)
            case Either(children):
                return reduce(np.maximum, self._of_each(children, docs))
            case Expanded(child, others):
                return self._expanded(child, others, docs)
            case Not() | Filter() | MatchAll():
                return np.zeros(len(docs))

    def _where(self, query: Query, scores: Floats, docs: Docnums, *, sure: bool) -> Floats:
        """*scores* of those that match, 0 for the rest."""
        return scores if sure or docs is self._found.get(query) else scores * self.mask(query).take(docs)

    def _added(self, children: Sequence[Query], docs: Docnums) -> Floats:
        """The scores of all children. Those that score nothing but what they match are added up in one go."""
        plain = [child.text for child in children if isinstance(child, Words) and self._scores_its_own(child)]
        others = [child for child in children if not (isinstance(child, Words) and child.text in plain)]
        scores = [self._scores(child, docs) for child in others]
        return reduce(np.add, [self._texts.of_all(plain, docs), *scores] if plain else scores, np.zeros(len(docs)))

    def _scores_its_own(self, words: Words) -> bool:
        return words.minimum <= 1 and not self._texts.with_grams and all(map(tells, self._texts.words(words.text)))

    def _of_each(self, children: Sequence[Query], docs: Docnums) -> Iterator[Floats]:
        """The scores of each child; those that differ only in what they match are scored together."""
        by_text: dict[str, list[Term | Phrase | Words | Pairs]] = {}
        for child in children:
            if isinstance(child, Term | Phrase | Words | Pairs):
                by_text.setdefault(child.text, []).append(child)
            else:
                yield self._scores(child, docs)
        for own in by_text.values():
            yield self._scores(own[0], docs) if len(own) == 1 else self._together(own, docs)

    def _together(self, leaves: Sequence[Term | Phrase | Words | Pairs], docs: Docnums) -> Floats:
        return self._where(Either(tuple(leaves)), self._texts.of(leaves[0].text, docs), docs, sure=False)

    def _expanded(self, child: Query, others: Iterable[Query], docs: Docnums) -> Floats:
        own = self.docs(child)
        ceiling = EXPANDED * self._scores(child, own).min() if len(own) else np.inf
        best = EXPANDED * np.asarray(reduce(np.maximum, (self._scores(other, docs) for other in others)))
        return np.where(self.mask(child).take(docs), self._scores(child, docs), np.minimum(best, ceiling))


def _edges(pattern: Pattern) -> str:
    """The sign at the edges of texts where a gap of *pattern* might cross one: gaps between its pieces are shorter than the way."""
    first, last = pattern.pieces[0], pattern.pieces[-1]
    longest = max((piece.high for piece in pattern.pieces if isinstance(piece, Gap)), default=0)
    return fields.EDGE if isinstance(first, Gap) or isinstance(last, Gap) or longest >= fields.GAP else ""
