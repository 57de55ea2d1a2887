"""Texts made to be slow or to break things: still read in linear time, nothing lost."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.model import Document, join_pieces
from indexer.parsers.plain import text_blocks
from indexer.structure import parts

SIGNS = st.text(
    alphabet=st.sampled_from(
        "一二三四十篇1２3.、（）()①②是要首先其次，。；：:“”\n\n\n环境整治工作总结注释年月日×x*…… \u3000\u200b附件来源时间猜你喜欢"
    ),
    max_size=300,
)

HOSTILE = {
    "one line without a sign": "环" * 400_000,
    "dots": "." * 200_000 + "环",
    "ellipses": "…" * 200_000 + "境",
    "digits": "1" * 200_000,
    "masks": "×x*" * 100_000,
    "headings without text": "一、整治\n" * 40_000,
    "short lines": "整治方案\n" * 40_000,
    "glossary headings": "注释\n" * 40_000,
    "marks of parts": "篇1\n环境整治要抓好源头管理这个关键。\n" * 20_000,
    "brackets": "（" * 200_000,
    "blanks": "环 " * 150_000,
    "sentences": "抓整治。" * 100_000,
    "sections in one line": "一、整治 抓整治。 二、治污 " * 5_000,
    "wide gaps": "抓整治。　　" * 20_000,
    "lines that break off": "抓整治要从源头抓起持之以恒，\n" * 8_000,
    "addresses": "整治www.a" * 30_000,
    "entries in one line": "整治方案\n名词解释：1.整治：指治理。" + "2.整治：指治理。" * 10_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_text_is_read_in_reasonable_time_into_passages_of_bounded_size(name: str) -> None:
    text = HOSTILE[name]
    document = Document("敌意.txt", text, text_blocks(text))
    begin = time.process_time()
    found = parts(document)
    # A quadratic reading of these takes minutes.
    assert time.process_time() - begin < 20
    assert max((len(passage.text) for part in found for passage in part.passages), default=0) < 2_000


@given(SIGNS)
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_and_every_passage_is_found_again(text: str) -> None:
    document = Document("杂.txt", text, text_blocks(text))
    for part in parts(document):
        assert [passage.ordinal for passage in part.passages] == list(range(len(part.passages)))
        for passage in part.passages:
            assert passage.text.strip()
            assert join_pieces(text, passage.place.pieces) == passage.text
