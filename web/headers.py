"""The headers that every answer carries."""

from __future__ import annotations

from flask import Response

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    # What a page shows depends on the index of the moment.
    "Cache-Control": "no-cache",
}


def secured(response: Response) -> Response:
    """*response* with every header that it does not carry yet."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response
