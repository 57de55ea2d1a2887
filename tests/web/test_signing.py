"""Signing in with a key: what the cookie is, where it leads, how often it may fail."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html

from indexer.state.keys import Keys
from tests.web.reading import read

Choosing = Callable[..., Flask]


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return Keys(tmp_path / "状态" / "keys.json")


def status(client: FlaskClient, path: str) -> int:
    with client.get(path) as answer:
        return answer.status_code


def test_a_person_without_a_key_is_asked_for_it_and_then_brought_where_they_wanted(
    choosing: Choosing, keys: Keys
) -> None:
    client = choosing(access="keys").test_client()
    wanted = "/search?q=%E7%8E%AF%E5%A2%83%E6%95%B4%E6%B2%BB&page=2"
    form = client.get(wanted, follow_redirects=True)
    tree = html.document_fromstring(form.get_data(as_text=True))
    (into,) = tree.xpath("//form[@method='post']")
    fields = {name: value or "" for name, value in into.form_values()} | {"key": keys.make("办公室门户")}
    answer = client.post(into.get("action"), data=fields)
    assert (answer.status_code, answer.headers["Location"]) == (303, wanted)
    page = read(client, answer.headers["Location"])
    assert page.status == 200
    assert page.tree.xpath("//button[@form=//form[@action='/signout']/@id]/text()") == ["退出登录"]


def test_the_cookie_is_for_this_service_alone_and_no_script_reads_it(choosing: Choosing, keys: Keys) -> None:
    client = choosing(access="keys").test_client()
    made = keys.make("办公室门户")
    plain = client.post("/signin", data={"key": made}).headers["Set-Cookie"]
    assert plain == f"fanwen_key={made}; HttpOnly; Path=/; SameSite=Strict"
    safe = client.post("/signin", data={"key": made}, base_url="https://localhost").headers["Set-Cookie"]
    assert safe == f"fanwen_key={made}; Secure; HttpOnly; Path=/; SameSite=Strict"


def test_signing_out_takes_the_key_out_of_the_browser(choosing: Choosing, keys: Keys) -> None:
    client = choosing(access="keys").test_client()
    client.post("/signin", data={"key": keys.make("办公室门户")})
    assert status(client, "/") == 200
    assert client.post("/signout").headers["Location"] == "/signin"
    assert status(client, "/") == 303
    assert status(client, "/signout") == 405


def test_a_wrong_key_is_told_and_nothing_is_kept(choosing: Choosing, keys: Keys) -> None:
    client = choosing(access="keys").test_client()
    keys.make("办公室门户")
    answer = client.post("/signin", data={"key": "fw_12345678_" + "a" * 43, "next": "/search?q=信访"})
    assert answer.status_code == 403
    assert "Set-Cookie" not in answer.headers
    page = html.document_fromstring(answer.get_data(as_text=True))
    assert "没有这个密钥" in page.xpath("//p[@role='alert']")[0].text_content()
    assert page.xpath("//input[@name='next']/@value") == ["/search?q=信访"]
    assert not page.xpath("//input[@name='key']/@value")


def test_failed_tries_are_limited_by_address_and_a_good_key_never_waits(choosing: Choosing, keys: Keys) -> None:
    app = choosing(access="keys")
    made = keys.make("办公室门户")

    def tried(key: str, *, peer: str) -> int:
        answer = app.test_client().post("/signin", data={"key": key}, environ_base={"REMOTE_ADDR": peer})
        if answer.status_code == 429:
            assert 0 < int(answer.headers["Retry-After"]) <= 60
        return answer.status_code

    assert {tried(made, peer="198.51.100.1") for _ in range(15)} == {303}
    assert [tried("错", peer="198.51.100.1") for _ in range(11)] == [403] * 10 + [429]
    # Somebody else behind the same address, whose key is good.
    assert tried(made, peer="198.51.100.1") == 303
    assert tried("错", peer="198.51.100.1") == 429
    assert tried("错", peer="198.51.100.2") == 403
    # A line of IPv6 has 64 bits to itself.
    assert [tried("错", peer=f"2001:db8::{number}") for number in range(1, 12)] == [403] * 10 + [429]
    assert tried("错", peer="2001:db8:0:1::1") == 403


def test_keys_that_cannot_be_checked_are_told_without_their_place(
    choosing: Choosing, keys: Keys, tmp_path: Path
) -> None:
    client = choosing(access="keys").test_client()
    made = keys.make("办公室门户")
    keys.path.chmod(0o666)
    client.set_cookie("fanwen_key", made)
    for answer in (client.get("/signin"), client.post("/signin", data={"key": made})):
        page = answer.get_data(as_text=True)
        assert answer.status_code == 503
        assert "核对不了密钥" in page
        assert str(tmp_path) not in page


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/%2F/evil.example",
        "/%5Cevil.example",
        "///evil.example",
        "/a//evil.example",
        "javascript:alert(1)",
        "/../evil",
        "/%2e%2e/evil",
        "/search\r\nSet-Cookie: x=1",
        "\t//evil.example",
        "evil",
        "http:evil.example",
        "//[",
        "/search?q=" + "x" * 3000,
        "",
    ],
)
def test_signing_in_leads_nowhere_else(choosing: Choosing, keys: Keys, wanted: str) -> None:
    client = choosing(access="keys").test_client()
    answer = client.post("/signin", data={"key": keys.make("办公室门户"), "next": wanted})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    # And so does the form of somebody who has signed in.
    answer = client.get("/signin", query_string={"next": wanted})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")


@pytest.mark.parametrize(
    "sent", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"}]
)
def test_no_other_site_signs_a_reader_in_or_out(choosing: Choosing, keys: Keys, sent: dict[str, str]) -> None:
    client = choosing(access="keys").test_client()
    made = keys.make("办公室门户")
    assert client.post("/signin", data={"key": made}, headers=sent).status_code == 403
    client.post("/signin", data={"key": made})
    client.post("/signout", headers=sent)
    assert status(client, "/") == 200


def test_who_comes_by_a_link_of_the_portal_is_not_asked_again(choosing: Choosing, keys: Keys) -> None:
    client = choosing(access="keys").test_client()
    made = keys.make("办公室门户")
    # A browser keeps a strict cookie back here, and sends it with the next step, which our own page takes.
    arriving = read(client, "/search", q="信访")
    assert arriving.status == 303
    page = client.get("/search?q=x", headers={"Sec-Fetch-Site": "cross-site"})
    (step,) = html.document_fromstring(page.get_data(as_text=True)).xpath("//meta[@http-equiv='refresh']/@content")
    assert step == "0; url=/signin?next=/search?q%3Dx"
    client.set_cookie("fanwen_key", made)
    onwards = client.get(step.partition("url=")[2], headers={"Sec-Fetch-Site": "same-origin"})
    assert (onwards.status_code, onwards.headers["Location"]) == (303, "/search?q=x")


def test_a_large_form_is_not_read(choosing: Choosing) -> None:
    client = choosing(access="keys").test_client()
    assert client.post("/signin", data={"key": "x" * 100_000}).status_code == 413
