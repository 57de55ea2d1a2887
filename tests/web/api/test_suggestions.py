"""Suggestions while one types."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient


def test_suggestions_have_their_shape(writer: FlaskClient) -> None:
    answer = writer.get("/api/v1/suggest", query_string={"q": "秸秆"})
    assert answer.mimetype == "application/json"
    found = answer.get_json()
    assert found["query"] == "秸秆"
    assert {"text": "秸秆禁烧", "count": 3, "kind": "phrase"} in found["suggestions"]


@pytest.mark.parametrize(
    "query", ["", " ", "龘", "秸" * 2000, "\x00\ud800秸".encode("utf-8", "replace").decode(), "(“-"]
)
def test_nothing_is_suggested_for_what_begins_nothing(writer: FlaskClient, query: str) -> None:
    answer = writer.get("/api/v1/suggest", query_string={"q": query})
    assert answer.status_code == 200
    assert isinstance(answer.get_json()["suggestions"], list)


def test_a_missing_query_is_an_empty_one(writer: FlaskClient) -> None:
    assert writer.get("/api/v1/suggest").get_json() == {"query": "", "suggestions": []}


def test_pages_may_ask_this_server_and_nobody_else(writer: FlaskClient) -> None:
    policy = writer.get("/").headers["Content-Security-Policy"]
    assert "connect-src 'self';" in policy
    assert "default-src 'none'" in policy
