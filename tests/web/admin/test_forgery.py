"""A change is carried out only where a page of this session asked for it."""

from __future__ import annotations

import io

import pytest
from flask import Flask

from indexer.config import Settings
from indexer.state.uploads import FOLDER, Uploads
from tests.web.admin.minding import Minder
from web.admin.admitting import RATES


def uploaded(minder: Minder) -> int:
    """How many rows the list of what was taken has after an upload that is in order."""
    return len(minder.upload({"来文.txt": "来文\n正文。\n".encode()}).all("//span[@class='good']"))


def test_a_form_of_ours_is_carried_out(minder: Minder) -> None:
    assert uploaded(minder) == 1


@pytest.mark.parametrize("token", ["", "x", "IngiLg.abc", "密", "A" * 1000])
def test_a_change_without_a_token_of_ours_is_refused_with_what_to_do(minder: Minder, token: str) -> None:
    page = minder.post("/admin/upload", token=token)
    assert page.status == 403
    assert "没有执行" in page.text
    assert "刷新" in page.text
    assert page.link("回到总览") == "/admin/"


def test_the_token_of_another_session_is_none(minder: Minder, app: Flask, key: str) -> None:
    other = Minder(app.test_client())
    other.sign_in(key)
    assert minder.post("/admin/upload", token=other.token()).status == 403


def test_a_token_does_not_outlive_its_session(minder: Minder, key: str) -> None:
    kept = minder.token()
    minder.post("/admin/signout")
    minder.sign_in(key)
    assert minder.post("/admin/upload", token=kept).status == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost.elsewhere.example"},
        {"Origin": "http://[half"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
    ],
)
def test_what_another_page_sends_is_refused_even_with_the_right_token(minder: Minder, headers: dict[str, str]) -> None:
    page = minder.post("/admin/upload", {}, **headers)
    assert page.status == 403
    assert "别的网站" in page.text
    assert Minder(minder.client).sign_in("x", **headers).status_code == 403


@pytest.mark.parametrize(
    "headers", [{}, {"Origin": "http://localhost"}, {"Origin": "https://localhost"}, {"Sec-Fetch-Site": "same-origin"}]
)
def test_what_our_page_sends_is_carried_out(minder: Minder, headers: dict[str, str]) -> None:
    page = minder.post("/admin/upload", {}, **headers)
    assert page.status == 400
    assert "还没有选文件" in page.text


def test_nothing_is_changed_by_looking(minder: Minder) -> None:
    """Every address that changes something refuses to be opened."""
    for rule in minder.client.application.url_map.iter_rules():
        if ".admin." in rule.endpoint and "POST" in (rule.methods or ()):
            assert "GET" not in (rule.methods or ())


def test_after_very_many_changes_a_pause_is_asked_for(minder: Minder) -> None:
    token = minder.token()
    for _ in range(RATES["upload_take"]):
        assert minder.post("/admin/upload", token=token).status == 400
    page = minder.post("/admin/upload", token=token)
    assert page.status == 429
    assert "请稍等一下" in page.text
    assert 0 < int(page.response.headers["Retry-After"]) <= 600


def test_a_body_beyond_the_bounds_is_refused_before_it_is_stored(minder: Minder, settings: Settings) -> None:
    body = io.BytesIO(b"x" * 3_000_000)
    form = "multipart/form-data; boundary=x"
    answer = minder.client.post("/admin/upload", input_stream=body, content_length=3_000_000, content_type=form)
    assert answer.status_code == 413
    assert "一次最多提交 1 MB" in answer.text
    # What is sent is taken from the line, or the browser would show a broken connection instead of the page.
    assert body.tell() == 3_000_000
    assert not Uploads(settings.state / FOLDER).is_used
