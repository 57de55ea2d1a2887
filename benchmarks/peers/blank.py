"""Records as peers take them: tokens parted by blanks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks import corpus
from benchmarks.analysis import both, words
from indexer.analysis import Analyzer


@dataclass(frozen=True, slots=True)
class Blank:
    """A record: its line, what is kept of it, and the tokens of its fields."""

    line: int
    record: corpus.Record
    title: str
    body: str
    chars: str


def records(path: Path, analyzer: Analyzer) -> Iterator[Blank]:
    """Both fields: words of title and text, and the characters of both."""
    for line, record in enumerate(corpus.read(path), 1):
        title, letters_of_title = both(record.title, analyzer)
        body, letters = both(record.text, analyzer)
        yield Blank(line, record, " ".join(title), " ".join(body), " ".join((*letters_of_title, *letters)))


def bodies(path: Path, analyzer: Analyzer) -> Iterator[list[str]]:
    """The words of the texts alone."""
    for record in corpus.read(path):
        yield words(record.text, analyzer)
