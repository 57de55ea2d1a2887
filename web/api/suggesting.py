"""Answers for programs: suggestions while a writer types."""

from __future__ import annotations

from dataclasses import asdict

from flask import Blueprint, Response, jsonify, request

from web.params import QUERY_LENGTH
from web.render import plain
from web.site import Site

SUGGESTIONS = 8


class Api:
    """The views that answer in JSON."""

    def __init__(self, site: Site) -> None:
        self.search = site.search

    def blueprint(self) -> Blueprint:
        """The routes of this module."""
        routes = Blueprint("api", __name__)
        routes.add_url_rule("/suggest", "suggest", self.suggest)
        return routes

    def suggest(self) -> Response:
        """What the text in ``q`` may become, likeliest first; none for a text that is no beginning of a query."""
        query = plain(request.args.get("q", ""))[:QUERY_LENGTH]
        found = self.search.suggest(query, limit=SUGGESTIONS)
        return jsonify({"query": query, "suggestions": [asdict(suggestion) for suggestion in found]})
