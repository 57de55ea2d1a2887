"""Stop words of the site: 请问, 关于, 怎么写 beside the words that matter ask for nothing."""

from __future__ import annotations

from dataclasses import replace

from indexer.dictionary import Dictionary
from indexer.query import And, Filter, MatchAll, Not, ParsedQuery, Pattern, Phrase, Query, Term, conjunction, leaves
from indexer.understanding.trees import Reading


def without_stopwords(parsed: ParsedQuery, dictionary: Dictionary) -> tuple[ParsedQuery, tuple[Reading, ...]]:
    """*parsed* without the stop words that stand as words of their own in it, and a sentence that tells of them.

    They stay where nothing else is asked for, where they are quoted, excluded or one of several choices (OR).
    """
    children = parsed.query.children if isinstance(parsed.query, And) else (parsed.query,)
    dropped = [child for child in children if isinstance(child, Term) and dictionary.is_stopword(child.text)]
    kept = [child for child in children if child not in dropped]
    if not dropped or not any(_asks(child) for child in kept):
        return parsed, ()
    told = "、".join(f"“{word}”" for word in dict.fromkeys(term.text for term in dropped))
    query = conjunction(kept)
    terms = tuple(leaf for leaf in leaves(query) if isinstance(leaf, Term | Phrase | Pattern))
    return replace(parsed, query=query, terms=terms), (Reading("stopwords", f"略去了停用词{told}"),)


def _asks(query: Query) -> bool:
    return not isinstance(query, Filter | Not | MatchAll)
