"""create_app: the service as an application of its own."""

from __future__ import annotations

from flask import Flask

from indexer import config
from indexer.config import Settings
from indexer.exposure import check_start
from indexer.search import Search
from web import failures
from web.guard import headers
from web.guard.proxies import Proxied
from web.mounting import mounted, site_of


def create_app(settings: Settings | None = None, search: Search | None = None) -> Flask:
    """The application; without *settings* they are loaded from the environment and the configuration file."""
    settings = settings or config.load()
    check_start(settings)
    site = site_of(settings, search)
    app = Flask("web", static_folder=None)
    app.config.update(HOST=settings.host, PORT=settings.port)
    app.register_blueprint(mounted(site))
    # Addresses that are none of the blueprint's are ours to answer here; in a portal they are the portal's.
    failures.register(app, site=site)
    site.observer.register(app)
    app.after_request(headers.secured_elsewhere)
    app.wsgi_app = Proxied(app.wsgi_app, settings)  # type: ignore[method-assign]
    return app
