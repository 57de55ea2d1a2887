"""What a passage does in its document: by its headings, by its place, by its own words."""

from __future__ import annotations

import time
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.model import FUNCTION_NAMES, Function, Part, Passage, Piece, Place
from indexer.structure.functions import with_functions
from tests.structure.reading import read_one

REPORT = (
    "青溪县粮食局2022年工作总结\n"
    "2022年，县粮食局围绕收得进、储得好、调得动三件事开展工作，全年收购粮食六万二千吨，没有一户农民卖粮过夜。现将工作情况总结如下。\n"
    "一、主要做法\n"
    "收购旺季把磅秤摆到村口，由局班子成员每人联系两个库点，从开秤到入仓全程有人盯，农户当天卖粮当天拿到钱款。\n"
    "二、存在的问题\n"
    "（一）仓容紧张\n"
    "县城老库建于上世纪八十年代，隔热条件差，高温季节粮温居高，每年要多支出降温电费近二十万元。\n"
    "（二）人手青黄不接\n"
    "保管员平均五十三岁，能熟练操作智能测温系统的只有四个人，两个偏远库点常年一人守两仓。\n"
    "三、下一步打算\n"
    "新建低温仓三栋，把老库的瓦顶换成隔热板，请市粮校派老师驻库带徒，三年内每个库点有一名四十岁以下的保管员。\n"
    "同志们，仓里有粮，心里才不慌。让我们把每一粒粮食都当成自家的口粮来守，守住青溪人的饭碗。\n"
)


def functions_of(text: str, *, path: tuple[str, ...] = (), kind: str = "") -> set[Function]:
    """The functions of a passage that is alone in its part, as the records of an export are."""
    return set(with_functions(part_of([(path, text)], kind=kind)).passages[0].functions)


def part_of(passages: list[tuple[tuple[str, ...], str]], *, kind: str = "") -> Part:
    made = [
        Passage(ordinal, text, Place((Piece(0, len(text)),)), heading_path=path)
        for ordinal, (path, text) in enumerate(passages)
    ]
    return Part("0" * 16, "范文.txt", 0, "范文", kind=kind, passages=tuple(made))


# Headings


def test_a_report_has_its_opening_sections_and_closing() -> None:
    found = [passage.functions for passage in read_one(REPORT).passages]
    assert found == [("opening",), ("measures",), ("problems",), ("problems",), ("plans",), ("closing",)]


@pytest.mark.parametrize(
    ("heading", "function"),
    [
        ("二、存在的问题和不足", "problems"),
        ("（三）面临的困难与挑战", "problems"),
        ("四、还有哪些短板", "problems"),
        ("貳、檢討與待改進事項", "problems"),
        ("三、下一步工作打算", "plans"),
        ("五、今后努力方向", "plans"),
        ("肆、113年度施政計畫", "plans"),
        ("三、2024年工作安排", "plans"),
        ("一、取得的主要成效", "achievements"),
        ("（一）工作亮点", "achievements"),
        ("二、主要做法", "measures"),
        ("四、保障措施", "measures"),
    ],
)
def test_a_heading_tells_what_stands_under_it(heading: str, function: Function) -> None:
    assert functions_of("全镇十二个村的水渠都走过一遍，哪一段漏、哪一段堵，图上标得清清楚楚。", path=(heading,)) == {
        function
    }


@pytest.mark.parametrize(
    "heading",
    [
        "二、着力解决群众反映强烈的突出问题",
        "三、关于反馈问题整改情况",
        "（二）坚持问题导向",
        "四、推动成果转化应用",
        "一、年度计划完成情况",
        "五、扩大改革成果",
        "三、推行服务承诺",
    ],
)
def test_a_heading_that_only_holds_such_words_tells_nothing(heading: str) -> None:
    assert (
        functions_of("全镇十二个村的水渠都走过一遍，哪一段漏、哪一段堵，图上标得清清楚楚。", path=(heading,)) == set()
    )


def test_the_nearest_heading_that_tells_decides() -> None:
    path = ("二、存在的问题及下一步打算", "（二）下一步打算", "1.修渠")
    assert functions_of("把漏水的三公里渠道衬砌一遍，冬闲时动工。", path=path) == {"plans"}


def test_a_heading_that_names_two_functions_leaves_the_choice_to_the_text() -> None:
    path = ("四、不足和打算",)
    assert functions_of("巡渠人员少、年纪大，夜里巡查薄弱，台账记得不及时。", path=path) == {"problems"}
    assert functions_of("拟聘请六名护渠员，力争入冬前把台账补齐。", path=path) == {"plans"}
    assert functions_of("渠在人在。", path=path) == {"problems", "plans"}


def test_a_paragraph_that_turns_to_the_future_is_a_plan_under_any_heading() -> None:
    text = "下一步，我们将把护渠员的报酬列入村级预算，每季度评一次，评得好的多拿两百元。"
    assert functions_of(text, path=("三、存在的问题",)) == {"plans"}


# Place


def test_the_words_before_the_first_heading_are_the_opening() -> None:
    part = read_one(
        "关于农村客运情况的汇报\n各位领导：\n"
        "竹坞乡有十一个村，最远的村到集镇二十三公里，过去一天只有两趟班车，老人看病要在镇上住一晚。下面，我就一年来的工作汇报如下：\n"
        "一、线路怎么开\n车往人多的地方走，逢集日加开四趟，学生周五放学有专车，司机的电话写在站牌上，误点十分钟就有人回话。\n"
        "二、票价怎么定\n全程三元封顶，七十岁以上老人刷卡免费，差额由县里和乡里各补一半，账目每月贴在候车亭里让大家看。\n"
    )
    assert [passage.functions for passage in part.passages] == [("opening",), (), ()]


def test_a_part_of_two_passages_has_no_opening_by_place() -> None:
    text = "竹坞乡有十一个村，最远的村到集镇二十三公里，过去一天只有两趟班车，老人看病要在镇上住一晚。"
    assert [one.functions for one in with_functions(part_of([((), text), ((), text)])).passages] == [(), ()]


def test_the_members_of_a_list_are_no_opening() -> None:
    item = "一、严禁在渠道两侧五米以内取土、堆物、建房，违者由乡水利站责令三日内恢复原状。"
    assert [one.functions for one in with_functions(part_of([((), item)] * 4)).passages] == [(), (), (), ()]


def test_closing_words_under_the_last_heading_are_not_what_the_heading_says() -> None:
    part = read_one(REPORT)
    assert part.passages[-1].heading_path == ("三、下一步打算",)
    assert part.passages[-1].functions == ("closing",)


def test_notes_have_no_function() -> None:
    part = read_one(REPORT + "注释\n1.低温仓：指常年粮温不高于十五摄氏度的仓房。\n2.开秤：指收购季节第一天过磅。\n")
    notes = [passage for passage in part.passages if "glossary" in passage.flags]
    assert notes
    assert all(note.functions == () for note in notes)
    assert part.passages[len(part.passages) - len(notes) - 1].functions == ("closing",)


# Words


def test_a_plea_at_the_end_of_an_opening_does_not_make_it_a_closing() -> None:
    assert functions_of("我任现职已满三年，分管水利和移民工作，现将履职情况报告如下，请予评议。") == {"opening"}
    assert functions_of("三年来的工作还很粗浅，有做得不对的地方。以上报告，请予评议。") == {"closing"}


def test_what_is_told_of_others_is_no_pledge() -> None:
    own = "我将把这份信任记在心上，说过的话一件一件去办，决不辜负乡亲们的期望。"
    assert functions_of(own) == {"pledge"}
    assert functions_of(f"村支书老聂在会上说：“{own}”") == set()
    assert functions_of("县里要求每名干部在入户时作出书面承诺，我们郑重表态的事项要张榜公布。") == set()


def test_an_order_is_no_practice_and_a_target_no_result() -> None:
    order = "各村要建立巡渠制度，成立由村主任任组长的领导小组，推行一渠一档，实行挂牌管理。"
    assert functions_of(order, kind="通知") == set()
    assert functions_of("预期全年粮食产量比上年增长百分之三，力争渠系利用系数提高2个百分点。", kind="总结") == set()


def test_a_question_about_problems_or_a_condition_is_no_problem() -> None:
    assert functions_of("对仍有困难的农户，可以申请延期缴纳水费，最长不超过三个月。") == set()
    assert functions_of("问题是时代的声音，回答并指导解决问题是理论的根本任务。") == set()


# Label: kind, headings, text, functions as a reader gives them.
SAMPLE: list[tuple[str, str, str, str]] = [
    (
        "总结",
        "",
        "同时，我们也清醒地看到，工作中还存在不少差距：管水员报酬偏低，末级渠道失修，水费收缴不到七成。",
        "problems",
    ),
    ("总结", "", "当然，我也有做得不好的地方，下村少，和群众坐下来说话的时候更少。", "problems"),
    ("汇报", "", "与兄弟乡镇相比，我们还有明显差距，主要是项目储备不足、干部年龄偏大、村集体家底薄。", "problems"),
    ("述职报告", "", "反思自己，学习不够深入，遇到难事有时绕着走，对年轻同志关心也不够。", "problems"),
    ("简报", "", "检查中也发现一些问题：有的站点夜里无人值守，有的台账隔天才补，个别司机证件过期。", "problems"),
    ("", "", "存在的主要问题是：一是种子公司各自为政，二是冷库不足，三是懂技术的人留不住。", "problems"),
    ("汇报", "", "目前全乡水库还有四座带病运行，巡查道路不通，通信信号薄弱，守库员年龄偏大。", "problems"),
    ("政府工作报告", "", "产业这条腿还短，企业小而散，园区配套滞后，财政收支矛盾突出，干部作风有待改进。", "problems"),
    ("汇报", "", "要说难处，头一件是钱，第二件还是钱。", "problems"),
    ("总结", "", "今后，我们将在三个方面下功夫：把渠修到田头，把账算到户头，把人培养到骨头里。", "plans"),
    ("述职报告", "", "明年我打算做好两件事：一是把库区移民的产业路修通，二是把合作社的账理清楚。", "plans"),
    ("简报", "", "下一步，县里将把护林员的巡山轨迹接入平台，缺勤两次的由乡镇约谈。", "plans"),
    ("汇报", "", "接下来准备分两批改造，上半年改老街，下半年改农贸市场，力争国庆前让摊主搬进新棚。", "plans"),
    ("工作报告", "三、今年重点任务", "新建泵站两座，更换主管网九公里，让高坡三个村不再半夜等水。", "plans"),
    ("总结", "", "2024年，我局将继续抓好粮食收购，重点解决偏远库点人手不足的事。", "plans"),
    ("总结", "", "往后的路还长，渠要一段一段修，人要一个一个带。", "plans"),
    ("总结", "", "全年收购粮食六万吨，同比增长12.4%，被评为全市粮食流通先进单位。", "achievements"),
    ("述职报告", "", "分管工作全部超额完成，信访总量比上年下降三成，群众满意度达到96%。", "achievements"),
    (
        "政府工作报告",
        "一、过去一年工作回顾",
        "完成固定资产投资41亿元，新增规上企业9家，城镇新增就业2300人。",
        "achievements",
    ),
    ("汇报", "", "五个月下来，垃圾投诉由每月三十五件降到六件，集镇秩序明显好转，驻镇单位都说变了样。", "achievements"),
    (
        "经验材料",
        "",
        "茶叶卖到了省城，户均增收四千元，我乡荣获全县产业发展一等奖，合作社获评省级示范社称号。",
        "achievements",
    ),
    ("总结", "", "村里的路灯亮了，夜里串门的人多了，吵架的人少了。", "achievements"),
    ("经验材料", "", "我们的主要做法是：干部包片，党员联户，每户门前划一块责任地。", "measures"),
    (
        "汇报",
        "",
        "一是把磅秤摆到村口，推行当天结算；二是设立举报电话，实行差错赔付；三是聘请老农当监督员。",
        "measures",
    ),
    ("总结", "", "成立由镇长任组长的工作专班，建立一渠一档台账，每周通报，逐户签订管护协议。", "measures"),
    ("汇报", "一、工作开展情况", "抽调水利、农业两站干部组建小分队，逐段踏勘，把漏点标在图上。", "measures"),
    ("总结", "", "今年主要抓了以下四个方面的工作：", "measures"),
    ("简报", "", "乡里请退休教师坐镇调解室，谁家有事先来喝杯茶，茶喝完了气也消了一半。", "measures"),
    ("", "", "受县人民政府委托，现将全县农村饮水安全工作情况报告如下，请予审议。", "opening"),
    ("", "", "为加强渠道管护，保障农田灌溉，根据有关规定，结合我县实际，特制定本办法。", "opening"),
    ("", "", "你局关于增设粮食收购点的请示收悉。经研究，现批复如下：", "opening"),
    ("", "", "近年来，我乡把水当作头等大事来抓，渠通了、库满了、人心顺了。具体汇报如下。", "opening"),
    ("", "", "以上汇报，如有不当之处，敬请各位领导批评指正。", "closing"),
    ("", "", "妥否，请批示。", "closing"),
    ("", "", "我的发言完了，谢谢大家！", "closing"),
    ("", "", "本办法自印发之日起施行，由县水利局负责解释。", "closing"),
    ("", "", "各位代表，蓝图已经绘就，号角已经吹响，让我们一起把青溪的水引得更远、田种得更好！", "closing"),
    ("述职报告", "", "组织把我放在这个岗位上，我将以身作则，不该拿的绝不伸手，请组织放心，请同志们监督我。", "pledge"),
    ("讲话", "", "我代表全乡干部在此表态：汛期不过，谁也不离开大堤一步。", "pledge"),
    ("述职报告", "", "今后，我将继续沉下身子为移民办事，不辜负组织的重托和乡亲们的信任。", "plans pledge"),
    ("工作报告", "", "我们有信心把今天定下的事办成，向全镇人民交上一份合格的答卷。", "pledge"),
    ("方案", "", "各乡镇要针对薄弱环节，补齐短板，解决群众反映强烈的突出问题。", ""),
    ("通知", "", "对存在问题的站点，责令限期整改，逾期不改的依法处理。", ""),
    ("通知", "", "请于6月20日前完成自查，建立台账，明确责任人和完成时限。", ""),
    ("制度", "", "管水员应当每日巡渠一次，发现渗漏及时报告，不得擅自启闭闸门。", ""),
    ("方案", "", "到年底，全县水费收缴率提高15个百分点，渠道完好率达到90%以上。", ""),
    ("讲话", "", "抓落实要有一股钉钉子的劲头，说到就要做到，不能雷声大雨点小。", ""),
    ("总结", "", "青溪县位于岚岭南麓，辖十四个乡镇，水田十九万亩，十年里有七年春旱。", ""),
    ("简报", "", "记者在渠首看到，老王头正拿着手电查看闸门，他守这座闸已经二十一年。", ""),
    ("", "", "粮食安全是战略问题，饭碗要端在自己手上，碗里要装自己的粮。", ""),
    ("", "", "近日，国家统计部门公布，前三季度粮食价格同比上涨1.2%，涨幅比上月回落。", ""),
    ("会议记录", "", "张主任：渠道的事先放一放，今天只议抽水机的钱怎么出。", ""),
    ("", "", "表态容易兑现难，有的干部会上拍胸脯，会后拍屁股。", ""),
    ("", "", "文章的结尾要有力，切忌虎头蛇尾，最好与开头呼应。", ""),
    ("", "", "写存在问题要实，写下一步打算要细，二者要一一对应。", ""),
]


def measured() -> dict[Function, tuple[float, float]]:
    """Precision and recall of each function over the sample."""
    right: Counter[Function] = Counter()
    given_: Counter[Function] = Counter()
    wanted: Counter[Function] = Counter()
    for kind, heading, text, label in SAMPLE:
        found = functions_of(text, path=(heading,) if heading else (), kind=kind)
        expected = {name for name in FUNCTION_NAMES if name in label.split()}
        right.update(found & expected)
        given_.update(found)
        wanted.update(expected)
    return {name: (right[name] / max(given_[name], 1), right[name] / wanted[name]) for name in FUNCTION_NAMES}


@pytest.mark.parametrize("function", FUNCTION_NAMES)
def test_what_is_told_by_words_is_nearly_always_right(function: Function) -> None:
    precision, recall = measured()[function]
    assert precision >= 0.85
    assert recall >= 0.7


# Properties


@given(st.lists(st.text(max_size=200), min_size=1, max_size=6))
def test_any_text_is_left_as_it_is_and_its_functions_stand_in_order(texts: list[str]) -> None:
    part = part_of([((text[:20],), text) for text in texts])
    found = with_functions(part)
    order = list(FUNCTION_NAMES)
    assert [passage.text for passage in found.passages] == texts
    for passage in found.passages:
        assert list(passage.functions) == sorted(set(passage.functions), key=order.index)


@pytest.mark.parametrize(
    "piece", ["我们将", "还有一些", "一是建立", "现将汇报", "下一步，", "以上报告", "由1升", "。同时，"]
)
def test_text_made_of_nothing_but_cues_takes_no_time(piece: str) -> None:
    began = time.process_time()
    with_functions(part_of([((piece * 30,), piece * 300)] * 3))
    assert time.process_time() - began < 1
