"""Runs that the service starts: told from any process, one at a time, and as what they came to."""

from __future__ import annotations

import io
import os
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from indexer.config import Settings
from indexer.errors import IndexBusy
from indexer.generations import IndexFolder
from indexer.search import Search, SearchRequest
from indexer.state import exclusions, uploads
from indexer.state.exclusions import Exclusions
from indexer.state.runs import Run, Runs
from indexer.state.uploads import Incoming, Taken, UploadLimits, Uploads
from tests.waiting import comes_true

TEXT = "青溪县信访工作总结\n\n今年以来，全县化解积案二十九件，群众满意度明显提高，没有发生新的越级上访。\n"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    library = tmp_path / "文:库"
    library.mkdir()
    (library / "信访.txt").write_text(TEXT, encoding="utf-8")
    return Settings(index=tmp_path / "索引", state=tmp_path / "state", sources=(library,), jobs=1)


def ended(settings: Settings, *, within: float = 120) -> Run:
    """The run when it is over; asked as another process would ask."""
    return waited(settings, lambda run: run.state != "running", within=within)


def waited(settings: Settings, wanted: Callable[[Run], bool], *, within: float = 120) -> Run:
    last = time.monotonic() + within
    while not wanted(run := Runs(settings).status()):
        assert time.monotonic() < last, run
        time.sleep(0.02)
    return run


def found(settings: Settings, query: str) -> list[str]:
    search = Search(folder=settings.index)
    try:
        page = search.search(SearchRequest(query=query, off=frozenset({"fill"})))
        return [] if page.relaxed else [hit.record.source for hit in page.hits]
    finally:
        search.close()


def upload(settings: Settings, name: str, text: str) -> str:
    limits = UploadLimits()
    store = Uploads(settings.state / uploads.FOLDER)
    (taken,) = store.take([Incoming(name, io.BytesIO(text.encode()))], limits=limits)
    assert isinstance(taken, Taken)
    return taken.upload.id


def test_there_is_none_before_the_first(settings: Settings) -> None:
    assert Runs(settings).status() == Run()
    assert not settings.state.exists()


def test_a_run_reads_the_sources_and_the_uploads_and_tells_its_report(settings: Settings) -> None:
    upload(settings, "计划.txt", TEXT.replace("信访", "治水").replace("积案", "河道"))
    Runs(settings).start()
    assert Runs(settings).status().state == "running"
    run = ended(settings)
    assert (run.state, run.message) == ("done", ""), run
    assert run.report["sources"] == 2
    assert run.started <= run.ended
    assert found(settings, "治水") == ["上传/计划.txt"]
    assert found(settings, "信访工作") == ["信访.txt"]


def test_only_one_runs_at_a_time(settings: Settings) -> None:
    runs = Runs(settings)
    runs.start()
    with pytest.raises(IndexBusy):
        Runs(settings).start()
    assert ended(settings).state == "done"
    runs.start(rebuild=True)
    assert ended(settings).report["generation"] == 2


def test_none_is_started_while_a_command_line_writes(settings: Settings) -> None:
    from indexer.analysis import default_analyzer

    with IndexFolder(settings.index).building(default_analyzer()), pytest.raises(IndexBusy, match=str(os.getpid())):
        Runs(settings).start()
    assert Runs(settings).status().state == "idle"


def test_a_run_that_fails_says_why(settings: Settings, tmp_path: Path) -> None:
    gone = replace(settings, sources=(tmp_path / "没有这个文件夹",))
    Runs(gone).start()
    run = ended(gone)
    assert run.state == "failed"
    assert "找不到" in run.message


def test_a_run_that_is_killed_is_told_as_failed(settings: Settings) -> None:
    for number in range(80):
        (settings.sources[0] / f"{number}.txt").write_text(f"{TEXT}第{number}号", encoding="utf-8")
    runs = Runs(settings)
    runs.start()
    waited(settings, lambda run: bool(run.stage))
    lock = str(settings.state / "run" / "lock")
    os.kill(_holder_of(lock), signal.SIGKILL)
    run = ended(settings)
    assert run.state == "failed"
    assert "中途被终止" in run.message
    with pytest.raises(Exception, match="还没有索引"):
        IndexFolder(settings.index).current()
    # A process that ends gives up its locks one after the other.
    assert comes_true(lambda: not IndexFolder(settings.index).writer())
    runs.start()
    assert ended(settings).report["sources"] == 81


def test_a_source_is_read_anew_taken_out_and_let_in_again(settings: Settings) -> None:
    Runs(settings).start()
    assert ended(settings).report["new"] == 1
    Runs(settings).start(reread=["信访.txt", "没有.txt"])
    run = ended(settings)
    assert run.report["changed"] == 1
    assert run.report["notes"] == ["没有名为 没有.txt 的来源，没有重新读取。"]
    out = Exclusions(settings.state / exclusions.FILE)
    out.add("信访.txt")
    Runs(settings).start()
    report = ended(settings).report
    assert (report["gone"], report["sources"]) == (1, 0)
    assert [(one["source"], one["code"]) for one in report["skipped"]] == [("信访.txt", "excluded")]
    assert found(settings, "信访") == []
    out.restore("信访.txt")
    Runs(settings).start()
    assert ended(settings).report["new"] == 0
    assert found(settings, "信访") == ["信访.txt"]


def test_lines_of_the_word_lists_that_were_left_out_are_told(settings: Settings, tmp_path: Path) -> None:
    words = tmp_path / "词典"
    words.mkdir()
    (words / "words.txt").write_text("长\n", encoding="utf-8")
    Runs(replace(settings, dictionary=words)).start()
    run = ended(settings)
    assert run.state == "done"
    assert "words.txt 第 1 行" in run.log


def _holder_of(lock: str) -> int:
    """The process, other than this one, that has the file open."""
    for process in Path("/proc").iterdir():
        if process.name.isdecimal() and int(process.name) != os.getpid():
            try:
                if any(str(descriptor.readlink()) == lock for descriptor in (process / "fd").iterdir()):
                    return int(process.name)
            except OSError:
                continue
    raise AssertionError("nobody holds the lock")
