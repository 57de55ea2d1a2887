"""What differs between two versions of a passage, as a reader would point at it."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.differences import COMPARED, Piece, differences

Pair = tuple[str, str]


def changed(one: str, other: str) -> list[Pair]:
    return [(piece.one, piece.other) for piece in differences(one, other) if not piece.same]


def rebuilt(pieces: list[Piece]) -> Pair:
    return "".join(piece.one for piece in pieces), "".join(piece.other for piece in pieces)


def test_another_number_is_one_change_though_its_tens_are_the_same_character() -> None:
    assert changed("专班驻点三十七天，清出淤泥九百多方。", "专班驻点四十五天，清出淤泥九百多方。") == [
        ("三十七", "四十五")
    ]


def test_another_name_is_one_change_wherever_it_stands() -> None:
    one = "在芦塘镇党委的领导下，芦塘镇完成了年初定下的任务。"
    assert changed(one, one.replace("芦塘", "赤岩")) == [("芦塘", "赤岩"), ("芦塘", "赤岩")]


def test_a_figure_is_never_cut_in_two() -> None:
    one, other = "投入资金1,286.5万元，覆盖率98.2%。", "投入资金1,306.5万元，覆盖率98.7%。"
    assert changed(one, other) == [("1,286.5", "1,306.5"), ("98.2%", "98.7%")]


def test_a_blank_that_was_filled_in_is_a_change() -> None:
    assert changed("截至x月x日，投入××万元。", "截至6月30日，投入82万元。") == [("x月x", "6月30"), ("××", "82")]


def test_words_that_only_one_has_stand_against_nothing() -> None:
    one, other = "我们将继续努力，把工作做好。", "我们将继续努力，发扬实干精神，把工作做好。"
    assert changed(one, other) == [("", "发扬实干精神，")]


def test_a_sign_between_two_changes_keeps_them_apart() -> None:
    assert changed("抓宣传、抓整治", "抓发动、抓管护") == [("宣传", "发动"), ("整治", "管护")]


@pytest.mark.parametrize(
    ("one", "other"),
    [("園區看著環境整治成效顯著。", "园区看着环境整治成效显著。"), ("完成８条措施，ＧＤＰ增长", "完成8条措施,GDP增长")],
)
def test_script_and_width_are_no_difference(one: str, other: str) -> None:
    pieces = differences(one, other)
    assert all(piece.same for piece in pieces)
    assert rebuilt(pieces) == (one, other)


def test_equal_texts_are_one_piece_and_two_empty_ones_none() -> None:
    assert differences("各项工作有序推进。", "各项工作有序推进。") == [
        Piece("各项工作有序推进。", "各项工作有序推进。", same=True)
    ]
    assert differences("", "") == []


def test_what_is_far_behind_is_compared_as_a_whole() -> None:
    text = "一" * COMPARED
    assert changed(text + "结尾甲", text + "结尾乙") == [("结尾甲", "结尾乙")]
    assert changed(text + "结尾", text + "结尾") == []


def test_long_texts_that_have_nothing_in_common_are_compared_quickly() -> None:
    one = "".join(chr(0x4E00 + number) for number in range(COMPARED))
    other = "".join(chr(0x4E00 + number) for number in range(COMPARED, 2 * COMPARED))
    started = time.process_time()
    pieces = differences(one, other)
    assert time.process_time() - started < 2
    assert rebuilt(pieces) == (one, other)


WORDS = st.text(st.sampled_from("一二三十七抓整治环境環、，。 \n12x×Aａ５%."), max_size=60)


@given(WORDS, WORDS)
def test_both_texts_can_be_put_together_from_the_pieces(one: str, other: str) -> None:
    pieces = differences(one, other)
    assert rebuilt(pieces) == (one, other)
    assert all(piece.one or piece.other for piece in pieces)
    # Changes and what is common take turns: nothing is told in two pieces that is one.
    assert all(former.same != piece.same for former, piece in pairwise(pieces))


@given(st.text(max_size=80), st.text(max_size=80))
def test_whatever_characters_they_have(one: str, other: str) -> None:
    assert rebuilt(differences(one, other)) == (one, other)
    assert changed(one, one) == []


@given(WORDS, WORDS)
def test_the_other_way_round_the_same_is_common(one: str, other: str) -> None:
    forth, back = differences(one, other), differences(other, one)
    assert bool(changed(one, other)) == bool(changed(other, one))
    assert rebuilt(forth) == rebuilt(back)[::-1]
