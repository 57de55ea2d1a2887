"""The access log: what a line tells, what it keeps to itself, and that no line is lost or torn."""

from __future__ import annotations

import itertools
import json
import os
import stat
import subprocess
import sys
import time
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from indexer.config import Settings
from indexer.search import Search
from web import create_app
from web.running.accesslog import AccessLog, Visit

# More words than the grammar allows.
REFUSED = "+".join(f"词{number}" for number in range(40))
ROOT = Path(__file__).parent.parent.parent
VISIT = Visit(
    method="GET",
    path="/search",
    status=200,
    seconds=0.0123,
    bytes=2048,
    peer="10.1.0.7",
    reader="",
    request_id="5f2c",
    query="环境整治",
    found=3,
)

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="several workers need fork")


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def settings(tmp_path: Path, index: Path, app: Flask) -> Settings:  # noqa: ARG001 - makes the index
    return Settings(index=index, state=tmp_path / "state", access_log=str(tmp_path / "access.log"))


def visitor(settings: Settings) -> FlaskClient:
    return create_app(settings, Search(folder=settings.index)).test_client()


def test_without_the_setting_nothing_is_written_and_no_secret_made(tmp_path: Path, index: Path, app: Flask) -> None:  # noqa: ARG001
    visitor(Settings(index=index, state=tmp_path / "state")).get("/")
    assert list(tmp_path.iterdir()) == []


def test_a_line_tells_what_was_asked_and_how_it_ended(settings: Settings) -> None:
    answer = visitor(settings).get("/search?q=红旗户&kind=总结")
    (line,) = read(Path(settings.access_log))
    assert datetime.fromisoformat(line.pop("time")).tzinfo is not None
    assert line.pop("ms") > 0
    assert len(line.pop("query")) == 16
    assert line == {
        "method": "GET",
        "path": "/search",
        "status": 200,
        "bytes": len(answer.get_data()),
        "peer": "127.0.0.1",
        "reader": "",
        "request": answer.headers["X-Request-Id"],
        "found": 1,
    }


def test_every_kind_of_answer_has_its_line(settings: Settings) -> None:
    client = visitor(settings)
    for path in ("/", "/nowhere", f"/search?q={REFUSED}", "/healthz"):
        client.get(path)
    assert [line["status"] for line in read(Path(settings.access_log))] == [200, 404, 400, 200]


def test_a_query_is_written_as_a_hash_that_is_equal_for_equal_queries_of_one_site(
    settings: Settings, tmp_path: Path
) -> None:
    for query in ("环境整治", " 环境整治 ", "环境"):
        visitor(settings).get("/search", query_string={"q": query})
    elsewhere = replace(settings, state=tmp_path / "elsewhere")
    visitor(elsewhere).get("/search?q=环境整治")
    text = Path(settings.access_log).read_text(encoding="utf-8")
    first, second, other, foreign = [line["query"] for line in read(Path(settings.access_log))]
    assert first == second
    assert len({first, other, foreign}) == 3
    assert "整治" not in text
    assert "%E6" not in text


def test_a_query_is_written_in_the_clear_where_that_is_allowed(settings: Settings) -> None:
    visitor(replace(settings, log_queries=True)).get("/search?q=“红旗户”")
    assert read(Path(settings.access_log))[0]["query"] == "“红旗户”"


@pytest.mark.parametrize(
    "hostile", ["a\nb", "\x1b[31m红", "x\u202eyx", "\u2028", "\x00", "\x85", "\ud800", '"}\r\n{"status":200']
)
def test_nothing_that_is_sent_makes_a_second_line_or_moves_the_cursor(
    settings: Settings, hostile: str, tmp_path: Path
) -> None:
    path = tmp_path / "hostile.log"
    log = AccessLog(path, secret=b"x", in_the_clear=True)
    log.write(replace(VISIT, path=f"/{hostile}", method=hostile, query=hostile, reader=hostile))
    data = path.read_bytes()
    assert data.count(b"\n") == 1
    assert data.endswith(b"\n")
    (line,) = data.decode().splitlines()
    assert all(character.isprintable() or character == "\ufffd" for character in line)
    assert set(json.loads(line)) >= {"path", "query", "reader"}
    visitor(settings).get("/search", query_string={"q": hostile.encode("utf-8", "replace")})
    assert len(read(Path(settings.access_log))) == 1


def test_a_long_line_is_cut(tmp_path: Path) -> None:
    log = AccessLog(tmp_path / "long.log", secret=b"x", in_the_clear=True)
    log.write(replace(VISIT, path="/" + "𠮷" * 9000, query="整" * 9000, reader="人" * 9000))
    assert (tmp_path / "long.log").stat().st_size < 8192


def test_log_and_secret_are_for_their_owner_alone(settings: Settings) -> None:
    visitor(settings).get("/")
    for path in (Path(settings.access_log), settings.state / "access-log.secret"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len((settings.state / "access-log.secret").read_bytes()) == 32


def test_a_log_that_was_moved_away_is_made_anew(tmp_path: Path) -> None:
    path, moved = tmp_path / "access.log", tmp_path / "access.log.1"
    log = AccessLog(path, secret=b"x", in_the_clear=False)
    log.write(replace(VISIT, request_id="one"))
    path.rename(moved)
    log.write(replace(VISIT, request_id="two"))
    log.write(replace(VISIT, request_id="three"))
    path.unlink()
    log.write(replace(VISIT, request_id="four"))
    assert [line["request"] for line in read(moved)] == ["one"]
    assert [line["request"] for line in read(path)] == ["four"]


def test_a_log_that_was_emptied_in_its_place_goes_on_from_the_beginning(tmp_path: Path) -> None:
    path = tmp_path / "access.log"
    log = AccessLog(path, secret=b"x", in_the_clear=False)
    log.write(VISIT)
    os.truncate(path, 0)
    log.write(VISIT)
    assert len(read(path)) == 1


def test_a_dash_writes_to_standard_error(settings: Settings, capfd: pytest.CaptureFixture[str]) -> None:
    visitor(replace(settings, access_log="-")).get("/healthz")
    assert json.loads(capfd.readouterr().err)["path"] == "/healthz"


def test_a_log_that_cannot_be_written_fails_no_request_and_is_told_once(
    settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "folder").mkdir()
    client = visitor(replace(settings, access_log=str(tmp_path / "folder")))
    assert [client.get("/healthz").status_code for _ in range(3)] == [200] * 3
    (told,) = [record.getMessage() for record in caplog.records if "访问日志" in record.getMessage()]
    assert "请检查磁盘空间和权限" in told


# Loaded once and forked, as gunicorn does it.
WRITERS = """
import os, sys, threading
from dataclasses import replace
from pathlib import Path
from tests.web.test_accesslog import VISIT
from web.running.accesslog import AccessLog
log = AccessLog(Path(sys.argv[1]), secret=b"x", in_the_clear=True)
log.write(replace(VISIT, request_id="first"))
def write(worker, thread):
    for number in range(200):
        log.write(replace(VISIT, request_id=f"{worker}-{thread}-{number}", query="整治" * (number % 200)))
for worker in range(3):
    if not os.fork():
        threads = [threading.Thread(target=write, args=(worker, thread)) for thread in range(3)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        os._exit(0)
sys.exit(sum(os.wait()[1] for _ in range(3)))
"""


@needs_fork
def test_workers_that_write_at_the_same_time_tear_no_line_while_the_log_is_rotated(tmp_path: Path) -> None:
    path = tmp_path / "access.log"
    workers = subprocess.Popen([sys.executable, "-c", WRITERS, str(path)], cwd=ROOT)
    number = itertools.count()
    while workers.poll() is None:
        time.sleep(0.02)
        if path.exists():
            path.rename(tmp_path / f"access.log.{next(number)}")
    assert workers.returncode == 0
    written = [line["request"] for file in tmp_path.glob("access.log*") for line in read(file)]
    assert len(written) == 1 + 3 * 3 * 200
    assert len(set(written)) == len(written)


SECRETS = """
import os, sys
from pathlib import Path
from indexer.config import Settings
from web.running.accesslog import opened
for _ in range(4):
    if not os.fork():
        log = opened(Settings(state=Path(sys.argv[1]), access_log="-"))
        # One write for each process: an unbuffered print writes the end of a line apart.
        os.write(1, (log.hashed("环境整治") + "\\n").encode())
        os._exit(0)
sys.exit(sum(os.wait()[1] for _ in range(4)))
"""


@needs_fork
def test_processes_that_start_together_have_one_secret(tmp_path: Path) -> None:
    command = [sys.executable, "-c", SECRETS, str(tmp_path / "state")]
    hashes = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=True).stdout.split()
    assert len(hashes) == 4
    assert len(set(hashes)) == 1
    assert [path.name for path in (tmp_path / "state").iterdir()] == ["access-log.secret"]
