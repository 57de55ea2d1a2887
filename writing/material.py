"""What is taken along: passages with their sources, and how a document of them is wanted; reads both from JSON.

Nothing of a sender is trusted: each value has its type and its bound, and what no document may hold is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields

from indexer.errors import FanwenError
from writing.cleaning import visible

ITEMS = 200
# Characters. A passage of the library is far shorter; a note may quote another.
TEXT = 20_000
NOTE = 4_000
FIELD = 500
TITLE = 200
# Paragraphs of all items and notes together: 200 pages.
LINES = 4_000

DEFAULT_TITLE = "素材摘编"


class MaterialError(FanwenError):
    """Material that cannot be used; says which item and what about it."""


@dataclass(frozen=True, slots=True)
class Item:
    """A passage with where it stands; what is not known is ``""``. ``number`` is the 文号, ``part`` the 篇 of a collection."""

    text: str
    title: str = ""
    part: str = ""
    number: str = ""
    issuer: str = ""
    date: str = ""
    source: str = ""
    place: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Material:
    """Items in order, and the document that is wanted of them.

    ``clean`` asks for texts as in an official document, ``sources`` for an appendix, ``notes`` for the writer's notes.
    """

    items: tuple[Item, ...]
    title: str = DEFAULT_TITLE
    clean: bool = True
    sources: bool = True
    notes: bool = False


_NAMES = tuple(field.name for field in fields(Item))
_BOUNDS: Mapping[str, int] = {"text": TEXT, "note": NOTE}
_SWITCHES = ("clean", "sources", "notes")


def read(value: object) -> Material:
    """The material that decoded JSON describes. Raises MaterialError with what is wrong and where."""
    wanted = _object(value, "内容", known={"title", "items", *_SWITCHES})
    items = wanted.get("items")
    if not isinstance(items, list) or not items:
        raise MaterialError("没有要导出的素材：“items”应为一组素材，至少一条。")
    if len(items) > ITEMS:
        raise MaterialError(f"素材有 {len(items)} 条，一次最多导出 {ITEMS} 条，请分几次导出。")
    material = Material(
        items=tuple(_item(item, place) for place, item in enumerate(items, 1)),
        title=_text(wanted.get("title", ""), "title", "标题", bound=TITLE).replace("\n", " ").strip() or DEFAULT_TITLE,
        **{name: _switch(wanted[name], name) for name in _SWITCHES if name in wanted},
    )
    _check_length(material)
    return material


def _item(value: object, place: int) -> Item:
    where = f"第 {place} 条素材"
    given = _object(value, where, known=set(_NAMES))
    item = Item(**{name: _text(given.get(name, ""), name, where, bound=_BOUNDS.get(name, FIELD)) for name in _NAMES})
    if not item.text.strip():
        raise MaterialError(f"{where}没有文字。")
    return item


def _object(value: object, where: str, *, known: set[str]) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise MaterialError(f"{where}应为一个 JSON 对象。")
    strangers = sorted(set(value) - known)
    if strangers:
        raise MaterialError(f"{where}里有不认识的项“{visible(strangers[0])[:40]}”。")
    return value


def _text(value: object, name: str, where: str, *, bound: int) -> str:
    if not isinstance(value, str):
        raise MaterialError(f"{where}的“{name}”应为文字。")
    if len(value) > bound:
        raise MaterialError(f"{where}的“{name}”有 {len(value)} 字，最多 {bound} 字。")
    return visible(value)


def _switch(value: object, name: str) -> bool:
    if not isinstance(value, bool):
        raise MaterialError(f"“{name}”应为 true 或 false。")
    return value


def _check_length(material: Material) -> None:
    lines = _lines(text for item in material.items for text in (item.text, item.note))
    if lines > LINES:
        raise MaterialError(f"素材共有 {lines} 个自然段，一次最多导出 {LINES} 段，请分几次导出。")


def _lines(texts: Iterable[str]) -> int:
    return sum(text.count("\n") + 1 for text in texts)
