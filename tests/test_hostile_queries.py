"""Ten thousand strings that nobody should type, and somebody will: each is answered in time with a page or a clear refusal.

The strings are the same on every run. A string that fails goes into ``KNOWN``, so that it is tried first for ever.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping

import pytest

from indexer.analysis import Analyzer, default_analyzer
from indexer.errors import QueryError
from indexer.search import Page, Search, SearchRequest
from tests.library import index_texts

STRINGS = 1000
SECONDS_EACH = 2.0

TEXTS = {
    "总结/柳河县2022年河道治理工作总结.txt": (
        "柳河县2022年河道治理工作总结\n"
        "今年以来，我县坚持以水环境改善为抓手，既要治标又要治本，河道治理取得阶段性成效，现将有关情况总结如下。\n"
        "一、主要做法\n"
        "（一）抓责任，把河长的担子压实。明确县、镇、村三级河长一百二十六名，巡河八千三百次，解决问题415个，整改率98.5%。\n"
        "（二）抓整治，把突出的问题一项项解决。清理淤泥3.2万方，拆除违建１２处，从源头到末端、从岸上到水里一体治理。\n"
        "二、存在的问题\n"
        "一是管护经费不足，二是群众参与不够，三是个别河段出现反弹，与上级要求还有不小差距。\n"
        "三、下一步打算\n"
        "加强组织领导，强化督查考核，健全长效机制，不是一阵风而是常态化，越是艰险越要向前。\n"
    ),
    "述职/松岭镇述职报告.txt": (
        "松岭镇党委书记述职报告\n"
        "各位领导、同志们：一年来，我带头抓作风建设，坚持每周到信访窗口坐班半天，“三服务”走村入户一千余户。\n"
        "存在的问题主要是抓安全生产责任制落实的办法不多，××村的环境整治还有欠账，**项目推进偏慢。\n"
        "今后，我将以更高的标准要求自己，不辜负组织的信任和群众的期待。以上报告，请予审议。\n"
    ),
    "网页/園區工作總結.txt": (
        "園區幹部教育訓練工作總結\n根據統一部署，20xx年園區完成重點專案六十一個，黨員幹部教育訓練全覆蓋，鄉村振興有序推進，取得了良好成效。\n"
    ),
}

WORDS = [
    "环境整治",
    "抓",
    "的",
    "以",
    "为抓手",
    "12处",
    "98.5%",
    "專案",
    "三服务",
    "hjzz",
    "huanjing",
    "GDP",
    "二十大",
    "××",
]
SIGNS = [
    *"()（）[]【】{}｛｝<>《》|｜&!！?？*＊…~～^$\\/;；:：,，.。、'\"“”‘’「」『』＂-－−—_=+#@%",
    *(
        " ",
        "\u3000",
        "\t",
        "\n",
        " OR ",
        " AND ",
        " NOT ",
        "ＯＲ",
        "……",
        "...",
        "。。。",
        "--",
        "**",
        "||",
        "()",
        "\x00",
        "\u200b",
    ),
]
FILTERS = ["标题:", "文种：", "年份:", "来源:", "繁简:", "部分:", "范围:", "id:", "標題:", "年份:>=", "年份:2020-"]
VALUES = ["总结", "述职,汇报", "99999", "-1", "２０２２", "2022-2019", "段", "结尾", "../../etc", '"', "*", "简体", ""]
QUOTES = [*"\"“”「」『』＂‘’'"]
# Marks that combine, change direction, join, or fold into many letters; the last three are halves of surrogate pairs.
ODDITIES = [*"\u0301\u0300\u20dd\u200d\u202e\u2066\ufeff\ufffd\uffff\u3099㎏⒈①ﷺ㍿ßİΐ𠮷👨🏽\U000e0041\ud800\udfff\udc80"]


def size(rnd: random.Random, *, most: int) -> int:
    """Short for most strings, and now and then long: what is long is mostly refused, or one more of the same."""
    return rnd.randint(1, most if rnd.random() < 0.05 else most // 5)


def code_points(rnd: random.Random) -> str:
    return "".join(chr(rnd.randrange(0x110000)) for _ in range(size(rnd, most=100)))


def oddities(rnd: random.Random) -> str:
    return "".join(rnd.choices(ODDITIES + WORDS, k=size(rnd, most=60)))


def grammar(rnd: random.Random) -> str:
    return "".join(rnd.choices(SIGNS + WORDS * 3 + FILTERS + VALUES, k=size(rnd, most=60)))


def nests(rnd: random.Random) -> str:
    opened, closed = (
        rnd.choice(["(", "（", "-(", '("', "(整治 OR ", "((", "{(", "“(", "标题:("]),
        rnd.choice([")", "）", "))", '")', "”"]),
    )
    depth = rnd.choice([1, 9, 10, 11, 60, 120, 5000])
    inside = rnd.choice(["", "整治", "整治 OR 信访", " ", '"', "|"])
    return opened * depth + inside + closed * (depth + rnd.randint(-2, 2))


def repeats(rnd: random.Random) -> str:
    unit: str = rnd.choice(
        [*WORDS, *SIGNS, *FILTERS, "整治 ", "-整治 ", "整治 OR ", "年份:2022 ", "“整治”", "a b c ", "河道治理，"]
    )
    return (unit * rnd.choice([2, 31, 33, 85, 128, 256, 20_000]))[: rnd.choice([64, 255, 256, 257, 100_000])]


def patterns(rnd: random.Random) -> str:
    pieces = [
        "{抓|以}",
        "{a|b}",
        "｛加强｜强化｝",
        "{|}",
        "{",
        "}",
        "…",
        "……",
        "*",
        "＊",
        "**",
        "以",
        "为抓手",
        "既要",
        "又要",
        "，",
        "{抓|{的|以}}",
    ]
    if rnd.random() < 0.5:
        return rnd.choice(pieces) * rnd.choice([2, 8, 9, 50, 200]) + rnd.choice(["", "以", "为抓手", " 范围:段"])
    return "".join(rnd.choices(pieces, k=size(rnd, most=120)))


def quotes(rnd: random.Random) -> str:
    return "".join(rnd.choices(QUOTES * 2 + WORDS + [" ", "-", "，"], k=size(rnd, most=120)))


def filters(rnd: random.Random) -> str:
    return " ".join(
        rnd.choice(["", "-", "(", "“"]) + rnd.choice(FILTERS) + rnd.choice(VALUES + WORDS)
        for _ in range(size(rnd, most=30))
    )


def typing(rnd: random.Random) -> str:
    letters = rnd.choice(
        [
            "abcdefghijklmnopqrstuvwxyz",
            "huanjngzei",
            "zhcsh'v ",
            "０１２３456789.%年月日亿条-",
            "一二三四五六七八九十百千万亿零〇两第",
        ]
    )
    return "".join(rnd.choices(letters, k=size(rnd, most=120))) + rnd.choice(["", "整治", "条", " 专案", "年"])


def sentences(rnd: random.Random) -> str:
    text = rnd.choice(list(TEXTS.values()))
    start = rnd.randrange(len(text))
    found = list(text[start : start + size(rnd, most=250)])
    for _ in range(rnd.randint(0, 12)):
        place = rnd.randrange(len(found))
        found[place] = rnd.choice(["", found[place] * 2, rnd.choice(WORDS), rnd.choice(SIGNS), rnd.choice(found)])
    return "".join(found)


FAMILIES: Mapping[str, Callable[[random.Random], str]] = {
    "code points": code_points,
    "oddities": oddities,
    "grammar": grammar,
    "nests": nests,
    "repeats": repeats,
    "patterns": patterns,
    "quotes": quotes,
    "filters": filters,
    "typing": typing,
    "sentences": sentences,
}

KNOWN = [
    "",
    " ",
    "\x00",
    "\ud800",
    "()",
    '""',
    "-",
    "…" * 200,
    "*" * 256,
    "{a|b}" * 50,
    "(" * 256,
    "的" * 256,
    "ﷺ" * 256,
    "%s{0}{}",
]


@pytest.fixture(scope="module")
def analyzer() -> Analyzer:
    return default_analyzer()


@pytest.fixture(scope="module")
def search(tmp_path_factory: pytest.TempPathFactory, analyzer: Analyzer) -> Iterator[Search]:
    folder = tmp_path_factory.mktemp("index")
    index_texts(folder, TEXTS, analyzer)
    made = Search(folder=folder, analyzer=analyzer)
    made.search(SearchRequest(query="整治"))
    yield made
    made.close()


def answer(search: Search, query: str) -> Page | QueryError:
    """The page, or the refusal. Anything else fails, with the query."""
    started = time.process_time()
    found: Page | QueryError
    try:
        found = search.search(SearchRequest(query=query))
    except QueryError as error:
        found = error
    except Exception as error:
        raise AssertionError(f"{type(error).__name__} for {query[:400]!a}") from error
    took = time.process_time() - started
    assert took < SECONDS_EACH, f"{took:.1f} s for {query[:400]!a}"
    return found


def check(found: Page | QueryError, query: str) -> None:
    """What is shown can be written down, and marks lie in their texts."""
    if isinstance(found, QueryError):
        assert str(found).encode(), ascii(query)
        return
    for sentence in (found.interpreted, *found.warnings):
        sentence.encode()
    for hit in found.hits:
        ends = [0, *(end for span in hit.highlights for end in (span.start, span.end)), len(hit.record.text)]
        assert ends == sorted(ends), ascii(query)


@pytest.mark.parametrize("query", KNOWN, ids=ascii)
def test_a_string_that_was_trouble_is_answered(search: Search, query: str) -> None:
    check(answer(search, query), query)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_thousand_strings_are_answered(search: Search, family: str) -> None:
    rnd = random.Random(f"fanwen {family}")  # noqa: S311 - strings to try, nothing secret
    pages = 0
    for _ in range(STRINGS):
        query = FAMILIES[family](rnd)
        found = answer(search, query)
        check(found, query)
        pages += isinstance(found, Page)
    assert pages


def test_a_passage_is_shown_whatever_is_to_be_marked_in_it(search: Search) -> None:
    rnd = random.Random("fanwen passages")  # noqa: S311 - as above
    page = search.search(SearchRequest(query="整治"))
    for number in range(STRINGS // 10):
        query = list(FAMILIES.values())[number % len(FAMILIES)](rnd)
        try:
            view = search.passage(page.hits[0].record.id, query=query)
        except QueryError:
            continue
        assert view is not None
        assert all(0 <= span.start < span.end <= len(view.passage.text) for span in view.highlights), ascii(query)
