"""Counting words and phrases, keeping them, and looking them up."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis import JiebaAnalyzer, default_analyzer
from indexer.errors import IndexDamaged
from indexer.vocabulary import pinyin
from indexer.vocabulary.counting import Counting, bare
from indexer.vocabulary.store import KINDS, Entry, Vocabulary, update
from tests.vocabulary.samples import counting, cut, vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def analyzer() -> JiebaAnalyzer:
    return default_analyzer()


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory, analyzer: JiebaAnalyzer) -> Iterator[Vocabulary]:
    opened = vocabulary(tmp_path_factory.mktemp("vocabulary") / "vocabulary.bin", analyzer)
    yield opened
    opened.close()


def test_phrases_are_words_side_by_side_without_function_words_at_their_ends(analyzer: JiebaAnalyzer) -> None:
    found = counting(analyzer, [(1, "落实安全生产责任制，环境整治的成效")]).phrases
    assert {"安全生产", "安全生产责任制", "环境整治"} <= found.keys()
    assert not {"整治的", "的成效", "责任制环境", "生产责任"} & found.keys()


def test_a_passage_counts_once_however_often_it_says_a_word(analyzer: JiebaAnalyzer) -> None:
    counts = counting(analyzer, [(1, "环境整治，环境整治，再说环境整治。"), (2, "环境整治。")])
    assert counts.passages == 3
    assert counts.words["环境"] == counts.words["整治"] == counts.phrases["环境整治"] == 3


def test_counting_stays_in_bounds_and_keeps_what_is_frequent(analyzer: JiebaAnalyzer) -> None:
    counts = Counting(held=40)
    common = cut(analyzer, "环境整治")
    numerals = "甲乙丙丁戊己庚辛"
    for number in range(200):
        counts.add_passage(common)
        rare = "".join(numerals[number // 8**place % 8] for place in range(3))
        counts.add_passage(cut(analyzer, f"{rare}河道整修工程"))
    assert len(counts.phrases) <= 40
    assert len(counts.words) <= 40
    assert counts.phrases["环境整治"] == 200


@pytest.mark.parametrize(
    ("heading", "text"),
    [
        ("一、存在的问题", "存在的问题"),
        ("（一）抓源头。", "抓源头"),
        ("3. 下一步打算：", "下一步打算"),
        ("环境整治", "环境整治"),
        ("2024", ""),
        ("　", ""),
    ],
)
def test_a_heading_loses_its_number_and_the_signs_at_its_ends(heading: str, text: str) -> None:
    assert bare(heading) == text


def test_words_and_phrases_have_the_number_of_passages_that_hold_them(words: Vocabulary) -> None:
    assert words.passages == 189
    assert words.count("环境整治") == 40
    assert words.count("整治") == 58
    assert words.count("安全生产责任制") == 30
    assert words.count("環境整治") == 40
    assert words.count("河道污染") == 0
    assert words.counts(["形式主义", "政治", "天书"]) == {"形式主义": 25, "政治": 20}


def test_headings_and_titles_are_counted_by_their_parts_and_shown_as_they_were_written(words: Vocabulary) -> None:
    assert words.by_prefix("存在的")[0] == Entry("存在的问题", "heading", 9)
    assert Entry("環境整治成效", "heading", 1) in words.by_prefix("环境整治")
    assert [entry.text for entry in words.by_prefix("青石", kinds=["title"])] == [
        "青石镇2023年环境整治工作总结",
        "青石镇2024年环境整治工作总结",
    ]


def test_entries_are_found_by_pinyin_and_by_initials_most_frequent_first(words: Vocabulary) -> None:
    assert [entry.text for entry in words.by_pinyin_prefix("zhengzhi", kinds=["word"])] == ["整治", "政治"]
    assert words.by_pinyin_prefix("huanjingzhengzhi", kinds=["word", "phrase"]) == [Entry("环境整治", "phrase", 40)]
    assert words.by_initials("hjzz")[0] == Entry("环境整治", "phrase", 40)
    assert "环境整治" in [entry.text for entry in words.by_pinyin_prefix("huanjingzh")]
    assert "安全生产责任制" in [entry.text for entry in words.by_initials_prefix("aqsczr")]
    assert words.by_pinyin_prefix("zhengzhu") == []


def test_a_word_is_found_by_each_of_its_usual_readings(words: Vocabulary) -> None:
    assert words.by_pinyin_prefix("changxiaojizhi") == [Entry("长效机制", "word", 18)]
    assert pinyin.readings("银行行长") == [("yin", "hang", "hang", "zhang")]
    assert pinyin.readings("战略绿化") == [("zhan", "lue", "lv", "hua")]


def test_signs_of_patterns_in_a_prefix_mean_nothing(words: Vocabulary) -> None:
    assert words.by_prefix("%") == []
    assert words.by_prefix("_") == []
    assert words.by_prefix("'; DROP TABLE texts; --") == []
    assert words.count("环境整治") == 40


def test_what_is_removed_is_found_no_more_and_what_is_left_keeps_its_count(
    tmp_path: Path, analyzer: JiebaAnalyzer
) -> None:
    path = tmp_path / "vocabulary.bin"
    before = counting(analyzer, [(5, "环境整治见成效"), (4, "信访积案清零")])
    before.add_part(title="", headings=["一、信访积案"])
    update(path, added=before)
    gone = counting(analyzer, [(4, "信访积案清零"), (1, "环境整治见成效")])
    gone.add_part(title="", headings=["一、信访积案"])
    update(path, added=Counting(), removed=gone)
    left = Vocabulary.open(path)
    assert left.passages == 4
    assert left.count("环境整治") == 4
    assert left.count("信访") == left.count("信访积案") == 0
    assert left.by_prefix("信访") == left.by_pinyin_prefix("xinfang") == left.by_initials("xfja") == []
    assert left.sounds([("xin", "fan")]) == []
    left.close()


def test_an_updated_vocabulary_equals_one_made_at_once(tmp_path: Path, analyzer: JiebaAnalyzer) -> None:
    first, second = [(5, "环境整治见成效"), (4, "信访积案清零")], [(3, "环境整治有力度"), (6, "粮食安全责任")]
    update(tmp_path / "step", added=counting(analyzer, first))
    update(tmp_path / "step", added=counting(analyzer, second), removed=counting(analyzer, first[1:]))
    update(tmp_path / "once", added=counting(analyzer, first[:1] + second))
    stepwise, at_once = Vocabulary.open(tmp_path / "step"), Vocabulary.open(tmp_path / "once")
    for prefix in ("环", "整", "信", "粮", "见", "有", "安", "责"):
        assert stepwise.by_prefix(prefix) == at_once.by_prefix(prefix)
    assert stepwise.passages == at_once.passages == 14
    stepwise.close()
    at_once.close()


def test_only_frequent_phrases_and_no_figures_are_kept(tmp_path: Path, analyzer: JiebaAnalyzer) -> None:
    update(tmp_path / "few", added=counting(analyzer, [(2, "粮食安全责任"), (3, "清理河道20240615处")]))
    few = Vocabulary.open(tmp_path / "few")
    assert few.count("粮食安全责任") == 0
    assert few.count("粮食") == 2
    assert few.count("清理河道") == 3
    assert few.count("20240615") == 0
    few.close()


def test_a_missing_or_torn_vocabulary_is_told(tmp_path: Path) -> None:
    with pytest.raises(IndexDamaged, match=r"词表.*重建索引"):
        Vocabulary.open(tmp_path / "missing.sqlite")
    (tmp_path / "torn.bin").write_bytes(b"FANWENWORDS" + b"\xff" * 500)
    with pytest.raises(IndexDamaged, match="词表"):
        Vocabulary.open(tmp_path / "torn.bin")


def test_threads_may_share_it(words: Vocabulary) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: (words.count("环境整治"), words.by_pinyin_prefix("zhengzhi")), range(200)))
    assert all(each == found[0] for each in found)
    assert found[0][0] == 40


@given(st.lists(st.sampled_from(sorted(pinyin.SYLLABLES)), min_size=1, max_size=6))
def test_letters_made_of_syllables_can_be_cut_into_them_again(syllables: list[str]) -> None:
    letters = "".join(syllables)
    place = 0
    for syllable in syllables:
        assert (place + len(syllable), syllable) in set(pinyin.cuts(letters, place))
        place += len(syllable)


@given(st.text(alphabet="环境整治长重行5gA （", max_size=12))
def test_every_reading_has_a_syllable_for_each_han_character(text: str) -> None:
    ways = pinyin.readings(text)
    assert 1 <= len(ways) <= pinyin.MAX_READINGS
    assert all(len(way) == len(text) for way in ways)


def test_the_kinds_keep_their_numbers() -> None:
    # They stand in files.
    assert KINDS == ("word", "phrase", "heading", "title")
