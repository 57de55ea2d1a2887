"""A passage -> what a page holds of it to be taken along: its text, its text for an official document, where it stands."""

from __future__ import annotations

from dataclasses import dataclass

from indexer.model import PassageRecord
from web import render
from writing.cleaning import for_official
from writing.material import Item


@dataclass(frozen=True, slots=True)
class Take:
    """What can be taken along without asking the service again. ``clean`` is ``""`` where it would be the text itself; ``url`` is
    the page of the passage by itself."""

    id: str
    url: str
    item: Item
    clean: str
    lang: str


def take(record: PassageRecord, *, place: str, url: str) -> Take:
    """What a page holds of *record*, which stands at *place* of its file and is read at *url*."""
    clean = render.plain(for_official(record.text))
    item = item_of(record, place=place)
    lang = "zh-Hant" if record.script == "hant" else ""
    return Take(record.id, url, item, "" if clean == item.text else clean, lang)


def item_of(record: PassageRecord, *, place: str) -> Item:
    """*record* with where it stands."""
    return Item(
        text=render.plain(record.text),
        title=record.title,
        part=record.part,
        number=record.number,
        issuer=record.issuer,
        date=record.date or (f"{record.year}年" if record.year else ""),
        source=record.source,
        place=place,
    )
