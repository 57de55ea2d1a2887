"""The files of the library: found by name, taken out, let in again, deleted."""

from __future__ import annotations

import pytest

from indexer.analysis import Analyzer
from indexer.config import Settings
from indexer.state.exclusions import FILE, Exclusions
from indexer.state.uploads import FOLDER, Uploads
from tests.library import index_texts
from tests.web.admin.conftest import SOURCES
from tests.web.admin.minding import Minder, wait_for_run
from tests.web.reading import Read, read
from web.admin import shown

STATION = "总结/枫桥站防汛工作总结.txt"


@pytest.fixture
def indexed(minder: Minder, settings: Settings, analyzer: Analyzer) -> Minder:
    index_texts(settings.index, SOURCES, analyzer)
    return minder


def names(page: Read) -> list[str]:
    return page.all("//td[@class='name']/a | //td[@class='name'][not(a)]/text()")


def test_files_are_listed_with_what_is_in_them_and_found_by_name(indexed: Minder) -> None:
    page = indexed.open("/admin/sources")
    assert names(page) == sorted(SOURCES)
    assert page.all("//td[@data-name='文章']") == ["1", "1"]
    assert names(indexed.open("/admin/sources", q="防汛")) == [STATION]
    assert "没有文件名里含“龘”的文件" in indexed.open("/admin/sources", q="龘").text


def test_many_files_have_several_pages(indexed: Minder, settings: Settings, analyzer: Analyzer) -> None:
    index_texts(
        settings.index, {f"通报/{number:03}.txt": f"第{number}期通报\n今天晴。\n" for number in range(60)}, analyzer
    )
    page = indexed.open("/admin/sources")
    assert len(names(page)) == 50
    assert "第 1 / 2 页" in page.text
    second = read(indexed.client, page.link("下一页"))
    assert len(names(second)) == 12
    assert second.link("上一页")
    assert indexed.open("/admin/sources", page="99").status == 200
    assert indexed.open("/admin/sources", page="x").status == 200


def test_before_a_file_is_taken_out_the_page_names_what_goes_away(indexed: Minder) -> None:
    page = read(indexed.client, indexed.open("/admin/sources", q="防汛").link("移出："))
    assert STATION in page.text
    assert "1 篇文章" in page.text
    assert "《枫桥站防汛工作总结》" in page.text
    assert "原文件不动" in page.text


def test_a_file_of_the_operator_is_taken_out_and_let_in_again(indexed: Minder, settings: Settings) -> None:
    exclusions = Exclusions(settings.state / FILE)
    done = indexed.post("/admin/sources/remove", {"name": shown.coded(STATION)})
    page = read(indexed.client, done.response.location)
    assert "已经移出，原文件没有动" in page.text
    assert "现在就更新索引" in page.text
    assert "已移出，更新索引后就检索不到了" in page.text
    assert exclusions.names() == {STATION}
    assert (settings.sources[0] / STATION).exists()
    indexed.post("/admin/sources/restore", {"name": shown.coded(STATION)})
    assert exclusions.names() == frozenset()


def test_a_file_that_was_taken_out_is_not_found_after_the_next_run(minder: Minder) -> None:
    minder.post("/admin/runs")
    wait_for_run(minder)
    assert read(minder.client, "/search", q="巡堤查险").all("//article")
    minder.post("/admin/sources/remove", {"name": shown.coded(STATION)})
    minder.post("/admin/runs")
    wait_for_run(minder)
    assert not read(minder.client, "/search", q="巡堤查险").all("//article")
    page = minder.open("/admin/sources", view="out")
    assert names(page) == [STATION]
    assert page.all("//button[contains(., '恢复')]")


def test_an_upload_is_deleted_after_a_warning(indexed: Minder, settings: Settings) -> None:
    indexed.upload({"来文.txt": "来文\n正文。\n".encode()})
    (upload,) = Uploads(settings.state / FOLDER).entries()
    code = shown.coded(upload.source)
    assert "会从服务器上删除，不能恢复" in indexed.open("/admin/sources/remove", name=code).text
    done = indexed.post("/admin/sources/remove", {"name": code})
    assert "已经删除" in read(indexed.client, done.response.location).text
    assert Uploads(settings.state / FOLDER).entries() == []


def test_a_file_is_read_anew(minder: Minder) -> None:
    minder.post("/admin/runs")
    wait_for_run(minder)
    assert minder.post("/admin/sources/reread", {"name": shown.coded(STATION)}).response.location == "/admin/runs"
    wait_for_run(minder)
    assert "更新 1 个" in minder.open("/admin/runs").text


@pytest.mark.parametrize(
    "name", ["", "x", "!!!!", shown.coded("没有.txt"), shown.coded("../../etc/passwd"), "A" * 5000]
)
def test_a_file_that_is_not_there_is_told(indexed: Minder, name: str) -> None:
    for path in ("remove", "reread"):
        page = indexed.post(f"/admin/sources/{path}", {"name": name})
        assert page.status == 404
        assert page.link("回到总览")


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>.txt", "报\u202e告\u0007.txt", "长" * 290 + ".txt", "半\udcb9.txt"]
)
def test_a_hostile_name_is_text_and_still_the_right_file(
    indexed: Minder, settings: Settings, analyzer: Analyzer, name: str
) -> None:
    index_texts(settings.index, {name: "怪名字\n正文在这里，怪名字的正文。\n"}, analyzer)
    page = indexed.open("/admin/sources")
    assert not page.tree.xpath("//main//script")
    assert "\u202e" not in page.response.text
    code = shown.coded(name)
    assert page.tree.xpath(f"//input[@value='{code}']")
    assert "怪名字" in indexed.open("/admin/sources/remove", name=code).text
    indexed.post("/admin/sources/remove", {"name": code})
    assert Exclusions(settings.state / FILE).names() == {name}


def test_without_an_index_the_page_says_what_to_do(minder: Minder) -> None:
    page = minder.open("/admin/sources")
    assert page.status == 200
    assert "还没有文件" in page.text
    assert page.link("上传")
