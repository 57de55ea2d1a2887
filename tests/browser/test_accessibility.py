"""WCAG 2.2 AA, as far as axe-core can tell, on every page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from indexer.analysis import default_analyzer
from indexer.search import Search
from tests.browser.axe import faults
from tests.browser.conftest import listening
from tests.browser.hosting import a_page, a_site, elsewhere
from tests.browser.visits import (
    MINDING,
    PAGES,
    SCREENS,
    Guarded,
    Visit,
    at,
    guarded_service,
    opened,
    sign_in_to_mind,
    stay,
)
from tests.web import shelf
from web import create_app

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    with guarded_service(tmp_path_factory.mktemp("guarded")) as service:
        yield service


@pytest.fixture(scope="module")
def unindexed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a service that has no index yet."""
    folder: Path = tmp_path_factory.mktemp("unindexed")
    search = Search(folder=folder / "index", analyzer=default_analyzer())
    with listening(
        create_app(replace(shelf.settings_for(folder / "index"), state=folder / "state"), search)
    ) as address:
        yield address
    search.close()


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a service that takes in only whom a portal names."""
    folder: Path = tmp_path_factory.mktemp("closed")
    search = Search(folder=folder / "index", analyzer=default_analyzer())
    settings = replace(
        shelf.settings_for(folder / "index"), access="header", user_header="X-User", trusted_proxies=("127.0.0.1",)
    )
    with listening(create_app(settings, search)) as address:
        yield address
    search.close()


def _faults(page: Page, pages: Mapping[str, Visit]) -> dict[str, list[str]]:
    found = {}
    for name, visit in pages.items():
        visit(page)
        found[name] = faults(page)
    return {name: lines for name, lines in found.items() if lines}


def test_axe_sees_what_is_wrong(browser: Browser, reports_address: str) -> None:
    with opened(browser, reports_address) as page:
        page.goto("/")
        page.evaluate(
            """() => {
                const main = document.querySelector("main");
                const faint = document.createElement("p"), image = document.createElement("img");
                faint.textContent = "看不清的字";
                faint.style.color = "light-dark(#ddd, #333)";
                main.prepend(image, faint);
                for (const _ of "12") {
                    const small = document.createElement("button");
                    small.style.cssText = "all: unset; width: 9px; height: 9px";
                    small.ariaLabel = "太小";
                    main.prepend(small);
                }
            }"""
        )
        lines = faults(page)
        for rule in ("image-alt", "color-contrast", "target-size", "dark: color-contrast"):
            assert [line for line in lines if line.startswith(rule)], rule


@pytest.mark.parametrize("width", SCREENS)
def test_axe_finds_nothing_on_any_page(browser: Browser, reports_address: str, width: int) -> None:
    with opened(browser, reports_address, viewport=SCREENS[width]) as page:
        assert not _faults(page, PAGES)


@pytest.mark.parametrize("width", SCREENS)
def test_axe_finds_nothing_where_one_signs_in(browser: Browser, guarded: Guarded, width: int) -> None:
    found: dict[str, list[str]] = {}
    with opened(browser, guarded.address, viewport=SCREENS[width]) as page:
        found |= _faults(page, {"sign in": at("/signin")})
        page.get_by_label("访问密钥").fill("fw_wrong")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert").first).to_be_visible()
        found |= _faults(page, {"wrong key": stay})
        page.get_by_label("访问密钥").fill(guarded.reading)
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="退出登录")).to_be_visible()
        found |= _faults(page, {"signed in": at("/")})
    assert not found


@pytest.mark.parametrize("width", SCREENS)
def test_axe_finds_nothing_where_one_minds_the_library(browser: Browser, guarded: Guarded, width: int) -> None:
    with opened(browser, guarded.address, viewport=SCREENS[width]) as page:
        found = _faults(page, {"sign in to mind": at("/admin/signin")})
        sign_in_to_mind(page, guarded.minding)
        found |= _faults(page, MINDING)
    assert not found


@pytest.mark.parametrize("width", SCREENS)
def test_axe_finds_nothing_where_nothing_can_be_read_yet(
    browser: Browser, unindexed: str, closed: str, width: int
) -> None:
    found: dict[str, list[str]] = {}
    for address, says in ((unindexed, "文库"), (closed, "请从单位的门户进入")):
        with opened(browser, address, viewport=SCREENS[width]) as page:
            page.goto("/search?q=秸秆")
            expect(page.get_by_role("heading", level=1)).to_contain_text(says)
            found |= _faults(page, {says: stay})
    assert not found


@pytest.mark.parametrize("width", SCREENS)
def test_axe_finds_nothing_on_the_step_between_a_portal_and_the_sign_in(
    browser: Browser, guarded: Guarded, width: int
) -> None:
    with listening(a_site()) as site, opened(browser, guarded.address, viewport=SCREENS[width]) as page:
        # The next step is not answered, so that the page stays.
        page.route(re.compile("/signin"), lambda route: route.fulfill(status=204))
        page.goto(a_page(elsewhere(site), f'<a href="{guarded.address}/search?q=秸秆">检索秸秆</a>'))
        page.get_by_role("link", name="检索秸秆").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("正在打开")
        assert not _faults(page, {"arriving": stay})
