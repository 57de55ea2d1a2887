"""Parts -> what an index keeps of them: records, the texts to be searched, and JSON that keeps every value."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from indexer.analysis import Analyzer
from indexer.copies import signature
from indexer.model import DocumentRecord, Heading, Mask, Part, Passage, PassageRecord, Piece, Token


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of a passage that are searched, each apart: a phrase does not cross from one to another."""

    title: tuple[str, ...]
    heading: tuple[str, ...]
    body: str
    converted: bool = False

    def all(self) -> tuple[str, ...]:
        """Every text, in reading order."""
        return (*self.title, *self.heading, self.body)

    def words(self, analyzer: Analyzer) -> dict[str, list[str]]:
        """The words of the three fields that hold words."""
        fields = {"title": self.title, "heading": self.heading, "body": (self.body,)}
        return {name: self._words(analyzer, texts) for name, texts in fields.items()}

    def characters(self, analyzer: Analyzer) -> list[list[Token]]:
        """The characters of every text, each text apart, in reading order."""
        return [analyzer.characters(text, converted=self.converted) for text in self.all()]

    def rows(self, analyzer: Analyzer, *, title: bool = False) -> list[list[Token]]:
        """The rows of characters, of every text or of the title alone, in which something may stand in a row.

        A converted text has two: as the Mainland has it, and character for character, where a quotation may begin or end
        in the middle of a word that differs (使用者 is 用户, but 用者 is no word).
        """
        texts = self.title if title else self.all()
        foldings = (True, False) if self.converted else (False,)
        return [analyzer.characters(text, converted=converted) for converted in foldings for text in texts]

    def _words(self, analyzer: Analyzer, texts: Sequence[str]) -> list[str]:
        return [token.text for text in texts for token in analyzer.words(text, converted=self.converted)]


def grams(characters: Iterable[Token]) -> list[str]:
    """The Han letters of a text and the pairs of neighbouring ones; signs do not part them (工作，总结 holds 作总).

    Figures and Latin letters are left to the words: a 2 says nothing about 9.2公里.
    """
    letters = [token.text for token in characters if token.text.isalnum()]
    pairs = (first + second for first, second in itertools.pairwise(letters))
    return [gram for gram in itertools.chain(letters, pairs) if not any(map(str.isascii, gram))]


# What a passage loses, in parts of a hundred: a heading without its paragraph is no passage to reuse, and one that breaks
# off, lost a list member or is full of blanks needs work before it is.
_LOST = {"heading_only": 30, "cut": 10, "gap": 5, "watermark": 5}
_LOST_TO_MASKS = 10


def quality(passage: Passage) -> int:
    """How whole a passage is, of a hundred: what its score is multiplied by."""
    masked = sum(mask.end - mask.start for mask in passage.masks) / max(len(passage.text), 1)
    return 100 - sum(_LOST.get(flag, 0) for flag in passage.flags) - round(_LOST_TO_MASKS * masked)


def copy_signature(passage: Passage) -> bytes:
    """What tells the copies of *passage*."""
    return signature(passage.text, passage.masks, converted="converted" in passage.flags)


def texts(part: Part, passage: Passage) -> Texts:
    """The texts of *passage* that are searched."""
    title, label = names(part)
    titles = (title, label) if label else (title,)
    return Texts(titles, passage.heading_path, passage.text, converted="converted" in passage.flags)


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
            functions=passage.functions,
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
    values["functions"] = tuple(values["functions"])
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


def _outline(headings: Sequence[Heading], passages: Sequence[Passage]) -> tuple[tuple[int, str, int], ...]:
    first: dict[int, int] = {}
    for passage in passages:
        for heading in passage.headings:
            first.setdefault(heading, passage.ordinal)
    return tuple((heading.level, heading.text, first.get(index, -1)) for index, heading in enumerate(headings))
