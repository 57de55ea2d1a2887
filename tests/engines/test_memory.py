"""The memory engine keeps the contract."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from indexer.engines.memory import MemoryEngine
from tests.engines.contract import EngineContract

if TYPE_CHECKING:
    from indexer.analysis import Analyzer


class TestMemoryEngine(EngineContract):
    @pytest.fixture
    def engine(self, analyzer: Analyzer) -> MemoryEngine:
        return MemoryEngine(analyzer)
