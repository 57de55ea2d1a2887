"""create_app: where settings, search, pages and failures are put together."""

from __future__ import annotations

from pathlib import Path

from flask import Flask, Response

from indexer import config
from indexer.config import Settings
from indexer.dictionary import Dictionary
from indexer.search import Search
from web import failures
from web.api import Api
from web.pages import Pages
from web.render import printable

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    # What a page shows depends on the index of the moment.
    "Cache-Control": "no-cache",
}


def create_app(settings: Settings | None = None, search: Search | None = None) -> Flask:
    """The application; without *settings* they are loaded from the environment and the configuration file."""
    settings = settings or config.load()
    app = Flask("web", template_folder=str(_templates()))
    app.config.update(HOST=settings.host, PORT=settings.port)
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True, "finalize": printable}
    search = search or Search(folder=settings.index, dictionary=_dictionary(app, settings))
    search.warm()
    for name in app.jinja_env.list_templates():
        app.jinja_env.get_template(name)
    app.register_blueprint(Pages(search=search, settings=settings).blueprint())
    app.register_blueprint(Api(search=search).blueprint())
    failures.register(app, settings=settings)
    app.after_request(_secured)
    return app


def _dictionary(app: Flask, settings: Settings) -> Dictionary:
    """The dictionary of the site; what could not be used of it is told once, in the log."""
    dictionary = Dictionary.read(settings.dictionary)
    for problem in dictionary.problems:
        app.logger.warning("%s", problem)
    return dictionary


def _templates() -> Path:
    """The templates: beside this module in an installed wheel, at the top of the checkout otherwise."""
    installed = Path(__file__).parent / "templates"
    return installed if installed.is_dir() else Path(__file__).parent.parent / "templates"


def _secured(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response
