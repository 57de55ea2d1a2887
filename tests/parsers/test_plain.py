"""Plain text: one block a line, trimmed, in the characters of the file."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import SourceError
from indexer.parsers.lines import BLANK, is_numbered, joint, lines, trim, width
from indexer.parsers.plain import text_blocks

from .samples import document, texts


def test_every_kind_of_line_end_ends_a_block() -> None:
    text = "一段\r\n二段\r三段\n四段\u2028五段\x0b六段\x0c七段\x85八段"
    found = document("a.txt", text.encode("utf-8-sig"))
    assert texts(found) == ["一段", "二段", "三段", "四段", "五段", "六段", "七段", "八段"]
    assert [block.line for block in found.blocks] == [1, 2, 3, 4, 4, 4, 4, 4]


def test_line_ends_stay_in_the_text_and_the_byte_order_mark_does_not() -> None:
    found = document("a.txt", "\ufeff总结\r\n\r\n  正文".encode())
    assert found.text == "总结\r\n\r\n  正文"
    assert [(block.pieces[0].start, block.pieces[0].end) for block in found.blocks] == [(0, 2), (8, 10)]


def test_blanks_of_every_kind_are_trimmed_outside_and_kept_inside() -> None:
    found = document("a.txt", "　\xa0\u200b\x07政 府　工作\u200b报告\ufeff\t".encode())
    assert texts(found) == ["政 府　工作\u200b报告"]


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", "　\r\n\u200b\n".encode()])
def test_a_file_without_text_is_empty(data: bytes) -> None:
    with pytest.raises(SourceError, match="文件里没有文字") as caught:
        document("a.txt", data)
    assert caught.value.code == "empty"


WRAPPED = """各乡镇要把秋粮收购资金按时兑付到户，不打白条、不压级压价，
对种粮大户提前预约、错峰交粮，粮站延长开门时间，夜里也要有
人值守。遇到阴雨天气要及时调度烘干设备，优先烘干受潮粮食，
确保颗粒归仓。财政、农发行要做好资金调度，审计部门全程跟踪
监督，发现截留挪用的一律从严处理，并向社会公开通报处理结果
和整改情况，接受群众监督。
1、落实责任。各乡镇主要负责人是第一责任人，分管负责人具体
抓，粮站负责人包片到村，收购期间不得请假外出，确有特殊情况
的须报县政府批准后方可离开岗位，并明确临时负责人代行职责。
2、严明纪律。"""


def test_lines_that_were_wrapped_at_a_margin_are_joined_and_numbered_ones_are_not() -> None:
    found = document("a.txt", WRAPPED.encode())
    assert [text[:6] for text in texts(found)] == ["各乡镇要把秋", "1、落实责任", "2、严明纪律"]
    assert "夜里也要有人值守。" in texts(found)[0]
    assert len(found.blocks[0].pieces) == 6
    assert all(piece.before == "" for piece in found.blocks[0].pieces)


def test_latin_words_are_joined_with_a_space() -> None:
    assert joint("flood", "office") == " "
    assert joint("办公", "office") == ""
    assert joint("安全", "生产") == ""


def test_short_lines_of_a_list_are_never_joined() -> None:
    names = (
        "\n".join(f"第{number}组在村部集合然后一起出发去河边捡拾垃圾" for number in "一二三四五六七八九十") + "\n结束"
    )
    assert len(text_blocks(names)) == 11


def test_whole_sentences_of_one_width_are_never_joined() -> None:
    sentences = "\n".join(["清理村口主干道两侧的积存垃圾和杂物共三十多车。"] * 12)
    assert len(text_blocks(sentences)) == 12


@pytest.mark.parametrize(
    "text", ["一、", "（二）抓源头", "(3)", "1.", "１２、", "⒈压实", "①", "第三章 附则", "一是", "首先"]
)
def test_numbers_of_every_style_begin_a_block_of_their_own(text: str) -> None:
    assert is_numbered(text)


@pytest.mark.parametrize("text", ["一些同志", "二十大以来", "2023年", "第三次会议", "十堰"])
def test_words_that_begin_with_a_number_are_none(text: str) -> None:
    assert not is_numbered(text)


def test_a_han_character_is_two_columns_wide() -> None:
    assert width("共3个ＡＢ") == 9


def test_more_text_than_the_bound_is_refused() -> None:
    with pytest.raises(SourceError, match="文字超过 500 万字") as caught:
        document("a.txt", "好".encode() * 5_000_001)
    assert caught.value.code == "too_large"


def test_more_blocks_than_the_bound_are_refused() -> None:
    with pytest.raises(SourceError, match="段落超过 20 万个"):
        document("a.txt", b"a\n" * 200_001)


@pytest.mark.parametrize(
    "text", ["好" * 4_900_000, "a " * 2_000_000, "\n" * 1_000_000 + "尾"], ids=["one", "words", "blank"]
)
def test_long_lines_and_many_lines_take_linear_time(text: str) -> None:
    begin = time.process_time()
    assert len(text_blocks(text)) == 1
    assert time.process_time() - begin < 5


@given(st.text(alphabet=st.one_of(st.sampled_from("一二、。 \r\n\t　\u200b\u2028a1"), st.characters()), max_size=400))
def test_blocks_hold_all_ink_once_and_in_order(text: str) -> None:
    pieces = [piece for block in text_blocks(text) for piece in block.pieces]
    ends = [edge for piece in pieces for edge in (piece.start, piece.end)]
    assert ends == sorted(ends)
    kept = set().union(*(range(piece.start, piece.end) for piece in pieces))
    ink = {at for at, char in enumerate(text) if char not in BLANK}
    assert ink <= kept
    assert all(trim(text, piece.start, piece.end) == (piece.start, piece.end) for piece in pieces)


@given(st.text(alphabet="字 \r\n", max_size=60))
def test_line_numbers_are_those_of_an_editor(text: str) -> None:
    for line in lines(text):
        before = text[: line.start].replace("\r\n", "\n").replace("\r", "\n")
        assert line.number == before.count("\n") + 1
