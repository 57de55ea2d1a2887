"""How far a run has come: a bar on a terminal, plain lines elsewhere, a small file for other processes."""

from __future__ import annotations

import json
import shutil
import sys
import time
import unicodedata
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Protocol, TextIO

_BAR_SECONDS = 0.1
_LINE_SECONDS = 5.0
_FILE_SECONDS = 0.25


class Progress(Protocol):
    """Told by a run what it does; shows it or not."""

    def begin(self, what: str, *, files: int, size: int) -> None:
        """A stage begins: *files* files of *size* bytes together."""

    def advance(self, *, size: int, files: int = 1) -> None:
        """*files* more files are done, and *size* more bytes of these or another."""

    def end(self) -> None:
        """The stage is over, well or not."""


class Silent:
    """Shows nothing."""

    def begin(self, what: str, *, files: int, size: int) -> None:
        """See :class:`Progress`."""

    def advance(self, *, size: int, files: int = 1) -> None:
        """See :class:`Progress`."""

    def end(self) -> None:
        """See :class:`Progress`."""


class Shown:
    """Writes to *stream*: one line that is redrawn where *redraw*, else a new line every few seconds."""

    def __init__(self, stream: TextIO, *, redraw: bool) -> None:
        self._stream = stream
        self._redraw = redraw
        self._pause = _BAR_SECONDS if redraw else _LINE_SECONDS
        self._what = ""
        self._files = self._size = self._done = self._done_size = 0
        self._started = self._shown = 0.0

    def begin(self, what: str, *, files: int, size: int) -> None:
        """See :class:`Progress`."""
        self._what, self._files, self._size = what, files, size
        self._done = self._done_size = 0
        self._started = self._shown = time.monotonic()
        if files:
            self._write(f"{what}：{files} 个文件，{megabytes(size)}")

    def advance(self, *, size: int, files: int = 1) -> None:
        """See :class:`Progress`."""
        self._done += files
        self._done_size += size
        now = time.monotonic()
        if now - self._shown >= self._pause:
            self._shown = now
            self._write(self._line(now - self._started))

    def end(self) -> None:
        """See :class:`Progress`."""
        if self._redraw:
            self._stream.write("\r\x1b[K")
            self._stream.flush()

    def _line(self, seconds: float) -> str:
        rate = self._done_size / seconds
        share = min(1.0, self._done_size / self._size) if self._size else 0.0
        parts = [f"{self._what} {self._done}/{self._files}", f"{share:4.0%}", f"{megabytes(rate)}/秒"]
        if rate:
            parts.append(f"还要 {clock(max(0.0, self._size - self._done_size) / rate)}")
        return ("  " if not self._redraw else f" {_bar(share)} ").join([parts[0], "  ".join(parts[1:])])

    def _write(self, line: str) -> None:
        columns = shutil.get_terminal_size().columns - 1
        self._stream.write(f"\r\x1b[K{_fit(line, columns)}" if self._redraw else f"{line}\n")
        self._stream.flush()


@dataclass(frozen=True, slots=True)
class Stand:
    """How far a stage has come. ``error`` is what ended the run, for its reader."""

    stage: str = ""
    files: int = 0
    files_done: int = 0
    bytes: int = 0
    bytes_done: int = 0
    error: str = ""


class Written:
    """Keeps the :class:`Stand` in a file as JSON, which is replaced as a whole a few times a second at most."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stand = Stand()
        self._written = 0.0

    def begin(self, what: str, *, files: int, size: int) -> None:
        """See :class:`Progress`."""
        self._stand = Stand(what, files=files, bytes=size)
        self._write()

    def advance(self, *, size: int, files: int = 1) -> None:
        """See :class:`Progress`."""
        stand = self._stand
        self._stand = replace(stand, files_done=stand.files_done + files, bytes_done=stand.bytes_done + size)
        if time.monotonic() - self._written >= _FILE_SECONDS:
            self._write()

    def end(self) -> None:
        """See :class:`Progress`."""
        self._write()

    def fail(self, error: str) -> None:
        """The run has ended for this reason."""
        self._stand = replace(self._stand, error=error)
        self._write()

    def _write(self) -> None:
        self._written = time.monotonic()
        aside = self._path.with_name(self._path.name + ".new")
        aside.write_text(json.dumps(asdict(self._stand)), encoding="ascii")
        aside.replace(self._path)


def shown_on(stream: TextIO | None = None) -> Progress:
    """What suits *stream* (standard error): a bar on a terminal, lines elsewhere."""
    stream = stream or sys.stderr
    return Shown(stream, redraw=stream.isatty())


def megabytes(size: float) -> str:
    """A size for people: 0.3 MB, 12 MB."""
    amount = size / 1_000_000
    return f"{amount:.1f} MB" if amount < 10 else f"{amount:,.0f} MB"


def clock(seconds: float) -> str:
    """A time span for people: 0:07, 12:30, 1:02:03."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _bar(share: float, *, width: int = 24) -> str:
    done = round(share * width)
    return f"[{'#' * done}{'.' * (width - done)}]"


def _fit(line: str, columns: int) -> str:
    """As much of *line* as *columns* hold; Han characters are two wide."""
    kept = []
    for character in line:
        columns -= 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if columns < 0:
            break
        kept.append(character)
    return "".join(kept)
