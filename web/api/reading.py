"""Requests -> checked values; what cannot be used is refused by name, with the reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NoReturn

from flask import request
from marshmallow import RAISE, Schema, ValidationError, fields
from webargs.flaskparser import FlaskParser

from web.api.problems import Refused

# So much of a strange name is told, and of so many of them.
NAME_SHOWN = 60
NAMES_SHOWN = 20
_ONCE = ["只能写一次"]


class _Wrong(Exception):
    """What is wrong, by parameter."""

    def __init__(self, messages: Mapping[str, Any]) -> None:
        super().__init__(messages)
        self.messages = messages


class _Parser(FlaskParser):
    def handle_error(self, error: ValidationError, *_: object, **__: object) -> NoReturn:
        """Let the reader tell it, instead of answering with a status of the library's."""
        told = error.messages
        raise _Wrong(told["query"] if isinstance(told, dict) else {})


def read(schema: Schema) -> Any:
    """What stands behind the question mark, as *schema* makes it. Refused where it does not."""
    wrong: dict[str, Any] = dict.fromkeys(_repeated(schema), _ONCE)
    try:
        values = _Parser().parse(schema, request, location="query", unknown=RAISE)
    except _Wrong as error:
        raise _refusal({**wrong, **error.messages}) from error
    if wrong:
        raise _refusal(wrong)
    return values


def _repeated(schema: Schema) -> Iterator[str]:
    """The names that are written several times and may stand but once."""
    for name, values in request.args.lists():
        if len(values) > 1 and not isinstance(schema.fields.get(name), fields.List):
            yield name


def _refusal(messages: Mapping[str, Any]) -> Refused:
    wrong = [{"name": name[:NAME_SHOWN], "reason": "；".join(_reasons(told))} for name, told in messages.items()]
    shown = wrong[:NAMES_SHOWN]
    return Refused("bad_parameters", f"请改正这些参数：{'、'.join(each['name'] for each in shown)}。", parameters=shown)


def _reasons(told: object) -> Iterable[str]:
    """The reasons for one parameter, those of the values of a list among them."""
    if isinstance(told, Mapping):
        return dict.fromkeys(reason for each in told.values() for reason in _reasons(each))
    return [str(reason) for reason in told] if isinstance(told, list) else [str(told)]
