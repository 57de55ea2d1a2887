"""memory: what a worker of the service holds after 500 requests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from benchmarks import client
from benchmarks.bench import Bench
from benchmarks.corpus import seeded
from benchmarks.errors import BenchError
from benchmarks.measures import pages
from benchmarks.processes import Memory
from benchmarks.rows import OURS, Row, single
from benchmarks.serving import serving

REQUESTS = 500
# Each thread of each worker is to have its turn.
RATE = 100
_PATIENCE = 300


def measure(bench: Bench) -> Iterator[Row]:
    """Megabytes: of the worker that holds most, by each way of counting. "own" is beyond the pages shared with others."""
    folder = bench.made(OURS).folder
    addresses = shuffled(pages.addresses(bench, folder, count=REQUESTS // 6 + 1))
    bench.say("正在测量工作进程的内存……")
    with serving(folder, log=bench.settings.work / "server.log") as server:
        outcome = client.load(server.port, addresses, seconds=_PATIENCE, rate=RATE, most=REQUESTS)
        if outcome.errors:
            raise BenchError(f"{outcome.errors} 个请求出错，日志在 {bench.settings.work / 'server.log'}")
        yield from held(bench.size, "memory", f"after {REQUESTS} requests", server.workers())


def shuffled(addresses: dict[str, list[str]]) -> list[str]:
    """All pages, kinds mixed."""
    every = [address for own in addresses.values() for address in own]
    seeded("order").shuffle(every)
    return every


def held(size: int, measure: str, when: str, workers: Sequence[Memory]) -> Iterator[Row]:
    """A row for each way of counting, of the worker that holds most."""
    ways = {
        "own": [one.own for one in workers],
        "written": [one.written for one in workers],
        "pss": [one.pss for one in workers],
        "rss": [one.rss for one in workers],
    }
    for way, values in ways.items():
        yield single(size, OURS, measure, f"{way}, {when}", max(values), "MB")
