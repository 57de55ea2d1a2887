"""Tokens in a row in single passages: each list is asked for one passage at a time, and nothing is worked out for all of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from indexer.engines.postings import POSITION_BITS, Docnums, Postings
from indexer.model import Token


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
