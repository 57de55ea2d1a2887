"""``.html .htm``: the text of a page block by block; navigation is kept, as ``menu``.

lxml with ``huge_tree``: libxml2 then nests 2,048 deep (256 otherwise, and what lies deeper is lost without a word),
and the walk below is a loop, so that no depth of tags can exhaust the stack.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from lxml import etree

from indexer.errors import SourceError
from indexer.model import BlockKind, Document, Source
from indexer.parsers.bounds import check_characters, empty, too_large
from indexer.parsers.encoding import declared_charset, decode
from indexer.parsers.extracted import Paragraph, document
from indexer.parsers.html_menus import menus
from indexer.parsers.html_tables import cells, is_data_table
from indexer.parsers.html_text import BLOCKS, HEADINGS, collapse, is_dropped, tag_of

# What a page says of itself, the most trustworthy name first (政府网站 use ArticleTitle, PubDate, ContentSource).
_META_NAMES: Mapping[str, tuple[str, ...]] = {
    "title": ("articletitle", "og:title", "title"),
    "date": ("pubdate", "publishdate", "article:published_time", "date"),
    "source": ("contentsource", "source", "author"),
}
_META_LENGTH = 300
# A page saved by Word may hold ten characters of markup for one of text; the text itself is bounded later.
_MARKUP_SHARE = 10
_LINK_SHARE = 0.8
_BETWEEN_LINKS = re.compile(r"[\s>＞»›|｜/·:：、，-]")


def parse(source: Source, data: bytes) -> Iterator[Document]:
    """One document, its text the page's paragraphs joined by line ends."""
    decoded = decode(data, declared=declared_charset(data))
    check_characters(len(decoded.text) // _MARKUP_SHARE)
    root = _tree(decoded.text)
    paragraphs = _Reading(root).paragraphs()
    yield document(source, paragraphs, meta=_meta(root), encoding=decoded.encoding, warnings=decoded.warnings)


def _tree(text: str) -> etree._Element:
    parser = etree.HTMLParser(
        encoding="utf-8", recover=True, no_network=True, remove_comments=True, remove_pis=True, huge_tree=True
    )
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError as error:
        raise empty() if not text.strip() else _damaged() from error
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        raise too_large("网页标签嵌套过深")
    if root is None:
        raise empty()
    return root


def _damaged() -> SourceError:
    return SourceError("网页已损坏，无法解析。", code="damaged")


def _meta(root: etree._Element) -> dict[str, str]:
    said: dict[str, str] = {}
    for element in root.iter("meta"):
        name = (element.get("name") or element.get("property") or "").strip().lower()
        said.setdefault(name, collapse(element.get("content") or "").strip()[:_META_LENGTH])
    title = root.find(".//title")
    if title is not None:
        said["title"] = collapse(title.text or "").strip()[:_META_LENGTH]
    first = {key: next((said[name] for name in names if said.get(name)), "") for key, names in _META_NAMES.items()}
    return {key: value for key, value in first.items() if value}


class _Reading:
    """One walk over a page: text is gathered until a block begins or ends."""

    def __init__(self, root: etree._Element) -> None:
        self._root = root
        self._menus = menus(root)
        self._text: list[str] = []
        self._linked = 0
        self._links = 0
        self._open_links = 0
        self._open_menus = 0
        self._open_pres = 0
        self._kinds: list[tuple[etree._Element, BlockKind, int]] = []
        self._data_table: etree._Element | None = None

    def paragraphs(self) -> Iterator[Paragraph]:
        """The page's paragraphs in reading order."""
        walk = etree.iterwalk(self._root, events=("start", "end"))
        for event, element in walk:
            if event == "end":
                yield from self._leave(element)
            elif is_dropped(element):
                walk.skip_subtree()
            elif self._data_table is not None and tag_of(element) == "tr":
                yield from self._row(element)
                walk.skip_subtree()
            else:
                yield from self._enter(element)

    def _enter(self, element: etree._Element) -> Iterator[Paragraph]:
        if tag_of(element) in BLOCKS:
            yield from self._flush()
        if tag_of(element) == "table" and is_data_table(element):
            self._data_table = element
        if kind := _kind(element):
            self._kinds.append((element, *kind))
        self._count(element, 1)
        yield from self._add(element.text)

    def _leave(self, element: etree._Element) -> Iterator[Paragraph]:
        if tag_of(element) in BLOCKS:
            yield from self._flush()
        if self._data_table is element:
            self._data_table = None
        if self._kinds and self._kinds[-1][0] is element:
            self._kinds.pop()
        if not is_dropped(element) and not (self._data_table is not None and tag_of(element) == "tr"):
            self._count(element, -1)
        if element is not self._root:
            yield from self._add(element.tail)

    def _count(self, element: etree._Element, step: int) -> None:
        """Keep count of the links, menus and preformatted texts that are open."""
        tag = tag_of(element)
        is_link = tag == "a" and element.get("href") is not None
        self._open_links += step * is_link
        self._links += is_link and step > 0
        self._open_menus += step * (element in self._menus)
        self._open_pres += step * (tag == "pre")

    def _add(self, text: str | None) -> Iterator[Paragraph]:
        stretches = (text or "").splitlines() if self._open_pres else [text or ""]
        for number, stretch in enumerate(stretches):
            if number:
                yield from self._flush()
            self._text.append(stretch)
            self._linked += len(stretch.strip()) if self._open_links else 0

    def _flush(self) -> Iterator[Paragraph]:
        text = collapse("".join(self._text)).strip(" ")
        mostly_links = self._links > 1 and self._linked >= len(_BETWEEN_LINKS.sub("", text)) * _LINK_SHARE
        self._text, self._linked, self._links = [], 0, 0
        if text:
            kind, level = self._kinds[-1][1:] if self._kinds else ("paragraph", 0)
            is_menu = self._open_menus > 0 or (mostly_links and kind != "heading")
            yield Paragraph(text, "menu") if is_menu else Paragraph(text, kind, level)

    def _row(self, row: etree._Element) -> Iterator[Paragraph]:
        yield from self._flush()
        found = cells(row)
        kind: BlockKind = "menu" if self._open_menus else "table_row" if len(found) > 1 else "paragraph"
        yield Paragraph(" | ".join(found), kind)


def _kind(element: etree._Element) -> tuple[BlockKind, int] | None:
    tag = tag_of(element)
    if tag in HEADINGS:
        return "heading", int(tag[1])
    return ("list_item", 0) if tag == "li" else None
