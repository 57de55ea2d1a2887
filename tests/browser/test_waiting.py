"""Answers that are slow, refused or never come: the results stay, nothing moves, and one can try again."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.searching import box, heading, held

pytestmark = pytest.mark.browser

Opened = Callable[..., Page]
SEARCH = "/search?q=环境整治"


def test_a_query_that_cannot_be_read_yet_leaves_the_results_and_says_why(strained: Opened) -> None:
    page = strained(SEARCH)
    box(page).fill("……")
    expect(page.get_by_role("alert")).to_contain_text("没有可以检索的内容")
    expect(heading(page)).to_have_text("环境整治")
    box(page).fill("油茶")
    expect(heading(page)).to_have_text("油茶")
    expect(page.get_by_role("alert")).to_be_empty()
    box(page).fill("……")
    page.keyboard.press("Enter")
    expect(heading(page)).to_have_text("这样写检索不了")


def test_without_a_network_the_results_stay_and_one_tries_again(strained: Opened) -> None:
    page = strained(SEARCH)
    page.context.set_offline(True)
    box(page).fill("油茶")
    expect(page.get_by_role("alert")).to_contain_text("网络断开了")
    expect(heading(page)).to_have_text("环境整治")
    expect(page).to_have_url(re.compile("%E7%8E%AF%E5%A2%83%E6%95%B4%E6%B2%BB$"))
    page.route("**/search?*", lambda route: route.abort())
    page.context.set_offline(False)
    expect(page.get_by_role("alert")).to_contain_text("连不上检索服务")
    page.unroute("**/search?*")
    page.get_by_role("button", name="再试一次").click()
    expect(heading(page)).to_have_text("油茶")
    expect(page.get_by_role("alert")).to_be_empty()
    expect(box(page)).to_be_focused()


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ({"status": 503, "headers": {"Retry-After": "2"}, "body": ""}, "检索服务这会儿用不了，请过 2 秒再试。"),
        ({"status": 503, "body": "<div class=failed><h1>检索超时</h1></div>"}, "检索超时，请稍后再试。"),
        ({"status": 429, "headers": {"Retry-After": "7"}, "body": ""}, "检索得太频繁，请过 7 秒再试。"),
        ({"status": 500, "body": ""}, "检索服务这会儿用不了，请稍后再试。"),
    ],
    ids=["503", "503 with a page", "429", "500"],
)
def test_what_the_service_refuses_is_told_in_one_line(strained: Opened, answer: dict[str, Any], told: str) -> None:
    page = strained(SEARCH)
    page.route("**/search?*", lambda route: route.fulfill(content_type="text/html; charset=utf-8", **answer))
    page.get_by_role("link", name="日期").click()
    expect(page.get_by_role("alert").locator("p")).to_have_text(told)
    expect(heading(page)).to_have_text("环境整治")
    page.unroute("**/search?*")
    page.get_by_role("button", name="再试一次").click()
    expect(page.get_by_role("link", name="日期")).to_have_attribute("aria-current", "true")


def test_an_answer_that_does_not_come_is_given_up_in_the_end(opened: Opened) -> None:
    page = opened("/")
    page.clock.install()
    page.goto(SEARCH)
    page.clock.pause_at(page.evaluate("Date.now()") + 1000)
    waiting = held(page, "油茶")
    box(page).fill("油茶")
    page.clock.run_for(300)
    expect(page.locator("#wait")).to_be_hidden()
    page.clock.run_for(300)
    expect(page.locator("#wait")).to_be_visible()
    expect(page.locator("#main")).to_have_attribute("aria-busy", "true")
    page.clock.run_for(8000)
    expect(page.get_by_role("alert")).to_contain_text("等了很久没有回音")
    expect(page.locator("#wait")).to_be_hidden()
    expect(heading(page)).to_have_text("环境整治")
    assert waiting


def test_waiting_and_trouble_move_nothing(strained: Opened) -> None:
    page = strained(SEARCH, viewport={"width": 1440, "height": 900})
    places = "[...document.querySelectorAll('main *')].map(each => each.getBoundingClientRect().y)"
    before = page.evaluate(places)
    waiting = held(page, "油茶")
    box(page).fill("油茶")
    expect(page.locator("#wait")).to_be_visible()
    assert page.evaluate(places) == before
    waiting[0].abort()
    expect(page.get_by_role("alert")).to_contain_text("连不上")
    assert page.evaluate(places) == before
