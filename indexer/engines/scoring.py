"""BM25 of texts: what each of their tokens gives to the passages that hold it, added up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from indexer.analysis import Analyzer
from indexer.engines import records
from indexer.engines.base import GRAMS, K1
from indexer.engines.postings import Docnums, Floats, PostingLists, Postings
from indexer.engines.ranking import idf, telling
from indexer.engines.tables import Tables

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
        self.boosted = boosts.keys()
        self._own: dict[str, list[Postings]] = {}
        self._sums: dict[str, Floats] = {}

    def words(self, text: str) -> list[str]:
        """The distinct words of *text*, in order."""
        return list(dict.fromkeys([word for word, _, _ in self._analyzer.cut(text).words]))

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
            return self._sums[text][docs]
        return self._looked_up(lists, docs)

    def of_all(self, texts: Sequence[str], docs: Docnums) -> Floats:
        """What *texts* give together."""
        lists = [own for text in texts for own in self._lists_of(text)]
        return self._looked_up(lists, docs) if self._is_looked_up(lists, docs) else self._added_up(lists)[docs]

    def _is_looked_up(self, lists: Sequence[Postings], docs: Docnums) -> bool:
        """Whether it is quicker to look for *docs* in *lists* than to add up the lists."""
        if len(lists) == 1 and lists[0].docs is docs:
            return True
        held = sum([len(own.docs) for own in lists])
        return _LOOKUP * len(lists) * len(docs) < held + self._tables.size // 4

    def _added_up(self, lists: Sequence[Postings]) -> Floats:
        if not lists:
            return np.zeros(self._tables.size)
        docs = np.concatenate([own.docs for own in lists])
        return np.asarray(
            np.bincount(docs, np.concatenate([self._impacts(own) for own in lists]), self._tables.size), np.float64
        )

    def _looked_up(self, lists: Sequence[Postings], docs: Docnums) -> Floats:
        if len(lists) == 1 and lists[0].docs is docs:
            return self._impacts(lists[0])
        found = np.zeros(len(docs))
        for own in lists:
            rows = own.docs.searchsorted(docs)
            rows[rows == len(own.docs)] = 0
            found += np.where(own.docs[rows] == docs, self._impacts(own)[rows], 0.0)
        return found

    def _impacts(self, own: Postings) -> Floats:
        if own.impacts is None:
            raise ValueError("postings without a weight")
        return own.impacts

    def _lists_of(self, text: str) -> list[Postings]:
        """The postings of the tokens of *text* that tell passages apart, each with its impacts."""
        if text not in self._own:
            found = [(name, own) for name, own in self._tokens(text) if len(own.docs)]
            kept = telling([len(own.docs) for _, own in found], passages=self._tables.passages)
            self._own[text] = [self._weighed(name, own) for (name, own), keep in zip(found, kept, strict=True) if keep]
        return self._own[text]

    def _tokens(self, text: str) -> Iterator[tuple[str, Postings]]:
        for name in self._boosts:
            for token in self.grams(text) if name == GRAMS else self.words(text):
                # Letters are kept with their positions, and only so.
                yield name, self._lists.get("chars" if name == GRAMS and len(token) == 1 else name, token)

    def _weighed(self, name: str, own: Postings) -> Postings:
        if own.impacts is None:
            own.weigh(self._new_impacts(name, own))
        return own

    def _new_impacts(self, name: str, own: Postings) -> Floats:
        norm = self._tables.norms[name]
        counts = own.counts.astype(np.float64)
        rarity = idf(passages=self._tables.passages, frequency=len(own.docs))
        return self._boosts[name] * (rarity * (counts * (K1 + 1)) / (counts + norm.by_code[norm.codes[own.docs]]))
