"""``python -m web.running.waiting``: the service under waitress, where there is no gunicorn. One process, no fork, many threads."""

from __future__ import annotations

import copy
import logging
import signal
import threading
import time
from typing import TYPE_CHECKING, Any, ClassVar
from weakref import WeakSet

import waitress
from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import BaseWSGIServer
from waitress.utilities import Error

from indexer import config
from indexer.config import Settings
from web import create_app
from web.running import limits

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

logger = logging.getLogger(__name__)

# A worker of gunicorn has four threads; here one process does the work of all.
_THREADS = 8
# Uploads that are taken in at one time: each is stored as a whole before anybody asks who sends it.
_UPLOADS = 4
_Sockets = dict[int, Any]


class _Busy(Error):  # type: ignore[misc]  # waitress has no types
    """So many uploads come in that there is no room for one more."""

    code = 503
    reason = "Service Unavailable"


class _Parser(HTTPRequestParser):  # type: ignore[misc]
    """Refuses a body that nobody would read before it is stored. *uploads* are those under way in this server."""

    uploads: ClassVar[WeakSet[_Parser]]
    adj: Any

    def parse_header(self, header_plus: bytes) -> None:
        """What the head asks for decides how much may follow it."""
        super().parse_header(header_plus)
        if self.body_rcv is None:
            return
        if self.path != limits.UPLOAD:
            self.adj = _bounded(self.adj, self.path)
        elif len(self.uploads) < _UPLOADS:
            self.uploads.add(self)
        else:
            self._refuse()

    def _refuse(self) -> None:
        """Without a body there is nothing to store; behind an error waitress hangs up."""
        self.body_rcv, self.content_length, self.chunked, self.expect_continue = None, 0, False, False
        self.error = _Busy("uploads")


def _channel() -> type[HTTPChannel]:
    """The channels of one server."""
    parser = type("Parser", (_Parser,), {"uploads": WeakSet()})
    return type("Channel", (HTTPChannel,), {"parser_class": parser})


def _bounded(adjustments: Adjustments, path: str) -> Adjustments:
    """*adjustments* with the bound of a body to *path*."""
    bounded = copy.copy(adjustments)
    bounded.max_request_body_size = limits.form_bytes(path)
    return bounded


def main() -> None:
    """The service of the settings in force."""
    logging.basicConfig(level=logging.INFO)
    settings = config.load()
    serve(create_app(settings), settings)


def serve(app: WSGIApplication, settings: Settings) -> None:
    """Serve *app* until SIGTERM or Ctrl-C; requests in flight are answered before the end."""
    sockets: _Sockets = {}
    channels = _channel()
    server = waitress.create_server(app, map=sockets, **_options(settings))
    for listening in _listening(sockets):
        listening.channel_class = channels
    logger.info("waitress 在 %s:%d 上提供网页", settings.host, settings.port)
    stopping = _stopped_by_signals()
    while not stopping.is_set():
        wasyncore.loop(timeout=1, map=sockets, count=1)
    _finish(sockets)
    server.task_dispatcher.shutdown()


def _options(settings: Settings) -> dict[str, Any]:
    return {
        "host": settings.host,
        "port": settings.port,
        "threads": _THREADS,
        "ident": None,
        "connection_limit": limits.CONNECTIONS,
        # A waiting request counts as slow when nothing moved for so long.
        "channel_timeout": limits.SILENT_SECONDS,
        "max_request_header_size": limits.HEAD_BYTES,
        "max_request_body_size": limits.body_bytes(settings),
        # Who may tell about a proxy is decided in web/guard/proxies.py.
        "clear_untrusted_proxy_headers": False,
    }


def _stopped_by_signals() -> threading.Event:
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    return stopping


def _finish(sockets: _Sockets) -> None:
    """Listen no more, and let go of the others as they are answered."""
    for listening in _listening(sockets):
        listening.del_channel(sockets)
        listening.socket.close()
    end = time.monotonic() + limits.FAREWELL_SECONDS
    while any(map(_is_busy, sockets.values())) and time.monotonic() < end:
        wasyncore.loop(timeout=0.1, map=sockets, count=1)


def _listening(sockets: _Sockets) -> list[BaseWSGIServer]:
    return [own for own in sockets.values() if isinstance(own, BaseWSGIServer)]


def _is_busy(own: object) -> bool:
    return isinstance(own, HTTPChannel) and bool(own.requests or own.total_outbufs_len)


if __name__ == "__main__":
    main()
