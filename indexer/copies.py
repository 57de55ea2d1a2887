"""Near-copies: passages that differ only in names, numbers, masks or numbering, told by a signature of 64 bytes.

A text is stripped of what changes from one copy to the next, and a MinHash of its character trigrams keeps one bit a
slot (b-bit MinHash, Li and König 2010): of two signatures (1 + J) / 2 of the bits are equal, J being the share of
trigrams that the two texts have in common. The index stores signatures, so ``COPIES_VERSION`` stands for all of this.
"""

from __future__ import annotations

import hashlib
import re
from array import array
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from rensa import RMinHash

from indexer.model import Mask
from indexer.text import fold_text

Signatures = npt.NDArray[np.uint8]
_Words = npt.NDArray[np.uint64]
_Rows = npt.NDArray[np.intp]

# Raise when a signature of the same text changes (stripping, hashing, size): an index made before must be built anew.
COPIES_VERSION = 1
SIGNATURE_BYTES = 64

_SLOTS = SIGNATURE_BYTES * 8
# Texts that are hashed together.
_TOGETHER = 64
_SEED = 20
# Bits in which copies may differ: 0.875 of the trigrams in common. Of 85 pairs of real paragraphs read at or above it, 80 differ
# in figures, names, numbering or a particle only, 5 in a short clause. From 0.85 to 0.875 it is 8 of 12, below that half.
_MOST_DIFFERING = 32
# Below this many letters a text has so few trigrams that only an equal one is a copy.
_SHORT = 20
# 2021年 1860.5 leaves nothing that could be a copy: then the figures count.
_BARE = 3
# A first look at one of the eight words of a signature: copies differ in 4 of its 64 bits (s.d. 2), unlike texts in 32 (s.d. 4).
_FIRST_LOOK = 16

# What is blank in one copy and filled in another: ××, 某某, 12.5, 二十, and the letters that stand for names (D市).
_BLANK = "#"
_HAN_NUMBER = "[零〇一二三四五六七八九十百千两]"
_NUMBERING = re.compile(
    rf"\((?:{_HAN_NUMBER}{{1,3}}|\d{{1,2}})\)"
    rf"|(?:^|(?<=[。;:,!?\s]))(?:第?{_HAN_NUMBER}{{1,3}}(?:个?是|个?要|[、,.:])|第{_HAN_NUMBER}{{1,3}}[章节条部]|首先,|其次,|再次,)"
)
# Numbers are bounded: a line of nothing but 一 would be read again from each of its letters. What a number may begin with stands
# before all else, and each kind looks back at it: that is found four times as fast.
_NUMBER = re.compile(
    rf"(?:[\da-z某]|{_HAN_NUMBER})"
    r"(?:(?<=\d)[\d.,:/~-]*|(?<=某)某*|(?<=[a-z])(?<![a-z][a-z])(?![a-z])"
    rf"|(?<={_HAN_NUMBER}){_HAN_NUMBER}{{0,11}}(?=[年月日号个条项件名人户家次元亩吨公里米种类批期位周天所座支万亿])"
    rf"|(?<={_HAN_NUMBER}){_HAN_NUMBER}{{0,2}}(?=届|中全会)"
    r"|(?:(?<=二)十|(?<=十)[五六七八九])(?=大)|(?<=十)[一二三四五](?=五))"
)
# 1.2万 and 3亿 differ in their figures only; 2023年5月 and 20xx年 in their date; 今年 is the year of its report.
_AROUND_BLANK = re.compile(r"#(?:[#万亿]|年|月份?|日)+|[今去本]年")
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾萧肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆"
    "范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫雷龙史陶贺顾毛郝龚邵万覃武钱戴严莫孔向常汤"
)
_PERSON = re.compile(
    rf"[{_SURNAMES}](?:#+|[\u4e00-\u9fff]{{1,2}}(?=同志|书记|主任|局长|县长|市长|镇长|乡长|村长|主席|部长|科长|院长|校长))"
)
# Places that need no name: 我县 全市 ××镇.
_OWN_PLACE = re.compile(r"[我全本该各#](?:(?<=#)#*)?[省市县区镇乡村]")
# The letters that the name of a place never ends in: 农村, 城镇, 社区, 园区, 乡村, 辖区 are words.
_NO_NAME = "农城乡都地社园景小辖灾山库林牧校片发郊矿厂街老新市县区镇村各全我本该"
_PLACE = re.compile(rf"(?:[\u4e00-\u9fff]{{2}}(?<![{_NO_NAME}]))?[省市县区镇乡村]")
_SIGNS = re.compile(r"[\W_]+")


def signature(text: str, masks: Sequence[Mask] = (), *, converted: bool = False) -> bytes:
    """The ``SIGNATURE_BYTES`` bytes that tell copies of a passage; the same in every process and on every machine."""
    return signatures([letters(text, masks, converted=converted)]).tobytes()


def signatures(of_all: Sequence[str]) -> Signatures:
    """The signatures of passages of which :func:`letters` has left these; shape (n, ``SIGNATURE_BYTES``)."""
    is_long = np.fromiter((len(own) >= _SHORT for own in of_all), np.bool_, len(of_all))
    found = np.empty((len(of_all), SIGNATURE_BYTES), np.uint8)
    exact = b"".join(_exact(own) for own in of_all if len(own) < _SHORT)
    found[~is_long] = np.frombuffer(exact, np.uint8).reshape(-1, SIGNATURE_BYTES)
    found[is_long] = _min_hashes([own for own in of_all if len(own) >= _SHORT])
    return found


def letters(text: str, masks: Sequence[Mask] = (), *, converted: bool = False) -> str:
    """What a signature is made of: *text* without what changes from one copy to the next; all its letters where that is nearly all."""
    left = _stripped(text, masks, converted=converted)
    return left if len(left) >= _BARE else _SIGNS.sub("", fold_text(text, converted=converted))


def similar(signature: bytes, others: Signatures) -> npt.NDArray[np.bool_]:
    """Which rows of *others* (n, ``SIGNATURE_BYTES``) are signatures of copies; shape (n,)."""
    differing = np.bitwise_count(_words(others) ^ np.frombuffer(signature, dtype=np.uint64))
    alike: npt.NDArray[np.bool_] = differing.sum(axis=1, dtype=np.uint16) <= _MOST_DIFFERING
    return alike


def fold(signatures: Signatures) -> list[tuple[int, list[int]]]:
    """Rows that are kept, in order, each with its copies: the later rows that resemble it and no kept row before it.

    *signatures* has the shape (n, ``SIGNATURE_BYTES``), best hit first; time and memory grow with n * n (1,000 rows: 4 ms).
    """
    rows, others = _alike(_words(signatures))
    bounds = np.searchsorted(rows, np.arange(len(signatures) + 1)).tolist()
    free = np.ones(len(signatures), dtype=np.bool_)
    folded: list[tuple[int, list[int]]] = []
    for row, (start, end) in enumerate(pairwise(bounds)):
        if free[row]:
            # Most resemble no other.
            copies = _taken(others[start:end], free) if start < end else []
            folded.append((row, copies))
    return folded


def _taken(rows: _Rows, free: npt.NDArray[np.bool_]) -> list[int]:
    """Those of *rows* that are *free*; they no longer are."""
    copies = rows[free[rows]]
    free[copies] = False
    found: list[int] = copies.tolist()
    return found


def _stripped(text: str, masks: Sequence[Mask] = (), *, converted: bool = False) -> str:
    """*text* folded, without numbers, *masks* (characters of *text*), numbering, dates, names, signs and blanks.

    Names of places are left in a short text: without them 推进工业区建设 would be 推进开发区建设.
    """
    folded = _NUMBERING.sub("", fold_text(_blanked(text, masks), converted=converted))
    numberless = _AROUND_BLANK.sub(_BLANK, _NUMBER.sub(_BLANK, folded))
    ours = _OWN_PLACE.sub("", _PERSON.sub("", numberless))
    placeless = _SIGNS.sub("", _PLACE.sub("", ours))
    if len(placeless) >= _SHORT:
        return placeless
    placed = _SIGNS.sub("", ours)
    return placed if len(placed) < _SHORT else placeless


def _blanked(text: str, masks: Sequence[Mask]) -> str:
    for mask in sorted(masks, key=lambda mask: mask.start, reverse=True):
        text = text[: mask.start] + _BLANK + text[mask.end :]
    return text


def _exact(letters: str) -> bytes:
    """Bits without likeness: those of two texts that are not equal differ in about half."""
    return hashlib.blake2b(letters.encode(), digest_size=SIGNATURE_BYTES).digest()


def _min_hashes(of_all: Sequence[str]) -> Signatures:
    """The signatures of texts of three letters or more, some at a time: each is 512 whole numbers on its way."""
    parts = (_some_min_hashes(of_all[start : start + _TOGETHER]) for start in range(0, len(of_all), _TOGETHER))
    return np.concatenate([np.empty((0, SIGNATURE_BYTES), np.uint8), *parts])


def _some_min_hashes(some: Sequence[str]) -> Signatures:
    # Three code points of 21 bits each are a number of 63 bits, so no trigram needs a hash of its own.
    points = np.frombuffer("".join(some).encode("utf-32-le"), dtype="<u4").astype(np.uint64)
    trigrams = (points[:-2] << np.uint64(42)) | (points[1:-1] << np.uint64(21)) | points[2:]
    ends = np.cumsum(list(map(len, some)))
    own = np.ones(len(points), np.bool_)
    # No trigram begins with the last two letters of a text.
    own[ends - 1] = own[ends - 2] = False
    bounds = [0, *np.cumsum(own)[ends - 1].tolist()]
    rows = RMinHash.digest_matrix_from_flat_token_hashes(trigrams[own[:-2]], bounds, _SLOTS, _SEED).to_rows()
    bits = np.array([array("I", row) for row in rows]).astype(np.uint8) & 1
    return np.packbits(bits, axis=1)


def _words(signatures: Signatures) -> _Words:
    return np.ascontiguousarray(signatures).view(np.uint64)


def _alike(words: _Words) -> tuple[_Rows, _Rows]:
    """The pairs of rows that resemble each other, ordered: the earlier ones and the later ones."""
    first = words[:, 0]
    alike: npt.NDArray[np.bool_] = np.bitwise_count(first[:, None] ^ first) <= _FIRST_LOOK
    rows, others = np.divmod(np.flatnonzero(alike), max(1, len(words)))
    later = rows < others
    rows, others = rows[later], others[later]
    kept = _differing(words, rows, others) <= _MOST_DIFFERING
    return rows[kept], others[kept]


def _differing(words: _Words, rows: _Rows, others: _Rows) -> npt.NDArray[np.uint16]:
    """In how many bits each of *rows* differs from its partner in *others*."""
    differing = np.zeros(len(rows), dtype=np.uint16)
    # Word by word: a thousand equal rows make half a million pairs.
    for word in words.T:
        differing += np.bitwise_count(word[rows] ^ word[others])
    return differing
