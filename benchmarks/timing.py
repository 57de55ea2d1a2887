"""How long something takes, by the processor's clock and by the wall's."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Taken:
    """Milliseconds. ``cpu`` is that of all threads of this process."""

    cpu: float
    wall: float


def timed(action: Callable[[], object]) -> Taken:
    """What *action* takes."""
    wall, cpu = time.perf_counter_ns(), time.process_time_ns()
    action()
    cpu_after, wall_after = time.process_time_ns(), time.perf_counter_ns()
    return Taken((cpu_after - cpu) / 1e6, (wall_after - wall) / 1e6)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Without garbage collection, which would fall on whoever is measured when it is due."""
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()
