"""A passage in its document as a reader sees it: in view, beside its outline, beside its versions."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import FloatRect, Locator, Page, expect

from tests.browser.conftest import Opened
from tests.web import desk

pytestmark = pytest.mark.browser

NARROW: Any = {"width": 360, "height": 740}
WIDE: Any = {"width": 1440, "height": 900}
SHIFTS = """
new Promise(done => {
  let sum = 0;
  new PerformanceObserver(list => { for (const entry of list.getEntries()) if (!entry.hadRecentInput) sum += entry.value; })
    .observe({type: "layout-shift", buffered: true});
  requestAnimationFrame(() => requestAnimationFrame(() => done(sum)));
})"""


def open_passage(reading: Opened, words: str, **options: Any) -> Page:
    """The page of the first passage that is found."""
    page = reading(f"/search?q={words}", **options)
    page.goto(str(page.locator("article.hit h2 a").first.get_attribute("href")))
    expect(page.locator("#passage")).to_be_visible()
    return page


def open_versions(reading: Opened, **options: Any) -> Page:
    page = open_passage(reading, "难点逐个拿下", **options)
    page.goto(page.url.split("?")[0].split("#")[0] + "/versions")
    return page


def box(part: Locator) -> FloatRect:
    found = part.bounding_box()
    assert found is not None
    return found


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [NARROW, WIDE], ids=["360", "1440"])
def test_the_passage_is_in_view_and_nothing_moves(reading: Opened, viewport: Any, scheme: str) -> None:
    page = open_passage(reading, "第30河段", viewport=viewport, color_scheme=scheme)
    passage = page.locator("#passage")
    expect(passage).to_be_in_viewport(ratio=1)
    expect(page.locator("[data-similar] .none")).to_be_attached()
    expect(passage).to_be_in_viewport(ratio=1)
    assert page.evaluate(SHIFTS) < 0.05
    assert fits(page)


def test_the_outline_scrolls_on_its_own_to_where_one_is(reading: Opened) -> None:
    page = open_passage(reading, "第30河段", viewport=WIDE)
    current = page.locator(".outline [aria-current]")
    expect(current).to_have_text("30.第30河段")
    expect(current).to_be_in_viewport(ratio=1)
    assert page.locator(".outline details").evaluate(
        "list => list.scrollHeight > list.clientHeight && list.scrollTop > 0"
    )
    assert not page.locator(".outline summary").is_visible()


def test_on_a_telephone_the_outline_is_folded_and_a_link_leads_to_it_open(reading: Opened) -> None:
    page = open_passage(reading, "第30河段", viewport=NARROW)
    link = page.locator(".outline a", has_text="2.第2河段").first
    expect(link).not_to_be_visible()
    page.get_by_role("link", name="提纲").click()
    expect(link).to_be_visible()
    assert fits(page)


def test_a_telephone_reader_unfolds_the_outline(reading: Opened) -> None:
    page = open_passage(reading, "第30河段", viewport=NARROW)
    page.locator(".outline summary").click()
    page.locator(".outline a", has_text="12.第12河段").click()
    expect(page.locator(".whole .near-heading")).to_have_text("12.第12河段")
    expect(page.locator("#passage")).to_be_in_viewport()


def test_what_resembles_the_passage_comes_by_itself(reading: Opened) -> None:
    page = open_passage(reading, "难点逐个拿下", viewport=WIDE)
    expect(page.locator(".similar h3").first).to_have_text("梅岭乡集镇面貌提升情况汇报")
    expect(page.get_by_role("link", name="另有 3 个版本，并排对照")).to_be_visible()
    assert page.evaluate(SHIFTS) < 0.05
    page.locator(".similar h3 a").first.click()
    expect(page.locator("#passage")).to_have_text(desk.DITCH)


def test_without_a_script_it_is_a_link_away(reading: Opened) -> None:
    page = open_passage(reading, "难点逐个拿下", viewport=WIDE, java_script_enabled=False)
    page.get_by_role("link", name="看写法相近的段落").click()
    expect(page.locator("h3").first).to_have_text("梅岭乡集镇面貌提升情况汇报")
    page.get_by_role("link", name="返回这一段").click()
    page.get_by_role("link", name="下一段").click()
    expect(page.locator("#passage")).to_contain_text("抓长效")


def test_where_the_list_does_not_come_the_link_stays(reading: Opened) -> None:
    page = open_passage(reading, "难点逐个拿下", viewport=WIDE)
    page.route("**/similar*", lambda route: route.fulfill(status=200, body="<p>别的东西</p>", content_type="text/html"))
    page.reload()
    expect(page.locator("[data-similar]:not([aria-busy])")).to_be_attached()
    expect(page.get_by_role("link", name="看写法相近的段落")).to_be_visible()


def test_more_of_the_document_keeps_the_passage_in_view(reading: Opened) -> None:
    page = open_passage(reading, "第30河段", viewport=NARROW, java_script_enabled=False)
    for number in (20, 39):
        page.get_by_role("link", name="显示前后更多段落").click()
        expect(page.locator(".near")).to_have_count(number)
        expect(page.locator("#passage")).to_be_in_viewport()


def test_a_reader_walks_from_passage_to_passage_by_keyboard(reading: Opened) -> None:
    page = open_passage(reading, "第30河段", viewport=WIDE)
    page.locator("a[rel=next]").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".whole .near-heading")).to_have_text("31.第31河段")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_versions_stand_side_by_side_where_there_is_room(reading: Opened, scheme: str) -> None:
    page = open_versions(reading, viewport=WIDE, color_scheme=scheme)
    ours, theirs = box(page.locator(".side.ours").first), box(page.locator(".side.theirs").first)
    assert ours["y"] == theirs["y"]
    assert ours["x"] + ours["width"] < theirs["x"]
    assert abs(ours["width"] - theirs["width"]) < 2
    assert fits(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_versions_stand_one_under_the_other_on_a_telephone(reading: Opened, scheme: str) -> None:
    page = open_versions(reading, viewport=NARROW, color_scheme=scheme)
    ours, theirs = box(page.locator(".side.ours").first), box(page.locator(".side.theirs").first)
    assert ours["x"] == theirs["x"]
    assert ours["y"] + ours["height"] < theirs["y"]
    assert fits(page)


@pytest.mark.parametrize("forced", ["none", "active"])
def test_what_differs_is_underlined_and_not_only_coloured(reading: Opened, forced: str) -> None:
    page = open_versions(reading, viewport=WIDE, forced_colors=forced)
    lines = page.locator(".side mark").evaluate_all(
        "marks => marks.map(mark => getComputedStyle(mark).textDecorationLine)"
    )
    assert lines
    assert set(lines) == {"underline"}


def test_what_differs_is_heard_and_not_copied(reading: Opened) -> None:
    page = open_versions(reading, viewport=WIDE)
    side = page.locator(".side.theirs").first
    assert side.locator("mark").first.evaluate("mark => getComputedStyle(mark, '::before').content") == '"〔不同："'
    assert "不同" not in side.locator(".text").inner_text()
    page.evaluate("getSelection().selectAllChildren(document.querySelector('.side.theirs .text'))")
    assert page.evaluate("String(getSelection())").strip() in desk.TEXTS["总结/石桥镇总结.txt"]
