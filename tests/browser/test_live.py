"""Results as one types, and links between results without loading a page anew."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import unquote

import pytest
from playwright.sync_api import Page, Request, expect

from tests.browser.searching import box, heading, held

pytestmark = pytest.mark.browser

Opened = Callable[..., Page]
SEARCH = "/search?q=环境整治"
# Longer than the pause after which results are asked for.
PAUSE = 500


def asked(page: Page) -> list[str]:
    """The addresses that results are asked from, from now on."""
    seen: list[str] = []

    def look(request: Request) -> None:
        if "/search?" in request.url:
            seen.append(unquote(request.url).partition("q=")[2])

    page.on("request", look)
    return seen


def stay(page: Page) -> None:
    """Remember this document: one that is loaded anew does not."""
    page.evaluate("window.stayed = true")


def stayed(page: Page) -> bool:
    return bool(page.evaluate("window.stayed === true"))


def entries(page: Page) -> int:
    return int(page.evaluate("history.length"))


def test_results_follow_what_is_typed_and_leave_the_caret_where_it_is(opened: Opened) -> None:
    page = opened("/")
    stay(page)
    box(page).press_sequentially("油茶")
    expect(heading(page)).to_have_text("油茶")
    expect(page).to_have_title("油茶 - 范文检索")
    expect(page).to_have_url(re.compile(r"/search\?q=%E6%B2%B9%E8%8C%B6$"))
    expect(box(page)).to_be_focused()
    box(page).press("Home")
    page.keyboard.type("种")
    expect(heading(page)).to_have_text("种油茶")
    page.keyboard.type("了")
    expect(box(page)).to_have_value("种了油茶")
    assert stayed(page)


def test_what_is_shown_while_typing_is_the_page_that_its_address_gives(opened: Opened) -> None:
    typed, loaded = opened("/"), opened(SEARCH)
    box(typed).press_sequentially("环境整治")
    expect(heading(typed)).to_have_text("环境整治")
    for part in ("#main", ".named", "form.box [type=hidden]"):
        assert typed.locator(part).all_inner_texts() == loaded.locator(part).all_inner_texts()
    assert typed.locator("body").get_attribute("class") == loaded.locator("body").get_attribute("class")


def test_typing_makes_one_entry_of_history_and_the_way_back_leads_to_the_first_page(opened: Opened) -> None:
    page = opened("/")
    before = entries(page)
    for letters in ("环境", "整治", " 河长"):
        box(page).press_sequentially(letters)
        expect(heading(page)).to_have_text(box(page).input_value())
    assert entries(page) == before + 1
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    assert entries(page) == before + 1
    page.go_back()
    expect(heading(page)).to_have_text("范文检索")
    expect(page.get_by_text("可以这样找")).to_be_visible()
    expect(box(page)).to_have_value("")
    page.go_forward()
    expect(heading(page)).to_have_text("环境整治 河长")
    expect(box(page)).to_have_value("环境整治 河长")


def test_the_service_is_told_which_queries_were_typed_on_the_way_and_which_were_meant(opened: Opened) -> None:
    page = opened("/")
    seen = []

    def look(request: Request) -> None:
        if "/search?" in request.url:
            seen.append((unquote(request.url).partition("q=")[2], "fanwen-typing" in request.headers))

    page.on("request", look)
    for letters in ("环境", "整治"):
        box(page).press_sequentially(letters)
        expect(heading(page)).to_have_text(box(page).input_value())
    with page.expect_response(lambda answer: answer.request.method == "HEAD"):
        page.keyboard.press("Enter")
    assert seen == [("环境", True), ("环境整治", True), ("环境整治", False)]


def test_results_that_one_had_are_not_lost_to_what_is_typed_next(opened: Opened) -> None:
    page = opened(SEARCH)
    box(page).fill("锦旗")
    expect(heading(page)).to_have_text("锦旗")
    page.keyboard.press("Enter")
    page.go_back()
    expect(heading(page)).to_have_text("环境整治")


def test_an_emptied_box_brings_the_first_page_back_and_loses_no_focus(opened: Opened) -> None:
    page = opened("/")
    box(page).press_sequentially("油茶")
    expect(heading(page)).to_have_text("油茶")
    box(page).fill("")
    expect(page.get_by_text("可以这样找")).to_be_visible()
    expect(page).to_have_url(re.compile(r"//[^/]+/$"))
    expect(box(page)).to_be_focused()
    box(page).press_sequentially("锦旗")
    expect(heading(page)).to_have_text("锦旗")


def test_an_input_method_composes_undisturbed(opened: Opened) -> None:
    page = opened(SEARCH)
    session = page.context.new_cdp_session(page)
    box(page).fill("")
    page.wait_for_timeout(PAUSE)
    seen = asked(page)
    for pinyin in ("h", "he", "he'z", "he'zhang"):
        session.send(
            "Input.imeSetComposition", {"text": pinyin, "selectionStart": len(pinyin), "selectionEnd": len(pinyin)}
        )
    page.wait_for_timeout(PAUSE)
    assert not seen
    session.send("Input.insertText", {"text": "河长"})
    expect(heading(page)).to_have_text("河长")
    assert seen == ["河长"]


def test_composing_gives_up_what_was_asked_before(opened: Opened) -> None:
    page = opened(SEARCH)
    session = page.context.new_cdp_session(page)
    waiting = held(page, "油茶")
    box(page).fill("油茶")
    expect(page.locator("#wait")).to_be_visible()
    session.send("Input.imeSetComposition", {"text": "he", "selectionStart": 2, "selectionEnd": 2})
    expect(page.locator("#wait")).to_be_hidden()
    waiting[0].continue_()
    page.wait_for_timeout(PAUSE)
    expect(heading(page)).to_have_text("环境整治")


def test_fast_typing_asks_once(opened: Opened) -> None:
    page = opened("/")
    seen = asked(page)
    box(page).press_sequentially("环境整治", delay=20)
    expect(heading(page)).to_have_text("环境整治")
    assert seen == ["环境整治"]


def test_an_answer_that_comes_late_changes_nothing_and_its_request_is_given_up(opened: Opened) -> None:
    page = opened(SEARCH)
    dropped: list[str] = []
    page.on("requestfailed", lambda request: dropped.append(unquote(request.url).partition("q=")[2]))
    waiting = held(page, "油茶")
    box(page).fill("油茶")
    page.wait_for_timeout(PAUSE)
    box(page).fill("锦旗")
    expect(heading(page)).to_have_text("锦旗")
    assert dropped == ["油茶"]
    waiting[0].continue_()
    page.wait_for_timeout(PAUSE)
    expect(heading(page)).to_have_text("锦旗")


def test_suggestions_stand_over_the_results_until_enter(understood: Opened) -> None:
    page = understood("/")
    stay(page)
    box(page).press_sequentially("秸秆")
    expect(page.get_by_role("option").first).to_be_visible()
    expect(heading(page)).to_have_text("秸秆")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("listbox")).to_be_hidden()
    assert stayed(page)


def test_filters_orders_and_pages_change_the_results_in_place_and_each_has_its_address(opened: Opened) -> None:
    page = opened(SEARCH, viewport={"width": 1440, "height": 900})
    stay(page)
    shown = [page.url]
    page.locator(".choice", has_text="总结").first.click()
    expect(page.get_by_text("文种：总结")).to_be_visible()
    expect(page.locator(".choice[aria-current]", has_text="总结")).to_be_focused()
    shown.append(page.url)
    page.get_by_role("link", name="日期").click()
    expect(page.get_by_role("link", name="日期")).to_have_attribute("aria-current", "true")
    expect(page.get_by_role("link", name="日期")).to_be_focused()
    shown.append(page.url)
    page.get_by_role("link", name="下一页").click()
    expect(page.get_by_role("link", name="第 2 页")).to_have_attribute("aria-current", "page")
    assert page.evaluate("scrollY") == 0
    shown.append(page.url)
    assert stayed(page)
    assert len(set(shown)) == len(shown)
    hits = page.locator("article.hit").all_inner_texts()
    for address in reversed(shown[:-1]):
        page.go_back()
        expect(page).to_have_url(address)
    expect(page.get_by_text("文种：总结")).to_have_count(0)
    assert stayed(page)
    page.goto(shown[-1])
    assert page.locator("article.hit").all_inner_texts() == hits


def test_a_range_of_years_is_set_in_place(opened: Opened) -> None:
    page = opened(SEARCH, viewport={"width": 1440, "height": 900})
    stay(page)
    page.get_by_label("起始年份").fill("2023")
    page.get_by_label("起始年份").press("Enter")
    expect(page.locator(".chip", has_text="2023 年以来")).to_be_visible()
    assert stayed(page)
    assert page.url.endswith("year_from=2023")


def test_a_new_query_keeps_the_filters(opened: Opened) -> None:
    page = opened(SEARCH)
    page.goto(SEARCH + "&kind=汇报")
    box(page).fill("整治 OR 河长")
    expect(heading(page)).to_have_text("整治 OR 河长")
    expect(page.get_by_text("文种：汇报")).to_be_visible()


def test_the_way_back_finds_the_page_as_far_down_and_unfolded_as_it_was(opened: Opened) -> None:
    page = opened(SEARCH, viewport={"width": 360, "height": 500})
    page.locator("summary", has_text="筛选").click()
    page.get_by_role("link", name="下一页").scroll_into_view_if_needed()
    down = page.evaluate("scrollY")
    assert down > 500
    page.get_by_role("link", name="下一页").click()
    expect(page.get_by_role("link", name="第 2 页")).to_have_attribute("aria-current", "page")
    # What was unfolded stays so on the next page.
    expect(page.locator(".choice").first).to_be_visible()
    page.go_back()
    expect(page.get_by_role("link", name="第 1 页")).to_have_attribute("aria-current", "page")
    assert page.evaluate("scrollY") == pytest.approx(down, abs=2)
    expect(page.locator(".choice").first).to_be_visible()


def test_the_way_back_from_a_passage_leads_to_the_results_where_they_were(opened: Opened) -> None:
    page = opened("/", viewport={"width": 360, "height": 500})
    box(page).press_sequentially("环境整治")
    expect(heading(page)).to_have_text("环境整治")
    page.keyboard.press("Enter")
    last = page.locator("article.hit h2 a").last
    last.scroll_into_view_if_needed()
    title, down = last.inner_text(), page.evaluate("scrollY")
    last.click()
    expect(heading(page)).to_have_text(title)
    page.go_back()
    expect(heading(page)).to_have_text("环境整治")
    expect(page.locator("article.hit h2 a").last).to_be_in_viewport()
    assert page.evaluate("scrollY") == pytest.approx(down, abs=2)


def test_a_click_with_a_modifier_is_left_to_the_browser(opened: Opened) -> None:
    page = opened(SEARCH)
    address = page.url
    with page.context.expect_page() as other:
        page.get_by_role("link", name="日期").click(modifiers=["ControlOrMeta"])
    expect(other.value).to_have_url(re.compile("sort=date"))
    assert page.url == address


def test_the_count_is_told_once_when_typing_is_over(opened: Opened) -> None:
    page = opened("/")
    page.evaluate(
        """() => {
            window.told = [];
            const look = () => count.textContent && told.push(count.textContent);
            const count = document.getElementById("count");
            new MutationObserver(look).observe(count, { childList: true });
        }"""
    )
    for letters in ("环境", "整治"):
        box(page).press_sequentially(letters)
        expect(heading(page)).to_have_text(box(page).input_value())
    expect(page.locator("#count")).to_have_text(page.locator(".total").inner_text())
    assert page.evaluate("told") == [page.locator(".total").inner_text()]


def test_the_first_page_leads_by_its_examples_and_back_without_being_loaded_anew(opened: Opened) -> None:
    page = opened("/")
    stay(page)
    page.locator(".examples a").first.click()
    expect(heading(page)).to_have_text("环境整治")
    expect(box(page)).to_have_value("环境整治")
    page.locator(".brand").click()
    expect(heading(page)).to_have_text("范文检索")
    expect(box(page)).to_have_value("")
    assert stayed(page)


def test_a_page_brings_the_scripts_that_it_needs(opened: Opened) -> None:
    page = opened("/")
    page.route(
        "**/search?*",
        lambda route: route.fulfill(
            response=(answer := route.fetch()),
            body=answer.text().replace("</head>", "<script src='/static/favicon.svg?made=1' defer></script></head>"),
        ),
    )
    with page.expect_request("**/static/favicon.svg?made=1"):
        page.route("**/static/favicon.svg?made=1", lambda route: route.fulfill(content_type="text/javascript", body=""))
        box(page).press_sequentially("油茶")
    expect(heading(page)).to_have_text("油茶")
