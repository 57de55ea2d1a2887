"""The Whoosh engine: our own tokens, query compiler and ranking over segments of arrays that Whoosh can open as well.

Of Whoosh we use the schema, the table of contents and the interfaces of a codec. Left out on purpose: its QueryParser
(quadratic, crashes on nested parentheses), its Phrase (tokens that share a position never match), its highlighter, and its
Searcher and writer, which take one call a posting.
"""

from __future__ import annotations

import errno
import shutil
import tempfile
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from whoosh.filedb.filestore import FileStorage
from whoosh.index import _DEF_INDEX_NAME, TOC, EmptyIndexError

from indexer.analysis import Analyzer
from indexer.deadline import checked
from indexer.engines import fields, records
from indexer.engines.arrayfile import ArrayFile
from indexer.engines.base import BOOSTS, FacetField, Matches, PassageText, Sort
from indexer.engines.codec import ArraySegment
from indexer.engines.inverting import Inverter
from indexer.engines.matching import Evaluation
from indexer.engines.merging import Mask, Source, merge
from indexer.engines.postings import PostingLists
from indexer.engines.runs import Run, blob, document_in, held, names_of
from indexer.engines.tables import Tables
from indexer.engines.windows import Listed, listed, window
from indexer.model import DocumentRecord, Part, PassageRecord
from indexer.query import Query

# Posting lists kept by the engines of one commit: so much, or so much a passage where that is more. With a library its lists grow,
# and what does not fit is read anew for each page.
_CACHE_BYTES, _CACHE_BYTES_EACH = 64_000_000, 256
# Passages that are inverted together, where parts come one by one.
_BATCH = 2000
# Runs that are merged together: a slice of each is held at a time, and to read it takes a while however small it is.
_MOST_RUNS = 400


class WhooshEngine:
    """See :class:`indexer.engines.base.Engine`. Searches may run in several threads; one at a time may write."""

    def __init__(
        self, folder: Path, *, analyzer: Analyzer, limit_mb: int = 256, boosts: Mapping[str, float] = BOOSTS
    ) -> None:
        """Open the index in *folder*.

        :param limit_mb: megabytes of runs that a commit keeps in memory; more wait in files beside the index.
        :param boosts: the fields whose words are found and score, and the weight of each.
        """
        self._folder = folder
        self._analyzer = analyzer
        self._limit_mb = limit_mb
        self._boosts = boosts
        self._contents = _read_contents(folder)
        self._reading: _Reading | None = None
        self._worked_out: Evaluation | None = None

    @classmethod
    def create(cls, folder: Path, *, analyzer: Analyzer, limit_mb: int = 256) -> WhooshEngine:
        """An empty index in *folder*, which exists."""
        TOC.create(FileStorage(str(folder)), fields.schema())
        return cls(folder, analyzer=analyzer, limit_mb=limit_mb)

    def sibling(self) -> WhooshEngine:
        """Another engine over the same commit; what is read of it is shared."""
        twin = WhooshEngine.__new__(WhooshEngine)
        twin.__dict__.update(self.__dict__)
        twin._reading = self._read()
        twin.forget()
        return twin

    def warm(self) -> None:
        """Open the files now, so that the folder may be removed."""
        self._read()

    @contextmanager
    def writing(self) -> Iterator[Writer]:
        """A commit: all or nothing. This engine sees it afterwards, others when they are opened anew."""
        writer = Writer(self._folder, self._contents, self._analyzer, limit=self._limit_mb * 1_000_000)
        try:
            yield writer
            writer.commit()
        finally:
            writer.close()
        self._contents = _read_contents(self._folder)
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
        own, tables = self._evaluation(), self._read().tables
        if rank is None or not partial:
            docs = own.docs(query)
            found = Listed(docs, own.scores(rank or query, docs))
        else:
            whole = own.mask(query)
            docs = np.flatnonzero(whole | own.mask(rank)).astype(np.int32)
            found = listed(tables, docs, whole.take(docs), own.scores(rank, docs), partial=partial)
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
        return len(self._evaluation().docs(query))

    def passages(self, ids: Iterable[str]) -> list[PassageRecord]:
        """The records of *ids* that exist, in the order of *ids*."""
        tables = self._read().tables
        wanted = [split for split in map(records.split_id, ids) if split]
        found = (tables.number_of(document, ordinal) for document, ordinal in wanted)
        return self._records([docnum for docnum in found if docnum is not None])

    def texts(self, ids: Iterable[str]) -> list[PassageText]:
        """The texts of *ids* that exist, in the order of *ids*."""
        found = []
        for passage_id in checked(ids):
            split = records.split_id(passage_id)
            docnum = self._read().tables.number_of(*split) if split else None
            if docnum is not None:
                arrays, row = self._read().segment_of(docnum)
                found.append(PassageText(passage_id, *records.text_of(blob(arrays, "passage.records", row))))
        return found

    def document(self, document_id: str) -> DocumentRecord | None:
        """The record of a document, or None."""
        own = self._read().tables.passages_of(document_id)
        return self._document(own[0]) if own else None

    def passages_of(self, document_id: str, *, start: int = 0, end: int | None = None) -> list[PassageRecord]:
        """The passages of a document with ``start <= ordinal < end``, in order."""
        tables = self._read().tables
        own = ((docnum, int(tables.ordinals[docnum])) for docnum in tables.passages_of(document_id))
        return self._records([docnum for docnum, ordinal in own if start <= ordinal and (end is None or ordinal < end)])

    def documents_of(self, source: str) -> list[DocumentRecord]:
        """The records of all documents of a source, in the order in which they were added."""
        return list(map(self._document, self._read().tables.parts_of_source(source)))

    def remember(self) -> None:
        """Keep what searches work out until :meth:`forget`: one request asks for the same many times."""
        self._worked_out = self._evaluation()

    def forget(self) -> None:
        """Let go of what was kept."""
        self._worked_out = None

    def close(self) -> None:
        """Release files; a later search opens them again."""
        self._reading = None
        self.forget()

    def _read(self) -> _Reading:
        if self._reading is None:
            self._reading = _Reading.of(self._folder, self._contents.segments)
        return self._reading

    def _evaluation(self) -> Evaluation:
        own = self._read()
        return self._worked_out or Evaluation(
            analyzer=self._analyzer, lists=own.lists, tables=own.tables, boosts=self._boosts
        )

    def _records(self, docnums: Iterable[int]) -> list[PassageRecord]:
        found, documents = [], dict[int, DocumentRecord]()
        for docnum in checked(docnums):
            part = int(self._read().tables.part_of[docnum])
            if part not in documents:
                documents[part] = self._document(docnum)
            arrays, row = self._read().segment_of(docnum)
            found.append(records.passage_of(blob(arrays, "passage.records", row), documents[part]))
        return found

    def _document(self, docnum: int) -> DocumentRecord:
        arrays, row = self._read().segment_of(docnum)
        return document_in(arrays, int(arrays["passage.part"][row]))


@dataclass(frozen=True, slots=True)
class _Reading:
    """An open commit."""

    segments: tuple[Run, ...]
    bases: list[int]
    tables: Tables
    lists: PostingLists

    @classmethod
    def of(cls, folder: Path, segments: Iterable[ArraySegment]) -> _Reading:
        """Open the segments of a commit."""
        own = list(segments)
        arrays = tuple(ArrayFile(segment.path(folder)) for segment in own)
        tables = Tables(arrays, [segment.deleted() for segment in own])
        alive = None if tables.passages == tables.size else tables.alive
        limit = max(_CACHE_BYTES, _CACHE_BYTES_EACH * tables.size)
        return cls(arrays, tables.bases.tolist(), tables, PostingLists(arrays, alive=alive, limit=limit))

    def segment_of(self, docnum: int) -> tuple[Run, int]:
        """The segment of a passage, and its number there."""
        number = bisect_right(self.bases, docnum) - 1
        return self.segments[number], docnum - self.bases[number]


class Writer:
    """See :class:`indexer.engines.base.Writer`. To be closed. Runs may be left for it in the folder ``waiting``."""

    def __init__(self, folder: Path, former: TOC, analyzer: Analyzer, *, limit: int) -> None:
        """:param limit: bytes of runs that are kept in memory."""
        self._folder = folder
        self._former = former
        self._analyzer = analyzer
        self._limit = limit
        self.waiting = Path(tempfile.mkdtemp(prefix="runs.", dir=folder))
        self._inverter = Inverter(analyzer)
        self._runs: list[Source] = []
        self._on_disk: list[Source] = []
        self._size = 0
        self._deleted = {segment: segment.deleted_docs() for segment in former.segments}
        self._arrays = {segment: ArrayFile(segment.path(folder)) for segment in former.segments}

    def add(self, part: Part) -> None:
        """Index the passages of *part* and keep its record."""
        if part.passages:
            self._inverter.add(part)
        if self._inverter.passages >= _BATCH:
            self._invert()

    def add_run(self, run: Run, *, without: Iterable[str] = ()) -> None:
        """Add what an :class:`Inverter` made elsewhere, *without* the parts of some ids; files in ``waiting`` are used up."""
        self._invert()
        left_out = np.isin(run["part.ids"], [text.encode("utf-8", "surrogatepass") for text in without])
        kept = ~left_out[run["passage.part"]] if left_out.any() else None
        self._runs.append(Source(run, kept))
        self._size += held(run)
        if self._size > self._limit or len(self._runs) >= _MOST_RUNS:
            self._set_aside()

    def delete_source(self, source: str) -> int:
        """Remove all that came from *source* before this commit; the number of passages removed."""
        before = sum(map(len, self._deleted.values()))
        for segment, arrays in self._arrays.items():
            names = names_of(arrays, "source")
            if source in names:
                parts = arrays["part.source"] == names.index(source)
                self._deleted[segment].update(np.flatnonzero(parts[arrays["passage.part"]]).tolist())
        return sum(map(len, self._deleted.values())) - before

    def commit(self) -> None:
        """Write the new segment, and the table of contents that names it."""
        self._invert()
        added = [*self._on_disk, *self._runs]
        kept, merged = self._to_merge(sum(len(source.passages) for source in added))
        segments = [segment.without(self._deleted[segment]) for segment in kept]
        if added or merged:
            segments.append(self._merged([*map(self._living, merged), *added]))
        TOC(fields.schema(), segments, self._former.generation + 1).write(_storage(self._folder), _DEF_INDEX_NAME)
        self._tidy(segments)

    def close(self) -> None:
        """Remove what waits."""
        shutil.rmtree(self.waiting, ignore_errors=True)

    def _invert(self) -> None:
        if self._inverter.passages:
            run, self._inverter = self._inverter.run(), Inverter(self._analyzer)
            self.add_run(run)

    def _set_aside(self) -> None:
        """Let what is held wait in a file, merged."""
        path = self.waiting / f"{len(self._on_disk):06}"
        merge(self._runs, path)
        for source in self._runs:
            if isinstance(source.arrays, ArrayFile):
                source.arrays.path.unlink()
        self._on_disk.append(Source(ArrayFile(path)))
        self._runs, self._size = [], 0

    def _to_merge(self, added: int) -> tuple[list[ArraySegment], list[ArraySegment]]:
        """The segments that stay as they are, and those that are merged with what is *added* (passages).

        A segment is merged when it is no larger than all that is merged before it, so that sizes at least double from one
        segment to the next and their number stays small; or when a third of it is deleted.
        """
        kept, merged = [], []
        for segment in sorted(self._former.segments, key=self._left):
            left = self._left(segment)
            deleted = segment.doc_count_all() - left
            if left > added and deleted * 3 < segment.doc_count_all():
                kept.append(segment)
            elif left:
                merged.append(segment)
                added += left
        # The order of passages: what was added later comes later.
        return [each for each in self._former.segments if each in kept], [
            each for each in self._former.segments if each in merged
        ]

    def _left(self, segment: ArraySegment) -> int:
        return segment.doc_count_all() - len(self._deleted[segment])

    def _living(self, segment: ArraySegment) -> Source:
        kept: Mask = np.ones(segment.doc_count_all(), np.bool_)
        kept[sorted(self._deleted[segment])] = False
        return Source(self._arrays[segment], None if kept.all() else kept)

    def _merged(self, sources: Sequence[Source]) -> ArraySegment:
        segment = ArraySegment(_DEF_INDEX_NAME, passages=0)
        segment.set_doc_count(merge(sources, segment.path(self._folder)))
        return segment

    def _tidy(self, segments: Iterable[ArraySegment]) -> None:
        """Remove the segments and the table of contents that are no longer wanted."""
        wanted = {segment.path(self._folder) for segment in segments}
        for segment in self._former.segments:
            if segment.path(self._folder) not in wanted:
                segment.path(self._folder).unlink()
        (self._folder / TOC._filename(_DEF_INDEX_NAME, self._former.generation)).unlink()


def _storage(folder: Path) -> FileStorage:
    return FileStorage(str(folder))


def _read_contents(folder: Path) -> TOC:
    try:
        # Given a schema, Whoosh does not unpickle the one on disk.
        return TOC.read(_storage(folder), _DEF_INDEX_NAME, schema=fields.schema())
    except EmptyIndexError as error:
        raise FileNotFoundError(errno.ENOENT, "no Whoosh index", str(folder)) from error
