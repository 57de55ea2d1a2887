"""How a text holds a half remembered sentence: invented sentences, then sentences cut out of random texts and spoiled."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.analysis import Analyzer, default_analyzer
from indexer.text import fold
from indexer.understanding.quotation import (
    MAX_LETTERS,
    WINDOW,
    Quoted,
    align,
    describe,
    is_quotation,
    letters,
    pairs,
)

PASSAGE = (
    "（二）抓整治。我们紧紧围绕“水清岸绿、村美民富”的目标，结合山区特点和群众意愿，先后清理河道三十二公里，"
    "拆除违建1,280平方米，完成投资3.5亿元，同比增长12.6%。能不能守住一河清水，是检验干部作风实不实的一把尺子；"
    "怎样守住一河清水，是摆在我们面前的一道考题。"
)


@pytest.fixture(scope="module")
def analyzer() -> Analyzer:
    return default_analyzer()


def marked(quoted: Quoted | None, text: str = PASSAGE) -> list[str]:
    assert quoted is not None
    return [text[span.start : span.end] for span in quoted.spans]


def told(quote: str, text: str = PASSAGE) -> str:
    quoted = align(quote, text)
    return describe(quoted) if quoted else "没有"


@pytest.mark.parametrize(
    ("quote", "phrase"),
    [
        ("先后清理河道三十二公里，拆除违建1,280平方米", "原句一字不差"),
        ("能不能守住一河清水，是检验干部作风实不实的一把尺子。", "原句一字不差"),
        ("完成投資３．５億元，同比增長１２．６％", "原句一字不差"),
        ("我们紧紧围绕水清岸绿、村美民富的目标 结合山区特点和群众意愿", "只差标点"),
        ("紧紧围绕村美民富的目标，结合山区特点和群众意愿", "中间多了 4 个字"),
        ("我们紧紧围绕水清岸绿的目标，结合山区特点", "中间多了 4 个字"),
        ("结合山区地理特点和群众意愿，先后清理河道", "少了其中 2 个字"),
        ("从今年三月开始，先后清理河道三十二公里，拆除违建", "少了其中 7 个字"),
        ("先后清理河道三十五公里，拆除违建1280平方米", "有 1 个字不同"),
        ("能不能护住一河清水，是检验干部作风实不实的一把戒尺", "有 2 个字不同"),
        ("结合群众意愿和山区特点，先后清理河道", "语序不同，另有 3 个字没对上"),
        ("是检验作风的一把尺子，怎么守住一河清水是摆在面前的考题", "没有"),
        (
            "会不会守住一河清水，是衡量干部作风实不实的标尺，怎样守住一河清水，是我们面前的一道考题",
            "原句分在 4 处，另有 7 个字没对上",
        ),
        ("县财政安排专项资金用于中小学校舍的维修加固", "没有"),
    ],
)
def test_a_reader_is_told_how_close_the_text_is(quote: str, phrase: str) -> None:
    assert told(quote) == phrase


def test_the_sentence_is_marked_from_its_first_letter_to_its_last_with_the_signs_between() -> None:
    assert marked(align("围绕水清岸绿 村美民富的目标", PASSAGE)) == ["围绕“水清岸绿、村美民富”的目标"]


def test_what_stands_in_between_is_not_marked() -> None:
    assert marked(align("我们紧紧围绕水清岸绿的目标", PASSAGE)) == ["我们紧紧围绕“水清岸绿", "的目标"]


def test_letters_that_differ_are_not_marked() -> None:
    quoted = align("先后清理河道三十五公里，拆除违建", PASSAGE)
    assert marked(quoted) == ["先后清理河道三十", "公里，拆除违建"]


def test_swapped_halves_are_marked_where_they_stand_in_the_text() -> None:
    quoted = align("结合群众意愿和山区特点，先后清理河道", PASSAGE)
    assert marked(quoted) == ["山区特点", "群众意愿", "先后清理河道"]


def test_a_sentence_that_stands_there_twice_is_marked_twice() -> None:
    text = "要守土尽责。会后，要守土尽责！"
    assert marked(align("要守土尽责", text), text) == ["要守土尽责", "要守土尽责"]


def test_where_the_signs_are_right_once_only_that_place_is_marked() -> None:
    text = "守土、尽责要落到人。守土尽责要落到人。"
    quoted = align("守土尽责要落到人", text)
    assert quoted is not None
    assert (quoted.how, marked(quoted, text)) == ("same", ["守土尽责要落到人"])


def test_a_decimal_point_is_more_than_a_sign() -> None:
    assert told("完成投资35亿元，同比增长12.6%") == "有 1 个字不同"
    assert told("拆除违建1280平方米") == "只差标点"


def test_two_letters_are_not_fetched_from_far_away() -> None:
    text = "统筹抓好春耕备耕、护林防火、防汛抗旱各项工作，层层压实责任链条。"
    assert told("统筹压实责任链条", text) != "中间多了 21 个字"


def test_a_short_phrase_is_looked_for_letter_by_letter_only() -> None:
    assert told("一河清水") == "原句一字不差"
    assert told("一湖清水") == "没有"


def test_one_stretch_of_the_text_does_not_hold_two_of_the_sentence() -> None:
    text = "坚持问题导向，逐项整改到位。"
    assert align("坚持问题导向坚持问题导向坚持问题导向", text) is None


def test_the_closest_way_sorts_first() -> None:
    texts = [
        "清理河道三十五公里，拆除违建",
        "拆除违建清理河道三十二公里",
        "清理河道三十二公里、拆除违建",
        "清理河道三十二公里，拆除违建",
        "清理河道三十二公里，全部拆除违建",
    ]
    aligned = [quoted for text in texts if (quoted := align("清理河道三十二公里，拆除违建", text))]
    ordered = sorted(aligned, key=lambda quoted: quoted.distance)
    assert [quoted.how for quoted in ordered] == ["same", "signs", "gap", "wrong", "order"]


def test_a_text_may_come_folded() -> None:
    text = "推進環境綜合整治，建立長效機制"
    assert align("推进环境综合整治，建立长效机制", fold(text)) == align("推进环境综合整治，建立长效机制", text)
    assert marked(align("环境综合整治", fold(text)), text) == ["環境綜合整治"]


@pytest.mark.parametrize("quote", ["", "，。", "甲" * (MAX_LETTERS + 1)])
def test_nothing_and_too_much_are_held_by_nothing(quote: str) -> None:
    assert align(quote, PASSAGE + quote) is None


def test_a_sentence_across_two_windows_of_a_long_text_is_found() -> None:
    filler = "".join(chr(0x4E00 + index) for index in range(WINDOW - 8))
    text = filler + "罢了，" + PASSAGE + filler
    assert told("紧紧围绕水清岸绿、村美民富的指标", text) == "有 1 个字不同"


def test_a_repetitive_text_is_answered_in_time() -> None:
    started = time.perf_counter()
    align("同志们" * 84 + "不是", "同志们" * 1300 + "同志")
    assert time.perf_counter() - started < 0.5


@pytest.mark.parametrize(
    "text",
    [
        "政府要带头过紧日子，把钱花在刀刃上",
        "能不能守住一河清水是检验干部作风的尺子",
        "生态美则百姓富 生态衰则百姓穷",
        "白石溪沿线７个村污水治理示范点 连线成片",
        "紧紧围绕“水清岸绿”的目标，结合山区特点和群众意愿",
        "“三个一批”行动启动以来，全县上下齐心协力",
        "２０２１年，地区生产总值完成９８．５亿元",
        "（一）加快推进老旧小区改造，让居民住得更舒心",
    ],
)
def test_a_pasted_sentence_is_known_as_one(text: str) -> None:
    assert is_quotation(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "环境整治 长效机制",
        "环境整治，长效机制，乡村振兴，作风建设",
        "党风廉政建设 全面从严治党",
        "存在问题 下一步打算 老旧小区改造",
        "今年经济社会发展主要目标",
        "huanjing zhengzhi gongzuo zongjie",
        "“政府要带头过紧日子，把钱花在刀刃上”",
        "“环境整治” 加快推进老旧小区改造工作，让居民满意",
        "文种:总结 加快推进老旧小区改造，让居民满意",
        "加快推进老旧小区改造让居民满意 OR 持续优化营商环境",
        "-加快推进老旧小区改造，让居民住得更舒心",
        "以党建引领基层治理为抓手，从…到…一以贯之",
        "全县的河道由哪个部门负责管护，经费从哪里来？",
        "加快推进老旧小区改造，让居民住得更舒心" * 20,
    ],
)
def test_keywords_and_queries_with_signs_are_not(text: str) -> None:
    assert not is_quotation(text)


def test_pairs_run_across_signs_and_come_once() -> None:
    assert pairs("抓实，抓细、抓实。") == ("抓实", "实抓", "抓细", "细抓")
    assert pairs("Ｇ2 工") == ("g2", "2工")


# Six letters to a sign, as in prose. The range is of Han characters alone.
_LETTERS = [chr(code) for code in range(0x4E00, 0x4E00 + 600)]
TEXT = st.text(alphabet=st.sampled_from(_LETTERS + list("，。；：、！？“”（）…　") * 8), min_size=30, max_size=120)


@st.composite
def cut(draw: st.DrawFn) -> tuple[str, str]:
    """A text, and a sentence of sixteen characters or more that was cut out of it."""
    text = draw(TEXT)
    start = draw(st.integers(0, len(text) - 16))
    return text, text[start : draw(st.integers(start + 16, len(text)))]


def spoiled(sentence: str, places: list[int], *, how: str) -> str:
    """The letters of *sentence*, those at *places* replaced by one that no text has, left out, or with one more after them."""
    found = list(letters(sentence))
    for place in places:
        found[place] = {"replaced": "x", "left out": "", "added": found[place] + "x"}[how]
    return "".join(found)


@given(cut())
def test_a_sentence_cut_out_of_a_text_is_the_same(case: tuple[str, str]) -> None:
    text, sentence = case
    quoted = align(sentence, text)
    if letters(sentence):
        assert quoted is not None
        assert quoted.how == "same"
        assert all(letters(held) == letters(sentence) for held in marked(quoted, text))
    else:
        assert quoted is None


@given(cut())
def test_a_sentence_without_its_signs_differs_by_signs_at_most(case: tuple[str, str]) -> None:
    text, sentence = case
    quoted = align(letters(sentence), text)
    assert (quoted.how if quoted else None) in ({"same", "signs"} if letters(sentence) else {None})


@settings(max_examples=200)
@given(case=cut(), how=st.sampled_from(["replaced", "left out", "added"]), data=st.data())
def test_a_sentence_with_a_few_letters_spoiled_is_held_with_no_more_wrong(
    case: tuple[str, str], how: str, data: st.DataObject
) -> None:
    text, sentence = case
    size = len(letters(sentence))
    if size < 10:
        return
    # Where letters are left out the sentence gets shorter, and fewer of them may be wrong.
    most = max(1, (size * 8 // 9 if how == "left out" else size) // 8)
    places = data.draw(st.lists(st.integers(0, size - 1), min_size=1, max_size=most, unique=True))
    quoted = align(spoiled(sentence, places, how=how), text)
    assert quoted is not None
    # One stretch too many or too few is told as such, with its length.
    assert quoted.how == "wrong" or how != "replaced"
    assert quoted.how in {"same", "signs", "gap", "wrong"}
    assert quoted.wrong + quoted.gap + quoted.missing <= len(places)


@given(sentence=TEXT, text=TEXT)
def test_a_text_of_other_letters_holds_nothing(sentence: str, text: str) -> None:
    foreign = "".join(sign for sign in text if sign not in letters(sentence) and letters(sign) not in letters(sentence))
    assert align(sentence, foreign) is None


@given(sentence=TEXT, text=TEXT)
def test_spans_lie_in_the_text_in_order_and_hold_letters(sentence: str, text: str) -> None:
    mixed = text[:20] + sentence[:12] + text[20:40] + sentence[12:24] + text[40:]
    quoted = align(sentence[:24], mixed)
    ends = 0
    for span in quoted.spans if quoted else ():
        assert ends <= span.start < span.end <= len(mixed)
        assert mixed[span.start].isalnum()
        assert mixed[span.end - 1].isalnum()
        ends = span.end


@given(quote=st.text(max_size=40), text=st.text(max_size=80))
def test_any_two_strings_are_answered(quote: str, text: str) -> None:
    quoted = align(quote, text)
    assert quoted is None or describe(quoted)
    assert isinstance(is_quotation(quote), bool)


@given(text=st.text(alphabet="抓实细，。 Ａ1", max_size=30))
def test_pairs_are_what_the_analyzer_puts_side_by_side(analyzer: Analyzer, text: str) -> None:
    tokens = [token for token in analyzer.characters(text) if token.text.isalnum()]
    beside = {first.text + second.text for first, second in pairwise(tokens) if second.position == first.position + 1}
    assert set(pairs(text)) == beside
