"""Where the time of a page goes: ``python -m benchmarks.profile INDEX [QUERY …]``.

Asks for the page of each query through Flask's test client, some twenty times, and prints the share of each module of the project and
of each library in the processor's time, with the functions that take most.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from indexer.config import Settings
from web.app import create_app

_QUERIES = ("工作", "环境 整治", "述职报告 结尾", "以…为抓手", "下一步我们将进一步加强组织领导，确保各项任务落到实处")
_ROUNDS = 20
_SHOWN = 15


def profile(index: Path, queries: Sequence[str]) -> pstats.Stats:
    """The profile of the pages of *queries*, warm."""
    client = create_app(replace(Settings(), index=index)).test_client()
    for query in queries:
        client.get("/search", query_string={"q": query})
    profiler = cProfile.Profile()
    with profiler:
        for query in list(queries) * _ROUNDS:
            client.get("/search", query_string={"q": query})
    return pstats.Stats(profiler)


def table(stats: pstats.Stats) -> list[str]:
    """The shares of modules, then the functions, most first."""
    modules: Counter[str] = Counter()
    functions: Counter[str] = Counter()
    for (file, line, name), (_, _, own, _, _) in stats.stats.items():  # type: ignore[attr-defined]
        where = _module(file)
        modules[where] += own
        functions[f"{where}:{line} {name}" if line else name] += own
    total = sum(modules.values())
    return [
        f"{100 * own / total:5.1f} %  {name}"
        for counter in (modules, functions)
        for name, own in counter.most_common(_SHOWN)
    ]


def _module(file: str) -> str:
    path = Path(file)
    if "site-packages" in path.parts:
        return path.parts[path.parts.index("site-packages") + 1]
    root = Path(__file__).parent.parent
    return str(path.relative_to(root)) if path.is_relative_to(root) else "Python" if file != "~" else "built in"


def main() -> None:
    """Read the arguments, and print the table."""
    parser = argparse.ArgumentParser(description="一次检索的时间花在哪里")
    parser.add_argument("index", type=Path, help="索引文件夹")
    parser.add_argument("queries", nargs="*", default=_QUERIES, help="检索词")
    chosen = parser.parse_args()
    print("\n".join(table(profile(chosen.index, tuple(chosen.queries)))))


if __name__ == "__main__":
    main()
