"""A small portal that has the search in it in three ways: the widget, a frame, and the service as its own blueprint.

    FANWEN_INDEX=/srv/fanwen/index PORTAL_SERVICE=http://127.0.0.1:8000 flask --app examples/portal/portal run --port 8001

The service at PORTAL_SERVICE must list the portal: FANWEN_CORS_ORIGINS and FANWEN_FRAME_PARENTS, http://127.0.0.1:8001 here.
"""

from __future__ import annotations

import os
from pathlib import Path

from flask import Flask, render_template, request
from flask.wrappers import Response

from indexer import config
from indexer.config import Settings
from web import create_blueprint


def create_app(service: str | None = None, settings: Settings | None = None) -> Flask:
    """The portal.

    :param service: the address of a running service, for the widget and the frame.
    :param settings: those of the service that is mounted here, under ``/tools/fanwen``.
    """
    app = Flask("portal", root_path=str(Path(__file__).parent))
    service = service or os.environ.get("PORTAL_SERVICE", "http://127.0.0.1:8000")
    app.register_blueprint(create_blueprint(settings or config.load()), url_prefix="/tools/fanwen")

    @app.get("/")
    def home() -> str:
        return render_template("base.html", service=service)

    @app.after_request
    def secured(response: Response) -> Response:
        # A portal with a strict policy of its own names the service in it, in these places only.
        if not request.path.startswith("/tools/fanwen"):
            response.headers["Content-Security-Policy"] = (
                f"default-src 'none'; style-src 'self'; script-src 'self' {service}; connect-src {service}; frame-src {service}"
            )
        return response

    return app
