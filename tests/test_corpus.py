"""Folders and files -> sources: what is found, under which name, and what is passed over or told."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from indexer import corpus
from indexer.corpus import find_sources
from indexer.errors import SourceError
from indexer.model import Source

SUFFIXES = (".txt", ".docx", ".jsonl.gz")


def put(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("正文", encoding="utf-8")


def names(*roots: Path) -> list[str]:
    return [one.name for one in find_sources(roots, suffixes=SUFFIXES).sources]


def skipped(*roots: Path) -> list[tuple[str, str]]:
    return [(one.source, one.code) for one in find_sources(roots, suffixes=SUFFIXES).skipped]


def refusal(*roots: Path) -> SourceError:
    with pytest.raises(SourceError) as caught:
        find_sources(roots, suffixes=SUFFIXES)
    return caught.value


@contextmanager
def without_privileges() -> Iterator[None]:
    """As a user whom permissions bind: root reads everything."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def shared_folder() -> Iterator[Path]:
    """A folder that another user may enter; pytest's own may not be."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    for path in folder.rglob("*"):
        path.chmod(0o755)
    shutil.rmtree(folder)


def test_files_are_found_in_subfolders_in_the_order_of_their_names(tmp_path: Path) -> None:
    put(tmp_path, "总结/乙.txt", "总结/甲.docx", "A.TXT", "导出/库.jsonl.gz")
    assert names(tmp_path) == sorted(["A.TXT", "导出/库.jsonl.gz", "总结/乙.txt", "总结/甲.docx"])


def test_a_file_given_directly_bears_its_own_name(tmp_path: Path) -> None:
    put(tmp_path, "总结/甲.txt")
    assert names(tmp_path / "总结" / "甲.txt") == ["甲.txt"]


def test_hidden_files_and_lock_files_are_passed_over_silently(tmp_path: Path) -> None:
    put(tmp_path, ".DS_Store", ".git/a.txt", "~$报告.docx", ".~lock.报告.docx#", "Thumbs.db", "报告.docx")
    assert names(tmp_path) == ["报告.docx"]
    assert skipped(tmp_path) == []


def test_other_formats_are_told_with_their_suffix(tmp_path: Path) -> None:
    put(tmp_path, "照片.jpg", "无后缀", "库.gz")
    found = find_sources([tmp_path], suffixes=SUFFIXES)
    assert {one.source: one.reason for one in found.skipped} == {
        "照片.jpg": "不支持的格式（.jpg）。",
        "无后缀": "不支持的格式（没有后缀）。",
        "库.gz": "不支持的格式（.gz）。",
    }


def test_several_roots_stand_in_front_of_their_names(tmp_path: Path) -> None:
    put(tmp_path, "总结/一.txt", "汇报/一.txt", "汇报/二.txt")
    assert names(tmp_path / "总结", tmp_path / "汇报") == ["总结/一.txt", "汇报/一.txt", "汇报/二.txt"]


def test_files_of_one_name_bear_the_names_of_their_folders(tmp_path: Path) -> None:
    put(tmp_path, "甲/一.txt", "乙/一.txt", "乙/二.txt")
    given = [tmp_path / name for name in ("甲/一.txt", "乙/一.txt", "乙/二.txt")]
    assert names(*given) == sorted(["甲/一.txt", "乙/一.txt", "二.txt"])


def test_names_that_clash_all_the_same_are_refused(tmp_path: Path) -> None:
    put(tmp_path, "甲/总结/一.txt", "乙/总结/一.txt")
    error = refusal(tmp_path / "甲" / "总结", tmp_path / "乙" / "总结")
    assert error.code == "clash"
    assert "总结/一.txt" in str(error)
    assert "请改名" in str(error)


def test_a_file_below_two_roots_is_read_once(tmp_path: Path) -> None:
    put(tmp_path, "总结/一.txt")
    assert len(names(tmp_path, tmp_path / "总结")) == 1


def test_a_missing_root_is_an_error_that_names_it(tmp_path: Path) -> None:
    error = refusal(tmp_path / "没有")
    assert error.code == "missing"
    assert "没有，请检查路径" in str(error)


def test_a_root_without_permission_is_an_error_that_names_it(shared_folder: Path) -> None:
    (shared_folder / "保密").mkdir(mode=0o700)
    with without_privileges():
        if os.access(shared_folder / "保密", os.R_OK, effective_ids=True) and os.geteuid() != 65534:
            (shared_folder / "保密").chmod(0)
        error = refusal(shared_folder / "保密")
    assert error.code == "denied"
    assert "保密" in str(error)


def test_an_unreadable_file_or_subfolder_is_told_and_the_others_are_found(shared_folder: Path) -> None:
    put(shared_folder, "一.txt", "二.txt", "内/三.txt")
    (shared_folder / "二.txt").chmod(0)
    (shared_folder / "内").chmod(0)
    with without_privileges():
        assert names(shared_folder) == ["一.txt"]
        assert skipped(shared_folder) == [("二.txt", "denied"), ("内", "denied")]


def test_a_folder_that_may_only_be_listed_is_told_and_the_others_are_found(shared_folder: Path) -> None:
    put(shared_folder, "一.txt", "内/三.txt")
    (shared_folder / "内").chmod(0o444)
    with without_privileges():
        assert names(shared_folder) == ["一.txt"]
        assert skipped(shared_folder) == [("内/三.txt", "denied")]


def test_folders_deeper_than_the_system_can_name_are_told_and_the_others_are_found(tmp_path: Path) -> None:
    put(tmp_path, "一.txt")
    here = os.open(tmp_path, os.O_RDONLY)
    for _ in range(30):
        os.mkdir("深" * 60, dir_fd=here)
        here, above = os.open("深" * 60, os.O_RDONLY, dir_fd=here), here
        os.close(above)
    os.close(here)
    assert names(tmp_path) == ["一.txt"]
    assert [code for _, code in skipped(tmp_path)] == ["denied"]
    shutil.rmtree(tmp_path / ("深" * 60))


def test_links_are_not_followed_out_of_the_root_and_loops_end(tmp_path: Path) -> None:
    put(tmp_path, "库/一.txt", "外/二.txt")
    root = tmp_path / "库"
    (root / "圈").symlink_to(root)
    (root / "外").symlink_to(tmp_path / "外")
    (root / "断.txt").symlink_to(tmp_path / "没有")
    (root / "同.txt").symlink_to(root / "一.txt")
    assert names(root) == ["一.txt"]
    assert skipped(root) == sorted([("外", "link"), ("断.txt", "link")])


def test_a_root_may_itself_be_a_link(tmp_path: Path) -> None:
    put(tmp_path, "库/一.txt")
    (tmp_path / "连").symlink_to(tmp_path / "库")
    assert names(tmp_path / "连") == ["一.txt"]


def test_a_pipe_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "管.txt")
    assert skipped(tmp_path) == [("管.txt", "unsupported")]


def test_names_that_are_not_utf8_on_disk_are_read_as_gb18030_or_escaped(tmp_path: Path) -> None:
    for raw in ("总结.txt".encode("gb18030"), b"\xff\xfe.txt"):
        (tmp_path / os.fsdecode(raw)).write_text("正文", encoding="utf-8")
    found = names(tmp_path)
    assert found == ["\\xff\\xfe.txt", "总结.txt"]
    assert "".join(found).encode("utf-8")


def test_the_fingerprint_follows_the_bytes(tmp_path: Path) -> None:
    put(tmp_path, "一.txt")
    source = Source(tmp_path / "一.txt", "一.txt")
    before = corpus.fingerprint(source)
    assert corpus.read(source).fingerprint == before
    os.utime(source.path, (1, 1))
    assert corpus.fingerprint(source) == before
    source.path.write_text("另文", encoding="utf-8")
    assert corpus.fingerprint(source) != before


def test_a_file_that_changes_while_it_is_read_is_told(tmp_path: Path) -> None:
    put(tmp_path, "一.txt")
    source = Source(tmp_path / "一.txt", "一.txt")
    with pytest.raises(SourceError, match="读取时被改动") as caught, corpus.opened(source):
        source.path.write_text("正文，又写了一句", encoding="utf-8")
    assert caught.value.code == "changing"


def test_a_file_that_is_replaced_while_it_is_read_is_told(tmp_path: Path) -> None:
    put(tmp_path, "一.txt", "二.txt")
    source = Source(tmp_path / "一.txt", "一.txt")
    with pytest.raises(SourceError, match="读取时被改动"), corpus.opened(source):
        (tmp_path / "二.txt").replace(source.path)


def test_a_file_that_is_gone_or_too_large_is_told(tmp_path: Path) -> None:
    put(tmp_path, "一.txt")
    source = Source(tmp_path / "一.txt", "一.txt")
    with pytest.raises(SourceError, match="超过 0 MB") as caught:
        corpus.read(source, max_bytes=5)
    assert caught.value.code == "too_large"
    source.path.unlink()
    with pytest.raises(SourceError) as caught:
        corpus.read(source)
    assert caught.value.code == "missing"
