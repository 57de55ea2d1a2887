"""The whole service as one Flask blueprint, which our own application and any portal mount."""

from __future__ import annotations

import logging
from typing import Protocol

from flask import Blueprint

from indexer import config
from indexer.config import Settings
from indexer.dictionary import Dictionary
from indexer.search import Search
from web import failures, headers
from web.addresses import NAME
from web.api import Api
from web.pages import Pages
from web.site import Site

logger = logging.getLogger(__name__)


class Views(Protocol):
    """The views for one audience."""

    def blueprint(self) -> Blueprint: ...


def create_blueprint(settings: Settings | None = None, search: Search | None = None) -> Blueprint:
    """The service, to be mounted with ``app.register_blueprint(create_blueprint(settings), url_prefix="/fanwen")``.

    Without *settings* they are loaded from the environment and the configuration file.
    """
    return mounted(site_of(settings or config.load(), search))


def site_of(settings: Settings, search: Search | None) -> Site:
    """What the views share, with a search over the index of *settings* where none is given."""
    return Site(settings=settings, search=search or Search(folder=settings.index, dictionary=_dictionary(settings)))


def mounted(site: Site) -> Blueprint:
    """The blueprint of *site*, with all its views."""
    site.prepare()
    service = Blueprint(NAME, __name__, static_folder="static")
    for views in _views(site):
        service.register_blueprint(views.blueprint())
    failures.register(service, site=site)
    service.after_request(headers.secured)
    return service


def _views(site: Site) -> tuple[Views, ...]:
    return (Pages(site), Api(site))


def _dictionary(settings: Settings) -> Dictionary:
    """The dictionary of the site; what could not be used of it is told once, in the log."""
    dictionary = Dictionary.read(settings.dictionary)
    for problem in dictionary.problems:
        logger.warning("%s", problem)
    return dictionary
