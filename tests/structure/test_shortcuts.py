"""What is looked at first to save work decides nothing: each shortcut against the whole it stands for."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest

from indexer.model import Piece
from indexer.structure import cues, marks, metadata, numbering
from indexer.structure.furniture import says_title
from indexer.structure.lines import Line, letters
from indexer.structure.metadata import prevalent_year
from indexer.structure.script import script_of
from indexer.text import fold_text, script_of_character

CORPUS = Path(__file__).parents[2] / "corpus"
# The characters of the first plane, and the ideographs of the others that are folded to some of it.
CHARACTERS = [chr(code) for code in (*range(0xD800), *range(0xE000, 0x10000), *range(0x2F800, 0x2FA20))]
# Signs, and what is wide; among the Han characters those that some number begins with.
SIGNS = [chr(code) for code in (*range(0x20, 0x3400), *range(0xFF00, 0xFFF0))]
INVISIBLE = "\ufeff\u200b\u200c\u200d\u2060\u00ad"


def line(text: str) -> Line:
    return Line(text, (Piece(0, len(text)),))


def paragraphs() -> list[str]:
    texts = (path.read_text("utf-8", "replace") for path in sorted(CORPUS.rglob("*.txt")))
    return [one for text in texts for one in text.splitlines() if one.strip()]


def test_what_a_reader_sees_is_what_is_neither_hidden_nor_a_control_character() -> None:
    def is_seen(character: str) -> bool:
        control = unicodedata.category(character) == "Cc" and not character.isspace()
        return not control and character not in INVISIBLE

    text = "".join(f"县{character}乡" for character in CHARACTERS)
    seen = re.sub(r"\s+", " ", "".join(filter(is_seen, text))).strip()
    assert line(text).shown == seen


@pytest.mark.parametrize("text", [" 县  乡 ", "县 乡", "　县　乡\n", "县\x01乡", "\u200b县乡"])
def test_a_line_is_shown_alike_whether_it_is_printable_or_not(text: str) -> None:
    assert line(text).shown in {"县 乡", "县乡"}
    assert line(text).key == letters(text) == "县乡"


def test_folding_again_changes_one_sign_alone() -> None:
    folded = fold_text(" ".join(CHARACTERS))
    again = fold_text(folded)
    assert {pair for pair in zip(folded, again, strict=True) if pair[0] != pair[1]} == {("苧", "苎")}


def test_a_title_is_told_in_a_line_with_a_sign_that_is_folded_twice() -> None:
    assert says_title(line("薴麻产业发展意见（2023年）"), "苎麻产业发展意见")
    assert not says_title(line("各乡镇要抓好产业发展，提出意见。"), "苎麻产业发展意见")


def test_a_number_is_found_as_if_every_style_were_tried() -> None:
    def first_of_all(text: str) -> tuple[str, int] | None:
        tried = ((style, pattern.match(text)) for style, _, _, pattern in numbering._STYLES)
        return next(((style, match.end()) for style, match in tried if match and match.end() < len(text)), None)

    behind = [
        "、抓源头",
        ".抓源头",
        "）抓源头",
        " 抓源头",
        "是抓源头",
        "，抓源头",
        "章 总则",
        "一）抓源头",
        "2)抓源头",
        "先，抓源头",
        "三节 附则",
    ]
    for sign in {*SIGNS, *"".join(pattern.pattern for _, _, _, pattern in numbering._STYLES)}:
        for text in (sign + rest for rest in behind):
            found = numbering.numbering_of(text)
            assert (found and (found.style, found.end)) == first_of_all(text), text


def test_lists_inside_a_paragraph_are_found_as_if_no_sign_were_asked_for() -> None:
    texts = [*paragraphs(), "分工：①县直部门；③乡镇", "要求：1.抓早；3.抓小", "一是抓早，十二要抓小", "１．甲。２．乙"]
    for text in texts:
        assert len(numbering.inline_numbers(text)) == len(numbering._INLINE.findall(text)), text


def test_masks_are_found_as_if_no_sign_were_asked_for() -> None:
    texts = [
        *paragraphs(),
        "20xx年x月x日",
        "××县",
        "*村",
        "张○○",
        "__万元",
        "＿＿元",
        "……年",
        "xx.xx亿元",
        "╳╳局",
        "□□",
    ]
    for text in texts:
        assert len(marks.masks_in(text)) == len(list(marks._MASK.finditer(text))), text


@pytest.mark.parametrize("name", [name for name, cue in vars(cues).items() if isinstance(cue, cues.Cue)])
def test_what_a_cue_matches_holds_one_of_its_words(name: str) -> None:
    cue: cues.Cue = getattr(cues, name)
    matches = [match[0] for text in paragraphs() for match in cue.pattern.finditer(fold_text(text))]
    assert matches
    assert all(cue.words.search(match) for match in matches)


def test_a_script_is_told_as_if_every_character_were_counted() -> None:
    for text in ["县委", "縣委", "縣委县政府的", "縣縣县", "目", "", "abc", "縣" * 30 + "县" * 31]:
        scripts = [script_of_character(character) for character in text]
        more = "hant" if scripts.count("hant") > scripts.count("hans") else "hans"
        assert script_of(text) == (more if {"hant", "hans"} & set(scripts) else "unknown"), text


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("2023年", 2023),
        ("12023年", 0),
        ("1999年和2023年", 2023),
        ("共12019年", 0),
        ("２０２１年", 2021),
        ("在1998年", 1998),
    ],
)
def test_a_year_has_no_digit_before_it(text: str, year: int) -> None:
    assert prevalent_year([line(text)], most=2099) == year


@pytest.mark.parametrize(("kind", "pattern"), metadata.KINDS)
def test_each_name_of_a_kind_has_a_letter_that_titles_are_looked_through_for(kind: str, pattern: str) -> None:
    # What follows in a group says no more, and what may be missing goes: 典型(?:经验|材料) is 典型, 会议?记录 is 会记录.
    names = re.sub(r"(?<=\w)\(\?:[^)]*\)\??|\.\{\d+,\d+\}|\w\?|\(\?:|[)$^]", "", pattern)
    for name in names.split("|"):
        assert metadata._KIND_SIGN.search(name), f"{kind}: {name}"
