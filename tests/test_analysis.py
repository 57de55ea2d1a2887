"""Tokens: words for ranking, characters for phrases; jieba and rjieba give the same."""

import gzip
import json
import tempfile
from functools import lru_cache
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.analysis import Analyzer, JiebaAnalyzer, JiebaSegmenter, RjiebaSegmenter, default_analyzer
from indexer.dictionary import Word

PARAGRAPHS = Path(__file__).parents[2] / "shared" / "data" / "paras_100k.jsonl.gz"

TEXTS = [
    "全县信访总量同比下降10.5%，８条硬措施逐项落实。",
    "⒈抓源头，把隐患消灭在萌芽；②抓排查，GDP 增长 3.2 个百分点。",
    "深入推進環境整治，各專案標任務按期完成。",
    "××镇于20xx年x月x日召开动员会（一）部署任务",
]
OFFICIAL = st.text(
    alphabet="环境整治信访工作安全生产一是二是，。、；：（）“”0123456789.%年月日亿元ABC×* \u3000\u200b㎏⒈", max_size=60
)


@pytest.fixture(scope="module")
def analyzer() -> Analyzer:
    return default_analyzer()


@pytest.fixture(scope="module")
def reference() -> Analyzer:
    return JiebaAnalyzer(JiebaSegmenter())


def test_numbers_and_latin_letters_are_kept_as_words(analyzer: Analyzer) -> None:
    words = [token.text for token in analyzer.words("８条措施推动GDP增长10.5%，3月完成")]
    assert {"8", "条", "gdp", "10", "5", "3", "月"} <= set(words)


def test_search_mode_gives_the_long_word_and_the_short_ones(analyzer: Analyzer) -> None:
    words = [token.text for token in analyzer.words("中华人民共和国")]
    assert {"中华", "人民", "共和国", "中华人民共和国"} <= set(words)


def test_punctuation_is_no_word(analyzer: Analyzer) -> None:
    assert [token.text for token in analyzer.words("。，“”……（）%")] == []


def test_a_word_points_at_its_place_in_the_original(analyzer: Analyzer) -> None:
    text = "⒈抓環境，㎏"
    spans = {token.text: text[token.start : token.end] for token in analyzer.words(text)}
    assert spans["环境"] == "環境"
    assert spans["kg"] == "㎏"


def test_a_sign_shares_the_position_of_the_character_before_it(analyzer: Analyzer) -> None:
    tokens = [(token.text, token.position) for token in analyzer.characters("“工作，总结”")]
    assert tokens == [('"', 0), ("工", 1), ("作", 2), (",", 2), ("总", 3), ("结", 4), ('"', 4)]


def test_white_space_is_no_character_and_takes_no_position(analyzer: Analyzer) -> None:
    assert analyzer.characters(" \u3000\xa0\n") == []
    assert [token.position for token in analyzer.characters("时 间")] == [1, 2]


@given(text=OFFICIAL)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_characters_count_up_and_point_into_the_text(text: str, analyzer: Analyzer) -> None:
    last = 0
    for token in analyzer.characters(text):
        assert token.position in {last, last + 1}
        assert 0 <= token.start < token.end <= len(text)
        last = token.position


@pytest.mark.parametrize("text", TEXTS)
def test_rjieba_gives_the_tokens_of_jieba(text: str, reference: Analyzer) -> None:
    assert JiebaAnalyzer(RjiebaSegmenter()).words(text) == reference.words(text)


def test_rjieba_gives_the_tokens_of_jieba_over_real_paragraphs(reference: Analyzer) -> None:
    if not PARAGRAPHS.exists():
        pytest.skip("the real paragraphs (../shared/data/paras_100k.jsonl.gz) are not here")
    fast = JiebaAnalyzer(RjiebaSegmenter())
    with gzip.open(PARAGRAPHS, "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in islice(lines, 0, 100_000, 97)]
    assert len(texts) > 1000
    assert [text for text in texts if fast.words(text) != reference.words(text)] == []


def test_words_of_converted_text_are_those_of_the_mainland_and_point_at_the_original(analyzer: Analyzer) -> None:
    text = "專案建設任務，網際網路"
    words = {token.text: text[token.start : token.end] for token in analyzer.words(text, converted=True)}
    assert words["项目"] == "專案"
    assert words["任务"] == "任務"
    assert words["互联网"] == "網際網路"
    assert "项目" not in {token.text for token in analyzer.words(text)}


def test_characters_of_converted_text_take_positions_of_their_own(analyzer: Analyzer) -> None:
    tokens = analyzer.characters("網際網路，專案", converted=True)
    assert "".join(token.text for token in tokens) == "互联网,项目"
    assert [token.position for token in tokens] == [1, 2, 3, 3, 4, 5]


USER_WORDS = [
    Word("创卫办"),
    Word("网格员", 1000),
    Word("12345热线"),
    Word("党建+"),
    Word("城管e通"),
    Word("的工", 5),
    Word("网格员办", 3),
]


def test_a_word_of_the_user_is_cut_out_beside_the_words_in_it() -> None:
    known = default_analyzer([Word("创卫办")])
    assert [token.text for token in known.words("创卫办工作")] == ["创卫", "创卫办", "工作"]
    assert "创卫办" not in {token.text for token in default_analyzer().words("创卫办工作")}


@given(
    text=st.lists(
        st.sampled_from([word.text for word in USER_WORDS] + list("的工作，网格创卫办员党建+e通123热线")), max_size=20
    )
)
@settings(deadline=None)
def test_rjieba_and_jieba_cut_words_of_the_user_alike(text: list[str]) -> None:
    fast, slow = _knowing_user_words()
    assert fast.words("".join(text)) == slow.words("".join(text))


def test_the_order_of_the_words_of_the_user_decides_nothing() -> None:
    one, other = RjiebaSegmenter(USER_WORDS), RjiebaSegmenter(reversed(USER_WORDS))
    text = "创卫办网格员办的工作12345热线"
    assert one.cut(text) == other.cut(text)
    assert JiebaAnalyzer(one).fingerprint == JiebaAnalyzer(other).fingerprint


def test_the_fingerprint_tells_the_words_of_the_user() -> None:
    prints = {
        default_analyzer(words).fingerprint for words in ([], [Word("创卫办")], [Word("创卫办", 7)], [Word("网格员")])
    }
    assert len(prints) == 4


def test_jieba_leaves_no_cache_where_others_could_put_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert [token.text for token in JiebaAnalyzer(JiebaSegmenter()).words("工作总结")] == ["工作", "总结"]
    assert list(tmp_path.iterdir()) == []


@lru_cache(maxsize=1)
def _knowing_user_words() -> tuple[Analyzer, Analyzer]:
    return JiebaAnalyzer(RjiebaSegmenter(USER_WORDS)), JiebaAnalyzer(JiebaSegmenter(USER_WORDS))


def test_the_fingerprint_names_the_tokens_not_the_segmenter(analyzer: Analyzer, reference: Analyzer) -> None:
    assert analyzer.fingerprint == reference.fingerprint
    assert len(analyzer.fingerprint) == 16
