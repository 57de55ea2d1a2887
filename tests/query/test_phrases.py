"""A query that is one phrase, whatever signs it has."""

from __future__ import annotations

import pytest

from indexer.errors import QueryError
from indexer.query import MAX_CHARACTERS, MatchAll, Phrase, parse_phrase


@pytest.mark.parametrize(
    "text", ["抓宣传，让群众愿意参与", "从*到*", "-环境 整治", "“雷打不动”", "文种:总结", "a OR b", "(("]
)
def test_every_sign_stands_for_itself(text: str) -> None:
    parsed = parse_phrase(text)
    assert parsed.query == Phrase(text)
    assert parsed.terms == (Phrase(text),)


def test_what_cannot_be_seen_is_left_out() -> None:
    assert parse_phrase(" 环境\u200b整治\n").query == Phrase("环境整治")


def test_blank_text_asks_for_everything() -> None:
    assert isinstance(parse_phrase(" \u200b").query, MatchAll)


def test_an_over_long_phrase_is_refused_where_it_is_too_long() -> None:
    with pytest.raises(QueryError) as refused:
        parse_phrase("长" * (MAX_CHARACTERS + 1))
    assert refused.value.start == MAX_CHARACTERS
