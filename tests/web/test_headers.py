"""The headers of every answer, at the level at which public scanners give their best mark."""

from __future__ import annotations

import re
import threading
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import Headers
from werkzeug.serving import make_server

from indexer.state.keys import Keys
from tests.web.reading import read
from web.running.nameless import Nameless

ROOT = Path(__file__).parent.parent.parent
OA = "https://oa.example.lan"

# What securityheaders.com and the HTTP Observatory of Mozilla look for, and what they take for good.
LEVEL = {
    "Content-Security-Policy": r"default-src 'none'; .*base-uri 'none'; frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin|no-referrer",
    "Permissions-Policy": r"clipboard-write=\(self\), ([a-z-]+=\(\), )*[a-z-]+=\(\)",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin|cross-origin",
    "Cache-Control": "no-cache|no-store|private.*|max-age=[0-9]+|public, max-age=[0-9]+|no-cache, max-age=[0-9]+",
    "Strict-Transport-Security": "max-age=31536000",
}
SAMPLES = {"filename": "fanwen.css", "passage_id": "x-0", "document_id": "x"}
BEYOND = (
    "/nowhere",
    "/static/nowhere.css",
    "/api/v1/nowhere",
    "/passage/..%2F..%2Fetc",
    "/search?q=" + "%E6%97%97" * 300,
)

Choosing = Callable[..., Flask]


def everything(app: Flask) -> Iterator[tuple[str, str]]:
    """Method and address of every route, with an example for each part of its path."""
    for rule in app.url_map.iter_rules():
        address = re.sub(r"<(?:[a-z]+(?:\([^)]*\))?:)?([a-z_]+)>", lambda part: SAMPLES.get(part[1], "1"), rule.rule)
        yield from ((method, address) for method in sorted(rule.methods or ()))


def falls_short(headers: Headers) -> list[str]:
    """The headers that are missing or not good enough."""
    return [
        f"{name}: {headers.get(name)}" for name, good in LEVEL.items() if not re.fullmatch(good, headers.get(name, ""))
    ]


def headers_of(client: FlaskClient, path: str, *, method: str = "GET", **options: Any) -> Headers:
    with client.open(path, method=method, **options) as answer:
        return answer.headers


@pytest.mark.parametrize("access", ["open", "keys", "header"])
def test_every_route_answers_with_every_header_whoever_may_read(choosing: Choosing, access: str) -> None:
    told = {"user_header": "X-Remote-User", "trusted_proxies": ("192.0.2.1/32",)} if access == "header" else {}
    app = choosing(access=access, metrics=True, **told)
    client = app.test_client()
    asked = [*everything(app), *(("GET", path) for path in BEYOND)]
    assert len(asked) > 40
    for method, address in asked:
        headers = headers_of(client, address, method=method, base_url="https://localhost")
        assert falls_short(headers) == [], f"{method} {address}"
        assert "unsafe" not in headers["Content-Security-Policy"]


def test_an_unforeseen_error_has_them_too(choosing: Choosing) -> None:
    app = choosing(access="open", per_page=3)
    app.config["PROPAGATE_EXCEPTIONS"] = False

    def burst() -> str:
        raise ZeroDivisionError

    app.add_url_rule("/burst", view_func=burst)
    assert falls_short(headers_of(app.test_client(), "/burst", base_url="https://localhost")) == []


def test_over_plain_http_nothing_is_promised_about_https(client: FlaskClient) -> None:
    assert "Strict-Transport-Security" not in headers_of(client, "/")


def test_python_server_py_does_not_tell_the_version_of_its_server(app: Flask) -> None:
    server = make_server("127.0.0.1", 0, app, request_handler=Nameless)
    thread = threading.Thread(target=server.handle_request)
    thread.start()
    with urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}/", timeout=20) as answer:
        told = answer.headers.get_all("Server")
    thread.join()
    server.server_close()
    assert told == ["fanwen"]
    assert "request_handler=Nameless" in (ROOT / "server.py").read_text(encoding="utf-8")


# Frames


def test_the_page_for_frames_is_framed_by_the_listed_parents_alone(choosing: Choosing) -> None:
    client = choosing(frame_parents=(OA, "http://10.1.2.3:8080")).test_client()
    headers = headers_of(client, "/embed?q=x")
    assert headers["Content-Security-Policy"].endswith("; frame-ancestors https://oa.example.lan http://10.1.2.3:8080")
    assert "X-Frame-Options" not in headers


def test_no_other_page_is_ever_framed(choosing: Choosing) -> None:
    app = choosing(frame_parents=(OA,))
    client = app.test_client()
    for method, address in everything(app):
        if address != "/embed":
            headers = headers_of(client, address, method=method)
            assert headers["Content-Security-Policy"].endswith("frame-ancestors 'none'"), address
            assert headers["X-Frame-Options"] == "DENY", address
    assert headers_of(client, "/embed/")["X-Frame-Options"] == "DENY"


def test_without_listed_parents_nothing_is_framed(client: FlaskClient) -> None:
    headers = headers_of(client, "/embed")
    assert headers["Content-Security-Policy"].endswith("frame-ancestors 'none'")
    assert headers["X-Frame-Options"] == "DENY"


# What other sites load


@pytest.mark.parametrize(
    ("path", "policy"),
    [
        ("/widget.js", "cross-origin"),
        ("/static/widget.js", "cross-origin"),
        ("/static/take.js", "same-origin"),
        ("/", "same-origin"),
        ("/search?q=widget", "same-origin"),
        ("/embed", "same-origin"),
    ],
)
def test_other_sites_load_the_widget_and_nothing_else(client: FlaskClient, path: str, policy: str) -> None:
    assert headers_of(client, path)["Cross-Origin-Resource-Policy"] == policy


# Caches


def test_a_file_of_ours_is_kept_and_asked_after(client: FlaskClient) -> None:
    first = headers_of(client, "/static/fanwen.css")
    assert first["Cache-Control"] == "no-cache"
    with client.get("/static/fanwen.css", headers={"If-None-Match": first["ETag"]}) as answer:
        assert answer.status_code == 304
        assert answer.data == b""
        assert answer.headers["Content-Security-Policy"] == first["Content-Security-Policy"]


def test_what_a_reader_sees_by_a_key_is_kept_for_this_reader_alone(choosing: Choosing, tmp_path: Path) -> None:
    client = choosing(access="keys").test_client()
    sent = {"X-API-Key": Keys(tmp_path / "状态" / "keys.json").make("办公室门户")}
    for path in ("/search?q=信访", "/api/v1/search?q=信访"):
        assert "private" in headers_of(client, path, headers=sent)["Cache-Control"]


def test_no_page_needs_what_its_policy_forbids(client: FlaskClient) -> None:
    for path in ("/", "/search?q=环境整治", "/signin", "/embed", "/nowhere"):
        tree = read(client, path).tree
        assert not tree.xpath("//*[@style] | //style | //script[not(@src)]"), path
