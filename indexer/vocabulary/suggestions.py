"""What a writer may be about to type: completions of the last word, from phrases, headings and titles of the index."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from indexer.deadline import checked
from indexer.text import fold_text
from indexer.vocabulary.store import Entry, Kind, Vocabulary

# What is typed beyond this is a sentence, and no word to be completed.
MAX_CHARACTERS = 64
_MAX_WORD = 30
# The last word, behind a blank, bracket, quotation mark, minus or the name of a filter.
_LAST = re.compile(r"[^\s()（）\"“”「」『』|｜:：]+$")
_LETTERS = re.compile(r"[a-z]{2,30}")
_SIGNS = re.compile(r"[-－']+")
_INITIALS = 2
# How many entries that are spelled alike are looked at for all sorts together.
_SPELLED = 100
# How many of a list may be of one sort, before what is left over is filled up with the others.
_SHARES: Mapping[tuple[Kind, ...], float] = {("phrase", "word"): 0.5, ("heading",): 0.25, ("title",): 0.25}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A query to go on with: what was typed, its last word completed.

    ``count`` counts passages for a word or phrase, parts for a heading or title.
    """

    text: str
    count: int
    kind: Kind


def suggest(vocabulary: Vocabulary, text: str, *, limit: int = 8) -> list[Suggestion]:
    """Completions of *text*: words and phrases first, then headings, then titles, each the most frequent first.

    The last word may be the beginning of a text, or of its pinyin (``huanj``), or its initials (``hjz``). Nothing is
    suggested behind a blank, or for more than ``MAX_CHARACTERS``.
    """
    last = _LAST.search(text)
    word = last.group().lstrip("-－") if last else ""
    if not word or len(text) > MAX_CHARACTERS or len(word) > _MAX_WORD:
        return []
    before = text[: len(text) - len(word)]
    spelled = _spelled(vocabulary, word, limit)
    found = [_completions(vocabulary, word, kinds, spelled, limit) for kinds in checked(_SHARES)]
    chosen = _shared(_without_repeats(found), limit)
    return [Suggestion(before + entry.text, entry.count, entry.kind) for entry in chosen]


def _spelled(vocabulary: Vocabulary, word: str, limit: int) -> list[Entry]:
    """The entries for *word* as the beginning of pinyin, or where there are few, as initials."""
    letters = _SIGNS.sub("", fold_text(word))
    if not _LETTERS.fullmatch(letters):
        return []
    # Two letters begin the pinyin of a tenth of all words, so that they are worth more as initials: hj, sh.
    if len(letters) == _INITIALS:
        return vocabulary.by_initials(letters, limit=limit)
    found = vocabulary.by_pinyin_prefix(letters, limit=_SPELLED)
    return found if len(found) >= limit else found + vocabulary.by_initials_prefix(letters, limit=limit)


def _completions(
    vocabulary: Vocabulary, word: str, kinds: Sequence[Kind], spelled: Iterable[Entry], limit: int
) -> list[Entry]:
    """The entries of *kinds* that begin with *word*, and those that it spells, the most frequent first."""
    written = vocabulary.by_prefix(word, limit=limit, kinds=kinds)
    read = [entry for entry in spelled if entry.kind in kinds]
    return _distinct(sorted([*written, *read], key=lambda entry: -entry.count))


def _distinct(entries: Iterable[Entry]) -> list[Entry]:
    kept: dict[str, Entry] = {}
    for entry in entries:
        kept.setdefault(fold_text(entry.text), entry)
    return list(kept.values())


def _without_repeats(lists: Iterable[list[Entry]]) -> list[list[Entry]]:
    """The lists without what an earlier one has: 环境整治 as a phrase and as a heading is one suggestion."""
    seen: set[str] = set()
    left = []
    for entries in lists:
        new = [entry for entry in entries if fold_text(entry.text) not in seen]
        seen.update(fold_text(entry.text) for entry in new)
        left.append(new)
    return left


def _shared(lists: Sequence[list[Entry]], limit: int) -> list[Entry]:
    """*limit* entries in the order of the lists: to each its share, then what is left to the first that can use it."""
    sizes = [min(len(entries), int(limit * share)) for entries, share in zip(lists, _SHARES.values(), strict=True)]
    for index, entries in enumerate(lists):
        sizes[index] += min(len(entries) - sizes[index], limit - sum(sizes))
    return [entry for entries, size in zip(lists, sizes, strict=True) for entry in entries[:size]]
