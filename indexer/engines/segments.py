"""Writes Whoosh segments by whole posting lists: the same files that Whoosh writes, without its one call a posting.

Whoosh's own writer sorts a tuple for each posting and writes them one by one, which is nearly all of the time that a build
takes. Here the postings of a commit are gathered as integers, sorted once, and written block by block in the format of
Whoosh's codec (W3), so that any Whoosh opens and searches the index.
"""

from __future__ import annotations

import pickle
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from whoosh.codec.whoosh3 import WHOOSH3_HEADER_MAGIC, W3TermInfo
from whoosh.reading import IndexReader
from whoosh.util.numeric import byte_to_length, length_to_byte
from whoosh.writing import SegmentWriter

from indexer.engines.lists import PostingList, PostingPool
from indexer.engines.postings import blocks, leaves
from indexer.model import Token

# Postings in a block, as in Whoosh's own segments.
_BLOCK = 128
# Smaller blocks are not worth compressing: nearly all lists have a single posting.
_SMALL = 120
_COMPRESSION = 3


class PassageWriter(SegmentWriter):  # type: ignore[misc]
    """A commit of passages. Documents of Whoosh are our passages."""

    def __init__(self, index: Any, *, limit_mb: int) -> None:
        """:param limit_mb: megabytes of postings that are kept in memory; more wait in files beside the index."""
        super().__init__(index)
        self.pool.cleanup()
        self.pool: PostingPool = PostingPool(self.storage.folder, limit=limit_mb * 1_000_000)
        self._fields = sorted(self.schema.items())

    def add_passage(
        self,
        *,
        words: Mapping[str, Sequence[str]],
        rows: Mapping[str, Iterable[Token]],
        names: Mapping[str, str],
        values: Mapping[str, object],
    ) -> None:
        """Add a passage: fields of words, rows of characters, exact names, and what columns and stored fields hold."""
        self._check_state()
        lengths = {name: self._add_words(name, own) for name, own in words.items()}
        lengths |= {name: self._add_row(name, row) for name, row in rows.items()}
        for name, value in names.items():
            self.pool.add(name, self.docnum, {value: 1})
        self._add_values(lengths, values)
        self._added = True
        self.docnum += 1

    def add_postings_to_pool(self, reader: IndexReader, startdoc: int, docmap: Mapping[int, int] | None) -> None:
        """Take over the postings of a segment that is merged; called by Whoosh."""
        for leaf, base in leaves(reader):
            moved = _moved(leaf.doc_count_all(), base, startdoc, docmap)
            for name in leaf.indexed_field_names():
                for term in leaf.lexicon(name):
                    for docnums, weights, values in blocks(leaf, name, term):
                        self.pool.add_block(name, term, moved[docnums], weights, values)

    def _add_words(self, name: str, words: Sequence[str]) -> int:
        self.pool.add(name, self.docnum, Counter(words))
        return len(words)

    def _add_row(self, name: str, row: Iterable[Token]) -> int:
        places: dict[str, dict[int, None]] = {}
        for token in row:
            # A dictionary, since ！！ gives the same sign at the same position twice.
            places.setdefault(token.text, {})[token.position] = None
        self.pool.add_places(name, self.docnum, places)
        return sum(map(len, places.values()))

    def _add_values(self, lengths: Mapping[str, int], values: Mapping[str, object]) -> None:
        own = self.perdocwriter
        own.start_doc(self.docnum)
        for name, field in self._fields:
            value = values.get(name)
            own.add_field(name, field, value if field.stored else None, lengths.get(name, 0))
            if field.column_type and value is not None:
                own.add_column_value(name, field.column_type, value)
        own.finish_doc()

    def _flush_segment(self) -> None:
        self.perdocwriter.close()
        documents = self.per_document_reader()
        fields = self.fieldwriter
        for name, lists in self.pool.lists():
            fields.start_field(name, self.schema[name])
            lengths = _length_bytes(documents, name, self.docnum)
            for term, own in lists:
                info = _write_list(fields._postfile, own, lengths)
                fields._tindex.add(fields._fieldid.to_bytes(2, "big") + term, info.to_bytes())
            fields.finish_field()
        fields.close()
        documents.close()


def _moved(size: int, base: int, startdoc: int, docmap: Mapping[int, int] | None) -> NDArray[np.int64]:
    """The new docnum of each docnum of a segment, -1 for those that are deleted."""
    if docmap is None:
        return np.arange(startdoc + base, startdoc + base + size, dtype=np.int64)
    moved = np.full(size, -1, np.int64)
    for former, new in docmap.items():
        if base <= former < base + size:
            moved[former - base] = new
    return moved


def _length_bytes(documents: Any, name: str, count: int) -> NDArray[np.uint8]:
    """The length of a field in each passage, as Whoosh codes it; 0 where it has none."""
    lengths = (documents.doc_field_length(docnum, name) or 0 for docnum in range(count))
    return np.fromiter(map(length_to_byte, lengths), np.uint8, count)


def _write_list(file: Any, own: PostingList, lengths: NDArray[np.uint8]) -> W3TermInfo:
    """Write the blocks of a list; what Whoosh keeps of its term."""
    start = file.tell()
    file.write(WHOOSH3_HEADER_MAGIC)
    coded = lengths[own.docnums]
    size = len(own.docnums)
    for low in range(0, size, _BLOCK):
        high = min(low + _BLOCK, size)
        block = _block(own, low, high, coded[low:high])
        file.write_int(-len(block) if high == size else len(block))
        file.write(block)
    return _info(own, coded, start, file.tell() - start)


def _block(own: PostingList, low: int, high: int, coded: NDArray[np.uint8]) -> bytes:
    docnums = own.docnums[low:high]
    weights = own.weights[low:high]
    deltas = np.diff(docnums, prepend=0).tolist()
    data = pickle.dumps((tuple(deltas), _small_weights(weights), own.values(low, high)), 2)
    compression = _COMPRESSION if len(data) > _SMALL else 0
    if compression:
        data = zlib.compress(data, compression)
    least, most = _extremes(coded)
    info = (high - low, int(docnums[-1]), float(weights.max()), compression, least, most)
    return pickle.dumps(info, 2) + data


def _small_weights(weights: NDArray[np.float32]) -> float | tuple[float, ...] | None:
    first = float(weights[0])
    if not (weights == first).all():
        return tuple(weights.tolist())
    return None if first == 1.0 else first


def _extremes(coded: NDArray[np.uint8]) -> tuple[int, int]:
    """The least and the greatest length, where there is one: a field without length does not count."""
    known = coded[coded > 0]
    return (int(known.min()), int(known.max())) if len(known) else (0, 0)


def _info(own: PostingList, coded: NDArray[np.uint8], offset: int, length: int) -> W3TermInfo:
    info = W3TermInfo()
    info._weight = float(own.weights.sum())
    info._df = len(own.docnums)
    least, most = _extremes(coded)
    info._minlength, info._maxlength = byte_to_length(least), byte_to_length(most)
    info._maxweight = float(own.weights.max())
    info._minid, info._maxid = int(own.docnums[0]), int(own.docnums[-1])
    info.set_extent(offset, length)
    return info
