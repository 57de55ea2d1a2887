"""Passage + query -> the spans that match and a window of whole clauses around the densest of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from indexer.analysis import Analyzer
from indexer.engines import figures
from indexer.model import Span, Token
from indexer.patterns import occurrences
from indexer.query import Pattern, Phrase, Query, Term, leaves

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
class _Shape:
    """A text or phrase as its letters, one for each position, and the signs that share their positions."""

    letters: str
    at: Sequence[Token]
    signs: frozenset[tuple[str, int]]
    tokens: Sequence[Token]


def matching_spans(text: str, query: Query, analyzer: Analyzer, *, converted: bool = False) -> tuple[Span, ...]:
    """Where *text* matches the terms, phrases and patterns that *query* asks for: sorted, merged, spans of *text*.

    A phrase marks nothing but itself. A term that is not there as a whole (it stood in the title) marks its words.
    """
    # As it was folded, and character for character: see records.Texts.rows.
    rows = [analyzer.characters(text, converted=way) for way in ((True, False) if converted else (False,))]
    shapes = [_shape(row) for row in rows]
    words: list[Token] | None = None
    found: list[Span] = []
    for wanted in leaves(query):
        match wanted:
            case Pattern():
                found += [Span(one.start, one.end) for one in occurrences(rows[0], wanted, analyzer)]
            case Term(asked) | Phrase(asked):
                phrase = _shape(analyzer.characters(asked))
                whole_numbers = isinstance(wanted, Term)
                spans = [one for each in shapes for one in _occurrences(each, phrase, whole_numbers=whole_numbers)]
                if not spans and isinstance(wanted, Term):
                    words = analyzer.words(text, converted=converted) if words is None else words
                    spans = _word_spans(words, analyzer, asked)
                found += spans
    return merge(found)


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


def _shape(tokens: Sequence[Token]) -> _Shape:
    letters = [token for token in tokens if token.text.isalnum()]
    signs = frozenset((token.text, token.position) for token in tokens if not token.text.isalnum())
    return _Shape("".join(token.text for token in letters), letters, signs, tokens)


def _occurrences(text: _Shape, phrase: _Shape, *, whole_numbers: bool) -> list[Span]:
    """Where *phrase* stands in *text*, by the rule of the engines: the same characters at the same relative positions."""
    if not phrase.letters:
        return _sign_occurrences(text, phrase)
    found = []
    index = text.letters.find(phrase.letters)
    while index >= 0:
        if all((sign, position + index) in text.signs for sign, position in phrase.signs) and not (
            whole_numbers and _is_within_number(text, phrase, index)
        ):
            found.append(_extent(text, phrase, index))
        index = text.letters.find(phrase.letters, index + 1)
    return found


def _is_within_number(text: _Shape, phrase: _Shape, index: int) -> bool:
    end = index + len(phrase.letters)
    opens = index > 0 and text.letters[index - 1] in figures.before(phrase.letters[0]) and not _is_parted(text, index)
    goes_on = end < len(text.letters) and text.letters[end] in figures.after(phrase.letters[-1])
    return opens or (goes_on and not _is_parted(text, end))


def _is_parted(text: _Shape, position: int) -> bool:
    """Whether a sign parts the letter at *position* (counted from 1) from the one behind it."""
    return any((sign, position) in text.signs for sign in figures.PARTING_SIGNS)


def _extent(text: _Shape, phrase: _Shape, shift: int) -> Span:
    """From the first to the last character of *text* that the phrase asks for."""
    first, last = text.at[shift], text.at[shift + len(phrase.letters) - 1]
    start, end = first.start, last.end
    for token in text.tokens if phrase.signs else ():
        if not token.text.isalnum() and (token.text, token.position - shift) in phrase.signs:
            start, end = min(start, token.start), max(end, token.end)
    return Span(start, end)


def _sign_occurrences(text: _Shape, phrase: _Shape) -> list[Span]:
    """A phrase of signs alone (……): they share one position."""
    wanted = {sign for sign, _ in phrase.signs}
    by_position: dict[int, list[Token]] = {}
    for token in text.tokens:
        if token.text in wanted:
            by_position.setdefault(token.position, []).append(token)
    return [
        Span(tokens[0].start, tokens[-1].end)
        for tokens in by_position.values()
        if wanted and {token.text for token in tokens} == wanted
    ]


def _word_spans(words: Iterable[Token], analyzer: Analyzer, wanted: str) -> list[Span]:
    """The words of *wanted*; single characters (的) only where it has no longer word."""
    asked = {token.text for token in analyzer.words(wanted)}
    asked = {word for word in asked if len(word) > 1} or asked
    return [Span(token.start, token.end) for token in words if token.text in asked]


def _window(text: str, spans: Sequence[Span]) -> tuple[int, int]:
    """The best run of clauses of at most ``WINDOW`` characters: most spans, different ones first, then the earliest."""
    bounds = _clause_bounds(text)
    best, best_key = (0, min(WINDOW, len(text))), (-1.0, 0, 0)
    end_index = 0
    for index, start in enumerate(bounds[:-1]):
        end_index = max(end_index, index + 1)
        while end_index + 1 < len(bounds) and bounds[end_index + 1] - start <= WINDOW:
            end_index += 1
        end = min(bounds[end_index], start + WINDOW)
        opens = int(index == 0 or bool(_SENTENCE_END.search(text[max(0, start - 4) : start])))
        key = (_weight(text, spans, start, end), opens, -start)
        if key > best_key:
            best, best_key = (start, end), key
    return best


def _weight(text: str, spans: Sequence[Span], start: int, end: int) -> float:
    inside = [text[span.start : span.end] for span in spans if start <= span.start and span.end <= end]
    return len(set(inside)) + 0.2 * len(inside)


def _clause_bounds(text: str) -> list[int]:
    """Where clauses begin, and the end; a clause longer than the window is cut."""
    bounds = [0]
    for end in [*(match.end() for match in _CLAUSE_END.finditer(text)), len(text)]:
        while end - bounds[-1] > WINDOW:
            bounds.append(bounds[-1] + WINDOW)
        if end > bounds[-1]:
            bounds.append(end)
    return bounds
