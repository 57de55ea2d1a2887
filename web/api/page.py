"""The OpenAPI document -> what the page that documents the API writes down; it knows nothing that the document does not say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote, unquote_plus, urlencode

from indexer.errors import IndexFolderError, TooLong
from indexer.search import Search, SearchRequest
from web.guard.reader import admitted

Json = Mapping[str, Any]

_TYPES = {
    "integer": "整数",
    "number": "数",
    "string": "文字",
    "boolean": "true 或 false",
    "object": "对象",
    "null": "null",
}
_PLACES = {"path": "地址", "query": "参数"}


class Row(NamedTuple):
    """A parameter, or a member of an answer. ``shape`` names the shape of which it is, if any."""

    name: str
    kind: str
    what: str
    shape: str = ""
    limits: str = ""
    place: str = ""


class Outcome(NamedTuple):
    """What an operation may answer."""

    status: str
    what: str
    media_types: str
    shape: str


class Described(NamedTuple):
    """An operation. ``example`` is an address that can be opened, empty where the library has nothing to show."""

    name: str
    method: str
    path: str
    summary: str
    description: str
    parameters: list[Row]
    outcomes: list[Outcome]
    example: str
    shown: str


class Shape(NamedTuple):
    """What a value is made of."""

    name: str
    rows: list[Row]


def page(document: Json, search: Search) -> dict[str, object]:
    """The values of the template."""
    root = document["servers"][0]["url"]
    # The page is free for everybody, what the library holds is not.
    places = _places(search) if admitted() else {}
    return {
        "title": document["info"]["title"],
        "version": document["info"]["version"],
        "about": [line.removeprefix("- ") for line in document["info"]["description"].split("\n") if line],
        "root": root,
        "operations": [
            _described(document, path, method, told, root=root, places=places)
            for path, methods in document["paths"].items()
            for method, told in methods.items()
        ],
        "shapes": [Shape(name, list(_members(shape))) for name, shape in document["components"]["schemas"].items()],
    }


def _places(search: Search) -> Mapping[str, str]:
    """An id of this library for each sort of place, so that the examples lead somewhere."""
    try:
        hits = search.search(SearchRequest(per_page=1)).hits
    except (IndexFolderError, TooLong):
        return {}
    return {"passages": hits[0].record.id, "documents": hits[0].record.document_id} if hits else {}


def _described(
    document: Json, path: str, method: str, told: Json, *, root: str, places: Mapping[str, str]
) -> Described:
    example = _example(path, told, places)
    return Described(
        name=told["operationId"],
        method=method.upper(),
        path=path,
        summary=told["summary"],
        description=told.get("description", ""),
        parameters=[_parameter(each) for each in told.get("parameters", ())],
        outcomes=[_outcome(document, status, answer) for status, answer in told["responses"].items()],
        example=root + example if example else "",
        shown=unquote_plus(example),
    )


def _example(path: str, told: Json, places: Mapping[str, str]) -> str:
    """An address below the root, in readable characters where it holds Chinese."""
    sort = path.split("/")[1]
    if "{id}" in path and sort not in places:
        return ""
    filled = path.replace("{id}", quote(places.get(sort, "")))
    given = {
        each["name"]: each["schema"]["examples"][0]
        for each in told.get("parameters", ())
        if "examples" in each["schema"]
    }
    return f"{filled}?{urlencode(given)}" if given else filled


def _parameter(told: Json) -> Row:
    schema = told["schema"]
    return Row(
        name=told["name"],
        kind=f"{_kind(schema['items'])}，可重复" if "items" in schema else _kind(schema),
        what=told.get("description", ""),
        limits="；".join(_limits(schema)),
        place=_PLACES[told["in"]],
    )


def _outcome(document: Json, status: str, told: Json) -> Outcome:
    if "$ref" in told:
        told = document["components"]["responses"][_last(told["$ref"])]
    content = told.get("content", {})
    shapes = [_shape(each["schema"]) for each in content.values()]
    return Outcome(status, told["description"], "、".join(content), next(filter(None, shapes), ""))


def _members(shape: Json) -> Iterator[Row]:
    optional = set(shape.get("properties", ())) - set(shape.get("required", ()))
    for name, schema in shape.get("properties", {}).items():
        limits = ["不一定有"] if name in optional else []
        what = schema.get("description", "")
        yield Row(name, _kind(schema), what, _shape(schema), "；".join([*limits, *_limits(schema)]))


def _kind(schema: Json) -> str:
    """The type in words: 文字, 整数或 null, 一列文字."""
    if schema.get("type") == "array":
        return "一列" + _kind(schema["items"])
    if _shape(schema):
        nullable = any(each.get("type") == "null" for each in schema.get("anyOf", ()))
        return f"{_shape(schema)}{' 或 null' if nullable else ''}"
    kinds = schema.get("type", "string")
    return " 或 ".join(_TYPES[kind] for kind in ([kinds] if isinstance(kinds, str) else kinds))


def _shape(schema: Json) -> str:
    """The name of the shape that *schema* refers to, however wrapped."""
    if "$ref" in schema:
        return _last(schema["$ref"])
    inner = [*schema.get("anyOf", ()), *schema.get("allOf", ()), *([schema["items"]] if "items" in schema else ())]
    return next(filter(None, map(_shape, inner)), "")


def _limits(schema: Json) -> Iterator[str]:
    each = schema.get("items", schema)
    if "enum" in each:
        yield "、".join(map(str, each["enum"]))
    if "minimum" in schema:
        yield f"{schema['minimum']} 到 {schema['maximum']}"
    if "maxLength" in each:
        yield f"{'每个' if 'items' in schema else ''}最多 {each['maxLength']} 个字符"
    if "maxItems" in schema:
        yield f"最多 {schema['maxItems']} 个"
    if schema.get("default") not in (None, "", []):
        default = schema["default"]
        yield f"默认 {str(default).lower() if isinstance(default, bool) else default}"


def _last(reference: str) -> str:
    return reference.rsplit("/", 1)[-1]
