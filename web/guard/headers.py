"""The headers that every answer carries."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response, request

from indexer.config import Settings
from web.addresses import endpoint, route
from web.guard.reader import reader

_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors "
)

# What a browser can do for a page, and no page of ours needs. Only names that Chromium knows: it warns about others.
_UNUSED = (
    "accelerometer",
    "autoplay",
    "camera",
    "clipboard-read",
    "display-capture",
    "encrypted-media",
    "fullscreen",
    "gamepad",
    "geolocation",
    "gyroscope",
    "hid",
    "idle-detection",
    "local-fonts",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "picture-in-picture",
    "publickey-credentials-get",
    "screen-wake-lock",
    "serial",
    "usb",
    "xr-spatial-tracking",
)

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": f"{_POLICY}'none'",
    "X-Content-Type-Options": "nosniff",
    # A form of ours is known by its Origin, which is null under no-referrer; nobody else is told anything.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": ", ".join(["clipboard-write=(self)", *(f"{name}=()" for name in _UNUSED)]),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # What a page shows depends on the index of the moment, what a file of ours holds on the version installed: both are kept
    # and asked after (ETag), never taken for good.
    "Cache-Control": "no-cache",
}

# A year: the reader's browser does not try http again.
STRICT_TRANSPORT = "max-age=31536000"

# Loaded by the pages of other sites.
_FOR_OTHERS = "/widget.js"
_FRAME = "embed.frame"


def secured(response: Response) -> Response:
    """*response* with every header that it does not carry yet."""
    if _is_for_others():
        response.headers.setdefault("Cross-Origin-Resource-Policy", "cross-origin")
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if response.headers["Content-Security-Policy"].endswith("frame-ancestors 'none'"):
        response.headers.setdefault("X-Frame-Options", "DENY")
    if reader():
        # Whoever passes answers on must not give this one to somebody who may not read.
        response.cache_control.private = True
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", STRICT_TRANSPORT)
    return response


def secured_elsewhere(response: Response) -> Response:
    """The same for what answers where no page of ours does; one of ours has been here before."""
    return response if endpoint() else secured(response)


class Framing:
    """Which sites may show ``/embed`` in a frame: those that are listed, and no other page of ours anywhere."""

    def __init__(self, settings: Settings) -> None:
        self.parents = settings.frame_parents

    def allow(self, response: Response) -> Response:
        """*response*, which the listed sites may frame where it is the page for that."""
        if self.parents and (request.endpoint or "").endswith(f".{_FRAME}"):
            response.headers.setdefault("Content-Security-Policy", _POLICY + " ".join(self.parents))
        return response


def _is_for_others() -> bool:
    """Whether the pages of other sites load this: the widget, and files whose names begin with its."""
    filename = (request.view_args or {}).get("filename", "")
    return route() == _FOR_OTHERS or str(filename).startswith("widget")
