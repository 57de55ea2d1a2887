"""Passages: paragraphs of a size worth reusing. Long ones are cut at sentence ends, fragments joined to their heading."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

from indexer.model import Heading, Passage, Place
from indexer.structure.headings import Entry
from indexer.structure.lines import CLOSING, TERMINAL, Line, join_lines
from indexer.structure.marks import has_inline_gap, masks_in, missing_numbers

FRAGMENT = 40
GROUP = 320
LONG = 420
TARGET = 300

_SENTENCE = re.compile(r"[。！？；!?;]+[”’\"'）)》」』】]*")
_CLAUSE = re.compile(r"[，,、：:]|\s+")
_ANYWHERE = re.compile(rf"(?s:.{{{TARGET}}})")
_NOTE_BEHIND = re.compile(r"\s?[（(〔\[【][^（()）]{1,120}[)）〕\]】]$")
_NOTE_ENDS = (")", "）", "〕", "]", "】")
_WORDS_IN_A_ROW = re.compile(r"\S([ \u3000]{1,4}\S{1,16}){3}$")
_LIST_WORD = re.compile(
    r"\s*([一二三四五六七八九十]{1,2}(是|要)|首先|其次|再次|最后|第[一二三四五六七八九十][，,]|[①-⑳]|同时)"
)


@dataclass
class _Unit:
    """Lines that make one passage, before cutting.

    ``empty``: a heading without anything under it; ``own``: the innermost heading of the path runs into the line itself.
    """

    lines: list[Line]
    path: tuple[int, ...]
    empty: bool = False
    own: bool = False
    gap: bool = False

    @property
    def length(self) -> int:
        return sum(len(line.text) for line in self.lines)


def make_passages(headings: list[Heading], entries: list[Entry]) -> list[Passage]:
    """The passages of a part, in order; every entry is in exactly one passage or is a heading with text under it."""
    gaps = _gaps(entries)
    units = _merged(
        _units(entries, gaps), headings, {entry.heading: entry.line for entry in entries if entry.role == "heading"}
    )
    passages: list[Passage] = []
    for unit in units:
        for line in cut_long(join_lines(unit.lines, "\n")):
            passages.append(_passage(len(passages), line, unit, headings))
    return passages


def _gaps(entries: list[Entry]) -> set[int]:
    """Indexes of entries whose number does not follow the one before it in the same list."""
    gaps: set[int] = set()
    last: dict[tuple[tuple[int, ...], str], int] = {}
    latest: dict[str, int] = {}
    for index, entry in enumerate(entries):
        if entry.number is None or entry.line.level:
            continue
        parent = entry.path[:-1] if entry.heading >= 0 else entry.path
        style, value = entry.number.style, entry.number.value
        before = last.get((parent, style), 0)
        # A list may run on through the headings above it: （一）1. 2. （二）3. 4.
        runs_on = latest.get(style) == value - 1
        if value > 1 and not runs_on and missing_numbers([*range(1, before + 1), value]):
            gaps.add(index)
        last[parent, style] = latest[style] = value
    return gaps


def _units(entries: list[Entry], gaps: set[int]) -> list[_Unit]:
    units: list[_Unit] = []
    for index, entry in enumerate(entries):
        gap = index in gaps
        if entry.role != "heading":
            units.append(_Unit([entry.line], entry.path, own=entry.role == "run_in", gap=gap))
        elif _is_empty(entries, index):
            units.append(_Unit([entry.line], entry.path[:-1], empty=True, gap=gap))
        elif gap:
            # The flag of a heading goes to the first passage under it.
            gaps.add(index + 1)
    return units


def _is_empty(entries: list[Entry], index: int) -> bool:
    """Whether nothing stands under the heading at *index*."""
    after = entries[index + 1] if index + 1 < len(entries) else None
    return after is None or entries[index].heading not in after.path


def _merged(units: list[_Unit], headings: list[Heading], heading_lines: dict[int, Line]) -> list[_Unit]:
    """Fragments joined to each other, to their heading, or to the paragraph beside them."""
    merged: list[_Unit] = []
    for unit in units:
        before = merged[-1] if merged else None
        if before is not None and _joins(before, unit):
            _absorb(before, unit)
        else:
            merged.append(unit)
    joined = []
    for before, unit in zip([None, *merged], merged, strict=False):
        first = before is None or before.path[: len(unit.path)] != unit.path
        joined.append(_with_heading(unit, headings, heading_lines) if first and _is_fragmentary(unit) else unit)
    return joined


def _is_fragmentary(unit: _Unit) -> bool:
    """A fragment alone, or a list of nothing but fragments."""
    return not unit.empty and all(len(line.text) < FRAGMENT for line in unit.lines)


def _joins(before: _Unit, unit: _Unit) -> bool:
    """Two fragments of one list, a fragment after its paragraph, or an opening line (各位代表：) before the first."""
    same_place = _home(before) == _home(unit)
    if not same_place or before.empty != unit.empty:
        return False
    if unit.length < FRAGMENT:
        return before.length + unit.length <= (GROUP if before.length < FRAGMENT or len(before.lines) > 1 else LONG)
    return (
        before.length < FRAGMENT
        and before.path == unit.path
        and len(before.lines) == 1
        and before.lines[0].final in "：:，,！!"
        and unit.length <= LONG
    )


def _home(unit: _Unit) -> tuple[int, ...]:
    """The path without the heading that runs into the unit itself: list members share a home."""
    return unit.path[:-1] if unit.own and unit.length < FRAGMENT else unit.path


def _absorb(unit: _Unit, more: _Unit) -> None:
    unit.lines.extend(more.lines)
    unit.gap = unit.gap or more.gap
    if unit.path != more.path:
        unit.path = tuple(one for one, other in zip(unit.path, more.path, strict=False) if one == other)


def _with_heading(unit: _Unit, headings: list[Heading], heading_lines: dict[int, Line]) -> _Unit:
    """A fragment alone under its heading, with the heading in front."""
    if not unit.path or headings[unit.path[-1]].run_in:
        return unit
    heading = heading_lines[unit.path[-1]]
    return _Unit([heading, *unit.lines], unit.path, gap=unit.gap)


def cut_long(line: Line) -> Iterable[Line]:
    """*line* whole, or cut at sentence ends into pieces of nearly equal size, lists between their members."""
    if len(line.text) <= LONG:
        return [line]
    cuts = _cut_points(line.text, _cuttable(line.text))
    bounds = [0, *cuts, len(line.text)]
    pieces = [line.cut(start, end) for start, end in pairwise(bounds)]
    return [piece for piece in pieces if piece.text]


def _cuttable(text: str) -> list[int]:
    """Where *text* may be cut: at sentence ends; where there are none for long, at clause ends; else anywhere."""
    ends = [match.end() for match in _SENTENCE.finditer(text)]
    for pattern in (_CLAUSE, _ANYWHERE):
        if max(_gaps_between(ends, len(text)), default=0) <= 2 * LONG:
            break
        ends = _filled(text, ends, pattern)
    return ends


def _gaps_between(ends: list[int], length: int) -> Iterable[int]:
    return (after - before for before, after in pairwise([0, *ends, length]))


def _filled(text: str, ends: list[int], pattern: re.Pattern[str]) -> list[int]:
    """*ends* with those of *pattern* in the stretches that are too long."""
    filled: list[int] = []
    for before, after in pairwise([0, *ends, len(text)]):
        if after - before > 2 * LONG:
            filled.extend(match.end() for match in pattern.finditer(text, before, after))
        filled.append(after)
    return filled


def _cut_points(text: str, ends: list[int]) -> list[int]:
    """The *ends* nearest to an even division, those before a member of a list (一是, ①) preferred."""
    count = -(-len(text) // TARGET)
    size = len(text) / count
    cuts = [0]
    for ideal in (number * size for number in range(1, count)):
        low = bisect_left(ends, max(cuts[-1] + FRAGMENT, ideal - size))
        high = bisect_left(ends, min(ideal + size, len(text) - FRAGMENT + 1))
        if low < high:
            cuts.append(min(ends[low:high], key=partial(_distance, text, ideal, size)))
    return cuts[1:]


def _distance(text: str, ideal: float, size: float, end: int) -> float:
    return abs(end - ideal) - (size / 4 if _LIST_WORD.match(text, end) else 0)


def _passage(ordinal: int, line: Line, unit: _Unit, headings: list[Heading]) -> Passage:
    masks = masks_in(line.text)
    flags = [
        name
        for name, holds in (
            ("masked", bool(masks)),
            ("gap", unit.gap or has_inline_gap(line.text)),
            ("cut", not unit.empty and _breaks_off(line)),
            ("heading_only", unit.empty),
        )
        if holds
    ]
    path = tuple(headings[index].text for index in unit.path)
    return Passage(ordinal, line.text, Place(line.pieces, line.number, line.page), unit.path, path, masks, tuple(flags))


def _breaks_off(line: Line) -> bool:
    """A paragraph that does not end as a sentence does (a table row, 时间：7月4日, or a list of names is no sentence)."""
    # Looked at first, since it is so of nearly every line.
    if line.kind == "table_row" or line.ended or line.final in "：:.":
        return False
    last = line.shown if "\n" not in line.text else line.text.rsplit("\n", 1)[-1].strip()
    # 抽检率达到100%。（责任单位：县市场监管局）
    own = _NOTE_BEHIND.sub("", last) if last.endswith(_NOTE_ENDS) else last
    if own != last and own.rstrip(CLOSING)[-1:] in TERMINAL:
        return False
    is_sentence = bool(re.search(r"[，,。；]", last)) or (len(last) >= 30 and not _is_listed(last))
    return len(last) >= 15 and is_sentence


def _is_listed(text: str) -> bool:
    """Whether *text* ends with words in a row: cells of a table, names."""
    return " | " in text or bool(_WORDS_IN_A_ROW.search(text))
