"""Completions of what is being typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis import default_analyzer
from indexer.vocabulary.store import Vocabulary
from indexer.vocabulary.suggestions import Suggestion, suggest
from tests.vocabulary.samples import vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vocabulary]:
    opened = vocabulary(tmp_path_factory.mktemp("suggestions") / "vocabulary.bin", default_analyzer())
    yield opened
    opened.close()


def texts(words: Vocabulary, typed: str, *, limit: int = 8) -> list[str]:
    return [suggestion.text for suggestion in suggest(words, typed, limit=limit)]


def test_phrases_come_before_headings_and_headings_before_titles(words: Vocabulary) -> None:
    assert suggest(words, "环")[:2] == [Suggestion("环境", 40, "word"), Suggestion("环境整治", 40, "phrase")]
    assert suggest(words, "环")[2:] == [
        Suggestion("环境整治的做法", 2, "heading"),
        Suggestion("環境整治成效", 1, "heading"),
    ]
    assert suggest(words, "柳溪")[-1] == Suggestion("柳溪县政府工作报告", 1, "title")


def test_headings_are_suggested_with_the_number_of_parts(words: Vocabulary) -> None:
    assert suggest(words, "存在的")[0] == Suggestion("存在的问题", 9, "heading")
    assert "下一步打算" in texts(words, "下一")


@pytest.mark.parametrize("typed", ["huanjingz", "huan'jingz", "hjz", "HUANJINGZ", "ｈｊｚ", "環境整"])
def test_pinyin_initials_and_either_script_lead_to_the_same_phrase(words: Vocabulary, typed: str) -> None:
    assert "环境整治" in texts(words, typed)


def test_two_letters_are_initials(words: Vocabulary) -> None:
    assert "环境" in texts(words, "hj")
    assert "环境" not in texts(words, "hu")


def test_only_the_last_word_is_completed(words: Vocabulary) -> None:
    assert texts(words, "青石镇 形式")[0] == "青石镇 形式主义"
    assert texts(words, "总结 -形式")[0] == "总结 -形式主义"
    assert texts(words, "总结 “形式")[0] == "总结 “形式主义"
    assert texts(words, "标题:柳溪县政")[0] == "标题:柳溪县政府工作报告"


@pytest.mark.parametrize("typed", ["", " ", "环境 ", "（", "-", "环" * 65, "，", "xyzzy", "%", "天书"])
def test_nothing_is_suggested_where_nothing_can_follow(words: Vocabulary, typed: str) -> None:
    assert suggest(words, typed) == []


def test_what_is_complete_is_not_suggested_again(words: Vocabulary) -> None:
    assert "环境整治" not in texts(words, "环境整治")


def test_a_list_is_filled_up_to_its_limit_and_not_beyond(words: Vocabulary) -> None:
    for limit in (1, 2, 3, 5):
        assert len(texts(words, "环", limit=limit)) == min(limit, 4)
    assert suggest(words, "环", limit=0) == []


@given(st.text(max_size=80))
def test_any_string_is_answered_with_distinct_queries_that_go_on(words: Vocabulary, typed: str) -> None:
    found = texts(words, typed)
    assert len(found) <= 8
    assert len(set(found)) == len(found)
    assert typed not in found
