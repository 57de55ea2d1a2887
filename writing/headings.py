"""The levels of an official document: 一、 （一） 1. （1）, each with what of its line is the heading."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NUMERAL = "[一二三四五六七八九十百]{1,4}"
_MARKS = (
    re.compile(rf"{_NUMERAL}、"),
    re.compile(rf"[（(]{_NUMERAL}[）)]、?"),
    re.compile(r"\d{1,2}[.．、](?!\d)"),
    re.compile(r"[（(]\d{1,2}[）)]、?"),
)
# A longer stretch up to the first 。 is a sentence and no heading.
LENGTH = 40


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it is set: ``level`` 1 to 4, 0 for text; the first ``heading`` characters are set as a heading."""

    text: str
    level: int = 0
    heading: int = 0

    @property
    def alone(self) -> bool:
        """Whether the heading has the line to itself."""
        return bool(self.level) and self.heading == len(self.text)


def read(text: str) -> Line:
    """The line *text*: （一）抓宣传。镇里…… is a heading of level 2 that runs into its text."""
    level = next((level for level, mark in enumerate(_MARKS, 1) if mark.match(text)), 0)
    end = _end(text) if level else 0
    return Line(text, level, end) if end else Line(text)


def _end(text: str) -> int:
    """How much of *text* is its heading: up to its first full stop, or all of a short line that ends without one."""
    stop = text.find("。", 0, LENGTH + 1)
    if stop >= 0:
        return stop + 1
    return len(text) if len(text) <= LENGTH and not text.endswith(("；", "，", ";", ",")) else 0
