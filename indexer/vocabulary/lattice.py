"""The likeliest ways through a string whose stretches can each be read in several ways."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["pinyin", "initials", "homophone", "shape"]


@dataclass(frozen=True, slots=True)
class Edge:
    """One reading of the characters ``start:end``. ``cost`` is the negative logarithm of how likely it is.

    ``kind`` tells what was changed for it, None where nothing was.
    """

    start: int
    end: int
    text: str
    cost: float
    kind: Kind | None = None


@dataclass(frozen=True, slots=True)
class Path:
    """Readings in a row. ``kind`` is that of its first change; ``changes`` counts those of characters (not of letters)."""

    text: str
    cost: float
    kind: Kind | None = None
    changes: int = 0

    def then(self, edge: Edge) -> Path:
        """This path and *edge* behind it."""
        changes = self.changes + (edge.kind in ("homophone", "shape"))
        return Path(self.text + edge.text, self.cost + edge.cost, self.kind or edge.kind, changes)


def best_paths(edges: Iterable[Edge], *, length: int, width: int) -> list[Path]:
    """The *width* likeliest texts from 0 to *length*, likeliest first; empty where no row of edges leads there."""
    ending: dict[int, list[Edge]] = {}
    for edge in edges:
        ending.setdefault(edge.end, []).append(edge)
    reached: dict[int, list[Path]] = {0: [Path("", 0.0)]}
    for place in range(1, length + 1):
        paths = [path.then(edge) for edge in ending.get(place, ()) for path in reached.get(edge.start, ())]
        reached[place] = _likeliest(paths, width)
    return reached[length]


def _likeliest(paths: Iterable[Path], width: int) -> list[Path]:
    distinct: Mapping[str, Path] = _cheapest(paths)
    return sorted(distinct.values(), key=lambda path: (path.cost, path.text))[:width]


def _cheapest(paths: Iterable[Path]) -> dict[str, Path]:
    cheapest: dict[str, Path] = {}
    for path in paths:
        former = cheapest.get(path.text)
        if former is None or path.cost < former.cost:
            cheapest[path.text] = path
    return cheapest
