"""What the search understands, seen and undone in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

Opened = Callable[..., Page]
NARROW: dict[str, Any] = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
WIDE: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}
PAGES = {
    "explained": "/search?q=创卫 八条",
    "corrected": "/search?q=环竟整治",
    "pattern": "/search?q=以…为抓手",
    "partial": "/search?q=环境整治 措施",
    "copies": "/search?q=秸秆禁烧 责任书",
    "undone": "/search?q=创卫 八条&off=synonyms&off=copies&function=plans",
    "nearly": "/search?q=硬化巷道十五公里，群众夜里出门心里踏实",
}


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def test_what_was_understood_fits_both_screens_and_stands_above_the_results(understood: Opened) -> None:
    page = understood("/")
    for path in PAGES.values():
        page.goto(path)
        for screen in (NARROW, WIDE):
            page.set_viewport_size(screen["viewport"])
            assert fits(page), path
            told = page.locator(".explained").bounding_box()
            found = page.locator(".found").bounding_box()
            assert told is not None
            assert found is not None
            assert told["y"] + told["height"] <= found["y"], path
            assert told["height"] <= 4 * 44, path


def test_links_that_undo_are_large_enough_for_a_finger(understood: Opened) -> None:
    page = understood("/", **NARROW)
    for path in PAGES.values():
        page.goto(path)
        # One look for all: a question for each link would take seconds.
        low = page.locator("main a, main button").evaluate_all(
            """aims => aims.filter(aim => aim.checkVisibility() && aim.getBoundingClientRect().height < 44)
                .map(aim => aim.textContent)"""
        )
        assert not low, path


def test_an_expansion_is_undone_and_brought_back(understood: Opened) -> None:
    page = understood("/search?q=创卫", **WIDE)
    total = page.locator(".total strong")
    before = total.inner_text()
    page.locator("a", has_text="撤销：同义词").click()
    expect(total).not_to_have_text(before)
    page.locator("a", has_text="恢复：同义词").click()
    expect(total).to_have_text(before)


def test_a_correction_is_undone(understood: Opened) -> None:
    page = understood("/search?q=环竟整治", **NARROW)
    assert "已改按“环境整治”检索" in page.locator(".relaxed").inner_text()
    page.locator("a", has_text="撤销：改正错字").click()
    expect(page.locator("main")).not_to_contain_text("已改按")


def test_versions_are_opened_and_left_again(understood: Opened) -> None:
    page = understood("/search?q=秸秆禁烧 责任书", **NARROW)
    page.get_by_role("link", name="另有 2 个版本").click()
    expect(page.locator("article.hit")).to_have_count(3)
    expect(page.locator(".versions")).to_contain_text("的各个版本")
    page.get_by_role("link", name="返回检索结果").click()
    expect(page.get_by_role("link", name="另有 2 个版本")).to_be_visible()


def test_a_filler_leads_to_its_sentence(understood: Opened) -> None:
    page = understood("/search?q=以…为抓手", **WIDE)
    page.locator(".fillers a", has_text="网格管理").click()
    expect(page.locator(".snippet mark")).to_have_text(["以网格管理为抓手"] * 2)
