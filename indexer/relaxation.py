"""What a query is relaxed to when its words together find nothing: all words apart, most of them, any of them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from indexer.analysis import Analyzer
from indexer.query import And, Filter, MatchAll, Not, Or, Phrase, Query, Term, Words, conjunction

Step = Literal["exact", "all", "most", "any", "none"]

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
    if len(options) < 2:
        return
    most = math.ceil(len(options) * MOST)
    for step, minimum in (("most", most), ("any", 1)):
        if step == "any" or 1 < minimum < len(options):
            yield Relaxed(step, conjunction([Or(options, minimum), *fixed]))  # type: ignore[arg-type]


def without(query: Query, term: Term | Phrase) -> Query | None:
    """*query* without *term* at its outer level; None where it is not there or alone."""
    children = query.children if isinstance(query, And) else (query,)
    kept = [child for child in children if child != term]
    wanted, _ = _split(conjunction(kept)) if kept else ((), ())
    return conjunction(kept) if len(kept) < len(children) and wanted else None


def _split(query: Query) -> tuple[tuple[Query, ...], tuple[Query, ...]]:
    """What is asked for, and what restricts it."""
    children = query.children if isinstance(query, And) else (query,)
    wanted = tuple(child for child in children if not isinstance(child, Filter | Not | MatchAll))
    return wanted, tuple(child for child in children if child not in wanted)


def _words_apart(query: Query, analyzer: Analyzer) -> Query:
    """*query* with each term taken apart into its words, all of which must be there."""
    match query:
        case Term(text):
            count = len(_distinct(text, analyzer))
            return Words(text, count) if count > 1 else query
        case And(children) | Or(children):
            return replace(query, children=tuple(_words_apart(child, analyzer) for child in children))
        case _:
            return query


def _options(wanted: Iterable[Query], analyzer: Analyzer) -> tuple[Query, ...]:
    """The words of all terms, one by one; phrases and groups whole."""
    options: dict[Query, None] = {}
    for child in wanted:
        if isinstance(child, Term):
            words = _distinct(child.text, analyzer)
            options.update(dict.fromkeys(Words(word, 1) for word in words) if len(words) > 1 else {child: None})
        else:
            options[_words_apart(child, analyzer)] = None
    return tuple(options)[:MAX_WORDS]


def _distinct(text: str, analyzer: Analyzer) -> list[str]:
    """The longest words of *text* that do not lie inside another one (环境整治, not 环境 and 整治 as well)."""
    tokens = analyzer.words(text)
    outer = [
        token
        for token in tokens
        if not any(
            o.start <= token.start and token.end <= o.end and (o.end - o.start) > (token.end - token.start)
            for o in tokens
        )
    ]
    return list(dict.fromkeys(token.text for token in outer))
