"""Addresses within the service, wherever it is mounted."""

from __future__ import annotations

from flask import current_app, request, url_for
from flask.blueprints import BlueprintSetupState

# The name of our blueprint, unless a portal gave it another.
NAME = "fanwen"
_HOMES = "fanwen"
# In the environment of a request: the addresses that were made for it.
_KNOWN = "fanwen.addresses"


def at(endpoint: str, /, **values: object) -> str:
    """The address of ``pages.results`` or ``static``; *values* fill its path, the others stand behind the question mark."""
    # A page of results asks for its own address a dozen times; the next request may come in under another prefix.
    known: dict[object, str] = request.environ.setdefault(_KNOWN, {})
    asked = (endpoint, *values.items())
    if asked not in known:
        known[asked] = url_for(f"{_home() or NAME}.{endpoint}", **values)  # type: ignore[arg-type]
    return known[asked]


def route() -> str:
    """The route of this request within the service, such as ``/passage/<passage_id>``; "" where it is none of ours."""
    home = _home()
    if request.url_rule is None or not home:
        return ""
    first = next(current_app.url_map.iter_rules(f"{home}.pages.welcome"))
    return request.url_rule.rule[len(first.rule) - 1 :]


def endpoint() -> str:
    """What answers this request, such as ``pages.results``, wherever the service is mounted; "" where it is none of ours."""
    home = _home()
    return (request.endpoint or "").removeprefix(f"{home}.") if home else ""


def settle(state: BlueprintSetupState) -> None:
    """Remember the name that our blueprint has in an application, such as ``apps.library`` within a portal's own ``apps``."""
    homes: set[str] = state.app.extensions.setdefault(_HOMES, set())
    homes.add(f"{state.name_prefix}.{state.name}".lstrip("."))


def _home() -> str:
    """The name of our blueprint as it answers this request; "" where it does not."""
    homes = current_app.extensions.get(_HOMES, ())
    return next((name for name in request.blueprints if name in homes), "")
