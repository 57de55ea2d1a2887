"""The fields of requests and answers: what they take, and what they say where they refuse it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from marshmallow import Schema, fields, validate

# int() would take 1_000, ２ and blanks around a number as well, which no reader of the document expects.
_WHOLE = re.compile(r"-?\d{1,12}", re.ASCII)


class Whole(fields.Integer):
    """A whole number, written in ASCII digits."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> int:
        if not isinstance(value, str) or not _WHOLE.fullmatch(value):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **kwargs)


def text(what: str, *, most: int, least: int = 0, example: str = "") -> fields.String:
    """A text of *least* to *most* characters; none is the same as an empty one."""
    long = validate.Length(min=least or None, max=most, error=_length(least, most))
    return fields.String(
        load_default="", validate=long, metadata=_told(what, example), error_messages={"invalid": "应为一段文字"}
    )


def whole(what: str, *, low: int, high: int, default: int | None = None, example: str = "") -> Whole:
    """A whole number from *low* to *high*; without *default*, none is 0."""
    return Whole(
        load_default=(lambda: 0) if default is None else default,
        validate=validate.Range(min=low, max=high, error="应在 {min} 到 {max} 之间"),
        metadata=_told(what, int(example) if example else None),
        error_messages={"invalid": "应为整数"},
    )


def yes_or_no(what: str, *, default: bool) -> fields.Boolean:
    """``true`` or ``false``."""
    return fields.Boolean(
        load_default=default,
        truthy={"true"},
        falsy={"false"},
        metadata=_told(what),
        error_messages={"invalid": "应为 true 或 false"},
    )


def one_of(what: str, names: Iterable[str], *, default: str | None = None) -> fields.String:
    """One of *names*; without *default*, none is an empty text."""
    return fields.String(
        load_default=(lambda: "") if default is None else default, validate=_among(names), metadata=_told(what)
    )


def several(what: str, *, most: int, among: Iterable[str] = (), length: int = 0, example: str = "") -> fields.List[Any]:
    """A parameter that may be repeated: texts *among* those given, or any of 1 to *length* characters."""
    each = _among(among) if among else validate.Length(min=1, max=length, error=_length(1, length))
    return fields.List(
        fields.String(validate=each),
        load_default=list,
        validate=validate.Length(max=most, error="最多 {max} 个"),
        metadata=_told(what, [example] if example else None),
    )


# Answers


def given(
    kind: type[fields.Field[Any]], what: str, *, null: bool = False, required: bool = True, among: Iterable[str] = ()
) -> Any:
    """A member of an answer: of every one, unless it is not *required*."""
    return kind(required=required, allow_none=null, validate=_among(among) if among else None, metadata=_told(what))


def texts(what: str, *, among: Iterable[str] = ()) -> fields.List[Any]:
    """A list of texts."""
    each = fields.String(validate=_among(among) if among else None)
    return fields.List(each, required=True, metadata=_told(what))


def listed(schema: type[Schema], what: str, *, required: bool = True) -> fields.List[Any]:
    """A list of values of one shape."""
    return fields.List(fields.Nested(schema), required=required, metadata=_told(what))


def nested(schema: type[Schema], what: str, *, null: bool = False, required: bool = True) -> fields.Nested:
    """A value of one shape."""
    return fields.Nested(schema, required=required, allow_none=null, metadata=_told(what))


def _told(what: str, example: object = None) -> dict[str, Any]:
    return {"description": what, "examples": [example]} if example else {"description": what}


def _among(names: Iterable[str]) -> validate.OneOf:
    known = tuple(names)
    return validate.OneOf(known, error=f"应为 {'、'.join(known)} 之一")


def _length(least: int, most: int) -> str:
    return f"应有 {least} 到 {most} 个字符" if least else f"最多 {most} 个字符"
