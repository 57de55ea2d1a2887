"""What a passage does in its document: 开头 结尾 存在问题 下一步打算 成绩 做法 表态.

Three things tell it: the nearest heading that says so, the place in the part, and cue words of the text itself. A
wrong function costs a writer more than a missing one, so a cue counts only where it is nearly always right.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType

from indexer.model import FUNCTION_NAMES, Function, Part, Passage
from indexer.structure import cues
from indexer.structure.numbering import numbering_of
from indexer.text import fold_text

# In a shorter part every passage is both near the beginning and near the end.
LEAST_FOR_PLACE = 3
# Before the first heading there may be a salutation, an introduction and a sentence that leads on; more is no opening.
MOST_BEFORE_HEADINGS = 3
MOST_CLOSING = 3
HEADING_MAX = 36
_CONTENT: frozenset[Function] = frozenset({"problems", "plans", "achievements", "measures"})
SHORTEST_OPENING = 20

# Kinds that tell what was done: in the others, and in texts of no known kind, 建立……机制 may be an order and 增长 8% a target.
_REPORTS = frozenset(
    {
        "政府工作报告",
        "工作报告",
        "述职报告",
        "总结",
        "汇报",
        "报告",
        "经验材料",
        "简报",
        "通报",
        "调研报告",
        "心得体会",
    }
)


@dataclass(frozen=True)
class _Told:
    """What the headings above a passage say. ``review``: it looks back, but not whether it tells results or practice."""

    functions: frozenset[Function] = frozenset()
    review: bool = False


_NOTHING_TOLD = _Told()


def with_functions(part: Part) -> Part:
    """*part* with the functions of its passages; entries of 注释 have none. Linear in the length of the text."""
    return replace(part, passages=functions_told(part.passages, part.kind))


def functions_told(
    passages: Sequence[Passage], kind: str, *, folded: Mapping[str, str] = MappingProxyType({})
) -> tuple[Passage, ...]:
    """*passages*, all that a part of this kind has, with their functions. ``folded``: texts that are folded already."""
    body = [passage for passage in passages if _is_body(passage)]
    texts = {passage.ordinal: _plain(passage.text, folded.get(passage.text)) for passage in body}
    placed = _placed(body, texts)
    found: dict[int, tuple[Function, ...]] = {}
    for passage in body:
        text = texts[passage.ordinal]
        manner = _manner(passage, text) | placed.get(passage.ordinal, set())
        content = _content(passage, text, kind, closing="closing" in manner)
        found[passage.ordinal] = tuple(name for name in FUNCTION_NAMES if name in manner | content)
    return tuple(_with(passage, found.get(passage.ordinal, ())) for passage in passages)


def _with(passage: Passage, functions: tuple[Function, ...]) -> Passage:
    return passage if passage.functions == functions else replace(passage, functions=functions)


def _is_body(passage: Passage) -> bool:
    return "glossary" not in passage.flags and "heading_only" not in passage.flags


def _plain(text: str, folded: str | None = None) -> str:
    """Folded, without blanks and without the number in front; a new line ends a sentence. A *folded* text is of one line."""
    if folded is None:
        folded = fold_text(text.strip().replace("\n", "。"))
    plain = folded.replace(" ", "").replace("计画", "计划")
    number = numbering_of(plain)
    return plain[number.end :] if number else plain


# What the passage is about: problems, plans, achievements, measures


def _content(passage: Passage, text: str, kind: str, *, closing: bool) -> frozenset[Function]:
    """Problems, plans, achievements, measures: how the text itself begins, else its headings, else other cue words."""
    told = _told(passage.heading_path, kind)
    leading = _leading(text)
    if leading is not None:
        return frozenset({leading})
    content = told.functions & _CONTENT
    if closing:
        # 同志们，…… at the end stands under the last heading, but says nothing of it.
        return _borne_out(content, text)
    if len(content) > 1:
        return _borne_out(content, text) or content
    return content or _cued(text, review=told.review, report=kind in _REPORTS)


def _told(path: Sequence[str], kind: str) -> _Told:
    """What the nearest heading says that says anything."""
    for heading in reversed(path):
        told = _told_by(_bare(heading), kind)
        if told != _NOTHING_TOLD:
            return told
    return _NOTHING_TOLD


# A heading stands above many passages, and 存在的问题 in many documents. Longer ones than HEADING_MAX tell nothing.
@lru_cache(maxsize=1024)
def _told_by(bare: str, kind: str) -> _Told:
    functions = _heading_functions(bare, kind)
    return _Told(functions, review=not functions and bool(cues.REVIEW_HEADING.search(bare)))


def _bare(heading: str) -> str:
    return _bare_of_short(heading) if len(heading) <= 2 * HEADING_MAX else ""


@lru_cache(maxsize=1024)
def _bare_of_short(heading: str) -> str:
    return _plain(heading).strip("。:;,!?\"'()[]")


def _heading_functions(bare: str, kind: str) -> frozenset[Function]:
    """The functions that a heading names: 存在的问题及下一步打算 names two."""
    if not 0 < len(bare) <= HEADING_MAX:
        return frozenset()
    ahead = cues.PLANS_HEADING.search(bare) or (kind in _REPORTS and cues.REPORTED_PLANS_HEADING.search(bare))
    plans = bool(ahead) and not cues.NOT_PLANS.search(bare)
    names: dict[Function, bool] = {
        "plans": plans,
        "problems": _names(bare, cues.PROBLEMS_HEADING, cues.NOT_PROBLEMS),
        "achievements": not plans and _names(bare, cues.ACHIEVEMENTS_HEADING, cues.NOT_ACHIEVEMENTS),
        "measures": not plans and bool(cues.MEASURES_HEADING.search(bare)),
        "opening": bool(cues.OPENING_HEADING.search(bare)),
        "closing": bool(cues.CLOSING_HEADING.search(bare)),
        "pledge": _names(bare, cues.PLEDGE_HEADING, cues.NOT_PLEDGE),
    }
    return frozenset(name for name, holds in names.items() if holds)


def _names(bare: str, pattern: re.Pattern[str], unless: re.Pattern[str]) -> bool:
    return bool(pattern.search(bare)) and not unless.search(bare)


def _leading(text: str) -> Function | None:
    """What the first sentence turns to, whatever heading it stands under (下一步，我们将……)."""
    head = text[:140]
    # All that leads stands at the very beginning.
    if cues.LEADING_PROBLEMS.match(head) and not cues.AGAINST.search(head[:24]):
        return "problems"
    return "plans" if cues.LEADING_PLANS.match(head) and not cues.NOT_LEADING_PLANS.match(head) else None


def _borne_out(told: frozenset[Function], text: str) -> frozenset[Function]:
    """Of the functions that headings name, those of which the text itself has a sign."""
    signs: dict[Function, bool] = {
        "problems": bool(cues.PROBLEMS_SENTENCE.search(text) or cues.LACK.search(text)),
        "plans": bool(cues.TARGET.search(text)),
        "achievements": bool(cues.RESULT.search(text) or cues.FIGURE.search(text)),
        "measures": bool(cues.PRACTICE.search(text) or cues.LISTED.search(text)),
    }
    return frozenset(name for name in told if signs[name])


def _cued(text: str, *, review: bool, report: bool) -> frozenset[Function]:
    """What the words alone tell; results and practice only in a text that reports."""
    found: set[Function] = set()
    if _tells_problems(text):
        found.add("problems")
    if _tells_plans(text):
        found.add("plans")
    if (report or review) and not found:
        if _tells_achievements(text, review=review):
            found.add("achievements")
        if _tells_measures(text, review=review):
            found.add("measures")
    return frozenset(found)


def _tells_problems(text: str) -> bool:
    match = cues.PROBLEMS_SENTENCE.search(text)
    if match and not (cues.AGAINST.search(match.group()) or cues.SUPPOSED.search(match.group())):
        return _weighs(text, match.start())
    lacks = len(set(cues.LACK.findall(text)))
    dense = (lacks > 2 and len(text) <= 90 * lacks) or (lacks == 2 and len(text) <= 90)
    return dense and not cues.AGAINST.search(text)


def _tells_plans(text: str) -> bool:
    match = cues.PLANS_SENTENCE.search(text)
    return bool(match) and _weighs(text, match.start() if match else 0)


def _weighs(text: str, start: int) -> bool:
    """Whether what begins at *start* is a good part of the passage, not its last half sentence."""
    return len(text) - start >= max(30, len(text) // 4)


def _tells_achievements(text: str, *, review: bool) -> bool:
    results = len(set(cues.RESULT.findall(text)))
    enough = results >= 2 or (review and results + len(cues.FIGURE.findall(text)) >= 2)
    return enough and 2 * len(cues.TARGET.findall(text)) <= results


def _tells_measures(text: str, *, review: bool) -> bool:
    if cues.LEAD_TO_MEASURES.search(text):
        return True
    practices = len(set(cues.PRACTICE.findall(text)))
    enough = practices >= (2 if review or cues.LISTED.search(text) else 3)
    advises = len(cues.ADVICE.findall(text)) > 1
    return enough and not advises and 3 * len(cues.TARGET.findall(text)) <= practices


# How it speaks: opening, closing, pledge


def _manner(passage: Passage, text: str) -> frozenset[Function]:
    """Opening, closing and pledge by heading or by words that stand nowhere else."""
    found = set(_told(passage.heading_path[-1:], "").functions - _CONTENT)
    if cues.OPENING_AT_END.search(text) and cues.OPENING.search(text[-120:]):
        found.add("opening")
    pleads = "opening" not in found and cues.PLEA_AT_END.search(text)
    if pleads or cues.CLOSING.search(text):
        found.add("closing")
    if _pledges(cues.QUOTED.sub("", text)):
        found.add("pledge")
    return frozenset(found)


def _pledges(text: str) -> bool:
    return bool(cues.PLEDGE.search(text)) and not cues.OTHERS_PLEDGE.search(text)


# Where it stands


def _placed(body: Sequence[Passage], texts: dict[int, str]) -> dict[int, set[Function]]:
    """Opening and closing by place."""
    if len(body) < LEAST_FOR_PLACE:
        return {}
    openings: dict[int, set[Function]] = {one.ordinal: {"opening"} for one in _openings(body, texts)}
    closings: dict[int, set[Function]] = {one.ordinal: {"closing"} for one in _closings(body, texts)}
    return {**openings, **closings}


def _openings(body: Sequence[Passage], texts: dict[int, str]) -> list[Passage]:
    """What stands before the first heading; where there are too many such passages, the first alone."""
    before: list[Passage] = []
    for passage in body:
        if not all(cues.SALUTATION.search(_bare(heading)) for heading in passage.heading_path):
            break
        before.append(passage)
    chosen = before if len(before) <= min(MOST_BEFORE_HEADINGS, len(body) - 1) else before[:1]
    # 现将有关情况报告如下: what follows is the report.
    ends = (index for index, one in enumerate(chosen, 1) if cues.OPENING_AT_END.search(texts[one.ordinal]))
    return [one for one in chosen[: next(ends, len(chosen))] if _reads_as_opening(one.text, texts[one.ordinal])]


def _reads_as_opening(text: str, plain: str) -> bool:
    """Sentences, not a list member, a table row or a field of a record."""
    if cues.OPENING.search(plain) or cues.SALUTATION.search(plain[:20]):
        return True
    return len(plain) >= SHORTEST_OPENING and numbering_of(text.strip()) is None and plain[-1] in '。:!?"'


def _closings(body: Sequence[Passage], texts: dict[int, str]) -> list[Passage]:
    """The last passages, as long as they read like closing words."""
    found: list[Passage] = []
    for passage in reversed(body[-MOST_CLOSING:]):
        text = texts[passage.ordinal]
        if not (cues.CLOSING_BY_PLACE.search(text) or cues.CLOSING.search(text)):
            break
        found.append(passage)
    return found
