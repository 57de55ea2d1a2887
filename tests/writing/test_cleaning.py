"""What cleaning a passage changes, and what it must not."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.deadline import within
from indexer.errors import TooLong
from indexer.structure.marks import masks_in
from writing.cleaning import _CHANGEABLE, _once, for_official, visible

CHANGED = {
    "现将有关情况汇报如下:": "现将有关情况汇报如下：",
    "村里修了路,通了水;还建了广场.": "村里修了路，通了水；还建了广场。",
    "抓什么?怎么抓!": "抓什么？怎么抓！",
    "合格率达到95%.": "合格率达到95%。",
    "今年GDP, 增长了": "今年GDP，增长了",
    "(一)抓宣传": "（一）抓宣传",
    "(1)抓宣传（见附件1)": "（1）抓宣传（见附件1）",
    '开展"百日攻坚"行动': "开展“百日攻坚”行动",
    "群众说'干净了'": "群众说‘干净了’",
    "'a''好'": "'a'‘好’",
    "等等...": "等等……",
    "清运。。。绿化": "清运……绿化",
    "两条主线--宣传与整治": "两条主线——宣传与整治",
    "截至20xx年x月x日": "截至20【 】年【 】月【 】日",
    "投入xx.xx万元，成立专班×个": "投入【 】万元，成立专班【 】个",
    "**乡**村": "【 】乡【 】村",
    "李××同志在xx*村": "李【 】同志在【 】村",
    "共清运 9 个点位 的垃圾": "共清运9个点位的垃圾".replace("位的", "位 的"),
    "　　工 作 总 结": "工作总结",
    "第一行\r\n\r\n\u3000第二行\u200b": "第一行\n第二行",
    "群 众 满意 。": "群 众 满意。",
    '芦塘镇20xx年共投入 xx.xx万元,拆除"破棚子"3处.': "芦塘镇20【 】年共投入【 】万元，拆除“破棚子”3处。",
}
KEPT = [
    "1,200亩、3.5公里、8:30到场",
    "1.抓宣传",
    "二〇〇八年和二○○八年",
    "长×宽×高",
    "f(x)与PM(2.5)",
    "见http://www.example.com/a,b",
    'Hello, world. "Yes"',
    '5"屏和10"屏',
    '他说"好',
    "张三 李四 王五",
    "Windows 10系统",
    "已整治【 】处。",
    "……今年以来，“三提三争”——一步一步走",
    "",
]


@pytest.mark.parametrize(("text", "cleaned"), CHANGED.items(), ids=list(CHANGED))
def test_what_an_official_document_writes_otherwise_is_changed(text: str, cleaned: str) -> None:
    assert for_official(text) == cleaned


@pytest.mark.parametrize("text", KEPT)
def test_numbers_names_english_and_what_is_right_already_are_left_alone(text: str) -> None:
    assert for_official(text) == text


# What the rules look at, in any order, is worth more than any character at all.
CHINESE = st.text(
    alphabet=st.sampled_from(
        [*"环境整治年月日个村元一〇○长×*xX_1234年abc ,.;:?!()（）\"'“”—-…。【】\u3000\t\n\u200b/%"]
    )
)
TEXTS = st.one_of(CHINESE, st.text(max_size=60))


@given(TEXTS)
@settings(max_examples=600, deadline=None)
def test_cleaning_a_clean_text_changes_nothing(text: str) -> None:
    cleaned = for_official(text)
    assert for_official(cleaned) == cleaned


@given(TEXTS)
@settings(max_examples=600, deadline=None)
def test_digits_stay_as_they_are_and_where_they_are(text: str) -> None:
    assert re.findall(r"\d", for_official(text)) == re.findall(r"\d", visible(text))


@given(TEXTS)
@settings(max_examples=600, deadline=None)
def test_no_letter_disappears_but_those_that_hide_something(text: str) -> None:
    def letters(written: str) -> str:
        return "".join(letter for letter in written if letter.isalnum() and letter not in "xX〇")

    assert letters(for_official(text)) == letters(visible(text))


@given(CHINESE.filter(lambda text: not re.search("[xX×*_〇○…]", text)))
@settings(max_examples=300, deadline=None)
def test_nothing_is_hidden_where_nothing_was(text: str) -> None:
    assert not masks_in(text)
    assert for_official(text).count("【") == text.count("【")


# Signs that the rules look at: runs of each, pairs of them in turn, and one run behind another.
SIGNS = "'\"(（)x×*＊〇●_…,.。-【 \u3000\u200b1a中年月"
Hostile = Callable[[int], str]


def in_turn(signs: str) -> Hostile:
    return lambda length: signs * (length // len(signs))


def behind(first: str, second: str) -> Hostile:
    return lambda length: first * (length // 2) + second * (length // 2)


HOSTILE: dict[str, Hostile] = {
    **{sign: in_turn(sign) for sign in SIGNS},
    **{a + b: in_turn(a + b) for a, b in permutations(SIGNS, 2)},
    **{f"{a} then {b}": behind(a, b) for a, b in permutations(SIGNS, 2)},
    "one quote that is never closed": lambda length: "'" + "整" * length,
    "quotes around quotes": lambda length: "'!" * (length // 4) + "整治" + "!'" * (length // 4),
    "brackets in brackets": lambda length: "(" * (length // 2) + ")" * (length // 2) + "整",
    "brackets of both widths": lambda length: "(（" * (length // 4) + ")）" * (length // 4) + "整",
    "masks": in_turn("20xx年x月*村"),
}


def seconds_for(text: str) -> float:
    """The time of the processor that cleaning *text* takes, at its best of two."""
    taken = []
    for _ in range(2):
        begun = time.process_time()
        for_official(text)
        taken.append(time.process_time() - begun)
    return min(taken)


@pytest.mark.parametrize("sign", SIGNS)
def test_a_hostile_text_is_cleaned_in_little_time(sign: str) -> None:
    for name, text in HOSTILE.items():
        if name.startswith(sign):
            # A fiftieth of a second would do; what grows with the square takes seconds.
            assert seconds_for(text(5_000)) < 0.1, name


@pytest.mark.parametrize(
    "name", [name for name in HOSTILE if name[0] in "qobm" or name in ("×*", "x×", "… then 年", ". then 年")]
)
def test_four_times_a_hostile_text_takes_about_four_times_as_long(name: str) -> None:
    assert seconds_for(HOSTILE[name](20_000)) < 10 * max(seconds_for(HOSTILE[name](5_000)), 0.002), name


def test_cleaning_stops_when_the_time_is_over() -> None:
    with within(0), pytest.raises(TooLong):
        for_official("整治,\n" * 10)


@given(TEXTS)
@settings(max_examples=600, deadline=None)
def test_a_text_that_is_passed_over_has_nothing_to_clean(text: str) -> None:
    if not _CHANGEABLE.search(text):
        assert _once(text) == text
