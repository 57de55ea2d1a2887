"""What a query may have been meant to say: pinyin and initials spelled out, wrong characters of the same sound or shape.

A query is read as a row of words and phrases of the vocabulary, each as likely as it is frequent. A reading that changes
characters is offered where it is clearly likelier than what was typed, the price of the change included.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, product

from indexer.deadline import checked
from indexer.text import Folded, fold
from indexer.vocabulary import pinyin
from indexer.vocabulary.lattice import Edge, Kind, Path, best_paths
from indexer.vocabulary.shapes import alike
from indexer.vocabulary.store import Sound, Vocabulary

MAX_CHARACTERS = 64
# How many syllables a word or phrase may have, and how many stretches of a query are tried.
_LONGEST = 8
_MAX_STRETCHES = 1500
# Candidates for one stretch, and whole readings that are kept while the query is gone through.
_CANDIDATES = 8
_WIDTH = 8

# Prices, in natural logarithms: a price of 5 asks for something 150 times likelier. Set by trial on 134 queries with a
# mistake and 600 without one.
_HOMOPHONE, _FUZZY, _SHAPE = 5.0, 6.0, 5.5
_FURTHER = 2.0  # for each character of a word that is changed beside the dearest one
_FUZZY_LETTERS = 4.0  # xinshi for 形式
_INITIALS = 2.5
_LETTER = 4.0  # for each letter that is left as it is
_UNKNOWN = 9.0  # a word that no passage holds
_SEAM = 3.0  # for each word: that two words stand side by side is less likely than that a passage holds both
_INITIALS_LENGTHS = range(3, 9)
# How much likelier than what was typed an offer must be, and how much less likely than the best one it may be.
_MARGIN = 1.5
_BEHIND = 4.0
# Who has mistaken more words than this has meant something else.
_MAX_CHANGES = 2

_LETTERS = re.compile(r"[a-z\u00fc]+")
# 文种:总结 is a filter; GDP and 5G are no pinyin.
_FIXED = re.compile(
    r"(?:标题|標題|文种|文種|年份|来源|來源|繁简|繁簡)\s*[:：]\s*\S*|\d+[A-Za-z]+|[A-Za-z]+\d+|[A-Za-z]*[A-Z]{2}[A-Za-z]*"
)
# What may stand between the syllables of a word: huan jing, xi'an.
_GAP = re.compile(r"[ ']*")


@dataclass(frozen=True, slots=True)
class Offer:
    """A query that may have been meant. ``kind`` tells what was changed first.

    ``gain`` says how much likelier it is than what was typed (natural logarithm; at least ``_MARGIN``).
    """

    text: str
    kind: Kind
    gain: float


@dataclass(frozen=True, slots=True)
class _Unit:
    """A syllable of the query: a Han character, or letters that make one. Places count folded characters."""

    start: int
    end: int
    typed: str
    readings: tuple[str, ...]

    @property
    def is_han(self) -> bool:
        return _is_han(self.typed)


_Stretch = tuple[_Unit, ...]


class Corrector:
    """Offers corrections out of a vocabulary. Safe to share between threads."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    def offers(self, text: str, *, limit: int = 5) -> list[Offer]:
        """What *text* may have been meant to say, likeliest first; empty where it is right, or beyond ``MAX_CHARACTERS``."""
        if not text.strip() or len(text) > MAX_CHARACTERS:
            return []
        reading = _Reading(text, self._vocabulary)
        edges = reading.edges()
        typed = best_paths((edge for edge in edges if edge.kind is None), length=reading.length, width=1)
        found = best_paths(edges, length=reading.length, width=_WIDTH)
        return _clear(found, typed[0].cost)[:limit]


def _clear(found: Iterable[Path], typed: float) -> list[Offer]:
    """The paths that are clearly likelier than what was typed, without those far behind the best one."""
    kept = (path for path in found if path.kind and path.changes <= _MAX_CHANGES)
    offers = [Offer(path.text, path.kind, typed - path.cost) for path in kept if path.kind]
    return [offer for offer in offers if offer.gain >= max(_MARGIN, offers[0].gain - _BEHIND)]


class _Reading:
    """The ways to read one query."""

    def __init__(self, text: str, vocabulary: Vocabulary) -> None:
        self._text = text
        self._vocabulary = vocabulary
        self._folded = fold(text)
        self.length = len(self._folded.text)
        self._runs, self._units = _runs_and_units(text, self._folded)

    def edges(self) -> list[Edge]:
        """Every way to read a stretch, as typed or changed. Those as typed lead from one end to the other."""
        stretches = list(islice(self._stretches(), _MAX_STRETCHES))
        written = [stretch for stretch in stretches if all(unit.is_han for unit in stretch)]
        variants = [(stretch, variant) for stretch in written for variant in _variants(stretch)]
        counts = self._vocabulary.counts([*map(_typed, written), *(variant for _, variant in variants)])
        return [
            *self._as_typed(),
            *self._known(written, counts),
            *self._alike(variants, counts),
            *self._sounding(stretches),
            *self._abbreviated(),
        ]

    def _as_typed(self) -> Iterator[Edge]:
        """What needs no vocabulary: signs, blanks and figures cost nothing, letters that are no known word a lot."""
        letters = {place for start, end in self._runs for place in range(start, end)}
        counts = self._vocabulary.counts(self._folded.text[start:end] for start, end in self._runs)
        for start, end in self._runs:
            count = counts.get(self._folded.text[start:end], 0)
            foreign = _LETTER * (end - start)
            yield Edge(start, end, self._original(start, end), min(self._rarity(count), foreign) if count else foreign)
        for place in range(self.length):
            if place not in letters and not (place in self._units and self._units[place][0].is_han):
                yield Edge(place, place + 1, self._original(place, place + 1), 0.0)

    def _known(self, written: Iterable[_Stretch], counts: Mapping[str, int]) -> Iterator[Edge]:
        """Words and phrases as they were typed, and every character by itself."""
        for stretch in written:
            typed = _typed(stretch)
            if typed in counts or len(stretch) == 1:
                yield self._edge(stretch, typed, self._rarity(counts.get(typed, 0)))

    def _alike(self, variants: Iterable[tuple[_Stretch, str]], counts: Mapping[str, int]) -> Iterator[Edge]:
        """Words and phrases that differ in one character of near shape."""
        for stretch, variant in variants:
            if variant in counts:
                yield self._edge(stretch, variant, self._rarity(counts[variant]) + _SHAPE, "shape")

    def _sounding(self, stretches: Iterable[_Stretch]) -> Iterator[Edge]:
        """Words and phrases that sound like a stretch, the likeliest few of each."""
        keys = {stretch: _keys(stretch) for stretch in stretches if len(stretch) > 1}
        under: dict[tuple[str, ...], list[Sound]] = {}
        for sound in self._vocabulary.sounds(key for own in keys.values() for key in own):
            under.setdefault(sound.key, []).append(sound)
        for stretch, own in checked(keys.items()):
            edges = [self._sounds_like(stretch, sound) for key in own for sound in under.get(key, ())]
            changed = [edge for edge in edges if edge is not None]
            yield from sorted(changed, key=lambda edge: edge.cost)[:_CANDIDATES]

    def _sounds_like(self, stretch: _Stretch, sound: Sound) -> Edge | None:
        if sound.text == _typed(stretch):
            return None
        price = _price(stretch, sound)
        kind: Kind = "homophone" if all(unit.is_han for unit in stretch) else "pinyin"
        return self._edge(stretch, sound.text, self._rarity(sound.count) + price, kind)

    def _abbreviated(self) -> Iterator[Edge]:
        """Phrases for letters that may be their initials: hjzz."""
        for start, end in self._runs:
            if end - start not in _INITIALS_LENGTHS:
                continue
            for entry in self._vocabulary.by_initials(self._folded.text[start:end], kinds=("word", "phrase")):
                yield Edge(start, end, entry.text, self._rarity(entry.count) + _INITIALS, "initials")

    def _edge(self, stretch: _Stretch, text: str, cost: float, kind: Kind | None = None) -> Edge:
        """The stretch read as *text*, a character for each unit; characters that stay are written as they were typed."""
        written = []
        for index, (unit, character) in enumerate(zip(stretch, text, strict=True)):
            before = stretch[index - 1] if index else None
            if before and (before.is_han or unit.is_han):
                written.append(self._folded.text[before.end : unit.start])
            written.append(self._original(unit.start, unit.end) if unit.typed == character else character)
        return Edge(stretch[0].start, stretch[-1].end, "".join(written), cost, kind)

    def _original(self, start: int, end: int) -> str:
        low, high = self._folded.source(start, end)
        return self._text[low:high]

    def _rarity(self, count: int) -> float:
        rarity = math.log(max(self._vocabulary.passages, 1) / count) if count else _UNKNOWN
        return _SEAM + min(_UNKNOWN, rarity)

    def _stretches(self) -> Iterator[_Stretch]:
        """All rows of up to ``_LONGEST`` units without a sign between them, shortest first."""
        rows: list[_Stretch] = [(unit,) for units in self._units.values() for unit in units]
        for _ in range(_LONGEST):
            yield from rows
            rows = [(*row, unit) for row in rows for unit in self._units.get(self._behind(row[-1].end), ())]

    def _behind(self, place: int) -> int:
        """The next place that is no gap."""
        gap = _GAP.match(self._folded.text, place)
        return gap.end() if gap else place


def _runs_and_units(text: str, folded: Folded) -> tuple[list[tuple[int, int]], dict[int, list[_Unit]]]:
    """Where letters stand that may be pinyin (in folded characters), and the units that begin at each place."""
    fixed = [match.span() for match in _FIXED.finditer(text)]
    runs = [match.span() for match in _LETTERS.finditer(folded.text)]
    runs = [span for span in runs if not _within(folded.source(*span), fixed)]
    units = {
        place: [_Unit(place, place + 1, character, pinyin.character_readings(character))]
        for place, character in enumerate(folded.text)
        if _is_han(character) and not _within(folded.source(place, place + 1), fixed)
    }
    for start, end in runs:
        units.update(_syllables(folded.text, start, end))
    return runs, units


def _within(span: tuple[int, int], spans: Iterable[tuple[int, int]]) -> bool:
    return any(start <= span[0] and span[1] <= end for start, end in spans)


def _syllables(text: str, start: int, end: int) -> dict[int, list[_Unit]]:
    """The units that begin at each place of the letters ``start:end`` that syllables lead to."""
    units: dict[int, list[_Unit]] = {}
    due = {start}
    while due:
        place = min(due)
        cuts = pinyin.cuts(text[:end], place)
        units[place] = [_Unit(place, to, syllable, (syllable,)) for to, syllable in cuts]
        due = {unit.end for own in units.values() for unit in own if unit.end < end} - units.keys()
    return units


def _is_han(typed: str) -> bool:
    return typed >= "\u3400"


def _typed(stretch: _Stretch) -> str:
    return "".join(unit.typed for unit in stretch)


def _variants(stretch: _Stretch) -> Iterator[str]:
    """What a stretch of Han characters may be when one of them is a look-alike."""
    text = _typed(stretch)
    for index, character in enumerate(text if len(text) > 1 else ""):
        for other in alike(character):
            yield text[:index] + other + text[index + 1 :]


def _keys(stretch: _Stretch) -> list[tuple[str, ...]]:
    """What the vocabulary files the sound of a stretch under: one key for each way to read it, a few at most."""
    ways = product(*(dict.fromkeys(map(pinyin.fuzzy, unit.readings)) for unit in stretch))
    return list(islice(ways, pinyin.MAX_READINGS))


def _price(stretch: _Stretch, sound: Sound) -> float:
    """What it costs to take *stretch* for the word *sound*: the dearest change, and something for each further one."""
    prices = [_unit_price(*each) for each in zip(stretch, sound.text, sound.syllables, strict=True)]
    dearest = max(prices)
    return dearest + _FURTHER * (sum(price > 0 for price in prices) - 1) if dearest else 0.0


def _unit_price(unit: _Unit, character: str, syllable: str) -> float:
    if unit.typed == character:
        return 0.0
    if unit.is_han:
        return _HOMOPHONE if syllable in unit.readings else _FUZZY
    return 0.0 if syllable in unit.readings else _FUZZY_LETTERS
