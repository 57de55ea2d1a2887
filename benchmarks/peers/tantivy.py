"""tantivy: words of title and text, characters of both with positions, and the record, in one index."""

from __future__ import annotations

import json
from pathlib import Path

import tantivy

from benchmarks.peers import blank
from benchmarks.peers.base import TOP, Top
from benchmarks.questions import How, Question
from indexer.analysis import Analyzer

NAME = "tantivy"
# One thread writes while this process cuts words: both cores are busy, and the index is one segment where it fits.
_HEAP, _THREADS = 1_000_000_000, 1


def build(corpus: Path, folder: Path, analyzer: Analyzer) -> None:
    """Index *corpus*."""
    index = _with_tokenizer(tantivy.Index(_schema(), path=str(folder)))
    writer = index.writer(heap_size=_HEAP, num_threads=_THREADS)
    for one in blank.records(corpus, analyzer):
        kept = json.dumps([one.record.id, one.record.title, one.record.text], ensure_ascii=False).encode()
        writer.add_document(
            tantivy.Document(line=one.line, record=kept, title=one.title, body=one.body, chars=one.chars)
        )
    writer.commit()
    writer.wait_merging_threads()


class Tantivy:
    """See :class:`benchmarks.peers.base.Peer`. One thread, BM25 with k1 1.2 and b 0.75, which cannot be set."""

    name = NAME
    hows: frozenset[How] = frozenset({"any", "all", "row"})

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._index = _with_tokenizer(tantivy.Index.open(str(folder)))
        self._schema = self._index.schema
        self._index.config_reader("manual")
        self._index.reload()
        self._searcher = self._index.searcher()

    @property
    def segments(self) -> int:
        """In how many pieces the index lies."""
        return int(self._searcher.num_segments)

    def top(self, question: Question) -> Top:
        """See :class:`benchmarks.peers.base.Peer`."""
        return self._top(self._compiled(question))

    def in_a_row(self, characters: list[str]) -> Top:
        """The ten best in which *characters* stand in a row, in title or text."""
        return self._top(tantivy.Query.phrase_query(self._schema, "chars", list(characters)))

    def lines(self, top: Top) -> list[int]:
        """See :class:`benchmarks.peers.base.Peer`."""
        return [int(line) for line, _ in top]

    def reopened(self) -> Tantivy:
        """See :class:`benchmarks.peers.base.Peer`."""
        return Tantivy(self._folder)

    def close(self) -> None:
        """Nothing to release: the files are mapped."""

    def _top(self, query: tantivy.Query) -> Top:
        # Without counting all matches, so that it may pass over what cannot be among the best.
        hits = self._searcher.search(query, limit=TOP, count=False).hits
        lines = self._searcher.fast_field_values("line", [address for _, address in hits])
        return [(line, score) for line, (score, _) in zip(lines, hits, strict=True)]

    def _compiled(self, question: Question) -> tantivy.Query:
        if question.how == "row":
            return tantivy.Query.phrase_query(self._schema, "body", list(question.words))
        terms = [tantivy.Query.term_query(self._schema, "body", word, "freq") for word in question.words]
        if len(terms) == 1:
            return terms[0]
        occur = tantivy.Occur.Must if question.how == "all" else tantivy.Occur.Should
        return tantivy.Query.boolean_query([(occur, term) for term in terms])


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("line", fast=True)
    builder.add_bytes_field("record", stored=True)
    for name in ("title", "body", "chars"):
        builder.add_text_field(name, tokenizer_name="blank", index_option="position")
    return builder.build()


def _with_tokenizer(index: tantivy.Index) -> tantivy.Index:
    index.register_tokenizer("blank", tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())
    return index
