"""The lines of a PDF page: their text, and how far they reach to the left and right."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pypdfium2
from pypdfium2 import raw

from indexer.parsers.bounds import check_characters
from indexer.parsers.lines import BLANK, trim

# _GAP: no text holds a NUL here, see ``_character``. PDFium marks the hyphen of a word that was divided at a line end with one of these.
_GAP = "\x00"
_HAN = re.compile("[\u2014-\u201d\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")
_HYPHENS = str.maketrans({_GAP: None, "\x02": "-", "\ufffe": "-", "\xad": "-"})


@dataclass(frozen=True, slots=True)
class PdfLine:
    """A line of a page, trimmed. ``left`` and ``right`` in points, ``size`` the height of its characters."""

    text: str
    left: float
    right: float
    size: float
    page: int


@dataclass(frozen=True, slots=True)
class Page:
    """The lines of a page in reading order. ``number`` counts from 1."""

    number: int
    lines: tuple[PdfLine, ...]


def page_of(text: pypdfium2.PdfTextPage, *, number: int) -> Page:
    """The lines of *text* that hold ink."""
    characters = _characters(text)
    lines = []
    begin = 0
    for end in [*(at for at, char in enumerate(characters) if char in "\r\n"), len(characters)]:
        line = _line(text, characters, begin, end, number)
        begin = end + 1
        if line is not None:
            lines.append(line)
    return Page(number, tuple(lines))


def _characters(text: pypdfium2.PdfTextPage) -> str:
    """One character per index of PDFium, so that indexes into the string are indexes into the page.

    A gap that the typesetter left between Han characters and figures (共 9 个) is no space of the text: PDFium says that
    it made it up, and it becomes a mark that ``_line`` takes out.
    """
    count = text.count_chars()
    check_characters(count)
    found = [_character(raw.FPDFText_GetUnicode(text, index)) for index in range(count)]
    for index in range(1, count - 1):
        if (
            found[index] == " "
            and _is_gap(found[index - 1], found[index + 1])
            and raw.FPDFText_IsGenerated(text, index)
        ):
            found[index] = _GAP
    return "".join(found)


def _is_gap(before: str, after: str) -> bool:
    return _HAN.match(before) is not None or _HAN.match(after) is not None


def _character(code: int) -> str:
    """Half a surrogate pair and NUL cannot be told apart from damage: U+FFFD."""
    return chr(code) if 0 < code < 0xD800 or 0xDFFF < code <= 0x10FFFF else "\ufffd"


def _line(text: pypdfium2.PdfTextPage, characters: str, begin: int, end: int, page: int) -> PdfLine | None:
    start, stop = trim(characters, begin, end)
    if start == stop:
        return None
    left, _, size = _box(text, start)
    _, right, _ = _box(text, stop - 1)
    return PdfLine(characters[start:stop].translate(_HYPHENS).strip(BLANK), left, right, size, page)


def _box(text: pypdfium2.PdfTextPage, index: int) -> tuple[float, float, float]:
    """Left, right and font size of a character; zeros where it has no place on the page."""
    edges = [ctypes.c_double() for _ in range(4)]
    if not raw.FPDFText_GetCharBox(text, index, *edges):
        return 0.0, 0.0, 0.0
    return edges[0].value, edges[1].value, raw.FPDFText_GetFontSize(text, index) or edges[3].value - edges[2].value


def lines_of(pages: list[Page]) -> Iterator[PdfLine]:
    """All lines, page after page."""
    return (line for page in pages for line in page.lines)
