"""The whole service as one Flask blueprint, which our own application and any portal mount."""

from __future__ import annotations

import logging
from typing import Protocol

from flask import Blueprint

from indexer import config
from indexer.config import Settings
from indexer.dictionary import Dictionary
from indexer.exposure import check_choice
from indexer.following import site_dictionary
from indexer.search import Search
from web import failures
from web.addresses import NAME, settle
from web.admin import Admin
from web.api import Api
from web.embed.routes import Embed
from web.guard import headers
from web.guard.access import Access
from web.guard.cors import Cors
from web.guard.signing import Signing
from web.pages.basket import Basket
from web.pages.results import Pages
from web.running import compressing
from web.running.health import Health
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
    check_choice(settings)
    return Site(settings=settings, search=search or Search(folder=settings.index, dictionary=_dictionary(settings)))


def mounted(site: Site) -> Blueprint:
    """The blueprint of *site*, with all its views."""
    site.prepare()
    service = Blueprint(NAME, __name__, static_folder="static")
    service.record(settle)
    for views in _views(site):
        service.register_blueprint(views.blueprint())
    failures.register(service, site=site)
    site.observer.register(service)
    _fence(service, site)
    return service


def _fence(service: Blueprint, site: Site) -> None:
    """Ask before every request who may read, and tell with every answer who may use it. What comes last here runs first there."""
    cors = Cors(site.settings)
    service.before_request(cors.preflight)
    service.before_request(Access(site).check)
    service.after_request(compressing.gzipped)
    service.after_request(headers.secured)
    service.after_request(headers.Framing(site.settings).allow)
    service.after_request(cors.share)


def _views(site: Site) -> tuple[Views, ...]:
    return (Pages(site), Basket(site), Embed(site), Api(site), Admin(site), Signing(site), Health(site))


def _dictionary(settings: Settings) -> Dictionary:
    """The dictionary of the site; what could not be used of it is told once, in the log."""
    dictionary = site_dictionary(settings)
    for problem in dictionary.problems:
        logger.warning("%s", problem)
    return dictionary
