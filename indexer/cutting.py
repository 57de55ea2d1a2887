"""Many texts cut into words at once, as arrays: what is inverted and what is counted come of the same."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt

from indexer.analysis import Analyzer

# A word of a text: (text, start, end), in folded characters.
Cut = tuple[str, int, int]
_Array = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Cuts:
    """Passages cut into words: the number of the word in ``words``, where it begins (in folded characters) and the number
    of the passage, for each.

    Passage by passage, in the order of their end; words may overlap (责任, 责任制), a word behind those within it.
    ``words`` are distinct, and not all of them need be in the passages.
    """

    words: Sequence[str]
    ids: _Array
    starts: _Array
    passages: _Array

    @classmethod
    def of(cls, passages: Sequence[Sequence[Cut]]) -> Cuts:
        """The words of *passages*, each as an analyzer cuts them."""
        words = _Words()
        for cut in passages:
            words.add(cut)
        own = np.repeat(np.arange(len(passages)), list(map(len, passages)))
        return cls(list(words.numbers), *words.arrays(), own)


class Cutting:
    """Texts that are folded and cut, each once: the passages of a part share their title."""

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer
        self._texts: dict[tuple[str, bool], int] = {}
        self._folded: list[str] = []
        self._words = _Words()
        self._ends = [0]

    def number(self, text: str, *, converted: bool = False) -> int:
        """The number of *text*, which is folded and cut where it is new."""
        key = (text, converted)
        number = self._texts.get(key)
        if number is None:
            number = self._texts[key] = len(self._texts)
            cut = self._analyzer.cut(text, converted=converted)
            self._folded.append(cut.folded)
            self._words.add(cut.words)
            self._ends.append(self._ends[-1] + len(cut.words))
        return number

    def folded(self, number: int) -> str:
        """A text as it was folded."""
        return self._folded[number]

    def cuts(self, passages: Sequence[Sequence[int]]) -> Cuts:
        """The words of *passages*, each made of the texts of some numbers; a word begins so far in its own text."""
        texts = np.fromiter(chain.from_iterable(passages), np.int64)
        own = np.repeat(np.arange(len(passages)), list(map(len, passages)))
        ends = np.asarray(self._ends, np.int64)
        sizes = ends[texts + 1] - ends[texts]
        at = np.repeat(ends[texts] - (np.cumsum(sizes) - sizes), sizes) + np.arange(int(sizes.sum()))
        ids, starts = self._words.arrays()
        return Cuts(list(self._words.numbers), ids[at], starts[at], np.repeat(own, sizes))


class _Words:
    """Words and where they begin, one behind the other; they have numbers in the order in which they first came."""

    def __init__(self) -> None:
        self.numbers = _Numbers()
        self._ids = array("i")
        self._starts = array("i")

    def add(self, words: Sequence[Cut]) -> None:
        """The words of the next text."""
        if words:
            texts, starts, _ = zip(*words, strict=True)
            self._ids.extend(map(self.numbers.__getitem__, texts))
            self._starts.extend(starts)

    def arrays(self) -> tuple[_Array, _Array]:
        """The number of each word, and where it begins."""
        return np.array(self._ids, np.int64), np.array(self._starts, np.int64)


class _Numbers(dict[str, int]):
    """Numbers words as they come."""

    def __missing__(self, word: str) -> int:
        self[word] = number = len(self)
        return number
