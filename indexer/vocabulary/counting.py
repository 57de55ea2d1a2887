"""What a vocabulary is made of, counted while passages are written: words, phrases, headings and titles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from indexer.model import Token
from indexer.structure.numbering import numbering_of

# How many distinct words or phrases are held at a time; about 150 bytes each.
HELD = 500_000
_SHORTEST, LONGEST_PHRASE = 3, 8
HEADING_LENGTHS = range(2, 31)
TITLE_LENGTHS = range(2, 41)

# A phrase does not begin or end with these: 的工作, 进行了.
_FUNCTION_WORDS = (
    "的 了 和 与 及 在 是 为 对 把 被 将 从 到 向 于 以 等 也 都 就 又 还 并 而 或 且 但 不 有 要 上 中 下 内 里 后 前 这 那 其 之 所 "
    "我 你 他 她 它 们 我们 他们 我市 我县 我区 我省 我局 我镇 一 二 三 四 五 六 七 八 九 十 两 几 个 项 条 种 次 名 元 年 月 日 度 "
    "家 率 一个 一些 这个 这些 以及 通过 按照 根据 由于 因此 如果 可以 能够 必须 就是 不是 没有 已经 正在 同时 进行 其中 以上 以下 之一 着 "
    "过 来 去 让 使 由 因 则 时 至 给 很 更 最 再 才 只 各 每 该 本 此 什么 怎么 怎样 自己 大家 人们 来说 而是 还是 也是 都是 不仅 而且"
)
_INNER = frozenset(_FUNCTION_WORDS.split())
_EDGE_SIGNS = "。：:；;，,、！!？? \t\u3000·—-*"


class Counting:
    """Counts that are added up over passages and parts, in bounded memory (see ``HELD``).

    Where there are more distinct words or phrases, the rarest are dropped from time to time: what is left is counted
    a little low, and what is frequent is never lost.
    """

    def __init__(self, *, held: int = HELD) -> None:
        self.passages = 0
        self.words: Counter[str] = Counter()
        self.phrases: Counter[str] = Counter()
        self.headings: Counter[str] = Counter()
        self.titles: Counter[str] = Counter()
        self._held = held

    def add_passage(self, words: Sequence[Token]) -> None:
        """Count the words of a passage's text (as :meth:`Analyzer.words` gives them) and the phrases they make."""
        self.passages += 1
        self.words.update({token.text for token in words})
        self.phrases.update(phrases(words))
        for counter in (self.words, self.phrases):
            if len(counter) > self._held:
                _drop_rarest(counter, keep=self._held // 2)

    def add_part(self, *, title: str, headings: Iterable[str]) -> None:
        """Count the title and the distinct headings of a part."""
        shown = bare(title)
        if len(shown) in TITLE_LENGTHS:
            self.titles[shown] += 1
        self.headings.update({each for each in map(bare, headings) if len(each) in HEADING_LENGTHS})


def bare(heading: str) -> str:
    """A heading without its number and without signs at its ends; "" where that leaves no letter."""
    text = heading.strip(_EDGE_SIGNS)
    while numbering := numbering_of(text):
        text = text[numbering.end :]
    text = " ".join(text.strip(_EDGE_SIGNS).split())
    return text if any(character.isalpha() for character in text) else ""


def phrases(words: Sequence[Token]) -> set[str]:
    """The phrases of two or three words that stand side by side, 3 to 8 characters: 环境整治, 安全生产责任制.

    *words* may overlap (责任, 责任制); a word stands behind those within it, which are passed over.
    """
    found = set()
    after = later = ""  # the next word, and the one behind it; "" where they do not join
    start = -1
    for token in reversed(words):
        if token.end > start >= 0:
            continue
        text = token.text
        if token.end != start:
            after = later = ""
        start = token.start
        if text in _INNER or text[0] < "\u4e00":
            after = later = ""
            continue
        if after:
            found.add(text + after)
        if later:
            found.add(text + after + later)
        after, later = text, after
    return {phrase for phrase in found if _SHORTEST <= len(phrase) <= LONGEST_PHRASE}


def _drop_rarest(counter: Counter[str], *, keep: int) -> None:
    """Leave about *keep* entries: all those above the count of the entry at that place."""
    least = sorted(counter.values(), reverse=True)[keep]
    rare = [text for text, count in counter.items() if count <= least]
    for text in rare:
        del counter[text]
