"""Which script a text is in, and whether a converter made it Traditional."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import opencc
import pytest

from indexer.structure.script import is_converted, script_of

from .reading import read, read_one

DRCD = Path(__file__).parents[3] / "shared" / "data" / "judged" / "drcd" / "passages.jsonl.gz"

# A report of the Mainland, and the same after converters of two kinds.
REPORT = """城乡环境综合整治工作总结
今年以来，全镇上下认真贯彻县委会议精神，扎实推进城乡环境综合整治，取得明显成效。
一、主要做法
一是加强组织领导，成立了以镇长为组长的领导小组，狠抓责任落实，把整治任务分解到各村。
二是加大投入力度，整合项目资金，支持各村购置设备，完善信息报送制度。
三是发动干部群众参与，社区、学校一起行动，形成了齐抓共管的良好局面。
二、存在的问题
我镇基础设施还有短板，个别村长效机制不够健全，宣传引导不到位。
"""
WORD_BY_WORD = opencc.OpenCC("s2twp").convert(REPORT)
CHARACTER_BY_CHARACTER = opencc.OpenCC("s2t").convert(REPORT)
TAIWAN = """一百一十二年度社區營造施政計畫
本所為落實社區總體營造，支持在地組織發展，特訂定本計畫，並設置專案小組辦理各項資訊公開事宜。
各里辦公處應於每月五日前提報執行情形，經費由區公所編列預算支應，不足部分另行簽辦。
志工訓練課程由社會課統籌規劃，並結合轄內國中小學校及公益團體共同推動，以提升服務品質。
"""


def flags(text: str) -> set[bool]:
    return {"converted" in passage.flags for part in read(text) for passage in part.passages}


def test_a_mainland_report_that_was_converted_word_by_word_is_told() -> None:
    assert "專案" in WORD_BY_WORD
    assert is_converted(WORD_BY_WORD.splitlines())
    assert flags(WORD_BY_WORD) == {True}


@pytest.mark.parametrize("text", [REPORT, CHARACTER_BY_CHARACTER, TAIWAN])
def test_what_no_converter_gave_words_of_taiwan_is_not(text: str) -> None:
    assert not is_converted(text.splitlines())
    assert flags(text) == {False}


@pytest.mark.parametrize("text", ["", "環境整治", "重點專案", "我們在台北開會。", "\ud800\u0000", "ABC 123"])
def test_what_is_too_short_to_tell_is_taken_as_written(text: str) -> None:
    assert not is_converted([text])


def test_a_simplified_page_that_quotes_traditional_text_stays_simplified() -> None:
    page = REPORT + "\n台湾地区同类文件写道：“" + WORD_BY_WORD.splitlines()[3] + "”\n"
    assert read_one(page).script == "hans"
    assert flags(page) == {False}


def test_a_short_piece_of_a_converted_page_goes_with_its_page() -> None:
    pieces = [
        f"篇{number}：工作總結\n{text}\n"
        for number, text in enumerate((WORD_BY_WORD, "請查收附件裡的表格。", WORD_BY_WORD), 1)
    ]
    page = "工作總結範文三篇\n" + "\n".join(pieces)
    parts = read(page)
    assert len(parts) == 3
    assert {"converted" in passage.flags for part in parts for passage in part.passages} == {True}


def test_a_text_far_longer_than_is_looked_at_is_told_by_its_beginning() -> None:
    assert is_converted([WORD_BY_WORD * 400])
    assert is_converted(WORD_BY_WORD for _ in range(400))


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("環境綜合整治", "hant"),
        ("环境综合整治", "hans"),
        ("工作 2023", "unknown"),
        ("公里數與皇后", "hant"),
        ("推进项目“環境”建设", "hans"),
        ("", "unknown"),
    ],
)
def test_the_script_is_that_of_most_characters_which_only_one_has(text: str, script: str) -> None:
    assert script_of(text) == script


def test_true_traditional_articles_are_hardly_ever_taken_for_converted_ones() -> None:
    if not DRCD.exists():
        pytest.skip("the articles in Traditional script (../shared/data/judged/drcd) are not here")
    with gzip.open(DRCD, "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in lines]
    assert len(texts) == 2000
    assert sum(is_converted([text]) for text in texts) <= 10
    assert not is_converted(texts)
