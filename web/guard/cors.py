"""The API for the pages of listed origins; browsers keep it from all others.

Own lines rather than Flask-CORS: that one reads an origin with brackets (``http://[fd00::7]:8080``) as a regular expression,
and answers a preflight only after the question who may read, to which a preflight brings no key.
"""

from __future__ import annotations

from flask import Response, request

from indexer.config import Settings
from web.addresses import route
from web.running.unfound import TYPING

API = "/api/v1/"
BESIDE = ("/openapi.json", "/widget.js")

EXPOSED = "ETag, Retry-After"
ASKED_WITH = f"Authorization, {TYPING}, If-None-Match, X-API-Key"
# Seconds for which a browser need not ask again.
REMEMBERED = "600"


class Cors:
    """The origins of the setting ``cors_origins``."""

    def __init__(self, settings: Settings) -> None:
        self.origins = frozenset(settings.cors_origins)

    def preflight(self) -> Response | None:
        """The answer to a browser that asks whether it may; None for any other request."""
        if (
            not self._is_shared()
            or request.method != "OPTIONS"
            or "Access-Control-Request-Method" not in request.headers
        ):
            return None
        response = Response(status=204)
        if self._origin():
            response.headers["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
            response.headers["Access-Control-Allow-Headers"] = ASKED_WITH
            response.headers["Access-Control-Max-Age"] = REMEMBERED
        return response

    def share(self, response: Response) -> Response:
        """*response*, readable by the page that asks for it where its origin is listed. Cookies are never part of it."""
        if not self._is_shared():
            return response
        response.vary.add("Origin")
        if origin := self._origin():
            response.headers["Access-Control-Allow-Origin"] = origin
            response.headers["Access-Control-Expose-Headers"] = EXPOSED
        return response

    def _is_shared(self) -> bool:
        return bool(self.origins) and (route().startswith(API) or route() in BESIDE)

    def _origin(self) -> str:
        """The origin that asks, where it is listed."""
        origin = request.headers.get("Origin", "")
        return origin if origin in self.origins else ""
