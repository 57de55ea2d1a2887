"""How a page of results is given: as plain data, the one shape that ``fanwen search --json`` and the HTTP API share,
and as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from indexer.model import FUNCTION_NAMES, Span
from indexer.search import Hit, Page, Relaxation
from indexer.terminal import marked, plain


def answer(page: Page) -> dict[str, object]:
    """*page* as JSON values. ``highlights`` count characters of ``text``; unknown years are null."""
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
        "hits": [_hit(hit) for hit in page.hits],
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


def _hit(hit: Hit) -> dict[str, object]:
    return {
        "id": hit.record.id,
        "document_id": hit.record.document_id,
        "title": hit.record.title,
        "part": hit.record.part,
        "heading_path": list(hit.record.heading_path),
        "text": hit.record.text,
        "snippet": hit.snippet.text,
        "highlights": _spans(hit.highlights),
        "score": round(hit.score, 6),
        "kind": hit.record.kind,
        "year": hit.record.year or None,
        "source": f"{hit.record.source}（{hit.place}）" if hit.place else hit.record.source,
        "functions": list(hit.record.functions),
        "flags": list(hit.record.flags),
        "partial": hit.partial,
        "missing": list(hit.missing),
        "quoted": hit.quoted,
        "copies": hit.copies,
    }


def _spans(spans: Iterable[Span]) -> list[dict[str, int]]:
    return [{"start": span.start, "end": span.end} for span in spans]


def _counts(counts: Iterable[tuple[str, int]]) -> list[dict[str, object]]:
    return [{"value": value, "count": count} for value, count in counts]
