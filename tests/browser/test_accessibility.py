"""WCAG 2.2 AA, as far as a machine can tell: axe-core, the keyboard, zoom, forced colours, reduced motion, languages.

A new page belongs into PAGES, or into MINDING where one must be signed in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from indexer.analysis import default_analyzer
from indexer.config import Settings
from indexer.search import Search
from indexer.state.keys import FILE, Keys
from tests.browser.axe import faults
from tests.browser.conftest import listening
from tests.library import index_texts
from tests.web import reports, shelf
from web import create_app

pytestmark = pytest.mark.browser

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


def filled_basket(page: Page) -> None:
    page.goto("/search?q=秸秆禁烧")
    page.locator("[data-act=keep]").first.click()
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
MINDING: Mapping[str, Visit] = {
    name: at(f"/admin/{name}") for name in ("", "upload", "sources", "runs", "wording", "unfound", "unfound/clear")
}
# Pages of every kind, for what is slow to try.
FEW = ("first page", "filters", "a pattern", "a passage", "basket", "refused")


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str, str]]:
    """The address of a service that asks for a key, a key to read and one to mind the library."""
    folder = tmp_path_factory.mktemp("guarded")
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
        yield address, keys.make("读者", role="read"), keys.make("文秘科", role="admin")
    search.close()


@pytest.fixture(scope="module")
def unindexed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a service that has no index yet."""
    folder: Path = tmp_path_factory.mktemp("unindexed")
    search = Search(folder=folder / "index", analyzer=default_analyzer())
    with listening(
        create_app(replace(shelf.settings_for(folder / "index"), state=folder / "state"), search)
    ) as address:
        yield address
    search.close()


@contextmanager
def _opened(browser: Browser, address: str, **options: Any) -> Iterator[Page]:
    context = browser.new_context(base_url=address, locale="zh-CN", **options)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    yield page
    context.close()


def _faults(page: Page, pages: Mapping[str, Visit]) -> dict[str, list[str]]:
    found = {}
    for name, visit in pages.items():
        visit(page)
        found[name] = faults(page)
    return {name: lines for name, lines in found.items() if lines}


def test_axe_sees_what_is_wrong(browser: Browser, reports_address: str) -> None:
    with _opened(browser, reports_address) as page:
        page.goto("/")
        page.evaluate(
            """() => {
                const main = document.querySelector("main");
                const faint = document.createElement("p"), image = document.createElement("img");
                faint.textContent = "看不清的字";
                faint.style.color = "light-dark(#ddd, #333)";
                main.prepend(image, faint);
                for (const _ of "12") {
                    const small = document.createElement("button");
                    small.style.cssText = "all: unset; width: 9px; height: 9px";
                    small.ariaLabel = "太小";
                    main.prepend(small);
                }
            }"""
        )
        lines = faults(page)
        for rule in ("image-alt", "color-contrast", "target-size", "dark: color-contrast"):
            assert [line for line in lines if line.startswith(rule)], rule


@pytest.mark.parametrize("width", SCREENS)
def test_axe_finds_nothing_on_any_page(browser: Browser, reports_address: str, width: int) -> None:
    with _opened(browser, reports_address, viewport=SCREENS[width]) as page:
        assert not _faults(page, PAGES)


@pytest.mark.parametrize("width", SCREENS)
def test_axe_finds_nothing_where_one_signs_in_or_minds_the_library(
    browser: Browser, guarded: tuple[str, str, str], unindexed: str, width: int
) -> None:
    address, reading, minding = guarded
    options: dict[str, Any] = {"viewport": SCREENS[width]}
    found: dict[str, list[str]] = {}
    with _opened(browser, address, **options) as page:
        found |= _faults(page, {"sign in": at("/signin")})
        page.get_by_label("访问密钥").fill("fw_falsch")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert").first).to_be_visible()
        found |= _faults(page, {"wrong key": stay})
        page.get_by_label("访问密钥").fill(reading)
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="退出登录")).to_be_visible()
        found |= _faults(page, {"signed in": at("/")})
        page.goto("/admin/signin")
        found |= _faults(page, {"sign in to mind": at("/admin/signin")})
        page.get_by_label("管理密钥").fill(minding)
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile("/admin/$"))
        found |= _faults(page, MINDING)
    with _opened(browser, unindexed, **options) as page:
        found |= _faults(page, {"no index": at("/search?q=秸秆")})
    assert not found


def _focusable(page: Page) -> int:
    """Number what the keyboard must reach, as far as it is seen."""
    return int(
        page.evaluate(
            """() => {
                const aims = [...document.querySelectorAll("a[href], button, input, select, textarea, summary")].filter(
                    (each) => each.type !== "hidden" && !each.disabled && each.tabIndex >= 0
                        && each.checkVisibility({ visibilityProperty: true }));
                aims.forEach((each, number) => { each.dataset.number = number; });
                return aims.length;
            }"""
        )
    )


# Number of what has the focus, whether it can be seen to have it, and whether anything covers it.
STAND = """() => {
    const on = document.querySelector(":focus");
    if (!on) return null;
    const place = on.getBoundingClientRect(), style = getComputedStyle(on);
    const [x, y] = [place.x + place.width / 2, place.y + Math.min(place.height / 2, 20)];
    const above = document.elementFromPoint(x, y);
    const seen = above && (on.contains(above) || above.contains(on) || above.closest("label")?.control === on);
    return {
        number: on.dataset.number, name: on.outerHTML.slice(0, 120),
        marked: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2, seen: Boolean(seen),
    };
}"""


@pytest.mark.parametrize("name", FEW)
@pytest.mark.parametrize("width", SCREENS)
def test_tab_reaches_everything_and_one_always_sees_where_one_is(
    browser: Browser, reports_address: str, name: str, width: int
) -> None:
    with _opened(browser, reports_address, viewport=SCREENS[width]) as page:
        PAGES[name](page)
        page.evaluate("document.activeElement.blur()")
        aims = _focusable(page)
        stood = []
        for _ in range(aims + 3):
            page.keyboard.press("Tab")
            if (stand := page.evaluate(STAND)) is not None:
                stood.append(stand)
        reached = {stand["number"] for stand in stood}
        # What was put in place of something else meanwhile has no number.
        there = page.locator("[data-number]").evaluate_all(
            "all => all.map(each => [each.dataset.number, each.outerHTML])"
        )
        assert not [markup for number, markup in there if number not in reached]
        assert not [stand["name"] for stand in stood if not stand["marked"] or not stand["seen"]]


def test_the_line_about_trouble_hides_no_focus(browser: Browser, reports_address: str) -> None:
    with _opened(browser, reports_address, viewport={"width": 360, "height": 500}) as page:
        troubled(page)
        page.locator("article.hit h2 a").first.focus()
        for _ in range(30):
            page.keyboard.press("Tab")
            stand = page.evaluate(STAND)
            assert stand is None or stand["seen"], stand


def _sideways(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


LARGE = "document.documentElement.style.fontSize = '200%'"
# WCAG 1.4.12: what a reader may set without losing anything.
SPACED = """() => {
    const style = new CSSStyleSheet();
    style.replaceSync("* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }" +
        "p { margin-bottom: 2em !important }");
    document.adoptedStyleSheets = [style];
}"""


@pytest.mark.parametrize(
    ("width", "change"), [(320, ""), (640, LARGE), (360, SPACED)], ids=["320 px", "text at 200 %", "text spread out"]
)
def test_nothing_scrolls_in_two_directions(browser: Browser, reports_address: str, width: int, change: str) -> None:
    with _opened(browser, reports_address, viewport={"width": width, "height": 512}) as page:
        wide = []
        for name, visit in PAGES.items():
            visit(page)
            if change:
                page.evaluate(change)
            if _sideways(page):
                wide.append(name)
        assert not wide


def test_forced_colours_leave_every_sign_of_state_to_be_seen(browser: Browser, reports_address: str) -> None:
    with _opened(browser, reports_address, viewport=SCREENS[1440], forced_colors="active") as page:
        page.goto("/search?q=环境整治&kind=总结")
        page.keyboard.press("j")
        looks = page.evaluate(
            """() => {
                const look = (at, of, part) => getComputedStyle(document.querySelector(at), part)[of];
                return [look("article.hit h2 a", "outlineStyle"), look("article.hit", "borderLeftStyle", "::before"),
                    look(".choice[aria-current]", "textDecorationLine"), look("mark", "textDecorationLine")];
            }"""
        )
        assert looks == ["solid", "solid", "underline", "underline"]


@pytest.mark.parametrize("name", ["results", "a passage", "basket"])
def test_nothing_moves_for_a_reader_who_wants_no_motion(browser: Browser, reports_address: str, name: str) -> None:
    with _opened(browser, reports_address, reduced_motion="reduce") as page:
        PAGES[name](page)
        moving = page.evaluate(
            """[...document.querySelectorAll("*")].map((each) => [each, getComputedStyle(each)])
                .filter(([, { transitionDuration, animationName }]) => !/^0s(, 0s)*$/.test(transitionDuration) || animationName !== "none")
                .map(([each]) => each.outerHTML.slice(0, 100))"""
        )
        assert not moving
        assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"


def test_traditional_text_is_said_to_be_that(browser: Browser, reports_address: str) -> None:
    def kept(page: Page) -> None:
        page.locator("[data-act=keep]").first.click()
        page.goto("/basket")
        expect(page.get_by_text("園區").first).to_be_visible()

    with _opened(browser, reports_address) as page:
        for visit in (PAGES["results in Traditional script"], PAGES["a passage in Traditional script"], kept):
            visit(page)
            said = page.evaluate(
                """() => {
                    const texts = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT), found = [];
                    while (texts.nextNode()) {
                        const { data, parentElement } = texts.currentNode;
                        const told = parentElement.closest("article") && /[園專營與為對]/.test(data);
                        if (told) found.push([parentElement.closest("[lang]").lang, data.trim().slice(0, 30)]);
                    }
                    return found;
                }"""
            )
            assert {lang for lang, _ in said} == {"zh-Hant"}, said
