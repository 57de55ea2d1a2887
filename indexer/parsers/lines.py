"""Lines of plain text: where they end, what is trimmed off them, how wide they are, and how they join."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

# Everything that is no ink: white space, control characters, zero-width and direction marks.
_BLANKS = (
    *((0, 0x20), (0x7F, 0xA0), (0xAD, 0xAD), (0x1680, 0x1680), (0x2000, 0x200F), (0x2028, 0x202F)),
    *((0x205F, 0x2064), (0x3000, 0x3000), (0xFEFF, 0xFEFF)),
)
BLANK = "".join(chr(code) for first, last in _BLANKS for code in range(first, last + 1))
_LINE_END = re.compile("\r\n|[\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]")
_EDITOR_LINE_ENDS = ("\r\n", "\n", "\r")
# What begins a list member or heading of its own: 一、 （一） 1. 1、 (1) ⒈ ① 第三章 一是 首先
_NUMBERED = re.compile(
    r"[（(〔]?[一二三四五六七八九十百零〇\d０-９]{1,4}[）)〕、.．，,]|第[一二三四五六七八九十百零\d]{1,4}[章节条篇部项、，]"
    r"|[⒈-⒛⑴-⒇①-⑳㈠-㈩●■◆★·•]|[一二三四五六七八九十][是要]|首先|其次|再次|最后|附件|篇\s?\d"
)
_LATIN = re.compile(r"[0-9A-Za-zÀ-ɏ,.;:!?)%'\"]")


@dataclass(frozen=True, slots=True)
class Line:
    """A line's ink, trimmed: characters ``start`` to ``end`` of the text; ``begin`` is where the line itself begins.

    ``apart`` says that a blank line, or the beginning of the text, stands before it.
    """

    begin: int
    start: int
    end: int
    number: int
    apart: bool


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """The stretch without the blanks at its ends (both ends equal where nothing is left)."""
    piece = text[start:end]
    kept = piece.lstrip(BLANK)
    first = end - len(kept)
    return first, first + len(kept.rstrip(BLANK))


def lines(text: str) -> Iterator[Line]:
    """Every line of *text* that holds ink. Numbers count as an editor does: a form feed starts no new number."""
    number, apart = 1, True
    for begin, end, ending in _stretches(text):
        start, stop = trim(text, begin, end)
        if start < stop:
            yield Line(begin, start, stop, number, apart)
        apart = start == stop
        number += ending in _EDITOR_LINE_ENDS


def _stretches(text: str) -> Iterator[tuple[int, int, str]]:
    """Begin, end and line end of every line; the last has no line end."""
    begin = 0
    for ending in _LINE_END.finditer(text):
        yield begin, ending.start(), ending.group()
        begin = ending.end()
    yield begin, len(text), ""


def width(text: str) -> int:
    """Columns on a terminal: a Han character takes two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WFA" else 1 for char in text)


def is_numbered(text: str) -> bool:
    """Whether a line begins with a number or mark of its own (一、 （一） 1. ⒈ 第三章 一是)."""
    return _NUMBERED.match(text) is not None


def joint(before: str, after: str) -> str:
    """What stands between two wrapped lines: a space between Latin words, nothing in Chinese."""
    return " " if _LATIN.match(before[-1:]) and _LATIN.match(after[:1]) else ""
