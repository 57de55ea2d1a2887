"""A passage -> the text as an official document wants it: full-width signs, blanks to fill in as 【 】, no stray spaces.

Facts are not touched: digits and letters stay as they are and where they are; what disappears is blank space, invisible
characters, and the signs that are exchanged for their Chinese forms. Cleaning a clean text changes nothing.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from typing import Literal

from indexer import deadline
from indexer.model import Mask
from indexer.structure.marks import masks_in

BLANK = "【 】"

Letter = Literal["", "chinese", "other"]

_HAN = "〇\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
# A blank to fill in stands where a Chinese word or a number stood.
_CHINESE = re.compile(f"[{_HAN}【】]")
_LETTERS = re.compile(rf"([{_HAN}【】]+)|[^\W_{_HAN}]+")
_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
# Controls, joiners and marks of direction: nothing that a reader sees.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
_SPACES = " \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_SPACE_RUN = re.compile(f"[{_SPACES}]+")
_FULL = "，。；：？！、（）《》〈〉〔〕「」『』"
_NEEDLESS_SPACE = re.compile(
    f"(?<=[{_FULL}】]) | (?=[{_FULL}【])|(?<=【) (?!】)|(?<!【) (?=】)"
    # 共 9 个, GDP 增长
    f"|(?<=[{_HAN}]) (?=[0-9A-Za-z])|(?<=[0-9A-Za-z%％‰]) (?=[{_HAN}])"
    f"|(?<=[”’]) (?=[{_HAN}])|(?<=[{_HAN}]) (?=[“‘])"
)
# 工 作 总 结: letters set wide apart. Two words with a space between them (张三 李四) keep it: it parts two names.
_SPREAD = re.compile(f"(?<![{_HAN}])[{_HAN}](?: [{_HAN}]){{2,}}(?![{_HAN}])")

_MASK_SIGNS = re.compile(r"[xX×╳✕*＊○〇●□_＿…]+(?:\.[xX×*＊]+)*")
# A sign beside a mask belongs to it: xx*村 is one blank.
_BESIDE_MASK = "×╳✕*＊_＿●□"
_CHINESE_DIGITS = "一二三四五六七八九十百千零"
_MEASURES = "长宽高深厚"

_WIDE = {",": "，", ".": "。", ";": "；", ":": "：", "?": "？", "!": "！"}
# The point of 3.5 and of www.gov.cn stays, whatever stands around it.
_STOP = r"\.(?![0-9A-Za-z])"
_SIGN = re.compile(f"[,;:?!]|{_STOP}")
# Each run is read once, from its beginning: where what follows it forbids the match, no part of it is tried again.
_DOTS = re.compile(r"(?:(?<!\.)\.{3,}+|(?<!。)。{3,}+|(?<!…)…++)(?![年月日元.…。])")
# One of these is in whatever _DOTS matches.
_DOTTED = ("...", "。。。", "…")
_DASH = re.compile(f"(?<=[{_HAN}】]) ?-{{2,}} ?(?=[{_HAN}【])")
# Nothing is given back: from each quote the text is read to the next one, and no further. Quotes that were exchanged already
# are not enclosed by others, which would take a pass for each layer.
_SINGLE_QUOTED = re.compile(f"(?<![A-Za-z0-9])'([^'‘’\n{_HAN}]*+[{_HAN}][^'‘’\n]*+)'(?![A-Za-z])")

# What any rule begins with; most passages have nothing of it.
_CHANGEABLE = re.compile(
    f"{_STOP}|[{_SPACES}\\s,;:?!()\"'…xX×╳✕*＊○〇●□_＿]|--|。。。|{_INVISIBLE.pattern}|{_LINE_ENDS.pattern}"
)


def for_official(text: str) -> str:
    """*text* as it may stand in an official document; lines are kept, empty ones are not. Raises TooLong.

    芦塘镇20xx年共投入 xx.xx万元,拆除"破棚子"3处. -> 芦塘镇20【 】年共投入【 】万元，拆除“破棚子”3处。
    """
    if not _CHANGEABLE.search(text):
        return text
    cleaned = _once(text)
    while cleaned != text:
        # Each pass leaves fewer half-width signs, blanks or masks, so this ends; two passes do for nearly every text.
        text, cleaned = cleaned, _once(cleaned)
    return cleaned


def visible(text: str) -> str:
    """*text* without characters that no reader sees and no document may hold; line ends as line feeds."""
    return _INVISIBLE.sub("", _LINE_ENDS.sub("\n", text))


def _once(text: str) -> str:
    lines = (_spaced(line) for line in visible(text).split("\n"))
    return "\n".join(_line(line) for line in deadline.checked(lines) if line)


def _line(line: str) -> str:
    return _spaced(_quoted(_bracketed(_signed(_dotted(_blanked(line))))))


def _spaced(line: str) -> str:
    """*line* without spaces that Chinese type does not have; between two Chinese words a single one may stay."""
    if not _SPACE_RUN.search(line):
        return line
    single = _SPACE_RUN.sub(" ", line).strip(" ")
    return _SPREAD.sub(lambda run: run[0].replace(" ", ""), _NEEDLESS_SPACE.sub("", single))


def _blanked(line: str) -> str:
    """*line* with 【 】 for what was masked: 20xx年x月x日 -> 20【 】年【 】月【 】日."""
    written, done = [], 0
    for mask in masks_in(line):
        if mask.start < done:
            continue
        start, end = _widened(line, mask, done)
        if start < done or _is_fact(line, start, end):
            continue
        written += [line[done:start], _MASK_SIGNS.sub(BLANK, line[start:end])]
        done = end
    return "".join([*written, line[done:]])


def _widened(line: str, mask: Mask, done: int) -> tuple[int, int]:
    """*mask* with the signs beside it; before *done* no more than one is looked at, which tells that it belongs there."""
    start, end = mask.start, mask.end
    while start >= max(done, 1) and line[start - 1] in _BESIDE_MASK:
        start -= 1
    while end < len(line) and line[end] in _BESIDE_MASK:
        end += 1
    return start, end


def _is_fact(line: str, start: int, end: int) -> bool:
    """二〇〇八年 and 长×宽 hide nothing."""
    before, after = line[start - 1 : start], line[end : end + 1]
    if set(line[start:end]) <= set("〇○"):
        return bool({before, after} & set(_CHINESE_DIGITS))
    return line[start:end] == "×" and before in _MEASURES and after in _MEASURES and bool(before and after)


def _dotted(line: str) -> str:
    """*line* with …… for dots behind Chinese, and —— for hyphens between Chinese."""
    if any(dots in line for dots in _DOTTED):
        before = _letters_before(line)
        line = _DOTS.sub(lambda dots: "……" if before[dots.start()] == "chinese" else dots[0], line)
    return _DASH.sub("——", line) if "--" in line else line


def _signed(line: str) -> str:
    """*line* with full-width stops and commas in its Chinese stretches."""
    before = _letters_before(line) if _SIGN.search(line) else []
    return _SIGN.sub(lambda sign: _WIDE[sign[0]] if _is_chinese_sign(line, sign.start(), before) else sign[0], line)


def _is_chinese_sign(line: str, at: int, before: list[Letter]) -> bool:
    """Whether a half-width sign at *at* stands in Chinese: 如下: but not 8:30, 2022年, but not 1,200."""
    if line[at] == ".":
        return _is_chinese_stop(line, at, before)
    # Chinese goes on behind it, maybe after a space: GDP, 增长
    goes_on = _CHINESE.match(line[at + 1 : at + 3].lstrip(" ")[:1])
    return before[at] == "chinese" or bool(before[at] and goes_on)


def _is_chinese_stop(line: str, at: int, before: list[Letter]) -> bool:
    """村里. and 达到95%. end a sentence; 3.5, 1.抓宣传 and www.gov.cn do not."""
    beside, after = line[at - 1 : at] if at else "", line[at + 1 : at + 2]
    if "." in (beside, after):
        return False
    if at + 1 == len(line):
        return "chinese" in before[: at + 1]
    return before[at] == "chinese" and not (after.isascii() and after.isalnum())


def _letters_before(line: str) -> list[Letter]:
    """For each place of *line* what the nearest letter or digit to its left is, signs and spaces left out."""
    found: list[Letter] = []
    latest: Letter = ""
    for run in _LETTERS.finditer(line):
        # Up to the first letter of the run what stood before it counts.
        found.extend([latest] * (run.start() + 1 - len(found)))
        latest = "chinese" if run[1] else "other"
        found.extend([latest] * (run.end() - len(found)))
    return [*found, *[latest] * (len(line) - len(found))]


def _bracketed(line: str) -> str:
    """*line* with full-width brackets where they stand in Chinese: (一)抓宣传, but f(x) and PM(2.5) stay."""
    if "(" not in line and ")" not in line:
        return line
    written = list(line)
    chinese = [found.start() for found in _CHINESE.finditer(line)]
    for opening, closing in _pairs(line):
        if _holds(chinese, opening, closing) or _are_chinese_brackets(line, opening, closing):
            written[opening], written[closing] = "（", "）"
    return "".join(written)


def _pairs(line: str) -> list[tuple[int, int]]:
    """The places of brackets that belong together, of either width."""
    found, opened = [], []
    for place, character in enumerate(line):
        if character in "(（":
            opened.append(place)
        elif character in ")）" and opened:
            found.append((opened.pop(), place))
    return found


def _holds(places: Sequence[int], start: int, end: int) -> bool:
    """Whether one of the sorted *places* lies between *start* and *end*; pairs may be nested as deep as a line is long."""
    nearest = bisect_left(places, start)
    return nearest < len(places) and places[nearest] < end


def _are_chinese_brackets(line: str, opening: int, closing: int) -> bool:
    """Whether brackets without Chinese in them are Chinese by their other half, or by what they stand beside."""
    if line[opening] == "（" or line[closing] == "）":
        return True
    before, after = line[opening - 1 : opening] if opening else "", line[closing + 1 : closing + 2]
    applied = before.isascii() and before.isalnum()
    return not applied and bool(_CHINESE.match(before) or _CHINESE.match(after))


def _quoted(line: str) -> str:
    """*line* with “ ” for pairs of straight quotes in Chinese; where one lacks its partner, all stay."""
    line = _SINGLE_QUOTED.sub(r"‘\1’", line) if "'" in line else line
    places = [place for place, character in enumerate(line) if character == '"'] if '"' in line else []
    if not places or len(places) % 2:
        return line
    written = list(line)
    for opening, closing in zip(places[::2], places[1::2], strict=True):
        around = line[max(0, opening - 1) : closing + 2]
        # 5"屏和10"屏 are inches.
        if _CHINESE.search(around) and not line[max(0, opening - 1)].isdigit():
            written[opening], written[closing] = "“", "”"
    return "".join(written)
