"""Where a pattern (以…为抓手) stands in a row of characters, and what fills its gaps.

Positions are those of :meth:`Analyzer.characters`: letters count from 1, a sign has the position of the letter before it.
The rules, the same for every engine, which can follow them with arrays of positions:

1. A piece of words stands at (s, e), from its first to its last letter, where one of its words stands as a term does.
2. ``BREAKS`` gives the signs that no gap goes over. *Soft* ones (a comma) may stand right before the piece after a gap,
   and right after the piece before it where ``pause`` says so; *hard* ones (a full stop) never. Where a text begins and
   ends there is a hard break in every scope, at position 0 and at the position of the last letter.
3. The first piece is reached wherever it stands. With a gap before it, no break stands at s - low .. s - 1.
4. A further piece at (s, e) is reached where the nearest reached (s', e') of the piece before it, that with the greatest
   e' <= s - 1 - low, has s - e' - 1 <= high, no soft break at e' + pause .. s - 2 and no hard one at e' .. s - 1.
   Farther ones need not be tried: they are no better in any of this. So 既要抓发展，又要保安全 is 既要…又要…, while
   以改革创新的精神，坚持问题导向为抓手 is not 以…为抓手.
5. Pieces without a gap between them touch: s = e' + 1, and no break stands at e'.
6. With a gap at the end, no soft break stands at e + pause .. e + low - 1 and no hard one at e .. e + low - 1.
7. In a paused pattern, one of ``PAUSES`` stands where one was typed: for ``pause`` only pieces count with one at e', for ``parted``
   with one at s - 1.

The text holds the pattern where its last piece is so reached. Each such place has the chain of the nearest pieces before
it, so that the fillers are short: of 从东从西到北 it is 从西到北. Chains are taken from left to right, the longest word
first, and those that overlap one before are left out. A gap at the end then goes to the next break, a gap at the
beginning back to the one before: neither over ``high`` letters, nor into the next occurrence.
"""

from __future__ import annotations

import sys
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from indexer.analysis import Analyzer
from indexer.model import Span, Token
from indexer.query import Pattern
from indexer.query.patterntext import Gap, Scope
from indexer.text import SEAM, Folded, Letters, fold_text, joined

_ENDS = "。!?"
# Soft and hard breaks of each scope, as folding writes them (，is a comma, ； a semicolon).
BREAKS: Mapping[Scope, tuple[str, str]] = MappingProxyType(
    {"clause": (",;:", _ENDS), "sentence": ("", _ENDS), "passage": ("", "")}
)
PAUSES = ",;:、"
# Groups of fillers that are listed.
MAX_GROUPS = 20

# What a filler does not begin or end with, and the brackets that it takes along only in pairs.
_LOOSE = frozenset(",;:。!?、.")
_BLANK = " "
_QUOTES = frozenset("\"'")
_CLOSING = {"(": ")", "[": "]", "{": "}", "《": "》", "〈": "〉", "【": "】", "〔": "〕"}
_OPENING = {closing: opening for opening, closing in _CLOSING.items()}
_NONE = Gap(0, 0)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """Where a pattern stands, and the gaps in it, in order: spans of the text that was analyzed.

    A gap is without the quotation marks and punctuation around it; it is empty where no letter fills it (``**``).
    """

    start: int
    end: int
    gaps: tuple[Span, ...]

    def fillers(self, text: str) -> tuple[str, ...]:
        """What fills each gap in *text*."""
        return tuple(text[gap.start : gap.end] for gap in self.gaps)


class Finder:
    """Finds *pattern* in one text after another."""

    def __init__(self, pattern: Pattern, analyzer: Analyzer) -> None:
        self._pattern = pattern
        self._before, self._after = _edges(pattern)
        self._pieces = [
            piece if isinstance(piece, Gap) else [_Word.of(analyzer.characters(word)) for word in piece]
            for piece in pattern.pieces
        ]

    def occurrences(self, text: Letters) -> list[Occurrence]:
        """Where the pattern stands in *text*, from left to right; none overlaps another."""
        words = (piece for piece in self._pieces if not isinstance(piece, Gap))
        if not all(any(word.letters in text.text for word in piece) for piece in words):
            return []
        row = _Row.of(text, self._pattern)
        return [_occurrence(row, chain, self._gaps(row, chain, bounds)) for chain, bounds in self._bounded(row)]

    def fillers(self, texts: Sequence[str], folded: Sequence[Folded]) -> Iterator[tuple[str, ...]]:
        """What fills the gaps wherever the pattern stands in *texts*, given as they are and folded.

        They are gone through as one text: a seam is a letter that no word has, between hard breaks.
        """
        whole = SEAM.join(texts)
        row = _Row.of(Letters.of(joined(folded, map(len, texts))), self._pattern)
        for chain, bounds in self._bounded(row):
            yield tuple([whole[gap.start : gap.end] for gap in self._gaps(row, chain, bounds)])

    def _bounded(self, row: _Row) -> Iterator[tuple[list[_Stretch], tuple[int, int]]]:
        """The chains of *row*, each with the first and the last letter of the gaps at its ends."""
        chains = _apart(_chains(row, self._pieces), self._before, self._after)
        ends = [*(chain[0].start - self._before.low for chain in chains[1:]), len(row.letters.text) + 1]
        taken = 0
        for chain, limit in zip(chains, ends, strict=False):
            first = row.back(chain[0].start, self._before, taken)
            taken = row.onward(chain[-1].end, self._after, limit)
            yield chain, (first, taken)

    def _gaps(self, row: _Row, chain: Sequence[_Stretch], bounds: tuple[int, int]) -> list[Span]:
        """The gaps in *chain*, those at its ends from the first to the last letter of *bounds*."""
        gaps: list[Span] = []
        done = 0
        for piece in self._pattern.pieces:
            if not isinstance(piece, Gap):
                done += 1
            elif piece.high:
                low = chain[done - 1].last + 1 if done else row.letters.places[bounds[0] - 1]
                high = chain[done].first if done < len(chain) else row.until(bounds[1])
                gaps.append(_trimmed(row.letters.folded, low, high))
        return gaps


def occurrences(tokens: Sequence[Token], pattern: Pattern, analyzer: Analyzer) -> list[Occurrence]:
    """Where *pattern* stands in the characters of a single text."""
    text = "".join(token.text for token in tokens)
    folded = Folded(text, [token.start for token in tokens], [token.end for token in tokens])
    return Finder(pattern, analyzer).occurrences(Letters.of(folded))


def grouped(fillers: Iterable[tuple[str, ...]], *, limit: int = MAX_GROUPS) -> tuple[tuple[str, int], ...]:
    """What filled the gaps of each occurrence, with counts, most first; equal but for width, case or script is the same.

    Shown as first seen, several gaps with … between; at most *limit* of them.
    """
    shown: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for filler in fillers:
        text = "…".join(part for part in filler if part)
        if key := "".join(fold_text(text).split()):
            shown.setdefault(key, text)
            counts[key] += 1
    return tuple((shown[key], count) for key, count in counts.most_common(limit))


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of a piece: its letters, and its signs with their positions."""

    letters: str
    signs: tuple[tuple[str, int], ...]

    @classmethod
    def of(cls, tokens: Iterable[Token]) -> _Word:
        letters, signs = [], []
        for token in tokens:
            if token.text.isalnum():
                letters.append(token.text)
            else:
                signs.append((token.text, token.position))
        return cls("".join(letters), tuple(signs))


class _Stretch(NamedTuple):
    """A piece at the letters ``start`` to ``end`` (both in it), its characters ``first`` to ``last`` (both in it), and the piece
    that it was reached from."""

    start: int
    end: int
    first: int
    last: int
    before: _Stretch | None = None


@dataclass(frozen=True, slots=True)
class _Row:
    """A text: its letters, and where breaks stand; and pauses, where those that were typed must stand."""

    letters: Letters
    soft: Sequence[int]
    hard: Sequence[int]
    pauses: frozenset[int] | None = None

    @classmethod
    def of(cls, letters: Letters, pattern: Pattern) -> _Row:
        soft, hard = BREAKS[pattern.scope]
        breaks = letters.before(hard)
        if SEAM in letters.text:
            # A seam is a letter itself: a break stands before it and at it.
            seams = letters.before(SEAM)
            breaks = sorted([*breaks, *seams, *(number + 1 for number in seams)])
        pauses = frozenset(letters.before(PAUSES)) if pattern.paused else None
        return cls(letters, letters.before(soft), [0, *breaks, len(letters.text)], pauses)

    def free(self, start: int, end: int, *, pause: bool = False) -> bool:
        """Whether no break stands at *start* to *end* (both in it); with *pause*, a soft one may stand at *start*."""
        return not _any(self.hard, start, end) and not _any(self.soft, start + pause, end)

    def paused(self, letter: int, *, wanted: bool) -> bool:
        """Whether a pause stands behind *letter*, where one is *wanted* and has to."""
        return self.pauses is None or not wanted or letter in self.pauses

    def opened(self, start: int) -> bool:
        """Whether a gap may end before the letter *start*: there is no hard break."""
        return not _any(self.hard, start - 1, start - 1)

    def back(self, start: int, gap: Gap, taken: int) -> int:
        """The first letter of *gap*, which stands before the letter *start* and after the letter *taken*."""
        if not gap.high:
            return start
        break_before = max(_last(self.soft, start - 1), _last(self.hard, start - 1))
        return max(start - gap.high, break_before + 1, taken + 1)

    def onward(self, end: int, gap: Gap, limit: int) -> int:
        """The last letter of *gap*, which stands after the letter *end* and before the letter *limit*."""
        if not gap.high:
            return end
        break_after = min(_next(self.soft, end + gap.pause), _next(self.hard, end))
        return min(end + gap.high, break_after, limit - 1)

    def until(self, letter: int) -> int:
        """The index after the signs that follow the letter *letter* and belong to it: of 到“满载而归”。“再出发 the 归 and its ”."""
        start, end = self.letters.behind(letter)
        return next((index for index in range(start, end) if self.letters.folded.text[index] in _LOOSE), end)


def _any(places: Sequence[int], start: int, end: int) -> bool:
    index = bisect_left(places, start)
    return index < len(places) and places[index] <= end


def _last(places: Sequence[int], end: int) -> int:
    index = bisect_right(places, end)
    return places[index - 1] if index else -1


def _next(places: Sequence[int], start: int) -> int:
    index = bisect_left(places, start)
    return places[index] if index < len(places) else sys.maxsize


def _edges(pattern: Pattern) -> tuple[Gap, Gap]:
    """The gaps at the ends of *pattern*."""
    first, last = pattern.pieces[0], pattern.pieces[-1]
    return first if isinstance(first, Gap) else _NONE, last if isinstance(last, Gap) else _NONE


def _chains(row: _Row, pieces: Iterable[Gap | Sequence[_Word]]) -> list[list[_Stretch]]:
    """The nearest chain of pieces to each place of the last piece, from left to right, longest word first."""
    reached: list[_Stretch] | None = None
    gap: Gap | None = None
    for piece in pieces:
        if isinstance(piece, Gap):
            gap = piece
            continue
        found = [stretch for word in piece for stretch in _stretches(row, word)]
        reached = _opening(row, found, gap) if reached is None else _following(row, reached, found, gap)
        gap = None
    closed = [stretch for stretch in reached or () if gap is None or _closes(row, stretch.end, gap)]
    return [_chain(last) for last in sorted(closed, key=lambda stretch: (stretch.start, -stretch.end))]


def _stretches(row: _Row, word: _Word) -> Iterator[_Stretch]:
    """Where *word* stands: the same characters at the same relative positions, signs only where it has them."""
    text, size = row.letters, len(word.letters)
    index = text.text.find(word.letters) if size else -1
    while index >= 0:
        first, last = text.places[index], text.places[index + size - 1]
        # Of two equal signs the last one counts.
        signs = [text.folded.text.rfind(sign, *text.behind(position + index)) for sign, position in word.signs]
        if not signs:
            yield _Stretch(index + 1, index + size, first, last)
        elif -1 not in signs:
            yield _Stretch(index + 1, index + size, min(first, *signs), max(last, *signs))
        index = text.text.find(word.letters, index + 1)


def _opening(row: _Row, found: Iterable[_Stretch], gap: Gap | None) -> list[_Stretch]:
    return [each for each in found if gap is None or row.free(each.start - gap.low, each.start - 1)]


def _following(row: _Row, reached: Iterable[_Stretch], found: Iterable[_Stretch], gap: Gap | None) -> list[_Stretch]:
    """Those of *found* that are reached from the nearest of *reached*; of two that end together, from the longer one."""
    leading = [each for each in reached if gap is None or row.paused(each.end, wanted=gap.pause)]
    found = [each for each in found if gap is None or row.paused(each.start - 1, wanted=gap.parted)]
    ordered = sorted(leading, key=lambda stretch: (stretch.end, -stretch.start))
    ends = [stretch.end for stretch in ordered]
    following = []
    for each in found:
        index = bisect_right(ends, each.start - 1 - (gap.low if gap else 0)) - 1
        if index >= 0 and _leads(row, ends[index], each.start, gap):
            following.append(_Stretch(each.start, each.end, each.first, each.last, ordered[index]))
    return following


def _leads(row: _Row, end: int, start: int, gap: Gap | None) -> bool:
    """Whether *gap* may lie between the letters *end* and *start*."""
    if gap is None:
        return start == end + 1 and row.free(end, end)
    return start - end - 1 <= gap.high and row.opened(start) and row.free(end, start - 2, pause=gap.pause)


def _closes(row: _Row, end: int, gap: Gap) -> bool:
    """Whether *gap* may follow the letter *end* as the last piece."""
    return row.free(end, end + gap.low - 1, pause=gap.pause) and row.paused(end, wanted=gap.pause)


def _chain(last: _Stretch) -> list[_Stretch]:
    chain = [last]
    while chain[-1].before is not None:
        chain.append(chain[-1].before)
    return chain[::-1]


def _apart(chains: Iterable[list[_Stretch]], before: Gap, after: Gap) -> list[list[_Stretch]]:
    """Those of *chains* that do not overlap one before, with the least letters of the gaps at their ends."""
    kept = []
    taken = 0
    for chain in chains:
        if chain[0].start - before.low > taken:
            kept.append(chain)
            taken = chain[-1].end + after.low
    return kept


def _occurrence(row: _Row, chain: Sequence[_Stretch], gaps: Sequence[Span]) -> Occurrence:
    folded = row.letters.folded
    starts = [folded.starts[each.first] for each in chain] + [gap.start for gap in gaps]
    ends = [folded.ends[each.last] for each in chain] + [gap.end for gap in gaps]
    return Occurrence(min(starts), max(ends), tuple(gaps))


def _trimmed(folded: Folded, low: int, high: int) -> Span:
    """The span of the characters ``low:high`` without loose signs at their ends: of “改革”， it is 改革."""
    text = folded.text
    if low < high and text[low].isalnum() and text[high - 1].isalnum():
        return Span(*folded.source(low, high))
    counts = Counter(text[low:high])
    while low < high:
        first, last = text[low], text[high - 1]
        if _hangs(first, counts):
            counts[first] -= 1
            low += 1
        elif _hangs(last, counts):
            counts[last] -= 1
            high -= 1
        elif first == last and first in _QUOTES and counts[first] == 2:
            low, high = low + 1, high - 1
        else:
            return Span(*folded.source(low, high))
    return _nothing(folded, low)


def _nothing(folded: Folded, place: int) -> Span:
    """The empty span behind the last character before *place*; before the first one where there is none."""
    held = len(folded.text[:place].rstrip(_BLANK))
    at = folded.ends[held - 1] if held else folded.starts[len(folded.text) - len(folded.text.lstrip(_BLANK))]
    return Span(at, at)


def _hangs(sign: str, counts: Mapping[str, int]) -> bool:
    """Whether *sign* at the end of a filler belongs to what is around it: a comma, or a bracket without its partner."""
    if sign in _QUOTES:
        return counts[sign] % 2 == 1
    partner = _CLOSING.get(sign) or _OPENING.get(sign)
    return sign in _LOOSE or sign == _BLANK or (partner is not None and counts[sign] > counts[partner])
