"""The files that were uploaded: stored under random names, the names that people gave them kept as data.

::

    FOLDER/uploads.sqlite       id, name, suffix, size, fingerprint and time of each file
    FOLDER/files/<id><suffix>   the files; one that the table does not know is left over, and removed by the next upload
    FOLDER/incoming/<random>/   an upload that is being taken; its folder is locked, what a killed process left is removed
    FOLDER/lock                 held (flock) while the table is changed

A file is complete and synced before it is moved to ``files``, and moved before the table names it.
"""

from __future__ import annotations

import errno
import fcntl
import os
import secrets
import shutil
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import takewhile
from pathlib import Path
from typing import BinaryIO

from indexer.config import Settings
from indexer.disk import sync
from indexer.errors import StateError
from indexer.model import Source
from indexer.parsers import PARSERS, suffix_of
from indexer.state import kinds, names
from indexer.state.keys import make_private
from indexer.state.unpacking import Job, Piece, pieces
from indexer.workers import Failure, Limits, Workers

FOLDER = "uploads"
# The folder that uploads seem to lie in, beside those of the sources.
PREFIX = "上传"

_TABLE = """
CREATE TABLE IF NOT EXISTS upload (
    id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, suffix TEXT NOT NULL,
    bytes INTEGER NOT NULL, digest TEXT NOT NULL, added TEXT NOT NULL
) WITHOUT ROWID
"""
_COLUMNS = "id, name, suffix, bytes, digest, added"
_CHUNK = 1 << 20
_WAIT_SECONDS = 10.0
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_WHY: Mapping[Failure, str] = {
    "too_slow": "解压或检查超过 {0:g} 秒，已放弃；请分几次上传。",
    "too_much_memory": "解压或检查所需内存超过 {1} MB，已放弃；请分几次上传。",
    "crashed": "检查文件的进程意外终止，没有收下；请确认文件是否完好。",
}


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file that somebody sends, under the name that they gave it."""

    name: str
    stream: BinaryIO


@dataclass(frozen=True, slots=True)
class UploadLimits:
    """How much one upload may bring: ``files`` (those in a zip one by one), ``mb`` as sent, ``unpacked_mb`` unpacked.

    ``seconds`` bounds how long all its files are looked at and taken apart, ``memory_mb`` the child process that does it.
    """

    files: int = 200
    mb: int = 100
    unpacked_mb: int = 500
    seconds: float = 60.0
    memory_mb: int = 512

    @classmethod
    def of(cls, settings: Settings) -> UploadLimits:
        """Those of the settings; a second more for each 20 MB."""
        seconds = 60.0 + settings.upload_unpacked_mb / 20
        return cls(settings.upload_files, settings.upload_mb, settings.upload_unpacked_mb, seconds)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was stored. ``suffix`` goes by its content; ``added`` is a time in UTC (ISO 8601)."""

    id: str
    name: str
    suffix: str
    bytes: int
    digest: str
    added: str

    @property
    def file(self) -> str:
        """Its name in the folder ``files``."""
        return self.id + self.suffix

    @property
    def source(self) -> str:
        """Its name as a source of the index."""
        return f"{PREFIX}/{self.name}"


@dataclass(frozen=True, slots=True)
class Taken:
    """A file that was stored. ``note`` tells the sender what is remarkable, else ``""``."""

    upload: Upload
    note: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that was not stored, and why, for its sender; ``code`` is short and for programs."""

    name: str
    reason: str
    code: str


class Uploads:
    """See the module. Safe to share between threads and processes; nothing is made before the first upload.

    Raises StateError where the folder or the disk does not allow what is asked.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._files = folder / "files"
        self._incoming = folder / "incoming"
        self._table = folder / "uploads.sqlite"

    @property
    def is_used(self) -> bool:
        """Whether anything was ever uploaded."""
        return self._table.exists()

    def take(self, files: Iterable[Incoming], *, limits: UploadLimits, replace: bool = False) -> list[Taken | Refused]:
        """Store *files* and the members of archives, each alone taken or refused, in their order.

        A name that is taken becomes 总结 (2).docx; with *replace* the newer file takes the place of the older one.
        """
        with _told(self.folder), self._staging() as staging:
            outcomes: list[Taken | Refused] = []
            for found in _looked_at(_received(files, staging, limits), staging, limits):
                outcomes += self._kept(found, replace=replace)
            return outcomes

    def entries(self) -> list[Upload]:
        """All that is stored, by name."""
        if not self.is_used:
            return []
        with _told(self.folder), self._opened() as table:
            return _all(table)

    def remove(self, upload_id: str) -> bool:
        """Delete a file; False where there is none of this id. The index forgets it with its next run."""
        if not self.is_used:
            return False
        with _told(self.folder), self._changing() as table:
            found = next((one for one in _all(table) if one.id == upload_id), None)
            if found is None:
                return False
            table.execute("DELETE FROM upload WHERE id = ?", (upload_id,))
            table.commit()
            self._path(found).unlink(missing_ok=True)
        return True

    def sources(self) -> list[Source]:
        """The stored files as sources of an index, by name."""
        return [Source(self._path(upload).absolute(), upload.source) for upload in self.entries()]

    def _path(self, upload: Upload) -> Path:
        return self._files / upload.file

    # Taking

    @contextmanager
    def _staging(self) -> Iterator[Path]:
        """A folder for one upload, locked as long as its process lives."""
        for folder in (self.folder.parent, self.folder, self._files, self._incoming):
            make_private(folder)
        folder = self._incoming / secrets.token_hex(8)
        with self._changing() as table:
            self._sweep({upload.file for upload in _all(table)})
            folder.mkdir(mode=0o700)
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(descriptor)

    def _sweep(self, known: set[str]) -> None:
        """Remove what killed processes left; called by the one that holds the lock."""
        for path in self._files.iterdir():
            if path.name not in known:
                path.unlink()
        for folder in self._incoming.iterdir():
            if not _is_locked(folder):
                shutil.rmtree(folder, ignore_errors=True)

    def _kept(self, found: Sequence[Piece], *, replace: bool) -> list[Taken | Refused]:
        """Store the pieces of one file that was sent: all of them, or none where that fails."""
        for piece in found:
            if piece.path is not None:
                sync(piece.path)
        with self._changing() as table:
            storing = _Storing(table, self._files)
            try:
                outcomes = [storing.outcome(piece, replace=replace) for piece in found]
                sync(self._files)
                table.commit()
            except BaseException:
                storing.undo()
                raise
            storing.finish()
        return outcomes

    # The table

    @contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        """The table, for the one process that changes it; what was not committed is forgotten."""
        descriptor = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            with self._opened() as table:
                yield table
        finally:
            os.close(descriptor)

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._table, timeout=_WAIT_SECONDS)) as table:
            table.execute(_TABLE)
            yield table


class _Storing:
    """Moves what was received to its place, within one transaction of the table."""

    def __init__(self, table: sqlite3.Connection, files: Path) -> None:
        self._table = table
        self._files = files
        self._by_name = {upload.name: upload for upload in _all(table)}
        self._moved: list[Path] = []
        self._replaced: list[Path] = []

    def outcome(self, piece: Piece, *, replace: bool) -> Taken | Refused:
        """Store *piece*, or tell why not."""
        if piece.path is None:
            return Refused(piece.name, piece.reason, piece.code)
        name = _complete(piece)
        former = self._by_name.get(name)
        if former is not None and former.digest == piece.digest:
            return Taken(former, "已经有名称和内容都相同的文件，没有重复存放。")
        if former is not None and replace:
            self._drop(former)
        stored = self._stored(piece, piece.path, names.unused(name, self._by_name))
        return Taken(stored, _note(piece, stored, former, replace=replace))

    def undo(self) -> None:
        """Remove what was moved; the transaction is forgotten by its connection."""
        for path in self._moved:
            path.unlink(missing_ok=True)

    def finish(self) -> None:
        """Remove what was replaced, now that the table does not name it any more."""
        for path in self._replaced:
            path.unlink(missing_ok=True)

    def _drop(self, former: Upload) -> None:
        self._table.execute("DELETE FROM upload WHERE id = ?", (former.id,))
        del self._by_name[former.name]
        self._replaced.append(self._files / former.file)

    def _stored(self, piece: Piece, path: Path, name: str) -> Upload:
        added = datetime.now(UTC).isoformat(timespec="seconds")
        upload = Upload(secrets.token_hex(12), name, piece.suffix, piece.bytes, piece.digest, added)
        place = self._files / upload.file
        path.rename(place)
        self._moved.append(place)
        values = (upload.id, upload.name, upload.suffix, upload.bytes, upload.digest, upload.added)
        self._table.execute(f"INSERT INTO upload ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)", values)  # noqa: S608
        self._by_name[name] = upload
        return upload


def _complete(piece: Piece) -> str:
    """The name of a piece; one without a suffix that we know gets that of its content."""
    return piece.name if suffix_of(piece.name) else names.with_suffix(piece.name, piece.suffix)


def _note(piece: Piece, stored: Upload, former: Upload | None, *, replace: bool) -> str:
    told = [kinds.told(piece.name, piece.suffix, known=PARSERS)]
    if former is not None:
        told.append("已替换原来的同名文件。" if replace else f"已有同名的文件，这一个改名为“{stored.name}”。")
    return "".join(told)


def _all(table: sqlite3.Connection) -> list[Upload]:
    return [Upload(*row) for row in table.execute(f"SELECT {_COLUMNS} FROM upload ORDER BY name")]  # noqa: S608


def _received(files: Iterable[Incoming], staging: Path, limits: UploadLimits) -> Iterator[Piece]:
    """Each file that was sent, written to *staging*; what goes beyond the limits is refused."""
    left = limits.mb * 1_000_000
    for number, incoming in enumerate(files):
        name = names.file_name(incoming.name)
        if number >= limits.files:
            yield Piece(
                name, reason=f"一次最多上传 {limits.files} 个文件，这个没有收下；请分几次上传。", code="too_many"
            )
            continue
        path = staging / f"{number:06}"
        size = _copied(incoming.stream, path, at_most=left)
        if size is None:
            path.unlink()
            yield Piece(name, reason=f"一次最多上传 {limits.mb} MB，这个没有收下；请分几次上传。", code="too_large")
            continue
        left -= size
        yield Piece(name, path, bytes=size)


def _copied(stream: BinaryIO, path: Path, *, at_most: int) -> int | None:
    """The size of what was written to *path*; None where there is more than is allowed."""
    size = 0
    with path.open("xb") as target:
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            if size > at_most:
                return None
            target.write(chunk)
    return size


def _looked_at(received: Iterable[Piece], staging: Path, limits: UploadLimits) -> Iterator[list[Piece]]:
    """What became of each file that was sent, in order: itself, or the members of the archive that it is."""
    sent = list(received)
    end = time.monotonic() + limits.seconds
    told = _plainly(sent, limits, end)
    left = limits.files - sum(piece.suffix not in ("", kinds.ARCHIVE) for piece in told)
    room = limits.unpacked_mb * 1_000_000 - sum(piece.bytes for piece in told if piece.suffix != kinds.ARCHIVE)
    for number, piece in enumerate(told):
        if piece.suffix != kinds.ARCHIVE or piece.path is None:
            yield [piece]
            continue
        folder = staging / f"members{number}"
        folder.mkdir(mode=0o700)
        (found,) = _in_children([Job(piece.path, piece.name, folder, left, room)], limits, end)
        left -= sum(member.path is not None for member in found)
        room -= sum(member.bytes for member in found)
        yield found


def _plainly(sent: Sequence[Piece], limits: UploadLimits, end: float) -> list[Piece]:
    """The pieces with what they are; those that were refused already as they were."""
    jobs = [Job(piece.path, piece.name) for piece in sent if piece.path is not None]
    told = iter([found for (found,) in _in_children(jobs, limits, end)])
    return [next(told) if piece.path is not None else piece for piece in sent]


def _in_children(jobs: Sequence[Job], limits: UploadLimits, end: float) -> list[list[Piece]]:
    """What a child process makes of each of *jobs*; refused is what it does not survive, and what is not done at *end*."""
    bounds = Limits(seconds=limits.seconds, memory_mb=limits.memory_mb)
    workers = Workers(pieces, jobs=1, limits=bounds, preload=(pieces.__module__,))
    in_time = takewhile(lambda _: time.monotonic() < end, jobs)
    with closing(workers.run(in_time, seconds=lambda _: max(0.0, end - time.monotonic()))) as outcomes:
        made = [done.result or [_given_up(job, done.failure, limits)] for job, done in outcomes]
    return [*made, *([_given_up(job, "too_slow", limits)] for job in jobs[len(made) :])]


def _given_up(job: Job, failure: Failure | None, limits: UploadLimits) -> Piece:
    code = failure or "crashed"
    return Piece(job.name, reason=_WHY[code].format(limits.seconds, limits.memory_mb), code=code)


def _is_locked(folder: Path) -> bool:
    """Whether the process that takes an upload in *folder* is alive."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    """What the disk or the table does not allow becomes StateError."""
    try:
        yield
    except OSError as error:
        full = f"磁盘已满，文件没有收下：请清理 {folder} 所在的磁盘后再试。"
        other = f"不能读写 {folder}（{error.strerror or error}）：请检查权限和磁盘。"
        raise StateError(full if error.errno in _FULL else other) from error
    except sqlite3.Error as error:
        raise StateError(
            f"上传文件的登记表 {folder / 'uploads.sqlite'} 不能用（{error}）：请检查磁盘，或从备份恢复。"
        ) from error
