"""Word documents: headings by style, automatic numbers written out, hostile packages refused."""

from __future__ import annotations

import io
import zipfile

import pytest

from indexer.errors import SourceError
from indexer.parsers.numbers import printed

from .samples import W, document, kinds, package, paragraph, texts


def test_headings_come_from_style_names_in_both_languages_and_from_outline_levels() -> None:
    styles = (
        f'<w:styles xmlns:w="{W}"><w:style w:styleId="a"><w:name w:val="Heading 2"/></w:style>'
        '<w:style w:styleId="b"><w:name w:val="标题 1"/></w:style>'
        '<w:style w:styleId="c"><w:name w:val="自定"/><w:basedOn w:val="a"/></w:style></w:styles>'
    )
    body = "".join(paragraph(name, f'<w:pStyle w:val="{name}"/>') for name in "abc")
    body += paragraph("大纲", '<w:outlineLvl w:val="2"/>') + paragraph("正文", '<w:outlineLvl w:val="9"/>')
    assert [block.level for block in document("a.docx", package(body, word__styles=styles)).blocks] == [2, 1, 2, 3, 0]


def test_styles_that_are_based_on_each_other_in_a_circle_do_no_harm() -> None:
    styles = (
        f'<w:styles xmlns:w="{W}"><w:style w:styleId="a"><w:basedOn w:val="b"/></w:style>'
        '<w:style w:styleId="b"><w:basedOn w:val="a"/></w:style></w:styles>'
    )
    assert texts(document("a.docx", package(paragraph("文", '<w:pStyle w:val="a"/>'), word__styles=styles))) == ["文"]


@pytest.mark.parametrize(
    ("form", "number", "text"),
    [
        ("chineseCounting", 1, "一"),
        ("chineseCountingThousand", 10, "十"),
        ("chineseCountingThousand", 12, "十二"),
        ("chineseCounting", 20, "二十"),
        ("chineseCounting", 105, "一百零五"),
        ("japaneseCounting", 113, "一百一十三"),
        ("chineseLegalSimplified", 3, "叁"),
        ("decimalEnclosedCircle", 4, "④"),
        ("decimalFullWidth", 12, "１２"),
        ("lowerRoman", 4, "iv"),
        ("upperRoman", 19, "XIX"),
        ("lowerLetter", 28, "bb"),
        ("decimalZero", 7, "07"),
        ("ideographTraditional", 2, "乙"),
        ("unknownFormat", 5, "5"),
        ("chineseCounting", 5000, "5000"),
    ],
)
def test_numbers_are_printed_as_word_prints_them(form: str, number: int, text: str) -> None:
    assert printed(number, form=form) == text


def test_a_number_of_a_restarted_list_begins_anew() -> None:
    numbering = (
        f'<w:numbering xmlns:w="{W}"><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/>'
        '<w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl></w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="0"/>'
        '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num></w:numbering>'
    )
    lists = [1, 1, 2, 2]
    body = "".join(paragraph("条", f'<w:numPr><w:ilvl w:val="0"/><w:numId w:val="{one}"/></w:numPr>') for one in lists)
    assert texts(document("a.docx", package(body, word__numbering=numbering))) == ["1.条", "2.条", "1.条", "2.条"]


def test_the_title_of_the_properties_is_taken_unless_it_is_a_program_s() -> None:
    core = '<c xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{}</dc:title></c>'
    body = paragraph("文")
    assert document("a.docx", package(body, docProps__core=core.format("防汛总结"))).meta == {"title": "防汛总结"}
    assert document("a.docx", package(body, docProps__core=core.format("Microsoft Word"))).meta == {}


def test_a_zip_named_docx_is_refused_with_its_reason() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("照片.jpg", b"...")
    with pytest.raises(SourceError, match="不是 Word 文档") as caught:
        document("照片.docx", stream.getvalue())
    assert caught.value.code == "not_docx"


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", "纯文本".encode(), b"\x00" * 100])
def test_what_is_no_zip_is_refused(data: bytes) -> None:
    with pytest.raises(SourceError) as caught:
        document("a.docx", data)
    assert caught.value.code == "not_docx"


def test_an_encrypted_document_is_refused() -> None:
    with pytest.raises(SourceError, match="已加密") as caught:
        document("a.docx", bytes.fromhex("d0cf11e0a1b11ae1") + bytes(1000))
    assert caught.value.code == "encrypted"


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    with pytest.raises(SourceError, match="解压后过大") as caught:
        document("a.docx", package(paragraph(" " * 20_000_000)))
    assert caught.value.code == "too_large"


@pytest.mark.parametrize("broken", ["<w:p><w:r>", "</w:body>", "&lol;", "\x00"])
def test_broken_xml_is_damaged(broken: str) -> None:
    with pytest.raises(SourceError, match="已损坏") as caught:
        document("a.docx", package(broken))
    assert caught.value.code == "damaged"


def test_a_torn_package_is_refused() -> None:
    whole = package("".join(paragraph(f"第{number}段") for number in range(500)))
    for cut in (len(whole) // 3, len(whole) - 30):
        with pytest.raises(SourceError) as caught:
            document("a.docx", whole[:cut])
        assert caught.value.code in ("not_docx", "damaged")


def test_entities_are_not_expanded() -> None:
    lol = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
    text = f'<!DOCTYPE d [<!ENTITY l0 "哈">{lol}]><w:document xmlns:w="{W}"><w:body>{paragraph("&l9;")}</w:body></w:document>'
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("word/document.xml", text)
    with pytest.raises(SourceError) as caught:
        document("a.docx", stream.getvalue())
    assert caught.value.code in ("empty", "damaged")


def test_elements_nested_beyond_reason_are_refused() -> None:
    with pytest.raises(SourceError) as caught:
        document("a.docx", package("<w:p><w:r><w:txbxContent>" * 3_000 + "</w:txbxContent></w:r></w:p>" * 3_000))
    assert caught.value.code in ("damaged", "empty")


def test_a_long_document_is_read_in_order() -> None:
    found = document("a.docx", package("".join(paragraph(f"第{number}段") for number in range(20_000))))
    assert texts(found)[::5_000] == ["第0段", "第5000段", "第10000段", "第15000段"]
    assert set(kinds(found)) == {"paragraph"}
