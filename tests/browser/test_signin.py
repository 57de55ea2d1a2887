"""Signing in with a key, in a real browser: from the page itself, and by a link in a portal on another site."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from indexer.state.keys import Keys
from tests.web.shelf import make_app, settings_for
from web import create_app

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Locked:
    """A service that is read with keys, a portal on another site that leads to it, and a key."""

    address: str
    portal: str
    key: str


@contextmanager
def _served(app: Flask) -> Iterator[int]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Locked]:
    folder: Path = tmp_path_factory.mktemp("locked")
    _, search = make_app(folder / "index")
    settings = replace(settings_for(folder / "index"), access="keys", state=folder / "state")
    portal = Flask("portal")
    with _served(create_app(settings, search)) as port, _served(portal) as portal_port:
        address = f"http://127.0.0.1:{port}"
        portal.add_url_rule("/", "home", lambda: f'<a href="{address}/search?q=红旗户">检索红旗户</a>')
        # Another name is another site, and not only another origin.
        yield Locked(address, f"http://localhost:{portal_port}/", Keys(folder / "state" / "keys.json").make("门户"))
    search.close()


def opened(browser: Browser, address: str, *, script: bool = True) -> Page:
    page = browser.new_context(locale="zh-CN", java_script_enabled=script).new_page()
    page.set_default_timeout(60_000)
    page.goto(address)
    return page


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without"])
def test_a_reader_signs_in_once_goes_on_to_what_they_wanted_and_signs_out(
    browser: Browser, locked: Locked, script: bool
) -> None:
    page = opened(browser, f"{locked.address}/search?q=红旗户", script=script)
    page.get_by_label("访问密钥").fill("fw_抄错了")
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("alert").filter(has_text="没有这个密钥")).to_be_visible()
    page.get_by_label("访问密钥").fill(locked.key)
    page.get_by_role("button", name="登录").click()
    expect(page.locator("article mark").first).to_have_text("红旗户")
    assert page.context.cookies()[0]["httpOnly"]
    page.get_by_role("button", name="退出登录").click()
    page.goto(f"{locked.address}/search?q=红旗户")
    expect(page.get_by_label("访问密钥")).to_be_visible()
    page.context.close()


def test_a_link_in_a_portal_leads_a_reader_who_has_signed_in_to_the_results(browser: Browser, locked: Locked) -> None:
    page = opened(browser, f"{locked.address}/signin")
    page.get_by_label("访问密钥").fill(locked.key)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("button", name="退出登录")).to_be_visible()
    page.goto(locked.portal)
    page.get_by_role("link", name="检索红旗户").click()
    expect(page.locator("article mark").first).to_have_text("红旗户")
    page.context.close()


def test_a_link_in_a_portal_leads_anybody_else_to_the_sign_in(browser: Browser, locked: Locked) -> None:
    page = opened(browser, locked.portal)
    page.get_by_role("link", name="检索红旗户").click()
    expect(page.get_by_label("访问密钥")).to_be_visible()
    page.get_by_label("访问密钥").fill(locked.key)
    page.get_by_role("button", name="登录").click()
    expect(page.locator("article mark").first).to_have_text("红旗户")
    page.context.close()
