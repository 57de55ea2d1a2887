"""A disk that fails or fills up while an index is written: at any call, at any size of a file, at any free space."""

from __future__ import annotations

import errno
import os
import random
import re
import resource
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from indexer.analysis import Analyzer
from indexer.generations import IndexFolder
from tests.faults.conftest import Sizes
from tests.faults.library import Scenario, check, check_next
from tests.faults.tracing import Ended, Operation, ended, in_child, needs_tracing, traced

_BUILD_ERROR = 7
_TOLD = {
    "former": "新的索引没有写成，原有的索引不受影响。请检查",
    "new": "已经启用，但系统没有确认它已经写入磁盘。请检查",
}
# What needs room on a disk; the other changes fail only where the disk is broken.
_NEEDS_ROOM = frozenset({"create", "write", "link", "mkdir", "rename", "truncate"})
# Breaking these ends no build: they remove what is not needed any more, or only tell who writes.
_TIDYING = frozenset({"unlink", "rmdir"})


@pytest.mark.parametrize("how", ["once", "from then on", "full"])
@pytest.mark.parametrize("name", ["first", "update", "rebuild"])
def test_a_call_that_fails_ends_the_build_with_a_clear_error_and_the_former_index_serves(
    name: str,
    how: str,
    scenarios: dict[str, Scenario],
    analyzer: Analyzer,
    sizes: Sizes,
    tmp_path: Path,
    tried: Callable[..., None],
) -> None:
    """``once``: one call gives EIO; ``from then on``: it and all later changes; ``full``: ENOSPC for what needs room."""
    needs_tracing()
    found, folder = scenarios[name], tmp_path / "index"
    found.laid_out(folder)
    changes: list[Operation] = []
    assert _failing(found, folder, analyzer, lambda operation: changes.append(operation)) == Ended(0, "")
    count = sum(_can_fail(operation, how) for operation in changes)
    for number in _places(count, how, sizes.failing_calls):
        found.laid_out(folder)
        end = _failing(found, folder, analyzer, _Failure(number, how))
        where = f"{how}: {number} of {count}, {end}"
        served = check(found, folder, analyzer)
        assert end.status in (0, _BUILD_ERROR), where
        assert (served == "new") if end.status == 0 else (_TOLD[served] in end.said), where
        # What fails once may be done in another way (a copy by ``sendfile``, then by ``write``). Nothing depends on the last
        # change, which takes the writer's name out of the lock.
        assert end.status == _BUILD_ERROR or how == "once" or number > count - 4, where
        check_next(found, folder, analyzer, served=served)
        tried(f"次让某个系统调用失败（{how}）")


class _Failure:
    """Makes the change with a number fail, or all from there on."""

    def __init__(self, number: int, how: str) -> None:
        self._number = number
        self._how = how
        self._seen = 0

    def __call__(self, operation: Operation) -> int | None:
        due = _can_fail(operation, self._how)
        self._seen += due
        if not due or self._seen < self._number or (self._how == "once" and self._seen > self._number):
            return None
        return errno.ENOSPC if self._how == "full" else errno.EIO


def _can_fail(operation: Operation, how: str) -> bool:
    return operation.name in _NEEDS_ROOM if how == "full" else operation.name not in _TIDYING


def _places(count: int, how: str, most: int | None) -> list[int]:
    """Which calls are to fail, counted from 1 among those that can."""
    everywhere = range(1, count + 1)
    if most is None:
        return list(everywhere)
    return sorted({*random.Random(how).sample(everywhere, most), everywhere[-2]})  # noqa: S311


def _failing(found: Scenario, folder: Path, analyzer: Analyzer, verdict: Callable[[Operation], int | None]) -> Ended:
    end = traced(
        lambda: found.build(folder, analyzer),
        folder,
        before=lambda operation: verdict(operation) if operation.changes else None,
    )
    assert end is not None
    return end


@pytest.mark.parametrize("name", ["first", "update"])
def test_a_file_that_may_not_grow_ends_the_build_and_the_former_index_serves(
    name: str,
    scenarios: dict[str, Scenario],
    analyzer: Analyzer,
    sizes: Sizes,
    tmp_path: Path,
    tried: Callable[..., None],
) -> None:
    found, folder = scenarios[name], tmp_path / "index"
    found.build(found.laid_out(folder), analyzer)
    made = IndexFolder(folder).current().path
    largest = max(each.stat().st_size for each in made.iterdir() if each.stat().st_nlink == 1)
    chance = random.Random(name)  # noqa: S311
    for limit in [0, 10, *(chance.randrange(largest) for _ in range(sizes.file_limits // 2))]:
        found.laid_out(folder)

        def bounded(limit: int = limit) -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
            found.build(folder, analyzer)

        end = ended(in_child(bounded))
        # Two builds of the same need not be equal to the byte.
        assert end.status == _BUILD_ERROR or (end.status == 0 and limit > largest * 0.9), (limit, end)
        served = check(found, folder, analyzer)
        assert (served == "new") if end.status == 0 else (_TOLD["former"] in end.said and served == "former")
        _check_nothing_half_made(folder)
        check_next(found, folder, analyzer, served=served)
        tried("次限制文件的大小")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 8 MB."""
    path = tmp_path / "disk"
    path.mkdir()
    mount = shutil.which("mount")
    if os.geteuid() != 0 or mount is None:
        pytest.skip("needs root to mount a small disk")
    if subprocess.run([mount, "-t", "tmpfs", "-o", "size=8m,mode=755", "tmpfs", path], capture_output=True).returncode:
        pytest.skip("may not mount a small disk here")
    yield path
    subprocess.run(["umount", "-l", path], check=True)


def test_a_disk_that_is_full_ends_the_build_and_the_former_index_serves(
    disk: Path, scenarios: dict[str, Scenario], analyzer: Analyzer, sizes: Sizes, tried: Callable[..., None]
) -> None:
    found, folder = scenarios["update"], disk / "index"
    needed = _room_taken(found, folder, analyzer)
    outcomes = set()
    for step in range(sizes.small_disks):
        _leave(disk, found.laid_out(folder), room=needed * step // sizes.small_disks)
        end = ended(in_child(lambda: found.build(folder, analyzer)))
        assert end.status in (0, _BUILD_ERROR), end
        outcomes.add(end.status)
        assert end.status == 0 or re.search(f"磁盘已满.*{_TOLD['former']}", end.said), end
        (disk / "ballast").unlink()
        served = check(found, folder, analyzer)
        assert (served == "new") == (end.status == 0)
        _check_nothing_half_made(folder)
        check_next(found, folder, analyzer, served=served)
        tried("次在快满的磁盘上写入")
    assert _BUILD_ERROR in outcomes


def _room_taken(found: Scenario, folder: Path, analyzer: Analyzer) -> int:
    """Bytes that a build takes of a disk, at least."""
    found.laid_out(folder)
    before = shutil.disk_usage(folder).free
    found.build(folder, analyzer)
    return before - shutil.disk_usage(folder).free


def _leave(disk: Path, folder: Path, *, room: int) -> None:
    """Fill the disk up to *room* bytes."""
    with (disk / "ballast").open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(1, shutil.disk_usage(folder).free - room))


def _check_nothing_half_made(folder: Path) -> None:
    assert [each.name for each in (folder / "generations").glob("*.building")] == []
