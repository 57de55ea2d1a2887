"""What the library answers -> values that a template only needs to write down."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from markupsafe import Markup

from indexer.model import PassageRecord
from indexer.search import Hit, Page, PassageView, SearchRequest
from web import labels, render
from web.pages.links import Links
from web.pages.taking import Take, take

Flag = tuple[str, str]

# Characters of a passage that stand for it in a line.
EXCERPT = 30
# Words that a passage lacks are told, so many of so many characters.
MISSING_SHOWN = 5
WORD = 12


@dataclass(frozen=True, slots=True)
class Result:
    """A hit on the results page. ``take`` is the whole passage, ``more_url`` asks for all of its document, ``versions_url``
    for the versions that were folded into it. ``notes`` say how it differs from what was asked for."""

    hit: Hit
    record: PassageRecord
    url: str
    trail: tuple[str, ...]
    snippet: Markup
    functions: str
    flags: list[Flag]
    notes: tuple[str, ...]
    take: Take
    more_url: str
    versions_url: str


@dataclass(frozen=True, slots=True)
class Versions:
    """The head of a list of versions: the beginning of the passage that they are versions of, the way back, and the page that
    sets them side by side."""

    excerpt: str
    back: str
    compare: str


def results(page: Page, request: SearchRequest, *, links: Links) -> list[Result]:
    """The hits of *page*."""
    # A passage is marked where it matches what was searched, which is the correction of what was typed, if any.
    carried = links.carried(replace(request, query=page.searched or request.query))
    plain = links.plain_passages()
    snippets = render.highlights((hit.snippet.text, hit.snippet.spans) for hit in page.hits)
    return [
        _result(hit, request, url=plain(hit.record.id), carried=carried, snippet=snippet, links=links)
        for hit, snippet in zip(page.hits, snippets, strict=True)
    ]


def _result(hit: Hit, request: SearchRequest, *, url: str, carried: str, snippet: Markup, links: Links) -> Result:
    return Result(
        hit=hit,
        record=hit.record,
        url=url + carried,
        trail=trail(hit.record.part, hit.record.heading_path),
        snippet=snippet,
        functions=" · ".join(labels.functions(hit.record.functions)),
        flags=labels.flags(hit.record.flags),
        notes=tuple(note for note in (hit.quoted, _missing(hit)) if note),
        take=take(hit.record, place=hit.place, url=url),
        more_url=links.document(hit.record.document_id, request) if hit.more else "",
        versions_url=links.versions(hit.record.id, request) if hit.copies else "",
    )


def versions(view: PassageView | None, request: SearchRequest, *, links: Links) -> Versions:
    """What stands above the versions of a passage; *view* is that passage, None where it is gone."""
    back = links.search(replace(request, page=1, copies_of="", collapse=True))
    if view is None:
        return Versions("", back, "")
    return Versions(
        excerpt(view.passage.text),
        back,
        links.compared(view.passage.id, replace(request, page=1, copies_of="", collapse=True)),
    )


def excerpt(text: str) -> str:
    """The beginning of a passage, in one line."""
    line = " ".join(render.plain(text).split())
    return line if len(line) <= EXCERPT else line[:EXCERPT] + "…"


def _missing(hit: Hit) -> str:
    # Of a sentence that is not there, it is no news that it is not.
    words = [word for word in hit.missing if len(word) <= WORD]
    listed = "、".join(words[:MISSING_SHOWN])
    return f"未出现：{listed}{' 等' if len(words) > MISSING_SHOWN else ''}" if words else ""


def trail(part: str, heading_path: Iterable[str]) -> tuple[str, ...]:
    """Where a passage stands in its document, outermost first."""
    return tuple(step for step in (part, *heading_path) if step)
