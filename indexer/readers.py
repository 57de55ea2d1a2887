"""Engines for the threads of a server: always over the newest generation, each lent to one thread at a time."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace

from indexer.analysis import Analyzer, Remembering, default_analyzer
from indexer.catalog import Catalog
from indexer.dictionary import Word
from indexer.disk import WHAT_TO_DO, damage_told
from indexer.engines.whoosh import WhooshEngine
from indexer.errors import FanwenError, IndexDamaged, IndexFolderError
from indexer.generations import CATALOG, Generation, IndexFolder
from indexer.vocabulary.store import Vocabulary

logger = logging.getLogger(__name__)

# A generation is read through this long after it was opened, so that a command that asks once does not, and then
# with a rest after each megabyte: about 45 megabytes a second, for a twentieth of a core.
_READ_AFTER_SECONDS = 2.0
_REST_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class _Serving:
    """The generation in service. ``first`` is never lent: it holds the tables that its siblings share."""

    stamp: tuple[int, ...]
    generation: Generation
    first: WhooshEngine
    reading: _ReadingThrough
    vocabulary: Vocabulary
    analyzer: Analyzer


class _Stopped(Exception):
    """The generation is not in service any more."""


class _ReadingThrough:
    """Reads every byte of a generation once, at a modest pace, beside those who search it."""

    def __init__(self, folder: IndexFolder, generation: Generation, after: float, damaged: Callable[[], None]) -> None:
        """Begins *after* so many seconds.

        :param damaged: called where the files are not what the manifest says.
        """
        self._folder = folder
        self._generation = generation
        self._after = after
        self._damaged = damaged
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="read-through", daemon=True)
        self._thread.start()

    @property
    def is_over(self) -> bool:
        """Whether every byte was read."""
        return not self._thread.is_alive()

    def stop(self) -> None:
        """Come to an end soon."""
        self._ending.set()

    def join(self) -> None:
        """Wait for the end; no file is open afterwards."""
        self._thread.join()

    def _run(self) -> None:
        with suppress(_Stopped):
            self._rest(self._after)
            if self._folder.refuse_if_damaged(self._generation, between=self._rest):
                self._damaged()

    def _rest(self, seconds: float = _REST_SECONDS) -> None:
        if self._ending.wait(seconds):
            raise _Stopped


@dataclass(frozen=True, slots=True)
class Lent:
    """What one request reads: an engine, for one thread at a time, and what all share of the same generation: its vocabulary,
    and the analyzer that cut its texts."""

    engine: WhooshEngine
    vocabulary: Vocabulary
    analyzer: Analyzer


class Readers:
    """Lends engines. A new generation costs one call of ``stat`` to notice; old engines finish undisturbed, then close.

    Safe to share between threads. A Whoosh reader shared by two threads gives wrong answers without an error, hence
    an engine for each. What is in service is read through once in the background: where a disk has altered it, the
    former generation is lent from then on. Each generation is searched with the words that it was built with, whatever
    the dictionary says by now.
    """

    def __init__(
        self, folder: IndexFolder, analyzer: Analyzer, *, idle: int = 8, read_after: float = _READ_AFTER_SECONDS
    ) -> None:
        """:param idle: how many engines are kept open for later requests.
        :param read_after: seconds after which a generation that was opened is read through.
        """
        self._read_after = read_after
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
        lent.engine.remember()
        sound = False
        try:
            with damage_told(self._folder.path):
                yield lent
            sound = True
        except FanwenError:
            raise
        except Exception as error:
            # What is torn may raise anything. Where every byte was read already, it is something else.
            if serving.reading.is_over or not self._folder.refuse_if_damaged(serving.generation):
                raise
            self._turn_away_from(serving.generation)
            raise IndexDamaged(f"索引 {self._folder.path} 读到损坏的数据。{WHAT_TO_DO}") from error
        finally:
            self._take_back(lent, serving, sound=sound)

    def generation(self) -> Generation:
        """The generation that the next engine reads."""
        with self._lock:
            return self._current().generation

    def close(self) -> None:
        """Close what is not lent; the rest is closed when it comes back."""
        with self._lock:
            serving = self._serving
            self._retire()
        if serving is not None:
            serving.reading.join()

    def _current(self) -> _Serving:
        stamp = self._folder.stamp()
        if self._serving is None or self._serving.stamp != stamp:
            self._serving = self._renewed(stamp)
        return self._serving

    def _renewed(self, stamp: tuple[int, ...]) -> _Serving:
        try:
            generation, first = self._opened()
            vocabulary = generation.vocabulary()
        except IndexFolderError as error:
            if self._serving is None:
                raise
            # What is open already is whole: better an older answer than none.
            logger.warning("新的索引打不开，继续使用第 %d 代：%s", self._serving.generation.number, error)
            return replace(self._serving, stamp=stamp)
        self._retire()
        reading = self._reading_through(generation)
        return _Serving(stamp, generation, first, reading, vocabulary, self._analyzer)

    def _opened(self) -> tuple[Generation, WhooshEngine]:
        """The generation in service and an engine over it, with the analyzer that wrote it from now on."""
        while True:
            generation, first = self._folder.open_engine(self._analyzer)
            fitting = _analyzer_of(generation, self._analyzer)
            if fitting is self._analyzer:
                return generation, first
            first.close()
            self._analyzer = fitting

    def _reading_through(self, generation: Generation) -> _ReadingThrough:
        return _ReadingThrough(self._folder, generation, self._read_after, lambda: self._turn_away_from(generation))

    def _turn_away_from(self, generation: Generation) -> None:
        """Lend nothing more of a generation that is damaged; the next request opens the one before."""
        with self._lock:
            if self._serving is not None and self._serving.generation is generation:
                self._retire()

    def _sibling(self, serving: _Serving) -> Lent:
        return Lent(serving.first.sibling(), serving.vocabulary, serving.analyzer)

    def _retire(self) -> None:
        if self._serving is not None:
            self._serving.reading.stop()
            self._serving.first.close()
        for lent in self._idle:
            lent.engine.close()
        self._idle.clear()
        self._serving = None

    def _take_back(self, lent: Lent, lender: _Serving, *, sound: bool) -> None:
        lent.engine.forget()
        with self._lock:
            same = self._serving is not None and self._serving.first is lender.first
            if sound and same and len(self._idle) < self._most_idle:
                self._idle.append(lent)
            else:
                lent.engine.close()


def _analyzer_of(generation: Generation, analyzer: Analyzer) -> Analyzer:
    """*analyzer* where it wrote *generation*, or one with the words of that time. Other rules than today's cannot be had."""
    if generation.manifest.fingerprint == analyzer.fingerprint:
        return analyzer
    fitting = Remembering(default_analyzer(_words_of(generation)))
    return fitting if fitting.fingerprint == generation.manifest.fingerprint else analyzer


def _words_of(generation: Generation) -> list[Word]:
    with closing(Catalog.readable(generation.path / CATALOG)) as catalog:
        return [Word(*word) for word in catalog.run().get("words", ())]
