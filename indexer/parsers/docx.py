"""``.docx``: paragraphs, tables and text boxes in order, headings by style, automatic numbers written out.

Read straight from the package with lxml, one top-level element at a time. python-docx builds the whole tree with an
object for each part, does not see content controls, text boxes or tracked insertions, and writes no numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from indexer.model import BlockKind, Document, Source
from indexer.parsers.docx_numbering import Numbering, W
from indexer.parsers.docx_styles import Style, Styles, with_properties
from indexer.parsers.extracted import Paragraph, document
from indexer.parsers.package import Package, not_docx, open_package

_DC = "{http://purl.org/dc/elements/1.1/}"
# What is not part of the text as printed: deletions, field codes, the copy of a text box for old readers.
_UNREAD = frozenset(f"{W}{name}" for name in ("del", "moveFrom", "instrText", "delText", "pPr", "rPr", "sectPr")) | {
    "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
}
_BREAKS = {f"{W}tab": "\t", f"{W}br": "\n", f"{W}cr": "\n", f"{W}noBreakHyphen": "-"}
_GENERIC_TITLE = re.compile(r"(word|wps|microsoft|普通|文档|document|untitled|无标题|幻灯片|power)", re.IGNORECASE)


def parse(source: Source, data: bytes) -> Iterator[Document]:
    """One document, its text the paragraphs joined by line ends. Footnotes stand at the end."""
    package = open_package(data)
    reading = _Reading(package, main=_main_part(package))
    paragraphs = list(reading.paragraphs())
    yield document(source, paragraphs, meta=_meta(package, reading.title))


def _main_part(package: Package) -> str:
    """The part that the package names as its document; word/document.xml with nearly all programs."""
    root = package.tree("_rels/.rels")
    related = root.iterchildren() if root is not None else ()
    named = [
        str(one.get("Target", "")).lstrip("/") for one in related if one.get("Type", "").endswith("/officeDocument")
    ]
    for name in (*named, "word/document.xml"):
        if name in package and name.endswith(".xml") and not name.startswith(("xl/", "ppt/")):
            return name
    raise not_docx()


def _meta(package: Package, title: str) -> dict[str, str]:
    core = package.tree("docProps/core.xml")
    if core is None:
        return {"title": title} if title else {}
    said = (core.findtext(f"{_DC}title") or "").strip()
    meta = {"title": title or ("" if _GENERIC_TITLE.match(said) else said)}
    return {key: value for key, value in meta.items() if value}


class _Reading:
    """One walk over the main part. ``title`` is the text in the Title style, if any."""

    def __init__(self, package: Package, *, main: str) -> None:
        self._package = package
        self._main = main
        self._styles = Styles(package.tree("word/styles.xml"))
        self._numbering = Numbering(package.tree("word/numbering.xml"))
        self.title = ""

    def paragraphs(self) -> Iterator[Paragraph]:
        """The paragraphs of the body, then those of the footnotes and endnotes."""
        yield from self._part(self._main, f"{W}body")
        for name, tag in (("word/footnotes.xml", "footnotes"), ("word/endnotes.xml", "endnotes")):
            if name in self._package:
                yield from self._part(name, f"{W}{tag}")

    def _part(self, name: str, parent: str) -> Iterator[Paragraph]:
        """The children of *parent* one by one, each forgotten once read, so that memory follows the largest of them."""
        with self._package.open(name) as stream:
            events = etree.iterparse(stream, events=("end",), resolve_entities=False, no_network=True, load_dtd=False)
            for _, element in events:
                above = element.getparent()
                if above is not None and above.tag == parent:
                    yield from self._blocks(element)
                    element.clear()
                    while element.getprevious() is not None:
                        del above[0]

    def _blocks(self, root: etree._Element) -> Iterator[Paragraph]:
        """Paragraphs and table rows at any depth below *root*, in reading order."""
        walk = etree.iterwalk(root, events=("start",))
        for _, element in walk:
            if element.tag in _UNREAD or not isinstance(element.tag, str):
                walk.skip_subtree()
            elif element.tag == f"{W}p":
                walk.skip_subtree()
                yield from self._paragraph(element)
            elif element.tag == f"{W}tr" and _is_data_row(element):
                walk.skip_subtree()
                yield Paragraph(" | ".join(_cells(element)), "table_row")

    def _paragraph(self, element: etree._Element) -> Iterator[Paragraph]:
        """A paragraph (a line break in it begins another), then the text boxes that are anchored in it."""
        properties = element.find(f"{W}pPr")
        named = properties.find(f"{W}pStyle") if properties is not None else None
        style = with_properties(self._styles[named.get(f"{W}val", "") if named is not None else ""], properties)
        boxes: list[etree._Element] = []
        lines = _text(element, boxes).split("\n")
        number = self._numbering.next(style.number_id, style.number_level) if "".join(lines).strip() else None
        kind = _kind(style, number)
        if style.is_title and not self.title:
            self.title = " ".join(lines).strip()
        for count, line in enumerate(lines):
            yield Paragraph(_spaced(number or "", line) if count == 0 else line, kind, style.level)
        for box in boxes:
            yield from self._blocks(box)


def _kind(style: Style, number: str | None) -> BlockKind:
    if style.is_contents:
        return "menu"
    if style.level:
        return "heading"
    return "list_item" if number == "" else "paragraph"


def _spaced(number: str, text: str) -> str:
    """The number before its text; 一、 and （一） need no space, 1.2 does."""
    return f"{number} {text}" if number[-1:].isalnum() and number[-1:].isascii() else number + text


def _text(paragraph: etree._Element, boxes: list[etree._Element]) -> str:
    """The text as printed; text boxes are put aside into *boxes*."""
    texts: list[str] = []
    walk = etree.iterwalk(paragraph, events=("start",))
    for _, element in walk:
        if element.tag == f"{W}txbxContent":
            boxes.append(element)
            walk.skip_subtree()
        elif element.tag in _UNREAD:
            walk.skip_subtree()
        elif element.tag == f"{W}t":
            texts.append(element.text or "")
        else:
            texts.append(_BREAKS.get(element.tag, ""))
    return "".join(texts)


def _is_data_row(row: etree._Element) -> bool:
    """Cells of one short paragraph each; a cell of several paragraphs, or a lone cell, is only a frame around text."""
    cells = row.findall(f"{W}tc")
    inked = [[one for one in cell.iter(f"{W}p") if _text(one, []).strip()] for cell in cells]
    filled = [found for found in inked if found]
    return len(filled) > 1 and all(len(found) <= 3 for found in filled) and row.find(f".//{W}tbl") is None


def _cells(row: etree._Element) -> list[str]:
    texts = (" ".join(_text(one, []).strip() for one in cell.iter(f"{W}p")) for cell in row.findall(f"{W}tc"))
    return [" ".join(text.split()) for text in texts if text.strip()]
