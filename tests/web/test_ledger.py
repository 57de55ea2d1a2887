"""Bounds that hold for all workers together."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from web.guard.ledger import Bound, Ledger


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ledger(tmp_path: Path, clock: Clock) -> Ledger:
    return Ledger(tmp_path / "state" / "admin.sqlite", clock=clock)


def test_so_many_tries_are_free_and_the_next_one_is_told_how_long_to_wait(ledger: Ledger, clock: Clock) -> None:
    bound = Bound("甲", 3, 60)
    assert [ledger.take(bound) for _ in range(4)] == [0, 0, 0, 60]
    clock.now += 59.5
    assert ledger.take(bound) == 1
    clock.now += 0.6
    assert ledger.take(bound) == 0


def test_of_several_bounds_each_has_to_have_room_and_none_is_counted_otherwise(ledger: Ledger) -> None:
    one, all_together = Bound("甲", 1, 60), Bound("全部", 5, 60)
    assert ledger.take(one, all_together) == 0
    for _ in range(10):
        assert ledger.take(one, all_together) == 60
    assert [ledger.take(all_together) for _ in range(5)] == [0, 0, 0, 0, 60]


def test_an_address_that_never_comes_back_is_forgotten(ledger: Ledger, clock: Clock, tmp_path: Path) -> None:
    for number in range(50):
        ledger.take(Bound(f"198.51.100.{number}", 10, 600))
    clock.now += 3601
    ledger.take(Bound("203.0.113.9", 10, 600))
    with closing(sqlite3.connect(tmp_path / "state" / "admin.sqlite")) as table:
        assert table.execute("SELECT bucket FROM tried").fetchall() == [("203.0.113.9",)]


def test_nobody_else_reads_which_addresses_came(ledger: Ledger, tmp_path: Path) -> None:
    ledger.take(Bound("198.51.100.1", 10, 600))
    assert (tmp_path / "state" / "admin.sqlite").stat().st_mode & 0o777 == 0o600


def test_a_clock_that_was_set_back_does_not_lock_anybody_out(ledger: Ledger, clock: Clock) -> None:
    bound = Bound("甲", 1, 60)
    ledger.take(bound)
    clock.now -= 86_400
    assert ledger.take(bound) == 0


def test_many_at_once_share_what_is_free(tmp_path: Path) -> None:
    bound = Bound("甲", 10, 600)
    ledgers = [Ledger(tmp_path / "state" / "admin.sqlite") for _ in range(4)]
    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(lambda number: ledgers[number % 4].take(bound), range(40)))
    assert waits.count(0) == 10


def test_a_session_that_ended_is_remembered_as_long_as_its_cookie_would_be_good(ledger: Ledger, clock: Clock) -> None:
    ledger.end("一", until=clock.now + 100)
    assert ledger.has_ended("一")
    assert not ledger.has_ended("二")
    clock.now += 200
    ledger.end("二", until=clock.now + 100)
    assert not ledger.has_ended("一")
