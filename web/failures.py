"""Errors -> pages that say what happened and what to do."""

from __future__ import annotations

from flask import Flask, render_template
from werkzeug.exceptions import HTTPException

from indexer.config import Settings
from indexer.errors import IndexFolderError, IndexMissing
from web import labels

# A writer who comes back after so many seconds may find the index made.
RETRY_SECONDS = "30"

Failure = tuple[str, int, dict[str, str]]


def register(app: Flask, *, settings: Settings) -> None:
    """Give *app* a page for every error that can reach a reader."""
    command = f"fanwen index 文件夹 --index {settings.index}"

    def missing(error: IndexMissing) -> Failure:
        app.logger.warning("%s", error)
        page = render_template("error.html", title="还没有可检索的文库", message="索引还没有建立。", command=command)
        return page, 503, {"Retry-After": RETRY_SECONDS}

    def unusable(error: IndexFolderError) -> Failure:
        app.logger.error("%s", error)
        page = render_template("error.html", title="文库暂时用不了", message=str(error), hints=labels.INDEX_HINTS)
        return page, 503, {"Retry-After": RETRY_SECONDS}

    app.register_error_handler(IndexMissing, missing)
    app.register_error_handler(IndexFolderError, unusable)
    app.register_error_handler(HTTPException, _http)


def _http(error: HTTPException) -> Failure:
    code = error.code or 500
    title, message, hints = labels.FAILURES.get(code, labels.FAILURES[500 if code >= 500 else 400])
    told = error.description if isinstance(error.description, str) and not error.description.isascii() else message
    page = render_template("error.html", title=title, message=told, hints=hints, query="")
    # Allow belongs to the error; its body is ours.
    return page, code, {name: value for name, value in error.get_headers() if name == "Allow"}
