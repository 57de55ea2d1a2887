"""What the reader gets from three real pages, checked by reading them. The pages are not ours: only counts stand here."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from indexer.model import Document, Part, Source
from indexer.parsers import parse
from indexer.structure import parts

SEEDS = Path(__file__).parents[3] / "shared" / "seeds"


def read(number: str) -> list[Part]:
    if not SEEDS.exists():
        pytest.skip("the real pages (../shared/seeds) are not here")
    (path,) = SEEDS.glob(f"{number}_*.txt")
    read_documents = parse(Source(path, path.name), path.read_bytes())
    return [part for document in read_documents if isinstance(document, Document) for part in parts(document)]


def counts(found: list[Part]) -> dict[str, object]:
    return {
        "parts": len(found),
        "headings": dict(sorted(Counter(heading.level for part in found for heading in part.headings).items())),
        "passages": sum(len(part.passages) for part in found),
        "set aside": dict(sorted(Counter(aside.reason for part in found for aside in part.set_aside).items())),
        "masks": sum(len(passage.masks) for part in found for passage in part.passages),
        "glossary": sum(len(part.glossary) for part in found),
    }


def test_a_report_with_a_teaser_and_no_title() -> None:
    found = read("000")
    assert counts(found) == {
        "parts": 1,
        "headings": {1: 3, 2: 6},
        "passages": 10,
        "set aside": {"teaser": 1},
        "masks": 0,
        "glossary": 0,
    }
    (part,) = found
    assert (part.kind, part.year, part.script, part.number) == ("述职报告", 2024, "hans", "")
    assert part.title.endswith("工作情况述职")
    assert "title_inferred" in part.flags


def test_a_collection_page_of_ten_pieces() -> None:
    found = read("001")
    assert counts(found) == {
        "parts": 10,
        "headings": {1: 30, 2: 34, 3: 1},
        "passages": 81,
        "set aside": {"byline": 1, "chatter": 1, "lead": 1, "title_repeat": 1, "watermark": 1},
        "masks": 29,
        "glossary": 0,
    }
    assert [part.label for part in found] == [f"篇{number}" for number in range(1, 11)]
    assert len({part.collection for part in found}) == 1
    assert found[0].collection.endswith("范文")
    assert {part.date for part in found} == {"2023-04-05"}
    assert [part.title for part in found if part.title != part.label] == [found[0].title, found[6].title]
    assert (found[6].kind, found[6].year) == ("会议记录", 2008)
    assert [bool({"gap"} & set(part.flags)) for part in found].index(True) == 2
    assert "heading_only" in found[8].passages[-1].flags
    assert [index for index, part in enumerate(found) if "cut" in part.flags] == [3, 6]


def test_a_converted_page_in_traditional_script_with_a_menu_above() -> None:
    found = read("003")
    assert counts(found) == {
        "parts": 1,
        "headings": {1: 2, 2: 8, 3: 8},
        "passages": 18,
        "set aside": {"counter": 1, "site": 1, "tail": 4, "title_repeat": 1},
        "masks": 18,
        "glossary": 0,
    }
    (part,) = found
    assert (part.kind, part.script) == ("总结", "hant")
