"""The heading tree: bare headings, headings that run into their paragraph, lists that are none."""

from tests.structure.reading import read_one

REPORT = """松坞县信访工作总结
今年以来，我局围绕信访积案化解这条主线，坚持领导包案、部门联动，全县信访形势总体平稳，现将有关情况总结如下。
一、主要做法
（一）抓源头，把矛盾化解在萌芽。全县建立矛盾纠纷周排查制度，二百一十个村每周五上报一次，做到底数清、情况明。
1.排查不留死角。网格员逐户走访，对外出务工家庭采取电话回访的办法，共登记诉求一千三百余件。
2.化解不拖时日。一般诉求七日内办结，复杂诉求由乡镇主要负责人牵头会商，确保事事有着落。
（二）抓积案，把难题一件件啃下来
对四十七件积案逐案建档，由县级领导包到底，年内化解四十一件，其余六件均已进入司法程序。
二、存在的问题
首先，基层力量薄弱。全县十四个乡镇中有五个没有专职信访干部，遇到集中来访时常常捉襟见肘。
其次，部门协同不够。个别单位把信访件当成皮球来踢，群众跑了三趟仍得不到明确答复，影响很坏。
三、下一步打算
"""


def test_the_tree_follows_the_numbers() -> None:
    part = read_one(REPORT)
    assert [(heading.level, heading.text) for heading in part.headings] == [
        (1, "一、主要做法"),
        (2, "（一）抓源头，把矛盾化解在萌芽"),
        (3, "1.排查不留死角"),
        (3, "2.化解不拖时日"),
        (2, "（二）抓积案，把难题一件件啃下来"),
        (1, "二、存在的问题"),
        (2, "首先，基层力量薄弱"),
        (2, "其次，部门协同不够"),
        (1, "三、下一步打算"),
    ]
    parents = [heading.parent for heading in part.headings]
    assert parents == [-1, 0, 1, 1, 0, -1, 5, 5, -1]


def test_a_heading_that_runs_into_its_paragraph_stays_in_its_text() -> None:
    part = read_one(REPORT)
    passage = next(passage for passage in part.passages if "二百一十个村" in passage.text)
    assert passage.text.startswith("（一）抓源头，把矛盾化解在萌芽。全县")
    assert passage.heading_path == ("一、主要做法", "（一）抓源头，把矛盾化解在萌芽")


def test_a_heading_without_anything_under_it_is_kept_and_marked() -> None:
    part = read_one(REPORT)
    assert part.passages[-1].text == "三、下一步打算"
    assert "heading_only" in part.passages[-1].flags


def test_the_members_of_a_short_list_are_one_passage_with_their_heading() -> None:
    part = read_one(
        "岑川县卫生创建工作方案\n二、目标任务\n(一)配合做好违章建筑拆除。\n(二)扩大城区绿地面积。\n(三)有效控制病媒生物。\n(四)抓好单位内部保洁。\n"
    )
    (passage,) = part.passages
    assert passage.text.split("\n") == [
        "二、目标任务",
        "(一)配合做好违章建筑拆除。",
        "(二)扩大城区绿地面积。",
        "(三)有效控制病媒生物。",
        "(四)抓好单位内部保洁。",
    ]


def test_a_bracket_list_whose_outer_heading_was_lost_stays_on_the_second_level() -> None:
    part = read_one(
        "汀原县环境整治情况汇报\n"
        "(一)明确思路，抓住重点。镇党委专题研究农村环境问题，确定先道路后庭院、先沟渠后田间的整治顺序。\n"
        "(二)分段负责，压实责任。各村把村道划成若干段，每段落实一名责任人，在村务公示栏张榜公布。\n"
        "二、下一步打算\n继续盯住薄弱环节，建立长效保洁机制，把评比结果同年终考核挂钩，防止整治成果反弹回潮。\n"
    )
    assert [(heading.level, heading.text) for heading in part.headings] == [
        (2, "(一)明确思路，抓住重点"),
        (2, "(二)分段负责，压实责任"),
        (1, "二、下一步打算"),
    ]
    assert "gap" in part.flags


def test_what_somebody_said_is_no_heading() -> None:
    part = read_one(
        "社区共建座谈会记录\n一、各单位发言\n1、城管中队韩队长：社区的停车秩序比去年好了很多，居民投诉减少一半以上\n"
        "2、卫生院叶院长：义诊活动每季度一次，希望社区帮助通知到楼栋长\n"
    )
    assert [heading.text for heading in part.headings] == ["一、各单位发言"]


def test_a_numbered_sentence_is_a_heading_only_where_text_follows() -> None:
    part = read_one(
        "关于加强档案管理的通知\n一、健全制度\n（一）全面推行归档承诺制。\n各科室在每年一月底前对上一年度形成的文件材料作出归档承诺，由分管负责人签字确认。\n"
        "（二）建立档案借阅登记制。\n借阅档案须经科室负责人同意，当日归还，逾期不还的由档案员上门催收并记录在册。\n"
    )
    assert [heading.text for heading in part.headings] == [
        "一、健全制度",
        "（一）全面推行归档承诺制",
        "（二）建立档案借阅登记制",
    ]


ROAD = "全年新改建农村公路四十六公里，安装护栏二十三公里，打通了六个村的断头路，群众出行方便多了。"
WATER = "铺设供水管网一百二十公里，新建净水设施九处，三万多名群众喝上了放心水，水质抽检全部达标。"


def test_a_long_first_sentence_is_a_heading_where_its_list_is_made_of_such() -> None:
    one = "（一）坚持把交通建设作为打基础利长远的关键举措，千方百计补短板、强弱项，内畅外联的路网格局加快形成，群众出行条件发生了根本变化。"
    two = "（二）坚持把饮水安全作为改善民生的头等大事，建管并重、量质齐抓，城乡供水一体化步伐明显加快，长期困扰群众的吃水难题得到解决。"
    part = read_one(f"岑川县政府工作报告\n一、过去五年工作回顾\n{one}{ROAD}\n{two}{WATER}\n二、今年重点工作\n{ROAD}\n")
    assert [(heading.level, heading.text) for heading in part.headings] == [
        (1, "一、过去五年工作回顾"),
        (2, one.rstrip("。")),
        (2, two.rstrip("。")),
        (1, "二、今年重点工作"),
    ]


def test_ordinals_on_lines_of_their_own_stand_above_what_must_be_done() -> None:
    part = read_one(
        "在农村供水工作会议上的讲话\n第一，要提高认识，切实增强抓好供水的紧迫感\n"
        f"{WATER}\n第二，要突出重点，加快推进管网改造\n一要抓好进度。{ROAD}\n二要抓好质量。{WATER}\n"
    )
    assert [(heading.level, heading.text) for heading in part.headings] == [
        (1, "第一，要提高认识，切实增强抓好供水的紧迫感"),
        (1, "第二，要突出重点，加快推进管网改造"),
        (2, "一要抓好进度"),
        (2, "二要抓好质量"),
    ]
    assert part.flags == ()


def test_a_list_that_runs_on_in_its_line_has_no_heading() -> None:
    part = read_one(
        f"岑川县供水工作总结\n{WATER}\n一是优化流程。二是压缩时限。三是规范收费，让群众少跑腿、办成事、更满意。\n"
        "1.部分管网老化，漏损偏高。2.基层管护人员缺乏。3.水费收缴率不高，运行经费缺口较大。\n"
    )
    assert part.headings == ()


def test_a_word_to_the_audience_is_no_heading() -> None:
    part = read_one(f"供水情况汇报\n首先，我代表县水利局，向各位领导的到来表示热烈的欢迎和衷心的感谢！\n{WATER}\n")
    assert part.headings == ()


def test_the_last_sentence_of_a_list_is_no_heading_because_text_follows_it() -> None:
    part = read_one(
        "供水情况汇报\n一、下一步打算\n1.进一步压实责任。\n2.进一步筹措资金。\n3.进一步加强管护。\n汇报完毕，不妥之处请各位领导批评指正。\n"
    )
    assert [heading.text for heading in part.headings] == ["一、下一步打算"]


def test_a_heading_ends_where_the_list_under_it_begins() -> None:
    part = read_one(
        f"供水会议通知\n一、有关事项1.参会人员提前十分钟到场，会议期间关闭手机。2.{WATER}\n二、其他\n{ROAD}\n"
    )
    assert [heading.text for heading in part.headings] == ["一、有关事项", "二、其他"]


def test_a_list_that_counts_on_under_the_next_heading_has_no_gap() -> None:
    part = read_one(
        f"供水攻坚方案\n（一）改管网\n1.摸清底数。{WATER}\n2.倒排工期。{WATER}\n（二）强管护\n3.落实人员。{ROAD}\n4.落实经费。{ROAD}\n"
    )
    assert "gap" not in part.flags


def test_a_note_in_brackets_behind_the_last_sentence_does_not_cut_it() -> None:
    part = read_one(f"供水攻坚方案\n一、改管网\n{WATER}（责任单位：县水利局、县住建局）\n")
    assert part.flags == ()


def test_a_list_in_one_line_is_text_with_its_heading_above() -> None:
    part = read_one(f"供水工作计划\n一、下一步打算\n1.抓好进度。{ROAD}2.抓好质量。{WATER}\n")
    assert [heading.text for heading in part.headings] == ["一、下一步打算"]


def test_a_list_of_names_is_not_cut() -> None:
    part = read_one(f"供水表彰通报\n{WATER}\n高新园区管委会　县农业农村局　县水利局　麻石镇人民政府　柏溪镇人民政府\n")
    assert "cut" not in part.flags
