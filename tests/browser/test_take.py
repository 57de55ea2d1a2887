"""Taking a passage along from the results and from its own page, in a real browser."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pasting import pasted

pytestmark = pytest.mark.browser

Opened = Callable[..., Page]
PASSAGES = "article.hit h2 a"
CLIPBOARD = {"permissions": ["clipboard-write"]}
KEEP, TAKEN_OUT = "放入素材篮", "移出素材篮"


def open_passage(page: Page, words: str) -> None:
    page.goto(f"/search?q={words}")
    page.locator(PASSAGES).first.click()
    page.locator("#passage").wait_for()


def press(page: Page, name: str) -> None:
    """Press the first button of that name, and wait for its word that it is done."""
    page.get_by_role("button", name=name).first.click()
    expect(page.locator("#status")).to_have_text("已复制")


def basket(page: Page) -> list[dict[str, Any]]:
    """What the browser keeps."""
    kept = page.evaluate("localStorage.getItem('fanwen:basket:/basket')")
    items: list[dict[str, Any]] = json.loads(kept)["items"] if kept else []
    return items


def test_a_passage_is_copied_character_for_character(opened: Opened) -> None:
    page = opened("/", **CLIPBOARD)
    open_passage(page, "锦旗")
    press(page, "复制原文")
    assert pasted(page) == "截至x月x日，共清理楼道杂物二百余车，环境整治投入资金xx.xx万元，群众送来锦旗七面"


def test_a_passage_is_copied_with_where_it_stands(opened: Opened) -> None:
    page = opened("/", **CLIPBOARD)
    open_passage(page, "红旗户")
    press(page, "复制并附出处")
    text, _, *source = pasted(page).splitlines()
    assert text == page.locator("#passage").inner_text()
    assert source[0] == "——《芦塘镇2022年环境整治工作总结》，2022-12-20"
    assert source[1].startswith("来源：总结/芦塘镇2022年环境整治工作总结.txt，第 ")
    # The address stands alone: without the query that led to the passage, and good for a colleague.
    assert source[2:] == [page.url.partition("?")[0]]


def test_a_passage_is_copied_as_an_official_document_writes_it(opened: Opened) -> None:
    page = opened("/search?q=锦旗", **CLIPBOARD)
    press(page, "按公文格式复制")
    assert pasted(page) == "截至【 】月【 】日，共清理楼道杂物二百余车，环境整治投入资金【 】万元，群众送来锦旗七面"


def test_a_hostile_passage_is_copied_whole_from_the_results(opened: Opened) -> None:
    page = opened("/search?q=残码", **CLIPBOARD)
    press(page, "复制原文")
    assert pasted(page).startswith("有家长在留言里写道<script>alert('整治')</script>和<mark>环境整治</mark>两行怪字")


def test_copying_works_where_the_page_is_not_trusted_with_the_clipboard(opened: Opened) -> None:
    page = opened("/", **CLIPBOARD)
    open_passage(page, "油茶")
    # Over plain http from another machine there is no navigator.clipboard.
    page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined, configurable: true})")
    press(page, "按公文格式复制")
    assert pasted(page).startswith("在乡村振兴上，我们把撂荒的三百亩坡地")


def test_where_nothing_can_be_copied_the_passage_is_selected_for_the_reader(opened: Opened) -> None:
    page = opened("/")
    open_passage(page, "油茶")
    page.evaluate(
        "Object.defineProperty(navigator, 'clipboard', {value: undefined}); document.execCommand = () => false"
    )
    page.get_by_role("button", name="复制原文").click()
    expect(page.locator("#status")).to_have_text("已选中，请按 Ctrl+C")
    assert page.evaluate("getSelection().toString()") == page.locator("#passage").inner_text()


def test_passages_are_kept_from_the_results_and_from_their_page(opened: Opened) -> None:
    page = opened("/search?q=红旗户")
    page.get_by_role("button", name=KEEP).first.click()
    expect(page.get_by_role("button", name=TAKEN_OUT)).to_have_count(1)
    expect(page.get_by_role("link", name="素材篮，有 1 条")).to_be_visible()
    open_passage(page, "油茶")
    page.get_by_role("button", name=KEEP).click()
    expect(page.locator("#status")).to_have_text("已放入素材篮")
    expect(page.get_by_role("link", name="素材篮，有 2 条")).to_be_visible()
    first, second = basket(page)
    assert first["text"].startswith("（三）抓长效")
    assert (first["title"], first["date"]) == ("芦塘镇2022年环境整治工作总结", "2022-12-20")
    assert second["source"] == "述职/周家坳村书记述职报告.txt"


def test_a_kept_passage_is_shown_as_kept_wherever_it_is_found_and_can_be_taken_out_there(opened: Opened) -> None:
    page = opened("/search?q=红旗户")
    page.get_by_role("button", name=KEEP).first.click()
    open_passage(page, "院门口")
    page.get_by_role("button", name=TAKEN_OUT).click()
    expect(page.locator("#status")).to_have_text("已移出素材篮")
    expect(page.get_by_role("link", name="素材篮", exact=True)).to_be_visible()
    assert basket(page) == []


def test_c_copies_and_s_keeps_what_the_reader_stands_on(opened: Opened) -> None:
    page = opened("/search?q=红旗户", **CLIPBOARD)
    page.locator(PASSAGES).first.focus()
    page.keyboard.press("c")
    expect(page.locator("#status")).to_have_text("已复制")
    page.keyboard.press("s")
    expect(page.get_by_role("button", name=TAKEN_OUT).first).to_be_visible()
    assert pasted(page).startswith("（三）抓长效")


def test_results_that_came_without_a_new_page_tell_what_is_kept(opened: Opened) -> None:
    page = opened("/search?q=红旗户")
    page.get_by_role("button", name=KEEP).first.click()
    page.get_by_role("combobox").fill("院门口")
    page.get_by_role("button", name="检索").click()
    page.wait_for_url("**/search?q=%E9%99%A2*")
    expect(page.get_by_role("button", name=TAKEN_OUT)).to_have_count(1)


def test_a_browser_that_keeps_nothing_says_so(opened: Opened) -> None:
    page = opened("/search?q=红旗户")
    page.evaluate("() => { Storage.prototype.getItem = () => { throw new DOMException('', 'SecurityError') } }")
    page.get_by_role("button", name=KEEP).first.click()
    expect(page.locator("#status")).to_contain_text("浏览器不允许本站存数据")


def test_a_full_storage_is_told_and_nothing_is_lost(opened: Opened) -> None:
    page = opened("/search?q=环境整治")
    page.get_by_role("button", name=KEEP).first.click()
    expect(page.get_by_role("link", name="素材篮，有 1 条")).to_be_visible()
    page.evaluate("() => { Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError') } }")
    page.get_by_role("button", name=KEEP).first.click()
    expect(page.locator("#status")).to_contain_text("存储空间用完了")
    assert len(basket(page)) == 1


def kept_already(number: int, text: str) -> str:
    """A basket of *number* items."""
    items = [{"id": f"x-{place}", "text": text} for place in range(number)]
    return json.dumps({"format": "fanwen-basket", "version": 1, "items": items})


@pytest.mark.parametrize(
    ("kept", "told"),
    [
        (kept_already(200, "整治"), "最多放 200 条"),
        (kept_already(104, "x" * 20_000), "最多放 2 MB"),
    ],
    ids=["items", "bytes"],
)
def test_a_basket_has_its_bounds_and_tells_what_to_do_at_them(opened: Opened, kept: str, told: str) -> None:
    page = opened("/search?q=红旗户")
    page.evaluate("kept => localStorage.setItem('fanwen:basket:/basket', kept)", kept)
    page.get_by_role("button", name=KEEP).first.click()
    expect(page.locator("#status")).to_contain_text(told)
    expect(page.locator("#status")).to_contain_text("请先导出备份")
    assert page.evaluate("localStorage.getItem('fanwen:basket:/basket')") == kept


def test_without_a_script_a_passage_is_taken_along_as_a_document(opened: Opened) -> None:
    page = opened("/", java_script_enabled=False)
    open_passage(page, "油茶")
    assert not page.get_by_role("button", name=KEEP).count()
    with page.expect_download() as download:
        page.get_by_role("link", name="下载 Word 文档").click()
    assert download.value.suggested_filename == "周家坳村党支部书记述职报告.docx"
