"""How a text holds a pasted or half remembered sentence, counted in letters (what is left of a folded text without signs).

A sentence of *n* letters is looked for in five ways, the closest first. ``few`` is n // 8, at least 1:

* ``same``: letter for letter, sign for sign.
* ``signs``: letter for letter; signs differ, but not inside of a number (3.5亿元 is not 35亿元).
* ``gap``: in two stretches in order. Either up to 30 letters more stand between them in the text (six for each letter of
  the shorter stretch, so that two letters are not found far away), or the text leaves out up to a third of the sentence.
* ``wrong``: at most ``few`` letters replaced, left out or added.
* ``order`` and ``pieces``: in stretches of at least four letters near each other, which leave at most n // 5 letters of the
  sentence unheld: 结合自身实际和行业特点 is held by 结合行业特点和自身实际. ``order`` where a stretch that comes later in the
  sentence comes earlier in the text.

Sentences below six letters are looked for in the first two ways only, those below eight in all but the last.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise, zip_longest
from typing import Literal, get_args

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from indexer.model import Span
from indexer.query.signs import Sign, clean, scan
from indexer.text import Folded, Letters, fold, fold_text

How = Literal["same", "signs", "gap", "wrong", "order", "pieces"]

# Letters of a quotation; a longer one is not looked for as a sentence.
MAX_LETTERS = 256
# Letters of a text that are aligned at a time; windows overlap.
WINDOW = 4000
MAX_GAP = 30

_FUZZY = 6
_STRETCH = 4
# A fifth of the letters may lie in no stretch.
_MOST_UNHELD = 5
_SHORTEST_SIDE = 2
_GAP_PER_LETTER = 6
# Places that are tried for one stretch. A text that repeats itself (同志们，同志们，…) has more, none of them better.
_PLACES = 64

_SENTENCE = 12
_LONG_WORD = 16
_LONG_PIECE = 7
_SHORT_PIECE = 4
_MEAN_CLAUSE = 5
_CLAUSE_SIGNS = re.compile(r"[，。；：！？,;:!?\s]+")
_QUESTION = re.compile(r"[？?]\s*\Z")
_NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Quoted:
    """How a text holds a quotation. ``spans`` of the original text are what is to be marked.

    ``wrong`` counts letters that differ (for ``order`` and ``pieces``: that no stretch holds), ``gap`` letters that the text has in between, ``missing`` letters in a row that
    it leaves out.
    """

    how: How
    spans: tuple[Span, ...]
    wrong: int = 0
    gap: int = 0
    missing: int = 0

    @property
    def distance(self) -> tuple[int, int]:
        """Sorts the closest first: by the way it is held, then by letters."""
        return get_args(How).index(self.how), self.wrong + self.gap + self.missing


def letters(text: str) -> str:
    """The letters, digits and Han characters of *text*, folded."""
    return "".join(filter(str.isalnum, fold_text(text)))


def pairs(text: str) -> tuple[str, ...]:
    """The distinct pairs of neighbouring letters, in order; signs between them do not count: 抓实，抓细 has 实抓."""
    return _distinct_pairs(letters(text))


def is_quotation(text: str) -> bool:
    """Whether a query reads like a pasted sentence rather than keywords.

    It holds at least twelve letters, half of them Han, in at most 256 characters, and no sign of the grammar (OR, -, 文种:,
    patterns; names in quotation marks inside of a sentence are none). It is no question (河道由谁管护？), and

    * one word without blanks has sixteen letters, or clauses of five letters on average parted by signs: 政府带头过紧日子，钱花在刀刃上;
    * or several words, each of seven letters (生态兴则文明兴 生态衰则文明亡), or of four beside one of twelve. Keywords of six
      letters are common (党风廉政建设 全面从严治党), so six do not suffice.
    """
    count = len(letters(text[:MAX_LETTERS]))
    if len(text) > MAX_LETTERS or count < _SENTENCE or 2 * _han(text) < count or _QUESTION.search(text):
        return False
    if not _plain(text):
        return False
    words = _lengths(text.split())
    clauses = _lengths(_CLAUSE_SIGNS.split(text))
    if len(clauses) > len(words):
        return count >= _MEAN_CLAUSE * len(clauses)
    if len(words) == 1:
        return count >= _LONG_WORD
    return min(words) >= (_SHORT_PIECE if max(words) >= _SENTENCE else _LONG_PIECE)


def align(quote: str, text: str | Folded) -> Quoted | None:
    """How *text* holds the sentence *quote*, or None. A text that is folded in its own way (a converted page) comes folded.

    A quotation without letters, or of more than ``MAX_LETTERS``, is held by nothing.
    """
    sought, page = _asked(quote), _letters_of(text)
    size = len(sought.text)
    if not 0 < size <= MAX_LETTERS:
        return None
    return _whole(sought, page) or (_nearly(sought.text, page) if size >= _FUZZY else None)


def describe(quoted: Quoted) -> str:
    """A short Chinese phrase that tells a reader how close the text is to the quotation."""
    match quoted.how:
        case "same":
            return "原句一字不差"
        case "signs":
            return "只差标点"
        case "gap":
            return f"中间多了 {quoted.gap} 个字" if quoted.gap else f"少了其中 {quoted.missing} 个字"
        case "wrong":
            return f"有 {quoted.wrong} 个字不同"
        case _:
            kind = "语序不同" if quoted.how == "order" else f"原句分在 {len(quoted.spans)} 处"
            return f"{kind}，另有 {quoted.wrong} 个字没对上" if quoted.wrong else kind


@lru_cache(maxsize=16)
def _asked(quote: str) -> Letters:
    """The letters of a sentence, which is compared with one text after another."""
    return _letters_of(quote)


def _letters_of(text: str | Folded) -> Letters:
    return Letters.of(fold(text) if isinstance(text, str) else text)


def _span(page: Letters, start: int, end: int) -> Span:
    """The span of the original text behind the letters ``start:end``, with the signs between them."""
    return Span(*page.source(start, end))


def _written(page: Letters, start: int, end: int) -> str:
    """The letters ``start:end`` with the signs between them, without blanks."""
    return page.folded.text[page.places[start] : page.places[end - 1] + 1].replace(" ", "")


def _nearly(sought: str, page: Letters) -> Quoted | None:
    """The ways after ``signs``. A long stretch counts as left out only where it has not just another letter or place."""
    cut = _with_gap(sought, page)
    if cut is not None and cut.missing <= _few(len(sought)):
        return cut
    return _with_wrong(sought, page) or _fuller(cut, _in_pieces(sought, page))


def _fuller(cut: Quoted | None, pieces: Quoted | None) -> Quoted | None:
    """What holds more of the sentence."""
    if cut is None or pieces is None:
        return cut or pieces
    return pieces if pieces.wrong < cut.missing else cut


def _distinct_pairs(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(first + second for first, second in pairwise(text)))


def _plain(text: str) -> bool:
    """Whether the grammar of queries finds nothing but words, and quoted names that are written into them: 以“三服务”为抓手."""
    signs = scan(clean(text)).signs
    return all(sign.kind == "word" or (sign.kind == "phrase" and _written_in(text, sign)) for sign in signs)


def _written_in(text: str, phrase: Sign) -> bool:
    """Whether letters stand beside *phrase* without a blank between."""
    before, after = text[: phrase.start], text[phrase.start + len(phrase.text) + 2 :]
    beside = before.split()[-1:] if not before[-1:].isspace() else []
    beside += after.split()[:1] if not after[:1].isspace() else []
    return any(letters(word) for word in beside)


def _lengths(parts: Iterable[str]) -> list[int]:
    counts = (len(letters(part)) for part in parts)
    return [count for count in counts if count]


def _han(text: str) -> int:
    return sum(unicodedata.category(sign) == "Lo" for sign in letters(text))


def _few(size: int) -> int:
    return max(1, size // 8)


def _places(text: str, wanted: str) -> Iterator[int]:
    """Where *wanted* stands in *text*, at most ``_PLACES`` of them, overlapping ones too."""
    place = text.find(wanted)
    for _ in range(_PLACES):
        if place < 0:
            return
        yield place
        place = text.find(wanted, place + 1)


def _common(sought: str, text: str, start: int) -> int:
    """How many letters of *sought* stand at *start* of *text* in a row. Whole prefixes are compared, which C does quickly."""
    lengths = range(1, len(sought) + 1)
    return bisect_left(lengths, True, key=lambda length: not text.startswith(sought[:length], start))


def _whole(sought: Letters, page: Letters) -> Quoted | None:
    if sought.text not in page.text:
        return None
    size = len(sought.text)
    places = [match.start() for match in re.finditer(re.escape(sought.text), page.text)]
    wanted = _written(sought, 0, size)
    ways = {place: _signs_between(wanted, _written(page, place, place + size)) for place in places}
    how, wrong = best = min(ways.values(), key=lambda way: (get_args(How).index(way[0]), way[1]))
    spans = tuple(_span(page, place, place + size) for place, way in ways.items() if way == best)
    return Quoted(how, spans, wrong=wrong)


def _signs_between(wanted: str, written: str) -> tuple[How, int]:
    """How two strings of the same letters differ, and by how many numbers: 增长3.5% and 增长35%."""
    if wanted == written:
        return "same", 0
    numbers = zip_longest(_numbers(wanted), _numbers(written))
    differing = sum(one != other for one, other in numbers)
    return ("wrong", differing) if differing else ("signs", 0)


def _numbers(text: str) -> list[str]:
    return [number.replace(",", "") for number in _NUMBER.findall(text)]


def _with_gap(sought: str, page: Letters) -> Quoted | None:
    """The closest of all places where the sentence begins; where it does not begin, its beginning may be left out."""
    found = [_gap_at(sought, page, start) for start in _places(page.text, sought[:_SHORTEST_SIDE])]
    found.append(_without_beginning(sought, page))
    return min((quoted for quoted in found if quoted), key=lambda quoted: quoted.distance, default=None)


def _gap_at(sought: str, page: Letters, start: int) -> Quoted | None:
    """The sentence in two stretches, the first of them at *start*.

    The first may be taken as long as it gets: if 抓落实…抓到底 is held with a cut after 抓, it is so with a later one.
    """
    size = len(sought)
    first = min(_common(sought, page.text, start), size - _SHORTEST_SIDE)
    end = start + first
    room = min(MAX_GAP, _GAP_PER_LETTER * min(first, size - first))
    second = page.text.find(sought[first:], end, end + room + size - first)
    if second > end:
        spans = (_span(page, start, end), _span(page, second, second + size - first))
        return Quoted("gap", spans, gap=second - end)
    return _left_out(sought, page, start, first)


def _left_out(sought: str, page: Letters, start: int, first: int) -> Quoted | None:
    """The sentence at *start* without a stretch after its letter *first*, or without its end."""
    size = len(sought)
    for missing in range(1, size // 3 + 1):
        rest = sought[first + missing :]
        if len(rest) >= _SHORTEST_SIDE and page.text.startswith(rest, start + first):
            return Quoted("gap", (_span(page, start, start + size - missing),), missing=missing)
    held = _common(sought, page.text, start)
    return _without_edge(page, start, held, missing=size - held)


def _without_beginning(sought: str, page: Letters) -> Quoted | None:
    size = len(sought)
    for missing in range(1, size // 3 + 1):
        start = page.text.find(sought[missing:])
        if start >= 0:
            return _without_edge(page, start, size - missing, missing=missing)
    return None


def _without_edge(page: Letters, start: int, held: int, *, missing: int) -> Quoted | None:
    """A few letters that are not there at the edge are rather other letters (``wrong``) than left out."""
    size = held + missing
    if not _few(size) < missing <= size // 3:
        return None
    return Quoted("gap", (_span(page, start, start + held),), missing=missing)


def _with_wrong(sought: str, page: Letters) -> Quoted | None:
    """The window of the text that is fewest edits away."""
    few = _few(len(sought))
    windows = [_window(sought, page.text, start, few) for start in range(0, len(page.text), WINDOW)]
    best = min((window for window in windows if window), default=None)
    if best is None or best[0] > few:
        return None
    wrong, start, end = best
    blocks = Levenshtein.opcodes(sought, page.text[start:end])
    spans = (_span(page, start + block.dest_start, start + block.dest_end) for block in blocks if block.tag == "equal")
    return Quoted("wrong", tuple(spans), wrong=wrong)


def _window(sought: str, text: str, offset: int, few: int) -> tuple[int, int, int] | None:
    """(edits, start, end) of the closest stretch that begins in the window at *offset*, if it has about *few* edits."""
    size = len(sought)
    low, high = offset, min(len(text), offset + WINDOW + size + few)
    if high - low < size - few:
        return None
    if high - low > size:
        # A stretch of the same length shares all but *few* letters with the sentence, in order.
        cutoff = 100 * (1 - few / size) - 0.01
        found = fuzz.partial_ratio_alignment(sought, text[low:high], score_cutoff=cutoff)
        if found is None:
            return None
        low, high = offset + found.dest_start, offset + found.dest_end
    return _trimmed(sought, text, low, high, few)


def _trimmed(sought: str, text: str, low: int, high: int, few: int) -> tuple[int, int, int]:
    """(edits, start, end) with each edge moved to where the edits are fewest, then the stretch shortest.

    The window may lie *few* letters off, and the stretch be *few* letters longer or shorter than it.
    """
    starts = range(max(0, low - 2 * few), min(low + 2 * few, high - 1) + 1)
    low = min(starts, key=lambda start: (Levenshtein.distance(sought, text[start:high]), -start))
    ends = range(max(low + 1, high - 2 * few), min(high + 2 * few, len(text)) + 1)
    high = min(ends, key=lambda end: (Levenshtein.distance(sought, text[low:end]), end))
    return Levenshtein.distance(sought, text[low:high]), low, high


def _in_pieces(sought: str, page: Letters) -> Quoted | None:
    """Stretches near the longest one, in any order."""
    size = len(sought)
    if size < 2 * _STRETCH or not _may_hold(sought, page.text, lacking=size // _MOST_UNHELD):
        return None
    tiles = _tiles(sought, page.text, 0)
    longest = max(tiles, key=lambda tile: tile[2])
    low, high = max(0, longest[1] - size - MAX_GAP), longest[1] + longest[2] + size + MAX_GAP
    tiles = _tiles(sought, page.text[low:high], low)
    wrong = size - sum(length for _, _, length in tiles)
    if len(tiles) < 2 or wrong > size // _MOST_UNHELD:
        return None
    starts = [start for _, start, _ in tiles]
    spans = tuple(_span(page, start, start + length) for _, start, length in sorted(tiles, key=lambda tile: tile[1]))
    return Quoted("pieces" if starts == sorted(starts) else "order", spans, wrong=wrong)


def _may_hold(sought: str, text: str, *, lacking: int) -> bool:
    """Whether all but *lacking* letters of *sought* lie in stretches that stand somewhere in *text*: most texts hold next to none."""
    held = 0
    for place in range(len(sought) - _STRETCH + 1):
        if sought[place : place + _STRETCH] in text:
            lacking -= max(0, place - held)
            held = place + _STRETCH
        elif place - held > lacking:
            return False
    return len(sought) - held <= lacking


def _tiles(sought: str, text: str, offset: int) -> list[tuple[int, int, int]]:
    """(place in *sought*, place in *text* plus *offset*, length) of stretches that do not overlap, each as long as it gets."""
    tiles = []
    place = 0
    while place <= len(sought) - _STRETCH:
        rest = sought[place:]
        found = max(((_common(rest, text, start), -start) for start in _places(text, rest[:_STRETCH])), default=None)
        if found is None:
            place += 1
            continue
        length, start = found[0], -found[1]
        tiles.append((place, offset + start, length))
        # What is taken is taken: one 以点带面 of the text does not hold two of the sentence.
        text = text[:start] + "\0" * length + text[start + length :]
        place += length
    return tiles
