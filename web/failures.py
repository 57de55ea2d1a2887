"""Errors -> pages that say what happened and what to do."""

from __future__ import annotations

import logging

from flask import Blueprint, Flask, request
from werkzeug.exceptions import HTTPException, default_exceptions

from indexer.errors import IndexFolderError, IndexMissing, TooLong
from web import labels
from web.api.problems import KINDS, RETRY_SECONDS, RETRY_SOON_SECONDS
from web.render import plain
from web.site import Site

logger = logging.getLogger(__name__)

Failure = tuple[str, int, dict[str, str]]


def register(app: Flask | Blueprint, *, site: Site) -> None:
    """Give *app* a page for every error that can reach a reader."""
    pages = _Pages(site)
    app.register_error_handler(IndexMissing, pages.missing)
    app.register_error_handler(IndexFolderError, pages.unusable)
    app.register_error_handler(TooLong, pages.too_long)
    app.register_error_handler(HTTPException, pages.http)
    # A portal's own handler of 404 would come before ours for HTTPException as a whole.
    for code in default_exceptions:
        app.register_error_handler(code, pages.http)


class _Pages:
    """An error -> the page that tells it."""

    def __init__(self, site: Site) -> None:
        self.site = site

    def missing(self, error: IndexMissing) -> Failure:
        logger.warning("%s", error)
        command = f"fanwen index 文件夹 --index {self.site.settings.index}"
        return self._later("no_index", RETRY_SECONDS, message="索引还没有建立。", command=command)

    def unusable(self, error: IndexFolderError) -> Failure:
        logger.error("%s", error)
        return self._later("index_unusable", RETRY_SECONDS, message=str(error), hints=labels.INDEX_HINTS)

    def too_long(self, error: TooLong) -> Failure:
        typed = plain(request.args.get("q", ""))
        return self._later("too_long", RETRY_SOON_SECONDS, message=str(error), hints=labels.SLOW_HINTS, query=typed)

    def _later(self, code: str, seconds: int, **values: object) -> Failure:
        """The page of a problem that may be gone after *seconds*."""
        kind = KINDS[code]
        page = self.site.render("error.html", title=kind.title, **values)
        return page, kind.status, {"Retry-After": str(seconds)}

    def http(self, error: HTTPException) -> Failure:
        code = error.code or 500
        title, message, hints = labels.FAILURES.get(code, labels.FAILURES[500 if code >= 500 else 400])
        told = error.description if isinstance(error.description, str) and not error.description.isascii() else message
        page = self.site.render("error.html", title=title, message=told, hints=hints, query="")
        # Allow belongs to the error; its body is ours.
        return page, code, {name: value for name, value in error.get_headers() if name == "Allow"}
