"""A small index for the services that are started."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.analysis import default_analyzer
from tests.library import index_texts
from tests.web.shelf import TEXTS


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an index of the small library."""
    folder = tmp_path_factory.mktemp("operations") / "index"
    index_texts(folder, TEXTS, default_analyzer())
    return folder
