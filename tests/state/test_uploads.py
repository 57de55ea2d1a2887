"""What is uploaded: what is taken and what refused, under which names, and that nothing half-written stays."""

from __future__ import annotations

import io
import os
import signal
import struct
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

import pytest

from indexer import corpus
from indexer.errors import StateError
from indexer.state.unpacking import Job
from indexer.state.uploads import Incoming, Refused, Taken, Upload, UploadLimits, Uploads, _in_children

LIMITS = UploadLimits(files=20, mb=5, unpacked_mb=20, seconds=20.0, memory_mb=256)
TEXT = "青溪县信访工作总结\n\n今年以来，全县化解积案二十九件，群众满意度明显提高。\n"
PAGE = "<!doctype html>\n<html><head><title>工作计划</title></head><body><p>清理河道十二公里。</p></body></html>"
RECORD = '{"title": "云岭镇工作计划", "text": "全镇十八个村全部通过县级验收。"}\n'


@pytest.fixture
def uploads(tmp_path: Path) -> Uploads:
    return Uploads(tmp_path / "state" / "uploads")


def incoming(name: str, content: str | bytes) -> Incoming:
    return Incoming(name, io.BytesIO(content.encode() if isinstance(content, str) else content))


def zipped(members: dict[str, str | bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def docx(text: str) -> bytes:
    body = f'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:body></w:document>'
    return zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": body})


def ole(stream: str) -> bytes:
    return bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504) + stream.encode("utf-16-le") + bytes(512)


def take(
    uploads: Uploads, *files: Incoming, limits: UploadLimits = LIMITS, replace: bool = False
) -> list[Taken | Refused]:
    return uploads.take(files, limits=limits, replace=replace)


def one(uploads: Uploads, name: str, content: str | bytes) -> Taken | Refused:
    (outcome,) = take(uploads, incoming(name, content))
    return outcome


def stored(uploads: Uploads, name: str, content: str | bytes) -> Upload:
    outcome = one(uploads, name, content)
    assert isinstance(outcome, Taken), outcome
    return outcome.upload


def refused(uploads: Uploads, name: str, content: str | bytes) -> Refused:
    outcome = one(uploads, name, content)
    assert isinstance(outcome, Refused), outcome
    return outcome


def names(outcomes: Iterable[Taken | Refused]) -> list[str]:
    return [outcome.upload.name for outcome in outcomes if isinstance(outcome, Taken)]


def on_disk(uploads: Uploads) -> list[str]:
    return sorted(path.relative_to(uploads.folder).as_posix() for path in uploads.folder.rglob("*") if path.is_file())


class TestNames:
    def test_a_chinese_name_is_kept_as_data_and_never_as_a_path(self, uploads: Uploads) -> None:
        upload = stored(uploads, "2023年信访工作总结.txt", TEXT)
        assert upload.name == "2023年信访工作总结.txt"
        assert upload.source == "上传/2023年信访工作总结.txt"
        (source,) = uploads.sources()
        assert source.name == upload.source
        assert source.path.name == f"{upload.id}.txt"
        assert source.path.read_text(encoding="utf-8") == TEXT
        assert corpus.fingerprint(source) == upload.digest

    @pytest.mark.parametrize(
        ("given", "kept"),
        [
            ("../../etc/总结.txt", "总结.txt"),
            (r"C:\公文\总结.txt", "总结.txt"),
            ("..总结.txt", "总结.txt"),
            ("总\x00结\n\x1b[31m.txt", "总结[31m.txt"),
            ("总结\u202etxt.exe.txt", "总结txt.exe.txt"),
            ("  总  结 .txt ", "总 结 .txt"),
            ("///", "未命名.txt"),
            ("", "未命名.txt"),
            ("总结", "总结.txt"),
            ("总结.2023", "总结.2023.txt"),
            ("e\u0301.txt", "\u00e9.txt"),
            ("\ud800总结.txt", "总结.txt"),
        ],
    )
    def test_a_name_is_cleaned(self, uploads: Uploads, given: str, kept: str) -> None:
        assert stored(uploads, given, TEXT).name == kept

    def test_a_long_name_keeps_its_suffix(self, uploads: Uploads) -> None:
        name = stored(uploads, "总结" * 500 + ".txt", TEXT).name
        assert len(name) <= 120
        assert name.endswith("总结.txt")

    def test_two_of_one_name_are_told_apart(self, uploads: Uploads) -> None:
        first, second, third = (one(uploads, "总结.txt", TEXT + str(number)) for number in range(3))
        assert names([first, second, third]) == ["总结.txt", "总结 (2).txt", "总结 (3).txt"]
        assert isinstance(second, Taken)
        assert second.note == "已有同名的文件，这一个改名为“总结 (2).txt”。"

    def test_the_newer_one_replaces_the_older_one_if_asked(self, uploads: Uploads) -> None:
        older = stored(uploads, "总结.txt", TEXT)
        (newer,) = take(uploads, incoming("总结.txt", docx("全县化解积案二十九件")), replace=True)
        assert isinstance(newer, Taken)
        assert [upload.id for upload in uploads.entries()] == [newer.upload.id]
        assert on_disk(uploads) == [f"files/{newer.upload.id}.docx", "lock", "uploads.sqlite"]
        assert older.id != newer.upload.id

    def test_the_same_file_under_the_same_name_is_stored_once(self, uploads: Uploads) -> None:
        first = stored(uploads, "总结.txt", TEXT)
        again = one(uploads, "总结.txt", TEXT)
        assert isinstance(again, Taken)
        assert again.upload == first
        assert "没有重复存放" in again.note


class TestKinds:
    @pytest.mark.parametrize(
        ("name", "content", "suffix"),
        [
            ("总结.txt", TEXT, ".txt"),
            ("总结.txt", TEXT.encode("gb18030"), ".txt"),
            ("总结.txt", TEXT.encode("utf-16"), ".txt"),
            ("总结.md", "# 总结\n\n" + TEXT, ".md"),
            ("总结.csv", TEXT, ".txt"),
            ("计划.html", PAGE, ".html"),
            ("计划.htm", "<div>清理河道十二公里，新建公厕九座。</div>", ".html"),
            ("计划.html", "清理河道十二公里，新建公厕九座。", ".txt"),
            ("记录.jsonl", RECORD * 3, ".jsonl"),
            ("总结.docx", docx("全县化解积案二十九件"), ".docx"),
            ("总结.pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", ".pdf"),
            ("总结.rtf", b"{\\rtf1\\ansi }", ".rtf"),
            ("总结.doc", ole("WordDocument"), ".doc"),
            ("总结.wps", ole("WordDocument"), ".wps"),
        ],
    )
    def test_a_file_is_stored_as_what_it_is(
        self, uploads: Uploads, name: str, content: str | bytes, suffix: str
    ) -> None:
        outcome = one(uploads, name, content)
        assert isinstance(outcome, Taken)
        assert outcome.upload.suffix == suffix

    def test_a_compressed_export_of_records_is_taken(self, uploads: Uploads) -> None:
        import gzip

        assert stored(uploads, "记录.jsonl.gz", gzip.compress(RECORD.encode() * 3)).suffix == ".jsonl.gz"
        assert refused(uploads, "总结.gz", gzip.compress(TEXT.encode())).code == "unsupported"

    def test_a_name_that_lies_is_told_and_the_content_decides(self, uploads: Uploads) -> None:
        outcome = one(uploads, "总结.pdf", docx("全县化解积案二十九件"))
        assert isinstance(outcome, Taken)
        assert (outcome.upload.name, outcome.upload.suffix) == ("总结.pdf", ".docx")
        assert outcome.note == "文件名的后缀是 .pdf，内容其实是 .docx，已按内容收下。"

    @pytest.mark.parametrize(
        ("name", "content", "code"),
        [
            ("空.txt", "", "empty"),
            ("空白.txt", " \n\n ", "empty"),
            ("照片.docx", b"\x89PNG\r\n\x1a\n" + bytes(100), "unsupported"),
            ("程序.txt", b"\x7fELF\x02\x01\x01" + bytes(range(256)) * 20, "binary"),
            ("表格.docx", zipped({"[Content_Types].xml": "", "xl/workbook.xml": ""}), "unsupported"),
            ("表格.doc", ole("Workbook"), "unsupported"),
            ("加密.docx", ole("EncryptedPackage"), "encrypted"),
            ("坏.docx", b"PK\x03\x04" + bytes(100), "damaged"),
            ("包.rar", b"Rar!\x1a\x07\x00" + bytes(20), "unsupported"),
            ("数据.json", '{\n  "title": "总结"\n}', "unsupported"),
            ("数据.xml", '<?xml version="1.0"?><rss/>', "unsupported"),
        ],
    )
    def test_what_cannot_be_read_is_refused_with_the_reason(
        self, uploads: Uploads, name: str, content: str | bytes, code: str
    ) -> None:
        outcome = refused(uploads, name, content)
        assert (outcome.name, outcome.code) == (name, code)
        assert outcome.reason.endswith("。")
        assert on_disk(uploads) == ["lock", "uploads.sqlite"]


class TestArchives:
    def test_the_files_of_an_archive_are_taken_with_their_folders(self, uploads: Uploads) -> None:
        archive = zipped(
            {"2023/信访/总结.txt": TEXT, "2023/环境/总结.txt": TEXT + "二", "计划.html": PAGE, "空文件夹/": ""}
        )
        assert names(take(uploads, incoming("范文.zip", archive))) == [
            "2023/信访/总结.txt",
            "2023/环境/总结.txt",
            "计划.html",
        ]
        assert next(source.name for source in uploads.sources()) == "上传/2023/信访/总结.txt"

    @pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
    def test_names_without_the_flag_are_read_in_the_encoding_that_fits(self, uploads: Uploads, encoding: str) -> None:
        assert names(take(uploads, incoming("范文.zip", _unflagged("信访工作总结.txt", TEXT, encoding)))) == [
            "信访工作总结.txt"
        ]

    def test_paths_that_lead_elsewhere_are_only_names(self, uploads: Uploads, tmp_path: Path) -> None:
        archive = zipped({"../../../邪.txt": TEXT, "/etc/cron.d/恶.txt": TEXT + "二", "C:\\公文\\好.txt": TEXT + "三"})
        assert names(take(uploads, incoming("x.zip", archive))) == ["邪.txt", "etc/cron.d/恶.txt", "C:/公文/好.txt"]
        assert set(tmp_path.rglob("*.txt")) == {source.path for source in uploads.sources()}

    def test_links_and_locked_members_are_refused_one_by_one(self, uploads: Uploads) -> None:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            link = zipfile.ZipInfo("链接.txt")
            link.external_attr = 0o120777 << 16
            archive.writestr(link, "/etc/passwd")
            archive.writestr("总结.txt", TEXT)
        data = buffer.getvalue()
        locked = _locked(zipped({"加密.txt": TEXT}))
        outcomes = take(uploads, incoming("一.zip", data), incoming("二.zip", locked))
        assert [outcome.code if isinstance(outcome, Refused) else "" for outcome in outcomes] == [
            "link",
            "",
            "encrypted",
        ]
        assert names(outcomes) == ["总结.txt"]

    def test_an_archive_in_an_archive_is_refused_and_the_rest_taken(self, uploads: Uploads) -> None:
        archive = zipped({"内层.zip": zipped({"总结.txt": TEXT}), "计划.txt": TEXT, "内层.docx": docx("文")})
        outcomes = take(uploads, incoming("外层.zip", archive))
        assert isinstance(outcomes[0], Refused)
        assert outcomes[0].code == "archive"
        assert names(outcomes) == ["计划.txt", "内层.docx"]

    def test_what_a_system_adds_to_archives_is_passed_over(self, uploads: Uploads) -> None:
        archive = zipped({"总结.txt": TEXT, "__MACOSX/._总结.txt": "x", ".DS_Store": "x", "~$总结.docx": "x"})
        assert len(take(uploads, incoming("x.zip", archive))) == 1

    def test_a_damaged_member_is_refused_alone(self, uploads: Uploads) -> None:
        whole = zipped({"坏.txt": TEXT, "好.txt": TEXT}, method=zipfile.ZIP_STORED)
        torn = whole.replace("青".encode(), "红".encode(), 1)
        outcomes = take(uploads, incoming("x.zip", torn))
        assert [outcome.code if isinstance(outcome, Refused) else "" for outcome in outcomes] == ["damaged", ""]

    def test_a_member_that_its_compression_cannot_read_is_refused_alone(self, uploads: Uploads) -> None:
        archive = bytearray(zipped({"坏.txt": TEXT, "好.txt": TEXT}, method=zipfile.ZIP_LZMA))
        # Behind the name of the first member stand the version of LZMA, the length of its properties, and they.
        archive[archive.index("坏.txt".encode()) + len("坏.txt".encode()) + 4] = 0xFF
        outcomes = take(uploads, incoming("x.zip", bytes(archive)))
        assert [outcome.code if isinstance(outcome, Refused) else "" for outcome in outcomes] == ["damaged", ""]


class TestBounds:
    def test_more_files_than_allowed_are_refused_one_by_one(self, uploads: Uploads) -> None:
        limits = UploadLimits(files=2, mb=1, unpacked_mb=1)
        files = [incoming(f"{number}.txt", TEXT + str(number)) for number in range(3)]
        outcomes = take(uploads, *files, limits=limits)
        assert names(outcomes) == ["0.txt", "1.txt"]
        assert outcomes[2] == Refused("2.txt", "一次最多上传 2 个文件，这个没有收下；请分几次上传。", "too_many")

    def test_what_is_larger_than_allowed_is_refused_and_smaller_ones_after_it_taken(self, uploads: Uploads) -> None:
        limits = UploadLimits(files=5, mb=1, unpacked_mb=5)
        outcomes = take(uploads, incoming("大.txt", "大" * 400_000), incoming("小.txt", TEXT), limits=limits)
        assert isinstance(outcomes[0], Refused)
        assert outcomes[0].code == "too_large"
        assert names(outcomes) == ["小.txt"]

    def test_an_archive_of_too_many_files_is_refused_as_a_whole(self, uploads: Uploads) -> None:
        archive = zipped({f"{number}.txt": TEXT for number in range(21)})
        assert refused(uploads, "x.zip", archive).code == "too_large"
        assert uploads.entries() == []

    def test_an_archive_that_unpacks_to_too_much_leaves_nothing(self, uploads: Uploads) -> None:
        varied = "".join(chr(0x4E00 + number * 7919 % 20000) for number in range(400_000))
        archive = zipped({f"{number}.txt": varied for number in range(4)})
        (outcome,) = take(uploads, incoming("x.zip", archive), limits=UploadLimits(files=50, mb=100, unpacked_mb=3))
        assert outcome == Refused("x.zip", "压缩包解开后过大，没有收下；请分几次上传。", "too_large")
        assert on_disk(uploads) == ["lock", "uploads.sqlite"]

    def test_a_bomb_is_refused_by_its_ratio(self, uploads: Uploads) -> None:
        outcome = refused(uploads, "x.zip", zipped({"弹.txt": b"0" * 15_000_000}))
        assert outcome.code == "too_large"
        assert "疑似压缩炸弹" in outcome.reason

    def test_a_size_that_lies_in_the_directory_does_not_help_a_bomb(self, uploads: Uploads) -> None:
        bomb = zipped({"弹.txt": b"0" * 15_000_000})
        lying = bomb.replace(struct.pack("<I", 15_000_000), struct.pack("<I", 10))
        assert lying != bomb
        assert isinstance(one(uploads, "x.zip", lying), Refused)
        assert on_disk(uploads) == ["lock", "uploads.sqlite"]

    def test_a_child_that_takes_too_long_or_too_much_memory_is_given_up(self, uploads: Uploads) -> None:
        limits = UploadLimits(files=5, mb=5, unpacked_mb=20, seconds=0.0)
        (outcome,) = take(uploads, incoming("总结.txt", TEXT), limits=limits)
        assert isinstance(outcome, Refused)
        assert outcome.code == "too_slow"
        entries = zipped({f"{number}": b"" for number in range(60_000)}, method=zipfile.ZIP_STORED)
        small = UploadLimits(files=5, mb=20, unpacked_mb=20, memory_mb=5)
        (outcome,) = take(uploads, incoming("多.zip", entries), limits=small)
        assert isinstance(outcome, Refused)
        # A child without memory does not always manage to say so.
        assert outcome.code in {"too_much_memory", "crashed"}

    def test_a_row_of_comments_is_read_once(self, uploads: Uploads) -> None:
        limits = UploadLimits(files=5, mb=5, unpacked_mb=20, seconds=20.0)
        comments = "<!--注-->" * 20_000
        plain, page = take(
            uploads, incoming("注.txt", f"{comments}整治"), incoming("页.txt", f"{comments}{PAGE}"), limits=limits
        )
        assert isinstance(plain, Taken)
        assert isinstance(page, Taken)
        assert (plain.upload.suffix, page.upload.suffix) == (".txt", ".html")

    def test_the_time_is_that_of_the_whole_upload(self, tmp_path: Path) -> None:
        endless, whole = tmp_path / "endless", tmp_path / "whole.txt"
        os.mkfifo(endless)
        whole.write_text(TEXT, encoding="utf-8")
        jobs = [Job(endless, "一.txt"), *(Job(whole, f"{number}.txt") for number in range(5))]
        found = _in_children(jobs, UploadLimits(seconds=1.0), time.monotonic() + 1.0)
        assert [piece.code for (piece,) in found] == ["too_slow"] * 6


class TestTheFolder:
    def test_it_is_for_its_owner_alone(self, uploads: Uploads) -> None:
        stored(uploads, "总结.txt", TEXT)
        assert uploads.folder.stat().st_mode & 0o777 == 0o700
        assert uploads.folder.parent.stat().st_mode & 0o777 == 0o700

    def test_nothing_is_made_before_the_first_upload(self, uploads: Uploads) -> None:
        assert uploads.entries() == []
        assert uploads.sources() == []
        assert not uploads.remove("0" * 24)
        assert not uploads.folder.exists()

    def test_a_file_that_is_removed_is_gone(self, uploads: Uploads) -> None:
        first, second = stored(uploads, "一.txt", TEXT), stored(uploads, "二.txt", TEXT)
        assert uploads.remove(first.id)
        assert not uploads.remove(first.id)
        assert uploads.entries() == [second]
        assert on_disk(uploads) == [f"files/{second.id}.txt", "lock", "uploads.sqlite"]

    def test_a_stream_that_breaks_leaves_nothing(self, uploads: Uploads) -> None:
        with pytest.raises(StateError):
            take(uploads, incoming("一.txt", TEXT), Incoming("二.txt", _Broken()))
        assert on_disk(uploads) == ["lock", "uploads.sqlite"]
        assert list((uploads.folder / "incoming").iterdir()) == []

    def test_a_full_disk_is_told(self, uploads: Uploads) -> None:
        script = (
            "import io, resource, sys\n"
            "from pathlib import Path\n"
            "from indexer.errors import StateError\n"
            "from indexer.state.uploads import Incoming, UploadLimits, Uploads\n"
            "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
            "try:\n"
            "    Uploads(Path(sys.argv[1])).take([Incoming('a.txt', io.BytesIO(b'x' * 500_000))], limits=UploadLimits())\n"
            "except StateError as error:\n"
            "    print(error)\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", script, str(uploads.folder)], capture_output=True, text=True, check=True
        )
        assert "磁盘已满" in done.stdout
        assert list((uploads.folder / "incoming").iterdir()) == []

    def test_what_a_killed_process_left_is_removed_by_the_next_upload(self, uploads: Uploads) -> None:
        script = (
            "import io, sys, time\n"
            "from pathlib import Path\n"
            "from indexer.state.uploads import Incoming, UploadLimits, Uploads\n"
            "class Slow(io.BytesIO):\n"
            "    def read(self, size=-1):\n"
            "        print('reading', flush=True)\n"
            "        time.sleep(60)\n"
            "        return b''\n"
            "Uploads(Path(sys.argv[1])).take([Incoming('a.txt', Slow())], limits=UploadLimits())\n"
        )
        process = subprocess.Popen([sys.executable, "-c", script, str(uploads.folder)], stdout=subprocess.PIPE)
        with process:
            assert process.stdout is not None
            process.stdout.readline()
            stored(uploads, "二.txt", TEXT)
            # The other upload goes on.
            assert len(list((uploads.folder / "incoming").iterdir())) == 1
            os.kill(process.pid, signal.SIGKILL)
        orphan = uploads.folder / "files" / "0123.txt"
        orphan.write_text(TEXT, encoding="utf-8")
        stored(uploads, "三.txt", TEXT)
        assert list((uploads.folder / "incoming").iterdir()) == []
        assert not orphan.exists()

    def test_several_processes_may_upload_at_once(self, uploads: Uploads) -> None:
        script = (
            "import io, sys\n"
            "from pathlib import Path\n"
            "from indexer.state.uploads import Incoming, UploadLimits, Uploads\n"
            "for number in range(5):\n"
            "    text = f'{sys.argv[2]}第{number}号工作总结'.encode()\n"
            "    Uploads(Path(sys.argv[1])).take([Incoming('总结.txt', io.BytesIO(text))], limits=UploadLimits())\n"
        )
        commands = [[sys.executable, "-c", script, str(uploads.folder), who] for who in ("甲", "乙")]
        processes = [subprocess.Popen(command) for command in commands]
        assert [process.wait(120) for process in processes] == [0, 0]
        assert len({upload.name for upload in uploads.entries()}) == 10


class _Broken(io.BytesIO, BinaryIO):
    def read(self, _size: int | None = -1) -> bytes:
        raise OSError(5, "Input/output error")


def _unflagged(name: str, text: str, encoding: str) -> bytes:
    """An archive as old programs write it: the bytes of the name, and nothing that says how to read them."""
    raw = name.encode(encoding)
    data = zipped({"x" * len(raw): text})
    return data.replace(b"x" * len(raw), raw)


def _locked(archive: bytes) -> bytes:
    """The archive with the flag that its member is encrypted."""
    data = bytearray(archive)
    data[6] |= 1
    central = data.index(b"PK\x01\x02")
    data[central + 8] |= 1
    return bytes(data)
