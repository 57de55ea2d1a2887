"""Paragraph styles of a Word document: heading levels and list numbers, inherited along ``basedOn``."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from lxml import etree

from indexer.parsers.docx_numbering import W, value

_HEADING = re.compile(r"(?:heading|标题|標題)\s*([1-9])", re.IGNORECASE)
_CONTENTS = re.compile(r"(?:toc|目录|目錄)\s*[1-9]", re.IGNORECASE)
_TITLES = frozenset({"title", "标题", "標題"})
_MAX_CHAIN = 20


@dataclass(frozen=True, slots=True)
class Style:
    """``level`` 1 to 6 for headings, else 0; ``number_id`` and ``number_level`` of the list that it belongs to.

    ``is_contents`` marks the entries of a table of contents.
    """

    level: int = 0
    is_title: bool = False
    is_contents: bool = False
    number_id: str = ""
    number_level: int = 0


class Styles:
    """The styles by id, each with what it inherits."""

    def __init__(self, root: etree._Element | None) -> None:
        found = root.iterchildren(f"{W}style") if root is not None else ()
        self._elements = {element.get(f"{W}styleId", ""): element for element in found}
        self._known: dict[str, Style] = {}

    def __getitem__(self, style_id: str) -> Style:
        if style_id not in self._known:
            self._known[style_id] = self._inherited(style_id)
        return self._known[style_id]

    def _inherited(self, style_id: str) -> Style:
        """The chain is walked from its root down; a chain in a circle ends at its bound."""
        chain: list[etree._Element] = []
        while style_id in self._elements and len(chain) < _MAX_CHAIN:
            chain.append(self._elements[style_id])
            style_id = value(chain[-1], "basedOn")
        style = Style()
        for element in reversed(chain):
            style = with_properties(_named(style, value(element, "name")), element.find(f"{W}pPr"))
        return style


def _named(style: Style, name: str) -> Style:
    if name.strip().lower() in _TITLES:
        return replace(style, is_title=True)
    if _CONTENTS.match(name.strip()):
        return replace(style, is_contents=True)
    heading = _HEADING.match(name.strip())
    return replace(style, level=min(6, int(heading.group(1)))) if heading else style


def with_properties(style: Style, properties: etree._Element | None) -> Style:
    """*style* as changed by paragraph properties (``w:pPr``)."""
    if properties is None:
        return style
    outline = value(properties, "outlineLvl")
    if outline.isdecimal():
        style = replace(style, level=int(outline) + 1 if int(outline) < 6 else 0)
    numbers = properties.find(f"{W}numPr")
    if numbers is None:
        return style
    level = value(numbers, "ilvl")
    number_id = value(numbers, "numId") or style.number_id
    return replace(style, number_id=number_id, number_level=int(level) if level.isdecimal() else style.number_level)
