"""Runs that are started from the page, and what the page reports of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from indexer.analysis import Analyzer, default_analyzer
from indexer.config import Settings
from indexer.generations import IndexFolder
from indexer.report import ASIDE_NAMES
from indexer.state.runs import Run
from indexer.structure import furniture
from tests.library import index_texts
from tests.web.admin.conftest import SOURCES
from tests.web.admin.minding import Minder, wait_for_run
from web.admin.reports import progress, told


@contextmanager
def another_writer(settings: Settings) -> Iterator[None]:
    with IndexFolder(settings.index).building(default_analyzer()):
        yield


def test_a_run_is_started_watched_and_reported(minder: Minder, settings: Settings) -> None:
    (settings.sources[0] / "坏.docx").write_bytes(b"PK\x03\x04 nothing")
    page = minder.post("/admin/runs")
    assert page.response.location == "/admin/runs"
    # Starting takes a second at least, so the page finds it under way.
    page = minder.open("/admin/runs")
    assert page.tree.xpath("//*[@data-watch]/@data-url") == ["/admin/runs/status"]
    assert not page.tree.xpath("//form[@action='/admin/runs']")
    wait_for_run(minder)
    page = minder.open("/admin/runs")
    assert "新增 2 个文件" in page.text
    assert "跳过的文件 1 个" in page.text
    assert page.one("//section[@aria-labelledby='skipped']//td[@class='name']") == "坏.docx"
    assert not page.tree.xpath("//progress")


def test_a_run_beside_another_one_is_refused_with_the_reason(minder: Minder, settings: Settings) -> None:
    with another_writer(settings):
        page = minder.post("/admin/runs")
    assert page.status == 409
    assert "正在写入索引" in page.text


def test_everything_is_read_anew_only_after_a_question(minder: Minder, settings: Settings, analyzer: Analyzer) -> None:
    page = minder.open("/admin/runs/rebuild")
    assert page.one("//h1") == "全部重新读取"
    assert page.tree.xpath("//input[@name='rebuild']/@value") == ["1"]
    index_texts(settings.index, dict.fromkeys(SOURCES, "旧的内容\n没有变化。\n"), analyzer)
    minder.post("/admin/runs", {"rebuild": "1"})
    wait_for_run(minder)
    assert "新增 2 个文件" in minder.open("/admin/runs").text


def test_a_run_that_fails_is_told_with_its_reason(minder: Minder, settings: Settings) -> None:
    for path in settings.sources[0].rglob("*.txt"):
        path.unlink()
    minder.post("/admin/runs")
    wait_for_run(minder)
    page = minder.open("/admin/runs")
    assert "上一次没有建成" in page.text
    assert "没有可以读取的文件" in page.text


def test_an_open_page_does_not_keep_the_session_alive(minder: Minder) -> None:
    assert "Set-Cookie" not in minder.client.get("/admin/runs/status").headers
    assert "Set-Cookie" in minder.client.get("/admin/runs").headers


@pytest.mark.parametrize(
    ("run", "line", "share"),
    [
        (Run("running"), "正在启动", 0.0),
        (Run("running", stage="读取", files=40, files_done=10, bytes=1000, bytes_done=250), "读取：10 / 40 个文件，25%", 0.25),
        (Run("running", stage="读取", files=1, files_done=1, bytes=10, bytes_done=12), "读取：1 / 1 个文件，100%", 1.0),
    ],
)  # fmt: skip
def test_progress_is_one_line(run: Run, line: str, share: float) -> None:
    assert progress(run).line == line
    assert progress(run).share == share


def test_a_long_report_is_cut_and_the_rest_counted() -> None:
    skipped = [{"source": f"{number}.xls", "reason": "不支持的格式（.xls）。"} for number in range(1000)]
    report = told(Run("done", report={"skipped": skipped}))
    assert report is not None
    assert (report.skipped.total, len(report.skipped.lines), report.skipped.more) == (1000, 200, 800)


def test_every_reason_for_setting_aside_has_a_name_for_people() -> None:
    reasons = {word for word in (furniture.__doc__ or "").split("``")[1::2] if word.isidentifier()}
    assert reasons
    assert reasons <= ASIDE_NAMES.keys()
