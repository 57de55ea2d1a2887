"""A page of results as plain data: the one shape that ``fanwen search --json`` and the HTTP API share."""

from __future__ import annotations

from collections.abc import Iterable

from indexer.model import Span
from indexer.search import Hit, Page, Relaxation


def answer(page: Page) -> dict[str, object]:
    """*page* as JSON values. ``highlights`` count characters of ``text``; unknown years are null."""
    return {
        "query": page.query,
        "interpreted": page.interpreted,
        "relaxed": None if page.relaxed is None else _relaxed(page.relaxed),
        "total": page.total,
        "page": page.page,
        "per_page": page.per_page,
        "took_ms": round(page.took_ms, 1),
        "hits": [_hit(hit) for hit in page.hits],
        "facets": {name: _counts(counts) for name, counts in page.facets.items()},
        "warnings": list(page.warnings),
    }


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
        "flags": list(hit.record.flags),
    }


def _spans(spans: Iterable[Span]) -> list[dict[str, int]]:
    return [{"start": span.start, "end": span.end} for span in spans]


def _counts(counts: Iterable[tuple[str, int]]) -> list[dict[str, object]]:
    return [{"value": value, "count": count} for value, count in counts]
