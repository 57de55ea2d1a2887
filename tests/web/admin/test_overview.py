"""The first page of the admin side: figures, and what needs attention, as long as it does."""

from __future__ import annotations

from indexer.analysis import Analyzer
from indexer.config import Settings
from indexer.state.exclusions import FILE, Exclusions
from tests.library import index_texts
from tests.web.admin.conftest import SOURCES
from tests.web.admin.minding import Minder, wait_for_run
from tests.web.reading import read

STATION = "总结/枫桥站防汛工作总结.txt"


def matters(minder: Minder) -> list[str]:
    return minder.open("/admin/").all("//ul[@class='attention']/li")


def test_before_there_is_an_index_the_way_to_one_is_shown(minder: Minder) -> None:
    assert matters(minder) == ["还没有索引，什么也检索不到。 去建索引"]


def test_where_all_is_well_the_page_says_so(minder: Minder, settings: Settings, analyzer: Analyzer) -> None:
    index_texts(settings.index, SOURCES, analyzer)
    page = minder.open("/admin/")
    assert "没有需要处理的事" in page.text
    assert page.all("//dl[@class='figures']//dd") == ["2 个", "2 篇", "2 个"]


def test_what_waits_for_the_next_run_is_counted_until_then(minder: Minder, settings: Settings) -> None:
    minder.post("/admin/runs")
    wait_for_run(minder)
    exclusions = Exclusions(settings.state / FILE)
    minder.upload({"来文.txt": "来文\n来文的正文在这里。\n".encode()})
    exclusions.add(STATION)
    assert matters(minder) == ["有 2 个文件的改动还没有进索引。 去更新索引"]
    minder.post("/admin/runs")
    wait_for_run(minder)
    assert matters(minder) == []
    # Deleting and restoring wait as well.
    upload = minder.open("/admin/sources", q="来文").tree.xpath("//input[@name='name']/@value")[0]
    minder.post("/admin/sources/remove", {"name": upload})
    exclusions.restore(STATION)
    assert matters(minder) == ["有 2 个文件的改动还没有进索引。 去更新索引"]


def test_files_that_were_not_taken_in_and_searches_that_found_nothing_are_told(
    minder: Minder, settings: Settings
) -> None:
    (settings.sources[0] / "坏.docx").write_bytes(b"PK\x03\x04 nothing")
    minder.post("/admin/runs")
    wait_for_run(minder)
    read(minder.client, "/search", q="龘" * 40)
    skipped, missed = matters(minder)
    assert skipped == "有 1 个文件没有收入文库。 看原因"
    assert missed.startswith("有人检索而没有找到：“龘")
    assert len(missed) < 60
    page = read(minder.client, minder.open("/admin/").link("看原因"))
    assert "坏.docx" in page.text
    assert STATION not in page.text
