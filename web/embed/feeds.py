"""What browsers and feed readers read: an OpenSearch description, and Atom (RFC 4287)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from lxml import etree

from web.render import plain

_ATOM = "http://www.w3.org/2005/Atom"
_OPENSEARCH = "http://a9.com/-/spec/opensearch/1.1/"
# What XML 1.0 cannot hold, beyond the control characters that `plain` takes out.
_NOT_XML = re.compile("[\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that was added. ``updated`` is an RFC 3339 time, ``url`` a whole address that names it as well."""

    url: str
    title: str
    text: str
    updated: str
    author: str = ""


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed; ``own`` is its address, ``page`` that of the page that shows the same, both whole."""

    title: str
    own: str
    page: str
    updated: str
    entries: tuple[Entry, ...]

    def xml(self) -> bytes:
        """The document, in UTF-8."""
        root = etree.Element(f"{{{_ATOM}}}feed", nsmap={None: _ATOM})
        root.set("{http://www.w3.org/XML/1998/namespace}lang", "zh-CN")
        _add(root, "id", self.own)
        _add(root, "title", self.title)
        _add(root, "updated", self.updated)
        _add(_add(root, "author"), "name", "范文检索")
        _add(root, "link", rel="self", type="application/atom+xml", href=self.own)
        _add(root, "link", rel="alternate", type="text/html", href=self.page)
        for entry in self.entries:
            _entry(root, entry)
        return _document(root)


def opensearch(*, page: str, suggestions: str, own: str, icon: str) -> bytes:
    """The description of the search for browsers (OpenSearch 1.1); all addresses whole."""
    root = etree.Element(f"{{{_OPENSEARCH}}}OpenSearchDescription", nsmap={None: _OPENSEARCH})
    _add(root, "ShortName", "范文检索")
    _add(root, "Description", "检索可以借鉴的公文段落")
    _add(root, "InputEncoding", "UTF-8")
    _add(root, "Language", "zh-CN")
    _add(root, "Image", icon, type="image/svg+xml", width="16", height="16")
    _add(root, "Url", type="text/html", template=f"{page}?q={{searchTerms}}")
    asked = f"{suggestions}?q={{searchTerms}}&format=opensearch"
    _add(root, "Url", type="application/x-suggestions+json", template=asked)
    _add(root, "Url", type="application/opensearchdescription+xml", rel="self", template=own)
    return _document(root)


def _entry(root: etree._Element, entry: Entry) -> None:
    written = _add(root, "entry")
    _add(written, "id", entry.url)
    _add(written, "title", entry.title)
    _add(written, "updated", entry.updated)
    if entry.author:
        _add(_add(written, "author"), "name", entry.author)
    _add(written, "link", rel="alternate", type="text/html", href=entry.url)
    _add(written, "summary", entry.text, type="text")


def _add(parent: etree._Element, name: str, text: str = "", **attributes: str) -> etree._Element:
    """A new child in the namespace of its parent."""
    child = etree.SubElement(parent, f"{{{etree.QName(parent).namespace}}}{name}", attributes)
    child.text = _printed(text) or None
    return child


def _printed(text: str) -> str:
    return _NOT_XML.sub("", plain(text))


def _document(root: etree._Element) -> bytes:
    written: bytes = etree.tostring(root, encoding="utf-8", xml_declaration=True, pretty_print=True)
    return written


def joined(parts: Iterable[str]) -> str:
    """The parts of a title that are not empty."""
    return " · ".join(part for part in parts if part)
