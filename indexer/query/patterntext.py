"""The signs of a pattern in a word: 以…为抓手 is 以, a gap and 为抓手.

============================  ==============================================================================
``…`` ``……`` ``...`` ``。。。``  one to thirty letters (an ellipsis of any length, or three dots or more)
``*``                         one to four letters; a literal sign between digits (10*20)
``**``                        none to eight letters: in a pasted text it hides a name (20**年), at its ends nothing
``{加强|强化}``                either of the words
``，`` ``；`` ``：`` ``、``     a pause that may stand there; where it does, the pattern ranks higher
============================  ==============================================================================

An ellipsis at the end of an otherwise plain word is punctuation, as it is where text was pasted (环境整治……); where the
word holds another sign of a pattern, it is a gap (从…到…). Full and half width are the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

Scope = Literal["clause", "sentence", "passage"]

# 以“三服务”这一载体为抓手 has a filler of seven; what fills more than a clause of thirty is nothing to reuse.
ELLIPSIS_LETTERS = 30
STAR_LETTERS = 4
STARS_LETTERS = 8

# A brace with a gap or bracket in it stays a sign: choices are words.
BRACES = re.compile(r"[{｛]([^{}｛｝()（）*＊…⋯]*[|｜][^{}｛｝()（）*＊…⋯]*)[}｝]")
_DOTS = re.compile(r"(?:[…⋯]|[.．。｡]{3,})+")
_STARS = re.compile(r"[*＊]{2,}|(?<!\d)[*＊]|[*＊](?!\d)")
_SIGN = re.compile(f"(?P<ellipsis>{_DOTS.pattern})|(?P<stars>{_STARS.pattern})|(?P<braces>{BRACES.pattern})")
_PAUSES = "，；：、,;:"
# Signs of a sentence say nothing in a pattern; a brace that is left has no partner.
_DROPPED = str.maketrans("", "", _PAUSES + "。！？!?｡{}｛｝")
_EDGES = "—～~. \t\u3000"


@dataclass(frozen=True, slots=True)
class Gap:
    """``low`` to ``high`` letters (character positions).

    ``pause`` says that a comma was typed at its start: one may stand there (一方面，…另一方面，…); ``parted`` that one was typed at
    its end, where one always may (从…到…，从…到…).
    ``Gap(0, 0)`` parts neighbours between which a comma may stand.
    """

    low: int
    high: int
    pause: bool = False
    parted: bool = False


_ELLIPSIS = Gap(1, ELLIPSIS_LETTERS)

# The words of which one must stand there, or a gap.
PatternPiece = tuple[str, ...] | Gap


def searchable(text: str) -> bool:
    """Whether *text* holds a letter, a digit or a Han character."""
    return any(character.isalnum() for character in text)


def pieces(word: str) -> tuple[PatternPiece, ...]:
    """The pieces of *word*, without gaps in a row; ``()`` where it is a plain word, or where no piece is searchable."""
    parts = list(_parts(word))
    joined = _joined(_items(parts))
    while joined and _says_nothing(joined[0]):
        joined.pop(0)
    while joined and _says_nothing(joined[-1]):
        joined.pop()
    literals = [piece for piece in joined if isinstance(piece, tuple)]
    plain = len(literals) == 1 and len(literals[0]) == 1 and all(piece in (*literals, _ELLIPSIS) for piece in joined)
    if plain or not literals:
        # **县 and {县|} have signs that say nothing; 县…… has none, and keeps its punctuation.
        return tuple(literals) if any(part for part in parts if not isinstance(part, str) and part != _ELLIPSIS) else ()
    return tuple(joined)


def written(found: Iterable[PatternPiece]) -> str:
    """*found* as a writer would type it; :func:`pieces` reads the same pieces from it."""
    return "".join(_written(piece) for piece in found)


def _parts(word: str) -> Iterator[PatternPiece | str]:
    """The signs of *word* and the text between them."""
    done = 0
    for match in _SIGN.finditer(word):
        if done < match.start():
            yield word[done : match.start()]
        yield _sign(match)
        done = match.end()
    if done < len(word):
        yield word[done:]


def _sign(match: re.Match[str]) -> PatternPiece:
    if match["ellipsis"]:
        return _ELLIPSIS
    if stars := match["stars"]:
        return Gap(1, STAR_LETTERS) if len(stars) == 1 else Gap(0, STARS_LETTERS)
    choices = (_cleaned(choice) for choice in re.split(r"[|｜]", match["braces"][1:-1]))
    return tuple(dict.fromkeys(choice for choice in choices if searchable(choice)))


def _items(parts: Iterable[PatternPiece | str]) -> Iterator[PatternPiece | None]:
    """The pieces of *parts*, and None for each pause between two of them: 到…，从 has one before 从."""
    for part in parts:
        if not isinstance(part, str):
            yield part
            continue
        kept = _cleaned(part)
        if part.strip(_EDGES)[:1] in tuple(_PAUSES):
            yield None
        if searchable(kept):
            yield (kept,)
            if part.strip(_EDGES)[-1] in _PAUSES:
                yield None


def _joined(items: Iterable[PatternPiece | None]) -> list[PatternPiece]:
    """The pieces of *items*: the wider of two gaps in a row, and two plain words in a row as one."""
    joined: list[PatternPiece] = []
    pause = False
    for item in items:
        if not item:
            pause = pause or item is None
            continue
        last = joined[-1] if joined else None
        # A gap before the first word is parted from nothing.
        opening = len(joined) == 1 and isinstance(last, Gap)
        joined[-1:] = _adjoined(last, item, pause=pause and not opening)
        pause = False
    return joined


def _adjoined(last: PatternPiece | None, item: PatternPiece, *, pause: bool) -> list[PatternPiece]:
    """What stands for *last* and for *item*, which follows it."""
    match last, item:
        case None, _:
            return [item]
        case Gap(), Gap():
            return [replace(max(last, item, key=lambda gap: gap.high), pause=last.pause)]
        case _, Gap():
            return [last, replace(item, pause=pause)]
        case Gap(), _ if pause:
            return [replace(last, parted=True), item]
        case (first,), (second,):
            return [(first + second,)]
        case (*_,), (*_,) if pause:
            return [last, Gap(0, 0), item]
        case _:
            return [last, item]


def _cleaned(text: str) -> str:
    return text.translate(_DROPPED).strip(_EDGES)


def _says_nothing(piece: PatternPiece) -> bool:
    return isinstance(piece, Gap) and piece.low == 0


def _written(piece: PatternPiece) -> str:
    if isinstance(piece, tuple):
        return piece[0] if len(piece) == 1 else "{" + "|".join(piece) + "}"
    signs = {0: "", STAR_LETTERS: "*", STARS_LETTERS: "**"}
    pause = "，" if piece.pause or piece.high == 0 else ""
    return pause + signs.get(piece.high, "…") + ("，" if piece.parted else "")
