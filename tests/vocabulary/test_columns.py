"""The file of a vocabulary: what is written is read again, and what is torn is told."""

from __future__ import annotations

import random
from bisect import bisect_left
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis import default_analyzer
from indexer.errors import IndexDamaged
from indexer.vocabulary import updating
from indexer.vocabulary.columns import Columns, decoded, encoded
from indexer.vocabulary.corrections import Corrector
from indexer.vocabulary.counting import Counting
from indexer.vocabulary.store import Entry, Vocabulary, update
from indexer.vocabulary.strings import Strings
from indexer.vocabulary.suggestions import suggest
from tests.vocabulary.samples import counting, vocabulary

if TYPE_CHECKING:
    from pathlib import Path

strings = st.lists(st.binary(max_size=4).map(lambda each: each.replace(b"\xff", b"")), max_size=20)


@given(strings, strings)
def test_sorted_strings_are_found_where_a_search_of_the_list_finds_them(held: list[bytes], sought: list[bytes]) -> None:
    held = sorted(held)
    column = Strings.of(held, width=1)
    for string, rows in column.found([*sought, *held[:3]]):
        assert rows.start == bisect_left(held, string)
        assert len(rows) == held.count(string)
    for prefix in sought:
        low, high = column.beginning(prefix)
        assert [column[row] for row in range(low, high)] == [each for each in held if each.startswith(prefix)]


@given(strings, st.lists(st.tuples(st.integers(0, 20), st.binary(max_size=4)), max_size=6), st.randoms())
def test_strings_are_put_in_and_taken_out_where_they_are_said_to(
    held: list[bytes], new: list[tuple[int, bytes]], chance: random.Random
) -> None:
    new = sorted((min(row, len(held)), string) for row, string in new)
    column = Strings.of(held, width=1).inserted(np.array([row for row, _ in new], np.int64), [each for _, each in new])
    expected = [
        each for row in range(len(held) + 1) for each in [s for at, s in new if at == row] + held[row : row + 1]
    ]
    assert [column[row] for row in range(len(column))] == expected
    keep = np.array([chance.random() < 0.5 for _ in expected], bool)
    kept_column = column.kept(keep)
    assert [kept_column[row] for row in range(len(kept_column))] == [
        each for each, kept in zip(expected, keep, strict=True) if kept
    ]


@given(st.text(max_size=10))
def test_any_text_is_kept_as_it_is(text: str) -> None:
    assert decoded(encoded(text)) == text
    assert encoded(text) < encoded(text + "\u4e00")


def test_texts_stand_in_the_order_of_their_code_units() -> None:
    texts = sorted(["环境", "环境整治", "5g", "gdp", "\U00020bb7", "\uf900"], key=encoded)
    assert texts == ["5g", "gdp", "环境", "环境整治", "\U00020bb7", "\uf900"]


def test_a_reader_goes_on_with_the_file_it_has_opened(tmp_path: Path) -> None:
    path = tmp_path / "vocabulary.bin"
    analyzer = default_analyzer()
    with_former = vocabulary(path, analyzer)
    update(path, added=counting(analyzer, [(7, "信访积案清零")]))
    assert with_former.count("信访") == 0
    assert with_former.count("环境整治") == 40
    assert Vocabulary.open(path).count("信访") == 7
    assert [each.name for each in tmp_path.iterdir()] == ["vocabulary.bin"]


def test_an_entry_takes_some_thirty_bytes(tmp_path: Path) -> None:
    path = tmp_path / "vocabulary.bin"
    counts = Counting()
    numerals = "甲乙丙丁戊己庚辛壬癸"
    texts = ["".join(numerals[number // 10**place % 10] for place in range(4)) for number in range(5000)]
    counts.add_passage([(text, place * 5, place * 5 + 4) for place, text in enumerate(texts)])
    update(path, added=counts)
    assert path.stat().st_size < 32 * 5000


def test_what_is_beyond_the_limits_goes_the_rarest_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(updating, "LIMITS", dict.fromkeys(updating.LIMITS, 4))
    path = tmp_path / "vocabulary.bin"
    words = ["环境", "整治", "责任", "乡村", "振兴", "信访"]
    for places in ((5, 4, 3, 2, 0, 0), (0, 0, 0, 0, 9, 8)):
        counts = Counting()
        for word, times in zip(words, places, strict=True):
            for _ in range(times):
                counts.add_passage([(word, 0, 2)])
        update(path, added=counts)
    held = Vocabulary.open(path)
    assert held.counts(words) == {"振兴": 9, "信访": 8, "环境": 5, "整治": 4}
    assert held.sounds([("xian", "cun")]) == []
    assert [entry.text for entry in held.by_initials("zx")] == ["振兴"]


def test_a_title_is_shown_in_its_most_frequent_form(tmp_path: Path) -> None:
    path = tmp_path / "vocabulary.bin"
    counts = Counting()
    for title in ("５Ｇ基站建设", "5G基站建设", "5G基站建设"):
        counts.add_part(title=title, headings=())
    update(path, added=counts)
    assert Vocabulary.open(path).by_prefix("5g") == [Entry("5G基站建设", "title", 3)]


def test_an_altered_file_is_told_or_answers_without_failing(tmp_path: Path) -> None:
    path = tmp_path / "vocabulary.bin"
    vocabulary(path, default_analyzer()).close()
    whole = path.read_bytes()
    chance = random.Random(5)  # noqa: S311
    told = 0
    for _ in range(300):
        altered = bytearray(whole)
        for _ in range(chance.randint(1, 3)):
            altered[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)
        (tmp_path / "altered.bin").write_bytes(altered)
        try:
            held = Vocabulary.open(tmp_path / "altered.bin")
        except IndexDamaged:
            told += 1
            continue
        Corrector(held).offers("huanjing 政主意")
        suggest(held, "hj")
        suggest(held, "huanj")
        suggest(held, "环")
    assert told > 20


@pytest.mark.parametrize("size", [0, 1, 15, 63, 64, 1000])
def test_a_file_that_was_cut_off_is_told(tmp_path: Path, size: int) -> None:
    path = tmp_path / "vocabulary.bin"
    vocabulary(path, default_analyzer()).close()
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(IndexDamaged, match=r"词表.*重建索引"):
        Vocabulary.open(path)


def test_an_empty_vocabulary_answers(tmp_path: Path) -> None:
    path = tmp_path / "vocabulary.bin"
    update(path, added=Counting())
    held = Vocabulary.open(path)
    assert Columns.read(path).passages == 0
    assert Corrector(held).offers("huanjing") == []
    assert suggest(held, "hj") == suggest(held, "环") == []
