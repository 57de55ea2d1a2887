"""Suffix -> parser. A parser takes a source and its bytes and yields the documents in it.

What cannot be read raises SourceError; one bad record of many is yielded as ``Skipped`` and the others go on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from indexer.model import Document, Skipped, Source
from indexer.parsers import docx, html, jsonl, markdown, office, pdf, plain

Parser = Callable[[Source, bytes], Iterable[Document | Skipped]]

PARSERS: Mapping[str, Parser] = {
    ".txt": plain.parse,
    ".md": markdown.parse,
    ".html": html.parse,
    ".htm": html.parse,
    ".docx": docx.parse,
    ".pdf": pdf.parse,
    ".jsonl": jsonl.parse,
    ".jsonl.gz": jsonl.parse,
    ".doc": office.parse,
    ".wps": office.parse,
    ".rtf": office.parse,
}
# Read line by line, of any size.
STREAMED = frozenset({".jsonl", ".jsonl.gz"})
# These wait for one another, see ``office``.
CONVERTED = frozenset({".doc", ".wps", ".rtf"})


def suffix_of(name: str) -> str:
    """The suffix of *name* that has a parser (``.jsonl.gz`` before ``.gz``), else ``""``."""
    lowered = name.lower()
    return max((suffix for suffix in PARSERS if lowered.endswith(suffix)), key=len, default="")


def parse(source: Source, data: bytes) -> Iterable[Document | Skipped]:
    """The documents in *data*, by the suffix of the source's name. Raises SourceError."""
    return PARSERS[suffix_of(source.path.name)](source, data)
