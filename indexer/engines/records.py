"""Parts -> what an index keeps of them: records, the texts to be searched, and JSON that keeps every value."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from indexer.analysis import Analyzer
from indexer.model import DocumentRecord, Heading, Mask, Part, Passage, PassageRecord, Piece, Token


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of a passage that are searched, each apart: a phrase does not cross from one to another."""

    title: tuple[str, ...]
    heading: tuple[str, ...]
    body: str

    def all(self) -> tuple[str, ...]:
        """Every text, in reading order."""
        return (*self.title, *self.heading, self.body)

    def words(self, analyzer: Analyzer) -> dict[str, list[Token]]:
        """The words of the three ranked fields. Only their texts and their number count, not their positions."""
        return {
            "title": _words(analyzer, self.title),
            "heading": _words(analyzer, self.heading),
            "body": analyzer.words(self.body),
        }


def texts(part: Part, passage: Passage) -> Texts:
    """The texts of *passage* that are searched."""
    title, label = names(part)
    return Texts((title, label) if label else (title,), passage.heading_path, passage.text)


def names(part: Part) -> tuple[str, str]:
    """(title, part) as records show them: a collection's title stands first, then 篇2 or 篇2 · the part's own title."""
    if not part.collection:
        return part.title, ""
    own = part.title if part.title not in ("", part.label, part.collection) else ""
    return part.collection, " · ".join(text for text in (part.label, own) if text)


def passage_records(part: Part) -> Iterator[PassageRecord]:
    """The record of each passage of *part*, in order."""
    title, label = names(part)
    for passage in part.passages:
        yield PassageRecord(
            id=f"{part.id}-{passage.ordinal}",
            document_id=part.id,
            ordinal=passage.ordinal,
            title=title,
            part=label,
            heading_path=passage.heading_path,
            text=passage.text,
            kind=part.kind,
            year=part.year,
            date=part.date,
            issuer=part.issuer,
            script=part.script,
            source=part.source,
            pieces=passage.place.pieces,
            line=passage.place.line,
            page=passage.place.page,
            masks=passage.masks,
            flags=passage.flags,
        )


def document_record(part: Part) -> DocumentRecord:
    """The record of *part* itself."""
    title, label = names(part)
    return DocumentRecord(
        id=part.id,
        source=part.source,
        title=title,
        part=label,
        kind=part.kind,
        year=part.year,
        date=part.date,
        issuer=part.issuer,
        number=part.number,
        script=part.script,
        passages=len(part.passages),
        headings=_outline(part.headings, part.passages),
        glossary=tuple((entry.term, entry.text) for entry in part.glossary),
        set_aside=dict(Counter(item.reason for item in part.set_aside)),
        flags=part.flags,
    )


def to_json(record: PassageRecord | DocumentRecord) -> str:
    """*record* as JSON; :func:`passage_from_json` and :func:`document_from_json` give it back whole."""
    return json.dumps(asdict(record), ensure_ascii=True, separators=(",", ":"))


def passage_from_json(text: str) -> PassageRecord:
    """The record that :func:`to_json` wrote."""
    values: dict[str, Any] = json.loads(text)
    values["heading_path"] = tuple(values["heading_path"])
    values["pieces"] = tuple(Piece(**piece) for piece in values["pieces"])
    values["masks"] = tuple(Mask(**mask) for mask in values["masks"])
    values["flags"] = tuple(values["flags"])
    return PassageRecord(**values)


def document_from_json(text: str) -> DocumentRecord:
    """The record that :func:`to_json` wrote."""
    values: dict[str, Any] = json.loads(text)
    values["headings"] = tuple((level, heading, first) for level, heading, first in values["headings"])
    values["glossary"] = tuple((term, meaning) for term, meaning in values["glossary"])
    values["flags"] = tuple(values["flags"])
    return DocumentRecord(**values)


def split_id(passage_id: str) -> tuple[str, int] | None:
    """(document id, ordinal) of a passage id, or None for what is not one."""
    document, dash, ordinal = passage_id.rpartition("-")
    # A plain decimal only: "٣", "007" and "+3" are not how ids are written.
    if not dash or not ordinal.isascii() or not ordinal.isdigit() or len(ordinal) > 9 or ordinal != str(int(ordinal)):
        return None
    return document, int(ordinal)


def _words(analyzer: Analyzer, texts: Sequence[str]) -> list[Token]:
    return [token for text in texts for token in analyzer.words(text)]


def _outline(headings: Sequence[Heading], passages: Sequence[Passage]) -> tuple[tuple[int, str, int], ...]:
    first: dict[int, int] = {}
    for passage in passages:
        for heading in passage.headings:
            first.setdefault(heading, passage.ordinal)
    return tuple((heading.level, heading.text, first.get(index, -1)) for index, heading in enumerate(headings))
