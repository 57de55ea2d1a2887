"""What a site's users can edit, and what becomes of lines that cannot be used."""

from __future__ import annotations

import os
from pathlib import Path

import opencc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.analysis import default_analyzer
from indexer.dictionary import (
    MAX_ALTERNATIVES,
    MAX_BYTES,
    MAX_LINES,
    MAX_PROBLEMS,
    Dictionary,
    Word,
)
from indexer.text import fold_text


@pytest.fixture(scope="module")
def shipped() -> Dictionary:
    return Dictionary.read(None)


def _dictionary(folder: Path, *, words: str | bytes = "", synonyms: str | bytes = "") -> Dictionary:
    for name, content in (("words.txt", words), ("synonyms.txt", synonyms)):
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return Dictionary.read(folder)


def _only_problem(dictionary: Dictionary) -> str:
    assert len(dictionary.problems) == 1, dictionary.problems
    return dictionary.problems[0]


class TestTheShippedList:
    def test_it_has_no_line_that_is_left_out(self, shipped: Dictionary) -> None:
        assert shipped.problems == ()
        assert shipped.words == ()

    @pytest.mark.parametrize(
        ("asked", "found"),
        [
            ("创卫", "创建国家卫生城市"),
            ("创建国家卫生城市", "创卫"),
            ("放管服", "简政放权放管结合优化服务"),
            ("两不愁三保障", "不愁吃不愁穿"),
            ("五位一体", "经济建设政治建设文化建设社会建设生态文明建设"),
            ("教育訓練", "培训"),
            ("培训", "教育訓練"),
            ("教育训练", "教育培训"),
            ("計畫", "计划"),
            ("创建国家卫生城市", "创建卫生城市"),
        ],
    )
    def test_abbreviations_and_regional_words_find_what_they_stand_for(
        self, shipped: Dictionary, asked: str, found: str
    ) -> None:
        assert found in shipped.alternatives(asked)

    def test_gdp_means_two_things_that_do_not_mean_each_other(self, shipped: Dictionary) -> None:
        assert shipped.alternatives("ＧＤＰ") == ("国内生产总值", "地区生产总值")
        assert shipped.alternatives("国内生产总值") == ("GDP",)

    def test_an_abbreviation_that_hides_in_other_words_is_not_asked_for(self, shipped: Dictionary) -> None:
        assert shipped.alternatives("国企") == ("国有企业",)
        assert shipped.alternatives("国有企业") == (), "国企 would find 中国企业"

    def test_regional_words_are_those_that_opencc_lacks(self) -> None:
        path = Path(__file__).parent.parent / "indexer" / "data" / "synonyms.txt"
        regional = path.read_text(encoding="utf-8").split("── 港台说法 ──")[1].splitlines()
        words = [line.split(" =")[0] for line in regional if " = " in line or " => " in line]
        by_phrase, by_character = opencc.OpenCC("tw2sp"), opencc.OpenCC("t2s")
        assert len(words) > 40
        assert [word for word in words if by_phrase.convert(word) != by_character.convert(word)] == []

    def test_every_entry_begins_and_ends_where_words_do(self, shipped: Dictionary) -> None:
        analyzer = default_analyzer()
        missed = []
        for entry in ("创卫", "放管服", "教育训练", "三会一课", "两新组织", "双碳", "河湖长制", "志工", "gdp", "棚改"):
            tokens = analyzer.words(f"推进{entry}工作")
            cuts = {place for token in tokens for place in (token.start, token.end)}
            if [found[:2] for found in shipped.found_in(f"推进{entry}工作", cuts=cuts)] != [(2, 2 + len(entry))]:
                missed.append(entry)
        assert missed == []


class TestSynonymsOfASite:
    def test_all_words_of_a_line_with_an_equals_sign_mean_the_same(self, tmp_path: Path) -> None:
        found = _dictionary(tmp_path, synonyms="青松计划 = 防火三年行动，防火专项行动\n")
        assert found.alternatives("青松计划") == ("防火三年行动", "防火专项行动")
        assert found.alternatives("防火专项行动") == ("青松计划", "防火三年行动")
        assert found.problems == ()

    @pytest.mark.parametrize("sign", ["=>", "＝＞", "＝>", "→"])
    def test_an_arrow_goes_one_way(self, tmp_path: Path, sign: str) -> None:
        found = _dictionary(tmp_path, synonyms=f"窗口单位{sign}办事大厅、便民服务中心")
        assert found.alternatives("窗口单位") == ("办事大厅", "便民服务中心")
        assert found.alternatives("办事大厅") == ()

    def test_a_minus_takes_a_shipped_word_away(self, tmp_path: Path) -> None:
        found = _dictionary(tmp_path, synonyms="－创卫，放管服\n")
        assert found.alternatives("创卫") == ()
        assert found.alternatives("创建卫生城市") == ("创建国家卫生城市",)
        assert found.alternatives("简政放权放管结合优化服务") == ()
        assert found.problems == ()

    def test_a_minus_leaves_the_lines_of_the_user(self, tmp_path: Path) -> None:
        found = _dictionary(tmp_path, synonyms="创卫 = 创建卫生村\n-创卫\n")
        assert found.alternatives("创卫") == ("创建卫生村",)

    def test_the_left_word_of_a_one_way_line_takes_the_line_with_it(self, tmp_path: Path) -> None:
        found = _dictionary(tmp_path, synonyms="-河湖长制")
        assert found.alternatives("河湖长制") == found.alternatives("河长制") == ()

    def test_the_words_of_the_user_come_before_the_shipped_ones(self, tmp_path: Path) -> None:
        own = "、".join(f"创建达标城市第{letter}类" for letter in "甲乙丙丁戊己庚")
        found = _dictionary(tmp_path, synonyms=f"创卫 = {own}")
        assert found.alternatives("创卫")[0] == "创建达标城市第甲类"
        assert len(found.alternatives("创卫")) == MAX_ALTERNATIVES
        assert _only_problem(found) == "“创卫”的同义词有 9 个，只用前 8 个。"

    def test_a_word_that_holds_the_one_asked_for_is_no_alternative(self, tmp_path: Path) -> None:
        found = _dictionary(tmp_path, synonyms="夜巡 = 联合夜巡, 夜间巡查")
        assert found.alternatives("夜巡") == ("夜间巡查",)
        assert found.alternatives("联合夜巡") == ("夜巡", "夜间巡查")

    def test_script_case_and_width_make_no_difference(self, tmp_path: Path) -> None:
        found = _dictionary(tmp_path, synonyms="ＡＢ平台 ＝ 電子監察平臺")
        assert found.alternatives("ab平台") == ("電子監察平臺",)
        assert found.alternatives("电子监察平台") == ("ＡＢ平台",)

    def test_a_remark_may_follow_a_line(self, tmp_path: Path) -> None:
        found = _dictionary(tmp_path, synonyms="# 本市\n夜巡 = 夜间巡查 # 2021 年起\n ＃ 完\n")
        assert found.alternatives("夜巡") == ("夜间巡查",)
        assert found.problems == ()

    @pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
    def test_files_from_notepad_are_read(self, tmp_path: Path, newline: str) -> None:
        text = newline.join(["夜巡 = 夜间巡查", "", "晨会 = 早间例会", ""])
        found = _dictionary(
            tmp_path, words=newline.join(["网格员 50", "楼栋长"]), synonyms=b"\xef\xbb\xbf" + text.encode()
        )
        assert found.alternatives("夜巡") == ("夜间巡查",)
        assert found.alternatives("晨会") == ("早间例会",)
        assert found.words == (Word("楼栋长"), Word("网格员", 50))
        assert found.problems == ()


class TestStopWordsOfASite:
    def test_script_case_and_width_make_no_difference(self, tmp_path: Path) -> None:
        (tmp_path / "stopwords.txt").write_text("請問 # 问候\n\n怎么写\nＨＯＷ\n的\n", encoding="utf-8")
        found = Dictionary.read(tmp_path)
        assert found.problems == ()
        assert all(map(found.is_stopword, ["请问", "請問", " 怎麼寫", "how", "的"]))
        assert not found.is_stopword("请问您")

    def test_none_are_shipped(self, shipped: Dictionary) -> None:
        assert shipped.stopwords == frozenset()

    @pytest.mark.parametrize(
        ("line", "reason"),
        [
            ("请问 您", "一行只写一个词"),
            ("请问，关于", "一行只写一个词"),
            ("……", "停用词应是"),
            ("问" * 21, "停用词应是"),
        ],
    )
    def test_a_line_that_is_no_word_is_left_out(self, tmp_path: Path, line: str, reason: str) -> None:
        (tmp_path / "stopwords.txt").write_text(line, encoding="utf-8")
        found = Dictionary.read(tmp_path)
        assert found.stopwords == frozenset()
        assert _only_problem(found).startswith("stopwords.txt 第 1 行")
        assert reason in _only_problem(found)

    def test_they_change_the_answers_and_not_how_texts_are_cut(self, tmp_path: Path, shipped: Dictionary) -> None:
        (tmp_path / "stopwords.txt").write_text("请问\n", encoding="utf-8")
        found = Dictionary.read(tmp_path)
        assert found.fingerprint != shipped.fingerprint
        assert found.words_fingerprint == shipped.words_fingerprint


class TestWhatIsFoundInAText:
    def test_an_abbreviation_within_a_term(self, shipped: Dictionary) -> None:
        assert shipped.found_in("創衛工作") == [(0, 2, ("创建国家卫生城市", "创建卫生城市"))]

    def test_the_longest_entry_wins(self, shipped: Dictionary) -> None:
        assert [found[:2] for found in shipped.found_in("推进环保督察和环保工作")] == [(2, 6), (7, 9)]

    def test_the_longest_wins_over_an_earlier_one(self, tmp_path: Path) -> None:
        found = _dictionary(tmp_path, synonyms="东湖新 = 湖区\n湖新区委 = 区级党委\n")
        assert found.found_in("东湖新区委") == [(1, 5, ("区级党委",))]

    def test_places_count_characters_of_the_folded_text(self, shipped: Dictionary) -> None:
        assert shipped.found_in("㎏和ＧＤＰ")[0][:2] == (3, 6), "㎏ is folded to kg"

    def test_an_entry_across_words_is_left_where_the_words_are_known(self, shipped: Dictionary) -> None:
        assert [found[:2] for found in shipped.found_in("中国企业")] == [(1, 3)]
        assert shipped.found_in("中国企业", cuts=[0, 2, 4]) == []
        assert [found[:2] for found in shipped.found_in("国企改革", cuts=[0, 2, 4])] == [(0, 2)]

    def test_letters_stand_for_themselves(self, shipped: Dictionary) -> None:
        assert shipped.found_in("mail") == []
        assert [found[:2] for found in shipped.found_in("AI+政务")] == [(0, 2)]

    @given(st.text(alphabet="创卫国企业规上以模环保督察三公经费AIgdp工作 ，＃", max_size=40))
    def test_what_is_found_is_in_the_folded_text_and_does_not_overlap(self, text: str) -> None:
        dictionary = Dictionary(
            alternatives=dict.fromkeys(("创卫", "国企", "规上", "环保", "环保督察", "gdp"), ("别的",))
        )
        folded = fold_text(text)
        end = 0
        for start, stop, alternatives in dictionary.found_in(text):
            assert start >= end
            assert dictionary.alternatives(folded[start:stop]) == alternatives
            end = stop


class TestUserWords:
    def test_words_have_a_frequency_and_a_tag_or_not(self, tmp_path: Path) -> None:
        found = _dictionary(tmp_path, words="网格员 500 n\n楼栋長 n\n平安E通\t20\n一表通　30\n")
        assert set(found.words) == {
            Word("网格员", 500, "n"),
            Word("楼栋长", None, "n"),
            Word("平安e通", 20),
            Word("一表通", 30),
        }
        assert found.problems == ()

    @pytest.mark.parametrize(
        ("line", "reason"),
        [
            ("村", "词应有 2 到 20 个字"),
            ("一" * 21, "词应有 2 到 20 个字"),
            ("“两山”论", "词里只能有汉字、字母、数字和 + # & %"),
            ("平安e-通", "词里只能有汉字、字母、数字和 + # & %"),
            ("网格员 n 50", "每行应是“词 词频 词性”，后两项可以不写，词频是数字，词性是字母"),
            ("智慧 城管 平台", "每行应是“词 词频 词性”，后两项可以不写，词频是数字，词性是字母"),
            ("网格员 0", "词频应在 1 到 1000000 之间"),
            ("网格员 99999999999999", "词频应在 1 到 1000000 之间"),
        ],
    )
    def test_a_line_that_cannot_be_used_is_reported(self, tmp_path: Path, line: str, reason: str) -> None:
        found = _dictionary(tmp_path, words=f"楼栋长\n{line}\n一表通\n")
        assert [word.text for word in found.words] == ["一表通", "楼栋长"]
        shown = line if len(line) <= 20 else line[:20] + "…"
        assert _only_problem(found) == f"words.txt 第 2 行“{shown}”已略去：{reason}。"

    def test_a_word_given_twice_is_reported(self, tmp_path: Path) -> None:
        found = _dictionary(tmp_path, words="网格員 5\n网格员 9\n")
        assert found.words == (Word("网格员", 5),)
        assert _only_problem(found) == "words.txt 第 2 行“网格员 9”已略去：这个词前面已经有了。"


class TestLinesAndFilesThatCannotBeUsed:
    @pytest.mark.parametrize(
        ("line", "reason"),
        [
            ("夜巡 夜间巡查", "没有等号，应写成“创卫 = 创建国家卫生城市”"),
            ("夜巡 =", "等号两边应是不同的词（繁简、大小写不算不同）"),
            ("= 夜间巡查", "等号两边应是不同的词（繁简、大小写不算不同）"),
            ("夜间巡查 = 夜間巡查", "等号两边应是不同的词（繁简、大小写不算不同）"),
            ("夜巡 = 夜间巡查 = 联巡", "一行只能有一个等号"),
            ("夜巡 = 夜间巡查 联合巡查", "词里有空格，几个词之间请用逗号隔开"),
            ("夜巡 = 巡", "“巡”太短，至少要有两个字"),
            ("夜巡 = 巡……", "“巡……”太短，至少要有两个字"),
            ("夜巡 = " + "巡" * 41, "“巡巡巡巡巡巡巡巡巡巡…”太长，最多 40 个字"),
            ("甲一 = " + "、".join(f"甲{n}组" for n in range(9)), "一行最多写 9 个词，请分成几行"),
            ("-创卫 = 创建卫生城市", "减号后面只写要去掉的词，不写等号"),
            ("-夜巡", "自带的词表里没有“夜巡”，不用去掉"),
            ("-", "“”太短，至少要有两个字"),
        ],
    )
    def test_a_synonym_line_is_reported_with_its_place(self, tmp_path: Path, line: str, reason: str) -> None:
        found = _dictionary(tmp_path, synonyms=f"# 本市\n{line}\n晨会 = 早间例会\n")
        assert found.alternatives("晨会") == ("早间例会",)
        shown = line if len(line) <= 20 else line[:20] + "…"
        assert _only_problem(found) == f"synonyms.txt 第 2 行“{shown}”已略去：{reason}。"

    def test_a_line_beyond_all_measure_is_reported(self, tmp_path: Path) -> None:
        found = _dictionary(tmp_path, synonyms="夜巡 = " + "夜间巡查，" * 1000)
        assert "一行超过 500 个字" in _only_problem(found)

    @pytest.mark.parametrize("encoding", ["gb18030", "utf-16"])
    def test_a_file_in_another_encoding_is_reported(self, tmp_path: Path, encoding: str) -> None:
        found = _dictionary(tmp_path, synonyms="夜巡 = 夜间巡查".encode(encoding))
        assert found.alternatives("夜巡") == ()
        assert _only_problem(found).startswith("synonyms.txt 不是 UTF-8 编码")

    def test_a_file_beyond_all_measure_is_reported(self, tmp_path: Path) -> None:
        found = _dictionary(tmp_path, words=b"a" * (MAX_BYTES + 1))
        assert _only_problem(found) == "words.txt 超过 2 MB，里面的词都没有用上：请删去不用的词。"

    def test_too_many_lines_are_reported(self, tmp_path: Path) -> None:
        found = _dictionary(tmp_path, words="\n" * MAX_LINES + "网格员")
        assert found.words == ()
        assert _only_problem(found) == f"words.txt 超过 {MAX_LINES} 行，后面的没有用上。"

    def test_problems_beyond_a_hundred_are_counted(self, tmp_path: Path) -> None:
        found = _dictionary(tmp_path, synonyms="没有等号\n" * 130)
        assert len(found.problems) == MAX_PROBLEMS + 1
        assert found.problems[-1] == "另有 30 处问题没有列出。"

    def test_a_folder_that_is_not_there_leaves_the_shipped_list(self, tmp_path: Path) -> None:
        found = Dictionary.read(tmp_path / "词典")
        assert found.alternatives("创卫")
        assert _only_problem(found).startswith(f"打不开词典文件夹 {tmp_path / '词典'}（")

    def test_a_folder_without_the_two_files_is_reported(self, tmp_path: Path) -> None:
        (tmp_path / "synonyms.txt.txt").write_text("夜巡 = 夜间巡查", encoding="utf-8")
        assert "里没有 words.txt，也没有 synonyms.txt" in _only_problem(Dictionary.read(tmp_path))

    def test_one_of_the_two_files_is_enough(self, tmp_path: Path) -> None:
        (tmp_path / "words.txt").write_text("网格员", encoding="utf-8")
        assert Dictionary.read(tmp_path).problems == ()

    def test_a_folder_or_pipe_of_that_name_is_reported(self, tmp_path: Path) -> None:
        (tmp_path / "words.txt").mkdir()
        os.mkfifo(tmp_path / "synonyms.txt")
        found = Dictionary.read(tmp_path)
        assert [problem.endswith("不是普通文件，没有读取。") for problem in found.problems] == [True, True]

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
    def test_a_file_that_may_not_be_read_is_reported(self, tmp_path: Path) -> None:
        (tmp_path / "words.txt").write_text("网格员", encoding="utf-8")
        (tmp_path / "words.txt").chmod(0)
        assert _only_problem(Dictionary.read(tmp_path)).startswith(f"读不了 {tmp_path / 'words.txt'}（")

    @given(st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
    def test_no_content_is_an_error(self, tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
        found = _dictionary(tmp_path_factory.getbasetemp(), words=content, synonyms=content)
        assert found.alternatives("创卫") or found.problems or b"\xe5\x88\x9b\xe5\x8d\xab" in content


class TestFingerprints:
    def test_synonyms_do_not_ask_for_a_new_index(self, tmp_path: Path) -> None:
        before = _dictionary(tmp_path, words="网格员")
        after = _dictionary(tmp_path, words="网格员", synonyms="夜巡 = 夜间巡查")
        assert before.words_fingerprint == after.words_fingerprint
        assert before.fingerprint != after.fingerprint

    @pytest.mark.parametrize("words", ["网格员 50", "网格员\n楼栋长", ""])
    def test_words_do(self, tmp_path: Path, words: str) -> None:
        before, after = _dictionary(tmp_path, words="网格员"), _dictionary(tmp_path, words=words)
        assert before.words_fingerprint != after.words_fingerprint
        assert before.fingerprint != after.fingerprint

    def test_the_order_of_words_and_their_tags_do_not_matter(self, tmp_path: Path) -> None:
        one = _dictionary(tmp_path, words="网格员 n\n楼栋长")
        other = _dictionary(tmp_path, words="# 本市\n楼栋长\n网格员\n")
        assert one.words_fingerprint == other.words_fingerprint
