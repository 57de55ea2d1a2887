"""What gunicorn does around the application: ``gunicorn --preload --config web/running/serving.py server:app``.

Every name here that is one of gunicorn's settings is taken as such.
"""

from __future__ import annotations

import gc
import os
import socket
import struct
import time
from collections.abc import Callable
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

from web.running import limits

# A worker that does not even say that it lives is replaced. No request takes so long: see the setting request_seconds.
timeout = 60
graceful_timeout = limits.FAREWELL_SECONDS
keepalive = limits.KEEPALIVE_SECONDS
limit_request_line = limits.LINE_BYTES
limit_request_fields = limits.HEAD_FIELDS
limit_request_field_size = limits.LINE_BYTES
# What a proxy tells is read in web/guard/proxies.py, from the listed ones only. Gunicorn would believe whoever sits on this machine.
forwarded_allow_ips = ""
forwarder_headers = ""


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """Threads that nobody can keep waiting: a head or a body that comes in drop by drop is cut off."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._ends: dict[Any, float] = {}

    def handle(self, conn: Any) -> Any:
        """From here on the client's clock runs. A connection without a byte costs no thread."""
        self._ends[conn] = time.monotonic() + limits.HEAD_SECONDS
        try:
            return super().handle(conn)
        finally:
            self._ends.pop(conn, None)

    def handle_request(self, req: Any, conn: Any) -> Any:
        """The head is there. A body has a clock of its own, which stops when all of it was read: what is done then takes its time."""
        self._ends.pop(conn, None)
        length = getattr(req.body.reader, "length", None)
        if length == 0:
            return super().handle_request(req, conn)
        self._ends[conn] = time.monotonic() + limits.body_seconds(req.path, length or 0)
        req.body.reader = _Watched(req.body.reader, done=lambda: self._ends.pop(conn, None))
        try:
            return super().handle_request(req, conn)
        finally:
            # What the application did not want is read now, to find the next request behind it: no upload is worth waiting for.
            if conn in self._ends:
                self._ends[conn] = min(self._ends[conn], time.monotonic() + limits.BODY_SECONDS)

    def murder_pending(self) -> None:
        """About once a second: end what has taken too long."""
        now = time.monotonic()
        for conn, end in list(self._ends.items()):
            if end < now:
                _hang_up(conn.sock)
        super().murder_pending()


class _Watched:
    """A reader of gunicorn's that tells when it is at its end."""

    def __init__(self, reader: Any, *, done: Callable[[], object]) -> None:
        self._reader = reader
        self._done = done

    def read(self, size: int) -> bytes:
        """At most *size* bytes."""
        data: bytes = self._reader.read(size)
        # A reader of known length counts down; one of chunks ends with nothing.
        if not data or getattr(self._reader, "length", None) == 0:
            self._done()
        return data


worker_class = Worker


def when_ready(server: Any) -> None:
    """Before the workers are forked: keep what is loaded out of their garbage collection, and bound every wait for a client.

    A full collection goes through 250,000 objects of dictionaries and libraries that never go away, which makes one request
    in a few hundred wait for 70 ms, and writes to each, so that workers no longer share their memory.
    """
    gc.collect()
    gc.freeze()
    for listener in server.LISTENERS:
        _bound_waits(listener.sock)


def child_exit(_server: object, worker: Any) -> None:
    """A worker is gone: what it alone could tell Prometheus goes with it, what it has counted stays in the sums."""
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        from prometheus_client.multiprocess import mark_process_dead

        mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def _bound_waits(listening: socket.socket) -> None:
    """Connections inherit from the socket that they came in at how long one read or write may wait."""
    wait = struct.pack("ll", limits.SILENT_SECONDS, 0)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, wait)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, wait)


def _hang_up(client: socket.socket) -> None:
    try:
        client.shutdown(socket.SHUT_RDWR)
    except OSError:
        # It has gone by itself.
        return
