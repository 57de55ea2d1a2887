"""What a query is relaxed to when its words together find nothing: all words apart, most of them, any of them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from indexer.analysis import Analyzer, tells
from indexer.model import Token
from indexer.query import And, Filter, MatchAll, Not, Or, Query, Term, Words, conjunction

Step = Literal["exact", "signs", "near", "all", "most", "any", "none"]

# "Most" is two words in three: of two words one, of three two, of five four.
MOST = 2 / 3
# Words looked for at most when a long paste is taken apart.
MAX_WORDS = 40


@dataclass(frozen=True, slots=True)
class Relaxed:
    """A step and the query it asks."""

    step: Step
    query: Query


def relaxations(query: Query, analyzer: Analyzer) -> Iterator[Relaxed]:
    """Ever wider readings of *query*. Filters, exclusions and quoted phrases are never given up but in the last two steps,
    where a phrase counts as one of the words."""
    wanted, fixed = _split(query)
    if not wanted:
        return
    apart = conjunction([*(_words_apart(child, analyzer) for child in wanted), *fixed])
    if apart != query:
        yield Relaxed("all", apart)
    options = _options(wanted, analyzer)
    if options == wanted and len(options) < 2:
        return
    most = math.ceil(len(options) * MOST)
    if 1 < most < len(options):
        yield Relaxed("most", conjunction([Or(options, most), *fixed]))
    yield Relaxed("any", conjunction([Or(options), *fixed]))


def without(query: Query, term: Query) -> Query | None:
    """*query* without *term* at its outer level; None where it is not there or alone."""
    children = query.children if isinstance(query, And) else (query,)
    kept = [child for child in children if child != term]
    wanted, _ = _split(conjunction(kept)) if kept else ((), ())
    return conjunction(kept) if len(kept) < len(children) and wanted else None


def unfiltered(query: Query) -> Query:
    """*query* without the filters at its outer level."""
    children = query.children if isinstance(query, And) else (query,)
    return conjunction([child for child in children if not isinstance(child, Filter)])


def _split(query: Query) -> tuple[tuple[Query, ...], tuple[Query, ...]]:
    """What is asked for, and what restricts it."""
    children = query.children if isinstance(query, And) else (query,)
    wanted = tuple(child for child in children if not isinstance(child, Filter | Not | MatchAll))
    return wanted, tuple(child for child in children if child not in wanted)


def _words_apart(query: Query, analyzer: Analyzer) -> Query:
    """*query* with each term taken apart into its words, all of which must be there."""
    match query:
        case Term():
            parts, whole = _parts(query, analyzer)
            return conjunction(parts) if whole else query
        case And(children) | Or(children):
            return replace(query, children=tuple(_words_apart(child, analyzer) for child in children))
        case _:
            return query


def _parts(term: Term, analyzer: Analyzer) -> tuple[list[Query], bool]:
    """The words of *term* and whether nothing of it is left over (环竟整治 gives 整治 alone).

    The term itself where it is one word, or made of single characters only (屋场会).
    """
    tokens = _outer_words(term.text, analyzer)
    letters = {place for place, character in enumerate(term.text) if character.isalnum()}
    whole = letters <= {place for token in tokens for place in range(token.start, token.end)}
    words = list(dict.fromkeys(token.text for token in tokens))
    if not words or (whole and len(words) == 1):
        return [term], True
    return [Words(word, 1) for word in words], whole


def _options(wanted: Iterable[Query], analyzer: Analyzer) -> tuple[Query, ...]:
    """The words of all terms, one by one; phrases and groups whole."""
    options: dict[Query, None] = {}
    for child in wanted:
        parts = _parts(child, analyzer)[0] if isinstance(child, Term) else [_words_apart(child, analyzer)]
        options.update(dict.fromkeys(parts))
    return tuple(options)[:MAX_WORDS]


def _outer_words(text: str, analyzer: Analyzer) -> list[Token]:
    """The words of *text* that do not lie inside a longer one; single characters say too little to look for alone."""
    tokens = [token for token in analyzer.words(text) if tells(token.text)]
    return [token for token in tokens if not any(_lies_inside(token, other) for other in tokens)]


def _lies_inside(token: Token, other: Token) -> bool:
    within = other.start <= token.start and token.end <= other.end
    return within and other.end - other.start > token.end - token.start
