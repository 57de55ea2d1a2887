"""The access log: one JSON line for each request.

What was searched is no one's business: a query stands in the log as a hash under a secret of this site, unless ``log_queries``
allows it in the clear. Equal queries have equal hashes and can be counted; without the secret nobody can try a dictionary on them.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import os
import re
import secrets
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from flask import Request, Response, g

from indexer.config import Settings
from indexer.state.keys import make_private

logger = logging.getLogger(__name__)

# In the folder of the setting ``state``. Without it, older and newer lines cannot be compared.
FILE = "access-log.secret"
_SECRET_BYTES = 32
_HASH_LETTERS = 16
# Characters of a path, query or name that are written: a line is one write of less than a page.
_LONGEST = 500
# Controls, marks that change the direction of text, line separators and halves of pairs: a log is read in terminals.
_UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff\ufff9-\ufffb]"
)
_STANDARD_ERROR = 2
# Where a line cannot be written, that is told once in so many seconds.
_TOLD_EVERY = 60.0


@dataclass(frozen=True, slots=True)
class Visit:
    """What a line tells of a request. ``query`` is as typed; ``bytes`` is None where the answer is streamed."""

    method: str
    path: str
    status: int
    seconds: float
    bytes: int | None
    peer: str
    reader: str
    request_id: str
    query: str
    found: int | None

    @classmethod
    def of(cls, request: Request, response: Response, *, seconds: float, request_id: str) -> Visit:
        """The visit that *request* was and *response* answered. The path stands without what is behind the question mark."""
        page = g.get("fanwen_page")
        return cls(
            method=request.method,
            path=request.script_root + request.path,
            status=response.status_code,
            seconds=seconds,
            bytes=response.content_length or response.calculate_content_length(),
            peer=request.remote_addr or "",
            reader=g.get("fanwen_reader", ""),
            request_id=request_id,
            query=request.args.get("q", "").strip(),
            found=None if page is None else page.total,
        )


class AccessLog:
    """Writes visits. Several processes may write to one file; when it was moved or removed (rotation), it is made anew."""

    def __init__(self, path: Path | None, *, secret: bytes, in_the_clear: bool) -> None:
        """:param path: the file; None for standard error."""
        self._path = path
        self._secret = secret
        self._in_the_clear = in_the_clear
        self._lock = threading.Lock()
        self._file = _STANDARD_ERROR
        self._inode: tuple[int, int] | None = None
        self._told = -_TOLD_EVERY

    def write(self, visit: Visit) -> None:
        """Append the line of *visit*. A request never fails for its line: that it could not be written is told in the service's log."""
        line = (json.dumps(self._told_of(visit), ensure_ascii=False, separators=(",", ":")) + "\n").encode()
        try:
            # One write of a line to a file opened for appending stays whole among those of other processes.
            with self._lock:
                os.write(self._opened(), line)
        except OSError as error:
            self._complain(error)

    def hashed(self, query: str) -> str:
        """What stands for *query* in the log."""
        keyed = hmac.new(self._secret, query.encode("utf-8", "surrogatepass"), hashlib.sha256)
        return keyed.hexdigest()[:_HASH_LETTERS]

    def _told_of(self, visit: Visit) -> Mapping[str, object]:
        told: dict[str, object] = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "method": _printable(visit.method),
            "path": _printable(visit.path),
            "status": visit.status,
            "ms": round(visit.seconds * 1000, 1),
            "bytes": visit.bytes,
            "peer": _printable(visit.peer),
            "reader": _printable(visit.reader),
            "request": visit.request_id,
        }
        if visit.query:
            told["query"] = _printable(visit.query) if self._in_the_clear else self.hashed(visit.query)
        if visit.found is not None:
            told["found"] = visit.found
        return told

    def _opened(self) -> int:
        """The file to write to, opened again where its path leads elsewhere by now."""
        if self._path is None:
            return self._file
        if self._inode is None or self._inode != _inode(self._path):
            made = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
            if self._inode is not None:
                os.close(self._file)
            self._file, self._inode = made, _inode(self._path)
        return self._file

    def _complain(self, error: OSError) -> None:
        now = time.monotonic()
        if now - self._told >= _TOLD_EVERY:
            self._told = now
            logger.error("访问日志 %s 写不进去（%s）：请检查磁盘空间和权限。", self._path or "-", error.strerror)


def opened(settings: Settings) -> AccessLog | None:
    """The log that *settings* ask for, or None. Its secret is made where there is none yet."""
    if not settings.access_log:
        return None
    path = None if settings.access_log == "-" else Path(settings.access_log)
    return AccessLog(path, secret=_secret(settings.state / FILE), in_the_clear=settings.log_queries)


def _secret(path: Path) -> bytes:
    """The secret of this site. Of two processes that make one at the same time, one has its way."""
    make_private(path.parent)
    if not path.exists():
        drawn = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(drawn, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(_SECRET_BYTES))
        with suppress(FileExistsError):
            path.hardlink_to(drawn)
        drawn.unlink()
    return path.read_bytes()


def _inode(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def _printable(text: str) -> str:
    return _UNPRINTABLE.sub("\ufffd", text[:_LONGEST])
