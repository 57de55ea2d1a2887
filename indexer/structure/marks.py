"""What a writer should know of a passage: masks to fill in, lists that lost members, sentences that break off."""

from __future__ import annotations

import re
from collections.abc import Iterable

from indexer.model import Mask
from indexer.structure.numbering import inline_numbers

# Dots are read once from where they begin, or one behind a letter: what follows decides, and it is the same for each of them.
_BLANK = r"(?:[×╳✕]+|[xX]{2,}|[*＊]+|[○〇●□]{2,}|_{2,}|＿{2,}|(?<!……)…{2,}+(?=[年月日元]))"
_MASK = re.compile(
    # 20xx年, 201×年
    r"(?<![A-Za-z0-9])(?:19|20)(?:\d?[xX×*＊○]{1,2})(?:年(?:[xX×*＊]{1,2}月)?(?:[xX×*＊]{1,2}日)?)?"
    # x月x日, xx月xx日
    r"|(?<![A-Za-z])[xX×*＊]{1,4}年[xX×*＊\d]{1,2}月(?:[xX×*＊\d]{1,2}日)?|(?<![A-Za-z])[xX×*＊]{1,2}月(?:[xX×*＊]{1,2}日)?"
    # xx.xx亿元; without a bound a line of such signs would be read to its end from each of them
    r"|(?<![A-Za-z])[xX×*＊]{1,40}\.[xX×*＊]+"
    rf"|(?<![A-Za-z0-9]){_BLANK}(?![A-Za-z])"
    # a single x or * before or after a Han character: X个, *村; not X光, not 5×3
    r"|(?<![A-Za-z0-9])[xX×](?=[个名项件条次人户家村镇乡县市区局处某万亿元月日年%％座所])"
)

# What every mask holds.
_MASK_SIGN = re.compile(r"[xX×╳✕*＊○〇●□_＿…]")

GAP_STYLES_MAX = 60


def masks_in(text: str) -> tuple[Mask, ...]:
    """The blanks of *text*, left to right, not overlapping."""
    if not _MASK_SIGN.search(text):
        return ()
    return tuple(Mask(match.start(), match.end()) for match in _MASK.finditer(text))


def has_inline_gap(text: str) -> bool:
    """Whether a list inside a paragraph (①②…, 一是二是…) lacks a member between two that are there, or its first."""
    last: dict[str, int] = {}
    for style, value in inline_numbers(text)[:GAP_STYLES_MAX]:
        before = last.get(style, 0)
        # 要 is a common verb (一要…): a run that does not begin with 一 is no list.
        if value > before + 1 and (before or style == "circled"):
            return True
        last[style] = value
    return False


def missing_numbers(values: Iterable[int]) -> list[int]:
    """The numbers lacking in the lists that *values* run through: 1 2 5 1 2 -> 3 4; a list may not begin above 1."""
    missing: list[int] = []
    before = 0
    for value in values:
        if value > before + 1:
            missing.extend(range(before + 1, min(value, before + 20)))
        before = value
    return missing
