"""Cutting a page that holds several pieces (篇1…篇N, 【篇一】, 范文三：, a news digest) into its parts."""

from __future__ import annotations

import re
from dataclasses import dataclass

from indexer.structure.lines import Line
from indexer.structure.numbering import han_number
from indexer.text import fold_text

_NUMBER = r"(?P<number>\d{1,3}|[一二三四五六七八九十百]{1,4})"
_MARKS = (
    re.compile(rf"^[【\[(<◆★]*\s*第?\s*篇\s*{_NUMBER}\s*[】\])>]*\s*[:.、]?\s*(?P<title>.*)$"),
    re.compile(rf"^[【\[(<◆★]*\s*第\s*{_NUMBER}\s*篇\s*[】\])>]*\s*[:.、]?\s*(?P<title>.*)$"),
    re.compile(rf"^[【\[(<◆★]*\s*(范文|例文|样本){_NUMBER}\s*[】\])>]*\s*[:.、]?\s*(?P<title>.*)$"),
    re.compile(rf"^(?P<title>.{{2,50}}?)\s*[【\[(]?\s*(?:第\s*)?篇\s*{_NUMBER}\s*[】\])]?$"),
    re.compile(rf"^(?P<title>.{{2,50}}?)\s*[【\[(]?\s*第\s*{_NUMBER}\s*篇\s*[】\])]?$"),
)
# Every mark holds one of these.
_MARK_WORD = re.compile("篇|范文|例文|样本")
_DIGEST_BYLINE = re.compile(r"^作者:.{0,120}时间:\s*\d{4}-\d{1,2}-\d{1,2}")
MARK_MAX_LENGTH = 70


@dataclass(frozen=True)
class RawPart:
    """The lines of a part. ``label`` is its mark (篇2), ``own`` the title that stands beside the mark."""

    label: str
    own: str
    lines: list[Line]
    mark: Line | None = None


@dataclass(frozen=True, slots=True)
class _Mark:
    index: int
    value: int
    label: str
    own: str


def split_parts(lines: list[Line]) -> tuple[list[Line], list[RawPart]]:
    """The lines above the first part, and the parts; ``(lines, [])`` for a page that is one piece."""
    marks = _sequence([mark for index, line in enumerate(lines) if (mark := _mark_of(index, line))])
    if len(marks) < 2:
        return _split_digest(lines)
    ends = [mark.index for mark in marks[1:]] + [len(lines)]
    parts = [
        RawPart(mark.label, mark.own, lines[mark.index + 1 : end], lines[mark.index])
        for mark, end in zip(marks, ends, strict=True)
    ]
    return lines[: marks[0].index], parts


def without_contents(head: list[Line]) -> tuple[list[Line], list[Line]]:
    """The lines above the first part, and the table of contents among them (目录, 篇一：…, 篇二：…)."""
    marked = [bool(_mark_of(index, line)) for index, line in enumerate(head)]
    listed = [marked[index] or re.fullmatch(r"\W*目\s*录\W*", line.shown) for index, line in enumerate(head)]
    if sum(marked) < 2:
        return head, []
    kept = [line for line, one in zip(head, listed, strict=True) if not one]
    return kept, [line for line, one in zip(head, listed, strict=True) if one]


def _mark_of(index: int, line: Line) -> _Mark | None:
    if len(line.shown) > MARK_MAX_LENGTH or line.ended:
        return None
    text = line.folded.strip()
    if not _MARK_WORD.search(text):
        return None
    for pattern in _MARKS:
        if match := pattern.match(text):
            own = _as_shown(line.shown, match["title"])
            return _Mark(index, han_number(match["number"]), f"篇{match['number']}", own)
    return None


def _as_shown(shown: str, folded: str) -> str:
    """The title in the script and width of the page; folding keeps the length of nearly every title."""
    position = fold_text(shown).find(folded) if folded else -1
    return (
        shown[position : position + len(folded)].strip()
        if position >= 0 and len(fold_text(shown)) == len(shown)
        else folded.strip()
    )


def _sequence(marks: list[_Mark]) -> list[_Mark]:
    """The marks that count up from 1; a table of contents above (篇1 篇2 篇3 in a row) is passed over."""
    best: list[_Mark] = []
    for start, first in enumerate(marks):
        if first.value != 1:
            continue
        run = [first]
        for mark in marks[start + 1 :]:
            if mark.value == 1:
                break
            if mark.value > run[-1].value:
                run.append(mark)
        if len(run) > len(best) or (len(run) == len(best) and _covers(run) > _covers(best)):
            best = run
    return best


def _covers(run: list[_Mark]) -> int:
    return run[-1].index - run[0].index if run else 0


def _split_digest(lines: list[Line]) -> tuple[list[Line], list[RawPart]]:
    """Articles below each other, each with title lines and then 作者：… 时间：…."""
    bylines = [index for index, line in enumerate(lines) if _is_byline(line)]
    if len(bylines) < 2:
        return lines, []
    starts = [
        _digest_start(lines, index, floor)
        for index, floor in zip(bylines, [0, *(index + 1 for index in bylines)], strict=False)
    ]
    ends = [*starts[1:], len(lines)]
    parts = [
        RawPart(f"第{order}篇", "", lines[start:end])
        for order, (start, end) in enumerate(zip(starts, ends, strict=True), 1)
    ]
    return lines[: starts[0]], parts


def _is_byline(line: Line) -> bool:
    # Looked for at the start of the folded line, which is at hand.
    return line.folded.startswith("作者:") and bool(_DIGEST_BYLINE.match(fold_text(line.shown[:200])))


def _digest_start(lines: list[Line], byline: int, floor: int) -> int:
    start = byline
    while start > floor and byline - start < 3 and not lines[start - 1].ended and len(lines[start - 1].shown) <= 60:
        start -= 1
    return start
