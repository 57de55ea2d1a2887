"""What the children of test_reading do with a document; a module, so that they can import it by name."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Sequence

from indexer.errors import SourceError
from indexer.model import Document


def first_words(document: Document) -> str:
    """The beginning of the text, after whatever the text orders."""
    order, _, _ = document.text.partition("：")
    if order in _ORDERS:
        _ORDERS[order]()
    return document.text[:12]


def priority(_: Document) -> int:
    """How little this process minds to wait for others."""
    return os.getpriority(os.PRIO_PROCESS, 0)


def in_a_row(texts: Sequence[str]) -> list[str]:
    """What came of some documents as one text, if there is any; one of them cannot be put in a row."""
    if any(text.startswith("难：") for text in texts):
        _fail()
    return ["".join(texts)] if texts else []


def _count() -> None:
    end = time.process_time() + 0.1
    while time.process_time() < end:
        pass


def _sleep() -> None:
    time.sleep(60)


def _swallow_memory() -> None:
    bytearray(3_000_000_000)


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _fail() -> None:
    raise ValueError("没有料到的内容")


def _refuse() -> None:
    raise SourceError("这一篇不收。", code="empty")


_ORDERS = {"算": _count, "睡": _sleep, "撑": _swallow_memory, "死": _die, "错": _fail, "拒": _refuse}
