"""What must hold on disk: files that are synced, one writer at a time, errors and damage told in words."""

from __future__ import annotations

import errno
import fcntl
import os
import pickle
import re
import shutil
import sqlite3
import struct
import time
import zlib
from collections.abc import Container, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from indexer.errors import BuildError, FanwenError, IndexBusy, IndexDamaged, IndexFolderError
from indexer.manifest import FileSum

WHAT_TO_DO = "请运行 fanwen verify 查看，或用 fanwen rollback 退回上一代。"

_NO_LINKS = {errno.EXDEV, errno.EPERM, errno.EMLINK, errno.ENOTSUP, errno.ENOSYS, errno.EACCES}
_NUMBER = re.compile(r"[0-9]{6,12}")
# How often the name of the one that holds the lock is looked for, a hundredth of a second apart.
_LOOKS = 20
# What reading torn data raises in Whoosh and SQLite.
_TORN = (zlib.error, pickle.UnpicklingError, struct.error, EOFError, sqlite3.DatabaseError)
# A database that cannot be made on a full disk "cannot be opened".
_DATABASE_ERRORS = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}
_DISK_ERRORS = {
    errno.ENOSPC: "磁盘已满",
    errno.EDQUOT: "磁盘配额已用完",
    errno.EFBIG: "文件超过了允许的大小",
    errno.EROFS: "磁盘是只读的",
    errno.EIO: "磁盘读写出错",
}


@contextmanager
def writer_lock(path: Path) -> Iterator[None]:
    """Hold the lock file in *path*, which says who holds it; IndexBusy where another writer does."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
    try:
        _lock(descriptor, path)
        try:
            yield
        finally:
            # The next writer is not to be taken for this one; on a broken disk the line stays.
            with suppress(OSError):
                os.ftruncate(descriptor, 0)
            # Said aloud: a child process that was forked meanwhile may hold the descriptor for a while.
            fcntl.flock(descriptor, fcntl.LOCK_UN)
    finally:
        os.close(descriptor)


def held_by(path: Path) -> str:
    """Who holds the lock file in *path*, in words and in brackets; "" where nobody does."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        return ""
    try:
        # Only where a name was left is the lock tried: a writer that begins just then would find it taken.
        if not os.pread(descriptor, 1, 0):
            return ""
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _holder(descriptor) or "（不知是哪个进程）"
    finally:
        os.close(descriptor)
    return ""


def make_lasting(path: Path) -> None:
    """Return when the folder *path* can be found after a power cut: the folders above it, to the root of its disk, are synced."""
    for folder in (path, *path.parents):
        # A folder that we may not read is none that we have made.
        with suppress(PermissionError):
            sync(folder)
        if folder.is_mount():
            return


@contextmanager
def disk_errors_told(path: Path) -> Iterator[None]:
    """A disk that is full or broken becomes BuildError, a folder that may not be written to IndexFolderError."""
    try:
        yield
    except FanwenError:
        raise
    except Exception as error:
        told = next(filter(None, (_told(each, path) for each in _behind(error))), None)
        if told is None:
            raise
        raise told from error


def _behind(error: BaseException) -> Iterator[BaseException]:
    """*error* and what was raised before it: tidying up after a failed write may fail in another way (on a closed file)."""
    found: BaseException | None = error
    while found is not None:
        yield found
        found = found.__cause__ or found.__context__


def _told(error: BaseException, path: Path) -> FanwenError | None:
    """What *error* says of the disk, or None where it is about something else."""
    if isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode & 0xFF in _DATABASE_ERRORS:
        return _build_error("磁盘已满或读写出错", path)
    if isinstance(error, PermissionError) and str(error.filename).startswith(str(path)):
        return IndexFolderError(f"没有权限写入索引文件夹 {error.filename}。")
    if isinstance(error, OSError) and error.errno in _DISK_ERRORS:
        return _build_error(_DISK_ERRORS[error.errno], path)
    return None


@contextmanager
def damage_told(path: Path) -> Iterator[None]:
    """Torn data met while reading becomes IndexDamaged."""
    try:
        yield
    except _TORN as error:
        raise IndexDamaged(f"索引 {path} 读到损坏的数据。{WHAT_TO_DO}") from error


def _build_error(what: str, path: Path) -> BuildError:
    return BuildError(f"{what}，新的索引没有写成，原有的索引不受影响。请检查 {path} 所在的磁盘，再运行一次。")


def _lock(descriptor: int, path: Path) -> None:
    """Take the lock and say in the file who holds it; IndexBusy where another process does."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = _holder(descriptor)
        raise IndexBusy(f"另一个程序正在写入索引 {path.parent}{holder}。请等它结束后再运行。") from None
    now = datetime.now().astimezone().isoformat(sep=" ", timespec="seconds")
    line = f"{os.getpid()} {now}\n".encode()
    os.pwrite(descriptor, line, 0)
    os.ftruncate(descriptor, len(line))


def _holder(descriptor: int) -> str:
    """Who holds the lock and since when; "" where that cannot be told."""
    for _ in range(_LOOKS):
        pid, _, since = os.pread(descriptor, 100, 0).decode("ascii", "replace").strip().partition(" ")
        # A writer that has just taken the lock may not have replaced the line of the last one, which has ended.
        if since and pid.isdecimal() and _is_alive(int(pid)):
            return f"（进程 {pid}，自 {since} 起）"
        time.sleep(0.01)
    return ""


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except (ProcessLookupError, OverflowError):
        return False
    return True


def carry(source: Path, target: Path, files: Mapping[str, FileSum], *, changed: Container[str]) -> dict[str, FileSum]:
    """Bring *files* from *source* into *target*: as links, or copies of those that will be *changed*; the sums of the linked.

    These are the sums that were given, so that damage in a linked file is still told later. IndexDamaged.
    """
    carried = {}
    for name, expected in files.items():
        if name not in changed and _linked(source / name, target / name):
            carried[name] = expected
            continue
        shutil.copyfile(source / name, target / name)
        if FileSum.of(target / name) != expected:
            raise IndexDamaged(f"索引文件 {source / name} 的内容与清单不符。请用 fanwen index --rebuild 重建索引。")
    return carried


def _linked(source: Path, target: Path) -> bool:
    """Make *target* a hard link to *source*; False where the file system cannot."""
    try:
        target.hardlink_to(source)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        return False
    return True


def synced_sum(path: Path) -> FileSum:
    """The sum of a file that is on disk for good, and that others may not write to."""
    path.chmod(path.stat().st_mode & 0o755)
    sync(path)
    return FileSum.of(path)


def pointer_to(number: int) -> bytes:
    """What ``current`` holds: a number, and its check sum, since one altered digit would name another generation."""
    text = f"{number:06}"
    return f"{text} {zlib.crc32(text.encode()):08x}\n".encode()


def number_in(pointer: bytes) -> int | None:
    """The number in ``current``, or None where it is torn. A bare number was written by hand, or by an earlier version."""
    text, _, check = pointer[:64].decode("ascii", "replace").strip().partition(" ")
    if not _NUMBER.fullmatch(text) or check not in ("", f"{zlib.crc32(text.encode()):08x}"):
        return None
    return int(text)


def sync(path: Path) -> None:
    """Return when the file or folder in *path* is on disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
