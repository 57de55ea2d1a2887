"""Text and spans -> HTML marks; the only module that writes markup.

The order of the fences: cut what is over-long, strip control characters, escape each piece, put ``<mark>`` around the
pieces that the spans name, then bleach with nothing but ``mark`` allowed. A literal ``<mark>`` in a text is escaped
before the first tag is written, so it cannot forge a highlight.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import bleach
from markupsafe import Markup, escape

# bleach parses its input: 10,000 hostile characters cost it about 0.1 s, and no paragraph worth reusing is longer.
LIMIT = 10_000

# C0 and C1 except tab and line feed, lone surrogates (they cannot be encoded), and the signs that turn the reading
# direction of what follows: 报\u202e告 would show 告 before 报.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")


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
    return _CONTROLS.sub("", value) if isinstance(value, str) and not isinstance(value, Markup) else value


def highlight(text: str, spans: Iterable[Interval]) -> Markup:
    """*text* as HTML with ``<mark>`` around *spans*; spans may overlap, be out of order or lie outside."""
    shown = text[:LIMIT]
    html = _marked(shown, _merged(spans, start=0, end=len(shown)))
    return html + "…" if len(text) > LIMIT else html


def stretches(text: str, spans: Iterable[Interval], masks: Iterable[Interval]) -> list[Stretch]:
    """*text* as HTML like :func:`highlight`, cut where a mask begins and ends."""
    shown = text[:LIMIT]
    known = list(spans)
    found = []
    for start, end, blank in _alternating(_merged(masks, start=0, end=len(shown)), len(shown)):
        inner = [(low - start, high - start) for low, high in _merged(known, start=start, end=end)]
        found.append(Stretch(html=_marked(shown[start:end], inner), blank=blank))
    return [*found, Stretch(html=Markup("…"))] if len(text) > LIMIT else found


def _marked(text: str, intervals: Sequence[tuple[int, int]]) -> Markup:
    written = []
    for start, end, inside in _alternating(intervals, len(text)):
        piece = str(escape(_CONTROLS.sub("", text[start:end])))
        written.append(f"<mark>{piece}</mark>" if inside and piece else piece)
    return Markup(bleach.clean("".join(written), tags={"mark"}, attributes={}))  # noqa: S704 - the fences are above


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
