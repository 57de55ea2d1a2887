"""Searches that found nothing, gathered for the one who minds the library."""

from __future__ import annotations

import pytest

from indexer.analysis import Analyzer
from indexer.config import Settings
from tests.library import index_texts
from tests.web.admin.conftest import SOURCES
from tests.web.admin.minding import Minder
from tests.web.reading import read


@pytest.fixture
def indexed(minder: Minder, settings: Settings, analyzer: Analyzer) -> Minder:
    index_texts(settings.index, SOURCES, analyzer)
    return minder


def test_a_search_that_finds_nothing_is_listed_with_its_number(indexed: Minder) -> None:
    for _ in range(3):
        read(indexed.client, "/search", q="龘龘")
    read(indexed.client, "/search", q="烘干车间")
    page = indexed.open("/admin/unfound")
    assert page.all("//td[@class='name']") == ["龘龘"]
    assert page.one("//tbody//td[@data-name='次数']") == "3"
    assert page.link("龘龘").startswith("/search?q=")


def test_what_the_library_cannot_be_asked_is_not_listed(indexed: Minder) -> None:
    read(indexed.client, "/search", q="整" * 300)
    read(indexed.client, "/search", q="")
    read(indexed.client, "/search", q="烘干车间", page="9")
    assert "目前没有" in indexed.open("/admin/unfound").text


def test_one_search_is_taken_off_the_list_and_then_all(indexed: Minder) -> None:
    for query in ("龘龘", "<script>alert(1)</script>鱻", "靐靐"):
        read(indexed.client, "/search", q=query)
    page = indexed.open("/admin/unfound")
    assert not page.tree.xpath("//main//script")
    code = page.tree.xpath("//tr[td[contains(., '靐靐')]]//input[@name='query']/@value")[0]
    indexed.post("/admin/unfound/forget", {"query": code})
    assert len(indexed.open("/admin/unfound").all("//td[@class='name']")) == 2
    assert "不能恢复" in indexed.open("/admin/unfound/clear").text
    indexed.post("/admin/unfound/clear")
    assert "目前没有" in indexed.open("/admin/unfound").text
