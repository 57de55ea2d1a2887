"""Errors for programs: problem details after RFC 9457, with a title for people and a code for machines."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException, default_exceptions

from indexer.answers import Unit, units
from indexer.errors import IndexFolderError, IndexMissing, QueryError, TooLong

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
# Who asks again after so many seconds may find the index made.
RETRY_SECONDS = 30
# What was read for a search that took too long is kept, so that the next one gets further.
RETRY_SOON_SECONDS = 2


class Kind(NamedTuple):
    """What is the same in all problems with one code."""

    status: int
    title: str


# By code. The document of the API lists them, and docs/api.md.
KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "bad_request": Kind(400, "这个请求读不懂"),
        "bad_parameters": Kind(400, "有的参数用不上"),
        "bad_query": Kind(400, "这样写检索不了"),
        "too_deep": Kind(400, "翻页太深"),
        "key_required": Kind(401, "要有密钥才能看"),
        "access_unset": Kind(403, "还没有设定谁可以看"),
        "user_unknown": Kind(403, "请从单位的门户进入"),
        "no_address": Kind(404, "没有这个接口"),
        "no_passage": Kind(404, "没有这一段"),
        "no_document": Kind(404, "没有这篇文章"),
        "method_not_allowed": Kind(405, "这里只能读取"),
        "internal_error": Kind(500, "出了差错"),
        "no_index": Kind(503, "还没有可检索的文库"),
        "index_unusable": Kind(503, "文库暂时用不了"),
        "too_long": Kind(503, "检索超时"),
        "keys_unusable": Kind(503, "暂时核对不了密钥"),
    }
)


class Refused(Exception):
    """A request that is answered by the problem *code*; *more* are its further members."""

    def __init__(self, code: str, detail: str, **more: object) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.more = more


def problem(status: int, code: str, title: str, detail: str, **more: object) -> Response:
    """The answer that tells what went wrong: *title* what, *detail* what to do; *more* are further members, such as ``parameters``.

    Headers that belong to it (Allow, Retry-After, WWW-Authenticate) are for the caller to set.
    """
    told = {"type": "about:blank", "title": title, "status": status, "detail": detail, "code": code, **more}
    return Response(json.dumps(told, ensure_ascii=False).encode("utf-8", "replace"), status, mimetype=MEDIA_TYPE)


def known(code: str, detail: str, **more: object) -> Response:
    """The problem with one of our own codes."""
    kind = KINDS[code]
    return problem(kind.status, code, kind.title, detail, **more)


def register(routes: Blueprint) -> None:
    """Let *routes* tell every error as a problem."""
    routes.register_error_handler(Refused, _refused)
    routes.register_error_handler(QueryError, _unreadable)
    routes.register_error_handler(TooLong, _too_long)
    routes.register_error_handler(IndexMissing, _missing)
    routes.register_error_handler(IndexFolderError, _unusable)
    # A handler of one status comes before one of all, even where it stands further out.
    routes.register_error_handler(HTTPException, _http)
    for status in default_exceptions:
        routes.register_error_handler(status, _http)


def _refused(error: Refused) -> Response:
    return known(error.code, error.detail, **error.more)


def _unreadable(error: QueryError) -> Response:
    unit: Unit = "utf16" if request.args.get("offsets") == "utf16" else "codepoint"
    start = units(request.args.get("q", ""), error.start) if unit == "utf16" else error.start
    return known("bad_query", str(error), start=start, offsets=unit)


def _too_long(error: TooLong) -> Response:
    return _later("too_long", str(error), seconds=RETRY_SOON_SECONDS)


def _missing(error: IndexMissing) -> Response:
    logger.warning("%s", error)
    return _later("no_index", "索引还没有建立：请管理员用 fanwen index 建立，稍后再试。", seconds=RETRY_SECONDS)


def _unusable(error: IndexFolderError) -> Response:
    logger.error("%s", error)
    return _later("index_unusable", "索引打不开：请管理员查看日志，稍后再试。", seconds=RETRY_SECONDS)


def _later(code: str, detail: str, *, seconds: int) -> Response:
    response = known(code, detail)
    response.headers["Retry-After"] = str(seconds)
    return response


def _http(error: HTTPException) -> Response:
    """An error of Flask's own, or one that nobody had thought of."""
    status = error.code or 500
    if status >= 500:
        code, detail = "internal_error", "程序遇到了没有料到的情况，详情已记入日志：请稍后再试，仍不行时告诉管理员。"
    else:
        code, detail = "bad_request", "请对照接口说明检查地址和参数。"
    return problem(status, code, KINDS[code].title, detail)
