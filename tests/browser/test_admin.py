"""The admin side in a real browser: a file is dragged in, its reading watched to the end, and its text found."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from indexer.analysis import default_analyzer
from indexer.config import Settings
from indexer.search import Search
from indexer.state.exclusions import FILE as EXCLUSIONS
from indexer.state.exclusions import Exclusions
from indexer.state.keys import FILE, Keys
from tests.browser.axe import faults
from tests.browser.conftest import Opened, listening, watched
from tests.library import index_texts
from tests.waiting import comes_true
from web import create_app

pytestmark = pytest.mark.browser

PATIENCE = 60_000
NARROW = {"width": 360, "height": 740}
WIDE = {"width": 1440, "height": 900}
HOSTILE = "总结/<img src=x onerror=alert(1)>\"'\u202e.txt"
TEXTS = {
    "总结/竹溪站护林防火工作总结.txt": "竹溪站护林防火工作总结\n今年清明前后，护林员住在山上，四十七处坟头逐一看守，全站没有发生一起山火。\n",
    HOSTILE: "名字古怪的文件\n名字古怪的文件里也有正文，写的是护林员巡山。\n",
}
NOTICE = "关于做好秋粮收储工作的通知\n各收储点要在晒场边设立茶水棚，让排队卖粮的群众有地方歇脚，当天来的粮当天收完。\n"

DROP = """([selector, files]) => {
    const carried = new DataTransfer();
    for (const [name, text] of files) carried.items.add(new File([text], name, { type: "text/plain" }));
    const place = document.querySelector(selector);
    for (const kind of ["dragenter", "dragover", "drop"]) {
        place.dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: carried }));
    }
}"""


@dataclass(frozen=True)
class Served:
    """A service with a state folder of its own."""

    address: str
    settings: Settings
    key: str


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder: Path = tmp_path_factory.mktemp("minded")
    sources = folder / "范文"
    for name, text in TEXTS.items():
        (sources / name).parent.mkdir(parents=True, exist_ok=True)
        (sources / name).write_text(text, encoding="utf-8")
    analyzer = default_analyzer()
    index_texts(folder / "index", TEXTS, analyzer)
    settings = Settings(
        index=folder / "index", state=folder / "state", sources=(sources,), jobs=1, upload_files=5, upload_mb=1
    )
    search = Search(folder=settings.index, analyzer=analyzer)
    key = Keys(settings.state / FILE).make("文秘科", role="admin")
    with listening(create_app(settings, search)) as address:
        yield Served(address, settings, key)
    search.close()


@pytest.fixture
def minding(browser: Browser, served: Served) -> Iterator[Callable[..., Page]]:
    """Opens a page of the admin side, signed in."""
    # What is refused (413, 403) is an error to the browser's console as well.
    with watched(browser, served.address, allowed="Failed to load resource") as open_page:
        yield lambda path="/admin/", **options: _signed_in(open_page, served.key, path, **options)


def _signed_in(open_page: Opened, key: str, path: str, **options: object) -> Page:
    page = open_page("/admin/signin", **options)
    page.set_default_timeout(PATIENCE)
    page.get_by_label("管理密钥").fill(key)
    page.get_by_role("button", name="登录").click()
    expect(page).to_have_url(re.compile("/admin/$"), timeout=PATIENCE)
    page.goto(path)
    return page


def _fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def _wait_for_the_report(page: Page) -> None:
    page.get_by_role("heading", name="上一次建索引").wait_for()


def test_a_file_is_dragged_in_watched_to_the_end_and_found(minding: Callable[..., Page]) -> None:
    page = minding("/admin/upload")
    page.evaluate(DROP, ["form.drop", [["秋粮收储通知.txt", NOTICE]]])
    expect(page.locator(".chosen li")).to_have_text(["秋粮收储通知.txt（0.0 MB）"])
    page.get_by_role("button", name="上传").click()
    expect(page.get_by_role("heading", name="收下 1 个文件")).to_be_visible(timeout=PATIENCE)
    # The answer took the place of the page without another one being loaded; the focus went with it.
    assert page.evaluate("document.activeElement.id") == "main"
    page.get_by_role("link", name="看索引进度").click()
    expect(page.locator("progress")).to_be_visible()
    _wait_for_the_report(page)
    assert page.locator("progress").count() == 0
    page.goto("/search?q=茶水棚")
    expect(page.locator("article.hit")).to_contain_text("让排队卖粮的群众有地方歇脚")
    expect(page.locator("article.hit .facts")).to_contain_text("上传/秋粮收储通知.txt")


def test_progress_is_told_aloud_without_chatter(minding: Callable[..., Page]) -> None:
    page = minding("/admin/runs")
    page.evaluate("sessionStorage.clear()")
    page.add_init_script(
        """addEventListener("DOMContentLoaded", () => new MutationObserver(() => {
            const told = JSON.parse(sessionStorage.getItem("told") || "[]");
            told.push(document.getElementById("status").textContent);
            sessionStorage.setItem("told", JSON.stringify(told));
        }).observe(document.getElementById("status"), { childList: true, characterData: true, subtree: true }));"""
    )
    page.get_by_role("button", name="更新索引").click()
    expect(page.locator("progress")).to_be_visible()
    _wait_for_the_report(page)
    told = [line for line in page.evaluate("JSON.parse(sessionStorage.getItem('told') || '[]')") if line]
    assert len(told) == len(set(told))
    assert len(told) <= 12


def test_what_is_too_much_is_told_before_it_is_sent(minding: Callable[..., Page]) -> None:
    page = minding("/admin/upload")
    page.evaluate(DROP, ["form.drop", [["大.txt", "长" * 500_000]]])
    expect(page.locator(".over-limit")).to_have_text("一次最多 1 MB，请分几次上传。")
    expect(page.get_by_role("button", name="上传")).to_be_disabled()
    page.evaluate(DROP, ["form.drop", [[f"{number}.txt", "短"] for number in range(6)]])
    expect(page.locator(".over-limit")).to_have_text("一次最多 5 个文件，请分几次上传。")
    page.evaluate(DROP, ["form.drop", [["一.txt", "短"]]])
    expect(page.get_by_role("button", name="上传")).to_be_enabled()


def test_a_file_that_misses_the_field_does_not_take_the_place_of_the_page(minding: Callable[..., Page]) -> None:
    page = minding("/admin/upload")
    missed = page.evaluate(
        """() => { const carried = new DataTransfer(); carried.items.add(new File(["x"], "x.txt"));
        const event = new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: carried });
        document.querySelector("h1").dispatchEvent(event); return event.defaultPrevented; }"""
    )
    assert missed


def test_without_javascript_a_body_that_is_too_large_is_answered_with_a_page(
    minding: Callable[..., Page], tmp_path: Path
) -> None:
    page = minding("/admin/upload", java_script_enabled=False)
    large = tmp_path / "大.txt"
    large.write_bytes(b"x" * 3_000_000)
    page.get_by_label("选择文件").set_input_files(large)
    page.get_by_role("button", name="上传").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("内容太大", timeout=PATIENCE)


def test_everything_works_without_javascript(minding: Callable[..., Page], tmp_path: Path) -> None:
    page = minding("/admin/upload", java_script_enabled=False, viewport=NARROW)
    notice = tmp_path / "灌溉通知.txt"
    notice.write_text(
        "关于错峰灌溉的通知\n上游三个村夜里放水，下游五个村白天放水，谁家先灌由抽签决定。\n", encoding="utf-8"
    )
    page.get_by_label("选择文件").set_input_files(notice)
    page.get_by_role("button", name="上传").click()
    page.get_by_role("link", name="看索引进度").click()
    assert comes_true(lambda: _is_over(page), every=0.2)
    expect(page.get_by_role("heading", name="上一次建索引")).to_be_visible()
    page.goto("/admin/sources?q=灌溉")
    page.get_by_role("link", name="删除").click()
    expect(page.locator("main")).to_contain_text("《关于错峰灌溉的通知》")
    page.get_by_role("button", name="删除").click()
    expect(page.locator("main")).to_contain_text("已经删除")
    page.goto("/admin/wording")
    page.get_by_label("同义词").fill("歇脚 = 休息\n")
    page.get_by_role("button", name="检查并预览").click()
    expect(page.locator(".altered")).to_contain_text("歇脚 = 休息")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("main")).to_contain_text("已经保存")
    page.get_by_role("button", name="退出登录").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("登录")


def _is_over(page: Page) -> bool:
    """Whether the run is over; otherwise the page is asked for again, as a reader without scripts does."""
    again = page.get_by_role("link", name="刷新看进度")
    if again.count():
        again.click()
    return not again.count()


def test_a_file_with_a_hostile_name_is_taken_out_and_let_in_again(minding: Callable[..., Page], served: Served) -> None:
    page = minding("/admin/sources?q=onerror")
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    page.locator("td a", has_text="移出").click()
    expect(page.locator("main")).to_contain_text("《名字古怪的文件》")
    page.get_by_role("button", name="移出").click()
    expect(page.locator("main")).to_contain_text("已经移出")
    assert Exclusions(served.settings.state / EXCLUSIONS).names() == {HOSTILE}
    page.get_by_role("button", name="恢复").click()
    expect(page.locator("main")).to_contain_text("已经恢复")
    assert not Exclusions(served.settings.state / EXCLUSIONS).names()
    assert not dialogs
    assert not page.locator("main img").count()


def test_a_page_elsewhere_cannot_press_our_buttons(browser: Browser, served: Served) -> None:
    """The cookie does not go with what another site sends, and a form there gets nothing but a refusal."""
    context = browser.new_context(locale="zh-CN")
    page = context.new_page()
    page.goto(f"{served.address}/admin/signin")
    page.get_by_label("管理密钥").fill(served.key)
    page.get_by_role("button", name="登录").click()
    expect(page).to_have_url(re.compile("/admin/$"), timeout=PATIENCE)
    # Another site as far as a browser is concerned: localhost is none of 127.0.0.1.
    elsewhere = served.address.replace("127.0.0.1", "localhost")
    page.route(
        f"{elsewhere}/trap",
        lambda route: route.fulfill(content_type="text/html; charset=utf-8", body=_trap(served.address)),
    )
    page.goto(f"{elsewhere}/trap")
    page.get_by_role("button", name="领红包").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("登录已经过期", timeout=PATIENCE)
    context.close()


def _trap(address: str) -> str:
    return f'<form method="post" action="{address}/admin/runs"><button>领红包</button></form>'


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [NARROW, WIDE], ids=["360", "1440"])
def test_pages_with_something_on_them_fit_and_break_no_rule(
    minding: Callable[..., Page], viewport: dict[str, int], scheme: str
) -> None:
    page = minding("/admin/wording", viewport=viewport, color_scheme=scheme)
    page.get_by_label("词", exact=True).fill("护林员\n护\n")
    page.get_by_role("button", name="检查并预览").click()
    expect(page.locator("#effect")).to_be_visible(timeout=PATIENCE)
    found = {"preview": faults(page)} if _fits(page) else {"preview": ["sideways"]}
    page.goto("/search?q=龘龘")
    page.goto("/search?q=靐靐")
    for path in ("/admin/", "/admin/upload", "/admin/runs", "/admin/sources", "/admin/unfound", "/admin/runs/rebuild"):
        page.goto(path)
        found[path] = faults(page) if _fits(page) else ["sideways"]
    assert not {path: lines for path, lines in found.items() if lines}
