"""Many texts cut at once: the words of each are those that the analyzer gives for it alone."""

from __future__ import annotations

import pytest

from indexer.analysis import Analyzer, default_analyzer
from indexer.cutting import Cuts, Cutting


@pytest.fixture(scope="module")
def analyzer() -> Analyzer:
    return default_analyzer()


def words(cuts: Cuts) -> list[tuple[int, str, int]]:
    """(passage, word, where it begins)."""
    found = zip(cuts.passages.tolist(), cuts.ids.tolist(), cuts.starts.tolist(), strict=True)
    return [(passage, cuts.words[number], start) for passage, number, start in found]


def test_the_words_of_passages_are_those_of_their_texts(analyzer: Analyzer) -> None:
    texts = ("压实安全生产责任制，整治环境。", "。。", "环境整治见成效！")
    cutting = Cutting(analyzer)
    cuts = cutting.cuts([[cutting.number(text)] for text in texts])
    alone = [analyzer.cut(text).words for text in texts]
    assert words(cuts) == [(number, word, start) for number, own in enumerate(alone) for word, start, _ in own]
    assert (0, "责任", 6) in words(cuts)
    assert words(cuts) == words(Cuts.of(alone))


def test_a_text_has_one_number_and_a_passage_may_have_several_texts(analyzer: Analyzer) -> None:
    cutting = Cutting(analyzer)
    title, label = cutting.number("工作总结"), cutting.number("篇二")
    assert cutting.number("工作总结") == title
    cuts = cutting.cuts([[title], [], [title, label]])
    assert [(passage, word) for passage, word, _ in words(cuts)] == [
        (0, "工作"),
        (0, "总结"),
        (2, "工作"),
        (2, "总结"),
        (2, "篇"),
        (2, "二"),
    ]


def test_a_converted_text_is_another_one(analyzer: Analyzer) -> None:
    cutting = Cutting(analyzer)
    converted, plain = cutting.number("使用者", converted=True), cutting.number("使用者")
    assert (cutting.folded(converted), cutting.folded(plain)) == ("用户", "使用者")


def test_of_nothing_nothing_is_cut(analyzer: Analyzer) -> None:
    assert words(Cutting(analyzer).cuts([])) == words(Cuts.of([])) == []
