"""Addresses within the service, wherever it is mounted."""

from __future__ import annotations

from flask import current_app, request, url_for

# The name of the outermost blueprint, unless a portal gave it another.
NAME = "fanwen"


def at(endpoint: str, /, **values: object) -> str:
    """The address of ``pages.results`` or ``static``; *values* fill its path, the others stand behind the question mark."""
    mounted = request.blueprints[-1] if request.blueprints else NAME
    return url_for(f"{mounted}.{endpoint}", **values)  # type: ignore[arg-type]


def route() -> str:
    """The route of this request within the service, such as ``/passage/<passage_id>``; "" where it is none of ours."""
    if request.url_rule is None or not request.blueprints:
        return ""
    home = next(current_app.url_map.iter_rules(f"{request.blueprints[-1]}.pages.welcome"))
    return request.url_rule.rule[len(home.rule) - 1 :]
