"""The catalog of sources."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from indexer import catalog as catalogs
from indexer.catalog import Catalog, SourceEntry

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SUMMARY = SourceEntry(
    name="乡镇/青石镇.docx",
    fingerprint="f1",
    bytes=2048,
    encoding="",
    documents=3,
    passages=40,
    kinds={"总结": 2, "汇报": 1},
    years={2023: 1, 2024: 2},
    set_aside={"menu": 5},
    warnings=("第 3 页没有文字",),
)
LETTER = SourceEntry("信访.txt", "f2", 300, "gb18030", 1, 4, {"总结": 1}, {2024: 1}, {"menu": 1, "teaser": 1})
LOCKED = SourceEntry("密件.pdf", "f3", 999, reason="文件有密码，打不开。", code="encrypted")


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    catalog = Catalog.writable(tmp_path / "catalog.sqlite")
    yield catalog
    catalog.close()


def test_what_is_put_in_comes_back_whole_with_its_times(catalog: Catalog) -> None:
    catalog.put(SUMMARY)
    entry = catalog.entry(SUMMARY.name)
    assert entry is not None
    assert entry.added == entry.changed != ""
    assert catalog.entry(SUMMARY.name) == SourceEntry(
        **{name: getattr(SUMMARY, name) for name in SUMMARY.__slots__ if name not in {"added", "changed"}},
        added=entry.added,
        changed=entry.changed,
    )
    assert catalog.entry("没有.txt") is None


def test_replacing_a_source_keeps_the_time_it_was_added(catalog: Catalog) -> None:
    catalog.put(SourceEntry("信访.txt", "旧", added="2024-01-01T00:00:00+00:00"))
    catalog.put(LETTER)
    entry = catalog.entry("信访.txt")
    assert entry is not None
    assert (entry.fingerprint, entry.added) == ("f2", "2024-01-01T00:00:00+00:00")
    assert entry.changed > entry.added
    assert [each.name for each in catalog.entries()] == ["信访.txt"]


def test_totals_add_up_what_was_read_and_count_what_was_skipped(catalog: Catalog) -> None:
    for entry in (SUMMARY, LETTER, LOCKED):
        catalog.put(entry)
    totals = catalog.totals()
    assert (totals.sources, totals.bytes, totals.documents, totals.passages) == (2, 2348, 4, 44)
    assert totals.kinds == {"总结": 3, "汇报": 1}
    assert totals.years == {2023: 1, 2024: 3}
    assert totals.set_aside == {"menu": 6, "teaser": 1}
    assert totals.encodings == {"gb18030": 1}
    assert totals.skipped == {"encrypted": 1}
    assert [(entry.name, entry.reason) for entry in catalog.skipped()] == [("密件.pdf", "文件有密码，打不开。")]


def test_an_empty_catalog_has_zero_totals_and_no_run(catalog: Catalog) -> None:
    totals = catalog.totals()
    assert (totals.sources, totals.bytes, totals.documents, totals.passages) == (0, 0, 0, 0)
    assert catalog.run() == {}
    assert list(catalog.fingerprints()) == []


def test_a_deleted_source_is_forgotten(catalog: Catalog) -> None:
    catalog.put(LETTER)
    assert catalog.delete("信访.txt") is True
    assert catalog.delete("信访.txt") is False
    assert catalog.fingerprint("信访.txt") is None


def test_fingerprints_may_be_streamed_while_sources_change(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogs, "_PAGE", 3)
    for number in range(10):
        catalog.put(SourceEntry(f"{number}.txt", f"f{number}"))
    seen = []
    for name, fingerprint in catalog.fingerprints():
        seen.append((name, fingerprint))
        catalog.put(SourceEntry(name, "新"))
        catalog.delete("7.txt")
    assert seen == [(f"{number}.txt", f"f{number}") for number in range(10) if number != 7]


def test_file_names_that_are_no_unicode_are_kept_apart(catalog: Catalog) -> None:
    for name in ("旧\udcbe\udcc9.txt", "旧\udcbe\udcca.txt"):
        catalog.put(SourceEntry(name, "f", reason="名字\udcbe读不了", code="name"))
    assert [entry.name for entry in catalog.entries()] == ["旧\udcbe\udcc9.txt", "旧\udcbe\udcca.txt"]


def test_the_summary_of_the_last_run_replaces_the_one_before(catalog: Catalog) -> None:
    catalog.set_run({"seconds": 1.5, "new": ["a"]})
    catalog.set_run({"seconds": 0.5, "new": []})
    assert catalog.run() == {"seconds": 0.5, "new": []}


def test_a_finished_catalog_is_read_without_touching_it(tmp_path: Path) -> None:
    path = tmp_path / "目录 #1?.sqlite"
    writable = Catalog.writable(path)
    writable.put(LETTER)
    writable.close()
    before = path.stat().st_mtime_ns
    readable = Catalog.readable(path)
    assert readable.fingerprint("信访.txt") == "f2"
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        readable.put(SUMMARY)
    readable.close()
    assert path.stat().st_mtime_ns == before
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


def test_a_catalog_that_is_not_there_is_an_error_and_not_an_empty_one(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError):
        Catalog.readable(tmp_path / "catalog.sqlite").totals()


def test_sources_are_asked_for_by_a_part_of_their_name_and_by_the_page(catalog: Catalog) -> None:
    for entry in (SUMMARY, LETTER, LOCKED):
        catalog.put(entry)

    def names(text: str, **wanted: object) -> tuple[int, list[str]]:
        total, entries = catalog.page(text, **{"limit": 10, "offset": 0, **wanted})  # type: ignore[arg-type]
        return total, [entry.name for entry in entries]

    assert names("") == (3, ["乡镇/青石镇.docx", "信访.txt", "密件.pdf"])
    assert names("", limit=1, offset=1) == (3, ["信访.txt"])
    assert names("", limit=5, offset=3) == (3, [])
    assert names(" 信訪.ＴＸＴ ") == (1, ["信访.txt"])
    assert names("%") == (0, [])
    assert names("", code="encrypted") == (1, ["密件.pdf"])
    assert names("镇", code="") == (1, ["乡镇/青石镇.docx"])
