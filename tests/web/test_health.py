"""What watches over the service is told, and a request that takes too long."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from indexer import deadline
from indexer.analysis import default_analyzer
from indexer.config import Settings
from indexer.search import Search
from tests.library import index_texts
from tests.web.shelf import TEXTS, settings_for
from web import create_app


def test_the_process_lives(client: FlaskClient) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.get_data(as_text=True)) == (200, "ok\n")
    assert answer.headers["Cache-Control"] == "no-cache"


def test_who_is_ready_says_with_which_generation(client: FlaskClient) -> None:
    told = client.get("/readyz").get_json()
    assert told.pop("passages") > 10
    assert told == {"ready": True, "dictionary": True, "index": True, "generation": 1}


def test_the_process_lives_without_an_index_but_is_not_ready(tmp_path: Path) -> None:
    client = create_app(Settings(index=tmp_path / "none")).test_client()
    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    told = answer.get_json()
    assert (told["ready"], told["missing"], told["reason"]) == (False, ["index"], "索引还没有建立")


def test_a_damaged_index_is_not_ready_and_its_place_is_not_told(tmp_path: Path) -> None:
    index_texts(tmp_path / "index", TEXTS, default_analyzer())
    (tmp_path / "index" / "current").write_text("坏了", encoding="utf-8")
    for generation in (tmp_path / "index" / "generations").iterdir():
        (generation / "manifest.json").unlink()
    answer = create_app(Settings(index=tmp_path / "index")).test_client().get("/readyz")
    assert answer.status_code == 503
    assert answer.get_json()["reason"] == "索引打不开，原因见日志"
    assert str(tmp_path) not in answer.get_data(as_text=True)


def test_who_was_not_ready_is_ready_as_soon_as_there_is_an_index(tmp_path: Path) -> None:
    client = create_app(Settings(index=tmp_path / "index")).test_client()
    assert client.get("/readyz").status_code == 503
    index_texts(tmp_path / "index", TEXTS, default_analyzer())
    assert client.get("/readyz").status_code == 200
    index_texts(
        tmp_path / "index",
        {"总结/新.txt": "新的总结\n这一段是后来才放进文库里的，用来看第二代。\n"},
        default_analyzer(),
    )
    assert client.get("/readyz").get_json()["generation"] == 2


class Stopwatch:
    """A clock that stands still until it is told to run out."""

    def __init__(self, *, after: int) -> None:
        self._left = after

    def monotonic(self) -> float:
        self._left -= 1
        return 0.0 if self._left >= 0 else 3.0


def test_a_search_that_takes_too_long_is_answered_with_503_and_what_to_do(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deadline, "time", Stopwatch(after=5))
    answer = client.get("/search?q=环境整治")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "检索超时" in page
    assert 'value="环境整治"' in page
    monkeypatch.undo()
    assert client.get("/search?q=环境整治").status_code == 200


def test_every_request_has_a_time_of_its_own(index: Path, app: Flask) -> None:  # noqa: ARG001 - makes the index
    """The second one begins when the time of the first, had it gone on, would be over."""
    search = Search(folder=index)
    client = create_app(settings_for(index), search).test_client()
    assert client.get("/search?q=环境整治").status_code == 200
    time.sleep(2.1)
    assert client.get("/search?q=环境整治").status_code == 200
    # Outside of a request nothing is limited.
    deadline.check()
    search.close()


def test_the_time_is_that_of_the_settings(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    search = Search(folder=index)
    client = create_app(Settings(index=index, request_seconds=4), search).test_client()
    monkeypatch.setattr(deadline, "time", Stopwatch(after=5))
    assert client.get("/search?q=环境整治").status_code == 200
    search.close()


def test_every_answer_bears_the_name_of_its_request(client: FlaskClient) -> None:
    names = {client.get(path).headers["X-Request-Id"] for path in ("/", "/healthz", "/api/v1/suggest?q=环", "/nowhere")}
    assert len(names) == 4


def test_a_name_is_taken_from_a_listed_proxy_alone(index: Path) -> None:
    given = {"X-Request-Id": "oa-20260312-0042"}
    search = Search(folder=index)
    for listed, taken in ((("127.0.0.1/32",), True), (("10.1.0.0/16",), False)):
        settings = Settings(index=index, access="open", trusted_proxies=listed)
        answer = create_app(settings, search).test_client().get("/healthz", headers=given)
        assert (answer.headers["X-Request-Id"] == given["X-Request-Id"]) is taken
    search.close()
