"""The index folder: all or nothing, whatever happens on the way."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import threading
import time
from typing import TYPE_CHECKING

import pytest

from indexer.analysis import default_analyzer
from indexer.catalog import SourceEntry
from indexer.errors import BuildError, FanwenError, IndexBusy, IndexDamaged, IndexFolderError, IndexMissing
from indexer.generations import Generation, IndexFolder
from indexer.manifest import FORMAT
from indexer.model import Part, Passage, Piece, Place
from indexer.query import MatchAll, Term
from indexer.readers import Readers

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from indexer.analysis import Analyzer

TEXT = "今年以来，镇里修整河堤三十二公里，新建泵站八座。"


class Reworded:
    """The analyzer with another dictionary, as far as its fingerprint tells."""

    fingerprint = "another dictionary"

    def __init__(self, analyzer: Analyzer) -> None:
        self.own_words = analyzer.own_words
        self.words = analyzer.words
        self.cut = analyzer.cut
        self.characters = analyzer.characters


@pytest.fixture(scope="module")
def analyzer() -> Analyzer:
    return default_analyzer()


@pytest.fixture
def store(tmp_path: Path) -> IndexFolder:
    return IndexFolder(tmp_path / "index")


def part(name: str, text: str = TEXT) -> Part:
    place = Place((Piece(0, len(text)),))
    passages = tuple(Passage(ordinal, text, place) for ordinal in range(2))
    return Part(id=name, source=f"{name}.txt", ordinal=0, title="防汛总结", passages=passages)


def build(store: IndexFolder, analyzer: Analyzer, *names: str, text: str = TEXT, rebuild: bool = False) -> None:
    with store.building(analyzer, rebuild=rebuild) as generation:
        with generation.writing() as writer:
            for name in names:
                writer.delete_source(f"{name}.txt")
                writer.add(part(name, text))
        for name in names:
            generation.catalog.put(SourceEntry(f"{name}.txt", text, documents=1, passages=2))


def held(store: IndexFolder, analyzer: Analyzer) -> set[str]:
    """The names of the sources that the index answers with and that its catalog lists."""
    with store.open(analyzer) as engine, store.catalog() as catalog:
        found = {hit.document_id for hit in engine.search(MatchAll(), limit=1000).hits}
        assert {f"{name}.txt" for name in found} == {name for name, _ in catalog.fingerprints()}
        return found


def folders(store: IndexFolder) -> list[str]:
    return sorted(each.name for each in (store.path / "generations").iterdir())


def in_child(work: Callable[[], object]) -> int:
    """Run *work* in a forked child; its pid."""
    pid = os.fork()
    if pid == 0:
        try:
            work()
        except BaseException as error:
            os.write(2, f"{type(error).__name__}: {error}\n".encode("utf-8", "replace"))
            os._exit(7 if isinstance(error, BuildError) else 9)
        os._exit(0)
    return pid


def exit_code(pid: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


# Building


def test_what_is_built_can_be_opened_verified_and_listed(store: IndexFolder, analyzer: Analyzer) -> None:
    build(store, analyzer, "甲", "乙")
    assert held(store, analyzer) == {"甲", "乙"}
    generation = store.current()
    assert (generation.number, generation.warnings) == (1, ())
    assert generation.manifest.counts == {"sources": 2, "documents": 2, "passages": 4}
    verification = store.verify()
    assert verification.problems == ()
    assert verification.files == len(generation.manifest.files) >= 3
    assert verification.bytes > 1000


def test_a_later_generation_links_the_files_that_did_not_change(store: IndexFolder, analyzer: Analyzer) -> None:
    build(store, analyzer, *(f"甲{number}" for number in range(20)))
    first = {each.name: each.stat().st_ino for each in store.current().path.glob("MAIN_*")}
    build(store, analyzer, "乙")
    second = {each.name: each.stat() for each in store.current().path.iterdir()}
    assert [second[name].st_ino for name in first] == list(first.values())
    assert {name: found.st_nlink for name, found in second.items()}["catalog.sqlite"] == 1
    assert "MAIN_WRITELOCK" not in second
    assert len(held(store, analyzer)) == 21
    assert store.verify().problems == ()


def test_where_files_cannot_be_linked_they_are_copied(
    store: IndexFolder, analyzer: Analyzer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    build(store, analyzer, *(f"甲{number}" for number in range(20)))
    monkeypatch.setattr(os, "link", refused)
    build(store, analyzer, "乙")
    assert len(held(store, analyzer)) == 21
    assert {each.stat().st_nlink for each in store.current().path.iterdir()} == {1}


def test_the_last_two_generations_stay_and_no_more(store: IndexFolder, analyzer: Analyzer) -> None:
    for name in "甲乙丙丁":
        build(store, analyzer, name)
    assert folders(store) == ["000003", "000004"]
    assert held(store, analyzer) == set("甲乙丙丁")


def test_a_failing_build_leaves_the_former_index_and_nothing_else(store: IndexFolder, analyzer: Analyzer) -> None:
    build(store, analyzer, "甲")
    before = {path: path.stat().st_mtime_ns for path in store.path.rglob("*") if path.name != "writer.lock"}
    with pytest.raises(KeyboardInterrupt), store.building(analyzer) as generation:  # noqa: PT012
        with generation.writing() as writer:
            writer.delete_source("甲.txt")
        generation.catalog.delete("甲.txt")
        raise KeyboardInterrupt
    after = {path: path.stat().st_mtime_ns for path in store.path.rglob("*") if path.name != "writer.lock"}
    folder = store.path / "generations"
    assert {path: time for path, time in after.items() if path != folder} == {
        path: time for path, time in before.items() if path != folder
    }
    assert held(store, analyzer) == {"甲"}


def test_a_first_build_that_fails_leaves_no_index(store: IndexFolder, analyzer: Analyzer) -> None:
    with pytest.raises(RuntimeError), store.building(analyzer):
        raise RuntimeError
    assert folders(store) == []
    with pytest.raises(IndexMissing, match="还没有索引"):
        store.current()


def test_a_discarded_generation_is_thrown_away(store: IndexFolder, analyzer: Analyzer) -> None:
    build(store, analyzer, "甲")
    with store.building(analyzer) as generation:
        assert not generation.fresh
        generation.discard()
    assert folders(store) == ["000001"]
    assert store.current().number == 1


def test_rebuilding_starts_empty_and_keeps_the_former_one_for_rollback(store: IndexFolder, analyzer: Analyzer) -> None:
    build(store, analyzer, "甲")
    build(store, analyzer, "乙", rebuild=True)
    assert held(store, analyzer) == {"乙"}
    store.rollback()
    assert held(store, analyzer) == {"甲"}


def test_another_analyzer_starts_afresh_and_says_why(store: IndexFolder, analyzer: Analyzer) -> None:
    build(store, analyzer, "甲")
    other = Reworded(analyzer)
    generation, engine = store.open_engine(other)
    engine.close()
    assert "重新建立索引" in generation.warnings[0]
    with store.building(other) as building:
        assert building.fresh
        assert "分词规则或词典" in building.warnings[0]
        assert list(building.catalog.fingerprints()) == []


def test_a_second_writer_is_told_who_is_writing_and_since_when(store: IndexFolder, analyzer: Analyzer) -> None:
    build(store, analyzer, "甲")
    with store.building(analyzer) as generation:
        generation.discard()
        with pytest.raises(IndexBusy, match=rf"进程 {os.getpid()}，自 20\d\d-"):
            build(store, analyzer, "乙")
        with pytest.raises(IndexBusy):
            store.rollback()
    build(store, analyzer, "乙")
    assert held(store, analyzer) == {"甲", "乙"}


def test_a_lock_inherited_by_a_child_process_does_not_outlast_its_writer(
    store: IndexFolder, analyzer: Analyzer
) -> None:
    with store.building(analyzer) as generation:
        generation.discard()
        child = in_child(lambda: time.sleep(20))
    try:
        build(store, analyzer, "甲")
    finally:
        os.kill(child, signal.SIGKILL)
        exit_code(child)
    assert held(store, analyzer) == {"甲"}


def test_a_folder_that_holds_something_else_is_refused_untouched(tmp_path: Path, analyzer: Analyzer) -> None:
    (tmp_path / "总结.txt").write_text("青石镇", encoding="utf-8")
    for path in (tmp_path, tmp_path / "总结.txt"):
        with pytest.raises(IndexFolderError, match="不能用作索引文件夹"):
            build(IndexFolder(path), analyzer, "甲")
    assert [each.name for each in tmp_path.iterdir()] == ["总结.txt"]


# Rolling back


def test_rollback_puts_the_former_generation_back_and_building_goes_on_from_it(
    store: IndexFolder, analyzer: Analyzer
) -> None:
    build(store, analyzer, "甲")
    build(store, analyzer, "乙")
    assert store.rollback().number == 1
    assert held(store, analyzer) == {"甲"}
    with pytest.raises(IndexFolderError, match="没有可以退回的上一代"):
        store.rollback()
    build(store, analyzer, "丙")
    assert held(store, analyzer) == {"甲", "丙"}
    assert folders(store) == ["000001", "000003"]


def test_rollback_without_an_index_says_so(store: IndexFolder) -> None:
    with pytest.raises(IndexMissing):
        store.rollback()


# Damage


def _segment(folder: Path) -> Path:
    """A file of the engine in which a segment is kept."""
    return next(each for each in folder.iterdir() if each.name.startswith("MAIN_"))


def _flip(path: Path, *, at: int) -> None:
    """Change one byte, leaving the size as it is."""
    data = bytearray(path.read_bytes())
    data[at] ^= 0xFF
    path.write_bytes(data)


def test_verify_names_the_file_in_which_one_byte_is_wrong(store: IndexFolder, analyzer: Analyzer) -> None:
    build(store, analyzer, "甲")
    for victim in store.current().path.iterdir():
        if victim.name != "manifest.json":
            _flip(victim, at=victim.stat().st_size // 2)
            assert store.verify().problems == (f"索引文件 {victim} 的内容与清单不符",)
            _flip(victim, at=victim.stat().st_size // 2)


def test_damage_done_to_a_linked_file_while_building_is_not_signed_as_sound(
    store: IndexFolder, analyzer: Analyzer
) -> None:
    build(store, analyzer, *(f"甲{number}" for number in range(20)))
    victim = _segment(store.current().path)
    with store.building(analyzer) as generation:
        generation.catalog.put(SourceEntry("乙.txt", "f"))
        _flip(victim, at=0)
    assert [victim.name in problem for problem in store.verify().problems] == [True]


@pytest.mark.parametrize("text", [None, "00000C\n"])
def test_verify_tells_that_the_pointer_is_lost(store: IndexFolder, analyzer: Analyzer, text: str | None) -> None:
    build(store, analyzer, "甲")
    pointer = store.path / "current"
    pointer.unlink() if text is None else pointer.write_text(text, encoding="ascii")
    assert [str(pointer) in problem for problem in store.verify().problems] == [True]
    assert store.rollback().number == 1
    assert store.verify().problems == ()


def test_verify_tells_missing_added_and_short_files(store: IndexFolder, analyzer: Analyzer) -> None:
    build(store, analyzer, "甲")
    folder = store.current().path
    segment = _segment(folder)
    os.truncate(segment, 10)
    (folder / "catalog.sqlite").unlink()
    (folder / "_MAIN_9.toc").write_bytes(b"")
    text = "\n".join(store.verify().problems)
    assert f"缺少文件 {folder / 'catalog.sqlite'}" in text
    assert f"没有的文件 {folder / '_MAIN_9.toc'}" in text
    assert f"{segment} 应有" in text
    assert "实有 10 字节" in text


def _torn_toc(folder: Path) -> None:
    _flip(next(folder.glob("*.toc")), at=50)


def _added_toc(folder: Path) -> None:
    (folder / "_MAIN_99.toc").write_bytes(next(folder.glob("*.toc")).read_bytes())


def _missing_segment(folder: Path) -> None:
    _segment(folder).unlink()


def _short_segment(folder: Path) -> None:
    os.truncate(_segment(folder), 100)


def _altered_manifest(folder: Path) -> None:
    path = folder / "manifest.json"
    path.write_text(path.read_text("utf-8").replace('"passages": ', '"passages": 1'), "utf-8")


def _torn_manifest(folder: Path) -> None:
    os.truncate(folder / "manifest.json", 40)


def _missing_manifest(folder: Path) -> None:
    (folder / "manifest.json").unlink()


def _strange_manifest(folder: Path) -> None:
    (folder / "manifest.json").write_text('{"files": {"../x": {"size": 1}}, "counts": 3}', "utf-8")


def _later_format(folder: Path) -> None:
    path = folder / "manifest.json"
    path.write_text(path.read_text("utf-8").replace(f'"format": {FORMAT}', f'"format": {FORMAT + 1}'), "utf-8")


def _linked_segment(folder: Path) -> None:
    segment = _segment(folder)
    segment.rename(folder.parent / "elsewhere")
    segment.symlink_to(folder.parent / "elsewhere")


def _writable_by_all(folder: Path) -> None:
    next(folder.glob("*.toc")).chmod(0o666)


def _removed(folder: Path) -> None:
    shutil.rmtree(folder)


DAMAGES = [
    _torn_toc,
    _added_toc,
    _missing_segment,
    _short_segment,
    _altered_manifest,
    _torn_manifest,
    _missing_manifest,
    _strange_manifest,
    _later_format,
    _linked_segment,
    _writable_by_all,
    _removed,
]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_generation_gives_way_to_the_former_one_with_a_warning(
    store: IndexFolder, analyzer: Analyzer, damage: Callable[[Path], None]
) -> None:
    build(store, analyzer, "甲")
    build(store, analyzer, "乙")
    damage(store.current().path)
    generation = store.current()
    assert generation.number == 1
    assert str(store.path / "generations" / "000002") in generation.warnings[0]
    assert held(store, analyzer) == {"甲"}
    build(store, analyzer, "丙")
    assert held(store, analyzer) == {"甲", "丙"}
    assert store.verify().problems == ()


@pytest.mark.parametrize("damage", DAMAGES)
def test_where_nothing_sound_is_left_the_error_says_what_to_do_and_a_build_starts_anew(
    store: IndexFolder, analyzer: Analyzer, damage: Callable[[Path], None]
) -> None:
    build(store, analyzer, "甲")
    damage(store.current().path)
    with pytest.raises(IndexDamaged, match="--rebuild"):
        store.current()
    assert store.verify().problems != ()
    with store.building(analyzer) as generation:
        assert generation.fresh
        assert "从头建立" in generation.warnings[0]


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"../../etc", b"000009\n", b"9" * 100])
def test_a_lost_pointer_is_answered_with_the_newest_generation(
    store: IndexFolder, analyzer: Analyzer, content: bytes
) -> None:
    build(store, analyzer, "甲")
    build(store, analyzer, "乙")
    (store.path / "current").write_bytes(content)
    assert held(store, analyzer) == {"甲", "乙"}
    build(store, analyzer, "丙")
    assert held(store, analyzer) == {"甲", "乙", "丙"}


def test_a_folder_that_others_may_write_to_is_neither_opened_nor_built_in(
    store: IndexFolder, analyzer: Analyzer
) -> None:
    build(store, analyzer, "甲")
    store.path.chmod(0o777)
    with pytest.raises(IndexDamaged, match="chmod -R go-w"):
        store.current()
    with pytest.raises(IndexDamaged, match="chmod -R go-w"):
        build(store, analyzer, "乙")


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to give a file to another user")
def test_a_file_of_another_user_is_not_unpickled(store: IndexFolder, analyzer: Analyzer) -> None:
    build(store, analyzer, "甲")
    os.chown(next(store.current().path.glob("*.toc")), 12345, -1)
    with pytest.raises(IndexDamaged, match="另一个用户（uid 12345）"):
        store.current()


def test_what_is_built_under_an_open_umask_is_not_writable_by_others(store: IndexFolder, analyzer: Analyzer) -> None:
    former = os.umask(0)
    try:
        build(store, analyzer, "甲")
    finally:
        os.umask(former)
    modes = {path.name: path.stat().st_mode & 0o022 for path in [store.path, *store.path.rglob("*")]}
    assert {name for name, mode in modes.items() if mode} <= {"writer.lock"}
    assert held(store, analyzer) == {"甲"}


def test_a_reader_overtaken_by_two_builds_opens_the_newest(store: IndexFolder, analyzer: Analyzer) -> None:
    class Overtaken(IndexFolder):
        overtaken = False

        def _newest_sound(self, named: int | None, *, whole: bool = False) -> Generation:
            if not self.overtaken:
                self.overtaken = True
                build(store, analyzer, "乙")
                build(store, analyzer, "丙")
            return super()._newest_sound(named, whole=whole)

    build(store, analyzer, "甲")
    with Overtaken(store.path).open(analyzer) as engine:
        assert engine.count(MatchAll()) == 6


# Readers


def test_readers_notice_a_new_generation_and_leave_old_ones_undisturbed(store: IndexFolder, analyzer: Analyzer) -> None:
    build(store, analyzer, "甲")
    readers = Readers(store, analyzer)
    with readers.lent() as old:
        for name in "乙丙丁":
            build(store, analyzer, name)
        with readers.lent() as new:
            assert new is not old
            assert new.engine.count(MatchAll()) == 8
        assert old.engine.count(Term("河堤")) == 2
        assert old.engine.document("甲") is not None
        assert len(old.engine.passages_of("甲")) == 2
    with readers.lent() as again:
        assert again is new
    assert readers.generation().number == 4
    readers.close()


def test_readers_follow_a_rollback(store: IndexFolder, analyzer: Analyzer) -> None:
    build(store, analyzer, "甲")
    build(store, analyzer, "乙")
    readers = Readers(store, analyzer)
    with readers.lent() as lent:
        assert lent.engine.count(MatchAll()) == 4
    store.rollback()
    with readers.lent() as lent:
        assert lent.engine.count(MatchAll()) == 2
    readers.close()


def test_readers_without_an_index_say_so_and_find_it_once_it_is_there(store: IndexFolder, analyzer: Analyzer) -> None:
    readers = Readers(store, analyzer)
    with pytest.raises(IndexMissing), readers.lent():
        pass
    build(store, analyzer, "甲")
    with readers.lent() as lent:
        assert lent.engine.count(MatchAll()) == 2
    readers.close()


def test_readers_go_on_with_what_is_open_when_the_folder_is_damaged(store: IndexFolder, analyzer: Analyzer) -> None:
    build(store, analyzer, "甲")
    readers = Readers(store, analyzer)
    with readers.lent() as lent:
        assert lent.engine.count(MatchAll()) == 2
    _torn_manifest(store.current().path)
    (store.path / "current").write_text("000001\n")
    with readers.lent() as lent:
        assert lent.engine.count(Term("河堤")) == 2
    readers.close()


def test_threads_search_correctly_while_generations_come_and_go(store: IndexFolder, analyzer: Analyzer) -> None:
    build(store, analyzer, "甲")
    readers = Readers(store, analyzer, idle=2)
    wrong: list[object] = []
    done = threading.Event()

    def ask() -> None:
        while not done.is_set():
            try:
                with readers.lent() as lent:
                    total = lent.engine.count(MatchAll())
                    matches = lent.engine.search(Term("河堤"), limit=100)
                    if matches.total != total or {hit.id for hit in matches.hits} == set():
                        wrong.append(matches)
            except FanwenError as error:
                wrong.append(error)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(12):
        build(store, analyzer, f"乙{number}")
    done.set()
    for thread in threads:
        thread.join()
    with readers.lent() as lent:
        assert lent.engine.count(MatchAll()) == 26
    readers.close()
    assert wrong == []


def test_closed_readers_hold_no_files_of_the_index(store: IndexFolder, analyzer: Analyzer) -> None:
    build(store, analyzer, "甲")
    readers = Readers(store, analyzer)
    with readers.lent(), readers.lent(), readers.lent():
        pass
    assert _mapped(store) > 0
    readers.close()
    assert _mapped(store) == 0
    with (store.path / "writer.lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _mapped(store: IndexFolder) -> int:
    """How many files of the index this process has open or mapped."""
    try:
        with open("/proc/self/maps", encoding="utf-8", errors="replace") as maps:  # noqa: PTH123
            mapped = sum(str(store.path) in line for line in maps)
    except FileNotFoundError:
        pytest.skip("needs /proc")
    links = (os.path.realpath(f"/proc/self/fd/{each}") for each in os.listdir("/proc/self/fd"))  # noqa: PTH208
    return mapped + sum(link.startswith(str(store.path)) for link in links)
