"""注释 at the end of a report: numbered entries that explain terms of the text."""

from __future__ import annotations

import re
from itertools import islice, pairwise

from indexer.model import GlossaryEntry, Passage
from indexer.structure.lines import Line, join_lines
from indexer.structure.numbering import numbering_of
from indexer.text import fold_text

_HEADING = re.compile(
    r"^[【\[(（]?(附[件录]?[:：]?\s*)?(《?.{0,14}报告》?)?(中?(有关|部分|相关|若干)?(专业)?(名词|术语|用语|词语|词汇|名词术语))?(解释|注释|说明|注解|释义|名词解释)(和|及|与)?(说明|注释|解释)?[】\])）]?(（[^（）]{1,20}）)?[:：]?$|^注[:：]$"
)
_TERM = re.compile(
    r"^(?P<quoted>[“\"「《][^”\"」》]{2,40}[”\"」》][^：:。，,“\"是即指—]{0,14}?)\s*(?:[：:]|——|—|--|，?(?:是指|指|即|是|系))|"
    r"^[“\"「《]?(?P<term>[^：:。，,]{2,40}?)[”\"」》]?\s*(?:[：:]|——|—|--|是指|，?(?:是)?指|，即)"
)
_PAGE_OF_TERM = re.compile(r"[（(]\s*(?:第\s*\d{1,3}|见|p\.?\s*\d)[^（()）]{0,16}[)）]$", re.IGNORECASE)
_QUOTES = str.maketrans("", "", "“”\"「」『』‘’'《》 ")
_RUN_IN_HEADING = re.compile(
    r"(?:附[:：]\s?)?(?:名词解释|术语解释|名词注释|注释|注解)[:：]\s?(?=(?:1|[（(\[]1[)）\]]|①|⒈))"
)
_NEXT_ENTRY = re.compile(r"(?<=[。；;])\s?(?P<digits>\d{1,2})[.．、](?!\d)")
_MARK = re.compile(r"^[\[【(（<]?\s*(?:注\s*)?\d{1,2}\s*[\]】)）>]?\s*[、.．:：]?\s*|^[①-⑳]\s*|^\*\s*")
_EXPLAINS = ("名词", "术语", "用语", "注释", "解释", "释义", "注解", "词语")

# Terms of one section that are looked for in the text, and headings that are tried, from the end.
MAX_TERM_LOOKUPS = 200
MAX_TRIES = 4


def split_glossary(lines: list[Line]) -> tuple[list[Line], Line | None, list[tuple[str, Line]]]:
    """The text, the heading of its 注释 section, and the entries as (term, line); no section: ``(lines, None, [])``."""
    lines = _heading_parted(lines)
    headings = (index for index in range(len(lines) - 2, -1, -1) if _is_glossary_heading(lines[index]))
    for index in islice(headings, MAX_TRIES):
        if entries := _entries(_parted(lines[index + 1 :])):
            return lines[:index], lines[index], entries
    return lines, None, []


def _heading_parted(lines: list[Line]) -> list[Line]:
    """*lines*, with a last line that runs on from its own heading (名词解释：1.板凳会：指……) cut behind it."""
    match = _RUN_IN_HEADING.match(lines[-1].text) if lines else None
    return [*lines[:-1], lines[-1].cut(0, match.end()), lines[-1].cut(match.end())] if match else lines


def _parted(lines: list[Line]) -> list[Line]:
    """*lines*, with entries that stand behind each other in one line (1.……。2.……。) each on its own."""
    parted: list[Line] = []
    for line in lines:
        cuts = [0]
        for match in _NEXT_ENTRY.finditer(line.text):
            number = numbering_of(line.text[cuts[-1] : cuts[-1] + 8])
            if number is not None and int(match["digits"]) == number.value + 1:
                cuts.append(match.start())
        parted.extend(line.cut(start, end) for start, end in pairwise([*cuts, len(line.text)]))
    return [line for line in parted if line.text]


def _is_glossary_heading(line: Line) -> bool:
    text = re.sub(r"\s", "", line.shown)
    return (
        len(text) <= 30 and bool(_HEADING.match(text)) and (text[0] == "注" or any(word in text for word in _EXPLAINS))
    )


def _entries(lines: list[Line]) -> list[tuple[str, Line]]:
    """Entries with their terms; a line without number or term goes on with the entry above it."""
    grouped: list[list[Line]] = []
    for line in lines:
        if _term(line) and (not grouped or _begins_entry(line)):
            grouped.append([line])
        elif grouped:
            grouped[-1].append(line)
        else:
            return []
    return [(_term(group[0]), join_lines(group, "\n")) for group in grouped]


def _begins_entry(line: Line) -> bool:
    mark = _MARK.match(line.shown)
    marked = mark is not None and mark.group() != ""
    return marked or numbering_of(line.shown) is not None or _TERM.match(line.shown) is not None


def _term(line: Line) -> str:
    """The term that an entry explains, without number and quotation marks; ``""`` for a line that explains none."""
    text = line.shown
    number = numbering_of(text)
    text = text[number.end :] if number else _MARK.sub("", text, count=1)
    match = _TERM.match(text)
    return _bare_term(match["quoted"] or match["term"]) if match else ""


def _bare_term(term: str) -> str:
    """“一窗三办” -> 一窗三办; “三新”经济 keeps its quotation marks; （第3页） behind a term is left out."""
    term = _PAGE_OF_TERM.sub("", term.strip())
    whole = re.fullmatch(r"[“\"「《]([^“”\"「」《》]+)[”\"」》]", term)
    return whole[1].strip() if whole else term


def tie(entries: list[tuple[str, Line]], passages: list[Passage]) -> tuple[GlossaryEntry, ...]:
    """The entries with the ordinals of the passages that use their terms."""
    if not entries:
        return ()
    folded = [(passage.ordinal, fold_text(passage.text).translate(_QUOTES)) for passage in passages]
    made = []
    for term, line in entries[:MAX_TERM_LOOKUPS]:
        wanted = fold_text(term).translate(_QUOTES)
        users = tuple(ordinal for ordinal, text in folded if wanted and wanted in text)
        made.append(GlossaryEntry(term, line.text, line.pieces, users))
    return tuple(made)
