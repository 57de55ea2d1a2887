"""Text and spans -> HTML marks; the only module that writes markup.

The order of the fences: cut what is over-long, strip control characters, escape each piece, put ``<mark>`` around the
pieces that the spans name, then bleach with nothing but ``mark`` allowed. A literal ``<mark>`` in a text is escaped
before the first tag is written, so it cannot forge a highlight. All pieces of a page go over the last fence together:
a call of bleach costs more than what it is given.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from threading import get_ident
from typing import Protocol

from bleach.sanitizer import Cleaner
from markupsafe import Markup, escape

# bleach parses its input: 10,000 hostile characters cost it about 0.1 s, and no paragraph worth reusing is longer.
LIMIT = 10_000

# C0 and C1 except tab and line feed, lone surrogates (they cannot be encoded), and the signs that turn the reading
# direction of what follows: 报\u202e告 would show 告 before 报.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")


# Stands between two pieces, neither of which can hold one: escaped, it is &#34;.
_BETWEEN = '"'


class Interval(Protocol):
    """Anything with a half-open interval of characters: a Span, a Mask."""

    @property
    def start(self) -> int: ...

    @property
    def end(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Stretch:
    """A run of a text to show. ``blank`` says that it is a mask (××, x月x日) to be filled in by the writer."""

    html: Markup
    blank: bool = False


def plain(text: str) -> str:
    """*text* without control characters, cut at LIMIT characters with a sign that it goes on."""
    kept = text if len(text) <= LIMIT else text[:LIMIT] + "…"
    return _CONTROLS.sub("", kept)


def printable(value: object) -> object:
    """What a template writes, without control characters: the name of a file may hold any of them."""
    # What is printable as a whole holds none, and nearly everything is.
    if isinstance(value, str) and not value.isprintable() and not isinstance(value, Markup):
        return _CONTROLS.sub("", value)
    return value


def highlight(text: str, spans: Iterable[Interval]) -> Markup:
    """*text* as HTML with ``<mark>`` around *spans*; spans may overlap, be out of order or lie outside."""
    return highlights([(text, spans)])[0]


def highlights(texts: Iterable[tuple[str, Iterable[Interval]]]) -> list[Markup]:
    """Each text with its spans as :func:`highlight` writes it, in one go."""
    return _fenced([_pieces(text, spans) for text, spans in texts])


def stretches(text: str, spans: Iterable[Interval], masks: Iterable[Interval]) -> list[Stretch]:
    """*text* as HTML like :func:`highlight`, cut where a mask begins and ends."""
    shown = text[:LIMIT]
    known = list(spans)
    runs = _alternating(_merged(masks, start=0, end=len(shown)), len(shown))
    fenced = _fenced([_marked(shown[start:end], _shifted(known, start, end)) for start, end, _ in runs])
    found = [Stretch(html=html, blank=blank) for html, (_, _, blank) in zip(fenced, runs, strict=True)]
    return [*found, Stretch(html=Markup("…"))] if len(text) > LIMIT else found


def _shifted(spans: Iterable[Interval], start: int, end: int) -> list[tuple[int, int]]:
    """The parts of *spans* within ``start..end``, counted from *start*."""
    return [(low - start, high - start) for low, high in _merged(spans, start=start, end=end)]


def _pieces(text: str, spans: Iterable[Interval]) -> list[str]:
    """*text* in escaped pieces, those within *spans* in a mark."""
    shown = text[:LIMIT]
    pieces = _marked(shown, _merged(spans, start=0, end=len(shown)))
    return [*pieces, "…"] if len(text) > LIMIT else pieces


def _marked(text: str, intervals: Sequence[tuple[int, int]]) -> list[str]:
    written = []
    for start, end, inside in _alternating(intervals, len(text)):
        piece = str(escape(_CONTROLS.sub("", text[start:end])))
        written.append(f"<mark>{piece}</mark>" if inside and piece else piece)
    return written


def _fenced(texts: Sequence[Sequence[str]]) -> list[Markup]:
    """Each text put together from its pieces, after bleach has gone over all of them. A piece is looked at once."""
    pieces = list(dict.fromkeys(chain.from_iterable(texts)))
    cleaned = _cleaner(get_ident()).clean(_BETWEEN.join(pieces)).split(_BETWEEN)
    kept = dict(zip(pieces, cleaned, strict=True)) if pieces else {}
    return [Markup("".join(map(kept.__getitem__, text))) for text in texts]  # noqa: S704 - the fences are above


@lru_cache(maxsize=64)
def _cleaner(_thread: int) -> Cleaner:
    """What cleans one text after another in a thread: it holds a parser, which two may not share, and takes a while to make."""
    return Cleaner(tags={"mark"}, attributes={})


def _merged(spans: Iterable[Interval], *, start: int, end: int) -> list[tuple[int, int]]:
    """The parts of *spans* within ``start..end``, in order; what overlaps or touches becomes one."""
    clipped = sorted((max(start, span.start), min(end, span.end)) for span in spans)
    merged: list[tuple[int, int]] = []
    for low, high in clipped:
        if low >= high:
            continue
        if merged and low <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], high))
        else:
            merged.append((low, high))
    return merged


def _alternating(intervals: Sequence[tuple[int, int]], length: int) -> list[tuple[int, int, bool]]:
    """All of ``0..length`` in order as (start, end, within an interval), without empty runs."""
    runs = []
    done = 0
    for start, end in intervals:
        runs.append((done, start, False))
        runs.append((start, end, True))
        done = end
    runs.append((done, length, False))
    return [run for run in runs if run[0] < run[1]]
