"""``.doc .wps .rtf``: converted to docx by LibreOffice, then read as that."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from indexer.errors import SourceError
from indexer.model import Document, Source
from indexer.parsers import docx, html

SECONDS = 60
_PROGRAMS = ("soffice", "libreoffice")
_ZIP, _RTF, _OLE = b"PK\x03\x04", b"{\\rtf", bytes.fromhex("d0cf11e0a1b11ae1")
_MARKUP = (b"<html", b"<!doctype", b"<head", b"<meta", b"<?xml")


def parse(source: Source, data: bytes) -> Iterator[Document]:
    """The converted document; what only bears the suffix (a docx, a page from the web) is read as what it is.

    Raises SourceError: ``libreoffice`` (not installed), ``damaged``, ``too_slow``.
    """
    if data.startswith(_ZIP):
        yield from docx.parse(source, data)
    elif data[:200].lstrip().lower().startswith(_MARKUP):
        yield from html.parse(source, data)
    elif data.startswith((_OLE, _RTF)):
        yield from docx.parse(source, _docx(".rtf" if data.startswith(_RTF) else ".doc", data))
    else:
        raise SourceError("内容不是 Word、WPS 或 RTF 文档，请确认文件后缀是否正确。", code="damaged")


def _docx(suffix: str, data: bytes) -> bytes:
    """The file as docx. The suffix goes by the content: most .wps files are .doc files inside."""
    program = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    if program is None:
        raise SourceError(
            "读取 .doc、.wps、.rtf 需要 LibreOffice：请安装（Debian/Ubuntu：sudo apt install libreoffice-writer），"
            "或另存为 .docx。",
            code="libreoffice",
        )
    with tempfile.TemporaryDirectory(prefix="fanwen-", ignore_cleanup_errors=True) as folder, _turn():
        return _convert(program, Path(folder), suffix, data)


def _convert(program: str, folder: Path, suffix: str, data: bytes) -> bytes:
    """The file as docx. Its name is ours, so that nothing of the original name reaches a command line."""
    original = folder / f"document{suffix}"
    original.write_bytes(data)
    command = [
        program,
        f"-env:UserInstallation={(folder / 'profile').as_uri()}",
        *("--headless", "--norestore", "--nolockcheck", "--convert-to", "docx:MS Word 2007 XML"),
        *("--outdir", str(folder / "out"), str(original)),
    ]
    _run(command, folder)
    result = folder / "out" / "document.docx"
    if not result.is_file():
        raise SourceError("LibreOffice 无法打开这个文件，可能已损坏或加密；请另存为 .docx。", code="damaged")
    return result.read_bytes()


def _run(command: list[str], folder: Path) -> None:
    """Run in a session of its own: soffice is a script that starts other programs, and all must end with us."""
    environment = {**os.environ, "HOME": str(folder), "SAL_USE_VCLPLUGIN": "svp"}
    process = subprocess.Popen(  # noqa: S603
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment,
        start_new_session=True,
    )
    try:
        process.wait(SECONDS)
    except subprocess.TimeoutExpired:
        raise SourceError(f"LibreOffice 转换超过 {SECONDS} 秒，已放弃。", code="too_slow") from None
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    process.wait()


@contextmanager
def _turn() -> Iterator[None]:
    """One conversion at a time on this machine: each takes a few hundred megabytes."""
    path = Path(tempfile.gettempdir()) / f"fanwen-libreoffice-{os.getuid()}.lock"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
