"""What a writer types, and how it is read."""

from __future__ import annotations

import random
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import QueryError
from indexer.query import (
    MAX_LITERALS,
    And,
    Either,
    Expanded,
    Filter,
    Function,
    Gap,
    MatchAll,
    Not,
    Or,
    Pattern,
    Phrase,
    Query,
    Term,
    Words,
    describe,
    parse,
)

SIGNS = '"“”「」『』＂()（）|｜-－ORAND:：,，、.>=<标题文种年份来源繁简范围部分环境整治 一2019\u3000\u200b\x00\ud800{}｛｝*＊…%\t'
ELLIPSIS, STAR, STARS = Gap(1, 30), Gap(1, 4), Gap(0, 8)


def read(text: str) -> Query:
    """The tree of *text*, which must give no warning."""
    parsed = parse(text)
    assert parsed.warnings == ()
    return parsed.query


def test_words_stand_between_blanks_of_any_width() -> None:
    assert read("环境整治　信访\t作风") == And((Term("环境整治"), Term("信访"), Term("作风")))


def test_and_may_be_written() -> None:
    assert read("环境整治 AND 信访") == read("环境整治 信访")


@pytest.mark.parametrize(
    "text", ['"以人为本"', "“以人为本”", "「以人为本」", "『以人为本』", "＂以人为本＂", "”以人为本“"]
)
def test_every_pair_of_quotation_marks_makes_a_phrase(text: str) -> None:
    assert read(text) == Phrase("以人为本")


@pytest.mark.parametrize("text", ["“以'三服务'和\"三争\"为抓手”", "「以『三服务』为抓手」"])
def test_an_inner_quotation_mark_of_another_kind_is_literal(text: str) -> None:
    assert read(text) == Phrase(text[1:-1])


def test_a_quotation_inside_a_pasted_title_is_a_phrase_between_words() -> None:
    assert read("关于“三服务”活动") == And((Term("关于"), Phrase("三服务"), Term("活动")))


def test_a_phrase_keeps_its_blanks_and_signs() -> None:
    assert read('"一、 总体（2023）要求 -其他"') == Phrase("一、 总体（2023）要求 -其他")


@pytest.mark.parametrize("minus", ["-", "－", "−", "--"])
def test_a_minus_before_a_word_excludes_it(minus: str) -> None:
    assert read(f"总结 {minus}计划") == And((Term("总结"), Not(Term("计划"))))


def test_phrases_groups_and_filters_can_be_excluded() -> None:
    assert read('总结 -"工作 计划"') == And((Term("总结"), Not(Phrase("工作 计划"))))
    assert read("总结 -(计划 OR 安排)") == And((Term("总结"), Not(Or((Term("计划"), Term("安排"))))))
    assert read("总结 -文种:述职") == And((Term("总结"), Not(Filter("kind", ("述职",)))))


@pytest.mark.parametrize("word", ["2012-2019", "10.5%", "３５亿元", "x月x日", "C++", "中发〔2019〕3号"])
def test_signs_inside_a_word_are_literal(word: str) -> None:
    assert read(word) == Term(word)


@pytest.mark.parametrize("text", ["总结 OR 述职", "总结|述职", "总结｜述职", "总结 | 述职", "总结 ＯＲ 述职"])
def test_or_has_several_signs(text: str) -> None:
    assert read(text) == Or((Term("总结"), Term("述职")))


def test_or_binds_its_neighbours_more_tightly_than_a_blank() -> None:
    assert read("年份:2023 总结 OR 述职 信访") == And(
        (Filter("year", low=2023, high=2023), Or((Term("总结"), Term("述职"))), Term("信访"))
    )


def test_a_small_or_is_a_word() -> None:
    assert read("yes or no") == And((Term("yes"), Term("or"), Term("no")))


def test_brackets_group() -> None:
    assert read("（环境 整治） OR (信访)") == Or((And((Term("环境"), Term("整治"))), Term("信访")))
    assert read("环境|(整治 工作)") == Or((Term("环境"), And((Term("整治"), Term("工作")))))


@pytest.mark.parametrize("word", ["（一）", "(3)", "（一）抓源头", "村（居）两委", "(试行)办法", "管理办法（试行）"])
def test_brackets_that_belong_to_a_word_are_literal(word: str) -> None:
    assert read(word) == Term(word)
    assert read(f"总结 {word}") == And((Term("总结"), Term(word)))


def test_needless_brackets_leave_no_trace() -> None:
    assert read("((环境) ((整治 信访)))") == read("环境 整治 信访")


def test_what_a_pasted_word_ends_with_is_left_out() -> None:
    assert read("——环境整治。 信访，") == And((Term("环境整治"), Term("信访")))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("文种:总结", Filter("kind", ("总结",))),
        ("文種：總結", Filter("kind", ("總結",))),
        ("文种: 总结、述职，汇报", Filter("kind", ("总结", "述职", "汇报"))),
        ("文种:总结 文种:述职", Filter("kind", ("总结", "述职"))),
        ("标题:环境，整治", Filter("title", ("环境，整治",))),
        ('标题:"带 空格"', Filter("title", ("带 空格",))),
        ("标题：“带 空格”", Filter("title", ("带 空格",))),
        ("标题:管理办法（试行）", Filter("title", ("管理办法（试行）",))),
        ("来源:公文/通知", Filter("source", ("公文/通知",))),
        ("来源:公文/", Filter("source", ("公文",))),
        ("繁简:繁體", Filter("script", ("hant",))),
        ("繁简:简体", Filter("script", ("hans",))),
    ],
)
def test_filters(text: str, expected: Query) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("value", "low", "high"),
    [
        ("2019", 2019, 2019),
        ("2019年", 2019, 2019),
        ("２０１９", 2019, 2019),
        ("2019-2022", 2019, 2022),
        ("2022—2019", 2019, 2022),
        ("2019年至2022年", 2019, 2022),
        ("2019..", 2019, 9999),
        ("2019至今", 2019, 9999),
        ("..2022", 0, 2022),
        (">=2019", 2019, 9999),
        ("＞2019", 2020, 9999),
        ("≤2022", 0, 2022),
        ("<2022", 0, 2021),
    ],
)
def test_years_and_ranges_of_years(value: str, low: int, high: int) -> None:
    assert read(f"年份:{value}") == Filter("year", low=low, high=high)


def test_several_years_are_alternatives() -> None:
    assert read("年份:2019,2021") == Or((Filter("year", low=2019, high=2019), Filter("year", low=2021, high=2021)))


def test_an_unknown_prefix_is_a_word() -> None:
    assert read("作者:张三") == Term("作者:张三")


def test_a_filter_may_stand_in_a_group() -> None:
    expected = Or((Filter("kind", ("总结",)), Filter("title", ("述职",))))
    assert read("(文种:总结 OR 标题:述职)") == expected
    assert read("信访 -(文种:总结 OR 标题:述职)") == And((Term("信访"), Not(expected)))


@pytest.mark.parametrize("ellipsis", ["…", "……", "...", "......", "。。。", "⋯⋯", "．．．", "…."])
def test_every_ellipsis_is_a_gap(ellipsis: str) -> None:
    assert read(f"以{ellipsis}为抓手") == Pattern((("以",), ELLIPSIS, ("为抓手",)))


def test_a_star_is_a_shorter_gap() -> None:
    assert read("抓*落实") == read("抓＊落实") == Pattern((("抓",), STAR, ("落实",)))
    assert read("整治*") == Pattern((("整治",), STAR))
    assert read("*整治") == Pattern((STAR, ("整治",)))
    assert read("抓*…落实") == Pattern((("抓",), ELLIPSIS, ("落实",)))


def test_two_stars_may_hide_a_name_and_say_nothing_at_the_ends() -> None:
    assert read("20**年") == Pattern((("20",), STARS, ("年",)))
    assert read("**县委书记……") == Term("县委书记")
    assert read("**县委书记") == read("县委书记***") == Term("县委书记")


@pytest.mark.parametrize("text", ["环境整治……", "…环境整治", "环境整治。。。", "……环境整治..."])
def test_an_ellipsis_at_the_ends_of_a_plain_word_is_left_out(text: str) -> None:
    assert read(text) == Term("环境整治")
    assert read(f"信访 {text}") == And((Term("信访"), Term("环境整治")))


def test_a_plain_word_before_an_ellipsis_keeps_its_comma() -> None:
    assert read("抓源头，防反弹……") == Term("抓源头，防反弹")


def test_an_ellipsis_at_the_ends_of_a_pattern_is_a_gap() -> None:
    assert read("从…到…") == Pattern((("从",), ELLIPSIS, ("到",), ELLIPSIS))
    assert read("…不是…而是") == Pattern((ELLIPSIS, ("不是",), ELLIPSIS, ("而是",)))


@pytest.mark.parametrize("choice", ["{加强|强化}", "｛加强｜强化｝", "{ 加强 | 强化 |}", "{加强|强化|加强}"])
def test_braces_give_a_choice(choice: str) -> None:
    assert read(f"{choice}组织领导") == Pattern((("加强", "强化"), ("组织领导",)))
    assert read(f"{choice}*领导 信访") == And((Pattern((("加强", "强化"), STAR, ("领导",))), Term("信访")))


def test_a_choice_alone_is_either_word() -> None:
    assert read("{加强|强化}") == read("加强 OR 强化")
    assert read("{加强|}") == Term("加强")


@pytest.mark.parametrize("comma", ["，", ",", "；", "："])
def test_a_comma_in_a_pattern_may_stand_there(comma: str) -> None:
    pair, parted = (("从",), ELLIPSIS, ("到",)), Gap(1, 30, parted=True)
    assert read(f"从…到…{comma}从…到…") == Pattern((*pair, parted, *pair, ELLIPSIS))
    assert read(f"…{comma}从…到") == Pattern((ELLIPSIS, *pair))
    assert read(f"一方面{comma}…另一方面") == Pattern((("一方面",), Gap(1, 30, pause=True), ("另一方面",)))
    assert read(f"不忘初心{comma}牢记{{使命|责任}}") == Pattern((("不忘初心牢记",), ("使命", "责任")))
    assert read(f"{{抓早|抓小}}{comma}防患") == Pattern((("抓早", "抓小"), Gap(0, 0), ("防患",)))


@pytest.mark.parametrize("text", ["以…为抓手。", "——以…为抓手，", "，以…为抓手！"])
def test_signs_around_a_pattern_are_left_out(text: str) -> None:
    assert read(text) == read("以…为抓手")


def test_signs_other_than_commas_are_asked_for() -> None:
    assert read("以《…》为抓手") == Pattern((("以《",), ELLIPSIS, ("》为抓手",)))


def test_patterns_are_excluded_and_grouped_as_words_are() -> None:
    hand = read("以…为抓手")
    assert read("总结 -以…为抓手") == And((Term("总结"), Not(hand)))
    assert read("(以…为抓手 OR {加强|强化}*领导)") == Or((hand, read("{加强|强化}*领导")))


@pytest.mark.parametrize("text", ["10*20", "１０＊２０", "{加强}", "2019..2022"])
def test_what_only_looks_like_a_pattern_is_a_word(text: str) -> None:
    assert read(text) == Term(text)


def test_a_title_is_never_a_pattern() -> None:
    assert read("标题:以…为抓手") == Filter("title", ("以…为抓手",))


def test_what_is_quoted_is_no_pattern_and_a_warning_says_so() -> None:
    parsed = parse("信访 “以…为抓手”")
    assert parsed.query == And((Term("信访"), Phrase("以…为抓手")))
    assert parsed.warnings == ("第 4 个字符起的引号里，省略号和星号也按原样查找；要找句式，请去掉引号。",)
    assert parse("“环境整治……”").warnings == ()


def test_patterns_can_be_switched_off() -> None:
    assert (
        parse("以…为抓手 {加强|强化}", patterns=False).query == parse("以…为抓手 {加强 OR 强化}", patterns=False).query
    )
    assert parse("以…为抓手", patterns=False).query == Term("以…为抓手")
    assert parse("“以…为抓手”", patterns=False).warnings == ()


@pytest.mark.parametrize(
    ("reach", "scope"),
    [("范围:句", "sentence"), ("範圍：段落", "passage"), ("范围:小句", "clause"), ("范围:句 范围:段", "passage")],
)
def test_the_reach_of_every_pattern_can_be_widened(reach: str, scope: str) -> None:
    expected = parse("以…为抓手 -从…到…").query
    assert isinstance(expected, And)
    for text in (f"{reach} 以…为抓手 -从…到…", f"以…为抓手 -从…到… {reach}"):
        query = read(text)
        assert isinstance(query, And)
        assert query.children[0] == Pattern((("以",), ELLIPSIS, ("为抓手",)), scope)  # type: ignore[arg-type]
        assert query.children[1] == Not(Pattern((("从",), ELLIPSIS, ("到",), ELLIPSIS), scope))  # type: ignore[arg-type]


def test_a_reach_without_a_pattern_is_left_out_with_a_warning() -> None:
    parsed = parse("环境整治 范围:段")
    assert parsed.query == Term("环境整治")
    assert "只管句式" in parsed.warnings[0]
    with pytest.raises(QueryError, match="没有可以检索的内容"):
        parse("范围:段")


def test_an_unknown_reach_is_an_error() -> None:
    with pytest.raises(QueryError, match="范围:句 或 范围:段"):
        parse("以…为抓手 范围:全县")


def test_a_pattern_has_few_words() -> None:
    assert len(parse("…".join("甲" * MAX_LITERALS)).terms) == 1
    with pytest.raises(QueryError, match="由 9 处词语组成，最多 8 处") as caught:
        parse("信访 " + "…".join("甲" * 9))
    assert caught.value.start == 3


def test_each_choice_counts_as_a_word() -> None:
    choices = "|".join(f"词{number}" for number in range(32))
    assert len(parse(f"{{{choices}}}").terms) == 32
    with pytest.raises(QueryError, match="超过 32 个"):
        parse(f"{{{choices}}}组织领导")


def test_a_pattern_is_asked_for_as_one() -> None:
    hand = read("以…为抓手")
    assert parse("信访 以…为抓手 -抓*落实").terms == (Term("信访"), hand)
    assert isinstance(hand, Pattern)
    assert hand.text == "以…为抓手"
    assert hand.literals == (("以",), ("为抓手",))


def test_a_pattern_without_its_order_is_its_words() -> None:
    pattern = read("{加强|强化}*领导，以…为抓手")
    assert isinstance(pattern, Pattern)
    assert pattern.words == "加强 强化 领导以 为抓手"


@given(
    st.lists(
        st.sampled_from(["以", "为抓手", "…", "*", "**", "{加强|强化}", "，", "《", "年", "x"]),
        min_size=1,
        max_size=9,
    ).map("".join)
)
def test_a_pattern_is_read_again_from_what_it_is_shown_as(text: str) -> None:
    try:
        query = parse(text).query
    except QueryError:
        return
    if isinstance(query, Pattern):
        assert parse(query.text).query == query


@pytest.mark.parametrize(
    ("value", "functions"),
    [
        ("结尾", ("closing",)),
        ("結尾", ("closing",)),
        ("存在问题,下一步打算", ("problems", "plans")),
        ("开头、成绩、做法、表态", ("opening", "achievements", "measures", "pledge")),
    ],
)
def test_a_part_is_what_a_passage_does(value: str, functions: tuple[str, ...]) -> None:
    assert read(f"部分:{value}") == Filter("function", functions)


def test_an_unknown_part_is_an_error_that_lists_those_there_are() -> None:
    with pytest.raises(QueryError, match="开头、结尾、存在问题、下一步打算、成绩、做法、表态") as caught:
        parse("总结 部分:附件")
    assert caught.value.start == 3


@pytest.mark.parametrize("text", ["", "  　\n", "\u200b\x00"])
def test_blank_text_asks_for_everything(text: str) -> None:
    assert read(text) == MatchAll()


def test_what_cannot_be_seen_is_dropped() -> None:
    assert read("环境\u200b整\x00治\ufeff \ud800信访") == And((Term("环境整治"), Term("信访")))


def test_terms_are_what_is_asked_for_as_typed() -> None:
    parsed = parse('環境 (整治 OR "信 访") -计划 文种:总结')
    assert parsed.terms == (Term("環境"), Term("整治"), Phrase("信 访"))


@pytest.mark.parametrize("text", ['环境" 整治', "(环境 整治", "环境) 整治", "「环境 整治", "环境』 整治", "“环境 整治"])
def test_a_sign_without_its_partner_is_left_out_with_a_warning(text: str) -> None:
    parsed = parse(text)
    assert parsed.query == And((Term("环境"), Term("整治")))
    place = next(index for index, sign in enumerate(text) if sign in '"()「』“') + 1
    assert f"第 {place} 个字符" in parsed.warnings[0]
    assert "没有成对" in parsed.warnings[0]


def test_the_place_in_a_warning_counts_what_was_typed() -> None:
    assert "第 5 个字符" in parse("  \u200b环（境").warnings[0]


def test_only_exclusions_list_everything_else_with_a_warning() -> None:
    parsed = parse("-计划 -安排")
    assert parsed.query == And((MatchAll(), Not(Term("计划")), Not(Term("安排"))))
    assert "排除" in parsed.warnings[0]


def test_a_filter_beside_exclusions_needs_no_warning() -> None:
    assert read("文种:总结 -计划") == And((Filter("kind", ("总结",)), Not(Term("计划"))))


def test_an_excluded_alternative_is_everything_but_that() -> None:
    assert read("总结 OR -计划") == Or((Term("总结"), And((MatchAll(), Not(Term("计划"))))))


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("OR 环境", "两边都要有词"),
        ("环境 OR", "两边都要有词"),
        ("环境 AND", "两边都要有词"),
        ("环境 -", "没有紧跟"),
        ("环境 ，，", "没有可检索的字"),
        ('环境 ""', "没有可检索的字"),
        ('-"" 环境', "没有可检索的字"),
        ("环境 文种:", "没有内容"),
    ],
)
def test_a_sign_with_nothing_to_work_on_is_left_out_with_a_warning(text: str, left: str) -> None:
    parsed = parse(text)
    assert parsed.query == Term("环境")
    assert left in parsed.warnings[0]


@pytest.mark.parametrize("text", ["，。！", '""', "OR", "-", "文种:", "(( ))"])
def test_text_that_asks_for_nothing_is_an_error(text: str) -> None:
    with pytest.raises(QueryError, match="没有可以检索的内容"):
        parse(text)


def test_too_many_characters_are_an_error_with_their_bound() -> None:
    assert parse("环" * 256).terms == (Term("环" * 256),)
    with pytest.raises(QueryError, match="257 个字符，最多 256 个") as caught:
        parse("  " + "环" * 257)
    assert caught.value.start == 258


def test_too_many_terms_are_an_error_with_their_bound() -> None:
    words = [f"词{number}" for number in range(33)]
    assert len(parse(" ".join(words[:32])).terms) == 32
    with pytest.raises(QueryError, match="超过 32 个") as caught:
        parse(" ".join(words))
    assert caught.value.start == len(" ".join(words[:32])) + 1


def test_too_deep_nests_are_an_error_with_their_bound() -> None:
    assert read("(" * 10 + "环 境" + ")" * 10) == And((Term("环"), Term("境")))
    with pytest.raises(QueryError, match="10 层") as caught:
        parse("(" * 11 + "环 境" + ")" * 11)
    assert caught.value.start == 10


@pytest.mark.parametrize("value", ["abc", "19", "20xx", "2019-20", "-", "99999", "今年"])
def test_a_year_that_is_none_is_an_error_that_shows_how_to_write_it(value: str) -> None:
    with pytest.raises(QueryError, match=r"年份:2019-2022|没有可以检索"):
        parse(f"年份:{value}")


def test_an_unknown_script_is_an_error() -> None:
    with pytest.raises(QueryError, match="繁简:繁体"):
        parse("繁简:甲骨文")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "全部段落"),
        ('环境 "信 访"', "“环境” 且 原句“信 访”"),
        ("环境 (总结 OR 述职 OR -计划)", "“环境” 且 （“总结” 或 “述职” 或 不要“计划”）"),
        ("-环境", "不要“环境”"),
        ("环境 -(总结 述职)", "“环境” 且 不要（“总结” 且 “述职”）"),
        ("文种:总结,述职 标题:环境", "文种为“总结”或“述职” 且 标题含“环境”"),
        ("年份:2019-2022 繁简:繁体", "年份为 2019 至 2022 且 繁简为“繁体”"),
        ("部分:结尾,表态", "部分为“结尾”或“表态”"),
        ("以...为抓手 总结", "“以…为抓手”句式 且 “总结”"),
        ("{加强｜强化}＊领导 范围:句", "“{加强|强化}*领导”句式（整句之内）"),
        ("-从…到… 总结 范围:段", "不要“从…到…”句式（整段之内） 且 “总结”"),
        ("年份:2019 OR 年份:>2020 OR 年份:<2010", "年份为 2019 或 年份不早于 2021 或 年份不晚于 2009"),
    ],
)
def test_one_line_tells_how_a_query_was_read(text: str, line: str) -> None:
    assert describe(parse(text).query) == line


def test_one_line_tells_of_relaxed_queries_too() -> None:
    relaxed = Or((Words("环境整治", 2), Term("信访"), Term("作风")), minimum=2)
    assert describe(relaxed) == "至少 2 项：“环境整治”中至少 2 个词 或 “信访” 或 “作风”"


def test_one_line_tells_of_functions_and_of_words_as_they_were_typed() -> None:
    assert describe(Function("closing", "结尾")) == "“结尾”部分"
    assert describe(Function("closing", "结语")) == "“结语”（结尾部分）"
    assert describe(And((Either((Term("8条"), Term("八条"))), Term("总结")))) == "“8条” 且 “总结”"
    assert describe(Not(Expanded(Term("创卫"), (Term("创建卫生城市"),)))) == "不要“创卫”"


def well_formed(query: Query) -> bool:
    """Groups have two children or more, none of their own sort, and what is excluded stands beside something else."""
    match query:
        case And(children):
            kinds = [type(child) for child in children]
            return len(kinds) > 1 and And not in kinds and set(kinds) != {Not} and all(map(well_formed, children))
        case Or(children):
            kinds = [type(child) for child in children]
            return len(kinds) > 1 and not {Or, Not} & set(kinds) and all(map(well_formed, children))
        case Not(child):
            return not isinstance(child, Not) and well_formed(child)
        case Term(text):
            return any(sign.isalnum() for sign in text)
        case Phrase(text):
            return bool(text.strip())
        case Pattern(pieces):
            words = [word for piece in pieces if not isinstance(piece, Gap) for word in piece]
            return len(words) > 0 and len(pieces) > 1 and all(any(map(str.isalnum, word)) for word in words)
        case Filter(values=values, low=low, high=high):
            return all(values) and low <= high
    return isinstance(query, MatchAll)


def answers_well(text: str) -> bool:
    """Whether *text* gives a sound tree, or a QueryError with a place in it."""
    try:
        parsed = parse(text)
    except QueryError as error:
        return 0 <= error.start <= len(text) and str(error).endswith("。")
    sound = well_formed(parsed.query) and bool(describe(parsed.query))
    return sound and all(warning.endswith("。") for warning in parsed.warnings)


def test_ten_thousand_hostile_strings_give_a_sound_tree_or_a_query_error() -> None:
    chance = random.Random(20)  # noqa: S311
    for _ in range(10_000):
        text = "".join(chance.choices(SIGNS, k=chance.randrange(1, 60)))
        assert answers_well(text), ascii(text)


@given(st.text(st.characters(exclude_categories=()), max_size=300))
def test_any_string_gives_a_sound_tree_or_a_query_error(text: str) -> None:
    assert answers_well(text)


@pytest.mark.parametrize(
    "unit", ["(", "（", '"', "“", "-", "环(", "|", "标题:", "(a ", '-"" ', "((a b) OR ", "{|", "a…", "*a", "…"]
)
def test_long_and_deep_strings_are_refused_at_once(unit: str) -> None:
    begin = time.process_time()
    with pytest.raises(QueryError):
        parse(unit * 5_000)
    assert answers_well(unit * (256 // len(unit)))
    assert time.process_time() - begin < 0.5
    assert sys.getrecursionlimit() == 1000
