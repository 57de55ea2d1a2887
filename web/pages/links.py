"""A request and its page -> the links around the results: filters, chips, sorting, paging."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple, TypeVar
from urllib.parse import quote, quote_plus

from indexer.model import FUNCTION_NAMES, Understanding
from indexer.search import Page, SearchRequest
from web import labels
from web.addresses import at
from web.pages import params

# So many values of a filter are shown at once, the others behind 更多.
FIRST_CHOICES = 8
# The passage on its page: what stands before it may be long.
_AT_PASSAGE = "#passage"
# So many page numbers on each side of the current one.
NEIGHBOURS = 2

Value = TypeVar("Value", bound=str)
Address = Callable[..., str]


class Choice(NamedTuple):
    """A value to filter by. Following ``url`` sets it, or takes it away where it is ``chosen``."""

    label: str
    url: str
    number: int | None = None
    chosen: bool = False
    title: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """The choices of one filter in one list, or in two of which the second (of ``rest`` choices) is folded away."""

    name: str
    lists: tuple[tuple[Choice, ...], ...]
    rest: int = 0


@dataclass(frozen=True, slots=True)
class PageLink:
    """A number of the pager; ``number`` 0 is a gap."""

    number: int
    url: str = ""
    current: bool = False


@dataclass(frozen=True, slots=True)
class Links:
    """Builds addresses. ``per_page`` is the default that is left out of them."""

    per_page: int

    def search(self, request: SearchRequest) -> str:
        """The results page of *request*."""
        return at("pages.results") + self._asking(request)

    def without(self, request: SearchRequest, kind: Understanding) -> str:
        """The results of *request* without one kind of understanding."""
        return self.search(replace(request, page=1, off=request.off | {kind}))

    def versions(self, passage_id: str, request: SearchRequest) -> str:
        """The versions of a passage that were folded into it, one by one."""
        return self.search(replace(request, page=1, copies_of=passage_id, collapse=False))

    def document(self, document_id: str, request: SearchRequest) -> str:
        """All hits of one document, one by one."""
        return self.search(replace(request, page=1, document=document_id, collapse=False))

    def passage(self, passage_id: str, request: SearchRequest, *, around: int = 0) -> str:
        """The page of a passage, carrying *request* for the way back; with *around* so many paragraphs on each side."""
        asking = params.write(request, per_page=self.per_page) + ([("around", str(around))] if around else [])
        return at("pages.passage", passage_id=passage_id) + _asking(_encoded(asking)) + _AT_PASSAGE

    def similar(self, passage_id: str, request: SearchRequest) -> str:
        """What resembles a passage."""
        return at("pages.similar", passage_id=passage_id) + self._asking(request)

    def compared(self, passage_id: str, request: SearchRequest) -> str:
        """A passage beside its versions."""
        return at("pages.versions", passage_id=passage_id) + self._asking(request)

    def passages(self, request: SearchRequest) -> Callable[[str], str]:
        """Gives the page of one passage after another, each carrying *request*."""
        plain, carried = self.plain_passages(), self.carried(request)
        return lambda passage_id: plain(passage_id) + carried

    def carried(self, request: SearchRequest) -> str:
        """What stands behind the page of a passage by itself where it carries *request*."""
        return self._asking(request) + _AT_PASSAGE

    def plain_passages(self) -> Callable[[str], str]:
        """Gives the page of one passage after another, by itself."""
        # The id stands at the end of the path.
        path = at("pages.passage", passage_id="")
        return lambda passage_id: path + quote(passage_id)

    def varied(self, request: SearchRequest) -> Address:
        """Gives the results page of *request* with other values of an argument or two, one after another."""
        path = at("pages.results")
        kept = dict.fromkeys(params.NAMES, "")
        for name, pairs in groupby(params.write(request, per_page=self.per_page), key=itemgetter(0)):
            kept[name] = _encoded(pairs)

        def address(**values: Sequence[str]) -> str:
            own = {name: _encoded((name, value) for value in each) for name, each in values.items()}
            return path + _asking("&".join(filter(None, {**kept, **own}.values())))

        return address

    def hidden(self, request: SearchRequest, *, without: Iterable[str] = ()) -> list[params.Argument]:
        """What a form must carry beside its own fields, those named in *without*."""
        own = set(without)
        return [(name, value) for name, value in params.write(request, per_page=self.per_page) if name not in own]

    def _asking(self, request: SearchRequest) -> str:
        return _asking(_encoded(params.write(request, per_page=self.per_page)))

    def sorts(self, request: SearchRequest) -> list[Choice]:
        """The two orders, the one in force chosen."""
        first = replace(request, page=1)
        return [
            Choice("相关", self.search(replace(first, sort="relevance")), chosen=request.sort == "relevance"),
            Choice("日期", self.search(replace(first, sort="date")), chosen=request.sort == "date"),
        ]

    def chips(self, request: SearchRequest, *, document_title: str) -> list[Choice]:
        """The filters in force, each with the address without it."""
        first = replace(request, page=1)
        found = [(f"文种：{kind}", replace(first, kinds=_without(kind, first.kinds))) for kind in request.kinds]
        if request.year_from or request.year_to:
            found.append((f"年份：{_years(request)}", replace(first, year_from=0, year_to=0)))
        for source in request.sources:
            found.append((f"来源：{source}", replace(first, sources=_without(source, first.sources))))
        for script in request.scripts:
            found.append((f"字形：{labels.script(script)}", replace(first, scripts=_without(script, first.scripts))))
        for function in request.functions:
            rest = replace(first, functions=_without(function, first.functions))
            found.append((f"部分：{FUNCTION_NAMES[function]}", rest))
        if request.document:
            found.append((f"只看：{document_title or request.document}", replace(first, document="", collapse=True)))
        return [Choice(label, self.search(without), chosen=True) for label, without in found]

    def groups(self, request: SearchRequest, page: Page) -> list[Group]:
        """The filters to choose from, with the counts of *page*; a filter without a value to offer is left out."""
        address = self.varied(replace(request, page=1))
        groups = [
            _group("文种", _kinds(request, page.facets.get("kind", ()), address)),
            _group("部分", _functions(request, page.facets.get("function", ()), address)),
            _group("年份", _each_year(request, page.facets.get("year", ()), address)),
            _group("来源", _sources(request, page.facets.get("source", ()), address)),
            _group("字形", _scripts(request, address) if page.total else []),
        ]
        return [group for group in groups if group.lists]

    def pager(self, request: SearchRequest, page: Page) -> list[PageLink]:
        """First and last page and those around the current one, with gaps between."""
        numbers = {1, page.pages, *range(page.page - NEIGHBOURS, page.page + NEIGHBOURS + 1)}
        address = self.varied(request)
        links: list[PageLink] = []
        for number in sorted(number for number in numbers if 1 <= number <= page.pages):
            if links and number > links[-1].number + 1:
                links.append(PageLink(0))
            url = address(page=(str(number),) if number > 1 else ())
            links.append(PageLink(number, url, number == page.page))
        return links


def common_depth(paths: Sequence[Sequence[str]]) -> int:
    """How many steps from the start all of *paths* (at least one) share."""
    parting = (depth for depth, steps in enumerate(zip(*paths, strict=False)) if len(set(steps)) > 1)
    return next(parting, min(map(len, paths)))


def _kinds(request: SearchRequest, counts: Iterable[tuple[str, int]], address: Address) -> list[Choice]:
    return [
        Choice(kind, address(kind=_turned(kind, request.kinds)), count, kind in request.kinds)
        for kind, count in counts
        if kind
    ]


def _functions(request: SearchRequest, counts: Iterable[tuple[str, int]], address: Address) -> list[Choice]:
    found = dict(counts)
    return [
        Choice(
            name, address(function=_turned(function, request.functions)), found[function], function in request.functions
        )
        for function, name in FUNCTION_NAMES.items()
        if function in found
    ]


def _each_year(request: SearchRequest, counts: Iterable[tuple[str, int]], address: Address) -> list[Choice]:
    choices = []
    for year, count in counts:
        number = int(year) if year.isdecimal() else 0
        chosen = request.year_from == request.year_to == number
        ends = () if chosen else (str(number),)
        if number:
            choices.append(Choice(year, address(year_from=ends, year_to=ends), count, chosen))
    return choices


def _sources(request: SearchRequest, counts: Sequence[tuple[str, int]], address: Address) -> list[Choice]:
    files = {source for source, _ in counts}
    choices = []
    for source, count in _by_folder(counts):
        chosen = source in request.sources
        label = posixpath.basename(source) + ("" if source in files else "/")
        url = address(source=_without(source, request.sources) if chosen else (source,))
        choices.append(Choice(label, url, count, chosen, source))
    return choices


def _scripts(request: SearchRequest, address: Address) -> list[Choice]:
    return [
        Choice(
            labels.script(script), address(script=_turned(script, request.scripts)), chosen=script in request.scripts
        )
        for script in params.SCRIPTS
        if script in request.scripts or script != "unknown"
    ]


def _without(value: Value, values: Iterable[Value]) -> tuple[Value, ...]:
    return tuple(other for other in values if other != value)


def _turned(value: Value, values: Sequence[Value]) -> tuple[Value, ...]:
    """*values* with *value* taken away where it is among them, put behind them where it is not."""
    return _without(value, values) if value in values else (*values, value)


def _encoded(pairs: Iterable[params.Argument]) -> str:
    # Half a surrogate pair stands in the name of a file whose bytes are no UTF-8; an address cannot hold it.
    return "&".join([f"{name}={_quoted(value)}" for name, value in pairs])


@lru_cache(maxsize=1024)
def _quoted(value: str) -> str:
    return quote_plus(value, errors="replace")


def _asking(encoded: str) -> str:
    return f"?{encoded}" if encoded else ""


def _years(request: SearchRequest) -> str:
    low, high = request.year_from, request.year_to
    if low == high:
        return str(low)
    return f"{low} 年以来" if not high else f"{high} 年及以前" if not low else f"{low} 至 {high}"


def _group(name: str, choices: Sequence[Choice]) -> Group:
    """Chosen values come first, so that none of them hides behind 更多."""
    ordered = sorted(choices, key=lambda choice: not choice.chosen)
    lists = (tuple(ordered[:FIRST_CHOICES]), tuple(ordered[FIRST_CHOICES:]))
    return Group(name=name, lists=tuple(part for part in lists if part), rest=len(lists[1]))


def _by_folder(counts: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    """*counts* as they are where they are few, else added up by the folder in which the sources part ways.

    ``总结/2023/a.txt`` and ``总结/2024/b.txt`` among many others of 总结 become ``总结/2023`` and ``总结/2024``.
    """
    if len(counts) <= FIRST_CHOICES:
        return list(counts)
    depth = common_depth([source.split("/")[:-1] for source, _ in counts]) + 1
    totals: Counter[str] = Counter()
    for source, count in counts:
        totals["/".join(source.split("/")[:depth])] += count
    return totals.most_common()
