"""How a program sets our documents: converted with a real LibreOffice, and measured on the pages.

The fonts of the standard are not free, so LibreOffice takes another Chinese font for them. The width of a Chinese character is
its size in every one, which is what counts here.
"""

from __future__ import annotations

import shutil
import subprocess
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median

import pypdfium2
import pytest

from tests.writing.samples import ALL, HEADING
from writing.material import Item, Material
from writing.official import document

pytestmark = pytest.mark.office

# So many different characters that a line tells where in the text it stands; no signs, which may not begin a line.
TEXT = "天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏" * 120
MM = 72 / 25.4
PAGE_HEIGHT = 297 * MM


@dataclass(frozen=True, slots=True)
class Letter:
    """A character of a page; points from its left and upper edges."""

    text: str
    left: float
    right: float
    top: float
    bottom: float


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> list[list[list[Letter]]]:
    """The lines of each page of a long text, with a title and its source."""
    material = Material(items=(Item(text=TEXT, title="千字文", source="千字文.txt"),), title="环境整治素材")
    return printed(material, tmp_path_factory.mktemp("layout"))


def printed(material: Material, folder: Path) -> list[list[list[Letter]]]:
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if not program:
        pytest.skip("未安装 LibreOffice")
    if not subprocess.run(["fc-list", ":lang=zh"], capture_output=True, check=False).stdout:
        pytest.skip("没有中文字体（apt-get install fonts-noto-cjk）")
    (folder / "a.docx").write_bytes(document(material))
    profile = f"-env:UserInstallation=file://{folder}/profile"
    converted = [program, "--headless", profile, "--convert-to", "pdf", "--outdir", str(folder), str(folder / "a.docx")]
    subprocess.run(converted, capture_output=True, timeout=120, check=True)
    with pypdfium2.PdfDocument(folder / "a.pdf") as paper:
        return [read(page) for page in paper]


def read(page: pypdfium2.PdfPage) -> list[list[Letter]]:
    """The lines of a page from above, each from the left."""
    text = page.get_textpage()
    rows: dict[int, list[Letter]] = defaultdict(list)
    for place in range(text.count_chars()):
        letter = text.get_text_range(place, 1)
        left, bottom, right, top = text.get_charbox(place, loose=True)
        if letter.strip():
            # A superscript stands a little above its line.
            rows[round((PAGE_HEIGHT - bottom) / 12)].append(
                Letter(letter, left, right, PAGE_HEIGHT - top, PAGE_HEIGHT - bottom)
            )
    return [sorted(row, key=lambda letter: letter.left) for _, row in sorted(rows.items())]


def written(line: list[Letter]) -> str:
    return "".join(letter.text for letter in line)


def middle(line: list[Letter]) -> float:
    return median((letter.top + letter.bottom) / 2 for letter in line)


def test_a_full_page_has_22_lines_and_a_full_line_28_characters(pages: list[list[list[Letter]]]) -> None:
    *lines, number = pages[1]
    assert written(number) == "—2—"
    assert len(lines) == 22
    assert {len(line) for line in lines} == {28}


def test_the_first_page_has_22_lines_with_its_title(pages: list[list[list[Letter]]]) -> None:
    title, first, *rest, _ = pages[0]
    assert written(title) == "环境整治素材"
    # The title, an empty line, the first line with two characters left free, and 19 more.
    assert len(first) == 26
    assert [len(line) for line in rest] == [28] * 19
    assert (title[0].left + title[-1].right) / 2 == pytest.approx((28 + 156 / 2) * MM, abs=2)


def test_the_text_fills_156_by_225_mm_between_the_margins(pages: list[list[list[Letter]]]) -> None:
    *lines, _ = pages[1]
    for line in lines:
        assert line[0].left == pytest.approx(28 * MM, abs=1)
        assert line[-1].right == pytest.approx((210 - 26) * MM, abs=2)
    gaps = [middle(below) - middle(above) for above, below in pairwise(lines)]
    assert gaps == pytest.approx([225 * MM / 22] * 21, abs=0.5)
    assert (middle(lines[0]) + middle(lines[-1])) / 2 == pytest.approx((37 + 225 / 2) * MM, abs=4)
    assert lines[0][0].top >= 37 * MM - 1
    assert lines[-1][0].bottom <= (297 - 35) * MM + 1


def test_the_first_line_of_a_paragraph_begins_two_characters_in(pages: list[list[list[Letter]]]) -> None:
    first = pages[0][1]
    assert (first[0].left - 28 * MM) / (156 * MM / 28) == pytest.approx(2, abs=0.1)


def test_page_numbers_stand_outside_7_mm_below_the_text(pages: list[list[list[Letter]]]) -> None:
    odd, even = pages[2][-1], pages[1][-1]
    assert (written(odd), written(even)) == ("—3—", "—2—")
    # A character of its size, 四号, is left free at the edge.
    assert odd[-1].right == pytest.approx((210 - 26) * MM - 14, abs=2)
    assert even[0].left == pytest.approx(28 * MM + 14, abs=2)
    for number in (odd, even):
        assert middle(number[:1]) - (297 - 35) * MM == pytest.approx(7 * MM, abs=3)
        assert number[1].bottom - number[1].top < 16 * 1.6


def test_quotes_and_dashes_are_as_wide_as_a_character(tmp_path: Path) -> None:
    sample = "“整治”——清运……绿化“整治”——清运……"
    (page, _) = printed(Material(items=(Item(text=f"{sample}\n{sample}"),), title="题", clean=False), tmp_path)
    line = page[1]
    assert written(line) == sample
    for place, letter in enumerate(line):
        # A font may draw —— as one sign, twice as wide.
        if letter.text not in "—…":
            assert letter.left - line[0].left == pytest.approx(place * 15.7, abs=1), letter


def test_the_sources_begin_a_new_page(tmp_path: Path) -> None:
    pages = printed(ALL, tmp_path)
    assert [written(page[0]) for page in pages] == ["环境整治素材", "附：素材出处"]
    assert written(pages[1][1]).startswith(f"1.《{HEADING.title}》")
