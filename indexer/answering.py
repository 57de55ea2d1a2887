"""From a request to what answers it: the query as it is understood, and wider ones where that finds nothing.

Where the words as typed find nothing, the first of these that finds something answers, and the page says which: the
sentence itself without its punctuation, then nearly (a quotation); the likeliest correction; all words apart, most, any.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import get_args

from indexer.analysis import Analyzer
from indexer.deadline import checked
from indexer.dictionary import Dictionary
from indexer.engines.base import Engine, FacetField, Matches
from indexer.model import PassageRecord
from indexer.pages import Relaxation, SearchRequest
from indexer.query import (
    LAST_YEAR,
    And,
    Either,
    Filter,
    Not,
    Pairs,
    ParsedQuery,
    Phrase,
    Query,
    Term,
    Words,
    conjunction,
    parse,
    parse_phrase,
)
from indexer.text import Folded, fold, fold_text
from indexer.understanding import quotation
from indexer.understanding.relaxation import Step, relaxations, unfiltered, without
from indexer.understanding.stopwords import without_stopwords
from indexer.understanding.trees import Reading, Understood, understand
from indexer.vocabulary.corrections import Corrector

PER_DOCUMENT = 2
# Hits that can be paged to: who has looked at a thousand passages wants another query.
MAX_DEPTH = 1000
# Passages with some of the words that are listed among those with all: two pages more than anybody reads.
PARTIAL = 100
# Where a query finds more than this, it is taken to be what was meant, and nothing else is offered.
PLENTY = 20
# The share of the pairs of letters of a sentence that a passage must hold to be looked at: one wrong letter costs two.
NEAR = 0.6
# Passages that are compared with a sentence letter by letter, the likeliest first: about a millisecond each.
LOOKED_AT = 50
FACETS: tuple[FacetField, ...] = get_args(FacetField)
_NO_MATCHES = Matches((), total=0, partial=0, available=0, facets={})


@dataclass(frozen=True, slots=True)
class Answer:
    """What was asked in the end and what it matched. ``quote`` is the sentence that was looked for, if any; ``missing`` and
    ``reason`` tell, where that found nothing, which words are in the way."""

    text: str
    parsed: ParsedQuery
    understood: Understood
    query: Query
    matches: Matches
    relaxation: Relaxation | None = None
    readings: tuple[Reading, ...] = ()
    offers: tuple[str, ...] = ()
    quote: str = ""
    missing: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Answering:
    """Answers one request from one engine."""

    engine: Engine
    analyzer: Analyzer
    dictionary: Dictionary
    corrector: Corrector
    request: SearchRequest
    _counted: dict[Query, int] = field(default_factory=dict)

    def answer(self) -> Answer:
        """The answer as the module's docstring says. Raises QueryError."""
        typed = self._typed(self.request.query)
        offers = self._offers(typed)
        if typed.matches.total or not typed.parsed.terms:
            return replace(typed, offers=offers)
        typed = self._with_reason(typed)
        if self.request.mode != "auto":
            return replace(self._nothing(typed), offers=offers)
        wider = chain(
            self._in_other_signs(typed), self._near(typed), self._corrected(typed, offers), self._relaxed(typed)
        )
        found = next(wider, None) or self._nothing(typed)
        others = tuple(offer for offer in offers if offer != found.text)
        return replace(found, offers=others)

    # The words as typed

    def _typed(self, text: str) -> Answer:
        parsed, dropped = self._without_stopwords(self._parsed(text))
        understood = self._understood(parsed)
        query, quote = restricted(understood.query, self.request), _quote(text, parsed)
        readings = (*dropped, *understood.readings)
        typed = Answer(text, parsed, understood, query, _NO_MATCHES, readings=readings, quote=quote)
        # A sentence that stands nowhere is looked for in other ways first.
        is_lost = bool(quote) and understood.softer and not self._count(query)
        return typed if is_lost else self._searched(typed)

    def _parsed(self, text: str) -> ParsedQuery:
        if self.request.mode == "phrase":
            return parse_phrase(text)
        return parse(text, patterns="patterns" not in self.request.off)

    def _without_stopwords(self, parsed: ParsedQuery) -> tuple[ParsedQuery, tuple[Reading, ...]]:
        return (parsed, ()) if "stopwords" in self.request.off else without_stopwords(parsed, self.dictionary)

    def _searched(self, typed: Answer) -> Answer:
        understood = typed.understood
        partial = PARTIAL if self._may_fill(understood) else 0
        return replace(typed, matches=self._search(typed.query, understood.rank, partial=partial))

    def _may_fill(self, understood: Understood) -> bool:
        request = self.request
        whole = request.sort == "relevance" and not request.document and not request.copies_of
        return request.mode == "auto" and whole and understood.softer and "fill" not in request.off

    def _search(self, query: Query, rank: Query, *, partial: int = 0, partial_last: bool = False) -> Matches:
        request = self.request
        whole = request.collapse and not request.document
        offset = min((max(request.page, 1) - 1) * request.per_page, MAX_DEPTH)
        return self.engine.search(
            query,
            limit=min(request.per_page, MAX_DEPTH - offset),
            offset=offset,
            rank=restricted(rank, request),
            partial=partial,
            partial_last=partial_last,
            sort=request.sort,
            per_document=PER_DOCUMENT if whole else None,
            fold_copies=whole and not request.copies_of and "copies" not in request.off,
            facets=FACETS,
        )

    def _count(self, query: Query) -> int:
        """How many passages match; asked once."""
        if query not in self._counted:
            self._counted[query] = self.engine.count(query)
        return self._counted[query]

    # Other queries that may have been meant

    def _offers(self, typed: Answer) -> tuple[str, ...]:
        """What may have been meant: words of the library, those of the trade (创卫) left alone, each but once, however parted."""
        if "corrections" in self.request.off or not typed.parsed.terms or typed.matches.total > PLENTY:
            return ()
        # A sentence that stands in the library was typed as it was meant.
        if typed.quote and typed.matches.total:
            return ()
        folded = fold_text(typed.text)
        known = [folded[start:end] for start, end, _ in self.dictionary.found_in(folded)]
        kept: dict[str, str] = {}
        for offer in (offer.text for offer in self.corrector.offers(typed.text.strip())):
            if all(word in fold_text(offer) for word in known) and self._has_words(offer, typed.parsed):
                kept.setdefault("".join(offer.split()), offer)
        return tuple(kept.values())

    def _has_words(self, offer: str, typed: ParsedQuery) -> bool:
        """Whether the library has each word that *offer* has put in place of another (not 困境拷汤汤)."""
        offered, _ = self._without_stopwords(parse(offer))
        changed = (term for term in offered.terms if term not in typed.terms)
        return all(self._count(self._meant(term)) for term in changed)

    def _corrected(self, typed: Answer, offers: Sequence[str]) -> Iterator[Answer]:
        """The likeliest correction, where it changes a word that is in the way: not 述廉 in (述职 OR 述廉) 结尾."""
        for offer in offers[:1]:
            found = self._typed(offer)
            changed = [term for term in typed.parsed.terms if term not in found.parsed.terms]
            if not {term.text for term in changed}.intersection(typed.missing):
                return
            told = Reading("corrections", f"没有找到“{self.request.query.strip()}”，已改按“{offer}”检索")
            mended = replace(found, readings=(told, *found.readings))
            if found.matches.total:
                yield mended
            elif not any(self._count(self._meant(term)) for term in changed):
                # What stands nowhere is of no use to any step after this; its correction is.
                yield from self._relaxed(self._with_reason(mended))

    # A sentence

    def _in_other_signs(self, typed: Answer) -> Iterator[Answer]:
        if typed.quote:
            query = self._within(typed, Phrase(quotation.letters(typed.quote)))
            yield from self._answered(typed, query, "signs", "没有标点也相同的句子，下面的结果只差标点。")

    def _near(self, typed: Answer) -> Iterator[Answer]:
        """Passages that hold the sentence nearly: those with most of its pairs of letters are looked at."""
        if not typed.quote:
            return
        least = math.ceil(NEAR * len(quotation.pairs(typed.quote)))
        likely = self._within(typed, Pairs(typed.quote, least))
        found = self.engine.search(likely, limit=LOOKED_AT)
        texts = self.engine.texts(match.id for match in found.hits)
        near = tuple(
            one.id for one in checked(texts) if quotation.align(typed.quote, fold(one.text, converted=one.converted))
        )
        if near:
            message = "没有与原句相同的句子，下面列出相近的，并注明差在哪里。"
            partial = PARTIAL if self._may_fill(typed.understood) else 0
            yield from self._answered(typed, Filter("passage", near), "near", message, partial=partial)

    def _within(self, typed: Answer, query: Query) -> Query:
        """*query* with all that restricts what was typed."""
        return restricted(conjunction([query, *_restrictions(typed.understood.query)]), self.request)

    # Wider and wider

    def _relaxed(self, typed: Answer) -> Iterator[Answer]:
        # A sentence that stands nowhere is looked for by its words in the end, quoted or not.
        quoted = conjunction([Term(typed.quote), *_restrictions(typed.understood.plain)])
        plain = quoted if typed.quote else typed.understood.plain
        if typed.quote:
            typed = replace(typed, understood=replace(typed.understood, marks=plain))
        for wider in relaxations(restricted(plain, self.request), self.analyzer):
            message = _relaxed_message(wider.step, typed.reason)
            partial = PARTIAL if self._may_fill(typed.understood) else 0
            yield from self._answered(typed, wider.query, wider.step, message, missing=typed.missing, partial=partial)

    def _nothing(self, typed: Answer) -> Answer:
        typed = self._searched(typed) if typed.quote else typed
        if typed.matches.partial:
            return replace(typed, relaxation=Relaxation("any", typed.missing, _relaxed_message("any", typed.reason)))
        relaxation = Relaxation("none", typed.missing, f"没有找到相符的段落。{typed.reason}")
        return replace(typed, relaxation=relaxation)

    def _answered(
        self,
        typed: Answer,
        query: Query,
        step: Step,
        message: str,
        *,
        missing: tuple[str, ...] = (),
        partial: int = 0,
    ) -> Iterator[Answer]:
        """*typed* answered by *query* instead, if that finds anything."""
        if not self._count(query):
            return
        # A quotation ranks by its words here: as a quotation it has found nothing.
        rank = Words(typed.quote, 1) if typed.quote else Either((typed.understood.rank, query))
        # A sentence comes first, as it says; words that stand apart are what a reader would weigh as well.
        matches = self._search(query, rank, partial=partial, partial_last=step in {"signs", "near"})
        yield replace(typed, query=query, matches=matches, relaxation=Relaxation(step, missing, message))

    def _with_reason(self, typed: Answer) -> Answer:
        missing, reason = self._in_the_way(typed)
        return replace(typed, missing=missing, reason=reason)

    def _in_the_way(self, typed: Answer) -> tuple[tuple[str, ...], str]:
        """The words that are nowhere in the library, else those without which the rest would find something; and that said.

        No words where the filters alone are in the way.
        """
        terms = list(dict.fromkeys(typed.parsed.terms))
        nowhere = tuple(term.text for term in terms if not self._count(self._meant(term)))
        if nowhere:
            return nowhere, f"文库里没有{_named(nowhere)}。"
        query, free = restricted(typed.parsed.query, self.request), unfiltered(typed.parsed.query)
        if free != query and self._count(self._meant(free)):
            return (), "去掉筛选条件就有相符的段落。"
        if len(terms) < 2:
            return (), ""
        narrower = ((term.text, without(query, term)) for term in terms)
        apart = tuple(text for text, rest in narrower if rest is not None and self._count(self._meant(rest)))
        return apart, f"去掉{_named(apart)}就有同时含有其余词语的段落。" if apart else ""

    def _meant(self, query: Query) -> Query:
        return self._understood(ParsedQuery(query)).query

    def _understood(self, parsed: ParsedQuery) -> Understood:
        return understand(parsed, dictionary=self.dictionary, analyzer=self.analyzer, off=self.request.off)


def folded(record: PassageRecord) -> Folded:
    """The text of a passage as it is searched."""
    return fold(record.text, converted="converted" in record.flags)


def restricted(query: Query, request: SearchRequest) -> Query:
    """The query and the filters of the request together."""
    filters: list[Query] = []
    if request.kinds:
        filters.append(Filter("kind", request.kinds))
    if request.functions:
        filters.append(Filter("function", request.functions))
    if request.year_from or request.year_to:
        filters.append(Filter("year", low=request.year_from, high=request.year_to or LAST_YEAR))
    if request.sources:
        filters.append(Filter("source", request.sources))
    if request.scripts:
        filters.append(Filter("script", request.scripts))
    if request.document:
        filters.append(Filter("document", (request.document,)))
    if request.copies_of:
        filters.append(Filter("copies", (request.copies_of,)))
    return conjunction([query, *filters])


def _quote(text: str, parsed: ParsedQuery) -> str:
    """The sentence that is looked for: what was pasted, or the one quotation of the query beside its filters."""
    match _asked(parsed.query):
        case [Phrase(quoted)]:
            return quoted
        case [Term(pasted)] if quotation.is_quotation(pasted):
            return pasted
        case _:
            return text if quotation.is_quotation(text) else ""


def _asked(query: Query) -> list[Query]:
    """What a query asks for, without what restricts it."""
    children = query.children if isinstance(query, And) else (query,)
    return [child for child in children if not isinstance(child, Filter | Not)]


def _restrictions(query: Query) -> list[Query]:
    children = query.children if isinstance(query, And) else (query,)
    return [child for child in children if isinstance(child, Filter | Not)]


def _named(words: Sequence[str]) -> str:
    return ("或" if len(words) > 1 else "").join(f"“{text}”" for text in words[:3])


def _relaxed_message(step: Step, reason: str) -> str:
    match step:
        case "all":
            return f"没有一字不差的段落，下面的结果含有全部词语，但不连在一起。{reason}"
        case "most":
            return f"没有同时含有全部词语的段落，下面的结果含有其中大部分。{reason}"
        case _:
            return f"没有同时含有全部词语的段落，下面的结果只含有其中一部分。{reason}"
