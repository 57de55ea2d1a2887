"""The routes of the API, made of the operations: checked requests, answers with their tags, problems for the rest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import partial
from typing import Any

from flask import Blueprint, Response, request

from web.addresses import at
from web.api import problems
from web.api.document import VERSION, document
from web.api.operations import Operation, operations
from web.api.page import page
from web.api.problems import known
from web.api.reading import read
from web.api.views import JSON, Reply
from web.site import Site

ROOT = "/api/v1"
# Every method is routed here, so that the answer to those that are not served is ours wherever the service is mounted.
_ALL = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE")
_SERVED = ("GET", "HEAD", "OPTIONS")


class Api:
    """The views that answer in JSON, and the page that documents them."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._operations = operations(site)
        self._document = document(self._operations)

    def blueprint(self) -> Blueprint:
        """The routes of this module."""
        routes = Blueprint("api", __name__)
        for operation in self._operations:
            path = ROOT + operation.path.replace("{", "<").replace("}", ">")
            routes.add_url_rule(path, operation.name, partial(self._serve, operation), methods=_ALL)
        routes.add_url_rule("/openapi.json", "openapi", self._openapi)
        routes.add_url_rule("/api", "page", self._page)
        for path in ("/api/", "/api/<path:rest>"):
            routes.add_url_rule(path, "unknown", _unknown, methods=_ALL)
        problems.register(routes)
        return routes

    def _serve(self, operation: Operation, **place: str) -> Response:
        """The answer of one operation."""
        if request.method not in ("GET", "HEAD"):
            return _unserved()
        asked = read(operation.query)
        media_type = operation.chosen(asked) if operation.chosen else JSON
        tag = self._tag(media_type)
        if tag in request.if_none_match.as_set(include_weak=True):
            return self._tagged(Response(status=304), operation, tag)
        reply = operation.view(asked, **place)
        body = reply.body if isinstance(reply, Reply) else reply
        response = self._tagged(Response(encoded(body), mimetype=media_type), operation, tag)
        # Only If-None-Match: * is left to be answered.
        response.make_conditional(request)
        return response

    def _tag(self, media_type: str) -> str:
        """Changes with all that an answer depends on, but for how long it took."""
        parts = (
            VERSION,
            self._site.search.edition(),
            self._site.settings.per_page,
            request.script_root + request.path,
            request.query_string.decode("latin-1"),
            media_type,
        )
        return hashlib.blake2b(json.dumps(parts).encode(), digest_size=12).hexdigest()

    def _tagged(self, response: Response, operation: Operation, tag: str) -> Response:
        response.set_etag(tag, weak=True)
        response.headers["Cache-Control"] = "no-cache"
        if operation.chosen:
            response.vary.add("Accept")
        return response

    def _openapi(self) -> Response:
        """The document, with the address under which this request found it."""
        return Response(encoded(self._located()), mimetype=JSON)

    def _page(self) -> str:
        """The document as a page for people."""
        return self._site.render("api.html", **page(self._located(), self._site.search))

    def _located(self) -> Mapping[str, Any]:
        root = at("api.openapi").removesuffix("/openapi.json")
        return {**self._document, "servers": [{"url": root + ROOT}]}


def encoded(body: object) -> bytes:
    """*body* as JSON in UTF-8. Half a surrogate pair stands in the name of a file whose bytes are no UTF-8; JSON cannot hold it."""
    return json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")


def _unserved() -> Response:
    """What OPTIONS is told, and the methods that are not served."""
    if request.method == "OPTIONS":
        response = Response(status=204)
    else:
        response = known("method_not_allowed", f"接口只能读取：请改用 GET，不要用 {request.method}。")
    response.headers["Allow"] = ", ".join(_SERVED)
    return response


def _unknown(rest: str = "") -> Response:  # noqa: ARG001
    """There is nothing at this address."""
    return known("no_address", "请对照接口说明检查地址。")
