"""Numbering styles: 第一章 壹、 一、 （一） 1. 1、 ⒈ 1.2 (1) ⑴ ① 一是 首先 第三."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_DIGITS |= {sign: value for value, sign in enumerate("零壹贰叁肆伍陆柒捌玖")} | {"貳": 2, "參": 3, "陸": 6}
_HAN = "[零〇一二三四五六七八九十百两]"
_ORDINAL_WORDS = {"首先": 1, "其次": 2, "再次": 3}

# A style's rank says how deep it usually stands: a heading of a lower rank closes those of higher ranks.
CHAPTER, SECTION, HAN_COMMA, HAN_BRACKET, ARABIC, DECIMAL, ARABIC_BRACKET, CIRCLED, WORD = range(1, 10)

_STYLES: tuple[tuple[str, int, re.Pattern[str]], ...] = (
    ("chapter", CHAPTER, re.compile(rf"第(?P<han>{_HAN}{{1,4}}|\d{{1,3}})(?:章|编|部分)[、：:\s]*")),
    ("section", SECTION, re.compile(rf"第(?P<han>{_HAN}{{1,4}}|\d{{1,3}})节[、：:\s]*")),
    ("han_formal", SECTION, re.compile(r"(?P<han>[壹贰貳叁參肆伍陆陸柒捌玖拾]{1,3})\s*[、．.]\s*")),
    # 一、二等奖 and 一、二级 are no headings.
    ("han_comma", HAN_COMMA, re.compile(rf"(?P<han>{_HAN}{{1,4}})\s*[、．.](?!{_HAN}+[、级等类期线])\s*")),
    ("han_bracket", HAN_BRACKET, re.compile(rf"[（(〔]\s*(?P<han>{_HAN}{{1,4}})\s*[）)〕]\s*[、.．]?\s*")),
    ("han_bracket", HAN_BRACKET, re.compile(r"(?P<sign>[㈠-㈩])\s*[、.．]?\s*")),
    # 1.2 适用范围; a figure has no blank behind it.
    (
        "decimal",
        DECIMAL,
        re.compile(r"\d{1,2}(?:[.．]\d{1,2}){0,2}[.．](?P<digits>\d{1,2})[、.．]?\s+(?=[\u4e00-\u9fff])"),
    ),
    ("arabic", ARABIC, re.compile(r"(?P<digits>\d{1,2})\s*[、．.](?!\d)\s*")),
    ("arabic", ARABIC, re.compile(r"(?P<digits>\d{1,2})\s+(?=[\u4e00-\u9fff]{2,16}$)")),
    ("arabic", ARABIC, re.compile(r"(?P<sign>[⒈-⒛])\s*[、.．]?\s*")),
    ("arabic_bracket", ARABIC_BRACKET, re.compile(r"[（(]\s*(?P<digits>\d{1,2})\s*[）)]\s*[、.．]?\s*")),
    ("arabic_bracket", ARABIC_BRACKET, re.compile(r"(?P<sign>[⑴-⒇])\s*[、.．]?\s*")),
    ("arabic_half", ARABIC_BRACKET, re.compile(r"(?P<digits>\d{1,2})\s*[）)]\s*")),
    ("circled", CIRCLED, re.compile(r"(?P<sign>[①-⑳])\s*[、.．]?\s*")),
    ("is", WORD, re.compile(rf"(?P<han>{_HAN}{{1,2}})(?:个?是|要|个要)[，,]?\s*")),
    ("ordinal", WORD, re.compile(rf"第(?P<han>{_HAN}{{1,2}})\s*[，,、]\s*")),
    ("ordinal", WORD, re.compile(r"(?P<word>首先|其次|再次)\s*[，,、]\s*")),
    ("ordinal", WORD, re.compile(rf"其(?P<han>{_HAN})\s*[，,、]\s*")),
)


@dataclass(frozen=True, slots=True)
class Numbering:
    """The number that a line begins with. ``end`` is where the text after it begins."""

    style: str
    rank: int
    value: int
    end: int


def numbering_of(text: str) -> Numbering | None:
    """The number at the start of *text*, or None."""
    for style, rank, pattern in _STYLES:
        match = pattern.match(text)
        if match and match.end() < len(text):
            return Numbering(style, rank, _value(match), match.end())
    return None


def inline_numbers(text: str) -> list[tuple[str, int]]:
    """The members of the lists that run inside a paragraph (①…②…；一是…二是…；1.…2.…), as (style, value) in order."""
    found = []
    for match in _INLINE.finditer(text):
        style = _inline_style(match)
        found.append((style, _value(match)))
    return found


def _inline_style(match: re.Match[str]) -> str:
    if sign := match["sign"]:
        return "circled" if "①" <= sign <= "⑳" else "full_stop"
    return "arabic" if match["digits"] else match["verb"]


_INLINE = re.compile(
    rf"(?P<sign>[①-⑳⒈-⒛])|(?:(?<=[。；;，,：:！、\s])|^)(?P<han>{_HAN}{{1,2}})(?P<verb>是|要)|(?<=[。；;：:])(?P<digits>\d{{1,2}})[.．、](?!\d)"
)


def _value(match: re.Match[str]) -> int:
    groups = match.groupdict()
    if groups.get("digits"):
        return int(groups["digits"])
    if sign := groups.get("sign"):
        # ⒈ ⑴ ① have numeric values; ㈠ as well.
        return int(unicodedata.numeric(sign))
    if word := groups.get("word"):
        return _ORDINAL_WORDS[word]
    return han_number(groups["han"] or "")


def han_number(text: str) -> int:
    """十二 -> 12, 二十 -> 20, 一百零三 -> 103; digits are read as they are."""
    if text.isdigit() and text.isascii():
        return int(text)
    total = digit = 0
    for sign in text:
        if sign in "十百拾":
            total += (digit or 1) * (100 if sign == "百" else 10)
            digit = 0
        else:
            digit = _DIGITS.get(sign, 0)
    return total + digit
