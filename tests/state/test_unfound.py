"""Searches that found nothing: counted, bounded, and never in the way of a search."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from indexer.errors import StateError
from indexer.state import unfound as module
from indexer.state.unfound import Unfound


@pytest.fixture
def unfound(tmp_path: Path) -> Unfound:
    return Unfound(tmp_path / "state" / "unfound.sqlite")


def listed(unfound: Unfound, limit: int = 100) -> list[tuple[str, int]]:
    return [(missed.query, missed.count) for missed in unfound.listed(limit)]


def test_queries_are_listed_by_how_often_they_were_asked(unfound: Unfound) -> None:
    for query in ["屋场会", "乡贤理事会", "屋场会"]:
        assert unfound.note(query)
    assert listed(unfound) == [("屋场会", 2), ("乡贤理事会", 1)]
    assert listed(unfound, 1) == [("屋场会", 2)]


def test_a_query_is_kept_on_one_line_and_bounded(unfound: Unfound) -> None:
    unfound.note("  屋场会\n\x1b[31m 怎么开\u202e ")
    unfound.note("长" * 10_000)
    assert sorted(listed(unfound)) == [("屋场会 [31m 怎么开", 1), ("长" * 256, 1)]


def test_an_empty_query_is_not_kept(unfound: Unfound) -> None:
    assert not unfound.note(" \n\x00")
    assert listed(unfound) == []


def test_the_one_asked_longest_ago_gives_way(unfound: Unfound, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_BOUND", module._BOUND.replace(str(module.MOST), "3"))
    for query in ["一", "二", "三", "四"]:
        unfound.note(query)
        time.sleep(0.001)
    assert len(listed(unfound)) == 3


def test_a_query_can_be_dropped_and_so_can_all(unfound: Unfound) -> None:
    unfound.note("屋场会")
    unfound.note("乡贤理事会")
    assert unfound.forget("屋场会")
    assert not unfound.forget("屋场会")
    assert listed(unfound) == [("乡贤理事会", 1)]
    unfound.clear()
    assert listed(unfound) == []
    assert "乡贤".encode() not in unfound.path.read_bytes()


def test_a_busy_file_drops_the_note_at_once(unfound: Unfound) -> None:
    unfound.note("屋场会")
    with closing(sqlite3.connect(unfound.path)) as other:
        other.execute("BEGIN IMMEDIATE")
        started = time.perf_counter()
        assert not unfound.note("乡贤理事会")
        assert time.perf_counter() - started < 1
    assert listed(unfound) == [("屋场会", 1)]


def test_a_broken_file_fails_no_search_and_is_told_to_who_looks(unfound: Unfound) -> None:
    unfound.note("屋场会")
    unfound.path.write_bytes(b"not a database" * 100)
    assert not unfound.note("乡贤理事会")
    with pytest.raises(StateError, match="不能用"):
        unfound.listed(10)


def test_a_folder_that_cannot_be_written_fails_no_search(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file in the way", encoding="utf-8")
    assert not Unfound(tmp_path / "state" / "unfound.sqlite").note("屋场会")


def test_several_processes_count_together(unfound: Unfound) -> None:
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from indexer.state.unfound import Unfound\n"
        "unfound = Unfound(Path(sys.argv[1]))\n"
        "print(sum(unfound.note('屋场会') for _ in range(200)))\n"
    )
    command = [sys.executable, "-X", "utf8", "-c", script, str(unfound.path)]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    noted = sum(int(process.communicate(timeout=60)[0]) for process in processes)
    assert noted > 0
    assert listed(unfound) == [("屋场会", noted)]
