"""What child processes make of a source, gathered until it is known whether all of it could be read."""

from __future__ import annotations

import pickle
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from indexer.catalog import SourceEntry
from indexer.model import Document, Part, Skipped
from indexer.reading import Reading
from indexer.structure import parts

# An export of a million records does not stay in memory: what goes beyond this many documents waits in a file.
_IN_MEMORY = 500
_SKIPPED_SHOWN = 100
_WARNINGS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Made:
    """What a child process makes of one document."""

    parts: tuple[Part, ...]
    encoding: str


def make(document: Document) -> Made:
    """The parts of a document that have passages to be found, or at least what was set aside in it."""
    return Made(tuple(parts(document)), document.encoding)


class Gathered:
    """The readings of one source, and what they amount to. To be closed."""

    def __init__(self, folder: Path) -> None:
        """:param folder: where what does not stay in memory waits. The system's own place for such is often small."""
        self._folder = folder
        self._made: list[Made] = []
        self._file: IO[bytes] | None = None
        self._skipped_beyond = 0
        self._counts: Counter[str] = Counter()
        self._kinds: Counter[str] = Counter()
        self._years: Counter[int] = Counter()
        self._set_aside: Counter[str] = Counter()
        self._warnings: dict[str, None] = {}
        self._ids: set[str] = set()
        self.skipped: list[Skipped] = []
        self.fingerprint = ""
        self.size = 0
        self.encoding = ""

    def close(self) -> None:
        """Throw away what waits."""
        if self._file is not None:
            self._file.close()

    def add(self, reading: Reading[Made]) -> None:
        """Take in the next reading of the source; the last one brings its fingerprint."""
        self.size += reading.size
        self.fingerprint = reading.fingerprint
        results = [self._unique(made) for made in reading.results]
        for made in results:
            self._count(made)
        self._keep(results)
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

    def parts(self) -> Iterator[Part]:
        """All parts, in order."""
        for made in self._all():
            yield from made.parts

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

    def _unique(self, made: Made) -> Made:
        """*made* without parts whose id an earlier one has: an export in which two records have one number."""
        repeated = [part for part in made.parts if part.id in self._ids]
        self._ids.update(part.id for part in made.parts)
        self._warnings.update({f"“{part.title}”的编号与前面的记录相同，没有收入。": None for part in repeated})
        return replace(made, parts=tuple(part for part in made.parts if part not in repeated)) if repeated else made

    def _count(self, made: Made) -> None:
        self.encoding = self.encoding or made.encoding
        for part in made.parts:
            self._counts["documents"] += 1
            self._counts["passages"] += len(part.passages)
            self._kinds.update([part.kind] if part.kind else ())
            self._years.update([part.year] if part.year else ())
            self._set_aside.update(aside.reason for aside in part.set_aside)

    def _keep(self, results: list[Made]) -> None:
        if self._file is None and len(self._made) + len(results) <= _IN_MEMORY:
            self._made += results
            return
        if self._file is None:
            self._file = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115  (closed by close)
        for made in results:
            pickle.dump(made, self._file, pickle.HIGHEST_PROTOCOL)

    def _all(self) -> Iterator[Made]:
        yield from self._made
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
