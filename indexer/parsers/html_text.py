"""What the elements of a page are, and how its white space is read."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_BLOCK_TAGS = (
    "address article aside blockquote body br caption center dd details dialog dir div dl dt fieldset figcaption figure "
    "footer form header hr html legend li main marquee menu nav ol p pre section summary table tbody td tfoot th thead "
    "tr ul"
)
BLOCKS = HEADINGS | frozenset(_BLOCK_TAGS.split())
_DROPPED_TAGS = (
    "script style template noscript head title object embed applet iframe svg math canvas audio video select "
    "textarea button input map noframes"
)
_DROPPED = frozenset(_DROPPED_TAGS.split())
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_SPACE = re.compile(r"[ \t\r\n\f]+")
_HAN = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")


def tag_of(element: etree._Element) -> str:
    """The tag in lower case; ``""`` for what is no element (a comment, an entity)."""
    tag = element.tag
    return tag.rpartition(":")[2].lower() if isinstance(tag, str) else ""


def is_dropped(element: etree._Element) -> bool:
    """Whether a reader of the page does not see it: scripts, forms, hidden elements."""
    style = element.get("style")
    return (
        tag_of(element) in _DROPPED
        or element.get("hidden") is not None
        or (style is not None and _HIDDEN.search(style) is not None)
    )


def collapse(text: str) -> str:
    """White space as a browser shows it, but none where a line of the source breaks between two Han characters."""

    def space(found: re.Match[str]) -> str:
        before, after = text[found.start() - 1 : found.start()], text[found.end() : found.end() + 1]
        broken = "\n" in found.group() and _HAN.match(before) and _HAN.match(after)
        return "" if broken else " "

    return _SPACE.sub(space, text)


def visible(element: etree._Element) -> Iterator[tuple[str, bool]]:
    """The stretches of text in an element, without what is dropped, each with whether a link holds it."""
    walk = etree.iterwalk(element, events=("start", "end"))
    links = 0
    for event, inner in walk:
        link = tag_of(inner) == "a" and inner.get("href") is not None
        if event == "start" and is_dropped(inner):
            walk.skip_subtree()
        elif event == "start":
            links += link
            yield inner.text or "", links > 0
        else:
            links -= link and not is_dropped(inner)
            yield (inner.tail or "") if inner is not element else "", links > 0
