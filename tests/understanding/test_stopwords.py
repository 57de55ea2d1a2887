"""Which words of a query say nothing, and when they count all the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.analysis import default_analyzer
from indexer.dictionary import Dictionary
from indexer.query import describe, parse
from indexer.search import Page, Search, SearchRequest
from indexer.understanding.stopwords import without_stopwords
from tests.library import index_texts

DICTIONARY = Dictionary(stopwords=["请问", "关于", "怎么写", "范文", "结尾"])
TEXT = "环境整治工作总结\n\n一、做法\n清理河道十二公里，拆除乱搭乱建四十处，环境整治见到实效。\n"


def read(query: str) -> tuple[str, list[str]]:
    parsed, readings = without_stopwords(parse(query), DICTIONARY)
    return describe(parsed.query), [reading.text for reading in readings]


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ("请问 环境整治 怎么写", "“环境整治”"),
        ("關於 环境整治", "“环境整治”"),
        ("范文 环境整治 文种:总结", "“环境整治” 且 文种为“总结”"),
        ("环境整治 信访 范文", "“环境整治” 且 “信访”"),
    ],
)
def test_a_stop_word_beside_others_asks_for_nothing(query: str, left: str) -> None:
    assert read(query)[0] == left


def test_what_was_left_out_is_told_once() -> None:
    assert read("请问 环境整治 范文 请问")[1] == ["略去了停用词“请问”、“范文”"]


@pytest.mark.parametrize(
    "query",
    [
        "范文",
        "请问 怎么写",
        "范文 文种:总结",
        "范文 -环境",
        "环境整治 “范文”",
        "环境整治 -范文",
        "环境整治 (范文 OR 模板)",
        "环境整治范文",
        "关于环境整治",
    ],
)
def test_it_counts_where_nothing_else_is_asked_and_where_it_was_meant(query: str) -> None:
    assert read(query) == (describe(parse(query).query), [])


def test_without_a_list_nothing_changes() -> None:
    parsed = parse("请问 环境整治")
    assert without_stopwords(parsed, Dictionary.read(None)) == (parsed, ())


@pytest.fixture(scope="module")
def search(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Search]:
    folder: Path = tmp_path_factory.mktemp("index")
    index_texts(folder, {"总结.txt": TEXT}, default_analyzer())
    made = Search(folder=folder, dictionary=DICTIONARY)
    yield made
    made.close()


class TestInASearch:
    def test_the_page_tells_it_and_undoes_it(self, search: Search) -> None:
        page = search.search(SearchRequest(query="请问 环境整治 怎么写"))
        assert page.relaxed is None
        assert page.interpreted == "“环境整治”"
        assert [(reading.kind, reading.text) for reading in page.readings] == [
            ("stopwords", "略去了停用词“请问”、“怎么写”")
        ]
        undone = search.search(SearchRequest(query="请问 环境整治 怎么写", off=frozenset({"stopwords"})))
        assert undone.relaxed is not None
        assert undone.relaxed.missing == ("请问", "怎么写")
        assert [reading for reading in undone.readings if reading.kind == "stopwords"] == []

    def test_it_does_not_rank(self, search: Search) -> None:
        def scores(query: str) -> list[float]:
            page: Page = search.search(SearchRequest(query=query))
            return [hit.score for hit in page.hits]

        assert scores("范文 环境整治") == scores("环境整治")

    def test_it_is_not_told_as_what_is_missing(self, search: Search) -> None:
        page = search.search(SearchRequest(query="请问 殡葬改革"))
        assert page.relaxed is not None
        assert page.relaxed.missing == ("殡葬改革",)

    def test_it_is_not_marked_in_a_passage(self, search: Search) -> None:
        (hit, *_) = search.search(SearchRequest(query="环境整治")).hits
        plain = search.passage(hit.record.id, query="环境整治")
        beside = search.passage(hit.record.id, query="请问 环境整治")
        assert plain is not None
        assert beside is not None
        assert plain.highlights == beside.highlights != ()
