"""Two hundred hostile texts as titles, headings, bodies and file names: no dialog, no violation of the policy, no request."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from indexer.analysis import default_analyzer
from indexer.search import Search
from indexer.state.keys import FILE, Keys
from tests.browser.conftest import listening
from tests.browser.hostile import PATIENCE, TEXTS, quiet
from tests.browser.payloads import PAYLOADS
from tests.library import index_texts
from tests.web import shelf
from web import create_app
from web.admin import shown

pytestmark = pytest.mark.browser
PER_PAGE = 20
# Of the admin side's list.
ROWS = 50
LIVELY = ":is(script, iframe, img, svg, object, embed, base, meta, style)"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The address of a service over the hostile library, and the key of an administrator."""
    folder: Path = tmp_path_factory.mktemp("hostile")
    analyzer = default_analyzer()
    index_texts(folder / "index", TEXTS, analyzer)
    search = Search(folder=folder / "index", analyzer=analyzer)
    settings = replace(shelf.settings_for(folder / "index"), state=folder / "state")
    with listening(create_app(settings, search)) as address:
        yield address, Keys(settings.state / FILE).make("文秘科", role="admin")
    search.close()


@pytest.fixture
def address(service: tuple[str, str]) -> str:
    return service[0]


def test_there_are_two_hundred_of_them() -> None:
    assert len(set(PAYLOADS)) == len(TEXTS) == 200


def _lists(page: Page, address: str) -> Iterator[Page]:
    """*page* at each page of results: all documents in all."""
    for number in range(1, len(PAYLOADS) // PER_PAGE + 1):
        page.goto(
            f"{address}/search?q=环境整治&off=copies&per_page={PER_PAGE}&page={number}", wait_until="domcontentloaded"
        )
        yield page


def test_titles_headings_bodies_and_file_names_are_shown_as_text(browser: Browser, address: str) -> None:
    seen = 0
    with quiet(browser, address) as page:
        for listed in _lists(page, address):
            seen += listed.locator("article.hit").count()
            assert listed.locator(f"article.hit {LIVELY}").count() == 0
            assert set(listed.locator("mark").all_inner_texts()) == {"环境整治"}
    assert seen == len(PAYLOADS)


def test_a_passage_page_of_a_hostile_document_shows_it_as_text(browser: Browser, address: str) -> None:
    with quiet(browser, address) as page:
        paths = {
            path
            for listed in _lists(page, address)
            for path in listed.locator("article.hit h2 a").evaluate_all("all => all.map(each => each.pathname)")
        }
        assert len(paths) == len(PAYLOADS)
        for path in sorted(paths)[::4]:
            page.goto(address + path, wait_until="domcontentloaded")
            assert "环境整治" in (page.locator("#passage").text_content() or "")
            assert page.locator(f"main {LIVELY}").count() == 0


def test_the_administrator_sees_every_hostile_file_name_as_text(browser: Browser, service: tuple[str, str]) -> None:
    address, key = service
    names: list[str] = []
    with quiet(browser, address) as page:
        page.goto(f"{address}/admin/signin")
        page.get_by_label("管理密钥").fill(key)
        page.get_by_role("button", name="登录").click()
        expect(page).to_have_title(re.compile("总览"), timeout=PATIENCE)
        for number in range(1, len(PAYLOADS) // ROWS + 1):
            page.goto(f"{address}/admin/sources?page={number}")
            names += page.locator("td.name").evaluate_all("all => all.map(each => each.firstChild.textContent)")
            assert page.locator(f"main {LIVELY}").count() == 0
        assert sorted(names) == sorted(shown.name(name) for name in TEXTS)
        for name in [*TEXTS][::20]:
            page.goto(f"{address}/admin/sources/remove?name={shown.coded(name)}")
            expect(page.locator("main dd").first).to_have_text(shown.name(name))
            assert page.locator(f"main {LIVELY}").count() == 0
