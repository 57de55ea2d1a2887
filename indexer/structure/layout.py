"""Lines as their writer meant them: a page run together in one line is parted, a broken paragraph made whole."""

from __future__ import annotations

import re
from itertools import pairwise

from indexer.structure.lines import Line, join_lines
from indexer.structure.numbering import numbering_of

_WIDE_GAP = re.compile(r"[ \t\u3000\xa0]{2,}|\u3000|\xa0")
# 2016-02-19 08:30 and 来源： 某某局 stay together.
_GAP = re.compile(
    r"[ \t\u3000\xa0]+(?=[一二三四五六七八九十]{1,2}、|[（(][一二三四五六七八九十]{1,2}[)）])|(?<![\x21-\x7e：])[ \t\u3000\xa0]+(?=\S)|(?<=[\x21-\x7e])[ \t\u3000\xa0]+(?=[^\x00-\x7f])"
)
_SECTION = re.compile(r"(?<=[ \t\u3000\xa0])[一二三四五六七八九十]{1,2}、")
_PARAGRAPH_GAP = re.compile(r"[。！？；：][ \t\u3000\xa0]{2,}(?=\S)|[。！？；：][\u3000\xa0](?=\S)")
_BARE_NUMBER = re.compile(
    r"[（(][一二三四五六七八九十\d]{1,3}[)）]|[一二三四五六七八九十]{1,3}、|\d{1,2}[、．.]|[①-⑳⒈-⒛]"
)

ONE_LINE_FROM = 200
BROKEN_FROM = 15
# Lines of one paragraph: a table of short clauses is none.
BROKEN_MOST = 8


def unrolled(lines: list[Line]) -> list[Line]:
    """*lines*, with the one that holds nearly all of the page parted at the spaces that stand for its line ends."""
    whole = sum(len(line.text) for line in lines)
    parted: list[Line] = []
    for line in lines:
        gap = _gap_of(line) if len(line.text) * 10 >= whole * 8 else None
        parted.extend(_parted(line, gap) if gap else [line])
    return parted


def _gap_of(line: Line) -> re.Pattern[str] | None:
    """What parts the paragraphs of a page in one line; None for a line that is one paragraph."""
    if len(line.text) < ONE_LINE_FROM or line.kind != "paragraph":
        return None
    if len(_PARAGRAPH_GAP.findall(line.text)) >= 3:
        return _WIDE_GAP
    return _GAP if len(_SECTION.findall(line.text)) >= 2 else None


def _parted(line: Line, gap: re.Pattern[str]) -> list[Line]:
    bounds = [0, *(match.end() for match in gap.finditer(line.text)), len(line.text)]
    pieces = (line.cut(start, end) for start, end in pairwise(bounds))
    return [piece for piece in pieces if piece.text and piece.shown]


def joined(lines: list[Line]) -> list[Line]:
    """*lines*, with a paragraph that breaks off at a comma or behind its number joined to the line that goes on."""
    whole: list[list[Line]] = []
    for line in lines:
        if whole and len(whole[-1]) < BROKEN_MOST and _goes_on(whole[-1][-1], line):
            whole[-1].append(line)
        else:
            whole.append([line])
    return [join_lines(group, "") if len(group) > 1 else group[0] for group in whole]


def _goes_on(line: Line, after: Line) -> bool:
    if _BARE_NUMBER.fullmatch(line.shown):
        return not after.level and numbering_of(after.text) is None and len(after.shown) > len(line.shown)
    plain = all(one.kind == "paragraph" and not one.level for one in (line, after))
    broken = line.final in "，、," and line.shown[-1:] == line.final and len(line.shown) >= BROKEN_FROM
    continued = len(after.shown) >= BROKEN_FROM and (after.ended or after.final in "，、,：:")
    return plain and broken and continued and numbering_of(after.text) is None
