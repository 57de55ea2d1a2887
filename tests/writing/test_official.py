"""What stands in the file of an official document; how a program sets it is in test_layout."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace

import pytest
from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.writing.samples import ALL, CAMPAIGN, HEADING, LEDGER, W, body, found, lines, part
from writing.headings import read
from writing.material import Item, Material
from writing.official import document, source


def test_a_document_has_its_title_its_passages_in_order_and_their_sources() -> None:
    assert lines(body()) == [
        ("Title", "环境整治素材"),
        ("", ""),
        ("Heading1", "一、主要做法[1]"),
        ("", f"{CAMPAIGN.text}[2]"),
        ("Note", "备注：用在第二部分"),
        ("Note", "数字要核对"),
        ("", "1.建立台账。全镇企业逐一过筛，20【 】年列出隐患“清单”1100条。"),
        ("Heading4", "（1）销号一条划掉一条"),
        ("", "各村照此办理。[3]"),
        ("Appendix", "附：素材出处"),
        ("", "1. 《芦塘镇2022年环境整治工作总结》，总结/芦塘镇.txt，第 3 行。"),
        ("", f"2. {source(CAMPAIGN)}"),
        ("", "3. 没有记下出处。"),
    ]


def test_a_source_tells_all_that_is_known() -> None:
    assert (
        source(CAMPAIGN)
        == "《芦塘镇2022年环境整治工作总结》（篇2），芦塘镇人民政府，芦政发〔2022〕5号，2022-12-20，总结/芦塘镇.txt，第 4 行。"
    )


def test_notes_sources_and_cleaning_are_left_out_where_they_are_not_wanted() -> None:
    plain = lines(body(replace(ALL, clean=False, sources=False, notes=False)))
    assert [text for _, text in plain][2:] == [HEADING.text, CAMPAIGN.text, *LEDGER.text.split("\n")]


def test_the_page_is_that_of_the_standard() -> None:
    (section,) = found(body(), "//w:sectPr")
    size = found(section, "w:pgSz")[0].attrib.values()
    assert [round(int(twips) / 1440 * 25.4) for twips in size] == [210, 297]
    sides = {side: found(section, f"w:pgMar/@w:{side}")[0] for side in ("top", "bottom", "left", "right")}
    assert {side: round(int(twips) / 1440 * 25.4, 1) for side, twips in sides.items()} == {
        "top": 37.0,
        "bottom": 35.0,
        "left": 28.0,
        "right": 26.0,
    }


def test_the_grid_has_22_lines_of_28_characters() -> None:
    (section,) = found(body(), "//w:sectPr")
    grid = found(section, "w:docGrid")[0].attrib
    assert grid[f"{{{W['w']}}}type"] == "linesAndChars"
    pitch, space = int(grid[f"{{{W['w']}}}linePitch"]), int(grid[f"{{{W['w']}}}charSpace"])
    assert (16838 - 2098 - 1984) // pitch == 22
    # A character of 16 pt and what the grid adds to it; below zero: it is brought closer.
    assert int((11906 - 1588 - 1474) / 20 / (16 + space / 4096)) == 28
    styles = part(document(ALL), "word/styles.xml")
    assert set(found(styles, "//w:style[@w:styleId!='Footer']//w:spacing/@w:line")) == {str(pitch)}


def test_fonts_and_sizes_are_those_of_the_standard() -> None:
    styles = part(document(ALL), "word/styles.xml")
    told = {
        found(style, "@w:styleId")[0]: (
            found(style, "w:rPr/w:rFonts/@w:eastAsia")[0],
            int(found(style, "w:rPr/w:sz/@w:val")[0]) / 2,
            bool(found(style, "w:rPr/w:b")),
        )
        for style in found(styles, "//w:style")
    }
    assert told == {
        "Normal": ("仿宋_GB2312", 16, False),
        "Title": ("方正小标宋简体", 22, False),
        "Heading1": ("黑体", 16, False),
        "Heading2": ("楷体_GB2312", 16, False),
        "Heading3": ("仿宋_GB2312", 16, True),
        "Heading4": ("仿宋_GB2312", 16, False),
        "Note": ("楷体_GB2312", 16, False),
        "Appendix": ("黑体", 16, False),
        "Footer": ("宋体", 14, False),
    }
    assert found(styles, "//w:style[@w:styleId='Title']//w:jc/@w:val") == ["center"]
    assert found(styles, "//w:style[@w:styleId='Normal']//w:ind/@w:firstLineChars") == ["200"]


def test_quotes_and_dashes_are_set_in_the_east_asian_font() -> None:
    for run in found(body(), "//w:r"):
        (fonts,) = found(run, "w:rPr/w:rFonts")
        assert fonts.get(f"{{{W['w']}}}hint") == "eastAsia"
        assert len({fonts.get(f"{{{W['w']}}}{name}") for name in ("ascii", "hAnsi", "eastAsia", "cs")}) == 1
    styles = part(document(ALL), "word/styles.xml")
    assert found(styles, "//w:docDefaults//w:lang/@w:eastAsia") == ["zh-CN"]


def test_a_heading_that_runs_into_its_text_has_its_own_font_up_to_the_full_stop() -> None:
    (paragraph,) = [each for each in found(body(), "//w:p") if "板凳会" in "".join(found(each, ".//w:t/text()"))]
    runs = [
        (found(run, "w:rPr/w:rFonts/@w:eastAsia")[0], found(run, "w:t/text()")[0]) for run in found(paragraph, "w:r")
    ]
    assert runs[0] == ("楷体_GB2312", "（一）抓宣传，让群众愿意参与。")
    assert runs[1][0] == "仿宋_GB2312"
    assert found(paragraph, "w:r[last()]//w:vertAlign/@w:val") == ["superscript"]


@pytest.mark.parametrize(
    ("text", "level", "heading"),
    [
        ("一、主要做法", 1, "一、主要做法"),
        ("（二）抓攻坚", 2, "（二）抓攻坚"),
        ("(三)抓长效。红旗插到院门口。", 2, "(三)抓长效。"),
        ("3.建立台账。逐一过筛。", 3, "3.建立台账。"),
        ("（4）销号一条划掉一条", 4, "（4）销号一条划掉一条"),
        ("3.5公里的路修通了", 0, ""),
        ("一是抓宣传。", 0, ""),
        ("镇里开了板凳会。", 0, ""),
        (
            "1.对老集镇背后的污水沟，专班驻点三十七天，清出淤泥九百多方，铺设管道一点二公里，群众都说好，河水变清了。",
            0,
            "",
        ),
        ("", 0, ""),
    ],
)
def test_the_levels_of_a_text_are_read_off_their_numbers(text: str, level: int, heading: str) -> None:
    line = read(text)
    assert (line.level, line.text[: line.heading]) == (level, heading)


def test_page_numbers_stand_on_the_outer_side_between_dashes() -> None:
    data = document(ALL)
    assert found(part(data, "word/settings.xml"), "//w:evenAndOddHeaders")
    names = dict(zip(found(body(), "//w:footerReference/@w:type"), ("footer1.xml", "footer2.xml"), strict=True))
    for kind, side in (("default", "right"), ("even", "left")):
        footer = part(data, f"word/{names[kind]}")
        assert found(footer, "//w:jc/@w:val") == [side]
        assert "".join(found(footer, "//w:t/text()")) == "— 1 —"
        assert found(footer, "//w:fldSimple/@w:instr") == [" PAGE "]
        assert set(found(footer, "//w:r//w:rFonts/@w:eastAsia")) == {"宋体"}
        assert set(found(footer, "//w:r//w:sz/@w:val")) == {"28"}


def test_the_file_tells_nothing_of_who_made_it_and_when() -> None:
    opened = Document(io.BytesIO(document(ALL)))
    told = opened.core_properties
    assert (told.title, told.language) == ("环境整治素材", "zh-CN")
    assert (told.author, told.last_modified_by, told.comments, told.created, told.modified) == ("", "", "", None, None)
    with zipfile.ZipFile(io.BytesIO(document(ALL))) as parts:
        assert {entry.date_time for entry in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert not [name for name in parts.namelist() if "thumbnail" in name or "app.xml" in name]
        assert b"python-docx" not in b"".join(parts.read(name) for name in parts.namelist())


def test_equal_material_gives_equal_bytes() -> None:
    assert document(ALL) == document(replace(ALL))


@given(st.text(max_size=80), st.text(max_size=20))
@settings(max_examples=60)
def test_whatever_a_text_holds_the_document_can_be_opened(text: str, title: str) -> None:
    material = Material(items=(Item(text=text, title=title, note=text, source=title),), title=title, notes=True)
    assert len(Document(io.BytesIO(document(material))).paragraphs) >= 3


def test_characters_that_xml_forbids_are_left_out() -> None:
    material = Material(items=(Item(text="整\x00治\x0b\ud800\ufffe<b>&\u202e完"),), title="甲\x07乙")
    assert [text for _, text in lines(body(material))][:4] == ["甲乙", "", "整治", "<b>&完[1]"]
