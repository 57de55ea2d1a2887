"""What a web page shows around its text is set aside, with the reason."""

from __future__ import annotations

import pytest

from indexer.model import join_pieces
from indexer.structure import parts
from tests.structure.reading import document, read_one

BODY = "我街道把背街小巷整治作为民生实事来办，划定停车位四百个，修补破损路面二十八处，居民出行更加方便。"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("首页 > 范文 > 工作总结 > 正文", "menu"),
        ("时间:2023-04-05 04:30:16", "byline"),
        ("来源：青溪日报 2016-02-19 08:30", "byline"),
        ("浏览量:1 | | | |", "counter"),
        ("本文已影响 1.7W人", "counter"),
        ("字号：[大 中 小] 打印 关闭", "counter"),
        ("导语:如何才能写好一篇整治总结,这就需要搜集整理更多的资料,供你借鉴。", "lead"),
        ("以下是小编整理的整治工作总结,希望对大家有所帮助。", "chatter"),
    ],
)
def test_furniture_above_a_text_is_set_aside(line: str, reason: str) -> None:
    part = read_one(f"白石街道背街小巷整治总结\n{line}\n{BODY}\n")
    assert [(aside.reason, aside.text) for aside in part.set_aside] == [(reason, line)]
    assert [passage.text for passage in part.passages] == [BODY]


def test_everything_below_a_list_of_links_is_tail() -> None:
    part = read_one(
        f"白石街道背街小巷整治总结\n{BODY}\n猜你喜欢\n社区整治方案\n最新文章\n上一篇：物业管理总结\n【返回顶部】\n"
    )
    assert {aside.reason for aside in part.set_aside} <= {"tail", "counter"}
    assert len(part.set_aside) == 5


@pytest.mark.parametrize(
    "line",
    [
        "2024年，我打算抓好三件事：一是每季度形成一份形势分析，为决策部门提供参考；二是完善接访制度。",
        "时间紧、任务重，各社区抽调骨干力量，分片包干，昼夜奋战，提前十天完成了整治任务。",
        "来源不明的建筑垃圾由城管中队牵头清运，费用从专项资金中列支，确保日产日清。",
        "打印机、复印机等办公用品统一采购，严格执行限额标准，全年节约经费十二万元。",
    ],
)
def test_a_sentence_of_the_report_is_never_furniture(line: str) -> None:
    part = read_one(f"白石街道工作总结\n{BODY}\n{line}\n")
    assert part.set_aside == ()
    assert any(line in passage.text for passage in part.passages)


def test_site_talk_at_the_end_of_a_paragraph_is_cut_off() -> None:
    part = read_one(f"整治总结\n{BODY}以下是收录的一些范文,希望能为大家提供帮助。\n")
    assert [passage.text for passage in part.passages] == [BODY]
    assert [aside.reason for aside in part.set_aside] == ["chatter"]


@pytest.mark.parametrize(
    ("woven", "whole"),
    [("对责任人予学以习问网责。", "对责任人予以问责。"), ("落实安全生产责飞雁范文网任制。", "落实安全生产责任制。")],
)
def test_a_site_name_woven_into_a_word_is_taken_out_and_the_place_stays_right(woven: str, whole: str) -> None:
    source = document(f"白石街道责任制落实情况总结\n{BODY}{woven}\n")
    (part,) = parts(source)
    (passage,) = part.passages
    assert passage.text == BODY + whole
    assert join_pieces(source.text, passage.place.pieces) == passage.text
    assert [aside.reason for aside in part.set_aside] == ["watermark"]
