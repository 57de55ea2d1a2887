"""Pages that hold several pieces."""

from __future__ import annotations

import pytest

from tests.structure.reading import read

FIRST = "我村发动群众清理房前屋后的杂物，出动机械三十台次，拆除残垣断壁十一处，村容村貌有了很大改观。"
SECOND = "我镇成立由书记任组长的领导小组，分片包干、挂图作战，集镇乱停乱放的现象得到有效遏制。"


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("篇1", "篇2"),
        ("【篇一】", "【篇二】"),
        ("篇一：桃溪村整治总结", "篇二：云岭镇整治总结"),
        ("第一篇", "第二篇"),
        ("范文一：", "范文二："),
        ("环境整治汇报材料 篇1", "环境整治汇报材料 篇2"),
        ("环境整治汇报材料（篇1）", "环境整治汇报材料（篇2）"),
    ],
)
def test_each_piece_is_a_part_under_one_collection(one: str, two: str) -> None:
    found = read(f"环境整治汇报材料范文(精选2篇)\n时间:2023-04-05 04:30:16\n{one}\n{FIRST}\n{two}\n{SECOND}\n")
    assert [[passage.text for passage in part.passages] for part in found] == [[FIRST], [SECOND]]
    assert {part.collection for part in found} == {"环境整治汇报材料范文(精选2篇)"}
    assert {part.kind for part in found} <= {"汇报", "总结"}
    assert len({part.id for part in found}) == 2


def test_a_title_beside_or_below_the_mark_is_the_title_of_the_part() -> None:
    found = read(f"整治总结范文(2篇)\n篇一：桃溪村整治总结\n{FIRST}\n篇二：\n云岭镇集镇整治工作汇报\n{SECOND}\n")
    assert [part.title for part in found] == ["桃溪村整治总结", "云岭镇集镇整治工作汇报"]
    assert [part.kind for part in found] == ["总结", "汇报"]


def test_numbering_begins_anew_in_each_part() -> None:
    found = read(f"整治汇报范文\n篇1\n一、主要做法\n{FIRST}\n二、存在问题\n{SECOND}\n篇2\n一、基本情况\n{SECOND}\n")
    assert [[heading.text for heading in part.headings] for part in found] == [
        ["一、主要做法", "二、存在问题"],
        ["一、基本情况"],
    ]


def test_one_mark_alone_makes_no_collection() -> None:
    found = read(f"整治汇报\n篇1\n{FIRST}\n")
    assert len(found) == 1


def test_articles_below_each_other_are_cut_at_their_bylines() -> None:
    found = read(
        f"桃溪村的变化\n作者：林见山  时间：2021-05-06\n{FIRST}\n云岭镇整治见闻\n作者：沈知秋  时间：2021-05-09\n{SECOND}\n"
    )
    assert [(part.title, part.date) for part in found] == [
        ("桃溪村的变化", "2021-05-06"),
        ("云岭镇整治见闻", "2021-05-09"),
    ]


def test_a_table_of_contents_above_the_pieces_is_set_aside() -> None:
    contents = "目录\n第一篇：桃溪村整治总结\n第二篇：云岭镇整治汇报\n"
    found = read(f"整治总结二篇\n{contents}第一篇：桃溪村整治总结\n{FIRST}\n第二篇：云岭镇整治汇报\n{SECOND}\n")
    assert [part.title for part in found] == ["桃溪村整治总结", "云岭镇整治汇报"]
    assert [aside.reason for aside in found[0].set_aside] == ["menu"] * 3
