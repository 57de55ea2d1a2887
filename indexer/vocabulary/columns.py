"""The file of a vocabulary: columns of plain arrays, mapped into memory, so that opening reads next to nothing.

========  ===================================================================================================
texts     the entries in the order of their folded text (UTF-16), then of their kind
tallies   four times the count of an entry, and its kind
shown     the form to show, empty where it is the folded text
sounds    how the entries sound (see :mod:`indexer.vocabulary.sounds`), once for each reading, in their order
owners    the entry of each sound
========  ===================================================================================================

About 26 bytes an entry. Files are written aside and renamed, never changed: a reader may have the former one mapped.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from indexer.errors import IndexDamaged
from indexer.vocabulary.strings import Bytes, Strings

# "fanwen words", and the number of the layout. Behind it: passages, entries, sounds, and the bytes of the strings.
_MAGIC = b"FANWENWORDS\x00\x00\x00\x00\x01"
_HEAD = struct.Struct("<16s6Q")
_TALLY = np.dtype("<u4")
_WIDE, _NARROW = 2, 1
_KIND_BITS = 2
_KIND_MASK = (1 << _KIND_BITS) - 1

Kind = Literal["word", "phrase", "heading", "title"]
# Their numbers stand in files.
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(slots=True)
class NewEntries:
    """Entries to be taken in, in the order of the file, each before a row of it; texts are :func:`encoded`.

    ``sounds`` are (sound, place in these lists). Lists, since there may be some hundred thousand.
    """

    rows: list[int] = field(default_factory=list)
    texts: list[bytes] = field(default_factory=list)
    tallies: list[int] = field(default_factory=list)
    shown: list[bytes] = field(default_factory=list)
    sounds: list[tuple[bytes, int]] = field(default_factory=list)

    def add(self, row: int, text: bytes, *, kind: int, count: int, shown: bytes, sounds: Iterable[bytes]) -> None:
        """Add an entry; *shown* is empty where it is the text."""
        self.sounds += [(sound, len(self.rows)) for sound in sounds]
        self.rows.append(row)
        self.texts.append(text)
        self.tallies.append(count << _KIND_BITS | kind)
        self.shown.append(shown)


@dataclass(frozen=True, slots=True)
class Columns:
    """See the module. ``passages``: how many the index has."""

    passages: int
    tallies: npt.NDArray[np.uint32]
    texts: Strings
    shown: Strings
    sounds: Strings
    owners: npt.NDArray[np.uint32]

    @classmethod
    def empty(cls) -> Columns:
        """A vocabulary without a word."""
        none = np.zeros(0, _TALLY)
        wide, narrow = Strings.of((), width=_WIDE), Strings.of((), width=_NARROW)
        return cls(0, none, wide, wide, narrow, none)

    @classmethod
    def read(cls, path: Path) -> Columns:
        """The columns of *path*. Raises IndexDamaged where there are none, or where they are torn."""
        try:
            with path.open("rb") as file:
                raw = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            return _parsed(raw)
        except (OSError, ValueError, struct.error) as error:
            raise IndexDamaged(f"读不到索引的词表 {path}（{error}）。请用 fanwen index --rebuild 重建索引。") from error

    def write(self, path: Path) -> None:
        """Put the columns in *path*, in place of what stands there; the caller syncs the file."""
        strings = (self.texts, self.shown, self.sounds)
        data = [each.data for each in strings]
        head = _HEAD.pack(_MAGIC, self.passages, len(self.texts), len(self.sounds), *map(len, data))
        arrays = [self.tallies.tobytes(), self.owners.tobytes()]
        aside = path.with_name(f"{path.name}.new")
        aside.write_bytes(b"".join([head, *arrays, *data, *(each.lengths.tobytes() for each in strings)]))
        aside.replace(path)

    def tally(self, row: int) -> tuple[int, int]:
        """The count of an entry and the number of its kind."""
        tally = self.tallies.item(row)
        return tally >> _KIND_BITS, tally & _KIND_MASK

    def tallies_of(self, rows: npt.NDArray[np.int64] | slice) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """The counts of entries and the numbers of their kinds."""
        tallies = self.tallies[rows].astype(np.int64)
        return tallies >> _KIND_BITS, tallies & _KIND_MASK

    def with_more(self, rows: Sequence[int], counts: Sequence[int]) -> Columns:
        """The entries with *counts*, which may be negative, added to those in *rows*, which are distinct; none falls below 0."""
        held, kinds = self.tallies_of(slice(None))
        held[list(rows)] += np.array(counts, np.int64)
        return replace(self, tallies=(np.maximum(held, 0) << _KIND_BITS | kinds).astype(_TALLY))

    def kept(self, keep: npt.NDArray[np.bool_]) -> Columns:
        """The entries that *keep* marks, and their sounds."""
        audible = keep[self.owners]
        places = np.cumsum(keep, dtype=np.uint32) - np.uint32(1)
        return replace(
            self,
            tallies=self.tallies[keep],
            texts=self.texts.kept(keep),
            shown=self.shown.kept(keep),
            sounds=self.sounds.kept(audible),
            owners=places[self.owners[audible]],
        )

    def with_new(self, new: NewEntries) -> Columns:
        """These entries and new ones."""
        rows = np.array(new.rows, np.int64)
        moved = np.cumsum(np.bincount(rows, minlength=len(self.texts) + 1))[self.owners]
        shifted = replace(
            self,
            tallies=np.insert(self.tallies, rows, new.tallies),
            texts=self.texts.inserted(rows, new.texts),
            shown=self.shown.inserted(rows, new.shown),
            owners=(self.owners + moved).astype(_TALLY),
        )
        return shifted._with_sounds([(sound, new.rows[place] + place) for sound, place in new.sounds])

    def _with_sounds(self, sounds: Sequence[tuple[bytes, int]]) -> Columns:
        """These columns and more (sound, entry)."""
        ordered = sorted(sounds)
        places = dict(self.sounds.found(sound for sound, _ in ordered))
        rows = np.fromiter((places[sound].start for sound, _ in ordered), np.int64, len(ordered))
        return replace(
            self,
            sounds=self.sounds.inserted(rows, [sound for sound, _ in ordered]),
            owners=np.insert(self.owners, rows, [row for _, row in ordered]),
        )


def encoded(text: str) -> bytes:
    """A folded text as it is kept: in order of code units, two bytes each."""
    return text.encode("utf-16-be", "surrogatepass")


def decoded(text: bytes) -> str:
    """What :func:`encoded` was given; signs for what is damaged."""
    return text.decode("utf-16-be", "replace")


def _parsed(raw: Bytes) -> Columns:
    """The columns in *raw*; ValueError where they do not fit together."""
    magic, passages, entries, sounds, *sizes = _HEAD.unpack_from(raw)
    if magic != _MAGIC:
        raise ValueError("不是词表")
    if len(raw) != _HEAD.size + 4 * (entries + sounds) + sum(sizes) + 2 * entries + sounds:
        raise ValueError("长度不对")
    tallies = np.frombuffer(raw, _TALLY, entries, _HEAD.size)
    owners = np.frombuffer(raw, _TALLY, sounds, _HEAD.size + 4 * entries)
    at = _HEAD.size + 4 * (entries + sounds)
    lengths_at = at + sum(sizes)
    strings = []
    for rows, size, width in zip((entries, entries, sounds), sizes, (_WIDE, _WIDE, _NARROW), strict=True):
        lengths = np.frombuffer(raw, np.uint8, rows, lengths_at)
        strings.append(Strings(raw, lengths, width=width, at=at))
        at += size
        lengths_at += rows
        if strings[-1].starts[-1] != at:
            raise ValueError("各部分不相符")
    if sounds and owners.max() >= entries:
        raise ValueError("各部分不相符")
    return Columns(passages, tallies, strings[0], strings[1], strings[2], owners)
