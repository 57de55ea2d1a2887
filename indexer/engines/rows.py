"""Positions in a few passages: a list is read there alone, and nothing is worked out for all of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from indexer.engines.postings import POSITION_BITS, Docnums, Integers, Postings
from indexer.model import Token

# To read a list in one passage takes as long as to work out where so many of its postings begin.
_APART = 1500


def positions_in(docs: Docnums, own: Postings) -> Integers:
    """What :meth:`Postings.positions` gives for *docs* (ascending)."""
    if own.starts is not None or len(docs) * _APART > len(own.docs):
        return own.positions(docs)
    found = [places + np.int64(doc << POSITION_BITS) for doc, places in _apart(docs, own)]
    return np.concatenate(found) if found else np.empty(0, np.int64)


def starts_in(docs: Docnums, tokens: Sequence[Token], lists: Mapping[str, Postings]) -> list[int]:
    """Where the position 0 of *tokens* would stand in each of *docs* (ascending), as :meth:`Postings.positions` has it."""
    return [(doc << POSITION_BITS) + start for doc in docs.tolist() for start in _starts(doc, tokens, lists)]


def _starts(doc: int, tokens: Iterable[Token], lists: Mapping[str, Postings]) -> list[int]:
    held: set[int] | None = None
    places: dict[str, list[int]] = {}
    for token in tokens:
        if token.text not in places:
            places[token.text] = _places(lists[token.text], doc)
        own = {place - token.position for place in places[token.text]}
        held = own if held is None else held & own
        if not held:
            return []
    return sorted(held or ())


def _places(own: Postings, doc: int) -> list[int]:
    """The positions of a list in one passage."""
    row = int(own.docs.searchsorted(doc))
    if own.places is None or row == len(own.docs) or own.docs[row] != doc:
        return []
    # To add up the counts before it is quicker than to work out where each posting begins.
    start = int(own.counts[:row].sum() if own.starts is None else own.starts[row])
    places: list[int] = own.places[start : start + int(own.counts[row])].tolist()
    return places


def _apart(docs: Docnums, own: Postings) -> Iterator[tuple[int, Integers]]:
    """Those of *docs* that a list has, each with its positions there."""
    start = done = 0
    for doc, row in zip(docs.tolist(), own.docs.searchsorted(docs).tolist(), strict=True):
        if own.places is not None and row < len(own.docs) and own.docs[row] == doc:
            start += int(own.counts[done:row].sum())
            done = row
            yield doc, own.places[start : start + int(own.counts[row])]
