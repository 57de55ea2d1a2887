"""The bounds that every parser keeps, in one place, and the errors that say so."""

from __future__ import annotations

from indexer.errors import SourceError

MAX_CHARACTERS = 5_000_000
MAX_BLOCKS = 200_000
MAX_UNPACKED_BYTES = 200_000_000
# Deflate reaches 1032:1 on nothing but repetition; the XML of real documents stays below 60:1.
MAX_RATIO = 200
MAX_RECORD_BYTES = 1_000_000


def check_characters(count: int) -> None:
    """Raise SourceError (``too_large``) where a text has more characters than are read."""
    if count > MAX_CHARACTERS:
        raise too_large(f"文字超过 {MAX_CHARACTERS // 10_000} 万字")


def check_blocks(count: int) -> None:
    """Raise SourceError (``too_large``) where a text has more blocks than are read."""
    if count > MAX_BLOCKS:
        raise too_large(f"段落超过 {MAX_BLOCKS // 10_000} 万个")


def too_large(what: str) -> SourceError:
    """The error for *what* went beyond a bound."""
    return SourceError(f"{what}，请拆分成几个文件后再建索引。", code="too_large")


def empty() -> SourceError:
    """The error for a source without any text."""
    return SourceError("文件里没有文字。", code="empty")
