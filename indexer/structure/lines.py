"""Lines: the blocks of a document with their text joined, and the cutting of lines without losing their place."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from indexer.model import BlockKind, Document, Piece, join_pieces
from indexer.text import fold_text

# What has no width, and control characters other than white space.
_HIDDEN = re.compile(r"[\ufeff\u200b\u200c\u200d\u2060\u00ad\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]+")
_SPACES = re.compile(r"\s+")
_NOT_IN_KEY = re.compile(r"[\W_]+")
# Of texts up to this length the last few hundred answers of a slow function are kept.
SHORT = 80
TERMINAL = "。！？!?；;…"
CLOSING = "”’\"'）)》」』】〕］]"


@dataclass(frozen=True)
class Line:
    """A block as it is read. ``text`` equals ``join_pieces(document.text, pieces)``."""

    text: str
    pieces: tuple[Piece, ...]
    kind: BlockKind = "paragraph"
    level: int = 0
    number: int = 0
    page: int = 0

    @cached_property
    def shown(self) -> str:
        """The text without what has no width, spaces folded: what a reader sees."""
        # In a printable text nothing is hidden, and all white space is the ASCII blank.
        if self.text.isprintable() and "  " not in self.text:
            return self.text.strip()
        return _SPACES.sub(" ", _HIDDEN.sub("", self.text)).strip()

    @cached_property
    def folded(self) -> str:
        """What a reader sees, folded."""
        return fold_text(self.shown)

    @cached_property
    def key(self) -> str:
        """Letters and digits only, folded: equal for lines that say the same."""
        return letters(self.text) if self.text != self.shown else _NOT_IN_KEY.sub("", self.folded)

    @cached_property
    def final(self) -> str:
        """The last sign, closing quotes and brackets left out; ``""`` for an empty line."""
        return self.shown.rstrip(CLOSING + " ")[-1:]

    @property
    def ended(self) -> bool:
        """Whether the line ends as a sentence does."""
        return self.final in TERMINAL and self.final != ""

    def cut(self, start: int, end: int | None = None) -> Line:
        """Characters ``start:end`` of the line, outer white space left out."""
        stop = len(self.text) if end is None else end
        while start < stop and self.text[start].isspace():
            start += 1
        while stop > start and self.text[stop - 1].isspace():
            stop -= 1
        return self._holding(self.text[start:stop], cut_pieces(self.pieces, start, stop))

    def without(self, start: int, end: int) -> Line:
        """The line with the characters ``start:end`` taken out."""
        pieces = cut_pieces(self.pieces, 0, start) + cut_pieces(self.pieces, end, len(self.text))
        return self._holding(self.text[:start] + self.text[end:], pieces)

    def _holding(self, text: str, pieces: tuple[Piece, ...]) -> Line:
        return Line(text, pieces, self.kind, self.level, self.number, self.page)


def letters(text: str) -> str:
    """Letters and digits of *text*, folded."""
    return _NOT_IN_KEY.sub("", fold_text(text))


def lines_of(document: Document) -> list[Line]:
    """The blocks of *document* that hold anything to see, in order."""
    made = (
        Line(join_pieces(document.text, block.pieces), block.pieces, block.kind, block.level, block.line, block.page)
        for block in document.blocks
    )
    return [line for line in made if line.shown]


def cut_pieces(pieces: Iterable[Piece], start: int, end: int) -> tuple[Piece, ...]:
    """The pieces of the characters ``start:end`` of the joined text. What joins two pieces is kept only between them."""
    kept: list[Piece] = []
    position = 0
    for index, piece in enumerate(pieces):
        position += len(piece.before) if index else 0
        low, high = max(start - position, 0), min(end - position, piece.end - piece.start)
        if low < high:
            before = piece.before if index and low == 0 and start < position else ""
            kept.append(Piece(piece.start + low, piece.start + high, before))
        position += piece.end - piece.start
    return tuple(kept)


def join_lines(lines: Iterable[Line], between: str) -> Line:
    """One line of many, *between* standing between each two."""
    members = list(lines)
    # One line with nothing in front of its first piece would be made anew as it is.
    if len(members) == 1 and not (members[0].pieces and members[0].pieces[0].before):
        return members[0]
    pieces = [
        replace(piece, before=between if index and not inner else piece.before if inner else "")
        for index, line in enumerate(members)
        for inner, piece in enumerate(line.pieces)
    ]
    return replace(members[0], text=between.join(line.text for line in members), pieces=tuple(pieces))
