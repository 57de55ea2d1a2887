"""Passage + query -> the spans that match and a window of whole clauses around the densest of them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from indexer.analysis import Analyzer
from indexer.engines import figures
from indexer.model import Span
from indexer.patterns import Finder
from indexer.query import Pattern, Phrase, Query, Term, leaves
from indexer.text import Folded, Letters, fold

# Characters of a window: about three lines of a result.
WINDOW = 130
# A passage a little longer than the window is shown whole.
WHOLE = 160

_CLAUSE_END = re.compile(r"[。！？；，、：!?;,\n]+[”’\"'）)》」』】]*")
_SENTENCE_END = re.compile(r"[。！？!?\n][”’\"'）)》」』】]*$")


@dataclass(frozen=True, slots=True)
class Snippet:
    """A window of a passage. Spans count characters of ``text``.

    ``start`` is where the window begins in the passage; ``before`` and ``after`` say that the passage goes on there.
    """

    text: str
    spans: tuple[Span, ...]
    start: int
    before: bool
    after: bool


@dataclass(frozen=True, slots=True)
class _Sought:
    """A term or phrase: its letters, its signs with their positions, and the words that are marked where it is not there."""

    letters: str
    signs: tuple[tuple[str, int], ...]
    words: frozenset[str]
    whole_numbers: bool


class Marker:
    """Finds the terms, phrases and patterns that a query asks for in one text after another."""

    def __init__(self, query: Query, analyzer: Analyzer) -> None:
        self._analyzer = analyzer
        self._sought = [each for leaf in leaves(query) if (each := self._prepared(leaf)) is not None]

    def spans(self, text: str, *, converted: bool = False) -> tuple[Span, ...]:
        """Where *text* matches: sorted, merged, spans of *text*.

        A phrase marks nothing but itself. A term that is not there as a whole (it stood in the title) marks its words.
        """
        # As it was folded, and character for character: see records.Texts.rows.
        rows = [Letters.of(fold(text, converted=way)) for way in ((True, False) if converted else (False,))]
        found: list[Span] = []
        missing: set[str] = set()
        for sought in self._sought:
            if isinstance(sought, Finder):
                found += [Span(one.start, one.end) for one in sought.occurrences(rows[0])]
                continue
            spans = [span for row in rows for span in _occurrences(row, sought)]
            found += spans
            if not spans:
                missing |= sought.words
        return merge([*found, *self._word_spans(rows[0].folded, text, missing, converted=converted)])

    def _prepared(self, leaf: Query) -> _Sought | Finder | None:
        match leaf:
            case Pattern():
                return Finder(leaf, self._analyzer)
            case Term(text):
                return self._sought_as(text, words=_telling(self._analyzer, text), whole_numbers=True)
            case Phrase(text):
                return self._sought_as(text, words=frozenset(), whole_numbers=False)
            case _:
                return None

    def _sought_as(self, text: str, *, words: frozenset[str], whole_numbers: bool) -> _Sought:
        tokens = self._analyzer.characters(text)
        letters = "".join(token.text for token in tokens if token.text.isalnum())
        signs = {(token.text, token.position): None for token in tokens if not token.text.isalnum()}
        return _Sought(letters, tuple(signs), words, whole_numbers)

    def _word_spans(self, folded: Folded, text: str, wanted: Collection[str], *, converted: bool) -> list[Span]:
        if not any(word in folded.text for word in wanted):
            return []
        words = self._analyzer.cut(text, converted=converted).words
        return [Span(*folded.source(start, end)) for word, start, end in words if word in wanted]


def matching_spans(text: str, query: Query, analyzer: Analyzer, *, converted: bool = False) -> tuple[Span, ...]:
    """What :class:`Marker` finds in a single text."""
    return Marker(query, analyzer).spans(text, converted=converted)


def merge(spans: Iterable[Span]) -> tuple[Span, ...]:
    """*spans* in order, those that touch or overlap made one."""
    merged: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start, span.end)):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return tuple(merged)


def snippet(text: str, spans: Sequence[Span]) -> Snippet:
    """The window of *text* that shows most of *spans* (sorted, not overlapping)."""
    if len(text) <= WHOLE:
        return Snippet(text, tuple(spans), 0, before=False, after=False)
    start, end = _window(text, spans)
    inside = tuple(
        Span(max(span.start, start) - start, min(span.end, end) - start)
        for span in spans
        if span.start < end and span.end > start
    )
    return Snippet(text[start:end], inside, start, before=start > 0, after=end < len(text))


def _telling(analyzer: Analyzer, text: str) -> frozenset[str]:
    """The words of *text*; single characters (的) only where it has no longer word."""
    words = frozenset(token.text for token in analyzer.words(text))
    return frozenset(word for word in words if len(word) > 1) or words


def _occurrences(row: Letters, sought: _Sought) -> Iterator[Span]:
    """Where *sought* stands in a text, by the rule of the engines: the same characters at the same relative positions."""
    if not sought.letters:
        yield from _sign_occurrences(row, sought)
        return
    index = row.text.find(sought.letters)
    while index >= 0:
        places = [_places(row, position + index, sign) for sign, position in sought.signs]
        if all(places) and not (sought.whole_numbers and _is_within_number(row, sought.letters, index)):
            begin, end = row.places[index], row.places[index + len(sought.letters) - 1]
            asked = [begin, end, *chain.from_iterable(places)]
            yield Span(*row.folded.source(min(asked), max(asked) + 1))
        index = row.text.find(sought.letters, index + 1)


def _places(row: Letters, number: int, sign: str) -> list[int]:
    """Where *sign* stands behind the letter *number*, in the folded text."""
    start, end = row.behind(number)
    return [place for place in range(start, end) if row.folded.text[place] == sign]


def _is_within_number(row: Letters, letters: str, index: int) -> bool:
    end = index + len(letters)
    opens = index > 0 and row.text[index - 1] in figures.before(letters[0]) and not _is_parted(row, index)
    goes_on = end < len(row.text) and row.text[end] in figures.after(letters[-1])
    return opens or (goes_on and not _is_parted(row, end))


def _is_parted(row: Letters, number: int) -> bool:
    """Whether a sign parts the letter *number* from the one behind it."""
    start, end = row.behind(number)
    return any(sign in figures.PARTING_SIGNS for sign in row.folded.text[start:end])


def _sign_occurrences(row: Letters, sought: _Sought) -> Iterator[Span]:
    """A phrase of signs alone (……): they share one position."""
    wanted = {sign for sign, _ in sought.signs}
    for number in range(len(row.places) + 1) if wanted else ():
        start, end = row.behind(number)
        places = [place for place in range(start, end) if row.folded.text[place] in wanted]
        if {row.folded.text[place] for place in places} == wanted:
            yield Span(*row.folded.source(places[0], places[-1] + 1))


def _window(text: str, spans: Sequence[Span]) -> tuple[int, int]:
    """The best run of clauses of at most ``WINDOW`` characters: most spans, different ones first, then the earliest."""
    bounds = _clause_bounds(text)
    marked = [(span.start, span.end, text[span.start : span.end]) for span in spans]
    best, best_key = (0, min(WINDOW, len(text))), (-1.0, 0, 0)
    end_index = 0
    for index, start in enumerate(bounds[:-1]):
        end_index = max(end_index, index + 1)
        while end_index + 1 < len(bounds) and bounds[end_index + 1] - start <= WINDOW:
            end_index += 1
        end = min(bounds[end_index], start + WINDOW)
        weight = _weight([word for low, high, word in marked if start <= low and high <= end])
        if weight < best_key[0]:
            continue
        opens = int(index == 0 or bool(_SENTENCE_END.search(text[max(0, start - 4) : start])))
        if (weight, opens, -start) > best_key:
            best, best_key = (start, end), (weight, opens, -start)
    return best


def _weight(words: Sequence[str]) -> float:
    return len(set(words)) + 0.2 * len(words)


def _clause_bounds(text: str) -> list[int]:
    """Where clauses begin, and the end; a clause longer than the window is cut."""
    bounds = [0]
    for end in [*(match.end() for match in _CLAUSE_END.finditer(text)), len(text)]:
        while end - bounds[-1] > WINDOW:
            bounds.append(bounds[-1] + WINDOW)
        if end > bounds[-1]:
            bounds.append(end)
    return bounds
