"""The admin side within a portal that has other bounds, under a path of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask

from indexer.analysis import Analyzer
from indexer.config import Settings
from indexer.search import Search
from tests.web.admin.minding import Minder
from web import create_app, create_blueprint


@pytest.fixture
def portal(settings: Settings, analyzer: Analyzer) -> Iterator[Flask]:
    app = Flask("portal")
    app.config.update(MAX_CONTENT_LENGTH=1000, MAX_FORM_MEMORY_SIZE=500)
    search = Search(folder=settings.index, analyzer=analyzer)
    app.register_blueprint(create_blueprint(settings, search), url_prefix="/oa/fanwen", name="models")
    yield app
    search.close()


def test_the_cookie_goes_to_the_admin_side_under_its_path_alone(portal: Flask, key: str) -> None:
    minder = Minder(portal.test_client(), prefix="/oa/fanwen")
    answer = minder.sign_in(key)
    assert answer.location == "/oa/fanwen/admin/"
    assert "Path=/oa/fanwen/admin;" in answer.headers["Set-Cookie"]
    assert minder.open().link("上传") == "/oa/fanwen/admin/upload"


def test_our_bounds_hold_there_and_not_those_of_the_portal(portal: Flask, key: str) -> None:
    minder = Minder(portal.test_client(), prefix="/oa/fanwen")
    minder.sign_in(key)
    assert "收下 1 个文件" in minder.upload({"长文.txt": "长文\n".encode() + "字。".encode() * 50_000}).text


def test_what_is_not_there_is_told_on_a_page_of_ours(portal: Flask, key: str) -> None:
    minder = Minder(portal.test_client(), prefix="/oa/fanwen")
    minder.sign_in(key)
    page = minder.open("/admin/sources/remove", name="x")
    assert page.status == 404
    assert page.link("回到总览") == "/oa/fanwen/admin/"


def test_a_proxy_that_speaks_https_and_has_a_prefix_is_followed_where_it_is_listed(
    settings: Settings, analyzer: Analyzer, key: str
) -> None:
    search = Search(folder=settings.index, analyzer=analyzer)
    app = create_app(replace(settings, trusted_proxies=("127.0.0.1/32",)), search)
    told = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "oa.example.lan", "X-Forwarded-Prefix": "/fanwen"}
    answer = Minder(app.test_client()).sign_in(key, Origin="https://oa.example.lan", **told)
    assert answer.location == "/fanwen/admin/"
    assert "Path=/fanwen/admin;" in answer.headers["Set-Cookie"]
    assert "Secure" in answer.headers["Set-Cookie"]
    search.close()
