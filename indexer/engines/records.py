"""Parts -> what an index keeps of them: records, the texts to be searched, and JSON that keeps every value."""

from __future__ import annotations

import itertools
import json
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any

from indexer.analysis import Analyzer
from indexer.copies import Signatures, letters, signature, signatures
from indexer.model import DocumentRecord, Function, Heading, Mask, Part, Passage, PassageRecord, Piece, Token

_DOCUMENT_FIELDS = tuple(field.name for field in fields(DocumentRecord) if field.name != "id")
# What records have in common, the most frequent last: a record is too short to repeat itself much.
_COMMON = (
    "政府工作报告述职报告工作总结实施方案通知意见讲话汇报年度重点任务责任单位完善体制机制提高质量水平服务群众企业市场经济社会发展"
    "党的二十大精神习近平新时代中国特色社会主义思想坚持以人民为中心的发展思想党风廉政建设主体责任基层党组织党员干部学习教育活动"
    "乡村振兴产业项目建设环境保护安全生产隐患排查治理问题整改落实到位情况监督检查考核制度办法方面一是二是三是四是积极开展深入"
    "全面推进进一步加强，取得了明显成效；同时，也存在一些不足。下一步，我们将认真贯彻落实，确保各项工作、2023年、完成"
    '[[]],["[0,["masked"],["opening","closing","problems","plans","achievements","measures","pledge"]","",0,[],[],[]]'
    ',"",[],{},[]],"simplified","",[[0,'
).encode()


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


def pairs(characters: Sequence[Token]) -> list[str]:
    """The pairs of characters of a text that an index keeps, to find two in a row without their positions.

    Neighbouring letters, a letter and each sign at its position, and each sign and the letter behind it; as often as they stand.
    """
    letters = [token for token in characters if token.text.isalnum()]
    signs = [token for token in characters if not token.text.isalnum()]
    own = {token.position: token.text for token in letters}
    found = [first.text + second.text for first, second in itertools.pairwise(letters)]
    found += [own[sign.position] + sign.text for sign in signs if sign.position in own]
    return found + [sign.text + own[sign.position + 1] for sign in signs if sign.position + 1 in own]


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


def copy_signatures(passages: Iterable[Passage]) -> Signatures:
    """What tells the copies of each of *passages*; quicker than one by one."""
    return signatures([letters(own.text, own.masks, converted="converted" in own.flags) for own in passages])


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
    document = document_record(part)
    return (_passage_record(document, *_own_values(passage)) for passage in part.passages)


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


def kept_passage(passage: Passage) -> bytes:
    """What an index keeps of a passage; :func:`passage_record` makes its record of this and that of its part."""
    return _packed(_own_values(passage))


def kept_part(part: Part) -> bytes:
    """What an index keeps of a part beside its passages; :func:`document_of` gives the record back."""
    record = document_record(part)
    return _packed([getattr(record, name) for name in _DOCUMENT_FIELDS])


def passage_of(kept: bytes, document: DocumentRecord) -> PassageRecord:
    """The record of a passage of *document*."""
    return _passage_record(document, *json.loads(_unpacked(kept)))


def text_of(kept: bytes) -> tuple[str, bool]:
    """The text of a passage, and whether a converter made it."""
    _, _, text, _, _, _, _, flags, _ = json.loads(_unpacked(kept))
    return text, "converted" in flags


def document_of(kept: bytes, document_id: str) -> DocumentRecord:
    """The record that :func:`kept_part` packed; the id is kept elsewhere."""
    values: dict[str, Any] = dict(zip(_DOCUMENT_FIELDS, json.loads(_unpacked(kept)), strict=True))
    values["headings"] = tuple((level, heading, first) for level, heading, first in values["headings"])
    values["glossary"] = tuple((term, meaning) for term, meaning in values["glossary"])
    values["flags"] = tuple(values["flags"])
    return DocumentRecord(id=document_id, **values)


def _own_values(passage: Passage) -> list[Any]:
    """What a passage has beside its part, in the order of the parameters of :func:`_passage_record`."""
    return [
        passage.ordinal,
        passage.heading_path,
        passage.text,
        [(piece.start, piece.end, piece.before) for piece in passage.place.pieces],
        passage.place.line,
        passage.place.page,
        [(mask.start, mask.end) for mask in passage.masks],
        passage.flags,
        passage.functions,
    ]


def _passage_record(
    document: DocumentRecord,
    ordinal: int,
    heading_path: Sequence[str],
    text: str,
    pieces: Iterable[tuple[int, int, str]],
    line: int,
    page: int,
    masks: Iterable[tuple[int, int]],
    flags: Iterable[str],
    functions: Iterable[Function],
) -> PassageRecord:
    return PassageRecord(
        id=f"{document.id}-{ordinal}",
        document_id=document.id,
        ordinal=ordinal,
        title=document.title,
        part=document.part,
        heading_path=tuple(heading_path),
        text=text,
        kind=document.kind,
        year=document.year,
        date=document.date,
        issuer=document.issuer,
        script=document.script,
        source=document.source,
        pieces=tuple(Piece(*piece) for piece in pieces),
        line=line,
        page=page,
        masks=tuple(Mask(*mask) for mask in masks),
        flags=tuple(flags),
        functions=tuple(functions),
        number=document.number,
    )


def _packed(values: Sequence[Any]) -> bytes:
    """*values* as JSON, which keeps every character, compressed."""
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
    packing = _packer().copy()
    return packing.compress(text.encode("utf-8", "surrogatepass")) + packing.flush()


@lru_cache(maxsize=1)
def _packer() -> zlib._Compress:
    """Knows what records have in common: to be copied for each, which is quicker than to learn it again."""
    # Of these short texts level 4 makes less than the levels above it, and sooner; a small window and small tables, which
    # are copied for each text, make no more than large ones.
    return zlib.compressobj(level=4, wbits=-13, memLevel=5, zdict=_COMMON)


def _unpacked(data: bytes) -> str:
    unpacking = zlib.decompressobj(wbits=-zlib.MAX_WBITS, zdict=_COMMON)
    return (unpacking.decompress(data) + unpacking.flush()).decode("utf-8", "surrogatepass")


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
