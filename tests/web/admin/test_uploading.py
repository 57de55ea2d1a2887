"""Files that are sent: what is taken, what is refused, what is told of it."""

from __future__ import annotations

import io
import zipfile

import pytest

from indexer.config import Settings
from indexer.state.uploads import FOLDER, Uploads
from tests.web.admin.minding import Minder, wait_for_run
from tests.web.reading import read

NOTICE = "关于做好春灌工作的通知\n各村要抢抓墒情，把渠道清淤一条条落实到人，月底前全部通水。\n".encode()


def packed(files: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


def stored(settings: Settings) -> list[str]:
    return [upload.name for upload in Uploads(settings.state / FOLDER).entries()]


def test_each_file_is_taken_or_refused_on_its_own(minder: Minder, settings: Settings) -> None:
    page = minder.upload({"春灌通知.txt": NOTICE, "照片.jpg": b"\xff\xd8\xff" + b"0" * 100})
    assert page.one("//h2[@id='outcome']") == "收下 1 个文件，1 个没有收下"
    assert "这是图片" in page.text
    assert stored(settings) == ["春灌通知.txt"]
    # What asks for something to be done stands first.
    assert page.all("//td[@class='name']") == ["照片.jpg", "春灌通知.txt"]


def test_the_files_of_a_zip_are_told_one_by_one(minder: Minder, settings: Settings) -> None:
    page = minder.upload({"来文.zip": packed({"农业/春灌通知.txt": NOTICE, "农业/空.txt": b""})})
    assert "收下 1 个文件，1 个没有收下" in page.text
    assert "文件是空的" in page.text
    assert stored(settings) == ["农业/春灌通知.txt"]


def test_without_a_file_the_form_says_so(minder: Minder) -> None:
    page = minder.post("/admin/upload")
    assert page.status == 400
    assert "还没有选文件" in page.text


def test_files_beyond_the_number_are_refused_by_name(minder: Minder, settings: Settings) -> None:
    page = minder.upload({f"{number}.txt": NOTICE + bytes([48 + number]) for number in range(7)})
    assert "收下 5 个文件，2 个没有收下" in page.text
    assert "一次最多上传 5 个文件" in page.text
    assert len(stored(settings)) == 5


# The framework leaves what it had unpacked by then to the garbage collection.
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_very_many_files_are_not_even_read(minder: Minder, settings: Settings) -> None:
    page = minder.upload({f"{number}.txt": b"x" for number in range(40)})
    assert page.status == 413
    assert not Uploads(settings.state / FOLDER).is_used


@pytest.mark.parametrize(
    "name",
    ["<script>alert(1)</script>.txt", "报\u202e告.txt", "../../机密.txt", "C:\\公文\\机密.txt", "长" * 300 + ".txt", "'><img src=x>.txt"],
)  # fmt: skip
def test_a_hostile_name_is_shown_as_text_and_cut(minder: Minder, name: str) -> None:
    page = minder.upload({name: NOTICE})
    assert page.status == 200
    assert not page.tree.xpath("//main//script | //main//img")
    (cell,) = page.all("//td[@class='name']")
    assert len(cell) <= 80
    assert "\u202e" not in page.response.text
    assert ".." not in cell
    assert page.one("//span[@class='good']") == "收下"


def test_what_was_uploaded_is_found_after_the_run_that_was_asked_for(minder: Minder) -> None:
    page = minder.upload({"春灌通知.txt": NOTICE}, index="1")
    assert "已经开始建索引" in page.text
    wait_for_run(minder)
    found = read(minder.client, "/search", q="渠道清淤")
    assert found.all("//article/h2") == ["关于做好春灌工作的通知"]
    assert "上传/春灌通知.txt" in found.text


def test_without_a_run_the_page_says_that_nothing_can_be_found_yet(minder: Minder) -> None:
    page = minder.upload({"春灌通知.txt": NOTICE})
    assert "要建一次索引才能找到" in page.text
    assert page.link("去建索引") == "/admin/runs"


def test_a_newer_version_replaces_the_older_one_where_that_was_chosen(minder: Minder, settings: Settings) -> None:
    minder.upload({"春灌通知.txt": NOTICE})
    assert "改名为" in minder.upload({"春灌通知.txt": NOTICE + b"2"}).text
    assert "已替换原来的同名文件" in minder.upload({"春灌通知.txt": NOTICE + b"3"}, replace="1").text
    assert stored(settings) == ["春灌通知 (2).txt", "春灌通知.txt"]
