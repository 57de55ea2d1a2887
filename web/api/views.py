"""What each operation answers: checked values in, JSON values out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NoReturn
from urllib.parse import urlencode

from flask import request

from indexer.answers import (
    Unit,
    answer,
    document_as_json,
    hit_as_json,
    outline_as_json,
    passage_as_json,
    stats_as_json,
    view_as_json,
)
from indexer.model import PassageRecord
from indexer.pages import Hit, PassageView
from indexer.search import MAX_DEPTH, Page, Search
from web import render
from web.addresses import at
from web.api.parameters import Searching
from web.api.problems import Refused
from web.running import observing
from web.running.unfound import Noting

JSON = "application/json"
OPENSEARCH = "application/x-suggestions+json"

_UNITS = {"heading": "处小标题", "title": "篇的题目"}

Values = Mapping[str, Any]
Body = dict[str, object]


@dataclass(frozen=True, slots=True)
class Reply:
    """A body in another type than JSON; *body* is still made of JSON values."""

    body: object
    media_type: str


class Answers:
    """The views, one for each operation."""

    def __init__(self, search: Search, noting: Noting) -> None:
        self._search = search
        self._noting = noting

    def search(self, asked: Searching) -> Body:
        """A page of results."""
        wanted = asked.request
        if (wanted.page - 1) * wanted.per_page >= MAX_DEPTH:
            detail = f"最多翻到第 {MAX_DEPTH} 条：请减小 page，或者换更具体的检索词。"
            raise Refused("too_deep", detail, most=MAX_DEPTH)
        page = self._search.search(wanted)
        self._noting.note(wanted, page)
        observing.answered(page)
        told = answer(page, unit=asked.offsets)
        told["hits"] = _marked(page.hits, told["hits"], asked)
        return {
            **told,
            "mode": wanted.mode,
            "pages": page.pages,
            "facets": _facets(told, asked),
            "links": _links(page),
        }

    def facets(self, asked: Searching) -> Body:
        """Counts alone."""
        told = answer(self._search.search(asked.request))
        return {**{name: told[name] for name in ("query", "interpreted", "total")}, "facets": _facets(told, asked)}

    def suggest(self, asked: Values) -> Body | Reply:
        """What a text may become."""
        query = asked["q"]
        found = self._search.suggest(render.plain(query), limit=asked["limit"])
        if suggested_as(asked) == OPENSEARCH:
            counts = [f"{each.count} {_UNITS.get(each.kind, '段')}" for each in found]
            return Reply([query, [each.text for each in found], counts], OPENSEARCH)
        return {"query": query, "suggestions": [asdict(each) for each in found]}

    def passage(self, asked: Values, id: str) -> Body:
        """A passage."""
        return _passage(self._view(id, asked, around=0), asked["offsets"])

    def context(self, asked: Values, id: str) -> Body:
        """A passage and what stands around it."""
        view, unit = self._view(id, asked, around=asked["around"]), asked["offsets"]
        return {
            "before": _passages(view.before, unit),
            "passage": _passage(view, unit),
            "after": _passages(view.after, unit),
            "offsets": unit,
        }

    def similar(self, asked: Values, id: str) -> Body:
        """What resembles a passage."""
        found = self._search.similar(id, limit=asked["limit"])
        if found is None:
            _no_passage()
        unit = asked["offsets"]
        return {"id": id, "offsets": unit, "hits": [hit_as_json(hit, unit=unit) for hit in found]}

    def document(self, asked: Values, id: str) -> Body:  # noqa: ARG002
        """What is known of a document."""
        record = self._search.document(id)
        if record is None:
            _no_document()
        names = {"self": "document", "outline": "outline", "passages": "passages"}
        links = {name: at(f"api.{operation}", id=record.id) for name, operation in names.items()}
        return {**document_as_json(record), "links": links}

    def outline(self, asked: Values, id: str) -> Body:  # noqa: ARG002
        """The headings of a document."""
        record = self._search.document(id)
        if record is None:
            _no_document()
        return {"id": record.id, "headings": outline_as_json(record)}

    def passages(self, asked: Values, id: str) -> Body:
        """Passages of a document."""
        start, unit = asked["start"], asked["offsets"]
        found = self._search.passages_of(id, start=start, end=start + asked["limit"])
        if found is None:
            _no_document()
        return {"id": id, "start": start, "offsets": unit, "passages": _passages(found, unit)}

    def stats(self, asked: Values) -> Body:  # noqa: ARG002
        """What the library holds."""
        return stats_as_json(self._search.stats())

    def _view(self, passage_id: str, asked: Values, *, around: int) -> PassageView:
        off = frozenset(asked["off"])
        return self._search.passage(passage_id, query=asked["q"], off=off, around=around) or _no_passage()


def suggested_as(asked: Values) -> str:
    """The media type in which suggestions are wanted."""
    if asked["format"]:
        return OPENSEARCH if asked["format"] == "opensearch" else JSON
    return request.accept_mimetypes.best_match([JSON, OPENSEARCH], default=JSON)


def _marked(hits: Sequence[Hit], told: object, asked: Searching) -> list[Body]:
    """The hits with their matches told as they were asked for."""
    bodies: list[Body] = list(told) if isinstance(told, list) else []
    if asked.highlight == "none":
        return [{**body, "highlights": [], "snippet_highlights": []} for body in bodies]
    if asked.highlight == "html":
        snippets = render.highlights((hit.snippet.text, hit.snippet.spans) for hit in hits)
        return [{**body, "snippet_html": str(html)} for body, html in zip(bodies, snippets, strict=True)]
    return bodies


def _facets(told: Body, asked: Searching) -> Body:
    facets = told["facets"]
    return {name: facets[name] for name in asked.facets if name in facets} if isinstance(facets, dict) else {}


def _links(page: Page) -> dict[str, str | None]:
    """The addresses of this page and those beside it, with the parameters as they were given."""
    given = [(name, value) for name, value in request.args.items(multi=True) if name != "page"]
    path = at("api.search")

    def address(number: int) -> str:
        return f"{path}?{urlencode([*given, ('page', number)], errors='replace')}"

    return {
        "self": address(page.page),
        "next": address(page.page + 1) if page.page < page.pages else None,
        "prev": address(min(page.page - 1, page.pages)) if page.page > 1 else None,
    }


def _passage(view: PassageView, unit: Unit) -> Body:
    passage = view.passage
    links = {
        "self": at("api.passage", id=passage.id),
        "context": at("api.context", id=passage.id),
        "similar": at("api.similar", id=passage.id),
        "document": at("api.document", id=passage.document_id),
        "html": at("pages.passage", passage_id=passage.id),
    }
    return {**view_as_json(view, unit=unit), "links": links}


def _passages(records: Sequence[PassageRecord], unit: Unit) -> list[Body]:
    return [passage_as_json(record, unit=unit) for record in records]


def _no_passage() -> NoReturn:
    raise Refused("no_passage", "文库更新后段落可能换了编号：请重新检索。")


def _no_document() -> NoReturn:
    raise Refused("no_document", "文章可能已经不在文库里：请重新检索。")
