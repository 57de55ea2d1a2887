"""What is offered for a query with a mistake, and that nothing is offered for one without."""

from __future__ import annotations

import math
import time
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis import default_analyzer
from indexer.vocabulary.corrections import MAX_CHARACTERS, Corrector
from indexer.vocabulary.lattice import Edge, best_paths
from indexer.vocabulary.shapes import alike
from indexer.vocabulary.store import Vocabulary
from tests.vocabulary.samples import SENTENCES, vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vocabulary]:
    opened = vocabulary(tmp_path_factory.mktemp("corrections") / "vocabulary.bin", default_analyzer())
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def corrector(words: Vocabulary) -> Corrector:
    return Corrector(words)


@pytest.mark.parametrize(
    ("typed", "meant", "kind"),
    [
        ("huanjing zhengzhi", "环境整治", "pinyin"),
        ("huan jing zheng zhi", "环境整治", "pinyin"),
        ("huanjingzhengzhi", "环境整治", "pinyin"),
        ("Huanjing zhengzhi", "环境整治", "pinyin"),
        ("huanjinzhengzi", "环境整治", "pinyin"),
        ("lvsefazhan", "绿色发展", "pinyin"),
        ("环境zhengzhi", "环境整治", "pinyin"),
        ("ｘｉａｎｇｃｕｎ zhenxing", "乡村振兴", "pinyin"),
        ("hjzz", "环境整治", "initials"),
        ("aqsczrz", "安全生产责任制", "initials"),
        ("环竟整治", "环境整治", "homophone"),
        ("安全生产责任置", "安全生产责任制", "homophone"),
        ("形式主意", "形式主义", "homophone"),
        ("乡村正兴", "乡村振兴", "homophone"),
        ("長效機治", "長效機制", "homophone"),
        ("末来五年", "未来五年", "shape"),
        ("选拨任用", "选拔任用", "shape"),
        ("坏境整治", "环境整治", "shape"),
    ],
)
def test_a_mistake_is_offered_as_it_was_meant(corrector: Corrector, typed: str, meant: str, kind: str) -> None:
    offers = corrector.offers(typed)
    assert [(offers[0].text, offers[0].kind)] == [(meant, kind)]


def test_both_are_offered_where_two_words_are_likely(corrector: Corrector) -> None:
    assert [offer.text for offer in corrector.offers("zhengzhi")] == ["整治", "政治"]
    assert [offer.text for offer in corrector.offers("zhengzhi", limit=1)] == ["整治"]


@pytest.mark.parametrize("sentence", [sentence for _, sentence in SENTENCES])
def test_nothing_is_offered_for_what_the_library_says(corrector: Corrector, sentence: str) -> None:
    for clause in sentence.strip("。").split("，"):
        assert corrector.offers(clause) == []


@pytest.mark.parametrize(
    "query",
    [
        "环境整治",
        "环境 整治",
        "環境整治",
        "主意",
        "GDP",
        "gdp",
        "5G",
        "4G基站",
        "app",
        "wifi",
        "KPI",
        "2023年",
        "以…为抓手",
        "“环境整治”",
        "",
        "   ",
        "、。！",
        "a",
        "蓝莓酱",
    ],
)
def test_nothing_is_offered_for_what_is_right_or_means_something_else(corrector: Corrector, query: str) -> None:
    assert corrector.offers(query) == []


def test_what_stands_around_a_mistake_stays_as_it_was_typed(corrector: Corrector) -> None:
    assert corrector.offers("“环竟整治” -ＧＤＰ　２０２３年")[0].text == "“环境整治” -ＧＤＰ　２０２３年"
    assert corrector.offers("環竟 整治 OR 述职")[0].text == "環境 整治 OR 述职"
    assert corrector.offers("文种:形式主意") == []
    assert corrector.offers("会上指出：环竟整治")[0].text == "会上指出：环境整治"


def test_a_query_beyond_the_bound_is_left_alone(corrector: Corrector) -> None:
    assert corrector.offers("环竟整治" + "，好" * 30)
    assert corrector.offers("环竟整治" * 17) == []


@pytest.mark.parametrize("piece", ["xian", "shi", "zhengzhi", "环竟", "行重长调", "a", "(", "末己", "👍", "xi'an "])
def test_hostile_queries_are_answered_in_time(corrector: Corrector, piece: str) -> None:
    query = (piece * MAX_CHARACTERS)[:MAX_CHARACTERS]
    corrector.offers(query)
    started = time.process_time()
    corrector.offers(query)
    assert time.process_time() - started < 0.5


@given(st.text(alphabet="环竟境整治政主意义末来huanjigzs '“-:：。 5", max_size=30))
def test_offers_are_distinct_changes_each_likelier_than_the_next(corrector: Corrector, query: str) -> None:
    offers = corrector.offers(query)
    texts = [offer.text for offer in offers]
    assert len(set(texts)) == len(texts) <= 5
    assert query not in texts
    assert all(first.gain >= second.gain > 0 for first, second in pairwise(offers))


@given(st.text(max_size=80))
def test_any_string_is_answered(corrector: Corrector, query: str) -> None:
    assert len(corrector.offers(query)) <= 5


def test_characters_look_alike_both_ways() -> None:
    assert "末" in alike("未")
    assert "未" in alike("末")
    assert "己" not in alike("己")
    assert "侧" in alike("则")  # 供给则结构性改革
    assert alike("镇") == ""


@given(
    st.lists(
        st.builds(
            lambda start, size, text, cost: Edge(start, start + size, text, float(cost)),
            st.integers(0, 3),
            st.integers(1, 2),
            st.text(alphabet="甲乙", min_size=1, max_size=2),
            st.integers(0, 9),
        ),
        max_size=9,
    )
)
def test_the_best_paths_are_those_of_trying_all(edges: list[Edge]) -> None:
    def walk(place: int, text: str, cost: float) -> Iterator[tuple[str, float]]:
        if place == 4:
            yield text, cost
        for edge in edges:
            if edge.start == place:
                yield from walk(edge.end, text + edge.text, cost + edge.cost)

    cheapest: dict[str, float] = {}
    for text, cost in walk(0, "", 0.0):
        cheapest[text] = min(cost, cheapest.get(text, math.inf))
    expected = sorted((cost, text) for text, cost in cheapest.items())
    found = best_paths(edges, length=4, width=1000)
    assert [(path.cost, path.text) for path in found] == expected
    assert best_paths(edges, length=4, width=2) == found[:2] or len(found) > 2
