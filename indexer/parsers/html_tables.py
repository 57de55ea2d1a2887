"""Tables of data, and the tables that old pages are laid out with."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from indexer.parsers.html_text import HEADINGS, collapse, tag_of, visible

_CELL_LENGTH = 200
_PROSE = HEADINGS | {"ul", "ol", "blockquote", "pre", "table"}


def is_data_table(table: etree._Element) -> bool:
    """Whether rows belong together: short cells without prose, most rows with two or more of them filled."""
    if any(tag_of(element) in _PROSE for element in table.iterdescendants()):
        return False
    if any(_is_prose(cell) for cell in table.iterdescendants("td", "th")):
        return False
    filled = [len(cells(row)) > 1 for row in table.iterdescendants("tr")]
    return any(filled) and sum(filled) * 2 >= len(filled)


def cells(row: etree._Element) -> list[str]:
    """The texts of a row's cells, those without text left out."""
    texts = (_text(cell) for cell in row.iterchildren("td", "th"))
    return [text for text in texts if text]


def _text(cell: etree._Element) -> str:
    return collapse("".join(_stretches(cell))).strip(" \xa0\u3000")


def _stretches(cell: etree._Element) -> Iterator[str]:
    return (text for text, _ in visible(cell))


def _is_prose(cell: etree._Element) -> bool:
    return len(list(cell.iterchildren("p", "div"))) > 1 or len(_text(cell)) > _CELL_LENGTH
