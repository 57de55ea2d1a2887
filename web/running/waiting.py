"""``python -m web.running.waiting``: the service under waitress, where there is no gunicorn. One process, no fork, many threads."""

from __future__ import annotations

import logging
import signal
import threading
import time
from typing import TYPE_CHECKING, Any

import waitress
from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import BaseWSGIServer

from indexer import config
from indexer.config import Settings
from web import create_app
from web.running import limits

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

logger = logging.getLogger(__name__)

# A worker of gunicorn has four threads; here one process does the work of all.
_THREADS = 8
_Sockets = dict[int, Any]


def main() -> None:
    """The service of the settings in force."""
    logging.basicConfig(level=logging.INFO)
    settings = config.load()
    serve(create_app(settings), settings)


def serve(app: WSGIApplication, settings: Settings) -> None:
    """Serve *app* until SIGTERM or Ctrl-C; requests in flight are answered before the end."""
    sockets: _Sockets = {}
    server = waitress.create_server(app, map=sockets, **_options(settings))
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
    for listening in [own for own in sockets.values() if isinstance(own, BaseWSGIServer)]:
        listening.del_channel(sockets)
        listening.socket.close()
    end = time.monotonic() + limits.FAREWELL_SECONDS
    while any(map(_is_busy, sockets.values())) and time.monotonic() < end:
        wasyncore.loop(timeout=0.1, map=sockets, count=1)


def _is_busy(own: object) -> bool:
    return isinstance(own, HTTPChannel) and bool(own.requests or own.total_outbufs_len)


if __name__ == "__main__":
    main()
