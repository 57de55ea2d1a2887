"""Values as the pages of the admin side show them."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime

from indexer.progress import megabytes
from web.render import plain

NAME_SHOWN = 80
# Of a name that is cut, the end is kept as well: it tells the kind, and which of many it is.
NAME_END = 24


def name(text: str, *, most: int = NAME_SHOWN) -> str:
    """A file name without what cannot be seen, cut in the middle where it is over-long."""
    clean = plain(text)
    end = min(NAME_END, most // 3)
    return clean if len(clean) <= most else f"{clean[: most - end - 1]}…{clean[-end:]}"


def size(count: int) -> str:
    """A size for people."""
    return f"{max(1, round(count / 1000))} KB" if count < 100_000 else megabytes(count)


def time(moment: str) -> str:
    """A time in UTC (ISO 8601) in the time of this machine, to the minute; as it is where it is none."""
    try:
        return datetime.fromisoformat(moment).astimezone().strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return moment


def coded(text: str) -> str:
    """*text* as letters that survive an address and a form unchanged: a name may hold control signs, which pages leave out."""
    return base64.urlsafe_b64encode(text.encode("utf-8", "surrogatepass")).decode().rstrip("=")


def decoded(code: str) -> str:
    """What :func:`coded` made; "" for anything else."""
    try:
        return base64.urlsafe_b64decode(code + "=" * (-len(code) % 4)).decode("utf-8", "surrogatepass")
    except (binascii.Error, ValueError):
        return ""
