"""The OpenAPI 3.1 document, made of the operations whose schemas check the requests."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import version
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from marshmallow import Schema

from indexer.search import MAX_DEPTH
from web.api.operations import Operation
from web.api.problems import KINDS, MEDIA_TYPE
from web.api.shapes import Problem
from web.api.views import JSON

VERSION = version("fanwen")

_ABOUT = f"""检索文库里的段落，取它的原文、前后文、相近的段落和所在的文章。

- 只能读取：GET 和 HEAD，其他方法回答 405。不认识的参数、重复的单值参数都会指名拒绝。
- 位置都是半开区间，从 0 起，参数 offsets 决定按 Unicode 字符（codepoint）还是 UTF-16 单位（utf16）计数，回答里写明。
- 翻页最多到第 {MAX_DEPTH} 条，再往后是 too_deep。
- 回答带弱 ETag，文库、词典、请求不变它就不变；带上 If-None-Match 再问，没有变化就是 304。
- 出错时回答 {MEDIA_TYPE}（RFC 9457），程序看 code。"""

_SECURITY: dict[str, dict[str, str]] = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "管理员发的密钥；文库不要求密钥时不必带"},
    "key": {
        "type": "apiKey",
        "in": "header",
        "name": "X-API-Key",
        "description": "同一个密钥，不便写 Authorization 时用",
    },
}
_HEADERS: dict[str, dict[str, Any]] = {
    "ETag": {"description": "这个回答的标签", "required": True, "schema": {"type": "string"}},
    "Cache-Control": {"description": "no-cache：可以存，用前要再问", "required": True, "schema": {"type": "string"}},
    "Retry-After": {"description": "多少秒以后再试", "schema": {"type": "integer"}},
    "WWW-Authenticate": {"description": "要什么凭证", "schema": {"type": "string"}},
    "Allow": {"description": "这里可用的方法", "required": True, "schema": {"type": "string"}},
}
_TAGGED = ("ETag", "Cache-Control")
# Statuses that any operation may answer with, and the headers that tell more.
_ANYWHERE: dict[int, tuple[str, ...]] = {
    400: (),
    401: ("WWW-Authenticate",),
    403: (),
    405: ("Allow",),
    500: (),
    503: ("Retry-After",),
}


def document(operations: Iterable[Operation]) -> dict[str, Any]:
    """The document, without its servers: where the service is mounted only a request tells."""
    spec = APISpec(
        title="范文检索",
        version=VERSION,
        openapi_version="3.1.0",
        plugins=[MarshmallowPlugin(schema_name_resolver=_named)],
        info={"description": _ABOUT},
        security=[{}, *({name: []} for name in _SECURITY)],
    )
    for name, scheme in _SECURITY.items():
        spec.components.security_scheme(name, scheme)
    for name, header in _HEADERS.items():
        spec.components.header(name, header)
    for status, headers in _ANYWHERE.items():
        spec.components.response(f"Problem{status}", _problem(status, headers))
    for operation in operations:
        spec.path(operation.path, operations={"get": _operation(operation)})
    written: dict[str, Any] = spec.to_dict()
    return written


def _named(schema: type[Schema] | Schema | str) -> str:
    kind = schema if isinstance(schema, type) else type(schema)
    return kind.__name__


def _operation(operation: Operation) -> dict[str, Any]:
    answers: dict[str, Any] = {
        "200": _answer(operation),
        "304": {"description": "没有变化", "headers": _headers(_TAGGED)},
    }
    if operation.missing:
        answers["404"] = _told(404, [operation.missing], ())
    return {
        "operationId": operation.name,
        "summary": operation.summary,
        **({"description": operation.description} if operation.description else {}),
        "parameters": _parameters(operation),
        "responses": {**answers, **{str(status): f"Problem{status}" for status in _ANYWHERE}},
    }


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    place = [{"in": "path", "schema": operation.place}] if operation.place else []
    return [*place, {"in": "query", "schema": operation.query}]


def _answer(operation: Operation) -> dict[str, Any]:
    shapes = {JSON: operation.answer, **operation.others}
    vary = {"Vary": {"description": "回答因什么而异", "schema": {"type": "string"}}} if operation.chosen else {}
    return {
        "description": operation.summary,
        "headers": {**_headers(_TAGGED), **vary},
        "content": {media_type: {"schema": shape} for media_type, shape in shapes.items()},
    }


def _problem(status: int, headers: Iterable[str]) -> dict[str, Any]:
    return _told(status, [code for code, kind in KINDS.items() if kind.status == status], headers)


def _told(status: int, codes: Iterable[str], headers: Iterable[str]) -> dict[str, Any]:
    described = "；".join(f"{code}：{KINDS[code].title}" for code in codes)
    told = {"description": described or str(status), "content": {MEDIA_TYPE: {"schema": Problem}}}
    return {**told, "headers": _headers(headers)} if headers else told


def _headers(names: Iterable[str]) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}
