"""The pages for people: welcome and results; those of a passage are in reading."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, request

from indexer.errors import QueryError
from indexer.search import Page, SearchRequest
from web import labels
from web.pages import explaining, params, shown
from web.pages.links import Links
from web.pages.reading import Reading
from web.running import observing
from web.site import Site

Answer = str | tuple[str, int]


class Pages:
    """The views for people."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.search = site.search
        self.settings = site.settings
        self.links = Links(per_page=site.settings.per_page)

    def blueprint(self) -> Blueprint:
        """The routes of this module."""
        routes = Blueprint("pages", __name__)
        routes.add_url_rule("/", "welcome", self.welcome)
        routes.add_url_rule("/search", "results", self.results)
        Reading(self.site, self.links).add_to(routes)
        return routes

    def welcome(self) -> Answer:
        """What is in the library, and how to ask."""
        blank = SearchRequest(per_page=self.settings.per_page)
        stats = self.search.stats()
        kinds = [(kind, n, self.links.search(replace(blank, kinds=(kind,)))) for kind, n in stats.kinds if kind]
        examples = [(query, hint, self.links.search(replace(blank, query=query))) for query, hint in labels.EXAMPLES]
        return self.site.render("index.html", stats=stats, kinds=kinds, examples=examples)

    def results(self) -> Answer:
        """The ranked passages; 400 with the query kept in the box where it cannot be read."""
        asked = self._asked()
        try:
            page = self._page(asked.request)
        except QueryError as error:
            return self._refused(asked.request, error), 400
        observing.answered(page)
        self.site.noting.note(asked.request, page)
        return self._results(asked, page)

    def _asked(self) -> params.Asked:
        return params.read(request.args, per_page=self.settings.per_page, per_page_max=self.settings.per_page_max)

    def _page(self, asked: SearchRequest) -> Page:
        """The page that was asked for, or the last one where there are not so many."""
        page = self.search.search(asked)
        if page.hits or asked.page == 1:
            return page
        return self.search.search(replace(asked, page=max(1, page.pages)))

    def _results(self, asked: params.Asked, page: Page) -> str:
        request = replace(asked.request, page=page.page)
        notices = asked.notices
        if page.page != asked.request.page:
            notices = (*notices, f"没有第 {asked.request.page} 页，显示的是第 {page.page} 页。")
        first = page.hits[0] if page.hits else None
        document_title = " · ".join(filter(None, (first.record.title, first.record.part))) if first else ""
        return self.site.render(
            "results.html",
            page=page,
            results=shown.results(page, request, links=self.links),
            explanation=explaining.explain(page, request, links=self.links),
            versions=self._versions(request),
            notices=(*notices, *page.warnings),
            chips=self.links.chips(request, document_title=document_title),
            groups=self.links.groups(request, page),
            sorts=self.links.sorts(request),
            pager=self.links.pager(request, page),
            former=self.links.search(replace(request, page=page.page - 1)) if page.page > 1 else "",
            following=self.links.search(replace(request, page=page.page + 1)) if page.page < page.pages else "",
            unfiltered=self.links.search(params.unfiltered(request)),
            asked=request,
            years_hidden=self.links.hidden(replace(request, page=1), without=("year_from", "year_to")),
            **self._box(request),
        )

    def _versions(self, asked: SearchRequest) -> shown.Versions | None:
        if not asked.copies_of:
            return None
        return shown.versions(self.search.passage(asked.copies_of, around=0), asked, links=self.links)

    def _refused(self, asked: SearchRequest, error: QueryError) -> str:
        return self.site.render(
            "error.html", title="这样写检索不了", message=str(error), hints=labels.QUERY_HINTS, **self._box(asked)
        )

    def _box(self, asked: SearchRequest) -> dict[str, object]:
        """What the search box needs: the query, and the filters that a new query keeps."""
        return {"query": asked.query, "box_hidden": self.links.hidden(params.afresh(asked))}
