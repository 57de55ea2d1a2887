"""What is done around every request: its time is limited, it gets a name, a line in the access log and its place in the metrics."""

from __future__ import annotations

import re
import secrets
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

from flask import Blueprint, Flask, Response, g, request

from indexer.deadline import within
from indexer.pages import Page
from web.addresses import endpoint
from web.guard.proxies import Listed, peer
from web.running import accesslog

if TYPE_CHECKING:
    from web.site import Site

# What hangs on a request, in ``flask.g``; taken away at its end, since a test or a portal may keep ``g`` for several.
_KEPT = ("fanwen_started", "fanwen_ended", "fanwen_request", "fanwen_page")
_GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


def answered(page: Page) -> None:
    """Tell that *page* answers this request, so that it is counted what searches find."""
    g.fanwen_page = page


def unhurried() -> None:
    """Lift the limit of time from this request: who minds the library waits for what has to be done."""
    if limit := g.get("fanwen_limit"):
        limit.close()


class Observer:
    """The hooks around the requests of one service. What two of them see (our application mounts the blueprint) counts once."""

    def __init__(self, site: Site) -> None:
        self.seconds = site.settings.request_seconds
        self.listed = Listed(site.settings.trusted_proxies)
        self.metrics = site.metrics
        self.log = accesslog.opened(site.settings)

    def register(self, app: Flask | Blueprint) -> None:
        """Be asked before and after each request of *app*. Comes before whoever may refuse a request."""
        app.before_request(self.begin)
        app.after_request(self.end)
        app.teardown_request(self.close)

    def begin(self) -> None:
        """Start the clock."""
        if "fanwen_started" in g:
            return
        g.fanwen_started = time.perf_counter()
        g.fanwen_request = self._name()
        g.fanwen_limit = ExitStack()
        g.fanwen_limit.enter_context(within(self.seconds))

    def end(self, response: Response) -> Response:
        """Count the request and write it down."""
        if "fanwen_started" not in g or "fanwen_ended" in g:
            return response
        g.fanwen_ended = True
        seconds = time.perf_counter() - g.fanwen_started
        response.headers["X-Request-Id"] = g.fanwen_request
        if self.metrics:
            self.metrics.count(endpoint(), response.status_code, seconds, page=g.get("fanwen_page"))
        if self.log:
            self.log.write(accesslog.Visit.of(request, response, seconds=seconds, request_id=g.fanwen_request))
        return response

    def close(self, _error: BaseException | None) -> None:
        """The next request of this thread has a time of its own."""
        if limit := g.pop("fanwen_limit", None):
            limit.close()
        for name in _KEPT:
            g.pop(name, None)

    def _name(self) -> str:
        """The name that a listed proxy gave to this request, so that its log and ours can be put together; else a new one."""
        given = request.headers.get("X-Request-Id", "")
        known = peer(request.environ) in self.listed and _GIVEN_ID.fullmatch(given)
        return given if known else secrets.token_hex(8)
