"""Nothing is lost and everything has its place: properties over the sample library and the real files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

from indexer.errors import SourceError
from indexer.model import Document, Part, Piece, Skipped, Source, join_pieces
from indexer.parsers import PARSERS, parse, suffix_of
from indexer.structure import parts
from indexer.structure.lines import letters, lines_of

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared"
SAMPLES = sorted(path for path in (ROOT / "corpus").rglob("*") if path.is_file())
REAL = sorted([*(SHARED / "seeds").glob("*"), *(SHARED / "data" / "messy").glob("*")]) if SHARED.exists() else []


def documents(path: Path) -> Iterator[Document]:
    suffix = suffix_of(path.name)
    if suffix not in PARSERS:
        pytest.skip(f"{path.suffix} is a format that is not read")
    for document in parse(Source(path, path.name), path.read_bytes()):
        if not isinstance(document, Skipped):
            yield document


@cache
def read(path: Path) -> list[tuple[Document, list[Part]]]:
    try:
        return [(document, parts(document)) for document in documents(path)]
    except SourceError as error:
        pytest.skip(f"not readable: {error}")


def named(paths: Iterable[Path]) -> list[object]:
    return [pytest.param(path, id=path.name) for path in paths]


FILES = named([*SAMPLES, *REAL])


def test_the_real_files_are_here_or_this_says_that_they_are_not() -> None:
    if not REAL:
        pytest.skip("the real files (../shared) are not here: only the sample library was read")
    assert len(REAL) > 10


@pytest.mark.parametrize("path", FILES)
def test_every_passage_is_found_again_at_the_place_it_names(path: Path) -> None:
    for document, found in read(path):
        for part in found:
            for passage in part.passages:
                assert join_pieces(document.text, passage.place.pieces) == passage.text
                assert all(0 <= piece.start < piece.end <= len(document.text) for piece in passage.place.pieces)


@pytest.mark.parametrize("path", FILES)
def test_every_line_is_text_heading_title_or_set_aside(path: Path) -> None:
    for document, found in read(path):
        kept = bytearray(len(document.text))
        for part in found:
            for pieces in _places(part):
                for piece in pieces:
                    kept[piece.start : piece.end] = b"\1" * (piece.end - piece.start)
        titles = letters("".join(f"{part.title}{part.collection}{part.label}" for part in found))
        for line in lines_of(document):
            lost = "".join(
                document.text[place]
                for piece in line.pieces
                for place in range(piece.start, piece.end)
                if not kept[place] and not document.text[place].isspace()
            )
            assert not letters(lost) or letters(lost) in titles or (len(line.shown) <= 70 and "篇" in line.shown), lost


def _places(part: Part) -> Iterator[tuple[Piece, ...]]:
    yield from (passage.place.pieces for passage in part.passages)
    yield from (heading.pieces for heading in part.headings)
    yield from (aside.pieces for aside in part.set_aside)
    yield from (entry.pieces for entry in part.glossary)


@pytest.mark.parametrize("path", FILES)
def test_passages_are_of_a_size_worth_reusing(path: Path) -> None:
    for _, found in read(path):
        for part in found:
            for passage in part.passages:
                assert passage.text.strip()
                assert len(passage.text) <= 900


@pytest.mark.parametrize("path", FILES)
def test_masks_and_headings_point_where_they_say(path: Path) -> None:
    for _, found in read(path):
        for part in found:
            assert [heading.ordinal for heading in part.headings] == list(range(len(part.headings)))
            assert all(heading.parent < heading.ordinal for heading in part.headings)
            for passage in part.passages:
                assert passage.heading_path == tuple(
                    part.headings[i].text for i in passage.headings
                ) or passage.flags == ("glossary",)
                assert all(0 <= mask.start < mask.end <= len(passage.text) for mask in passage.masks)
