"""Runs of the indexer that the service starts: each a process of its own, which outlives the one that started it.

::

    FOLDER/lock            held (flock) by the run as long as it lives, however it ends
    FOLDER/run.json        what was asked for, and when
    FOLDER/progress.json   how far it has come (:class:`indexer.progress.Written`)
    FOLDER/report.json     what it has done (:class:`indexer.report.Report`); there when it went well
    FOLDER/log.txt         what it said beside that
"""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from indexer import config
from indexer.config import Settings
from indexer.errors import IndexBusy, StateError
from indexer.generations import IndexFolder
from indexer.state.keys import make_private

FOLDER = "run"
# More than these are read anew together with all others: a command line has a bound.
MOST_NAMED = 1000

State = Literal["idle", "running", "done", "failed"]

_LOG_BYTES = 4000
_INTERRUPTED = "这次运行中途被终止（可能是内存不足、断电，或被人停止），索引没有改动；可以再运行一次。"
# How often the lock is tried, a hundredth of a second apart: who asks for the status holds it for a moment.
_TRIES = 20


@dataclass(frozen=True, slots=True)
class Run:
    """The run that is under way, or the last one. ``files`` and ``bytes`` count those of the ``stage``.

    ``started`` and ``ended`` are times in UTC (ISO 8601), ``""`` where there is none. ``message`` says why a run failed, ``log``
    what it said (lines of the dictionary that were left out). ``report`` has the values of ``fanwen index --report``.
    """

    state: State = "idle"
    stage: str = ""
    files: int = 0
    files_done: int = 0
    bytes: int = 0
    bytes_done: int = 0
    started: str = ""
    ended: str = ""
    message: str = ""
    log: str = ""
    report: Mapping[str, Any] = field(default_factory=dict)


class Runs:
    """Starts runs over the index of *settings*, one at a time, and tells of them from any process."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.folder = settings.state / FOLDER

    def start(self, *, rebuild: bool = False, reread: Collection[str] = ()) -> None:
        """Start a run, and return at once. Raises IndexBusy where one is under way, StateError where it cannot be started."""
        if holder := IndexFolder(self._settings.index).writer():
            raise IndexBusy(f"另一个程序正在写入索引{holder}。请等它结束后再运行。")
        with _told(self.folder):
            make_private(self.folder.parent)
            make_private(self.folder)
            with self._lock() as descriptor:
                self._forget()
                _write(self.folder / "run.json", {"started": _now()})
                self._spawn(self._command(rebuild=rebuild, reread=reread), descriptor)

    def status(self) -> Run:
        """How it stands with the run, or with the last one. StateError where the folder cannot be read."""
        with _told(self.folder):
            # Asked first: a run that ends meanwhile is told as running once more, never as failed.
            running = self._is_running()
            asked = _read(self.folder / "run.json")
            if asked is None:
                return Run()
            stand = _read(self.folder / "progress.json") or {}
            run = Run("running", started=asked.get("started", ""), log=self._log(), **_counts(stand))
            return run if running else self._ended(run, stand)

    def _ended(self, run: Run, stand: Mapping[str, Any]) -> Run:
        report = _read(self.folder / "report.json")
        ended = self._last_sign()
        if report is None:
            return replace(run, state="failed", ended=ended, message=stand.get("error") or _INTERRUPTED)
        return replace(run, state="done", ended=ended, report=report)

    # The process

    def _command(self, *, rebuild: bool, reread: Collection[str]) -> list[str]:
        named = [name for name in reread if "\0" not in name]
        everything = rebuild or len(named) > MOST_NAMED
        return [
            # -P: an indexer/ in the folder where the service stands is not ours.
            *(sys.executable, "-P", "-m", "indexer.cli", "index"),
            # What is in force is handed over as it is; no file adds to it.
            *("--config", os.devnull),
            *("--progress", str(self.folder.absolute() / "progress.json")),
            *("--report", str(self.folder.absolute() / "report.json")),
            *(["--rebuild"] if everything else [f"--reread={name}" for name in named]),
            *(str(path.absolute()) for path in self._settings.sources),
        ]

    def _environ(self) -> dict[str, str]:
        """The settings as variables, with paths that hold wherever the process stands; the sources are in the command."""
        settings = self._settings
        dictionary = settings.dictionary and settings.dictionary.absolute()
        index, state = settings.index.absolute(), settings.state.absolute()
        told = config.to_environ(replace(settings, sources=(), index=index, state=state, dictionary=dictionary))
        kept = {name: value for name, value in os.environ.items() if not name.startswith(config.PREFIX)}
        return {**kept, **told}

    def _spawn(self, command: Sequence[str], lock: int) -> None:
        log = os.open(self.folder / "log.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            process = subprocess.Popen(  # noqa: S603
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                env=self._environ(),
                pass_fds=(lock,),
                start_new_session=True,
            )
        finally:
            os.close(log)
        # Its end is noted by the system's books; nobody waits for it here.
        threading.Thread(target=process.wait, name="run", daemon=True).start()

    @contextmanager
    def _lock(self) -> Iterator[int]:
        """The lock, which a process that is started in the block goes on holding. Raises IndexBusy."""
        descriptor = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            if not any(_locked(descriptor, fcntl.LOCK_EX) for _ in range(_TRIES)):
                raise IndexBusy("索引正在更新，请等它结束后再运行。")
            yield descriptor
        finally:
            os.close(descriptor)

    def _is_running(self) -> bool:
        try:
            descriptor = os.open(self.folder / "lock", os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        except FileNotFoundError:
            return False
        try:
            return not _locked(descriptor, fcntl.LOCK_SH)
        finally:
            os.close(descriptor)

    # The files

    def _forget(self) -> None:
        for name in ("run.json", "progress.json", "report.json", "log.txt"):
            (self.folder / name).unlink(missing_ok=True)

    def _log(self) -> str:
        with suppress(FileNotFoundError), (self.folder / "log.txt").open("rb") as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - _LOG_BYTES))
            return file.read().decode("utf-8", "ignore").strip()
        return ""

    def _last_sign(self) -> str:
        """When something of the run was written last."""
        times = [0.0]
        for name in ("run.json", "progress.json", "report.json", "log.txt"):
            with suppress(FileNotFoundError):
                times.append((self.folder / name).stat().st_mtime)
        return datetime.fromtimestamp(max(times), UTC).isoformat(timespec="seconds")


def _counts(stand: Mapping[str, Any]) -> dict[str, Any]:
    names = ("stage", "files", "files_done", "bytes", "bytes_done")
    return {name: stand[name] for name in names if name in stand}


def _locked(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        if kind == fcntl.LOCK_EX:
            time.sleep(0.01)
        return False
    return True


def _read(path: Path) -> dict[str, Any] | None:
    """What a file holds; None where there is none, or where it was being written when its process died."""
    try:
        told = json.loads(path.read_bytes())
    except (FileNotFoundError, ValueError):
        return None
    return told if isinstance(told, dict) else None


def _write(path: Path, values: object) -> None:
    path.write_text(json.dumps(values), encoding="ascii")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StateError(
            f"更新索引的程序没有启动（{error.strerror or error}）：请检查 {folder} 的权限和磁盘。"
        ) from error
