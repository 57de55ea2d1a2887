"""``.md``: the same paragraphs as plain text, with the markup cut out and headings, lists and tables told apart.

Read line by line by a scanner of our own: libraries for Markdown keep the lines of a paragraph, but not the place of
its characters, and every offset must lead back into the file. Numbers (``1.``) are the document's own and stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from indexer.model import Block, Document, Piece, Source
from indexer.parsers.bounds import check_blocks, check_characters, empty
from indexer.parsers.encoding import decode
from indexer.parsers.lines import Line, joint, lines, trim
from indexer.parsers.markdown_inline import pieces
from indexer.parsers.plain import joining

_FRONT = re.compile(r"---[ \t]*\r?\n(.{0,5000}?)^---[ \t]*$", re.DOTALL | re.MULTILINE)
_FRONT_LINE = re.compile(r"^(title|date|author|source)[ \t]*:[ \t]*(.*?)[ \t\r]*$", re.IGNORECASE | re.MULTILINE)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_HEADING = re.compile(r"(#{1,6})[ \t\u3000]+(?=\S)")
_HEADING_TAIL = re.compile(r"[ \t]+#+$")
_QUOTE = re.compile(r"(?:>[ \t]?)+")
_BULLET = re.compile(r"[-*+][ \t]+(?=\S)(?:\[[ xX]\][ \t]+)?")
_RULE = re.compile(r"(?:[-*_=][ \t]*){3,}")
_UNDERLINE = re.compile(r"=+|-{2,}")
_FENCE = re.compile(r"```|~~~")
_DELIMITER = frozenset(" \t|:-")
_CELL = re.compile(r"[^|]+")
_SHORT = 60
_KEYS = {"author": "source"}


@dataclass(frozen=True, slots=True)
class _Marked:
    """A line as its markup tells it. ``wraps``: it is plain text, which may go on in the next line."""

    line: Line
    block: Block
    wraps: bool = False


def parse(source: Source, data: bytes) -> Iterator[Document]:
    """One document; its text is the decoded file, and pieces of blocks skip the markup."""
    decoded = decode(data)
    text = decoded.text
    check_characters(len(text))
    front = _FRONT.match(text)
    blocks = _blocks(text, front.end() if front else 0)
    if not blocks:
        raise empty()
    meta = _meta(front.group(1)) if front else {}
    yield Document(source.name, text, blocks, meta, decoded.encoding, decoded.warnings)


def _meta(front: str) -> dict[str, str]:
    said = {key.lower(): value.strip("\"'") for key, value in _FRONT_LINE.findall(front)}
    return {_KEYS.get(key, key): value for key, value in said.items() if value}


def _blocks(text: str, begin: int) -> tuple[Block, ...]:
    shown = [line for line in lines(_without_comments(text)) if line.start >= begin]
    check_blocks(len(shown))
    goes_on = joining(text, shown)
    found: list[_Marked] = []
    for marked in _marked(text, shown):
        if (
            found
            and found[-1].wraps
            and marked.wraps
            and not marked.line.apart
            and goes_on(found[-1].line, marked.line)
        ):
            found[-1] = _joined(text, found[-1], marked)
        else:
            found.append(marked)
    return tuple(marked.block for marked in found if marked.block.pieces)


def _without_comments(text: str) -> str:
    """*text* with comments overwritten by blanks, so that every other character keeps its place."""
    return _COMMENT.sub(lambda found: re.sub(r"[^\r\n]", " ", found.group()), text)


def _joined(text: str, marked: _Marked, after: _Marked) -> _Marked:
    """Two wrapped lines as one; the later line decides whether it goes on."""
    first, *rest = after.block.pieces
    last = marked.block.pieces[-1]
    first = replace(first, before=joint(text[last.end - 1 : last.end], text[first.start : first.start + 1]))
    return _Marked(after.line, replace(marked.block, pieces=(*marked.block.pieces, first, *rest)), wraps=True)


def _marked(text: str, shown: Sequence[Line]) -> Iterator[_Marked]:
    fenced = in_table = False
    for line, after in zip_longest(shown, shown[1:]):
        content = text[line.start : line.end]
        if _FENCE.match(content):
            fenced = not fenced
            continue
        if fenced:
            yield _Marked(line, Block((Piece(line.start, line.end),), line=line.number))
            continue
        in_table = "|" in content and (_begins_table(text, after) or (in_table and not line.apart))
        if in_table:
            yield _Marked(line, _row(text, line))
        else:
            yield _told(text, line, after)


def _begins_table(text: str, after: Line | None) -> bool:
    """Whether the next line is a table's delimiter (``|---|:--:|``)."""
    return after is not None and _is_delimiter(text[after.start : after.end])


def _is_delimiter(content: str) -> bool:
    return "-" in content and "|" in content and _DELIMITER.issuperset(content)


def _row(text: str, line: Line) -> Block:
    """A table row, its cells joined by `` | ``; the delimiter row is none."""
    content = text[line.start : line.end]
    if _is_delimiter(content):
        return Block(())
    found: list[Piece] = []
    for cell in _CELL.finditer(content):
        start, end = trim(text, line.start + cell.start(), line.start + cell.end())
        inner = pieces(text, start, end)
        found += (replace(piece, before=" | " if found and not count else "") for count, piece in enumerate(inner))
    return Block(tuple(found), "table_row" if found else "paragraph", line=line.number)


def _told(text: str, line: Line, after: Line | None) -> _Marked:
    start, end = line.start, line.end
    start = _past(_QUOTE, text, start, end)
    if _RULE.fullmatch(text, start, end):
        return _Marked(line, Block(()))
    if heading := _HEADING.match(text, start, end):
        tail = _HEADING_TAIL.search(text, max(heading.end(), end - 20), end)
        stop = tail.start() if tail else end
        return _Marked(line, _block(text, heading.end(), stop, line, level=len(heading.group(1))))
    if level := _underlined(text, line, after):
        return _Marked(line, _block(text, start, end, line, level=level))
    begin = _past(_BULLET, text, start, end)
    block = _block(text, begin, end, line)
    return _Marked(line, replace(block, kind="list_item")) if begin > start else _Marked(line, block, wraps=True)


def _past(mark: re.Pattern[str], text: str, start: int, end: int) -> int:
    found = mark.match(text, start, end)
    return found.end() if found else start


def _underlined(text: str, line: Line, after: Line | None) -> int:
    """1 or 2 for a short line with ``===`` or ``---`` right below it, else 0; below a paragraph these are rules."""
    if after is None or after.apart or line.end - line.start > _SHORT:
        return 0
    if not _UNDERLINE.fullmatch(text, after.start, after.end):
        return 0
    return 1 if text[after.start] == "=" else 2


def _block(text: str, start: int, end: int, line: Line, *, level: int = 0) -> Block:
    return Block(pieces(text, *trim(text, start, end)), "heading" if level else "paragraph", level, line.number)
