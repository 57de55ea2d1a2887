"""Highlighting: what is escaped, what is marked, and that nothing else gets through."""

from __future__ import annotations

import html
import re
import time

import bleach
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml.html import document_fromstring
from markupsafe import Markup

from indexer.model import Mask, Span
from web.render import LIMIT, highlight, highlights, plain, printable, stretches

HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<mark>伪造</mark>",
    "</mark><svg/onload=alert(1)>",
    '"><a href="javascript:alert(1)">点我</a>',
    "&lt;mark&gt;&#60;b&#62;&amp;lt;",
    "<mark onmouseover=alert(1)>整治</mark>",
    "<!-- <mark> --><![CDATA[<mark>]]>",
    "<sc\x00ript>alert(1)</sc\x00ript>",
    "<math><mtext><mark><style><img src=x onerror=alert(1)>",
)
TEXT = st.text(st.characters() | st.sampled_from("<>&\"'/;#= \n\t") | st.sampled_from("环境整治，。"), max_size=60)
TEXTS = TEXT | st.lists(st.sampled_from(HOSTILE) | TEXT, max_size=4).map("".join)
SPANS = st.lists(st.builds(Span, st.integers(-9, 70), st.integers(-9, 70)), max_size=6)


def unmarked(written: str) -> str:
    return html.unescape(re.sub("</?mark>", "", written))


def marked(written: str) -> list[bool]:
    """For each character that is shown, whether it stands in a mark."""
    shown: list[bool] = []
    inside = False
    for tag, piece in re.findall("(</?mark>)|([^<]+)", written):
        inside = tag == "<mark>" if tag else inside
        shown += [inside] * len(html.unescape(piece))
    return shown


@given(TEXTS, SPANS)
@example("环境<mark>整治</mark>", [Span(8, 10)])
@example("报\u202e告\ud800\x00&lt;", [Span(0, 3), Span(2, 6)])
def test_without_its_marks_the_html_reads_as_the_text_without_control_characters(text: str, spans: list[Span]) -> None:
    assert unmarked(highlight(text, spans)) == plain(text)


@given(TEXTS, SPANS)
def test_marks_cover_what_the_spans_name_and_nothing_else(text: str, spans: list[Span]) -> None:
    named = [any(span.start <= place < span.end for span in spans) for place in range(len(text))]
    kept = [name for name, sign in zip(named, text, strict=True) if plain(sign)]
    assert marked(highlight(text, spans)) == kept


@given(TEXTS, SPANS)
def test_no_element_but_mark_and_no_attribute_comes_out_of_any_text(text: str, spans: list[Span]) -> None:
    tree = document_fromstring(f"<div>{highlight(text, spans)}</div>")
    (holder,) = tree.xpath("//div")
    assert {each.tag for each in holder.iterdescendants()} <= {"mark"}
    assert not any(each.attrib for each in holder.iterdescendants())


@given(TEXTS, SPANS, SPANS)
def test_masks_part_a_text_without_changing_what_is_read_or_marked(
    text: str, spans: list[Span], blanks: list[Span]
) -> None:
    masks = [Mask(blank.start, blank.end) for blank in blanks]
    together = "".join(stretch.html for stretch in stretches(text, spans, masks))
    assert unmarked(together) == plain(text)
    assert marked(together) == marked(highlight(text, spans))


@given(st.lists(st.tuples(TEXTS, SPANS), max_size=5))
@example([('"', [Span(0, 1)]), ('"环境" & "整治"', [Span(1, 3)]), ("", []), ("<mark>", [Span(0, 3)])])
def test_texts_that_go_over_the_fence_together_come_out_as_each_alone(texts: list[tuple[str, list[Span]]]) -> None:
    together = highlights(texts)
    assert together == [highlight(text, spans) for text, spans in texts]
    # Bleach itself finds nothing left to do.
    assert [bleach.clean(written, tags={"mark"}, attributes={}) for written in together] == together


@pytest.mark.parametrize("payload", HOSTILE)
def test_a_hostile_text_is_shown_as_it_stands(payload: str) -> None:
    written = highlight(f"环境{payload}整治", [Span(0, 2)])
    assert written.startswith("<mark>环境</mark>")
    assert written.count("<mark>") == 1
    assert unmarked(written) == plain(f"环境{payload}整治")


def test_a_literal_mark_in_a_text_forges_no_highlight() -> None:
    assert highlight("<mark>假</mark>真", [Span(14, 15)]) == "&lt;mark&gt;假&lt;/mark&gt;<mark>真</mark>"


def test_spans_that_overlap_touch_or_lie_outside_become_one_mark_each_run() -> None:
    spans = [Span(2, 4), Span(0, 3), Span(4, 6), Span(9, 400), Span(-5, -1), Span(7, 7)]
    assert highlight("环境综合整治工作汇报材料", spans) == "<mark>环境综合整治</mark>工作汇<mark>报材料</mark>"


def test_a_mask_is_told_apart_from_the_words_around_it() -> None:
    shown = stretches("截至x月x日，整治完成", [Span(7, 9)], [Mask(2, 6)])
    assert [(stretch.html, stretch.blank) for stretch in shown] == [
        ("截至", False),
        ("x月x日", True),
        ("，<mark>整治</mark>完成", False),
    ]


def test_an_over_long_text_is_cut_with_a_sign_and_stays_quick() -> None:
    started = time.process_time()
    written = highlight("<&整\"'" * LIMIT, [Span(place, place + 1) for place in range(0, LIMIT, 2)])
    assert time.process_time() - started < 3
    assert written.endswith("…")
    assert len(unmarked(written)) == LIMIT + 1
    assert plain("整" * (LIMIT + 5)) == "整" * LIMIT + "…"


def test_what_a_template_writes_holds_no_control_character_but_markup_is_left_alone() -> None:
    assert printable("来\x00源\ud800\u202e/甲\n乙") == "来源/甲\n乙"
    assert printable(12) == 12
    assert printable(Markup("<b>")) == Markup("<b>")
