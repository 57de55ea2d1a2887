"""Numbers are found whole: where a term that begins or ends with a figure would lie within a longer number.

The letter beside the term tells: a figure beside a figure, or 十 before 八, belongs to the same number, unless a sign other
than a point stands between them (3、5 are two numbers, 3.5 is one).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from indexer.model import Token

FIGURES = frozenset("0123456789")
# 十八条 is not 八条; 十万亩 is 万亩 all the same.
HAN_FIGURES = frozenset("一二三四五六七八九〇零两")
_HAN_BEFORE = HAN_FIGURES | frozenset("十百千")
_JOINING = FIGURES | _HAN_BEFORE
# As folding writes them.
PARTING_SIGNS = frozenset("、,;:。!?()[]{}<>《》〈〉【】〔〕\"'-~/|·…")


def before(letter: str) -> frozenset[str]:
    """The letters that make one number with the *letter* behind them."""
    if letter in FIGURES:
        return FIGURES
    return _HAN_BEFORE if letter in HAN_FIGURES else frozenset()


def after(letter: str) -> frozenset[str]:
    """The letters that make one number with the *letter* before them."""
    return FIGURES if letter in FIGURES else frozenset()


def parted(characters: Sequence[Token]) -> Iterator[int]:
    """The positions of the letters of numbers that a sign parts from the number behind them."""
    last, position, sign = "", 0, False
    for token in characters:
        text = token.text
        if text in PARTING_SIGNS:
            sign = True
        elif text.isalnum():
            if sign and last in _JOINING and text in _JOINING:
                yield position
            last, position, sign = text, token.position, False


def edges(characters: Sequence[Token]) -> tuple[str, int, str, int]:
    """The first and last letter of a term and their positions; empty where it has no letter."""
    letters = [token for token in characters if token.text.isalnum()]
    if not letters:
        return "", 0, "", 0
    return letters[0].text, letters[0].position, letters[-1].text, letters[-1].position


def is_joining(letter: str) -> bool:
    """Whether *letter* may be part of a number."""
    return letter in _JOINING


def is_parting(sign: str) -> bool:
    """Whether *sign* parts two numbers."""
    return sign in PARTING_SIGNS
