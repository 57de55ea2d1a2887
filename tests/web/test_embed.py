"""What a portal, a browser and a feed reader get."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import etree

from indexer.analysis import default_analyzer
from indexer.search import Search
from tests.library import index_texts
from tests.web.reading import read
from tests.web.shelf import settings_for
from web import create_app

ROOT = Path(__file__).parent.parent.parent
NAMES = {"a": "http://www.w3.org/2005/Atom", "o": "http://a9.com/-/spec/opensearch/1.1/"}
OLD = {
    "总结/去年的防汛总结.txt": "青石乡去年防汛工作总结\n汛期里值班人员二十四小时守在堤上，转移群众三百一十人，无一人伤亡。\n"
}
NEW = {
    "总结/今年的防汛总结.txt": "青石乡今年防汛工作总结\n今年汛期来得早，乡里提前清理沟渠四十公里，防汛物资全部下沉到村。\n",
    "方案/森林防火方案.txt": "青石乡森林防火方案\n清明前后护林员全员上山，进山路口设卡登记，火种一律不得带入林区。\n",
}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A service over two texts of last year and two that came today, with one portal listed."""
    folder = tmp_path_factory.mktemp("library") / "index"
    analyzer = default_analyzer()
    index_texts(folder, OLD, analyzer, added="2025-07-01T08:00:00+00:00")
    index_texts(folder, NEW, analyzer, added="2026-11-20T08:00:00+00:00")
    search = Search(folder=folder, analyzer=analyzer)
    yield create_app(replace(settings_for(folder), frame_parents=("https://oa.example.lan",)), search)
    search.close()


@pytest.fixture
def reader(library: Flask) -> FlaskClient:
    return library.test_client()


def feed(client: FlaskClient, **asked: str) -> etree._Element:
    response = client.get("/feed.atom", query_string=asked)
    assert response.status_code == 200
    assert response.mimetype == "application/atom+xml"
    return etree.fromstring(response.data)


def titles(root: etree._Element) -> list[str]:
    return [str(title.text) for title in root.findall("a:entry/a:title", NAMES)]


def test_the_feed_tells_what_came_last_first(reader: FlaskClient) -> None:
    root = feed(reader)
    assert titles(root)[-1] == "青石乡去年防汛工作总结"
    assert set(titles(root)[:2]) == {"青石乡今年防汛工作总结", "青石乡森林防火方案"}
    assert root.findtext("a:updated", namespaces=NAMES) == "2026-11-20T08:00:00+00:00"


def test_the_feed_of_a_query_has_only_what_matches_it(reader: FlaskClient) -> None:
    assert titles(feed(reader, q="防汛")) == ["青石乡今年防汛工作总结", "青石乡去年防汛工作总结"]
    assert titles(feed(reader, q="防火")) == ["青石乡森林防火方案"]
    assert titles(feed(reader, q="龘龘")) == []


def test_an_entry_of_the_feed_leads_to_its_passage_by_a_whole_address(reader: FlaskClient) -> None:
    entry = feed(reader, q="防火").find("a:entry", NAMES)
    assert entry is not None
    link = entry.find("a:link", NAMES)
    assert link is not None
    assert link.get("href") == entry.findtext("a:id", namespaces=NAMES)
    assert str(link.get("href")).startswith("http://localhost/passage/")
    assert "护林员全员上山" in str(entry.findtext("a:summary", namespaces=NAMES))
    assert "护林员全员上山" in read(reader, str(link.get("href")).removeprefix("http://localhost")).text


def test_a_reader_that_has_the_feed_is_told_that_nothing_changed(reader: FlaskClient) -> None:
    first = reader.get("/feed.atom")
    again = reader.get("/feed.atom", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_a_feed_of_a_query_that_cannot_be_read_is_refused_with_the_reason(reader: FlaskClient) -> None:
    response = reader.get("/feed.atom", query_string={"q": "防" * 300})
    assert response.status_code == 400
    assert "256" in response.get_data(as_text=True)


def test_a_feed_holds_nothing_that_xml_cannot_hold(reader: FlaskClient) -> None:
    root = feed(reader, q="防汛 OR \x0b<b>&\ufffe")
    assert str(root.findtext("a:title", namespaces=NAMES)).startswith("范文检索：防汛 OR")


def test_a_browser_learns_where_to_search_and_where_to_ask_for_suggestions(reader: FlaskClient) -> None:
    response = reader.get("/opensearch.xml")
    assert response.mimetype == "application/opensearchdescription+xml"
    root = etree.fromstring(response.data)
    addresses = {url.get("type"): str(url.get("template")) for url in root.findall("o:Url", NAMES)}
    assert addresses["text/html"] == "http://localhost/search?q={searchTerms}"
    suggested = (
        addresses["application/x-suggestions+json"].replace("{searchTerms}", "防汛").removeprefix("http://localhost")
    )
    answer = reader.get(suggested)
    assert answer.mimetype == "application/x-suggestions+json"
    assert answer.get_json()[0] == "防汛"


def test_every_page_names_the_description_and_the_feed(reader: FlaskClient) -> None:
    page = read(reader, "/")
    assert page.tree.xpath("//link[@rel='search']/@href") == ["/opensearch.xml"]
    assert page.tree.xpath("//link[@type='application/atom+xml']/@href") == ["/feed.atom"]


def test_the_widget_is_small_and_asks_nobody_but_the_service(reader: FlaskClient) -> None:
    response = reader.get("/widget.js")
    assert response.mimetype == "text/javascript"
    assert len(response.data) < 15_000
    code = "\n".join(line for line in response.get_data(as_text=True).splitlines() if not line.strip().startswith("//"))
    assert "http" not in code.replace("https", "http").replace("plain http", "")
    assert "innerHTML" not in code
    assert 'credentials: "omit"' in code


def test_a_frame_asks_for_what_its_address_says(reader: FlaskClient) -> None:
    page = read(reader, "/embed", q="防汛", kind=["总结", "方案"], year_from="2020", per_page="3", theme="dark")
    (element,) = page.tree.xpath("//fanwen-search")
    assert dict(element.attrib) == {
        "theme": "dark", "per-page": "3", "kind": "总结,方案", "year-from": "2020", "query": "防汛"
    }  # fmt: skip
    assert not page.tree.xpath("//header | //footer")


def test_a_frame_tells_its_height_to_the_listed_parents_only(reader: FlaskClient) -> None:
    page = read(reader, "/embed")
    assert json.loads(page.tree.xpath("//body/@data-parents")[0]) == ["https://oa.example.lan"]


def test_a_hostile_address_of_a_frame_stays_text(reader: FlaskClient) -> None:
    hostile = '"><script>alert(1)</script>'
    page = read(reader, "/embed", q=hostile, kind=hostile, theme=hostile)
    assert not page.tree.xpath("//script[not(@src)]")
    assert page.tree.xpath("//fanwen-search/@query") == [hostile]
    assert page.tree.xpath("//fanwen-search/@theme") == ["auto"]
