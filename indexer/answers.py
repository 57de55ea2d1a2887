"""How what was found is given: as plain data, the one shape that ``fanwen search --json`` and the HTTP API share,
and as lines for a terminal.

Places in a text are counted in code points or in UTF-16 units, which JavaScript, Java and C# count; an answer names its unit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal, Protocol

from indexer.model import FUNCTION_NAMES, DocumentRecord, PassageRecord
from indexer.search import Hit, Page, PassageView, Relaxation, Stats, place_of
from indexer.terminal import marked, plain

Unit = Literal["codepoint", "utf16"]

# The first character that takes two UTF-16 units.
_BEYOND_ONE_UNIT = "\U00010000"


class Interval(Protocol):
    """Anything with a half-open interval of characters: a Span, a Mask."""

    @property
    def start(self) -> int: ...

    @property
    def end(self) -> int: ...


def answer(page: Page, *, unit: Unit = "codepoint") -> dict[str, object]:
    """*page* as JSON values. ``highlights`` count *unit* of ``text``; unknown years are null."""
    return {
        "query": page.query,
        "interpreted": page.interpreted,
        "relaxed": None if page.relaxed is None else _relaxed(page.relaxed),
        "readings": [{"kind": reading.kind, "text": reading.text} for reading in page.readings],
        "offers": list(page.offers),
        "total": page.total,
        "partial": page.partial,
        "page": page.page,
        "per_page": page.per_page,
        "took_ms": round(page.took_ms, 1),
        "offsets": unit,
        "hits": [hit_as_json(hit, unit=unit) for hit in page.hits],
        "facets": {name: _counts(counts) for name, counts in page.facets.items()},
        "fillers": [{"text": text, "count": count} for text, count in page.fillers],
        "warnings": list(page.warnings),
    }


def remarks(page: Page) -> Iterator[str]:
    """How the query was read, where that goes beyond its words; one line each."""
    if page.relaxed and page.relaxed.message:
        yield plain(page.relaxed.message)
    for reading in page.readings:
        yield f"{plain(reading.text)}（不要这样：--off {reading.kind}）"
    if page.offers:
        yield f"您是不是要找：{'、'.join(map(plain, page.offers))}"
    yield from map(plain, page.warnings)


def lines(page: Page) -> Iterator[str]:
    """The passages as a person reads them, with what was found above them."""
    partial = f"，另列出 {page.partial} 段只含部分词语的" if page.partial else ""
    yield f"{plain(page.interpreted)}：{page.total} 段{partial}，用时 {page.took_ms:.0f} 毫秒"
    if page.fillers:
        yield f"句式中的空：{' · '.join(f'{plain(text)} {count}' for text, count in page.fillers)}"
    for number, hit in enumerate(page.hits, start=(page.page - 1) * page.per_page + 1):
        yield ""
        yield from _hit_lines(number, hit)


def _hit_lines(number: int, hit: Hit) -> Iterator[str]:
    record, snippet = hit.record, hit.snippet
    names = (FUNCTION_NAMES[function] for function in record.functions)
    facts = "，".join(part for part in (record.kind, str(record.year or ""), *names) if part)
    trail = " › ".join(plain(part) for part in (record.title, record.part, *record.heading_path) if part)
    yield f"{number}. {trail}" + (f"（{facts}）" if facts else "")
    yield f"   {'…' if snippet.before else ''}{marked(snippet.text, snippet.spans)}{'…' if snippet.after else ''}"
    missing = f"未出现：{'、'.join(map(plain, hit.missing))}" if hit.missing else ""
    if hit.quoted or missing:
        yield f"   {'，'.join(filter(None, (hit.quoted, missing)))}"
    yield f"   {plain(record.source)} {hit.place}"
    if hit.copies:
        yield f"   另有 {hit.copies} 个版本，只有名称、数字不同（逐个列出：--off copies）"
    if hit.more:
        yield f"   同一篇里还有 {hit.more} 段"


def _relaxed(relaxation: Relaxation) -> dict[str, object]:
    return {"step": relaxation.step, "missing": list(relaxation.missing), "message": relaxation.message}


def hit_as_json(hit: Hit, *, unit: Unit = "codepoint") -> dict[str, object]:
    """One hit as JSON values; ``snippet_highlights`` count in ``snippet``."""
    record, snippet = hit.record, hit.snippet
    return {
        "id": record.id,
        "document_id": record.document_id,
        "title": record.title,
        "part": record.part,
        "heading_path": list(record.heading_path),
        "text": record.text,
        "snippet": snippet.text,
        "snippet_before": snippet.before,
        "snippet_after": snippet.after,
        "snippet_highlights": places(snippet.text, snippet.spans, unit=unit),
        "highlights": places(record.text, hit.highlights, unit=unit),
        "score": round(hit.score, 6),
        "kind": record.kind,
        "year": record.year or None,
        "date": record.date,
        "script": record.script,
        "source": f"{record.source}（{hit.place}）" if hit.place else record.source,
        "functions": list(record.functions),
        "flags": list(record.flags),
        "partial": hit.partial,
        "missing": list(hit.missing),
        "quoted": hit.quoted,
        "copies": hit.copies,
        "more": hit.more,
    }


def passage_as_json(record: PassageRecord, *, unit: Unit = "codepoint") -> dict[str, object]:
    """A passage as JSON values; ``masks`` are its blanks."""
    return {
        "id": record.id,
        "document_id": record.document_id,
        "ordinal": record.ordinal,
        "title": record.title,
        "part": record.part,
        "heading_path": list(record.heading_path),
        "text": record.text,
        "masks": places(record.text, record.masks, unit=unit),
        "kind": record.kind,
        "year": record.year or None,
        "date": record.date,
        "issuer": record.issuer,
        "script": record.script,
        "source": record.source,
        "place": place_of(record),
        "line": record.line or None,
        "page": record.page or None,
        "functions": list(record.functions),
        "flags": list(record.flags),
    }


def view_as_json(view: PassageView, *, unit: Unit = "codepoint") -> dict[str, object]:
    """A passage with the places where it matches what was asked."""
    highlights = places(view.passage.text, view.highlights, unit=unit)
    return {**passage_as_json(view.passage, unit=unit), "highlights": highlights, "offsets": unit}


def document_as_json(record: DocumentRecord) -> dict[str, object]:
    """A document as JSON values, without its text and outline."""
    return {
        "id": record.id,
        "title": record.title,
        "part": record.part,
        "source": record.source,
        "kind": record.kind,
        "year": record.year or None,
        "date": record.date,
        "issuer": record.issuer,
        "number": record.number,
        "script": record.script,
        "passages": record.passages,
        "glossary": [{"term": term, "text": text} for term, text in record.glossary],
        "set_aside": [{"value": reason, "count": count} for reason, count in sorted(record.set_aside.items())],
        "flags": list(record.flags),
    }


def outline_as_json(record: DocumentRecord) -> list[dict[str, object]]:
    """The headings of a document in order, each with the first passage under it, or null."""
    return [
        {"level": level, "text": text, "passage": f"{record.id}-{first}" if first >= 0 else None}
        for level, text, first in record.headings
    ]


def stats_as_json(stats: Stats) -> dict[str, object]:
    """What an index holds, as JSON values."""
    return {
        "documents": stats.documents,
        "passages": stats.passages,
        "sources": stats.sources,
        "skipped": stats.skipped,
        "kinds": _counts(stats.kinds),
        "years": _counts((str(year), count) for year, count in stats.years),
        "generation": stats.generation,
        "built": stats.built,
    }


def places(text: str, spans: Iterable[Interval], *, unit: Unit) -> list[dict[str, int]]:
    """*spans* of *text*, counted in *unit*."""
    # Nearly every text has one unit a character.
    if unit == "codepoint" or not any(sign >= _BEYOND_ONE_UNIT for sign in text):
        return [{"start": span.start, "end": span.end} for span in spans]
    return [{"start": units(text, span.start), "end": units(text, span.end)} for span in spans]


def units(text: str, place: int) -> int:
    """The place in UTF-16 units of what stands *place* code points into *text*."""
    return place + sum(sign >= _BEYOND_ONE_UNIT for sign in text[:place])


def _counts(counts: Iterable[tuple[str, int]]) -> list[dict[str, object]]:
    return [{"value": value, "count": count} for value, count in counts]
