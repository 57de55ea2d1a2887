"""A query that is on its way in the widget on another site is no gap of the library; one that was sent is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect

from indexer.analysis import default_analyzer
from indexer.search import Search
from indexer.state.unfound import FILE, Unfound
from tests.browser.conftest import listening
from tests.library import index_texts
from tests.web import shelf
from web import create_app

pytestmark = pytest.mark.browser
PATIENCE = 20_000


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[str]:
    """The address of a site with the widget, which the service lists."""
    folder = tmp_path / "index"
    analyzer = default_analyzer()
    index_texts(folder, shelf.TEXTS, analyzer)
    search = Search(folder=folder, analyzer=analyzer)
    made = Flask("portal")
    with listening(made) as address:
        # Another site to a browser, not only another origin.
        other = address.replace("127.0.0.1", "localhost")
        settings = replace(shelf.settings_for(folder), cors_origins=(other,))
        with listening(create_app(settings, search)) as service:
            page = f"<!doctype html><script src='{service}/widget.js' defer></script><fanwen-search></fanwen-search>"
            made.add_url_rule("/", "home", lambda: page)
            yield other
    search.close()


def test_what_is_typed_in_the_widget_is_listed_as_not_found_only_once_it_is_sent(
    browser: Browser, portal: str, tmp_path: Path
) -> None:
    unfound = Unfound(tmp_path / "state" / FILE)
    page = browser.new_page()
    page.goto(portal)
    told = page.locator("fanwen-search [role=status]")
    page.locator("fanwen-search input").fill("龘龘")
    expect(told).to_contain_text("没有找到“龘龘”", timeout=PATIENCE)
    assert unfound.listed() == []
    with page.expect_response("**/api/v1/search**", timeout=PATIENCE):
        page.keyboard.press("Enter")
    assert [(missed.query, missed.count) for missed in unfound.listed()] == [("龘龘", 1)]
    page.close()
