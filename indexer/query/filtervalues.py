"""The names and values of filters: what a writer types before and after the colon, and how it is told back to him."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Literal, TypeVar

from indexer.errors import QueryError
from indexer.model import FUNCTION_NAMES, Function, Script
from indexer.query.patterntext import Scope
from indexer.query.signs import Sign
from indexer.text import fold_text

FilterField = Literal["kind", "year", "source", "script", "document", "title", "function", "copies", "passage"]

Value = TypeVar("Value")

LAST_YEAR = 9999
# What a writer may type; the other fields are filtered by a link.
FIELDS: Mapping[str, FilterField] = {
    **dict.fromkeys(("标题", "標題"), "title"),
    **dict.fromkeys(("文种", "文種"), "kind"),
    **dict.fromkeys(("年份",), "year"),
    **dict.fromkeys(("来源", "來源"), "source"),
    **dict.fromkeys(("繁简", "繁簡"), "script"),
    **dict.fromkeys(("部分",), "function"),
}
SCOPE_NAMES = frozenset(("范围", "範圍"))

_NAMES: Mapping[FilterField, str] = {
    "title": "标题",
    "kind": "文种",
    "year": "年份",
    "source": "来源",
    "script": "繁简",
    "document": "文档",
    "function": "部分",
    "copies": "版本",
    "passage": "段落",
}
_VALUE_NAMES: Mapping[FilterField, Mapping[str, str]] = {
    "script": {"hans": "简体", "hant": "繁体", "unknown": "不明"},
    "function": {str(function): name for function, name in FUNCTION_NAMES.items()},
}
_SCRIPTS: Mapping[str, Script] = {
    **dict.fromkeys(("简", "简体", "简体字", "hans"), "hans"),
    **dict.fromkeys(("繁", "繁体", "繁体字", "繁體", "hant"), "hant"),
}
_FUNCTIONS: Mapping[str, Function] = {name: function for function, name in FUNCTION_NAMES.items()}
_SCOPES: Mapping[str, Scope] = {
    **dict.fromkeys(("小句", "分句"), "clause"),
    **dict.fromkeys(("句", "句子", "整句"), "sentence"),
    **dict.fromkeys(("段", "段落", "整段"), "passage"),
}

# 2019, 2019年, 2019-2022, 2019至今, ..2022
_YEARS = re.compile(r"(\d{4})?年?(?:(\.{2,}|-+|—+|–|~|至|到)今?(\d{4})?年?)?")
_BOUND = re.compile(r"(>=|<=|>|<|≥|≤)(\d{4})年?")


def value(field: FilterField, typed: str, sign: Sign) -> str:
    """The value that a filter on *field* compares with. Raises QueryError where *typed* is none."""
    match field:
        case "script":
            return _named(_SCRIPTS, typed.lower(), typed, sign, "繁简:简体 或 繁简:繁体")
        case "function":
            return _named(_FUNCTIONS, fold_text(typed), typed, sign, f"部分:结尾，可选的有{'、'.join(_FUNCTIONS)}")
        case "source":
            return typed.rstrip("/")
        case _:
            return typed


def year_range(typed: str, sign: Sign) -> tuple[int, int]:
    """The first and last year that *typed* names (2019-2022, 2019至今, >=2019). Raises QueryError."""
    years = _years(unicodedata.normalize("NFKC", typed))
    if years is None:
        raise _unclear(typed, sign, "年份:2023、年份:2019-2022 或 年份:>=2019")
    return min(years), max(years)


def scope(typed: str, sign: Sign) -> Scope:
    """How far patterns reach when *typed* is asked for. Raises QueryError."""
    return _named(_SCOPES, typed, typed, sign, "范围:句 或 范围:段")


def describe(field: FilterField, values: Iterable[str]) -> str:
    """One of *values*, told in Chinese: 文种为“总结”或“述职”."""
    names = _VALUE_NAMES.get(field, {})
    listed = "或".join(f"“{names.get(value, value)}”" for value in values)
    return f"{_NAMES[field]}{'含' if field == 'title' else '为'}{listed}"


def describe_years(low: int, high: int) -> str:
    """The years told in Chinese: 年份不早于 2021."""
    if low == high:
        told = f"为 {low}"
    elif high == LAST_YEAR:
        told = f"不早于 {low}"
    else:
        told = f"不晚于 {high}" if low == 0 else f"为 {low} 至 {high}"
    return _NAMES["year"] + told


def _named(known: Mapping[str, Value], key: str, typed: str, sign: Sign, better: str) -> Value:
    if key not in known:
        raise _unclear(typed, sign, better)
    return known[key]


def _unclear(typed: str, sign: Sign, better: str) -> QueryError:
    return QueryError(f"“{sign.text}:{typed}”看不懂：请写成 {better}。", start=sign.start)


def _years(typed: str) -> tuple[int, int] | None:
    if match := _BOUND.fullmatch(typed):
        year = int(match[2])
        bounds = {">": (year + 1, LAST_YEAR), "<": (0, year - 1), "≤": (0, year), "<=": (0, year)}
        return bounds.get(match[1], (year, LAST_YEAR))
    match = _YEARS.fullmatch(typed)
    if match is None or not (match[1] or match[3]):
        return None
    low = int(match[1] or 0)
    return (low, int(match[3] or LAST_YEAR)) if match[2] else (low, low)
