"""The Whoosh engine: our own tokens, query compiler and ranking over the segments and postings of Whoosh.

Left out on purpose: Whoosh's QueryParser (quadratic, crashes on nested parentheses), its Phrase (tokens that share a
position never match), its highlighter, and its Searcher.
"""

from __future__ import annotations

import errno
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from whoosh import index as whoosh_index
from whoosh.filedb.filestore import FileStorage
from whoosh.reading import SegmentReader

from indexer.analysis import Analyzer
from indexer.engines import fields, records
from indexer.engines.base import FacetField, Matches, Sort
from indexer.engines.matching import Evaluation
from indexer.engines.postings import Postings, Tables, part_column
from indexer.engines.ranking import Found, PartRow, window
from indexer.model import DocumentRecord, Part, Passage, PassageRecord
from indexer.query import Query


class WhooshEngine:
    """See :class:`indexer.engines.base.Engine`. For one thread at a time; :meth:`sibling` serves another one."""

    def __init__(self, folder: Path, *, analyzer: Analyzer, limit_mb: int = 256) -> None:
        """Open the index in *folder*; a commit keeps at most *limit_mb* megabytes of postings in memory."""
        self._folder = folder
        self._analyzer = analyzer
        self._limit_mb = limit_mb
        self._index = _opened(folder)
        self._postings: Postings | None = None
        self._tables: Tables | None = None

    @classmethod
    def create(cls, folder: Path, *, analyzer: Analyzer, limit_mb: int = 256) -> WhooshEngine:
        """An empty index in *folder*, which exists."""
        whoosh_index.FileIndex.create(FileStorage(str(folder)), fields.schema())
        return cls(folder, analyzer=analyzer, limit_mb=limit_mb)

    def sibling(self) -> WhooshEngine:
        """Another engine over the same commit, for another thread; the tables, which both only read, are shared."""
        twin = WhooshEngine(self._folder, analyzer=self._analyzer, limit_mb=self._limit_mb)
        twin._tables = self._read_tables()
        twin._open()
        return twin

    def warm(self) -> None:
        """Open the files and read the tables now, so that the folder may be removed and the first search is fast."""
        self._read_tables()

    @contextmanager
    def writing(self) -> Iterator[_Writer]:
        """A commit: all or nothing. This engine sees it afterwards, others when they are opened anew."""
        writer = self._index.writer(limitmb=self._limit_mb)
        try:
            with closing(Postings(self._index.reader())) as former:
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
        sort: Sort = "relevance",
        per_document: int | None = None,
        facets: Sequence[FacetField] = (),
    ) -> Matches:
        """See :meth:`indexer.engines.base.Engine.search`."""
        evaluation = self._evaluation()
        tables = self._read_tables()
        scores = evaluation.scores(query, evaluation.matching(query))
        found = [Found(tables.parts[docnum], tables.ordinals[docnum], score) for docnum, score in scores.items()]
        return window(found, limit=limit, offset=offset, sort=sort, per_document=per_document, facets=facets)

    def count(self, query: Query) -> int:
        """How many passages match."""
        return len(self._evaluation().matching(query))

    def passages(self, ids: Iterable[str]) -> list[PassageRecord]:
        """The records of *ids* that exist, in the order of *ids*."""
        wanted = [split for split in map(records.split_id, ids) if split]
        docnums = {document: self._docnums(document) for document, _ in wanted}
        found = (docnums[document].get(ordinal) for document, ordinal in wanted)
        return [self._record(docnum) for docnum in found if docnum is not None]

    def document(self, document_id: str) -> DocumentRecord | None:
        """The record of a document, or None."""
        stored = (self._open().stored(docnum, "outline") for docnum in self._docnums(document_id).values())
        return next((records.document_from_json(text) for text in stored if text), None)

    def passages_of(self, document_id: str, *, start: int = 0, end: int | None = None) -> list[PassageRecord]:
        """The passages of a document with ``start <= ordinal < end``, in order."""
        own = sorted(self._docnums(document_id).items())
        return [self._record(docnum) for ordinal, docnum in own if ordinal >= start and (end is None or ordinal < end)]

    def close(self) -> None:
        """Release files; a later search opens them again."""
        if self._postings is not None:
            self._postings.close()
        self._postings = self._tables = None

    def _open(self) -> Postings:
        if self._postings is None:
            self._postings = Postings(self._index.reader())
        return self._postings

    def _read_tables(self) -> Tables:
        if self._tables is None:
            self._tables = self._open().tables()
        return self._tables

    def _evaluation(self) -> Evaluation:
        return Evaluation(analyzer=self._analyzer, postings=self._open(), tables=self._read_tables())

    def _docnums(self, document_id: str) -> dict[int, int]:
        """Ordinal -> docnum of the passages of a document, in the order in which they were added."""
        ordinals = self._read_tables().ordinals
        return {ordinals[docnum]: docnum for docnum in self._open().docnums("document", fields.to_bytes(document_id))}

    def _record(self, docnum: int) -> PassageRecord:
        return records.passage_from_json(self._open().stored(docnum, "record") or "")


class _Writer:
    """See :class:`indexer.engines.base.Writer`."""

    def __init__(self, writer: Any, former: Postings, analyzer: Analyzer) -> None:
        self._writer = writer
        self._former = former
        self._analyzer = _Remembering(analyzer)

    def add(self, part: Part) -> None:
        """Index the passages of *part* and keep its record."""
        first: dict[str, object] = {
            "part": part_column(PartRow.of(part)),
            "outline": records.to_json(records.document_record(part)),
        }
        for passage, record in zip(part.passages, records.passage_records(part), strict=True):
            self._writer.add_document(**self._fields(part, passage), record=records.to_json(record), **first)
            first = {"part": b""}

    def delete_source(self, source: str) -> int:
        """Remove all that came from *source* before this commit; the number of passages removed."""
        docnums = self._former.docnums("source", fields.to_bytes(source))
        removed = [docnum for docnum in docnums if not self._writer.is_deleted(docnum)]
        for docnum in removed:
            self._writer.delete_document(docnum)
        return len(removed)

    def _fields(self, part: Part, passage: Passage) -> dict[str, object]:
        texts = records.texts(part, passage)
        return {
            **texts.words(self._analyzer),
            "chars": fields.characters(self._analyzer, texts.all()),
            "title_chars": fields.characters(self._analyzer, texts.title),
            "document": part.id,
            "source": part.source,
            "ordinal": passage.ordinal,
        }


class _Remembering:
    """An analyzer that remembers its last texts: the passages of a part share their title and often their headings."""

    def __init__(self, analyzer: Analyzer) -> None:
        self.fingerprint = analyzer.fingerprint
        self.words = lru_cache(maxsize=32)(analyzer.words)
        self.characters = lru_cache(maxsize=32)(analyzer.characters)


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
