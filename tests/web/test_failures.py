"""What can go wrong, each with a page that says what happened and what to do."""

from __future__ import annotations

import logging
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from indexer.analysis import default_analyzer
from tests.library import index_texts
from tests.web.reading import read
from tests.web.shelf import make_app, make_index, settings_for
from web import create_app
from web.guard.headers import HEADERS

PATHS = ("/", "/search?q=环境整治", "/search?q=龘", "/passage/x-0", "/nowhere", "/static/fanwen.css")


def test_a_query_beyond_the_bounds_is_refused_with_its_reason_and_kept_in_the_box(client: FlaskClient) -> None:
    query = "整" * 300
    page = read(client, "/search", q=query, kind="总结")
    assert page.status == 400
    assert "256" in page.text
    assert page.tree.xpath("//input[@name='q']/@value") == [query]
    assert page.tree.xpath("//input[@name='kind']/@value") == ["总结"]


def test_a_query_of_signs_is_not_called_too_long(client: FlaskClient) -> None:
    page = read(client, "/search", q="……")
    assert page.status == 400
    assert page.one("//h1") == "这样写检索不了"
    assert "没有可以检索的内容" in page.text


def test_a_passage_is_shown_unmarked_where_the_query_beside_it_cannot_be_read(client: FlaskClient) -> None:
    address = read(client, "/search", q="红旗户").tree.xpath("//article/h2/a/@href")[0].split("?")[0]
    page = read(client, address, q="旗" * 300)
    assert page.status == 200
    assert "没有标出检索词" in page.text
    assert "红旗户" in page.text
    assert not page.tree.xpath("//mark")


@pytest.mark.parametrize("passage", ["x-0", "红旗户", "..%2F..%2Fetc", "a" * 3000, "%00", "0-99999999999999999999"])
def test_a_passage_that_is_not_there_is_told_with_a_way_on(client: FlaskClient, passage: str) -> None:
    page = read(client, f"/passage/{passage}")
    assert page.status == 404
    assert page.link("回到首页") == "/"


def test_an_unknown_address_is_told_with_a_way_on(client: FlaskClient) -> None:
    page = read(client, "/nowhere")
    assert page.status == 404
    assert page.one("//h1") == "没有这个页面"


def test_nothing_can_be_sent_to_a_page(client: FlaskClient) -> None:
    response = client.post("/search", data={"q": "信访"})
    assert response.status_code == 405
    assert "GET" in response.headers["Allow"]
    assert "这里只能查看" in response.get_data(as_text=True)


def test_an_unforeseen_error_is_logged_and_answered_without_its_details(
    index: Path, caplog: pytest.LogCaptureFixture
) -> None:
    copy = create_app(settings_for(index))

    def burst() -> str:
        raise ZeroDivisionError("机密的细节")

    copy.add_url_rule("/burst", view_func=burst)
    with caplog.at_level(logging.ERROR):
        page = read(copy.test_client(), "/burst")
    assert page.status == 500
    assert page.one("//h1") == "出了差错"
    assert "机密的细节" not in page.response.get_data(as_text=True)
    assert "机密的细节" in caplog.text


def test_without_an_index_the_page_tells_the_command_and_serves_once_there_is_one(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    client = create_app(settings_for(folder)).test_client()
    for path in ("/", "/search?q=信访", "/passage/x-0"):
        page = read(client, path)
        assert page.status == 503
        assert page.response.headers["Retry-After"] == "30"
        assert page.one("//code") == f"fanwen index 文件夹 --index {folder}"
    make_index(folder, default_analyzer())
    assert read(client, "/").status == 200


def test_a_damaged_index_is_told_with_what_to_do(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder = tmp_path / "index"
    make_index(folder, default_analyzer())
    for generation in (each for each in folder.iterdir() if each.is_dir()):
        shutil.rmtree(generation)
        generation.mkdir()
    page = read(create_app(settings_for(folder)).test_client(), "/search?q=信访")
    assert page.status == 503
    assert page.one("//h1") == "文库暂时用不了"
    assert "fanwen verify" in page.text
    assert caplog.records


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_carries_the_headers_that_keep_it_at_home(client: FlaskClient, path: str) -> None:
    with client.get(path) as response:
        headers = response.headers
    assert {name: headers[name] for name in HEADERS} == HEADERS
    assert "Set-Cookie" not in headers


def test_many_readers_at_once_each_get_their_own_answer(app: Flask) -> None:
    queries = ["红旗户", "猪圈", "锦旗", "漂浮物", "油茶", "板凳会"] * 5

    def marks(query: str) -> set[str]:
        return set(read(app.test_client(), "/search", q=query).all("//p[@class='snippet']/mark"))

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(marks, queries)) == [{query} for query in queries]


def test_a_new_index_is_seen_without_a_restart(tmp_path: Path) -> None:
    app, search = make_app(tmp_path / "index")
    client = app.test_client()
    assert not read(client, "/search", q="粮食烘干").all("//article")
    news = "青石坳村产业情况汇报\n村里新上两座粮食烘干塔，周边六个村的稻谷都送到这里，一季加工一千八百吨。\n"
    index_texts(tmp_path / "index", {"汇报/青石坳村产业情况汇报.txt": news}, default_analyzer())
    assert read(client, "/search", q="粮食烘干").all("//article/h2") == ["青石坳村产业情况汇报"]
    search.close()
