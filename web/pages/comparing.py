"""Other passages beside one: what resembles it, and in what its versions differ, as values to write down."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

from indexer.deadline import checked
from indexer.differences import Piece, differences
from indexer.model import PassageRecord, Span
from indexer.search import Hit, SearchRequest, place_of
from web import labels, render
from web.pages.links import Links
from web.pages.shown import Flag, trail

# Differences that are told in words, each in so many characters: who has more looks at the marks.
TOLD = 12
WORDS = 24

# What is told of the words behind a difference.
_LEAD = re.compile(r"\w{1,2}")


@dataclass(frozen=True, slots=True)
class Similar:
    """A passage that resembles another. ``before`` and ``after`` say that it goes on beyond the snippet."""

    record: PassageRecord
    url: str
    trail: tuple[str, ...]
    snippet: Markup
    before: bool
    after: bool
    functions: str
    flags: list[Flag]
    place: str


@dataclass(frozen=True, slots=True)
class Change:
    """A difference in words; empty where one of the two has nothing there."""

    ours: str
    theirs: str


@dataclass(frozen=True, slots=True)
class Version:
    """A version beside the passage: both texts with what differs marked. ``more`` further differences are not told."""

    record: PassageRecord
    url: str
    trail: tuple[str, ...]
    place: str
    ours: list[render.Stretch]
    theirs: list[render.Stretch]
    changes: list[Change]
    more: int
    remark: str


def resembling(hits: Iterable[Hit], request: SearchRequest, *, links: Links) -> list[Similar]:
    """*hits* as they are listed, each marked where it has the words of the passage."""
    found = tuple(hits)
    passage = links.passages(request)
    snippets = render.highlights((hit.snippet.text, hit.snippet.spans) for hit in found)
    return [
        Similar(
            record=hit.record,
            url=passage(hit.record.id),
            trail=trail(hit.record.part, hit.record.heading_path),
            snippet=snippet,
            before=hit.snippet.before,
            after=hit.snippet.after,
            functions=" · ".join(labels.functions(hit.record.functions)),
            flags=labels.flags(hit.record.flags),
            place=hit.place,
        )
        for hit, snippet in zip(found, snippets, strict=True)
    ]


def compared(
    passage: PassageRecord, versions: Iterable[PassageRecord], request: SearchRequest, *, links: Links
) -> list[Version]:
    """*passage* beside each of its *versions*."""
    address = links.passages(request)
    return [_version(passage, version, address(version.id)) for version in checked(versions)]


def _version(passage: PassageRecord, version: PassageRecord, url: str) -> Version:
    pieces = differences(passage.text, version.text)
    changes = list(_changes(pieces))
    return Version(
        record=version,
        url=url,
        trail=trail(version.part, version.heading_path),
        place=place_of(version),
        ours=render.stretches(passage.text, _changed([(piece.one, piece.same) for piece in pieces]), passage.masks),
        theirs=render.stretches(version.text, _changed([(piece.other, piece.same) for piece in pieces]), version.masks),
        changes=changes[:TOLD],
        more=max(0, len(changes) - TOLD),
        remark=_remark(pieces),
    )


def _changes(pieces: Sequence[Piece]) -> Iterator[Change]:
    """The differences in words; where both sides have one, with the word behind it: 三十七天, 四十五天."""
    for piece, behind in pairwise([*pieces, Piece("", "", same=True)]):
        if not piece.same and piece.one and piece.other:
            yield Change(_short(piece.one + _lead(behind.one)), _short(piece.other + _lead(behind.other)))
        elif not piece.same:
            yield Change(_short(piece.one), _short(piece.other))


def _lead(text: str) -> str:
    """The letters that *text* begins with, a few of them."""
    found = _LEAD.match(text)
    return found.group() if found else ""


def _changed(sides: Sequence[tuple[str, bool]]) -> list[Span]:
    """Where the pieces that differ stand in their text."""
    spans, start = [], 0
    for text, same in sides:
        if not same:
            spans.append(Span(start, start + len(text)))
        start += len(text)
    return spans


def _short(text: str) -> str:
    """*text* in a line, its middle left out where it is long."""
    line = " ".join(render.plain(text).split())
    return line if len(line) <= WORDS else f"{line[: WORDS // 2]}…{line[-WORDS // 2 :]}"


def _remark(pieces: Iterable[Piece]) -> str:
    """What is said where no word differs."""
    found = list(pieces)
    if not all(piece.same for piece in found):
        return ""
    is_equal = all(piece.one == piece.other for piece in found)
    return "两处文字完全相同。" if is_equal else "两处文字相同，只是字形或全角半角不同。"
