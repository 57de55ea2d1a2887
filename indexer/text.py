"""Folding: what the search holds equal (width, case, script of a character), with the source span of every character.

NFKC changes lengths (㎏ becomes kg, ⒈ becomes 1.), so a folded text carries its offsets: never assume them equal.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import opencc

# Raise when folding changes: an index made with another folding must be built anew.
FOLDING_VERSION = 1

# One sign for what people type in many ways: “三服务” is 「三服务」 is "三服务".
_SAME_SIGN = str.maketrans(
    {**dict.fromkeys("“”„‟«»「」『』〝〞", '"'), **dict.fromkeys("‘’‛", "'"), **dict.fromkeys("—–―‐‑‒−", "-")}
)

# Marks that combine with the letter before them; such clusters are normalised together.
_COMBINING = re.compile(r"[^\W_][\u0300-\u036f\u1ab0-\u1aff\u3099\u309a]+")


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text. Character ``i`` of ``text`` came from ``starts[i]:ends[i]`` of the original."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    def source(self, start: int, end: int) -> tuple[int, int]:
        """The span of the original text behind the folded characters ``start:end`` (``start < end``)."""
        return self.starts[start], self.ends[end - 1]


def fold(text: str) -> Folded:
    """Fold width, case, quotation marks and dashes, and Traditional characters one by one; drop what has no width."""
    clusters = _clusters(text)
    if clusters is None:
        pieces = [_fold_character(character) for character in text]
        bounds: Sequence[int] = range(len(text) + 1)
    else:
        pieces = [_fold_character(cluster) for cluster in clusters]
        bounds = _cumulated(clusters)
    folded = "".join(pieces)
    if clusters is None and len(folded) == len(text) and "" not in pieces:
        return Folded(folded, range(len(text)), range(1, len(text) + 1))
    starts = [bounds[index] for index, piece in enumerate(pieces) for _ in piece]
    ends = [bounds[index + 1] for index, piece in enumerate(pieces) for _ in piece]
    return Folded(folded, starts, ends)


def fold_text(text: str) -> str:
    """Like :func:`fold` where the offsets are not wanted."""
    return fold(text).text


def _clusters(text: str) -> list[str] | None:
    """*text* cut into letters with their combining marks, or None where it has none (nearly always)."""
    if text.isascii() or not _COMBINING.search(text):
        return None
    clusters: list[str] = []
    done = 0
    for match in _COMBINING.finditer(text):
        clusters.extend(text[done : match.start()])
        clusters.append(match.group())
        done = match.end()
    clusters.extend(text[done:])
    return clusters


def _cumulated(clusters: list[str]) -> list[int]:
    bounds = [0]
    for cluster in clusters:
        bounds.append(bounds[-1] + len(cluster))
    return bounds


@lru_cache(maxsize=100_000)
def _fold_character(character: str) -> str:
    if character.isspace():
        return " "
    if unicodedata.category(character[0]) in {"Cc", "Cf", "Cs", "Mn", "Me"}:
        return ""
    folded = unicodedata.normalize("NFKC", character).casefold().translate(_SAME_SIGN)
    # casefold can undo the composition (İ gives i and a dot), so compose once more and keep no loose marks.
    composed = unicodedata.normalize("NFKC", folded)
    kept = "".join(sign for sign in composed if unicodedata.category(sign) not in {"Mn", "Me", "Cf", "Cc", "Cs"})
    return _simplifier().convert(kept.replace("\u3000", " ")) if not kept.isascii() else kept


@lru_cache(maxsize=1)
def _simplifier() -> opencc.OpenCC:
    """Loaded at first use: importing a module does no work."""
    return opencc.OpenCC("t2s")
