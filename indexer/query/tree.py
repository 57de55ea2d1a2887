"""The query as a tree of values, which engines compile, and what can be made of it: a line of Chinese, its leaves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from indexer.model import FUNCTION_NAMES
from indexer.model import Function as FunctionName
from indexer.query import filtervalues, patterntext
from indexer.query.filtervalues import LAST_YEAR, FilterField
from indexer.query.patterntext import Gap, PatternPiece, Scope


@dataclass(frozen=True, slots=True)
class Term:
    """A word as typed: its folded characters in a row, anywhere in title, headings or text."""

    text: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """A quoted phrase: matched as a term is, never taken apart when the search relaxes."""

    text: str


@dataclass(frozen=True, slots=True)
class Words:
    """What a term relaxes to: the words an analyzer finds in it, at least ``minimum`` of them (of the words fields)."""

    text: str
    minimum: int


@dataclass(frozen=True, slots=True)
class Pairs:
    """At least ``minimum`` of the distinct pairs of neighbouring letters of a text: what nearly holds a sentence."""

    text: str
    minimum: int


@dataclass(frozen=True, slots=True)
class Pattern:
    """Words with gaps between: 以…为抓手. Where it stands in a text is said in patterns.

    Each piece is a gap or the words of which one must stand there (one where the writer gave no choice); between
    words without a gap nothing stands. There are one to ``MAX_LITERALS`` pieces that are no gaps.
    ``scope`` is the stretch of text that a gap does not leave. ``paused``: pauses must stand where they were typed.
    """

    pieces: tuple[PatternPiece, ...]
    scope: Scope = "clause"
    paused: bool = False

    @property
    def has_pauses(self) -> bool:
        """Whether a pause was typed."""
        return any(isinstance(piece, Gap) and (piece.pause or piece.parted) for piece in self.pieces)

    @property
    def text(self) -> str:
        """The pattern as a writer would type it."""
        return patterntext.written(self.pieces)

    @property
    def literals(self) -> tuple[tuple[str, ...], ...]:
        """The pieces that are no gaps."""
        return tuple(piece for piece in self.pieces if not isinstance(piece, Gap))

    @property
    def words(self) -> str:
        """All words of the pieces, parted by blanks."""
        return " ".join(word for piece in self.literals for word in piece)


@dataclass(frozen=True, slots=True)
class Function:
    """Passages that do this in their document (结尾), and those that hold ``text`` in a row, as a term does."""

    function: FunctionName
    text: str


@dataclass(frozen=True, slots=True)
class And:
    """All of the children."""

    children: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least ``minimum`` of the children."""

    children: tuple[Query, ...]
    minimum: int = 1


@dataclass(frozen=True, slots=True)
class Either:
    """At least one of the children, which mean the same: scores as the best of them (8条, 八条)."""

    children: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Expanded:
    """The child, or one of ``others``, which stand for it and never outrank it (创卫, 创建国家卫生城市)."""

    child: Query
    others: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """What the child does not match; only beside something positive, or beside MatchAll."""

    child: Query


@dataclass(frozen=True, slots=True)
class Filter:
    """Restricts without scoring.

    ``kind``, ``script``, ``document``, ``passage``: equal to one of ``values`` (ids for the last two). ``source``: equal to one of the values or in a
    folder of that name. ``title``: each value's folded characters in a row in the title or part.
    ``function``: one of the passage's functions is one of ``values`` (names of model.Function).
    ``copies``: equal but for names and numbers to one of the passages whose ids are ``values`` (see copies).
    ``year``: ``low <= year <= high``.
    """

    field: FilterField
    values: tuple[str, ...] = ()
    low: int = 0
    high: int = LAST_YEAR


@dataclass(frozen=True, slots=True)
class MatchAll:
    """Every passage."""


Query = Term | Phrase | Words | Pairs | Pattern | Function | And | Or | Either | Expanded | Not | Filter | MatchAll

_REACHES: Mapping[Scope, str] = {"clause": "", "sentence": "（整句之内）", "passage": "（整段之内）"}


def describe(query: Query) -> str:
    """One Chinese line that tells how a query was read: “环境整治” 且 文种为“总结”."""
    match query:
        case Term(text):
            return f"“{text}”"
        case Phrase(text):
            return f"原句“{text}”"
        case Words(text, minimum):
            return f"“{text}”中至少 {minimum} 个词"
        case Pairs(text):
            return f"近似“{text}”"
        case Pattern(scope=scope):
            return f"“{query.text}”句式{_REACHES[scope]}"
        case Function(function, text):
            name = FUNCTION_NAMES[function]
            return f"“{text}”部分" if text == name else f"“{text}”（{name}部分）"
        case Either(children):
            return describe(children[0])
        case Expanded(child):
            return describe(child)
        case And(children):
            return " 且 ".join(_describe_child(child) for child in children if child != MatchAll())
        case Or(children, minimum):
            options = " 或 ".join(_describe_child(child) for child in children)
            return options if minimum == 1 else f"至少 {minimum} 项：{options}"
        case Not(child):
            return f"不要{_describe_child(child)}"
        case Filter(field, values, low, high):
            return filtervalues.describe_years(low, high) if field == "year" else filtervalues.describe(field, values)
        case MatchAll():
            return "全部段落"


def _describe_child(query: Query) -> str:
    line = describe(query)
    several = isinstance(query, And | Or) and len([child for child in query.children if child != MatchAll()]) > 1
    return f"（{line}）" if several else line


def leaves(query: Query) -> Iterator[Query]:
    """What *query* asks for, one by one; not what it excludes."""
    match query:
        case And(children) | Or(children):
            for child in children:
                yield from leaves(child)
        case _:
            yield query


def conjunction(children: Iterable[Query]) -> Query:
    """All of *children*, flat, with MatchAll only where everything else is excluded."""
    flat = [part for child in children for part in (child.children if isinstance(child, And) else (child,))]
    kept = [part for part in flat if part != MatchAll()]
    if all(isinstance(part, Not) for part in kept):
        kept.insert(0, MatchAll())
    return kept[0] if len(kept) == 1 else And(tuple(kept))


def disjunction(children: Iterable[Query]) -> Query:
    """At least one of *children*, flat; an excluded one becomes everything but that."""
    options = [conjunction([child]) if isinstance(child, Not) else child for child in children]
    open_up = (child.children if isinstance(child, Or) and child.minimum == 1 else (child,) for child in options)
    flat = [part for parts in open_up for part in parts]
    return flat[0] if len(flat) == 1 else Or(tuple(flat))


def negation(child: Query) -> Query:
    """What *child* does not match; twice is not at all."""
    return child.child if isinstance(child, Not) else Not(child)
