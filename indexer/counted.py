"""A writer that counts what it writes, so that the vocabulary of a generation holds what its index holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from indexer.analysis import Analyzer
from indexer.engines.records import names
from indexer.engines.runs import Run
from indexer.engines.whoosh import WhooshEngine, Writer
from indexer.errors import FanwenError
from indexer.model import Part
from indexer.vocabulary import store
from indexer.vocabulary.counting import Counting, Counts
from indexer.workers import Aside, Limits

# Passages from which it pays to start a process for the vocabulary.
_MANY = 20_000
_LIMITS = Limits(seconds=3600, memory_mb=4096)


@contextmanager
def counted_writing(engine: WhooshEngine, path: Path, analyzer: Analyzer) -> Iterator[CountedWriter]:
    """A commit of *engine* that keeps the vocabulary in *path* in step with it.

    Where much was added, another process makes the vocabulary while this one writes the postings.
    """
    with ExitStack() as ending:
        with engine.writing() as writer:
            counted = CountedWriter(writer, engine, analyzer)
            yield counted
            update = _Update(path, counted.added, counted.removed)
            beside = ending.enter_context(_beside(update)) if counted.added.passages >= _MANY else None
        # Whatever went wrong there will be met here, and told.
        if beside is None or not beside.wait().result:
            store.update(path, added=update.added, removed=update.removed)


def _beside(update: _Update) -> closing[Aside[_Update, bool]]:
    return closing(Aside(_is_updated, update, limits=_LIMITS))


def _is_updated(update: _Update) -> bool:
    with suppress(OSError, FanwenError):
        store.update(update.path, added=update.added, removed=update.removed)
        return True
    return False


@dataclass(frozen=True, slots=True)
class _Update:
    path: Path
    added: Counting
    removed: Counting


@dataclass(slots=True)
class CountedWriter:
    """See :class:`indexer.engines.base.Writer`."""

    writer: Writer
    engine: WhooshEngine
    analyzer: Analyzer
    added: Counting = field(default_factory=Counting)
    removed: Counting = field(default_factory=Counting)
    sources: set[str] = field(default_factory=set)

    @property
    def waiting(self) -> Path:
        """The folder where runs may be left for :meth:`add_run`."""
        return self.writer.waiting

    def add(self, part: Part) -> None:
        """Index the passages of *part*, and count them."""
        self.writer.add(part)
        count_part(self.added, part, self.analyzer)

    def add_run(self, run: Run, *, counts: Counts, without: Iterable[str] = ()) -> None:
        """Add parts that were inverted and counted elsewhere, *without* those of some ids."""
        self.writer.add_run(run, without=without)
        self.added.merge(counts)

    def delete_source(self, source: str) -> int:
        """Remove all that came from *source* before this commit, and count it down."""
        if source not in self.sources:
            self.sources.add(source)
            self._count_down(source)
        return self.writer.delete_source(source)

    def _count_down(self, source: str) -> None:
        for document in self.engine.documents_of(source):
            if document.passages:
                self.removed.add_part(title=document.title, headings=[text for _, text, _ in document.headings])
            for record in self.engine.passages_of(document.id):
                converted = "converted" in record.flags
                self.removed.add_passage(self.analyzer.cut(record.text, converted=converted).words)


def count_part(counting: Counting, part: Part, analyzer: Analyzer) -> None:
    """Count a part and its passages."""
    count_names(counting, part)
    for passage in part.passages:
        counting.add_passage(analyzer.cut(passage.text, converted="converted" in passage.flags).words)


def count_names(counting: Counting, part: Part) -> None:
    """Count a part, and its passages not."""
    if part.passages:
        counting.add_part(title=names(part)[0], headings=[heading.text for heading in part.headings])
