"""What the API refuses, and how it says so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from indexer.errors import IndexDamaged, TooLong
from indexer.search import Search
from tests.web.shelf import settings_for
from web import create_app
from web.api.problems import KINDS
from web.api.shapes import Problem

API = "/api/v1"


def refused(answer: TestResponse, code: str) -> Any:
    """The problem, after a look at what all of them have in common."""
    told = answer.get_json()
    assert answer.mimetype == "application/problem+json"
    assert Problem().validate(told) == {}
    assert (told["code"], told["status"], told["type"]) == (code, answer.status_code, "about:blank")
    assert (KINDS[code].status, KINDS[code].title) == (answer.status_code, told["title"])
    return told


@pytest.mark.parametrize(
    ("query", "name", "reason"),
    [
        ("foo=1", "foo", "没有这个参数"),
        ("Q=环境", "Q", "没有这个参数"),
        ("q=a&q=b", "q", "只能写一次"),
        ("foo=1&foo=2", "foo", "没有这个参数"),
        ("page=0", "page", "应在 1 到 1000 之间"),
        ("page=２", "page", "应为整数"),
        ("page=1_0", "page", "应为整数"),
        ("page=", "page", "应为整数"),
        ("page=1.0", "page", "应为整数"),
        ("per_page=21", "per_page", "应在 1 到 20 之间"),
        ("sort=up", "sort", "应为 relevance、date 之一"),
        ("collapse=yes", "collapse", "应为 true 或 false"),
        ("kind=", "kind", "应有 1 到 300 个字符"),
        ("script=hans&script=all", "script", "应为 hans、hant、unknown 之一"),
        ("year_from=2024&year_to=2020", "year_from", "起始年份不能晚于截止年份"),
        ("q=" + "长" * 257, "q", "最多 256 个字符"),
        ("kind=" + "&kind=".join("甲" * 21), "kind", "最多 20 个"),
    ],
)
def test_a_parameter_that_is_no_use_is_refused_by_name(client: FlaskClient, query: str, name: str, reason: str) -> None:
    told = refused(client.get(f"{API}/search?{query}"), "bad_parameters")
    assert told["parameters"] == [{"name": name, "reason": reason}]
    assert name in told["detail"]


def test_all_that_is_wrong_is_told_at_once(client: FlaskClient) -> None:
    told = refused(client.get(f"{API}/search?q=a&q=b&page=x&foo=1"), "bad_parameters")
    assert {each["name"] for each in told["parameters"]} == {"q", "page", "foo"}


def test_every_operation_refuses_what_it_does_not_know(client: FlaskClient) -> None:
    for path in client.get("/openapi.json").get_json()["paths"]:
        told = refused(client.get(API + path.replace("{id}", "some"), query_string={"callback": "x"}), "bad_parameters")
        assert told["parameters"] == [{"name": "callback", "reason": "没有这个参数"}]


def test_a_query_that_cannot_be_read_is_refused_with_the_place(client: FlaskClient) -> None:
    told = refused(client.get(f"{API}/search", query_string={"q": "环境 年份:abc"}), "bad_query")
    assert (told["start"], told["offsets"]) == (3, "codepoint")
    assert "年份:2023" in told["detail"]


def test_paging_ends_at_the_cap_and_says_so(client: FlaskClient) -> None:
    assert client.get(f"{API}/search?page=250&per_page=4").status_code == 200
    told = refused(client.get(f"{API}/search?page=251&per_page=4"), "too_deep")
    assert told["most"] == 1000
    assert "1000" in told["detail"]


def test_what_is_not_there_is_told_as_a_problem(client: FlaskClient) -> None:
    for path in ("/passages/none", "/passages/none/context", "/passages/none/similar"):
        refused(client.get(API + path), "no_passage")
    for path in ("/documents/none", "/documents/none/outline", "/documents/none/passages"):
        refused(client.get(API + path), "no_document")
    for path in ("/api/", "/api/v1", "/api/v1/", "/api/v2/search", "/api/v1/search/more", "/api/v1/passages/a/b/c"):
        refused(client.get(path), "no_address")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE"])
def test_only_reading_is_served(client: FlaskClient, method: str) -> None:
    answer = client.open(f"{API}/search", method=method)
    refused(answer, "method_not_allowed")
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"


def test_options_tells_what_is_served(client: FlaskClient) -> None:
    answer = client.options(f"{API}/search")
    assert (answer.status_code, answer.data, answer.headers["Allow"]) == (204, b"", "GET, HEAD, OPTIONS")


def test_without_an_index_every_operation_says_when_to_come_back(tmp_path: Path) -> None:
    client = create_app(settings_for(tmp_path / "none")).test_client()
    for path in ("/search", "/suggest", "/stats", "/documents/none"):
        answer = client.get(API + path)
        refused(answer, "no_index")
        assert int(answer.headers["Retry-After"]) > 0
    assert client.get("/api").status_code == 200


@pytest.fixture
def failing(index: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Exception], FlaskClient]]:
    """Makes a client of a service whose search fails in the way that is named."""
    search = Search(folder=index)

    def make(error: Exception) -> FlaskClient:
        def fail(*_: object, **__: object) -> None:
            raise error

        monkeypatch.setattr(search, "search", fail)
        return create_app(settings_for(index), search).test_client()

    yield make
    search.close()


@pytest.mark.usefixtures("app")
def test_what_goes_wrong_within_is_told_and_gives_nothing_away(failing: Callable[[Exception], FlaskClient]) -> None:
    damaged = failing(IndexDamaged("索引 /srv/secret 坏了")).get(f"{API}/search")
    assert "secret" not in refused(damaged, "index_unusable")["detail"]
    assert damaged.headers["Retry-After"] == "30"
    late = failing(TooLong("超过了 2 秒。")).get(f"{API}/search")
    assert refused(late, "too_long")["detail"]
    assert late.headers["Retry-After"] == "2"
    unforeseen = failing(RuntimeError("secret")).get(f"{API}/search")
    assert "secret" not in refused(unforeseen, "internal_error")["detail"]


@pytest.mark.usefixtures("app")
def test_who_may_not_read_is_told_as_a_problem(index: Path) -> None:
    search = Search(folder=index)
    closed = create_app(replace(settings_for(index), access="keys", state=index.parent / "state"), search).test_client()
    answer = closed.get(f"{API}/search")
    refused(answer, "key_required")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert closed.get("/openapi.json").status_code == 200
    search.close()
