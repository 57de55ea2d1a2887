"""The writer's string -> a tree of values. Engines compile the tree; no string of a user reaches them.

The grammar, in which a blank means AND, and OR binds more tightly: 年度 总结 OR 述职 is 年度 (总结 OR 述职)::

    query  = clause+                 clause = unary ("OR" unary)*
    unary  = "-" unary | primary     primary = word | "phrase" | name:value | "(" query ")"
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from indexer.errors import QueryError
from indexer.model import Script
from indexer.querytext import Sign, SignKind, Signs, clean, scan

MAX_CHARACTERS = 256
MAX_TERMS = 32
MAX_DEPTH = 10
LAST_YEAR = 9999

# 2019, 2019年, 2019-2022, 2019至今, ..2022
_YEARS = re.compile(r"(\d{4})?年?(?:(\.{2,}|-+|—+|–|~|至|到)今?(\d{4})?年?)?")
_BOUND = re.compile(r"(>=|<=|>|<|≥|≤)(\d{4})年?")


FilterField = Literal["kind", "year", "source", "script", "document", "title"]


@dataclass(frozen=True, slots=True)
class Term:
    """A word as typed: its folded characters in a row, anywhere in title, headings or text."""

    text: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """A quoted phrase: matched as a term is, never taken apart when the search relaxes."""

    text: str


@dataclass(frozen=True, slots=True)
class Words:
    """What a term relaxes to: the words an analyzer finds in it, at least ``minimum`` of them (of the words fields)."""

    text: str
    minimum: int


@dataclass(frozen=True, slots=True)
class And:
    """All of the children."""

    children: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least ``minimum`` of the children."""

    children: tuple[Query, ...]
    minimum: int = 1


@dataclass(frozen=True, slots=True)
class Not:
    """What the child does not match; only beside something positive, or beside MatchAll."""

    child: Query


@dataclass(frozen=True, slots=True)
class Filter:
    """Restricts without scoring.

    ``kind``, ``script``, ``document``: equal to one of ``values``. ``source``: equal to one of the values or in a
    folder of that name. ``title``: each value's folded characters in a row in the title or part.
    ``year``: ``low <= year <= high``.
    """

    field: FilterField
    values: tuple[str, ...] = ()
    low: int = 0
    high: int = LAST_YEAR


@dataclass(frozen=True, slots=True)
class MatchAll:
    """Every passage."""


Query = Term | Phrase | Words | And | Or | Not | Filter | MatchAll

_FIELDS: Mapping[str, FilterField] = {
    **dict.fromkeys(("标题", "標題"), "title"),
    **dict.fromkeys(("文种", "文種"), "kind"),
    **dict.fromkeys(("年份",), "year"),
    **dict.fromkeys(("来源", "來源"), "source"),
    **dict.fromkeys(("繁简", "繁簡"), "script"),
}
_FIELD_NAMES: Mapping[FilterField, str] = {
    "title": "标题",
    "kind": "文种",
    "year": "年份",
    "source": "来源",
    "script": "繁简",
    "document": "文档",
}
_SCRIPTS: Mapping[str, Script] = {
    **dict.fromkeys(("简", "简体", "简体字", "hans"), "hans"),
    **dict.fromkeys(("繁", "繁体", "繁体字", "繁體", "hant"), "hant"),
}
_SCRIPT_NAMES: Mapping[str, str] = {"hans": "简体", "hant": "繁体", "unknown": "不明"}


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """How a string was read. ``terms`` are the words and phrases that are asked for (not those excluded), as typed."""

    query: Query
    terms: tuple[Term | Phrase, ...] = ()
    warnings: tuple[str, ...] = ()


def parse(text: str) -> ParsedQuery:
    """Read what a writer typed; blank text asks for everything. Raises QueryError, and nothing else."""
    found = clean(text)
    _check_length(found)
    if not found.text:
        return ParsedQuery(MatchAll())
    query = _Parser(scan(found)).query()
    if query is None:
        raise QueryError("没有可以检索的内容：请输入至少一个字、词或数字。")
    if _only_excludes(query):
        found.warnings["excluded"] = "只写了要排除的内容，因此列出其余全部段落；加上想找的词会更准。"
    return ParsedQuery(query, tuple(_terms(query)), tuple(found.warnings.values()))


def describe(query: Query) -> str:
    """One Chinese line that tells how a query was read: “环境整治” 且 文种为“总结”."""
    match query:
        case Term(text):
            return f"“{text}”"
        case Phrase(text):
            return f"原句“{text}”"
        case Words(text, minimum):
            return f"“{text}”中至少 {minimum} 个词"
        case And(children):
            return " 且 ".join(_describe_child(child) for child in children if child != MatchAll())
        case Or(children, minimum):
            options = " 或 ".join(_describe_child(child) for child in children)
            return options if minimum == 1 else f"至少 {minimum} 项：{options}"
        case Not(child):
            return f"不要{_describe_child(child)}"
        case Filter():
            return _describe_filter(query)
        case MatchAll():
            return "全部段落"


def _describe_child(query: Query) -> str:
    line = describe(query)
    several = isinstance(query, And | Or) and len([child for child in query.children if child != MatchAll()]) > 1
    return f"（{line}）" if several else line


def _describe_filter(chosen: Filter) -> str:
    if chosen.field == "year":
        return f"年份{_describe_years(chosen.low, chosen.high)}"
    values = [_SCRIPT_NAMES.get(value, value) if chosen.field == "script" else value for value in chosen.values]
    listed = "或".join(f"“{value}”" for value in values)
    return f"{_FIELD_NAMES[chosen.field]}{'含' if chosen.field == 'title' else '为'}{listed}"


def _describe_years(low: int, high: int) -> str:
    if low == high:
        return f"为 {low}"
    if high == LAST_YEAR:
        return f"不早于 {low}"
    return f"不晚于 {high}" if low == 0 else f"为 {low} 至 {high}"


def _terms(query: Query) -> Iterator[Term | Phrase]:
    match query:
        case Term() | Phrase():
            yield query
        case And(children) | Or(children):
            for child in children:
                yield from _terms(child)


def _only_excludes(query: Query) -> bool:
    return isinstance(query, And) and all(isinstance(child, Not | MatchAll) for child in query.children)


def conjunction(children: Iterable[Query]) -> Query:
    """All of *children*, flat, with MatchAll only where everything else is excluded."""
    flat = [part for child in children for part in (child.children if isinstance(child, And) else (child,))]
    kept = [part for part in flat if part != MatchAll()]
    if all(isinstance(part, Not) for part in kept):
        kept.insert(0, MatchAll())
    return kept[0] if len(kept) == 1 else And(tuple(kept))


def _widened(parts: Iterable[Query]) -> list[Query]:
    """*parts* with filters on one single-valued field as one: 文种:总结 文种:述职 asks for either, no text is both."""
    merged: dict[str | int, Query] = {}
    for part in parts:
        key = part.field if isinstance(part, Filter) and part.field in {"kind", "script"} else len(merged)
        before = merged.get(key)
        if isinstance(before, Filter) and isinstance(part, Filter):
            merged[key] = replace(before, values=tuple(dict.fromkeys(before.values + part.values)))
        else:
            merged[key] = part
    return list(merged.values())


def disjunction(children: Iterable[Query]) -> Query:
    """At least one of *children*, flat; an excluded one becomes everything but that."""
    options = [conjunction([child]) if isinstance(child, Not) else child for child in children]
    open_up = (child.children if isinstance(child, Or) and child.minimum == 1 else (child,) for child in options)
    flat = [part for parts in open_up for part in parts]
    return flat[0] if len(flat) == 1 else Or(tuple(flat))


def negation(child: Query) -> Query:
    """What *child* does not match; twice is not at all."""
    return child.child if isinstance(child, Not) else Not(child)


def _check_length(found: Signs) -> None:
    if len(found.text) > MAX_CHARACTERS:
        raise QueryError(
            f"检索内容有 {len(found.text)} 个字符，最多 {MAX_CHARACTERS} 个：请只留下最要紧的词句。",
            start=found.places[MAX_CHARACTERS],
        )


class _Parser:
    """Recursive descent over the signs of one string. Each method gives None where nothing is left to look for."""

    def __init__(self, found: Signs) -> None:
        self._found = found
        self._signs = found.signs
        self._next = 0
        self._asked = 0

    def query(self, *, depth: int = 0) -> Query | None:
        """Clauses up to the closing bracket or the end."""
        clauses: list[Query] = []
        while self._peek() not in {None, "close"}:
            if self._peek() == "and":
                self._check_and(self._take(), first=not clauses)
            elif (clause := self._clause(depth)) is not None:
                clauses.append(clause)
        return conjunction(_widened(clauses)) if clauses else None

    def _peek(self) -> SignKind | None:
        return self._signs[self._next].kind if self._next < len(self._signs) else None

    def _take(self) -> Sign:
        self._next += 1
        return self._signs[self._next - 1]

    def _check_and(self, sign: Sign, *, first: bool) -> None:
        if first or self._peek() in {None, "close", "and", "or"}:
            self._warn_operator(sign)

    def _warn_operator(self, sign: Sign) -> None:
        sentence = f"第 {sign.start + 1} 个字符的“{sign.text}”两边都要有词，已略去。"
        self._found.warnings.setdefault("operator", sentence)

    def _clause(self, depth: int) -> Query | None:
        options = [self._unary(depth)]
        while self._peek() == "or":
            sign = self._take()
            options.append(self._unary(depth))
            if None in options[-2:]:
                self._warn_operator(sign)
        kept = [option for option in options if option is not None]
        return disjunction(kept) if kept else None

    def _unary(self, depth: int) -> Query | None:
        if self._peek() in {None, "close", "or", "and"}:
            return None
        sign = self._take()
        if sign.kind == "minus":
            child = self._unary(depth)
            return None if child is None else negation(child)
        return self._group(sign, depth + 1) if sign.kind == "open" else self._leaf(sign)

    def _group(self, sign: Sign, depth: int) -> Query | None:
        if depth > MAX_DEPTH:
            message = f"括号套了 {MAX_DEPTH} 层以上（第 {sign.start + 1} 个字符）：请减少括号。"
            raise QueryError(message, start=sign.start)
        inner = self.query(depth=depth)
        self._take()
        return inner

    def _leaf(self, sign: Sign) -> Query:
        self._asked += max(1, len(sign.values))
        if self._asked > MAX_TERMS:
            message = f"检索的词和条件超过 {MAX_TERMS} 个（从第 {sign.start + 1} 个字符起）：请只留下最要紧的。"
            raise QueryError(message, start=sign.start)
        if sign.kind == "filter":
            return _filter(sign)
        return Phrase(sign.text) if sign.kind == "phrase" else Term(sign.text)


def _filter(sign: Sign) -> Query:
    name = _FIELDS[sign.text]
    if name == "year":
        return disjunction([_year_filter(value, sign) for value in sign.values])
    if name == "script":
        return Filter(name, tuple(_script(value, sign) for value in sign.values))
    if name == "source":
        return Filter(name, tuple(value.rstrip("/") for value in sign.values))
    return Filter(name, sign.values)


def _script(value: str, sign: Sign) -> Script:
    script = _SCRIPTS.get(value.lower())
    if script is None:
        raise QueryError(f"“{sign.text}:{value}”看不懂：请写成 繁简:简体 或 繁简:繁体。", start=sign.start)
    return script


def _year_filter(value: str, sign: Sign) -> Filter:
    years = _years(unicodedata.normalize("NFKC", value))
    if years is None:
        message = f"“{sign.text}:{value}”看不懂：请写成 年份:2023、年份:2019-2022 或 年份:>=2019。"
        raise QueryError(message, start=sign.start)
    return Filter("year", low=min(years), high=max(years))


def _years(value: str) -> tuple[int, int] | None:
    """The first and last year that *value* names (2019-2022, 2019至今, >=2019), or None."""
    if match := _BOUND.fullmatch(value):
        year = int(match[2])
        bounds = {">": (year + 1, LAST_YEAR), "<": (0, year - 1), "≤": (0, year), "<=": (0, year)}
        return bounds.get(match[1], (year, LAST_YEAR))
    match = _YEARS.fullmatch(value)
    if match is None or not (match[1] or match[3]):
        return None
    low = int(match[1] or 0)
    return (low, int(match[3] or LAST_YEAR)) if match[2] else (low, low)
