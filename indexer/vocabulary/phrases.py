"""How many passages hold each word and each phrase."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from indexer.cutting import Cuts

SHORTEST_PHRASE, LONGEST_PHRASE = 3, 8

_Array = npt.NDArray[np.int64]
# Texts, and how often each was found.
Counted = tuple[list[str], _Array]

# No phrase holds these: 的工作, 进行了.
_FUNCTION_WORDS = (
    "的 了 和 与 及 在 是 为 对 把 被 将 从 到 向 于 以 等 也 都 就 又 还 并 而 或 且 但 不 有 要 上 中 下 内 里 后 前 这 那 其 之 所 "
    "我 你 他 她 它 们 我们 他们 我市 我县 我区 我省 我局 我镇 一 二 三 四 五 六 七 八 九 十 两 几 个 项 条 种 次 名 元 年 月 日 度 "
    "家 率 一个 一些 这个 这些 以及 通过 按照 根据 由于 因此 如果 可以 能够 必须 就是 不是 没有 已经 正在 同时 进行 其中 以上 以下 之一 着 "
    "过 来 去 让 使 由 因 则 时 至 给 很 更 最 再 才 只 各 每 该 本 此 什么 怎么 怎样 自己 大家 人们 来说 而是 还是 也是 都是 不仅 而且"
)
_INNER = frozenset(_FUNCTION_WORDS.split())


@dataclass(frozen=True, slots=True)
class _Row:
    """The words that phrases are made of: those that are not within another one, as ``Cuts`` gives them.

    ``joined`` tells of each but the last whether the next one may go on with it.
    """

    ids: _Array
    passages: _Array
    lengths: _Array
    joined: npt.NDArray[np.bool_]


def word_counts(cuts: Cuts) -> Counted:
    """The words and how many passages hold each, 0 for some."""
    size = max(len(cuts.words), 1)
    held = _distinct(cuts.passages * size + cuts.ids) % size
    return list(cuts.words), np.bincount(held, minlength=len(cuts.words))


def phrase_counts(cuts: Cuts) -> Counted:
    """The phrases and how many passages hold each; one that was cut in several ways stands there more than once.

    A phrase is two or three words that stand side by side, 3 to 8 characters in all: 环境整治, 安全生产责任制.
    """
    row = _row(cuts)
    size = len(cuts.words) + 1
    pairs, triples = _pairs(row), _triples(row)
    # A phrase is a number with three digits, its words; the third of a pair is 0.
    phrases = [(row.ids[pairs] * size + row.ids[pairs + 1]) * size]
    phrases.append((row.ids[triples] * size + row.ids[triples + 1]) * size + row.ids[triples + 2] + 1)
    distinct, numbers = np.unique(np.concatenate(phrases), return_inverse=True)
    passages = np.concatenate([row.passages[pairs], row.passages[triples]])
    held = _distinct(passages * max(len(distinct), 1) + numbers) % max(len(distinct), 1)
    return _texts(cuts.words, distinct), np.bincount(held, minlength=len(distinct))


def _row(cuts: Cuts) -> _Row:
    word_lengths = np.fromiter(map(len, cuts.words), np.int64, len(cuts.words))
    lengths = word_lengths[cuts.ids]
    # Passages are set one behind the other, apart from each other.
    starts = cuts.starts + cuts.passages * (int((cuts.starts + lengths).max(initial=0)) + 1)
    ends = starts + lengths
    outer = _outer(starts, ends)
    ids, starts, ends = cuts.ids[outer], starts[outer], ends[outer]
    usable = np.fromiter(map(_is_usable, cuts.words), bool, len(cuts.words))[ids]
    joined = (ends[:-1] == starts[1:]) & usable[:-1] & usable[1:]
    return _Row(ids, cuts.passages[outer], word_lengths[ids], joined)


def _outer(starts: _Array, ends: _Array) -> npt.NDArray[np.bool_]:
    """Which words end before anything behind them begins: not 责任, where 责任制 follows from the same place."""
    outer = np.ones(len(starts), bool)
    outer[:-1] = ends[:-1] <= np.minimum.accumulate(starts[::-1])[::-1][1:]
    return outer


def _pairs(row: _Row) -> _Array:
    """Where two words make a phrase."""
    first = np.flatnonzero(row.joined)
    lengths = row.lengths[first] + row.lengths[first + 1]
    return first[(lengths >= SHORTEST_PHRASE) & (lengths <= LONGEST_PHRASE)]


def _triples(row: _Row) -> _Array:
    first = np.flatnonzero(row.joined[:-1] & row.joined[1:])
    return first[row.lengths[first] + row.lengths[first + 1] + row.lengths[first + 2] <= LONGEST_PHRASE]


def _texts(words: Sequence[str], phrases: _Array) -> list[str]:
    rest, third = np.divmod(phrases, len(words) + 1)
    first, second = np.divmod(rest, len(words) + 1)
    texts = np.array(["", *words], object)
    parts = (texts[first + 1].tolist(), texts[second + 1].tolist(), texts[third].tolist())
    return list(map("".join, zip(*parts, strict=True)))


def _is_usable(word: str) -> bool:
    return word not in _INNER and word[0] >= "\u4e00"


def _distinct(numbers: _Array) -> _Array:
    """Each number once, in order. (``np.unique`` is 25 times slower, where it is not asked for counts.)"""
    ordered = np.sort(numbers)
    return ordered[np.append(True, ordered[1:] != ordered[:-1])] if len(ordered) else ordered
