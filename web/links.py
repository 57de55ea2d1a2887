"""A request and its page -> the links around the results: filters, chips, sorting, paging."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from flask import url_for

from indexer.model import FUNCTION_NAMES
from indexer.search import Page, SearchRequest, Understanding
from web import labels, params

# So many values of a filter are shown at once, the others behind 更多.
FIRST_CHOICES = 8
# So many page numbers on each side of the current one.
NEIGHBOURS = 2


@dataclass(frozen=True, slots=True)
class Choice:
    """A value to filter by. Following ``url`` sets it, or takes it away where it is ``chosen``."""

    label: str
    url: str
    count: int | None = None
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
        return url_for("pages.results") + self._asking(request)

    def without(self, request: SearchRequest, kind: Understanding) -> str:
        """The results of *request* without one kind of understanding."""
        return self.search(replace(request, page=1, off=request.off | {kind}))

    def versions(self, passage_id: str, request: SearchRequest) -> str:
        """The versions of a passage that were folded into it, one by one."""
        return self.search(replace(request, page=1, copies_of=passage_id, collapse=False))

    def passage(self, passage_id: str, request: SearchRequest) -> str:
        """The page of a passage, carrying *request* for the way back."""
        return url_for("pages.passage", passage_id=passage_id) + self._asking(request)

    def hidden(self, request: SearchRequest, *, without: Iterable[str] = ()) -> list[params.Argument]:
        """What a form must carry beside its own fields, those named in *without*."""
        own = set(without)
        return [(name, value) for name, value in params.write(request, per_page=self.per_page) if name not in own]

    def _asking(self, request: SearchRequest) -> str:
        pairs = params.write(request, per_page=self.per_page)
        # Half a surrogate pair stands in the name of a file whose bytes are no UTF-8; an address cannot hold it.
        return f"?{urlencode(pairs, errors='replace')}" if pairs else ""

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
        found = [(f"文种：{kind}", _without_kind(first, kind)) for kind in request.kinds]
        if request.year_from or request.year_to:
            found.append((f"年份：{_years(request)}", replace(first, year_from=0, year_to=0)))
        found += [(f"来源：{source}", _without_source(first, source)) for source in request.sources]
        for script in request.scripts:
            rest = tuple(other for other in request.scripts if other != script)
            found.append((f"字形：{labels.script(script)}", replace(first, scripts=rest)))
        for function in request.functions:
            others = tuple(other for other in request.functions if other != function)
            found.append((f"部分：{FUNCTION_NAMES[function]}", replace(first, functions=others)))
        if request.document:
            found.append((f"只看：{document_title or request.document}", replace(first, document="", collapse=True)))
        return [Choice(label, self.search(without), chosen=True) for label, without in found]

    def groups(self, request: SearchRequest, page: Page) -> list[Group]:
        """The filters to choose from, with the counts of *page*; a filter without a value to offer is left out."""
        first = replace(request, page=1)
        groups = [
            _group("文种", self._kinds(first, page.facets.get("kind", ()))),
            _group("部分", self._functions(first, page.facets.get("function", ()))),
            _group("年份", self._each_year(first, page.facets.get("year", ()))),
            _group("来源", self._sources(first, page.facets.get("source", ()))),
            _group("字形", self._scripts(first) if page.total else []),
        ]
        return [group for group in groups if group.lists]

    def _kinds(self, request: SearchRequest, counts: Iterable[tuple[str, int]]) -> list[Choice]:
        choices = []
        for kind, count in counts:
            chosen = kind in request.kinds
            other = _without_kind(request, kind) if chosen else replace(request, kinds=(*request.kinds, kind))
            if kind:
                choices.append(Choice(kind, self.search(other), count, chosen))
        return choices

    def _functions(self, request: SearchRequest, counts: Iterable[tuple[str, int]]) -> list[Choice]:
        found = dict(counts)
        choices = []
        for function, name in FUNCTION_NAMES.items():
            chosen = function in request.functions
            rest = tuple(other for other in request.functions if other != function)
            other = replace(request, functions=rest if chosen else (*rest, function))
            if function in found:
                choices.append(Choice(name, self.search(other), found[function], chosen))
        return choices

    def _each_year(self, request: SearchRequest, counts: Iterable[tuple[str, int]]) -> list[Choice]:
        choices = []
        for year, count in counts:
            number = int(year) if year.isdecimal() else 0
            chosen = request.year_from == request.year_to == number
            low = 0 if chosen else number
            if number:
                url = self.search(replace(request, year_from=low, year_to=low))
                choices.append(Choice(year, url, count, chosen))
        return choices

    def _sources(self, request: SearchRequest, counts: Sequence[tuple[str, int]]) -> list[Choice]:
        files = {source for source, _ in counts}
        choices = []
        for source, count in _by_folder(counts):
            chosen = source in request.sources
            other = _without_source(request, source) if chosen else replace(request, sources=(source,))
            label = posixpath.basename(source) + ("" if source in files else "/")
            choices.append(Choice(label, self.search(other), count, chosen, source))
        return choices

    def _scripts(self, request: SearchRequest) -> list[Choice]:
        choices = []
        for script in params.SCRIPTS:
            chosen = script in request.scripts
            rest = tuple(other for other in request.scripts if other != script)
            other = replace(request, scripts=rest if chosen else (*rest, script))
            if chosen or script != "unknown":
                choices.append(Choice(labels.script(script), self.search(other), chosen=chosen))
        return choices

    def pager(self, request: SearchRequest, page: Page) -> list[PageLink]:
        """First and last page and those around the current one, with gaps between."""
        numbers = {1, page.pages, *range(page.page - NEIGHBOURS, page.page + NEIGHBOURS + 1)}
        links: list[PageLink] = []
        for number in sorted(number for number in numbers if 1 <= number <= page.pages):
            if links and number > links[-1].number + 1:
                links.append(PageLink(0))
            links.append(PageLink(number, self.search(replace(request, page=number)), number == page.page))
        return links


def common_depth(paths: Sequence[Sequence[str]]) -> int:
    """How many steps from the start all of *paths* (at least one) share."""
    parting = (depth for depth, steps in enumerate(zip(*paths, strict=False)) if len(set(steps)) > 1)
    return next(parting, min(map(len, paths)))


def _without_kind(request: SearchRequest, kind: str) -> SearchRequest:
    return replace(request, kinds=tuple(other for other in request.kinds if other != kind))


def _without_source(request: SearchRequest, source: str) -> SearchRequest:
    return replace(request, sources=tuple(other for other in request.sources if other != source))


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
