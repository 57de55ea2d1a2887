"""bm25s: the words of the texts as a sparse matrix of scores, which must be in memory. It knows no AND and no phrase."""

from __future__ import annotations

from pathlib import Path

import bm25s

from benchmarks.peers import blank
from benchmarks.peers.base import TOP, Top
from benchmarks.questions import How, Question
from indexer.analysis import Analyzer

NAME = "bm25s"
_K1, _B = 1.2, 0.6


def build(corpus: Path, folder: Path, analyzer: Analyzer) -> None:
    """Index *corpus*."""
    vocabulary: dict[str, int] = {}
    # A number of the vocabulary is one object, however often it stands in the rows.
    rows = [[vocabulary.setdefault(word, len(vocabulary)) for word in body] for body in blank.bodies(corpus, analyzer)]
    retriever = bm25s.BM25(k1=_K1, b=_B)
    retriever.index(bm25s.tokenization.Tokenized(ids=rows, vocab=vocabulary), show_progress=False)
    retriever.save(str(folder), show_progress=False)


class Bm25s:
    """See :class:`benchmarks.peers.base.Peer`."""

    name = NAME
    hows: frozenset[How] = frozenset({"any"})

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._retriever = bm25s.BM25.load(str(folder), show_progress=False)

    def top(self, question: Question) -> Top:
        """See :class:`benchmarks.peers.base.Peer`."""
        count = min(TOP, int(self._retriever.scores["num_docs"]))
        rows, scores = self._retriever.retrieve([list(question.words)], k=count, show_progress=False)
        return [(row + 1, score) for row, score in zip(rows[0].tolist(), scores[0].tolist(), strict=True) if score > 0]

    def lines(self, top: Top) -> list[int]:
        """See :class:`benchmarks.peers.base.Peer`."""
        return [int(line) for line, _ in top]

    def reopened(self) -> Bm25s:
        """See :class:`benchmarks.peers.base.Peer`."""
        return Bm25s(self._folder)

    def close(self) -> None:
        """Nothing to release."""
