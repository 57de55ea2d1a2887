"""What a writer may mean: the parsed query -> what must match, what ranks, what is marked, and how that is told.

A term is looked for in the reading of its script (專案 is 项目), with its numbers written in other ways (八条, 8条), and with
the words that stand for it (创卫); a word that names what passages do (结尾) asks for that. Each is one kind of
understanding, which a request can switch off.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice

from indexer.analysis import Analyzer
from indexer.dictionary import Dictionary
from indexer.model import FUNCTION_NAMES, Understanding
from indexer.query import (
    And,
    Either,
    Expanded,
    Filter,
    Function,
    MatchAll,
    Not,
    Or,
    Pairs,
    ParsedQuery,
    Pattern,
    Phrase,
    Query,
    Term,
    Words,
    conjunction,
    leaves,
)
from indexer.text import fold_text, readings, taiwanese
from indexer.understanding.functions import function_of, kind_of
from indexer.understanding.numerals import variants

_TRADITIONAL = Filter("script", ("hant",))
# Ways to write a term that are looked for, the first included.
_MOST_FORMS = 4
# A longer term is a sentence, which is looked for as it stands.
_SENTENCE = 15
# Letters of a unit: 亿元, 公里.
_UNIT = 2
_FIGURES = frozenset("0123456789一二三四五六七八九十百千零〇两第")
_MOST_SYNONYMS = 8
# Letters of a name that is one word.
_ONE_WORD = 2


@dataclass(frozen=True, slots=True)
class Reading:
    """One thing that was understood beyond the words as typed, in words for the reader; switched off by its kind."""

    kind: Understanding
    text: str


@dataclass(frozen=True, slots=True)
class Understood:
    """``query`` must match, ``rank`` scores, ``marks`` are highlighted. ``plain`` is the query in the reading of its script
    and with nothing added: what is relaxed. ``wordings`` has for each term the ways to write it, as it was read first.
    ``softer`` says that passages with some of the words may be listed as well."""

    query: Query
    rank: Query
    plain: Query
    marks: Query
    wordings: tuple[tuple[str, ...], ...]
    softer: bool
    readings: tuple[Reading, ...] = ()


def understand(
    parsed: ParsedQuery, *, dictionary: Dictionary, analyzer: Analyzer, off: frozenset[Understanding] = frozenset()
) -> Understood:
    """How *parsed* is meant, without the kinds of understanding that are *off*."""
    reader = _Reader(dictionary, analyzer, off, alone=_is_alone(parsed.query))
    plain = reader.plain(parsed.query)
    return Understood(
        query=reader.strict(plain),
        rank=reader.rank(plain),
        plain=plain,
        marks=Or(tuple(reader.marks(plain))),
        wordings=tuple(reader.wordings(leaf.text) for leaf in leaves(plain) if isinstance(leaf, Term)),
        softer=any(isinstance(leaf, Term | Pattern) for leaf in leaves(plain)),
        readings=tuple(dict.fromkeys(reader.readings)),
    )


@dataclass(slots=True)
class _Reader:
    """Builds the trees; gathers what there is to tell."""

    dictionary: Dictionary
    analyzer: Analyzer
    off: frozenset[Understanding]
    alone: bool
    readings: list[Reading] = field(default_factory=list)
    _replaced: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def plain(self, query: Query) -> Query:
        """*query* in the reading of its script, with words that name a function read so."""
        match query:
            case Term(text):
                return self._plain_term(text)
            case And(children):
                return conjunction([self.plain(child) for child in children])
            case Or(children, minimum):
                return Or(tuple(self.plain(child) for child in children), minimum)
            case Not(child):
                return Not(child if isinstance(child, Pattern) else self.plain(child))
            case Pattern():
                self._tell("patterns", f"“{query.text}”当作句式，空处可以是别的字")
                return query
            case _:
                return query

    def strict(self, query: Query) -> Query:
        """What a passage must match."""
        match query:
            case Term(text):
                return self._strict_term(text)
            case And(children):
                return And(tuple(self.strict(child) for child in children))
            case Or(children, minimum):
                return Or(tuple(self.strict(child) for child in children), minimum)
            case _:
                return query

    def rank(self, query: Query) -> Query:
        """What scores: any of the words, beside what every passage has to match (filters, quotations, exclusions)."""
        children = query.children if isinstance(query, And) else (query,)
        fixed = [child for child in children if isinstance(child, Filter | Not | MatchAll | Phrase)]
        softer = [self._rank_of(child) for child in children if child not in fixed]
        return conjunction([*([Or(tuple(softer))] if softer else []), *fixed])

    def marks(self, query: Query) -> Iterator[Query]:
        """What is highlighted: a term, or its words; other ways to say it only as a whole."""
        for leaf in leaves(query):
            match leaf:
                case Term(text):
                    yield leaf
                    yield from map(Phrase, self.wordings(text)[1:])
                case Phrase() | Pattern():
                    yield leaf

    def wordings(self, text: str) -> tuple[str, ...]:
        """The ways to write a term, itself first."""
        return (*self._forms(text), *self._taiwanese(text), *self._synonyms(text))

    # One term

    def _plain_term(self, text: str) -> Query:
        read = text if "script" in self.off else readings(text)[0]
        if read not in (text, fold_text(text)):
            self._tell("script", f"“{text}”按“{read}”检索")
        function = None if "functions" in self.off else function_of(fold_text(read), alone=self.alone)
        if function is None:
            return Term(read)
        self._tell("functions", f"“{text}”指文章的部分：{FUNCTION_NAMES[function]}")
        return Function(function, read)

    def _strict_term(self, text: str) -> Query:
        same = self._either(Term, text)
        others = self._synonyms(text)
        if others:
            self._tell("synonyms", f"“{text}”也找{_listed(others)}")
        wide = Expanded(same, tuple(map(Term, others))) if others else same
        kind = self._kind(text)
        return Either((wide, Filter("kind", (kind,)))) if kind else wide

    def _kind(self, text: str) -> str | None:
        """The kind of document that a term names beside others: a passage of any 述职报告 will do for 述职报告 结尾."""
        kind = None if self.alone or "functions" in self.off else kind_of(text)
        if kind:
            self._tell("functions", f"“{text}”也指文种")
        return kind

    def _rank_of(self, query: Query) -> Query:
        match query:
            case Term(text):
                soft = self._either(_words, text)
                others = self._synonyms(text)
                return Either((soft, Expanded(self._either(Term, text), tuple(map(Term, others))))) if others else soft
            case Pattern():
                paused = (replace(query, paused=True),) if query.has_pauses else ()
                return Either((*_words_within(query), query, *paused))
            case Function(text=text):
                # 下一步工作打算 stands in plans; 结尾 stands in texts about endings.
                return Or((query, _words(text))) if len(text) > _ONE_WORD else query
            case And(children) | Or(children):
                return Or(tuple(self._rank_of(child) for child in children if not isinstance(child, Filter | Not)))
            case _:
                return query

    def _either(self, make: Callable[[str], Query], text: str) -> Query:
        """The ways to write *text*; its numbers in other ways count as a whole only (百分之 alone is not 98.5%)."""
        first, *others = self._forms(text)
        forms = [make(first), *map(Term, others)]
        forms += [And((make(form), _TRADITIONAL)) for form in self._taiwanese(text)]
        return Either(tuple(forms)) if len(forms) > 1 else forms[0]

    def _forms(self, text: str) -> tuple[str, ...]:
        """*text*, and with its numbers written in other ways."""
        others = () if "numbers" in self.off or len(text) > _SENTENCE else variants(fold_text(text))
        if others:
            self._tell("numbers", f"“{text}”也找{_listed(others)}")
        return (text, *others)[:_MOST_FORMS]

    def _taiwanese(self, text: str) -> tuple[str, ...]:
        """The word as true Traditional text may have it (项目: 专案), if that is another one."""
        other = text if "script" in self.off else taiwanese(text)
        return () if other == fold_text(text) else (other,)

    def _synonyms(self, text: str) -> tuple[str, ...]:
        """*text* with one of its words replaced by another that stands for it: 创卫工作, 创建国家卫生城市工作."""
        if "synonyms" in self.off:
            return ()
        if text not in self._replaced:
            forms = (fold_text(text), *self._taiwanese(text))
            others = dict.fromkeys(other for form in forms for other in self._with_synonyms(form))
            self._replaced[text] = tuple(islice(others, _MOST_SYNONYMS))
        return self._replaced[text]

    def _with_synonyms(self, folded: str) -> Iterator[str]:
        cuts = {place for token in self.analyzer.words(folded) for place in (token.start, token.end)}
        for start, end, others in self.dictionary.found_in(folded, cuts=cuts):
            yield from (folded[:start] + other + folded[end:] for other in others)

    def _tell(self, kind: Understanding, text: str) -> None:
        self.readings.append(Reading(kind, text))


def _words(text: str) -> Query:
    """*text* or a part of it: one of its words, or two neighbouring letters of a name that jieba does not know (屋场会).

    A number with its unit counts as a whole: who looks for 9.2公里 does not want other distances.
    """
    if _is_quantity(fold_text(text)):
        return Term(text)
    return Either((Term(text), Words(text, 1), Pairs(text, 1)))


def _words_within(pattern: Pattern) -> Iterator[Query]:
    """What gives the words of *pattern* their scores. Letters on both sides of a gap are no neighbours (做到从 is no 从…到)."""
    yield Words(pattern.words, 1)
    yield from (Pairs(word, 1) for one in pattern.literals for word in one if len(word) > 1)


def _is_alone(query: Query) -> bool:
    return len([leaf for leaf in leaves(query) if isinstance(leaf, Term | Phrase | Pattern)]) < 2


def _listed(words: Iterable[str]) -> str:
    return "、".join(f"“{word}”" for word in words)


def _is_quantity(text: str) -> bool:
    """Whether *text* is hardly more than a number: 35亿元, 十条, 2012-2019年."""
    letters = [letter for letter in text if letter.isalnum()]
    others = [letter for letter in letters if letter not in _FIGURES]
    return len(others) <= min(_UNIT, len(letters) - 1) and (any(map(str.isdigit, text)) or bool(variants(text)))
