"""Pages as tests of all pages visit them. A new page belongs into PAGES, or into MINDING where one must be signed in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect

from indexer.analysis import default_analyzer
from indexer.config import Settings
from indexer.search import Search
from indexer.state.keys import FILE, Keys
from tests.browser.conftest import listening
from tests.library import index_texts
from tests.web import reports
from web import create_app
from web.admin import shown

Visit = Callable[[Page], object]
# Milliseconds; the machine may be busy.
PATIENCE = 20_000
SCREENS = {360: {"width": 360, "height": 740}, 1440: {"width": 1440, "height": 900}}


def at(path: str) -> Visit:
    return lambda page: page.goto(path)


def stay(_page: Page) -> None:
    """The page as it is."""


def passage(query: str) -> Visit:
    """The passage that is found first."""

    def visit(page: Page) -> None:
        page.goto(f"/search?q={query}")
        page.goto(page.locator("article.hit h2 a").first.get_attribute("href") or "")

    return visit


def beside_passage(name: str) -> Visit:
    """What has an address of its own behind that of a passage."""

    def visit(page: Page) -> None:
        passage("秸秆禁烧 责任书")(page)
        page.goto(page.url.partition("?")[0] + f"/{name}")

    return visit


def keep(page: Page, *, place: int = 0) -> None:
    """Put a further passage into the basket, and wait until it is there: who leaves the page in the same moment may be quicker."""
    page.locator("[data-act=keep]").nth(place).click()
    expect(page.locator(".kept")).to_have_text(str(place + 1))


def filled_basket(page: Page) -> None:
    page.goto("/search?q=秸秆禁烧")
    keep(page)
    page.goto("/basket")


def suggesting(page: Page) -> None:
    page.goto("/")
    page.get_by_role("combobox").press_sequentially("秸秆")
    expect(page.get_by_role("heading", level=1)).to_have_text("秸秆")
    expect(page.get_by_role("option").first).to_be_visible()


def helping(page: Page) -> None:
    page.goto("/search?q=秸秆")
    page.keyboard.press("j")
    page.keyboard.press("?")


def troubled(page: Page) -> None:
    page.goto("/search?q=秸秆")
    page.route("**/search?*", lambda route: route.abort())
    page.get_by_role("link", name="日期").click()
    expect(page.get_by_role("alert")).not_to_be_empty()
    page.unroute("**/search?*")


def unfolded(page: Page) -> None:
    page.goto("/search?q=环境整治&kind=总结")
    if page.locator("summary", has_text="筛选").is_visible():
        page.locator("summary", has_text="筛选").click()


PAGES: Mapping[str, Visit] = {
    "first page": at("/"),
    "results": at("/search?q=环境整治"),
    "results in Traditional script": at("/search?q=專案"),
    "nothing found": at("/search?q=龘龘"),
    "corrected": at("/search?q=环竟整治"),
    "some words only": at("/search?q=环境整治 措施"),
    "a pattern": at("/search?q=以…为抓手"),
    "copies": at("/search?q=秸秆禁烧 责任书"),
    "filters": unfolded,
    "suggestions": suggesting,
    "help": helping,
    "trouble": troubled,
    "refused": at("/search?q=……"),
    "not there": at("/nowhere"),
    "a passage": passage("网格管理"),
    "a passage in Traditional script": passage("營商環境"),
    "similar passages": beside_passage("similar"),
    "versions": beside_passage("versions"),
    "an empty basket": at("/basket"),
    "basket": filled_basket,
    "API": at("/api"),
    "frame": at("/embed?q=环境整治"),
}
# Behind the sign-in of the admin side.
MINDING: dict[str, Visit] = {
    name: at(f"/admin/{name}") for name in ("", "upload", "sources", "runs", "wording", "unfound", "unfound/clear")
}
MINDING |= {
    "refused": at("/admin/sources/remove"),
    "rebuild": at("/admin/runs/rebuild"),
    "remove": at(f"/admin/sources/remove?name={shown.coded(next(iter(reports.TEXTS)))}"),
}
# Pages of every kind, for what is slow to try.
FEW = ("first page", "filters", "a pattern", "a passage", "basket", "refused")


@dataclass(frozen=True)
class Guarded:
    """The address of a service that asks for a key, a key to read and one to mind the library."""

    address: str
    reading: str
    minding: str


@contextmanager
def guarded_service(folder: Path) -> Iterator[Guarded]:
    """Serve the texts of ``reports`` to those who have a key."""
    sources, words = folder / "范文", folder / "词表"
    sources.mkdir()
    words.mkdir()
    analyzer = default_analyzer()
    index_texts(folder / "index", reports.TEXTS, analyzer)
    settings = Settings(
        access="keys", index=folder / "index", state=folder / "state", sources=(sources,), dictionary=words
    )
    keys = Keys(settings.state / FILE)
    search = Search(folder=settings.index, analyzer=analyzer)
    with listening(create_app(settings, search)) as address:
        yield Guarded(address, keys.make("读者", role="read"), keys.make("文秘科", role="admin"))
    search.close()


@contextmanager
def opened(browser: Browser, address: str, **options: Any) -> Iterator[Page]:
    """A page of a context of its own."""
    context = browser.new_context(base_url=address, locale="zh-CN", **options)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    yield page
    context.close()


def sign_in_to_mind(page: Page, key: str) -> None:
    """Sign *page* in to the admin side."""
    page.goto("/admin/signin")
    page.get_by_label("管理密钥").fill(key)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/admin/$"))
