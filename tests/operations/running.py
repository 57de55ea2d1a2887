"""Services as processes of their own, and requests to them as a client's socket sends them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 120

# Imported by every Python of a service that is started with ``hidden``: as if these were not installed.
HIDING = """
import os
from importlib.machinery import PathFinder
hidden, find = os.environ.get("TEST_HIDDEN", "").split(), PathFinder.find_spec
def find_spec(name, path=None, target=None):
    return None if name.partition(".")[0] in hidden else find(name, path, target)
PathFinder.find_spec = find_spec
"""


@dataclass(frozen=True)
class Service:
    """A service that runs."""

    address: str
    port: int
    process: subprocess.Popen[bytes]
    log: Path

    def status(self, path: str) -> int:
        """The status of the answer to GET *path*."""
        try:
            with urllib.request.urlopen(self.address + path, timeout=PATIENCE) as answer:  # noqa: S310 - our own server
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code

    def text(self, path: str) -> str:
        """The body of the answer to GET *path*, which is 200."""
        with urllib.request.urlopen(self.address + path, timeout=PATIENCE) as answer:  # noqa: S310 - our own server
            return str(answer.read().decode())

    @contextmanager
    def connection(self) -> Iterator[socket.socket]:
        """A bare connection."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE) as opened:
            yield opened

    def stop(self) -> int:
        """Ask it to end, as a service manager does; its exit status."""
        self.process.terminate()
        return self.process.wait(timeout=PATIENCE)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


@contextmanager
def running(
    command: Sequence[str],
    *,
    folder: Path,
    port: int,
    settings: Mapping[str, object] | None = None,
    hidden: Sequence[str] = (),
    path: str = "/healthz",
) -> Iterator[Service]:
    """The program *command* started in *folder*, once it answers at *path*.

    :param settings: by name, as in a configuration file.
    :param hidden: packages that it does not find.
    """
    (folder / "hiding").mkdir(exist_ok=True)
    (folder / "hiding" / "sitecustomize.py").write_text(HIDING, encoding="utf-8")
    environ = {
        **os.environ,
        **{f"FANWEN_{name.upper()}": str(value) for name, value in {"port": port, **(settings or {})}.items()},
        "PYTHONPATH": os.pathsep.join(filter(None, (str(folder / "hiding"), os.environ.get("PYTHONPATH")))),
        "PYTHONIOENCODING": "utf-8",
        "TEST_HIDDEN": " ".join(hidden),
    }
    log = folder / "service.log"
    with log.open("wb") as written:
        process = subprocess.Popen(command, cwd=folder, env=environ, stdout=written, stderr=written)
    service = Service(f"http://127.0.0.1:{port}", port, process, log)
    try:
        _wait_for(service, path)
        yield service
    finally:
        process.terminate()
        try:
            process.wait(timeout=40)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def fanwen(*arguments: str) -> list[str]:
    """``fanwen`` with *arguments*, as a command."""
    return [sys.executable, "-P", "-m", "indexer.cli", *arguments]


def _wait_for(service: Service, path: str) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if service.process.poll() is not None:
            break
        try:
            service.status(path)
        except OSError:
            time.sleep(0.05)
            continue
        return
    raise AssertionError(f"the service does not answer: {service.log.read_text(encoding='utf-8')[-2000:]}")
