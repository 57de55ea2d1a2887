"""Counting in batches: the same as passage by passage, and the same in another process."""

from __future__ import annotations

import pickle
from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from indexer.cutting import Cut, Cuts
from indexer.vocabulary.counting import Counting
from indexer.vocabulary.phrases import phrase_counts

# Words in search mode: 责任 stands within 责任制, 的 is a function word, ８ and gdp are no Han words.
WORDS = ("安全", "生产", "责任", "责任制", "的", "8", "gdp", "、", "落实", "行")


def placed(words: list[str]) -> list[Cut]:
    """*words* one behind the other; 责任制 has 责任 within it."""
    cut: list[Cut] = []
    place = 0
    for word in words:
        if word == "责任制":
            cut.append(("责任", place, place + 2))
        if word != "、":
            cut.append((word, place, place + len(word)))
        place += len(word)
    return cut


def phrases(words: list[str]) -> set[str]:
    """The phrases of *words*, each stretch of two and three tried in turn."""
    usable = [word not in {"的", "、"} and word >= "\u4e00" for word in words]
    stretches = [(start, start + size) for size in (2, 3) for start in range(len(words) - size + 1)]
    found = {"".join(words[start:end]) for start, end in stretches if all(usable[start:end])}
    return {phrase for phrase in found if 3 <= len(phrase) <= 8}


passages = st.lists(st.lists(st.sampled_from(WORDS), max_size=8), max_size=6)


@given(passages)
def test_words_and_phrases_are_those_of_trying_each_stretch_of_each_passage(texts: list[list[str]]) -> None:
    counts = Counting()
    for words in texts:
        counts.add_passage(placed(words))
    assert counts.phrases == Counter(phrase for words in texts for phrase in phrases(words))
    alone = [{word for word, _, _ in placed(words)} - {"8"} for words in texts]
    assert counts.words == Counter(word for words in alone for word in words)


@given(passages, passages)
def test_what_two_processes_have_counted_adds_up_to_what_one_counts(
    first: list[list[str]], second: list[list[str]]
) -> None:
    once, merged = Counting(), Counting()
    for texts in (first, second):
        part = Counting()
        for counting in (once, part):
            for words in texts:
                counting.add_passage(placed(words))
            counting.add_part(title="柳溪县政府工作报告", headings=["一、落实责任", "（二）落实责任"])
        merged.merge(pickle.loads(pickle.dumps(part.counts())))  # noqa: S301
    assert merged.passages == once.passages
    assert merged.words == once.words
    assert merged.phrases == once.phrases
    assert merged.titles == once.titles == {"柳溪县政府工作报告": 2}
    assert merged.headings == once.headings == {"落实责任": 2}


def test_passages_that_are_arrays_already_are_counted_alike() -> None:
    texts = [placed(["安全", "生产", "责任制"]), placed([]), placed(["落实", "安全", "生产"])]
    arrays, lists = Counting(), Counting()
    arrays.add_cuts(Cuts.of(texts), passages=3)
    for words in texts:
        lists.add_passage(words)
    assert arrays.passages == lists.passages == 3
    assert arrays.words == lists.words
    assert arrays.phrases == lists.phrases
    assert arrays.phrases["安全生产"] == 2
    assert "生产安全" not in arrays.phrases


def test_nothing_is_counted_of_nothing() -> None:
    none = np.zeros(0, np.int64)
    texts, counts = phrase_counts(Cuts([], none, none, none))
    assert texts == counts.tolist() == []
    assert Counting().counts().passages == 0


def test_an_address_without_a_blank_is_no_word() -> None:
    counts = Counting()
    counts.add_passage([("a" * 65, 0, 65), ("环境", 65, 67)])
    assert counts.words == {"环境": 1}
