"""The heading tree of a part: which lines are headings, which run into their paragraph, and what stands under what."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from indexer.model import Heading
from indexer.structure.lines import CLOSING, Line
from indexer.structure.numbering import ARABIC, HAN_BRACKET, HAN_COMMA, WORD, Numbering, numbering_of

Role = Literal["heading", "run_in", "item", "paragraph"]

# The rank of a heading without a number: above 一、 unless it stands inside a list that goes on after it.
_UNNUMBERED_OUTER = HAN_COMMA - 0.5
_UNNUMBERED_INNER = HAN_BRACKET - 0.5
_REAL_HEADING = -10.0

BARE_MAX = 46
BARE_MAX_LONG = 72
# （一）整屋：拆得有情，留得有根 is a heading; 1、城北办：各项工作都很扎实 tells what somebody said.
LABELLED_MAX = 30
RUN_IN_MAX = {"outer": 60, "inner": 36}
# A longer first sentence is a heading where the list it stands in has such headings.
LONG_RUN_IN_MAX = {"outer": 90, "inner": 64}
AFTER_LONG_HEAD = 30
ORDINAL_MAX = 46
UNNUMBERED_MAX = 24

_SENTENCE_END = re.compile(r"[。！？!?；;]")
_FIGURES = re.compile(r"\d(\.\d+)?\s*(亿|万|%|％|‰|个|件|人|户|次|元|公里|平方|吨|亩|台|处|条|起|名|家|项)")
_NOT_A_HEADING_START = re.compile(r"^(根据|按照|针对|由于|由|对于|鉴于|截至|截止|据统计)")
_NOT_A_LONG_HEADING_START = re.compile(r"^(对|我|今年|去年|近年|目前|截|全年|自|经|据|该|这|本)")
# 首先，我代表镇党委向各位领导表示欢迎: a word to the audience.
_TO_THE_AUDIENCE = re.compile(
    r"^(我(谨|想|要|首先)?代表|我(谨|想|要)向|请允许我|让我们?以|感谢各位|谨(向|代表)|向各位|欢迎各位|很高兴)"
)
_ITEM_ONE = re.compile(r"(?<=[\u4e00-\u9fff])(1[.．、](?!\d)|①(?!②)|[（(][1一][)）])")
_NEXT_IN_LINE = re.compile(r"(?<=[。；;])\s?(\d{1,2})[.．、](?!\d)")
_SPEECH = re.compile(r"(书记|长|主任|主席|同志|记者|经理|代表|委员)[:：]")
_SALUTATION_END = re.compile(r"(代表|委员|领导|同志们?|同事们?|来宾|朋友们?|老师们?|同学们?|评委|大家好)[：:！!]?$")
_NO_HEADING_ENDS = ("，", ",", "、", "】", ")", "）")
_LABEL = re.compile(r"[^\d，。；！？,;:：]{2,16}[：:]")
_LEAD_IN = re.compile(r"如下|以下|下列|下面|现[就将]|分.{0,3}个|为此|主要|[是有为]")
# 时 间：7月4日, 验收方：市文明办: a field of a record, not a heading.
_LABELLED = re.compile(
    r"^(时\s*间|地\s*点|日\s*期|\S{0,3}\s?\S{0,3}\s?方|.{0,6}(人员|对象|单位|部门|电话|邮编|地址|主持人?|记录人?|参加|出席|列席|缺席|名单|姓名|职务|组长|成员))\s*[:：]."
)


@dataclass(frozen=True)
class Entry:
    """A line of a part with what it is.

    ``head_end`` is where the heading ends in a line that runs in (characters of the line); in an item, where one
    would end that is too long to be told without its list.
    """

    line: Line
    role: Role
    number: Numbering | None = None
    head_end: int = 0
    heading: int = -1
    path: tuple[int, ...] = ()


@dataclass
class _Open:
    """The headings that are open at a place of the text, outermost first."""

    stack: list[tuple[float, int]] = field(default_factory=list)

    def close(self, rank: float) -> None:
        while self.stack and self.stack[-1][0] >= rank:
            self.stack.pop()

    @property
    def path(self) -> tuple[int, ...]:
        return tuple(index for _, index in self.stack)


def read_headings(lines: list[Line]) -> tuple[list[Heading], list[Entry]]:
    """The headings of *lines*, and every line as an entry with the path of headings above it."""
    headings: list[Heading] = []
    entries: list[Entry] = []
    opened = _Open()
    numbers = [numbering_of(line.text) for line in lines]
    lowest = _lowest_han_rank(numbers)
    outer = _OuterLists(numbers)
    first_reading = [_entry(lines, numbers, index) for index in range(len(lines))]
    for index, (line, entry) in enumerate(zip(lines, _consistent(first_reading), strict=True)):
        rank = _rank(entry, outer, index)
        opened.close(rank)
        if entry.role in {"heading", "run_in"}:
            level = 1 + len(opened.stack) + _lost_levels(rank, opened, lowest)
            heading = _heading(entry, len(headings), level, opened.path[-1] if opened.stack else -1)
            headings.append(heading)
            opened.stack.append((rank, heading.ordinal))
            entry = Entry(line, entry.role, entry.number, entry.head_end, heading.ordinal, opened.path)
        # Under no heading a line keeps the entry that it has.
        elif entry.head_end or opened.stack:
            entry = Entry(line, entry.role, entry.number, 0, -1, opened.path)
        entries.append(entry)
    return headings, entries


def _consistent(entries: list[Entry]) -> list[Entry]:
    """A lone run-in heading in a list of plain members is a member like them; a long one among headings is a heading."""
    kept = list(entries)
    for members in _lists(entries):
        for index in _long_heads(entries, members):
            kept[index] = Entry(entries[index].line, "run_in", entries[index].number, entries[index].head_end)
        if _ends_in_a_sentence(entries, members):
            kept[members[-1]] = Entry(entries[members[-1]].line, "item", entries[members[-1]].number)
        run_in = [index for index in members if entries[index].role == "run_in"]
        plain = [index for index in members if entries[index].role == "item"]
        if len(run_in) * 3 < len(members) and len(plain) + len(run_in) == len(members):
            for index in run_in:
                kept[index] = Entry(entries[index].line, "item", entries[index].number)
    return kept


def _ends_in_a_sentence(entries: list[Entry], members: list[int]) -> bool:
    """Whether the last of a list of plain sentences looks like a heading only because text follows the list."""
    *others, last = [entries[index] for index in members]
    sentence = last.role == "heading" and last.line.ended and not last.line.level
    return sentence and bool(others) and all(entry.role == "item" for entry in others)


def _long_heads(entries: list[Entry], members: list[int]) -> list[int]:
    """The members of a list whose long first sentence is a heading: most of the others have one, or all are alike."""
    long = [index for index in members if entries[index].role == "item" and entries[index].head_end]
    headed = [index for index in members if entries[index].role in {"run_in", "heading"}]
    outer = all(_rank_of(entries[index]) <= HAN_BRACKET for index in long)
    alike = outer and len(long) == len(members) > 1
    return long if alike or len(headed) * 2 >= len(members) else []


def _lists(entries: list[Entry]) -> list[list[int]]:
    """Indexes of the numbered lines that count up together; an outer number ends the lists inside it."""
    done: list[list[int]] = []
    running: dict[str, list[int]] = {}
    for index, entry in enumerate(entries):
        number = entry.number
        if number is None or number.rank == WORD:
            continue
        for style in [style for style, members in running.items() if _rank_of(entries[members[-1]]) > number.rank]:
            done.append(running.pop(style))
        members = running.get(number.style, [])
        if members and _value_of(entries[members[-1]]) >= number.value:
            done.append(running.pop(number.style))
        running.setdefault(number.style, []).append(index)
    return [*done, *running.values()]


def _rank_of(entry: Entry) -> int:
    return entry.number.rank if entry.number else 0


def _value_of(entry: Entry) -> int:
    return entry.number.value if entry.number else 0


def _lowest_han_rank(numbers: Iterable[Numbering | None]) -> float:
    """The outermost rank of 一、 or （一） that the text uses, or infinity."""
    return min(
        (float(number.rank) for number in numbers if number and number.rank <= HAN_BRACKET), default=float("inf")
    )


def _lost_levels(rank: float, opened: _Open, lowest: float) -> int:
    """1 for a （一） at the top of a text that uses 一、 elsewhere: its own 一、 was lost."""
    return int(not opened.stack and rank == HAN_BRACKET and lowest < HAN_BRACKET)


def _heading(entry: Entry, ordinal: int, level: int, parent: int) -> Heading:
    head = entry.line.cut(0, entry.head_end) if entry.role == "run_in" else entry.line
    return Heading(
        ordinal, min(level, 9), head.shown.rstrip("。：: "), parent, head.pieces, run_in=entry.role == "run_in"
    )


def _rank(entry: Entry, outer: _OuterLists, index: int) -> float:
    """How deep the line stands; a paragraph closes nothing."""
    if entry.line.level:
        return _REAL_HEADING + entry.line.level
    if entry.number:
        # 第一，… on a line of its own stands above 一要… and 一是….
        return float(entry.number.rank) - (0.5 if entry.number.rank == WORD and entry.role == "heading" else 0)
    if entry.role == "heading":
        return _UNNUMBERED_INNER if outer.go_on(index) else _UNNUMBERED_OUTER
    return float("inf")


class _OuterLists:
    """The lists of the outer ranks (第一章, 一、), to tell whether a line stands between two members of one."""

    def __init__(self, numbers: list[Numbering | None]) -> None:
        self._before: list[Numbering | None] = []
        self._last: dict[tuple[str, int], int] = {}
        outer = None
        for index, number in enumerate(numbers):
            self._before.append(outer)
            if number and number.rank <= HAN_COMMA:
                outer = number
                self._last[number.style, number.value] = index

    def go_on(self, index: int) -> bool:
        """Whether the list above line *index* (一、) has its next member (二、) below it."""
        before = self._before[index]
        return before is not None and self._last.get((before.style, before.value + 1), -1) > index


def _entry(lines: list[Line], numbers: list[Numbering | None], index: int) -> Entry:
    line, number = lines[index], numbers[index]
    if line.level and len(line.shown) <= 120:
        return Entry(line, "heading", number)
    if line.kind == "table_row":
        return Entry(line, "paragraph")
    if number is None:
        return Entry(line, "heading" if _is_unnumbered_heading(lines, numbers, index) else "paragraph")
    role, head_end = _numbered_role(lines, numbers, index, number)
    return Entry(line, role, number, head_end)


def _numbered_role(
    lines: list[Line], numbers: list[Numbering | None], index: int, number: Numbering
) -> tuple[Role, int]:
    text = lines[index].text
    rest = text[number.end :]
    if number.rank == WORD:
        return _word_role(lines, index, number)
    if first := _first_item(rest, number):
        return "run_in", number.end + first
    if label := _label(rest):
        return "run_in", number.end + label
    end = _SENTENCE_END.search(rest)
    if end is None:
        return _unended_role(text, rest, number)
    if not rest[end.end() :].strip(CLOSING + " \u3000\xa0"):
        closed = end.group() in "。！!" and _opens_a_section(lines, numbers, index, rest)
        return ("heading", 0) if closed else ("item", 0)
    if head := _spaced_head(rest, end.start()):
        return "run_in", number.end + head
    if end.group() in "；;" or _counts_on(rest[end.end() :], number) or _runs_through(rest, number):
        return "item", 0
    if _is_run_in(rest[: end.start()], number):
        return "run_in", number.end + end.end()
    return "item", number.end + end.end() if _may_be_long_head(rest, end, number) else 0


def _first_item(rest: str, number: Numbering) -> int:
    """Where the first member of an inner list stands right behind a heading (四、有关事项1.参会人员……); 0 where it does not."""
    match = _ITEM_ONE.search(rest[:BARE_MAX]) if number.rank < ARABIC else None
    head = rest[: match.start()] if match else ""
    plain = len(head) >= 2 and not _SENTENCE_END.search(head) and not head.endswith(("第", "、"))
    return len(head) if plain else 0


def _counts_on(after: str, number: Numbering) -> bool:
    """Whether the next member of the list follows in the same line (1.经营困难。2.人才缺乏。): a list, not a heading."""
    following = numbering_of(after.lstrip(" \u3000\xa0，,"))
    return following is not None and (following.rank, following.value) == (number.rank, number.value + 1)


def _runs_through(rest: str, number: Numbering) -> bool:
    """Whether a line holds the whole list that it begins (1.抓项目。……2.抓环境。……)."""
    following = (int(match[1]) for match in _NEXT_IN_LINE.finditer(rest)) if number.rank == ARABIC else iter(())
    return number.value + 1 in following


def _may_be_long_head(rest: str, end: re.Match[str], number: Numbering) -> bool:
    head = rest[: end.start()]
    longest = LONG_RUN_IN_MAX["outer" if number.rank <= HAN_BRACKET else "inner"]
    plain = not re.search(r"[：:]", head) and not _FIGURES.search(head)
    opens = _NOT_A_HEADING_START.match(head) or _NOT_A_LONG_HEADING_START.match(head)
    return len(head) <= longest and plain and not opens and len(rest) - end.end() >= AFTER_LONG_HEAD


def _label(rest: str) -> int:
    """Where a label ends that its paragraph follows (防灾整备：于汛期前完成……); 0 where there is none."""
    match = _LABEL.match(rest)
    return match.end() if match and len(rest) - match.end() >= 15 and not _SPEECH.search(match.group()) else 0


def _unended_role(text: str, rest: str, number: Numbering) -> tuple[Role, int]:
    """A numbered line without any end of sentence: a bare heading, unless it is too long or tells who spoke."""
    if head := _spaced_head(rest, len(rest)):
        return "run_in", number.end + head
    bare = rest.rstrip("：: ")
    labelled = "：" in bare or ":" in bare
    if _SPEECH.search(bare) or (labelled and (number.rank > HAN_BRACKET or len(bare) > LABELLED_MAX)):
        return "item", 0
    longest = BARE_MAX_LONG if number.rank <= HAN_BRACKET or bare != rest else BARE_MAX
    return ("heading", 0) if len(text) <= longest else ("item", 0)


def _opens_a_section(lines: list[Line], numbers: list[Numbering | None], index: int, rest: str) -> bool:
    """A numbered sentence that stands alone is a heading where text without a number, or a deeper list, follows."""
    if len(rest) > BARE_MAX or index + 1 >= len(lines) or _FIGURES.search(rest):
        return False
    here, after = numbers[index], numbers[index + 1]
    return (after is None and len(lines[index + 1].shown) > len(rest)) or (
        after is not None and here is not None and after.rank > here.rank
    )


def _spaced_head(rest: str, limit: int) -> int:
    """Where a heading ends that is parted from its paragraph by spaces only (一、工作回顾　　2023年，……); 0 where it is not."""
    match = re.match(r"[^\s。；！？]{5,40}[ \u3000\xa0]{1,8}(?=\S)", rest[:limit])
    return (
        match.end()
        if match and len(rest) - match.end() >= 40 and not match.group().rstrip().endswith(("，", "、", ","))
        else 0
    )


def _is_run_in(head: str, number: Numbering) -> bool:
    longest = RUN_IN_MAX["outer" if number.rank <= HAN_BRACKET else "inner"]
    if "：" in head or ":" in head:
        return False
    clauses = len(re.findall(r"[，,]", head))
    return (
        len(head) <= longest
        and clauses <= (4 if number.rank <= HAN_BRACKET else 3)
        and not _NOT_A_HEADING_START.match(head)
        and not _FIGURES.search(head)
    )


def _word_role(lines: list[Line], index: int, number: Numbering) -> tuple[Role, int]:
    """一是…, 首先,…: the first sentence is the heading if it is short, else the first clause."""
    text = lines[index].text
    rest = text[number.end :]
    if _TO_THE_AUDIENCE.match(rest):
        return "item", 0
    end = _SENTENCE_END.search(rest)
    if end is None and _stands_above_text(lines, index):
        return "heading", 0
    if end and end.start() <= 26 and len(rest) - end.end() >= 10:
        return ("item", 0) if _counts_on(rest[end.end() :], number) else ("run_in", number.end + end.end())
    clause = re.match(r"[^，,。；;：:]{2,22}(?=[，,：:])", rest)
    if clause and len(rest) - clause.end() >= 12:
        return ("item", 0) if _counts_on(rest[clause.end() :], number) else ("run_in", number.end + clause.end())
    return ("heading", 0) if end is None and len(text) <= 30 and not text.endswith(("：", ":")) else ("item", 0)


def _stands_above_text(lines: list[Line], index: int) -> bool:
    """第一，要提高认识，切实增强责任感 on a line of its own, with its text below."""
    line = lines[index]
    after = lines[index + 1] if index + 1 < len(lines) else None
    short = len(line.shown) <= ORDINAL_MAX and line.final not in "，,、：:"
    return short and after is not None and after.ended and len(after.shown) > len(line.shown)


def _is_unnumbered_heading(lines: list[Line], numbers: list[Numbering | None], index: int) -> bool:
    line = lines[index]
    text = line.shown
    # Most lines end as sentences do; their letters need not be counted.
    if line.kind != "paragraph" or line.ended or text.endswith(_NO_HEADING_ENDS) or re.search(r"[；。]", text):
        return False
    if (
        not 2 <= len(line.key) <= UNNUMBERED_MAX
        or _SALUTATION_END.search(text)
        or (_LABELLED.match(text) and not text.endswith(("：", ":")))
        or not re.search(r"[\u4e00-\u9fff]{2}", text)
    ):
        return False
    if text.endswith(("：", ":")):
        return len(line.key) <= 14 and not _LEAD_IN.search(text)
    follows = index + 1 < len(lines) and (len(lines[index + 1].shown) > 40 or numbers[index + 1] is not None)
    settled = index == 0 or lines[index - 1].ended or len(lines[index - 1].shown) > 40
    return follows and settled
