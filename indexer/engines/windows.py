"""From matches to a window of the ranking, with arrays: what :func:`indexer.engines.ranking.window` does, for many passages.

Only as much of the ranking is put in order as the window shows.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.copies import fold
from indexer.deadline import check, checked
from indexer.engines.base import MOST_FOLDED, PARTIAL_SHARE, FacetField, Match, Matches, Sort
from indexer.engines.postings import Docnums, Floats, Integers, Mask
from indexer.engines.ranking import by_count
from indexer.engines.tables import Tables
from indexer.model import FUNCTION_NAMES

# Rows of which the least is looked for together, to leave out most of many; and how many for each that is wanted make that worth it.
_STRETCH = 32
_WORTH = 2 * _STRETCH

# Something to sort rows by, the least first: of all rows, or of some.
Key = Callable[[Integers | None], NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Listed:
    """Passages to be listed: docnums ascending, with scores and whether they match in part only (none, where not said)."""

    docnums: Docnums
    scores: Floats
    partial: Mask | None = None


def listed(tables: Tables, docs: Docnums, whole: Mask, scores: Floats, *, partial: int) -> Listed:
    """Those of *docs* (ascending) that match as a *whole*, and the best *partial* of the others."""
    if whole.all():
        return Listed(docs, scores)
    others = np.flatnonzero(~whole & (scores >= PARTIAL_SHARE * scores.max(initial=0.0)))
    keys = [_column(-scores[others]), *_ties(tables, docs[others])]
    kept = whole.copy()
    kept[others[_first(partial, len(others), keys)]] = True
    return Listed(docs.compress(kept), scores.compress(kept), ~whole.compress(kept))


def window(
    tables: Tables,
    found: Listed,
    *,
    limit: int,
    offset: int,
    partial_last: bool,
    sort: Sort,
    per_document: int | None,
    fold_copies: bool,
    facets: Sequence[FacetField],
) -> Matches:
    """See :func:`indexer.engines.ranking.window`."""
    ranking = _Ranking(
        tables, found, _keys(tables, found, sort=sort, partial_last=partial_last), fold_copies=fold_copies
    )
    whole = found.docnums if found.partial is None else found.docnums.compress(~found.partial)
    return Matches(
        hits=ranking.hits(max(offset, 0), max(limit, 0), per_document=per_document),
        total=len(whole),
        partial=len(found.docnums) - len(whole),
        available=ranking.available(per_document),
        facets=_facets(tables, whole, facets),
    )


class _Ranking:
    """Matches in order, put so as far as is asked; copies of one among the first are folded into it."""

    def __init__(self, tables: Tables, found: Listed, keys: Sequence[Key], *, fold_copies: bool) -> None:
        self._tables = tables
        self._found = found
        self._keys = keys
        self._size = len(found.docnums)
        self._folded: list[tuple[int, int]] = []
        self._gone = np.empty(0, np.int64)
        if fold_copies:
            self._fold(_first(MOST_FOLDED, self._size, keys))

    def hits(self, offset: int, limit: int, *, per_document: int | None) -> tuple[Match, ...]:
        """Hits *offset* to *offset* + *limit*, at most *per_document* of each document."""
        if not limit:
            return ()
        depth = offset + limit
        if per_document is None and not self._folded:
            return self._matches(
                [(row, 0, 0) for row in _first(depth, self._size, self._keys)[offset:depth].tolist()], None
            )
        rows = depth
        while True:
            check()
            kept = list(islice(self._collapsed(self._ordered(rows), per_document), depth))
            if len(kept) == depth or rows >= self._size:
                return self._matches(kept[offset:depth], per_document)
            rows *= 4

    def available(self, per_document: int | None) -> int:
        """How many hits there are in all."""
        if per_document is None:
            return self._size - len(self._gone)
        most = max(per_document, 1)
        beyond = self._counts.compress(self._counts > most)
        return self._size - len(self._gone) - int(beyond.sum()) + most * len(beyond)

    def _fold(self, near: Integers) -> None:
        folded = fold(self._tables.signatures.take(self._found.docnums[near], axis=0))
        rows = near.tolist()
        self._folded = [(rows[row], len(copies)) for row, copies in folded]
        self._gone = near[np.asarray([row for _, copies in folded for row in copies], np.int64)]

    def _ordered(self, count: int) -> list[tuple[int, int]]:
        """The first *count* rows at least, folded, each with how many copies it has."""
        if count <= len(self._folded):
            return self._folded
        rows = _first(count + len(self._gone), self._size, self._keys)
        return [*self._folded, *((row, 0) for row in rows[len(self._folded) + len(self._gone) :].tolist())]

    def _collapsed(
        self, ordered: Sequence[tuple[int, int]], per_document: int | None
    ) -> Iterator[tuple[int, int, int]]:
        """(row, copies, place in its document) of those that are not beyond *per_document*."""
        most = self._size if per_document is None else max(per_document, 1)
        parts = self._tables.part_of.take(self._found.docnums[[row for row, _ in ordered]]).tolist()
        shown: Counter[int] = Counter()
        for (row, copies), part in zip(ordered, parts, strict=True):
            shown[part] += 1
            if shown[part] <= most:
                yield row, copies, shown[part]

    def _matches(self, kept: Sequence[tuple[int, int, int]], per_document: int | None) -> tuple[Match, ...]:
        rows = np.fromiter((row for row, _, _ in kept), np.intp, len(kept))
        docnums = self._found.docnums[rows]
        parts = self._tables.part_of.take(docnums)
        beyond = self._beyond(kept, parts, per_document)
        partial = repeat(False) if self._found.partial is None else self._found.partial[rows].tolist()
        documents, ordinals = self._tables.document_ids(parts), self._tables.ordinals[docnums].tolist()
        values = zip(documents, ordinals, self._found.scores[rows].tolist(), beyond, kept, partial, strict=False)
        return tuple(
            [
                Match(f"{document}-{ordinal}", document, score, more, copies, part)
                for document, ordinal, score, more, (_, copies, _), part in values
            ]
        )

    def _beyond(
        self, kept: Sequence[tuple[int, int, int]], parts: NDArray[Any], per_document: int | None
    ) -> Iterable[int]:
        """How many passages of its document each hit stands for, beside itself."""
        if per_document is None:
            return repeat(0)
        most = max(per_document, 1)
        left = (self._counts[parts] - most).tolist()
        return [more if place == most else 0 for more, (_, _, place) in zip(left, kept, strict=True)]

    @functools.cached_property
    def _counts(self) -> Integers:
        """How many passages of each part there are after folding."""
        parts = self._tables.part_of.take(self._found.docnums)
        counts = np.bincount(parts, minlength=len(self._tables.part_starts))
        np.subtract.at(counts, parts[self._gone], 1)
        return counts


def _keys(tables: Tables, found: Listed, *, sort: Sort, partial_last: bool) -> list[Key]:
    """What hits are ordered by, the first of these first."""
    keys = [_column(found.partial)] if partial_last and found.partial is not None else []
    if sort == "date":
        keys.append(_column(-tables.newest.take(tables.part_of.take(found.docnums))))
    return [*keys, _column(-found.scores), *_ties(tables, found.docnums)]


def _column(values: NDArray[Any]) -> Key:
    return lambda rows: values if rows is None else values[rows]


def _ties(tables: Tables, docnums: Docnums) -> list[Key]:
    return [functools.partial(_tie, tie, docnums) for tie in tables.ties]


def _tie(tie: Callable[[Docnums], NDArray[Any]], docnums: Docnums, rows: Integers | None) -> NDArray[Any]:
    return tie(docnums if rows is None else docnums[rows])


def _first(count: int, size: int, keys: Sequence[Key]) -> Integers:
    """The first *count* of *size* rows, in order. A key is asked only for what those before it leave undecided."""
    if size <= count:
        return _order(None, keys)
    if not count:
        return np.empty(0, np.int64)
    rows = _promising(count, keys[0](None)) if size > _WORTH * count else None
    sure = []
    for key in checked(keys):
        own = key(rows)
        last = np.partition(own, count - 1)[count - 1]
        before, same = (own < last).nonzero()[0], (own == last).nonzero()[0]
        sure.append(before if rows is None else rows[before])
        rows = same if rows is None else rows[same]
        count -= len(before)
        if len(rows) <= count:
            break
    chosen = np.concatenate([*sure, rows[:count]]) if rows is not None else np.empty(0, np.int64)
    return chosen[_order(chosen, keys)]


def _promising(count: int, values: NDArray[Any]) -> Integers:
    """Rows among which are the *count* least of *values*, and few others: what is above the least of enough stretches is not."""
    width = len(values) // _STRETCH
    stretches = values[: width * _STRETCH].reshape(_STRETCH, width).min(axis=0)
    bound = np.partition(stretches, count - 1)[count - 1]
    return np.asarray((values <= bound).nonzero()[0])


def _order(rows: Integers | None, keys: Sequence[Key]) -> Integers:
    """*rows* in order. The keys behind the first are asked for only where that leaves rows undecided."""
    first = keys[0](rows)
    order = first.argsort(kind="stable")
    ordered = first[order]
    if (ordered[1:] != ordered[:-1]).all():
        return order
    return np.lexsort([*(key(rows) for key in reversed(keys[1:])), first])


def _facets(
    tables: Tables, docnums: Docnums, fields: Sequence[FacetField]
) -> dict[FacetField, tuple[tuple[str, int], ...]]:
    if not fields:
        return {}
    parts = tables.part_of.take(docnums)
    return {field: _facet(tables, docnums, parts, field) for field in checked(fields)}


def _facet(tables: Tables, docnums: Docnums, parts: NDArray[Any], field: FacetField) -> tuple[tuple[str, int], ...]:
    """How many of *docnums*, which are of *parts*, have each value of a facet."""
    if field == "function":
        bits = np.bincount(tables.functions.take(docnums), minlength=1 << len(FUNCTION_NAMES))
        held = np.arange(len(bits))[:, None] >> np.arange(len(FUNCTION_NAMES)) & 1
        return by_count(dict(zip(FUNCTION_NAMES, (bits @ held).tolist(), strict=True)), field)
    values, codes = tables.facets[field]
    numbers = np.bincount(codes.take(parts), minlength=len(values))
    held = np.flatnonzero(numbers)
    return by_count({values[number]: int(numbers[number]) for number in held.tolist()}, field)
