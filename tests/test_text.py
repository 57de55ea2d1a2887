"""Folding: what counts as the same, and that every folded character knows where it came from."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.text import fold, fold_text

MESSY = st.text(
    alphabet=st.one_of(
        st.sampled_from(
            "环境整治環境專案“”「」—－，。；：（）１２３４.%％㎏⒈①㈠ﬁßİé\u0301\u200b\ufeff\u3000\xa0\r\nAbC乾著臺\ufe0f"
        ),
        st.characters(),
    ),
    max_size=40,
)


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("環境整治", "环境整治"),
        ("３５亿元", "35亿元"),
        ("１０．５％", "10.5%"),
        ("⒈抓源头", "1.抓源头"),
        ("㈠总体要求", "(一)总体要求"),
        ("“三服务”", "「三服务」"),
        ("ＧＤＰ", "gdp"),
        ("５㎏", "5kg"),
        ("信\u200b访", "信访"),
        ("cafe\u0301", "café"),
    ],
)
def test_what_is_written_in_two_ways_folds_to_one(written: str, typed: str) -> None:
    assert fold_text(written) == fold_text(typed)


@pytest.mark.parametrize(
    ("one", "other"), [("整治", "政治"), ("8条", "八条"), ("信访", "来访"), ("工作，总结", "工作总结")]
)
def test_what_differs_in_meaning_stays_different(one: str, other: str) -> None:
    assert fold_text(one) != fold_text(other)


def test_a_sign_that_unfolds_to_two_letters_gives_both_the_same_source() -> None:
    folded = fold("重５㎏整")
    assert folded.text == "重5kg整"
    assert [folded.source(index, index + 1) for index in range(5)] == [(0, 1), (1, 2), (2, 3), (2, 3), (3, 4)]


def test_a_dropped_character_leaves_the_offsets_of_the_others_right() -> None:
    text = "信\u200b\u200b访工作"
    folded = fold(text)
    start, end = folded.source(1, 3)
    assert text[start:end] == "访工"


@given(MESSY)
def test_every_folded_character_has_a_source_in_order(text: str) -> None:
    folded = fold(text)
    assert len(folded.text) == len(folded.starts) == len(folded.ends)
    last = 0
    for start, end in zip(folded.starts, folded.ends, strict=True):
        assert 0 <= start < end <= len(text)
        assert start >= last or start == last
        last = start


@given(MESSY)
def test_each_folded_character_is_the_folding_of_its_source(text: str) -> None:
    folded = fold(text)
    for index, character in enumerate(folded.text):
        start, end = folded.source(index, index + 1)
        assert character in fold_text(text[start:end])


@given(MESSY)
def test_folding_twice_changes_nothing_more(text: str) -> None:
    once = fold_text(text)
    assert fold_text(once) == once


@given(MESSY)
def test_no_control_or_invisible_character_is_left(text: str) -> None:
    assert not [c for c in fold_text(text) if unicodedata.category(c) in {"Cc", "Cf", "Cs"}]
