"""Errors -> pages that say what happened and what to do."""

from __future__ import annotations

import logging

from flask import Blueprint, Flask, request
from werkzeug.exceptions import HTTPException, default_exceptions

from indexer.errors import IndexFolderError, IndexMissing, TooLong
from web import labels
from web.render import plain
from web.site import Site

logger = logging.getLogger(__name__)

# A writer who comes back after so many seconds may find the index made.
RETRY_SECONDS = "30"
# What was read for a search that took too long is kept, so that the next one gets further.
RETRY_SOON_SECONDS = "2"

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
        page = self.site.render("error.html", title="还没有可检索的文库", message="索引还没有建立。", command=command)
        return page, 503, {"Retry-After": RETRY_SECONDS}

    def unusable(self, error: IndexFolderError) -> Failure:
        logger.error("%s", error)
        page = self.site.render("error.html", title="文库暂时用不了", message=str(error), hints=labels.INDEX_HINTS)
        return page, 503, {"Retry-After": RETRY_SECONDS}

    def too_long(self, error: TooLong) -> Failure:
        typed = plain(request.args.get("q", ""))
        page = self.site.render(
            "error.html", title="检索超时", message=str(error), hints=labels.SLOW_HINTS, query=typed
        )
        return page, 503, {"Retry-After": RETRY_SOON_SECONDS}

    def http(self, error: HTTPException) -> Failure:
        code = error.code or 500
        title, message, hints = labels.FAILURES.get(code, labels.FAILURES[500 if code >= 500 else 400])
        told = error.description if isinstance(error.description, str) and not error.description.isascii() else message
        page = self.site.render("error.html", title=title, message=told, hints=hints, query="")
        # Allow belongs to the error; its body is ours.
        return page, code, {name: value for name, value in error.get_headers() if name == "Allow"}
