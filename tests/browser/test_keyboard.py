"""The keyboard: along the results, to the box and back, and help about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser

Opened = Callable[..., Page]
SEARCH = "/search?q=环境整治"
WIDE: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}


def box(page: Page) -> Locator:
    return page.get_by_role("combobox", name="检索词")


def titles(page: Page) -> Locator:
    return page.locator("article.hit h2 a")


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def spied(page: Page, act: str) -> None:
    """Count how often a button for *act* is pressed, and in which result, instead of doing it."""
    page.evaluate(
        """act => {
            window.pressed = [];
            document.addEventListener("click", event => {
                const button = event.target.closest(`[data-act="${act}"]`);
                if (!button) return;
                event.stopImmediatePropagation();
                pressed.push(button.closest("article").querySelector("h1, h2").innerText);
            }, { capture: true });
        }""",
        act,
    )


@pytest.mark.parametrize(("down", "up"), [("ArrowDown", "ArrowUp"), ("j", "k")])
def test_keys_walk_along_the_results_and_enter_opens_the_one_that_is_stood_on(
    opened: Opened, down: str, up: str
) -> None:
    page = opened(SEARCH)
    press(page, down)
    expect(titles(page).nth(0)).to_be_focused()
    press(page, down, down)
    expect(titles(page).nth(2)).to_be_focused()
    press(page, up)
    expect(titles(page).nth(1)).to_be_focused()
    expect(page.locator("[data-current]")).to_have_count(1)
    expect(titles(page).nth(1)).to_be_in_viewport()
    press(page, *[down] * 9)
    expect(titles(page).last).to_be_focused()
    title = titles(page).last.inner_text()
    press(page, "Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


def test_after_enter_in_the_box_the_first_arrow_stands_on_the_first_result(opened: Opened) -> None:
    page = opened("/")
    press(page, "/")
    page.keyboard.type("河长")
    press(page, "Enter")
    expect(page.locator("#main")).to_be_focused()
    press(page, "ArrowDown")
    expect(titles(page).first).to_be_focused()
    press(page, "Escape")
    expect(box(page)).to_be_focused()
    assert page.evaluate("getSelection().toString()") == "河长"


@pytest.mark.parametrize(("key", "act"), [("c", "copy"), ("s", "keep")])
def test_a_letter_presses_the_button_of_the_result_that_is_stood_on(opened: Opened, key: str, act: str) -> None:
    page = opened(SEARCH)
    spied(page, act)
    press(page, key)
    assert page.evaluate("pressed") == []
    press(page, "j", "j", key)
    assert page.evaluate("pressed") == [titles(page).nth(1).inner_text()]
    expect(titles(page).nth(1)).to_be_focused()
    press(page, "Enter")
    expect(page.locator("#passage")).to_be_visible()
    page.wait_for_load_state()
    spied(page, act)
    press(page, key)
    assert page.evaluate("pressed") == [page.get_by_role("heading", level=1).inner_text()]


def test_a_passage_is_copied_and_kept_without_leaving_the_list(opened: Opened) -> None:
    page = opened(SEARCH, permissions=["clipboard-write"])
    press(page, "j", "j", "c")
    expect(page.locator("#status")).to_have_text("已复制")
    press(page, "s")
    expect(page.locator("#status")).to_have_text("已放入素材篮")
    expect(page.get_by_role("link", name="素材篮，有 1 条")).to_be_visible()
    expect(titles(page).nth(1)).to_be_focused()
    press(page, "j", "s")
    expect(page.get_by_role("link", name="素材篮，有 2 条")).to_be_visible()


def test_letters_that_are_typed_are_letters(opened: Opened) -> None:
    page = opened(SEARCH)
    box(page).fill("")
    box(page).press_sequentially("cs?jk/")
    expect(box(page)).to_have_value("cs?jk/")
    expect(page.locator("[data-current]")).to_have_count(0)
    expect(page.get_by_role("dialog")).to_be_hidden()
    page = opened(SEARCH, **WIDE)
    page.get_by_label("起始年份").press_sequentially("2s")
    expect(page.get_by_label("起始年份")).to_have_value("2s")


def test_letters_with_a_modifier_belong_to_the_browser(opened: Opened) -> None:
    page = opened(SEARCH)
    for key in ("Control+j", "Alt+j", "Meta+j", "Control+/"):
        press(page, key)
    expect(page.locator("[data-current]")).to_have_count(0)
    expect(box(page)).not_to_be_focused()


def test_arrows_scroll_where_they_do_not_walk(opened: Opened) -> None:
    page = opened(SEARCH, viewport={"width": 1440, "height": 400})
    page.locator(".choice").first.focus()
    press(page, "ArrowDown")
    expect(page.locator("[data-current]")).to_have_count(0)
    page = opened("/", viewport={"width": 360, "height": 300})
    press(page, *["ArrowDown"] * 10)
    expect(page.locator("h1")).not_to_be_in_viewport()


def test_a_question_mark_opens_help_and_escape_closes_it(opened: Opened) -> None:
    page = opened(SEARCH)
    press(page, "j", "?")
    help_ = page.get_by_role("dialog", name="键盘操作")
    expect(help_).to_be_visible()
    for key in ("/", "j", "k", "Enter", "c", "s", "Esc", "?"):
        assert help_.locator("kbd", has_text=key).count()
    press(page, "j")
    expect(titles(page).first).not_to_be_focused()
    press(page, "Escape")
    expect(help_).to_be_hidden()
    expect(titles(page).first).to_be_focused()
    page.get_by_role("button", name="键盘操作").click()
    expect(help_).to_be_visible()
    page.get_by_role("button", name="关闭").click()
    expect(help_).to_be_hidden()


def test_single_letters_can_be_switched_off_and_stay_so(opened: Opened) -> None:
    page = opened(SEARCH)
    press(page, "?")
    page.get_by_label("启用这些单键操作").uncheck()
    press(page, "Escape")
    page.reload()
    press(page, "j", "/", "?")
    expect(page.locator("[data-current]")).to_have_count(0)
    expect(page.get_by_role("dialog")).to_be_hidden()
    press(page, "ArrowDown")
    expect(titles(page).first).to_be_focused()
    page.get_by_role("button", name="键盘操作").click()
    page.get_by_label("启用这些单键操作").check()
    press(page, "Escape", "j")
    expect(page.locator("[data-current]")).to_have_count(1)


def test_a_result_that_tab_leads_to_is_the_one_that_is_stood_on(opened: Opened) -> None:
    page = opened(SEARCH)
    titles(page).nth(2).focus()
    expect(page.locator("article.hit").nth(2)).to_have_attribute("data-current", "")
    press(page, "ArrowUp")
    expect(titles(page).nth(1)).to_be_focused()
    box(page).focus()
    expect(page.locator("[data-current]")).to_have_count(0)


def test_results_that_came_while_typing_are_walked_like_any(opened: Opened) -> None:
    page = opened("/")
    box(page).press_sequentially("环境整治")
    expect(page.get_by_role("heading", level=1)).to_have_text("环境整治")
    press(page, "Enter", "j", "j")
    expect(titles(page).nth(1)).to_be_focused()
