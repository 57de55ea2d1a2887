"""Two hundred hostile texts as titles, headings, bodies, file names and queries: no dialog, no violation of the policy, no request."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Page, Request, expect

from tests.browser.conftest import listening
from tests.browser.payloads import PAYLOADS
from tests.web.shelf import make_app

pytestmark = pytest.mark.browser
PER_PAGE = 20
PATIENCE = 20_000


def _text(number: int, payload: str) -> str:
    """A document that is hostile in all its parts, as far as a text may be: one with control signs is read as no text."""
    payload = "".join(sign for sign in payload if sign >= " ")
    return (
        f"青石乡第{number}号环境整治总结{payload}\n一、主要做法{payload}\n"
        f"环境整治第{number}段：乡里拆除破棚{number}处，清运垃圾三十车，群众都说好。{payload}环境整治要常抓。\n"
    )


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    texts = {f"总结/{number}{payload}.txt": _text(number, payload) for number, payload in enumerate(PAYLOADS)}
    written = {name: text.encode("utf-8", "replace").decode() for name, text in texts.items()}
    app, search = make_app(tmp_path_factory.mktemp("hostile") / "index", written)
    with listening(app) as address:
        yield address
    search.close()


@contextmanager
def _quiet(browser: Browser, address: str) -> Iterator[Page]:
    """A page on which nothing may happen: no dialog, no refusal by the policy, no request to anybody else, no other page."""
    context = browser.new_context(locale="zh-CN", accept_downloads=False)
    troubles: list[str] = []
    _watch(context, address, troubles)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    yield page
    assert page.evaluate("document.title").endswith("范文检索")
    context.close()
    assert troubles == []


def _watch(context: BrowserContext, address: str, troubles: list[str]) -> None:
    def dismiss(dialog: Dialog) -> None:
        troubles.append(f"对话框：{dialog.message}")
        dialog.dismiss()

    def look(request: Request) -> None:
        if not request.url.startswith((address, "data:")):
            troubles.append(f"请求了别处：{request.url}")

    def hear(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            troubles.append(message.text)

    context.on("dialog", dismiss)
    context.on("request", look)
    context.on("console", hear)
    context.on("weberror", lambda error: troubles.append(f"脚本出错：{error.error}"))


def test_there_are_two_hundred_of_them() -> None:
    assert len(set(PAYLOADS)) == 200


def test_titles_headings_bodies_and_file_names_are_shown_as_text(browser: Browser, address: str) -> None:
    seen = 0
    with _quiet(browser, address) as page:
        for number in range(1, len(PAYLOADS) // PER_PAGE + 1):
            page.goto(f"{address}/search?q=环境整治&off=copies&per_page={PER_PAGE}&page={number}")
            seen += page.locator("article.hit").count()
            assert (
                page.locator("article.hit :is(script, iframe, img, svg, style, object, embed, base, meta)").count() == 0
            )
            assert set(page.locator("mark").all_inner_texts()) == {"环境整治"}
    assert seen == len(PAYLOADS)


def test_a_passage_page_of_a_hostile_document_shows_it_as_text(browser: Browser, address: str) -> None:
    with _quiet(browser, address) as page:
        for number in range(0, len(PAYLOADS), 10):
            page.goto(f"{address}/search?q=“环境整治第{number}段”&off=fill")
            page.locator("article.hit h2 a").first.click()
            page.locator("#passage").wait_for()
            assert page.locator("main :is(script, iframe, img, object, embed, base, meta, style)").count() == 0


def test_hostile_queries_come_back_as_text(browser: Browser, address: str) -> None:
    with _quiet(browser, address) as page:
        for payload in PAYLOADS:
            asked = payload.encode("utf-8", "replace").decode()
            page.goto(f"{address}/search?q={quote(asked)}", wait_until="domcontentloaded")
            assert page.locator("#q").input_value().split() == _cleaned(asked).split()


def _cleaned(text: str) -> str:
    """What a box shows of *text*: no control signs, no signs that turn the reading direction."""
    return "".join(sign for sign in text if sign.isprintable() or sign.isspace()).strip()


def test_hostile_texts_that_are_typed_or_suggested_stay_text(browser: Browser, address: str) -> None:
    with _quiet(browser, address) as page:
        page.goto(address)
        for payload in PAYLOADS[::10]:
            page.fill("#q", payload.encode("utf-8", "replace").decode().replace("\0", ""))
            page.wait_for_timeout(50)
        page.fill("#q", "青石乡第")
        expect(page.locator("#suggestions [role=option]").first).to_be_visible(timeout=PATIENCE)
        assert page.locator("#suggestions :is(script, img, svg, iframe)").count() == 0


def test_the_frame_and_the_feed_take_hostile_texts_for_text(browser: Browser, address: str) -> None:
    with _quiet(browser, address) as page:
        for payload in PAYLOADS[::20]:
            asked = payload.encode("utf-8", "replace").decode()
            page.goto(f"{address}/embed?q={quote(asked)}&per_page=10")
            assert page.locator("fanwen-search :is(script, img, svg, iframe)").count() == 0
        page.goto(f"{address}/embed?q=环境整治&per_page=10")
        expect(page.locator("fanwen-search li").first).to_be_visible(timeout=PATIENCE)
        assert page.locator("fanwen-search :is(script, img, svg, iframe)").count() == 0
