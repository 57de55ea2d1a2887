"""Automatic numbers of a Word document: what stands before a paragraph though nobody typed it."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass

from lxml import etree

from indexer.parsers.numbers import printed

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_SLOT = re.compile(r"%([1-9])")
_LEVELS = 9


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a list: its number format, the text around the number (``（%1）``) and the first number."""

    form: str
    text: str
    start: int


class Numbering:
    """Counts through a document. Lists of one abstract definition share their counters, as in Word."""

    def __init__(self, root: etree._Element | None) -> None:
        self._levels: dict[str, dict[int, Level]] = {}
        self._abstract: dict[str, str] = {}
        self._overrides: dict[str, dict[int, int]] = {}
        self._counts: dict[str, dict[int, int]] = defaultdict(dict)
        self._begun: set[str] = set()
        if root is not None:
            self._read(root)

    def _read(self, root: etree._Element) -> None:
        for abstract in root.iterchildren(f"{W}abstractNum"):
            self._levels[abstract.get(f"{W}abstractNumId", "")] = dict(map(_level, abstract.iterchildren(f"{W}lvl")))
        for number in root.iterchildren(f"{W}num"):
            key = number.get(f"{W}numId", "")
            self._abstract[key] = value(number, "abstractNumId")
            starts = ((level_of(one), value(one, "startOverride")) for one in number.iterchildren(f"{W}lvlOverride"))
            self._overrides[key] = {level: int(start) for level, start in starts if start.isdecimal()}

    def next(self, number_id: str, level: int) -> str | None:
        """The printed number of the next paragraph at *level* (from 0), ``""`` for a bullet, None where there is no list."""
        abstract = self._abstract.get(number_id, "")
        levels = self._levels.get(abstract, {})
        if level not in levels:
            return None
        self._count(number_id, abstract, level)
        return self._printed(levels, self._counts[abstract], level)

    def _count(self, number_id: str, abstract: str, level: int) -> None:
        counts = self._counts[abstract]
        if number_id not in self._begun:
            self._begun.add(number_id)
            for restarted, start in self._overrides[number_id].items():
                counts[restarted] = start - 1
        counts[level] = counts.get(level, self._levels[abstract][level].start - 1) + 1
        for deeper in range(level + 1, _LEVELS):
            counts.pop(deeper, None)

    def _printed(self, levels: dict[int, Level], counts: dict[int, int], level: int) -> str:
        own = levels[level]
        if own.form in ("bullet", "none"):
            return ""

        def slot(found: re.Match[str]) -> str:
            index = int(found.group(1)) - 1
            one = levels.get(index, own)
            return printed(counts.get(index, one.start), form=one.form)

        return _SLOT.sub(slot, own.text)


def _level(element: etree._Element) -> tuple[int, Level]:
    start = value(element, "start")
    form = value(element, "numFmt") or "decimal"
    return level_of(element), Level(form, value(element, "lvlText"), int(start) if start.isdecimal() else 1)


def level_of(element: etree._Element) -> int:
    """The ``w:ilvl`` attribute of a level."""
    text = element.get(f"{W}ilvl", "0")
    return int(text) if text.isdecimal() else 0


def value(element: etree._Element | None, name: str) -> str:
    """The ``w:val`` of the child *name*, else ``""``."""
    child = element.find(f"{W}{name}") if element is not None else None
    return child.get(f"{W}val", "") if child is not None else ""
