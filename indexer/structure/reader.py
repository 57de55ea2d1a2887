"""The way from a parsed document to its parts."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import PurePosixPath

from indexer.model import Document, Part, Passage, Place, Script, SetAside
from indexer.structure.collection import RawPart, split_parts, without_contents
from indexer.structure.front import TELLING_TITLE, Front, read_front
from indexer.structure.functions import functions_told
from indexer.structure.furniture import (
    Aside,
    same_title,
    set_aside_lines,
    sites_named,
    split_chatter,
    without_watermarks,
)
from indexer.structure.glossary import split_glossary, tie
from indexer.structure.headings import read_headings
from indexer.structure.layout import joined, unrolled
from indexer.structure.lines import Line, letters, lines_of
from indexer.structure.marks import masks_in
from indexer.structure.metadata import (
    date_in,
    field_of,
    kind_of_opening,
    kind_of_title,
    prevalent_year,
    year_in,
)
from indexer.structure.passages import cut_long, make_passages
from indexer.structure.script import is_converted, script_of

_SITE_BEHIND = re.compile(r"(\s*[-_|–]+\s*[^-_—|–]{1,24}|\s+[—-]+\s*[^-_—|–]{1,24})+$")

# Before every such name stands one of these.
_DASH = re.compile("[-_|–—]")


@dataclass(frozen=True)
class _Page:
    """What the parts of one document share. ``dated`` is when the page was put up, which need not be the year of its text."""

    document: Document
    collection: str
    dated: str
    issuer: str
    number: str
    script_text: str


def parts(document: Document) -> list[Part]:
    """The titled parts of *document*: one, or each 篇 of a collection. Deterministic; linear in the length of the text."""
    lines = unrolled(lines_of(document))
    head, raw = split_parts(lines)
    if raw and raw[0].mark is None:
        return [_digest_part(document, ordinal, part) for ordinal, part in enumerate(raw)]
    lines, asides = set_aside_lines(lines)
    lines, more = _cleaned(lines, asides)
    lines, asides = joined(lines), [*asides, *more]
    head, raw = split_parts(lines)
    if not raw:
        return [_single(document, lines, asides)]
    return _collection(document, head, raw, asides)


def _cleaned(lines: list[Line], asides: list[Aside]) -> tuple[list[Line], list[Aside]]:
    """*lines* without site talk at the end of paragraphs and site names inside words."""
    sites = sites_named(asides)
    page = "".join(line.text for line in lines)
    kept: list[Line] = []
    taken: list[Aside] = []
    for line in lines:
        text, chatter = split_chatter(line)
        if chatter is not None:
            taken.append(Aside("chatter", chatter))
        if text is None:
            continue
        text, marks = without_watermarks(text, sites=sites, page=page)
        taken.extend(Aside("watermark", mark) for mark in marks)
        kept.append(text)
    return kept, taken


def _digest_part(document: Document, ordinal: int, raw: RawPart) -> Part:
    lines, asides = set_aside_lines(raw.lines)
    page = _page(document, asides, Front("", []))
    return _part(page, ordinal, read_front(lines, {}), asides, label=raw.label)


def _single(document: Document, lines: list[Line], asides: list[Aside]) -> Part:
    front = read_front(lines, _title_meta(document))
    page = _page(document, asides, front)
    return _part(page, 0, front, asides)


def _collection(document: Document, head: list[Line], raw: list[RawPart], asides: list[Aside]) -> list[Part]:
    head, contents = without_contents(head)
    asides = [*asides, *(Aside("menu", line) for line in contents)]
    front = read_front(head, _title_meta(document))
    page = _page(document, asides, front, collection=front.title)
    made = []
    if front.body:
        raw = [RawPart("前言", "", front.body), *raw]
    for ordinal, part in enumerate(raw):
        named = bool(part.own) and not same_title(part.own, front.title)
        own = Front(part.own, part.lines) if named else read_front(part.lines, {}, part_of_collection=True)
        own = replace(own, title="", inferred=False) if own.inferred else own
        mine = [*asides, *front.asides] if ordinal == 0 else []
        made.append(_part(page, ordinal, own, mine, label=part.label))
    return made


def _title_meta(document: Document) -> dict[str, str]:
    """The title that the format names, without the name of the site behind it."""
    title = document.meta.get("title", "")
    return {**document.meta, "title": (_SITE_BEHIND.sub("", title) if _DASH.search(title) else title).strip()}


def _page(document: Document, asides: list[Aside], front: Front, *, collection: str = "") -> _Page:
    shown = [aside.line.shown for aside in asides if aside.reason in {"byline", "counter", "front"}]
    dated = document.meta.get("date", "") and date_in(document.meta["date"])
    dated = dated or _field(shown, "date") or next((date for text in shown if (date := date_in(text))), "")
    issuer = front.issuer or _field(shown, "issuer") or document.meta.get("source", "") or _field(shown, "source")
    return _Page(document, collection, dated, issuer, front.number or _field(shown, "number"), document.text[:20_000])


def _field(shown: list[str], name: str) -> str:
    """The first value that a line of *shown* gives for *name*, or ``""``."""
    return next((value for text in shown if (value := field_of(text, name))), "") if shown else ""


def _part(page: _Page, ordinal: int, front: Front, asides: list[Aside], *, label: str = "") -> Part:
    body, glossary_heading, glossary_lines = split_glossary(front.body)
    headings, entries = read_headings(body)
    passages = make_passages(headings, entries)
    noted = _glossary_passages(passages, glossary_heading, [line for _, line in glossary_lines])
    title = front.title or label if label else _title(page, front)
    date = front.date or ("" if label else page.dated)
    own_asides = [*asides, *front.asides]
    if glossary_heading is not None:
        own_asides.append(Aside("front", glossary_heading))
    kind = _kind(page, front, body)
    script = script_of("".join(line.text for line in body[:200]) or page.script_text)
    found = _flagged([*passages, *noted], page, script)
    return Part(
        id=part_id(page.document, ordinal),
        source=page.document.source,
        ordinal=ordinal,
        title=title,
        collection=page.collection if label else "",
        label=label,
        kind=kind,
        date=date or page.dated,
        year=_year(page, front, date, body),
        issuer=front.issuer or page.issuer,
        number=front.number or ("" if label else page.number),
        script=script,
        headings=tuple(headings),
        passages=functions_told(found, kind, folded=_folded(body)),
        glossary=tie(glossary_lines, passages),
        set_aside=tuple(
            SetAside(aside.reason, aside.line.text, aside.line.pieces, aside.line.number) for aside in own_asides
        ),
        flags=_part_flags(front, passages),
        text_length=sum(len(line.text) for line in front.body),
    )


def _folded(body: list[Line]) -> dict[str, str]:
    """What is folded already: most passages are lines as they are shown."""
    return {line.text: line.folded for line in body if line.text == line.shown}


def _flagged(passages: list[Passage], page: _Page, script: Script) -> list[Passage]:
    """*passages*, with a flag where a converter made their script."""
    if script != "hant" or not _is_converted(passages, page):
        return passages
    return [replace(passage, flags=(*passage.flags, "converted")) for passage in passages]


def _is_converted(passages: list[Passage], page: _Page) -> bool:
    """By the text of the part, or where that is too short to tell by that of its page, which was converted as a whole."""
    return is_converted(passage.text for passage in passages) or is_converted((page.script_text,))


def part_id(document: Document, ordinal: int) -> str:
    """Stable while the source keeps its name, the record its id and the part its place: 16 hexadecimal digits."""
    name = "\0".join((document.source, document.meta.get("record", ""), str(ordinal)))
    return hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _glossary_passages(passages: list[Passage], heading: Line | None, lines: list[Line]) -> list[Passage]:
    """The entries of 注释 as passages of their own, after the text."""
    path = (heading.shown.strip("【】[]（）()：: "),) if heading is not None else ()
    return [
        Passage(
            len(passages) + index,
            line.text,
            Place(line.pieces, line.number, line.page),
            (),
            path,
            masks_in(line.text),
            ("glossary",),
        )
        for index, line in enumerate(piece for entry in lines for piece in cut_long(entry))
    ]


def _part_flags(front: Front, passages: list[Passage]) -> tuple[str, ...]:
    names = {flag for passage in passages for flag in passage.flags if flag in {"masked", "gap", "cut"}}
    return tuple(sorted(names | ({"title_inferred"} if front.inferred else set())))


def _title(page: _Page, front: Front) -> str:
    """The title; where the text has none, the name of its file if it says what it is, else what the text tells."""
    stem = _stem(page.document.source)
    return (
        stem if front.inferred and kind_of_title(stem) and len(letters(stem)) >= TELLING_TITLE else front.title or stem
    )


@lru_cache(maxsize=16)
def _stem(source: str) -> str:
    """The name of the file without its suffix; a file of records has one for all of them."""
    return PurePosixPath(source).stem


def _kind(page: _Page, front: Front, body: list[Line]) -> str:
    """文种: what the record says, else the title, the collection's title, the file's name, the opening."""
    stated = page.document.meta.get("kind", "")
    subtitles = [aside.line.shown for aside in front.asides if aside.reason == "front"]
    return (
        kind_of_title(stated)
        or stated
        or ("" if front.inferred else kind_of_title(front.title))
        or next((kind for text in subtitles if (kind := kind_of_title(text))), "")
        or kind_of_title(page.collection)
        or kind_of_title(_stem(page.document.source))
        or kind_of_opening(body[:4])
        or kind_of_title(front.title)
    )


def _year_reported(front: Front) -> int:
    """The year of a subtitle that is nothing else: （2020年度）."""
    subtitles = (aside.line.shown for aside in front.asides if aside.reason == "front")
    told = (re.fullmatch(r"[（(]?\s?((?:19|20)\d{2})\s?年度?\s?[)）]?", text) for text in subtitles)
    return next((int(match[1]) for match in told if match), 0)


def _year(page: _Page, front: Front, date: str, body: list[Line]) -> int:
    """The year a text is of: what the record, title, 文号, date or file name says, else what it speaks of most."""
    stated = page.document.meta.get("year", "")
    if stated.isdigit():
        return int(stated)
    page_year = int(page.dated[:4]) if page.dated else 0
    return (
        year_in(front.title)
        or year_in(page.collection)
        or year_in(front.number)
        or _year_reported(front)
        or (int(date[:4]) if date else 0)
        or year_in(" ".join(aside.line.shown for aside in front.asides if aside.reason in {"front", "signature"}))
        or year_in(_stem(page.document.source))
        or prevalent_year(body, most=page_year or 2099)
        or page_year
    )
