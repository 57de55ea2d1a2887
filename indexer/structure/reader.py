"""The way from a parsed document to its parts."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from indexer.model import Document, Part, Passage, Place, SetAside
from indexer.structure.collection import RawPart, split_parts, without_contents
from indexer.structure.front import TELLING_TITLE, Front, read_front
from indexer.structure.functions import with_functions
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
    page = replace(_page(document, asides, front), collection="")
    return _part(page, 0, front, asides)


def _collection(document: Document, head: list[Line], raw: list[RawPart], asides: list[Aside]) -> list[Part]:
    head, contents = without_contents(head)
    asides = [*asides, *(Aside("menu", line) for line in contents)]
    front = read_front(head, _title_meta(document))
    page = _page(document, asides, front)
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
    title = re.sub(
        r"(\s*[-_|–]+\s*[^-_—|–]{1,24}|\s+[—-]+\s*[^-_—|–]{1,24})+$", "", document.meta.get("title", "")
    ).strip()
    return {**document.meta, "title": title}


def _page(document: Document, asides: list[Aside], front: Front) -> _Page:
    shown = [aside.line.shown for aside in asides if aside.reason in {"byline", "counter", "front"}]
    found = {
        name: next((value for text in shown if (value := field_of(text, name))), "")
        for name in ("source", "issuer", "number", "date")
    }
    dated = document.meta.get("date", "") and date_in(document.meta["date"])
    dated = dated or found["date"] or next((date for text in shown if (date := date_in(text))), "")
    issuer = front.issuer or found["issuer"] or document.meta.get("source", "") or found["source"]
    return _Page(document, front.title, dated, issuer, front.number or found["number"], document.text[:20_000])


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
    part = Part(
        id=part_id(page.document, ordinal),
        source=page.document.source,
        ordinal=ordinal,
        title=title,
        collection=page.collection if label else "",
        label=label,
        kind=_kind(page, front, body),
        date=date or page.dated,
        year=_year(page, front, date, body),
        issuer=front.issuer or page.issuer,
        number=front.number or ("" if label else page.number),
        script=script_of("".join(line.text for line in body[:200]) or page.script_text),
        headings=tuple(headings),
        passages=(*passages, *noted),
        glossary=tie(glossary_lines, passages),
        set_aside=tuple(
            SetAside(aside.reason, aside.line.text, aside.line.pieces, aside.line.number) for aside in own_asides
        ),
        flags=_part_flags(front, passages),
        text_length=sum(len(line.text) for line in front.body),
    )
    return with_functions(_flagged_converted(part) if _is_converted(part, page) else part)


def _is_converted(part: Part, page: _Page) -> bool:
    """By the text of the part, or where that is too short to tell by that of its page, which was converted as a whole."""
    texts = (passage.text for passage in part.passages)
    return part.script == "hant" and (is_converted(texts) or is_converted((page.script_text,)))


def _flagged_converted(part: Part) -> Part:
    passages = (replace(passage, flags=(*passage.flags, "converted")) for passage in part.passages)
    return replace(part, passages=tuple(passages))


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
    stem = PurePosixPath(page.document.source).stem
    return (
        stem if front.inferred and kind_of_title(stem) and len(letters(stem)) >= TELLING_TITLE else front.title or stem
    )


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
        or kind_of_title(PurePosixPath(page.document.source).stem)
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
        or year_in(PurePosixPath(page.document.source).stem)
        or prevalent_year(body, most=page_year or 2099)
        or page_year
    )
