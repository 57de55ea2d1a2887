"""Our engine, over an index that ``fanwen index`` wrote."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.peers.base import TOP, Top
from benchmarks.questions import How, Question
from indexer.analysis import Analyzer
from indexer.engines.base import BOOSTS
from indexer.engines.whoosh import WhooshEngine
from indexer.generations import IndexFolder

NAME = "fanwen"
ALL_FIELDS = "fanwen, all fields"
# BM25 over the words of the text alone, as the peers score.
BODY: Mapping[str, float] = {"body": 1.0}


class Fanwen:
    """See :class:`benchmarks.peers.base.Peer`."""

    hows: frozenset[How] = frozenset({"any", "all", "row"})

    def __init__(
        self, folder: Path, analyzer: Analyzer, *, name: str = NAME, boosts: Mapping[str, float] = BODY
    ) -> None:
        """:param folder: the index folder."""
        self.name = name
        self._given = (folder, analyzer, name, boosts)
        options: dict[str, Any] = {"boosts": boosts} if _takes_boosts() else {}
        self.engine = WhooshEngine(IndexFolder(folder).current().path, analyzer=analyzer, **options)
        self.engine.warm()

    @classmethod
    def whole(cls, folder: Path, analyzer: Analyzer) -> Fanwen:
        """The engine as the service uses it."""
        return cls(folder, analyzer, name=ALL_FIELDS, boosts=BOOSTS)

    def top(self, question: Question) -> Top:
        """See :class:`benchmarks.peers.base.Peer`."""
        return [(hit.id, hit.score) for hit in self.engine.search(question.tree, limit=TOP).hits]

    def lines(self, top: Top) -> list[int]:
        """See :class:`benchmarks.peers.base.Peer`."""
        return [record.line for record in self.engine.passages(str(id_) for id_, _ in top)]

    def reopened(self) -> Fanwen:
        """See :class:`benchmarks.peers.base.Peer`."""
        folder, analyzer, name, boosts = self._given
        return Fanwen(folder, analyzer, name=name, boosts=boosts)

    def close(self) -> None:
        """See :class:`benchmarks.peers.base.Peer`."""
        self.engine.close()


def _takes_boosts() -> bool:
    return "boosts" in inspect.signature(WhooshEngine.__init__).parameters
