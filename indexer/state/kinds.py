"""What a file is, told by its content: the suffix of the parser that reads it, or why none does. Names may lie."""

from __future__ import annotations

import json
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path

from indexer.errors import SourceError
from indexer.parsers import encoding

HEAD_BYTES = 1_100_000
ARCHIVE = ".zip"

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_GZIP = b"\x1f\x8b"
_PDF_WITHIN = 1024
# What the reader of zip files raises where one is damaged, whichever way its members are compressed.
TORN = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError),
    *(NotImplementedError, OSError, ValueError, RuntimeError),
)

_OTHER_FORMATS: tuple[tuple[bytes, str], ...] = (
    (b"Rar!\x1a\x07", "这是 RAR 压缩包，请解压后上传，或改用 .zip。"),
    (b"7z\xbc\xaf\x27\x1c", "这是 7z 压缩包，请解压后上传，或改用 .zip。"),
    (b"\x89PNG\r\n", "这是图片，里面的文字读不出来；请上传带文字的文件。"),
    (b"\xff\xd8\xff", "这是图片，里面的文字读不出来；请上传带文字的文件。"),
    (b"GIF89a", "这是图片，里面的文字读不出来；请上传带文字的文件。"),
    (b"MIME-Version:", "这是单个文件的网页存档（.mht），请用浏览器或 Word 打开后另存为 .html 或 .docx。"),
)
# What a package holds, by the beginning of a member's name.
_OTHER_PACKAGES: tuple[tuple[str, str], ...] = (
    ("xl/", "这是 Excel 表格，目前不读表格；请把要用的文字另存为 .docx 或 .txt。"),
    ("ppt/", "这是演示文稿，目前不读；请把要用的文字另存为 .docx 或 .txt。"),
    ("OFD.xml", "这是 OFD 版式文件，目前不读；请另存为 .pdf 或 .docx。"),
    ("META-INF/manifest.xml", "这是 OpenDocument 文件，请用 WPS 或 LibreOffice 另存为 .docx。"),
)
# The names of streams in an OLE file, as its directory writes them.
_WORD = "WordDocument".encode("utf-16-le")
_OTHER_STREAMS: tuple[tuple[bytes, str, str], ...] = (
    ("EncryptedPackage".encode("utf-16-le"), "文档加了密码，请解密后再上传。", "encrypted"),
    ("Workbook".encode("utf-16-le"), "这是 Excel 表格，目前不读表格；请把要用的文字另存为 .docx 或 .txt。", "unsupported"),
    ("PowerPoint Document".encode("utf-16-le"), "这是演示文稿，目前不读；请把要用的文字另存为 .docx 或 .txt。", "unsupported"),
)  # fmt: skip
# A comment ends with its first -->, whatever follows: there is one way to read a row of them.
_PAGE = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?>(?><!--.*?-->)\s*)*+<(?:!doctype\s+html|html|head|body|meta)\b", re.I | re.S
)
_TAGS = re.compile(r"<(?:p|div|br|span|table|h[1-6]|ul|ol|li|a|font|title)\b[^<>]*>", re.I)
_XML = re.compile(r"\s*<\?xml\b", re.I)


def suffix_of_content(path: Path, *, name: str) -> str:
    """The suffix that the content of a file asks for, ``.zip`` for an archive of files.

    The *name* decides only between kinds that look alike (.md and .txt, .doc and .wps). Raises SourceError
    (``empty``, ``unsupported``, ``encrypted``, ``binary``, ``encoding``, ``damaged``).
    """
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    if not head.strip():
        raise SourceError("文件是空的。", code="empty")
    for magic, reason in _OTHER_FORMATS:
        if head.startswith(magic):
            raise SourceError(reason, code="unsupported")
    return _of_binary(path, head, name.lower()) or _of_text(head, name.lower())


def _of_binary(path: Path, head: bytes, name: str) -> str:
    if b"%PDF-" in head[:_PDF_WITHIN]:
        return ".pdf"
    if head.startswith(_ZIP):
        return _of_package(path)
    if head.startswith(_OLE):
        return _of_ole(path, name)
    if head.startswith(b"{\\rtf"):
        return ".rtf"
    return _of_gzip(head) if head.startswith(_GZIP) else ""


def _of_package(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            members = [member.replace("\\", "/").lstrip("/") for member in archive.namelist()]
    except TORN as error:
        raise SourceError("文件已损坏，打不开；请重新压缩或另存一份再上传。", code="damaged") from error
    if any(member.startswith("word/") for member in members):
        return ".docx"
    for beginning, reason in _OTHER_PACKAGES:
        if any(member.startswith(beginning) for member in members):
            raise SourceError(reason, code="unsupported")
    return ARCHIVE


def _of_ole(path: Path, name: str) -> str:
    data = path.read_bytes()
    for stream, reason, code in _OTHER_STREAMS:
        if stream in data:
            raise SourceError(reason, code=code)
    if _WORD not in data:
        raise SourceError("内容不是 Word 或 WPS 文档，请确认文件来源。", code="unsupported")
    return ".wps" if name.endswith(".wps") else ".doc"


def _of_gzip(head: bytes) -> str:
    try:
        beginning = zlib.decompressobj(wbits=31).decompress(head, HEAD_BYTES)
    except zlib.error as error:
        raise SourceError("压缩文件已损坏，打不开；请重新压缩再上传。", code="damaged") from error
    if not _is_records(encoding.decode(beginning).text):
        raise SourceError("gzip 压缩文件里应是每行一条记录的 .jsonl；其他文件请用 .zip 压缩。", code="unsupported")
    return ".jsonl.gz"


def _of_text(head: bytes, name: str) -> str:
    text = encoding.decode(head, declared=encoding.declared_charset(head)).text.lstrip("\ufeff")
    if _PAGE.match(text) or (name.endswith((".html", ".htm")) and _TAGS.search(text)):
        return ".html"
    if _XML.match(text):
        raise SourceError("这是 XML 数据，不是网页也不是文档；请另存为 .docx 或 .txt。", code="unsupported")
    if _is_records(text):
        return ".jsonl"
    if name.endswith((".json", ".jsonl")):
        raise SourceError("JSON 文件应每行一条记录（.jsonl），这个文件不是。", code="unsupported")
    return ".md" if name.endswith((".md", ".markdown")) else ".txt"


def _is_records(text: str) -> bool:
    """Whether the first line is one JSON object, and the second as well where it is seen to its end."""
    lines = [line for line in text.splitlines(keepends=True) if line.strip()][:3]
    # What may have been cut off tells nothing, unless it is all there is.
    whole = lines[: 2 if len(lines) > 2 else 1]
    return bool(whole) and all(map(_is_object, whole))


def _is_object(line: str) -> bool:
    if not line.lstrip().startswith("{"):
        return False
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def told(name: str, suffix: str, *, known: Iterable[str]) -> str:
    """The sentence for a name that says something else than the content; "" where it does not."""
    lowered = name.lower()
    said = max((one for one in known if lowered.endswith(one)), key=len, default="")
    if not said or said == suffix or {said, suffix} <= {".html", ".htm"} or {said, suffix} <= {".txt", ".md"}:
        return ""
    return f"文件名的后缀是 {said}，内容其实是 {suffix}，已按内容收下。"
