"""The fields of the Whoosh index. They take our own tokens: no text is analyzed by Whoosh.

==============  ==========================================================================================
title heading   words of title and part, heading path, text: postings with counts, and the field's length
body
grams           pairs of characters (:func:`indexer.engines.records.pairs`) in title and part, each heading and text,
                kept as words are; their length counts letters and pairs of letters, which is what scores
chars           characters of title, part, each heading and text, ``GAP`` positions apart
title_chars     characters of title and part
record          stored: the PassageRecord
outline         stored: the DocumentRecord
==============  ==========================================================================================

A passage of converted text has two rows of characters and grams (see :meth:`indexer.engines.records.Texts.rows`).
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence

from whoosh import fields, formats

from indexer.engines import figures
from indexer.model import Token

# Any gap above 2 keeps phrases apart: the positions of a phrase have no holes, and its leading signs take one more.
GAP = 100

# Stands before and after each text in a row of characters, at the positions of signs; no text holds it, folding drops it.
EDGE = "\x1e"
# Stands at a figure that a sign parts from the one behind it (3、5).
PARTED = "\x1f"


class PositionsFormat(formats.Format):  # type: ignore[misc]
    """Positions as little-endian 32-bit numbers; Whoosh's own format pickles a list for each posting."""

    posting_size = -1

    def decode_positions(self, value: bytes) -> tuple[int, ...]:
        """The positions that a posting of characters holds, in order."""
        return struct.unpack(f"<{len(value) // 4}I", value)


class CharactersField(fields.FieldType):  # type: ignore[misc]
    """A field of characters with positions."""

    def __init__(self) -> None:
        # The letters of chars score as grams do, with their length.
        super().__init__(PositionsFormat(), None, scorable=True)


class WordsField(fields.FieldType):  # type: ignore[misc]
    """A field of words, or grams, with counts and a length."""

    def __init__(self) -> None:
        # The weight of a posting, kept by every format, is the count.
        super().__init__(formats.Existence(), None, scorable=True)


def schema() -> fields.Schema:
    """The fields of the index, as the table above lists them."""
    return fields.Schema(
        title=WordsField(),
        heading=WordsField(),
        body=WordsField(),
        grams=WordsField(),
        chars=CharactersField(),
        title_chars=CharactersField(),
        record=fields.STORED(),
        outline=fields.STORED(),
    )


def to_bytes(text: str) -> bytes:
    """A term as the index keeps it."""
    return text.encode("utf-8", "surrogatepass")


def in_one_row(texts: Iterable[Sequence[Token]]) -> list[Token]:
    """The characters of several texts in one row of positions, ``GAP`` apart, each between two ``EDGE``.

    ``PARTED`` stands where a sign parts two figures: to look for all signs there would mean to read their lists, the longest.
    """
    tokens: list[Token] = []
    base = 0
    for own in texts:
        tokens.append(Token(EDGE, base, 0, 0))
        tokens.extend(Token(token.text, token.position + base, token.start, token.end) for token in own)
        tokens.extend(Token(PARTED, position + base, 0, 0) for position in figures.parted(own))
        last = base + (own[-1].position if own else 0)
        if own:
            tokens.append(Token(EDGE, last, 0, 0))
        base = last + GAP
    return tokens
