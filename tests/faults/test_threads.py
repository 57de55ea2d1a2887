"""Searches on many threads that take turns ten thousand times a second: every answer is that of one thread alone."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from indexer.analysis import Analyzer
from indexer.generations import IndexFolder
from indexer.pages import Page
from indexer.search import Search, SearchRequest
from tests.faults.conftest import Sizes
from tests.faults.library import Changes, Scenario, shelf, updates, write

THREADS = 16
REQUESTS = [
    SearchRequest(query=query, page=page, per_page=5)
    for query in (
        "河堤",
        "泵站",
        '"巡查值守"',
        "专项整治 -河堤",
        "以…为抓手",
        "问题 OR 不足",
        "第3镇",
        "問題",
        "窗口办件",
        "物资储备",
        "河提",
    )
    for page in (1, 2)
] + [SearchRequest(query="今年以来修整河堤，新建泵站"), SearchRequest(query="2024 河堤", sort="date")]


@pytest.fixture
def taking_turns() -> Iterator[None]:
    """Threads are interrupted after a tenth of a millisecond."""
    former = sys.getswitchinterval()
    sys.setswitchinterval(1e-4)
    yield
    sys.setswitchinterval(former)


def _asked(search: Search, request: SearchRequest) -> Page:
    """The page, without what is never the same."""
    return replace(search.search(request), took_ms=0.0)


def _alone(folder: Path, analyzer: Analyzer) -> list[Page]:
    """What one thread is answered."""
    with closing(Search(folder=folder, analyzer=analyzer)) as search:
        return [_asked(search, request) for request in REQUESTS]


def _differing(search: Search, times: int, allowed: Sequence[Sequence[Page]]) -> list[str]:
    """What many threads are answered otherwise than in any of *allowed*, each a page for each request."""
    wrong: list[str] = []

    def ask(first: int) -> None:
        for number in range(first, times, THREADS):
            place = number * 7 % len(REQUESTS)
            try:
                page = _asked(search, REQUESTS[place])
            except Exception as error:
                wrong.append(f"{REQUESTS[place].query}: {error!r}")
            else:
                if not any(page == pages[place] for pages in allowed):
                    wrong.append(f"{REQUESTS[place].query}: {[hit.record.id for hit in page.hits]}")

    threads = [threading.Thread(target=ask, args=(first,)) for first in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return wrong


@pytest.mark.usefixtures("taking_turns")
def test_sixteen_threads_are_answered_like_one(
    scenarios: dict[str, Scenario], analyzer: Analyzer, sizes: Sizes, tmp_path: Path, tried: Callable[..., None]
) -> None:
    folder = scenarios["update"].laid_out(tmp_path / "index")
    expected = _alone(folder, analyzer)
    assert len({page.total for page in expected}) >= 4
    with closing(Search(folder=folder, analyzer=analyzer)) as search:
        assert _differing(search, sizes.threaded_searches, [expected]) == []
    tried("次检索，十六个线程每 0.1 毫秒轮换", sizes.threaded_searches)


@pytest.mark.usefixtures("taking_turns")
def test_while_generations_come_and_go_each_answer_is_of_one_of_them(
    analyzer: Analyzer, sizes: Sizes, tmp_path: Path, tried: Callable[..., None]
) -> None:
    folder = tmp_path / "index"
    # One step after the other, over and over: a rebuilt library, then one that is extended, then one that is cut down.
    steps: list[tuple[Changes, bool]] = [
        (shelf(sizes.reports), True),
        (updates(sizes.reports), False),
        ({name: None for name, text in updates(sizes.reports).items() if text}, False),
    ]
    allowed = []
    for changes, rebuild in steps:
        write(folder, analyzer, changes, rebuild=rebuild)
        allowed.append(_alone(folder, analyzer))
    assert allowed[0] != allowed[1] != allowed[2]
    done, published = threading.Event(), list[int]()

    def publish() -> None:
        while not done.is_set():
            for changes, rebuild in steps:
                write(folder, analyzer, changes, rebuild=rebuild)
                published.append(IndexFolder(folder).current().number)

    writer = threading.Thread(target=publish)
    with closing(Search(folder=folder, analyzer=analyzer)) as search:
        writer.start()
        wrong = _differing(search, sizes.searches_while_writing, allowed)
        done.set()
        writer.join()
    assert wrong == []
    assert len(published) >= len(steps)
    tried("次检索，同时不断有新的一代索引启用", sizes.searches_while_writing)
    tried("代索引在检索时启用", len(published))
