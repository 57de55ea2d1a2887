"""PDF: refusals with their reasons; how lines become paragraphs (see golden/造林通报.pdf for a whole one)."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.errors import SourceError
from indexer.parsers.pdf_layout import join_pages
from indexer.parsers.pdf_lines import Page, PdfLine

from .samples import document, pdf, texts

_HOSTILE = Path(__file__).parent / "hostile"
RIGHT = 500.0


def line(text: str, *, left: float = 80.0, right: float = RIGHT, size: float = 14.0, page: int = 1) -> PdfLine:
    return PdfLine(text, left, right, size, page)


def joined(*pages: list[PdfLine]) -> list[tuple[str, str]]:
    numbered = [Page(number, tuple(lines)) for number, lines in enumerate(pages, 1)]
    return [(one.kind, one.text) for one in join_pages(numbered)]


FILL = [line("全县上下按照年初部署扎实推进各项重点工作任务"), line("落地见效，群众满意。", right=220)] * 3


def test_a_line_of_text_is_read() -> None:
    found = document("a.pdf", pdf(text="Annual report 2023"))
    assert texts(found) == ["Annual report 2023"]
    assert found.blocks[0].page == 1


def test_a_full_line_goes_on_and_a_short_one_ends_its_paragraph() -> None:
    lines = [
        line("今年以来，我县把环境整治摆在突出位置，坚持"),
        line("月调度、季通报。", right=200),
        line("二、存在的问题", right=190),
    ]
    assert [text for _, text in joined(FILL + lines)][-2:] == [
        "今年以来，我县把环境整治摆在突出位置，坚持月调度、季通报。",
        "二、存在的问题",
    ]


def test_an_indented_line_begins_a_paragraph_though_the_one_before_is_full() -> None:
    lines = [line("各项工作取得明显成效，群众反映良好。"), line("下一步将继续加大力度", left=108, right=300)]
    assert len(joined(FILL + lines)) == len(joined(FILL)) + 2


def test_a_line_that_broke_early_for_a_stop_goes_on() -> None:
    lines = [line("挂牌领导平均到现场四点六", right=RIGHT - 27), line("次，其中一条由县长包保。", right=300)]
    assert joined(FILL + lines)[-1][1] == "挂牌领导平均到现场四点六次，其中一条由县长包保。"


def test_a_paragraph_goes_on_across_a_page_and_its_page_number_stands_behind() -> None:
    first = [*FILL, line("要把隐患排查整改落实到每一个生产经营单位"), line("— 1 —", left=280, right=310)]
    second = [line("和每一名从业人员。", right=250, page=2), *FILL, line("— 2 —", left=280, right=310)]
    found = joined(first, second)
    at = found.index(("paragraph", "要把隐患排查整改落实到每一个生产经营单位和每一名从业人员。"))
    assert found[at + 1] == ("menu", "— 1 —")


def test_running_heads_are_set_apart_and_a_figure_in_the_text_is_not() -> None:
    def one(number: int) -> list[PdfLine]:
        head, figure = line(f"安全生产月简报 第{number}期", right=300), line("2023", right=120)
        return [
            head,
            line(f"{'甲乙丙丁'[number]}组汇报情况", right=200),
            *FILL,
            figure,
            *FILL,
            line(f"{'春夏秋冬'[number]}季行动到此结束。", right=200),
            line(f"共{'三四五六'[number]}家单位参加。", right=200),
        ]

    pages = [one(number) for number in range(4)]
    menus = [text for kind, text in joined(*pages) if kind == "menu"]
    assert menus == [f"安全生产月简报 第{number}期" for number in range(4)]


@pytest.mark.parametrize("number", ["3", "- 3 -", "— 3 —", "第 3 页", "第3页 共12页", "3 / 12", "Page 3"])
def test_page_numbers_of_every_style_are_set_apart(number: str) -> None:
    assert joined([*FILL, line(number, left=280, right=310)])[-1] == ("menu", number)


def test_entries_of_a_table_of_contents_are_set_apart() -> None:
    assert joined([*FILL, line("第一章　总则............................3"), *FILL])[3][0] == "menu"


def test_a_picture_without_text_is_refused() -> None:
    with pytest.raises(SourceError, match="只有图片") as caught:
        document("a.pdf", pdf())
    assert caught.value.code == "picture_only"


def test_a_password_is_told() -> None:
    with pytest.raises(SourceError, match="打开密码") as caught:
        document("有密码.pdf", (_HOSTILE / "有密码.pdf").read_bytes())
    assert caught.value.code == "encrypted"


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7\n", "不是 PDF".encode(), pdf(text="x")[:60]])
def test_a_damaged_file_is_told(data: bytes) -> None:
    with pytest.raises(SourceError, match="已损坏") as caught:
        document("a.pdf", data)
    assert caught.value.code == "damaged"
