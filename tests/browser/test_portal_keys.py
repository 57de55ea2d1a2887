"""A service that is read with keys, inside a site of its own, in a browser that sends no cookies to third parties."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from flask import Flask, Response, request
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page, expect

from indexer.analysis import default_analyzer
from indexer.search import Search
from indexer.state.keys import FILE, Keys
from tests.browser.conftest import ARGUMENTS, chromium, listening
from tests.browser.hosting import Later, a_page, a_site, elsewhere
from tests.library import index_texts
from tests.web import shelf
from web import create_app

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

pytestmark = pytest.mark.browser
PATIENCE = 20_000

Profile = Callable[..., BrowserContext]


@dataclass(frozen=True)
class Sites:
    """Addresses of the service, of the site that it lists and of one that looks what cookies it gets, and a key.

    ``asked`` are paths with query of requests to the service, and what cookie came with them; ``seen`` the cookies that the third got.
    """

    service: str
    portal: str
    third: str
    key: str
    asked: list[tuple[str, str]]
    seen: list[str]


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sites]:
    folder = tmp_path_factory.mktemp("locked")
    analyzer = default_analyzer()
    index_texts(folder / "index", shelf.TEXTS, analyzer)
    search = Search(folder=folder / "index", analyzer=analyzer)
    later = Later()
    asked: list[tuple[str, str]] = []
    seen: list[str] = []
    with listening(later) as service, listening(a_site()) as site, listening(_looking(seen)) as third:
        portal = elsewhere(site)
        settings = replace(
            shelf.settings_for(folder / "index"), access="keys", cors_origins=(portal,), frame_parents=(portal,)
        )
        later.app = _noting(create_app(settings, search), asked)
        yield Sites(service, portal, third, Keys(settings.state / FILE).make("门户"), asked, seen)
    search.close()


def _noting(app: Flask, asked: list[tuple[str, str]]) -> WSGIApplication:
    def noting(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        asked.append((f"{environ['PATH_INFO']}?{environ['QUERY_STRING']}", environ.get("HTTP_COOKIE", "")))
        return app(environ, start)

    return noting


def _looking(seen: list[str]) -> Flask:
    """A site that gives a cookie for use from everywhere, and notes which of its own come back."""
    app = Flask("third")

    @app.get("/give")
    def give() -> Response:
        response = Response("有了", content_type="text/plain; charset=utf-8")
        response.set_cookie("third", "1", samesite="None", secure=True)
        return response

    @app.get("/look")
    def look() -> Response:
        seen.append(request.headers.get("Cookie", ""))
        return Response("看过了", content_type="text/plain; charset=utf-8")

    return app


@pytest.fixture
def profile(browser: Browser, tmp_path: Path) -> Iterator[Profile]:
    """Starts a browser with a profile of its own, which keeps cookies of third parties back or does not."""
    with ExitStack() as opened:

        def start(*, blocking: bool = True) -> BrowserContext:
            context = browser.browser_type.launch_persistent_context(
                _preferring(tmp_path / f"profile-{blocking}", blocking=blocking),
                executable_path=chromium(),
                args=ARGUMENTS,
                locale="zh-CN",
            )
            context.set_default_timeout(PATIENCE)
            opened.callback(context.close)
            return context

        yield start


def _preferring(folder: Path, *, blocking: bool) -> Path:
    """A profile with what stands in the browser's settings under cookies."""
    chosen = {"cookie_controls_mode": int(blocking), "block_third_party_cookies": blocking}
    (folder / "Default").mkdir(parents=True)
    (folder / "Default" / "Preferences").write_text(json.dumps({"profile": chosen}), encoding="utf-8")
    return folder


def _embedded(context: BrowserContext, sites: Sites, markup: str) -> Page:
    page = context.new_page()
    page.goto(a_page(sites.portal, markup))
    return page


def _widget(sites: Sites, key: str) -> str:
    return f'<script src="{sites.service}/widget.js" defer></script><fanwen-search key="{key}"></fanwen-search>'


def _frame(sites: Sites, key: str) -> str:
    return f'<iframe title="范文检索" width="800" height="600" src="{sites.service}/embed#key={key}"></iframe>'


def _search(place: Page | FrameLocator, text: str) -> None:
    place.locator("fanwen-search input").fill(text)
    place.locator("fanwen-search input").press("Enter")


@pytest.mark.parametrize(("blocking", "cookie"), [(True, ""), (False, "third=1")], ids=["blocking", "not blocking"])
def test_a_profile_that_blocks_sends_a_third_party_none_of_its_cookies(
    profile: Profile, sites: Sites, blocking: bool, cookie: str
) -> None:
    sites.seen.clear()
    context = profile(blocking=blocking)
    page = context.new_page()
    page.goto(f"{sites.third}/give")
    page.goto(f"{sites.third}/look")
    _embedded(context, sites, f'<iframe title="别家" src="{sites.third}/look"></iframe>')
    assert sites.seen == ["third=1", cookie]


def test_the_widget_and_the_frame_search_with_the_key_of_the_portal_without_any_cookie(
    profile: Profile, sites: Sites
) -> None:
    sites.asked.clear()
    context = profile()
    page = _embedded(context, sites, _widget(sites, sites.key) + _frame(sites, sites.key))
    for place in (page, page.frame_locator("iframe")):
        _search(place, "红旗户")
        expect(place.locator("fanwen-search mark").first).to_have_text("红旗户")
    assert [path for path, _ in sites.asked].count("/embed?") == 1
    assert {cookie for _, cookie in sites.asked} == {""}
    assert not [path for path, _ in sites.asked if sites.key in path]
    assert context.cookies() == []


@pytest.mark.parametrize("key", ["", "fw_wrong"], ids=["no key", "a wrong key"])
def test_without_a_key_that_holds_the_reader_is_told_whom_to_ask(profile: Profile, sites: Sites, key: str) -> None:
    page = _embedded(profile(), sites, _widget(sites, key) + _frame(sites, key))
    for place in (page, page.frame_locator("iframe")):
        _search(place, "红旗户")
        expect(place.locator("fanwen-search [role=status]")).to_have_text("检索服务要求出示密钥，请联系网站管理员。")
        expect(place.locator("fanwen-search li")).to_have_count(0)
