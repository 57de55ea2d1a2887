"""Addresses within the service, wherever it is mounted."""

from __future__ import annotations

from collections.abc import Mapping

from flask import current_app, request, url_for
from flask.blueprints import BlueprintSetupState

# The name of our blueprint, unless a portal gave it another.
NAME = "fanwen"
_HOMES = "fanwen"
# In the environment of a request, and in the extensions of an application: addresses that were made.
_KNOWN = "fanwen.addresses"
# Prefixes under which an application is reached, at most; a proxy may tell any.
MOST_PREFIXES = 100

_FILE = {"filename"}
_Addresses = dict[tuple[str, object], str]


def at(endpoint: str, /, **values: object) -> str:
    """The address of ``pages.results`` or ``static``; *values* fill its path, the others stand behind the question mark."""
    if values and values.keys() != _FILE:
        # There are as many as there are passages.
        return _made(endpoint, values)
    known, asked = _known(), (endpoint, values.get("filename"))
    address = known.get(asked)
    if address is None:
        address = known[asked] = _made(endpoint, values)
    return address


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


def _made(endpoint: str, values: Mapping[str, object]) -> str:
    return url_for(f"{_home() or NAME}.{endpoint}", **values)  # type: ignore[arg-type]


def _known() -> _Addresses:
    """The addresses that were made under the name and the prefix of this request: a page needs two dozen, all from the routes."""
    environ = request.environ
    known: _Addresses | None = environ.get(_KNOWN)
    if known is None:
        known = environ[_KNOWN] = _kept() if _from_routes_alone() else {}
    return known


def _kept() -> _Addresses:
    """Those that the application keeps."""
    kept: dict[tuple[str, str], _Addresses] = current_app.extensions.setdefault(_KNOWN, {})
    if len(kept) > MOST_PREFIXES:
        kept.clear()
    return kept.setdefault((_home(), request.script_root), {})


def _from_routes_alone() -> bool:
    """Whether a portal adds nothing of its own to addresses: a language, a host."""
    bound = current_app.url_map.host_matching or current_app.subdomain_matching
    return not bound and not any(current_app.url_default_functions.values())
