"""Waiting for what another process or thread does: by the clock, never by a number of tries, which a fast machine uses up."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

Answer = TypeVar("Answer")

PATIENCE = 60.0
"""Seconds: far more than anything takes, so that a slow machine is no failure."""


def comes_true(condition: Callable[[], bool], *, within: float = PATIENCE, every: float = 0.02) -> bool:
    """Whether *condition* holds before *within* seconds are over; it is asked *every* so many seconds."""
    ends = time.monotonic() + within
    while not condition():
        if time.monotonic() > ends:
            return False
        time.sleep(every)
    return True


def answered(ask: Callable[[], Answer], *, within: float = PATIENCE) -> Answer:
    """What *ask* gives as soon as a server listens.

    Raises:
        OSError: nobody listens yet when *within* seconds are over, or the connection breaks in another way.
    """
    ends = time.monotonic() + within
    while True:
        try:
            return ask()
        except OSError as error:
            if not _is_nobody_there(error) or time.monotonic() > ends:
                raise
        time.sleep(0.1)


def _is_nobody_there(error: OSError) -> bool:
    """urllib wraps the refusal; an HTTP error is an answer."""
    return isinstance(getattr(error, "reason", error), ConnectionRefusedError)
