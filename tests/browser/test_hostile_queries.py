"""Two hundred hostile texts as queries, on the pages, in the box, the frame and the feed: they come back as text."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from lxml import etree
from playwright.sync_api import Browser, expect

from tests.browser.conftest import listening
from tests.browser.hostile import PATIENCE, TEXTS, asked, quiet
from tests.browser.payloads import PAYLOADS
from tests.web.shelf import make_app

pytestmark = pytest.mark.browser
FEED = {
    "feed",
    "entry",
    "title",
    "id",
    "link",
    "updated",
    "author",
    "name",
    "summary",
    "content",
    "icon",
    "generator",
    "subtitle",
}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    app, search = make_app(tmp_path_factory.mktemp("hostile") / "index", TEXTS)
    with listening(app) as address:
        yield address
    search.close()


def test_hostile_queries_come_back_as_text(browser: Browser, address: str) -> None:
    with quiet(browser, address) as page:
        for payload in PAYLOADS:
            page.goto(f"{address}/search?q={quote(asked(payload))}", wait_until="domcontentloaded")
            assert page.locator("#q").input_value().split() == _cleaned(asked(payload)).split()


def _cleaned(text: str) -> str:
    """What a box shows of *text*: no control signs, no signs that turn the reading direction."""
    return "".join(sign for sign in text if sign.isprintable() or sign.isspace()).strip()


def test_hostile_texts_that_are_typed_or_suggested_stay_text(browser: Browser, address: str) -> None:
    with quiet(browser, address) as page:
        page.goto(address)
        for payload in PAYLOADS[::10]:
            page.fill("#q", asked(payload).replace("\0", ""))
            page.wait_for_timeout(50)
        page.fill("#q", "青石乡第")
        expect(page.locator("#suggestions [role=option]").first).to_be_visible(timeout=PATIENCE)
        assert page.locator("#suggestions :is(script, img, svg, iframe)").count() == 0


def test_the_frame_takes_hostile_texts_for_text(browser: Browser, address: str) -> None:
    with quiet(browser, address) as page:
        for payload in PAYLOADS[::20]:
            page.goto(f"{address}/embed?q={quote(asked(payload))}&per_page=10")
            assert page.locator("fanwen-search :is(script, img, svg, iframe)").count() == 0
        page.goto(f"{address}/embed?q=环境整治&per_page=10")
        expect(page.locator("fanwen-search li").first).to_be_visible(timeout=PATIENCE)
        assert page.locator("fanwen-search :is(script, img, svg, iframe)").count() == 0


def test_the_feed_takes_hostile_texts_for_text(browser: Browser, address: str) -> None:
    """A browser shows the feed as a document of that kind; its markup has no elements but those of a feed."""
    with quiet(browser, address) as page:
        for query in ("", "环境整治", *map(asked, PAYLOADS[::20])):
            response = page.goto(f"{address}/feed.atom?q={quote(query)}", wait_until="domcontentloaded")
            assert response is not None
            if response.status == 200:
                root = etree.fromstring(response.body())
                assert {element.tag.rpartition("}")[2] for element in root.iter()} <= FEED
                assert {element.tag.rpartition("}")[0] for element in root.iter()} == {"{http://www.w3.org/2005/Atom"}
        page.goto(f"{address}/feed.atom?q=环境整治", wait_until="domcontentloaded")
        assert page.locator("img, iframe, object, embed, svg").count() == 0
        entries = etree.fromstring(page.request.get(f"{address}/feed.atom?q=环境整治").body()).findall("{*}entry")
        assert len(entries) == 30
        assert [entry for entry in entries if "<" in str(entry.findtext("{*}title"))]
        page.goto(address)
