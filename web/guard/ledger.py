"""How often something was tried, and which sessions were signed out: one small SQLite file that all workers share.

A limit kept in the memory of a process would be as many limits as there are workers.
"""

from __future__ import annotations

import ipaddress
import math
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from indexer.state.keys import make_private

# A writer waits so long for the others. What is written takes a millisecond.
BUSY_SECONDS = 5.0
# No bound counts what is older. Addresses that never come back would fill the file.
FORGOTTEN_SECONDS = 3600

_TABLES = (
    "CREATE TABLE IF NOT EXISTS tried (bucket TEXT NOT NULL, at REAL NOT NULL)",
    "CREATE INDEX IF NOT EXISTS tried_by_bucket ON tried (bucket, at)",
    "CREATE INDEX IF NOT EXISTS tried_by_time ON tried (at)",
    "CREATE TABLE IF NOT EXISTS ended (session TEXT PRIMARY KEY, until REAL NOT NULL) WITHOUT ROWID",
)


@dataclass(frozen=True, slots=True)
class Bound:
    """At most *most* tries in any *seconds*, counted under *bucket*."""

    bucket: str
    most: int
    seconds: int


class Ledger:
    """See the module. Safe to share between threads and processes. Raises sqlite3.Error where the file cannot be used."""

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.time) -> None:
        self._path = path
        self._clock = clock

    def take(self, *bounds: Bound) -> int:
        """Count one try under each of *bounds*; where one is full, count none and tell the seconds to wait for it."""
        with self._writing() as table:
            # Asked when it is our turn: a moment from before would make what others wrote meanwhile look like the future.
            now = self._clock()
            table.execute("DELETE FROM tried WHERE at < ?", (now - FORGOTTEN_SECONDS,))
            waits = [_wait(table, bound, now) for bound in bounds]
            if not any(waits):
                table.executemany("INSERT INTO tried VALUES (?, ?)", [(bound.bucket, now) for bound in bounds])
        return max(waits, default=0)

    def end(self, session: str, *, until: float) -> None:
        """Remember that *session* was signed out, as long as its cookie would be good."""
        with self._writing() as table:
            table.execute("DELETE FROM ended WHERE until < ?", (self._clock(),))
            table.execute("INSERT OR REPLACE INTO ended VALUES (?, ?)", (session, until))

    def has_ended(self, session: str) -> bool:
        """Whether *session* was signed out."""
        if not self._path.exists():
            return False
        with self._writing() as table:
            return table.execute("SELECT 1 FROM ended WHERE session = ?", (session,)).fetchone() is not None

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        make_private(self._path.parent)
        if not self._path.exists():
            # SQLite itself would let everybody read which addresses came.
            os.close(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600))
        opened = sqlite3.connect(self._path, timeout=BUSY_SECONDS, isolation_level=None)
        with closing(opened) as table, table:
            # Before anything is read: two workers must not both see the last free place.
            table.execute("BEGIN IMMEDIATE")
            for statement in _TABLES:
                table.execute(statement)
            yield table


def network(peer: str) -> str:
    """Who is taken for one: an IPv4 address, or the 64 bits of IPv6 that belong to one line."""
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return peer
    return str(ipaddress.ip_network((peer, 64), strict=False)) if address.version == 6 else peer


def _wait(table: sqlite3.Connection, bound: Bound, now: float) -> int:
    """Seconds until *bound* has room; what is older than it counts is dropped. A clock that was set back frees it too."""
    table.execute(
        "DELETE FROM tried WHERE bucket = ? AND (at <= ? OR at > ?)", (bound.bucket, now - bound.seconds, now)
    )
    newest = "SELECT at FROM tried WHERE bucket = ? ORDER BY at DESC LIMIT 1 OFFSET ?"
    row = table.execute(newest, (bound.bucket, bound.most - 1)).fetchone()
    return max(1, math.ceil(row[0] + bound.seconds - now)) if row else 0
