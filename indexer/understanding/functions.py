"""What a whole word of a query asks for: the function of a passage (结尾, 存在问题) or the kind of document (述职报告).

The words are those that stand between blanks as the writer typed them: 收尾 asks for an ending, 收尾工作 does not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from indexer.model import Function
from indexer.structure.metadata import KINDS
from indexer.text import fold_text

_SHORTCOMING = "(?:问题|不足|困难|短板|差距)"
_AND = "(?:和|与|及|、)?"
_NEXT = "(?:下一?步|下一?阶段|今后|明年|来年|下半年)"
_TASK = "(?:打算|计划|安排|思路|设想|措施|举措|重点|任务|工作|努力方向)"

_ASKED: Mapping[Function, re.Pattern[str]] = {
    "opening": re.compile("开头(?:语|段|部分)?|开篇|引言|前言|导语|开场白"),
    "closing": re.compile("结尾(?:语|段|部分)?|结束语|结语|收尾"),
    "problems": re.compile(
        f"(?:工作中?)?存在的?(?:主要|突出)?{_SHORTCOMING}(?:{_AND}{_SHORTCOMING})*"
        f"|{_SHORTCOMING}{_AND}{_SHORTCOMING}|不足之处|主要问题"
    ),
    "plans": re.compile(f"{_NEXT}的?(?:工作)?{_TASK}|{_NEXT}的?工作{_TASK}|工作打算|(?:今后的?)?努力方向"),
    "achievements": re.compile(
        "(?:工作|主要|取得的?|主要工作)(?:成绩|成效|亮点|业绩)|成绩亮点|(?:成绩|成效)(?:和|与|及)(?:成效|成绩|亮点)"
    ),
    "measures": re.compile(
        "(?:主要|经验|具体|典型|创新|工作|好)的?做法|做法(?:和|与|及)?经验|(?:主要|具体|工作)(?:举措|措施)"
    ),
    "pledge": re.compile("表态(?:发言)?|表决心|决心"),
}
# Alone they are what the writer looks for in the text; beside another word (信访 问题) they say what of it.
_ASKED_BESIDE: Mapping[Function, frozenset[str]] = {
    "problems": frozenset({"问题", "不足", "短板", "困难"}),
    "plans": frozenset({"下一步", "下步", "打算"}),
    "achievements": frozenset({"成绩", "成效", "亮点"}),
    "measures": frozenset({"做法", "举措"}),
    "pledge": frozenset({"承诺"}),
}

_SAMPLE = re.compile("(?:范文|模板|例文|样本)+$")
_QUALIFIED = re.compile(
    "(?:工作|年度|年终|全年|半年|上半年|下半年|季度|个人|实施|指导|情况|专项|总体|活动|学习|党建|领导|会议)+(?=..)"
)
# Names of kinds, and words of their patterns, that any text is full of.
_EVERYDAY = frozenset(
    [
        "报告",
        "制度",
        "决定",
        "意见",
        "命令",
        "函",
        "令",
        "打算",
        "谋划",
        "回顾",
        "发言",
        "动态",
        "体会",
        "感悟",
        "办法",
        "规定",
        "规程",
        "规则",
    ]
)
_KIND_PATTERNS = tuple((name, re.compile(pattern)) for name, pattern in KINDS)


def function_of(word: str, *, alone: bool) -> Function | None:
    """The function that *word*, typed between blanks, asks for; ``alone``: it is all that was typed."""
    bare = _bare(word)
    for function, pattern in _ASKED.items():
        if pattern.fullmatch(bare):
            return function
    beside = () if alone else _ASKED_BESIDE.items()
    return next((function for function, words in beside if bare in words), None)


@lru_cache(maxsize=64)
def kind_of(word: str) -> str | None:
    """The 文种 that *word*, typed between blanks, names, as :attr:`Part.kind` has it: 年终总结范文 -> 总结."""
    bare = _SAMPLE.sub("", _bare(word))
    qualified = _QUALIFIED.match(bare)
    # 工作报告 and 政府工作报告 are kinds of their own: the whole word comes first.
    return _named(bare) or (_named(bare[qualified.end() :], qualified=True) if qualified else None)


def _bare(word: str) -> str:
    return fold_text(word).strip().replace("计画", "计划")


def _named(word: str, *, qualified: bool = False) -> str | None:
    if word in _EVERYDAY and not (qualified and word == "意见"):
        return None
    return next((name for name, pattern in _KIND_PATTERNS if word == name or pattern.fullmatch(word)), None)
