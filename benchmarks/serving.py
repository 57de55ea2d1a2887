"""The service as it is run: gunicorn with two workers behind ``fanwen serve``."""

from __future__ import annotations

import http.client
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks import processes
from benchmarks.bench import environ
from benchmarks.errors import BenchError
from benchmarks.processes import Memory

HOST = "127.0.0.1"
WORKERS = 2
_STARTING_SECONDS = 60
_STOPPING_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Server:
    """A running service."""

    port: int
    pid: int

    def workers(self) -> list[Memory]:
        """The memory of each worker."""
        return [processes.memory(pid) for pid in processes.children(self.pid)]


@contextmanager
def serving(folder: Path, *, log: Path) -> Iterator[Server]:
    """The service over an index folder, until the block ends. Raises BenchError where it does not start."""
    port = _free_port()
    command = [sys.executable, "-m", "indexer.cli", "serve", "--index", str(folder), "--port", str(port)]
    own = {**environ(), "FANWEN_WORKERS": str(WORKERS)}
    with log.open("wb") as stream:
        server = subprocess.Popen(command, env=own, stdout=stream, stderr=stream)  # noqa: S603
    try:
        _wait(server, port, log)
        yield Server(port, server.pid)
    finally:
        server.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            server.wait(_STOPPING_SECONDS)
        server.kill()
        server.wait()


def _free_port() -> int:
    with socket.socket() as trial:
        trial.bind((HOST, 0))
        return int(trial.getsockname()[1])


def _wait(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Until it answers and all workers are there."""
    end = time.monotonic() + _STARTING_SECONDS
    while time.monotonic() < end and server.poll() is None:
        if len(processes.children(server.pid)) >= WORKERS and _answers(port):
            return
        time.sleep(0.1)
    raise BenchError(f"服务没有启动，日志在 {log}：{log.read_text(errors='replace')[-500:]}")


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=_STARTING_SECONDS)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status == http.client.OK
    except OSError:
        return False
    finally:
        connection.close()
