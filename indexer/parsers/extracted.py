"""Texts that are extracted from a format: paragraphs put one below the other, so that offsets count in what is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from indexer.model import Block, BlockKind, Document, Piece, Source
from indexer.parsers.bounds import check_blocks, check_characters, empty
from indexer.parsers.lines import trim


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph as a format tells it; its text may still have blanks around it."""

    text: str
    kind: BlockKind = "paragraph"
    level: int = 0
    page: int = 0
    line: int = 0


def document(
    source: Source,
    paragraphs: Iterable[Paragraph],
    *,
    meta: Mapping[str, str] | None = None,
    encoding: str = "",
    warnings: tuple[str, ...] = (),
) -> Document:
    """The paragraphs that hold anything, joined by line ends. Raises SourceError: ``empty``, ``too_large``."""
    texts: list[str] = []
    blocks: list[Block] = []
    at = 0
    for paragraph in paragraphs:
        start, end = trim(paragraph.text, 0, len(paragraph.text))
        if start < end:
            texts.append(paragraph.text[start:end])
            blocks.append(_block(paragraph, Piece(at, at + end - start)))
            at += end - start + 1
            check_characters(at)
            check_blocks(len(blocks))
    if not blocks:
        raise empty()
    return Document(source.name, "\n".join(texts), tuple(blocks), dict(meta or {}), encoding, warnings)


def _block(paragraph: Paragraph, piece: Piece) -> Block:
    return Block((piece,), paragraph.kind, paragraph.level, paragraph.line, paragraph.page)
