"""Programs and what they take: seconds, processor time and memory of a program with all its children (Linux).

``python -m benchmarks.processes RESULT -- COMMAND…`` is the parent of the program and adopts what it leaves behind, so that
the system counts the processor time of every last child.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.errors import BenchError

_ADOPT_ORPHANS = 36  # PR_SET_CHILD_SUBREAPER of prctl(2)
# Adding up the pages of a large process takes milliseconds, during which it cannot have new ones.
_SAMPLED_EVERY = 0.5
_SHOWN = 2_000


@dataclass(frozen=True, slots=True)
class Memory:
    """Megabytes of one process: all that it sees, its share of what is shared, what it has alone, and what it wrote itself."""

    rss: float
    pss: float
    own: float
    written: float


@dataclass(frozen=True, slots=True)
class Run:
    """A program that has ended. ``peak_rss`` and ``peak_pss`` are megabytes of all processes together."""

    status: int
    seconds: float
    cpu: float
    peak_rss: float
    peak_pss: float


def run(command: Sequence[str], *, environ: Mapping[str, str] | None = None) -> Run:
    """Run a program and measure it. Raises BenchError with what it said where it fails."""
    with tempfile.NamedTemporaryFile(suffix=".json") as result:
        watched = [sys.executable, "-m", "benchmarks.processes", result.name, "--", *command]
        told = subprocess.run(watched, env=environ, capture_output=True, text=True, check=False)  # noqa: S603
        text = Path(result.name).read_text(encoding="utf-8")
    found = Run(**json.loads(text)) if text else None
    if found is None or found.status:
        raise BenchError(f"{' '.join(command)} 没有成功：{(told.stderr or told.stdout).strip()[-_SHOWN:]}")
    return found


def memory(pid: int) -> Memory:
    """What a process holds now; OSError where it is gone."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()[1:]
    kilobytes = {name.rstrip(":"): int(size) for name, size, *_ in map(str.split, lines)}
    own = kilobytes["Private_Clean"] + kilobytes["Private_Dirty"]
    return Memory(*(value / 1000 for value in (kilobytes["Rss"], kilobytes["Pss"], own, kilobytes["Private_Dirty"])))


def children(pid: int) -> list[int]:
    """The processes that *pid* has started and that are alive."""
    found: list[int] = []
    with suppress(OSError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            found += map(int, (thread / "children").read_text(encoding="ascii").split())
    return found


def descendants(pid: int) -> list[int]:
    """All processes below *pid*."""
    own = children(pid)
    return own + [one for child in own for one in descendants(child)]


class _Watch:
    """Looks at the memory of all processes below this one, again and again, until it is stopped."""

    def __init__(self) -> None:
        self.peak_rss = self.peak_pss = 0.0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._ended.wait(_SAMPLED_EVERY):
            held = []
            for pid in descendants(os.getpid()):
                # A process may end while it is looked at.
                with suppress(OSError, KeyError):
                    held.append(memory(pid))
            self.peak_rss = max(self.peak_rss, sum(one.rss for one in held))
            self.peak_pss = max(self.peak_pss, sum(one.pss for one in held))


def _watched(command: Sequence[str]) -> Run:
    ctypes.CDLL(None).prctl(_ADOPT_ORPHANS, 1, 0, 0, 0)
    started, watch = time.monotonic(), _Watch()
    status = subprocess.run(command, check=False).returncode  # noqa: S603
    seconds = time.monotonic() - started
    with suppress(ChildProcessError):
        while True:
            os.wait()
    watch.stop()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Run(status, seconds, used.ru_utime + used.ru_stime, watch.peak_rss, watch.peak_pss)


def main() -> None:
    """Run the program behind ``--`` and write what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("result", type=Path)
    parser.add_argument("command", nargs="+")
    given = parser.parse_args()
    given.result.write_text(json.dumps(asdict(_watched(given.command))), encoding="utf-8")


if __name__ == "__main__":
    main()
