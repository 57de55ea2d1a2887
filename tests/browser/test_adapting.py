"""WCAG 2.2 AA in what a machine can try out: the keyboard, zoom, forced colours, reduced motion, languages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.visits import (
    FEW,
    MINDING,
    PAGES,
    SCREENS,
    Guarded,
    Visit,
    guarded_service,
    keep,
    opened,
    sign_in_to_mind,
    troubled,
)

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    with guarded_service(tmp_path_factory.mktemp("guarded")) as service:
        yield service


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


def _lost(page: Page) -> list[str]:
    """What Tab does not reach, and what has the focus without being seen to have it."""
    page.evaluate("document.activeElement.blur()")
    aims = _focusable(page)
    stood = []
    for _ in range(aims + 3):
        page.keyboard.press("Tab")
        if (stand := page.evaluate(STAND)) is not None:
            stood.append(stand)
    reached = {stand["number"] for stand in stood}
    # What was put in place of something else meanwhile has no number.
    there = page.locator("[data-number]").evaluate_all("all => all.map(each => [each.dataset.number, each.outerHTML])")
    unreached = [markup for number, markup in there if number not in reached]
    return unreached + [stand["name"] for stand in stood if not stand["marked"] or not stand["seen"]]


@pytest.mark.parametrize("name", FEW)
@pytest.mark.parametrize("width", SCREENS)
def test_tab_reaches_everything_and_one_always_sees_where_one_is(
    browser: Browser, reports_address: str, name: str, width: int
) -> None:
    with opened(browser, reports_address, viewport=SCREENS[width]) as page:
        PAGES[name](page)
        assert not _lost(page)


@pytest.mark.parametrize("width", SCREENS)
def test_tab_reaches_everything_on_the_pages_of_the_administrator(
    browser: Browser, guarded: Guarded, width: int
) -> None:
    with opened(browser, guarded.address, viewport=SCREENS[width]) as page:
        sign_in_to_mind(page, guarded.minding)
        lost = {}
        for name, visit in MINDING.items():
            visit(page)
            lost[name] = _lost(page)
    assert not {name: markup for name, markup in lost.items() if markup}


def test_the_administrator_needs_no_mouse(browser: Browser, guarded: Guarded) -> None:
    with opened(browser, guarded.address) as page:
        sign_in_to_mind(page, guarded.minding)
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="跳到正文")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("#main")).to_be_focused()
        page.get_by_role("link", name="词表").focus()
        page.keyboard.press("Enter")
        page.get_by_label("同义词").focus()
        page.keyboard.type("烧荒 = 露天焚烧")
        page.get_by_role("button", name="检查并预览").focus()
        page.keyboard.press("Enter")
        expect(page.locator("#effect")).to_be_visible()
        expect(page.get_by_label("同义词")).to_have_value(re.compile("^烧荒 = 露天焚烧\\s*$"))


def test_the_line_about_trouble_hides_no_focus(browser: Browser, reports_address: str) -> None:
    with opened(browser, reports_address, viewport={"width": 360, "height": 500}) as page:
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


ZOOMED = pytest.mark.parametrize(
    ("width", "change"), [(320, ""), (640, LARGE), (360, SPACED)], ids=["320 px", "text at 200 %", "text spread out"]
)


def _wide(page: Page, pages: Mapping[str, Visit], change: str) -> list[str]:
    """The names of *pages* that scroll sideways after a *change*."""
    wide = []
    for name, visit in pages.items():
        visit(page)
        if change:
            page.evaluate(change)
        if _sideways(page):
            wide.append(name)
    return wide


@ZOOMED
def test_nothing_scrolls_in_two_directions(browser: Browser, reports_address: str, width: int, change: str) -> None:
    with opened(browser, reports_address, viewport={"width": width, "height": 512}) as page:
        assert not _wide(page, PAGES, change)


@ZOOMED
def test_nothing_of_the_administrator_scrolls_in_two_directions(
    browser: Browser, guarded: Guarded, width: int, change: str
) -> None:
    with opened(browser, guarded.address, viewport={"width": width, "height": 512}) as page:
        sign_in_to_mind(page, guarded.minding)
        assert not _wide(page, MINDING, change)


LOOKS = """places => places.map(([at, of, part]) => {
    const place = document.querySelector(at);
    return place ? getComputedStyle(place, part)[of] : `no ${at}`;
})"""


def test_forced_colours_leave_every_sign_of_state_to_be_seen(browser: Browser, reports_address: str) -> None:
    with opened(browser, reports_address, viewport=SCREENS[1440], forced_colors="active") as page:
        page.goto("/search?q=环境整治&kind=总结")
        page.keyboard.press("j")
        signs = [
            ["article.hit h2 a", "outlineStyle"],
            ["article.hit", "borderLeftStyle", "::before"],
            [".choice[aria-current]", "textDecorationLine"],
            ["mark", "textDecorationLine"],
        ]
        assert page.evaluate(LOOKS, signs) == ["solid", "solid", "underline", "underline"]
        keep(page)
        assert page.evaluate(LOOKS, [[".kept", "borderTopStyle"], [".kept", "borderTopWidth"]]) == ["solid", "2px"]


def test_forced_colours_leave_buttons_suggestions_and_the_passage_to_be_seen(
    browser: Browser, reports_address: str
) -> None:
    with opened(browser, reports_address, viewport=SCREENS[1440], forced_colors="active") as page:
        PAGES["suggestions"](page)
        page.keyboard.press("ArrowDown")
        assert page.evaluate(LOOKS, [[".suggestions [aria-selected=true]", "textDecorationLine"]]) == ["underline"]
        PAGES["a passage"](page)
        assert page.evaluate(LOOKS, [[".whole", "borderLeftStyle"], [".whole", "borderLeftWidth"]]) == ["solid", "4px"]
        PAGES["basket"](page)
        assert page.evaluate(LOOKS, [[".basket .chief", "borderTopStyle"]]) == ["solid"]
        PAGES["frame"](page)
        button = page.locator("fanwen-search form button")
        assert button.evaluate("each => getComputedStyle(each).borderTopStyle") == "solid"


def test_forced_colours_leave_the_pages_of_the_administrator_to_be_seen(browser: Browser, guarded: Guarded) -> None:
    with opened(browser, guarded.address, viewport=SCREENS[1440], forced_colors="active") as page:
        sign_in_to_mind(page, guarded.minding)
        MINDING["rebuild"](page)
        assert page.evaluate(LOOKS, [["button.main", "borderTopStyle"], ["button.main", "borderTopWidth"]]) == [
            "solid",
            "2px",
        ]
        MINDING["sources"](page)
        for nav in (".menu", ".sorts"):
            weights = [[f"{nav} a[aria-current]", "fontWeight"], [f"{nav} a:not([aria-current])", "fontWeight"]]
            here, others = page.evaluate(LOOKS, weights)
            assert int(here) > int(others), nav
        assert page.evaluate(LOOKS, [[".menu a[aria-current]", "textDecorationLine"]]) == ["underline"]


@pytest.mark.parametrize("name", ["results", "a passage", "basket"])
def test_nothing_moves_for_a_reader_who_wants_no_motion(browser: Browser, reports_address: str, name: str) -> None:
    with opened(browser, reports_address, reduced_motion="reduce") as page:
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
        keep(page)
        page.goto("/basket")
        expect(page.get_by_text("園區").first).to_be_visible()

    with opened(browser, reports_address) as page:
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
