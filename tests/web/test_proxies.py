"""Behind a proxy, under a path of its own: what listed peers tell is believed, from others it is not."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree, html

from tests.waiting import answered
from web.guard.proxies import Listed

ROOT = Path(__file__).parent.parent.parent
PROXY = {"REMOTE_ADDR": "192.0.2.1"}
LISTED = {"access": "open", "trusted_proxies": ("192.0.2.1/32", "10.1.0.0/16")}
TOLD = {
    "X-Forwarded-Prefix": "/oa/fanwen",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "oa.example.lan",
    "X-Forwarded-For": "198.51.100.7",
}
HOME = "https://oa.example.lan/oa/fanwen/"

# Pages that are looked at.
LIMIT = 150

Choosing = Callable[..., Flask]


def seen(app: Flask, told: Mapping[str, str], *, peer: str = "192.0.2.1") -> tuple[str, str | None]:
    """The address of the first page and of the reader, as the application sees them."""
    with app.test_client() as client:
        client.get("/healthz", headers=dict(told), environ_base={"REMOTE_ADDR": peer})
        return request.host_url.rstrip("/") + request.script_root, request.remote_addr


def test_what_a_listed_proxy_tells_is_believed(choosing: Choosing) -> None:
    assert seen(choosing(**LISTED), TOLD) == ("https://oa.example.lan/oa/fanwen", "198.51.100.7")


@pytest.mark.parametrize("peer", ["192.0.2.2", "127.0.0.1", "203.0.113.9", "::1", "", "192.0.2.1.evil"])
def test_what_anybody_else_tells_is_ignored(choosing: Choosing, peer: str) -> None:
    assert seen(choosing(**LISTED), TOLD, peer=peer) == ("http://localhost", peer)


def test_without_listed_proxies_nobody_is_believed(choosing: Choosing) -> None:
    assert seen(choosing(access="open"), TOLD, peer="127.0.0.1") == ("http://localhost", "127.0.0.1")


def test_an_address_of_ipv4_written_as_one_of_ipv6_is_the_same_peer(choosing: Choosing) -> None:
    assert seen(choosing(**LISTED), TOLD, peer="::ffff:192.0.2.1")[0].startswith("https://oa.example.lan")


@pytest.mark.parametrize(
    "prefix",
    [
        "//evil.example",
        "/a//b",
        "fanwen",
        "/范文",
        "/a b",
        "/a?b",
        "/a#b",
        "/a%2fb",
        "/../b",
        "/a/..",
        "/./a",
        "/a\\b",
        "/<script>",
        "/" + "a" * 201,
        "https://evil.example",
        "",
        "/",
    ],
)
def test_a_prefix_of_another_form_is_ignored(choosing: Choosing, prefix: str) -> None:
    told = {"X-Forwarded-Prefix": prefix.encode().decode("latin-1")}
    assert seen(choosing(**LISTED), told)[0] == "http://localhost"


@pytest.mark.parametrize(
    ("prefix", "root"), [("/oa", "/oa"), ("/oa/", "/oa"), ("/a.b-c_d~e/f", "/a.b-c_d~e/f"), ("/..a", "/..a")]
)
def test_a_prefix_is_taken_with_or_without_its_last_slash(choosing: Choosing, prefix: str, root: str) -> None:
    assert seen(choosing(**LISTED), {"X-Forwarded-Prefix": prefix})[0] == f"http://localhost{root}"


@pytest.mark.parametrize(
    "told",
    [
        {"X-Forwarded-Host": "evil.example/path"},
        {"X-Forwarded-Host": "a b"},
        {"X-Forwarded-Host": "user@evil.example"},
        {"X-Forwarded-Host": "evil.example:port"},
        {"X-Forwarded-Host": '"oa.example.lan'},
        {"X-Forwarded-Proto": "javascript"},
        {"X-Forwarded-Proto": "httpsx"},
    ],
)
def test_a_host_or_a_scheme_of_another_form_is_ignored(choosing: Choosing, told: dict[str, str]) -> None:
    assert seen(choosing(**LISTED), told)[0] == "http://localhost"


@pytest.mark.parametrize(
    ("forwarded_for", "reader"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("203.0.113.66, 198.51.100.7", "198.51.100.7"),
        ("198.51.100.7, 10.1.0.7, 10.1.3.4", "198.51.100.7"),
        ("203.0.113.66, 198.51.100.7, 10.1.0.7", "198.51.100.7"),
        ("2001:db8::7", "2001:db8::7"),
        ("10.1.0.9, 10.1.0.7", "10.1.0.9"),
        ('"203.0.113.66, 198.51.100.7', "198.51.100.7"),
        ("unknown", "192.0.2.1"),
        ("", "192.0.2.1"),
        (", ,", "192.0.2.1"),
        ("198.51.100.7," * 3000 + "<b>", "192.0.2.1"),
    ],
)
def test_the_reader_is_the_last_who_is_no_listed_proxy(choosing: Choosing, forwarded_for: str, reader: str) -> None:
    assert seen(choosing(**LISTED), {"X-Forwarded-For": forwarded_for})[1] == reader


@given(st.text(max_size=60))
def test_whatever_is_told_the_reader_is_an_address_or_nothing(text: str) -> None:
    found = Listed(["10.0.0.0/8", "fd00::/8"]).reader(text)
    assert found == "" or Listed(["0.0.0.0/0", "::/0"]).reader(found) == found


@pytest.mark.parametrize("text", ["", "10", "10.0.0", "256.1.1.1", "fe80::1%eth0", "一", "10.0.0.1/8"])
def test_what_is_no_address_is_in_no_list(text: str) -> None:
    assert text not in Listed(["10.0.0.0/8"])


# The whole service below a prefix


def test_every_link_and_every_file_on_every_page_stays_below_the_prefix(choosing: Choosing) -> None:
    pages = dict(crawled(choosing(**LISTED).test_client()))
    kinds = {urlsplit(address).path.removeprefix("/oa/fanwen").split("/")[1] for address in pages}
    assert {"", "search", "passage", "static", "feed.atom", "opensearch.xml"} <= kinds
    assert len(pages) >= LIMIT


def crawled(client: FlaskClient) -> Iterator[tuple[str, str]]:
    """(address, type) of what the first page leads to; each address must be below the prefix, and be there."""
    waiting = [HOME, *(HOME + page for page in ("embed", "api", "openapi.json", "signin", "basket", "search?q=x"))]
    known = set(waiting)
    while waiting:
        address = waiting.pop(0)
        with client.get(address.removeprefix(HOME[:-1]), headers=TOLD, environ_base=PROXY) as answer:
            assert answer.status_code in (200, 302, 303), address
            kind = str(answer.mimetype)
            yield address, kind
            found = {urljoin(address, link) for link in links(answer.get_data(as_text=True), kind)}
            found |= {urljoin(address, answer.headers["Location"])} if "Location" in answer.headers else set()
        assert [link for link in found if not link.startswith(HOME)] == [], address
        # A page of results offers more searches than there are passages; those of a few words are enough.
        fresh = {urldefrag(link).url for link in found if link.count("&") < 2} - known
        fresh = set(sorted(fresh)[: LIMIT - len(known)])
        known |= fresh
        waiting += sorted(fresh)


def links(text: str, mimetype: str) -> Iterator[str]:
    """The addresses in a page, in a feed, in the description of a search box."""
    if mimetype == "text/html":
        for element, _, link, _ in html.document_fromstring(text).iterlinks():
            if not link.startswith("data:") and element.get("rel") != "noopener external":
                yield link
        tree = html.document_fromstring(text)
        yield from (str(link) for link in tree.xpath("//@data-url | //@data-home | //@formaction | //@data-api"))
    elif mimetype.endswith("xml") and "svg" not in mimetype:
        tree = etree.fromstring(text.encode())
        yield from (re.sub(r"\{\w+\??\}", "x", str(link)) for link in tree.xpath("//@href | //@template"))


def test_a_redirect_and_the_cookie_of_the_sign_in_carry_the_prefix(choosing: Choosing, tmp_path: Path) -> None:
    from indexer.state.keys import Keys

    made = Keys(tmp_path / "状态" / "keys.json").make("门户")
    client = choosing(**{**LISTED, "access": "keys"}).test_client()
    options: dict[str, Any] = {"headers": TOLD, "environ_base": PROXY}
    away = client.get("/search?q=x", **options)
    assert away.headers["Location"] == "/oa/fanwen/signin?next=/oa/fanwen/search?q%3Dx"
    back = client.post("/signin", data={"key": made, "next": "/oa/fanwen/search?q=x"}, **options)
    assert back.headers["Location"] == "/oa/fanwen/search?q=x"
    assert back.headers["Set-Cookie"] == f"fanwen_key={made}; Secure; HttpOnly; Path=/oa/fanwen; SameSite=Strict"
    # An address of the host that is not ours.
    for wanted in ("/", "/oa", "/oa/fanwenX", "/oa/other", "/oa/fanwen/../other"):
        back = client.post("/signin", data={"key": made, "next": wanted}, **options)
        assert back.headers["Location"] == "/oa/fanwen/", wanted


def test_the_reader_is_promised_https_where_the_listed_proxy_speaks_it(choosing: Choosing) -> None:
    client = choosing(**LISTED).test_client()
    for peer, promised in (("192.0.2.1", True), ("192.0.2.2", False)):
        with client.get("/", headers=TOLD, environ_base={"REMOTE_ADDR": peer}) as answer:
            assert ("Strict-Transport-Security" in answer.headers) == promised


# Real servers


@pytest.mark.parametrize("listed", ["127.0.0.1", ""])
def test_gunicorn_behind_a_proxy_believes_it_only_where_it_is_listed(index: Path, app: Flask, listed: str) -> None:
    assert app
    sent = {**TOLD, "Script-Name": "/evil"}
    with _gunicorn(index, FANWEN_ACCESS="open", FANWEN_TRUSTED_PROXIES=listed) as address:
        answer = _fetched(address + "/opensearch.xml", sent)
        own = HOME if listed else address + "/"
        assert f'template="{own}search?q=' in answer[1]
        assert ("strict-transport-security" in answer[0]) == bool(listed)
        assert answer[0]["server"] == "gunicorn"


@contextmanager
def _gunicorn(index: Path, **settings: str) -> Iterator[str]:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
    environ = {**os.environ, "FANWEN_INDEX": str(index), **settings}
    options = ["--bind", f"127.0.0.1:{port}", "--config", "file:web/running/serving.py"]
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", *options, "server:app"],
        cwd=ROOT,
        env=environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=20)


def _fetched(address: str, headers: Mapping[str, str]) -> tuple[dict[str, str], str]:
    """Headers, with small names, and text."""
    request = urllib.request.Request(address, headers=dict(headers))  # noqa: S310 - our own server
    with answered(lambda: urllib.request.urlopen(request, timeout=30)) as answer:  # noqa: S310 - the same
        return {name.lower(): value for name, value in answer.headers.items()}, answer.read().decode()
