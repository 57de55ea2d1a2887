"""Who comes in, how long, and what ends it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from flask import Flask

from indexer.analysis import Analyzer
from indexer.config import Settings
from indexer.search import Search
from indexer.state.keys import Keys
from tests.web.admin.minding import Minder
from web import create_app
from web.admin.sessions import SECRET_FILE
from web.admin.signing import FAILURES_OF_ALL, FAILURES_OF_ONE

PAGES = ("/admin/", "/admin/upload")
WRONG = "fw_00000000_" + "x" * 43


def cookie(minder: Minder) -> str:
    found = minder.client.get_cookie("fanwen_admin", path="/admin")
    return found.value if found else ""


@pytest.mark.parametrize("path", PAGES)
def test_a_stranger_is_led_to_the_sign_in_and_on_from_there(stranger: Minder, key: str, path: str) -> None:
    response = stranger.client.get(path)
    assert response.status_code == 302
    assert response.location.startswith("/admin/signin?next=")
    answer = stranger.client.post(response.location, data={"key": key})
    assert answer.location == path


def test_where_there_is_no_admin_key_the_page_tells_the_command(stranger: Minder, keys: Keys) -> None:
    keys.make("门户", role="read")
    page = stranger.open("/admin/signin")
    assert page.one("//code") == "fanwen keys add 名称 --admin"
    assert not page.tree.xpath("//input[@name='key']")


def test_the_cookie_is_for_this_side_of_this_service_alone(stranger: Minder, key: str) -> None:
    told = stranger.sign_in(key).headers["Set-Cookie"]
    assert "Path=/admin;" in told
    assert "HttpOnly" in told
    assert "SameSite=Strict" in told
    assert "Max-Age=28800" in told
    assert "Secure" not in told
    answer = stranger.client.post("/admin/signin", data={"key": key}, base_url="https://fanwen.example.lan")
    assert "Secure" in answer.headers["Set-Cookie"]


@pytest.mark.usefixtures("key")
@pytest.mark.parametrize("given", ["", WRONG, "fw_", "密" * 300, "' OR 1=1 --"])
def test_a_wrong_key_opens_nothing_and_is_not_repeated(stranger: Minder, given: str) -> None:
    answer = stranger.sign_in(given)
    assert answer.status_code == 403
    assert "没有这个密钥" in answer.text
    assert not given or given not in answer.text
    assert "Set-Cookie" not in answer.headers


@pytest.mark.usefixtures("key")
def test_a_key_for_reading_does_not_open_the_admin_side(stranger: Minder, keys: Keys) -> None:
    answer = stranger.sign_in(keys.make("门户", role="read"))
    assert answer.status_code == 403
    assert "检索用的密钥" in answer.text
    assert stranger.client.get("/admin/").status_code == 302


def test_nothing_of_the_admin_side_is_kept_by_a_browser(minder: Minder) -> None:
    for path in (*PAGES, "/admin/signin"):
        assert minder.open(path).response.headers["Cache-Control"] == "no-store"


@pytest.mark.usefixtures("key")
def test_after_too_many_wrong_keys_one_has_to_wait(stranger: Minder) -> None:
    for _ in range(FAILURES_OF_ONE):
        assert stranger.sign_in(WRONG).status_code == 403
    answer = stranger.sign_in(WRONG)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 600
    assert "输错密钥的次数太多" in answer.text
    elsewhere = Minder(stranger.client.application.test_client())
    elsewhere.client.environ_base["REMOTE_ADDR"] = "10.9.8.7"
    assert elsewhere.sign_in(WRONG).status_code == 403


def test_who_knows_the_key_may_sign_in_as_often_as_needed(stranger: Minder, key: str) -> None:
    for _ in range(FAILURES_OF_ONE + 5):
        assert stranger.sign_in(key).status_code == 302


def test_many_who_try_from_everywhere_are_slowed_down_together_and_keep_nobody_out(app: Flask, key: str) -> None:
    client = app.test_client()
    for number in range(FAILURES_OF_ALL):
        client.environ_base["REMOTE_ADDR"] = f"10.1.{number // 200}.{number % 200}"
        assert client.post("/admin/signin", data={"key": WRONG}).status_code == 403
    client.environ_base["REMOTE_ADDR"] = "10.2.0.1"
    assert client.post("/admin/signin", data={"key": WRONG}).status_code == 429
    assert client.post("/admin/signin", data={"key": key}).status_code == 302


@pytest.mark.usefixtures("key")
def test_one_who_owns_an_ipv6_network_is_one(app: Flask) -> None:
    client = app.test_client()
    for number in range(FAILURES_OF_ONE):
        client.environ_base["REMOTE_ADDR"] = f"2001:db8:1:2::{number:x}"
        assert client.post("/admin/signin", data={"key": WRONG}).status_code == 403
    client.environ_base["REMOTE_ADDR"] = "2001:db8:1:2:ffff::1"
    assert client.post("/admin/signin", data={"key": WRONG}).status_code == 429


@pytest.mark.usefixtures("key")
def test_the_bound_holds_for_all_workers_together(settings: Settings, app: Flask, analyzer: Analyzer) -> None:
    workers = [app.test_client(), create_app(settings, Search(folder=settings.index, analyzer=analyzer)).test_client()]
    for number in range(FAILURES_OF_ONE):
        assert workers[number % 2].post("/admin/signin", data={"key": WRONG}).status_code == 403
    assert {worker.post("/admin/signin", data={"key": WRONG}).status_code for worker in workers} == {429}


def test_another_worker_knows_the_session(settings: Settings, minder: Minder, analyzer: Analyzer) -> None:
    other = create_app(settings, Search(folder=settings.index, analyzer=analyzer)).test_client()
    other.set_cookie("fanwen_admin", cookie(minder), path="/admin")
    assert other.get("/admin/upload").status_code == 200


def test_a_session_ends_when_its_key_is_revoked(minder: Minder, keys: Keys) -> None:
    assert minder.open("/admin/upload").status == 200
    keys.revoke(keys.listed()[0].id)
    assert minder.client.get("/admin/upload").status_code == 302
    refused = minder.client.post("/admin/upload", data={})
    assert refused.status_code == 403
    assert "登录已经过期" in refused.text


def test_signing_out_ends_the_session_for_copies_of_its_cookie_too(minder: Minder) -> None:
    kept = cookie(minder)
    assert minder.post("/admin/signout").response.location == "/admin/signin"
    assert cookie(minder) == ""
    minder.client.set_cookie("fanwen_admin", kept, path="/admin")
    assert minder.client.get("/admin/").status_code == 302


def test_a_session_lives_on_while_it_is_used_and_ends_eight_hours_after(
    stranger: Minder, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time()
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: now)
    stranger.sign_in(key)
    for hours in (7, 14, 21):
        monkeypatch.setattr("itsdangerous.timed.time.time", lambda hours=hours: now + hours * 3600)
        assert stranger.client.get("/admin/upload").status_code == 200
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: now + 29.1 * 3600)
    assert stranger.client.get("/admin/upload").status_code == 302


@pytest.mark.usefixtures("key")
@pytest.mark.parametrize("given", ["", "x", "WyJhIiwiYiJd.aaaa.bbbb", "密", "A" * 5000])
def test_a_cookie_that_we_did_not_write_is_none(stranger: Minder, given: str) -> None:
    response = stranger.client.get("/admin/", headers={"Cookie": f"fanwen_admin={given}".encode().decode("latin-1")})
    assert response.status_code == 302


def test_the_secret_is_for_its_owner_alone_and_who_removes_it_ends_all_sessions(
    minder: Minder, settings: Settings
) -> None:
    secret: Path = settings.state / SECRET_FILE
    assert secret.stat().st_mode & 0o777 == 0o600
    assert len(secret.read_bytes()) == 32
    secret.unlink()
    assert minder.client.get("/admin/").status_code == 302


@pytest.mark.parametrize("wanted", ["https://elsewhere.example", "//elsewhere.example", "../../x", "signout"])
def test_after_signing_in_nobody_is_led_elsewhere(stranger: Minder, key: str, wanted: str) -> None:
    answer = stranger.client.post("/admin/signin", data={"key": key, "next": wanted})
    assert answer.location == "/admin/"


def test_keys_that_cannot_be_read_are_told_to_strangers_without_their_place(app: Flask, key: str, keys: Keys) -> None:
    assert key
    keys.path.chmod(0o666)
    page = Minder(app.test_client()).open("/admin/signin")
    assert page.status == 503
    assert str(keys.path.parent) not in page.text


def test_a_state_folder_that_cannot_be_used_is_told_without_its_place(settings: Settings, app: Flask) -> None:
    settings.state.write_text("a file where the folder should be", encoding="utf-8")
    page = Minder(app.test_client()).open("/admin/signin")
    assert page.status == 503
    assert "详情已记入日志" in page.text
    assert str(settings.state) not in page.text


def test_a_broken_ledger_is_told_with_the_way_out(minder: Minder, settings: Settings) -> None:
    (settings.state / "admin.sqlite").write_bytes(b"no database" * 1000)
    page = minder.open("/admin/")
    assert page.status == 503
    assert "可以删去它" in page.text
    (settings.state / "admin.sqlite").unlink()
    assert minder.open("/admin/").status == 200
