"""What child processes make of a source, gathered until it is known whether all of it could be read."""

from __future__ import annotations

import pickle
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import IO
from uuid import uuid4

from indexer.analysis import Analyzer
from indexer.catalog import SourceEntry
from indexer.counted import count_names
from indexer.engines.arrayfile import ArrayFile
from indexer.engines.characters import MOST_PASSAGES
from indexer.engines.inverting import Inverter
from indexer.engines.runs import Run, held
from indexer.errors import SourceError
from indexer.model import Document, Part, Skipped
from indexer.reading import Reading
from indexer.structure import parts
from indexer.vocabulary.counting import Counting, Counts

# An export of a million records does not stay in memory: what goes beyond this many bytes waits in a file.
_IN_MEMORY = 50_000_000
# Characters that are inverted together: about 100 bytes of memory each.
_INVERTED = 1_000_000
_PASSAGE = 10
# Bytes from which a run goes to its reader as a file: to send it would copy it six times.
_LARGE = 500_000
_SKIPPED_SHOWN = 100
_WARNINGS_SHOWN = 20
# Bytes that a letter takes in memory.
_LETTER = 2


@dataclass(frozen=True, slots=True)
class Made:
    """What a child process makes of one document: its parts that have passages, or at least what was set aside in it."""

    parts: tuple[Part, ...]
    encoding: str


def make(document: Document) -> Made:
    """The first half of a child's work. Raises SourceError where there are more passages than can be inverted together."""
    found = tuple(parts(document))
    if sum(len(part.passages) for part in found) > MOST_PASSAGES // 2:
        raise SourceError("文件里的段落太多（超过 26 万个），请拆分后再建索引。", code="too_large")
    return Made(found, document.encoding)


@dataclass(frozen=True, slots=True)
class Summary:
    """What the catalog keeps of a part."""

    id: str
    title: str
    kind: str
    year: int
    passages: int
    set_aside: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a child process sends: some documents as they go into the index and the vocabulary."""

    parts: tuple[Summary, ...]
    run: Run
    counts: Counts
    encoding: str

    @property
    def nbytes(self) -> int:
        """The memory that it takes: a run that lies in a file takes none."""
        tallies = (self.counts.words, self.counts.phrases)
        return held(self.run) + sum(len(tally.once) + len(tally.others) for tally in tallies) * _LETTER


class Preparing:
    """The second half of a child's work. Goes to the children with the analyzer, which each makes anew."""

    def __init__(self, analyzer: Analyzer, *, folder: Path) -> None:
        """:param folder: where large runs are left for the process that reads them."""
        self._analyzer = analyzer
        self._folder = folder

    def __call__(self, made: Sequence[Made]) -> Iterator[Prepared]:
        """Documents, inverted in batches that bound the memory."""
        encoding = next((one.encoding for one in made if one.encoding), "")
        for own in _batches(part for one in made for part in one.parts):
            inverter, counting = Inverter(self._analyzer), Counting()
            for part in own:
                count_names(counting, part)
                if part.passages:
                    inverter.add(part)
            counting.add_cuts(inverter.bodies(), passages=inverter.passages)
            yield Prepared(tuple(map(_summary, own)), self._left(inverter.run()), counting.counts(), encoding)

    def _left(self, run: Run) -> Run:
        """*run* in a file, where it is large and there is room: a full disk is for the process to tell that writes the index."""
        if held(run) < _LARGE:
            return run
        with suppress(OSError):
            return ArrayFile.written(self._folder / uuid4().hex, run)
        return run


class Gathered:
    """The readings of one source, and what they amount to. To be closed.

    ``size`` is what was read, in bytes; ``size_left`` the half of it that counts as done when it is written.
    """

    def __init__(self, folder: Path) -> None:
        """:param folder: where what does not stay in memory waits. The system's own place for such is often small."""
        self._folder = folder
        self._held: list[Prepared] = []
        self._bytes = 0
        self._file: IO[bytes] | None = None
        self._skipped_beyond = 0
        self._counts: Counter[str] = Counter()
        self._kinds: Counter[str] = Counter()
        self._years: Counter[int] = Counter()
        self._set_aside: Counter[str] = Counter()
        self._warnings: dict[str, None] = {}
        self._ids: set[str] = set()
        self._repeated: list[tuple[str, ...]] = []
        self.skipped: list[Skipped] = []
        self.fingerprint = ""
        self.size = 0
        self.size_left = 0
        self.encoding = ""

    def close(self) -> None:
        """Throw away what waits."""
        if self._file is not None:
            self._file.close()

    def add(self, reading: Reading[Prepared]) -> None:
        """Take in the next reading of the source; the last one brings its fingerprint."""
        self.size += reading.size
        self.size_left += reading.size - reading.size // 2
        self.fingerprint = reading.fingerprint
        for prepared in reading.results:
            self._count(prepared)
            self._keep(prepared)
        self._warnings.update(dict.fromkeys(reading.warnings))
        room = _SKIPPED_SHOWN - len(self.skipped)
        self.skipped += reading.skipped[:room]
        self._skipped_beyond += len(reading.skipped[room:])

    @property
    def documents(self) -> int:
        """How many documents there are."""
        return self._counts["documents"]

    @property
    def passages(self) -> int:
        """How many passages there are to be found."""
        return self._counts["passages"]

    def prepared(self) -> Iterator[tuple[Prepared, tuple[str, ...]]]:
        """All that was prepared, in order, each with the ids of parts that are to be left out."""
        yield from zip(self._all(), self._repeated, strict=True)

    def entry(self, name: str) -> SourceEntry:
        """The source as the catalog keeps it."""
        return SourceEntry(
            name=name,
            fingerprint=self.fingerprint,
            bytes=self.size,
            encoding=self.encoding,
            documents=self.documents,
            passages=self.passages,
            kinds=self._kinds,
            years=self._years,
            set_aside=self._set_aside,
            warnings=tuple(self._all_warnings()),
        )

    def _count(self, prepared: Prepared) -> None:
        """Count the parts but those whose id an earlier one has: an export in which two records have one number."""
        self.encoding = self.encoding or prepared.encoding
        repeated = []
        for part in prepared.parts:
            if part.id in self._ids:
                repeated.append(part.id)
                self._warnings[f"“{part.title}”的编号与前面的记录相同，没有收入。"] = None
                continue
            self._ids.add(part.id)
            self._counts.update(documents=1, passages=part.passages)
            self._kinds.update([part.kind] if part.kind else ())
            self._years.update([part.year] if part.year else ())
            self._set_aside.update(part.set_aside)
        self._repeated.append(tuple(repeated))

    def _keep(self, prepared: Prepared) -> None:
        self._bytes += prepared.nbytes
        if self._file is None and self._bytes <= _IN_MEMORY:
            self._held.append(prepared)
            return
        if self._file is None:
            self._file = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115  (closed by close)
        pickle.dump(prepared, self._file, pickle.HIGHEST_PROTOCOL)

    def _all(self) -> Iterator[Prepared]:
        yield from self._held
        if self._file is None:
            return
        self._file.seek(0)
        while True:
            try:
                yield pickle.load(self._file)  # noqa: S301  (an unnamed file that this process wrote)
            except EOFError:
                return

    def _all_warnings(self) -> Iterator[str]:
        warnings = [*self._warnings, *(one.reason for one in self.skipped)]
        beyond = len(warnings) - _WARNINGS_SHOWN + self._skipped_beyond
        yield from warnings[:_WARNINGS_SHOWN]
        if beyond > 0:
            yield f"另有 {beyond} 条同类提示。"


def _batches(of_all: Iterable[Part]) -> Iterator[tuple[Part, ...]]:
    """Parts with about ``_INVERTED`` characters together; each id stands once in a batch."""
    number, size = 0, 0
    seen: set[str] = set()

    def batch_of(part: Part) -> int:
        nonlocal number, size
        if size > _INVERTED or part.id in seen:
            number, size = number + 1, 0
            seen.clear()
        seen.add(part.id)
        # A passage of one character takes more than that.
        size += sum(len(passage.text) + _PASSAGE for passage in part.passages)
        return number

    for _, own in groupby(of_all, key=batch_of):
        yield tuple(own)


def _summary(part: Part) -> Summary:
    set_aside = tuple(aside.reason for aside in part.set_aside)
    return Summary(part.id, part.title, part.kind, part.year, len(part.passages), set_aside)
