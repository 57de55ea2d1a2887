"""What a measured engine can do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from benchmarks.questions import How, Question

TOP = 10

Top = Sequence[tuple[int | str, float]]


class Peer(Protocol):
    """An open index, for one thread."""

    name: str
    # What it can answer.
    hows: frozenset[How]

    def top(self, question: Question) -> Top:
        """Ids and scores of the ten best."""

    def lines(self, top: Top) -> list[int]:
        """The lines of the corpus that were found."""

    def reopened(self) -> Peer:
        """The same index opened anew, with nothing of it in memory but what the system keeps."""

    def close(self) -> None:
        """Release it."""
