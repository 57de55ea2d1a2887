"""What a vocabulary is made of, counted while passages are written: words, phrases, headings and titles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress

import numpy as np

from indexer.cutting import Cut, Cuts
from indexer.structure.numbering import numbering_of
from indexer.vocabulary.phrases import Counted, phrase_counts, word_counts

# How many distinct words, phrases, headings or titles are held at a time; about 150 bytes each.
HELD = 500_000
# Nobody looks for a longer word: 64 letters without a blank are an address.
LONGEST_WORD = 64
HEADING_LENGTHS = range(2, 31)
TITLE_LENGTHS = range(2, 41)
# Words that wait to be counted together.
_WAITING = 200_000
_EDGE_SIGNS = "。：:；;，,、！!？? \t\u3000·—-*"
# No text that is counted has it.
_BETWEEN = "\n"


@dataclass(frozen=True, slots=True)
class Tally:
    """Texts that were found once, others, and how often those were, in a form that is quickly sent: most are found once."""

    once: str
    others: str
    counts: bytes


@dataclass(frozen=True, slots=True)
class Counts:
    """What a :class:`Counting` has counted, as a few long strings: quick to send to another process."""

    passages: int
    words: Tally
    phrases: Tally
    headings: Tally
    titles: Tally


class Counting:
    """Counts that are added up over passages and parts, in bounded memory (see ``HELD``).

    Where there are more distinct words or phrases, the rarest are dropped from time to time: what is left is counted
    a little low, and what is frequent is never lost.
    """

    def __init__(self, *, held: int = HELD) -> None:
        self.passages = 0
        self._words: Counter[str] = Counter()
        self._phrases: Counter[str] = Counter()
        self._headings: Counter[str] = Counter()
        self._titles: Counter[str] = Counter()
        self._held = held
        self._waiting: list[Sequence[Cut]] = []
        self._tokens = 0
        self._cuts: Cuts | None = None

    @property
    def words(self) -> Counter[str]:
        """Word -> passages that hold it; without figures."""
        self._count_waiting()
        return self._words

    @property
    def phrases(self) -> Counter[str]:
        """Phrase -> passages that hold it."""
        self._count_waiting()
        return self._phrases

    @property
    def headings(self) -> Counter[str]:
        """Heading, without its number -> parts that have it."""
        return self._headings

    @property
    def titles(self) -> Counter[str]:
        """Title -> parts that have it."""
        return self._titles

    def add_passage(self, words: Sequence[Cut]) -> None:
        """Count the words of a passage's text and the phrases they make: (text, start, end) of each, as an analyzer cuts."""
        self.passages += 1
        self._waiting.append(words)
        self._tokens += len(words)
        if self._tokens > _WAITING:
            self._count_waiting()

    def add_cuts(self, cuts: Cuts, *, passages: int) -> None:
        """Count *passages* passages that are arrays already."""
        self._count_waiting()
        self.passages += passages
        self._cuts = cuts

    def add_part(self, *, title: str, headings: Iterable[str]) -> None:
        """Count the title and the distinct headings of a part."""
        shown = bare(title)
        if len(shown) in TITLE_LENGTHS:
            self._add(self._titles, [shown])
        self._add(self._headings, [each for each in set(map(bare, headings)) if len(each) in HEADING_LENGTHS])

    def merge(self, counts: Counts) -> None:
        """Add what another process has counted."""
        self.passages += counts.passages
        for counter, tally in (
            (self._words, counts.words),
            (self._phrases, counts.phrases),
            (self._headings, counts.headings),
            (self._titles, counts.titles),
        ):
            self._add(counter, *_unpacked(tally))

    def counts(self) -> Counts:
        """All that has been counted, to be merged elsewhere. Quickest where :meth:`add_cuts` was given all of it at once."""
        if self._cuts is not None and not (self._waiting or self._words or self._phrases):
            words, phrases = map(_tally, _counted(self._cuts))
        else:
            words, phrases = map(_packed, (self.words, self.phrases))
        return Counts(self.passages, words, phrases, _packed(self._headings), _packed(self._titles))

    def _count_waiting(self) -> None:
        waiting, cuts = self._waiting, self._cuts
        self._waiting, self._tokens, self._cuts = [], 0, None
        for own in (Cuts.of(waiting) if waiting else None, cuts):
            if own is not None:
                words, phrases = _counted(own)
                self._add(self._words, *_parted(words))
                self._add(self._phrases, *_parted(phrases))

    def _add(self, counter: Counter[str], once: Sequence[str], others: Iterable[tuple[str, int]] = ()) -> None:
        counter.update(once)
        for text, count in others:
            counter[text] += count
        if len(counter) > self._held:
            _drop_rarest(counter, keep=self._held // 2)


def bare(heading: str) -> str:
    """A heading without its number and without signs at its ends; "" where that leaves no letter."""
    text = heading.strip(_EDGE_SIGNS)
    while numbering := numbering_of(text):
        text = text[numbering.end :]
    text = " ".join(text.strip(_EDGE_SIGNS).split())
    return text if any(character.isalpha() for character in text) else ""


def _is_kept(word: str) -> bool:
    return word.isalpha() and len(word) <= LONGEST_WORD


def _counted(cuts: Cuts) -> tuple[Counted, Counted]:
    """The words that are kept, and the phrases."""
    words, counts = word_counts(cuts)
    kept = np.fromiter(map(_is_kept, words), bool, len(words)) & (counts > 0)
    return (list(compress(words, kept)), counts[kept]), phrase_counts(cuts)


def _parted(counted: Counted) -> tuple[list[str], list[tuple[str, int]]]:
    """The texts that were found once, and the others with their counts."""
    texts, counts = counted
    often = counts > 1
    others = zip(compress(texts, often), counts[often].tolist(), strict=True)
    return list(compress(texts, ~often)), list(others)


def _tally(counted: Counted) -> Tally:
    texts, counts = counted
    often = counts > 1
    once, others = (_BETWEEN.join(compress(texts, among)) for among in (~often, often))
    return Tally(once, others, counts[often].astype(np.uint32).tobytes())


def _packed(counter: Mapping[str, int]) -> Tally:
    return _tally((list(counter), np.fromiter(counter.values(), np.int64, len(counter))))


def _unpacked(tally: Tally) -> tuple[list[str], Iterable[tuple[str, int]]]:
    once, others = (texts.split(_BETWEEN) if texts else [] for texts in (tally.once, tally.others))
    return once, zip(others, np.frombuffer(tally.counts, np.uint32).tolist(), strict=True)


def _drop_rarest(counter: Counter[str], *, keep: int) -> None:
    """Leave about *keep* entries: all those above the count of the entry at that place."""
    counts = np.fromiter(counter.values(), np.int64, len(counter))
    least = int(np.partition(counts, -keep - 1)[-keep - 1])
    kept = {text: count for text, count in counter.items() if count > least}
    counter.clear()
    counter.update(kept)
