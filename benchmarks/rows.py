"""What a run gives: rows, as JSON and as a table with the ratios of the medians."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

OURS = "fanwen"
# The engines that others are compared with, in the table.
YARDSTICKS = ("tantivy", "whoosh")


@dataclass(frozen=True, slots=True)
class Row:
    """One figure, or the distribution of several: then ``value`` is their mean."""

    size: int
    engine: str
    measure: str
    kind: str
    p50: float | None
    p95: float | None
    p99: float | None
    value: float
    unit: str


def single(size: int, engine: str, measure: str, kind: str, value: float, unit: str) -> Row:
    """One figure."""
    return Row(size, engine, measure, kind, None, None, None, value, unit)


def distribution(size: int, engine: str, measure: str, kind: str, values: Sequence[float], unit: str) -> Row:
    """The percentiles of *values*, which are not empty."""
    p50, p95, p99 = (float(found) for found in np.percentile(values, [50, 95, 99]))
    return Row(size, engine, measure, kind, p50, p95, p99, float(np.mean(values)), unit)


def merged(former: Iterable[Row], rows: Sequence[Row]) -> list[Row]:
    """*rows*, behind those of *former* that are of another size or measure."""
    taken = {(row.size, row.measure) for row in rows}
    return [*(row for row in former if (row.size, row.measure) not in taken), *rows]


def read(path: Path) -> list[Row]:
    """The rows of an earlier run; none where there was none."""
    return [Row(**values) for values in json.loads(path.read_text(encoding="utf-8"))] if path.exists() else []


def write(path: Path, rows: Iterable[Row]) -> None:
    """One row a line, so that two runs can be compared."""
    lines = ",\n".join(json.dumps(asdict(row), ensure_ascii=False) for row in rows)
    path.write_text(f"[\n{lines}\n]\n", encoding="utf-8")


def table(rows: Sequence[Row]) -> Iterator[str]:
    """The rows as lines. ``x tantivy`` is a figure divided by tantivy's (p50 p95 p99), ``x whoosh`` by stock Whoosh's."""
    known = {(row.measure, row.kind, row.engine): row for row in rows}
    cells = [("measure", "kind", "engine", "unit", "p50", "p95", "p99", "value", *(f"x {name}" for name in YARDSTICKS))]
    for row in _grouped(rows):
        figures = (_figure(value) for value in (row.p50, row.p95, row.p99, row.value))
        ratios = (_ratios(row, known.get((row.measure, row.kind, name))) for name in YARDSTICKS)
        cells.append((row.measure, row.kind, row.engine, row.unit, *figures, *ratios))
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for former, line in pairwise([cells[0], *cells]):
        if line[0] != former[0]:
            yield ""
        names = (f"{cell:{width}}" for cell, width in zip(line[:4], widths, strict=False))
        figures = (f"{cell:>{width}}" for cell, width in zip(line[4:], widths[4:], strict=True))
        yield "  ".join([*names, *figures]).rstrip()


def _grouped(rows: Sequence[Row]) -> list[Row]:
    """By measure, then by kind, each in the order in which they came up first."""
    measures: dict[str, dict[str, list[Row]]] = {}
    for row in rows:
        measures.setdefault(row.measure, {}).setdefault(row.kind, []).append(row)
    return [row for kinds in measures.values() for own in kinds.values() for row in own]


def _ratios(row: Row, other: Row | None) -> str:
    if other is None or other is row:
        return ""
    pairs = [(row.p50, other.p50), (row.p95, other.p95), (row.p99, other.p99)]
    found = [mine / theirs for mine, theirs in pairs if mine is not None and theirs]
    found = found or ([row.value / other.value] if other.value else [])
    return " ".join(_figure(ratio) for ratio in found)


def _figure(value: float | None) -> str:
    """Three digits that count, never an exponent."""
    if value is None:
        return ""
    if abs(value) >= 100 or value == int(value):
        return f"{value:.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}" if abs(value) >= 1 else f"{value:.3g}"
