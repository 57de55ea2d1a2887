"""A building process that is killed, at any moment and before any operation on files."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from indexer.analysis import Analyzer
from indexer.errors import IndexMissing
from indexer.generations import IndexFolder
from tests.faults.conftest import Sizes
from tests.faults.library import Scenario, answers, check, check_next, shelf
from tests.faults.tracing import Ended, Kill, Operation, ended, in_child, needs_tracing, traced

# The last steps of a build, after each of which the former index still serves but for the last one.
_LAST_STEPS = [
    ("rename", ".building"),
    ("sync", "generations"),
    ("sync", "current.new"),
    ("rename", "current.new"),
    ("sync", "index"),
]


def _killed(
    due: Callable[[Operation, int], bool], found: Scenario, folder: Path, analyzer: Analyzer
) -> tuple[Ended, int]:
    """Build and kill before the change that is *due*, which counts the changes; how that ended, and how many were begun."""
    seen = 0

    def look(operation: Operation) -> Kill | None:
        nonlocal seen
        seen += operation.changes
        return Kill.NOW if operation.changes and due(operation, seen) else None

    end = traced(lambda: found.build(folder, analyzer), folder, before=look)
    assert end is not None
    return end, seen


@pytest.mark.parametrize("name", ["first", "update", "rebuild"])
def test_a_writer_killed_before_any_change_to_a_file_leaves_the_former_or_the_new_index(
    name: str,
    scenarios: dict[str, Scenario],
    analyzer: Analyzer,
    sizes: Sizes,
    tmp_path: Path,
    tried: Callable[..., None],
) -> None:
    needs_tracing()
    found, folder = scenarios[name], tmp_path / "index"
    end, changes = _killed(lambda *_: False, found, found.laid_out(folder), analyzer)
    assert (end.status, check(found, folder, analyzer)) == (0, "new")
    assert changes > 30
    step = 1 if sizes.killed_at is None else changes // sizes.killed_at
    served = []
    for number in range(1, changes + 1, step):
        due: Callable[[Operation, int], bool] = lambda _, seen, number=number: seen == number  # type: ignore[misc]  # noqa: E731
        end, _ = _killed(due, found, found.laid_out(folder), analyzer)
        served.append(check(found, folder, analyzer))
        # Two builds need not take the same number of changes: the last may be killed too late.
        assert end.status == -signal.SIGKILL or (end.status, served[-1]) == (0, "new"), (number, end)
        check_next(found, folder, analyzer, served=served[-1])
    # There is one moment at which the new generation comes into service, and none at which it goes again.
    assert served == sorted(served)
    assert served[0] == "former"
    tried("次在某个文件操作之前杀掉写入进程", len(served))


@pytest.mark.parametrize("name", ["first", "update"])
def test_the_new_index_comes_into_service_with_the_rename_of_the_pointer(
    name: str, scenarios: dict[str, Scenario], analyzer: Analyzer, tmp_path: Path
) -> None:
    needs_tracing()
    found, folder = scenarios[name], tmp_path / "index"
    served = []
    for what, ending in _LAST_STEPS:
        is_complete = False

        def due(operation: Operation, _: int, *, what: str = what, ending: str = ending) -> bool:
            nonlocal is_complete
            is_complete = is_complete or operation.path.name == "manifest.json"
            return is_complete and operation.name == what and operation.path.name.endswith(ending)

        end, _ = _killed(due, found, found.laid_out(folder), analyzer)
        assert end.status == -signal.SIGKILL
        served.append(check(found, folder, analyzer))
        check_next(found, folder, analyzer, served=served[-1])
    assert served == ["former"] * 4 + ["new"]


@pytest.mark.parametrize("name", ["first", "update", "rebuild"])
def test_a_writer_killed_at_a_random_moment_leaves_the_former_or_the_new_index(
    name: str,
    scenarios: dict[str, Scenario],
    analyzer: Analyzer,
    sizes: Sizes,
    tmp_path: Path,
    tried: Callable[..., None],
) -> None:
    found, folder = scenarios[name], tmp_path / "index"
    chance = random.Random(f"{name} 2024-03-05")  # noqa: S311
    takes = _duration(found, folder, analyzer)
    times = -(-sizes.killed_at_random // 3)
    for _ in range(times):
        child = in_child(lambda: found.build(folder, analyzer)) if found.laid_out(folder) else (0, 0)
        time.sleep(chance.uniform(0, takes * 1.1))
        os.kill(child[0], signal.SIGKILL)
        assert ended(child).status in (0, -signal.SIGKILL)
        check_next(found, folder, analyzer, served=check(found, folder, analyzer))
    tried("次在随机时刻杀掉写入进程", times)


def _duration(found: Scenario, folder: Path, analyzer: Analyzer) -> float:
    """Seconds that the build takes."""
    found.laid_out(folder)
    started = time.perf_counter()
    assert ended(in_child(lambda: found.build(folder, analyzer))).status == 0
    return time.perf_counter() - started


def test_a_command_that_is_killed_leaves_no_process_and_an_index_that_the_next_one_completes(
    analyzer: Analyzer, sizes: Sizes, tmp_path: Path, tried: Callable[..., None]
) -> None:
    """The whole of ``fanwen index``, with the processes that read the files; only the first of them is killed."""
    sources = tmp_path / "范文"
    sources.mkdir()
    for name, text in shelf(30).items():
        (sources / name).write_text(text, encoding="utf-8")
    # Enough for the processes that read it to leave files for the one that writes.
    records = [{"id": name, "text": text} for name, text in shelf(900).items()]
    lines = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    (sources / "库.jsonl").write_text(lines, encoding="utf-8")
    whole = tmp_path / "whole"
    takes = _ran(sources, whole)
    expected = answers(whole, analyzer)
    chance = random.Random("2024-03-05")  # noqa: S311
    for number in range(sizes.killed_commands):
        folder = tmp_path / str(number)
        command = _started(sources, folder)
        time.sleep(chance.uniform(0.2, 1.0) * takes)
        command.kill()
        command.wait()
        with suppress(IndexMissing):
            assert answers(folder, analyzer) == expected
        assert _left_of(command.pid) == []
        _ran(sources, folder)
        assert answers(folder, analyzer) == expected
        assert IndexFolder(folder).verify().problems == ()
        tried("次杀掉 fanwen index")


def _started(sources: Path, folder: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "indexer.cli", "index", str(sources), "--index", str(folder)]
    return subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _ran(sources: Path, folder: Path) -> float:
    """The whole command; the seconds that it took."""
    started = time.perf_counter()
    assert _started(sources, folder).wait() == 0
    return time.perf_counter() - started


def _left_of(session: int) -> list[str]:
    """The processes of a session that are still there after ten seconds."""
    ends = time.monotonic() + 10
    while (found := _processes_of(session)) and time.monotonic() < ends:
        time.sleep(0.05)
    return found


def _processes_of(session: int) -> list[str]:
    if not Path("/proc/self/stat").exists():
        pytest.skip("needs /proc")
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            # After the name in parentheses: state, parent, group, session.
            state, _, _, own = (process / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()[:4]
            if int(own) == session and state != "Z":
                found.append((process / "cmdline").read_text("utf-8", "replace").replace("\0", " "))
    return found
