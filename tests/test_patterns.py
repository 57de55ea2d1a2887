"""Where a pattern stands in a text, and what fills its gaps."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from indexer.analysis import Analyzer, default_analyzer
from indexer.patterns import MAX_GROUPS, Finder, grouped, occurrences
from indexer.query import Gap, Pattern, parse
from indexer.text import fold

SIGNS = "，。“"
# Signs that a gap goes over, by scope, and those that may stand right before the piece after it.
QUIET = {"clause": "“", "sentence": "“，", "passage": SIGNS}
BEFORE = {"clause": "“，", "sentence": "“，", "passage": SIGNS}


@pytest.fixture(scope="module")
def analyzer() -> Analyzer:
    return default_analyzer()


def pattern(typed: str) -> Pattern:
    query = parse(typed).query
    assert isinstance(query, Pattern)
    return query


def found(text: str, typed: str, analyzer: Analyzer) -> list[str]:
    return [text[each.start : each.end] for each in occurrences(analyzer.characters(text), pattern(typed), analyzer)]


def filled(text: str, typed: str, analyzer: Analyzer) -> list[tuple[str, ...]]:
    return [each.fillers(text) for each in occurrences(analyzer.characters(text), pattern(typed), analyzer)]


def test_a_gap_is_filled_with_what_stands_between(analyzer: Analyzer) -> None:
    text = "全镇以清理河道为抓手，村里以评比为抓手，逐户走访。"
    assert found(text, "以…为抓手", analyzer) == ["以清理河道为抓手", "以评比为抓手"]
    assert filled(text, "以…为抓手", analyzer) == [("清理河道",), ("评比",)]


def test_a_gap_does_not_go_over_a_comma(analyzer: Analyzer) -> None:
    assert found("以改革创新的精神，坚持问题导向为抓手。", "以…为抓手", analyzer) == []


def test_a_comma_may_stand_right_before_the_next_piece_and_a_full_stop_not(analyzer: Analyzer) -> None:
    assert filled("既要抓发展，又要保安全。", "既要…又要…", analyzer) == [("抓发展", "保安全")]
    assert filled("既要抓发展；又要保安全。", "既要…又要…", analyzer) == [("抓发展", "保安全")]
    assert found("既要抓发展。又要保安全。", "既要…又要…", analyzer) == []


def test_a_paused_pattern_has_a_pause_wherever_one_was_typed(analyzer: Analyzer) -> None:
    typed = replace(pattern("一方面，…，另一方面，…"), paused=True)
    for text, holds in {
        "一方面，要抓发展，另一方面，要保安全。": True,
        "一方面、要抓发展；另一方面：要保安全。": True,
        "一方面，要抓发展，另一方面要保安全。": False,
        "一方面要抓发展，另一方面，要保安全。": False,
        "一方面，要抓发展另一方面，要保安全。": False,
        "一方面，从一方面看，另一方面，要保安全。": True,
    }.items():
        assert bool(occurrences(analyzer.characters(text), typed, analyzer)) is holds
        assert found(text, "一方面，…，另一方面，…", analyzer)


def test_an_enumeration_comma_and_quotation_marks_do_not_end_a_clause(analyzer: Analyzer) -> None:
    text = "以修路、架桥和“三清三建”为抓手"
    assert filled(text, "以…为抓手", analyzer) == [("修路、架桥和“三清三建”",)]


@pytest.mark.parametrize(
    ("reach", "count"),
    [("", 0), (" 范围:句", 1), (" 范围:段", 1)],
)
def test_a_wider_scope_lets_a_gap_go_over_commas(reach: str, count: int, analyzer: Analyzer) -> None:
    text = "会议指出，以村庄清洁行动，农户庭院评比为抓手。"
    assert len(found(text, f"以…为抓手{reach}", analyzer)) == count


def test_only_the_widest_scope_lets_a_gap_go_over_a_full_stop(analyzer: Analyzer) -> None:
    text = "成绩不少。但问题也在。"
    assert found(text, "成绩…问题 范围:句", analyzer) == []
    assert found(text, "成绩…问题 范围:段", analyzer) == ["成绩不少。但问题"]


def test_a_filler_is_as_short_as_can_be(analyzer: Analyzer) -> None:
    assert found("从东从西到北", "从…到…", analyzer) == ["从西到北"]
    assert filled("从春到夏从秋到冬", "从…到…", analyzer) == [("春", "夏"), ("秋", "冬")]


def test_a_gap_at_the_end_needs_a_letter_and_goes_to_the_end_of_the_clause(analyzer: Analyzer) -> None:
    assert filled("从源头管到末端，再从头来", "从…到…", analyzer) == [("源头管", "末端")]
    assert found("他从外地赶来报到，大家欢迎", "从…到…", analyzer) == []


def test_a_gap_at_the_end_leaves_the_next_sentence_its_quotation_mark(analyzer: Analyzer) -> None:
    text = "车站从“脏乱差”到“满目新”。“街有人扫”成了常态。"
    assert filled(text, "从…到…", analyzer) == [("脏乱差", "满目新")]
    assert filled("车站从‘脏’到‘新’的变化。‘街有人扫’成了常态。", "从…到…", analyzer) == [("脏", "‘新’的变化")]


def test_a_gap_at_the_end_keeps_its_number_and_its_brackets(analyzer: Analyzer) -> None:
    text = "合格率从八成提高到９５.5%（抽查），下同"
    assert filled(text, "从…到…", analyzer) == [("八成提高", "９５.5%（抽查）")]


def test_a_gap_at_the_beginning_needs_a_letter_of_the_same_clause(analyzer: Analyzer) -> None:
    assert filled("大力整治", "*整治", analyzer) == [("大力",)]
    assert found("整治", "*整治", analyzer) == []
    assert found("抓好，整治", "*整治", analyzer) == []


def test_a_star_is_one_to_four_letters(analyzer: Analyzer) -> None:
    assert filled("抓好落实，抓紧抓好落实，抓落实", "抓*落实", analyzer) == [("好",), ("好",)]
    assert found("抓住不放一直到落实", "抓*落实", analyzer) == []
    assert filled("加强党的领导", "加强*领导", analyzer) == [("党的",)]


def test_an_ellipsis_is_at_most_thirty_letters(analyzer: Analyzer) -> None:
    assert len(found(f"以{'水' * 30}为抓手", "以…为抓手", analyzer)) == 1
    assert found(f"以{'水' * 31}为抓手", "以…为抓手", analyzer) == []


def test_two_stars_find_the_mask_and_what_it_hides(analyzer: Analyzer) -> None:
    assert found("20**年，2031年", "20**年", analyzer) == ["20**年", "2031年"]


def test_either_choice_may_stand_and_the_longer_one_is_taken(analyzer: Analyzer) -> None:
    text = "加强和改进组织领导，强化，组织领导，强化组织领导"
    assert found(text, "{加强|加强和改进|强化}组织领导", analyzer) == ["加强和改进组织领导", "强化组织领导"]


def test_a_comma_that_was_typed_may_stand_there(analyzer: Analyzer) -> None:
    typed = "一方面，…另一方面，…"
    assert filled("一方面，修路，另一方面，架桥。", typed, analyzer) == [("修路", "架桥")]
    assert filled("一方面修路，另一方面架桥。", typed, analyzer) == [("修路", "架桥")]
    assert found("一方面。修路，另一方面，架桥。", typed, analyzer) == []


def test_four_pieces_in_a_row_stand_over_two_clauses(analyzer: Analyzer) -> None:
    text = "从没有路到有路，从没有灯到亮起来，村里变了样"
    assert filled(text, "从…到…，从…到…", analyzer) == [("没有路", "有路", "没有灯", "亮起来")]


def test_width_script_and_case_are_folded(analyzer: Analyzer) -> None:
    assert filled("以ＡＰＰ為抓手", "以…为抓手", analyzer) == [("ＡＰＰ",)]
    assert found("以App为抓手", "以app*抓手", analyzer) == ["以App为抓手"]


def test_a_quoted_filler_counts_without_its_quotation_marks(analyzer: Analyzer) -> None:
    assert filled("以“三清三建”为抓手", "以…为抓手", analyzer) == [("三清三建",)]
    assert filled("以“清”和“建”为抓手", "以…为抓手", analyzer) == [("“清”和“建”",)]
    assert filled("以《若干措施》为抓手", "以…为抓手", analyzer) == [("《若干措施》",)]


def test_signs_that_a_piece_asks_for_must_be_there(analyzer: Analyzer) -> None:
    assert filled("以《若干措施》为抓手", "以《…》为抓手", analyzer) == [("若干措施",)]
    assert found("以若干措施为抓手", "以《…》为抓手", analyzer) == []


def test_fillers_are_counted_and_shown_as_first_seen() -> None:
    fillers = [("環境整治",), ("环境整治",), ("ＡＰＰ",), ("app",), ("环境 整治",), ("党建",)]
    assert grouped(fillers) == (("環境整治", 3), ("ＡＰＰ", 2), ("党建", 1))


def test_several_gaps_are_shown_as_one_line() -> None:
    assert grouped([("群众中来", "群众中去"), ("", "")]) == (("群众中来…群众中去", 1),)


def test_the_groups_are_bounded() -> None:
    assert len(grouped((str(number),) for number in range(1000))) == MAX_GROUPS
    assert grouped([("甲",), ("乙",), ("乙",)], limit=1) == (("乙", 2),)


def test_a_text_of_nothing_but_pieces_is_searched_at_once(analyzer: Analyzer) -> None:
    begin = time.perf_counter()
    for text in ("从" * 20_000, "到" * 20_000, "从到" * 10_000, "从" + "（" * 20_000 + "到" * 20_000):
        occurrences(analyzer.characters(text), pattern("从…从…从…到…到…到…"), analyzer)
    assert time.perf_counter() - begin < 5


# What the docstring of indexer.patterns says, once more, as a regular expression over the text itself.


def leading(gap: Gap, *, paused: bool) -> str:
    return f"(?=[{SIGNS}]*，)" if paused and gap.pause else ""


def gap_expression(gap: Gap, scope: str, *, paused: bool) -> str:
    quiet, before = f"[{QUIET[scope]}]*", f"[{BEFORE[scope]}]*"
    opened, closed = before if gap.pause else quiet, f"{before}，{before}" if paused and gap.parted else before
    more = f"(?:{quiet}[甲乙丙]){{{max(gap.low, 1) - 1},{gap.high - 1}}}"
    letters = f"{opened}[甲乙丙]{more}{closed}"
    options = ([letters] if gap.high else []) + ([closed] if not gap.low else [])
    return f"{leading(gap, paused=paused)}(?:{'|'.join(options)})"


def expression(wanted: Pattern) -> str:
    quiet = f"[{QUIET[wanted.scope]}]*"
    letter = "[甲乙丙]"
    written = []
    for index, piece in enumerate(wanted.pieces):
        if not isinstance(piece, Gap):
            after_word = index and not isinstance(wanted.pieces[index - 1], Gap)
            words = "|".join(f"[{SIGNS}]*".join(word) for word in piece)
            written.append(f"{quiet if after_word else ''}(?:{words})")
        elif index == 0:
            written.append(f"(?:{letter}{quiet}){{{piece.low}}}")
        elif index == len(wanted.pieces) - 1:
            opened = f"[{BEFORE[wanted.scope]}]*" if piece.pause else quiet
            written.append(leading(piece, paused=wanted.paused))
            written.append(f"{opened}{letter}(?:{quiet}{letter}){{{piece.low - 1}}}" if piece.low else "")
        else:
            written.append(gap_expression(piece, wanted.scope, paused=wanted.paused))
    return "".join(written)


words = st.lists(st.text("甲乙丙", min_size=1, max_size=2), min_size=1, max_size=2, unique=True).map(tuple)
gaps = st.builds(
    lambda low, more, pause, parted: Gap(low, low + more, pause, parted),
    st.integers(0, 2),
    st.integers(0, 3),
    st.booleans(),
    st.booleans(),
)
pieces = st.lists(st.one_of(words, gaps), min_size=1, max_size=6).filter(
    lambda found: (
        any(isinstance(piece, tuple) for piece in found)
        and not any(isinstance(one, Gap) and isinstance(two, Gap) for one, two in pairwise(found))
    )
)
patterns = st.builds(Pattern, pieces.map(tuple), st.sampled_from(["clause", "sentence", "passage"]), st.booleans())
texts = st.text("甲甲乙乙丙" + SIGNS, max_size=24)


@given(text=texts, wanted=patterns)
def test_a_pattern_is_found_where_a_regular_expression_finds_it(analyzer: Analyzer, text: str, wanted: Pattern) -> None:
    places = occurrences(analyzer.characters(text), wanted, analyzer)
    searched = re.compile(expression(wanted))
    assert bool(places) == bool(searched.search(text))
    # The pause behind the last piece is not in an occurrence whose last gap is empty.
    whole = (text[place.start : place.end] for place in places)
    assert wanted.paused or all(searched.search(one) for one in whole)


@given(text=texts, wanted=patterns)
@example(text="甲乙，甲", wanted=Pattern((Gap(0, 2), ("甲",))))
def test_occurrences_stand_in_order_and_their_gaps_inside_them(analyzer: Analyzer, text: str, wanted: Pattern) -> None:
    limits = [piece for piece in wanted.pieces if isinstance(piece, Gap) and piece.high]
    end = 0
    for place in occurrences(analyzer.characters(text), wanted, analyzer):
        assert end <= place.start <= place.end
        end = place.start
        for gap, limit in zip(place.gaps, limits, strict=True):
            assert end <= gap.start <= gap.end <= place.end
            assert limit.low <= sum(letter.isalnum() for letter in text[gap.start : gap.end]) <= limit.high
            end = gap.end
        end = place.end


@given(text=texts, first=st.text("甲乙", min_size=1, max_size=2), last=st.text("乙丙", min_size=1, max_size=2))
def test_no_occurrence_holds_a_shorter_one(analyzer: Analyzer, text: str, first: str, last: str) -> None:
    wanted = Pattern(((first,), Gap(1, 4), (last,)))
    for place in occurrences(analyzer.characters(text), wanted, analyzer):
        assert not re.search(expression(wanted), text[place.start + 1 : place.end])


@given(wanted=patterns, several=st.lists(texts, max_size=4))
@example(wanted=Pattern((("甲乙",), Gap(0, 3, pause=True))), several=["“乙甲", "乙，“甲乙”", " ”甲乙， ", ""])
def test_several_texts_are_filled_as_each_of_them_alone(
    analyzer: Analyzer, wanted: Pattern, several: list[str]
) -> None:
    alone = [
        each.fillers(text) for text in several for each in occurrences(analyzer.characters(text), wanted, analyzer)
    ]
    assert list(Finder(wanted, analyzer).fillers(several, [fold(text) for text in several])) == alone
