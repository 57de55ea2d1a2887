"""没有找到的检索: what writers look for and the library lacks."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response as Answer

from indexer.pages import SearchRequest
from indexer.state.unfound import Missed
from web.addresses import at
from web.admin import shown
from web.admin.desk import Desk
from web.pages.links import Links

LISTED = 200


@dataclass(frozen=True, slots=True)
class Line:
    """A query, how often and when last it was asked; ``url`` asks it again, ``code`` names it in a form."""

    query: str
    count: int
    last: str
    url: str
    code: str


class Unfound:
    """The list, and what empties it."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.links = Links(per_page=desk.settings.per_page)
        self.missed = desk.site.noting.unfound

    def register(self, routes: Blueprint) -> None:
        """Add the routes of this module."""
        routes.add_url_rule("/unfound", "unfound", self.show)
        routes.add_url_rule("/unfound/forget", "unfound_forget", self.forget, methods=["POST"])
        routes.add_url_rule("/unfound/clear", "unfound_sure", self.ask)
        routes.add_url_rule("/unfound/clear", "unfound_clear", self.clear, methods=["POST"])

    def show(self) -> str:
        """The queries, most often asked first."""
        lines = [self._line(missed) for missed in self.missed.listed(LISTED)]
        return self.desk.render("unfound.html", lines=lines, full=len(lines) == LISTED)

    def forget(self) -> Answer:
        """Drop one query from the list."""
        self.missed.forget(shown.decoded(request.form.get("query", "")))
        return redirect(at("admin.unfound"))

    def ask(self) -> str:
        """Whether to empty the list."""
        return self.desk.render(
            "confirm.html",
            title="清空没有找到的检索",
            message="名单会全部清空，不能恢复。以后没有找到的检索会重新记录，文库不受影响。",
            action=at("admin.unfound_clear"),
            act="清空",
            back=at("admin.unfound"),
        )

    def clear(self) -> Answer:
        """Empty the list."""
        self.missed.clear()
        return redirect(at("admin.unfound"))

    def _line(self, missed: Missed) -> Line:
        url = self.links.search(SearchRequest(query=missed.query, per_page=self.desk.settings.per_page))
        return Line(missed.query, missed.count, shown.time(missed.last), url, shown.coded(missed.query))
