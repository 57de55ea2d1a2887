"""Our own files are compressed for browsers that read that; pages are not."""

from __future__ import annotations

import gzip

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

STYLE = "/static/fanwen.css"
ANY = {"Accept-Encoding": "br, gzip, deflate"}


def got(client: FlaskClient, path: str, **headers: str) -> TestResponse:
    """The answer, read to its end and closed."""
    return client.get(path, headers=headers, buffered=True)


@pytest.mark.parametrize("path", [STYLE, "/static/live.js"])
def test_a_file_is_sent_compressed_and_is_the_same_file(client: FlaskClient, path: str) -> None:
    plain, small = got(client, path), got(client, path, **ANY)
    assert small.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(small.data) == plain.data
    assert int(small.headers["Content-Length"]) == len(small.data) < len(plain.data) / 2
    assert small.mimetype == plain.mimetype


def test_a_browser_that_cannot_read_it_gets_the_file_as_it_is(client: FlaskClient) -> None:
    for accepted in ("", "identity", "gzip;q=0"):
        answer = got(client, STYLE, **{"Accept-Encoding": accepted})
        assert "Content-Encoding" not in answer.headers
        assert answer.text.startswith("/*")
        assert "Accept-Encoding" in answer.headers["Vary"]


def test_a_file_that_the_browser_has_is_not_sent_again(client: FlaskClient) -> None:
    first = got(client, STYLE, **ANY)
    tag = first.headers["ETag"]
    assert tag.startswith("W/")
    again = got(client, STYLE, **ANY, **{"If-None-Match": tag})
    assert again.status_code == 304
    assert not again.data


def test_a_part_of_a_file_is_a_part_of_the_file_as_it_is(client: FlaskClient) -> None:
    part = got(client, STYLE, **ANY, Range="bytes=0-9")
    assert part.status_code == 206
    assert part.data == got(client, STYLE).data[:10]


def test_what_a_reader_typed_is_never_compressed_beside_anything_else(client: FlaskClient) -> None:
    for path in ("/", "/search?q=环境整治", "/nowhere", "/static/nothing.css"):
        assert "Content-Encoding" not in got(client, path, **ANY).headers
