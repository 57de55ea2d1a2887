"""What stands above the results: how the query was read, with a link to undo each thing."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest
from flask import Flask

from indexer.model import UNDERSTANDING_NAMES, Understanding
from indexer.search import Page, Reading, Relaxation, SearchRequest
from web.pages.explaining import Explanation, explain, filled
from web.pages.links import Links

from .reading import asked

PAGE = Page(
    query="整治",
    interpreted="“整治”",
    relaxed=None,
    total=1,
    available=1,
    page=1,
    pages=1,
    per_page=10,
    took_ms=0.0,
    hits=(),
    searched="整治",
)


def explained(app: Flask, page: Page, request: SearchRequest) -> Explanation:
    with app.test_request_context():
        return explain(page, request, links=Links(per_page=10))


@pytest.mark.parametrize(
    ("query", "filler", "sentence"),
    [
        ("以…为抓手", "改革创新", "“以改革创新为抓手”"),
        ("以…为抓手", "“三服务”这一载体", "“以三服务这一载体为抓手”"),
        ("一方面，…", "要讲清政策", "“一方面要讲清政策”"),
        ("{加强|强化}*领导", "组织", "“加强组织领导” OR “强化组织领导”"),
        ("以…为抓手 范围:句", "改革创新", "“以改革创新为抓手”"),
        ("从…到…", "东…西", ""),
        ("以…为抓手 信访", "改革创新", ""),
        ("环境整治", "", ""),
        ("{甲一|甲二|甲三}{乙一|乙二|乙三}…丙", "丁", ""),
    ],
)
def test_a_gap_is_filled_where_there_is_just_one(query: str, filler: str, sentence: str) -> None:
    assert filled(query, (filler, filler)) == [sentence, sentence]


def test_readings_of_one_kind_share_a_link_that_undoes_them(app: Flask) -> None:
    readings = (
        Reading("numbers", "“八条”也找“8条”"),
        Reading("synonyms", "“创卫”也找“创建国家卫生城市”"),
        Reading("numbers", "“三月”也找“3月”"),
    )
    asking = SearchRequest(query="八条 创卫 三月", page=3, per_page=10, kinds=("总结",))
    numbers, synonyms = explained(app, replace(PAGE, readings=readings), asking).remarks
    assert numbers.text == "“八条”也找“8条”；“三月”也找“3月”"
    assert (numbers.act, synonyms.act) == ("撤销", "撤销")
    assert asked(numbers.url) == {"q": ["八条 创卫 三月"], "kind": ["总结"], "off": ["numbers"]}


def test_what_was_undone_is_told_with_a_link_to_bring_it_back(app: Flask) -> None:
    asking = SearchRequest(query="创卫", per_page=10, off=frozenset(("synonyms", "copies")))
    found = explained(app, PAGE, asking).remarks
    assert [(remark.text, remark.act) for remark in found] == [
        ("已停用：同义词和简称", "恢复"),
        ("已停用：合并相近的版本", "恢复"),
    ]
    assert asked(found[0].url) == {"q": ["创卫"], "off": ["copies"]}


def test_a_correction_and_a_relaxation_are_told_apart_from_the_rest(app: Flask) -> None:
    page = replace(
        PAGE,
        relaxed=Relaxation("any", (), "没有同时含有全部词语的段落。"),
        readings=(Reading("corrections", "已改按“环境”检索"), Reading("script", "“專案”按“项目”检索")),
    )
    found = explained(app, page, SearchRequest(query="环竟", per_page=10))
    assert [remark.text for remark in found.answered] == ["已改按“环境”检索", "没有同时含有全部词语的段落。"]
    assert [remark.text for remark in found.remarks] == ["“專案”按“项目”检索"]


def test_an_offer_keeps_the_filters_but_not_the_page_or_what_was_undone(app: Flask) -> None:
    asking = SearchRequest(query="zhengzhi", page=2, per_page=10, kinds=("总结",), off=frozenset(("fill",)))
    offers = explained(app, replace(PAGE, offers=("整治", "政治")), asking).offers
    assert [offer.label for offer in offers] == ["整治", "政治"]
    assert asked(offers[1].url) == {"q": ["政治"], "kind": ["总结"]}


def test_many_fillers_are_folded_away(app: Flask) -> None:
    page = replace(PAGE, searched="以…为抓手", fillers=tuple((f"{number}号工程", 1) for number in range(12)))
    first, rest = explained(app, page, SearchRequest(query="以…为抓手", per_page=10)).fillers
    assert (len(first), len(rest)) == (8, 4)
    assert asked(first[0].url) == {"q": ["“以0号工程为抓手”"]}
    few = replace(page, fillers=page.fillers[:9])
    assert len(explained(app, few, SearchRequest(per_page=10)).fillers) == 1


def test_a_long_reading_is_cut(app: Flask) -> None:
    page = replace(PAGE, readings=(Reading("numbers", "八" * 300),))
    (remark,) = explained(app, page, SearchRequest(per_page=10)).remarks
    assert len(remark.text) == 101


def test_every_kind_of_understanding_has_a_name() -> None:
    assert set(UNDERSTANDING_NAMES) == set(get_args(Understanding))
