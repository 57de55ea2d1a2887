"""What must hold on disk: files that are synced, one writer at a time, and errors of the disk told in words."""

from __future__ import annotations

import errno
import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from indexer.errors import BuildError, IndexBusy, IndexFolderError
from indexer.manifest import FileSum

_NO_LINKS = {errno.EXDEV, errno.EPERM, errno.EMLINK, errno.ENOTSUP, errno.ENOSYS, errno.EACCES}
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
        yield
    finally:
        # Said aloud: a child process that was forked meanwhile may hold the descriptor for a while.
        fcntl.flock(descriptor, fcntl.LOCK_UN)
        os.close(descriptor)


@contextmanager
def disk_errors_told(path: Path) -> Iterator[None]:
    """A disk that is full or broken becomes BuildError, a folder that may not be written to IndexFolderError."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
            raise
        raise _build_error("磁盘已满或读写出错", path) from error
    except OSError as error:
        if isinstance(error, PermissionError) and str(error.filename).startswith(str(path)):
            raise IndexFolderError(f"没有权限写入索引文件夹 {error.filename}。") from error
        if error.errno not in _DISK_ERRORS:
            raise
        raise _build_error(_DISK_ERRORS[error.errno], path) from error


def _build_error(what: str, path: Path) -> BuildError:
    return BuildError(f"{what}，新的索引没有写成，原有的索引不受影响。请检查 {path} 所在的磁盘，再运行一次。")


def _lock(descriptor: int, path: Path) -> None:
    """Take the lock and say in the file who holds it; IndexBusy where another process does."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        pid, _, since = os.pread(descriptor, 100, 0).decode("ascii", "replace").strip().partition(" ")
        holder = f"（进程 {pid}，自 {since} 起）" if since else ""
        raise IndexBusy(f"另一个程序正在写入索引 {path.parent}{holder}。请等它结束后再运行。") from None
    now = datetime.now().astimezone().isoformat(sep=" ", timespec="seconds")
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()} {now}\n".encode(), 0)


def linked(source: Path, target: Path) -> bool:
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


def sync(path: Path) -> None:
    """Return when the file or folder in *path* is on disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
