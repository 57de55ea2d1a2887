"""Several processes that want to write at once, and readers beside them."""

from __future__ import annotations

import os
import random
import re
import signal
import time
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from indexer.analysis import Analyzer
from indexer.errors import IndexBusy
from indexer.generations import IndexFolder
from indexer.query import MatchAll
from indexer.readers import Readers
from tests.faults.conftest import Sizes
from tests.faults.library import Scenario, answers, check, report, write
from tests.faults.tracing import Kill, Operation, ended, in_child, needs_tracing, traced
from tests.waiting import PATIENCE, comes_true

_BUSY = re.compile(r"另一个程序正在写入索引 \S+（进程 (\d+)，自 (\S+ \S+) 起）。请等它结束后再运行。")


def test_of_many_writers_one_writes_the_others_are_told_who_and_nothing_is_lost(
    analyzer: Analyzer, sizes: Sizes, tmp_path: Path, tried: Callable[..., None]
) -> None:
    folder, told = tmp_path / "index", tmp_path / "told"
    told.mkdir()
    write(folder, analyzer, {"总结.txt": report(0)})
    started = datetime.now().astimezone()

    def insist(number: int) -> None:
        chance = random.Random(number)  # noqa: S311
        lines = []
        for each in range(sizes.writer_rounds):
            while line := _refused(folder, analyzer, f"甲{number}-{each}.txt"):
                lines.append(line)
                time.sleep(chance.uniform(0, 0.02))
        (told / str(os.getpid())).write_text("\n".join(lines), encoding="utf-8")

    children = [in_child(lambda number=number: insist(number)) for number in range(sizes.writers)]  # type: ignore[misc]
    ends = [ended(child) for child in children]
    assert [(end.status, end.said) for end in ends] == [(0, "")] * sizes.writers
    names = {f"甲{number}-{each}.txt" for number in range(sizes.writers) for each in range(sizes.writer_rounds)}
    assert answers(folder, analyzer).catalog.keys() == {"总结.txt", *names}
    assert IndexFolder(folder).current().number == 1 + len(names)
    assert IndexFolder(folder).verify().problems == ()
    refusals = _refusals(told)
    assert refusals
    for teller, pid, since in refusals:
        assert pid in {child for child, _ in children} - {teller}
        assert started - timedelta(seconds=1) <= since <= datetime.now().astimezone()
    tried("代索引由同时写入的进程写成", len(names))
    tried("次被告知谁正在写入", len(refusals))


def _refused(folder: Path, analyzer: Analyzer, name: str) -> str:
    """Write *name*; what was said where another process is writing."""
    try:
        write(folder, analyzer, {name: report(1)})
    except IndexBusy as error:
        return str(error)
    return ""


def _refusals(folder: Path) -> list[tuple[int, int, datetime]]:
    """(who was told, the process that was named, since when)."""
    found = []
    for path in folder.iterdir():
        for line in path.read_text("utf-8").splitlines():
            named = _BUSY.fullmatch(line)
            assert named, line
            found.append((int(path.name), int(named[1]), datetime.fromisoformat(named[2])))
    return found


def test_a_writer_that_was_killed_is_not_named_by_the_one_after_it(
    scenarios: dict[str, Scenario], analyzer: Analyzer, tmp_path: Path
) -> None:
    folder = scenarios["update"].laid_out(tmp_path / "index")
    first = in_child(lambda: _hold(folder, analyzer))
    _wait_for_line(folder, first[0])
    os.kill(first[0], signal.SIGKILL)
    ended(first)
    assert (folder / "writer.lock").read_text("ascii").startswith(f"{first[0]} ")
    second = in_child(lambda: _hold(folder, analyzer))
    _wait_for_line(folder, second[0])
    named = _BUSY.fullmatch(_refused(folder, analyzer, "乙.txt"))
    assert named
    assert int(named[1]) == second[0]
    os.kill(second[0], signal.SIGKILL)
    ended(second)


def _hold(folder: Path, analyzer: Analyzer) -> None:
    with IndexFolder(folder).building(analyzer):
        time.sleep(2 * PATIENCE)


def _wait_for_line(folder: Path, pid: int) -> None:
    assert comes_true(lambda: (folder / "writer.lock").read_text("ascii").startswith(f"{pid} "), every=0.005)


def test_readers_do_not_wait_for_a_writer(scenarios: dict[str, Scenario], analyzer: Analyzer, tmp_path: Path) -> None:
    found = scenarios["update"]
    folder = found.laid_out(tmp_path / "index")
    child = in_child(lambda: _hold(folder, analyzer))
    _wait_for_line(folder, child[0])
    assert check(found, folder, analyzer) == "former"
    with closing(Readers(IndexFolder(folder), analyzer)) as readers, readers.lent() as lent:
        assert lent.engine.count(MatchAll()) > 10
    os.kill(child[0], signal.SIGKILL)
    ended(child)


def test_a_worker_sees_a_new_generation_within_a_second(
    scenarios: dict[str, Scenario], analyzer: Analyzer, tmp_path: Path
) -> None:
    found = scenarios["update"]
    folder = found.laid_out(tmp_path / "index")
    with closing(Readers(IndexFolder(folder), analyzer)) as readers:
        assert readers.generation().number == 2
        child = in_child(lambda: found.build(folder, analyzer))
        while not (folder / "current").read_text("ascii").startswith("000003"):
            time.sleep(0.001)
        # From now on every request is answered from it.
        published = time.perf_counter()
        with readers.lent() as lent:
            total = lent.engine.count(MatchAll())
        assert time.perf_counter() - published < 1
        assert total == len(found.new.texts)
        assert ended(child).status == 0


def test_where_there_is_no_new_generation_looking_for_one_costs_one_stat(
    scenarios: dict[str, Scenario], analyzer: Analyzer, tmp_path: Path
) -> None:
    needs_tracing()
    folder = scenarios["update"].laid_out(tmp_path / "index")
    begins, ends = folder / "begins", folder / "ends"

    def ask() -> None:
        with closing(Readers(IndexFolder(folder), analyzer)) as readers:
            for times in (3, 100):
                begins.exists()
                for _ in range(times):
                    with readers.lent() as lent:
                        lent.engine.count(MatchAll())
            ends.exists()

    seen: list[Operation] = []

    def look(operation: Operation) -> Kill | None:
        seen.append(operation)
        return None

    end = traced(ask, folder, before=look, looks=True)
    assert end is not None
    assert end.status == 0, end
    places = [number for number, operation in enumerate(seen) if operation.path in (begins, ends)]
    asked = seen[places[1] + 1 : places[2]]
    assert asked == [Operation("stat", folder / "current")] * 100
