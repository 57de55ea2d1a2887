"""Text on a terminal: what a document holds must not steer it."""

from __future__ import annotations

import os
import sys
import unicodedata
from collections.abc import Iterable
from typing import TextIO

from indexer.model import Span

_MARK, _UNMARK = "\x1b[1;33m", "\x1b[0m"


def say(message: str) -> None:
    """A line for the user, apart from the data."""
    print(message, file=sys.stderr)


def plain(text: str) -> str:
    """*text* on one line, without control characters."""
    return "".join(" " if sign.isspace() else sign for sign in text if sign.isspace() or not _controls(sign))


def marked(text: str, spans: Iterable[Span], *, stream: TextIO | None = None) -> str:
    """*text* on one line, the *spans* in colour where *stream* (standard output) is a terminal that may show it."""
    stream = stream or sys.stdout
    if not stream.isatty() or os.environ.get("NO_COLOR"):
        return plain(text)
    pieces, done = [], 0
    for span in spans:
        pieces += [plain(text[done : span.start]), _MARK, plain(text[span.start : span.end]), _UNMARK]
        done = span.end
    return "".join(pieces) + plain(text[done:])


def _controls(sign: str) -> bool:
    # Format characters (Cf) can turn the reading direction of a whole terminal line.
    return unicodedata.category(sign) in {"Cc", "Cf", "Cs"}
