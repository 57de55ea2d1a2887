"""Engines for the threads of a server: always over the newest generation, each lent to one thread at a time."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from indexer.analysis import Analyzer
from indexer.engines.whoosh import WhooshEngine
from indexer.errors import IndexDamaged, IndexFolderError
from indexer.generations import Generation, IndexFolder, damage_told
from indexer.vocabulary.store import Vocabulary

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Serving:
    """The generation in service. ``first`` is never lent: it holds the tables that its siblings share."""

    stamp: tuple[int, ...]
    generation: Generation
    first: WhooshEngine


@dataclass(frozen=True, slots=True)
class Lent:
    """What one request reads: an engine and the vocabulary of the same generation, for one thread at a time."""

    engine: WhooshEngine
    vocabulary: Vocabulary

    def close(self) -> None:
        """Release the files."""
        self.engine.close()
        self.vocabulary.close()


class Readers:
    """Lends engines. A new generation costs one call of ``stat`` to notice; old engines finish undisturbed, then close.

    Safe to share between threads. A Whoosh reader shared by two threads gives wrong answers without an error, hence
    an engine for each.
    """

    def __init__(self, folder: IndexFolder, analyzer: Analyzer, *, idle: int = 8) -> None:
        """:param idle: how many engines are kept open for later requests."""
        self._folder = folder
        self._analyzer = analyzer
        self._most_idle = idle
        self._lock = threading.Lock()
        self._serving: _Serving | None = None
        self._idle: list[Lent] = []

    @contextmanager
    def lent(self) -> Iterator[Lent]:
        """An engine over the newest generation, for this thread, until the block ends. IndexMissing, IndexDamaged."""
        with self._lock:
            serving = self._current()
            lent = self._idle.pop() if self._idle else self._sibling(serving)
        sound = False
        try:
            with damage_told(self._folder.path):
                yield lent
            sound = True
        finally:
            self._take_back(lent, serving, sound=sound)

    def generation(self) -> Generation:
        """The generation that the next engine reads."""
        with self._lock:
            return self._current().generation

    def close(self) -> None:
        """Close what is not lent; the rest is closed when it comes back."""
        with self._lock:
            self._retire()

    def _current(self) -> _Serving:
        stamp = self._folder.stamp()
        if self._serving is None or self._serving.stamp != stamp:
            self._serving = self._renewed(stamp)
        return self._serving

    def _renewed(self, stamp: tuple[int, ...]) -> _Serving:
        try:
            generation, first = self._folder.open_engine(self._analyzer)
        except IndexFolderError as error:
            if self._serving is None:
                raise
            # What is open already is whole: better an older answer than none.
            logger.warning("新的索引打不开，继续使用第 %d 代：%s", self._serving.generation.number, error)
            return replace(self._serving, stamp=stamp)
        self._retire()
        return _Serving(stamp, generation, first)

    def _sibling(self, serving: _Serving) -> Lent:
        try:
            vocabulary = serving.generation.vocabulary()
            return Lent(serving.first.sibling(), vocabulary)
        except FileNotFoundError as error:
            raise IndexDamaged(f"索引文件夹 {serving.generation.path} 不见了。请重新建立索引。") from error

    def _retire(self) -> None:
        if self._serving is not None:
            self._serving.first.close()
        for lent in self._idle:
            lent.close()
        self._idle.clear()
        self._serving = None

    def _take_back(self, lent: Lent, lender: _Serving, *, sound: bool) -> None:
        with self._lock:
            same = self._serving is not None and self._serving.first is lender.first
            if sound and same and len(self._idle) < self._most_idle:
                self._idle.append(lent)
            else:
                lent.close()
