"""The search inside other sites: the widget, the page for a frame, the description for browsers, the feed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from flask import Blueprint, Response, abort, request

from indexer.errors import QueryError
from indexer.search import Hit, SearchRequest
from web.addresses import at
from web.embed.feeds import Entry, Feed, joined, opensearch
from web.pages import params
from web.site import STATIC, Site

# Entries of a feed; it looks into the newest sources, so many at a time, so many in all.
ENTRIES = 30
AT_A_TIME = 20
NEWEST = 200
# Results in a frame, where its address asks for no other number.
IN_A_FRAME = 5


class Embed:
    """The views for portals, browsers and feed readers."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.search = site.search
        self._widget = (STATIC / "widget.js").read_bytes()

    def blueprint(self) -> Blueprint:
        """The routes of this module."""
        routes = Blueprint("embed", __name__)
        routes.add_url_rule("/widget.js", "widget", self.widget)
        routes.add_url_rule("/embed", "frame", self.frame)
        routes.add_url_rule("/opensearch.xml", "opensearch", self.opensearch)
        routes.add_url_rule("/feed.atom", "feed", self.feed)
        return routes

    def widget(self) -> Response:
        """The custom element, at an address that stays."""
        return _answer(self._widget, "text/javascript")

    def frame(self) -> str:
        """The search without our header and footer, for a frame in a listed site. It holds no data of the library."""
        settings = self.site.settings
        asked = params.read(request.args, per_page=IN_A_FRAME, per_page_max=settings.per_page_max).request
        theme = request.args.get("theme", "auto")
        return self.site.render(
            "embed.html",
            query=asked.query,
            filters=list(_filters(asked)),
            per_page=asked.per_page,
            theme=theme if theme in ("light", "dark") else "auto",
            parents=json.dumps(settings.frame_parents),
        )

    def opensearch(self) -> Response:
        """What a browser needs to search here from its address bar."""
        described = opensearch(
            page=at("pages.results", _external=True),
            suggestions=at("api.suggest", _external=True),
            own=at("embed.opensearch", _external=True),
            icon=at("static", filename="favicon.svg", _external=True),
        )
        return _answer(described, "application/opensearchdescription+xml")

    def feed(self) -> Response:
        """What was added to the library of late, or what matches ``q`` among it."""
        query = params.read(request.args, per_page=ENTRIES, per_page_max=ENTRIES).request.query
        asked = {"q": query} if query else {}
        try:
            entries = tuple(islice(self._entries(query), ENTRIES))
        except QueryError as error:
            abort(400, description=str(error))
        feed = Feed(
            title=f"范文检索：{query}" if query else "范文检索：新近入库",
            own=at("embed.feed", _external=True, **asked),
            page=at("pages.results" if query else "pages.welcome", _external=True, **asked),
            updated=entries[0].updated if entries else self.search.stats().built,
            entries=entries,
        )
        return _answer(feed.xml(), "application/atom+xml")

    def _entries(self, query: str) -> Iterator[Entry]:
        """Newest first, one for each document."""
        added = {entry.name: entry.added for entry in self.search.newest(limit=NEWEST)}
        names = list(added)
        for start in range(0, len(names), AT_A_TIME):
            some = tuple(names[start : start + AT_A_TIME])
            request = SearchRequest(query=query, sources=some, per_page=ENTRIES, off=frozenset({"fill"}))
            yield from _newest_first(self.search.search(request).hits, added, query=query)


def _newest_first(hits: Iterable[Hit], added: Mapping[str, str], *, query: str) -> Iterator[Entry]:
    by_document = {hit.record.document_id: hit for hit in reversed(list(hits))}
    asked = {"q": query} if query else {}
    for hit in sorted(by_document.values(), key=lambda hit: added[hit.record.source], reverse=True):
        record = hit.record
        yield Entry(
            url=at("pages.passage", passage_id=record.id, _external=True, **asked),
            title=joined((record.title, record.part)),
            text=hit.snippet.text,
            updated=added[record.source],
            author=record.issuer,
        )


def _filters(asked: SearchRequest) -> Iterator[tuple[str, str]]:
    """The filters of a request as attributes of the widget."""
    several = {"kind": asked.kinds, "source": asked.sources, "script": asked.scripts, "function": asked.functions}
    years = {"year-from": asked.year_from, "year-to": asked.year_to}
    yield from ((name, ",".join(values)) for name, values in several.items() if values)
    yield from ((name, str(year)) for name, year in years.items() if year)
    if asked.sort != "relevance":
        yield "sort", asked.sort


def _answer(body: bytes, kind: str) -> Response:
    """*body*, or 304 where the reader has it already."""
    response = Response(body, content_type=f"{kind}; charset=utf-8")
    response.add_etag()
    response.make_conditional(request)
    return response
