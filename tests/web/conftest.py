"""Two indexes, and an application over each, for all tests of the pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from indexer.search import Search
from tests.web import reports
from tests.web.shelf import make_app, settings_for
from web import create_app


@pytest.fixture(scope="session")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shelf") / "index"


@pytest.fixture(scope="session")
def app(index: Path) -> Iterator[Flask]:
    made, search = make_app(index)
    yield made
    search.close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture(scope="session")
def understanding(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application over the texts of ``reports``."""
    made, search = make_app(tmp_path_factory.mktemp("reports") / "index", reports.TEXTS)
    yield made
    search.close()


@pytest.fixture
def writer(understanding: Flask) -> FlaskClient:
    return understanding.test_client()


@pytest.fixture(scope="session")
def searching(app: Flask, index: Path) -> Iterator[Search]:
    """A search over the index of ``app``, for other applications."""
    assert app
    search = Search(folder=index)
    yield search
    search.close()


@pytest.fixture(scope="session")
def chosen_before() -> dict[str, Flask]:
    """The applications that ``choosing`` has made: their templates take a third of a second each."""
    return {}


@pytest.fixture
def choosing(searching: Search, index: Path, tmp_path: Path, chosen_before: dict[str, Flask]) -> Callable[..., Flask]:
    """Makes an application over the same index with other settings; with keys, one that has a state folder of its own."""

    def make(**chosen: object) -> Flask:
        settings = replace(settings_for(index), state=tmp_path / "状态", **chosen)  # type: ignore[arg-type]
        if settings.access == "keys":
            return create_app(settings, searching)
        name = repr(sorted(chosen.items()))
        chosen_before[name] = chosen_before.get(name) or create_app(settings, searching)
        return chosen_before[name]

    return make
