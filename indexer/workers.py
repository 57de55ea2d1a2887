"""Child processes that do one task at a time under limits, and are replaced when they die; or one that does a single task.

One pipe for each child, watched by a loop in the caller's thread. Pools that share a pipe and its lock between children
(pebble) are lost as a whole when the kernel kills one of them while it sends: the lock is never released, and after two
minutes every task has failed. Here that child's task fails and no other notices. The caller's process gets no
threads, so nothing is left when the loop ends.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import resource
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import forkserver, resource_tracker
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Generic, Literal, TypeVar

from indexer.errors import BuildError

A = TypeVar("A")
R = TypeVar("R")
Failure = Literal["too_slow", "too_much_memory", "crashed"]

_GRACE_SECONDS = 0.5
_COLLECTED = 50_000
_NICE = 15
_UP = "up"
# Children in a row that die before they can work: it is not for what they were to read.
_MOST_STILLBORN = 3
_NO_CHILDREN = (
    "读取文件的子进程一启动就终止，索引没有改动。请检查内存是否够用、程序是否完整安装；"
    '由自己的程序调用时，要写在 if __name__ == "__main__": 之下。'
)
# A child's heap grows with the largest files it has seen; a fresh one has its whole allowance again.
_TASKS_PER_CHILD = 200


@dataclass(frozen=True, slots=True)
class Limits:
    """What one task may take: seconds by the clock, and megabytes on top of what an idle child holds.

    Seconds in which a child was only waiting for a processor do not count, where the system tells (Linux).
    """

    seconds: float = 30.0
    memory_mb: int = 1024


@dataclass(slots=True)
class Done(Generic[R]):
    """The result of a task, or why there is none."""

    result: R | None = None
    failure: Failure | None = None


class _Child(Generic[A, R]):
    """One process and the pipe to it."""

    def __init__(self, function: Callable[[A], R], *, limits: Limits) -> None:
        _start_forkserver()
        context = multiprocessing.get_context("forkserver")
        self.pipe, far = context.Pipe()
        self._process = context.Process(target=_serve, args=(far, function, limits.memory_mb), daemon=True)
        self._process.start()
        far.close()
        self.deadline = 0.0
        self.tasks = 0
        self.is_up = False
        self._waited = 0.0

    def begin(self, task: A, *, seconds: float) -> bool:
        """Hand over a task; False where the process is dead."""
        self._waited = _waited(self._process.pid)
        self.deadline = time.monotonic() + seconds
        self.tasks += 1
        try:
            self.pipe.send(task)
        except OSError:
            return False
        return True

    def is_late(self) -> bool:
        """Whether the time of its task is over; it gets more for what it had to wait for others."""
        if self.deadline > time.monotonic():
            return False
        waited = _waited(self._process.pid)
        self.deadline += waited - self._waited
        self._waited = waited
        return self.deadline <= time.monotonic()

    def comes_up(self) -> bool:
        """Whether it can work: it says so before all else, unless it dies of what it has to load."""
        with suppress(EOFError, OSError):
            self.is_up = self.pipe.recv() == _UP
        return self.is_up

    def result(self) -> Done[R]:
        """What it sent; a pipe that ends instead tells that it died."""
        try:
            return Done(*self.pipe.recv())
        except (EOFError, OSError):
            return Done(failure="crashed")

    def ask_to_stop(self) -> None:
        self.pipe.close()
        self._process.terminate()

    def stop(self) -> None:
        """End it now: politely first, so that it can end programs that it started."""
        self.ask_to_stop()
        self._process.join(_GRACE_SECONDS)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._process.close()


def give_way() -> None:
    """Let who searches meanwhile go first."""
    os.setpriority(os.PRIO_PROCESS, 0, max(_NICE, os.getpriority(os.PRIO_PROCESS, 0)))


def load_ahead(preload: Iterable[str]) -> None:
    """Start what children are forked from: it loads the modules *preload* while the caller does something else."""
    _share(preload)
    _start_forkserver()


def _share(preload: Iterable[str]) -> None:
    """Modules that children have from birth, unless what they are forked from is there already."""
    multiprocessing.get_context("forkserver").set_forkserver_preload(list(preload))


def _start_forkserver() -> None:
    """Start the process that forks the children, and them, deaf to Ctrl-C from birth.

    A terminal sends it to all of them; a child that met it before ``_serve`` would print a traceback.
    """
    # Done first, because on its way it lets signals through again.
    resource_tracker.ensure_running()
    former = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, former)


def _serve(pipe: Connection, function: Callable[[A], R], memory_mb: int) -> None:
    """The child's life: tasks in, results out, until the pipe ends (which it also does when the parent is gone)."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    _end_with_parent()
    _limit_memory(memory_mb)
    give_way()
    # What is loaded by now stays. To look for garbage seven hundred objects at a time took a sixteenth of a build.
    gc.freeze()
    gc.set_threshold(_COLLECTED)
    with suppress(EOFError, OSError):
        pipe.send(_UP)
        while True:
            _answer(pipe, function, pipe.recv())


def _answer(pipe: Connection, function: Callable[[A], R], task: A) -> None:
    try:
        pipe.send((function(task), None))
    except MemoryError:
        pipe.send((None, "too_much_memory"))


def _waited(pid: int | None) -> float:
    """Seconds that a process has been ready to go on and had no processor; 0 where the system does not tell."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text(encoding="ascii").split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        return 0.0


def _end_with_parent() -> None:
    """Watch the parent: a child at work would otherwise notice its death only when it wants to send a result."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_watch, args=(parent.sentinel,), daemon=True).start()


def _watch(sentinel: int) -> None:
    wait([sentinel])
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_GRACE_SECONDS)
    os._exit(1)


def _limit_memory(memory_mb: int) -> None:
    """Bound what the process may still allocate. Only writable memory counts, not the libraries that are mapped."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    state = Path("/proc/self/statm")
    if state.exists():
        held = int(state.read_text(encoding="ascii").split()[5]) * resource.getpagesize()
        bound = held + memory_mb * 1_000_000
        resource.setrlimit(resource.RLIMIT_DATA, (bound, bound))


class Aside(Generic[A, R]):
    """One task for a child, while the caller does something else. To be closed."""

    def __init__(self, function: Callable[[A], R], task: A, *, limits: Limits) -> None:
        """:param function: importable by name in a fresh process, as that of :class:`Workers`."""
        self._child: _Child[A, R] = _Child(function, limits=limits)
        self._begun = self._child.begin(task, seconds=limits.seconds)

    def wait(self) -> Done[R]:
        """What came of it, once it is over; asked for once."""
        if not self._begun:
            return Done(failure="crashed")
        if not self._is_told() or not self._child.comes_up():
            return Done(failure="crashed")
        return self._child.result() if self._is_told() else Done(failure="too_slow")

    def close(self) -> None:
        """End the child, whatever it is doing."""
        self._child.stop()

    def _is_told(self) -> bool:
        """Whether the child says something in time."""
        while not self._child.pipe.poll(max(0.0, self._child.deadline - time.monotonic())):
            if self._child.is_late():
                return False
        return True


@dataclass(eq=False, slots=True)
class _Slot(Generic[A, R]):
    """A task in its place in the order of results."""

    task: A
    done: Done[R] | None = None


class Workers(Generic[A, R]):
    """At most ``jobs`` children at work on ``function``, which must be importable by name in a fresh process."""

    def __init__(self, function: Callable[[A], R], *, jobs: int, limits: Limits, preload: Iterable[str]) -> None:
        self._function = function
        self._jobs = max(1, jobs)
        self._limits = limits
        self._idle: list[_Child[A, R]] = []
        self._busy: dict[Connection, tuple[_Child[A, R], _Slot[A, R]]] = {}
        self._waiting: deque[_Slot[A, R]] = deque()
        self._stillborn = 0
        _share(preload)

    def run(
        self, tasks: Iterable[A], *, seconds: Callable[[A], float] | None = None
    ) -> Generator[tuple[A, Done[R]], None, None]:
        """Each task with what became of it, in the order of *tasks*; at most three times ``jobs`` are taken ahead.

        ``seconds`` gives a task a time limit of its own. Closing the iterator ends all children. Raises BuildError where no
        child can be started.
        """
        order: deque[_Slot[A, R]] = deque()
        source = iter(tasks)
        allowed = seconds or (lambda _: self._limits.seconds)
        try:
            while self._take(source, order):
                self._assign(allowed)
                if order[0].done is None:
                    self._collect()
                while order and (done := order[0].done) is not None:
                    yield order.popleft().task, done
        finally:
            self._stop()

    def _take(self, source: Iterator[A], order: deque[_Slot[A, R]]) -> bool:
        """Take tasks up to the bound; False when all are done."""
        while len(order) < 3 * self._jobs:
            try:
                slot: _Slot[A, R] = _Slot(next(source))
            except StopIteration:
                break
            order.append(slot)
            self._waiting.append(slot)
        return bool(order)

    def _assign(self, allowed: Callable[[A], float]) -> None:
        while self._waiting and len(self._busy) < self._jobs:
            child = self._idle.pop() if self._idle else _Child(self._function, limits=self._limits)
            slot = self._waiting.popleft()
            if child.begin(slot.task, seconds=allowed(slot.task)):
                self._busy[child.pipe] = (child, slot)
            else:
                self._bury(child, slot)

    def _bury(self, child: _Child[A, R], slot: _Slot[A, R]) -> None:
        """A child that died without having worked: another one does its task. Raises BuildError where none ever comes up."""
        child.stop()
        self._waiting.appendleft(slot)
        self._stillborn += not child.is_up
        if self._stillborn >= _MOST_STILLBORN:
            raise BuildError(_NO_CHILDREN)

    def _collect(self) -> None:
        """Wait for the next result or the next deadline. What has already arrived is never too late."""
        soonest = min(child.deadline for child, _ in self._busy.values())
        ready = wait(list(self._busy), max(0.0, soonest - time.monotonic()))
        for child, slot in [self._busy.pop(pipe) for pipe in list(self._busy) if pipe in ready]:
            if child.is_up:
                slot.done = child.result()
                self._keep(child, slot.done)
            elif child.comes_up():
                self._stillborn = 0
                self._busy[child.pipe] = (child, slot)
            else:
                self._bury(child, slot)
        for child, slot in [pair for pair in self._busy.values() if pair[0].is_late()]:
            del self._busy[child.pipe]
            child.stop()
            slot.done = Done(failure="too_slow")

    def _keep(self, child: _Child[A, R], done: Done[R]) -> None:
        if done.failure or child.tasks >= _TASKS_PER_CHILD:
            child.stop()
        else:
            self._idle.append(child)

    def _stop(self) -> None:
        children = [*self._idle, *(child for child, _ in self._busy.values())]
        self._idle, self._busy = [], {}
        for child in children:
            child.ask_to_stop()
        for child in children:
            child.stop()
