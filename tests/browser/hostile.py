"""A library that is hostile in all its parts, and a page that notes whether any of it got out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Page, Request

from tests.browser.payloads import PAYLOADS

PATIENCE = 20_000


def _text(number: int, payload: str) -> str:
    """A document that is hostile in all its parts, as far as a text may be: one with control signs is read as no text."""
    payload = "".join(sign for sign in payload if sign >= " ")
    return (
        f"青石乡第{number}号环境整治总结{payload}\n一、主要做法{payload}\n"
        f"环境整治第{number}段：乡里拆除破棚{number}处，清运垃圾三十车，群众都说好。{payload}环境整治要常抓。\n"
    )


def asked(payload: str) -> str:
    """*payload* as an address can carry it."""
    return payload.encode("utf-8", "replace").decode()


TEXTS: Mapping[str, str] = {
    f"总结/{number}{payload}.txt": asked(_text(number, payload)) for number, payload in enumerate(PAYLOADS)
}


@contextmanager
def quiet(browser: Browser, address: str) -> Iterator[Page]:
    """A page on which nothing may happen: no dialog, no refusal by the policy, no request to anybody else, no other page."""
    context = browser.new_context(locale="zh-CN", accept_downloads=False)
    troubles: list[str] = []
    _watch(context, address, troubles)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    yield page
    assert page.evaluate("document.title").endswith(("范文检索", "管理文库"))
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
