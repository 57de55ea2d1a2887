"""The API for the pages of listed origins, and for no others."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import Headers

OA = "https://oa.example.lan"
SIX = "http://[fd00::7]:8080"
SEARCH = "/api/v1/search?q=环境整治"


@pytest.fixture
def listed(choosing: Callable[..., Flask]) -> FlaskClient:
    return choosing(cors_origins=(OA, SIX)).test_client()


def headers_of(client: FlaskClient, path: str, *, origin: str = "", method: str = "GET", **asked: str) -> Headers:
    """The headers of the answer to a page of *origin*."""
    sent = {
        **({"Origin": origin} if origin else {}),
        **{name.replace("_", "-"): value for name, value in asked.items()},
    }
    with client.open(path, method=method, headers=sent) as answer:
        return answer.headers


def granted(headers: Headers) -> Iterator[str]:
    """The names of all headers that let a browser hand something over."""
    return (name for name in headers.keys() if name.startswith("Access-Control-"))  # noqa: SIM118 - not a dict


@pytest.mark.parametrize("origin", [OA, SIX])
@pytest.mark.parametrize("path", [SEARCH, "/api/v1/stats", "/openapi.json", "/api/v1/search?q="])
def test_a_page_of_a_listed_origin_may_read_the_api_and_no_cookie_is_part_of_it(
    listed: FlaskClient, path: str, origin: str
) -> None:
    headers = headers_of(listed, path, origin=origin)
    assert headers["Access-Control-Allow-Origin"] == origin
    assert "Origin" in headers["Vary"]
    assert set(headers["Access-Control-Expose-Headers"].split(", ")) == {"ETag", "Retry-After"}
    assert "Access-Control-Allow-Credentials" not in headers


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "http://oa.example.lan",
        "https://oa.example.lan.evil.example",
        "https://oaXexample.lan",
        "https://oa.example.lan:8443",
        "null",
        "*",
    ],
)
def test_a_page_of_another_origin_gets_no_header_but_caches_are_told_that_it_matters(
    listed: FlaskClient, origin: str
) -> None:
    for method in ("GET", "OPTIONS"):
        headers = headers_of(listed, SEARCH, origin=origin, method=method, Access_Control_Request_Method="GET")
        assert list(granted(headers)) == []
        assert "Origin" in headers["Vary"]


def test_who_asks_without_an_origin_gets_no_header_but_caches_are_told(listed: FlaskClient) -> None:
    headers = headers_of(listed, SEARCH)
    assert list(granted(headers)) == []
    assert "Origin" in headers["Vary"]


def test_a_preflight_is_answered_at_once_and_lets_a_key_be_sent(choosing: Callable[..., Flask]) -> None:
    client = choosing(cors_origins=(OA,), access="keys").test_client()
    sent = {"Access_Control_Request_Method": "GET", "Access_Control_Request_Headers": "authorization"}
    headers = headers_of(client, SEARCH, origin=OA, method="OPTIONS", **sent)
    assert headers["Access-Control-Allow-Origin"] == OA
    assert "GET" in headers["Access-Control-Allow-Methods"]
    assert {"Authorization", "Fanwen-Typing", "X-API-Key"} <= set(headers["Access-Control-Allow-Headers"].split(", "))
    assert int(headers["Access-Control-Max-Age"]) > 0


def test_a_page_of_a_listed_origin_can_read_why_it_was_refused(choosing: Callable[..., Flask]) -> None:
    client = choosing(cors_origins=(OA,), access="keys").test_client()
    with client.get(SEARCH, headers={"Origin": OA}) as answer:
        assert answer.status_code == 401
        assert answer.headers["Access-Control-Allow-Origin"] == OA


@pytest.mark.parametrize(
    "path", ["/", "/search?q=环境整治", "/embed", "/signin", "/healthz", "/static/fanwen.css", "/x"]
)
def test_nothing_but_the_api_is_shared(listed: FlaskClient, path: str) -> None:
    for method in ("GET", "OPTIONS"):
        headers = headers_of(listed, path, origin=OA, method=method, Access_Control_Request_Method="GET")
        assert list(granted(headers)) == []


def test_the_widget_may_be_loaded_as_a_module_by_a_listed_origin(listed: FlaskClient) -> None:
    assert headers_of(listed, "/widget.js", origin=OA)["Access-Control-Allow-Origin"] == OA


def test_by_default_nothing_is_shared_with_anybody(client: FlaskClient) -> None:
    for method in ("GET", "OPTIONS"):
        headers = headers_of(client, SEARCH, origin=OA, method=method, Access_Control_Request_Method="GET")
        assert list(granted(headers)) == []
