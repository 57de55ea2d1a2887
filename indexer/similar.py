"""Passages that resemble one: those that share its most telling words, ranked by the engine as a search for these is."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from indexer.analysis import Analyzer, Cut, tells
from indexer.copies import signature
from indexer.copies import similar as alike
from indexer.deadline import checked
from indexer.engines.base import MOST_FOLDED, Engine, Match
from indexer.engines.ranking import idf
from indexer.model import PassageRecord
from indexer.pages import Hit, place_of
from indexer.query import Filter, Not, Or, Phrase, Query, Words, conjunction
from indexer.snippets import Marker, snippet
from indexer.vocabulary.store import Vocabulary

# No reader looks at more.
MOST_SIMILAR = 50
# So many words stand for a passage, and of these a passage that resembles it has such a share. A few words say as much as
# many where the library has much that is alike; where that finds too little, more words and a smaller share of them.
_STEPS = ((12, 0.4), (24, 0.2))
_TOO_FEW = 3
# The share of the score that the passage itself gets: below that there is little more in common than a way of speaking.
_LEAST_SCORE = 0.17
_LEAST_WORDS = 2
# Hits that are fetched beyond those that are wanted: the passage itself, and copies that score higher.
_SPARE = 3


@dataclass(frozen=True, slots=True)
class Resembling:
    """Looks for what resembles one passage after another of one engine. Its *vocabulary* is of the same generation."""

    engine: Engine
    vocabulary: Vocabulary
    analyzer: Analyzer

    def of(self, passage: PassageRecord, *, limit: int) -> tuple[Hit, ...]:
        """At most *limit* passages, best first: neither *passage* nor its near-copies, one of each other document; more of one,
        or others of its own document, only where there is nothing else."""
        words = self.telling(passage)
        hits: tuple[Hit, ...] = ()
        for most, share in _STEPS:
            if len(hits) < min(limit, _TOO_FEW):
                hits = self._sharing(words[:most], share, passage, limit)
        return hits

    def _sharing(self, words: Sequence[str], share: float, passage: PassageRecord, limit: int) -> tuple[Hit, ...]:
        """The passages with at least a *share* of *words*."""
        if len(words) < _LEAST_WORDS:
            return ()
        sharing = Words(" ".join(words), max(_LEAST_WORDS, math.ceil(share * len(words))))
        records = self._records(passage, sharing, limit)
        marker = Marker(Or(tuple(map(Phrase, words))), self.analyzer)
        return tuple(_hit(record, score, marker) for record, score in checked(records))

    def telling(self, passage: PassageRecord) -> list[str]:
        """The words that stand for a passage: its rarest that stand elsewhere too, those that it repeats before others."""
        counts = Counter(filter(tells, _whole(_cut(passage, self.analyzer))))
        held = self.vocabulary.counts(counts)
        weights = {
            word: (1 + math.log(count)) * idf(passages=self.vocabulary.passages, frequency=held[word])
            for word, count in counts.items()
            if held.get(word, 0) > 1
        }
        return sorted(weights, key=lambda word: -weights[word])[: _STEPS[-1][0]]

    def _records(self, passage: PassageRecord, sharing: Query, limit: int) -> list[tuple[PassageRecord, float]]:
        """Passages with their scores. The passage itself is among what is found, so that most of its copies fold into it; to
        leave all of them out by their signatures takes half as long as the search, and is done only where nothing is left."""
        found = self.engine.search(sharing, limit=limit + _SPARE, per_document=1, fold_copies=True)
        least = _LEAST_SCORE * max((hit.score for hit in found.hits), default=0.0)
        return self._apart(passage, found.hits, least)[:limit] or self._others(passage, sharing, limit, least)

    def _apart(self, passage: PassageRecord, hits: Sequence[Match], least: float) -> list[tuple[PassageRecord, float]]:
        """Those of *hits* that stand in other documents and are no copies."""
        scores = {hit.id: hit.score for hit in hits if hit.score >= least and hit.document_id != passage.document_id}
        unsure = _not_folded(passage, hits)
        return [
            (record, scores[record.id])
            for record in self.engine.passages(scores)
            if record.id not in unsure or not _is_copy(passage, record)
        ]

    def _others(
        self, passage: PassageRecord, sharing: Query, limit: int, least: float
    ) -> list[tuple[PassageRecord, float]]:
        """What is left where the best hits were all copies, or stand in the passage's own document."""
        own, copies = Filter("document", (passage.document_id,)), Filter("copies", (passage.id,))
        for within in (Not(own), own):
            query = conjunction([sharing, within, Not(copies)])
            found = self.engine.search(query, limit=limit, fold_copies=True)
            scores = {hit.id: hit.score for hit in found.hits if hit.score >= least}
            if scores:
                return [(record, scores[record.id]) for record in self.engine.passages(scores)]
        return []


def _cut(passage: PassageRecord, analyzer: Analyzer) -> Cut:
    return analyzer.cut(passage.text, converted="converted" in passage.flags)


def _whole(cut: Cut) -> Iterator[str]:
    """The words that lie in no other: of 食品, 安全 and 食品安全 the last."""
    done = -1
    for word, _, end in sorted(cut.words, key=lambda found: (found[1], -found[2])):
        if end > done:
            done = end
            yield word


def _not_folded(passage: PassageRecord, hits: Sequence[Match]) -> set[str]:
    """Those of *hits* that may be copies of *passage*: what comes before it, since its copies behind it fold into it."""
    place = next((place for place, hit in enumerate(hits) if hit.id == passage.id), len(hits))
    is_full = place < len(hits) and hits[place].copies >= MOST_FOLDED // 2
    return {hit.id for hit in (hits if is_full else hits[:place])}


def _is_copy(passage: PassageRecord, record: PassageRecord) -> bool:
    return bool(alike(_signature(passage), np.frombuffer(_signature(record), np.uint8).reshape(1, -1))[0])


def _signature(record: PassageRecord) -> bytes:
    return signature(record.text, record.masks, converted="converted" in record.flags)


def _hit(record: PassageRecord, score: float, marker: Marker) -> Hit:
    spans = marker.spans(record.text, converted="converted" in record.flags)
    return Hit(record, snippet(record.text, spans), spans, score, place_of(record))
