"""Every page at 360 and 1440 px, light and dark, with and without JavaScript: it fits, it says what it is, and it is kept as a picture.

``make images`` writes the pictures to docs/images; other runs write them to a folder that goes away.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from indexer import corpus
from indexer.analysis import default_analyzer
from indexer.build import build
from indexer.config import Settings
from indexer.search import Search
from indexer.state.keys import Keys
from tests.browser.conftest import listening
from tests.browser.hosting import Later, elsewhere, portal_app
from tests.browser.visits import keep
from web import create_app

pytestmark = pytest.mark.browser
PATIENCE = 20_000
ROOT = Path(__file__).parent.parent.parent

# Name, address, and what must stand on the page with scripts and without.
PAGES: dict[str, tuple[str, str]] = {
    "welcome": ("/", "可以这样找"),
    "results": ("/search?q=环境整治", "段"),
    "pattern": ("/search?q=以…为抓手", "句式中的空"),
    "nothing": ("/search?q=龘龘", "没有找到"),
    "refused": ("/search?q=……", "这样写检索不了"),
    "passage": ("{passage}", "提纲"),
    "similar": ("{passage}/similar", "相近"),
    "versions": ("{doubled}/versions", "不同之处"),
    "lost": ("/passage/x-0", "没有"),
    "basket": ("/basket", "素材篮"),
    "api": ("/api", "接口"),
    "frame": ("/embed?q=环境整治", "范文检索"),
    "signin": ("/signin", "密钥"),
}
ADMIN: dict[str, tuple[str, str]] = {
    "admin-overview": ("/admin/", "总览"),
    "admin-upload": ("/admin/upload", "上传"),
    "admin-runs": ("/admin/runs", "更新索引"),
    "admin-sources": ("/admin/sources", "文件"),
    "admin-wording": ("/admin/wording", "词"),
    "admin-unfound": ("/admin/unfound", "没有找到"),
    "admin-confirm": ("/admin/runs/rebuild", "返回"),
    "admin-refused": ("/admin/sources/remove", "回到总览"),
}
LOOKS = list(product((360, 1440), ("light", "dark"), (True, False)))


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Of a service over the sample library, with a reader's and an administrator's key."""
    folder = tmp_path_factory.mktemp("gallery")
    settings = Settings(
        index=folder / "index", state=folder / "state", sources=(corpus.samples(),), dictionary=folder / "words", jobs=2
    )
    (folder / "words").mkdir()
    build(settings, analyzer=default_analyzer())
    return settings


@pytest.fixture(scope="module")
def sites(settings: Settings) -> Iterator[tuple[str, str]]:
    """The addresses of the service and of a portal that has it in it."""
    search = Search(folder=settings.index)
    service, later = Later(), Later()
    with listening(service) as address, listening(later) as other:
        portal = elsewhere(other)
        service.app = create_app(replace(settings, cors_origins=(portal,), frame_parents=(portal,)), search)
        later.app = portal_app(address, settings)
        yield address, portal
    search.close()


@pytest.fixture(scope="module")
def address(sites: tuple[str, str]) -> str:
    return sites[0]


@pytest.fixture(scope="module")
def key(settings: Settings) -> str:
    return Keys(settings.state / "keys.json").make("管理员", role="admin")


@pytest.fixture(scope="module")
def passages(browser: Browser, address: str) -> dict[str, str]:
    """Addresses: of a passage that others resemble, and of one that has another version."""
    page = browser.new_page()
    found = {}
    for name, query in (("passage", "环境整治"), ("doubled", "落实巡查员76名")):
        page.goto(f"{address}/search?q={query}")
        link = page.locator("article.hit h2 a").first.get_attribute("href") or ""
        found[name] = link.split("?")[0]
    page.close()
    return found


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    kept = os.environ.get("IMAGES")
    folder = ROOT / kept if kept else tmp_path_factory.mktemp("pictures")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def look(width: int, scheme: str, *, script: bool) -> dict[str, object]:
    return {
        "viewport": {"width": width, "height": 800},
        "color_scheme": scheme,
        "java_script_enabled": script,
        "locale": "zh-CN",
        "reduced_motion": "reduce",
    }


def check_and_keep(page: Page, *, name: str, says: str, width: int, path: Path) -> None:
    page.locator("body", has_text=says).wait_for(timeout=PATIENCE)
    assert page.title().endswith(("范文检索", "管理文库", "办公门户")), name
    page.screenshot(path=path, type="jpeg", quality=60)
    # Measured by a picture of the whole page, since without scripts nothing else tells.
    assert _width(page) <= width, f"{name} 横向放不下"


def _width(page: Page) -> int:
    box = page.locator("html").bounding_box()
    assert box is not None
    widest = max(page.locator("main").evaluate_all("all => all.map(each => each.scrollWidth)"), default=0)
    return int(max(box["width"], widest))


def file_name(name: str, width: int, scheme: str, *, script: bool) -> str:
    return f"{name}-{width}-{scheme}{'' if script else '-noscript'}.jpg"


@pytest.mark.parametrize(("width", "scheme", "script"), LOOKS)
def test_every_page_fits_and_says_what_it_is(
    browser: Browser, address: str, passages: dict[str, str], pictures: Path, width: int, scheme: str, script: bool
) -> None:
    context = browser.new_context(base_url=address, **look(width, scheme, script=script))  # type: ignore[arg-type]
    page = context.new_page()
    for name, (path, says) in PAGES.items():
        page.goto(path.format(**passages))
        kept = pictures / file_name(name, width, scheme, script=script)
        check_and_keep(page, name=name, says=says, width=width, path=kept)
    context.close()


@pytest.mark.parametrize(("width", "scheme", "script"), LOOKS)
def test_every_page_of_the_administrator_fits_and_says_what_it_is(
    browser: Browser, address: str, key: str, pictures: Path, width: int, scheme: str, script: bool
) -> None:
    context = browser.new_context(base_url=address, **look(width, scheme, script=script))  # type: ignore[arg-type]
    page = context.new_page()
    page.goto("/admin/signin")
    kept = pictures / file_name("admin-signin", width, scheme, script=script)
    check_and_keep(page, name="admin-signin", says="管理密钥", width=width, path=kept)
    _sign_in(page, key)
    for name, (path, says) in ADMIN.items():
        page.goto(path)
        kept = pictures / file_name(name, width, scheme, script=script)
        check_and_keep(page, name=name, says=says, width=width, path=kept)
    context.close()


def _sign_in(page: Page, key: str) -> None:
    page.locator("input[type=password]").fill(key)
    page.locator("main button[type=submit], main button:not([type])").first.click()
    page.locator("body", has_text="总览").wait_for(timeout=PATIENCE)


@pytest.mark.parametrize(("width", "scheme"), list(product((360, 1440), ("light", "dark"))))
def test_a_portal_with_the_search_in_it_fits_and_is_kept(
    browser: Browser, sites: tuple[str, str], pictures: Path, width: int, scheme: str
) -> None:
    context = browser.new_context(**look(width, scheme, script=True))  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(sites[1])
    for place in (page, page.frame_locator("iframe")):
        place.locator("fanwen-search input").fill("环境整治")
        place.locator("fanwen-search input").press("Enter")
        place.locator("fanwen-search li").first.wait_for(timeout=PATIENCE)
    page.evaluate("scrollTo(0, 0)")
    kept = pictures / file_name("portal", width, scheme, script=True)
    check_and_keep(page, name="portal", says="写作助手", width=width, path=kept)
    context.close()


def test_a_basket_with_passages_fits_and_is_kept(browser: Browser, address: str, pictures: Path) -> None:
    for width, scheme in product((360, 1440), ("light", "dark")):
        context = browser.new_context(base_url=address, **look(width, scheme, script=True))  # type: ignore[arg-type]
        page = context.new_page()
        page.goto("/search?q=环境整治")
        for place in range(2):
            keep(page, place=place)
        page.goto("/basket")
        page.locator("main", has_text="环境").first.wait_for(timeout=PATIENCE)
        kept = pictures / file_name("basket-filled", width, scheme, script=True)
        check_and_keep(page, name="basket-filled", says="素材篮", width=width, path=kept)
        assert json.loads(page.evaluate("JSON.stringify(Object.keys(localStorage))"))
        context.close()
