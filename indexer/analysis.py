"""Tokens: words for ranking, characters for phrases and substrings; jieba behind the words.

jieba's own Whoosh analyzer is not used: it sets positions to character offsets, so that phrases never match,
drops digits and single letters, and stems.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple, Protocol

from indexer.dictionary import Word
from indexer.model import Token
from indexer.text import FOLDING_VERSION, Folded, fold, fold_text

# Raise when the rules below change what is indexed.
ANALYSIS_VERSION = 2

_REMEMBERED = 256


class Cut(NamedTuple):
    """A text folded, and its words: (word, start, end) counts characters of ``folded``. What the index is made of."""

    folded: str
    words: list[tuple[str, int, int]]


class Analyzer(Protocol):
    """Text -> tokens, the same for passages and queries.

    ``converted`` is for the text of passages that a converter put into Traditional script: their words are folded back to
    those of the Mainland (see :func:`indexer.text.fold`). Queries come folded from :func:`indexer.text.readings`.
    """

    @property
    def fingerprint(self) -> str:
        """Changes whenever the same text could give other tokens."""

    @property
    def own_words(self) -> tuple[Word, ...]:
        """The words of the site that it was given."""

    def words(self, text: str, *, converted: bool = False) -> list[Token]:
        """Words for ranking, in order of their end; they may overlap (环境, 整治, 环境整治). Positions count words."""

    def cut(self, text: str, *, converted: bool = False) -> Cut:
        """The folded text, in which characters are counted, and what :meth:`words` gives, without tokens: for many texts."""

    def characters(self, text: str, *, converted: bool = False) -> list[Token]:
        """One token for each folded character that can be seen.

        A letter, digit or Han character takes the next position, counted from 1. A sign takes the position of the
        character before it (0 at the start), so that 工作总结 is found in 工作，总结 while 工作，总结 asks for the comma.
        """


class Segmenter(Protocol):
    """Cuts a folded text into words. ``words`` are those it was given beside its own, in the order of their text.

    Goes to another process as a recipe: it loads its dictionary again there.
    """

    name: str
    words: tuple[Word, ...]

    def cut(self, text: str) -> Iterable[tuple[str, int, int]]:
        """(word, start, end) in search mode without HMM; offsets count characters of *text*."""


class JiebaSegmenter:
    """jieba, the reference: about 1.5 s and 150 MB to load, 120,000 characters a second."""

    name = "jieba"

    def __init__(self, words: Iterable[Word] = ()) -> None:
        import jieba

        self._tokenizer = jieba.Tokenizer()
        # What Tokenizer.initialize does, but for its cache: a file of the shared temporary folder, which anyone may plant.
        self._tokenizer.FREQ, self._tokenizer.total = jieba.Tokenizer.gen_pfdict(self._tokenizer.get_dict_file())
        self._tokenizer.initialized = True
        self.words = _in_order(words)
        for word in self.words:
            self._tokenizer.add_word(word.text, word.frequency)

    def __reduce__(self) -> tuple[type[JiebaSegmenter], tuple[tuple[Word, ...]]]:
        return type(self), (self.words,)

    def cut(self, text: str) -> Iterable[tuple[str, int, int]]:
        """See :class:`Segmenter`."""
        words: Iterable[tuple[str, int, int]] = self._tokenizer.tokenize(text, mode="search", HMM=False)
        return words


class RjiebaSegmenter:
    """rjieba, the same tokens about fourteen times faster."""

    name = "jieba"

    def __init__(self, words: Iterable[Word] = ()) -> None:
        import rjieba

        self._jieba = rjieba.Jieba()
        self.words = _in_order(words)
        for word in self.words:
            self._jieba.add_word(word.text, word.frequency, None)

    def __reduce__(self) -> tuple[type[RjiebaSegmenter], tuple[tuple[Word, ...]]]:
        return type(self), (self.words,)

    def cut(self, text: str) -> Iterable[tuple[str, int, int]]:
        """See :class:`Segmenter`."""
        return self._jieba.tokenize(text, "search", False)


class JiebaAnalyzer:
    """Folds, then cuts with a segmenter; tokens carry spans of the text as it was given."""

    def __init__(self, segmenter: Segmenter) -> None:
        self._segmenter = segmenter

    @property
    def fingerprint(self) -> str:
        """Made of the versions of everything that decides on tokens."""
        parts = [
            f"analysis {ANALYSIS_VERSION}",
            f"folding {FOLDING_VERSION}",
            f"{self._segmenter.name} {importlib.metadata.version('jieba')}",
            f"opencc {importlib.metadata.version('opencc')}",
            *(f"{word.text} {word.frequency}" for word in self._segmenter.words),
        ]
        return hashlib.blake2b("\n".join(parts).encode(), digest_size=8).hexdigest()

    @property
    def own_words(self) -> tuple[Word, ...]:
        """See :class:`Analyzer`."""
        return self._segmenter.words

    def words(self, text: str, *, converted: bool = False) -> list[Token]:
        """See :class:`Analyzer`."""
        folded = fold(text, converted=converted)
        cut = ((word, start, end) for word, start, end in self._segmenter.cut(folded.text) if _is_word(word))
        return [_token(folded, word, position, start, end) for position, (word, start, end) in enumerate(cut)]

    def cut(self, text: str, *, converted: bool = False) -> Cut:
        """See :class:`Analyzer`."""
        folded = fold_text(text, converted=converted)
        # Nearly all are letters only: to ask here first spares a call for each.
        return Cut(folded, [cut for cut in self._segmenter.cut(folded) if cut[0].isalnum() or _is_word(cut[0])])

    def characters(self, text: str, *, converted: bool = False) -> list[Token]:
        """See :class:`Analyzer`."""
        folded = fold(text, converted=converted)
        tokens = []
        position = 0
        for index, character in enumerate(folded.text):
            if character == " ":
                continue
            position += character.isalnum()
            tokens.append(Token(character, position, folded.starts[index], folded.ends[index]))
        return tokens


class Remembering:
    """An analyzer that remembers its last texts: what was cut for the index is counted right after, a part's passages share
    their title, and one search asks for its words many times. The lists it gives are shared: not to be changed."""

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer
        self.fingerprint = analyzer.fingerprint
        self.own_words = analyzer.own_words
        self.words = lru_cache(maxsize=_REMEMBERED)(analyzer.words)
        self.cut = lru_cache(maxsize=_REMEMBERED)(analyzer.cut)
        self.characters = lru_cache(maxsize=_REMEMBERED)(analyzer.characters)


def default_analyzer(words: Iterable[Word] = ()) -> JiebaAnalyzer:
    """The analyzer with the fastest segmenter that is installed, which also knows *words*; the tokens are the same."""
    fast = importlib.util.find_spec("rjieba") is not None
    return JiebaAnalyzer(RjiebaSegmenter(words) if fast else JiebaSegmenter(words))


def _in_order(words: Iterable[Word]) -> tuple[Word, ...]:
    """Each word once. A word without a frequency gets one from those added before it, so their order must not matter."""
    return tuple(sorted({word.text: word for word in words}.values(), key=lambda word: word.text))


def tells(word: str) -> bool:
    """Whether *word* is worth looking for alone: a single character (的, 会) and a bare figure (19) stand everywhere."""
    return (len(word) > 1 or word.isascii()) and any(map(str.isalpha, word))


def _is_word(word: str) -> bool:
    return word.isalnum() or any(map(str.isalnum, word))


def _token(folded: Folded, word: str, position: int, start: int, end: int) -> Token:
    source_start, source_end = folded.source(start, end)
    return Token(word, position, source_start, source_end)
