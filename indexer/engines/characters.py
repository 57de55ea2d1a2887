"""The characters of many passages at once, as arrays: where each stands, and the pairs of letters.

Gives what :meth:`Analyzer.characters`, :func:`fields.in_one_row` and :func:`records.grams` say of one passage, for folded texts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from indexer.engines import figures
from indexer.engines.arrayfile import Array
from indexer.engines.fields import EDGE, GAP, PARTED
from indexer.engines.packing import Numbers, pack, runs_of
from indexer.engines.runs import coded, lists
from indexer.engines.terms import Terms

# A character, its passage and its position in one number, which sorts as they do.
_CHARACTER_BITS, _PASSAGE_BITS, _PLACE_BITS = 21, 19, 24
MOST_PASSAGES = 1 << _PASSAGE_BITS
_LIMITS = (0x80, 0x800, 0x10000)

Points = NDArray[np.uint32]
Codes = NDArray[np.uint64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Shape:
    """Every character of every text that can be seen: code point, number of its text, whether it is a letter, and how many letters
    of its text stand up to it. ``letters`` counts the letters of each text, ``bases`` says where its row goes on with it."""

    points: Points
    texts: Numbers
    is_letter: Mask
    places: Numbers
    letters: Numbers
    bases: Numbers


class Rows:
    """The texts of passages, folded, each passage a row (see :func:`indexer.engines.fields.in_one_row`)."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._ends: list[int] = []

    def add(self, texts: Sequence[str]) -> None:
        """The texts of the next passage, before anything is asked for."""
        self._texts += texts
        self._ends.append(len(self._texts))

    def arrays(self, name: str) -> dict[str, Array]:
        """The postings of all characters with their positions."""
        shape, passages = self._shape, self._passages()
        seen = shape.texts[np.diff(shape.texts, prepend=-1) > 0]
        marks = np.concatenate(
            [
                _coded(ord(EDGE), passages, shape.bases),
                _coded(ord(EDGE), passages[seen], shape.bases[seen] + shape.letters[seen]),
                self._parted(shape, passages),
            ]
        )
        own = _coded(shape.points, passages[shape.texts], shape.bases[shape.texts] + shape.places)
        return _placed(name, runs_of(np.sort(np.concatenate([own, marks])))[0])

    def grams(self, name: str, count: int) -> dict[str, Array]:
        """The postings of pairs of characters (:func:`indexer.engines.records.pairs`), and the lengths of grams."""
        shape, passages = self._shape, self._passages()
        pairs, texts = self._pairs(shape)
        codes = pairs << np.uint64(_PASSAGE_BITS) | passages[texts].astype(np.uint64)
        found, counts = runs_of(np.sort(codes))
        terms, sizes = runs_of(found >> np.uint64(_PASSAGE_BITS))
        first = _utf8(terms >> np.uint64(_CHARACTER_BITS))
        keys = _joined(first, _utf8(terms & np.uint64((1 << _CHARACTER_BITS) - 1)))
        docs = (found & np.uint64(MOST_PASSAGES - 1)).astype(np.int64)
        # How often a pair stands counts only where it scores.
        counts = np.where(np.repeat(_scored(terms), sizes), counts, 1)
        lengths = coded(self._lengths(shape, passages, count))
        return {**Terms.short(keys).arrays(name), **lists(name, sizes, docs, counts), f"{name}.lengths": lengths}

    def _pairs(self, shape: _Shape) -> tuple[Codes, Numbers]:
        """Two characters in one number, and the text of each pair."""
        letters = np.flatnonzero(shape.is_letter)
        signs = np.flatnonzero(~shape.is_letter)
        behind = np.cumsum(shape.is_letter)[signs]
        before = [(letters[behind[behind > 0] - 1], signs[behind > 0])]
        after = [(signs[behind < len(letters)], letters[behind[behind < len(letters)]])]
        first, second = (np.concatenate(own) for own in zip((letters[:-1], letters[1:]), *before, *after, strict=True))
        same = shape.texts[first] == shape.texts[second]
        first, second = first[same], second[same]
        points = shape.points.astype(np.uint64)
        return points[first] << np.uint64(_CHARACTER_BITS) | points[second], shape.texts[first]

    def _lengths(self, shape: _Shape, passages: Numbers, count: int) -> Numbers:
        """How many letters, and pairs of neighbouring ones, each passage has, figures and Latin letters left out."""
        texts = shape.texts[shape.is_letter]
        han = shape.points[shape.is_letter] >= _LIMITS[0]
        joined = (texts[1:] == texts[:-1]) & han[1:] & han[:-1]
        docs = passages[texts]
        letters, pairs = (np.bincount(own, minlength=count) for own in (docs[han], docs[1:][joined]))
        return np.asarray(letters + pairs)

    def _passages(self) -> Numbers:
        """The passage of each text."""
        ends = np.asarray([0, *self._ends], np.int64)
        return np.repeat(np.arange(len(self._ends)), ends[1:] - ends[:-1])

    @cached_property
    def _shape(self) -> _Shape:
        points = np.frombuffer("".join(self._texts).encode("utf-32-le", "surrogatepass"), "<u4")
        sizes = np.fromiter(map(len, self._texts), np.int64, len(self._texts))
        texts: Numbers = np.repeat(np.arange(len(sizes)), sizes)
        seen = points != ord(" ")
        points, texts = points[seen], texts[seen]
        is_letter = _which(points, str.isalnum)
        letters = np.bincount(texts[is_letter], minlength=len(sizes))
        before = np.repeat(np.cumsum(letters) - letters, np.bincount(texts, minlength=len(sizes)))
        places: Numbers = np.cumsum(is_letter) - before
        return _Shape(points, texts, is_letter, places, letters, self._bases(letters))

    def _bases(self, letters: Numbers) -> Numbers:
        ends = np.asarray(self._ends, np.int64)
        before = np.cumsum(letters + GAP) - (letters + GAP)
        sizes = np.diff(ends, prepend=0)
        firsts = np.minimum(ends - sizes, max(len(before) - 1, 0))
        return np.asarray(before - np.repeat(before[firsts] if len(before) else sizes[:0], sizes))

    def _parted(self, shape: _Shape, passages: Numbers) -> Codes:
        """The letters of numbers that a sign parts from the number behind them; see :func:`indexer.engines.figures.parted`."""
        at = np.flatnonzero(shape.is_letter)
        if len(at) < 2:
            return np.empty(0, np.uint64)
        joining = _which(shape.points[at], figures.is_joining)
        near = np.flatnonzero((shape.texts[at[1:]] == shape.texts[at[:-1]]) & joining[1:] & joining[:-1])
        signs = np.cumsum(_which(shape.points, figures.is_parting))
        parted = at[near[signs[at[near + 1]] > signs[at[near]]]]
        texts = shape.texts[parted]
        return _coded(ord(PARTED), passages[texts], shape.bases[texts] + shape.places[parted])


def _scored(pairs: Codes) -> Mask:
    """Which pairs are of two letters, neither a figure nor a Latin one."""
    both = [(pairs >> np.uint64(_CHARACTER_BITS)), pairs & np.uint64((1 << _CHARACTER_BITS) - 1)]
    first, second = ((own >= _LIMITS[0]) & _which(own.astype(np.uint32), str.isalnum) for own in both)
    return np.asarray(first & second)


def _placed(name: str, codes: Codes) -> dict[str, Array]:
    places = codes & np.uint64((1 << _PLACE_BITS) - 1)
    postings, counts = runs_of(codes >> np.uint64(_PLACE_BITS))
    points, sizes = runs_of(postings >> np.uint64(_PASSAGE_BITS))
    docs = (postings & np.uint64(MOST_PASSAGES - 1)).astype(np.int64)
    by_term = np.add.reduceat(counts, np.cumsum(sizes) - sizes) if len(sizes) else sizes
    kept = pack(places.astype(np.int64), by_term)
    keys, bits = _utf8(points)
    return {
        **Terms.short(keys << (np.uint64(64) - bits)).arrays(name),
        **lists(name, sizes, docs, counts),
        f"{name}.places": kept.data,
        f"{name}.place_ends": kept.ends,
        f"{name}.place_sizes": by_term.astype(np.uint32),
    }


def _coded(points: Points | int, passages: Numbers, places: Numbers) -> Codes:
    own = np.asarray(points, np.uint64) << np.uint64(_PASSAGE_BITS + _PLACE_BITS)
    return np.asarray(own | passages.astype(np.uint64) << np.uint64(_PLACE_BITS) | places.astype(np.uint64), np.uint64)


def _which(points: Points, test: Callable[[str], bool]) -> Mask:
    """Which characters pass *test*, which is asked once for each distinct one."""
    distinct = np.flatnonzero(np.bincount(points))
    passed = np.zeros(int(distinct[-1]) + 1 if len(distinct) else 0, np.bool_)
    passed[distinct] = [test(chr(point)) for point in distinct.tolist()]
    return np.asarray(passed[points])


def _utf8(points: Codes) -> tuple[Codes, Codes]:
    """Each code point in UTF-8 as a big-endian number, and how many bits that has."""
    low = [(points >> np.uint64(shift)) & np.uint64(0x3F) | np.uint64(0x80) for shift in (0, 6, 12)]
    two = (points >> np.uint64(6) | np.uint64(0xC0)) << np.uint64(8) | low[0]
    three = (points >> np.uint64(12) | np.uint64(0xE0)) << np.uint64(16) | low[1] << np.uint64(8) | low[0]
    four = (
        (points >> np.uint64(18) | np.uint64(0xF0)) << np.uint64(24)
        | low[2] << np.uint64(16)
        | low[1] << np.uint64(8)
        | low[0]
    )
    beyond = np.searchsorted(np.asarray(_LIMITS), points, side="right")
    return np.choose(beyond, [points, two, three, four]), ((beyond + 1) * 8).astype(np.uint64)


def _joined(first: tuple[Codes, Codes], second: tuple[Codes, Codes]) -> Codes:
    """Two characters as a key of :class:`Terms`: their bytes, then zeros."""
    (one, bits), (two, more) = first, second
    left = np.uint64(64) - bits
    # A shift by all 64 bits is not defined: of the second character that is where both take four bytes.
    return np.asarray(one << left | two << (left - more), np.uint64)
