"""The measures, each a function that takes a run and gives rows; ``ONLY`` names them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from benchmarks.bench import Bench
from benchmarks.measures import building, changing, characters, cold, load, memory, opening, pages, query
from benchmarks.rows import Row

Measure = Callable[[Bench], Iterable[Row]]

# In the order in which they are taken.
MEASURES: Mapping[str, Measure] = {
    "build": building.measure,
    "query": query.measure,
    "cold": cold.measure,
    "characters": characters.measure,
    "open": opening.measure,
    "request": pages.measure,
    "memory": memory.measure,
    "change": changing.measure,
    "load": load.measure,
}
