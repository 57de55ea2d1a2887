"""The words that the pages use for short names of the library, and the examples of the first page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from indexer.model import FUNCTION_NAMES, Function

SCRIPTS: Mapping[str, str] = {"hans": "简体", "hant": "繁体", "unknown": "字形不明"}

# What a writer should know before a passage is reused, with the sentence that explains it.
FLAGS: Mapping[str, tuple[str, str]] = {
    "masked": ("含留空", "原文用 ××、x月x日 之类隐去了名称或数字，用时请补上"),
    "gap": ("列表有缺", "编号不连续，原文这里缺了几条"),
    "cut": ("句子不全", "结尾没有标点，原文在这里断开了"),
    "heading_only": ("只有标题", "这个标题下面没有正文"),
    "watermark": ("夹有水印", "字间夹着网站的水印，用时请删去"),
    "glossary": ("名词解释", "这是注释里的词条"),
    "converted": ("简转繁", "原网页是用软件由简体转成繁体的，个别用词可能走样，用时请核对"),
}

# Query and what it shows about searching.
EXAMPLES: tuple[tuple[str, str], ...] = (
    ("环境整治", "直接输入要写的事"),
    ("乡村振兴 产业", "空格隔开，各词都要有"),
    ("“下一步打算”", "加引号，一字不差"),
    ("信访 OR 接访", "有其中一个就行"),
    ("安全生产 -会议", "减号后面的不要"),
    ("标题:总结 存在的问题", "只在标题含“总结”的文章里找"),
)

QUERY_HINTS: tuple[str, ...] = (
    "一次写几个关键词就够，不必整段粘贴",
    "要找一句原话，取其中最特别的十来个字，加上引号",
)

SLOW_HINTS: tuple[str, ...] = (
    "…前后的字写得特别一些：“以…为抓手”比“的…的”快得多",
    "用 OR 连接的词少写几个",
    "整段的话，取其中最特别的一句",
)

INDEX_HINTS: tuple[str, ...] = (
    "用 fanwen verify 查看哪里坏了",
    "用 fanwen rollback 退回上一次的索引",
    "或者用 fanwen index 重新建立",
)

# Title, message and hints by HTTP status; other statuses take those of 400 or 500.
FAILURES: Mapping[int, tuple[str, str, tuple[str, ...]]] = {
    400: ("这个请求读不懂", "网址里有不成样子的内容。", ("从首页重新检索",)),
    404: ("没有这个页面", "网址可能抄漏了，或者文章已经不在文库里。", ("从首页重新检索",)),
    405: ("这里只能查看", "这个网址不接受提交内容。", ("从首页重新检索",)),
    500: (
        "出了差错",
        "程序遇到了没有料到的情况，详情已记入日志。",
        ("稍后再试一次", "仍不行时请告诉管理员，附上这个网址"),
    ),
}


def flags(names: Iterable[str]) -> list[tuple[str, str]]:
    """(word, explanation) of each flag; one that this page does not know is shown under its own name."""
    return [FLAGS.get(name, (name, "")) for name in names]


def script(name: str) -> str:
    """The word for a script."""
    return SCRIPTS.get(name, name)


def functions(names: Iterable[Function]) -> list[str]:
    """The words for what a passage does in its document."""
    return [FUNCTION_NAMES[name] for name in names]
