"""Which passage resembles which, and which are versions of one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.analysis import Analyzer, default_analyzer
from indexer.pages import Hit
from indexer.search import Search, SearchRequest
from indexer.similar import MOST_SIMILAR
from tests.library import index_texts
from tests.web.desk import DITCH, DREDGING, FILLED, HOSTILE, MASKED, SHEEP, TEXTS, TRADITIONAL

LESSONS = (
    "一、学校食堂实行校长陪餐制，每餐留样四十八小时，家长代表每月到后厨查一次食材台账，查出的问题当天张贴在食堂门口。",
    "二、县里给每所学校食堂装了摄像头，家长用手机就能看见后厨，食材台账每月公开，校长陪餐的记录也一并张贴。",
    "三、校长每天陪餐，食材台账逐笔登记，后厨每周请家长代表检查，留样的柜子上了两把锁。",
)
SCHOOL = {"总结/城关小学.txt": "城关小学食堂管理总结\n" + "".join(f"{text}\n" for text in LESSONS)}


@pytest.fixture(scope="module")
def analyzer() -> Analyzer:
    return default_analyzer()


@pytest.fixture(scope="module")
def search(tmp_path_factory: pytest.TempPathFactory, analyzer: Analyzer) -> Iterator[Search]:
    yield from opened(tmp_path_factory.mktemp("desk") / "index", TEXTS, analyzer)


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory, analyzer: Analyzer) -> Iterator[Search]:
    """A library of one document."""
    yield from opened(tmp_path_factory.mktemp("school") / "index", SCHOOL, analyzer)


def opened(folder: Path, texts: dict[str, str], analyzer: Analyzer) -> Iterator[Search]:
    index_texts(folder, texts, analyzer)
    made = Search(folder=folder, analyzer=analyzer)
    yield made
    made.close()


def id_of(search: Search, text: str) -> str:
    """The id of the passage that begins like *text*."""
    page = search.search(SearchRequest(query=f'"{text[:20]}"', collapse=False, per_page=50))
    (found,) = [hit.record.id for hit in page.hits if hit.record.text == text]
    return found


def similar(search: Search, text: str, *, limit: int = 10) -> tuple[Hit, ...]:
    found = search.similar(id_of(search, text), limit=limit)
    assert found is not None
    return found


def texts(hits: tuple[Hit, ...]) -> list[str]:
    return [hit.record.text for hit in hits]


def test_what_tells_of_the_same_work_in_other_words_comes_first(search: Search) -> None:
    assert texts(similar(search, DREDGING))[0] == DITCH


def test_the_words_that_both_have_are_marked(search: Search) -> None:
    best = similar(search, DREDGING)[0]
    marked = {best.record.text[span.start : span.end] for span in best.highlights}
    assert {"污水沟", "淤泥"} <= marked
    assert not any("柳树" in words for words in marked)


def test_neither_the_passage_nor_any_of_its_versions_is_said_to_resemble_it(search: Search) -> None:
    found = texts(similar(search, DREDGING))
    assert not {DREDGING, FILLED, MASKED, TRADITIONAL}.intersection(found)


def test_each_other_document_is_named_once(search: Search) -> None:
    documents = [hit.record.document_id for hit in similar(search, DITCH)]
    assert documents
    assert len(set(documents)) == len(documents)


def test_versions_of_what_resembles_the_passage_are_one_hit(search: Search) -> None:
    found = texts(similar(search, DITCH))
    assert len({DREDGING, FILLED, MASKED, TRADITIONAL}.intersection(found)) == 1


def test_hits_come_best_first_and_no_more_than_were_asked_for(search: Search) -> None:
    scores = [hit.score for hit in similar(search, DREDGING)]
    assert len(scores) > 1
    assert scores == sorted(scores, reverse=True)
    assert texts(similar(search, DREDGING, limit=1)) == texts(similar(search, DREDGING))[:1]
    assert similar(search, DREDGING, limit=0) == ()
    assert len(similar(search, HOSTILE, limit=10**9)) <= MOST_SIMILAR


def test_what_stands_alone_resembles_nothing(search: Search) -> None:
    assert similar(search, SHEEP) == ()


def test_passages_of_the_same_document_are_named_where_there_is_no_other(school: Search) -> None:
    assert set(texts(similar(school, LESSONS[0]))) == set(LESSONS[1:])


def test_a_passage_in_traditional_script_resembles_one_in_simplified(search: Search) -> None:
    assert DITCH in texts(similar(search, TRADITIONAL))


def test_versions_differ_in_names_numbers_blanks_or_script_and_come_by_source(search: Search) -> None:
    found = search.versions(id_of(search, DREDGING))
    assert found is not None
    assert {record.text for record in found} == {FILLED, MASKED, TRADITIONAL}
    assert [record.source for record in found] == sorted(record.source for record in found)


def test_versions_are_no_more_than_were_asked_for(search: Search) -> None:
    found = search.versions(id_of(search, DREDGING), limit=2)
    assert found is not None
    assert len(found) == 2


def test_a_passage_without_versions_has_none(search: Search) -> None:
    assert search.versions(id_of(search, SHEEP)) == ()


@pytest.mark.parametrize("passage_id", ["", "x-0", "0000000000000000-0", "没有这一段", "x" * 1000])
def test_a_passage_that_is_not_there_is_told_from_one_that_resembles_nothing(search: Search, passage_id: str) -> None:
    assert search.similar(passage_id) is None
    assert search.versions(passage_id) is None


def test_a_passage_beyond_the_last_of_its_document_is_not_there(search: Search) -> None:
    document = id_of(search, SHEEP).rpartition("-")[0]
    assert search.similar(f"{document}-99") is None
