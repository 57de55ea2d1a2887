"""Whether a change was asked for by a page of this very service.

A library was looked for: Flask-WTF's CSRFProtect and SeaSurf hook into the whole application, which in a portal is not
ours, and Flask-WTF keeps its token in the application's session. So a form carries a token that itsdangerous signs for our
own session (``web/admin/sessions.py``), and what the browser says about the sender is looked at here, in the order that Go's
net/http settled on (CrossOriginProtection): Sec-Fetch-Site where it is sent, else Origin against Host.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Request


def is_own(request: Request) -> bool:
    """Whether *request* may come from a page of ours. A program that sends neither header may, and then needs its token."""
    site = request.headers.get("Sec-Fetch-Site", "")
    if site:
        # "none": the user's own doing, such as a reloaded page.
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin", "")
    # The scheme is not compared: a proxy in front may speak https while it asks us in http.
    return not origin or _host(origin) == request.host.lower()


def _host(origin: str) -> str:
    """Host and port of an Origin header; ``null`` has none."""
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""
