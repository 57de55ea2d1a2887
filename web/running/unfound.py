"""Searches that found nothing are remembered for the one who minds the library (web/admin lists them)."""

from __future__ import annotations

from dataclasses import replace

from flask import request

from indexer.config import Settings
from indexer.pages import Page, SearchRequest
from indexer.state.unfound import FILE, Unfound

# Sent by our own page and the widget while somebody types: 防汛应 is on its way to 防汛应急预案.
TYPING = "Fanwen-Typing"


class Noting:
    """Counts queries of which no passage has everything, though nothing but the query restricts them."""

    def __init__(self, settings: Settings) -> None:
        self.keeps = settings.keep_unfound
        self.unfound = Unfound(settings.state / FILE)

    def note(self, asked: SearchRequest, page: Page) -> None:
        """Count *asked* where *page* shows that it is missing; never fails, and never waits for a disk or another process."""
        if not self.keeps or page.total or page.page > 1 or TYPING in request.headers or _is_restricted(asked):
            return
        self.unfound.note(asked.query)


def _is_restricted(asked: SearchRequest) -> bool:
    """Whether more than the query decides what is found: what lacks under 文种:总结 may be there under 汇报."""
    plain = SearchRequest(asked.query, off=asked.off, mode=asked.mode, collapse=asked.collapse)
    return replace(asked, page=1, per_page=plain.per_page, sort=plain.sort) != plain
