"""Who reads in this request, and whether they may: written by the check of access, read by logs and pages."""

from __future__ import annotations

from flask import g


def remember(name: str, *, by_cookie: bool = False) -> None:
    """Make *name* the reader of this request; *by_cookie* tells that a sign-in keeps them here, which can be ended."""
    g.fanwen_reader = name
    g.fanwen_signed_in = by_cookie


def admit(*, may_read: bool) -> None:
    """Tell whether the sender of this request may read the library, though its answer is free for everybody."""
    g.fanwen_admitted = may_read


def admitted() -> bool:
    """Whether the free answer to this request may show something of the library."""
    return bool(g.get("fanwen_admitted"))


def reader() -> str:
    """The name of the key or the user that reads; "" for nobody in particular."""
    return str(g.get("fanwen_reader", ""))


def signed_in() -> bool:
    """Whether the reader came with the cookie of the sign-in page."""
    return bool(g.get("fanwen_signed_in"))
