"""What stands after the question mark: read with good will, and what was changed is told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from indexer.search import SearchRequest
from web.pages.params import Asked, read, write

Pairs = list[tuple[str, str]]
NAMES = (
    *("q", "page", "per_page", "sort", "kind", "year_from", "year_to", "source", "script", "function"),
    *("document", "copies_of", "collapse", "off"),
)
VALUES = (
    st.text(max_size=12)
    | st.integers(-5, 3000).map(str)
    | st.sampled_from(["date", "hant", "0", "总结", "２０２３", "closing", "synonyms", "fill"])
)


def asked(*pairs: tuple[str, str]) -> Asked:
    return read(MultiDict(list(pairs)), per_page=10, per_page_max=50)


def test_every_argument_of_a_results_page_is_read() -> None:
    found = asked(
        ("q", " 环境整治 "), ("page", "3"), ("per_page", "20"), ("sort", "date"), ("kind", "总结"), ("kind", "述职报告"),
        ("year_from", "2019"), ("year_to", "2023"), ("source", "总结"), ("script", "hant"), ("document", "ab12"),
        ("function", "pledge"), ("function", "closing"), ("copies_of", "ab12-3"), ("collapse", "0"),
        ("off", "synonyms"), ("off", "fill"),
    )  # fmt: skip
    assert found.request == SearchRequest(
        query="环境整治",
        page=3,
        per_page=20,
        sort="date",
        kinds=("总结", "述职报告"),
        year_from=2019,
        year_to=2023,
        sources=("总结",),
        scripts=("hant",),
        functions=("closing", "pledge"),
        document="ab12",
        copies_of="ab12-3",
        collapse=False,
        off=frozenset(("synonyms", "fill")),
    )
    assert not found.notices


@pytest.mark.parametrize(
    ("pair", "field", "value", "told"),
    [
        (("page", "0"), "page", 1, "页码 0 不在 1 至 100000 之间，已按 1 处理。"),
        (("page", "十"), "page", 1, "页码“十”用不上，已按 1 处理。"),
        (("page", "9" * 5000), "page", 100_000, "已按 100000 处理。"),
        (("per_page", "500"), "per_page", 50, "每页条数 500 不在 1 至 50 之间，已按 50 处理。"),
        (("sort", "random"), "sort", "relevance", "没有“random”这种排序，已按相关程度排序。"),
        (("year_from", "23"), "year_from", 1900, "起始年份 23 不在 1900 至 2100 之间，已按 1900 处理。"),
        (("year_to", "去年"), "year_to", 0, "截止年份“去年”用不上，已略去。"),
        (("script", "latin"), "scripts", (), "字形“latin”用不上，已略去。"),
        (("function", "结局"), "functions", (), "部分“结局”用不上，已略去。"),
        (("off", "everything"), "off", frozenset(), "停用的理解方式“everything”用不上，已略去。"),
        (("collapse", "也许"), "collapse", True, "合并显示“也许”用不上，已按 1 处理。"),
        (("utm_source", "x"), "query", "", "不认识的参数 utm_source，已略去。"),
        (("q", "整" * 3000), "query", "整" * 2000, "检索词过长，只保留了前 2000 个字。"),
        (("kind", "长" * 301), "kinds", (), "文种的条件过多或过长，只用了其中 0 个。"),
    ],
)
def test_what_cannot_be_used_is_brought_to_the_nearest_value_and_told(
    pair: tuple[str, str], field: str, value: object, told: str
) -> None:
    found = asked(pair)
    assert getattr(found.request, field) == value
    (notice,) = found.notices
    assert notice.endswith(told)


def test_years_given_the_wrong_way_round_are_exchanged() -> None:
    found = asked(("year_from", "２０２３"), ("year_to", "2019"))
    assert (found.request.year_from, found.request.year_to) == (2019, 2023)
    assert found.notices == ("起始年份 2023 晚于截止年份 2019，已对调。",)


def test_more_than_twenty_values_of_a_filter_are_cut_and_told() -> None:
    found = asked(*[("kind", f"文种{number}") for number in range(30)])
    assert len(found.request.kinds) == 20
    assert found.notices == ("文种的条件过多或过长，只用了其中 20 个。",)


@given(st.lists(st.tuples(st.sampled_from(NAMES), VALUES), max_size=10))
def test_a_request_written_as_arguments_is_read_back_the_same(pairs: Pairs) -> None:
    request = asked(*pairs).request
    again = asked(*write(request, per_page=10))
    assert again.request == request
    assert not again.notices


def test_what_is_at_its_default_is_left_out_of_an_address() -> None:
    assert write(SearchRequest(query="信访", per_page=10), per_page=10) == [("q", "信访")]
