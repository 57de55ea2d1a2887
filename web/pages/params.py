"""request.args <-> SearchRequest; the only module that reads what stands after the question mark.

What cannot be used is brought to the nearest sensible value and told in one line, never refused: a link from a
colleague still opens after the library has changed. Only the query itself may be refused, by the search.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

from werkzeug.datastructures import MultiDict

from indexer.model import FUNCTION_NAMES, UNDERSTANDING_NAMES, Function, Script, Understanding
from indexer.search import SearchRequest
from web.render import plain

SCRIPTS: tuple[Script, ...] = ("hans", "hant", "unknown")
FUNCTIONS: tuple[Function, ...] = tuple(FUNCTION_NAMES)
UNDERSTANDINGS: tuple[Understanding, ...] = tuple(UNDERSTANDING_NAMES)
YEAR_LOW, YEAR_HIGH = 1900, 2100
PAGE_HIGH = 100_000
VALUES_HIGH = 20
VALUE_LENGTH = 300
# A query beyond the bounds of the search is refused there, and then stands in the box to be shortened; this bound
# only keeps a pasted book out of the page.
QUERY_LENGTH = 2_000

# In the order in which they are written.
NAMES = (
    *("q", "page", "per_page", "sort", "year_from", "year_to", "document", "copies_of", "collapse"),
    *("kind", "source", "script", "function", "off"),
)

Argument = tuple[str, str]
Known = TypeVar("Known", bound=str)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it will be answered, and in ``notices`` what was changed to answer it."""

    request: SearchRequest
    notices: tuple[str, ...] = ()


def read(args: MultiDict[str, str], *, per_page: int, per_page_max: int) -> Asked:
    """The request that *args* make, with a line for everything that had to be changed."""
    reading = _Reading(args)
    year_from, year_to = reading.years()
    request = SearchRequest(
        query=reading.query(),
        page=reading.number("page", "页码", low=1, high=PAGE_HIGH, default=1),
        per_page=reading.number("per_page", "每页条数", low=1, high=per_page_max, default=per_page),
        sort=reading.sort(),
        kinds=reading.values("kind", "文种"),
        year_from=year_from,
        year_to=year_to,
        sources=reading.values("source", "来源"),
        scripts=reading.known("script", "字形", SCRIPTS),
        functions=reading.known("function", "部分", FUNCTIONS),
        document=reading.identifier("document"),
        copies_of=reading.identifier("copies_of"),
        collapse=reading.collapse(),
        off=frozenset(reading.known("off", "停用的理解方式", UNDERSTANDINGS)),
    )
    reading.strangers()
    return Asked(request=request, notices=tuple(reading.notices))


def write(request: SearchRequest, *, per_page: int) -> list[Argument]:
    """The arguments that :func:`read` turns into *request*; what is at its default is left out."""
    single = {
        "q": request.query,
        "page": str(request.page) if request.page > 1 else "",
        "per_page": str(request.per_page) if request.per_page != per_page else "",
        "sort": request.sort if request.sort != "relevance" else "",
        "year_from": str(request.year_from or ""),
        "year_to": str(request.year_to or ""),
        "document": request.document,
        "copies_of": request.copies_of,
        "collapse": "" if request.collapse else "0",
    }
    several: Mapping[str, tuple[str, ...]] = {
        "kind": request.kinds,
        "source": request.sources,
        "script": request.scripts,
        "function": request.functions,
        "off": tuple(kind for kind in UNDERSTANDINGS if kind in request.off),
    }
    pairs = [(name, value) for name, value in single.items() if value]
    return pairs + [(name, value) for name, values in several.items() for value in values]


def unfiltered(request: SearchRequest) -> SearchRequest:
    """*request* without any of its filters, from its first page."""
    return SearchRequest(query=request.query, per_page=request.per_page, sort=request.sort, off=request.off)


def afresh(request: SearchRequest) -> SearchRequest:
    """What a new query starts from: the filters stay; the page, the document or versions asked for and what was undone do not."""
    return replace(request, query="", page=1, document="", copies_of="", collapse=True, off=frozenset())


class _Reading:
    """One pass over the arguments; ``notices`` gathers what was changed."""

    def __init__(self, args: MultiDict[str, str]) -> None:
        self.args = args
        self.notices: list[str] = []

    def query(self) -> str:
        query = plain(self.args.get("q", "")).strip()
        if len(query) > QUERY_LENGTH:
            self.notices.append(f"检索词过长，只保留了前 {QUERY_LENGTH} 个字。")
        return query[:QUERY_LENGTH]

    def number(self, name: str, label: str, *, low: int, high: int, default: int) -> int:
        raw = self.args.get(name, "").strip()
        number = _integer(raw)
        if number is None:
            self._replaced(label, raw, default=default)
            return default
        nearest = min(max(number, low), high)
        if number != nearest:
            self.notices.append(f"{label} {_shown(raw)} 不在 {low} 至 {high} 之间，已按 {nearest} 处理。")
        return nearest

    def years(self) -> tuple[int, int]:
        low = self.number("year_from", "起始年份", low=YEAR_LOW, high=YEAR_HIGH, default=0)
        high = self.number("year_to", "截止年份", low=YEAR_LOW, high=YEAR_HIGH, default=0)
        if low and high and low > high:
            self.notices.append(f"起始年份 {low} 晚于截止年份 {high}，已对调。")
            return high, low
        return low, high

    def sort(self) -> Literal["relevance", "date"]:
        raw = self.args.get("sort", "")
        if raw == "date":
            return "date"
        if raw not in ("", "relevance"):
            self.notices.append(f"没有“{_shown(raw)}”这种排序，已按相关程度排序。")
        return "relevance"

    def collapse(self) -> bool:
        raw = self.args.get("collapse", "")
        if raw not in ("", "0", "1"):
            self._replaced("合并显示", raw, default=1)
        return raw != "0"

    def values(self, name: str, label: str) -> tuple[str, ...]:
        cleaned = (plain(value).strip() for value in self.args.getlist(name))
        values = list(dict.fromkeys(value for value in cleaned if value))
        kept = [value for value in values if len(value) <= VALUE_LENGTH][:VALUES_HIGH]
        if len(kept) < len(values):
            self.notices.append(f"{label}的条件过多或过长，只用了其中 {len(kept)} 个。")
        return tuple(kept)

    def known(self, name: str, label: str, known: Iterable[Known]) -> tuple[Known, ...]:
        """Those of the *known* values that were asked for."""
        options = tuple(known)
        asked = self.args.getlist(name)
        strange = [value for value in asked if value and value not in options]
        for raw in strange[:1]:
            self._replaced(label, raw, default=0)
        return tuple(option for option in options if option in asked)

    def identifier(self, name: str) -> str:
        return plain(self.args.get(name, ""))[:VALUE_LENGTH].strip()

    def strangers(self) -> None:
        strange = [name for name in self.args if name not in NAMES]
        if strange:
            names = "、".join(_shown(name) for name in strange[:3])
            self.notices.append(f"不认识的参数 {names}{' 等' if len(strange) > 3 else ''}，已略去。")

    def _replaced(self, label: str, raw: str, *, default: int) -> None:
        """Tell that *raw* was no use; nothing is told where nothing was given."""
        outcome = f"已按 {default} 处理" if default else "已略去"
        if raw:
            self.notices.append(f"{label}“{_shown(raw)}”用不上，{outcome}。")


def _integer(raw: str) -> int | None:
    """The number that *raw* writes (２ is 2), None where it writes none; of an over-long one the first 12 digits."""
    digits = raw.removeprefix("-")
    if not digits.isdecimal():
        return None
    number = int(digits[:12])
    return -number if raw.startswith("-") else number


def _shown(raw: str) -> str:
    """*raw* short enough to be quoted in a line."""
    text = " ".join(plain(raw).split())
    return text if len(text) <= 20 else text[:20] + "…"
