"""Which elements of a page are navigation: told by tag, role, class or id, or by being hardly more than links."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from indexer.parsers.html_text import is_dropped, tag_of

_TAGS = frozenset({"nav", "aside", "footer", "menu"})
_ROLES = frozenset({"navigation", "banner", "contentinfo", "complementary", "search", "menu", "menubar"})
_NAMES_TEXT = (
    "nav navbar navigation menu menus submenu breadcrumb breadcrumbs crumb crumbs sidebar aside related recommend "
    "recommends recommended footer copyright pager pagination share topbar toolbar daohang caidan tuijian "
    "mianbaoxie"
)
_NAMES = frozenset(_NAMES_TEXT.split())
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_LISTS = frozenset({"ul", "ol", "dl"})
_LINK_SHARE = 0.8
_LEAST_LINKS = 3
_SHORT_LINK = 30


@dataclass(slots=True)
class _Ink:
    """Characters in an element, those of them in links, and the number of links."""

    characters: int = 0
    linked: int = 0
    links: int = 0

    def add(self, other: _Ink) -> None:
        self.characters += other.characters
        self.linked += other.linked
        self.links += other.links


def menus(root: etree._Element) -> set[etree._Element]:
    """The elements of the page that are navigation. What holds most of the page's prose is none, whatever its name."""
    inks = _inks(root)
    whole = inks[root]
    prose = whole.characters - whole.linked
    return {
        element
        for element, ink in inks.items()
        if _is_link_list(element, ink) or (_is_named(element) and (ink.characters - ink.linked) * 2 <= prose)
    }


def _inks(root: etree._Element) -> dict[etree._Element, _Ink]:
    """What every visible element holds, counted in one walk from the leaves up."""
    inks: dict[etree._Element, _Ink] = {}
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        if event == "start":
            if is_dropped(element):
                walk.skip_subtree()
            else:
                inks[element] = _Ink(_length(element.text))
        else:
            _close(element, inks)
    return inks


def _close(element: etree._Element, inks: dict[etree._Element, _Ink]) -> None:
    ink, parent = inks.get(element), element.getparent()
    if ink is not None and tag_of(element) == "a" and element.get("href") is not None:
        ink.linked, ink.links = ink.characters, 1
    if parent is not None and parent in inks:
        inks[parent].add(ink or _Ink())
        inks[parent].characters += _length(element.tail)


def _length(text: str | None) -> int:
    return len(text.strip()) if text else 0


def _is_link_list(element: etree._Element, ink: _Ink) -> bool:
    return (
        tag_of(element) in _LISTS
        and ink.links >= _LEAST_LINKS
        and ink.linked >= ink.characters * _LINK_SHARE
        and ink.linked <= ink.links * _SHORT_LINK
    )


def _is_named(element: etree._Element) -> bool:
    tag = tag_of(element)
    if tag in ("html", "body", "article", "main"):
        return False
    if tag in _TAGS or (element.get("role") or "").lower() in _ROLES:
        return True
    if tag == "header":
        return _is_site_header(element)
    words = _WORD.findall(f"{element.get('class') or ''} {element.get('id') or ''}")
    return any(word.lower() in _NAMES for word in words)


def _is_site_header(element: etree._Element) -> bool:
    """The header of the site, not that of an article (which holds its title)."""
    inside = any(tag_of(above) in ("article", "main") for above in element.iterancestors())
    return not inside and element.find(".//h1") is None
