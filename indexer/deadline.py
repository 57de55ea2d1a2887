"""How long a piece of work may take. Work that is done in steps asks between them whether there is time left.

``within`` is opened by whoever promises an answer in time (the web does, for each request); indexing and the command line
promise nothing, and there ``check`` lets everything pass. Each thread and each context has an end of its own.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

from indexer.errors import TooLong

_T = TypeVar("_T")

_END: ContextVar[float] = ContextVar("end", default=math.inf)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Whatever is checked in this block ends after *seconds* of the clock, or earlier where the block around it says so."""
    outer = _END.set(min(_END.get(), time.monotonic() + seconds))
    try:
        yield
    finally:
        _END.reset(outer)


def check() -> None:
    """Raise TooLong where the time is over; a quarter of a microsecond else."""
    if time.monotonic() > _END.get():
        raise TooLong("这次检索花的时间太长，已经停下：请少写几个词，写得具体一些，再试一次。")


def checked(steps: Iterable[_T]) -> Iterator[_T]:
    """*steps*, with a check before each."""
    for step in steps:
        check()
        yield step
