"""A search that takes too long is given up, wherever it is, and leaves nothing half made behind."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer import deadline
from indexer.analysis import default_analyzer
from indexer.deadline import check, checked, within
from indexer.errors import TooLong
from indexer.search import Page, Search, SearchRequest
from tests.library import index_texts

TEXTS = {
    "总结/青禾镇2023年防汛工作总结.txt": (
        "青禾镇2023年防汛工作总结\n"
        "今年以来，我镇坚持以水库巡查为抓手，既要盯住险段又要管住人，防汛工作平稳有序，现将有关情况总结如下。\n"
        "一、主要做法\n"
        "（一）抓责任，把巡堤的担子压到人。明确巡堤员八十六名，巡堤三千二百次，排除险情41处，转移群众1205人。\n"
        "（二）抓物资，把沙袋和冲锋舟备到点。添置沙袋2.5万条，冲锋舟12艘，从镇到村、从仓库到堤上一路畅通。\n"
        "二、存在的问题\n"
        "一是巡堤的经费不足，二是年轻人外出多，夜里值守的人手不够，与上级的要求还有不小的差距。\n"
    ),
    "述职/石桥村书记述职报告.txt": (
        "石桥村党支部书记述职报告\n"
        "一年来，我带头抓防汛，坚持每天到水库看一次水位，走访低洼处的住户二百余户，收到意见三十七条。\n"
        "存在的问题主要是抓物资储备的办法不多，沙袋的保管还有欠账，今后将以更高的标准要求自己。\n"
    ),
}
QUERIES = {
    "words": "防汛 沙袋",
    "any of them": "防汛 OR 沙袋 OR 巡堤 OR 水库",
    "a pattern": "{以|把}…{为抓手|到人|到点}",
    "a pattern of letters that are everywhere": "的…的",
    "figures": "12 41 2.5万",
    "a sentence nearly": "坚持以水库巡查为抓手，既要盯住险段也要管住人",
    "a slip": "防讯工作",
    "pinyin": "fangxun",
    "words that are never together": "冲锋舟 低洼处 意见",
    "part of a document": "存在的问题",
    "without": "防汛 -冲锋舟",
    "by date": "沙袋 年份:2023",
}


class Clock:
    """Every look at it takes a second."""

    def __init__(self) -> None:
        self._seconds = itertools.count()

    def monotonic(self) -> float:
        return float(next(self._seconds))


@pytest.fixture(scope="module")
def search(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Search]:
    folder = tmp_path_factory.mktemp("deadline")
    analyzer = default_analyzer()
    index_texts(folder, TEXTS, analyzer)
    made = Search(folder=folder, analyzer=analyzer)
    made.search(SearchRequest(query="防汛"))
    yield made
    made.close()


def told(page: Page) -> object:
    """What a reader sees of *page*."""
    return page.total, page.relaxed, page.readings, page.offers, page.facets, page.fillers, page.hits


def test_without_a_limit_everything_passes() -> None:
    check()
    assert list(checked("ab")) == ["a", "b"]


def test_when_the_time_is_over_it_is_said_what_to_do() -> None:
    with within(-1), pytest.raises(TooLong, match=r"请少写几个词.*再试一次。"):
        check()
    check()


def test_of_two_limits_the_earlier_counts_and_the_outer_one_comes_back() -> None:
    with within(60):
        with within(-1), within(60), pytest.raises(TooLong):
            check()
        check()


def test_steps_end_where_the_time_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deadline, "time", Clock())
    done: list[int] = []
    with within(3), pytest.raises(TooLong):
        done.extend(checked(range(10)))
    assert done == [0, 1, 2]


def test_a_limit_is_that_of_its_thread() -> None:
    passed = threading.Event()

    def elsewhere() -> None:
        check()
        passed.set()

    with within(-1):
        other = threading.Thread(target=elsewhere)
        other.start()
        other.join()
    assert passed.is_set()


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
def test_a_search_can_be_given_up_at_any_step_and_the_next_one_is_whole(
    search: Search, query: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = SearchRequest(query=query)
    whole = told(search.search(request))
    given_up = 0
    for seconds in itertools.count(1):
        # Time goes on only from check to check: a limit of n seconds ends the search at its n-th check.
        with monkeypatch.context() as patched:
            patched.setattr(deadline, "time", Clock())
            try:
                with within(seconds):
                    page = search.search(request)
            except TooLong:
                given_up += 1
                continue
        assert told(page) == whole
        break
    # As fine as there are steps: lists, terms, hits.
    assert given_up >= 10
    assert told(search.search(request)) == whole


def test_suggestions_end_in_time_too(search: Search) -> None:
    with within(-1), pytest.raises(TooLong):
        search.suggest("防")
    assert search.suggest("防")


def test_looking_at_the_clock_costs_next_to_nothing() -> None:
    rounds = 100_000
    with within(60):
        started = time.process_time()
        for _ in range(rounds):
            check()
        took = time.process_time() - started
    # A page of a large library looks a few hundred times: a millisecond in all at the very worst.
    assert took / rounds < 5e-6


def test_indexing_has_no_limit(tmp_path: Path) -> None:
    with within(-1):
        index_texts(
            tmp_path,
            {"公文/通知.txt": "关于做好防汛值班的通知\n请各村安排好夜间值守，有情况立即报告镇里。\n"},
            default_analyzer(),
        )
