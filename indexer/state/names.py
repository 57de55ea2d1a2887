"""The names that people give to files, as data: cleaned, bounded, never used as a path."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container

MAX_NAME = 255
MAX_PART = 120
UNNAMED = "未命名"

_SEPARATOR = re.compile(r"[/\\]+")
# Control, format (which turn the direction of a line) and half characters, line and paragraph ends.
_LEFT_OUT = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_MAX_SUFFIX = 12
_ZIP_UTF8 = 0x800


def file_name(given: str) -> str:
    r"""The last part of what a browser sends: ``C:\公文\总结.docx`` and ``../总结.docx`` are both 总结.docx."""
    parts = [part for part in map(_cleaned, _SEPARATOR.split(given)) if part]
    return parts[-1] if parts else UNNAMED


def member_name(given: str) -> str:
    """The name of a file in an archive with its folders (2023/信访/总结.docx), each part cleaned; outer ones give way."""
    parts = [part for part in map(_cleaned, _SEPARATOR.split(given)) if part] or [UNNAMED]
    while len("/".join(parts)) > MAX_NAME:
        parts.pop(0)
    return "/".join(parts)


def decoded(raw: str, *, flags: int) -> str:
    """The name of a member as :mod:`zipfile` gives it; without the flag for UTF-8 it may be that or GBK, read as cp437."""
    if flags & _ZIP_UTF8:
        return raw
    try:
        data = raw.encode("cp437")
    except UnicodeEncodeError:
        return raw
    for encoding in ("utf-8", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw


def unused(name: str, taken: Container[str]) -> str:
    """*name*, or with `` (2)`` before its suffix, `` (3)`` … where it is taken."""
    stem, suffix = _parted(name)
    number = 1
    free = name
    while free in taken:
        number += 1
        mark = f" ({number})"
        free = stem[: MAX_NAME - len(mark) - len(suffix)] + mark + suffix
    return free


def with_suffix(name: str, suffix: str) -> str:
    """*name* with *suffix* behind it, within the bounds."""
    folder, _, last = name.rpartition("/")
    last = last[: MAX_PART - len(suffix)] + suffix
    return member_name(f"{folder}/{last}")


def _cleaned(part: str) -> str:
    """A part of a path without what cannot be seen, without leading dots, at most MAX_PART characters long."""
    kept = (sign for sign in unicodedata.normalize("NFC", part) if unicodedata.category(sign) not in _LEFT_OUT)
    words = " ".join("".join(kept).split()).lstrip(". ").rstrip()
    stem, suffix = _parted(words)
    return (stem[: MAX_PART - len(suffix)] + suffix).strip()


def _parted(name: str) -> tuple[str, str]:
    """Stem and suffix (``.docx``); what is too long for a suffix is none."""
    stem, dot, suffix = name.rpartition(".")
    if not dot or not stem or "/" in suffix or len(suffix) > _MAX_SUFFIX:
        return name, ""
    if stem.lower().endswith(".jsonl"):
        return stem[:-6], stem[-6:] + dot + suffix
    return stem, dot + suffix
