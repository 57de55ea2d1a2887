"""Numbering styles: 第一章 壹、 一、 （一） 1. 1、 ⒈ 1.2 (1) ⑴ ① 一是 首先 第三."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_DIGITS |= {sign: value for value, sign in enumerate("零壹贰叁肆伍陆柒捌玖")} | {"貳": 2, "參": 3, "陸": 6}
_HAN = "[零〇一二三四五六七八九十百两]"
_ORDINAL_WORDS = {"首先": 1, "其次": 2, "再次": 3}

# A style's rank says how deep it usually stands: a heading of a lower rank closes those of higher ranks.
CHAPTER, SECTION, HAN_COMMA, HAN_BRACKET, ARABIC, DECIMAL, ARABIC_BRACKET, CIRCLED, WORD = range(1, 10)

# Name, rank, what it begins with, and the whole.
_STYLES: tuple[tuple[str, int, str, re.Pattern[str]], ...] = (
    ("chapter", CHAPTER, "第", re.compile(rf"第(?P<han>{_HAN}{{1,4}}|\d{{1,3}})(?:章|编|部分)[、：:\s]*")),
    ("section", SECTION, "第", re.compile(rf"第(?P<han>{_HAN}{{1,4}}|\d{{1,3}})节[、：:\s]*")),
    (
        "han_formal",
        SECTION,
        r"[壹贰貳叁參肆伍陆陸柒捌玖拾]",
        re.compile(r"(?P<han>[壹贰貳叁參肆伍陆陸柒捌玖拾]{1,3})\s*[、．.]\s*"),
    ),
    # 一、二等奖 and 一、二级 are no headings.
    ("han_comma", HAN_COMMA, _HAN, re.compile(rf"(?P<han>{_HAN}{{1,4}})\s*[、．.](?!{_HAN}+[、级等类期线])\s*")),
    ("han_bracket", HAN_BRACKET, "[（(〔]", re.compile(rf"[（(〔]\s*(?P<han>{_HAN}{{1,4}})\s*[）)〕]\s*[、.．]?\s*")),
    ("han_bracket", HAN_BRACKET, "[㈠-㈩]", re.compile(r"(?P<sign>[㈠-㈩])\s*[、.．]?\s*")),
    # 1.2 适用范围; a figure has no blank behind it.
    (
        "decimal",
        DECIMAL,
        r"\d",
        re.compile(r"\d{1,2}(?:[.．]\d{1,2}){0,2}[.．](?P<digits>\d{1,2})[、.．]?\s+(?=[\u4e00-\u9fff])"),
    ),
    ("arabic", ARABIC, r"\d", re.compile(r"(?P<digits>\d{1,2})\s*[、．.](?!\d)\s*")),
    ("arabic", ARABIC, r"\d", re.compile(r"(?P<digits>\d{1,2})\s+(?=[\u4e00-\u9fff]{2,16}$)")),
    ("arabic", ARABIC, "[⒈-⒛]", re.compile(r"(?P<sign>[⒈-⒛])\s*[、.．]?\s*")),
    ("arabic_bracket", ARABIC_BRACKET, "[（(]", re.compile(r"[（(]\s*(?P<digits>\d{1,2})\s*[）)]\s*[、.．]?\s*")),
    ("arabic_bracket", ARABIC_BRACKET, "[⑴-⒇]", re.compile(r"(?P<sign>[⑴-⒇])\s*[、.．]?\s*")),
    ("arabic_half", ARABIC_BRACKET, r"\d", re.compile(r"(?P<digits>\d{1,2})\s*[）)]\s*")),
    ("circled", CIRCLED, "[①-⑳]", re.compile(r"(?P<sign>[①-⑳])\s*[、.．]?\s*")),
    ("is", WORD, _HAN, re.compile(rf"(?P<han>{_HAN}{{1,2}})(?:个?是|要|个要)[，,]?\s*")),
    ("ordinal", WORD, "第", re.compile(rf"第(?P<han>{_HAN}{{1,2}})\s*[，,、]\s*")),
    ("ordinal", WORD, "[首其再]", re.compile(r"(?P<word>首先|其次|再次)\s*[，,、]\s*")),
    ("ordinal", WORD, "其", re.compile(rf"其(?P<han>{_HAN})\s*[，,、]\s*")),
)
# A line with another first character has no number.
_FIRST_SIGN = re.compile("|".join(begins for _, _, begins, _ in _STYLES))


@dataclass(frozen=True, slots=True)
class Numbering:
    """The number that a line begins with. ``end`` is where the text after it begins."""

    style: str
    rank: int
    value: int
    end: int


def numbering_of(text: str) -> Numbering | None:
    """The number at the start of *text*, or None."""
    if not _FIRST_SIGN.match(text):
        return None
    for style, rank, pattern in _styles_beginning(text[0]):
        match = pattern.match(text)
        if match and match.end() < len(text):
            return Numbering(style, rank, _value(match), match.end())
    return None


@lru_cache(maxsize=256)
def _styles_beginning(sign: str) -> tuple[tuple[str, int, re.Pattern[str]], ...]:
    """The styles that may begin with *sign*, in their order: four of eighteen at most."""
    return tuple((style, rank, pattern) for style, rank, begins, pattern in _STYLES if re.match(begins, sign))


def inline_numbers(text: str) -> list[tuple[str, int]]:
    """The members of the lists that run inside a paragraph (①…②…；一是…二是…；1.…2.…), as (style, value) in order."""
    found: list[tuple[str, int]] = []
    if not _MAY_COUNT.search(text):
        return found
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
# What a member of an inner list begins with, wherever it stands. One class in front of all is found fast.
_MAY_COUNT = re.compile(rf"[①-⑳⒈-⒛\d{_HAN[1:-1]}](?:(?<=[①-⑳⒈-⒛])|{_HAN}?(?:是|要)|\d?[.．、])")


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
