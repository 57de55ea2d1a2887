"""Sources that an administrator took out of the library: files in the operator's folders are not ours to delete."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from indexer.disk import sync
from indexer.errors import StateError
from indexer.state.keys import make_private

FILE = "exclusions.json"
MOST = 100_000


class Exclusions:
    """Names of sources in the file *path* (``exclusions.json`` in the folder of the setting ``state``).

    A change takes effect with the next run of the indexer. Safe in threads and processes. Raises StateError where the
    file cannot be used: a run that took it for empty would bring back what was taken out.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def add(self, name: str) -> bool:
        """Take a source out; False where it was out already."""
        with self._changing() as names:
            if name in names:
                return False
            if len(names) >= MOST:
                raise StateError(f"移出的文件已有 {MOST} 个，不能再增加：请在来源文件夹里移走不用的文件。")
            names.add(name)
        return True

    def restore(self, name: str) -> bool:
        """Let a source in again; False where it was not out."""
        with self._changing() as names:
            if name not in names:
                return False
            names.remove(name)
        return True

    def names(self) -> frozenset[str]:
        """The names of all sources that are out."""
        try:
            told = json.loads(self.path.read_bytes())
            return frozenset(map(str, told["names"]))
        except FileNotFoundError:
            return frozenset()
        except OSError as error:
            raise StateError(f"读不了 {self.path}（{error.strerror}）：请检查权限。") from error
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise StateError(
                f"移出名单 {self.path} 已损坏：请从备份恢复，或删去它（移出的文件会重新收入）。"
            ) from error

    @contextmanager
    def _changing(self) -> Iterator[set[str]]:
        """The names, to be changed; written when that went well. One process at a time."""
        try:
            make_private(self.path.parent)
            descriptor = os.open(
                self.path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600
            )
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                former = self.names()
                names = set(former)
                yield names
                if names != former:
                    _write(self.path, names)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise StateError(f"不能写入 {self.path}（{error.strerror}）：请检查权限和磁盘。") from error


def _write(path: Path, names: set[str]) -> None:
    """Replace the file: after a power cut it holds either the former names or these."""
    aside = path.with_suffix(".new")
    aside.unlink(missing_ok=True)
    # Names of files may hold half characters, which JSON writes as escapes.
    told = json.dumps({"names": sorted(names)}, indent=1)
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "w") as file:
        file.write(told)
    sync(aside)
    aside.replace(path)
    sync(path.parent)
