"""A new colleague's path: the wheel in an empty environment in another folder, the samples, a search, a page that embeds it."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import sysconfig
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.packaging import ROOT, build_wheel
from tests.waiting import answered

pytestmark = pytest.mark.browser
PATIENCE = 30_000


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty folder with an environment that has the wheel and, beside it, what the wheel asks for."""
    home = tmp_path_factory.mktemp("colleague")
    subprocess.run([sys.executable, "-m", "venv", home / "env"], check=True)
    pip: list[str | Path] = [home / "env" / "bin" / "python", "-m", "pip", "--quiet", "--disable-pip-version-check"]
    wheel = build_wheel(tmp_path_factory.mktemp("built"))
    subprocess.run([*pip, "install", "--no-index", "--no-deps", wheel], check=True)
    # The libraries are those of this environment; a path in a .pth file does not bring the checkout along.
    (packages,) = (home / "env" / "lib").glob("python3*/site-packages")
    (packages / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return home


def fanwen(home: Path, *arguments: str) -> str:
    """What the command prints."""
    command: list[str | Path] = [home / "env" / "bin" / "fanwen", *arguments]
    environ = {"PATH": os.defpath, "HOME": str(home), "PYTHONIOENCODING": "utf-8", "LANG": "C.UTF-8"}
    done = subprocess.run(command, cwd=home, env=environ, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@contextmanager
def serving(home: Path, **settings: str) -> Iterator[str]:
    """``fanwen serve`` over the index of the current folder."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port = trial.getsockname()[1]
    environ = {"PATH": os.defpath, "HOME": str(home), "FANWEN_WORKERS": "1", **settings}
    command: list[str | Path] = [home / "env" / "bin" / "fanwen", "serve", "--port", str(port)]
    process = subprocess.Popen(
        command, cwd=home, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        _wait_for(f"http://127.0.0.1:{port}/readyz")
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=30)


def _wait_for(address: str) -> None:
    answered(lambda: urllib.request.urlopen(address, timeout=30)).close()  # noqa: S310 - our own server


@contextmanager
def a_site(folder: Path) -> Iterator[str]:
    """Another site, of the pages in *folder*."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


def embedding(address: str) -> str:
    """The page that docs/embedding.md shows, with the address of a service."""
    page = (ROOT / "docs" / "embedding.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"```html\n(<script src.*?)```", page, flags=re.DOTALL)
    return f"<!doctype html><meta charset=utf-8>{shown}".replace("http://fanwen.example.lan", address)


def test_a_colleague_indexes_the_samples_and_finds_a_passage(home: Path) -> None:
    samples = fanwen(home, "samples").strip()
    assert str(home) in samples
    assert "个段落" in fanwen(home, "index", samples)
    found = json.loads(fanwen(home, "search", "环境整治", "--json"))
    assert found["total"] > 3
    assert any("环境整治" in hit["text"] for hit in found["hits"])


def test_a_colleague_embeds_the_search_in_a_page_of_another_site(home: Path, browser: Browser, tmp_path: Path) -> None:
    fanwen(home, "index", fanwen(home, "samples").strip())
    with a_site(tmp_path) as site, serving(home, FANWEN_CORS_ORIGINS=site) as address:
        (tmp_path / "index.html").write_text(embedding(address), encoding="utf-8")
        page = browser.new_page()
        page.goto(site)
        page.locator("fanwen-search input").fill("存在的问题")
        expect(page.locator("fanwen-search li").first).to_be_visible(timeout=PATIENCE)
        page.close()


def test_a_colleague_reads_the_pages_of_the_service(home: Path, browser: Browser) -> None:
    fanwen(home, "index", fanwen(home, "samples").strip())
    with serving(home) as address:
        page = browser.new_page()
        page.goto(address)
        page.fill("#q", "乡村振兴")
        page.keyboard.press("Enter")
        expect(page.locator("article.hit").first).to_be_visible(timeout=PATIENCE)
        page.locator("article.hit h2 a").first.click()
        expect(page.locator("#passage")).to_be_visible(timeout=PATIENCE)
        page.close()
