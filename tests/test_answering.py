"""What answers where the words as typed find nothing, over a real index of a few invented texts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.analysis import default_analyzer
from indexer.search import Page, Search, SearchRequest
from tests.library import index_texts

TEXTS = {
    "总结/柳溪镇2023年信访工作总结.txt": (
        "柳溪镇2023年信访工作总结\n"
        "今年以来，全镇信访工作坚持领导包案，信访工作专班每周碰头，信访工作总量同比下降一成，群众评价逐月向好。\n"
        "信访工作做得好不好，群众最有发言权，镇里把评价权交给来访的群众，每季度公布一次得分和排名。\n"
        "党建引领网格治理，党建引领物业服务，党建引领乡风文明，党建引领的路子越走越宽，群众得到了实惠。\n"
    ),
    "述职/柳溪镇镇长述职报告.txt": (
        "柳溪镇镇长述职报告\n"
        "按照要求，我从四个方面述职述廉，请大家评议，不到之处请批评指正，我一定认真整改落实到位。\n"
        "全年环境整治投入三百万元，环境整治覆盖十二个村，环境整治的经验在全县作了交流发言，数量和质量都有提高。\n"
        "招商引资签约项目十二个，数量比上年翻了一番，违约的次数连年下降，开工率和投产率也都有所提高。\n"
        "防汛物资的数量要一件件点清，河堤的巡查要一段段走到，值班的电话要一个个打通，不能有半点含糊。\n"
    ),
}


@pytest.fixture(scope="module")
def search(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Search]:
    folder = tmp_path_factory.mktemp("index")
    analyzer = default_analyzer()
    index_texts(folder, TEXTS, analyzer)
    made = Search(folder=folder, analyzer=analyzer)
    yield made
    made.close()


def ask(search: Search, query: str, **options: object) -> Page:
    return search.search(SearchRequest(query=query, **options))  # type: ignore[arg-type]


def corrections(page: Page) -> list[str]:
    return [reading.text for reading in page.readings if reading.kind == "corrections"]


def test_a_word_that_is_not_in_the_way_is_never_corrected(search: Search) -> None:
    # 数连 stands in 次数连年下降; 数量 防汛 would find a passage.
    page = ask(search, "(评议 OR 数连) 防汛")
    assert corrections(page) == []
    assert page.offers == ("(评议 OR 数量) 防汛",)
    assert page.relaxed is not None


def test_a_wrong_character_beside_a_word_that_has_a_synonym_is_corrected(search: Search) -> None:
    # 信访 and 党建 are in the shipped list of synonyms.
    assert corrections(ask(search, "党建引邻")) == ["没有找到“党建引邻”，已改按“党建引领”检索"]
    assert ask(search, "信防工做").searched == "信访工作"


def test_a_word_of_the_trade_is_never_corrected_away(tmp_path: Path) -> None:
    analyzer = default_analyzer()
    index_texts(
        tmp_path,
        {"新房.txt": "安置工作汇报\n搬进新房的群众很满意，新房的质量经得起看，新房的钥匙已经发完。\n"},
        analyzer,
    )
    search = Search(folder=tmp_path, analyzer=analyzer)
    assert ask(search, "心房").searched == "新房"
    page = ask(search, "信访")
    assert (page.searched, page.offers, page.total) == ("信访", (), 0)
    search.close()


def test_what_has_the_comma_of_a_pattern_comes_before_what_has_not(tmp_path: Path) -> None:
    analyzer = default_analyzer()
    # Without the comma the words stand closer and more often, and yet it is another sentence.
    run_on, parallel = (
        "公路从县城到乡村从两小时到一小时。",
        "服务从线下到线上，从人工到智能，办事更加方便快捷，群众满意度进一步提高。",
    )
    index_texts(tmp_path, {"路.txt": f"交通汇报\n{run_on}\n", "办.txt": f"政务汇报\n{parallel}\n"}, analyzer)
    search = Search(folder=tmp_path, analyzer=analyzer)
    assert [hit.record.text for hit in ask(search, "从…到…从…到…").hits] == [run_on, parallel]
    assert [hit.record.text for hit in ask(search, "从…到…，从…到…").hits] == [parallel, run_on]
    search.close()


def test_letters_on_both_sides_of_a_gap_are_no_neighbours(tmp_path: Path) -> None:
    analyzer = default_analyzer()
    index_texts(tmp_path, {"网格.txt": "网格工作汇报\n做到从网格中心步行八分钟可以走进任何一户。\n"}, analyzer)
    search = Search(folder=tmp_path, analyzer=analyzer)
    assert ask(search, "从…到…，从…到…").hits == ()
    search.close()


def test_what_is_offered_has_words_of_the_library_and_each_reading_once(search: Search) -> None:
    assert ask(search, "环境拷数凉").offers == ()
    page = ask(search, "xinfang gongzuo")
    assert [offer for offer in (page.searched, *page.offers) if "".join(offer.split()) == "信访工作"] == ["信访工作"]


def test_a_blank_behind_the_words_is_no_part_of_the_correction(search: Search) -> None:
    assert corrections(ask(search, "环竟整治 ")) == ["没有找到“环竟整治”，已改按“环境整治”检索"]


def test_the_correction_is_relaxed_where_it_finds_nothing_and_the_word_as_typed_stands_nowhere(search: Search) -> None:
    page = ask(search, "环竟整治 领导包案")
    assert page.searched == "环境整治 领导包案"
    assert page.relaxed is not None
    assert page.relaxed.missing == ("环境整治", "领导包案")
    assert any("环境整治" in hit.record.text for hit in page.hits)


def test_the_words_of_a_sentence_that_stands_nowhere_are_marked(search: Search) -> None:
    page = ask(search, "“群众评价关系到物业服务和招商引资的长远打算”")
    assert page.relaxed is not None
    assert page.relaxed.step in {"most", "any"}
    marked = {hit.record.text[span.start : span.end] for hit in page.hits for span in hit.highlights}
    assert {"招商引资", "群众"} <= marked


@pytest.mark.parametrize(("query", "kinds"), [("防汛 年份:1999", ()), ("防汛", ("总结",)), ("防汛 河堤", ("总结",))])
def test_filters_that_are_in_the_way_are_named(search: Search, query: str, kinds: tuple[str, ...]) -> None:
    page = ask(search, query, kinds=kinds)
    assert page.relaxed is not None
    assert page.relaxed.missing == ()
    assert "去掉筛选条件" in page.relaxed.message
