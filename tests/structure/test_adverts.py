"""What sites put between the paragraphs of a text and into them, and what only looks like it."""

from __future__ import annotations

import pytest

from indexer.model import join_pieces
from indexer.structure import parts
from tests.structure.reading import document, read_one

BODY = "我镇把垃圾分类作为文明创建的头等大事来抓，配齐分类桶八百二十组，选聘督导员四十六名，分类准确率逐月上升。"
MORE = "对屡劝不改的商户，由综合执法队上门约谈，累计约谈三十一户，沿街乱扔乱倒的现象明显减少。"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("第2页/共5页", "page"),
        ("第 3 页 共 12 页", "page"),
        ("- 4 -", "page"),
        ("—12—", "page"),
        ("17", "page"),
        ("分页：上一页 1 2 3 下一页", "page"),
        ("[1] [2] 下一页", "page"),
        ("文章页数：[1] [2]", "page"),
        ("[打印] [关闭]", "counter"),
        ("更多范文请访问www.qingzhufanwen.com", "advert"),
        ("点击下载：垃圾分类工作总结.doc", "advert"),
        ("点击查看全文", "advert"),
        ("本文来源：http://www.qingzhufanwen.com/zj/88.html", "advert"),
        ("（垃圾分类工作总结 www.qingzhufanwen.com）", "advert"),
    ],
)
def test_page_marks_and_adverts_between_two_paragraphs_are_set_aside(line: str, reason: str) -> None:
    part = read_one(f"竹溪镇垃圾分类工作总结\n{BODY}\n{line}\n{MORE}\n{BODY}\n")
    assert [(aside.reason, aside.text) for aside in part.set_aside] == [(reason, line)]
    assert [passage.text for passage in part.passages] == [BODY, MORE, BODY]
    assert part.flags == ()


@pytest.mark.parametrize(
    "line",
    [
        "更多的居民参与到垃圾分类中来，请各村认真总结经验，把好做法固化为制度。",
        "群众可登录县政务服务网www.zhuxi.gov.cn查询办理结果",
        "下载安装县里统一推广的小程序，居民随手一拍就能上报乱倒垃圾的线索。",
        "打印、复印等费用由各村自行承担，镇财政不再列支。",
        "下面，我就垃圾分类工作给各位领导作个汇报，请批评指正。",
        "每月举办一次分享会，供大家交流经验，帮助新上岗的督导员尽快熟悉业务。",
        "以下是各村收集整理的问题清单，需要重点推荐两个典型。",
        "希望大家迅速行动起来，以饱满的热情投入到分类工作中去。",
        "第5页的任务分解表由各村对照执行，月底前报送进展。",
    ],
)
def test_a_sentence_of_the_report_is_no_advert(line: str) -> None:
    part = read_one(f"竹溪镇垃圾分类工作总结\n{BODY}\n{line}\n{MORE}\n")
    assert part.set_aside == ()
    assert any(line in passage.text for passage in part.passages)


def test_numbers_alone_in_a_table_of_short_lines_are_text() -> None:
    part = read_one(f"竹溪镇垃圾分类工作总结\n{BODY}\n分类桶\n820\n督导员\n46\n{MORE}\n")
    assert part.set_aside == ()


def test_a_site_address_put_into_a_sentence_is_taken_out_and_the_place_stays_right() -> None:
    source = document(f"竹溪镇垃圾分类工作总结\n{BODY[:-1]}（www.qingzhufanwen.com），居民都说好。\n")
    (part,) = parts(source)
    (passage,) = part.passages
    assert passage.text == f"{BODY[:-1]}，居民都说好。"
    assert join_pieces(source.text, passage.place.pieces) == passage.text
    assert [(aside.reason, aside.text) for aside in part.set_aside] == [("watermark", "（www.qingzhufanwen.com）")]


@pytest.mark.parametrize(
    "address",
    ["县政务服务网（www.zhuxi.gov.cn）", "镇里开设的投诉网站（www.zhuxifenlei.com）", "登录（www.zhuxifenlei.com）"],
)
def test_an_address_that_the_report_gives_stays(address: str) -> None:
    part = read_one(f"竹溪镇垃圾分类工作总结\n{BODY}\n群众通过{address}反映问题二百余件，全部在三个工作日内答复。\n")
    assert address in part.passages[-1].text
    assert part.set_aside == ()


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("2021-01-05 14:22:31   来源：竹风文章网   人气：3021", "byline"),
        ("2016-02-19 08:30", "byline"),
        ("您当前的位置：首页 >> 政务公开 >> 工作总结", "menu"),
    ],
)
def test_a_line_with_the_time_or_place_of_the_page_is_set_aside(line: str, reason: str) -> None:
    part = read_one(f"竹溪镇垃圾分类工作总结\n{line}\n{BODY}\n")
    assert [(aside.reason, aside.text) for aside in part.set_aside] == [(reason, line)]


@pytest.mark.parametrize(
    "line",
    [
        "【垃圾分类工作总结】相关文章：",
        "文章关键词：垃圾分类 文明创建",
        "相关热词搜索：竹溪镇 垃圾分类",
        "免责声明：本站部分内容由网友投稿，如有不妥请联系删除。",
    ],
)
def test_what_stands_below_a_text_is_tail(line: str) -> None:
    part = read_one(f"竹溪镇垃圾分类工作总结\n{BODY}\n{MORE}{BODY}\n{line}\n")
    assert [(aside.reason, aside.text) for aside in part.set_aside] == [("tail", line)]
