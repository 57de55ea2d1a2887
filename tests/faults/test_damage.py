"""Files of an index that were altered, cut short, emptied, removed or exchanged: found, refused, and the former index serves."""

from __future__ import annotations

import os
import random
import shutil
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from indexer.analysis import Analyzer
from indexer.disk import damage_told
from indexer.errors import IndexDamaged, IndexFolderError
from indexer.generations import IndexFolder
from indexer.manifest import Manifest
from indexer.query import MatchAll
from indexer.readers import Readers
from tests.faults.conftest import Sizes
from tests.faults.library import NEXT, Answers, Scenario, answers, check_next, shelf, write
from tests.waiting import comes_true

Damage = Callable[[Path, int], None]


def _flipped(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1 << at % 8
    path.write_bytes(data)


def _zeroed(path: Path, at: int) -> None:
    """A sector of zeros, as a disk gives back what never reached it."""
    data = bytearray(path.read_bytes())
    end = min(at + 512, len(data))
    data[at:end] = bytes(end - at) if any(data[at:end]) else b"\1" * (end - at)
    path.write_bytes(data)


def _cut(path: Path, at: int) -> None:
    os.truncate(path, at)


def _lengthened(path: Path, at: int) -> None:
    with path.open("ab") as file:
        file.write(b"\0" * (at + 1))


DAMAGES = [_flipped, _zeroed, _cut, _lengthened]


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_in_any_file_is_found_by_verify_and_the_former_generation_serves(
    damage: Damage,
    scenarios: dict[str, Scenario],
    analyzer: Analyzer,
    sizes: Sizes,
    tmp_path: Path,
    tried: Callable[..., None],
) -> None:
    folder, former = _two_generations(scenarios["update"], tmp_path / "index", analyzer)
    for name in _files(folder):
        for at in _offsets(folder / name, sizes.offsets):
            damaged = _copy(folder, tmp_path / "damaged")
            damage(damaged / name, at)
            _check_refused(damaged, former, analyzer, f"{name} at {at}")
            tried("次翻转、清零、截断或加长索引文件")


def test_a_file_that_is_removed_or_exchanged_is_found_and_the_former_generation_serves(
    scenarios: dict[str, Scenario], analyzer: Analyzer, tmp_path: Path, tried: Callable[..., None]
) -> None:
    folder, former = _two_generations(scenarios["update"], tmp_path / "index", analyzer)
    names = _files(folder)
    for name, other in zip(names, [*names[1:], names[0]], strict=True):
        damaged = _copy(folder, tmp_path / "damaged")
        (damaged / name).unlink()
        _check_refused(damaged, former, analyzer, f"{name} removed")
        damaged = _copy(folder, tmp_path / "damaged")
        (damaged / name).rename(damaged / "aside")
        (damaged / other).rename(damaged / name)
        (damaged / "aside").rename(damaged / other)
        _check_refused(damaged, former, analyzer, f"{name} and {other} exchanged")
        tried("次删除或对调索引文件", 2)


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_pointer_never_leads_to_another_generation(
    damage: Damage, scenarios: dict[str, Scenario], analyzer: Analyzer, tmp_path: Path, tried: Callable[..., None]
) -> None:
    found, folder = scenarios["update"], tmp_path / "index"
    found.build(found.laid_out(folder), analyzer)
    pointer = folder / "current"
    whole = pointer.read_bytes()
    for at in range(len(whole)):
        pointer.write_bytes(whole)
        damage(pointer, at)
        assert answers(folder, analyzer) == found.new, at
        # A bare number may have been written by hand.
        assert IndexFolder(folder).verify().problems != () or whole.split()[0] in pointer.read_bytes().split(), at
        tried("次损坏指针文件")
    check_next(found, folder, analyzer, served="new")


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_in_the_only_generation_is_one_kind_of_error_and_the_next_build_starts_anew(
    damage: Damage,
    scenarios: dict[str, Scenario],
    analyzer: Analyzer,
    sizes: Sizes,
    tmp_path: Path,
    tried: Callable[..., None],
) -> None:
    found = scenarios["first"]
    folder = found.laid_out(tmp_path / "index")
    found.build(folder, analyzer)
    for name in _files(folder):
        at = _offsets(folder / name, sizes.offsets)[-1]
        damaged = _copy(folder, tmp_path / "damaged")
        damage(damaged / name, at)
        with pytest.raises(IndexDamaged, match="--rebuild"):
            answers(damaged, analyzer)
        write(damaged, analyzer, NEXT)
        assert answers(damaged, analyzer).catalog.keys() == NEXT.keys()
        assert IndexFolder(damaged).verify().problems == ()
        tried("次损坏唯一的一代索引")


def _two_generations(found: Scenario, folder: Path, analyzer: Analyzer) -> tuple[Path, Answers]:
    assert found.former is not None
    found.build(found.laid_out(folder), analyzer)
    return folder, found.former


def _files(folder: Path) -> list[str]:
    """The files of the generation in service."""
    return sorted(str(each.relative_to(folder)) for each in IndexFolder(folder).current().path.iterdir())


def _offsets(path: Path, count: int) -> list[int]:
    """The last byte, and *count* before it."""
    last = path.stat().st_size - 1
    chance = random.Random(path.name)  # noqa: S311
    return sorted({last, *(chance.randint(0, last) for _ in range(count))})


def _copy(folder: Path, target: Path) -> Path:
    """The index once more, with its links and times; each file of the generation in service by itself."""
    if target.exists():
        shutil.rmtree(target)
    shutil.copytree(folder, target)
    return target


def _check_refused(damaged: Path, former: Answers, analyzer: Analyzer, where: str) -> None:
    """Damage is told by ``verify``, opening gives right answers, and the next build makes all well again."""
    store = IndexFolder(damaged)
    assert store.verify().problems != (), where
    assert store.current().warnings != (), where
    assert answers(damaged, analyzer) == former, where
    write(damaged, analyzer, NEXT)
    assert store.verify().problems == (), where
    assert store.current().warnings == (), where
    assert answers(damaged, analyzer).catalog.keys() >= NEXT.keys()


# What a disk alters by itself leaves no trace in size or time


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory, analyzer: Analyzer) -> Path:
    """An index with a file too large to be read whenever it is opened, and a former generation."""
    folder = tmp_path_factory.mktemp("large") / "index"
    write(folder, analyzer, shelf(4))
    write(folder, analyzer, {f"厚{number}.txt": text * 20 for number, text in enumerate(shelf(12).values())})
    return folder


def _decay(path: Path) -> None:
    """Alter one byte in the middle as a failing disk does, without a sign of it."""
    times = path.stat()
    _flipped_in_place(path, times.st_size // 2)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def _flipped_in_place(path: Path, at: int) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ 0xFF]))


@pytest.fixture
def decayed(large: Path) -> Iterator[Path]:
    """The large index with a byte altered in its largest file, in place: a copy would be read through when it is opened."""
    victim = max(IndexFolder(large).current().path.iterdir(), key=lambda each: each.stat().st_size)
    assert victim.stat().st_size > 64 * 1024
    _decay(victim)
    yield large
    _decay(victim)


def test_a_large_file_that_somebody_wrote_to_is_refused_when_the_index_is_opened(large: Path, tmp_path: Path) -> None:
    folder = _copy(large, tmp_path / "index")
    assert IndexFolder(folder).current().number == 2
    victim = max(IndexFolder(folder).current().path.iterdir(), key=lambda each: each.stat().st_size)
    _flipped_in_place(victim, victim.stat().st_size // 2)
    generation = IndexFolder(folder).current()
    assert generation.number == 1
    assert f"{victim} 的内容与清单不符" in generation.warnings[0]


def test_a_serving_process_reads_a_generation_through_and_falls_back_where_the_disk_has_altered_it(
    decayed: Path, analyzer: Analyzer, caplog: pytest.LogCaptureFixture
) -> None:
    store = IndexFolder(decayed)
    assert store.current().number == 2
    assert len(store.verify().problems) == 1
    with closing(Readers(store, analyzer, read_after=0.0)) as readers:
        with readers.lent():
            assert comes_true(lambda: readers.generation().number == 1)
        with readers.lent() as lent:
            assert lent.engine.count(MatchAll()) == _passages(store, 1)
        assert readers.generation().number == 1
    assert "第 2 代索引不再使用" in caplog.text
    # A process that starts later finds the same by itself.
    assert IndexFolder(decayed).current().number == 2


def test_where_no_former_generation_is_left_a_damaged_one_is_refused_for_good(
    decayed: Path, analyzer: Analyzer, tmp_path: Path
) -> None:
    former = decayed / "generations" / "000001"
    former.rename(tmp_path / "aside")
    with closing(Readers(IndexFolder(decayed), analyzer, read_after=0.0)) as readers:
        readers.generation()
        assert comes_true(lambda: _is_refused(readers))
        with pytest.raises(IndexDamaged, match="fanwen verify"):
            readers.generation()
    (tmp_path / "aside").rename(former)


def _is_refused(readers: Readers) -> bool:
    with suppress(IndexDamaged):
        readers.generation()
        return False
    return True


def test_a_build_reads_the_former_generation_through_and_goes_on_from_the_one_before(
    decayed: Path, analyzer: Analyzer
) -> None:
    with IndexFolder(decayed).building(analyzer) as building:
        assert "的内容与清单不符" in building.warnings[0]
        assert {name for name, _ in building.catalog.fingerprints()} == set(shelf(4))
        building.discard()


def test_rollback_does_not_go_back_to_a_generation_that_is_damaged(large: Path, analyzer: Analyzer) -> None:
    store = IndexFolder(large)
    with store.building(analyzer):
        pass
    victim = max((large / "generations" / "000002").iterdir(), key=lambda each: each.stat().st_size)
    assert victim.stat().st_size > 64 * 1024
    _decay(victim)
    with pytest.raises(IndexFolderError, match="没有可以退回"):
        store.rollback()
    _decay(victim)


def test_torn_data_met_while_searching_is_told_as_damage(tmp_path: Path) -> None:
    with pytest.raises(IndexDamaged, match="fanwen verify"), damage_told(tmp_path):
        zlib.decompress(b"torn")


def _passages(store: IndexFolder, number: int) -> int:
    return Manifest.read(store.path / "generations" / f"{number:06}").counts["passages"]
