"""The commands as a person types them: what they print, where, and with which exit status."""

from __future__ import annotations

import errno
import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import tomllib
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from indexer import cli
from indexer.cli import main, parser
from indexer.progress import Shown, clock, megabytes
from tests.waiting import answered

ROOT = Path(__file__).parent.parent

TEXTS = {
    "总结/信访.txt": "青溪县2023年信访工作总结\n\n一、主要做法\n今年以来，全县三十二件积案逐件明确包案领导，化解二十九件。\n"
    "二、存在的问题\n少数镇接访不及时，群众来回跑。\n",
    "环境.txt": "云岭镇2024年环境整治工作计划\n\n清理河道十二公里，拆除乱搭乱建四十处，环境整治一抓到底。\n",
    "控制.txt": "白石街道安全检查通报\n\n商户\x1b[31m消防\x1b[0m通道被占用十一处，当天全部清理完毕。\n",
}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli") / "文库"
    for name, text in TEXTS.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "空.txt").write_bytes(b"")
    return folder


@pytest.fixture(scope="module")
def index(library: Path) -> Path:
    folder = library.parent / "索引"
    assert main(["index", str(library), "--index", str(folder), "--jobs", "1"]) == 0
    return folder


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder without fanwen.toml, and no variables of ours."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("FANWEN_") and not name.startswith("FANWEN_TEST_")]:
        monkeypatch.delenv(name)


def fanwen(*arguments: str | Path, environ: dict[str, str]) -> subprocess.CompletedProcess[bytes]:
    """The command in a process of its own, as it is typed."""
    command = [sys.executable, "-m", "indexer.cli", *map(str, arguments)]
    environ = {**os.environ, "PYTHONPATH": str(ROOT), **environ}
    return subprocess.run(command, env=environ, capture_output=True, timeout=60, check=False)


def test_indexing_sums_up_on_standard_output_and_shows_progress_apart(
    library: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "报告.json"
    assert main(["index", str(library), "--index", str(tmp_path / "索引"), "--report", str(report)]) == 0
    out, err = capsys.readouterr()
    assert "新增 3 个文件" in out
    assert "空.txt：文件里没有文字。" in out
    assert "MB/秒" in out
    assert err.startswith("读取：4 个文件")
    assert err.splitlines()[-1].startswith("整理索引：3 个文件")
    assert json.loads(report.read_text(encoding="utf-8"))["new"] == 3


def test_indexing_again_says_that_nothing_has_changed(
    library: Path, index: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["index", str(library), "--index", str(index)]) == 0
    assert capsys.readouterr().out.startswith("没有新的、改动的或移走的文件。")


def test_sources_may_come_from_the_configuration_file(
    library: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "设置.toml"
    file.write_text(f'sources = ["{library}"]\nindex = "库"\n', encoding="utf-8")
    assert main(["index", "--config", str(file)]) == 0
    assert (tmp_path / "库" / "current").is_file()
    assert "新增 3" in capsys.readouterr().out


def test_without_sources_those_of_the_last_run_are_read_again(
    library: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["index", "--index", "库"]) == 2
    assert main(["index", str(library), "--index", "库"]) == 0
    capsys.readouterr()
    assert main(["index", "--index", "库", "--reread", "空.txt", "--progress", "进度.json"]) == 0
    out, err = capsys.readouterr()
    assert "未变 3 个，移出 0 个" in out
    assert err == f"没有写来源，仍读上次的：{library}\n"
    stand = json.loads((tmp_path / "进度.json").read_text(encoding="ascii"))
    assert (stand["stage"], stand["error"]) == ("整理索引", "")


def test_a_run_that_fails_says_so_where_its_progress_is_read(tmp_path: Path) -> None:
    assert main(["index", "没有", "--index", "库", "--progress", "进度.json"]) == 2
    assert "找不到 没有" in json.loads((tmp_path / "进度.json").read_text(encoding="ascii"))["error"]
    assert main(["index", "没有", "--index", "库", "--progress", "无此处/进度.json"]) == 2


def test_searching_shows_trail_snippet_and_place(index: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["search", "包案领导", "--index", str(index)]) == 0
    out, err = capsys.readouterr()
    assert "“包案领导”：1 段" in out
    assert "1. 青溪县2023年信访工作总结 › 一、主要做法（总结，2023，做法）" in out
    assert "逐件明确包案领导" in out
    assert re.search(r"总结/信访\.txt 第 \d+ 行", out)
    assert err == ""


def test_several_words_need_no_quotation_marks_of_the_shell(index: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["search", "环境整治", "河道", "--index", str(index)]) == 0
    assert "“环境整治” 且 “河道”：1 段" in capsys.readouterr().out


def test_json_has_the_promised_shape(index: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["search", "积案 化解", "--index", str(index), "--json", "-n", "5"]) == 0
    page = json.loads(capsys.readouterr().out)
    promised = (
        "query interpreted relaxed readings offers total partial page per_page took_ms offsets hits facets fillers "
        "warnings"
    )
    assert " ".join(page) == promised
    assert (page["query"], page["relaxed"], page["total"], page["per_page"]) == ("积案 化解", None, 1, 5)
    hit = page["hits"][0]
    of_hit = (
        "id document_id title part heading_path text snippet snippet_before snippet_after snippet_highlights highlights "
        "score kind year date script source functions flags partial missing quoted copies more"
    )
    assert " ".join(hit) == of_hit
    assert (hit["functions"], hit["partial"], hit["missing"]) == (["measures"], False, [])
    assert [hit["text"][span["start"] : span["end"]] for span in hit["highlights"]] == ["积案", "化解"]
    assert hit["source"].startswith("总结/信访.txt")
    assert page["facets"]["year"] == [{"value": "2023", "count": 1}]


def test_nothing_found_is_exit_status_1_with_the_reason(index: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["search", '"量子计算机"', "--index", str(index)]) == 1
    out, err = capsys.readouterr()
    assert "：0 段" in out
    assert "量子计算机" in err


def test_a_warning_about_the_query_goes_to_standard_error(index: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["search", "（环境整治", "--index", str(index)]) == 0
    assert "没有成对" in capsys.readouterr().err


def test_json_tells_how_a_query_was_understood(index: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["search", "环竟整治", "--index", str(index), "--json"]) == 0
    page = json.loads(capsys.readouterr().out)
    assert [reading["kind"] for reading in page["readings"]] == ["corrections"]
    assert main(["search", "把*变", "--index", str(index), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["fillers"] == []


def test_what_was_understood_is_told_and_switched_off(index: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["search", "32件积案", "--index", str(index)]) == 0
    assert "“32件积案”也找“三十二件积案”（不要这样：--off numbers）" in capsys.readouterr().err
    assert main(["search", "32件积案", "--off", "numbers", "--off", "fill", "--index", str(index)]) == 0
    out, err = capsys.readouterr()
    assert "也找" not in err
    assert "只含部分词语" not in out


def test_what_fills_a_gap_and_what_is_missing_is_told(index: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["search", "清理*公里", "--index", str(index)]) == 0
    assert "句式中的空：河道十二 1" in capsys.readouterr().out
    assert main(["search", "清理", "完毕", "--index", str(index)]) == 0
    out = capsys.readouterr().out
    assert re.search(r"：1 段，另列出 \d 段只含部分词语的", out)
    assert "未出现：完毕" in out


def test_a_site_s_own_words_and_synonyms_are_used_and_their_problems_told(
    library: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "词典").mkdir()
    (tmp_path / "词典" / "words.txt").write_text("包案领导\n", encoding="utf-8")
    (tmp_path / "词典" / "synonyms.txt").write_text("一竿子 = 一抓到底\n没有等号\n", encoding="utf-8")
    (tmp_path / "fanwen.toml").write_text(
        f'index = "库"\ndictionary = "词典"\nsources = ["{library}"]', encoding="utf-8"
    )
    assert main(["index"]) == 0
    assert "synonyms.txt 第 2 行“没有等号”已略去" in capsys.readouterr().err
    assert main(["search", "一竿子"]) == 0
    out, err = capsys.readouterr()
    assert "环境整治一抓到底" in out
    assert "“一竿子”也找“一抓到底”" in err
    assert "已略去" in err
    (tmp_path / "词典" / "words.txt").write_text("包案领导\n积案\n", encoding="utf-8")
    assert main(["index"]) == 0
    # Texts are cut differently now, so all are read again.
    assert "未变 0 个" in capsys.readouterr().out


def test_what_a_text_holds_cannot_steer_the_terminal(index: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["search", "通道被占用", "--index", str(index)]) == 0
    out = capsys.readouterr().out
    assert "通道被占用" in out
    assert "\x1b" not in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["search", "环" * 300, "--index", "INDEX"], "最多 256 个"),
        (["search", "年份:去年", "--index", "INDEX"], "年份:2019-2022"),
        (["search", "环境", "--index", "没有"], "还没有索引"),
        (["search", "环境", "--index", "INDEX", "-n", "多"], "per_page"),
        (["stats", "--index", "没有"], "还没有索引"),
        (["verify", "--index", "没有"], "还没有索引"),
        (["rollback", "--index", "INDEX"], "没有可以退回的"),
        (["serve", "--index", "没有"], "还没有索引"),
        (["index", "没有的文件夹", "--index", "新"], "找不到"),
        (["index", "--index", "新"], "没有说明要读哪里"),
        (["index", "LIBRARY", "--index", "新", "--report", "没有/报告.json"], "报告不能写到"),
        (["config", "--config", "没有.toml"], "读不了配置文件"),
    ],
)
def test_an_error_is_one_message_on_standard_error_and_exit_status_2(
    arguments: list[str], message: str, library: Path, index: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    there = {"INDEX": str(index), "LIBRARY": str(library)}
    assert main([there.get(part, part) for part in arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert message in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "缺少参数：COMMAND"),
        (["find"], "不能是 'find'"),
        (["search"], "缺少参数：QUERY"),
        (["search", "x", "--page", "零"], "应为从 1 起的页码"),
        (["search", "-计划"], "放在 -- 之后"),
        (["search", "x", "--off", "all"], "--off 不能是 'all'"),
        (["stats", "--index"], "后面要有一个值"),
    ],
)
def test_wrong_usage_is_told_in_chinese(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert message in capsys.readouterr().err


def test_a_query_that_begins_with_a_minus_stands_after_two_dashes(
    index: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["search", "--index", str(index), "--", "-环境整治"]) == 0
    assert "不要“环境整治”" in capsys.readouterr().out


def test_stats_tell_what_there_is(index: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["stats", "--index", str(index)]) == 0
    out = capsys.readouterr().out
    assert "文章  3 篇" in out
    assert "年份  2024 1，2023 1" in out
    assert "空.txt：文件里没有文字。" in out
    assert main(["stats", "--index", str(index), "--json"]) == 0
    values = json.loads(capsys.readouterr().out)
    assert (values["documents"], values["sources"], values["generation"]) == (3, 3, 1)
    assert values["skipped"] == [{"source": "空.txt", "reason": "文件里没有文字。", "code": "empty"}]


def test_verifying_finds_damage_and_rolling_back_mends_it(
    library: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    index = ["--index", str(tmp_path / "索引")]
    assert main(["index", str(library), *index]) == 0
    assert main(["verify", *index]) == 0
    assert main(["index", str(library), *index, "--rebuild"]) == 0
    damaged = max((tmp_path / "索引" / "generations" / "000002").glob("*.arr"), key=lambda path: path.stat().st_size)
    damaged.chmod(0o600)
    damaged.write_bytes(damaged.read_bytes()[:-10] + b"0123456789")
    capsys.readouterr()
    assert main(["verify", *index]) == 1
    out, err = capsys.readouterr()
    assert damaged.name in out
    assert "rollback" in err
    assert main(["rollback", *index]) == 0
    assert main(["verify", *index]) == 0
    assert "第 1 代索引完好" in capsys.readouterr().out


def test_config_prints_a_configuration_file_with_origins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "fanwen.toml").write_text('sources = ["公文", "讲话"]\n', encoding="utf-8")
    monkeypatch.setenv("FANWEN_PORT", "8123")
    assert main(["config", "--index", "库"]) == 0
    out = capsys.readouterr().out
    assert 'index = "库"  # 命令行选项 --index' in out
    assert "port = 8123  # 环境变量 FANWEN_PORT" in out
    assert 'sources = ["公文", "讲话"]  # 配置文件 fanwen.toml' in out
    assert tomllib.loads(out)["port"] == 8123


@pytest.mark.parametrize("command", ["index", "search", "stats", "verify", "rollback", "serve", "config"])
def test_every_command_and_option_is_explained_and_documented(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main([command, "--help"])
    assert caught.value.code == 0
    text = capsys.readouterr().out
    documented = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert text.startswith(f"用法：fanwen {command}")
    assert f"`fanwen {command}" in documented
    for option in re.findall(r"--[a-z]+", text):
        assert option == "--help" or option in documented


def test_help_lists_the_commands() -> None:
    assert all(f"    {name} " in parser().format_help() for name in ("index", "search", "serve"))


def test_a_reader_that_goes_away_is_met_quietly(index: Path) -> None:
    command = f"'{sys.executable}' -m indexer.cli search --index '{index}' --json -- '-不存在的词' | head -c 1"
    shell = ["bash", "-o", "pipefail", "-c", command]
    done = subprocess.run(
        shell, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, timeout=60, check=False
    )
    assert b"Traceback" not in done.stderr
    assert b"BrokenPipe" not in done.stderr
    assert done.returncode == 0


@pytest.mark.parametrize("arguments", ["search 积案", "search 积案 --json", "stats", "config"])
def test_a_closed_output_is_no_reason_to_fail(index: Path, arguments: str) -> None:
    command = f'"{sys.executable}" -m indexer.cli {arguments} --index "{index}" >&-'
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(["sh", "-c", command], env=environ, stderr=subprocess.PIPE, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_page_beyond_the_last_is_told(index: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["search", "信访", "--page", "9", "--index", str(index)]) == 0
    assert "没有第 9 页，最后一页是第 1 页。" in capsys.readouterr().err


def test_a_folder_without_permission_is_told_in_chinese(index: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def refused(*_: object) -> int:
        raise PermissionError(errno.EACCES, "Permission denied", str(index))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cli, "_run", refused)
        assert main(["stats", "--index", str(index)]) == 2
    assert f"没有权限读写 {index}" in capsys.readouterr().err


def test_a_terminal_that_knows_no_chinese_is_no_reason_to_fail(index: Path) -> None:
    ascii_only = {"PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    done = fanwen("search", "环境整治", "--index", index, environ=ascii_only)
    assert done.returncode == 0
    assert rb"\u73af\u5883" in done.stdout
    done = fanwen("search", "环境整治", "--index", index, "--json", environ=ascii_only)
    assert json.loads(done.stdout)["query"] == "环境整治"


def test_a_query_that_is_no_text_is_refused_with_the_reason(index: Path) -> None:
    command = [sys.executable.encode(), b"-m", b"indexer.cli", b"search", b"\xff\xfe", b"--index", os.fsencode(index)]
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=environ, capture_output=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "请检查终端的编码" in done.stderr.decode()


@pytest.mark.parametrize(
    ("stop", "delay"),
    [(signal.SIGINT, 0.0), (signal.SIGINT, 0.05), (signal.SIGINT, 0.15), (signal.SIGINT, 0.3), (signal.SIGTERM, 0.1)],
)
def test_ctrl_c_or_a_stop_leaves_the_former_index_and_one_line(
    library: Path, tmp_path: Path, stop: signal.Signals, delay: float
) -> None:
    for number in range(60):
        (tmp_path / "大").mkdir(exist_ok=True)
        text = f"第{number}号简报\n\n" + "\n".join(f"第{line}件事已经办结，群众满意。" for line in range(300))
        (tmp_path / "大" / f"{number}.txt").write_text(text, encoding="utf-8")
    folder = tmp_path / "索引"
    assert main(["index", str(library), "--index", str(folder)]) == 0
    command = [sys.executable, "-m", "indexer.cli", "index", str(tmp_path / "大"), "--index", str(folder)]
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, start_new_session=True) as process:
        assert process.stderr is not None
        first = process.stderr.readline()
        time.sleep(delay)
        os.killpg(process.pid, stop)
        said = (first + process.stderr.read()).decode()
    assert process.returncode == 1
    assert "Traceback" not in said
    assert said.endswith("\n已中断。检索仍用上一次建成的索引。\n")
    assert main(["verify", "--index", str(folder)]) == 0
    assert main(["search", "包案领导", "--index", str(folder)]) == 0
    assert not list((folder / "generations").glob("*.building"))


@contextmanager
def serving(index: Path, *, port: int) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "indexer.cli", "serve", "--index", str(index), "--port", str(port)]
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "FANWEN_WORKERS": "1"}
    with subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, start_new_session=True) as process:
        try:
            yield process
        finally:
            os.killpg(process.pid, signal.SIGINT)


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
        return port


def answer_of(port: int) -> str:
    """The first page, as soon as there is one."""
    with answered(lambda: urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=30)) as response:
        text: str = response.read().decode()
    return text


@pytest.mark.parametrize("relative", [False, True])
def test_serving_from_any_folder_answers_and_says_where(
    index: Path, monkeypatch: pytest.MonkeyPatch, *, relative: bool
) -> None:
    monkeypatch.chdir(index.parent)
    (index.parent / "设置.toml").write_text("per_page = 9", encoding="utf-8")
    monkeypatch.setenv("FANWEN_CONFIG", "设置.toml")
    port = free_port()
    with serving(Path(index.name) if relative else index, port=port) as process:
        assert process.stderr is not None
        assert f"http://127.0.0.1:{port}" in process.stderr.readline().decode()
        assert "范文" in answer_of(port)


def test_a_port_in_use_is_told_at_once(index: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["serve", "--index", str(index), "--port", str(port)]) == 2
    assert f"127.0.0.1:{port}" in capsys.readouterr().err


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_on_a_terminal_is_one_line_with_rate_and_remaining_time(monkeypatch: pytest.MonkeyPatch) -> None:
    clock_now = iter([0.0, 1.0, 2.0])
    monkeypatch.setattr(time, "monotonic", lambda: next(clock_now))
    terminal = Terminal()
    progress = Shown(terminal, redraw=True)
    progress.begin("读取", files=4, size=4_000_000)
    progress.advance(size=1_000_000)
    progress.advance(size=1_000_000)
    progress.end()
    assert "\n" not in terminal.getvalue()
    last = terminal.getvalue().split("\r\x1b[K")[-2]
    assert last.startswith("读取 2/4 [############............]")
    assert "1.0 MB/秒" in last
    assert "还要 0:02" in last


def test_progress_elsewhere_is_plain_lines_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    clock_now = iter([0.0, 1.0, 6.0, 7.0])
    monkeypatch.setattr(time, "monotonic", lambda: next(clock_now))
    stream = io.StringIO()
    progress = Shown(stream, redraw=False)
    progress.begin("读取", files=3, size=3_000_000)
    for _ in range(3):
        progress.advance(size=1_000_000)
    progress.end()
    assert stream.getvalue().splitlines() == ["读取：3 个文件，3.0 MB", "读取 2/3   67%  0.3 MB/秒  还要 0:03"]


def test_sizes_and_times_are_for_people() -> None:
    assert [megabytes(size) for size in (0, 250_000, 12_345_678, 3_000_000_000)] == [
        "0.0 MB",
        "0.2 MB",
        "12 MB",
        "3,000 MB",
    ]
    assert [clock(seconds) for seconds in (0, 7.4, 750, 3723)] == ["0:00", "0:07", "12:30", "1:02:03"]
