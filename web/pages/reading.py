"""The pages of one passage: in its document, what resembles it, its versions side by side."""

from __future__ import annotations

from flask import Blueprint, abort, request
from werkzeug.datastructures import MultiDict

from indexer.errors import QueryError
from indexer.model import PassageRecord
from indexer.search import PassageView, SearchRequest
from web.pages import comparing, params, passages, shown
from web.pages.links import Links
from web.site import Site

# Paragraphs shown on each side of a passage: at first, and after each 显示前后更多段落.
AROUND = (2, 10, 30)
# What resembles a passage, and versions that are compared with it, on one page.
SIMILAR = 10
VERSIONS = 10

Answer = str | tuple[str, int]


class Reading:
    """The views of one passage."""

    def __init__(self, site: Site, links: Links) -> None:
        self.site = site
        self.search = site.search
        self.links = links

    def add_to(self, routes: Blueprint) -> None:
        """Add the routes of this module."""
        routes.add_url_rule("/passage/<passage_id>", "passage", self.passage)
        routes.add_url_rule("/passage/<passage_id>/similar", "similar", self.similar)
        routes.add_url_rule("/passage/<passage_id>/versions", "versions", self.versions)

    def passage(self, passage_id: str) -> Answer:
        """A passage whole, with what stands around it."""
        asked, around = self._asked(), _around(request.args.get("around", ""))
        view, notices = self._view(passage_id, asked.request, around)
        if view is None:
            return _gone()
        return self.site.render(
            "passage.html",
            reading=passages.reading(view, asked.request, links=self.links),
            wider=self._wider(view, asked.request, around),
            similar_url=self.links.similar(passage_id, asked.request),
            versions_url=self.links.compared(passage_id, asked.request),
            notices=(*asked.notices, *notices),
            back=self.links.search(asked.request) if asked.request != self._blank() else "",
            **self._box(asked.request),
        )

    def similar(self, passage_id: str) -> Answer:
        """What resembles a passage; the page of the passage takes its list in."""
        asked = self._asked()
        found = self.search.similar(passage_id, limit=SIMILAR)
        versions = self.search.versions(passage_id, limit=VERSIONS + 1)
        if found is None or versions is None:
            return _gone()
        return self.site.render(
            "similar.html",
            found=comparing.resembling(found, asked.request, links=self.links),
            versions=_counted(len(versions)),
            versions_url=self.links.compared(passage_id, asked.request),
            **self._head(passage_id, asked),
        )

    def versions(self, passage_id: str) -> Answer:
        """A passage beside each of its versions, with what differs marked."""
        asked = self._asked()
        view = self.search.passage(passage_id, around=0)
        found = self.search.versions(passage_id, limit=VERSIONS + 1)
        if view is None or found is None:
            return _gone()
        first = found[:VERSIONS]
        return self.site.render(
            "versions.html",
            compared=comparing.compared(view.passage, first, asked.request, links=self.links),
            versions=_counted(len(found)),
            goes_on=len(found) > len(first),
            all_url=self.links.versions(passage_id, asked.request),
            **self._head(passage_id, asked),
        )

    def _asked(self) -> params.Asked:
        own = MultiDict((name, value) for name, value in request.args.items(multi=True) if name != "around")
        return params.read(own, per_page=self.site.settings.per_page, per_page_max=self.site.settings.per_page_max)

    def _view(self, passage_id: str, asked: SearchRequest, around: int) -> tuple[PassageView | None, tuple[str, ...]]:
        """The passage, unmarked and with a line saying so where the query cannot be read."""
        try:
            return self.search.passage(passage_id, query=asked.query, off=asked.off, around=around), ()
        except QueryError as error:
            return self.search.passage(passage_id, around=around), (f"没有标出检索词：{error}",)

    def _wider(self, view: PassageView, asked: SearchRequest, around: int) -> str:
        """The same page with more paragraphs on each side; empty where there are none, or where it shows the most."""
        stretch = [*view.before, view.passage, *view.after]
        is_whole = stretch[0].ordinal == 0 and stretch[-1].ordinal == view.document.passages - 1
        wider = next((step for step in AROUND if step > around), 0)
        return self.links.passage(view.passage.id, asked, around=wider) if wider and not is_whole else ""

    def _head(self, passage_id: str, asked: params.Asked) -> dict[str, object]:
        """What stands above a list of other passages: which one it is about, and the way back to it."""
        view = self.search.passage(passage_id, around=0)
        about: PassageRecord | None = view.passage if view else None
        return {
            "about": about,
            "excerpt": shown.excerpt(about.text) if about else "",
            "back": self.links.passage(passage_id, asked.request),
            "notices": asked.notices,
            **self._box(asked.request),
        }

    def _blank(self) -> SearchRequest:
        return SearchRequest(per_page=self.site.settings.per_page)

    def _box(self, asked: SearchRequest) -> dict[str, object]:
        """What the search box needs: the query, and the filters that a new query keeps."""
        return {"query": asked.query, "box_hidden": self.links.hidden(params.afresh(asked))}


def _gone() -> Answer:
    abort(404, description="没有这一段。可能文库更新后它换了编号，请重新检索。")


def _around(raw: str) -> int:
    """How many paragraphs are shown on each side: the step that was asked for, else the first."""
    return next((step for step in AROUND if raw == str(step)), AROUND[0])


def _counted(number: int) -> str:
    """How many versions there are, as it is said."""
    return f"{VERSIONS} 个以上" if number > VERSIONS else f"{number} 个" if number else ""
