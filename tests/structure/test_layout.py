"""Pages run together in one line, and paragraphs that were broken."""

from __future__ import annotations

from indexer.model import join_pieces
from indexer.structure import parts
from tests.structure.reading import document, read_one

OPENING = "今年以来，我公司把夏季消暑保供当作政治任务来抓，机组满负荷运行，全网没有发生一起拉闸限电。"
FIRST = "成立由总经理挂帅的保供专班，六个班组轮流值守，抢修车辆和备件全部前移到变电站，随叫随到。"
SECOND = "个别老旧台区改造滞后，高峰时段电压偏低，用户意见较大，需要列入明年的技改计划优先解决。"


def test_a_page_in_one_line_is_parted_at_its_spaces() -> None:
    text = (
        f"关于2022年迎峰度夏工作的总结 发布时间：2022-09-30 浏览次数：56 {OPENING}现将情况总结如下： "
        f"一、领导重视，组织健全 {FIRST} 二、存在的不足 {SECOND}"
    )
    part = read_one(text)
    assert (part.title, part.date) == ("关于2022年迎峰度夏工作的总结", "2022-09-30")
    assert [heading.text for heading in part.headings] == ["一、领导重视，组织健全", "二、存在的不足"]
    assert [passage.text for passage in part.passages][1:] == [FIRST, SECOND]
    assert [aside.reason for aside in part.set_aside] == ["byline", "counter"]


def test_a_long_paragraph_with_spaces_in_it_stays_whole() -> None:
    text = f"{OPENING} {FIRST} {SECOND} {OPENING} {FIRST}"
    part = read_one(f"迎峰度夏工作总结\n{text}\n")
    assert "".join(passage.text for passage in part.passages).replace(" ", "") == text.replace(" ", "")
    assert part.headings == ()


def test_a_paragraph_broken_at_a_comma_is_one_again() -> None:
    source = document(
        f"迎峰度夏工作总结\n{OPENING}\n一要盯紧重点台区。要把抢修力量摆到最前面，\n\n- 3 -\n把备品备件备到最足，让群众用上放心电。\n"
    )
    (part,) = parts(source)
    passage = part.passages[-1]
    assert passage.text.endswith("要把抢修力量摆到最前面，把备品备件备到最足，让群众用上放心电。")
    assert join_pieces(source.text, passage.place.pieces) == passage.text
    assert "cut" not in part.flags


def test_a_numbered_line_after_a_comma_begins_anew() -> None:
    part = read_one(f"迎峰度夏工作总结\n{OPENING[:-1]}，\n1.值守不断档。{FIRST}\n2.抢修不过夜。{SECOND}\n")
    assert [heading.text for heading in part.headings] == ["1.值守不断档", "2.抢修不过夜"]


def test_a_number_alone_belongs_to_the_line_below_it() -> None:
    part = read_one(
        f"迎峰度夏工作总结\n一、主要做法\n（一）\n值守不断档。{FIRST}\n（二）抢修不过夜。{SECOND}\n（三）\n二、打算\n{OPENING}\n"
    )
    assert [heading.text for heading in part.headings] == [
        "一、主要做法",
        "（一）值守不断档",
        "（二）抢修不过夜",
        "二、打算",
    ]
    assert part.flags == ()
