"""Markup within a line of Markdown: what is cut out, so that the pieces left are what a reader sees."""

from __future__ import annotations

import re
from collections.abc import Iterator

from indexer.model import Piece
from indexer.parsers.lines import trim

_TAGS = "a|b|br|center|code|del|div|em|font|h[1-6]|hr|i|img|ins|kbd|li|mark|ol|p|s|small|span|strong|sub|sup|u|ul"
# Groups are what stays. All lengths are bounded, so that no line can make a pattern run long.
_PATTERNS = (
    re.compile(r"!\[[^\[\]\n]{0,300}\]\([^)\n]{0,2000}\)()"),
    re.compile(r"(?<!!)\[([^\[\]\n]{0,500})\]\([^)\n]{0,2000}\)"),
    re.compile(r"<(https?://[^<>\s]{1,2000})>"),
    re.compile(rf"</?(?:{_TAGS})\b[^<>\n]{{0,300}}>()"),
    re.compile(r"`([^`\n]{1,500})`"),
    re.compile(r"~~([^~\n]{1,500})~~"),
    re.compile(r"\\([!-/:-@\[-`{-~])"),
)
_STRESS = re.compile(r"(?<![\\*])(\*{1,3}|__)(?=[^\s*_])([^*\n]{1,500}?)(?<=[^\s\\])\1(?!\*)")
# **乡**村 hides two names; it does not stress the word 乡.
_MASKED = frozenset(
    "省 市 县 区 乡 镇 村 街道 社区 局 公司 学校 同志 小区 集团 省市 县区 市县 乡镇 组 年 月 日 人 万元 亿元".split()  # noqa: SIM905
)


def pieces(text: str, start: int, end: int) -> tuple[Piece, ...]:
    """What is left of ``text[start:end]`` without markup; none where nothing is."""
    found: list[Piece] = []
    at = start
    for begin, stop in [*sorted(_cuts(text, start, end)), (end, end)]:
        if at < begin:
            found.append(Piece(at, begin))
        at = max(at, stop)
    return _trimmed(text, found)


def _trimmed(text: str, found: list[Piece]) -> tuple[Piece, ...]:
    """Cutting may bare blanks at the ends (a line that begins with an image)."""
    while found and (begin := trim(text, found[0].start, found[0].end)[0]) > found[0].start:
        found[0:1] = [Piece(begin, found[0].end)] if begin < found[0].end else []
    while found and (stop := trim(text, found[-1].start, found[-1].end)[1]) < found[-1].end:
        found[-1:] = [Piece(found[-1].start, stop)] if found[-1].start < stop else []
    return tuple(found)


def _cuts(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Intervals that are markup; they may overlap."""
    for pattern in _PATTERNS:
        for found in pattern.finditer(text, start, end):
            yield found.start(), found.start(1)
            yield found.end(1), found.end()
    for found in _STRESS.finditer(text, start, end):
        if found.group(2) not in _MASKED:
            yield found.start(), found.start(2)
            yield found.end(2), found.end()
