"""In which words two versions of a passage differ, as a reader would point at them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rapidfuzz.distance import Indel

from indexer.text import fold

# What is behind so many characters is compared as a whole: 10,000 that all differ take a few hundredths of a second.
COMPARED = 10_000

# A figure or a Latin word is one token, of what is left each character.
_TOKEN = re.compile(r"[0-9]+(?:[.,:][0-9]+)*%?|[a-z]+|.", re.DOTALL)
# 看著 is 看着 in the other script, and 顯著 is 显著: which it is, a character alone does not tell.
_VARIANTS = str.maketrans("著", "着")
# 三十七 and 四十五 have 十 in common, and a reader sees one number beside another: so much between two changes goes with
# them, where it is no longer than either.
_ISLAND = 4


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch that two texts have in common, or in which they differ: then either side may be empty.

    What they have in common may be written otherwise (環境, 环境; ５, 5), hence both sides are kept.
    """

    one: str
    other: str
    same: bool


def differences(one: str, other: str) -> list[Piece]:
    """The pieces that both texts are made of, in order: their ``one`` sides make *one*, their ``other`` sides *other*."""
    rest = Piece(one[COMPARED:], other[COMPARED:], same=one[COMPARED:] == other[COMPARED:])
    found = _joined([*_compared(one[:COMPARED], other[:COMPARED]), rest])
    return [piece for piece in found if piece.one or piece.other]


def _compared(one: str, other: str) -> Iterator[Piece]:
    """The pieces by tokens: the longest row of these that both texts have, and what stands between."""
    ours, theirs = _tokens(one), _tokens(other)
    for step in Indel.opcodes(*_numbered(ours, theirs)):
        own, others = ours[step.src_start : step.src_end], theirs[step.dest_start : step.dest_end]
        yield Piece(
            "".join(source for _, source in own), "".join(source for _, source in others), same=step.tag == "equal"
        )


def _tokens(text: str) -> list[tuple[str, str]]:
    """The tokens of *text* as they are compared, without regard to script, width or case, each with what stands for it in *text*."""
    folded = fold(text)
    found = [
        (match.group(), folded.starts[match.start()]) for match in _TOKEN.finditer(folded.text.translate(_VARIANTS))
    ]
    # What was folded away belongs to the token before it.
    starts = [0, *(start for _, start in found[1:]), len(text)]
    tokens = [token for token, _ in found] or [""]
    return [(token, text[low:high]) for token, (low, high) in zip(tokens, pairwise(starts), strict=True)]


def _numbered(*texts: Iterable[tuple[str, str]]) -> list[list[int]]:
    numbers: dict[str, int] = {}
    return [[numbers.setdefault(token, len(numbers)) for token, _ in text] for text in texts]


def _joined(pieces: Iterable[Piece]) -> list[Piece]:
    """*pieces* with neighbours of one sort made one, and with small islands given to the changes on their sides."""
    joined: list[Piece] = []
    for piece in pieces:
        joined.append(piece)
        while (several := _closing(joined)) > 1:
            joined[-several:] = [_together(joined[-several:])]
    return joined


def _closing(pieces: Sequence[Piece]) -> int:
    """How many of the last of *pieces* make one."""
    if len(pieces) > 1 and pieces[-1].same == pieces[-2].same:
        return 2
    is_island = len(pieces) > 2 and pieces[-2].same and _is_island(pieces[-2].one, pieces[-3], pieces[-1])
    return 3 if is_island else 1


def _is_island(text: str, before: Piece, after: Piece) -> bool:
    return text.isalnum() and len(text) <= min(_ISLAND, _length(before), _length(after))


def _length(piece: Piece) -> int:
    return max(len(piece.one), len(piece.other))


def _together(pieces: Sequence[Piece]) -> Piece:
    """Neighbours as one piece, a change where one of them is."""
    own, others = "".join(piece.one for piece in pieces), "".join(piece.other for piece in pieces)
    return Piece(own, others, same=all(piece.same for piece in pieces))
