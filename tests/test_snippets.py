"""Spans that match, and the window that shows them."""

from __future__ import annotations

import gzip
import json
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from indexer.analysis import Analyzer, default_analyzer
from indexer.model import Span, Token
from indexer.query import Phrase, Query, Term, parse
from indexer.snippets import WHOLE, WINDOW, matching_spans, merge, snippet

PARAGRAPHS = Path(__file__).parents[2] / "shared" / "data" / "paras_100k.jsonl.gz"

PASSAGE = (
    "（一）抓排查，把底数摸清。全县组织一百二十名网格员逐户走访，登记矛盾纠纷三百余件，其中土地纠纷占四成。"
    "（二）抓化解，把问题解决在当地。对登记的纠纷，村里能调的当天调，镇里能办的三天办，县里要管的七天管，"
    "做到小事不出村、大事不出镇。（三）抓信访积案，把包袱卸下来。对十五件信访积案实行领导包案，逐案制定方案，"
    "已经化解十二件，其余三件正在依法办理，没有发生一起因处置不当引起的越级上访。"
)


@pytest.fixture(scope="module")
def analyzer() -> Analyzer:
    return default_analyzer()


def marked(text: str, query: Query, analyzer: Analyzer) -> list[str]:
    return [text[span.start : span.end] for span in matching_spans(text, query, analyzer)]


def test_a_term_is_marked_wherever_it_stands(analyzer: Analyzer) -> None:
    assert marked(PASSAGE, Term("信访积案"), analyzer) == ["信访积案", "信访积案"]


def test_a_phrase_marks_itself_and_not_its_words(analyzer: Analyzer) -> None:
    assert marked(PASSAGE, Phrase("大事不出镇"), analyzer) == ["大事不出镇"]
    assert marked(PASSAGE, Phrase("大事不出县"), analyzer) == []


def test_punctuation_between_the_characters_of_a_phrase_is_passed_over(analyzer: Analyzer) -> None:
    assert marked(PASSAGE, Phrase("小事不出村大事不出镇"), analyzer) == ["小事不出村、大事不出镇"]


def test_a_comma_that_is_asked_for_must_be_there(analyzer: Analyzer) -> None:
    assert marked(PASSAGE, Phrase("抓排查，把底数"), analyzer) == ["抓排查，把底数"]
    assert marked(PASSAGE, Phrase("抓排，查把底数"), analyzer) == []


def test_a_term_that_is_not_there_as_a_whole_marks_its_words(analyzer: Analyzer) -> None:
    assert marked(PASSAGE, Term("矛盾化解"), analyzer) == ["矛盾", "化解", "化解"]


def test_a_single_character_is_not_marked_beside_longer_words(analyzer: Analyzer) -> None:
    assert marked("基层的问题不少，群众的意见很大。", Term("存在的问题"), analyzer) == ["问题"]
    assert marked("每户发放一把扫帚。", Term("把"), analyzer) == ["把"]


def test_a_number_is_not_marked_within_a_longer_one(analyzer: Analyzer) -> None:
    assert marked("第十八条、第八条和18条，8条", Term("八条"), analyzer) == ["八条"]
    assert marked("第十八条、第八条和18条，8条", Term("8条"), analyzer) == ["8条"]


def test_words_are_marked_in_the_script_of_the_passage(analyzer: Analyzer) -> None:
    assert marked("園區環境整治工作", Term("环境整治"), analyzer) == ["環境整治"]
    assert marked("３５亿元", Term("35亿元"), analyzer) == ["３５亿元"]


def test_what_is_excluded_is_not_marked(analyzer: Analyzer) -> None:
    assert marked(PASSAGE, parse("纠纷 -积案").query, analyzer) == ["纠纷", "纠纷", "纠纷"]


def test_spans_that_touch_or_overlap_become_one() -> None:
    assert merge([Span(5, 7), Span(0, 2), Span(2, 4), Span(6, 9)]) == (Span(0, 4), Span(5, 9))


def test_a_short_passage_is_shown_whole(analyzer: Analyzer) -> None:
    text = "做到小事不出村、大事不出镇。"
    shown = snippet(text, matching_spans(text, Term("不出村"), analyzer))
    assert (shown.text, shown.before, shown.after) == (text, False, False)


def test_the_window_shows_whole_clauses_around_the_densest_matches(analyzer: Analyzer) -> None:
    shown = snippet(PASSAGE, matching_spans(PASSAGE, parse("信访积案 领导包案").query, analyzer))
    assert "信访积案实行领导包案" in shown.text
    assert shown.before
    assert PASSAGE[shown.start - 1] in "，。、；"
    assert shown.text[-1] in "，。、；"
    assert len(shown.text) <= WINDOW


TEXTS = st.text(alphabet="环境整治信访积案，。；\n “”a1", max_size=600)


@given(TEXTS, st.lists(st.tuples(st.integers(0, 600), st.integers(1, 30)), max_size=12))
def test_a_snippet_is_a_stretch_of_the_passage_with_its_spans(text: str, starts: list[tuple[int, int]]) -> None:
    spans = merge(Span(start, min(start + length, len(text))) for start, length in starts if start < len(text))
    shown = snippet(text, spans)
    assert text[shown.start : shown.start + len(shown.text)] == shown.text
    assert len(shown.text) <= max(WINDOW, WHOLE)
    for span in shown.spans:
        assert 0 <= span.start < span.end <= len(shown.text)
        assert any(one.start <= span.start + shown.start and span.end + shown.start <= one.end for one in spans)


def rows_of(text: str, analyzer: Analyzer) -> tuple[list[Token], set[tuple[str, int]]]:
    tokens = analyzer.characters(text)
    letters = [token for token in tokens if token.text.isalnum()]
    return letters, {(token.text, token.position) for token in tokens if not token.text.isalnum()}


@given(st.text("甲乙丙，。“ 1", max_size=80), st.text("甲乙，“ 1", min_size=1, max_size=4))
def test_a_phrase_is_marked_where_its_characters_have_its_positions(analyzer: Analyzer, text: str, phrase: str) -> None:
    letters, signs = rows_of(text, analyzer)
    wanted, asked = rows_of(phrase, analyzer)
    assume(wanted)
    starts = [
        letters[index].start
        for index in range(len(letters) - len(wanted) + 1)
        if [token.text for token in letters[index : index + len(wanted)]] == [token.text for token in wanted]
        and all((sign, position + index) in signs for sign, position in asked)
    ]
    spans = matching_spans(text, Phrase(phrase), analyzer)
    assert bool(spans) == bool(starts)
    assert all(any(span.start <= start < span.end for span in spans) for start in starts)


def test_every_run_of_a_real_passage_marks_itself(analyzer: Analyzer) -> None:
    if not PARAGRAPHS.exists():
        pytest.skip("the real paragraphs (../shared/data/paras_100k.jsonl.gz) are not here")
    with gzip.open(PARAGRAPHS, "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in islice(lines, 0, 100_000, 4999)]
    for text in texts:
        for length in range(2, 7):
            for start in range(0, len(text) - length, 13):
                run = text[start : start + length]
                if not analyzer.characters(run):
                    continue
                spans = matching_spans(text, Phrase(run), analyzer)
                assert any(span.start <= start + length and span.end >= start for span in spans), run
