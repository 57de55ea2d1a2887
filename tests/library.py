"""A small library made of texts, indexed for real (without child processes, which the tests of the build go through)."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from indexer.analysis import Analyzer
from indexer.catalog import SourceEntry
from indexer.generations import IndexFolder
from indexer.model import Document, Part, Source
from indexer.parsers import parse
from indexer.structure import parts


def index_texts(folder: Path, texts: Mapping[str, str], analyzer: Analyzer, *, added: str = "") -> None:
    """Make or extend the index in *folder* with *texts*, named as files and *added* at an ISO time (now, where empty)."""
    store = IndexFolder(folder)
    with store.building(analyzer) as building, building.writing() as writer:
        for name, text in texts.items():
            data = text.encode()
            writer.delete_source(name)
            found = [
                part
                for document in parse(Source(Path(name), name), data)
                if isinstance(document, Document)
                for part in parts(document)
            ]
            for part in found:
                writer.add(part)
            building.catalog.put(replace(_entry(name, data, found), added=added))


def _entry(name: str, data: bytes, found: Sequence[Part]) -> SourceEntry:
    return SourceEntry(
        name,
        hashlib.blake2b(data).hexdigest(),
        bytes=len(data),
        documents=len(found),
        passages=sum(len(part.passages) for part in found),
        kinds=Counter(part.kind for part in found if part.kind),
        years=Counter(part.year for part in found if part.year),
    )
