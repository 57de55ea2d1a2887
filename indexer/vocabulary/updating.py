"""How a vocabulary is brought up to date: what is counted more and less, what is new, what is too rare to be kept.

Words, headings and titles are counted exactly as long as there are no more of them than ``LIMITS`` says. A phrase is
taken in once a single run has met it in ``FREQUENT`` passages: an index that grows by a few files a day counts some of
its phrases low, until it is rebuilt. What is removed is counted down whether it was counted or not, so such a phrase may
go before its last passage does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from indexer.text import fold_text
from indexer.vocabulary.columns import KINDS, Columns, Kind, NewEntries, decoded, encoded
from indexer.vocabulary.counting import Counting
from indexer.vocabulary.sounds import sound, ways_of

# How many entries of a kind are kept, the most frequent first.
LIMITS: Mapping[Kind, int] = {"word": 200_000, "phrase": 100_000, "heading": 100_000, "title": 100_000}
FREQUENT = 3
# The folded form of a title may be longer than the title (㎏ is kg).
_LONGEST = 64
_PHRASE = KINDS.index("phrase")


# (text as it is kept, number of its kind, how often it was added and removed, the form to show).
_Change = tuple[bytes, int, int, int, str]


def update(path: Path, *, added: Counting, removed: Counting | None = None) -> None:
    """Bring the vocabulary in *path* up to date, and make it where there is none; the caller syncs the file.

    A new file takes the place of the former one. 100,000 new entries take one to two seconds, most of it for pinyin; one
    document in 200,000 entries takes 10 to 50 ms. IndexDamaged.
    """
    columns = Columns.read(path) if path.exists() else Columns.empty()
    removed = removed or Counting()
    due = _due(added, removed, fresh=not len(columns.texts))
    known, new = _parted(columns, due)
    columns = replace(columns, passages=max(columns.passages + added.passages - removed.passages, 0))
    columns = columns.with_more(list(known), list(known.values()))
    if new.rows:
        columns = columns.with_new(new)
    keep = _kept(columns)
    if not keep.all():
        columns = columns.kept(keep)
    columns.write(path)


def _due(added: Counting, removed: Counting, *, fresh: bool) -> list[_Change]:
    """The changes in the order of the file, without phrases too rare to matter."""
    changes = [
        *_changes("word", added.words, removed.words),
        *_changes("phrase", _frequent(added.phrases, fresh=fresh), removed.phrases),
        *_changes("heading", _folded(added.headings), _folded(removed.headings), shown=_shown(added.headings)),
        *_changes("title", _folded(added.titles), _folded(removed.titles), shown=_shown(added.titles)),
    ]
    return sorted(changes)


def _changes(
    kind: Kind, added: Mapping[str, int], removed: Mapping[str, int], *, shown: Mapping[str, str] | None = None
) -> Iterator[_Change]:
    number = KINDS.index(kind)
    for text, count in _most_frequent(added, LIMITS[kind]).items():
        if len(text) <= _LONGEST:
            yield encoded(text), number, count, removed.get(text, 0), shown[text] if shown else text
    for text in removed.keys() - added.keys():
        yield encoded(text), number, 0, removed[text], text


def _frequent(phrases: Counter[str], *, fresh: bool) -> Mapping[str, int]:
    """The phrases without those that will not be taken in; all where some may be known, and there are not too many."""
    if not fresh and len(phrases) <= LIMITS["phrase"]:
        return phrases
    return {phrase: count for phrase, count in phrases.items() if count >= FREQUENT}


def _most_frequent(counts: Mapping[str, int], limit: int) -> Mapping[str, int]:
    if len(counts) <= limit:
        return counts
    order = np.argsort(-np.fromiter(counts.values(), np.int64, len(counts)), kind="stable")[:limit]
    texts = list(counts)
    return {texts[place]: counts[texts[place]] for place in order.tolist()}


def _folded(counts: Mapping[str, int]) -> dict[str, int]:
    """Counts of headings or titles that differ only in their script, width or case together."""
    together: dict[str, int] = {}
    for text, count in counts.items():
        folded = fold_text(text)
        together[folded] = together.get(folded, 0) + count
    return together


def _shown(counts: Mapping[str, int]) -> dict[str, str]:
    """Folded text -> the form that is most frequent."""
    return {fold_text(text): text for text, _ in sorted(counts.items(), key=lambda each: each[1])}


def _parted(columns: Columns, due: Sequence[_Change]) -> tuple[dict[int, int], NewEntries]:
    """What is more or less of known entries, by their row; and the entries to be taken in."""
    rows = dict(columns.texts.found(text for text, *_ in due))
    known: dict[int, int] = {}
    new = NewEntries()
    for text, kind, added, removed, shown in due:
        row, is_known = _row(columns, rows[text], kind)
        if is_known:
            known[row] = added - removed
        elif added > removed and (kind != _PHRASE or added >= FREQUENT):
            folded = decoded(text)
            sounds = dict.fromkeys(filter(None, map(sound, ways_of(folded))))
            other = b"" if shown == folded else encoded(shown)
            new.add(row, text, kind=kind, count=added - removed, shown=other, sounds=sounds)
    return known, new


def _row(columns: Columns, rows: range, kind: int) -> tuple[int, bool]:
    """Where an entry of this kind stands, or would stand, among *rows* of the same text; and whether it stands there."""
    for row in rows:
        found = columns.tally(row)[1]
        if found >= kind:
            return row, found == kind
    return rows.stop, False


def _kept(columns: Columns) -> npt.NDArray[np.bool_]:
    """Which entries stay: those that are left somewhere, without the rarest of a kind that has many more than it may have."""
    counts, kinds = columns.tallies_of(slice(None))
    keep = counts > 0
    for number, kind in enumerate(KINDS):
        rows = np.flatnonzero(keep & (kinds == number))
        if len(rows) > LIMITS[kind] * 5 // 4:
            keep[rows[np.argsort(-counts[rows], kind="stable")][LIMITS[kind] :]] = False
    return keep
