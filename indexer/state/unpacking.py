"""What a child process does with an uploaded file: tells what it is, and takes an archive apart, within bounds.

Sizes are counted while unpacking, since the directory of an archive may lie. The names of members never become paths:
what is unpacked lies under numbers in one folder. One level only; a member that is an archive is refused.
"""

from __future__ import annotations

import errno
import stat
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from indexer.corpus import digest_of, is_passed_over
from indexer.errors import SourceError
from indexer.parsers.bounds import MAX_RATIO
from indexer.state import kinds, names

_CHUNK = 1 << 20
_ENCRYPTED = 0x1
# Below this size the ratio tells nothing: a page of blanks is no attack.
_RATIO_FROM = 1_000_000
_DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO})


@dataclass(frozen=True, slots=True)
class Job:
    """A file that was received; where it is taken apart, its members go to ``folder``: ``files`` of ``size`` bytes at most."""

    path: Path
    name: str
    folder: Path | None = None
    files: int = 0
    size: int = 0


@dataclass(frozen=True, slots=True)
class Piece:
    """A file to be kept, or with ``code`` the reason why it is not; ``digest`` is its fingerprint as a source."""

    name: str
    path: Path | None = None
    suffix: str = ""
    bytes: int = 0
    digest: str = ""
    reason: str = ""
    code: str = ""


def pieces(job: Job) -> list[Piece]:
    """The file with what it is, or the members of an archive; one that goes beyond the bounds is refused as a whole."""
    try:
        if job.folder is None:
            return [_known(Piece(job.name, job.path, kinds.suffix_of_content(job.path, name=job.name)))]
        return _apart(job, job.folder)
    except SourceError as error:
        return [Piece(job.name, reason=str(error), code=error.code)]


def _apart(job: Job, folder: Path) -> list[Piece]:
    try:
        with zipfile.ZipFile(job.path) as archive:
            return list(_members(archive, job, folder))
    except kinds.TORN as error:
        _check_disk(error)
        raise SourceError("压缩包已损坏，打不开；请重新压缩再上传。", code="damaged") from error


def _members(archive: zipfile.ZipFile, job: Job, folder: Path) -> Iterator[Piece]:
    infos = [info for info in archive.infolist() if not info.is_dir() and not _is_litter(info.filename)]
    if len(infos) > job.files:
        raise SourceError(
            f"压缩包里有 {len(infos)} 个文件，超过一次可以上传的个数（还可以收 {job.files} 个）。", code="too_large"
        )
    if not infos:
        raise SourceError("压缩包是空的。", code="empty")
    left = job.size
    for number, info in enumerate(infos):
        piece = _member(archive, info, folder / f"{number:06}", left)
        left -= piece.bytes
        yield piece


def _is_litter(name: str) -> bool:
    """What a system puts into an archive beside the files (__MACOSX/._报告.docx)."""
    parts = name.replace("\\", "/").split("/")
    return "__MACOSX" in parts or is_passed_over(parts[-1])


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: Path, left: int) -> Piece:
    """One member, refused alone where only it is at fault. Raises SourceError where the whole goes beyond the bounds."""
    name = names.member_name(names.decoded(info.orig_filename.partition("\0")[0], flags=info.flag_bits))
    if stat.S_ISLNK(info.external_attr >> 16):
        return Piece(name, reason="这是链接，不是文件。", code="link")
    if info.flag_bits & _ENCRYPTED:
        return Piece(name, reason="压缩包里的这个文件加了密码，请解密后再上传。", code="encrypted")
    try:
        return _settled(Piece(name, path, bytes=_unpack(archive, info, path, left)))
    except kinds.TORN as error:
        _check_disk(error)
        path.unlink(missing_ok=True)
        return Piece(name, reason="压缩包里的这个文件已损坏，解不开。", code="damaged")


def _unpack(archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: Path, left: int) -> int:
    """Write a member to *path*; its size."""
    size = 0
    with archive.open(info) as stream, path.open("xb") as target:
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            if size > left:
                raise SourceError("压缩包解开后过大，没有收下；请分几次上传。", code="too_large")
            if size > _RATIO_FROM + MAX_RATIO * info.compress_size:
                raise SourceError("压缩包里的文件压缩比异常，疑似压缩炸弹，没有收下。", code="too_large")
            target.write(chunk)
    return size


def _settled(piece: Piece) -> Piece:
    """A member with its kind; one that is refused leaves nothing, but its size has counted."""
    path = piece.path
    if path is None:
        return piece
    try:
        suffix = kinds.suffix_of_content(path, name=piece.name)
        if suffix == kinds.ARCHIVE:
            raise SourceError("压缩包里的压缩包不再解开，请解压后上传。", code="archive")
        return _known(replace(piece, suffix=suffix))
    except SourceError as error:
        with suppress(FileNotFoundError):
            path.unlink()
        return replace(piece, path=None, reason=str(error), code=error.code)


def _known(piece: Piece) -> Piece:
    """With size and fingerprint, as :func:`indexer.corpus.fingerprint` takes it."""
    if piece.path is None:
        return piece
    with piece.path.open("rb") as stream:
        return replace(piece, bytes=piece.path.stat().st_size, digest=digest_of(stream))


def _check_disk(error: BaseException) -> None:
    """A disk that is full is the whole upload's failure, not the member's."""
    if isinstance(error, OSError) and error.errno in _DISK:
        raise SourceError(f"磁盘写不下（{error.strerror}），没有收下；请清理磁盘后再试。", code="disk")
