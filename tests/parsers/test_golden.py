"""Small files of every format, and the blocks that a reader sees in them (golden/*.json, one block a line)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from indexer.model import Document, Source
from indexer.parsers import parse

from .samples import texts

_GOLDEN = Path(__file__).parent / "golden"
_FILES = sorted(path for path in _GOLDEN.iterdir() if path.suffix != ".json")


def told(document: Document) -> dict[str, object]:
    rows = zip(document.blocks, texts(document), strict=True)
    return {
        "encoding": document.encoding,
        "meta": document.meta,
        "blocks": [[block.kind, block.level, block.line, block.page, text] for block, text in rows],
    }


@pytest.mark.parametrize("path", _FILES, ids=lambda path: path.name)
def test_a_file_is_read_as_its_golden_file_says(path: Path) -> None:
    found = list(parse(Source(path, path.name), path.read_bytes()))
    read = [told(one) if isinstance(one, Document) else [one.code, one.reason] for one in found]
    expected = json.loads((_GOLDEN / f"{path.name}.json").read_text(encoding="utf-8"))
    assert json.loads(json.dumps(read)) == expected
