"""``python -m benchmarks.peers NAME CORPUS FOLDER``: build a peer's index, in a process of its own."""

from __future__ import annotations

import argparse
import importlib
from pathlib import Path

from benchmarks.peers.catalog import MODULES
from indexer.analysis import default_analyzer


def main() -> None:
    """Build one index in an empty folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=sorted(MODULES))
    parser.add_argument("corpus", type=Path)
    parser.add_argument("folder", type=Path)
    given = parser.parse_args()
    importlib.import_module(MODULES[given.name]).build(given.corpus, given.folder, default_analyzer())


if __name__ == "__main__":
    main()
