"""The small rules behind the links: folders of sources, numbers of a pager, what parts two paths."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from indexer.engines.base import FacetField
from indexer.search import Page, SearchRequest
from web.addresses import at
from web.pages.links import FIRST_CHOICES, Links, common_depth


def page(*, number: int = 1, pages: int = 1, sources: tuple[tuple[str, int], ...] = ()) -> Page:
    return Page(
        query="整治",
        interpreted="",
        relaxed=None,
        total=1,
        available=1,
        page=number,
        pages=pages,
        per_page=10,
        took_ms=0.0,
        hits=(),
        facets={"source": sources},
    )


@pytest.mark.parametrize(
    ("number", "pages", "shown"),
    [
        (1, 1, [1]),
        (1, 3, [1, 2, 3]),
        (1, 9, [1, 2, 3, 0, 9]),
        (5, 9, [1, 0, 3, 4, 5, 6, 7, 0, 9]),
        (4, 9, [1, 2, 3, 4, 5, 6, 0, 9]),
        (9, 9, [1, 0, 7, 8, 9]),
    ],
)
def test_a_pager_shows_the_ends_and_what_is_near(app: Flask, number: int, pages: int, shown: list[int]) -> None:
    with app.test_request_context():
        links = Links(per_page=10).pager(SearchRequest(page=number), page(number=number, pages=pages))
    assert [link.number for link in links] == shown
    assert [link.number for link in links if link.current] == [number]


def sources_offered(app: Flask, *names: str) -> list[tuple[str, int | None]]:
    with app.test_request_context():
        groups = Links(per_page=10).groups(SearchRequest(), page(sources=tuple((name, 2) for name in names)))
    (group,) = [group for group in groups if group.name == "来源"]
    return [(choice.label, choice.number) for choices in group.lists for choice in choices]


def test_many_sources_are_offered_by_the_folder_in_which_they_part(app: Flask) -> None:
    names = [f"资料/总结/{number}.txt" for number in range(9)] + ["资料/汇报/甲.docx", "资料/乙.pdf"]
    assert sources_offered(app, *names) == [("总结/", 18), ("汇报/", 2), ("乙.pdf", 2)]


def test_many_files_of_one_folder_are_offered_each_with_the_rest_folded_away(app: Flask) -> None:
    names = [f"总结/{number}.txt" for number in range(FIRST_CHOICES + 2)]
    assert sources_offered(app, *names) == [(f"{number}.txt", 2) for number in range(FIRST_CHOICES + 2)]


def test_a_source_whose_name_is_not_utf_8_still_has_an_address(app: Flask) -> None:
    assert sources_offered(app, "总结/\udcb9\udca4.txt") == [("\udcb9\udca4.txt", 2)]


def test_each_choice_leads_to_the_request_with_that_value_turned(app: Flask) -> None:
    request = SearchRequest(
        query="整治 & 提升",
        page=3,
        sort="date",
        kinds=("总结", "汇报"),
        year_from=2023,
        year_to=2023,
        functions=("plans",),
    )
    facets: dict[FacetField, tuple[tuple[str, int], ...]] = {
        "kind": (("总结", 4), ("通知", 2)),
        "year": (("2023", 4), ("2022", 1)),
        "function": (("plans", 3),),
    }
    links = Links(per_page=10)
    first = replace(request, page=1)
    with app.test_request_context():
        groups = links.groups(request, replace(page(), facets=facets))
        offered = [choice.url for group in groups for choices in group.lists for choice in choices]
        asked = [
            replace(first, kinds=("汇报",)),
            replace(first, kinds=("总结", "汇报", "通知")),
            replace(first, functions=()),
            replace(first, year_from=0, year_to=0),
            replace(first, year_from=2022, year_to=2022),
            replace(first, scripts=("hans",)),
            replace(first, scripts=("hant",)),
        ]
        assert offered == [links.search(each) for each in asked]


def test_the_address_of_a_passage_is_that_of_its_page(app: Flask) -> None:
    with app.test_request_context():
        address = Links(per_page=10).passage("0a-12", SearchRequest(query="整治"))
        assert address == at("pages.passage", passage_id="0a-12", q="整治") + "#passage"


@pytest.mark.parametrize(
    ("paths", "depth"),
    [([["甲", "乙"], ["甲", "丙"]], 1), ([["甲"], ["甲", "乙"]], 1), ([["甲"], []], 0), ([["甲"]], 1)],
)
def test_paths_share_the_steps_before_they_part(paths: list[list[str]], depth: int) -> None:
    assert common_depth(paths) == depth
