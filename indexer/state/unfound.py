"""Searches that found nothing: what writers look for and the library lacks."""

from __future__ import annotations

import os
import sqlite3
import unicodedata
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from indexer.errors import StateError
from indexer.query import MAX_CHARACTERS
from indexer.state.keys import make_private

FILE = "unfound.sqlite"
MOST = 10_000

_TABLE = """
CREATE TABLE IF NOT EXISTS unfound (
    query TEXT PRIMARY KEY, count INTEGER NOT NULL, last TEXT NOT NULL
) WITHOUT ROWID
"""
_INDEX = "CREATE INDEX IF NOT EXISTS by_last ON unfound (last)"
_NOTE = """
INSERT INTO unfound VALUES (?, 1, ?) ON CONFLICT (query) DO UPDATE SET count = count + 1, last = excluded.last
"""
# The one that was asked longest ago gives way.
_BOUND = f"""
DELETE FROM unfound WHERE query IN (
    SELECT query FROM unfound ORDER BY last LIMIT max(0, (SELECT count(*) FROM unfound) - {MOST})
)
"""  # noqa: S608
_READ_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Missed:
    """A query that found nothing, how often, and when last (UTC, ISO 8601)."""

    query: str
    count: int
    last: str


class Unfound:
    """The queries in the file *path* (``unfound.sqlite`` in the folder of the setting ``state``), at most MOST of them.

    Safe in threads and processes.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def note(self, query: str) -> bool:
        """Count *query*; False where that was not possible at once: a search never waits or fails for it."""
        shown = _shown(query)
        if not shown:
            return False
        try:
            make_private(self.path.parent)
            with self._opened(wait=0.0) as table, table:
                table.execute(_NOTE, (shown, datetime.now(UTC).isoformat(timespec="seconds")))
                table.execute(_BOUND)
        except (sqlite3.Error, OSError, StateError):
            return False
        return True

    def listed(self, limit: int = 200) -> list[Missed]:
        """The queries that were asked most often, first. Raises StateError."""
        if not self.path.exists():
            return []
        with self._told(), self._opened(wait=_READ_SECONDS) as table:
            rows = table.execute(
                "SELECT query, count, last FROM unfound ORDER BY count DESC, last DESC, query LIMIT ?", (limit,)
            )
            return [Missed(*row) for row in rows]

    def forget(self, query: str) -> bool:
        """Drop one query, which the library can answer by now; False where it is not listed. Raises StateError."""
        if not self.path.exists():
            return False
        with self._told(), self._opened(wait=_READ_SECONDS) as table, table:
            return table.execute("DELETE FROM unfound WHERE query = ?", (query,)).rowcount > 0

    def clear(self) -> None:
        """Drop all queries. Raises StateError."""
        if self.path.exists():
            with self._told(), self._opened(wait=_READ_SECONDS) as table, table:
                # Nothing that was asked is left in free pages of the file.
                table.execute("PRAGMA secure_delete = ON")
                table.execute("DELETE FROM unfound")

    @contextmanager
    def _opened(self, *, wait: float) -> Iterator[sqlite3.Connection]:
        if not self.path.exists():
            os.close(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600))
        with closing(sqlite3.connect(self.path, timeout=wait)) as table:
            # After a power cut the last notes may be lost, or the list: a search does not wait for the disk.
            table.execute("PRAGMA synchronous = OFF")
            table.execute(_TABLE)
            table.execute(_INDEX)
            yield table

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise StateError(
                f"没有找到的检索词的记录 {self.path} 不能用（{error}）：请检查磁盘，或删去它重新开始。"
            ) from error


def _shown(query: str) -> str:
    """A query on one line, without what cannot be seen, as long as a query may be."""
    seen = "".join(sign for sign in query if sign.isspace() or unicodedata.category(sign) not in {"Cc", "Cf", "Cs"})
    return " ".join(seen.split())[:MAX_CHARACTERS]
