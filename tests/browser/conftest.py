"""A real server and a real Chromium. Every page that a test opens must be quiet and stay at home."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from werkzeug.serving import make_server
from werkzeug.wsgi import ClosingIterator

from tests.waiting import PATIENCE
from tests.web import desk, reports, shelf

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

Opened = Callable[..., Page]

expect.set_options(timeout=1000 * PATIENCE)


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the application listens."""
    with _serving(tmp_path_factory.mktemp("shelf") / "index", shelf.TEXTS) as address:
        yield address


@pytest.fixture(scope="session")
def reports_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the application over the texts of ``reports`` listens."""
    with _serving(tmp_path_factory.mktemp("reports") / "index", reports.TEXTS) as address:
        yield address


@pytest.fixture(scope="session")
def desk_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the application over the texts of ``desk`` listens."""
    with _serving(tmp_path_factory.mktemp("desk") / "index", desk.TEXTS) as address:
        yield address


@contextmanager
def _serving(folder: Path, texts: Mapping[str, str]) -> Iterator[str]:
    app, search = shelf.make_app(folder, texts)
    with listening(app) as address:
        yield address
    search.close()


@contextmanager
def listening(app: WSGIApplication) -> Iterator[str]:
    """Serve *app* on a port of its own; gives the address."""
    server = make_server("127.0.0.1", 0, _closing(app), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def _closing(app: WSGIApplication) -> WSGIApplication:
    """*app* with every answer closed. Werkzeug's server leaves the file of an answer open where the browser has hung up:
    it first reads what the browser may still have sent, and that fails."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterator[bytes]:
        with closing(ClosingIterator(app(environ, start_response))) as body:
            yield from body

    return answer


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = chromium()
    if program is None:
        pytest.skip("没有安装 Chromium，浏览器测试略过（apt-get install chromium）")
    if not _driver_starts():
        pytest.skip("浏览器测试的驱动程序无法启动，浏览器测试略过（apt-get install libatomic1）")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield started
        started.close()


def chromium() -> str | None:
    """The program, where it is installed."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


def _driver_starts() -> bool:
    """Whether the driver, a Node.js program inside the playwright package, finds the libraries of the system it needs."""
    tried = subprocess.run(
        [sys.executable, "-m", "playwright", "--version"], capture_output=True, timeout=60, check=False
    )
    return tried.returncode == 0


@pytest.fixture
def opened(browser: Browser, address: str) -> Iterator[Opened]:
    """Opens a page with the options of a browser context; at the end nothing may have gone wrong on any of them."""
    with watched(browser, address) as open_page:
        yield open_page


@pytest.fixture
def understood(browser: Browser, reports_address: str) -> Iterator[Opened]:
    """Like ``opened``, over the texts of ``reports``."""
    with watched(browser, reports_address) as open_page:
        yield open_page


@pytest.fixture
def reading(browser: Browser, desk_address: str) -> Iterator[Opened]:
    """Like ``opened``, over the texts of ``desk``."""
    with watched(browser, desk_address) as open_page:
        yield open_page


@pytest.fixture
def strained(browser: Browser, address: str) -> Iterator[Opened]:
    """Like ``opened``, and the browser may say that an answer did not come: the test sees to that."""
    with watched(browser, address, allowed="Failed to load resource") as open_page:
        yield open_page


@contextmanager
def watched(browser: Browser, address: str, *, allowed: str = "\0") -> Iterator[Opened]:
    contexts: list[BrowserContext] = []
    troubles: list[str] = []

    def open_page(path: str = "/", **options: Any) -> Page:
        context = browser.new_context(base_url=address, locale="zh-CN", **options)
        contexts.append(context)
        _watch(context, address, troubles, allowed=allowed)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not troubles


def _watch(context: BrowserContext, address: str, troubles: list[str], *, allowed: str) -> None:
    """Gather errors (what the content security policy refuses is one), but those that begin with *allowed*, and requests to
    anybody else."""

    def look(request: Any) -> None:
        if not request.url.startswith((address + "/", "data:")):
            troubles.append(f"请求了别处：{request.url}")

    def hear(message: Any) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(allowed):
            troubles.append(f"控制台：{message.text}")

    context.on("request", look)
    context.on("console", hear)
    context.on("weberror", lambda error: troubles.append(f"脚本出错：{error.error}"))
