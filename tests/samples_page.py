"""Writes docs/sample-library.md: what the reader makes of every sample. Run ``python -m tests.samples_page`` after changes,
so that a change in reading shows in review as a changed number."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from indexer.model import Document, Part, Source
from indexer.parsers import parse, suffix_of
from indexer.structure import parts

ROOT = Path(__file__).parents[1]
CORPUS = ROOT / "corpus"
PAGE = ROOT / "docs" / "sample-library.md"

HEAD = """# The sample library

`corpus/` holds {files} files with {documents} documents of {kinds} kinds, {passages} passages in all. Every text was written
for this project; places, people and offices in them are invented. They carry the mess of real pages on purpose: site menus,
bylines and read counts, titles given twice, teasers, 导语, 猜你喜欢, masks, lists that lost members, endings that break off, a
watermark woven into a word, zero-width and control characters, full-width digits, pages converted to Traditional script (with
the accident 各專案標任務), Big5 that no header declares. About half of them are clean.

The last column tells what the reader set aside (lines by reason) and which passages it marked. The page is written by
`python -m tests.samples_page`, and a test holds it to what the reader does.

| File | Format | 文种 | Documents | Passages | Set aside and marked |
| --- | --- | --- | --- | --- | --- |
"""


def read(path: Path) -> list[tuple[Document, Part]]:
    """The documents and parts of a sample. Raises SourceError."""
    source = Source(path, path.relative_to(CORPUS).as_posix())
    found = [document for document in parse(source, path.read_bytes()) if isinstance(document, Document)]
    return [(document, part) for document in found for part in parts(document)]


def row(path: Path, found: list[tuple[Document, Part]]) -> str:
    """The line of the table for one sample, of which *found* was read."""
    encoding = next((document.encoding for document, _ in found if document.encoding), "")
    asides = Counter(aside.reason for _, part in found for aside in part.set_aside)
    marks = Counter(flag for _, part in found for passage in part.passages for flag in passage.flags)
    cells = (
        path.relative_to(CORPUS).as_posix(),
        f"{suffix_of(path.name)} {encoding}".strip(),
        "、".join(dict.fromkeys(part.kind or "通讯" for _, part in found)),
        str(len(found)),
        str(sum(len(part.passages) for _, part in found)),
        ", ".join(f"{name} {count}" for counts in (asides, marks) for name, count in sorted(counts.items())),
    )
    return f"| {' | '.join(cells)} |\n"


def page() -> str:
    """The whole page."""
    files = {path: read(path) for path in sorted(CORPUS.rglob("*")) if path.is_file()}
    found = [part for pairs in files.values() for _, part in pairs]
    head = HEAD.format(
        files=len(files),
        documents=len(found),
        kinds=len({part.kind for part in found if part.kind}),
        passages=sum(len(part.passages) for part in found),
    )
    return head + "".join(row(path, pairs) for path, pairs in files.items())


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
