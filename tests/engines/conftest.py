"""What the tests of the engines share."""

from __future__ import annotations

import pytest

from indexer.analysis import JiebaAnalyzer, default_analyzer

pytest.register_assert_rewrite("tests.engines.contract")


@pytest.fixture(scope="session")
def analyzer() -> JiebaAnalyzer:
    return default_analyzer()
