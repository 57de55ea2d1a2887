"""What a segment is made of: named arrays. A *run* is the same for a batch of parts, before it is merged with others.

============================  =====================================================================================
FIELD.keys tails tail_ends    the terms (:class:`indexer.engines.terms.Terms`) of title, heading, body, grams, chars, title_chars
FIELD.sizes                   how many passages hold each term
FIELD.docs doc_ends           these passages, ascending, as differences (:mod:`indexer.engines.packing`)
FIELD.counts count_ends       how often it stands in each; 1 where nothing is kept
FIELD.places place_ends       of chars and title_chars: the positions in each passage, ascending, as lists by term of
      place_sizes             ``place_sizes`` numbers
FIELD.lengths                 of title, heading, body and grams: the passage's number of tokens, in Whoosh's one byte
passage.part ordinal          by passage: the number of its part, its ordinal in it
passage.functions             what it does, as bits in the order of FUNCTION_NAMES
passage.quality               :func:`indexer.engines.records.quality`
passage.signature             :func:`indexer.copies.signature`
passage.records records_ends  what is kept of it (:mod:`indexer.engines.records`), and where that ends
part.starts                   by part: its first passage
part.ids order                its id; the parts in the order of their ids
part.source kind              numbers of names below
part.ordinal newest year      its place in its source; its date as yyyymmdd with zeros for what is unknown; its year
part.script                   as in SCRIPTS
part.outlines outlines_ends   what is kept of it beside its passages
source.names names_ends       the names of sources; kind.names names_ends those of kinds
============================  =====================================================================================
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import accumulate
from typing import get_args

import numpy as np
from numpy.typing import NDArray
from whoosh.util.numeric import length_to_byte

from indexer.engines import records
from indexer.engines.arrayfile import Array, ArrayFile
from indexer.engines.base import GRAMS
from indexer.engines.packing import Numbers, as_ends, differences, pack
from indexer.model import FUNCTION_NAMES, DocumentRecord, Function, Part, Script

WORDS = ("title", "heading", "body")
PLACED = ("chars", "title_chars")
FIELDS = (*WORDS, GRAMS, *PLACED)
SCRIPTS: tuple[Script, ...] = get_args(Script)
Run = Mapping[str, Array]
# A date as a number: year, month, day.
_YEAR, _MONTH = 10_000, 100


def held(run: Run) -> int:
    """The bytes of memory that a run takes; what lies in a mapped file takes none."""
    return 0 if isinstance(run, ArrayFile) else sum(array.nbytes for array in run.values())


def lists(name: str, sizes: Numbers, docs: Numbers, counts: Numbers) -> dict[str, Array]:
    """The postings of a field; *sizes* says how many of *docs* and *counts* each term has."""
    kept, often = pack(differences(docs, sizes), sizes), pack(counts, sizes, default=1)
    return {
        f"{name}.sizes": sizes.astype(np.uint32),
        f"{name}.docs": kept.data,
        f"{name}.doc_ends": kept.ends,
        f"{name}.counts": often.data,
        f"{name}.count_ends": often.ends,
    }


def coded(lengths: Numbers) -> NDArray[np.uint8]:
    """Lengths in Whoosh's one byte, which ranking uses."""
    distinct, which = np.unique(lengths, return_inverse=True)
    codes = np.fromiter(map(length_to_byte, distinct.tolist()), np.uint8, len(distinct))
    return codes[which]


def function_bits(functions: Iterable[Function]) -> int:
    """*functions* as the column keeps them."""
    order = list(FUNCTION_NAMES)
    return sum(1 << order.index(function) for function in functions)


def date_number(part: Part) -> int:
    """What parts are sorted by when the newest come first: 20230500 for May 2023, and for a year alone 20230000."""
    fields = [int(text) for text in part.date.split("-") if text.isdigit()] or [part.year]
    year, month, day = (*fields, 0, 0)[:3]
    return year * _YEAR + month * _MONTH + day


def blobs(name: str, values: Iterable[bytes]) -> dict[str, Array]:
    """Strings of bytes one behind the other, and where each ends."""
    kept = list(values)
    ends = as_ends(np.fromiter(accumulate(map(len, kept)), np.int64, len(kept)))
    return {name: np.frombuffer(b"".join(kept), np.uint8), f"{name}_ends": ends}


def blob(arrays: Run, name: str, index: int) -> bytes:
    """One of what :func:`blobs` kept."""
    ends = arrays[f"{name}_ends"]
    low = int(ends[index - 1]) if index else 0
    return arrays[name][low : int(ends[index])].tobytes()


def names_of(arrays: Run, name: str) -> list[str]:
    """All names of *name* (``source``, ``kind``)."""
    data, ends = arrays[f"{name}.names"].tobytes(), arrays[f"{name}.names_ends"].tolist()
    return [data[low:high].decode("utf-8", "surrogatepass") for low, high in zip([0, *ends], ends, strict=False)]


def document_in(arrays: Run, part: int) -> DocumentRecord:
    """The record of a part."""
    document_id: bytes = arrays["part.ids"][part]
    return records.document_of(blob(arrays, "part.outlines", part), document_id.decode("utf-8", "surrogatepass"))
