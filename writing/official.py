"""Material -> a .docx laid out after GB/T 9704-2012. Equal material gives equal bytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator
from operator import itemgetter
from typing import Any

from docx import Document
from docx.document import Document as Docx
from docx.opc.constants import CONTENT_TYPE as CONTENT
from docx.opc.constants import RELATIONSHIP_TYPE as RELATION
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from lxml import etree

from indexer import deadline
from writing import headings, layout
from writing.cleaning import for_official, visible
from writing.headings import Line
from writing.material import Item, Material

MIMETYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

# Parts of the empty document of python-docx that ours goes without: samples, pictures, the name of a program.
_NEEDLESS = frozenset(
    {
        *("stylesWithEffects", "webSettings", "theme", "customXml", "numbering", "fontTable"),
        *("thumbnail", "extended-properties"),
    }
)
_FONTS = PackURI("/word/fontTable.xml")
_STYLES = {style.id: style for style in layout.STYLES}
# A zip cannot hold an earlier time, and the time of writing would make equal files differ.
_EPOCH = (1980, 1, 1, 0, 0, 0)
_WORD = f"{{{layout.MAIN}}}"
# Characters that a property may have.
_PROPERTY = 255
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"

# A stretch of a paragraph: its text and its font; no font is that of the paragraph's style. "^" raises it.
Run = tuple[str, str]
RAISED = "^"


def document(material: Material) -> bytes:
    """The .docx of *material*. Raises TooLong where the time that its sender has is over."""
    made = _blank(material.title)
    body = made.element.body
    for place, paragraph in enumerate(deadline.checked(_paragraphs(material))):
        body.insert(place, paragraph)
    return _packed(made)


def _blank(title: str) -> Docx:
    """An empty document in our layout, which tells nothing of who made it and when."""
    made = Document()
    for relations in (made.part.rels, made.part.package.rels):
        for name, relation in list(relations.items()):
            if relation.reltype.rsplit("/", 1)[-1] in _NEEDLESS:
                relations.pop(name)
    _replace(made.styles.element, layout.styles())
    _replace(made.settings.element, layout.settings())
    _replace(made.element.body, f'<w:body xmlns:w="{layout.MAIN}">{layout.section()}</w:body>')
    _number_pages(made)
    table = Part(_FONTS, CONTENT.WML_FONT_TABLE, layout.font_table().encode(), made.part.package)
    made.part.relate_to(table, RELATION.FONT_TABLE)
    _name(made, title)
    return made


def _replace(element: Any, xml: str) -> None:
    """Give *element* the children of *xml* for its own."""
    for child in list(element):
        element.remove(child)
    for child in list(parse_xml(xml)):
        element.append(child)


def _number_pages(made: Docx) -> None:
    (section,) = made.sections
    for footer, side in ((section.footer, "right"), (section.even_page_footer, "left")):
        footer.is_linked_to_previous = False
        _replace(footer._element, f'<w:ftr xmlns:w="{layout.MAIN}">{layout.page_number(side)}</w:ftr>')


def _name(made: Docx, title: str) -> None:
    """Its title and its language; python-docx would add its own name, and the day on which its template was made."""
    properties = made.core_properties
    for told in list(properties._element):
        properties._element.remove(told)
    properties.title = visible(title)[:_PROPERTY]
    properties.language = "zh-CN"


def _paragraphs(material: Material) -> Iterator[Any]:
    yield _paragraph("Title", [(material.title, "")])
    yield _paragraph("Normal", [])
    for place, item in enumerate(material.items, 1):
        mark = f"[{place}]" if material.sources else ""
        yield from _item(item, mark, material)
    if material.sources:
        yield from _appendix(material.items)


def _item(item: Item, mark: str, material: Material) -> Iterator[Any]:
    """The lines of an item, with the number of its source behind the last, and its note."""
    lines = _lines(for_official(item.text) if material.clean else item.text)
    for line in lines[:-1]:
        yield _line(headings.read(line), "")
    yield _line(headings.read(lines[-1] if lines else ""), mark)
    if material.notes:
        for number, line in enumerate(_lines(item.note)):
            yield _paragraph("Note", [(line if number else f"备注：{line}", "")])


def _lines(text: str) -> list[str]:
    stripped = (line.strip() for line in visible(text).split("\n"))
    return [line for line in stripped if line]


def _line(line: Line, mark: str) -> Any:
    """The paragraph of *line*; a heading that runs into its text has its own font up to its full stop."""
    raised = [(mark, RAISED)] if mark else []
    if line.alone:
        return _paragraph(f"Heading{line.level}", [(line.text, ""), *raised])
    font = _STYLES[f"Heading{line.level}"].font if line.level else ""
    parts = [(line.text[: line.heading], font), (line.text[line.heading :], "")]
    return _paragraph("Normal", [*filter(itemgetter(0), parts), *raised])


def _appendix(items: Iterable[Item]) -> Iterator[Any]:
    yield _paragraph("Appendix", [("附：素材出处", "")])
    for place, item in enumerate(items, 1):
        yield _paragraph("Normal", [(f"{place}. {source(item)}", "")])


def source(item: Item) -> str:
    """Where *item* stands, in one line: 《芦塘镇工作总结》，芦政发〔2022〕5号，2022-12-20，总结/芦塘镇.txt，第 5 行。"""
    title = f"《{item.title}》{f'（{item.part}）' if item.part else ''}" if item.title else item.part
    told = (title, item.issuer, item.number, item.date, item.source, item.place)
    known = "，".join(filter(None, (visible(each).replace("\n", " ") for each in told)))
    return f"{known or '没有记下出处'}。"


def _paragraph(style: str, runs: Iterable[Run]) -> Any:
    paragraph = etree.Element(_WORD + "p", nsmap={"w": layout.MAIN})
    properties = etree.SubElement(paragraph, _WORD + "pPr")
    if style != "Normal":
        etree.SubElement(properties, _WORD + "pStyle", {_WORD + "val": style})
    for text, font in runs:
        paragraph.append(_run(text, font, style))
    return paragraph


def _run(text: str, font: str, style: str) -> Any:
    """A stretch of text; the hint stands at every run, since Word looks for it there."""
    run = etree.Element(_WORD + "r")
    properties = etree.SubElement(run, _WORD + "rPr")
    named = _STYLES[style].font if font in ("", RAISED) else font
    properties.append(etree.fromstring(f'<x xmlns:w="{layout.MAIN}">{layout.fonts(named)}</x>')[0])
    if font == RAISED:
        etree.SubElement(properties, _WORD + "vertAlign", {_WORD + "val": "superscript"})
    words = etree.SubElement(run, _WORD + "t", {_SPACE: "preserve"})
    words.text = visible(text).replace("\n", " ")
    return run


def _packed(made: Docx) -> bytes:
    """The file, with nothing in it that depends on the hour."""
    written, packed = io.BytesIO(), io.BytesIO()
    made.save(written)
    with zipfile.ZipFile(written) as parts, zipfile.ZipFile(packed, "w") as kept:
        for name in parts.namelist():
            entry = zipfile.ZipInfo(name, date_time=_EPOCH)
            kept.writestr(entry, parts.read(name), compress_type=zipfile.ZIP_DEFLATED)
    return packed.getvalue()
