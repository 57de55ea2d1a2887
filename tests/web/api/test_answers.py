"""What the API answers: shapes, places, pages, tags."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from marshmallow import Schema

from indexer.analysis import default_analyzer
from indexer.cli import main
from indexer.search import Search
from tests.library import index_texts
from tests.web.shelf import TEXTS, make_app, settings_for
from web import create_blueprint
from web.api import shapes

API = "/api/v1"


def asked(client: FlaskClient, path: str, **query: Any) -> Any:
    answer = client.get(API + path, query_string=query)
    assert answer.status_code == 200, answer.text
    return answer.get_json()


@pytest.fixture
def passage(client: FlaskClient) -> Any:
    """The second paragraph of 存在的问题 and so on: one passage of the library."""
    return asked(client, "/search", q="保洁员年龄偏大")["hits"][0]


@pytest.mark.parametrize(
    ("path", "shape"),
    [
        ("/search?q=环境整治&highlight=html", shapes.SearchAnswer),
        ("/search?q=环竟整治", shapes.SearchAnswer),
        ("/search?q=把*变", shapes.SearchAnswer),
        ("/suggest?q=环境", shapes.SuggestAnswer),
        ("/facets?q=环境整治", shapes.FacetsAnswer),
        ("/passages/{passage}?q=环境", shapes.PassageAnswer),
        ("/passages/{passage}/context?around=1", shapes.ContextAnswer),
        ("/passages/{passage}/similar", shapes.SimilarAnswer),
        ("/documents/{document}", shapes.DocumentAnswer),
        ("/documents/{document}/outline", shapes.OutlineAnswer),
        ("/documents/{document}/passages", shapes.PassagesAnswer),
        ("/stats", shapes.StatsAnswer),
    ],
)
def test_every_answer_has_the_members_that_are_declared_and_no_others(
    client: FlaskClient, passage: Any, path: str, shape: type[Schema]
) -> None:
    answer = client.get(API + path.format(passage=passage["id"], document=passage["document_id"]))
    assert answer.status_code == 200
    assert shape().validate(answer.get_json()) == {}


@pytest.mark.usefixtures("app")
def test_a_search_answers_as_the_command_does(
    client: FlaskClient, index: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["search", "环境整治 垃圾", "--index", str(index), "--json", "-n", "4"]) == 0
    told = json.loads(capsys.readouterr().out)
    answer = asked(client, "/search", q="环境整治 垃圾")
    assert {**{name: answer[name] for name in told}, "took_ms": 0} == {**told, "took_ms": 0}
    assert set(answer) - set(told) == {"mode", "pages", "links"}


def test_the_links_lead_from_page_to_page_and_keep_what_was_asked(client: FlaskClient) -> None:
    first = asked(client, "/search", q="环境整治", per_page=3, off=["fill", "copies"], collapse="false")
    assert first["links"]["prev"] is None
    second = client.get(first["links"]["next"]).get_json()
    assert (second["page"], second["per_page"]) == (2, 3)
    assert second["links"]["prev"] == first["links"]["self"]
    seen = [hit["id"] for hit in first["hits"] + second["hits"]]
    assert len(set(seen)) == 6
    last = asked(client, "/search", q="环境整治", per_page=3, collapse="false", page=first["pages"])
    assert last["links"]["next"] is None


def test_places_are_counted_as_the_reader_counts_characters(tmp_path: Path) -> None:
    app, search = make_app(
        tmp_path / "index",
        {"总结/𠮷林.txt": "𠮷林县工作总结\n𠮷林县把环境整治抓在手上，全县上下一起动手，取得了看得见的成效。\n"},
    )
    client = app.test_client()
    for unit, encoding, width in (("codepoint", "utf-32-le", 4), ("utf16", "utf-16-le", 2)):
        answer = asked(client, "/search", q="环境整治", offsets=unit)
        hit = answer["hits"][0]
        for text, spans in ((hit["text"], hit["highlights"]), (hit["snippet"], hit["snippet_highlights"])):
            counted = text.encode(encoding)
            found = [counted[each["start"] * width : each["end"] * width].decode(encoding) for each in spans]
            assert found == ["环境整治"]
        assert answer["offsets"] == unit
    assert hit["highlights"] == [{"start": 5, "end": 9}]
    told = client.get(API + "/search", query_string={"q": "𠮷 年份:甲", "offsets": "utf16"}).get_json()
    assert (told["code"], told["start"], told["offsets"]) == ("bad_query", 3, "utf16")
    search.close()


def test_all_asks_for_everything_and_widens_nothing(client: FlaskClient) -> None:
    query = "环境整治 锦旗 油茶"
    assert asked(client, "/search", q=query)["relaxed"]["step"] in {"most", "any"}
    strict = asked(client, "/search", q=query, mode="all")
    assert (strict["total"], strict["partial"], strict["hits"], strict["relaxed"]["step"]) == (0, 0, [], "none")
    assert asked(client, "/search", q="环境整治 锦旗", mode="all")["total"] == 1


def test_a_phrase_is_taken_word_for_word_with_all_its_signs(client: FlaskClient) -> None:
    assert asked(client, "/search", q="雷打不动每周扫两次", mode="phrase")["total"] == 1
    assert asked(client, "/search", q="每周 雷打不动", mode="phrase")["total"] == 0
    assert asked(client, "/search", q="从猪圈…拆起", mode="phrase")["hits"] == []
    for signs in ("-环境", "年份:abc", "((((", "“环境", "a OR b", " "):
        asked(client, "/search", q=signs, mode="phrase")


def test_highlights_come_as_places_as_html_or_not_at_all(client: FlaskClient) -> None:
    query = {"q": "技术员查明是网页编辑器留下的残码"}
    html = asked(client, "/search", **query, highlight="html")["hits"][0]["snippet_html"]
    assert "<mark>" in html
    assert "&lt;script&gt;" in html
    assert "<script" not in html
    assert "snippet_html" not in asked(client, "/search", **query)["hits"][0]
    bare = asked(client, "/search", **query, highlight="none")["hits"][0]
    assert bare["highlights"] == bare["snippet_highlights"] == []


def test_facets_are_given_as_they_are_asked_for(client: FlaskClient) -> None:
    assert set(asked(client, "/search")["facets"]) == {"kind", "function", "year", "source"}
    assert set(asked(client, "/search", facets=["year", "kind"])["facets"]) == {"year", "kind"}
    assert asked(client, "/search", facets="none")["facets"] == {}
    counted = asked(client, "/facets", q="环境整治", facets="kind")
    assert counted["facets"]["kind"] == asked(client, "/search", q="环境整治")["facets"]["kind"]


def test_filters_restrict_what_is_found(client: FlaskClient) -> None:
    kinds = {hit["kind"] for hit in asked(client, "/search", kind=["总结", "方案"], per_page=20)["hits"]}
    assert kinds == {"总结", "方案"}
    assert {hit["year"] for hit in asked(client, "/search", year_from=2023, year_to=2023)["hits"]} == {2023}
    assert {hit["script"] for hit in asked(client, "/search", q="整治", script="hant")["hits"]} == {"hant"}
    found = asked(client, "/search", source="述职")["hits"]
    assert [hit["source"].split("/")[0] for hit in found] == ["述职"] * len(found) != []


def test_a_passage_leads_to_its_neighbours_its_document_and_its_page(client: FlaskClient, passage: Any) -> None:
    alone = asked(client, f"/passages/{passage['id']}", q="保洁员")
    assert [alone["text"][each["start"] : each["end"]] for each in alone["highlights"]] == ["保洁员"]
    assert client.get(alone["links"]["html"]).status_code == 200
    around = client.get(alone["links"]["context"]).get_json()
    ordinals = [each["ordinal"] for each in (*around["before"], around["passage"], *around["after"])]
    assert ordinals == [1, 2, 3, 4]
    document = client.get(alone["links"]["document"]).get_json()
    assert (document["title"], document["passages"]) == ("芦塘镇2022年环境整治工作总结", 5)
    outline = client.get(document["links"]["outline"]).get_json()["headings"]
    assert [each["text"] for each in outline if each["passage"] == passage["id"]] == ["二、存在的问题"]
    texts = client.get(document["links"]["passages"]).get_json()["passages"]
    assert texts[alone["ordinal"]]["text"] == alone["text"]


def test_passages_of_a_document_are_given_piece_by_piece(client: FlaskClient, passage: Any) -> None:
    path = f"/documents/{passage['document_id']}/passages"
    both = [asked(client, path, start=start, limit=2)["passages"] for start in (0, 2)]
    assert [each["ordinal"] for each in (*both[0], *both[1])] == [0, 1, 2, 3]
    assert asked(client, path, start=99)["passages"] == []


def test_similar_passages_come_from_elsewhere(client: FlaskClient, passage: Any) -> None:
    found = asked(client, f"/passages/{passage['id']}/similar", limit=3)["hits"]
    assert len(found) <= 3
    assert passage["id"] not in {hit["id"] for hit in found}


def test_suggestions_speak_to_the_search_bar_of_a_browser(writer: FlaskClient) -> None:
    kind = "application/x-suggestions+json"
    by_header = writer.get(API + "/suggest?q=秸秆", headers={"Accept": kind})
    assert by_header.mimetype == kind
    assert by_header.headers["Vary"] == "Accept"
    query, texts, counts = json.loads(by_header.data)
    assert query == "秸秆"
    assert counts[texts.index("秸秆禁烧")] == "3 段"
    by_parameter = writer.get(API + "/suggest?q=秸秆&format=opensearch")
    assert by_parameter.data == by_header.data
    assert writer.get(API + "/suggest?q=秸秆&format=json", headers={"Accept": kind}).mimetype == "application/json"
    assert writer.get(API + "/suggest?q=秸秆", headers={"Accept": "text/html,*/*;q=0.8"}).mimetype == "application/json"


def test_an_answer_that_is_still_good_is_not_sent_again(client: FlaskClient) -> None:
    address = API + "/search?q=环境整治"
    first = client.get(address)
    tag = first.headers["ETag"]
    assert tag.startswith('W/"')
    assert first.headers["Cache-Control"] == "no-cache"
    for known in (tag, f'"other", {tag}', "*"):
        again = client.get(address, headers={"If-None-Match": known})
        assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
    assert client.get(address, headers={"If-None-Match": '"other"'}).status_code == 200
    assert client.get(address + "&page=2").headers["ETag"] != tag
    assert client.get(address + "&sort=up", headers={"If-None-Match": tag}).status_code == 400


def test_a_new_generation_makes_a_new_tag(tmp_path: Path) -> None:
    app, search = make_app(tmp_path / "index")
    client = app.test_client()
    before = client.get(API + "/stats")
    index_texts(
        tmp_path / "index",
        {**TEXTS, "总结/新.txt": "新来的总结\n新到的一篇总结，说的是秋粮收储怎样保质保量。\n"},
        default_analyzer(),
    )
    after = client.get(API + "/stats", headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert after.get_json()["generation"] == before.get_json()["generation"] + 1
    search.close()


def test_head_tells_what_get_would(client: FlaskClient) -> None:
    told, given = client.head(API + "/stats"), client.get(API + "/stats")
    assert told.data == b""
    for name in ("Content-Type", "Content-Length", "ETag"):
        assert told.headers[name] == given.headers[name]


@pytest.mark.usefixtures("app")
def test_in_a_portal_every_address_has_its_prefix(index: Path) -> None:
    search = Search(folder=index)
    portal = Flask("portal")
    portal.register_blueprint(create_blueprint(settings_for(index), search), url_prefix="/oa/范文", name="texts")
    client = portal.test_client()
    answer = client.get("/oa/范文/api/v1/search?q=环境整治").get_json()
    assert answer["links"]["next"].startswith("/oa/%E8%8C%83%E6%96%87/api/v1/search?q=")
    assert client.get(answer["links"]["next"]).status_code == 200
    assert client.get("/oa/范文/openapi.json").get_json()["servers"] == [{"url": "/oa/%E8%8C%83%E6%96%87/api/v1"}]
    assert client.get("/oa/范文/api/v1/nothing").mimetype == "application/problem+json"
    assert client.post("/oa/范文/api/v1/search").mimetype == "application/problem+json"
    assert client.get("/elsewhere").mimetype == "text/html"
    search.close()
