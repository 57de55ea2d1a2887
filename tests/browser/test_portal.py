"""The search inside a portal on another site: the widget, the frame, the blueprint; one portal is listed, one is not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Frame, Page, expect

from indexer.analysis import default_analyzer
from indexer.search import Search
from tests.browser.axe import faults
from tests.browser.conftest import listening
from tests.browser.hosting import Later, elsewhere, portal_app
from tests.library import index_texts
from tests.web import shelf
from web import create_app

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

pytestmark = pytest.mark.browser
PATIENCE = 20_000


@dataclass(frozen=True)
class Sites:
    """Addresses: of the service, of the portal that it lists, and of one that it does not. ``asked`` are requests to the service."""

    service: str
    portal: str
    stranger: str
    asked: list[tuple[str, str]]


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sites]:
    folder = tmp_path_factory.mktemp("library") / "index"
    analyzer = default_analyzer()
    index_texts(folder, shelf.TEXTS, analyzer)
    search = Search(folder=folder, analyzer=analyzer)
    asked: list[tuple[str, str]] = []
    later = [Later(), Later(), Later()]
    with listening(later[0]) as service, listening(later[1]) as one, listening(later[2]) as other:
        portal, stranger = elsewhere(one), elsewhere(other)
        settings = replace(shelf.settings_for(folder), cors_origins=(portal,), frame_parents=(portal,))
        later[0].app = _noting(create_app(settings, search), asked)
        for site in later[1:]:
            site.app = portal_app(service, shelf.settings_for(folder))
        yield Sites(service, portal, stranger, asked)
    search.close()


def _noting(app: Flask, asked: list[tuple[str, str]]) -> WSGIApplication:
    def noting(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        asked.append((environ["PATH_INFO"], environ.get("HTTP_COOKIE", "")))
        return app(environ, start)

    return noting


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(locale="zh-CN")
    made.set_default_timeout(PATIENCE)
    yield made
    made.close()


def _at(context: BrowserContext, address: str) -> Page:
    page = context.new_page()
    page.goto(address)
    return page


def _frame(page: Page) -> Frame:
    handle = page.locator("iframe").element_handle()
    assert handle is not None
    frame = handle.content_frame()
    assert frame is not None
    return frame


def test_the_widget_finds_passages_with_marks_and_a_way_to_the_original(context: BrowserContext, sites: Sites) -> None:
    page = _at(context, sites.portal)
    page.locator("fanwen-search input").fill("环境整治")
    expect(page.locator("fanwen-search li")).to_have_count(3, timeout=PATIENCE)
    assert set(page.locator("fanwen-search mark").all_inner_texts()) <= {"环境整治", "環境整治"}
    assert str(page.locator("fanwen-search li a").first.get_attribute("href")).startswith(f"{sites.service}/passage/")
    expect(page.locator("fanwen-search [role=status]")).to_contain_text("共 ")


def test_a_passage_that_is_picked_goes_into_the_draft_of_the_portal(context: BrowserContext, sites: Sites) -> None:
    page = _at(context, sites.portal)
    page.locator("fanwen-search input").fill("红旗户")
    page.locator("fanwen-search button", has_text="复制全段").first.click()
    assert "每月评一次红旗户，红旗直接插到院门口。" in page.locator("#draft").input_value()


def test_the_widget_keeps_to_the_filters_that_the_portal_set(context: BrowserContext, sites: Sites) -> None:
    page = _at(context, sites.portal)
    page.locator("fanwen-search input").fill("环境整治")
    expect(page.locator("fanwen-search li")).to_have_count(3, timeout=PATIENCE)
    for facts in page.locator("fanwen-search .facts").all_inner_texts():
        assert facts.startswith("总结")


def test_the_widget_turns_pages(context: BrowserContext, sites: Sites) -> None:
    page = _at(context, sites.portal)
    page.locator("fanwen-search input").fill("环境整治")
    first = page.locator("fanwen-search li p:not([class])").first.inner_text()
    page.locator("fanwen-search button", has_text="下一页").click()
    expect(page.locator("fanwen-search [role=status]")).to_contain_text("从第 4 条起")
    assert page.locator("fanwen-search li p:not([class])").first.inner_text() != first


def test_the_frame_searches_and_is_as_high_as_what_it_shows(context: BrowserContext, sites: Sites) -> None:
    page = _at(context, sites.portal)
    frame = _frame(page)
    frame.locator("fanwen-search input").wait_for()
    frame.locator("fanwen-search input").fill("环境整治")
    expect(frame.locator("fanwen-search li")).to_have_count(3, timeout=PATIENCE)
    page.wait_for_function("document.querySelector('iframe').clientHeight > 350")
    assert page.locator("iframe").evaluate("frame => frame.clientHeight") < 1500


def test_the_mounted_service_answers_inside_the_portal(context: BrowserContext, sites: Sites) -> None:
    page = _at(context, sites.portal)
    page.locator("header nav a").click()
    page.locator("#q").fill("红旗户")
    page.keyboard.press("Enter")
    expect(page.locator("mark").first).to_have_text("红旗户", timeout=PATIENCE)
    assert page.url.startswith(f"{sites.portal}/tools/fanwen/search")


def test_a_portal_that_is_not_listed_gets_neither_answers_nor_a_frame(context: BrowserContext, sites: Sites) -> None:
    page = _at(context, sites.stranger)
    page.locator("fanwen-search input").fill("环境整治")
    expect(page.locator("fanwen-search [role=status]")).to_contain_text("连不上检索服务", timeout=PATIENCE)
    assert page.locator("fanwen-search li").count() == 0
    assert _frame(page).locator("fanwen-search").count() == 0


def test_neither_way_needs_or_leaves_a_cookie(context: BrowserContext, sites: Sites) -> None:
    sites.asked.clear()
    page = _at(context, sites.portal)
    for place in (page, _frame(page)):
        place.locator("fanwen-search input").fill("环境整治")
        place.locator("fanwen-search li").first.wait_for()
    assert {path for path, _ in sites.asked} >= {"/widget.js", "/embed", "/api/v1/search"}
    assert {cookie for _, cookie in sites.asked} == {""}
    assert context.cookies() == []


def test_the_widget_asks_nothing_while_a_word_is_composed(context: BrowserContext, sites: Sites) -> None:
    page = _at(context, sites.portal)
    page.locator("fanwen-search input").focus()
    sites.asked.clear()
    composing = context.new_cdp_session(page)
    composing.send("Input.imeSetComposition", {"text": "huanjing", "selectionStart": 8, "selectionEnd": 8})
    page.wait_for_timeout(700)
    assert [path for path, _ in sites.asked if path.startswith("/api")] == []
    composing.send("Input.insertText", {"text": "环境整治"})
    page.locator("fanwen-search li").first.wait_for()


@pytest.mark.parametrize("width", [360, 1440])
def test_the_portal_with_results_does_not_scroll_sideways_and_breaks_no_rule(
    context: BrowserContext, sites: Sites, width: int
) -> None:
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(sites.portal)
    page.locator("fanwen-search input").fill("环境整治")
    page.locator("fanwen-search li").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert not faults(page)
