"""``.txt``: a block for every line that holds anything; lines that were wrapped at a margin are joined again."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from indexer.model import Block, Document, Piece, Source
from indexer.parsers.bounds import check_blocks, check_characters, empty
from indexer.parsers.encoding import decode
from indexer.parsers.lines import Line, is_numbered, joint, lines, width

# A wrapped text: at least so many lines, so many of them full, so few of these ending a sentence.
_LEAST_LINES = 8
_MARGINS = range(28, 81)
_SLACK = 3
_MOST_FULL = 0.5
_MOST_ENDED = 0.45
# Lines of one width without a comma are a list (of names, of file titles), not a text.
_LEAST_RUNNING = 0.3
_CLAUSE_END = re.compile("[，。、；：,;]")
_SENTENCE_ENDS = "。！？：；!?:;”"

GoesOn = Callable[[Line, Line], bool]


def parse(source: Source, data: bytes) -> Iterator[Document]:
    """One document; its text is the decoded file, unchanged but for the byte order mark."""
    decoded = decode(data)
    check_characters(len(decoded.text))
    blocks = text_blocks(decoded.text)
    if not blocks:
        raise empty()
    yield Document(source.name, decoded.text, blocks, {}, decoded.encoding, decoded.warnings)


def text_blocks(text: str) -> tuple[Block, ...]:
    """The paragraphs of *text*, one for each line or for each run of wrapped lines."""
    found = list(lines(text))
    check_blocks(len(found))
    return tuple(_blocks(text, found, joining(text, found)))


def joining(text: str, found: Sequence[Line]) -> GoesOn:
    """Which lines go on in the next: none, unless most of *found* are of one width and end in mid-sentence."""
    margin = _margin(text, found)
    return _never if margin is None else _wrapped_at(margin, text)


def _never(_line: Line, _after: Line) -> bool:
    return False


def _blocks(text: str, found: Sequence[Line], goes_on: GoesOn) -> Iterator[Block]:
    run: list[Line] = []
    for line in found:
        if run and (line.apart or not goes_on(run[-1], line)):
            yield _block(text, run)
            run = []
        run.append(line)
    if run:
        yield _block(text, run)


def _block(text: str, run: Sequence[Line]) -> Block:
    pieces = [Piece(run[0].start, run[0].end)]
    for before, line in pairwise(run):
        between = joint(text[before.end - 1 : before.end], text[line.start : line.start + 1])
        pieces.append(Piece(line.start, line.end, between))
    return Block(tuple(pieces), line=run[0].number)


def _columns(text: str, line: Line) -> int:
    """The columns up to the line's last ink, its indent included; counted only as far as it can matter."""
    return width(text[line.begin : min(line.end, line.begin + 100)])


def _margin(text: str, found: Sequence[Line]) -> int | None:
    """The right margin of a text that was wrapped by hand or by a mail program, else None."""
    if len(found) < _LEAST_LINES:
        return None
    columns = [_columns(text, line) for line in found]
    margin = _commonest(columns)
    full = [line for line, wide in zip(found, columns, strict=True) if 0 <= margin - wide <= _SLACK]
    longer = sum(wide > margin for wide in columns)
    if margin not in _MARGINS or len(full) < len(found) * _MOST_FULL or longer > len(found) * 0.1:
        return None
    ended = sum(text[line.end - 1] in _SENTENCE_ENDS for line in full)
    running = sum(_CLAUSE_END.search(text, line.start, line.end) is not None for line in full)
    is_wrapped = ended < len(full) * _MOST_ENDED and running >= len(full) * _LEAST_RUNNING
    return margin if is_wrapped else None


def _commonest(columns: Sequence[int]) -> int:
    """The margin that the most lines reach within the slack; the widest of equals."""
    counts = Counter(columns)
    reach = {wide: sum(counts[wide - less] for less in range(_SLACK + 1)) for wide in counts}
    return max(reach, key=lambda wide: (reach[wide], counts[wide], wide))


def _wrapped_at(margin: int, text: str) -> GoesOn:
    def goes_on(line: Line, after: Line) -> bool:
        """A full line goes on in the next, unless that is indented or numbered, or this one may end its paragraph."""
        if after.start > after.begin or is_numbered(text[after.start : after.start + 12]):
            return False
        full = _columns(text, line) >= margin - _SLACK
        return full and text[line.end - 1] not in "。！？!?"

    return goes_on
