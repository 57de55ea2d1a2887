"""How often something was tried, and which sessions were signed out: one small SQLite file that all workers share.

A limit kept in the memory of a process would be as many limits as there are workers.
"""

from __future__ import annotations

import math
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from indexer.state.keys import make_private

# A writer waits so long for the others. What is written takes a millisecond.
BUSY_SECONDS = 5.0

_TABLES = (
    "CREATE TABLE IF NOT EXISTS tried (bucket TEXT NOT NULL, at REAL NOT NULL)",
    "CREATE INDEX IF NOT EXISTS tried_by_bucket ON tried (bucket, at)",
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
            waits = [_wait(table, bound, now) for bound in bounds]
            if not any(waits):
                table.executemany("INSERT INTO tried VALUES (?, ?)", [(bound.bucket, now) for bound in bounds])
        return max(waits, default=0)

    def give_back(self, *bounds: Bound) -> None:
        """Take back the latest try under each of *bounds*: it was none of those that are bounded."""
        latest = "SELECT rowid FROM tried WHERE bucket = ? ORDER BY at DESC LIMIT 1"
        with self._writing() as table:
            for bound in bounds:
                table.execute(f"DELETE FROM tried WHERE rowid = ({latest})", (bound.bucket,))  # noqa: S608

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
        opened = sqlite3.connect(self._path, timeout=BUSY_SECONDS, isolation_level=None)
        with closing(opened) as table, table:
            # Before anything is read: two workers must not both see the last free place.
            table.execute("BEGIN IMMEDIATE")
            for statement in _TABLES:
                table.execute(statement)
            yield table


def _wait(table: sqlite3.Connection, bound: Bound, now: float) -> int:
    """Seconds until *bound* has room; what is older than it counts is dropped. A clock that was set back frees it too."""
    table.execute(
        "DELETE FROM tried WHERE bucket = ? AND (at <= ? OR at > ?)", (bound.bucket, now - bound.seconds, now)
    )
    newest = "SELECT at FROM tried WHERE bucket = ? ORDER BY at DESC LIMIT 1 OFFSET ?"
    row = table.execute(newest, (bound.bucket, bound.most - 1)).fetchone()
    return max(1, math.ceil(row[0] + bound.seconds - now)) if row else 0
