"""What is asked, sampled from the text with a fixed seed: words, AND, OR, phrases, sentences, substrings, patterns."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path
from typing import Literal, TypeVar

from benchmarks import corpus
from benchmarks.analysis import words
from benchmarks.corpus import seeded
from benchmarks.errors import BenchError
from indexer.analysis import Analyzer, tells
from indexer.model import Token
from indexer.query import And, Phrase, Query, Term, Words, parse

How = Literal["any", "all", "row"]
T = TypeVar("T")

# Paragraphs that are looked at, and how often a word stands there: in one of a thousand at most, in one of fifty at least, in
# more than one of five.
LOOKED_AT = 20_000
RARE, COMMON, EVERYWHERE = 0.001, 0.02, 0.2
SENTENCE = range(12, 61)
PATTERNS = ("以…为", "从…到…", "既要…又要…", "以…为抓手", "坚持…相结合", "在…下", "不仅…而且…", "{加强|强化}*领导")
# A sentence without the words that stand nearly everywhere: what our engine makes of one by itself. It is asked apart, so that
# all engines are also seen with the same words to score.
RARER = "sentence, rarer words"
# Tries to find one question: a text of nothing but long words may have none of a kind.
_TRIES = 200

_SENTENCES = re.compile(r"[^。！？；]+[。！？；]")
_CLAUSES = re.compile(r"[\u4e00-\u9fff]+")


@dataclass(frozen=True, slots=True)
class Question:
    """A question to any engine: *any* or *all* of the words, or the words in a *row*. ``text`` is what a person would type."""

    kind: str
    how: How
    words: tuple[str, ...]
    text: str

    @property
    def tree(self) -> Query:
        """The same for our engine."""
        match self.how:
            case "any":
                return Words(self.text, 1)
            case "all":
                return And(tuple(Words(word, 1) for word in self.words))
            case "row":
                return Phrase(self.text)


@dataclass(frozen=True, slots=True)
class Characters:
    """A question about characters: a phrase, a substring or a pattern."""

    kind: str
    text: str
    tree: Query


class Sampler:
    """Questions out of one text. The same text and count give the same questions."""

    def __init__(self, path: Path, analyzer: Analyzer, *, size: int) -> None:
        step = max(1, size // LOOKED_AT)
        self._records = [one for place, one in enumerate(corpus.read(path)) if place % step == 0]
        self._analyzer = analyzer
        frequencies: Counter[str] = Counter()
        for record in self._records:
            frequencies.update(set(words(record.text, analyzer)))
        self._everywhere = {word for word, n in frequencies.items() if n > EVERYWHERE * len(self._records)}
        known = {word: frequencies[word] for word in self._single(frequencies)}
        if not known:
            raise BenchError(f"{path} 里没有可以检索的词，请换一个语料。")
        # Where a text has none of a sort, the rarest or the most common are as near as it comes.
        rare = max(1, RARE * len(self._records), min(known.values()))
        common = min(COMMON * len(self._records), max(known.values()))
        self._rare = [word for word, n in known.items() if n <= rare]
        self._common = [word for word, n in known.items() if n >= common]

    def questions(self, count: int) -> dict[str, list[Question]]:
        """*count* questions of each kind."""
        kinds: Mapping[str, Callable[[random.Random], Question | None]] = {
            "rare": lambda chance: _one_word("rare", chance.choice(self._rare)),
            "common": lambda chance: _one_word("common", chance.choice(self._common)),
            "and 2": lambda chance: self._several("and 2", "all", 2, chance),
            "and 3": lambda chance: self._several("and 3", "all", 3, chance),
            "or": lambda chance: self._several("or", "any", chance.randint(2, 4), chance),
            "phrase": self._phrase,
            "sentence": self._sentence,
            RARER: self._rarer,
        }
        return {kind: _sampled(kind, make, count) for kind, make in kinds.items()}

    def words(self, count: int) -> dict[str, list[Question]]:
        """*count* different words of each of two kinds."""
        found = {}
        for kind, known in (("rare", self._rare), ("common", self._common)):
            chosen = seeded(f"words {kind}").sample(known, min(count, len(known)))
            found[kind] = [_one_word(kind, word) for word in chosen]
        return found

    def characters(self, count: int) -> dict[str, list[Characters]]:
        """*count* phrases, substrings and patterns each."""
        kinds: Mapping[str, Callable[[random.Random], Characters | None]] = {
            "phrase": lambda chance: self._stretch("phrase", chance.randint(4, 12), chance),
            "substring": lambda chance: self._stretch("substring", chance.randint(2, 6), chance),
            "pattern": self._pattern,
        }
        found = {kind: _sampled(kind, make, count) for kind, make in kinds.items()}
        found["pattern"][: len(PATTERNS)] = [Characters("pattern", text, parse(text).query) for text in PATTERNS]
        return found

    def requests(self, count: int) -> dict[str, list[str]]:
        """*count* of each kind of query as people type them, and what stands behind it in the address."""
        asked, patterns = self.questions(count), self.characters(count)["pattern"]
        chance = seeded("requests")
        functions = [
            f"{one.text} {chance.choice(['结尾', '存在问题', '下一步打算', '成绩'])}" for one in asked["common"]
        ]
        return {
            "word": [one.text for pair in zip(asked["rare"], asked["common"], strict=True) for one in pair][:count],
            "two words": [" ".join(one.words) for one in asked["and 2"]],
            "word and filter": [one.text for one in asked["common"]],
            "sentence": [one.text for one in asked["sentence"]],
            "function": functions,
            "pattern": [one.text for one in patterns],
        }

    def _single(self, found: Iterable[str]) -> list[str]:
        """Those of *found* that say something and are one word by themselves, in the order of their text."""
        return sorted(word for word in found if tells(word) and words(word, self._analyzer) == [word])

    def _tokens(self, text: str) -> list[Token]:
        return self._analyzer.words(text)

    def _several(self, kind: str, how: How, count: int, chance: random.Random) -> Question | None:
        """Words of one paragraph, so that it is found."""
        known = {word for word in words(chance.choice(self._records).text, self._analyzer) if tells(word)}
        single = self._single(known)
        if len(single) < count:
            return None
        chosen = tuple(chance.sample(single, count))
        return Question(kind, how, chosen, " ".join(chosen))

    def _phrase(self, chance: random.Random) -> Question | None:
        """Two words that stand side by side, in the text and among its tokens."""
        text = chance.choice(self._records).text
        pairs = [pair for pair in pairwise(self._tokens(text)) if pair[0].end == pair[1].start]
        if not pairs:
            return None
        first, second = chance.choice(pairs)
        own = (first.text, second.text)
        if not (tells(first.text) and tells(second.text)):
            return None
        return Question("phrase", "row", own, "".join(own))

    def _sentence(self, chance: random.Random) -> Question | None:
        whole = [one.strip() for one in _SENTENCES.findall(chance.choice(self._records).text)]
        fitting = [one for one in whole if len(one) in SENTENCE]
        if not fitting:
            return None
        text = chance.choice(fitting)
        own = tuple(dict.fromkeys(words(text, self._analyzer)))
        return Question("sentence", "any", own, text) if any(map(tells, own)) else None

    def _rarer(self, chance: random.Random) -> Question | None:
        sentence = self._sentence(chance)
        kept = self._single(word for word in sentence.words if word not in self._everywhere) if sentence else []
        return Question(RARER, "any", tuple(kept), " ".join(kept)) if kept else None

    def _clause(self, length: int, chance: random.Random) -> str:
        """A clause of Han characters with at least *length* of them, or nothing."""
        found = [one for one in _CLAUSES.findall(chance.choice(self._records).text) if len(one) >= length]
        return chance.choice(found) if found else ""

    def _stretch(self, kind: str, length: int, chance: random.Random) -> Characters | None:
        """Characters out of the middle of a clause, wherever its words begin."""
        clause = self._clause(length + 2, chance)
        if not clause:
            return None
        start = chance.randint(1, len(clause) - length - 1)
        text = clause[start : start + length]
        return Characters(kind, text, Phrase(text) if kind == "phrase" else Term(text))

    def _pattern(self, chance: random.Random) -> Characters | None:
        """The first and the last two characters of a clause, with a gap between."""
        clause = self._clause(8, chance)[:20]
        if not clause:
            return None
        text = f"{clause[:2]}…{clause[-2:]}"
        return Characters("pattern", text, parse(text).query)


def _one_word(kind: str, word: str) -> Question:
    return Question(kind, "any", (word,), word)


def _sampled(kind: str, make: Callable[[random.Random], T | None], count: int) -> list[T]:
    chance = seeded(f"questions {kind}")
    tries = (make(chance) for _ in range(count * _TRIES))
    return list(islice((one for one in tries if one is not None), count))


def spread(questions: Mapping[str, Sequence[Question]]) -> list[Question]:
    """All questions, kinds alternating."""
    longest = max(map(len, questions.values()), default=0)
    return [own[place] for place in range(longest) for own in questions.values() if place < len(own)]
