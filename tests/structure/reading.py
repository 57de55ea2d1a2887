"""Texts of the tests: a plain text as the document a parser makes of it."""

from __future__ import annotations

from pathlib import Path

from indexer.model import Document, Part, Source
from indexer.parsers.plain import parse
from indexer.structure import parts


def document(text: str, *, name: str = "范文.txt") -> Document:
    """*text* as a parsed file."""
    return next(iter(parse(Source(Path(name), name), text.encode())))


def read(text: str, *, name: str = "范文.txt") -> list[Part]:
    """The parts of *text*."""
    return parts(document(text, name=name))


def read_one(text: str, *, name: str = "范文.txt") -> Part:
    """The only part of *text*."""
    (part,) = read(text, name=name)
    return part
