"""BM25 of texts: what each of their tokens gives to the passages that hold it, added up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from indexer.analysis import Analyzer
from indexer.deadline import checked
from indexer.engines import records
from indexer.engines.base import GRAMS, INNER
from indexer.engines.codec import LENGTHS
from indexer.engines.postings import Docnums, Floats, PostingLists, Postings
from indexer.engines.ranking import idf, inner, saturation, telling
from indexer.engines.tables import Norm, Tables

# Adding up whole lists takes about a nanosecond a posting and a quarter for each passage of the library; looking a passage up in
# a list takes about this many.
_LOOKUP = 30


class Scores:
    """The scores of texts in one search. Each text is added up once."""

    def __init__(self, *, analyzer: Analyzer, lists: PostingLists, tables: Tables, boosts: Mapping[str, float]) -> None:
        self._analyzer = analyzer
        self._lists = lists
        self._tables = tables
        self._boosts = boosts
        self.word_fields = [name for name in boosts if name != GRAMS]
        self.with_grams = GRAMS in boosts
        self._words: dict[str, list[tuple[str, int, int]]] = {}
        self._own: dict[str, list[_Weighed]] = {}
        self._sums: dict[str, Floats] = {}

    def words(self, text: str) -> list[str]:
        """The distinct words of *text*, in order."""
        return list(dict.fromkeys([word for word, _, _ in self._cut(text)]))

    def grams(self, text: str) -> list[str]:
        """The distinct letters and pairs of neighbouring letters of *text*."""
        return list(dict.fromkeys(records.grams(self._analyzer.characters(text))))

    def pairs(self, text: str) -> list[str]:
        """The distinct pairs of neighbouring letters."""
        return [gram for gram in self.grams(text) if len(gram) > 1]

    def of(self, text: str, docs: Docnums) -> Floats:
        """What *text* gives to each of *docs* (ascending). Not to be changed."""
        lists = self._lists_of(text)
        if text in self._sums or not self._is_looked_up(lists, docs):
            if text not in self._sums:
                self._sums[text] = self._added_up(lists)
            return self._sums[text].take(docs)
        return self._looked_up(lists, docs)

    def of_all(self, texts: Sequence[str], docs: Docnums) -> Floats:
        """What *texts* give together."""
        lists = [own for text in texts for own in self._lists_of(text)]
        return self._looked_up(lists, docs) if self._is_looked_up(lists, docs) else self._added_up(lists).take(docs)

    def _is_looked_up(self, lists: Sequence[_Weighed], docs: Docnums) -> bool:
        """Whether it is quicker to look for *docs* in *lists* than to add up the lists."""
        if len(lists) == 1 and lists[0].docs is docs:
            return True
        held = sum([len(own.docs) for own in lists])
        return _LOOKUP * len(lists) * len(docs) < held + self._tables.size // 4

    def _added_up(self, lists: Sequence[_Weighed]) -> Floats:
        sums = np.zeros(self._tables.size)
        for own in checked(lists):
            # One by one: put behind one another first, long lists take many times as long.
            np.add.at(sums, own.docs, own.impacts())
        return sums

    def _looked_up(self, lists: Sequence[_Weighed], docs: Docnums) -> Floats:
        if len(lists) == 1 and lists[0].docs is docs:
            return lists[0].impacts()
        found = np.zeros(len(docs))
        for own in checked(lists):
            rows = own.docs.searchsorted(docs)
            rows[rows == len(own.docs)] = 0
            found += np.where(own.docs[rows] == docs, own.impacts(rows), 0.0)
        return found

    def _lists_of(self, text: str) -> list[_Weighed]:
        """The postings of the tokens of *text* that tell passages apart."""
        if text not in self._own:
            found = [token for token in self._tokens(text) if len(token.list.docs)]
            kept = telling([len(token.list.docs) for token in found], passages=self._tables.passages)
            self._own[text] = [self._weighed(token) for token, keep in zip(found, kept, strict=True) if keep]
        return self._own[text]

    def _tokens(self, text: str) -> Iterator[_Token]:
        shares = self._shares(text)
        for name, boost in self._boosts.items():
            if name != GRAMS:
                for word, share in shares.items():
                    yield _Token(name, self._lists.get(name, word), boost * share)
                continue
            for gram in self.grams(text):
                # Letters are kept with their positions, and only so.
                yield _Token(name, self._lists.get("chars" if len(gram) == 1 else name, gram), boost)

    def _cut(self, text: str) -> list[tuple[str, int, int]]:
        if text not in self._words:
            self._words[text] = self._analyzer.cut(text).words
        return self._words[text]

    def _shares(self, text: str) -> dict[str, float]:
        """The distinct words of *text*, in order, and what each gives of its own weight."""
        words = self._cut(text)
        less = inner(words) if len(words) > 1 else ()
        return {word: INNER if word in less else 1.0 for word, _, _ in words}

    def _weighed(self, token: _Token) -> _Weighed:
        own, norm = token.list, self._tables.norms[token.field]
        gains = own.gains
        if gains is None:
            gains = _gains(own, norm)
            own.keep_gains(gains)
        rarity = idf(passages=self._tables.passages, frequency=len(own.docs))
        return _Weighed(own.docs, gains, token.weight * rarity, norm.saturations)


class _Token(NamedTuple):
    """A token of a text in a field: its list, and its weight beside its rarity."""

    field: str
    list: Postings
    weight: float


@dataclass(frozen=True, slots=True)
class _Weighed:
    """A list that scores: its ``gains`` are places in the table of saturations, or these themselves."""

    docs: Docnums
    gains: NDArray[Any]
    weight: float
    table: Floats

    def impacts(self, rows: NDArray[np.intp] | None = None) -> Floats:
        """What each posting adds to a score, or each of *rows*."""
        gains = self.gains if rows is None else self.gains[rows]
        return self.weight * (self.table.take(gains) if gains.dtype == np.uint16 else gains)


def _gains(own: Postings, norm: Norm) -> NDArray[Any]:
    """Two bytes a posting where counts are below 256, as nearly always, else eight."""
    codes = norm.codes.take(own.docs)
    if own.counts.itemsize == 1:
        return own.counts.astype(np.uint16) << 8 | codes
    counts, lengths = own.counts.astype(np.float64), LENGTHS.take(codes).astype(np.float64)
    return np.asarray(saturation(count=counts, length=lengths, mean=norm.mean))
