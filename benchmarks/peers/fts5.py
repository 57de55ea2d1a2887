"""SQLite FTS5: the words of the texts, parted by blanks; the texts themselves are not kept."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from benchmarks.errors import BenchError
from benchmarks.peers import blank
from benchmarks.peers.base import TOP, Top
from benchmarks.questions import How, Question
from indexer.analysis import Analyzer

NAME = "sqlite fts5"
_FILE = "fts5.sqlite"
# Every sign is part of a word (10.5%): words are parted by blanks alone.
_TABLE = """
CREATE VIRTUAL TABLE found USING fts5(
    body, content='', tokenize="unicode61 remove_diacritics 0 categories 'L* M* N* P* S* Co Cs Cn'"
)
"""
_TOP = f"SELECT rowid, rank FROM found WHERE found MATCH ? ORDER BY rank LIMIT {TOP}"  # noqa: S608
_BETWEEN = {"any": " OR ", "all": " AND ", "row": " + "}


def build(corpus: Path, folder: Path, analyzer: Analyzer) -> None:
    """Index *corpus*. Raises BenchError where a token did not come through as it is."""
    seen: set[str] = set()
    with closing(sqlite3.connect(folder / _FILE)) as connection:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute(_TABLE)
        connection.executemany("INSERT INTO found(rowid, body) VALUES (?, ?)", _rows(corpus, analyzer, seen))
        connection.execute("INSERT INTO found(found) VALUES ('optimize')")
        connection.commit()
        _check(connection, seen)


class Fts5:
    """See :class:`benchmarks.peers.base.Peer`. BM25 with k1 1.2 and b 0.75, which cannot be set."""

    name = NAME
    hows: frozenset[How] = frozenset({"any", "all", "row"})

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._connection = sqlite3.connect(f"file:{folder / _FILE}?mode=ro&immutable=1", uri=True)
        self._connection.execute("PRAGMA mmap_size = 4000000000")

    def top(self, question: Question) -> Top:
        """See :class:`benchmarks.peers.base.Peer`."""
        match = _BETWEEN[question.how].join('"' + word.replace('"', '""') + '"' for word in question.words)
        return self._connection.execute(_TOP, [match]).fetchall()

    def lines(self, top: Top) -> list[int]:
        """See :class:`benchmarks.peers.base.Peer`."""
        return [int(line) for line, _ in top]

    def reopened(self) -> Fts5:
        """See :class:`benchmarks.peers.base.Peer`."""
        return Fts5(self._folder)

    def close(self) -> None:
        """See :class:`benchmarks.peers.base.Peer`."""
        self._connection.close()


def _rows(corpus: Path, analyzer: Analyzer, seen: set[str]) -> Iterator[tuple[int, str]]:
    for line, body in enumerate(blank.bodies(corpus, analyzer), 1):
        seen.update(body)
        yield line, " ".join(body)


def _check(connection: sqlite3.Connection, seen: set[str]) -> None:
    connection.execute("CREATE VIRTUAL TABLE temp.terms USING fts5vocab(main, found, row)")
    kept = {term for (term,) in connection.execute("SELECT term FROM temp.terms")}
    if lost := sorted(seen - kept):
        raise BenchError(f"FTS5 没有原样收下 {len(lost)} 个词（如“{lost[0]}”），无法公平比较：请把这条信息发给维护者。")
