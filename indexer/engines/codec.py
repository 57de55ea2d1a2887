"""The codec that lets Whoosh open our segments: their arrays behind the interfaces that its readers and searchers ask for.

Plain Whoosh finds and scores with it what the engine does, one call a posting; the tests use it as the oracle. Lengths are
those of ranking (Whoosh's one byte), also in their sums. The length of ``chars`` is that of ``grams``, so that its letters score as
grams do.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from whoosh.codec import base
from whoosh.matching import ListMatcher
from whoosh.reading import TermInfo, TermNotFound
from whoosh.util.numeric import byte_to_length

from indexer.engines import records
from indexer.engines.arrayfile import ArrayFile
from indexer.engines.base import GRAMS
from indexer.engines.packing import Packed, sums
from indexer.engines.runs import FIELDS, PLACED, Run, blob, document_in
from indexer.engines.terms import Terms

_EXTENSION = ".arr"
# The length in tokens behind each of Whoosh's bytes.
LENGTHS = np.fromiter((byte_to_length(code) for code in range(256)), np.int64, 256)


class ArraySegment(base.Segment):  # type: ignore[misc]
    """A segment, as the table of contents keeps it: its name, its size, and its deleted passages as 32-bit numbers."""

    def __init__(self, indexname: str, *, passages: int) -> None:
        super().__init__(indexname)
        self._passages = passages
        self._deleted = b""

    def path(self, folder: Path) -> Path:
        """Its file."""
        return folder / str(self.make_filename(_EXTENSION))

    def codec(self) -> ArrayCodec:
        return ArrayCodec()

    def doc_count_all(self) -> int:
        return self._passages

    def set_doc_count(self, doccount: int) -> None:
        self._passages = doccount

    def deleted(self) -> NDArray[np.uint32]:
        """The deleted passages, ascending."""
        return np.frombuffer(self._deleted, "<u4")

    def deleted_count(self) -> int:
        return len(self.deleted())

    def deleted_docs(self) -> set[int]:
        return set(self.deleted().tolist())

    def is_deleted(self, docnum: int) -> bool:
        found = self.deleted()
        place = int(np.searchsorted(found, docnum))
        return place < len(found) and int(found[place]) == docnum

    def without(self, docnums: Iterable[int]) -> ArraySegment:
        """The same segment, in which *docnums* are the deleted passages."""
        twin = copy.copy(self)
        twin._deleted = np.asarray(sorted(docnums), "<u4").tobytes()
        return twin


class ArrayCodec(base.Codec):  # type: ignore[misc]
    """Reads segments; they are written by :mod:`indexer.engines.merging`."""

    def terms_reader(self, storage: Any, segment: ArraySegment) -> _TermsReader:
        return _TermsReader(ArrayFile(segment.path(Path(storage.folder))))

    def per_document_reader(self, storage: Any, segment: ArraySegment) -> _PassageReader:
        return _PassageReader(ArrayFile(segment.path(Path(storage.folder))), segment)


class _Info(TermInfo):  # type: ignore[misc]
    """What Whoosh asks of a term. Lengths are not told: it then takes no block for too poor to be read."""

    def __init__(self, docs: NDArray[Any], counts: NDArray[Any]) -> None:
        super().__init__(
            weight=float(counts.sum()),
            df=len(docs),
            minlength=1,
            maxlength=int(LENGTHS[-1]),
            maxweight=float(counts.max()),
            minid=int(docs[0]),
            maxid=int(docs[-1]),
        )


class _TermsReader(base.TermsReader):  # type: ignore[misc]
    """The terms of all fields and their postings."""

    def __init__(self, arrays: Run) -> None:
        self._arrays = arrays
        self._fields = {name: Terms.read(arrays, name) for name in sorted(FIELDS)}

    def __contains__(self, term: tuple[str, bytes]) -> bool:
        name, text = term
        return name in self._fields and self._fields[name].find(text) >= 0

    def indexed_field_names(self) -> list[str]:
        return [name for name, terms in self._fields.items() if len(terms)]

    def terms(self) -> Iterator[tuple[str, bytes]]:
        for name in self._fields:
            yield from self.terms_from(name, b"")

    def terms_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[str, bytes]]:
        own = self._fields[fieldname]
        for index in range(own.first_from(prefix), len(own)):
            yield fieldname, own.at(index)

    def items(self) -> Iterator[tuple[tuple[str, bytes], _Info]]:
        for name, text in self.terms():
            yield (name, text), self.term_info(name, text)

    def items_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[tuple[str, bytes], _Info]]:
        for name, text in self.terms_from(fieldname, prefix):
            yield (name, text), self.term_info(name, text)

    def term_info(self, fieldname: str, text: bytes) -> _Info:
        _, docs, counts = self._postings(fieldname, text)
        return _Info(docs, counts)

    def frequency(self, fieldname: str, text: bytes) -> float:
        return float(self.term_info(fieldname, text).weight()) if (fieldname, text) in self else 0.0

    def doc_frequency(self, fieldname: str, text: bytes) -> int:
        return len(self._postings(fieldname, text)[1]) if (fieldname, text) in self else 0

    def matcher(self, fieldname: str, text: bytes, format_: Any, scorer: Any = None) -> ListMatcher:
        index, docs, counts = self._postings(fieldname, text)
        values = self._places(fieldname, index, counts) if fieldname in PLACED else [b""] * len(docs)
        return ListMatcher(
            docs.tolist(),
            counts.astype(np.float64).tolist(),
            values,
            format_,
            scorer=scorer,
            term=(fieldname, text),
            terminfo=_Info(docs, counts),
        )

    def _postings(self, name: str, text: bytes) -> tuple[int, NDArray[np.int64], NDArray[np.int64]]:
        index = self._fields[name].find(text) if name in self._fields else -1
        if index < 0:
            raise TermNotFound(f"No term {name}:{text!r}")
        sizes = self._arrays[f"{name}.sizes"][index : index + 1].astype(np.int64)
        kept = Packed(self._arrays[f"{name}.docs"], self._arrays[f"{name}.doc_ends"])
        often = Packed(self._arrays[f"{name}.counts"], self._arrays[f"{name}.count_ends"])
        docs = sums(kept.all(sizes, default=0, first=index), sizes)
        return index, docs, often.all(sizes, default=1, first=index)

    def _places(self, name: str, index: int, counts: NDArray[np.int64]) -> list[bytes]:
        kept = Packed(self._arrays[f"{name}.places"], self._arrays[f"{name}.place_ends"])
        places = kept.numbers(index, int(counts.sum()), default=0).astype("<u4")
        return [own.tobytes() for own in np.split(places, np.cumsum(counts)[:-1])]


class _PassageReader(base.PerDocumentReader):  # type: ignore[misc]
    """Lengths, stored fields and deletions. Documents of Whoosh are our passages."""

    def __init__(self, arrays: Run, segment: ArraySegment) -> None:
        self._arrays = arrays
        self._segment = segment

    def doc_count(self) -> int:
        return int(self._segment.doc_count())

    def doc_count_all(self) -> int:
        return self._segment.doc_count_all()

    def has_deletions(self) -> bool:
        return bool(self._segment.has_deletions())

    def is_deleted(self, docnum: int) -> bool:
        return self._segment.is_deleted(docnum)

    def deleted_docs(self) -> set[int]:
        return self._segment.deleted_docs()

    def doc_field_length(self, docnum: int, fieldname: str, default: int = 0) -> int:
        name = _lengths_of(fieldname)
        return int(LENGTHS[self._arrays[name][docnum]]) if name in self._arrays else default

    def field_length(self, fieldname: str) -> int:
        return int(self._lengths(fieldname).sum())

    def min_field_length(self, fieldname: str) -> int:
        return int(self._lengths(fieldname).min(initial=0))

    def max_field_length(self, fieldname: str) -> int:
        return int(self._lengths(fieldname).max(initial=0))

    def stored_fields(self, docnum: int) -> dict[str, Any]:
        part = int(self._arrays["passage.part"][docnum])
        document = document_in(self._arrays, part)
        return {
            "record": records.passage_of(blob(self._arrays, "passage.records", docnum), document),
            "outline": document,
        }

    def _lengths(self, fieldname: str) -> NDArray[np.int64]:
        name = _lengths_of(fieldname)
        return LENGTHS[self._arrays[name]] if name in self._arrays else np.empty(0, np.int64)


def _lengths_of(fieldname: str) -> str:
    return f"{GRAMS if fieldname == 'chars' else fieldname}.lengths"
