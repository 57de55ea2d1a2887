"""Reading in child processes: order, limits, replacement of the dead, and nothing left behind."""

from __future__ import annotations

import gzip
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import pytest

from indexer import corpus
from indexer.errors import BuildError
from indexer.model import Document, Source
from indexer.reading import Reading, Steps, Task, read_all, read_task
from indexer.workers import Limits
from tests.waiting import comes_true

from .reading_work import first_words, in_a_row, priority

LIMITS = Limits(seconds=1.0, memory_mb=600)


def sources(folder: Path, *texts: str) -> list[Source]:
    """A file for each text; ``""`` makes an empty one."""
    for number, text in enumerate(texts):
        (folder / f"{number:03}.txt").write_text(text, encoding="utf-8")
    return [Source(folder / f"{number:03}.txt", f"{number:03}.txt") for number in range(len(texts))]


def export(folder: Path, *texts: str, name: str = "库.jsonl") -> Source:
    lines = "".join(json.dumps({"id": n, "text": text}, ensure_ascii=False) + "\n" for n, text in enumerate(texts))
    (folder / name).write_bytes(lines.encode())
    return Source(folder / name, name)


def read(*given: Source, jobs: int = 2) -> list[Reading[str]]:
    return list(read_all(given, work=first_words, finish=list, jobs=jobs, limits=LIMITS))


def test_files_come_back_in_their_order_with_their_fingerprints(tmp_path: Path) -> None:
    given = sources(tmp_path, *(f"第{number}份总结" * (50 - number) for number in range(50)))
    found = read(*given)
    assert [one.source for one in found] == given
    assert [one.results[0][:4] for one in found[:2]] == ["第0份总", "第1份总"]
    assert [one.fingerprint for one in found] == [corpus.fingerprint(one) for one in given]
    assert all(one.is_last and one.size == one.source.path.stat().st_size for one in found)


def test_what_is_wrong_with_a_file_is_told_and_the_others_are_read(tmp_path: Path) -> None:
    found = read(*sources(tmp_path, "甲", "", "拒：一篇", "错：一篇", "乙"))
    assert [one.results for one in found] == [("甲",), (), (), (), ("乙",)]
    assert [skip.code for one in found for skip in one.skipped] == ["empty", "empty", "crashed"]
    assert "ValueError: 没有料到的内容" in found[3].skipped[0].reason


@pytest.mark.parametrize("suffix", ["txt", "md", "html", "docx", "pdf", "doc", "rtf"])
def test_an_empty_file_of_any_format_is_told_to_be_empty(tmp_path: Path, suffix: str) -> None:
    source = Source(tmp_path / f"空.{suffix}", f"空.{suffix}")
    source.path.touch()
    reading: Reading[str] = read_task(Steps(first_words, list), Task(source))
    assert [one.code for one in reading.skipped] == ["empty"]


def test_warnings_of_a_document_are_passed_on(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("全镇安全生产形势平稳".encode()[:-1])
    (found,) = read(Source(tmp_path / "a.txt", "a.txt"))
    assert "字节损坏" in found.warnings[0]


@pytest.mark.parametrize(("order", "code"), [("睡", "too_slow"), ("撑", "too_much_memory"), ("死", "crashed")])
def test_a_child_that_goes_wrong_is_replaced_and_its_file_is_told(tmp_path: Path, order: str, code: str) -> None:
    found = read(*sources(tmp_path, "甲", f"{order}：一篇", "乙", "丙"))
    assert [one.results for one in found] == [("甲",), (), ("乙",), ("丙",)]
    assert [(skip.source, skip.code) for one in found for skip in one.skipped] == [("001.txt", code)]


def test_an_export_comes_back_in_batches_and_its_last_reading_has_the_fingerprint(tmp_path: Path) -> None:
    source = export(tmp_path, *(f"第{number}条" for number in range(5_400)))
    found = read(source)
    assert [text for one in found for text in one.results] == [f"第{number}条" for number in range(5_400)]
    assert [one.is_last for one in found] == [False, False, False, True]
    assert [one.fingerprint for one in found] == ["", "", "", corpus.fingerprint(source)]
    assert sum(one.size for one in found) == source.path.stat().st_size


@pytest.mark.parametrize(("order", "code"), [("死", "crashed"), ("撑", "too_much_memory")])
def test_a_record_that_kills_its_reader_is_found_and_the_others_are_read(tmp_path: Path, order: str, code: str) -> None:
    found = read(export(tmp_path, "甲", "乙", f"{order}：一篇", "丁", "戊"))
    assert [text for one in found for text in one.results] == ["甲", "乙", "丁", "戊"]
    (skip,) = [skip for one in found for skip in one.skipped]
    assert skip.code == code
    assert skip.reason.startswith("第 3 行：")


def test_a_record_that_fails_is_skipped_alone(tmp_path: Path) -> None:
    found = read(export(tmp_path, "甲", "错：一篇", "丙"))
    assert [text for one in found for text in one.results] == ["甲", "丙"]
    (skip,) = [skip for one in found for skip in one.skipped]
    assert skip.code == "crashed"
    assert "第 2 行" in skip.reason


def test_what_came_of_a_file_or_a_batch_of_its_lines_is_finished_together(tmp_path: Path) -> None:
    given = [*sources(tmp_path, "甲", "错：一篇"), export(tmp_path, "甲", "错：一篇", "丙", "丁")]
    found = list(read_all(given, work=first_words, finish=in_a_row, jobs=2, limits=LIMITS))
    assert [one.results for one in found] == [("甲",), (), ("甲丙丁",), ()]
    assert [skip.code for one in found for skip in one.skipped] == ["crashed", "crashed"]


def test_a_batch_that_cannot_be_finished_is_halved_until_the_record_is_found(tmp_path: Path) -> None:
    found = list(
        read_all(
            [export(tmp_path, "甲", "乙", "难：一篇", "丁")], work=first_words, finish=in_a_row, jobs=1, limits=LIMITS
        )
    )
    assert "".join(text for one in found for text in one.results) == "甲乙丁"
    assert [(skip.code, skip.reason[:6]) for one in found for skip in one.skipped] == [("crashed", "第 3 行：")]


def test_a_torn_export_keeps_its_whole_records_and_is_told(tmp_path: Path) -> None:
    lines = b"".join(b'{"text": "%d", "salt": "%d"}\n' % (number, number**3) for number in range(5_000))
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(lines)[:-4_000])
    source = Source(tmp_path / "a.jsonl.gz", "a.jsonl.gz")
    found = read(source)
    assert sum(len(one.results) for one in found) > 4_500
    assert [(one.skipped[0].code, one.fingerprint) for one in found if one.is_last] == [
        ("damaged", corpus.fingerprint(source))
    ]


def test_an_export_that_changes_while_it_is_read_has_no_fingerprint(tmp_path: Path) -> None:
    source = export(tmp_path, *(f"第{number}条" * 50 for number in range(9_000)))
    readings = read_all([source], work=first_words, finish=list, jobs=1, limits=LIMITS)
    next(readings)
    with source.path.open("ab") as other:
        other.write(b'{"text": "x"}\n')
    last = list(readings)[-1]
    assert (last.is_last, last.fingerprint, last.skipped[0].code) == (True, "", "changing")


def test_an_empty_export_and_a_missing_file_are_told(tmp_path: Path) -> None:
    found = read(export(tmp_path), Source(tmp_path / "没有.txt", "没有.txt"), Source(tmp_path / "无.jsonl", "无.jsonl"))
    assert [one.skipped[0].code for one in found] == ["empty", "missing", "missing"]


def test_only_a_few_files_are_taken_ahead(tmp_path: Path) -> None:
    taken = 0

    def counted() -> Iterator[Source]:
        nonlocal taken
        for source in sources(tmp_path, *["甲"] * 100):
            taken += 1
            yield source

    with closing(read_all(counted(), work=first_words, finish=list, jobs=2, limits=LIMITS)) as readings:
        next(readings)
        assert taken <= 7


def test_nothing_is_left_when_reading_stops_early(tmp_path: Path) -> None:
    begin = time.perf_counter()
    threads = threading.active_count()
    with closing(
        read_all(
            sources(tmp_path, "甲", "睡：", "睡：", "乙"), work=first_words, finish=list, jobs=2, limits=Limits(60)
        )
    ) as found:
        next(found)
        assert multiprocessing.active_children()
    assert not multiprocessing.active_children()
    assert threading.active_count() == threads
    assert time.perf_counter() - begin < 5


def test_no_sources_start_no_process() -> None:
    assert read() == []
    assert not multiprocessing.active_children()


def test_a_small_run_starts_quickly(tmp_path: Path) -> None:
    read(*sources(tmp_path, "甲"))
    begin = time.perf_counter()
    read(*sources(tmp_path, "甲"))
    assert time.perf_counter() - begin < 1.5


@pytest.mark.skipif(sys.platform != "linux", reason="只在 Linux 上能看到全部进程")
@pytest.mark.parametrize("signal_number", [signal.SIGINT, signal.SIGKILL])
def test_no_child_outlives_a_parent_that_is_interrupted_or_killed(tmp_path: Path, signal_number: int) -> None:
    sources(tmp_path, *["睡：一篇"] * 4)
    program = textwrap.dedent(f"""
        from pathlib import Path
        from indexer.model import Source
        from indexer.reading import read_all
        from indexer.workers import Limits
        from tests.reading_work import first_words
        if __name__ == "__main__":
            print("begin", flush=True)
            files = [Source(path, path.name) for path in sorted(Path({str(tmp_path)!r}).iterdir())]
            list(read_all(files, work=first_words, finish=list, jobs=2, limits=Limits(seconds=3)))
    """)
    (tmp_path / "程序.py").write_text(program, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    parent = subprocess.Popen(
        [sys.executable, str(tmp_path / "程序.py")],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    assert parent.stdout is not None
    assert parent.stdout.readline() == b"begin\n"
    time.sleep(0.7)
    os.kill(parent.pid, signal_number)
    _, errors = parent.communicate(timeout=10)
    assert parent.returncode in (-signal_number, 130, 1)
    assert errors.count(b"Traceback") <= 1
    assert _ends(parent.pid, seconds=2)


def _ends(session: int, *, seconds: float) -> bool:
    """Whether every process of a session is gone in time; what only waits to be reaped is gone."""
    return comes_true(lambda: session not in _sessions(), within=seconds)


def _sessions() -> set[int]:
    """The sessions of all processes that are alive (Linux)."""
    found = set()
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, _, _, session = path.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[:4]
            found |= {int(session)} if state not in "ZX" else set()
    return found


def test_children_give_way_to_who_searches(tmp_path: Path) -> None:
    own = os.getpriority(os.PRIO_PROCESS, 0)
    (found,) = read_all(sources(tmp_path, "甲"), work=priority, finish=list, jobs=1, limits=LIMITS)
    assert found.results == (max(own, 15),)
    assert os.getpriority(os.PRIO_PROCESS, 0) == own


@pytest.mark.skipif(not Path("/proc/self/schedstat").exists(), reason="系统不说明进程等了多久")
def test_what_a_child_waits_for_others_does_not_count(tmp_path: Path) -> None:
    with ExitStack() as busy:
        # Children give way to these, so that a tenth of a second of work takes a whole one.
        for _ in range(os.cpu_count() or 1):
            other = busy.enter_context(subprocess.Popen([sys.executable, "-c", "while True: pass"]))
            busy.callback(other.kill)
        readings = read_all(
            sources(tmp_path, "算：一篇"), work=first_words, finish=list, jobs=1, limits=Limits(seconds=0.4)
        )
        (found,) = readings
    assert found.results == ("算：一篇",)


class Dying:
    """Cannot be loaded: who tries ends."""

    def __call__(self, _: Document) -> str:
        return ""

    def __reduce__(self) -> tuple[Callable[[int], None], tuple[int]]:
        return os._exit, (1,)


def test_children_that_never_come_up_end_the_run_and_no_file_is_blamed(tmp_path: Path) -> None:
    readings = read_all(sources(tmp_path, "甲", "乙"), work=Dying(), finish=list, jobs=2, limits=LIMITS)
    with closing(readings), pytest.raises(BuildError, match="子进程一启动就终止"):
        next(readings)
