"""The Whoosh engine: our own tokens, query compiler and ranking over the segments and postings of Whoosh.

Left out on purpose: Whoosh's QueryParser (quadratic, crashes on nested parentheses), its Phrase (tokens that share a
position never match), its highlighter, and its Searcher.
"""

from __future__ import annotations

import errno
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from whoosh import index as whoosh_index
from whoosh.filedb.filestore import FileStorage
from whoosh.reading import IndexReader, SegmentReader

from indexer.analysis import Analyzer
from indexer.engines import fields, records
from indexer.engines.base import GRAMS, WHOLE, FacetField, Matches, Sort
from indexer.engines.matching import Evaluation
from indexer.engines.postings import PostingCache, Postings, docnums_of
from indexer.engines.ranking import PartRow
from indexer.engines.segments import PassageWriter
from indexer.engines.tables import Tables, function_bits, part_column, read_tables
from indexer.engines.windows import listed, window
from indexer.model import DocumentRecord, Part, Passage, PassageRecord
from indexer.query import Query

# Decoded postings kept by the engines of one commit.
_CACHE_BYTES = 256_000_000


class WhooshEngine:
    """See :class:`indexer.engines.base.Engine`. For one thread at a time; :meth:`sibling` serves another one."""

    def __init__(self, folder: Path, *, analyzer: Analyzer, limit_mb: int = 256) -> None:
        """Open the index in *folder*; a commit keeps at most *limit_mb* megabytes of postings in memory."""
        self._folder = folder
        self._analyzer = analyzer
        self._limit_mb = limit_mb
        self._index = _opened(folder)
        self._reading: _Reading | None = None

    @classmethod
    def create(cls, folder: Path, *, analyzer: Analyzer, limit_mb: int = 256) -> WhooshEngine:
        """An empty index in *folder*, which exists."""
        whoosh_index.FileIndex.create(FileStorage(str(folder)), fields.schema())
        return cls(folder, analyzer=analyzer, limit_mb=limit_mb)

    def sibling(self) -> WhooshEngine:
        """Another engine over the same commit, for another thread; what is read of it is shared."""
        twin = WhooshEngine(self._folder, analyzer=self._analyzer, limit_mb=self._limit_mb)
        own = self._read()
        twin._reading = _Reading(own.postings.shared(), own.tables)
        return twin

    def warm(self) -> None:
        """Open the files and read the tables now, so that the folder may be removed and the first search is fast."""
        self._read()

    @contextmanager
    def writing(self) -> Iterator[_Writer]:
        """A commit: all or nothing. This engine sees it afterwards, others when they are opened anew."""
        writer = PassageWriter(self._index, limit_mb=self._limit_mb)
        try:
            with closing(self._index.reader()) as former:
                yield _Writer(writer, former, self._analyzer)
            writer.commit(mergetype=_merged)
        except BaseException:
            # Where the disk is full, tidying up fails as well; the first error is the one to tell.
            with suppress(OSError):
                _cancel(writer)
            raise
        self.close()

    def search(
        self,
        query: Query,
        *,
        limit: int,
        offset: int = 0,
        rank: Query | None = None,
        partial: int = 0,
        partial_last: bool = False,
        sort: Sort = "relevance",
        per_document: int | None = None,
        fold_copies: bool = False,
        facets: Sequence[FacetField] = (),
    ) -> Matches:
        """See :meth:`indexer.engines.base.Engine.search`."""
        evaluation, tables = self._evaluation(), self._read().tables
        matching, ranked = evaluation.matching(query), query if rank is None else rank
        scores = evaluation.scores(ranked)
        if rank is not None:
            scores += WHOLE * matching
        found = listed(tables, matching, evaluation.matching(ranked), scores, partial=partial)
        return window(
            tables,
            found,
            limit=limit,
            offset=offset,
            partial_last=partial_last,
            sort=sort,
            per_document=per_document,
            fold_copies=fold_copies,
            facets=facets,
        )

    def count(self, query: Query) -> int:
        """How many passages match."""
        return int(self._evaluation().matching(query).sum())

    def passages(self, ids: Iterable[str]) -> list[PassageRecord]:
        """The records of *ids* that exist, in the order of *ids*."""
        wanted = [split for split in map(records.split_id, ids) if split]
        docnums = {document: self._docnums(document) for document, _ in wanted}
        found = (docnums[document].get(ordinal) for document, ordinal in wanted)
        return [self._record(docnum) for docnum in found if docnum is not None]

    def document(self, document_id: str) -> DocumentRecord | None:
        """The record of a document, or None."""
        stored = (self._read().postings.stored(docnum, "outline") for docnum in self._docnums(document_id).values())
        return next((records.document_from_json(text) for text in stored if text), None)

    def passages_of(self, document_id: str, *, start: int = 0, end: int | None = None) -> list[PassageRecord]:
        """The passages of a document with ``start <= ordinal < end``, in order."""
        own = sorted(self._docnums(document_id).items())
        return [self._record(docnum) for ordinal, docnum in own if ordinal >= start and (end is None or ordinal < end)]

    def documents_of(self, source: str) -> list[DocumentRecord]:
        """The records of all documents of a source, in the order in which they were added."""
        docnums = self._read().postings.docnums("source", fields.to_bytes(source))
        outlines = (self._read().postings.stored(docnum, "outline") for docnum in docnums)
        return [records.document_from_json(text) for text in outlines if text]

    def close(self) -> None:
        """Release files; a later search opens them again."""
        if self._reading is not None:
            self._reading.postings.close()
        self._reading = None

    def _read(self) -> _Reading:
        if self._reading is None:
            reader = self._index.reader()
            tables = read_tables(reader)
            postings = Postings(reader, alive=tables.alive, cache=PostingCache(_CACHE_BYTES))
            self._reading = _Reading(postings, tables)
        return self._reading

    def _evaluation(self) -> Evaluation:
        own = self._read()
        return Evaluation(analyzer=self._analyzer, postings=own.postings, tables=own.tables)

    def _docnums(self, document_id: str) -> dict[int, int]:
        """Ordinal -> docnum of the passages of a document, in the order in which they were added."""
        ordinals = self._read().tables.ordinals
        found = self._read().postings.docnums("document", fields.to_bytes(document_id))
        return {int(ordinals[docnum]): docnum for docnum in found}

    def _record(self, docnum: int) -> PassageRecord:
        return records.passage_from_json(self._read().postings.stored(docnum, "record") or "")


@dataclass(frozen=True, slots=True)
class _Reading:
    """An open commit."""

    postings: Postings
    tables: Tables


class _Writer:
    """See :class:`indexer.engines.base.Writer`."""

    def __init__(self, writer: Any, former: IndexReader, analyzer: Analyzer) -> None:
        self._writer = writer
        self._former = former
        self._analyzer = analyzer

    def add(self, part: Part) -> None:
        """Index the passages of *part* and keep its record."""
        first: dict[str, object] = {
            "part": part_column(PartRow.of(part)),
            "outline": records.to_json(records.document_record(part)),
        }
        for passage, record in zip(part.passages, records.passage_records(part), strict=True):
            self._add(part, passage, {"record": records.to_json(record), **first})
            first = {"part": b""}

    def delete_source(self, source: str) -> int:
        """Remove all that came from *source* before this commit; the number of passages removed."""
        docnums = docnums_of(self._former, "source", fields.to_bytes(source))
        removed = [docnum for docnum in docnums if not self._writer.is_deleted(docnum)]
        for docnum in removed:
            self._writer.delete_document(docnum)
        return len(removed)

    def _add(self, part: Part, passage: Passage, values: Mapping[str, object]) -> None:
        texts = records.texts(part, passage)
        grams = [gram for own in texts.characters(self._analyzer) for gram in records.grams(own)]
        self._writer.add_passage(
            words={**texts.words(self._analyzer), GRAMS: grams},
            rows={
                "chars": fields.in_one_row(texts.rows(self._analyzer)),
                "title_chars": fields.in_one_row(texts.rows(self._analyzer, title=True)),
            },
            names={"document": part.id, "source": part.source},
            values={
                **values,
                "ordinal": passage.ordinal,
                "functions": function_bits(passage.functions),
                "quality": records.quality(passage),
                "signature": records.copy_signature(passage),
            },
        )


def _opened(folder: Path) -> whoosh_index.FileIndex:
    try:
        # Given a schema, Whoosh does not unpickle the one on disk.
        return whoosh_index.FileIndex(FileStorage(str(folder)), schema=fields.schema())
    except whoosh_index.EmptyIndexError as error:
        raise FileNotFoundError(errno.ENOENT, "no Whoosh index", str(folder)) from error


def _merged(writer: Any, segments: list[Any]) -> list[Any]:
    """A merge policy: the segments to keep as they are, after the others were added to what *writer* writes.

    A segment is merged when it is no larger than all that is merged before it, so that sizes at least double from one
    segment to the next and their number stays small; or when a third of it is deleted.
    """
    kept = []
    merged = writer.doc_count()
    for segment in sorted(segments, key=lambda segment: int(segment.doc_count())):
        alive = segment.doc_count()
        if alive == 0:
            continue
        if alive > merged and segment.deleted_count() * 3 < segment.doc_count_all():
            kept.append(segment)
            continue
        with closing(SegmentReader(writer.storage, writer.schema, segment)) as reader:
            writer.add_reader(reader)
        merged += alive
    return kept


def _cancel(writer: Any) -> None:
    if not writer.is_closed:
        writer.cancel()
