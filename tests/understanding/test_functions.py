"""Whole words of a query that ask for the function of a passage or the kind of document."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.model import FUNCTION_NAMES
from indexer.structure.metadata import KINDS, kind_of_title
from indexer.understanding.functions import function_of, kind_of


@pytest.mark.parametrize(
    ("function", "words"),
    [
        ("opening", "开头 开篇 引言 开头段 開頭"),
        ("closing", "结尾 结束语 收尾 結尾"),
        ("problems", "存在问题 存在的问题 存在的问题和不足 问题不足 短板不足 不足之处 存在的問題"),
        ("plans", "下一步打算 下步打算 下一步工作打算 今后打算 下一步计划 下一步計畫 努力方向"),
        ("achievements", "工作成绩 主要成绩 工作成效 取得的成效"),
        ("measures", "主要做法 经验做法 具体做法 工作措施"),
        ("pledge", "表态 表态发言 决心"),
    ],
)
def test_a_word_that_names_a_function_asks_for_it(function: str, words: str) -> None:
    assert {word: function_of(word, alone=True) for word in words.split()} == dict.fromkeys(words.split(), function)


@pytest.mark.parametrize("function", FUNCTION_NAMES)
def test_the_name_of_each_function_asks_for_it_beside_another_word(function: str) -> None:
    assert function_of(FUNCTION_NAMES[function], alone=False) == function  # type: ignore[index]


@pytest.mark.parametrize(
    "word", ["收尾工作", "问题导向", "解决问题", "决心书", "做法律", "下一步棋", "环境整治", "成绩单"]
)
def test_a_word_that_only_holds_such_words_is_content(word: str) -> None:
    assert function_of(word, alone=False) is None


@pytest.mark.parametrize(
    ("word", "function"), [("问题", "problems"), ("成绩", "achievements"), ("做法", "measures"), ("下一步", "plans")]
)
def test_a_word_of_every_text_asks_only_beside_another_word(word: str, function: str) -> None:
    assert function_of(word, alone=True) is None
    assert function_of(word, alone=False) == function


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("述职报告", "述职报告"),
        ("述職報告", "述职报告"),
        ("述职", "述职报告"),
        ("述职报告范文", "述职报告"),
        ("政府工作报告", "政府工作报告"),
        ("工作报告", "工作报告"),
        ("年终总结", "总结"),
        ("工作汇报", "汇报"),
        ("汇报材料", "汇报"),
        ("实施方案", "方案"),
        ("实施意见", "意见"),
        ("领导讲话", "讲话"),
        ("经验交流材料", "经验材料"),
        ("预案", "应急预案"),
    ],
)
def test_a_word_names_a_kind_of_document(word: str, kind: str) -> None:
    assert kind_of(word) == kind


@pytest.mark.parametrize(
    "word",
    [
        "报告",
        "意见",
        "决定",
        "制度",
        "打算",
        "工作打算",
        "总结经验",
        "申论范文",
        "范文",
        "工作制度",
        "信访",
        "下一步计划",
    ],
)
def test_everyday_words_name_no_kind(word: str) -> None:
    assert kind_of(word) is None


def test_kinds_are_those_that_documents_are_filed_under() -> None:
    named = {name: kind_of(name) for name, _ in KINDS}
    assert {kind for name, kind in named.items() if kind not in {name, None}} == set()
    assert [name for name, kind in named.items() if kind is None] == ["决定", "命令", "意见", "报告", "函", "制度"]
    assert all(kind_of_title(f"青溪县{name}") in {name, ""} for name, kind in named.items() if kind)


@given(st.text(max_size=256), st.booleans())
def test_any_word_is_answered(word: str, alone: bool) -> None:
    assert function_of(word, alone=alone) in {None, *FUNCTION_NAMES}
    assert kind_of(word) in {None, *(name for name, _ in KINDS)}
