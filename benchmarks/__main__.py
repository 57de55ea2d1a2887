"""``make bench``: the service beside its peers. What can be set, and what each measure is: docs/benchmarks.md.

Prints a table, and writes ``build/bench.json`` (rows) and ``build/bench.meta.json`` (what they were made with). Rows of other
sizes and other measures stay as earlier runs left them.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from benchmarks import machine, rows, settings
from benchmarks.bench import Bench
from benchmarks.errors import BenchError
from benchmarks.measures import MEASURES
from benchmarks.rows import Row
from benchmarks.settings import Settings


def main() -> int:
    """One run; the exit status."""
    try:
        chosen = settings.from_environ(os.environ, measures=tuple(MEASURES))
        _print(run(chosen))
    except BenchError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def run(chosen: Settings) -> list[str]:
    """Take the measures that were *chosen* and write what they give; the lines to be printed."""
    bench = Bench(chosen)
    head = machine.described(bench)
    found: list[Row] = []
    for name, measure in MEASURES.items():
        if not chosen.only or name in chosen.only:
            found += measure(bench)
            rows.write(_results(chosen), rows.merged(rows.read(_results(chosen)), found))
    _write_head(chosen.folder / "bench.meta.json", {**head, "notes": bench.notes})
    return [*machine.lines(head, bench.notes), "", *rows.table(found)]


def _results(chosen: Settings) -> Path:
    return chosen.folder / "bench.json"


def _write_head(path: Path, head: dict[str, object]) -> None:
    """Add the head of this run, in the place of one of the same size and measures."""
    former = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    others = [one for one in former if (one["size"], one["measures"]) != (head["size"], head["measures"])]
    path.write_text(json.dumps([*others, head], ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _print(lines: list[str]) -> None:
    for line in lines:
        print(line)


if __name__ == "__main__":
    sys.exit(main())
