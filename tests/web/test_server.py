"""The three ways to start the service, as processes of their own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask

from tests.waiting import answered

ROOT = Path(__file__).parent.parent.parent
WAYS = {
    "python server.py": ["server.py"],
    "flask --app server run": ["-m", "flask", "--app", "server", "run", "--port", "{port}"],
    "gunicorn server:app": ["-m", "gunicorn", "--bind", "127.0.0.1:{port}", "server:app"],
}
PATHS = ("/", "/search?q=%E7%BA%A2%E6%97%97%E6%88%B7", "/static/fanwen.css")


@pytest.mark.parametrize("way", WAYS)
def test_each_way_of_starting_the_service_serves_the_same(app: Flask, index: Path, way: str) -> None:
    with _started(WAYS[way], index=index) as address:
        for path in PATHS:
            with app.test_client().get(path) as response:
                assert _fetched(address + path) == response.get_data(as_text=True)


@contextmanager
def _started(command: list[str], *, index: Path) -> Iterator[str]:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port = trial.getsockname()[1]
    environ = {
        **os.environ,
        "FANWEN_INDEX": str(index),
        "FANWEN_PORT": str(port),
        "FANWEN_PER_PAGE": "4",
        "FANWEN_PER_PAGE_MAX": "20",
    }
    arguments = [sys.executable, *(part.format(port=port) for part in command)]
    process = subprocess.Popen(
        arguments, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True
    )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=20)


def _fetched(address: str) -> str:
    with answered(lambda: urllib.request.urlopen(address, timeout=30)) as answer:  # noqa: S310 - our own server
        return str(answer.read().decode())
