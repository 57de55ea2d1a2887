"""load: two gunicorn workers under a load, alone and while the index is built anew beside them. The client takes its share
of the same processors."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks import client
from benchmarks.bench import Bench, environ
from benchmarks.client import Outcome
from benchmarks.errors import BenchError
from benchmarks.measures import memory, pages
from benchmarks.rows import OURS, Row, distribution, single
from benchmarks.serving import WORKERS, Server, serving

ASKED = 100
WARM_UP_SECONDS = 5


def measure(bench: Bench) -> Iterator[Row]:
    """Answers a second, milliseconds by the wall's clock, errors, memory at the start and at the end."""
    folder = bench.made(OURS).folder
    addresses = memory.shuffled(pages.addresses(bench, folder, count=ASKED))
    seconds, rate = bench.settings.seconds, bench.settings.rate
    bench.note(
        f"load: gunicorn, {WORKERS} workers of 4 threads, {len(addresses)} different pages, {rate} requests a second for "
        f"{seconds} s; the client is a Python program on the same processors"
    )
    with serving(folder, log=bench.settings.work / "server.log") as server:
        client.load(server.port, addresses, seconds=WARM_UP_SECONDS, rate=rate)
        bench.say(f"正在加压：每秒 {rate} 个请求，{seconds} 秒……")
        yield from memory.held(bench.size, "load, memory", "before the load", server.workers())
        alone = client.load(server.port, addresses, seconds=seconds, rate=rate)
        yield from memory.held(bench.size, "load, memory", "after the load", server.workers())
        yield from _rows(bench.size, "idle", alone)
        fastest = client.load(server.port, addresses, seconds=seconds / 3, rate=None)
        yield from _rows(bench.size, "flat out", fastest)
        yield from _beside_a_rebuild(bench, server, addresses, alone)


def _beside_a_rebuild(bench: Bench, server: Server, addresses: list[str], alone: Outcome) -> Iterator[Row]:
    seconds, rate = bench.settings.seconds, bench.settings.rate
    bench.say(f"正在重建索引，同时加压 {seconds} 秒……")
    with _rebuilding(bench.path, bench.made(OURS).folder, log=bench.settings.work / "rebuild.log") as rebuilds:
        beside = client.load(server.port, addresses, seconds=seconds, rate=rate)
    bench.note(f"load: {rebuilds.done} rebuilds ended within the load; the last one was stopped")
    yield from _rows(bench.size, "during a rebuild", beside)
    if alone.answered and beside.answered:
        p99 = [distribution(bench.size, OURS, "load", "", one.answered, "ms").p99 or 0.0 for one in (alone, beside)]
        yield single(bench.size, OURS, "load", "p99 during a rebuild by idle p99", p99[1] / p99[0], "x")


def _rows(size: int, kind: str, outcome: Outcome) -> Iterator[Row]:
    if outcome.answered:
        yield distribution(size, OURS, "load", f"{kind}, answer", outcome.answered, "ms")
    yield single(size, OURS, "load", f"{kind}, rate", outcome.rate, "1/s")
    yield single(size, OURS, "load", f"{kind}, errors", outcome.errors, "")
    yield single(size, OURS, "load", f"{kind}, not sent", outcome.late, "")


class _Rebuilds:
    """``fanwen index --rebuild`` again and again, until it is stopped; ``done`` and ``failed`` count those that ended."""

    def __init__(self, source: Path, folder: Path, *, log: Path) -> None:
        self.done = self.failed = 0
        self._command = [
            *(sys.executable, "-m", "indexer.cli", "index", str(source), "--index", str(folder), "--rebuild")
        ]
        self._log = log
        self._stopped = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        while self._thread.is_alive():
            if self._process is not None:
                self._process.terminate()
            self._thread.join(0.5)

    def _run(self) -> None:
        with self._log.open("wb") as stream:
            while not self._stopped.is_set():
                self._process = subprocess.Popen(self._command, env=environ(), stdout=stream, stderr=stream)  # noqa: S603
                status = self._process.wait()
                if self._stopped.is_set():
                    return
                self.done += not status
                self.failed += bool(status)


@contextmanager
def _rebuilding(source: Path, folder: Path, *, log: Path) -> Iterator[_Rebuilds]:
    rebuilds = _Rebuilds(source, folder, log=log)
    try:
        yield rebuilds
    finally:
        rebuilds.stop()
    if rebuilds.failed:
        raise BenchError(f"重建索引没有成功，日志在 {log}")
