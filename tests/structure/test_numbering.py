"""Numbering styles of official prose."""

import pytest

from indexer.structure.marks import has_inline_gap, missing_numbers
from indexer.structure.numbering import han_number, numbering_of


@pytest.mark.parametrize(
    ("line", "style", "value"),
    [
        ("一、总体要求", "han_comma", 1),
        ("十二、附则", "han_comma", 12),
        ("（三）强化保障", "han_bracket", 3),
        ("(二)压实责任", "han_bracket", 2),
        ("㈣严格考核", "han_bracket", 4),
        ("1.摸清底数", "arabic", 1),
        ("2、建立台账", "arabic", 2),
        ("３．限期销号", "arabic", 3),
        ("⒊抓园林绿化", "arabic", 3),
        ("1 、做好交接", "arabic", 1),
        ("（4）整治河道", "arabic_bracket", 4),
        ("(5)整治市场", "arabic_bracket", 5),
        ("⑹规范经营", "arabic_bracket", 6),
        ("7）规范停车", "arabic_half", 7),
        ("③发放明白纸", "circled", 3),
        ("一是抓通道", "is", 1),
        ("一个是划分责任", "is", 1),
        ("二要狠抓落实", "is", 2),
        ("首先,强化宣传", "ordinal", 1),
        ("其次，制定规划", "ordinal", 2),
        ("第三，消除四害", "ordinal", 3),
        ("第二章 组织领导", "chapter", 2),
        ("第一节 机构", "section", 1),
        ("貳、重要工作成果", "han_formal", 2),
        ("1.2 适用范围", "decimal", 2),
        ("3 组织指挥", "arabic", 3),
    ],
)
def test_a_line_tells_its_number(line: str, style: str, value: int) -> None:
    found = numbering_of(line)
    assert found is not None
    assert (found.style, found.value) == (style, value)


@pytest.mark.parametrize(
    "line",
    [
        "3.5亿元投资到位",
        "2023年，全镇完成",
        "一、二等奖共12个",
        "十五届人大一次会议",
        "二十大精神宣讲",
        "一",
        "1.",
        "第三产业增加值",
        "首先进单位",
    ],
)
def test_a_figure_or_a_word_is_no_number(line: str) -> None:
    assert numbering_of(line) is None


@pytest.mark.parametrize(
    ("text", "value"), [("九", 9), ("十", 10), ("十九", 19), ("二十", 20), ("三十六", 36), ("一百零八", 108), ("7", 7)]
)
def test_han_numbers_are_read(text: str, value: int) -> None:
    assert han_number(text) == value


def test_a_list_that_lost_members_names_them() -> None:
    assert missing_numbers([1, 2, 5, 1, 2]) == [3, 4]
    assert missing_numbers([2, 3]) == [1]
    assert missing_numbers([1, 2, 3, 1]) == []


@pytest.mark.parametrize(
    ("text", "gap"),
    [
        ("落实措施：①建立台账；②逐户走访；⑤按月通报。", True),
        ("落实措施：①建立台账；②逐户走访；③按月通报。", False),
        ("一是抓宣传。二是抓排查。四是抓问责。", True),
        ("一是抓宣传。二是抓排查。三是抓问责。", False),
        ("要一手抓发展，一手抓安全。", False),
        ("问题是：1.底子薄弱；2.人才缺乏；5.作风漂浮。", True),
        ("问题是：1.底子薄弱；2.人才缺乏；3.作风漂浮。", False),
        ("困难不少：⒈底子薄弱，⒉人才缺乏，⒋作风漂浮。", True),
        ("三次产业增速为：1.2%；5.6%；8.3%。", False),
    ],
)
def test_a_gap_inside_a_paragraph_is_seen(text: str, gap: bool) -> None:
    assert has_inline_gap(text) is gap
