"""What docs/embedding.md says of the widget, one by one, in a page of another site: attributes, colours, parts, events."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect

from indexer.analysis import default_analyzer
from indexer.search import Search
from tests.browser.conftest import listening
from tests.browser.hosting import Later, a_page, a_site, elsewhere
from tests.library import index_texts
from tests.web import shelf
from web import create_app

pytestmark = pytest.mark.browser
PATIENCE = 20_000
# Longer than the widget waits after a key.
PAUSE = 2_000
ROOT = Path(__file__).parent.parent.parent

Embed = Callable[..., Page]


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The address of the service and that of a site that it lists."""
    folder = tmp_path_factory.mktemp("widget") / "index"
    analyzer = default_analyzer()
    index_texts(folder, shelf.TEXTS, analyzer)
    search = Search(folder=folder, analyzer=analyzer)
    later, site = Later(), a_site()
    site.add_url_rule("/copy.js", "copy", lambda: (ROOT / "web" / "static" / "widget.js").read_text(encoding="utf-8"))
    with listening(later) as service, listening(site) as other:
        portal = elsewhere(other)
        later.app = create_app(replace(shelf.settings_for(folder), cors_origins=(portal,)), search)
        yield service, portal
    search.close()


@pytest.fixture
def embed(browser: Browser, sites: tuple[str, str]) -> Iterator[Embed]:
    """Opens a page of the other site that has the widget with some attributes."""
    contexts: list[BrowserContext] = []

    def opened(
        attributes: str = "", *, beside: str = "", script: str = f"{sites[0]}/widget.js", **options: Any
    ) -> Page:
        contexts.append(browser.new_context(locale="zh-CN", **options))
        contexts[-1].set_default_timeout(PATIENCE)
        page = contexts[-1].new_page()
        markup = f"{beside}<fanwen-search {attributes}></fanwen-search><script src={script}></script>"
        page.goto(a_page(sites[1], markup))
        return page

    yield opened
    for context in contexts:
        context.close()


def _hits(page: Page) -> Any:
    return page.locator("fanwen-search li")


def _asked(page: Page) -> list[Request]:
    """The searches that the page asks for from now on."""
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request) if "/api/v1/search" in request.url else None)
    return asked


def _look(page: Page, selector: str, name: str) -> str:
    """A property of the widget's host (``:host``) or of what is in it."""
    return str(
        page.evaluate(
            """([selector, name]) => {
                const host = document.querySelector("fanwen-search");
                return getComputedStyle(selector === ":host" ? host : host.shadowRoot.querySelector(selector))[name];
            }""",
            [selector, name],
        )
    )


def _heard(page: Page, name: str) -> None:
    """Note on the page what events of that *name* carry, as they arrive at the document."""
    page.evaluate(
        "name => document.addEventListener(name, event => { (window.heard ??= []).push(event.detail); })",
        name,
    )


def test_results_page_hands_what_is_asked_over_to_the_full_page_and_lists_nothing(
    embed: Embed, sites: tuple[str, str]
) -> None:
    page = embed('results="page" kind="总结,汇报" year-from="2020" year-to="2023" sort="date"')
    asked = _asked(page)
    page.clock.install()
    page.locator("fanwen-search input").fill("环境整治")
    page.clock.run_for(PAUSE)
    with page.context.expect_page() as opened:
        page.keyboard.press("Enter")
    address = urlsplit(opened.value.url)
    assert f"{address.scheme}://{address.netloc}{address.path}" == f"{sites[0]}/search"
    assert parse_qs(address.query) == {
        "q": ["环境整治"],
        "kind": ["总结", "汇报"],
        "year_from": ["2020"],
        "year_to": ["2023"],
        "sort": ["date"],
    }
    assert asked == []
    assert _hits(page).count() == 0


def test_manual_asks_on_enter_only(embed: Embed) -> None:
    page = embed("manual")
    asked = _asked(page)
    page.clock.install()
    page.locator("fanwen-search input").fill("环境整治")
    page.clock.run_for(PAUSE)
    assert asked == []
    page.keyboard.press("Enter")
    expect(_hits(page)).to_have_count(5)
    assert len(asked) == 1


def test_without_manual_a_pause_while_typing_is_enough(embed: Embed) -> None:
    page = embed()
    asked = _asked(page)
    page.clock.install()
    page.locator("fanwen-search input").fill("环境整治")
    page.clock.run_for(PAUSE)
    expect(_hits(page)).to_have_count(5)
    assert len(asked) == 1


def test_a_query_is_searched_at_once_and_again_when_it_is_set(embed: Embed) -> None:
    page = embed('query="红旗户" per-page="2"')
    expect(page.locator("fanwen-search mark").first).to_have_text("红旗户")
    page.evaluate("document.querySelector('fanwen-search').setAttribute('query', '环境整治')")
    expect(page.locator("fanwen-search input")).to_have_value("环境整治")
    expect(_hits(page)).to_have_count(2)
    page.evaluate("document.querySelector('fanwen-search').search('河长')")
    expect(page.locator("fanwen-search mark").first).to_have_text("河长")


@pytest.mark.parametrize(
    ("attributes", "asked"),
    [
        ('kind="总结, 汇报"', {"kind": ["总结", "汇报"]}),
        ('source="方案/安全生产专项方案.txt"', {"source": ["方案/安全生产专项方案.txt"]}),
        ('script="hant" function="measures"', {"script": ["hant"], "function": ["measures"]}),
        ('year-from="2020" year-to="2022" sort="date"', {"year_from": ["2020"], "year_to": ["2022"], "sort": ["date"]}),
    ],
)
def test_the_filters_of_the_portal_go_with_every_search(
    embed: Embed, attributes: str, asked: dict[str, list[str]]
) -> None:
    page = embed(attributes)
    with page.expect_request("**/api/v1/search?*") as request:
        page.evaluate("document.querySelector('fanwen-search').search('环境整治')")
    sent = parse_qs(urlsplit(request.value.url).query)
    assert {name: sent.get(name) for name in asked} == asked


def test_a_key_goes_with_every_search_and_no_cookie_does(embed: Embed) -> None:
    page = embed('key="fw_portal" query="环境整治"')
    with page.expect_request("**/api/v1/search?*") as request:
        page.evaluate("document.querySelector('fanwen-search').search('河长')")
    assert request.value.header_value("Authorization") == "Bearer fw_portal"
    assert request.value.header_value("Cookie") is None


def test_a_copy_of_the_script_asks_the_service_that_is_named(embed: Embed, sites: tuple[str, str]) -> None:
    page = embed(f'service="{sites[0]}" query="红旗户"', script="/copy.js")
    link = page.locator("fanwen-search li a").first
    assert str(link.get_attribute("href")).startswith(f"{sites[0]}/passage/")


LIGHT, DARK = "rgb(255, 255, 255)", "rgb(27, 26, 24)"


@pytest.mark.parametrize(
    ("theme", "system", "ground"),
    [
        ("", "dark", LIGHT),
        ('theme="dark"', "light", DARK),
        ('theme="auto"', "dark", DARK),
        ('theme="auto"', "light", LIGHT),
    ],
)
def test_the_theme_is_light_dark_or_that_of_the_system(embed: Embed, theme: str, system: str, ground: str) -> None:
    page = embed(theme, color_scheme=system)
    assert _look(page, ":host", "backgroundColor") == ground


def test_what_stands_in_the_box_and_its_name_are_the_portals(embed: Embed) -> None:
    box = embed('placeholder="写点什么" label="查旧文"').locator("fanwen-search input")
    expect(box).to_have_attribute("placeholder", "写点什么")
    expect(box).to_have_accessible_name("查旧文")
    box = embed().locator("fanwen-search input")
    expect(box).to_have_attribute("placeholder", "要写什么？例如：环境整治")
    expect(box).to_have_accessible_name("检索范文")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_colour_and_measure_can_be_set_from_outside(embed: Embed, theme: str) -> None:
    colours = {
        "ink": (":host", "color"),
        "soft": (".told", "color"),
        "paper": (":host", "backgroundColor"),
        "accent": ("li a", "color"),
        "edge": ("input", "borderTopColor"),
        "mark": ("mark", "backgroundColor"),
    }
    chosen = {name: f"rgb({number}, 20, 30)" for number, name in enumerate(colours, 101)}
    set_so = "".join(f"--fanwen-{name}: {colour};" for name, colour in chosen.items())
    style = f"<style>fanwen-search {{ {set_so} --fanwen-font: 19px/2 serif; --fanwen-radius: 9px }}</style>"
    page = embed(f'theme="{theme}" query="环境整治"', beside=style)
    _hits(page).first.wait_for()
    assert {name: _look(page, *place) for name, place in colours.items()} == chosen
    assert _look(page, ":host", "fontSize") == "19px"
    assert {_look(page, each, "borderTopLeftRadius") for each in ("input", "form button")} == {"9px"}


@pytest.mark.parametrize(
    ("part", "selector"), [("input", "input"), ("button", "form button"), ("list", "ol"), ("hit", "li")]
)
def test_the_portal_styles_the_parts(embed: Embed, part: str, selector: str) -> None:
    style = f"<style>fanwen-search::part({part}) {{ border-left: 7px solid rgb(1, 2, 3) }} li, ol, input {{ margin: 40px }}</style>"
    page = embed('query="环境整治"', beside=style)
    _hits(page).first.wait_for()
    assert _look(page, selector, "borderLeftColor") == "rgb(1, 2, 3)"
    assert _look(page, selector, "marginLeft") == "0px"


def test_the_portal_hears_that_results_are_listed(embed: Embed) -> None:
    page = embed()
    _heard(page, "fanwen-results")
    page.locator("fanwen-search input").fill("红旗户")
    page.keyboard.press("Enter")
    page.wait_for_function("window.heard")
    assert page.evaluate("heard") == [{"query": "红旗户", "total": 1}]


def test_the_portal_hears_what_the_reader_is_told_of_trouble(embed: Embed) -> None:
    page = embed()
    _heard(page, "fanwen-error")
    page.route("**/api/v1/search?*", lambda route: route.abort())
    page.locator("fanwen-search input").fill("红旗户")
    page.keyboard.press("Enter")
    page.wait_for_function("window.heard")
    told = page.locator("fanwen-search [role=status]").inner_text()
    assert told.startswith("连不上检索服务")
    assert page.evaluate("heard") == [{"message": told}]


def test_what_is_picked_is_told_and_copied_unless_the_portal_takes_it(embed: Embed, sites: tuple[str, str]) -> None:
    page = embed('query="红旗户"', permissions=["clipboard-read", "clipboard-write"])
    _heard(page, "fanwen-pick")
    page.locator("fanwen-search li button").click()
    expect(page.locator("fanwen-search li button")).to_have_text("已复制")
    (picked,) = page.evaluate("heard")
    assert picked.keys() == {"id", "title", "text", "url"}
    assert picked["url"].startswith(f"{sites[0]}/passage/{picked['id']}")
    assert page.evaluate("navigator.clipboard.readText()") == picked["text"]
    page.evaluate("navigator.clipboard.writeText('原有的')")
    page.evaluate("document.addEventListener('fanwen-pick', event => event.preventDefault())")
    page.locator("fanwen-search li button").click()
    expect(page.locator("fanwen-search li button")).to_have_text("已取用")
    assert page.evaluate("navigator.clipboard.readText()") == "原有的"
