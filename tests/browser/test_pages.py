"""What a writer does, done in a real browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser

Opened = Callable[..., Page]
NARROW = {"width": 360, "height": 740}
WIDE = {"width": 1440, "height": 900}
SEARCH = "/search?q=环境整治"
PASSAGES = "article.hit h2 a"
PAGES = ["/", SEARCH, "/search?q=环境整治&kind=总结&year_from=2022&foo=1", "/search?q=" + "W" * 250, "/search?q=龘龘"]


def open_passage(page: Page, words: str) -> None:
    page.goto(f"/search?q={words}")
    page.locator(PASSAGES).first.click()
    page.locator("#passage").wait_for()
    # Before its styles are there, a page shows what they hide.
    page.wait_for_load_state()


def tab_to(page: Page, words: str) -> None:
    """Press Tab until something that says *words* has the focus."""
    for _ in range(80):
        page.keyboard.press("Tab")
        # From the last element Tab leads to the page as a whole, which says everything.
        said = page.evaluate("(document.querySelector(':focus')?.innerText || document.activeElement.name) ?? ''")
        if words in said:
            return
    raise AssertionError(f"用 Tab 键到不了“{words}”")


def follow(page: Page) -> None:
    """Press Enter and wait for the page that it leads to."""
    with page.expect_navigation():
        page.keyboard.press("Enter")


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def test_a_writer_types_finds_opens_and_walks_on(opened: Opened) -> None:
    page = opened("/")
    page.get_by_role("combobox").fill("环境整治")
    page.get_by_role("button", name="检索").click()
    expect(page.locator(".snippet mark").first).to_have_text("环境整治")
    title = page.locator(PASSAGES).first.inner_text()
    page.locator(PASSAGES).first.click()
    assert page.get_by_role("heading", level=1).inner_text() == title
    assert page.locator("#passage mark").count()
    first = page.locator("#passage").inner_text()
    walk = page.locator(".walk a").first.inner_text()
    page.locator(".walk a").first.click()
    assert page.locator("#passage").inner_text() != first
    page.get_by_role("link", name="上一段" if "下一段" in walk else "下一段").click()
    assert page.locator("#passage").inner_text() == first
    page.get_by_role("link", name="返回检索结果").click()
    assert page.locator(PASSAGES).first.inner_text() == title


def test_searching_filtering_paging_and_reading_need_only_the_keyboard(opened: Opened) -> None:
    page = opened("/", viewport=WIDE)
    page.keyboard.press("/")
    page.keyboard.type("环境整治")
    follow(page)
    tab_to(page, "总结")
    follow(page)
    expect(page.get_by_text("文种：总结")).to_be_visible()
    tab_to(page, "下一页")
    follow(page)
    expect(page.get_by_role("link", name="第 2 页")).to_have_attribute("aria-current", "page")
    tab_to(page, "文种：总结")
    follow(page)
    expect(page.get_by_text("文种：总结")).to_have_count(0)
    tab_to(page, "跳到正文")
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    tab_to(page, page.locator(PASSAGES).first.inner_text())
    follow(page)
    tab_to(page, "公文格式")
    tab_to(page, "一段")
    follow(page)
    tab_to(page, "返回检索结果")
    follow(page)
    assert page.locator(PASSAGES).count()


def test_a_slash_typed_in_the_box_stays_a_slash(opened: Opened) -> None:
    page = opened("/")
    page.get_by_role("combobox").press_sequentially("来源:总结/")
    assert page.get_by_role("combobox").input_value() == "来源:总结/"


def test_what_has_the_focus_is_seen(opened: Opened) -> None:
    page = opened(SEARCH, viewport=WIDE)
    for words in ("范文检索", "日期", "下一页"):
        tab_to(page, words)
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


@pytest.mark.parametrize("scripts", [True, False], ids=["with script", "without script"])
def test_no_page_scrolls_sideways_at_360_pixels(opened: Opened, scripts: bool) -> None:
    page = opened("/", viewport=NARROW, java_script_enabled=scripts)
    for path in PAGES:
        page.goto(path)
        assert fits(page), path


def test_a_passage_page_fits_360_pixels_too(opened: Opened) -> None:
    page = opened("/", viewport=NARROW)
    for words in ("红旗户", "园区", "河长", "残码"):
        open_passage(page, words)
        assert fits(page)


def test_everything_works_without_javascript(opened: Opened) -> None:
    page = opened("/", java_script_enabled=False, viewport=NARROW)
    page.get_by_role("searchbox").fill("环境整治")
    page.get_by_role("searchbox").press("Enter")
    assert page.locator(".snippet mark").count()
    assert not page.get_by_role("button", name="复制原文").count()
    page.get_by_role("link", name="下一页").click()
    assert page.get_by_role("link", name="第 2 页").get_attribute("aria-current") == "page"
    page.locator("summary", has_text="筛选").click()
    page.locator(".choice", has_text="汇报").first.click()
    page.locator(PASSAGES).first.click()
    assert "选中上面的文字" in page.locator("noscript").inner_text()
    assert not page.get_by_role("button", name="复制原文").count()
    page.locator(".walk a").first.click()
    page.get_by_role("link", name="返回检索结果").click()
    assert page.get_by_text("文种：汇报").is_visible()


def test_filters_are_folded_on_a_narrow_screen_and_stand_open_beside_the_results_on_a_wide_one(opened: Opened) -> None:
    page = opened(SEARCH, viewport=NARROW)
    assert not page.locator(".choice").first.is_visible()
    page.locator("summary", has_text="筛选").click()
    assert page.locator(".choice").first.is_visible()
    page = opened(SEARCH, viewport=WIDE)
    filters, found = page.locator(".choice").first.bounding_box(), page.locator(".found").bounding_box()
    assert filters is not None
    assert found is not None
    assert filters["x"] + filters["width"] < found["x"]


def test_what_a_finger_must_hit_is_44_pixels_high(opened: Opened) -> None:
    page = opened("/search?q=环境整治&kind=汇报", viewport=NARROW, has_touch=True, is_mobile=True)
    page.locator("summary", has_text="筛选").click()
    aims = page.locator("main a:visible, main button:visible, header input:visible, header button:visible")
    short = [(aim.inner_text(), box) for aim in aims.all() if (box := aim.bounding_box()) and box["height"] < 44]
    assert not short


def test_print_shows_the_passage_and_its_source_alone(opened: Opened) -> None:
    page = opened("/")
    open_passage(page, "红旗户")
    page.emulate_media(media="print")
    seen = page.locator("body").inner_text()
    assert "红旗直接插到院门口" in seen
    assert "总结/芦塘镇2022年环境整治工作总结.txt" in seen
    for hidden in ("板凳会", "放入素材篮", "返回检索结果", "提纲", "检索词和文章"):
        assert hidden not in seen


def test_marks_are_told_without_colour_and_both_schemes_differ(opened: Opened) -> None:
    grounds = set()
    for scheme in ("light", "dark"):
        page = opened(SEARCH, color_scheme=scheme)
        grounds.add(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert len(grounds) == 2
    page = opened(SEARCH, forced_colors="active")
    mark = page.locator("mark").first
    assert "underline" in mark.evaluate("mark => getComputedStyle(mark).textDecorationLine")


def test_code_that_is_not_ours_does_not_run(browser: Browser, address: str) -> None:
    page = browser.new_page(base_url=address)
    page.goto(SEARCH)
    page.evaluate(
        "() => { const code = document.createElement('script');"
        "code.textContent = 'window.forged = true'; document.body.append(code); }"
    )
    assert page.evaluate("window.forged") is None
    page.close()
