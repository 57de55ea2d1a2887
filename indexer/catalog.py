"""What sources an index holds: one SQLite table beside the postings, and the summary of the last run.

The file belongs to a generation: it is written while the generation is built and never changed afterwards, so that
readers open it as immutable.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from indexer.text import fold_text

# How many names are read at a time, so that the table may change while they are streamed.
_PAGE = 1000

_TABLES = """
CREATE TABLE IF NOT EXISTS source (
    name BLOB PRIMARY KEY, fingerprint TEXT NOT NULL, bytes INTEGER NOT NULL, encoding TEXT NOT NULL,
    documents INTEGER NOT NULL, passages INTEGER NOT NULL,
    kinds TEXT NOT NULL, years TEXT NOT NULL, set_aside TEXT NOT NULL, warnings TEXT NOT NULL,
    reason TEXT NOT NULL, code TEXT NOT NULL, added TEXT NOT NULL, changed TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS run (summary TEXT NOT NULL);
"""
_COLUMNS = (
    "name, fingerprint, bytes, encoding, documents, passages, "
    "kinds, years, set_aside, warnings, reason, code, added, changed"
)


@dataclass(frozen=True, slots=True)
class SourceEntry:
    """A source as the catalog knows it.

    ``fingerprint`` tells its content apart; ``bytes`` is its size. ``kinds`` and ``years`` count its documents by 文种
    and by year, ``set_aside`` its lines of furniture by reason. ``reason`` and ``code`` are set where the source was
    skipped. ``added`` and ``changed`` are times in UTC (ISO 8601), filled in by :meth:`Catalog.put`.
    """

    name: str
    fingerprint: str
    bytes: int = 0
    encoding: str = ""
    documents: int = 0
    passages: int = 0
    kinds: Mapping[str, int] = field(default_factory=dict)
    years: Mapping[int, int] = field(default_factory=dict)
    set_aside: Mapping[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    reason: str = ""
    code: str = ""
    added: str = ""
    changed: str = ""


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over a catalog. ``sources`` counts what was read, ``skipped`` what was not, by code."""

    sources: int
    bytes: int
    documents: int
    passages: int
    kinds: Mapping[str, int]
    years: Mapping[int, int]
    set_aside: Mapping[str, int]
    encodings: Mapping[str, int]
    skipped: Mapping[str, int]


class Catalog:
    """See the module. An object serves one thread at a time; what is changed is kept when :meth:`close` is called."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    @classmethod
    def writable(cls, path: Path) -> Catalog:
        """The catalog in *path*, made where there is none."""
        connection = sqlite3.connect(path)
        # The generation is synced to disk as a whole when it is complete, and thrown away when it is not.
        connection.executescript("PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF;")
        connection.executescript(_TABLES)
        return cls(connection)

    @classmethod
    def readable(cls, path: Path) -> Catalog:
        """The finished catalog in *path*; sqlite3.OperationalError where there is none."""
        uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        return cls(sqlite3.connect(uri, uri=True, check_same_thread=False))

    def close(self) -> None:
        """Keep what was changed, and release the file."""
        with closing(self._connection):
            self._connection.commit()

    def fingerprints(self) -> Iterator[tuple[str, str]]:
        """(name, fingerprint) of every source, by name. The catalog may be changed meanwhile."""
        last: bytes = b""
        while page := self._rows("name, fingerprint", "WHERE name > ? ORDER BY name LIMIT ?", last, _PAGE):
            yield from ((_text(name), fingerprint) for name, fingerprint in page)
            last = page[-1][0]

    def fingerprint(self, name: str) -> str | None:
        """The fingerprint of a source, or None where it is not known."""
        rows = self._rows("fingerprint", "WHERE name = ?", _key(name))
        return rows[0][0] if rows else None

    def entry(self, name: str) -> SourceEntry | None:
        """What is known of a source, or None."""
        rows = self._rows(_COLUMNS, "WHERE name = ?", _key(name))
        return _entry(rows[0]) if rows else None

    def entries(self) -> Iterator[SourceEntry]:
        """Every source, skipped or not, by name."""
        return self._stream("")

    def skipped(self) -> Iterator[SourceEntry]:
        """The sources that were skipped, by name."""
        return self._stream("AND code != ''")

    def newest(self, limit: int) -> list[SourceEntry]:
        """The sources that were read and came last, the newest first."""
        return list(map(_entry, self._rows(_COLUMNS, "WHERE code = '' ORDER BY added DESC, name LIMIT ?", limit)))

    def page(
        self, text: str, *, limit: int, offset: int, code: str | None = None
    ) -> tuple[int, tuple[SourceEntry, ...]]:
        """How many sources have *text* in their name (in any case and width), and a stretch of them by name.

        *code* asks for those that were skipped for this reason, ``""`` for those that were read.
        """
        wanted = fold_text(text.strip())
        condition, values = ("", ()) if code is None else ("WHERE code = ?", (code,))
        rows = self._rows("name", f"{condition} ORDER BY name", *values)
        names = [name for (name,) in rows if not wanted or wanted in fold_text(_text(name))]
        entries = (self.entry(_text(name)) for name in names[offset : offset + limit])
        return len(names), tuple(entry for entry in entries if entry is not None)

    def put(self, entry: SourceEntry) -> None:
        """Add a source, or replace what was known of it; ``added`` stays what it was."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        former = self._rows("added", "WHERE name = ?", _key(entry.name))
        added = entry.added or (former[0][0] if former else now)
        values = (*_values(entry), added, entry.changed or now)
        marks = ", ".join("?" * len(values))
        self._connection.execute(f"INSERT OR REPLACE INTO source ({_COLUMNS}) VALUES ({marks})", values)  # noqa: S608

    def delete(self, name: str) -> bool:
        """Forget a source; whether it was known."""
        return self._connection.execute("DELETE FROM source WHERE name = ?", (_key(name),)).rowcount > 0

    def totals(self) -> Totals:
        """Sums over all sources."""
        read = "count(*), coalesce(sum(bytes), 0), coalesce(sum(documents), 0), coalesce(sum(passages), 0)"
        sources, size, documents, passages = self._rows(read, "WHERE code = ''")[0]
        return Totals(
            sources=sources,
            bytes=size,
            documents=documents,
            passages=passages,
            kinds=self._sums("kinds"),
            years={int(year): count for year, count in self._sums("years").items()},
            set_aside=self._sums("set_aside"),
            encodings=dict(
                self._rows("encoding, count(*)", "WHERE encoding != '' GROUP BY encoding ORDER BY encoding")
            ),
            skipped=dict(self._rows("code, count(*)", "WHERE code != '' GROUP BY code ORDER BY code")),
        )

    def set_run(self, summary: Mapping[str, object]) -> None:
        """Keep the summary of a run (values that JSON can hold) in place of the one before."""
        self._connection.execute("DELETE FROM run")
        self._connection.execute("INSERT INTO run VALUES (?)", (json.dumps(summary),))

    def run(self) -> dict[str, Any]:
        """The summary of the last run; empty where there is none."""
        row = self._connection.execute("SELECT summary FROM run").fetchone()
        summary: dict[str, Any] = json.loads(row[0]) if row else {}
        return summary

    def _rows(self, columns: str, rest: str, *values: object) -> list[tuple[Any, ...]]:
        return self._connection.execute(f"SELECT {columns} FROM source {rest}", values).fetchall()  # noqa: S608

    def _stream(self, condition: str) -> Iterator[SourceEntry]:
        last: bytes = b""
        while page := self._rows(_COLUMNS, f"WHERE name > ? {condition} ORDER BY name LIMIT ?", last, _PAGE):
            yield from map(_entry, page)
            last = page[-1][0]

    def _sums(self, column: str) -> dict[str, int]:
        sums: Counter[str] = Counter()
        for (text,) in self._connection.execute(f"SELECT {column} FROM source WHERE {column} != '{{}}'"):  # noqa: S608
            sums.update(json.loads(text))
        return dict(sorted(sums.items()))


def _key(name: str) -> bytes:
    # A file name may hold bytes that are no UTF-8 (kept as lone surrogates), which SQLite's TEXT refuses.
    return name.encode("utf-8", "surrogatepass")


def _text(key: bytes) -> str:
    return key.decode("utf-8", "surrogatepass")


def _values(entry: SourceEntry) -> tuple[object, ...]:
    return (
        _key(entry.name),
        entry.fingerprint,
        entry.bytes,
        entry.encoding,
        entry.documents,
        entry.passages,
        json.dumps(dict(entry.kinds)),
        json.dumps(dict(entry.years)),
        json.dumps(dict(entry.set_aside)),
        json.dumps(entry.warnings),
        entry.reason.encode("utf-8", "replace").decode(),
        entry.code,
    )


def _entry(row: tuple[Any, ...]) -> SourceEntry:
    name, fingerprint, size, encoding, documents, passages, *texts = row
    kinds, years, set_aside, warnings, reason, code, added, changed = texts
    return SourceEntry(
        name=_text(name),
        fingerprint=fingerprint,
        bytes=size,
        encoding=encoding,
        documents=documents,
        passages=passages,
        kinds=json.loads(kinds),
        years={int(year): count for year, count in json.loads(years).items()},
        set_aside=json.loads(set_aside),
        warnings=tuple(json.loads(warnings)),
        reason=reason,
        code=code,
        added=added,
        changed=changed,
    )
