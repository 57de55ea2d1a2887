"""Stock Whoosh: its own writer, codec, searcher and BM25F; words of title and text, characters with positions, the record."""

from __future__ import annotations

from pathlib import Path

from whoosh import fields, index, query, scoring
from whoosh.analysis import SpaceSeparatedTokenizer

from benchmarks.peers import blank
from benchmarks.peers.base import TOP, Top
from benchmarks.questions import How, Question
from indexer.analysis import Analyzer

NAME = "whoosh"
_K1, _B = 1.2, 0.6
_LIMIT_MB = 256


def build(corpus: Path, folder: Path, analyzer: Analyzer) -> None:
    """Index *corpus*."""
    writer = index.create_in(str(folder), _schema()).writer(limitmb=_LIMIT_MB)
    for one in blank.records(corpus, analyzer):
        record = (one.record.id, one.record.title, one.record.text)
        writer.add_document(line=one.line, record=record, title=one.title, body=one.body, chars=one.chars)
    writer.commit()


class Stock:
    """See :class:`benchmarks.peers.base.Peer`."""

    name = NAME
    hows: frozenset[How] = frozenset({"any", "all", "row"})

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._index = index.open_dir(str(folder))
        self._searcher = self._index.searcher(weighting=scoring.BM25F(B=_B, K1=_K1))

    def top(self, question: Question) -> Top:
        """See :class:`benchmarks.peers.base.Peer`."""
        return [(hit["line"], hit.score) for hit in self._searcher.search(_compiled(question), limit=TOP)]

    def lines(self, top: Top) -> list[int]:
        """See :class:`benchmarks.peers.base.Peer`."""
        return [int(line) for line, _ in top]

    def reopened(self) -> Stock:
        """See :class:`benchmarks.peers.base.Peer`."""
        return Stock(self._folder)

    def close(self) -> None:
        """See :class:`benchmarks.peers.base.Peer`."""
        self._searcher.close()
        self._index.close()


def _compiled(question: Question) -> query.Query:
    if question.how == "row":
        return query.Phrase("body", list(question.words))
    terms = [query.Term("body", word) for word in question.words]
    if len(terms) == 1:
        return terms[0]
    return query.And(terms) if question.how == "all" else query.Or(terms)


def _schema() -> fields.Schema:
    texts = {name: fields.TEXT(analyzer=SpaceSeparatedTokenizer(), phrase=True) for name in ("title", "body", "chars")}
    return fields.Schema(line=fields.STORED(), record=fields.STORED(), **texts)
