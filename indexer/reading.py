"""Sources -> what is made of their documents, in child processes under limits, in the order of the sources.

A file is one task. An export of records is read here as a stream, and each batch of its lines is a task.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Generic, TypeVar

from indexer import corpus
from indexer.errors import SourceError
from indexer.model import Document, Skipped, Source
from indexer.parsers import CONVERTED, STREAMED, jsonl, office, parse, suffix_of
from indexer.parsers.bounds import empty
from indexer.workers import Done, Failure, Limits, Workers, load_ahead

S = TypeVar("S")
T = TypeVar("T")
R = TypeVar("R")
_SHOWN = 200
# What is wrong with the bytes of a file stays wrong while they stay the same.
_LASTING = frozenset({"damaged", "too_large", "empty"})


@dataclass(frozen=True, slots=True)
class Reading(Generic[T]):
    """What came of a source, or of one batch of its lines: what was made of the documents that could be read.

    ``size`` counts the bytes that were read. ``fingerprint`` is that of the whole file, on the last reading of a source
    alone; it is ``""`` there too where the file changed meanwhile or could not be read, so that what came before must
    be thrown away and the file read again.
    """

    source: Source
    results: tuple[T, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    warnings: tuple[str, ...] = ()
    size: int = 0
    fingerprint: str = ""
    is_last: bool = True


@dataclass(frozen=True, slots=True)
class Steps(Generic[T]):
    """What a child does: *work* with each document, and *finish* with all that came of these."""

    work: Callable[[Document], Any]
    finish: Callable[[Sequence[Any]], Iterable[T]]


@dataclass(frozen=True, slots=True)
class Task:
    """A file, or some lines of it (``size``: their share of its bytes), or the end of a file that was read by lines."""

    source: Source
    batch: jsonl.Batch | None = None
    size: int = 0
    ending: Reading[Any] | None = None


def read_all(
    sources: Iterable[Source],
    *,
    work: Callable[[Document], S],
    finish: Callable[[Sequence[S]], Iterable[T]],
    jobs: int = 0,
    limits: Limits | None = None,
) -> Generator[Reading[T], None, None]:
    """Read *sources* and apply *work* to each document, in child processes (``jobs`` 0: one for each processor); and then
    *finish* to the results of a file, or of a batch of its lines, together.

    Both are functions of a module, or can be pickled. A document that fails, takes too long or too
    much memory becomes a ``Skipped`` and the others go on. Close the iterator (``contextlib.closing``) to stop early.
    """
    steps = Steps(work, finish)
    return _Run(steps, jobs=jobs or os.cpu_count() or 1, limits=limits or Limits()).readings(_tasks(sources))


def prepare(*functions: Callable[..., Any]) -> None:
    """Have loaded what children need for *functions*, while the caller finds out what there is to read: it takes half a second."""
    load_ahead(_preload(*functions))


class _Run(Generic[T]):
    """How tasks are done: the work, the number of children and their limits."""

    def __init__(self, steps: Steps[T], *, jobs: int, limits: Limits) -> None:
        self._steps = steps
        self._jobs = jobs
        self._limits = limits

    def readings(self, tasks: Iterable[Task]) -> Generator[Reading[T], None, None]:
        """A reading for each task, in order; two or more for a batch in which something kills its reader."""
        workers: Workers[Task, Reading[T]] = Workers(
            partial(read_task, self._steps),
            jobs=self._jobs,
            limits=self._limits,
            preload=_preload(self._steps.work, self._steps.finish),
        )
        with closing(workers.run(tasks, seconds=self._seconds)) as outcomes:
            for task, done in outcomes:
                yield from self._settled(task, done)

    def _settled(self, task: Task, done: Done[Reading[T]]) -> Iterator[Reading[T]]:
        if done.result is not None:
            yield done.result
        elif task.batch is not None and len(task.batch.lines) > 1:
            halves = (replace(task, batch=half) for half in task.batch.halves())
            yield from _Run(self._steps, jobs=1, limits=self._limits).readings(halves)
        elif done.failure is not None:
            reason = _where(task) + self._why(done.failure)
            skipped = (Skipped(task.source.name, reason, done.failure),)
            yield Reading(task.source, skipped=skipped, is_last=task.batch is None)

    def _seconds(self, task: Task) -> float:
        """Conversions wait for one another, so that each may have to wait for those of all other children."""
        is_converted = suffix_of(task.source.path.name) in CONVERTED
        return self._limits.seconds + (office.SECONDS * self._jobs if is_converted else 0)

    def _why(self, failure: Failure) -> str:
        if failure == "too_slow":
            return f"读取超过 {self._limits.seconds:g} 秒，已放弃；请拆分文件，或另存为 .txt 再试。"
        if failure == "too_much_memory":
            return f"读取所需内存超过 {self._limits.memory_mb} MB，已放弃；请拆分文件，或另存为 .txt 再试。"
        return "读取进程意外终止（文件可能已损坏，或内存不足）；请用原程序打开后另存一份再试。"


def _preload(*functions: Callable[..., Any]) -> tuple[str, ...]:
    """Modules that children share from the start, so that each starts in milliseconds."""
    own = (function.func if isinstance(function, partial) else function for function in functions)
    return (__name__, *(function.__module__ for function in own))


def _where(task: Task) -> str:
    return f"第 {task.batch.first_line} 行：" if task.batch is not None else ""


def _tasks(sources: Iterable[Source]) -> Iterator[Task]:
    for source in sources:
        if suffix_of(source.path.name) in STREAMED:
            yield from _stream(source)
        else:
            yield Task(source)


def _stream(source: Source) -> Iterator[Task]:
    """The batches of an export, then what is known at its end."""
    fingerprint, at = "", 0
    try:
        with corpus.opened(source) as stream:
            fingerprint = corpus.digest_of(stream)
            stream.seek(0)
            for batch in jsonl.batches(stream):
                yield Task(source, batch, size=stream.tell() - at)
                at = stream.tell()
        if not at:
            raise empty()
        yield Task(source, ending=Reading(source, fingerprint=fingerprint))
    except SourceError as error:
        known = fingerprint if error.code in _LASTING else ""
        yield Task(source, ending=Reading(source, skipped=(_skipped(source, error),), fingerprint=known))


def read_task(steps: Steps[T], task: Task) -> Reading[T]:
    """What a child does with a task. Raises only what ends the child: MemoryError, SystemExit."""
    source = task.source
    if task.ending is not None:
        return task.ending
    if task.batch is not None:
        return replace(_made(source, jsonl.records(source, task.batch), steps), size=task.size, is_last=False)
    try:
        content = corpus.read(source)
    except SourceError as error:
        return Reading(source, skipped=(_skipped(source, error),))
    made = _made(source, _parsed(source, content.data), steps)
    return replace(made, size=len(content.data), fingerprint=content.fingerprint)


def _parsed(source: Source, data: bytes) -> Iterator[Document | Skipped]:
    """The parser is called as late as its documents are asked for, so that its errors are caught with theirs."""
    if not data:
        raise empty()
    yield from parse(source, data)


def _made(source: Source, documents: Iterator[Document | Skipped], steps: Steps[T]) -> Reading[T]:
    results: list[Any] = []
    skipped: list[Skipped] = []
    warnings: list[str] = []
    while (document := _attempt(source, partial(next, documents, None))) is not None:
        made = _attempt(source, partial(steps.work, document)) if isinstance(document, Document) else document
        if isinstance(made, Skipped):
            skipped.append(_numbered(made, document))
        else:
            results.append(made)
            warnings += document.warnings if isinstance(document, Document) else ()
    return Reading(source, tuple(steps.finish(results)), tuple(skipped), tuple(warnings))


def _numbered(skipped: Skipped, document: Document | Skipped) -> Skipped:
    """With the line of the record that it is about, where a document is one record of many."""
    if isinstance(document, Document) and "record" in document.meta:
        return replace(skipped, reason=f"第 {document.blocks[0].line} 行：{skipped.reason}")
    return skipped


def _attempt(source: Source, action: Callable[[], R]) -> R | Skipped:
    """What *action* returns. An error of any kind is the file's, and told as such: one bad file never stops a run."""
    try:
        return action()
    except SourceError as error:
        return _skipped(source, error)
    except MemoryError:
        raise
    except Exception as error:
        what = f"{type(error).__name__}: {error}"[:_SHOWN]
        return Skipped(source.name, f"解析程序出错（{what}），请把文件和这条信息发给维护者。", "crashed")


def _skipped(source: Source, error: SourceError) -> Skipped:
    return Skipped(source.name, str(error), error.code)
