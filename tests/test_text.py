"""Folding: what counts as the same, and that every folded character knows where it came from."""

import time
import unicodedata

import opencc
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from indexer.text import SEAM, Folded, Letters, fold, fold_text, is_traditional, joined, readings, words_of_regions

MESSY = st.text(
    alphabet=st.one_of(
        st.sampled_from(
            "环境整治環境專案“”「」—－，。；：（）１２３４.%％㎏⒈①㈠ﬁßİé\u0301\u200b\ufeff\u3000\xa0\r\nAbC乾著臺\ufe0f"
        ),
        st.characters(),
    ),
    max_size=40,
)


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("環境整治", "环境整治"),
        ("３５亿元", "35亿元"),
        ("１０．５％", "10.5%"),
        ("⒈抓源头", "1.抓源头"),
        ("㈠总体要求", "(一)总体要求"),
        ("“三服务”", "「三服务」"),
        ("ＧＤＰ", "gdp"),
        ("５㎏", "5kg"),
        ("信\u200b访", "信访"),
        ("cafe\u0301", "café"),
    ],
)
def test_what_is_written_in_two_ways_folds_to_one(written: str, typed: str) -> None:
    assert fold_text(written) == fold_text(typed)


@pytest.mark.parametrize(
    ("one", "other"), [("整治", "政治"), ("8条", "八条"), ("信访", "来访"), ("工作，总结", "工作总结")]
)
def test_what_differs_in_meaning_stays_different(one: str, other: str) -> None:
    assert fold_text(one) != fold_text(other)


def test_a_sign_that_unfolds_to_two_letters_gives_both_the_same_source() -> None:
    folded = fold("重５㎏整")
    assert folded.text == "重5kg整"
    assert [folded.source(index, index + 1) for index in range(5)] == [(0, 1), (1, 2), (2, 3), (2, 3), (3, 4)]


def test_a_dropped_character_leaves_the_offsets_of_the_others_right() -> None:
    text = "信\u200b\u200b访工作"
    folded = fold(text)
    start, end = folded.source(1, 3)
    assert text[start:end] == "访工"


@given(MESSY)
def test_every_folded_character_has_a_source_in_order(text: str) -> None:
    folded = fold(text)
    assert len(folded.text) == len(folded.starts) == len(folded.ends)
    last = 0
    for start, end in zip(folded.starts, folded.ends, strict=True):
        assert 0 <= start < end <= len(text)
        assert start >= last or start == last
        last = start


@given(MESSY, MESSY)
@example("", "…环境㎏整治é")
def test_a_text_folds_as_its_parts_do(first: str, second: str) -> None:
    # A full stop keeps a mark at the beginning of the second part from the letter before it.
    whole, length = fold(first + "。" + second), len(first) + 1
    parts = fold(first + "。"), fold(second)
    assert whole.text == parts[0].text + parts[1].text
    assert [*whole.starts] == [*parts[0].starts, *(start + length for start in parts[1].starts)]
    assert [*whole.ends] == [*parts[0].ends, *(end + length for end in parts[1].ends)]


@given(MESSY, st.sampled_from(["", "环境整治，" * 12]))
@example("\U000e0041甲\U0003fffd乙", "环境整治，" * 12)
def test_letters_are_told_apart_from_signs_in_short_texts_and_long_ones(text: str, before: str) -> None:
    folded = fold(before + text)
    letters = Letters.of(folded)
    assert letters.places == [place for place, sign in enumerate(folded.text) if sign.isalnum()]
    assert letters.text == "".join(filter(str.isalnum, folded.text))


def test_the_signs_behind_a_letter_go_to_the_next_one() -> None:
    letters = Letters.of(fold("“工作，”总结。"))
    assert [letters.folded.text[slice(*letters.behind(number))] for number in range(5)] == ['"', "", ',"', "", "。"]
    assert letters.source(1, 3) == (2, 6)


@given(st.lists(MESSY, max_size=4))
def test_texts_that_are_joined_keep_their_sources(texts: list[str]) -> None:
    whole = joined([fold(text) for text in texts], map(len, texts))
    assert whole.text.split(SEAM) == ([fold_text(text) for text in texts] or [""])
    original = SEAM.join(texts)
    for index, character in enumerate(whole.text):
        start, end = whole.source(index, index + 1)
        assert character == original[start:end] == SEAM or character in fold_text(original[start:end])


@given(MESSY)
def test_each_folded_character_is_the_folding_of_its_source(text: str) -> None:
    folded = fold(text)
    for index, character in enumerate(folded.text):
        start, end = folded.source(index, index + 1)
        assert character in fold_text(text[start:end])


@given(MESSY)
def test_folding_twice_changes_nothing_more(text: str) -> None:
    once = fold_text(text)
    assert fold_text(once) == once


@given(MESSY)
def test_no_control_or_invisible_character_is_left(text: str) -> None:
    assert not [c for c in fold_text(text) if unicodedata.category(c) in {"Cc", "Cf", "Cs"}]


# Words that a converter leaves, and the signs that folding also touches.
CONVERTED_WORDS = ["專案", "網際網路", "資訊化", "腳踏車", "尼日", "隨身碟", "社群", "建立健全", "核心", "文件", "程式"]
SIGNS = ["，", "。", "“", "５㎏", "\u200b", "\n", "GDP", "é\u0301"]
CONVERTED = st.lists(
    st.sampled_from([*CONVERTED_WORDS, *SIGNS, *"各路標任務環境整治"]) | st.characters(), max_size=30
).map("".join)


def source_of(text: str, wanted: str) -> str:
    """What stands in *text* where its folding has *wanted*."""
    folded = fold(text, converted=True)
    place = folded.text.index(wanted)
    start, end = folded.source(place, place + len(wanted))
    return text[start:end]


@pytest.mark.parametrize(
    ("converted", "original"),
    [
        ("各專案標任務按期完成", "各项目标任务按期完成"),
        ("加快資訊化建設，完善網際網路平臺", "加快信息化建设,完善互联网平台"),
        ("社群養老服務", "社区养老服务"),
        ("圍繞著中心工作", "围绕着中心工作"),
        ("一個隨身碟", "一个u盘"),
    ],
)
def test_converted_text_is_folded_back_to_the_words_of_its_writer(converted: str, original: str) -> None:
    assert fold_text(converted, converted=True) == original


@pytest.mark.parametrize(
    "text", ["建立健全長效機制", "發揮領導核心作用", "新增就業", "整合資源", "考核指標", "工作簡報第三期"]
)
def test_words_that_officials_write_more_often_than_what_tw2sp_takes_them_for_are_kept(text: str) -> None:
    assert fold_text(text, converted=True) == opencc.OpenCC("t2s").convert(text)
    assert opencc.OpenCC("tw2sp").convert(text) != opencc.OpenCC("t2s").convert(text)


def test_a_longer_word_of_the_converter_is_not_kept_for_the_word_inside_it() -> None:
    assert fold_text("雲端儲存與互動式載入程式", converted=True) == "云存储与交互式引导程序"


@pytest.mark.parametrize(
    ("text", "wanted", "source"),
    [
        ("各專案標任務", "项目", "專案"),
        ("各專案標任務", "标任务", "標任務"),
        ("推進網際網路建設", "互联网", "網際網路"),
        ("推進網際網路建設", "建设", "建設"),
        ("訪問尼日之後", "尼日尔", "尼日"),
        ("騎腳踏車上班", "自行车", "腳踏車"),
        ("插隨身碟，五個", "u盘", "隨身碟"),
        ("第１個專案５㎏", "5kg", "５㎏"),
    ],
)
def test_a_word_that_was_folded_back_points_at_the_word_in_the_original(text: str, wanted: str, source: str) -> None:
    assert source_of(text, wanted) == source


def test_without_being_told_a_traditional_text_is_folded_character_by_character() -> None:
    assert fold_text("各專案標任務") == "各专案标任务"
    assert fold_text("資訊與網際網路") == "资讯与网际网路"


@given(CONVERTED)
def test_spans_of_converted_text_count_up_and_cover_it(text: str) -> None:
    folded = fold(text, converted=True)
    assert len(folded.text) == len(folded.starts) == len(folded.ends)
    assert all(0 <= start < end <= len(text) for start, end in zip(folded.starts, folded.ends, strict=True))
    assert list(folded.starts) == sorted(folded.starts)
    assert list(folded.ends) == sorted(folded.ends)
    plain = fold(text)
    assert _covered(folded) >= _covered(plain)


def _covered(folded: Folded) -> set[int]:
    spans = zip(folded.starts, folded.ends, strict=True)
    return {place for start, end in spans for place in range(start, end)}


@given(CONVERTED)
def test_signs_letters_and_digits_of_converted_text_fold_as_ever(text: str) -> None:
    def rest(folded: str) -> str:
        return "".join(sign for sign in folded if not "\u3400" <= sign <= "\u9fff" and sign != "u")

    assert rest(fold_text(text, converted=True)) == rest(fold_text(text))


@pytest.mark.parametrize("word", ["尼日", "專案", "網際網路腳踏車", "建"])
def test_a_hundred_thousand_characters_without_a_sign_are_folded_in_no_time(word: str) -> None:
    text = word * (100_000 // len(word))
    started = time.perf_counter()
    fold(text, converted=True)
    assert time.perf_counter() - started < 3


@pytest.mark.parametrize(
    ("query", "meant"),
    [
        ("項目", ("项目",)),
        ("專案", ("项目", "专案")),
        ("项目", ("项目",)),
        ("文件", ("文件",)),
        ("程序", ("程序",)),
        ("檔案", ("文件", "档案")),
        ("網際網路", ("互联网", "网际网路")),
        ("ＧＤＰ增長", ("gdp增长",)),
        ("", ("",)),
    ],
)
def test_a_query_is_read_as_both_regions_would_write_it(query: str, meant: tuple[str, ...]) -> None:
    assert readings(query) == meant


def test_a_query_that_mixes_the_scripts_is_read_as_simplified() -> None:
    assert readings("專案审批文件") == ("专案审批文件",)


@pytest.mark.parametrize(
    ("text", "traditional"),
    [
        ("鄉村振興", True),
        ("公里數", True),
        ("皇后與太后", True),
        ("乡村振兴", False),
        ("專案审批", False),
        ("工作", False),
    ],
)
def test_a_character_that_both_scripts_have_tells_nothing(text: str, traditional: bool) -> None:
    assert is_traditional(text) is traditional


@given(MESSY)
def test_the_last_reading_of_a_query_is_its_plain_folding(text: str) -> None:
    assert readings(text)[-1] == fold_text(text)


def test_words_of_the_regions_are_counted_from_sign_to_sign() -> None:
    assert words_of_regions("推進重點專案，支援企業。加強資訊報送") == (3, 0)
    assert words_of_regions("推進重點項目，支持企業。加強信息報送") == (0, 3)
    assert words_of_regions("今天天氣很好") == (0, 0)
    assert words_of_regions("") == (0, 0)
