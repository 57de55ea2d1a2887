"""The manifest of a generation: which files it has, how large they are and what they hold; who may write to them."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from indexer.errors import IndexDamaged

# Raise when an index of the former format cannot be read any more.
FORMAT = 3
NAME = "manifest.json"

_LARGEST_MANIFEST = 16 * 1024 * 1024
_REBUILD = "请用 fanwen index --rebuild 重建索引"
# What Whoosh unpickles as soon as an index is opened: never read before its checksum is right.
_PICKLED = ".toc"
# Files up to this size are compared whenever an index is opened: less than a tenth of a millisecond each.
_SMALL = 64 * 1024
_PIECE = 1024 * 1024
# The sums of two files are taken at the same time; that is what two cores can do.
_HANDS = 2


@dataclass(frozen=True, slots=True)
class FileSum:
    """Size in bytes and blake2b (16 bytes, hexadecimal) of a file.

    ``inode`` and ``written`` (nanoseconds) tell which file that was and when it was last written to; sums are equal without them.
    """

    size: int
    blake2b: str
    inode: int = field(default=0, compare=False)
    written: int = field(default=0, compare=False)

    @classmethod
    def of(cls, path: Path, *, between: Callable[[], object] = lambda: None) -> FileSum:
        """The sum of the file in *path*; *between* is called after each megabyte that was read."""
        digest = hashlib.blake2b(digest_size=16)
        size = 0
        with path.open("rb", buffering=0) as file:
            found = os.fstat(file.fileno())
            while piece := file.read(_PIECE):
                digest.update(piece)
                size += len(piece)
                between()
        return cls(size, digest.hexdigest(), found.st_ino, found.st_mtime_ns)

    def is_of(self, path: Path) -> bool:
        """Whether *path* is the very file whose sum was taken, and was not written to since."""
        found = path.stat()
        return (found.st_ino, found.st_mtime_ns) == (self.inode, self.written)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation is made of. ``created`` is a time in UTC (ISO 8601); ``digest`` tells whether the rest is whole."""

    format: int
    fingerprint: str
    created: str
    counts: Mapping[str, int]
    files: Mapping[str, FileSum]
    digest: str = ""

    def write(self, folder: Path) -> None:
        """Write the manifest into *folder*; the caller syncs it."""
        signed = replace(self, digest=self._expected_digest())
        (folder / NAME).write_text(json.dumps(asdict(signed), ensure_ascii=False, indent=1), encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """The manifest of *folder*; IndexDamaged where it is missing, altered or of another format."""
        path = folder / NAME
        try:
            with path.open("rb") as file:
                manifest = _parsed(json.loads(file.read(_LARGEST_MANIFEST)))
        except OSError as error:
            raise IndexDamaged(f"读不到索引的清单 {path}（{error.strerror}）。{_REBUILD}。") from error
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise IndexDamaged(f"索引的清单 {path} 已损坏。{_REBUILD}。") from error
        if manifest.format != FORMAT:
            raise IndexDamaged(f"索引 {folder} 的格式是第 {manifest.format} 版，本程序只读第 {FORMAT} 版。{_REBUILD}。")
        if manifest.digest != manifest._expected_digest():
            raise IndexDamaged(f"索引的清单 {path} 被改动过。{_REBUILD}。")
        return manifest

    def _expected_digest(self) -> str:
        body = json.dumps(asdict(replace(self, digest="")), sort_keys=True)
        return hashlib.blake2b(body.encode(), digest_size=16).hexdigest()


def check_opening(folder: Path, manifest: Manifest) -> None:
    """IndexDamaged unless *folder* may be opened: its files are all there, whole, and nobody else's to write.

    A large file that was not written to since its sum was taken is taken to be whole: reading 200 MB takes a quarter of
    a second, and an index opens in a fifth of that. What a failing disk has altered in it :func:`first_difference` tells.
    """
    for problem in _outside_problems(folder, manifest):
        raise IndexDamaged(f"{problem}。{_REBUILD}。")
    due = {
        name: expected
        for name, expected in manifest.files.items()
        if name.endswith(_PICKLED) or expected.size <= _SMALL or not expected.is_of(folder / name)
    }
    for problem in _differences(folder, due, _sums(folder, due)):
        raise IndexDamaged(f"{problem}。{_REBUILD}。")


def read_through(folder: Path, manifest: Manifest) -> Manifest:
    """*manifest* with the sums of the files as they were read just now; IndexDamaged unless all are as it says."""
    for problem in _outside_problems(folder, manifest):
        raise IndexDamaged(f"{problem}。{_REBUILD}。")
    found = _sums(folder, manifest.files)
    for problem in _differences(folder, manifest.files, found):
        raise IndexDamaged(f"{problem}。{_REBUILD}。")
    return replace(manifest, files=found)


def first_difference(folder: Path, manifest: Manifest, *, between: Callable[[], object]) -> str:
    """What is wrong with the first file whose content is, or ""; *between* is called after each megabyte.

    What a later build has removed meanwhile is not wrong.
    """
    for name, expected in manifest.files.items():
        try:
            found = FileSum.of(folder / name, between=between)
        except FileNotFoundError:
            continue
        except OSError as error:
            return f"读不到索引文件 {folder / name}（{error.strerror}）"
        for problem in _differences(folder, {name: expected}, {name: found}):
            return problem
    return ""


def problems(folder: Path, manifest: Manifest) -> Iterator[str]:
    """What is wrong with the files of *folder*, each in one line for people; every byte is read."""
    yield from _outside_problems(folder, manifest)
    same_size = {
        name: expected
        for name, expected in manifest.files.items()
        if (folder / name).is_file() and (folder / name).stat().st_size == expected.size
    }
    yield from _differences(folder, same_size, _sums(folder, same_size))


def check_owner(path: Path) -> None:
    """IndexDamaged unless *path* is a folder or file (no link) that only this user or root can write to."""
    if problem := _owner_problem(path):
        raise IndexDamaged(f"{problem}。")


def _sums(folder: Path, names: Iterable[str]) -> dict[str, FileSum]:
    """The sums of files as they are now. IndexDamaged."""
    known = list(names)
    with ThreadPoolExecutor(_HANDS) as hands:
        return dict(zip(known, hands.map(_sum, [folder / name for name in known]), strict=True))


def _sum(path: Path) -> FileSum:
    try:
        return FileSum.of(path)
    except OSError as error:
        raise IndexDamaged(f"读不到索引文件 {path}（{error.strerror}）。{_REBUILD}。") from error


def _differences(folder: Path, expected: Mapping[str, FileSum], found: Mapping[str, FileSum]) -> Iterator[str]:
    return (f"索引文件 {folder / name} 的内容与清单不符" for name, own in expected.items() if found[name] != own)


def _parsed(values: dict[str, object]) -> Manifest:
    files = values.pop("files")
    counts = values.pop("counts")
    if not isinstance(files, dict) or not isinstance(counts, dict) or any("/" in name for name in files):
        raise TypeError("not a manifest")
    return Manifest(**values, counts=counts, files={name: FileSum(**value) for name, value in files.items()})  # type: ignore[arg-type]


def _outside_problems(folder: Path, manifest: Manifest) -> Iterator[str]:
    """What can be told without reading the files."""
    found = {each.name for each in folder.iterdir()} if folder.is_dir() else set()
    if problem := _owner_problem(folder):
        yield problem
    for name in sorted(found - manifest.files.keys() - {NAME}):
        yield f"索引里有清单上没有的文件 {folder / name}"
    for name, expected in manifest.files.items():
        if problem := _file_problem(folder / name, expected):
            yield problem


def _file_problem(path: Path, expected: FileSum) -> str:
    if not os.path.lexists(path):
        return f"索引缺少文件 {path}"
    if problem := _owner_problem(path):
        return problem
    size = path.stat().st_size
    return "" if size == expected.size else f"索引文件 {path} 应有 {expected.size} 字节，实有 {size} 字节"


def _owner_problem(path: Path) -> str:
    try:
        found = path.lstat()
    except OSError as error:
        return f"读不到 {path}（{error.strerror}）"
    if not (stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)):
        return f"{path} 不是普通的文件或文件夹，不能用作索引"
    if found.st_uid not in (os.geteuid(), 0):
        return f"{path} 属于另一个用户（uid {found.st_uid}），打开它可能运行别人的程序。请用建立索引的用户来运行，或把它的属主改成当前用户"
    if found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        return f"{path} 可以被其他用户改写，打开它可能运行别人的程序。请先运行 chmod -R go-w，并确认内容可信"
    return ""
