"""The read path over a real index of a few invented texts: ranking, filters, relaxing, paging."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.analysis import Analyzer, default_analyzer
from indexer.errors import IndexMissing, QueryError
from indexer.search import MAX_DEPTH, PER_DOCUMENT, Search, SearchRequest
from indexer.text import fold_text
from tests.library import index_texts

TEXTS = {
    "总结/青溪县2022年环境整治工作总结.txt": (
        "青溪县2022年环境整治工作总结\n"
        "一、主要做法\n"
        "（一）抓发动，把群众的积极性调动起来。全县召开屋场会一千二百场，发放明白纸六万份，农户主动清理房前屋后的杂物。\n"
        "（二）抓整治，把突出的问题一项项解决。拆除乱搭乱建八百处，清理河道垃圾三千吨，环境整治走在全市前列。\n"
        "（三）抓长效，把好的做法固定下来。建立环境整治长效机制，户分类、村收集、镇转运的链条全面运转。\n"
        "二、下一步打算\n"
        "继续把环境整治作为乡村振兴的第一仗来打，完善考核办法，兑现奖惩措施，防止整治成果出现反弹。\n"
    ),
    "总结/云岭镇2023年信访工作总结.txt": (
        "云岭镇2023年信访工作总结\n"
        "今年以来，全镇信访总量同比下降10.5%，８条硬措施逐项落实，初信初访化解率达到九成以上。\n"
        "信访干部带着感情接访，对反映环境问题的来信逐件回访，群众的满意度明显提高，没有发生越级上访。\n"
    ),
    "述职/白石街道述职报告.txt": (
        "白石街道党工委书记述职报告\n"
        "一年来，我带头抓作风建设，坚持每周到信访窗口坐班半天，面对面听取群众诉求，推动解决实际困难。\n"
        "存在的问题主要是抓环境卫生的办法不多，对待处理的积案盯得不紧，下一步要在整治上下更大力气。\n"
    ),
    "网页/園區工作總結.txt": (
        "園區環境整治工作總結\n根據統一部署，20xx年園區按照環境整治行動要求，群策群力、搶抓機遇，完成整治專案六十一個，取得了良好成效。\n"
    ),
}


@pytest.fixture(scope="module")
def analyzer() -> Analyzer:
    return default_analyzer()


@pytest.fixture(scope="module")
def search(tmp_path_factory: pytest.TempPathFactory, analyzer: Analyzer) -> Iterator[Search]:
    folder = tmp_path_factory.mktemp("index")
    index_texts(folder, TEXTS, analyzer)
    made = Search(folder=folder, analyzer=analyzer)
    yield made
    made.close()


def found(search: Search, query: str, **restrictions: object) -> list[str]:
    page = search.search(SearchRequest(query=query, collapse=False, **restrictions))  # type: ignore[arg-type]
    return [hit.record.text for hit in page.hits if not hit.partial]


def test_a_word_finds_every_passage_that_has_it_in_either_script(search: Search) -> None:
    page = search.search(SearchRequest(query="环境整治", collapse=False))
    assert {hit.record.source for hit in page.hits if not hit.partial} == {
        "总结/青溪县2022年环境整治工作总结.txt",
        "网页/園區工作總結.txt",
    }
    assert page.relaxed is None
    assert page.interpreted == "“环境整治”"


def test_a_traditional_query_finds_the_same(search: Search) -> None:
    assert found(search, "環境整治") == found(search, "环境整治")


def test_the_passage_that_says_it_most_comes_before_one_that_only_stands_under_the_title(search: Search) -> None:
    texts = found(search, "环境整治")
    says_it = ["环境整治" in fold_text(text) for text in texts]
    assert says_it == sorted(says_it, reverse=True)
    assert set(says_it) == {True, False}


def test_a_word_is_found_inside_a_longer_one(search: Search) -> None:
    assert any("待处理" in text for text in found(search, "处理"))


@pytest.mark.parametrize("query", ["8条", "８条", "10.5%", '"10.5％"'])
def test_numbers_are_found_in_any_width(search: Search, query: str) -> None:
    assert ["８条硬措施" in text for text in found(search, query)] == [True]


def test_a_quoted_phrase_is_found_across_punctuation(search: Search) -> None:
    assert len(found(search, "“户分类村收集镇转运”")) == 1


@pytest.mark.parametrize(
    ("query", "step", "quoted"),
    [
        ("“户分类、村收集、镇转运的链条全面运转”", None, ""),
        ("“户分类，村收集，镇转运的链条全面运转”", "signs", "只差标点"),
        ("“户分类、镇转运的链条全面运转”", "near", "中间多了 3 个字"),
        ("“户分类、村收集、镇转运的链条全部运转”", "near", "有 1 个字不同"),
        ("信访干部带着感情接访，对反映环境问题的来信逐条回访", "near", "有 1 个字不同"),
    ],
)
def test_a_sentence_is_looked_for_itself_then_without_signs_then_nearly(
    search: Search, query: str, step: str | None, quoted: str
) -> None:
    page = search.search(SearchRequest(query=query))
    assert (page.relaxed.step if page.relaxed else None) == step
    assert page.hits[0].quoted == quoted
    assert page.total == 1


def test_a_sentence_that_stands_nowhere_is_taken_apart_in_the_end(search: Search) -> None:
    page = search.search(SearchRequest(query="“加强和改进新时代群众满意度测评工作”"))
    assert page.relaxed is not None
    assert page.relaxed.step in {"most", "any"}
    assert "满意度" in page.hits[0].record.text


def test_an_excluded_word_is_not_in_the_results(search: Search) -> None:
    texts = found(search, "环境 -整治")
    assert texts
    assert not [text for text in texts if "整治" in text]


def test_or_and_parentheses_group(search: Search) -> None:
    both = found(search, "(接访 OR 屋场会)")
    assert len(both) == 2


def test_filters_of_the_query_and_of_the_request_restrict_alike(search: Search) -> None:
    assert found(search, "信访 文种:述职报告") == found(search, "信访", kinds=("述职报告",))
    assert len(found(search, "信访 年份:2023")) == 2
    assert found(search, "信访", sources=("述职",)) == found(search, "信访 文种:述职报告")
    assert all("園區" in text for text in found(search, "环境整治", scripts=("hant",)))
    assert len(found(search, "标题:信访工作总结")) == 2


def test_words_that_are_never_together_relax_and_say_so(search: Search) -> None:
    page = search.search(SearchRequest(query="屋场会 积案"))
    assert page.total > 0
    assert page.relaxed is not None
    assert page.relaxed.step == "any"
    assert page.relaxed.missing == ("屋场会", "积案")
    assert "只含有其中一部分" in page.relaxed.message


def test_a_word_with_a_wrong_character_is_corrected_only_where_it_finds_nothing(search: Search) -> None:
    page = search.search(SearchRequest(query="环竟整治"))
    assert page.interpreted == "“环境整治”"
    assert [reading.text for reading in page.readings] == ["没有找到“环竟整治”，已改按“环境整治”检索"]
    typed = search.search(SearchRequest(query="环竟整治", off=frozenset({"corrections"})))
    assert not typed.readings
    assert not typed.offers
    assert typed.relaxed is not None
    assert (typed.relaxed.step, typed.relaxed.missing) == ("any", ("环竟整治",))
    assert "整治" in fold_text(typed.hits[0].record.text)


def test_single_characters_are_never_looked_for_alone(search: Search) -> None:
    page = search.search(SearchRequest(query="群商会"))
    assert page.total == 0


def test_the_word_in_the_way_is_named(search: Search) -> None:
    page = search.search(SearchRequest(query="环境整治 长效机制 航空母舰"))
    assert page.relaxed is not None
    assert page.relaxed.missing == ("航空母舰",)
    assert "“航空母舰”" in page.relaxed.message
    assert "长效机制" in page.hits[0].record.text


def test_a_pasted_run_of_words_is_taken_apart(search: Search) -> None:
    page = search.search(SearchRequest(query="环境整治长效机制考核"))
    assert page.relaxed is not None
    assert page.hits


def test_what_has_only_some_of_the_words_is_listed_beside_and_says_what_it_lacks(search: Search) -> None:
    page = search.search(SearchRequest(query="环境整治 长效机制", collapse=False))
    assert (page.total, page.partial > 0) == (1, True)
    assert {hit.missing for hit in page.hits} == {(), ("长效机制",)}
    whole = search.search(SearchRequest(query="环境整治 长效机制", collapse=False, off=frozenset({"fill"})))
    assert (whole.total, whole.partial, len(whole.hits)) == (1, 0, 1)


def test_not_more_than_two_passages_of_a_document_unless_asked(search: Search) -> None:
    page = search.search(SearchRequest(query="环境整治"))
    per_document = [hit.record.document_id for hit in page.hits]
    assert max(per_document.count(one) for one in per_document) <= PER_DOCUMENT
    assert sum(hit.more for hit in page.hits) == page.total + page.partial - page.available
    document = next(hit.record.document_id for hit in page.hits if hit.more)
    assert len(found(search, "环境整治", document=document)) > PER_DOCUMENT


def test_the_facets_count_what_was_found(search: Search) -> None:
    page = search.search(SearchRequest(query="信访", collapse=False))
    assert sum(count for _, count in page.facets["kind"]) == page.total
    assert dict(page.facets["source"]) == {"总结/云岭镇2023年信访工作总结.txt": 2, "述职/白石街道述职报告.txt": 1}
    assert page.facets["year"] == (("2023", 2),)


def test_newest_first_when_sorted_by_date(search: Search) -> None:
    page = search.search(SearchRequest(query="信访 OR 环境整治", sort="date", collapse=False))
    years = [hit.record.year for hit in page.hits if hit.record.year]
    assert years == sorted(years, reverse=True)


def test_a_hit_carries_its_place_and_marks(search: Search) -> None:
    hit = search.search(SearchRequest(query="长效机制")).hits[0]
    assert hit.record.title == "青溪县2022年环境整治工作总结"
    assert hit.record.heading_path == ("一、主要做法", "（三）抓长效，把好的做法固定下来")
    assert hit.place == "第 5 行"
    assert (hit.record.kind, hit.record.year) == ("总结", 2022)
    assert [hit.record.text[span.start : span.end] for span in hit.highlights] == ["长效机制"]
    assert [hit.snippet.text[span.start : span.end] for span in hit.snippet.spans] == ["长效机制"]


def test_a_page_of_nothing_cannot_be_asked_for() -> None:
    with pytest.raises(ValueError, match="每页至少一条结果"):
        SearchRequest(query="整治", per_page=0)


@given(st.integers(1, 4))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=8)
def test_the_pages_together_are_the_whole_ranking(search: Search, per_page: int) -> None:
    whole = [hit.record.id for hit in search.search(SearchRequest(query="整治 OR 信访", per_page=50)).hits]
    paged: list[str] = []
    number = 1
    while True:
        page = search.search(SearchRequest(query="整治 OR 信访", per_page=per_page, page=number))
        paged.extend(hit.record.id for hit in page.hits)
        if number >= page.pages:
            break
        number += 1
    assert paged == whole


def test_a_page_beyond_the_last_is_empty_and_tells_the_last(search: Search) -> None:
    page = search.search(SearchRequest(query="信访", page=MAX_DEPTH * 2))
    assert page.hits == ()
    assert page.pages == 1


def test_a_passage_is_shown_with_its_neighbours_and_outline(search: Search) -> None:
    hit = search.search(SearchRequest(query="“拆除乱搭乱建”")).hits[0]
    view = search.passage(hit.record.id, query="乱搭乱建", around=1)
    assert view is not None
    assert [record.ordinal for record in (*view.before, view.passage, *view.after)] == [0, 1, 2]
    assert [text for _, text, _ in view.document.headings][:2] == [
        "一、主要做法",
        "（一）抓发动，把群众的积极性调动起来",
    ]
    assert [view.passage.text[span.start : span.end] for span in view.highlights] == ["乱搭乱建"]


def test_an_unknown_passage_is_none(search: Search) -> None:
    assert search.passage("0123456789abcdef-0") is None
    assert search.passage("../../etc/passwd") is None


def test_a_query_beyond_the_bounds_is_refused_with_a_message(search: Search) -> None:
    with pytest.raises(QueryError, match="256"):
        search.search(SearchRequest(query="整治" * 200))


def test_a_missing_index_says_so(tmp_path: Path, analyzer: Analyzer) -> None:
    with pytest.raises(IndexMissing):
        Search(folder=tmp_path / "没有", analyzer=analyzer).search(SearchRequest(query="信访"))


def test_a_new_generation_is_seen_without_reopening(tmp_path: Path, analyzer: Analyzer) -> None:
    index_texts(tmp_path, {"甲.txt": TEXTS["总结/云岭镇2023年信访工作总结.txt"]}, analyzer)
    search = Search(folder=tmp_path, analyzer=analyzer)
    assert search.search(SearchRequest(query="述职")).total == 0
    index_texts(tmp_path, {"乙.txt": TEXTS["述职/白石街道述职报告.txt"]}, analyzer)
    assert search.search(SearchRequest(query="述职")).total == 2
    stats = search.stats()
    assert (stats.documents, stats.sources, stats.skipped) == (2, 2, 0)
    assert dict(stats.kinds) == {"总结": 1, "述职报告": 1}
    search.close()
