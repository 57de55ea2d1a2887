"""Lines of pages -> paragraphs: which line goes on in the next, and which are running heads and page numbers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from indexer.parsers.extracted import Paragraph
from indexer.parsers.lines import is_numbered, joint, width
from indexer.parsers.pdf_lines import Page, PdfLine, lines_of

_PAGE_NUMBER = re.compile(
    r"[-—–－‐·•\s]*\d{1,4}[-—–－‐·•\s]*|第\s*[\d一二三四五六七八九十百]+\s*[页頁](\s*[,，/]?\s*共\s*\d+\s*[页頁])?|\d+\s*/\s*\d+|page\s*\d+",
    re.IGNORECASE,
)
_CONTENTS = re.compile(r"[.．·…]{6,}\s*\d{1,4}$")
# What a line cannot be broken in: a word or number, or a character with the punctuation around it.
_UNBROKEN = re.compile(r"[（“‘《〈【〔]{0,4}(?:[0-9A-Za-z.%+/-]{1,30}|.)[，。、；：！？”’）》〉】〕]{0,4}")
_DIGITS = re.compile(r"\d+")
# Running heads stand among the first or last two lines of a page, on most pages.
_EDGE = 2
_LEAST_REPEATS = 3
_REPEAT_SHARE = 0.4


@dataclass(frozen=True, slots=True)
class _Margins:
    """Where lines of running text begin and end, in points."""

    left: float
    right: float


def join_pages(pages: Sequence[Page]) -> Iterator[Paragraph]:
    """The paragraphs of all pages. Running heads follow the paragraph that they would have torn apart."""
    running = _running_heads(pages)
    margins = _margins(pages)
    run: list[PdfLine] = []
    aside: list[PdfLine] = []
    for page in pages:
        for place, line in enumerate(page.lines):
            if _is_furniture(page, place, running):
                aside.append(line)
                continue
            if run and not _goes_on(run[-1], line, margins):
                yield from _written(run, aside)
                run, aside = [], []
            run.append(line)
    yield from _written(run, aside)


def _written(run: Sequence[PdfLine], aside: Sequence[PdfLine]) -> Iterator[Paragraph]:
    if run:
        yield Paragraph(_joined(run), page=run[0].page)
    for line in aside:
        yield Paragraph(line.text, "menu", page=line.page)


def _joined(run: Sequence[PdfLine]) -> str:
    texts = [run[0].text]
    for before, line in pairwise(run):
        texts += (joint(before.text, line.text), line.text)
    return "".join(texts)


def _goes_on(line: PdfLine, after: PdfLine, margins: _Margins) -> bool:
    """A line that reaches the right margin goes on, unless the next one is indented, numbered or set larger."""
    em = max(line.size, 6.0)
    if abs(line.size - after.size) > 0.15 * em or margins.right - line.right > _room(after.text, em):
        return False
    if is_numbered(after.text) and line.text[-1] in "。；：！？;:":
        return False
    centred = _is_centred(line, margins, em) and _is_centred(after, margins, em) and after.left > line.left
    return after.left <= margins.left + 1.2 * em or (centred and line.text[-1] not in "。！？；")


def _room(text: str, em: float) -> float:
    """The room that a full line may leave, in points: what the next line begins with did not fit (次， stays together)."""
    head = _UNBROKEN.match(text)
    return max(1.6, width(head.group() if head else "") / 2 + 0.6) * em


def _is_centred(line: PdfLine, margins: _Margins, em: float) -> bool:
    return abs((line.left + line.right) - (margins.left + margins.right)) < 2 * em


def _margins(pages: Sequence[Page]) -> _Margins:
    """The commonest left edge, and the right edge that lines of running text reach."""
    lines = [line for line in lines_of(list(pages)) if len(line.text) > 1]
    lefts = Counter(round(line.left / 2) * 2 for line in lines)
    rights = sorted(line.right for line in lines)
    left = min(lefts, key=lambda edge: (-lefts[edge], edge), default=0)
    return _Margins(float(left), rights[int(len(rights) * 0.9)] if rights else 0.0)


def _running_heads(pages: Sequence[Page]) -> set[str]:
    """Texts, digits apart, that stand at the edges of most pages."""
    counts = Counter(text for page in pages for text in {_shape(page.lines[place]) for place in _edges(page)})
    least = max(_LEAST_REPEATS, len(pages) * _REPEAT_SHARE)
    return {text for text, count in counts.items() if count >= least}


def _edges(page: Page) -> set[int]:
    count = len(page.lines)
    return {place for place in range(count) if place < _EDGE or place >= count - _EDGE}


def _shape(line: PdfLine) -> str:
    return _DIGITS.sub("0", line.text)


def _is_furniture(page: Page, place: int, running: set[str]) -> bool:
    """Page numbers and running heads at the edges; entries of a table of contents (总则……3) anywhere."""
    if _CONTENTS.search(page.lines[place].text[-200:]):
        return True
    if place not in _edges(page):
        return False
    line = page.lines[place]
    return _PAGE_NUMBER.fullmatch(line.text) is not None or _shape(line) in running
