"""Who may read: nothing chosen, open, by key, by a user whom a proxy names."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from indexer.errors import SettingsError
from indexer.search import Search, SearchRequest
from indexer.state.keys import Keys
from tests.waiting import answered
from tests.web.shelf import settings_for
from web import create_blueprint
from web.guard.reader import reader

ROOT = Path(__file__).parent.parent.parent
STRANGER = {"REMOTE_ADDR": "203.0.113.9"}
FREE = (
    "/healthz",
    "/readyz",
    "/static/fanwen.css",
    "/widget.js",
    "/embed",
    "/opensearch.xml",
    "/openapi.json",
    "/api",
    "/signin",
)
CLOSED = ("/", "/search?q=环境整治", "/passage/x-0", "/feed.atom", "/api/v1/search?q=环境整治")

Choosing = Callable[..., Flask]


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return Keys(tmp_path / "状态" / "keys.json")


def words(client: FlaskClient, path: str, **options: Any) -> tuple[int, str]:
    """Status and text of an answer."""
    with client.get(path, **options) as answer:
        return answer.status_code, answer.get_data(as_text=True)


# Nothing chosen


def test_with_nothing_chosen_this_machine_reads_under_its_own_names(choosing: Choosing) -> None:
    client = choosing().test_client()
    for host in ("localhost", "localhost:8000", "127.0.0.1:8000", "[::1]:8000", "fanwen.localhost"):
        assert words(client, "/", headers={"Host": host})[0] == 200, host
    for peer in ("127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"):
        assert words(client, "/", environ_base={"REMOTE_ADDR": peer})[0] == 200, peer


@pytest.mark.parametrize("path", CLOSED)
@pytest.mark.parametrize(
    "asked",
    [
        {"environ_base": STRANGER},
        {"environ_base": {"REMOTE_ADDR": ""}},
        {"headers": {"X-Forwarded-For": "203.0.113.9"}},
        {"headers": {"X-Forwarded-For": "127.0.0.1"}},
        {"headers": {"Forwarded": "for=203.0.113.9"}},
        {"headers": {"X-Real-IP": "203.0.113.9"}},
        {"headers": {"Host": "rebound.example.com"}},
    ],
    ids=["stranger", "unknown", "passed on", "passed on by ourselves", "Forwarded", "X-Real-IP", "rebound name"],
)
def test_with_nothing_chosen_strangers_are_refused_and_the_operator_is_told_what_to_set(
    choosing: Choosing, path: str, asked: dict[str, Any]
) -> None:
    status, text = words(choosing().test_client(), path, **asked)
    assert status == 403
    for choice in ("open", "keys", "header"):
        assert f"access = {choice}" in text.replace("&#34;", "").replace('\\"', "").replace('"', "")


def test_with_nothing_chosen_a_listed_proxy_brings_no_strangers_in(choosing: Choosing) -> None:
    client = choosing(trusted_proxies=("127.0.0.1/32",)).test_client()
    for told in ({"X-Forwarded-For": "203.0.113.9"}, {"X-Forwarded-For": "未知"}, {"X-Forwarded-Proto": "https"}):
        assert words(client, "/", headers=told)[0] == 403


def test_with_nothing_chosen_the_admin_side_is_for_this_machine_too(choosing: Choosing) -> None:
    client = choosing().test_client()
    assert words(client, "/admin/", environ_base=STRANGER)[0] == 403
    assert words(client, "/admin/")[0] in (200, 302, 303)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "8.8.8.8", "no-such-host.invalid", ""])  # noqa: S104
def test_no_application_is_made_for_a_host_that_strangers_reach_with_nothing_chosen(
    choosing: Choosing, host: str
) -> None:
    with pytest.raises(SettingsError, match="要先定好谁可以看"):
        choosing(host=host)
    assert choosing(host=host, access="open")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "localhost", "::1", "[::1]"])
def test_a_loopback_host_needs_no_choice(choosing: Choosing, host: str) -> None:
    assert choosing(host=host)


# Open


def test_open_means_everybody_with_or_without_a_proxy_and_no_cookie(choosing: Choosing) -> None:
    client = choosing(access="open").test_client()
    for path in ("/", "/search?q=环境整治", "/api/v1/search?q=环境整治"):
        with client.get(path, environ_base=STRANGER, headers={"X-Forwarded-For": "198.51.100.1"}) as answer:
            assert answer.status_code == 200
            assert "Set-Cookie" not in answer.headers


# By key


@pytest.mark.parametrize("header", ["Authorization", "X-API-Key"])
def test_a_good_key_opens_the_api_and_the_pages(choosing: Choosing, keys: Keys, header: str) -> None:
    client = choosing(access="keys").test_client()
    made = keys.make("办公室门户")
    sent = {header: f"Bearer {made}" if header == "Authorization" else made}
    for path in ("/api/v1/search?q=环境整治", "/search?q=环境整治"):
        with client.get(path, headers=sent, environ_base=STRANGER) as answer:
            assert answer.status_code == 200
            assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "sent", [{}, {"Authorization": "Bearer fw_1"}, {"X-API-Key": "x"}, {"Authorization": "Basic eA=="}]
)
def test_a_program_without_a_good_key_is_told_what_to_send(choosing: Choosing, sent: dict[str, str]) -> None:
    client = choosing(access="keys").test_client()
    for path in ("/api/v1/search?q=环境整治", "/api/v1/stats", "/feed.atom"):
        with client.get(path, headers=sent) as answer:
            assert answer.status_code == 401
            assert answer.headers["WWW-Authenticate"].startswith('Bearer realm="fanwen"')
            assert answer.mimetype == "application/problem+json"
            told = answer.get_json()
            assert (told["status"], told["code"]) == (401, "key_required")
            assert "X-API-Key" in told["detail"]


def test_a_revoked_key_opens_nothing_any_more(choosing: Choosing, keys: Keys) -> None:
    client = choosing(access="keys").test_client()
    sent = {"X-API-Key": keys.make("办公室门户")}
    assert words(client, "/search?q=信访", headers=sent)[0] == 200
    keys.revoke(keys.listed()[0].id)
    assert words(client, "/search?q=信访", headers=sent)[0] == 303


def test_whoever_reads_is_known_by_the_name_of_the_key(choosing: Choosing, keys: Keys) -> None:
    app = choosing(access="keys")
    with app.test_client() as client:
        client.get("/search?q=信访", headers={"X-API-Key": keys.make("办公室门户")})
        assert reader() == "办公室门户"
        client.get("/healthz")
        assert reader() == ""


@pytest.mark.parametrize("access", ["", "open", "keys", "header"])
def test_what_holds_nothing_of_the_library_is_free_whatever_was_chosen(choosing: Choosing, access: str) -> None:
    told = {"user_header": "X-Remote-User", "trusted_proxies": ("192.0.2.1/32",)} if access == "header" else {}
    client = choosing(access=access, **told).test_client()
    for path in FREE:
        assert words(client, path, environ_base=STRANGER)[0] in (200, 503), path
    assert "环境整治" not in words(client, "/embed", environ_base=STRANGER)[1]


STRANGERS: list[tuple[str, dict[str, object]]] = [
    ("", {}),
    ("keys", {}),
    ("header", {"user_header": "X-Remote-User", "trusted_proxies": ("192.0.2.1/32",)}),
]


@pytest.mark.parametrize(("access", "told"), STRANGERS)
def test_what_is_free_tells_strangers_nothing_of_the_library(
    choosing: Choosing, searching: Search, access: str, told: dict[str, object]
) -> None:
    client = choosing(access=access, **told).test_client()
    (hit,) = searching.search(SearchRequest(per_page=1)).hits
    page = words(client, "/api", environ_base=STRANGER)[1]
    assert "/api/v1/stats" in page
    assert hit.record.id not in page
    assert hit.record.document_id not in page
    assert client.get("/readyz", environ_base=STRANGER).get_json() == {
        "ready": True,
        "dictionary": True,
        "index": True,
        "generation": 1,
    }


def test_what_is_free_tells_more_to_who_may_read(choosing: Choosing, searching: Search, keys: Keys) -> None:
    (hit,) = searching.search(SearchRequest(per_page=1)).hits
    asked: list[tuple[FlaskClient, dict[str, Any]]] = [
        (choosing().test_client(), {}),
        (choosing(access="open").test_client(), {"environ_base": STRANGER}),
        (choosing(access="keys").test_client(), {"headers": {"X-API-Key": keys.make("办公室门户")}}),
    ]
    for client, sent in asked:
        assert hit.record.id in words(client, "/api", **sent)[1]
        assert client.get("/readyz", **sent).get_json()["passages"] > 10


def test_keys_that_strangers_could_have_written_let_nobody_in(choosing: Choosing, keys: Keys) -> None:
    client = choosing(access="keys").test_client()
    sent = {"X-API-Key": keys.make("办公室门户")}
    keys.path.chmod(0o666)
    status, text = words(client, "/search?q=信访", headers=sent)
    assert status == 503
    assert "核对不了密钥" in text
    assert words(client, "/api/v1/search?q=信访", headers=sent)[0] == 503


# By a proxy


HEADER = {"access": "header", "user_header": "X-Remote-User", "trusted_proxies": ("192.0.2.1/32",)}


def test_a_listed_proxy_names_the_reader(choosing: Choosing) -> None:
    with choosing(**HEADER).test_client() as client:
        sent = {"X-Remote-User": "张三".encode().decode("latin-1"), "X-Forwarded-For": "198.51.100.1"}
        assert words(client, "/search?q=信访", headers=sent, environ_base={"REMOTE_ADDR": "192.0.2.1"})[0] == 200
        assert reader() == "张三"


@pytest.mark.parametrize(
    ("sent", "peer"),
    [
        ({"X-Remote-User": "zhangsan"}, "127.0.0.1"),
        ({"X-Remote-User": "zhangsan"}, "203.0.113.9"),
        ({"X-Remote-User": "zhangsan", "X-Forwarded-For": "192.0.2.1"}, "203.0.113.9"),
        ({}, "192.0.2.1"),
        ({"X-Remote-User": ""}, "192.0.2.1"),
        ({"X-Remote-User": " "}, "192.0.2.1"),
        ({"X-Remote-User": "admin, zhangsan"}, "192.0.2.1"),
        ({"X-Remote-User": "x" * 201}, "192.0.2.1"),
        ({"Remote-User": "zhangsan"}, "192.0.2.1"),
    ],
)
def test_a_name_from_elsewhere_and_no_name_are_refused(choosing: Choosing, sent: dict[str, str], peer: str) -> None:
    client = choosing(**HEADER).test_client()
    for path in CLOSED:
        assert words(client, path, headers=sent, environ_base={"REMOTE_ADDR": peer})[0] == 403, path


@pytest.mark.parametrize("missing", ["user_header", "trusted_proxies"])
def test_a_header_without_its_name_or_its_proxies_is_no_choice(choosing: Choosing, missing: str) -> None:
    with pytest.raises(SettingsError, match=f"还缺 {missing}"):
        choosing(**{**HEADER, missing: ""})


# In a portal


def test_a_portal_that_mounts_the_service_has_the_same_fence(
    index: Path, app: Flask, tmp_path: Path, keys: Keys
) -> None:
    assert app
    portal = Flask("portal")
    settings = replace(settings_for(index), state=tmp_path / "状态", access="keys")
    portal.register_blueprint(create_blueprint(settings), url_prefix="/文库")
    client = portal.test_client()
    answer = client.get("/文库/search?q=x")
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/%E6%96%87%E5%BA%93/signin?next=")
    answer = client.post(answer.headers["Location"], data={"key": keys.make("门户")})
    assert answer.headers["Location"] == "/%E6%96%87%E5%BA%93/search?q=x"
    assert "Path=/%E6%96%87%E5%BA%93;" in answer.headers["Set-Cookie"] or 'Path="/文库"' in answer.headers["Set-Cookie"]
    assert words(client, "/文库/healthz")[0] == 200


# Real servers


def test_gunicorn_on_any_address_with_nothing_chosen_answers_nobody_but_this_machine(index: Path, app: Flask) -> None:
    assert app
    with _started("-m", "gunicorn", "--bind", "127.0.0.1:{port}", "server:app", index=index) as fetch:
        assert fetch("/")[0] == 200
        status, text = fetch("/", "X-Forwarded-For: 203.0.113.9")
        assert status == 403
        assert "还没有设定谁可以看" in text
        assert fetch("/", "Host: rebound.example.com")[0] == 403


def test_server_py_does_not_start_on_a_public_host_with_nothing_chosen(index: Path) -> None:
    environ = {**os.environ, "FANWEN_INDEX": str(index), "FANWEN_HOST": "0.0.0.0"}  # noqa: S104
    done = subprocess.run(
        [sys.executable, "server.py"], cwd=ROOT, env=environ, capture_output=True, timeout=60, check=False
    )
    assert done.returncode != 0
    assert "要先定好谁可以看" in done.stderr.decode()


@contextmanager
def _started(*command: str, index: Path, **settings: str) -> Iterator[Callable[..., tuple[int, str]]]:
    """A server in a process of its own; what is given asks it, with header lines, for status and text."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
    environ = {**os.environ, "FANWEN_INDEX": str(index), "FANWEN_PORT": str(port), **settings}
    arguments = [sys.executable, *(part.format(port=port) for part in command)]
    process = subprocess.Popen(arguments, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def fetch(path: str, *lines: str) -> tuple[int, str]:
        return _fetched(port, path, lines)

    try:
        yield fetch
    finally:
        process.terminate()
        process.wait(timeout=20)


def _fetched(port: int, path: str, lines: tuple[str, ...]) -> tuple[int, str]:
    host = () if any(line.startswith("Host:") for line in lines) else (f"Host: 127.0.0.1:{port}",)
    request = "\r\n".join([f"GET {path} HTTP/1.1", *host, *lines, "Connection: close", "", ""]).encode()
    with answered(lambda: socket.create_connection(("127.0.0.1", port), timeout=30)) as line:
        line.sendall(request)
        answer = b"".join(iter(lambda: line.recv(65536), b""))
    return int(answer.split()[1]), answer.decode()
