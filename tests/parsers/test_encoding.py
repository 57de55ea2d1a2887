"""Bytes -> text, scored: what was written in any Chinese encoding comes back."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.errors import SourceError
from indexer.parsers.encoding import declared_charset, decode

HANS = (
    "青溪县把农村环境整治作为民生实事来抓，全年清理河道46公里、拆除违建312处。"
    "一是压实责任，二是补齐短板；群众满意度达到92.6%，比上年提高3.1个百分点。"
    "（一）健全信访接待制度。每月逢五，由镇领导轮流坐班，当场登记、限期答复、逐件回访。"
    "下一步打算：继续推进安全生产专项检查，对石料厂、加油站、出租房开展“回头看”！"
    "各村要把巩固脱贫成果同乡村振兴有效衔接起来，防止出现规模性返贫，为加快发展打牢基础。"
)
HANT = (
    "松嶺區公所為改善社區環境衛生，全年辦理清溝作業128次，動員志工2,400人次。"
    "本年度施政重點：一、強化防汛整備；二、推動長者送餐服務；三、落實公共場所安全檢查。"
    "（一）完成排水幹線清淤12公里。各里辦公處應於每月月底前，將執行情形報區公所彙整。"
    "居民反映路燈損壞問題較多，經會勘後已全數修復，滿意度較去年提升6.2個百分點。"
    "下一階段將持續辦理老舊公園整修，並檢討現行通報機制，以縮短處理時間、減輕基層負擔！"
)
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "gbk", "cp950")


def stretches(text: str, size: int) -> list[str]:
    """Twelve stretches of *size* characters, always the same."""
    chance = random.Random(size)  # noqa: S311
    return [(text + text)[start : start + size] for start in chance.sample(range(len(text)), 12)]


@pytest.mark.parametrize("size", [20, 50, 200])
@pytest.mark.parametrize("encoding", [one for one in ENCODINGS if one != "cp950"])
def test_simplified_text_comes_back_from_every_encoding(encoding: str, size: int) -> None:
    for text in stretches(HANS, size):
        assert decode(text.encode(encoding)).text == text


@pytest.mark.parametrize("size", [20, 50, 200])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_traditional_text_comes_back_from_every_encoding(encoding: str, size: int) -> None:
    for text in stretches(HANT, size):
        assert decode(text.encode(encoding)).text == text


def test_big5_is_told_from_gb18030_though_both_decode_without_error() -> None:
    data = HANT.encode("big5")
    assert data.decode("gb18030") != HANT
    assert decode(data).encoding == "big5"
    assert decode(HANS.encode("gb18030")).encoding == "gb18030"


def test_a_wrong_declaration_does_not_overrule_the_bytes() -> None:
    assert decode(HANS.encode("gb18030"), declared="big5").text == HANS
    assert decode(HANT.encode("utf-8"), declared="gb2312").text == HANT


def test_the_declared_charset_is_found_in_the_head_of_a_page() -> None:
    assert declared_charset(b'<META HTTP-EQUIV=Content-Type CONTENT="text/html; charset=Big5">') == "Big5"
    assert declared_charset(b'<?xml version="1.0" encoding="gb2312"?>') == "gb2312"
    assert declared_charset(b"<p>no word of it</p>") == ""


def test_big5_circled_numbers_and_signs_are_those_of_windows() -> None:
    data = "辦理事項：".encode("cp950") + b"\xc6\xa1\xc6\xa2" + "處理時間為三～五天".encode("cp950")
    assert decode(data).text == "辦理事項：①②處理時間為三～五天"


def test_a_cut_last_character_of_utf8_is_a_warning_and_not_a_refusal() -> None:
    decoded = decode(HANS.encode()[:-1])
    assert decoded.encoding == "utf-8"
    assert decoded.text == HANS[:-1] + "\ufffd"
    assert "有 1 处字节损坏" in decoded.warnings[0]


def test_one_bad_byte_in_ten_kilobytes_of_utf8_is_a_warning() -> None:
    data = (HANS * 10).encode()
    middle = len(data) // 2
    decoded = decode(data[:middle] + b"\xff" + data[middle:])
    assert decoded.encoding == "utf-8"
    assert decoded.text.replace("\ufffd", "") == HANS * 10
    assert decoded.warnings


def test_a_bad_byte_in_gb18030_is_a_warning() -> None:
    data = (HANS * 10).encode("gb18030")
    decoded = decode(data + b"\xff")
    assert (decoded.encoding, decoded.text[: len(HANS)]) == ("gb18030", HANS)
    assert decoded.warnings


@pytest.mark.parametrize(
    "data",
    [b"\x00" * 1000, bytes(range(256)) * 20, b"\x89PNG\r\n\x1a\n" + bytes(2000), random.Random(5).randbytes(4000)],  # noqa: S311
    ids=["nuls", "all bytes", "picture", "noise"],
)
def test_binary_content_is_refused(data: bytes) -> None:
    with pytest.raises(SourceError, match="内容不是文字") as caught:
        decode(data)
    assert caught.value.code == "binary"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("これは日本語の文章です。漢字とかなが混ざっています。", "shift_jis"),
        ("Привет, это русский текст для проверки", "koi8-r"),
        ("Déjà vu à Besançon, où l’été fut très agréable", "cp1252"),
    ],
)
def test_other_scripts_are_refused_with_two_candidates_rather_than_guessed(text: str, encoding: str) -> None:
    with pytest.raises(SourceError, match=r"可能是 .+ 或 .+") as caught:
        decode(text.encode(encoding))
    assert caught.value.code == "encoding"


def test_utf8_with_gb18030_glued_to_it_is_refused() -> None:
    with pytest.raises(SourceError) as caught:
        decode(HANS.encode() + HANS.encode("gb18030"))
    assert caught.value.code in ("encoding", "binary")


@given(st.text(max_size=300).filter(lambda text: not text.startswith("\ufeff")))
def test_any_utf8_with_a_mark_comes_back(text: str) -> None:
    assert decode(text.encode("utf-8-sig")).text == text


@given(st.binary(max_size=2000))
@settings(max_examples=200)
def test_any_bytes_are_decoded_or_refused_with_a_code(data: bytes) -> None:
    try:
        assert isinstance(decode(data).text, str)
    except SourceError as error:
        assert error.code in ("binary", "encoding")  # noqa: PT017
