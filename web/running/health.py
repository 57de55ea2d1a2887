"""What watches over the service asks: does the process live, can it answer, what does it do."""

from __future__ import annotations

from flask import Blueprint, Response, abort, jsonify

from indexer.errors import IndexFolderError, IndexMissing
from web.api.problems import RETRY_SECONDS
from web.guard.reader import admitted
from web.site import Site

# The text format of Prometheus.
_EXPOSITION = "text/plain; version=0.0.4; charset=utf-8"


class Health:
    """The views for supervisors, balancers and Prometheus."""

    def __init__(self, site: Site) -> None:
        self.site = site

    def blueprint(self) -> Blueprint:
        """The routes of this module."""
        routes = Blueprint("health", __name__)
        routes.add_url_rule("/healthz", "alive", self.alive)
        routes.add_url_rule("/readyz", "ready", self.ready)
        routes.add_url_rule("/metrics", "metrics", self.metrics)
        return routes

    def alive(self) -> Response:
        """The process answers. Nothing is read for that: who is killed for a full disk helps nobody."""
        return Response("ok\n", mimetype="text/plain")

    def ready(self) -> Response:
        """Whether a search would be answered now: dictionary loaded, index open, and which generation; 503 before.

        How many passages there are is told to who may read them.
        """
        # Loaded before the first request, and looked at again here.
        self.site.search.warm()
        try:
            found = self.site.search.stats()
        except IndexFolderError as error:
            return self._not_yet("索引还没有建立" if isinstance(error, IndexMissing) else "索引打不开，原因见日志")
        told = {"ready": True, "dictionary": True, "index": True, "generation": found.generation}
        return jsonify({**told, "passages": found.passages} if admitted() else told)

    def metrics(self) -> Response:
        """What Prometheus reads; there is no such address unless it was switched on."""
        if self.site.metrics is None:
            abort(404)
        return Response(self.site.metrics.text(), content_type=_EXPOSITION)

    def _not_yet(self, reason: str) -> Response:
        response = jsonify(ready=False, dictionary=True, index=False, missing=["index"], reason=reason)
        response.status_code = 503
        response.headers["Retry-After"] = str(RETRY_SECONDS)
        return response
