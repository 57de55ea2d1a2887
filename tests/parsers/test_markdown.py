"""Markdown: the markup is cut out, every piece leads back into the file."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import SourceError

from .samples import document, kinds, texts


def blocks_of(text: str) -> list[str]:
    return texts(document("a.md", text.encode()))


def test_headings_have_their_level_and_lose_their_signs() -> None:
    found = document("a.md", "# 工作总结 #\n\n### （一）抓**源头**\n\n正文".encode())
    assert [(block.kind, block.level) for block in found.blocks] == [("heading", 1), ("heading", 3), ("paragraph", 0)]
    assert texts(found) == ["工作总结", "（一）抓源头", "正文"]


def test_a_hash_without_a_space_is_no_heading() -> None:
    assert blocks_of("#民生 实事#") == ["#民生 实事#"]


def test_masks_made_of_stars_are_not_taken_for_emphasis() -> None:
    assert blocks_of("**乡**村、*县*镇的**重点**工作") == ["**乡**村、*县*镇的重点工作"]


def test_links_keep_their_text_and_images_vanish() -> None:
    assert blocks_of('见[《办法》](http://a.test/b_c "说明")。![图一](a.png)') == ["见《办法》。"]


def test_inline_code_escapes_and_tags_are_cut() -> None:
    assert blocks_of(r"填`表3`，\*号为必填，<b>逾期</b>不候<br>") == ["填表3，*号为必填，逾期不候"]


def test_an_angle_bracket_that_is_no_tag_stays() -> None:
    assert blocks_of("面积<B类标准>的地块") == ["面积<B类标准>的地块"]


def test_list_bullets_are_cut_and_numbers_stay() -> None:
    found = document("a.md", "- 排查隐患\n* 整改销号\n1. 压实责任\n（1）签订责任书".encode())
    assert texts(found) == ["排查隐患", "整改销号", "1. 压实责任", "（1）签订责任书"]
    assert kinds(found) == ["list_item", "list_item", "paragraph", "paragraph"]


def test_tables_become_rows_and_a_line_with_bars_alone_does_not() -> None:
    found = document("a.md", "浏览量:1 | | | |\n\n|村|户数|\n|--|:-:|\n|**东圩**|82|\n".encode())
    assert texts(found) == ["浏览量:1 | | | |", "村 | 户数", "东圩 | 82"]
    assert kinds(found) == ["paragraph", "table_row", "table_row"]


def test_comments_rules_and_fences_are_left_out() -> None:
    assert blocks_of("甲<!-- 秘 -->乙\n\n---\n\n```text\n# 不是标题\n```\n<!-- 未完") == [
        "甲<!-- 秘 -->乙",
        "# 不是标题",
    ]


def test_an_underlined_line_is_a_heading_and_a_long_one_is_not() -> None:
    found = document("a.md", ("年度计划\n====\n\n" + "很长的一段" * 20 + "\n---\n").encode())
    assert [(block.kind, block.level) for block in found.blocks] == [("heading", 1), ("paragraph", 0)]


def test_front_matter_becomes_meta_and_is_no_text() -> None:
    found = document("a.md", "---\ntitle: '简报'\nlayout: post\nsource: 县委办\n---\n正文".encode())
    assert found.meta == {"title": "简报", "source": "县委办"}
    assert texts(found) == ["正文"]
    assert found.text.startswith("---")


def test_an_unclosed_front_matter_is_text() -> None:
    assert blocks_of("---\ntitle: 甲\n\n正文") == ["title: 甲", "正文"]


def test_markup_without_text_is_empty() -> None:
    with pytest.raises(SourceError, match="没有文字"):
        document("a.md", "![](a.png)\n\n---\n<!-- 无 -->".encode())


@pytest.mark.parametrize("text", ["", "\n \n", "---\ntitle: 总结\n---\n"])
def test_a_file_without_a_line_of_text_is_empty(text: str) -> None:
    with pytest.raises(SourceError) as caught:
        document("a.md", text.encode())
    assert caught.value.code == "empty"


@pytest.mark.parametrize("sign", ["*", "[", "`", "<b", "|", "- ", "<!--", "> ", "\\", "=", "~~", "![](", "| - "])
def test_repeated_signs_take_linear_time(sign: str) -> None:
    begin = time.process_time()
    document("a.md", ("尾" + sign * 40_000 + "尾").encode())
    assert time.process_time() - begin < 3


@given(st.text(alphabet=st.sampled_from("甲乙。*_`[]()!<>b/-|#\\ \n="), max_size=200))
def test_pieces_are_in_order_and_hold_only_text_of_the_file(text: str) -> None:
    try:
        found = document("a.md", ("首" + text).encode())
    except SourceError:
        return
    ends = [edge for block in found.blocks for piece in block.pieces for edge in (piece.start, piece.end)]
    assert ends == sorted(ends)
    assert all(piece.start < piece.end for block in found.blocks for piece in block.pieces)
    assert all(text.strip() == text for text in texts(found))
