"""The nouns of the service: frozen dataclasses, no I/O.

Units used throughout: ``offset`` counts hits, ``start`` and ``end`` count
characters (Unicode code points) of the text that is named, ``position``
counts tokens. All intervals are half open.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Literal

Script = Literal["hans", "hant", "unknown"]
BlockKind = Literal["paragraph", "heading", "list_item", "table_row", "menu"]
# What a passage does in its document.
Function = Literal["opening", "closing", "problems", "plans", "achievements", "measures", "pledge"]
FUNCTION_NAMES: Mapping[Function, str] = MappingProxyType(
    {
        "opening": "开头",
        "closing": "结尾",
        "problems": "存在问题",
        "plans": "下一步打算",
        "achievements": "成绩",
        "measures": "做法",
        "pledge": "表态",
    }
)
# Ways of understanding a query beyond its words. Each can be switched off, and is named where it can be switched on again.
Understanding = Literal[
    "script", "numbers", "synonyms", "stopwords", "functions", "patterns", "corrections", "copies", "fill"
]
UNDERSTANDING_NAMES: Mapping[Understanding, str] = MappingProxyType(
    {
        "script": "繁简和地区用语",
        "numbers": "数字的不同写法",
        "synonyms": "同义词和简称",
        "stopwords": "略去停用词",
        "functions": "文章的部分",
        "patterns": "句式",
        "corrections": "改正错字",
        "copies": "合并相近的版本",
        "fill": "列出只含部分词语的段落",
    }
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a document's text, and what stands between it and the piece before.

    ``before`` is ``""`` where a line was wrapped or a markup sign was cut out,
    and ``"\\n"`` where a fragment was joined to its heading.
    """

    start: int
    end: int
    before: str = ""

    def of(self, text: str) -> str:
        """The piece as it is read in *text*, with what joins it to the piece before."""
        return self.before + text[self.start : self.end]


def join_pieces(text: str, pieces: tuple[Piece, ...]) -> str:
    """The text that *pieces* of *text* make together (the first ``before`` is not written)."""
    joined = "".join(piece.of(text) for piece in pieces)
    return joined[len(pieces[0].before) :] if pieces else ""


@dataclass(frozen=True, slots=True)
class Source:
    """A file to read. ``name`` is its stable name in the index (a posix path below its root)."""

    path: Path
    name: str


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, list item or heading as the file format tells it.

    ``level`` is the heading level (1 to 6) where the format has real headings, else 0.
    ``line`` is the 1-based line of a text file, ``page`` the 1-based page of a paged one; 0 where there is none.
    ``menu`` marks what the format itself says is navigation (``nav``, ``aside``, running heads of a PDF).
    """

    pieces: tuple[Piece, ...]
    kind: BlockKind = "paragraph"
    level: int = 0
    line: int = 0
    page: int = 0


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed file, or one record of a database export, before its structure is known.

    ``text`` is the text that every offset counts in: the decoded file for text formats,
    the extracted text for the others. Blocks stand in reading order and do not overlap.
    ``meta`` holds what the format itself says, under these keys only: title, date, source,
    kind, year, record (the id of a record).
    """

    source: str
    text: str
    blocks: tuple[Block, ...]
    meta: dict[str, str] = field(default_factory=dict)
    encoding: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a part. ``level`` counts from 1 within the part; ``parent`` indexes the part's headings, -1 at the top.

    ``run_in`` says that its paragraph goes on in the same line (（一）抓源头。今年以来……).
    """

    ordinal: int
    level: int
    text: str
    parent: int
    pieces: tuple[Piece, ...]
    run_in: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where a passage stands in its source: pieces of the document's text, and the line or page for people (0: none)."""

    pieces: tuple[Piece, ...]
    line: int = 0
    page: int = 0

    @property
    def start(self) -> int:
        return self.pieces[0].start

    @property
    def end(self) -> int:
        return self.pieces[-1].end


@dataclass(frozen=True, slots=True)
class Mask:
    """A blank that hides a name or number (××, xx, x月x日, 20xx, *). Characters of the passage's text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Passage:
    """What is found: a stretch of a part that is worth reusing.

    ``text`` equals ``join_pieces(document.text, place.pieces)``. ``headings`` are indexes into
    ``Part.headings``, outermost first; ``heading_path`` their texts. ``flags`` are short names of what
    a writer should know: ``masked``, ``gap`` (a list lost members), ``cut`` (ends in the middle of a
    sentence), ``heading_only``, ``watermark``, ``glossary``, ``converted`` (Mainland text that was run
    through a converter to Traditional script). ``functions`` tell what the passage does in its document.
    """

    ordinal: int
    text: str
    place: Place
    headings: tuple[int, ...] = ()
    heading_path: tuple[str, ...] = ()
    masks: tuple[Mask, ...] = ()
    flags: tuple[str, ...] = ()
    functions: tuple[Function, ...] = ()


@dataclass(frozen=True, slots=True)
class GlossaryEntry:
    """An entry of a 注释 section. ``passages`` are the ordinals of the passages that use the term."""

    term: str
    text: str
    pieces: tuple[Piece, ...]
    passages: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class SetAside:
    """Site furniture that is not searched, with the reason it was set aside (a short name)."""

    reason: str
    text: str
    pieces: tuple[Piece, ...]
    line: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """A titled piece of writing: a whole file, or one 篇 of a collection.

    ``id`` is stable while the source keeps its name and the part its place. ``title`` is the title a
    reader would give; ``collection`` the title of the page that holds several parts, else ``""``;
    ``label`` the mark of the part (篇2), else ``""``. ``year`` is 0 and the texts are ``""`` where unknown.
    """

    id: str
    source: str
    ordinal: int
    title: str
    collection: str = ""
    label: str = ""
    kind: str = ""
    date: str = ""
    year: int = 0
    issuer: str = ""
    number: str = ""
    script: Script = "unknown"
    headings: tuple[Heading, ...] = ()
    passages: tuple[Passage, ...] = ()
    glossary: tuple[GlossaryEntry, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    flags: tuple[str, ...] = ()
    text_length: int = 0


@dataclass(frozen=True, slots=True)
class Skipped:
    """A source that is not in the index, and why, in words for the person who put it there."""

    source: str
    reason: str
    code: str


@dataclass(frozen=True, slots=True)
class Token:
    """A word or character of a folded text. ``start`` and ``end`` count characters of the original text."""

    text: str
    position: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open interval of a text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class PassageRecord:
    """What an index stores of a passage: enough to show it without its document.

    ``id`` is ``<document_id>-<ordinal>``. ``title`` is the collection's title where there is one, and ``part`` then
    names the part in it (篇2 or 篇2 · its own title); otherwise ``part`` is ``""``. ``pieces`` point into the document.
    ``number`` is the document's 文号.
    """

    id: str
    document_id: str
    ordinal: int
    title: str
    part: str
    heading_path: tuple[str, ...]
    text: str
    kind: str
    year: int
    date: str
    issuer: str
    script: Script
    source: str
    pieces: tuple[Piece, ...]
    line: int
    page: int
    masks: tuple[Mask, ...]
    flags: tuple[str, ...]
    functions: tuple[Function, ...] = ()
    number: str = ""


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """What an index stores of a part beside its passages, for the page that shows it.

    ``headings`` keeps the outline with ``first_passage``, the ordinal of the first passage under each heading
    (-1 where there is none); ``set_aside`` counts furniture by reason.
    """

    id: str
    source: str
    title: str
    part: str
    kind: str
    year: int
    date: str
    issuer: str
    number: str
    script: Script
    passages: int
    headings: tuple[tuple[int, str, int], ...]
    glossary: tuple[tuple[str, str], ...]
    set_aside: dict[str, int]
    flags: tuple[str, ...]
