"""A power cut at any moment of a build, over every state that it may leave on the disk (see :mod:`tests.faults.replay`)."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from indexer.analysis import Analyzer
from indexer.errors import FanwenError
from tests.faults import replay
from tests.faults.conftest import Sizes
from tests.faults.library import Scenario, check, check_next
from tests.faults.replay import Recorder, Tree
from tests.faults.tracing import needs_tracing

_LAST_MOMENTS = 12
# What is synced on the way to a new generation, in this order; what the engine writes has names of its own.
_SYNCED_LAST = ["manifest.json", "000003.building", "generations", "current.new", "index"]


def _recorded(found: Scenario, disk: Path, analyzer: Analyzer) -> Recorder:
    """A build on *disk*, written down."""
    needs_tracing()
    disk.mkdir()
    if found.template:
        found.laid_out(disk / "index")
    recorder = Recorder(disk)
    recorder.record(lambda: found.build(disk / "index", analyzer))
    assert recorder.end is not None
    assert (recorder.end.status, check(found, disk / "index", analyzer)) == (0, "new")
    return recorder


def _laid_out(tree: Tree, folder: Path) -> Path:
    """The index in a state of the disk."""
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir()
    replay.lay_out(tree, folder)
    return folder / "index"


@pytest.mark.parametrize("name", ["first", "update", "rebuild"])
def test_a_power_cut_leaves_the_former_or_the_new_index(
    name: str,
    scenarios: dict[str, Scenario],
    analyzer: Analyzer,
    sizes: Sizes,
    tmp_path: Path,
    tried: Callable[..., None],
) -> None:
    found = scenarios[name]
    recorder = _recorded(found, tmp_path / "disk", analyzer)
    moments = replay.moments(recorder)
    # Where generations change place in any case; all of the build in full.
    at = range(moments if sizes.cut_states is None else _LAST_MOMENTS, -1, -1)
    trees = list(replay.states(recorder, at={moments - back for back in at}, samples=sizes.sampled_states))
    served = []
    step = -(-len(trees) // (sizes.cut_states or len(trees)))
    for place in sorted({*range(0, len(trees), step), len(trees) - 1}):
        folder = _laid_out(trees[place], tmp_path / "after")
        served.append(check(found, folder, analyzer))
        if sizes.cut_states is None or place % 4 == 0:
            check_next(found, folder, analyzer, served=served[-1])
    assert set(served) == {"former", "new"}
    tried("种断电后的磁盘状态", len(served))
    folder = _laid_out(replay.after_the_end(recorder), tmp_path / "after")
    assert check(found, folder, analyzer) == "new", "a build that has ended is lost"


@pytest.mark.parametrize("name", ["first", "update", "rebuild"])
def test_without_any_sync_a_power_cut_does_harm(
    name: str, scenarios: dict[str, Scenario], analyzer: Analyzer, tmp_path: Path
) -> None:
    found = scenarios[name]
    recorder = _recorded(found, tmp_path / "disk", analyzer)
    end = replay.moments(recorder) - 1
    trees = replay.states(recorder, at={end}, samples=0, ignoring=lambda _: True)
    # The last are those in which all has arrived but for one file.
    assert any(_does_harm(found, tree, tmp_path / "after", analyzer) for tree in reversed(list(trees)))
    assert _is_lost(found, replay.after_the_end(recorder, ignoring=lambda _: True), tmp_path / "after", analyzer)


def test_each_sync_of_a_build_is_needed(scenarios: dict[str, Scenario], analyzer: Analyzer, tmp_path: Path) -> None:
    found = scenarios["update"]
    recorder = _recorded(found, tmp_path / "disk", analyzer)
    synced = replay.syncs(recorder)
    assert [Path(path).name for path in synced[-len(_SYNCED_LAST) :]] == _SYNCED_LAST
    for path in synced:
        ended = replay.after_the_end(recorder, ignoring=lambda sync, path=path: sync.path == path)  # type: ignore[misc]
        assert _is_lost(found, ended, tmp_path / "after", analyzer), f"nothing is worse without the sync of {path}"


def _does_harm(found: Scenario, tree: Tree, folder: Path, analyzer: Analyzer) -> bool:
    """Whether a state is none that a build may leave."""
    try:
        check(found, _laid_out(tree, folder), analyzer)
    except (AssertionError, FanwenError):
        return True
    return False


def _is_lost(found: Scenario, tree: Tree, folder: Path, analyzer: Analyzer) -> bool:
    """Whether a build that has ended is not there."""
    try:
        return check(found, _laid_out(tree, folder), analyzer) != "new"
    except (AssertionError, FanwenError):
        return True
