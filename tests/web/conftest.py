"""Two indexes, and an application over each, for all tests of the pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.web import reports
from tests.web.shelf import make_app


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
