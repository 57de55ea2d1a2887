"""A passage in its document -> the values of its page: the text, its neighbours, the outline, what is known of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from indexer.model import DocumentRecord, PassageRecord
from indexer.search import PassageView, SearchRequest
from web import labels, render
from web.pages.links import Links, common_depth
from web.pages.shown import Flag, trail
from web.pages.taking import Take, take


@dataclass(frozen=True, slots=True)
class OutlineEntry:
    """A heading of the document; ``url`` is empty where no passage stands under it."""

    level: int
    text: str
    url: str
    current: bool


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A passage beside the one that is shown. ``heading`` holds what begins with it."""

    url: str
    number: int
    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Term:
    """An entry of the document's notes; ``used`` says that the passage has the term."""

    term: str
    text: str
    used: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """A passage page. ``number`` counts from 1 to ``document.passages``; ``previous`` and ``following`` are addresses."""

    passage: PassageRecord
    document: DocumentRecord
    place: str
    number: int
    trail: tuple[str, ...]
    heading: str
    stretches: list[render.Stretch]
    take: Take
    flags: list[Flag]
    before: list[Neighbour]
    after: list[Neighbour]
    previous: str
    following: str
    outline: list[OutlineEntry]
    glossary: list[Term]
    facts: list[Flag]


def reading(view: PassageView, request: SearchRequest, *, links: Links) -> Reading:
    """The page of a passage, with *request* carried for the way back."""
    passage, document = view.passage, view.document
    before = _neighbours(view.before, None, request, links=links)
    after = _neighbours(view.after, passage, request, links=links)
    return Reading(
        passage=passage,
        document=document,
        place=view.place,
        number=passage.ordinal + 1,
        trail=trail(passage.part, passage.heading_path),
        heading=_new_heading(passage, view.before[-1] if view.before else None),
        stretches=render.stretches(passage.text, view.highlights, passage.masks),
        take=take(passage, place=view.place, url=links.plain_passages()(passage.id)),
        flags=labels.flags(passage.flags),
        before=before,
        after=after,
        previous=before[-1].url if before else "",
        following=after[0].url if after else "",
        outline=_outline(document, passage, request, links=links),
        glossary=_glossary(document, passage),
        facts=_facts(view),
    )


def _neighbours(
    passages: Iterable[PassageRecord], former: PassageRecord | None, request: SearchRequest, *, links: Links
) -> list[Neighbour]:
    found = []
    for passage in passages:
        heading = _new_heading(passage, former)
        url = links.passage(passage.id, request)
        found.append(Neighbour(url, passage.ordinal + 1, heading, render.plain(passage.text)))
        former = passage
    return found


def _new_heading(passage: PassageRecord, former: PassageRecord | None) -> str:
    """The headings that begin with this passage, outermost first; the innermost one where what stands before is not known.

    A heading that runs into the text (（一）抓源头。今年以来……) is read there and not shown twice.
    """
    path = passage.heading_path
    known = path[:-1] if passage.ordinal else ()
    fresh = path[common_depth([path, former.heading_path if former else known]) :]
    if fresh and passage.text.startswith(fresh[-1]):
        fresh = fresh[:-1]
    return " › ".join(fresh)


def _outline(
    document: DocumentRecord, passage: PassageRecord, request: SearchRequest, *, links: Links
) -> list[OutlineEntry]:
    at_or_before = [i for i, (_, _, first) in enumerate(document.headings) if 0 <= first <= passage.ordinal]
    current = at_or_before[-1] if at_or_before and passage.heading_path else -1
    entries = []
    for index, (level, text, first) in enumerate(document.headings):
        url = links.passage(f"{document.id}-{first}", request) if first >= 0 else ""
        entries.append(OutlineEntry(min(level, 4), text, url, index == current))
    return entries


def _glossary(document: DocumentRecord, passage: PassageRecord) -> list[Term]:
    terms = [Term(term, render.plain(text), term in passage.text) for term, text in document.glossary]
    return sorted(terms, key=lambda term: not term.used)


def _facts(view: PassageView) -> list[Flag]:
    """What is known of the document, by name; what is unknown is left out."""
    document = view.document
    known = [
        ("文种", document.kind),
        ("日期", document.date or (f"{document.year} 年" if document.year else "")),
        ("发文单位", document.issuer),
        ("文号", document.number),
        ("来源", document.source),
        ("位置", view.place),
        ("部分", "、".join(labels.functions(view.passage.functions))),
        ("字形", labels.script(document.script) if document.script == "hant" else ""),
        ("未列入正文", _set_aside(document)),
    ]
    return [(name, value) for name, value in known if value]


def _set_aside(document: DocumentRecord) -> str:
    total = sum(document.set_aside.values())
    return f"{total} 处（栏目、题注、落款之类）" if total else ""
