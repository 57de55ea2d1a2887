"""Titles, and the lines around a text."""

from __future__ import annotations

from indexer.model import Part
from tests.structure.reading import read_one

BODY = "今年以来，全县上下聚焦防汛抗旱这件大事，坚持人防物防技防一起抓，未发生一起因灾亡人事件，平稳度过了主汛期。\n"


def reasons(part: Part) -> list[tuple[str, str]]:
    return [(aside.reason, aside.text.strip()) for aside in part.set_aside]


def test_an_official_document_gives_number_issuer_and_date() -> None:
    part = read_one(
        "青溪县人民政府文件\n青政发〔2023〕8号\n青溪县人民政府关于做好防汛工作的通知\n各乡镇人民政府，县政府各部门：\n"
        + BODY
        + "特此通知。\n附件：1.值班表\n2.物资清单\n青溪县人民政府\n2023年4月12日\n抄送：县委办公室，县人大常委会办公室。\n"
    )
    assert part.title == "青溪县人民政府关于做好防汛工作的通知"
    assert (part.kind, part.number, part.issuer) == ("通知", "青政发〔2023〕8号", "青溪县人民政府")
    assert (part.date, part.year) == ("2023-04-12", 2023)
    assert [passage.text.split("\n")[0] for passage in part.passages] == [BODY.strip()]
    assert [reason for reason, _ in reasons(part)] == ["front"] * 3 + ["attachment"] * 2 + ["signature"] * 3


def test_a_spaced_title_is_closed_up_and_the_subtitle_gives_the_date() -> None:
    part = read_one(
        "政 府 工 作 报 告\n——2022年1月9日在苇泽县第十五届人民代表大会第一次会议上\n苇泽县人民政府县长　　柯望舒\n各位代表：\n"
        "现在，我代表县人民政府向大会报告工作，请予审议，并请政协委员和列席会议的同志提出意见。\n"
    )
    assert (part.title, part.kind, part.date) == ("政府工作报告", "政府工作报告", "2022-01-09")
    assert part.issuer == "苇泽县人民政府"
    assert part.passages[0].text.startswith("各位代表：\n现在，我代表")


def test_a_title_given_twice_counts_once_and_the_site_above_it_is_set_aside() -> None:
    part = read_one(
        "防汛材料大全\n云岭镇防汛工作总结\n本文已影响 3.2W人\n" + BODY + "云岭镇防汛工作总结\n一、主要做法\n" + BODY
    )
    assert part.title == "云岭镇防汛工作总结"
    assert reasons(part) == [
        ("counter", "本文已影响 3.2W人"),
        ("site", "防汛材料大全"),
        ("title_repeat", "云岭镇防汛工作总结"),
    ]


def test_a_teaser_is_set_aside_when_the_next_paragraph_says_it_whole() -> None:
    part = read_one(
        "今年以来，全县上下聚焦防汛抗旱这件大事，坚持人防物防...\n" + BODY + "现就我局防汛工作情况汇报如下，请审阅。\n"
    )
    assert [reason for reason, _ in reasons(part)] == ["teaser"]
    assert part.passages[0].text.startswith(BODY.strip())


def test_a_report_without_a_title_is_named_after_what_it_reports() -> None:
    part = read_one(BODY + "现就我局领导班子一年来的履职情况述职如下，请予评议。\n")
    assert part.title.endswith("履职情况述职")
    assert part.kind == "述职报告"
    assert "title_inferred" in part.flags


def test_the_number_of_another_document_is_not_taken_for_its_own() -> None:
    part = read_one("岑川县防汛工作总结\n根据省防指〔2021〕15号文件要求，" + BODY)
    assert part.number == ""


def test_the_kind_nearest_the_end_of_the_title_counts() -> None:
    kinds = {
        "关于印发《松坞县防汛方案》的通知": "通知",
        "园区工作总结和工作计划总结": "总结",
        "2023年度述职述廉报告": "述职报告",
        "松坞县2024年政府工作报告": "政府工作报告",
        "全县防汛工作要点": "要点",
        "山洪灾害防御应急预案": "应急预案",
        "关于请求解决抢险资金的请示": "请示",
        "县政府专题会议纪要": "纪要",
        "在防汛工作会议上的讲话": "讲话",
        "防汛工作汇报材料（精选3篇）": "汇报",
        "关于商请支援抢险物资的函": "函",
    }
    assert {title: read_one(f"{title}\n{BODY}").kind for title in kinds} == kinds


def test_the_year_is_that_of_the_title_before_that_of_the_web_page() -> None:
    part = read_one("梅汀县2019年防汛工作总结\n时间:2022-03-04 10:20:30\n" + BODY)
    assert (part.date, part.year) == ("2022-03-04", 2019)


def test_traditional_script_is_told_from_simplified() -> None:
    assert (
        read_one(
            "園區防汛工作總結\n根據統一部署，園區對低窪易淹片區進行了整治，提升了圩區的防汛能力，成效良好。\n"
        ).script
        == "hant"
    )
    assert read_one("园区防汛工作总结\n" + BODY).script == "hans"


def test_a_speech_whose_title_stands_on_two_lines() -> None:
    part = read_one("在全县防汛抗旱工作\n电视电话会议上的讲话\n（2021年5月8日）\n副县长　闻 涛\n同志们：\n" + BODY)
    assert (part.title, part.kind, part.date) == ("在全县防汛抗旱工作电视电话会议上的讲话", "讲话", "2021-05-08")
    assert [reason for reason, _ in reasons(part)] == ["front", "front"]


def test_the_meeting_and_a_shorter_title_below_the_title_are_set_aside() -> None:
    part = read_one(
        "苇泽县2018年政府工作报告\n来源：苇泽日报 2018-02-19 08:30\n2018年政府工作报告\n"
        "2018年1月9日在苇泽县第十五届人民代表大会第二次会议上\n县长　柯望舒\n各位代表：\n" + BODY
    )
    assert (part.title, part.date, part.year) == ("苇泽县2018年政府工作报告", "2018-01-09", 2018)
    assert [reason for reason, _ in reasons(part)] == ["byline", "title_repeat", "front", "front"]
    assert part.passages[0].text == "各位代表：\n" + BODY.strip()


def test_a_summary_with_a_look_ahead_is_a_summary() -> None:
    kinds = {"水利局2020年工作总结及2021年工作打算": "总结", "工作总结和工作计划": "总结", "工作总结和计划方案": "方案"}
    assert {title: read_one(f"{title}\n{BODY}").kind for title in kinds} == kinds


def test_who_wrote_it_stands_below_the_text() -> None:
    part = read_one("山村防汛经验材料\n" + BODY + "(作者系云岭村党支部书记)\n(责任编辑：苏砚)\n")
    assert sorted(reason for reason, _ in reasons(part)) == ["byline", "signature"]
    assert [passage.text for passage in part.passages] == [BODY.strip()]


def test_the_name_of_who_reports_is_no_text() -> None:
    for name in ("傅听澜\n（2021年1月18日）", "述职人：覃立夏（县水利局派驻桃溪村第一书记）\n2021年1月18日"):
        part = read_one(f"2020年度述职报告\n{name}\n各位领导：\n{BODY}")
        assert (part.title, part.date) == ("2020年度述职报告", "2021-01-18")
        assert [reason for reason, _ in reasons(part)] == ["front", "front"]


def test_office_and_date_in_brackets_under_the_title_tell_the_issuer() -> None:
    part = read_one(f"防汛百日攻坚方案\n（白鹭街道办事处　2024年3月6日）\n{BODY}")
    assert (part.issuer, part.date) == ("白鹭街道办事处", "2024-03-06")


def test_the_year_reported_on_comes_before_the_day_of_the_report() -> None:
    part = read_one(f"述职述廉报告\n（2020年度）\n傅听澜\n（2021年1月18日）\n{BODY}")
    assert (part.year, part.date) == (2020, "2021-01-18")
