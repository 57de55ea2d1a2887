"""The signs of a query: a string as a writer types it -> quotes, brackets, filters, words and patterns, each with its place.

What is a sign and what is a letter is decided here, so that pasted titles survive:
村（居）, （一）抓源头 and 2012-2019 are words. What makes a word a pattern is said in patterntext.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from indexer.query import patterntext
from indexer.query.patterntext import Gap, PatternPiece, searchable

SignKind = Literal["word", "pattern", "phrase", "open", "close", "or", "and", "minus", "filter"]

# An opening quote and what may close it, best first. Input methods often give two closing quotes: ”环境整治”.
_QUOTES = {'"': '"＂', "＂": '＂"', "“": "”“", "”": "”“", "「": "」", "『": "』"}
_QUOTE_SIGNS = frozenset("".join(_QUOTES) + "".join(_QUOTES.values()))
# What a pasted word may begin or end with and nobody looks for: 环境整治。
_EDGES = "，。；：、！？,.;:!?…—～~"
# The name of a filter and its colon; 范围 tells how far patterns reach.
_FILTER = re.compile(r"(标题|標題|文种|文種|年份|来源|來源|繁简|繁簡|部分|范围|範圍)[ \t\u3000]*[:：][ \t\u3000]*")
_ENUMERATOR = re.compile(r"[一二三四五六七八九十百〇零\d]{1,4}")
_VALUE_END = set("()（）|｜,，、")
_OPERATORS: Mapping[str, SignKind] = {"OR": "or", "AND": "and"}
_INVISIBLE = {"Cc", "Cf", "Cs"}


@dataclass(frozen=True, slots=True)
class Sign:
    """A word or sign. ``start`` is its place in the string as typed; ``text`` is the name of a filter.

    ``values`` are those of a filter, ``pieces`` those of a pattern.
    """

    kind: SignKind
    text: str
    start: int
    values: tuple[str, ...] = ()
    pieces: tuple[PatternPiece, ...] = ()


@dataclass(slots=True)
class Signs:
    """What a string holds. ``warnings`` has one sentence for each sort of oddity, about the first of its sort."""

    text: str
    places: list[int]
    signs: list[Sign] = field(default_factory=list)
    warnings: dict[str, str] = field(default_factory=dict)

    def warn(self, sort: str, index: int, sentence: str) -> None:
        """Remember a warning about the character at *index* of ``text``; ``{place}`` becomes its number as typed."""
        self.warnings.setdefault(sort, sentence.format(place=self.places[index] + 1, sign=self.text[index]))


def clean(text: str) -> Signs:
    """*text* without what cannot be seen, and where each character stood."""
    kept = [(place, sign) for place, sign in enumerate(text) if sign.isspace() or not _invisible(sign)]
    while kept and kept[-1][1].isspace():
        kept.pop()
    begin = next((index for index, (_, sign) in enumerate(kept) if not sign.isspace()), 0)
    return Signs("".join(sign for _, sign in kept[begin:]), [place for place, _ in kept[begin:]])


def scan(found: Signs, *, patterns: bool = True) -> Signs:
    """Cut ``found.text`` into ``found.signs``; a quote or bracket without its partner is left out, with a warning.

    Without *patterns* the signs of patterns are letters of words like any other.
    """
    scanner = _Scanner(found, patterns=patterns)
    index = 0
    while index < len(found.text):
        index = scanner.step(index)
    return found


class _Scanner:
    """Steps through a cleaned string; each step takes one sign and gives the index after it."""

    def __init__(self, found: Signs, *, patterns: bool) -> None:
        self._found = found
        self._text = found.text
        self._patterns = patterns
        self._quotes, self._brackets, braces = _pairs(found.text)
        self._braces = braces if patterns else {}
        self._groups = {side for pair in self._brackets.items() if self._is_group(*pair) for side in pair}

    def step(self, index: int) -> int:
        """Take the sign that begins at *index*."""
        sign = self._text[index]
        if sign.isspace():
            return index + 1
        if sign in _QUOTE_SIGNS:
            return self._quoted(index)
        if sign in "|｜":
            return self._add("or", index, index + 1)
        if index in self._groups:
            return self._add("open" if sign in "(（" else "close", index, index + 1)
        if sign in "-－−":
            return self._minus(index)
        return self._filter(index) or self._word(index)

    def _add(self, kind: SignKind, start: int, end: int) -> int:
        self._found.signs.append(Sign(kind, self._text[start:end], self._found.places[start]))
        return end

    def _drop(self, sort: str, index: int, sentence: str) -> None:
        """Leave out what begins at *index*, and the minus that stands before it: -"" 信访 does not exclude 信访."""
        while self._found.signs and self._found.signs[-1].kind == "minus":
            self._found.signs.pop()
        self._found.warn(sort, index, sentence)

    def _quoted(self, index: int) -> int:
        close = self._quotes.get(index)
        if close is None:
            self._found.warn("quote", index, "第 {place} 个字符的引号 {sign} 没有成对，已略去，其余按普通词检索。")
            return index + 1
        inner = self._text[index + 1 : close].strip()
        # A quotation is taken as it is: signs alone (……) can be looked for as well.
        if inner:
            self._found.signs.append(Sign("phrase", inner, self._found.places[index]))
            if self._patterns and any(isinstance(piece, Gap) for piece in patterntext.pieces(inner)[1:-1]):
                sentence = "第 {place} 个字符起的引号里，省略号和星号也按原样查找；要找句式，请去掉引号。"
                self._found.warn("quoted", index, sentence)
        else:
            self._drop("empty", index, "第 {place} 个字符起的引号里没有可检索的字，已略去。")
        return close + 1

    def _minus(self, index: int) -> int:
        end = index
        while end < len(self._text) and self._text[end] in "-－−":
            end += 1
        if end == len(self._text) or self._text[end].isspace():
            self._found.warn("sign", index, "第 {place} 个字符的 {sign} 后面没有紧跟要排除的词，已略去。")
            return end
        self._add("minus", index, end)
        return end

    def _filter(self, index: int) -> int | None:
        match = _FILTER.match(self._text, index)
        if match is None:
            return None
        values, end = self._values(match.end(), one=match[1] in {"标题", "標題"})
        if values:
            self._found.signs.append(Sign("filter", match[1], self._found.places[index], values))
        else:
            self._drop("filter", index, f"第 {{place}} 个字符起的“{match[1]}:”后面没有内容，已略去。")
        return max(end, match.end())

    def _values(self, index: int, *, one: bool) -> tuple[tuple[str, ...], int]:
        """The values of a filter, which commas part (文种:总结,述职; a title has one), and the index after them."""
        values = []
        while index < len(self._text):
            value, index = self._value(index, one=one)
            values.append(value.strip())
            if one or index == len(self._text) or self._text[index] not in ",，、":
                break
            index += 1
        return tuple(value for value in values if searchable(value)), index

    def _value(self, index: int, *, one: bool) -> tuple[str, int]:
        if close := self._quotes.get(index):
            return self._text[index + 1 : close], close + 1
        ends = _VALUE_END - set(",，、") if one else _VALUE_END
        end = self._run(index, lambda place: self._text[place] in ends and not self._is_literal_bracket(place))
        return self._text[index:end], end

    def _word(self, index: int) -> int:
        end = self._run(index, self._ends_word, over=self._braces)
        if end == index:
            self._found.warn("bracket", index, "第 {place} 个字符的括号 {sign} 没有成对，已略去，其余按普通词检索。")
            return index + 1
        word = self._text[index:end]
        if operator := _OPERATORS.get(unicodedata.normalize("NFKC", word)):
            self._add(operator, index, end)
        elif searchable(word):
            self._found.signs.append(self._plain_or_pattern(word, self._found.places[index]))
        else:
            self._drop("sign", index, f"“{_plain(word)}”里没有可检索的字，已略去。")
        return end

    def _plain_or_pattern(self, word: str, start: int) -> Sign:
        match patterntext.pieces(word) if self._patterns else ():
            case ():
                return Sign("word", word.strip(_EDGES), start)
            case ((only,),):
                # **县 hides a name before 县: nothing but 县 can be looked for.
                return Sign("word", only, start)
            case pieces:
                return Sign("pattern", word, start, pieces=pieces)

    def _run(self, index: int, ends: Callable[[int], bool], *, over: Mapping[int, int] = MappingProxyType({})) -> int:
        """The index after the characters from *index* on that are no blank, no quotation and not ended by *ends*.

        What stands from a key of *over* to its value is not looked into.
        """
        while index < len(self._text):
            if self._text[index].isspace() or self._text[index] in _QUOTE_SIGNS or ends(index):
                return index
            if self._is_literal_bracket(index):
                index = self._brackets[index]
            index = over.get(index, index) + 1
        return index

    def _ends_word(self, index: int) -> bool:
        sign = self._text[index]
        return sign in "|｜" or (sign in "()（）" and not self._is_literal_bracket(index))

    def _is_literal_bracket(self, index: int) -> bool:
        return index in self._brackets and index not in self._groups

    def _is_group(self, start: int, close: int) -> bool:
        """Brackets group unless they are part of a word: 村（居）, （一）, （试行）办法."""
        inner = self._text[start + 1 : close]
        if any(sign.isspace() or sign in "|｜" for sign in inner):
            return True
        return not (
            self._glued(start - 1) or self._glued(close + 1) or _ENUMERATOR.fullmatch(inner) or not searchable(inner)
        )

    def _glued(self, index: int) -> bool:
        """Whether the character at *index* can be part of a word."""
        if not 0 <= index < len(self._text):
            return False
        sign = self._text[index]
        return not (sign.isspace() or sign in "()（）|｜-－−:：" or sign in _QUOTE_SIGNS)


def _pairs(text: str) -> tuple[dict[int, int], dict[int, int], dict[int, int]]:
    """Where quotations, brackets and the braces of choices open and close.

    What is quoted is not looked into: “以"三服务"为抓手” is one.
    """
    quotes: dict[int, int] = {}
    brackets: dict[int, int] = {}
    braces: dict[int, int] = {}
    waiting: list[int] = []
    index = 0
    while index < len(text):
        if text[index] in _QUOTES and (close := _closing(text, index)) > 0:
            quotes[index] = index = close
        elif text[index] in "(（":
            waiting.append(index)
        elif text[index] in ")）" and waiting:
            brackets[waiting.pop()] = index
        elif (close := _closing_brace(text, index)) > 0:
            braces[index] = index = close
        index += 1
    return quotes, brackets, braces


def _closing_brace(text: str, index: int) -> int:
    """Where the choices that begin at *index* end, or -1."""
    match = patterntext.BRACES.match(text, index)
    return match.end() - 1 if match and not _QUOTE_SIGNS & set(match[0]) else -1


def _closing(text: str, index: int) -> int:
    places = [text.find(sign, index + 1) for sign in _QUOTES[text[index]]]
    return next((place for place in places if place > 0), -1)


def _invisible(sign: str) -> bool:
    return unicodedata.category(sign) in _INVISIBLE


def _plain(word: str) -> str:
    """*word* short enough for a message, and safe for ``str.format``."""
    return (word if len(word) <= 12 else word[:12] + "…").replace("{", "{{").replace("}", "}}")
