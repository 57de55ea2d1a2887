"""Pages of other sites that have the search in them."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import Flask, request

from indexer.config import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


PORTAL = Path(__file__).parent.parent.parent / "examples" / "portal" / "portal.py"


class Later:
    """An application whose address is known before it is made."""

    def __init__(self) -> None:
        self.app: WSGIApplication = Flask("waiting")

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return self.app(environ, start_response)


def elsewhere(address: str) -> str:
    """The same address as another site: localhost is none of 127.0.0.1 to a browser, not only another origin."""
    return address.replace("127.0.0.1", "localhost")


def a_site() -> Flask:
    """A site whose only page holds what its address says."""
    app = Flask("site")
    app.add_url_rule(
        "/", "page", lambda: f"<!doctype html><meta charset=utf-8><title>门户</title>{request.args['page']}"
    )
    return app


def a_page(site: str, markup: str) -> str:
    """The address of a page of :func:`a_site` with *markup* in it."""
    return f"{site}/?{urlencode({'page': markup})}"


def portal_app(service: str, settings: Settings) -> Flask:
    """The portal of examples/portal."""
    described = importlib.util.spec_from_file_location("portal", PORTAL)
    assert described is not None
    assert described.loader is not None
    module = importlib.util.module_from_spec(described)
    described.loader.exec_module(module)
    app: Flask = module.create_app(service, settings)
    return app
