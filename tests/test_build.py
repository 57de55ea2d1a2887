"""From folders to an index, again and again: what is read, what stays, what is told."""

from __future__ import annotations

import gzip
import io
import json
import re
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from indexer import build as building
from indexer import gathering
from indexer.analysis import JiebaAnalyzer, RjiebaSegmenter, default_analyzer
from indexer.build import build, former_sources
from indexer.config import Settings
from indexer.errors import BuildError, FanwenError, SourceError
from indexer.generations import IndexFolder
from indexer.progress import Silent
from indexer.report import Report
from indexer.search import Search, SearchRequest
from indexer.state import exclusions, uploads
from indexer.state.exclusions import Exclusions
from indexer.state.uploads import Incoming, Taken, UploadLimits, Uploads

ROOT = Path(__file__).parent.parent

SUMMARY = """青溪县2023年信访工作总结

一、主要做法
（一）领导包案。今年以来，全县三十二件积案逐件明确包案领导，带着方案下访，化解二十九件。
（二）源头预防。各镇每月排查一次矛盾，登记造册，小事不出村。

二、存在的问题
少数镇接访不及时，群众来回跑；台账与系统数据对不上。
"""
PLAN = """云岭镇2024年环境整治工作计划

一、总体目标
全镇十八个村全部通过县级验收，创建示范村三个，主干道两侧垃圾日产日清。

二、重点任务
清理河道十二公里，拆除乱搭乱建四十处，新建公厕九座，改造旱厕二百户。
"""


@pytest.fixture
def library(tmp_path: Path) -> Path:
    folder = tmp_path / "文库"
    (folder / "总结").mkdir(parents=True)
    (folder / "总结" / "信访.txt").write_text(SUMMARY, encoding="utf-8")
    (folder / "环境整治计划.md").write_text(PLAN, encoding="utf-8")
    return folder


@pytest.fixture
def settings(tmp_path: Path, library: Path) -> Settings:
    return Settings(index=tmp_path / "索引", state=tmp_path / "state", sources=(library,), jobs=2)


class Rules(JiebaAnalyzer):
    """An analyzer of other rules than the default one."""

    @property
    def fingerprint(self) -> str:
        return "other rules"


def run(settings: Settings, *, rebuild: bool = False) -> Report:
    return build(settings, analyzer=default_analyzer(), rebuild=rebuild)


def found(settings: Settings, query: str) -> list[str]:
    """The texts that hold what is asked for."""
    search = Search(folder=settings.index)
    try:
        request = SearchRequest(query=query, per_page=50, collapse=False, off=frozenset({"fill"}))
        page = search.search(request)
        return [] if page.relaxed else [hit.record.text for hit in page.hits]
    finally:
        search.close()


def numbers(report: Report) -> tuple[int, int, int, int]:
    return report.new, report.changed, report.unchanged, report.gone


def test_a_folder_becomes_an_index_that_can_be_searched(settings: Settings) -> None:
    report = run(settings)
    assert numbers(report) == (2, 0, 0, 0)
    assert (report.generation, report.sources, report.documents) == (1, 2, 2)
    assert report.passages == len(found(settings, "")) >= 5
    assert any("三十二件积案" in text for text in found(settings, "领导包案"))
    assert report.megabytes == pytest.approx(len((SUMMARY + PLAN).encode()) / 1_000_000)
    assert report.seconds > 0


def test_what_is_unchanged_is_not_read_and_no_generation_is_made(settings: Settings) -> None:
    run(settings)
    report = run(settings)
    assert numbers(report) == (0, 0, 2, 0)
    assert report.is_unchanged
    assert (report.generation, report.documents, report.megabytes) == (1, 2, 0.0)


def test_a_touched_file_with_the_same_content_is_unchanged(settings: Settings, library: Path) -> None:
    run(settings)
    (library / "环境整治计划.md").touch()
    assert numbers(run(settings)) == (0, 0, 2, 0)


def test_new_changed_and_gone_files_are_told_apart(settings: Settings, library: Path) -> None:
    run(settings)
    (library / "总结" / "信访.txt").write_text(SUMMARY.replace("源头预防", "源头治理"), encoding="utf-8")
    (library / "环境整治计划.md").unlink()
    (library / "安全.txt").write_text(
        "安全生产检查通报\n\n全县检查企业八十家，整改隐患一百三十处。\n", encoding="utf-8"
    )
    report = run(settings)
    assert numbers(report) == (1, 1, 0, 1)
    assert report.generation == 2
    assert found(settings, "源头治理")
    assert found(settings, "安全生产检查")
    assert found(settings, '"源头预防"') == []
    assert found(settings, '"清理河道"') == []


def test_rebuilding_reads_everything_again(settings: Settings) -> None:
    run(settings)
    assert numbers(run(settings, rebuild=True)) == (2, 0, 0, 0)


def test_another_analyzer_rebuilds_everything_and_says_so(settings: Settings) -> None:
    run(settings)
    report = build(settings, analyzer=Rules(RjiebaSegmenter()))
    assert numbers(report) == (2, 0, 0, 0)
    assert any("重新建立" in note for note in report.notes)


def test_other_reading_rules_rebuild_everything_and_say_so(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    run(settings)
    monkeypatch.setattr(building, "READING_VERSION", building.READING_VERSION + 1)
    report = run(settings)
    assert numbers(report) == (2, 0, 0, 0)
    assert any("读取规则" in note for note in report.notes)
    assert run(settings).notes == ()


def test_what_cannot_be_read_is_skipped_with_its_reason_and_the_rest_goes_on(settings: Settings, library: Path) -> None:
    (library / "空.txt").write_bytes(b"")
    (library / "图.png").write_bytes(b"\x89PNG")
    (library / "压缩包.docx").write_bytes(b"PK\x03\x04 this is no document")
    report = run(settings)
    assert numbers(report) == (2, 0, 0, 0)
    codes = {one.source: one.code for one in report.skipped}
    assert codes.keys() == {"空.txt", "图.png", "压缩包.docx"}
    assert (codes["空.txt"], codes["图.png"]) == ("empty", "unsupported")
    assert all(one.reason.endswith("。") for one in report.skipped)
    assert report.documents == 2


def test_skipped_files_that_stay_as_they_are_make_no_new_generation(settings: Settings, library: Path) -> None:
    (library / "空.txt").write_bytes(b"")
    (library / "图.png").write_bytes(b"\x89PNG")
    first, second = run(settings), run(settings)
    assert second.generation == first.generation
    assert second.skipped == first.skipped
    assert second.unchanged == 3


def test_a_file_that_can_no_longer_be_read_keeps_its_former_passages(settings: Settings, library: Path) -> None:
    run(settings)
    (library / "总结" / "信访.txt").write_bytes(b"")
    report = run(settings)
    assert [(one.source, one.code) for one in report.kept] == [("总结/信访.txt", "empty")]
    assert report.skipped == ()
    assert (report.generation, report.documents) == (1, 2)
    assert found(settings, "领导包案")
    (library / "总结" / "信访.txt").write_text(SUMMARY, encoding="utf-8")
    assert run(settings).kept == ()


def test_a_folder_that_can_no_longer_be_entered_keeps_its_former_passages(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(settings)
    listing = Path.iterdir

    def refused(folder: Path) -> object:
        if folder.name == "总结":
            raise PermissionError(13, "Permission denied")
        return listing(folder)

    monkeypatch.setattr(Path, "iterdir", refused)
    report = run(settings)
    assert [(one.source, one.code) for one in report.kept] == [("总结", "denied")]
    assert report.gone == 0
    monkeypatch.undo()
    assert found(settings, "领导包案")


def test_a_file_that_another_thing_took_the_place_of_is_gone(settings: Settings, library: Path, tmp_path: Path) -> None:
    run(settings)
    outside = tmp_path / "别处.txt"
    (library / "总结" / "信访.txt").rename(outside)
    (library / "总结" / "信访.txt").symlink_to(outside)
    report = run(settings)
    assert report.gone == 1
    assert [one.code for one in report.skipped] == ["link"]
    assert found(settings, '"领导包案"') == []


def test_a_folder_that_does_not_exist_is_an_error(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="找不到"):
        run(replace(settings, sources=(tmp_path / "没有",)))
    assert not settings.index.exists()


def test_a_library_without_anything_readable_leaves_the_index_as_it_was(settings: Settings, library: Path) -> None:
    run(settings)
    (library / "总结" / "信访.txt").unlink()
    (library / "环境整治计划.md").rename(library / "环境整治计划.mdx")
    with pytest.raises(BuildError, match=re.escape("环境整治计划.mdx：不支持的格式")):
        run(settings)
    assert found(settings, "领导包案")


@pytest.mark.parametrize("above", [False, True])
def test_the_index_folder_may_not_be_a_source_or_hold_one(settings: Settings, library: Path, *, above: bool) -> None:
    where = library.parent if above else library
    with pytest.raises(BuildError, match="不能就是来源"):
        run(replace(settings, index=where))


def test_the_index_folder_may_lie_inside_a_source(settings: Settings, library: Path) -> None:
    inside = replace(settings, index=library / "索引")
    for _ in range(3):
        report = run(inside)
        assert (report.sources, report.skipped, report.generation) == (2, (), 1)


def test_set_aside_lines_and_warnings_are_told_also_when_nothing_is_read(settings: Settings, library: Path) -> None:
    page = (
        "云岭镇党建工作总结\n\n浏览量:128 | | |\n\n今年以来，镇党委开展主题党日四十次，覆盖党员六百名，群众评价良好。\n"
    )
    (library / "党建.txt").write_text(page, encoding="utf-8")
    first = run(settings)
    assert first.set_aside["counter"] == 1
    assert run(settings).set_aside == first.set_aside


def record(number: int, **others: object) -> str:
    text = f"第{number}条经验：村里办起了第{number}间便民小屋，老人不出村就能缴费、寄信、取药。"
    return json.dumps(
        {"id": f"n{number}", "title": f"便民服务经验之{number}", "text": text, **others}, ensure_ascii=False
    )


def test_an_export_gives_a_document_for_each_record(
    settings: Settings, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathering, "_IN_MEMORY", 3)
    lines = "\n".join(record(number) for number in range(10))
    (library / "导出.jsonl.gz").write_bytes(gzip.compress(lines.encode()))
    report = run(settings)
    assert report.documents == 12
    assert all(len(found(settings, f'"第{number}间便民小屋"')) == 1 for number in range(10))


def test_a_bad_record_is_told_and_the_others_are_read(settings: Settings, library: Path) -> None:
    lines = [record(1), "{", record(2), json.dumps({"id": "n3"}), record(1, title="编号重了")]
    (library / "导出.jsonl").write_text("\n".join(lines), encoding="utf-8")
    report = run(settings)
    assert report.documents == 4
    assert [(one.source, one.code) for one in report.skipped] == [("导出.jsonl", "bad_record")] * 2
    assert [re.findall(r"第 (\d) 行", one.reason) for one in report.skipped] == [["2"], ["4"]]
    assert any("编号重了" in warning for warning in report.warnings["导出.jsonl"])
    assert run(settings).warnings == report.warnings


def test_a_file_beyond_the_bound_is_skipped_until_the_bound_is_raised(settings: Settings, library: Path) -> None:
    (library / "长.txt").write_text("各村要抓紧清理沟渠，保持村容整洁。" + "\n" * 1_000_000, encoding="utf-8")
    low = replace(settings, read_file_mb=1)
    assert [one.code for one in run(low).skipped] == ["too_large"]
    assert numbers(run(low)) == (0, 0, 3, 0)
    report = run(settings)
    assert report.skipped == ()
    assert report.sources == 3


class Counting(Silent):
    """Adds up what it is told."""

    def __init__(self) -> None:
        self.files = self.size = 0
        self.due: list[tuple[int, int]] = []
        self.steps: list[int] = []

    def begin(self, what: str, *, files: int, size: int) -> None:  # noqa: ARG002
        self.due.append((files, size))

    def advance(self, *, size: int, files: int = 1) -> None:
        self.files += files
        self.size += size
        self.steps.append(size)


def test_progress_goes_on_while_a_large_export_is_written_and_ends_at_the_whole(
    settings: Settings, library: Path
) -> None:
    lines = [{"id": number, "text": f"第{number}项工作已经办结，群众表示满意。"} for number in range(7500)]
    export = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    (library / "库.jsonl").write_text(export, encoding="utf-8")
    progress = Counting()
    build(settings, analyzer=default_analyzer(), progress=progress)
    assert progress.due[-1] == (progress.files, progress.size)
    # A step for each batch that is read, and another when it is written.
    assert len(progress.steps) > 6
    assert max(progress.steps) <= progress.size // 4, progress.steps


def test_records_wait_beside_the_index_and_not_in_the_small_folder_of_the_system(
    settings: Settings, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathering, "_IN_MEMORY", 1)
    monkeypatch.setattr(tempfile, "tempdir", str(library / "没有"))
    line = json.dumps({"text": "各村已经清理沟渠，村容整洁。"}, ensure_ascii=False) + "\n"
    (library / "库.jsonl").write_text(line * 3, encoding="utf-8")
    assert numbers(run(settings)) == (3, 0, 0, 0)


class Interrupting(Silent):
    """Stops a run at its nth sign of life, as Ctrl-C does."""

    def __init__(self, at: int) -> None:
        self._left = at

    def advance(self, *, size: int, files: int = 1) -> None:  # noqa: ARG002
        self._left -= 1
        if self._left == 0:
            raise KeyboardInterrupt


@pytest.mark.parametrize("at", range(1, 9))
def test_an_interrupted_run_leaves_the_former_index(settings: Settings, library: Path, at: int) -> None:
    before = run(settings)
    (library / "总结" / "信访.txt").write_text(SUMMARY.replace("领导包案", "干部包片"), encoding="utf-8")
    (library / "安全.txt").write_text(
        "安全生产检查通报\n\n全县检查企业八十家，整改隐患一百三十处。\n", encoding="utf-8"
    )
    with pytest.raises(KeyboardInterrupt):
        build(settings, analyzer=default_analyzer(), progress=Interrupting(at))
    assert found(settings, "领导包案")
    assert found(settings, '"干部包片"') == []
    store = IndexFolder(settings.index)
    assert store.current().number == before.generation
    assert store.verify().problems == ()
    assert numbers(run(settings)) == (1, 1, 1, 0)


def test_the_report_is_json_with_everything_in_it(settings: Settings, library: Path) -> None:
    (library / "空.txt").write_bytes(b"")
    values = json.loads(json.dumps(run(settings).as_json()))
    assert values["skipped"] == [{"source": "空.txt", "reason": "文件里没有文字。", "code": "empty"}]
    assert values["mb_per_second"] >= 0
    assert {"new", "changed", "unchanged", "gone", "documents", "passages", "set_aside", "warnings"} <= values.keys()


def test_every_reason_to_skip_a_source_is_documented() -> None:
    modules = [path.read_text(encoding="utf-8") for path in (ROOT / "indexer").rglob("*.py")]
    codes = {code for module in modules for code in re.findall(r'\bcode="([a-z_]+)"', module)}
    documented = re.findall(r"^\| `([a-z_]+)` \|", (ROOT / "docs" / "operations.md").read_text(encoding="utf-8"), re.M)
    assert codes
    assert codes <= set(documented)


def test_a_folder_with_other_things_in_it_is_not_used_as_an_index(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "别人的").mkdir()
    (tmp_path / "别人的" / "照片.txt").write_text("x", encoding="utf-8")
    with pytest.raises(FanwenError, match="不能用作索引文件夹"):
        run(replace(settings, index=tmp_path / "别人的"))


class TestWhatAdministratorsDo:
    """Uploads belong to every run, sources can be taken out, read anew, let in again."""

    def test_uploads_belong_to_every_run(self, settings: Settings) -> None:
        upload = uploaded(settings, "接访.docx.txt", SUMMARY.replace("领导包案", "领导接访"))
        assert numbers(run(settings)) == (3, 0, 0, 0)
        assert len(found(settings, '"领导接访"')) == 1
        assert numbers(run(settings)) == (0, 0, 3, 0)
        Uploads(settings.state / uploads.FOLDER).remove(upload)
        assert numbers(run(settings)) == (0, 0, 2, 1)

    def test_there_may_be_nothing_but_uploads_and_then_nothing_at_all(self, settings: Settings) -> None:
        alone = replace(settings, sources=())
        with pytest.raises(BuildError):
            run(alone)
        upload = uploaded(settings, "接访.txt", SUMMARY)
        assert numbers(run(alone)) == (1, 0, 0, 0)
        Uploads(settings.state / uploads.FOLDER).remove(upload)
        report = run(alone)
        assert (report.gone, report.sources, report.passages) == (1, 0, 0)
        assert found(alone, "信访") == []

    def test_an_empty_folder_stops_a_run_though_there_are_uploads(self, settings: Settings, tmp_path: Path) -> None:
        uploaded(settings, "接访.txt", SUMMARY)
        run(settings)
        (tmp_path / "没挂上的盘").mkdir()
        with pytest.raises(BuildError, match="没有可以读取的文件"):
            run(replace(settings, sources=(tmp_path / "没挂上的盘",)))
        assert found(settings, "环境整治")

    def test_an_upload_and_a_file_of_one_name_are_told(self, settings: Settings, library: Path) -> None:
        uploaded(settings, "接访.txt", SUMMARY)
        (library / "上传").mkdir()
        (library / "上传" / "接访.txt").write_text(PLAN, encoding="utf-8")
        with pytest.raises(SourceError, match=r"来源重名：上传/接访\.txt"):
            run(settings)

    def test_what_the_service_keeps_is_no_source(self, settings: Settings, library: Path) -> None:
        inside = replace(settings, state=library / "state", index=library / "index")
        uploaded(inside, "接访.txt", SUMMARY)
        (inside.state / "run").mkdir()
        (inside.state / "run" / "log.txt").write_text(PLAN, encoding="utf-8")
        for _ in range(2):
            report = run(inside)
            assert report.sources == 3
            assert report.skipped == ()

    def test_sources_may_lie_in_the_folder_of_the_service(self, settings: Settings, library: Path) -> None:
        around = replace(settings, state=library.parent)
        uploaded(around, "接访.txt", SUMMARY)
        assert run(around).sources == 3

    def test_a_source_that_is_taken_out_is_gone_and_told_until_it_is_let_in(self, settings: Settings) -> None:
        run(settings)
        out = Exclusions(settings.state / exclusions.FILE)
        out.add("总结/信访.txt")
        out.add("没有.txt")
        report = run(settings)
        assert numbers(report) == (0, 0, 1, 1)
        assert [(one.source, one.code) for one in report.skipped] == [("总结/信访.txt", "excluded")]
        assert found(settings, "领导包案") == []
        assert run(settings).generation == report.generation
        assert [one.code for one in run(settings, rebuild=True).skipped] == ["excluded"]
        out.restore("总结/信访.txt")
        run(settings)
        assert found(settings, "领导包案")

    def test_the_last_source_may_be_taken_out(self, settings: Settings) -> None:
        run(settings)
        out = Exclusions(settings.state / exclusions.FILE)
        out.add("总结/信访.txt")
        out.add("环境整治计划.md")
        assert run(settings).passages == 0
        assert found(settings, "环境整治") == []

    def test_a_source_is_read_anew_by_name(self, settings: Settings) -> None:
        first = run(settings)
        report = build(settings, analyzer=default_analyzer(), reread=["总结/信访.txt", "没有.txt"])
        assert numbers(report) == (0, 1, 1, 0)
        assert report.notes == ("没有名为 没有.txt 的来源，没有重新读取。",)
        assert report.generation == first.generation + 1
        assert report.passages == first.passages

    def test_the_sources_of_the_last_run_are_remembered(self, settings: Settings, library: Path) -> None:
        assert former_sources(settings) == ()
        run(settings)
        assert former_sources(settings) == (library,)
        run(replace(settings, sources=(library / "总结", library / "环境整治计划.md")))
        assert former_sources(settings) == (library / "总结", library / "环境整治计划.md")


def uploaded(settings: Settings, name: str, text: str) -> str:
    incoming = Incoming(name, io.BytesIO(text.encode()))
    (taken,) = Uploads(settings.state / uploads.FOLDER).take([incoming], limits=UploadLimits())
    assert isinstance(taken, Taken)
    return taken.upload.id
