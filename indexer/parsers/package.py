"""A zip of XML parts (docx), opened with bounds: nothing is unpacked before its size is known."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from lxml import etree

from indexer.errors import SourceError
from indexer.parsers.bounds import MAX_RATIO, MAX_UNPACKED_BYTES, too_large

_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_MAX_MEMBERS = 10_000
_ENCRYPTED_FLAG = 0x1


class Package:
    """The parts of a document package, by name."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._members = {info.filename.replace("\\", "/").lstrip("/"): info for info in archive.infolist()}

    def __contains__(self, name: object) -> bool:
        return name in self._members

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """The unpacked bytes of a part. Raises SourceError: ``too_large``, ``encrypted``, ``damaged``."""
        info = self._members[name]
        _check(info)
        try:
            with self._archive.open(info) as stream:
                yield stream
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, etree.XMLSyntaxError) as error:
            raise SourceError("文档已损坏，无法解析；请用 Word 或 WPS 打开后另存一份。", code="damaged") from error

    def tree(self, name: str) -> etree._Element | None:
        """The XML of a small part, or None where there is none."""
        if name not in self:
            return None
        with self.open(name) as stream:
            return etree.parse(stream, safe_parser()).getroot()


def safe_parser() -> etree.XMLParser:
    """An XML parser that fetches nothing and expands no entity."""
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)


def open_package(data: bytes) -> Package:
    """The package in *data*. Raises SourceError: ``encrypted`` (an OLE file), ``not_docx``, ``too_large``."""
    if data.startswith(_OLE):
        raise SourceError("文档已加密，或其实是旧版 .doc：请解密或另存为 .docx。", code="encrypted")
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise not_docx() from error
    if len(archive.infolist()) > _MAX_MEMBERS:
        raise too_large("文档内部文件过多")
    return Package(archive)


def not_docx() -> SourceError:
    """The error for a file that only bears the suffix."""
    return SourceError("后缀是 .docx，内容却不是 Word 文档；请确认文件来源。", code="not_docx")


def _check(info: zipfile.ZipInfo) -> None:
    """zipfile never yields more than the size that the directory states, so that checking it is enough."""
    if info.flag_bits & _ENCRYPTED_FLAG:
        raise SourceError("文档已加密，请解密后再建索引。", code="encrypted")
    if info.file_size > MAX_UNPACKED_BYTES or info.file_size > 1_000_000 + MAX_RATIO * info.compress_size:
        raise too_large("文档解压后过大")
