"""The words, phrases, headings and titles of an index with their counts, to be looked up by text and by pinyin.

One SQLite file beside the postings. It belongs to a generation: it is written while the generation is built and never
changed afterwards, so that readers open it as immutable.

=========  ==================================================================================================
entry      text (folded) and kind, with its count and the form to show
sound      words and phrases by their syllables as many speakers hear them (``huan jin`` for 环境)
spelling   entries by the letters of their pinyin (``huanjing``), for what is being typed
initials   entries by the first letters of their syllables (``hj``)
=========  ==================================================================================================

The count of a word or phrase is the number of passages that hold it, that of a heading or title the number of parts.
Words, headings and titles are counted exactly as long as there are no more of them than ``LIMITS`` says. A phrase is
taken in once a single run has met it in ``FREQUENT`` passages: an index that grows by a few files a day counts some of
its phrases low until it is rebuilt.
"""

from __future__ import annotations

import sqlite3
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Literal, get_args

from indexer.errors import IndexDamaged
from indexer.text import fold_text
from indexer.vocabulary import pinyin
from indexer.vocabulary.counting import LONGEST_PHRASE, Counting

Kind = Literal["word", "phrase", "heading", "title"]
KINDS: tuple[Kind, ...] = get_args(Kind)
# How many entries of a kind are kept, the most frequent first.
LIMITS: Mapping[Kind, int] = {"word": 200_000, "phrase": 100_000, "heading": 100_000, "title": 100_000}
FREQUENT = 3
# Nobody types more of a heading than this; a longer reading is not kept.
_SPELLED = 16
_WORDS = (KINDS.index("word"), KINDS.index("phrase"))
_CHUNK = 400
_CACHE = "PRAGMA cache_size = -100000;"

_TABLES = """
CREATE TABLE IF NOT EXISTS entry (
    text TEXT, kind INTEGER, count INTEGER NOT NULL, shown TEXT NOT NULL, PRIMARY KEY (text, kind)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sound (key TEXT, syllables TEXT, text TEXT, PRIMARY KEY (key, syllables, text)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS spelling (key TEXT, text TEXT, PRIMARY KEY (key, text)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS initials (key TEXT, text TEXT, PRIMARY KEY (key, text)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS size (passages INTEGER NOT NULL);
"""
_COLUMNS = {"sound": ("key", "syllables", "text"), "spelling": ("key", "text"), "initials": ("key", "text")}
_ADD = """
INSERT INTO entry (text, kind, count, shown) VALUES (?, ?, ?, ?)
ON CONFLICT (text, kind) DO UPDATE SET count = count + excluded.count
"""
_RANKED = "ORDER BY count DESC, length(e.text), e.text, kind LIMIT ?"


@dataclass(frozen=True, slots=True)
class Entry:
    """A text that the index holds, and how often (see the module)."""

    text: str
    kind: Kind
    count: int


@dataclass(frozen=True, slots=True)
class Sound:
    """A word or phrase with one of its readings; ``key`` is what was asked for."""

    key: str
    syllables: tuple[str, ...]
    text: str
    count: int


class Vocabulary:
    """See the module. Opened for reading only; safe to share between threads."""

    def __init__(self, connection: sqlite3.Connection, passages: int) -> None:
        self._connection = connection
        self._lock = threading.Lock()
        self.passages = passages

    @classmethod
    def open(cls, path: Path) -> Vocabulary:
        """The finished vocabulary in *path*. Raises IndexDamaged where there is none, or where it is torn."""
        uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        try:
            connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
            row = connection.execute("SELECT passages FROM size").fetchone()
        except sqlite3.DatabaseError as error:
            raise IndexDamaged(f"读不到索引的词表 {path}（{error}）。请用 fanwen index --rebuild 重建索引。") from error
        return cls(connection, row[0] if row else 0)

    def close(self) -> None:
        """Release the file."""
        with self._lock:
            self._connection.close()

    def count(self, text: str) -> int:
        """How many passages hold the word or phrase *text*; 0 where it is neither."""
        return self.counts([text]).get(fold_text(text), 0)

    def counts(self, texts: Iterable[str]) -> dict[str, int]:
        """The counts of those of *texts* that are words or phrases, by their folded form."""
        found: dict[str, int] = {}
        for chunk in _chunks(dict.fromkeys(map(fold_text, texts))):
            asked = f"SELECT text, max(count) FROM entry WHERE kind <= 1 AND text IN ({_marks(chunk)}) GROUP BY text"  # noqa: S608
            found.update(self._rows(asked, *chunk))
        return found

    def sounds(self, keys: Iterable[str]) -> list[Sound]:
        """The words and phrases under *keys*: syllables made :func:`pinyin.fuzzy`, a blank between them."""
        found = []
        for chunk in _chunks(dict.fromkeys(keys)):
            asked = (
                "SELECT s.key, s.syllables, s.text, max(e.count) FROM sound s JOIN entry e ON e.text = s.text "  # noqa: S608
                f"AND e.kind <= 1 WHERE s.key IN ({_marks(chunk)}) GROUP BY s.key, s.syllables, s.text"
            )
            found += [
                Sound(key, tuple(way.split()), text, count) for key, way, text, count in self._rows(asked, *chunk)
            ]
        return found

    def by_pinyin(self, key: str, *, limit: int = 20, kinds: Sequence[Kind] = KINDS) -> list[Entry]:
        """The entries that are read *key* (``huanjingzhengzhi``), most frequent first."""
        return self._under("spelling", key, key, limit, kinds)

    def by_initials(self, key: str, *, limit: int = 20, kinds: Sequence[Kind] = KINDS) -> list[Entry]:
        """The entries whose syllables begin with the letters of *key* (``hjzz``), most frequent first."""
        return self._under("initials", key, key, limit, kinds)

    def by_prefix(self, text: str, *, limit: int = 20, kinds: Sequence[Kind] = KINDS) -> list[Entry]:
        """The entries that begin with *text* and go on, most frequent first."""
        low = fold_text(text)
        return self._entries("e.text > ? AND e.text <= ?", (low, _last(low)), limit, kinds)

    def by_pinyin_prefix(self, letters: str, *, limit: int = 20, kinds: Sequence[Kind] = KINDS) -> list[Entry]:
        """The entries whose pinyin begins with *letters* (``huanj``), most frequent first."""
        return self._under("spelling", letters, _last(letters), limit, kinds)

    def by_initials_prefix(self, letters: str, *, limit: int = 20, kinds: Sequence[Kind] = KINDS) -> list[Entry]:
        """The entries whose initials begin with *letters* (``hjz``), most frequent first."""
        return self._under("initials", letters, _last(letters), limit, kinds)

    def _under(self, table: str, first: str, last: str, limit: int, kinds: Sequence[Kind]) -> list[Entry]:
        within = f"e.text IN (SELECT text FROM {table} WHERE key >= ? AND key <= ?)"  # noqa: S608
        return self._entries(within, (first, last), limit, kinds)

    def _entries(self, where: str, values: Sequence[str], limit: int, kinds: Sequence[Kind]) -> list[Entry]:
        among = ", ".join(str(KINDS.index(kind)) for kind in kinds)
        asked = f"SELECT shown, kind, count FROM entry e WHERE {where} AND kind IN ({among}) {_RANKED}"  # noqa: S608
        return [Entry(shown, KINDS[kind], count) for shown, kind, count in self._rows(asked, *values, limit)]

    def _rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._connection.execute(sql, values).fetchall()


def update(path: Path, *, added: Counting, removed: Counting | None = None) -> None:
    """Bring the vocabulary in *path* up to date, and make it where there is none; the caller syncs the file.

    100,000 new entries take about 5 seconds, half of it for pinyin.
    """
    removed = removed or Counting()
    with closing(sqlite3.connect(path)) as connection:
        # The generation is synced to disk as a whole when it is complete, and thrown away when it is not.
        connection.executescript(f"PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF; {_CACHE} {_TABLES}")
        for kind, more, less in _changes(added, removed):
            _add(connection, kind, more)
            _subtract(connection, kind, less)
            _trim(connection, kind)
        _grow(connection, added.passages - removed.passages)
        connection.commit()


def _changes(added: Counting, removed: Counting) -> Iterator[tuple[Kind, Mapping[str, int], Mapping[str, int]]]:
    yield "word", _without_figures(added.words), _without_figures(removed.words)
    yield "phrase", added.phrases, removed.phrases
    yield "heading", added.headings, removed.headings
    yield "title", added.titles, removed.titles


def _without_figures(counts: Mapping[str, int]) -> Mapping[str, int]:
    return {text: count for text, count in counts.items() if text.isalpha()}


def _grow(connection: sqlite3.Connection, passages: int) -> None:
    (before,) = connection.execute("SELECT coalesce(max(passages), 0) FROM size").fetchone()
    connection.execute("DELETE FROM size")
    connection.execute("INSERT INTO size VALUES (?)", (before + passages,))


def _add(connection: sqlite3.Connection, kind: Kind, counts: Mapping[str, int]) -> None:
    """Add to what is known, and take in what is new and frequent enough, the most frequent first."""
    number = KINDS.index(kind)
    frequent = {text: count for text, count in counts.items() if count >= (FREQUENT if kind == "phrase" else 1)}
    is_empty = connection.execute("SELECT 1 FROM entry WHERE kind = ? LIMIT 1", (number,)).fetchone() is None
    due = frequent if is_empty else counts
    for chunk in _chunks(text for text, _ in Counter(due).most_common(LIMITS[kind])):
        folded = {text: fold_text(text) for text in chunk}
        known = _known(connection, number, folded.values())
        kept = [text for text in chunk if folded[text] in known or text in frequent]
        connection.executemany(_ADD, [(folded[text], number, counts[text], text) for text in kept])
        _spell(connection, kind, {folded[text] for text in kept} - known)


def _known(connection: sqlite3.Connection, number: int, texts: Iterable[str]) -> set[str]:
    values = list(texts)
    asked = f"SELECT text FROM entry WHERE kind = {number} AND text IN ({_marks(values)})"  # noqa: S608
    return {text for (text,) in connection.execute(asked, values)}


def _subtract(connection: sqlite3.Connection, kind: Kind, counts: Mapping[str, int]) -> None:
    number = KINDS.index(kind)
    rows = [(count, fold_text(text), number) for text, count in counts.items()]
    connection.executemany("UPDATE entry SET count = count - ? WHERE text = ? AND kind = ?", rows)
    if rows:
        gone = connection.execute("SELECT text FROM entry WHERE kind = ? AND count <= 0", (number,))
        _forget(connection, number, [text for (text,) in gone])


def _trim(connection: sqlite3.Connection, kind: Kind) -> None:
    """Forget the rarest where there are many more than ``LIMITS`` allows."""
    number, limit = KINDS.index(kind), LIMITS[kind]
    (held,) = connection.execute("SELECT count(*) FROM entry WHERE kind = ?", (number,)).fetchone()
    if held > limit * 5 // 4:
        beyond = "SELECT text FROM entry WHERE kind = ? ORDER BY count DESC, text LIMIT -1 OFFSET ?"
        _forget(connection, number, [text for (text,) in connection.execute(beyond, (number, limit))])


def _spell(connection: sqlite3.Connection, kind: Kind, texts: Iterable[str]) -> None:
    """Keep the readings of *texts*."""
    for table, rows in _spellings(sorted(texts), sounds=KINDS.index(kind) in _WORDS).items():
        marks = _marks(_COLUMNS[table])
        connection.executemany(f"INSERT OR IGNORE INTO {table} VALUES ({marks})", rows)  # noqa: S608


def _forget(connection: sqlite3.Connection, number: int, texts: Sequence[str]) -> None:
    """Remove entries of one kind, and the readings that no other kind needs."""
    connection.executemany("DELETE FROM entry WHERE text = ? AND kind = ?", [(text, number) for text in texts])
    for table, rows in _spellings(texts, sounds=number in _WORDS).items():
        keys = " AND ".join(f"{column} = ?" for column in _COLUMNS[table])
        others = "kind <= 1" if table == "sound" else "1"
        unused = f"NOT EXISTS (SELECT 1 FROM entry e WHERE e.text = {table}.text AND {others})"  # noqa: S608
        connection.executemany(f"DELETE FROM {table} WHERE {keys} AND {unused}", rows)  # noqa: S608


def _spellings(texts: Iterable[str], *, sounds: bool) -> dict[str, list[tuple[str, ...]]]:
    """Table -> rows for the readings of *texts*; a single character has none."""
    rows: dict[str, list[tuple[str, ...]]] = {table: [] for table in _COLUMNS}
    for text in texts:
        if len(text) < 2 or text.isascii():
            continue
        for way in pinyin.readings(text[:_SPELLED]):
            spoken = [syllable for syllable in way if syllable.isalnum()]
            rows["spelling"].append(("".join(spoken), text))
            rows["initials"].append(("".join(syllable[0] for syllable in spoken), text))
            if sounds and len(way) == len(text) <= LONGEST_PHRASE:
                rows["sound"].append((" ".join(map(pinyin.fuzzy, way)), " ".join(way), text))
    return rows


def _chunks(texts: Iterable[str]) -> Iterator[list[str]]:
    remaining = iter(texts)
    while chunk := list(islice(remaining, _CHUNK)):
        yield chunk


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))


def _last(prefix: str) -> str:
    """The last of all texts that begin with *prefix*."""
    return prefix + "\U0010ffff"
