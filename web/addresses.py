"""Addresses within the service, wherever it is mounted."""

from __future__ import annotations

from flask import request, url_for

# The name of the outermost blueprint, unless a portal gave it another.
NAME = "fanwen"


def at(endpoint: str, /, **values: object) -> str:
    """The address of ``pages.results`` or ``static``; *values* fill its path, the others stand behind the question mark."""
    mounted = request.blueprints[-1] if request.blueprints else NAME
    return url_for(f"{mounted}.{endpoint}", **values)  # type: ignore[arg-type]
