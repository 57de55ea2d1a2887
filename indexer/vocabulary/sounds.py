"""How a text sounds, as bytes that can be kept and looked up: one for each syllable, letter or figure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from string import ascii_lowercase

from indexer.vocabulary import pinyin

# Figures and signs of other scripts: they are told apart by the text itself.
_OTHER = 1
_HEARD = sorted({*map(pinyin.fuzzy, pinyin.SYLLABLES), *ascii_lowercase})
# In the order of the alphabet. There are more sounds than a byte has room for, so some share one with their neighbour: what is
# found is compared with its readings anyway.
_RANKS: Mapping[str, int] = {
    heard: _OTHER + 1 + index * (0xFE - _OTHER) // len(_HEARD) for index, heard in enumerate(_HEARD)
}
_CODES: Mapping[str, int] = {**{each: _RANKS[pinyin.fuzzy(each)] for each in pinyin.SYLLABLES}, **_RANKS}
# Nobody types more of a heading than this; how it goes on is not kept.
_SPELLED = 16


def ways_of(text: str) -> list[tuple[str, ...]]:
    """The ways to read the beginning of *text*; none for a single character, and where nothing is to be read."""
    return [] if len(text) < 2 or text.isascii() else pinyin.readings(text[:_SPELLED])


def sound(way: Iterable[str]) -> bytes:
    """What a reading (as :func:`pinyin.readings` gives it) sounds like; signs are silent."""
    return bytes([_CODES.get(syllable, _OTHER) for syllable in way if syllable.isalnum()])


@lru_cache(maxsize=5_000)
def beginning(letters: str) -> tuple[bytes, bytes] | None:
    """The first and the last of the sounds that *letters* may begin (``zh``: those of za to zuo), or None."""
    codes = [code for syllable, code in _CODES.items() if syllable.startswith(letters)]
    return (bytes([min(codes)]), bytes([max(codes)])) if codes else None


def letters_of(way: Iterable[str]) -> str:
    """The letters of a reading in one: ``huanjing``."""
    return "".join(filter(str.isalnum, way))


def initials(way: Iterable[str]) -> str:
    """The first letters of a reading: ``hj``."""
    return "".join(syllable[0] for syllable in way if syllable.isalnum())
