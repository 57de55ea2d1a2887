"""The analyzer of all engines: the service's own, each text cut once, so that no engine is charged for cutting it."""

from __future__ import annotations

from functools import cache

from indexer.analysis import Analyzer


class CutOnce:
    """An analyzer that forgets nothing. The lists it gives are shared: not to be changed."""

    def __init__(self, analyzer: Analyzer) -> None:
        self.fingerprint = analyzer.fingerprint
        self.own_words = analyzer.own_words
        self.words = cache(analyzer.words)
        self.cut = cache(analyzer.cut)
        self.characters = cache(analyzer.characters)


def words(text: str, analyzer: Analyzer) -> list[str]:
    """The words of *text*, in order."""
    return [word for word, _, _ in analyzer.cut(text).words]


def characters(text: str, analyzer: Analyzer) -> list[str]:
    """The characters of *text* that can be seen, in order."""
    return [character for character in analyzer.cut(text).folded if character != " "]


def both(text: str, analyzer: Analyzer) -> tuple[list[str], list[str]]:
    """The words and the characters of *text*, which is cut once."""
    cut = analyzer.cut(text)
    return [word for word, _, _ in cut.words], [character for character in cut.folded if character != " "]
