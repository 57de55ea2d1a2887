"""From matches to a window of the ranking, with arrays: what :func:`indexer.engines.ranking.window` does, for many passages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from indexer.copies import fold
from indexer.engines.base import MOST_FOLDED, PARTIAL_SHARE, FacetField, Match, Matches, Sort
from indexer.engines.postings import Floats, Integers, Mask
from indexer.engines.ranking import by_count
from indexer.engines.tables import Tables
from indexer.model import FUNCTION_NAMES


@dataclass(frozen=True, slots=True)
class Listed:
    """Passages to be listed: docnums ascending, with scores and whether they match in part only."""

    docnums: Integers
    scores: Floats
    partial: Mask


def listed(tables: Tables, matching: Mask, beside: Mask, scores: Floats, *, partial: int) -> Listed:
    """What matches, and the best *partial* of *beside*. *scores* are by docnum."""
    least = PARTIAL_SHARE * scores.max(where=matching | beside, initial=0.0)
    others = np.flatnonzero(beside & ~matching & (scores >= least))
    if len(others) > partial:
        others = others[_order(tables, others, scores[others], "relevance")[:partial]]
    docnums = np.sort(np.concatenate([np.flatnonzero(matching), others]))
    return Listed(docnums, scores[docnums], ~matching[docnums])


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
    order = _order(tables, found.docnums, found.scores, sort)
    if partial_last:
        order = order[np.argsort(found.partial[order], kind="stable")]
    copies = np.zeros(len(order), np.int64)
    if fold_copies:
        order, copies = _folded(tables, found.docnums, order)
    documents = tables.part_of[found.docnums[order]].astype(np.int64)
    places = _places(documents)
    most = max(len(order) if per_document is None else per_document, 1)
    kept = np.flatnonzero(places < most)
    shown = kept[max(offset, 0) : max(offset, 0) + max(limit, 0)]
    left_out = np.where(places == most - 1, np.bincount(documents, minlength=1)[documents] - most, 0)
    rows = zip(order[shown].tolist(), left_out[shown].tolist(), copies[shown].tolist(), strict=True)
    whole = found.docnums[~found.partial]
    return Matches(
        hits=tuple(_match(tables, found, row, more, own) for row, more, own in rows),
        total=len(whole),
        partial=len(found.docnums) - len(whole),
        available=len(kept),
        facets={field: _facet(tables, whole, field) for field in facets},
    )


def _match(tables: Tables, found: Listed, row: int, more: int, copies: int) -> Match:
    docnum = int(found.docnums[row])
    document = tables.parts[tables.part_of[docnum]].document_id
    score, partial = float(found.scores[row]), bool(found.partial[row])
    return Match(f"{document}-{tables.ordinals[docnum]}", document, score, max(more, 0), copies, partial)


def _folded(tables: Tables, docnums: Integers, order: Integers) -> tuple[Integers, Integers]:
    """*order* without copies of what stands before them, and how many copies each has."""
    near, beyond = order[:MOST_FOLDED], order[MOST_FOLDED:]
    folded = fold(tables.signatures[docnums[near]])
    rows = np.asarray([row for row, _ in folded], np.int64)
    copies = np.asarray([len(own) for _, own in folded], np.int64)
    return np.concatenate([near[rows], beyond]), np.concatenate([copies, np.zeros(len(beyond), np.int64)])


def _order(tables: Tables, docnums: Integers, scores: Floats, sort: Sort) -> Integers:
    keys = [tables.tie[docnums], -scores]
    if sort == "date":
        keys.append(-tables.newest[docnums])
    return np.lexsort(keys)


def _places(documents: Integers) -> Integers:
    """How many passages of the same document stand before each one in a ranking."""
    by_document = np.argsort(documents, kind="stable")
    grouped = documents[by_document]
    starts = np.flatnonzero(np.r_[True, grouped[1:] != grouped[:-1]]) if len(grouped) else grouped
    sizes = np.diff(np.r_[starts, len(grouped)])
    places = np.empty(len(documents), np.int64)
    places[by_document] = np.arange(len(grouped)) - np.repeat(starts, sizes)
    return places


def _facet(tables: Tables, docnums: Integers, field: FacetField) -> tuple[tuple[str, int], ...]:
    if field == "function":
        bits = tables.functions[docnums]
        counts: dict[str, int] = {
            name: int(np.count_nonzero(bits & (1 << bit))) for bit, name in enumerate(FUNCTION_NAMES)
        }
        return by_count(counts, field)
    facet = tables.facets[field]
    numbers = np.bincount(facet.codes[docnums], minlength=len(facet.values))
    return by_count(dict(zip(facet.values, numbers.tolist(), strict=True)), field)
