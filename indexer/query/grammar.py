"""The writer's string -> a tree of values. Engines compile the tree; no string of a user reaches them.

The grammar, in which a blank means AND, and OR binds more tightly: 年度 总结 OR 述职 is 年度 (总结 OR 述职)::

    query  = clause+                 clause = unary ("OR" unary)*
    unary  = "-" unary | primary     primary = word | pattern | "phrase" | name:value | "(" query ")"

A pattern is a word with a gap or a choice in it: 以…为抓手, 从*到*, {加强|强化}组织领导 (see patterntext).
范围:句 or 范围:段, anywhere in the query, lets all its patterns reach over commas or full stops.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from indexer.errors import QueryError
from indexer.query import filtervalues
from indexer.query.patterntext import Gap, Scope
from indexer.query.signs import Sign, SignKind, Signs, clean, scan
from indexer.query.tree import (
    And,
    Filter,
    MatchAll,
    Not,
    Pattern,
    Phrase,
    Query,
    Term,
    conjunction,
    disjunction,
    leaves,
    negation,
)

MAX_CHARACTERS = 256
MAX_TERMS = 32
MAX_DEPTH = 10
# Words of one pattern, with its choices as one: 从…到…，从…到… has four.
MAX_LITERALS = 8


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """How a string was read. ``terms`` are the words, phrases and patterns asked for (not those excluded), as typed."""

    query: Query
    terms: tuple[Term | Phrase | Pattern, ...] = ()
    warnings: tuple[str, ...] = ()


def parse(text: str, *, patterns: bool = True) -> ParsedQuery:
    """Read what a writer typed; blank text asks for everything. Raises QueryError, and nothing else.

    Without *patterns*, 以…为抓手 is a word like any other.
    """
    found = clean(text)
    _check_length(found)
    if not found.text:
        return ParsedQuery(MatchAll())
    query = _Parser(scan(found, patterns=patterns)).query()
    if query is None:
        raise QueryError("没有可以检索的内容：请输入至少一个字、词或数字。")
    if _only_excludes(query):
        found.warnings["excluded"] = "只写了要排除的内容，因此列出其余全部段落；加上想找的词会更准。"
    return ParsedQuery(
        query,
        tuple(leaf for leaf in leaves(query) if isinstance(leaf, Term | Phrase | Pattern)),
        tuple(found.warnings.values()),
    )


def parse_phrase(text: str) -> ParsedQuery:
    """*text* as one phrase, none of its signs read; blank text asks for everything. QueryError beyond the length."""
    found = clean(text)
    _check_length(found)
    if not found.text:
        return ParsedQuery(MatchAll())
    phrase = Phrase(found.text)
    return ParsedQuery(phrase, (phrase,))


def _only_excludes(query: Query) -> bool:
    return isinstance(query, And) and all(isinstance(child, Not | MatchAll) for child in query.children)


def _widened(parts: Iterable[Query]) -> list[Query]:
    """*parts* with filters on one single-valued field as one: 文种:总结 文种:述职 asks for either, no text is both."""
    merged: dict[str | int, Query] = {}
    for part in parts:
        key = part.field if isinstance(part, Filter) and part.field in {"kind", "script"} else len(merged)
        before = merged.get(key)
        if isinstance(before, Filter) and isinstance(part, Filter):
            merged[key] = replace(before, values=tuple(dict.fromkeys(before.values + part.values)))
        else:
            merged[key] = part
    return list(merged.values())


def _check_length(found: Signs) -> None:
    if len(found.text) > MAX_CHARACTERS:
        raise QueryError(
            f"检索内容有 {len(found.text)} 个字符，最多 {MAX_CHARACTERS} 个：请只留下最要紧的词句。",
            start=found.places[MAX_CHARACTERS],
        )


class _Parser:
    """Recursive descent over the signs of one string. Each method gives None where nothing is left to look for."""

    def __init__(self, found: Signs) -> None:
        self._found = found
        self._signs = found.signs
        self._next = 0
        self._asked = 0
        self._scope = _scope(found)

    def query(self, *, depth: int = 0) -> Query | None:
        """Clauses up to the closing bracket or the end."""
        clauses: list[Query] = []
        while self._peek() not in {None, "close"}:
            if self._peek() == "and":
                self._check_and(self._take(), first=not clauses)
            elif (clause := self._clause(depth)) is not None:
                clauses.append(clause)
        return conjunction(_widened(clauses)) if clauses else None

    def _peek(self) -> SignKind | None:
        return self._signs[self._next].kind if self._next < len(self._signs) else None

    def _take(self) -> Sign:
        self._next += 1
        return self._signs[self._next - 1]

    def _check_and(self, sign: Sign, *, first: bool) -> None:
        if first or self._peek() in {None, "close", "and", "or"}:
            self._warn_operator(sign)

    def _warn_operator(self, sign: Sign) -> None:
        sentence = f"第 {sign.start + 1} 个字符的“{sign.text}”两边都要有词，已略去。"
        self._found.warnings.setdefault("operator", sentence)

    def _clause(self, depth: int) -> Query | None:
        options = [self._unary(depth)]
        while self._peek() == "or":
            sign = self._take()
            options.append(self._unary(depth))
            if None in options[-2:]:
                self._warn_operator(sign)
        kept = [option for option in options if option is not None]
        return disjunction(kept) if kept else None

    def _unary(self, depth: int) -> Query | None:
        if self._peek() in {None, "close", "or", "and"}:
            return None
        sign = self._take()
        if sign.kind == "minus":
            child = self._unary(depth)
            return None if child is None else negation(child)
        return self._group(sign, depth + 1) if sign.kind == "open" else self._leaf(sign)

    def _group(self, sign: Sign, depth: int) -> Query | None:
        if depth > MAX_DEPTH:
            message = f"括号套了 {MAX_DEPTH} 层以上（第 {sign.start + 1} 个字符）：请减少括号。"
            raise QueryError(message, start=sign.start)
        inner = self.query(depth=depth)
        self._take()
        return inner

    def _leaf(self, sign: Sign) -> Query | None:
        choices = sum(len(piece) for piece in sign.pieces if not isinstance(piece, Gap))
        self._asked += max(1, choices, len(sign.values))
        if self._asked > MAX_TERMS:
            message = f"检索的词和条件超过 {MAX_TERMS} 个（从第 {sign.start + 1} 个字符起）：请只留下最要紧的。"
            raise QueryError(message, start=sign.start)
        match sign.kind:
            case "filter":
                return _filter(sign)
            case "pattern":
                return _pattern(sign, self._scope)
            case "phrase":
                return Phrase(sign.text)
            case _:
                return Term(sign.text)


def _scope(found: Signs) -> Scope:
    """How far the patterns of the query reach: 范围:段 stands for all of them, wherever it stands; the last one counts."""
    asked = [sign for sign in found.signs if sign.kind == "filter" and sign.text in filtervalues.SCOPE_NAMES]
    if not asked:
        return "clause"
    if all(sign.kind != "pattern" for sign in found.signs):
        sentence = f"“{asked[-1].text}”只管句式（如 以…为抓手），这次没有用到，已略去。"
        found.warnings.setdefault("scope", sentence)
    return [filtervalues.scope(value, sign) for sign in asked for value in sign.values][-1]


def _pattern(sign: Sign, scope: Scope) -> Query:
    pattern = Pattern(sign.pieces, scope)
    if len(pattern.literals) > MAX_LITERALS:
        message = f"第 {sign.start + 1} 个字符起的句式由 {len(pattern.literals)} 处词语组成，最多 {MAX_LITERALS} 处：请拆短一些。"
        raise QueryError(message, start=sign.start)
    if len(pattern.pieces) == 1:
        return disjunction([Term(word) for word in pattern.literals[0]])
    return pattern


def _filter(sign: Sign) -> Query | None:
    if sign.text in filtervalues.SCOPE_NAMES:
        return None
    name = filtervalues.FIELDS[sign.text]
    if name == "year":
        years = [filtervalues.year_range(value, sign) for value in sign.values]
        return disjunction([Filter(name, low=low, high=high) for low, high in years])
    return Filter(name, tuple(filtervalues.value(name, typed, sign) for typed in sign.values))
