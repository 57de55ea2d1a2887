"""``.jsonl .jsonl.gz``: a document per line, read in batches of lines so that the size of the file does not matter.

A line is ``{"id", "title", "text", "date"?, "source"?, "kind"?, "year"?, "heading"?}``. A line that cannot be used is a
``Skipped`` of its own and the others go on.
"""

from __future__ import annotations

import codecs
import gzip
import io
import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import IO, Any

from indexer.errors import SourceError
from indexer.model import Block, Document, Skipped, Source
from indexer.parsers.bounds import MAX_RATIO, MAX_RECORD_BYTES, empty, too_large
from indexer.parsers.plain import text_blocks

# What the first batch holds at most. Each may hold more than the one before it, up to so many times as much: the lines of
# a small file are shared among all children, and of a large one there are few runs to be merged.
BATCH_BYTES = 1_000_000
BATCH_LINES = 2000
MOST_TIMES = 2.5
_MORE = 0.25
_GZIP = b"\x1f\x8b"
_RATIO_FREE_BYTES = 50_000_000
_META = ("title", "date", "source", "kind", "year")
_META_LENGTH = 500


@dataclass(frozen=True, slots=True)
class Batch:
    """Whole lines of a file; ``first_line`` counts from 1. A line beyond the bound is cut just beyond it."""

    first_line: int
    lines: tuple[bytes, ...]

    def halves(self) -> tuple[Batch, Batch]:
        """The batch in two, to find the line that a reader died of."""
        middle = len(self.lines) // 2
        return Batch(self.first_line, self.lines[:middle]), Batch(self.first_line + middle, self.lines[middle:])


def parse(source: Source, data: bytes) -> Iterator[Document | Skipped]:
    """All records of a file that is in memory. Raises SourceError (``empty``) where there is not a single line."""
    found = False
    for batch in batches(io.BytesIO(data)):
        for record in records(source, batch):
            found = True
            yield record
    if not found:
        raise empty()


def batches(stream: IO[bytes]) -> Iterator[Batch]:
    """The lines of *stream* (unpacked if it is gzip), in batches. Raises SourceError (``damaged``, ``too_large``) behind those
    that came before."""
    lines: list[bytes] = []
    first, size, times = 1, 0, 1.0
    try:
        for line in _lines(stream):
            if lines and (size + len(line) > times * BATCH_BYTES or len(lines) >= times * BATCH_LINES):
                yield Batch(first, tuple(lines))
                first, lines, size = first + len(lines), [], 0
                times = min(times + _MORE, MOST_TIMES)
            lines.append(line)
            size += len(line)
    except SourceError:
        if lines:
            yield Batch(first, tuple(lines))
        raise
    if lines:
        yield Batch(first, tuple(lines))


def _lines(stream: IO[bytes]) -> Iterator[bytes]:
    """Each line without its end, cut just beyond the bound; the rest of a longer one is read and dropped."""
    reader = _unpacked(stream)
    while line := _line(reader):
        yield line.rstrip(b"\r\n")
        while len(line) > MAX_RECORD_BYTES and not line.endswith(b"\n"):
            line = _line(reader)
            if not line:
                return


def _line(reader: IO[bytes]) -> bytes:
    try:
        return reader.readline(MAX_RECORD_BYTES + 2)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise SourceError("压缩文件已损坏或不完整，之后的内容未能读出。", code="damaged") from error


def _unpacked(stream: IO[bytes]) -> IO[bytes]:
    head = stream.read(3)
    packed = head.startswith(_GZIP)
    stream.seek(0 if packed or head != codecs.BOM_UTF8 else len(codecs.BOM_UTF8))
    return io.BufferedReader(_Bounded(stream), 256 * 1024) if packed else stream


class _Bounded(io.RawIOBase):
    """Unpacks gzip, and stops where the unpacked text is out of all proportion to the file."""

    def __init__(self, packed: IO[bytes]) -> None:
        self._packed = packed
        self._gzip = gzip.GzipFile(fileobj=packed)
        self._unpacked = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._gzip.read1(len(buffer))
        self._unpacked += len(data)
        if self._unpacked > _RATIO_FREE_BYTES + MAX_RATIO * self._packed.tell():
            raise too_large("压缩文件解压后过大")
        buffer[: len(data)] = data
        return len(data)


def records(source: Source, batch: Batch) -> Iterator[Document | Skipped]:
    """The documents of a batch, in order; what is unusable as ``Skipped`` with its line. Blank lines are passed over."""
    for number, line in enumerate(batch.lines, batch.first_line):
        if line.strip():
            try:
                yield _document(source, line, number)
            except SourceError as error:
                yield Skipped(source.name, f"第 {number} 行：{error}", error.code)


def _document(source: Source, line: bytes, number: int) -> Document:
    record = _record(line)
    heading = _text_of(record.get("heading"))
    body = _text_of(record.get("text"))
    text = f"{heading}\n{body}" if heading else body
    if not body.strip():
        raise _bad("没有 text（正文）")
    meta = {key: _text_of(record.get(key)).strip()[:_META_LENGTH] for key in _META}
    meta["record"] = _text_of(record.get("id")).strip()[:_META_LENGTH] or str(number)
    blocks = tuple(_at(text_blocks(text), number, headed=bool(heading.strip())))
    if not blocks:
        raise _bad("没有 text（正文）")
    return Document(source.name, text, blocks, {key: value for key, value in meta.items() if value}, "utf-8")


def _record(line: bytes) -> dict[str, Any]:
    if len(line) > MAX_RECORD_BYTES:
        raise _bad(f"超过 {MAX_RECORD_BYTES // 1_000_000} MB")
    try:
        record = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise _bad("不是 UTF-8 编码") from error
    except (ValueError, RecursionError) as error:
        raise _bad("不是有效的 JSON") from error
    if not isinstance(record, dict):
        raise _bad("不是 JSON 对象")
    return record


def _text_of(value: object) -> str:
    r"""A string or number as text; half a surrogate pair (``"\ud800"`` is valid JSON) becomes U+FFFD."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _at(blocks: Iterable[Block], line: int, *, headed: bool) -> Iterator[Block]:
    """The blocks with the record's line; the first is the heading where the record has one."""
    for count, block in enumerate(blocks):
        is_heading = headed and count == 0
        yield replace(block, line=line, kind="heading", level=1) if is_heading else replace(block, line=line)


def _bad(why: str) -> SourceError:
    return SourceError(f"{why}，已跳过这一条。", code="bad_record")
