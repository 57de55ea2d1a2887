"""What stands around the text of a part: its title and the lines above and below it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from indexer.structure.formal import (
    ATTACHMENTS,
    RED_HEAD,
    SALUTATION,
    SENTENCE_SIGNS,
    date_of,
    ends_with_organisation,
    is_addressee,
    is_closing,
    is_date,
    is_dated_organisation,
    is_name,
    is_organisation,
    is_reporter,
    is_speaker,
    issuer_of,
    number_of,
)
from indexer.structure.furniture import Aside, says_title
from indexer.structure.lines import Line, letters
from indexer.structure.metadata import document_number, kind_of_title, title_from_text
from indexer.structure.numbering import numbering_of

OPENING = 16
REPEAT_WITHIN = 12
# The office that signs may stand right under the title; further down such a line is a heading.
OFFICE_WITHIN = 3
# A title that comes twice stands at the top; further down it is a column of a table.
TWICE_WITHIN = 8
# Han characters from which on the title of a web page says more than some line of it.
TELLING_TITLE = 6

# 2016年12月28日在某某区第四届人民代表大会第一次会议上
_MEETING = re.compile(r"^(19|20)\d{2}\s?年\s?[\dx×X*]{1,2}\s?月\s?[\dx×X*]{1,2}\s?日\s?在[^，。；]{4,50}上$")
_BRACKETED = re.compile(r"^[（(][^（()）]{2,60}[)）]$")


@dataclass(frozen=True)
class Front:
    """A part without the lines around its text. ``inferred``: the title was made from the text."""

    title: str
    body: list[Line]
    asides: list[Aside] = field(default_factory=list)
    inferred: bool = False

    @property
    def date(self) -> str:
        """成文日期, as ``YYYY-MM-DD``; ``""`` where the lines around the text tell none."""
        return date_of(self.asides) if self.asides else ""

    @property
    def issuer(self) -> str:
        """发文单位, or ``""``."""
        return issuer_of(self.asides) if self.asides else ""

    @property
    def number(self) -> str:
        """文号, or ``""``."""
        return number_of(self.asides) if self.asides else ""


def read_front(lines: list[Line], meta: Mapping[str, str], *, part_of_collection: bool = False) -> Front:
    """Find the title of *lines*, and set aside what is neither title nor text."""
    index, end = _find_title(lines, meta, first_line_only=part_of_collection)
    body, closing = _split_signature(lines)
    body, attachments = _split_attachments(body)
    body, inner = _inner_signature(body)
    signature = [*attachments, *inner, *closing]
    if index < 0:
        return _untitled(body, meta, signature)
    title = _spaced_out("".join(line.shown for line in lines[index:end]))
    above = [Aside(_reason_above(line), line) for line in lines[:index]]
    rest = body[end:]
    between, rest = _split_between(rest, title)
    asides = [*above, *between, *_repeats(rest, title), *signature]
    return Front(title, _left(rest, asides), asides)


def _untitled(body: list[Line], meta: Mapping[str, str], signature: list[Aside]) -> Front:
    """A text without a line that is its title: the format names one, or the text itself tells."""
    title = meta.get("title", "")
    between, rest = _split_between(body, title)
    asides = [*between, *_repeats(rest, title), *signature]
    body = _left(rest, asides)
    return Front(title or title_from_text(body), body, asides, inferred=not title)


def _left(lines: list[Line], asides: list[Aside]) -> list[Line]:
    taken = {id(aside.line) for aside in asides}
    return [line for line in lines if id(line) not in taken]


def _find_title(lines: list[Line], meta: Mapping[str, str], *, first_line_only: bool) -> tuple[int, int]:
    """The lines ``start:end`` that are the title, or (-1, -1)."""
    opening = _opening(lines)[: 1 if first_line_only else OPENING]
    title_like = [index for index in range(len(opening)) if _is_title_like(lines, index)]
    # The name of an office alone is a letterhead, or the header of its site.
    candidates = [index for index in title_like if not is_organisation(lines[index].shown)] or title_like
    if not candidates:
        return -1, -1
    chosen = _choose(lines, candidates, meta.get("title", ""))
    if chosen < 0:
        return -1, -1
    if first_line_only:
        return chosen, chosen + 1
    start = chosen - _begins_above(lines, chosen)
    return start, chosen + 1 + _continues_below(lines, chosen, candidates)


def _choose(lines: list[Line], candidates: list[int], meta_title: str) -> int:
    """The line that is the title: see the rules; -1 where the title that the format names is better than any line."""
    rules = (_said_twice, _named_by_format, _real_heading, _naming_a_kind)
    chosen = next((found[0] for rule in rules if (found := rule(lines, candidates, meta_title))), None)
    if chosen is not None:
        return chosen
    return -1 if len(re.findall(r"[\u4e00-\u9fff]", meta_title)) >= TELLING_TITLE else candidates[0]


def _said_twice(lines: list[Line], candidates: list[int], _: str) -> list[int]:
    keys = [line.key for line in lines[: OPENING + REPEAT_WITHIN]]
    first = [index for index in candidates if index < TWICE_WITHIN and keys.index(keys[index]) == index]
    return [index for index in first if keys[index] in keys[index + 1 : index + 1 + REPEAT_WITHIN]]


def _named_by_format(lines: list[Line], candidates: list[int], meta_title: str) -> list[int]:
    wanted = letters(meta_title)
    keys = {index: lines[index].key for index in candidates}
    return [index for index, key in keys.items() if wanted and len(key) >= 4 and (key in wanted or wanted in key)]


def _real_heading(lines: list[Line], candidates: list[int], _: str) -> list[int]:
    """The one heading of the first level; where there are several they are chapters."""
    first_level = [line for line in lines if line.level == 1]
    unnumbered = (index for index in candidates if lines[index].level == 1 and not numbering_of(lines[index].shown))
    return list(unnumbered) if len(first_level) == 1 else []


def _naming_a_kind(lines: list[Line], candidates: list[int], _: str) -> list[int]:
    return [
        index
        for index in candidates
        if kind_of_title(lines[index].shown) and not RED_HEAD.match(lines[index].shown) and not lines[index].level > 1
    ]


def _begins_above(lines: list[Line], chosen: int) -> int:
    """1 if the title begins in the line above (青溪县人民政府 / 关于做好防汛工作的通知; 在全县防汛工作 / 会议上的讲话)."""
    above = lines[chosen - 1].shown if chosen else ""
    title = lines[chosen].shown
    if title.startswith("关于"):
        return int(is_organisation(above) and not RED_HEAD.match(above))
    begun = re.match(r"^在|^关于|.{2,24}关于", above) and not kind_of_title(above) and _is_title_like(lines, chosen - 1)
    return int(bool(begun) and not re.match(r"在|\d|—", title) and len(above) + len(title) <= 80)


def _continues_below(lines: list[Line], chosen: int, candidates: list[int]) -> int:
    """1 if the title goes on in the next line (关于做好主汛期 / 防范工作的通知)."""
    title = lines[chosen]
    if chosen + 1 not in candidates or kind_of_title(title.shown) or not title.shown.startswith("关于"):
        return 0
    after = lines[chosen + 1]
    return int(bool(kind_of_title(after.shown)) and len(title.key) + len(after.key) <= 70)


def _opening(lines: list[Line]) -> list[Line]:
    """The lines above the text: up to the first sentence, number or salutation."""
    for index, line in enumerate(lines):
        numbered = numbering_of(line.shown) is not None and not _is_numbered_title(line)
        sentence = len(line.shown) > 20 and bool(SENTENCE_SIGNS.search(line.shown))
        if numbered or sentence or len(line.shown) > 120 or SALUTATION.match(line.shown):
            return lines[:index]
    return lines


def _is_numbered_title(line: Line) -> bool:
    return line.level == 1


def _is_title_like(lines: list[Line], index: int) -> bool:
    line = lines[index]
    text = line.shown
    if (
        line.kind == "table_row"
        or line.final in "。；，、：:;,!！"
        or not 3 <= len(line.key) <= 64
        or text.startswith(("—", "-", "―", "(", "（"))
    ):
        return False
    if is_date(text) or document_number(text):
        return False
    return not (RED_HEAD.match(text) and index + 1 < len(lines)) and not is_speaker(line.shown)


def _reason_above(line: Line) -> str:
    text = line.shown
    formal = document_number(text) or RED_HEAD.match(text) or is_date(text) or is_speaker(text)
    office = len(text) <= 45 and (ends_with_organisation(text) or is_dated_organisation(text))
    return "front" if formal or office else "site"


def _split_between(lines: list[Line], title: str) -> tuple[list[Aside], list[Line]]:
    """The lines between title and text: subtitle, date, speaker, 主送机关, the title once more."""
    asides: list[Aside] = []
    for index, line in enumerate(lines[:OPENING]):
        reason = _reason_between(line, title, first=index < OFFICE_WITHIN)
        if not reason and index + 1 < len(lines) and is_name(line.shown, lines[index + 1].shown):
            reason = "front"
        if not reason:
            return asides, lines[index:]
        asides.append(Aside(reason, line))
    return asides, lines[len(asides) :]


def _reason_between(line: Line, title: str, *, first: bool) -> str:
    text = line.shown
    if title and (says_title(line, title) or _is_shorter_title(line, title)):
        return "title_repeat"
    told = is_date(text) or document_number(text) or is_speaker(text) or is_reporter(text)
    return "front" if told or _is_subtitle(text) or (first and _is_office(line)) or is_addressee(text) else ""


def _is_subtitle(text: str) -> bool:
    """—— and what is special, （在全县大会上的讲话）, 2016年12月28日在……会议上."""
    dashed = len(text) <= 80 and text.startswith(("——", "--", "―", "—"))
    return dashed or bool(_BRACKETED.match(text) or _MEETING.match(text))


def _is_office(line: Line) -> bool:
    return is_organisation(line.shown) and not line.level and numbering_of(line.shown) is None


def _is_shorter_title(line: Line, title: str) -> bool:
    """2016年政府工作报告 below 青溪县2016年政府工作报告."""
    if line.ended or len(line.key) < TELLING_TITLE or not letters(title).endswith(line.key):
        return False
    return numbering_of(line.shown) is None and bool(kind_of_title(line.shown))


def _repeats(lines: list[Line], title: str) -> list[Aside]:
    """Further lines near the top that say the title again."""
    near = (line for line in lines[:REPEAT_WITHIN] if len(line.shown) <= 80 and not numbering_of(line.shown))
    return [Aside("title_repeat", line) for line in near if title and says_title(line, title)]


def _split_signature(lines: list[Line]) -> tuple[list[Line], list[Aside]]:
    """The text, and 落款 (发文机关, date, 抄送) below it."""
    end = len(lines)
    dated = False
    while end > 1 and (kind := _signature_kind(lines[end - 1].shown, dated=dated)):
        dated = dated or kind == "date"
        end -= 1
    return lines[:end], [Aside("signature", line) for line in lines[end:]]


def _signature_kind(text: str, *, dated: bool) -> str:
    """What a line of 落款 is, or ``""``. Names of offices and people sign only above a date; without one they are text."""
    if is_date(text) or is_dated_organisation(text):
        return "date"
    if is_closing(text) or (dated and is_speaker(text)):
        return "closing"
    office = dated and len(text) <= 40 and ends_with_organisation(text) and not SENTENCE_SIGNS.search(text)
    return "office" if office and numbering_of(text) is None else ""


def _inner_signature(lines: list[Line]) -> tuple[list[Line], list[Aside]]:
    """落款 with the text of 附件 below it: an office, and a date under it, in the lower half."""
    for index in range(max(1, len(lines) // 2), len(lines)):
        if is_date(lines[index].shown) and is_organisation(lines[index - 1].shown):
            signed = [Aside("signature", line) for line in lines[index - 1 : index + 1]]
            return [*lines[: index - 1], *lines[index + 1 :]], signed
    return lines, []


def _split_attachments(lines: list[Line]) -> tuple[list[Line], list[Aside]]:
    """The text, and the list of 附件 below it."""
    for start in range(len(lines) - 1, max(0, len(lines) - 12), -1):
        if ATTACHMENTS.match(lines[start].shown):
            listed = lines[start:]
            short = all(len(line.shown) <= 80 and not SENTENCE_SIGNS.search(line.shown) for line in listed)
            return (lines[:start], [Aside("attachment", line) for line in listed]) if short else (lines, [])
        if numbering_of(lines[start].shown) is None:
            break
    return lines, []


def _spaced_out(title: str) -> str:
    """政 府 工 作 报 告 -> 政府工作报告."""
    return re.sub(r"(?<=\S)\s+(?=\S)", "", title) if re.fullmatch(r"(\S\s+){2,}\S", title) else title
