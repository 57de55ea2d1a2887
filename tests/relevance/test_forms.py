"""Every form in which writers ask, over the sample library: what stands first, and what the page says of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.analysis import default_analyzer
from indexer.build import build
from indexer.config import load
from indexer.search import Page, Search, SearchRequest
from indexer.text import fold_text

CORPUS = Path(__file__).parents[2] / "corpus"


@pytest.fixture(scope="module")
def search(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Search]:
    folder = tmp_path_factory.mktemp("index")
    build(load({"index": folder, "sources": [CORPUS]}, environ={}), analyzer=default_analyzer())
    made = Search(folder=folder)
    yield made
    made.close()


def ask(search: Search, query: str, **options: object) -> Page:
    return search.search(SearchRequest(query=query, **options))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("query", "first", "told"),
    [
        ("創衛", "把创卫作为一号民生工程", "“创卫”也找“创建国家卫生城市”"),
        ("教育訓練 時數", "教育訓練", "“教育训练”也找“教育培训”、“培训”"),
        ("放管服", "落实简政放权、放管结合", "“放管服”也找“简政放权放管结合优化服务”"),
        ("8条工作纪律", "制定八条工作纪律", "“8条工作纪律”也找“八条工作纪律”"),
        ("９８．５％", "从82%提高到98.5%", ""),
        ("2012年至2019年", "2012-2019年", "2012-2019年"),
        ("二十大", "党的二十大精神", "第二十次全国代表大会"),
        ("以…为抓手", "以环境整治为抓手", "“以…为抓手”当作句式"),
        ("既要…又要…", "既要靠干部带头干，又要靠群众自觉管", "当作句式"),
        ("{加强|强化}*领导", "强化组织领导", "当作句式"),
        ("从没人说好到*点赞", "从没人说好到人人点赞", "当作句式"),
        ("述职报告 结尾 表态", "我會改一改急脾氣", "“结尾”指文章的部分：结尾"),
        ("信访 存在问题", "信访矛盾化解还不彻底", "“存在问题”指文章的部分：存在问题"),
        ("环竟整治", "老城环境的难点", "没有找到“环竟整治”，已改按“环境整治”检索"),
        ("huanjing zhengzhi", "老城环境的难点", "已改按“环境整治”检索"),
        ("hjzz", "老城环境的难点", "已改按“环境整治”检索"),
        ("街道有46个网格 八条纪律", "全镇划分46个网格", ""),
    ],
)
def test_each_form_finds_its_passage_first_and_is_explained(search: Search, query: str, first: str, told: str) -> None:
    page = ask(search, query)
    assert first in page.hits[0].record.text
    assert told in "；".join(reading.text for reading in page.readings)


@pytest.mark.parametrize(
    ("query", "step", "first", "quoted"),
    [
        ("设施建到门口，短板补齐", "near", "把设施建到门口", ""),
        ("“街有人扫，渠有人清，摊有人管”", "signs", "街有人扫、渠有人清、摊有人管", "只差标点"),
        ("既要靠干部带头干，也要靠群众自觉管", "near", "既要靠干部带头干，又要靠群众自觉管", "有 1 个字不同"),
        ("把旱厕改造列入民生实事，6月底前全部完工", "near", "把旱厕改造列入2025年民生实事", "中间多了 5 个字"),
    ],
)
def test_a_half_remembered_sentence_is_found_and_the_page_says_how(
    search: Search, query: str, step: str, first: str, quoted: str
) -> None:
    page = ask(search, query)
    assert page.relaxed is not None
    if quoted:
        assert (page.relaxed.step, page.hits[0].quoted) == (step, quoted)
    assert first in page.hits[0].record.text


def test_the_three_ways_to_write_a_project_give_the_same_hits(search: Search) -> None:
    answers = [ask(search, query, per_page=50) for query in ("項目", "專案", "项目")]
    ids = [[(hit.record.id, hit.score) for hit in page.hits] for page in answers]
    assert ids[0] == ids[1] == ids[2] != []
    scripts = {hit.record.script for hit in ask(search, "项目", per_page=50, collapse=False).hits}
    assert scripts == {"hans", "hant"}


@pytest.mark.parametrize("word", ["文件", "程序", "信息", "质量"])
def test_words_of_the_mainland_are_untouched_in_simplified_text(search: Search, word: str) -> None:
    page = ask(search, word, per_page=50, scripts=("hans",), collapse=False)
    assert page.total
    assert not page.readings
    for hit in page.hits:
        texts = (hit.record.title, *hit.record.heading_path, hit.record.text)
        assert any(word in fold_text(text) for text in texts)


def test_endings_come_before_talk_of_endings(search: Search) -> None:
    page = ask(search, "述职报告 结尾")
    assert len(page.hits) > 2
    assert all("closing" in hit.record.functions for hit in page.hits[:2])


def test_the_gaps_of_a_pattern_are_told_with_counts(search: Search) -> None:
    assert dict(ask(search, "以…为抓手").fillers)["环境整治"] == 1


def test_versions_of_a_passage_are_one_result_and_opened_on_demand(search: Search) -> None:
    page = ask(search, "把任务分到人头", off=frozenset({"fill"}))
    assert (page.total, len(page.hits), page.hits[0].copies) == (2, 1, 1)
    versions = ask(search, "", copies_of=page.hits[0].record.id)
    assert {hit.record.source for hit in versions.hits} == {
        "总结/白鹤镇2024年创建国家卫生城市工作总结.txt",
        "总结/青杨镇2024年创建国家卫生城市工作总结.txt",
    }
    apart = ask(search, "把任务分到人头", off=frozenset({"copies", "fill"}))
    assert len(apart.hits) == 2


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("專案", "script"),
        ("8条工作纪律", "numbers"),
        ("创卫", "synonyms"),
        ("信访 存在问题", "functions"),
        ("以…为抓手", "patterns"),
        ("环竟整治", "corrections"),
    ],
)
def test_what_was_understood_can_be_undone(search: Search, query: str, kind: str) -> None:
    assert kind in {reading.kind for reading in ask(search, query).readings}
    undone = ask(search, query, off=frozenset({kind}))
    assert kind not in {reading.kind for reading in undone.readings}
    assert undone.total != ask(search, query).total or undone.relaxed


def test_what_is_typed_is_completed_from_the_library(search: Search) -> None:
    for typed in ("环境整", "huanjingz", "hjz"):
        texts = [suggestion.text for suggestion in search.suggest(typed)]
        assert "环境整治" in texts, typed
    assert all(suggestion.count > 0 for suggestion in search.suggest("环境"))


def test_a_sentence_is_looked_for_nearly_within_filters_as_well(search: Search) -> None:
    for query in ("“硬化背街小巷3公里，更换垃圾桶” 年份:2024", "“硬化背街小巷3公里，更换垃圾桶” -喷泉"):
        page = ask(search, query)
        assert page.relaxed is not None
        assert page.relaxed.step == "near", query
        assert "硬化背街小巷" in page.hits[0].record.text
        assert not page.hits[0].partial
