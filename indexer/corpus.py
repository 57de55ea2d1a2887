"""Folders and files -> sources: what there is to read, under a stable name, and the bytes of each with a fingerprint."""

from __future__ import annotations

import hashlib
import os
import stat
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from indexer.errors import SourceError
from indexer.model import Skipped, Source

MAX_BYTES = 200_000_000
_CHUNK = 1 << 20
_DIGEST_BYTES = 20
_SHOWN_SUFFIX = 12


@dataclass(frozen=True, slots=True)
class Found:
    """The sources in order of name, and what was seen but is not read."""

    sources: tuple[Source, ...]
    skipped: tuple[Skipped, ...]


@dataclass(frozen=True, slots=True)
class Content:
    """The bytes of a source and their fingerprint (hexadecimal)."""

    data: bytes
    fingerprint: str


@dataclass(frozen=True, slots=True)
class _Entry:
    """A file below ``root`` (or given itself), or with ``code`` the reason why it is none."""

    path: Path
    root: Path
    reason: str = ""
    code: str = ""


def samples() -> Path:
    """The folder of the sample library: beside this module in an installed wheel, at the top of the checkout otherwise."""
    installed = Path(__file__).parent / "samples"
    return installed if installed.is_dir() else Path(__file__).parent.parent / "corpus"


def find_sources(roots: Iterable[Path], *, suffixes: Collection[str]) -> Found:
    """Every readable file with one of *suffixes* below *roots*, each once. Hidden and lock files are passed over.

    A name is the posix path below the root; with several roots the root's own name stands in front.
    Raises SourceError: ``missing``, ``denied`` (a root), ``clash`` (two files of one name).
    """
    given = [_root(Path(root)) for root in roots]
    entries = [entry for root in given for entry in _entries(root, tuple(suffixes))]
    named = _named(_once(entries), several=sum(root.is_dir() for root in given) > 1)
    sources = sorted(((name, entry.path) for name, entry in named if not entry.code), key=lambda pair: pair[0])
    skipped = sorted((name, entry.reason, entry.code) for name, entry in named if entry.code)
    return Found(tuple(Source(path, name) for name, path in sources), tuple(Skipped(*one) for one in skipped))


def fingerprint(source: Source) -> str:
    """The BLAKE2b digest of a file of any size. Raises SourceError: ``changing``, ``missing``, ``denied``."""
    with opened(source) as stream:
        return digest_of(stream)


def read(source: Source, *, max_bytes: int = MAX_BYTES) -> Content:
    """All bytes of a file. Raises SourceError: ``too_large``, ``changing``, ``missing``, ``denied``."""
    with opened(source) as stream:
        if os.fstat(stream.fileno()).st_size > max_bytes:
            raise _too_large(max_bytes)
        data = stream.read(max_bytes + 1)
    if len(data) > max_bytes:
        raise _too_large(max_bytes)
    return Content(data, hashlib.blake2b(data, digest_size=_DIGEST_BYTES).hexdigest())


def digest_of(stream: IO[bytes]) -> str:
    """The fingerprint of what is left of *stream*."""
    digest = hashlib.blake2b(digest_size=_DIGEST_BYTES)
    while chunk := stream.read(_CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


@contextmanager
def opened(source: Source) -> Iterator[IO[bytes]]:
    """The file, open for reading; leaving the block raises SourceError (``changing``) if it changed meanwhile."""
    try:
        # Not blocking: a file that was replaced by a pipe must not hold up the run.
        descriptor = os.open(source.path, os.O_RDONLY | os.O_CLOEXEC | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(descriptor, "rb") as stream:
            before = _state(os.fstat(stream.fileno()))
            yield stream
            after = _state(os.fstat(stream.fileno()))
        if before != after or _state(source.path.stat()) != after:
            raise SourceError("文件在读取时被改动，请等写入完成后再建索引。", code="changing")
    except OSError as error:
        raise _unreadable(error) from error


def _state(status: os.stat_result) -> tuple[int, int, int, int]:
    return status.st_ino, status.st_size, status.st_mtime_ns, stat.S_IFMT(status.st_mode)


def _unreadable(error: OSError) -> SourceError:
    if isinstance(error, PermissionError):
        return SourceError("没有读取权限，请检查文件权限。", code="denied")
    if isinstance(error, FileNotFoundError):
        return SourceError("文件已不存在。", code="missing")
    return SourceError(f"读取失败（{error.strerror or error}）。", code="unreadable")


def _too_large(max_bytes: int) -> SourceError:
    return SourceError(f"文件超过 {max_bytes // 1_000_000} MB，请拆分后再建索引。", code="too_large")


def _root(path: Path) -> Path:
    """The root with links resolved. Raises SourceError where it cannot be read."""
    shown = printable(os.fspath(path))
    try:
        resolved = path.resolve(strict=True)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise SourceError(f"找不到 {shown}，请检查路径。", code="missing") from error
    except (OSError, RuntimeError) as error:
        raise SourceError(f"无法读取 {shown}，请检查路径和权限。", code="denied") from error
    wanted = os.R_OK | os.X_OK if resolved.is_dir() else os.R_OK
    if not os.access(resolved, wanted, effective_ids=os.access in os.supports_effective_ids):
        raise SourceError(f"没有读取 {shown} 的权限，请用 chmod 或换一个用户再试。", code="denied")
    return resolved


def _entries(root: Path, suffixes: tuple[str, ...]) -> Iterator[_Entry]:
    if not root.is_dir():
        yield _file(root, root.parent, suffixes)
        return
    folders = [root]
    while folders:
        folder = folders.pop()
        try:
            children = sorted(folder.iterdir())
        except OSError as error:
            yield _Entry(folder, root, str(_unreadable(error)), "denied")
            continue
        for child in children:
            if is_passed_over(child.name):
                continue
            kind = _kind(child)
            if kind == stat.S_IFLNK:
                yield from _link(child, root)
            elif kind == stat.S_IFDIR:
                folders.append(child)
            else:
                yield _file(child, root, suffixes)


def _kind(path: Path) -> int:
    """Folder, link or file (``stat.S_IF…``); 0 where that cannot be told, as in a folder that may only be listed."""
    with suppress(OSError):
        return stat.S_IFMT(path.lstat().st_mode)
    return 0


def is_passed_over(name: str) -> bool:
    """Hidden files (.DS_Store, .git) and the lock files of Word and LibreOffice (~$报告.docx, .~lock.报告.docx#)."""
    return name.startswith((".", "~$")) or name.lower() in ("thumbs.db", "desktop.ini")


def _link(path: Path, root: Path) -> Iterator[_Entry]:
    """Links are not followed: what they point to is read in its own place, or lies outside of what was given."""
    try:
        inside = path.resolve(strict=True).is_relative_to(root)
    except (OSError, RuntimeError):
        yield _Entry(path, root, "链接指向的文件不存在。", "link")
        return
    if not inside:
        yield _Entry(path, root, "链接指向文件夹之外，没有跟随；需要时请把目标也列为来源。", "link")


def _file(path: Path, root: Path, suffixes: tuple[str, ...]) -> _Entry:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return _Entry(path, root, "不是普通文件。", "unsupported")
    except OSError as error:
        return _Entry(path, root, str(_unreadable(error)), "denied")
    if not path.name.lower().endswith(suffixes):
        return _Entry(path, root, f"不支持的格式（{_shown_suffix(path)}）。", "unsupported")
    if not os.access(path, os.R_OK, effective_ids=os.access in os.supports_effective_ids):
        return _Entry(path, root, "没有读取权限，请检查文件权限。", "denied")
    return _Entry(path, root)


def _shown_suffix(path: Path) -> str:
    return printable(path.suffix)[:_SHOWN_SUFFIX] or "没有后缀"


def _once(entries: Iterable[_Entry]) -> list[_Entry]:
    """Each file once, though it may lie below two of the roots."""
    return list({entry.path: entry for entry in reversed(list(entries))}.values())[::-1]


def _named(entries: Iterable[_Entry], *, several: bool) -> list[tuple[str, _Entry]]:
    """The entries with their names. Raises SourceError (``clash``) where two would bear the same."""
    found = list(entries)
    names = [_name(entry, rooted=several) for entry in found]
    counts = Counter(names)
    names = [_name(entry, rooted=True) if counts[name] > 1 else name for name, entry in zip(names, found, strict=True)]
    clashes = [name for name, count in Counter(names).items() if count > 1]
    if clashes:
        paths = "、".join(
            printable(str(entry.path)) for name, entry in zip(names, found, strict=True) if name == clashes[0]
        )
        raise SourceError(
            f"来源重名：{clashes[0]}（{paths}）。请改名，或把它们放在同一个上级文件夹里再建索引。", code="clash"
        )
    return list(zip(names, found, strict=True))


def _name(entry: _Entry, *, rooted: bool) -> str:
    below = entry.path.relative_to(entry.root).as_posix()
    return printable(f"{entry.root.name}/{below}" if rooted and entry.root.name else below)


def printable(name: str) -> str:
    r"""A file name as valid text: one that is not UTF-8 on disk is read as GB18030 (old zips), else written as ``\xd6``."""
    raw = os.fsencode(name)
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("utf-8", "backslashreplace")
