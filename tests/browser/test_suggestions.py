"""Suggestions while typing: by keyboard, by finger, and never during a composition."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, Route, expect

pytestmark = pytest.mark.browser

Opened = Callable[..., Page]
# Longer than the pause after which a suggestion is asked for.
PAUSE = 400


def box(page: Page) -> Locator:
    return page.get_by_role("combobox", name="检索词")


def options(page: Page) -> Locator:
    return page.get_by_role("option")


def asked(page: Page) -> list[str]:
    """The addresses that suggestions are asked from, from now on."""
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url) if "/suggest" in request.url else None)
    return seen


def compose(page: Page, kind: str, text: str) -> None:
    """What an input method does to the box: *kind* is one of compositionstart, compositionupdate, compositionend."""
    box(page).evaluate(
        """(box, [kind, text]) => {
            const composing = kind !== "compositionend";
            box.dispatchEvent(new CompositionEvent(kind, { data: text, bubbles: true }));
            box.value = text;
            box.dispatchEvent(new InputEvent("input", { isComposing: composing, bubbles: true }));
        }""",
        [kind, text],
    )


def test_a_suggestion_is_chosen_with_the_keyboard_alone(understood: Opened) -> None:
    page = understood("/")
    box(page).press_sequentially("秸秆")
    expect(options(page).first).to_be_visible()
    expect(box(page)).to_have_attribute("aria-expanded", "true")
    box(page).press("ArrowDown")
    chosen = page.locator("[aria-selected=true]")
    expect(box(page)).to_have_attribute("aria-activedescendant", str(chosen.get_attribute("id")))
    text = chosen.locator(".name").inner_text()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def test_arrows_go_round_and_typing_on_gives_up_the_choice(understood: Opened) -> None:
    page = understood("/")
    box(page).press_sequentially("创")
    expect(options(page).first).to_be_visible()
    box(page).press("ArrowUp")
    expect(options(page).last).to_have_attribute("aria-selected", "true")
    box(page).press("ArrowDown")
    expect(page.locator("[aria-selected=true]")).to_have_count(0)
    box(page).press("ArrowDown")
    expect(options(page).first).to_have_attribute("aria-selected", "true")
    box(page).press_sequentially("建")
    expect(page.locator("[aria-selected=true]")).to_have_count(0)


def test_escape_closes_the_list_and_keeps_the_text(understood: Opened) -> None:
    page = understood("/")
    box(page).press_sequentially("秸秆")
    expect(options(page).first).to_be_visible()
    box(page).press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(box(page)).to_have_value("秸秆")
    expect(box(page)).to_have_attribute("aria-expanded", "false")
    box(page).press("ArrowDown")
    expect(options(page).first).to_be_visible()


def test_enter_without_a_choice_searches_what_was_typed(understood: Opened) -> None:
    page = understood("/")
    box(page).press_sequentially("秸秆")
    expect(options(page).first).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("秸秆")
    expect(page.get_by_role("listbox")).to_be_hidden()


def test_a_suggestion_is_chosen_with_a_finger(understood: Opened) -> None:
    page = understood("/search?q=创卫", viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    box(page).fill("")
    box(page).press_sequentially("秸秆")
    height = options(page).first.bounding_box()
    assert height is not None
    assert height["height"] >= 44
    options(page).filter(has_text="秸秆禁烧").first.tap()
    expect(page.get_by_role("heading", level=1)).to_contain_text("秸秆禁烧")
    expect(page).to_have_url(re.compile("/search"))


def test_an_input_method_is_left_alone(understood: Opened) -> None:
    page = understood("/")
    box(page).press_sequentially("秸秆")
    expect(options(page).first).to_be_visible()
    seen = asked(page)
    compose(page, "compositionstart", "秸秆j")
    expect(page.get_by_role("listbox")).to_be_hidden()
    compose(page, "compositionupdate", "秸秆jin")
    page.wait_for_timeout(PAUSE)
    assert not seen
    # These keys belong to the input method: they choose among its candidates.
    for key in ("ArrowDown", "Enter"):
        sent = "(box, key) => box.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true, cancelable: true}))"
        assert box(page).evaluate(sent, key) is True
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(box(page)).to_have_value("秸秆jin")
    compose(page, "compositionend", "秸秆禁")
    expect(options(page).filter(has_text="秸秆禁烧").first).to_be_visible()
    assert len(seen) == 1


def test_fast_typing_asks_once_and_the_last_answer_wins(understood: Opened) -> None:
    page = understood("/")
    waiting: list[Route] = []

    def answer(route: Route) -> None:
        # The answer to the first question comes after that to the second.
        if not waiting:
            waiting.append(route)
        else:
            route.continue_()

    page.route("**/suggest*", answer)
    seen = asked(page)
    box(page).press_sequentially("秸", delay=10)
    page.wait_for_timeout(PAUSE)
    box(page).press_sequentially("秆禁", delay=10)
    expect(options(page).first).to_contain_text("秸秆禁")
    waiting[0].fulfill(json={"query": "秸", "suggestions": [{"text": "迟到的", "count": 1, "kind": "phrase"}]})
    page.wait_for_timeout(PAUSE)
    assert len(seen) == 2
    assert "迟到的" not in page.get_by_role("listbox").inner_text()


def test_a_server_that_does_not_answer_leaves_a_plain_box(understood: Opened) -> None:
    page = understood("/")
    page.route("**/suggest*", lambda route: route.fulfill(status=204, body=""))
    box(page).press_sequentially("秸秆")
    page.wait_for_timeout(PAUSE)
    expect(page.get_by_role("listbox")).to_be_hidden()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("秸秆")


def test_without_script_the_box_is_a_plain_one(understood: Opened) -> None:
    page = understood("/", java_script_enabled=False)
    assert page.get_by_role("searchbox").is_visible()
    assert not page.get_by_role("combobox").count()
    assert not page.locator("#suggestions").is_visible()
