"""The words, phrases, headings and titles of an index with their counts, to be looked up by text and by pinyin.

One file beside the postings (see :mod:`indexer.vocabulary.columns`). It belongs to a generation: it is written while the
generation is built (:func:`update`) and never changed afterwards, so that readers map it.

The count of a word or phrase is the number of passages that hold it, that of a heading or title the number of parts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from indexer.deadline import checked
from indexer.text import fold_text
from indexer.vocabulary import pinyin
from indexer.vocabulary.columns import KINDS, Columns, Kind, decoded, encoded
from indexer.vocabulary.sounds import beginning, initials, letters_of, sound, ways_of
from indexer.vocabulary.updating import update

__all__ = ["KINDS", "Entry", "Kind", "Sound", "Vocabulary", "update"]

_WORDS = (KINDS.index("word"), KINDS.index("phrase"))
# Entries that are put in order at a time: more than are asked for, nearly always.
_ORDERED = 200

_Rows = npt.NDArray[np.int64]
_Matches = Callable[[tuple[str, ...]], bool]


@dataclass(frozen=True, slots=True)
class Entry:
    """A text that the index holds, and how often (see the module)."""

    text: str
    kind: Kind
    count: int


@dataclass(frozen=True, slots=True)
class Sound:
    """A word or phrase with one of its readings; ``key`` is what was asked for."""

    key: tuple[str, ...]
    syllables: tuple[str, ...]
    text: str
    count: int


class Vocabulary:
    """See the module. Safe to share between threads."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self.passages = columns.passages

    @classmethod
    def open(cls, path: Path) -> Vocabulary:
        """The finished vocabulary in *path*. Raises IndexDamaged where there is none, or where it is torn."""
        return cls(Columns.read(path))

    def close(self) -> None:
        """Release the file; nothing is found any more."""
        self._columns = Columns.empty()

    def count(self, text: str) -> int:
        """How many passages hold the word or phrase *text*; 0 where it is neither."""
        folded = fold_text(text)
        return self.counts([folded]).get(folded, 0)

    def counts(self, texts: Iterable[str]) -> dict[str, int]:
        """The counts of those of *texts*, which are folded, that are words or phrases."""
        columns = self._columns
        counts: dict[str, int] = {}
        for text, rows in columns.texts.found(map(encoded, texts)):
            if words := [count for count, kind in map(columns.tally, rows) if kind in _WORDS]:
                counts[decoded(text)] = max(words)
        return counts

    def sounds(self, keys: Iterable[tuple[str, ...]]) -> list[Sound]:
        """The words and phrases under *keys*: syllables made :func:`pinyin.fuzzy`."""
        under: dict[bytes, list[tuple[str, ...]]] = {}
        for key in dict.fromkeys(keys):
            under.setdefault(sound(key), []).append(key)
        found: dict[tuple[tuple[str, ...], tuple[str, ...], str], int] = {}
        for heard, rows in checked(self._columns.sounds.found(under)):
            for text, count in self._sounding(rows):
                for way in pinyin.readings(text):
                    key = tuple(map(pinyin.fuzzy, way))
                    if key in under[heard]:
                        found[key, way, text] = max(count, found.get((key, way, text), 0))
        return [Sound(*each, count) for each, count in found.items()]

    def by_initials(self, key: str, *, limit: int = 20, kinds: Sequence[Kind] = KINDS) -> list[Entry]:
        """The entries whose syllables begin with the letters of *key* (``hjzz``), most frequent first."""
        return self._entries(self._abbreviated(key, longer=False), limit, kinds, lambda way: initials(way) == key)

    def by_initials_prefix(self, letters: str, *, limit: int = 20, kinds: Sequence[Kind] = KINDS) -> list[Entry]:
        """The entries whose initials begin with *letters* (``hjz``), most frequent first."""
        rows = self._abbreviated(letters, longer=True)
        return self._entries(rows, limit, kinds, lambda way: initials(way).startswith(letters))

    def by_prefix(self, text: str, *, limit: int = 20, kinds: Sequence[Kind] = KINDS) -> list[Entry]:
        """The entries that begin with *text* and go on, most frequent first."""
        texts, prefix = self._columns.texts, encoded(fold_text(text))
        ((_, same),) = texts.found([prefix])
        _, high = texts.beginning(prefix)
        return self._entries(np.arange(same.stop, high), limit, kinds)

    def by_pinyin_prefix(self, letters: str, *, limit: int = 20, kinds: Sequence[Kind] = KINDS) -> list[Entry]:
        """The entries whose pinyin begins with *letters* (``huanj``), most frequent first."""
        return self._entries(self._spelled(letters), limit, kinds, lambda way: letters_of(way).startswith(letters))

    # Rows: some of those that are found may sound otherwise

    def _sounding(self, rows: Iterable[int]) -> Iterator[tuple[str, int]]:
        """The words and phrases, with their counts, whose sounds stand in *rows*."""
        columns = self._columns
        for owner in map(columns.owners.item, rows):
            count, kind = columns.tally(owner)
            if kind in _WORDS:
                yield decoded(columns.texts[owner]), count

    def _abbreviated(self, letters: str, *, longer: bool) -> _Rows:
        """The entries whose initials may be *letters*, or may begin with them."""
        spans = [span for span in map(beginning, letters) if span]
        if not spans or len(spans) < len(letters):
            return np.zeros(0, np.int64)
        sounds = self._columns.sounds
        rows = np.arange(*sounds.beginning(*spans[0]))
        lengths = sounds.lengths[rows]
        rows = rows[(lengths >= len(spans)) if longer else (lengths == len(spans))]
        for place, (first, last) in enumerate(spans):
            codes = sounds.bytes_at(rows, place)
            rows = rows[(codes >= first[0]) & (codes <= last[0])]
        return self._owners(rows)

    def _spelled(self, letters: str) -> _Rows:
        """The entries whose pinyin may begin with *letters*, in whatever way these are cut into syllables."""
        sounds = self._columns.sounds
        waiting, rows = {(b"", 0)}, [np.zeros(0, np.int64)]
        while waiting:
            prefix, place = waiting.pop()
            if span := beginning(letters[place:]):
                rows.append(np.arange(*sounds.beginning(prefix + span[0], prefix + span[1])))
            for end, syllable in (*pinyin.cuts(letters, place), (place + 1, letters[place])):
                longer = prefix + sound([syllable])
                low, high = sounds.beginning(longer)
                if end < len(letters) and low < high:
                    waiting.add((longer, end))
        return self._owners(np.concatenate(rows))

    def _owners(self, rows: _Rows) -> _Rows:
        """The entries of some sounds, each once."""
        owners = np.sort(self._columns.owners[rows].astype(np.int64))
        return owners[np.append(True, owners[1:] != owners[:-1])] if len(owners) else owners

    def _entries(self, rows: _Rows, limit: int, kinds: Sequence[Kind], matches: _Matches | None = None) -> list[Entry]:
        """The first *limit* of *rows* that are of one of *kinds*, one of whose readings *matches*."""
        entries: list[Entry] = []
        for row in self._ranked(rows, kinds):
            if len(entries) >= limit:
                break
            text = decoded(self._columns.texts[row])
            if matches is None or any(map(matches, ways_of(text))):
                count, kind = self._columns.tally(row)
                entries.append(Entry(decoded(self._columns.shown[row]) or text, KINDS[kind], count))
        return entries

    def _ranked(self, rows: _Rows, kinds: Sequence[Kind]) -> Iterator[int]:
        """Those of *rows* that are of *kinds*: the most frequent first, then the shortest, then by their text."""
        counts, found = self._columns.tallies_of(rows)
        among = np.isin(found, [KINDS.index(kind) for kind in kinds])
        rows, counts = rows[among], counts[among]
        while len(rows):
            least = np.partition(counts, -_ORDERED)[-_ORDERED] if len(counts) > _ORDERED else 0
            now = counts >= least
            order = np.lexsort((rows[now], self._columns.texts.lengths[rows[now]], -counts[now]))
            yield from rows[now][order].tolist()
            rows, counts = rows[~now], counts[~now]
