"""Which peers there are, and which of them are installed here."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Mapping
from pathlib import Path

from benchmarks.peers.base import Peer

# The module that builds and opens each peer, its class, and the package that it needs.
MODULES: Mapping[str, str] = {
    "tantivy": "benchmarks.peers.tantivy",
    "sqlite fts5": "benchmarks.peers.fts5",
    "bm25s": "benchmarks.peers.sparse",
    "whoosh": "benchmarks.peers.stock",
}
_CLASSES: Mapping[str, str] = {"tantivy": "Tantivy", "sqlite fts5": "Fts5", "bm25s": "Bm25s", "whoosh": "Stock"}
PACKAGES: Mapping[str, str] = {"tantivy": "tantivy", "sqlite fts5": "sqlite3", "bm25s": "bm25s", "whoosh": "whoosh"}
# Beyond this many records stock Whoosh would be at it for hours.
WHOOSH_MOST = 200_000


def installed() -> list[str]:
    """The peers whose packages are here."""
    return [name for name, package in PACKAGES.items() if importlib.util.find_spec(package) is not None]


def opened(name: str, folder: Path) -> Peer:
    """The peer *name* over its index."""
    peer: Peer = getattr(importlib.import_module(MODULES[name]), _CLASSES[name])(folder)
    return peer
