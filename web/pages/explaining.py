"""How a page was read -> what it says above the results, each thing with a link that undoes it or goes on from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

from indexer.model import UNDERSTANDING_NAMES, Understanding
from indexer.query import Gap, Pattern, parse
from indexer.search import GAPS_TOLD, Page, SearchRequest
from web.pages.links import FIRST_CHOICES, Choice, Links
from web.pages.params import UNDERSTANDINGS

# A choice in a pattern multiplies its sentences: {加强|强化}{组织|领导}… has four.
MOST_SENTENCES = 8
# A pasted sentence with three numbers in it can be written in many ways.
REMARK_LENGTH = 100
# Quotation marks in what fills a gap would end the quotation that it becomes part of; the search does not need them.
_UNQUOTED = str.maketrans("", "", '“”"＂「」『』')


@dataclass(frozen=True, slots=True)
class Remark:
    """A thing that was understood, and what to do about it: ``act`` (撤销, 恢复) leads to ``url``; both may be empty."""

    text: str
    act: str = ""
    url: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What stands above the results.

    ``answered`` says what answered in place of the query as typed, ``remarks`` what was understood beyond its words.
    ``fillers`` stand in two lists, the second folded away; a filler without an address is no link.
    """

    interpreted: str
    answered: tuple[Remark, ...]
    remarks: tuple[Remark, ...]
    offers: tuple[Choice, ...]
    fillers: tuple[tuple[Choice, ...], ...]
    fillers_of: str
    complete_url: str


def explain(page: Page, request: SearchRequest, *, links: Links) -> Explanation:
    """What there is to say of *page*, the answer to *request*."""
    readings = list(_readings(page, request, links=links))
    fresh = replace(request, page=1, copies_of="", off=frozenset())
    return Explanation(
        interpreted=page.interpreted if page.query else "",
        answered=(*(remark for kind, remark in readings if kind == "corrections"), *_relaxed(page)),
        remarks=(
            *(remark for kind, remark in readings if kind != "corrections"),
            *_folded(page, request, links=links),
            *_switched_off(request, links=links),
        ),
        offers=tuple(Choice(offer, links.search(replace(fresh, query=offer))) for offer in page.offers),
        fillers=_fillers(page, fresh, links=links),
        fillers_of=f"最相关的 {GAPS_TOLD} 段里" if page.total > GAPS_TOLD else "",
        complete_url=links.without(request, "fill") if page.partial else "",
    )


def filled(query: str, fillers: Iterable[str]) -> list[str]:
    """*query* with each of *fillers* in its gap, quoted: “以改革创新为抓手”; ``""`` where it is not one pattern with one gap."""
    frames = _frames(query)
    unquoted = (filler.translate(_UNQUOTED) for filler in fillers)
    return [" OR ".join([f"“{before}{filler}{after}”" for before, after in frames]) for filler in unquoted]


def _frames(query: str) -> list[tuple[str, str]]:
    """What stands before and behind the gap of *query*, for each of its sentences."""
    pattern = parse(query).query
    if not isinstance(pattern, Pattern):
        return []
    # Where a comma may stand (Gap(0, 0)) it is found anyway.
    pieces = [piece for piece in pattern.pieces if not isinstance(piece, Gap) or piece.high]
    gaps = [place for place, piece in enumerate(pieces) if isinstance(piece, Gap)]
    sentences = list(product(*(("",) if isinstance(piece, Gap) else piece for piece in pieces)))
    if len(gaps) != 1 or len(sentences) > MOST_SENTENCES:
        return []
    return [("".join(sentence[: gaps[0]]), "".join(sentence[gaps[0] :])) for sentence in sentences]


def _relaxed(page: Page) -> Iterator[Remark]:
    if page.relaxed and page.relaxed.message:
        yield Remark(page.relaxed.message)


def _readings(page: Page, request: SearchRequest, *, links: Links) -> Iterator[tuple[Understanding, Remark]]:
    """One remark for each kind of understanding, however often it was of use."""
    for kind in UNDERSTANDINGS:
        texts = [reading.text for reading in page.readings if reading.kind == kind]
        if texts:
            yield kind, _undo(_cut("；".join(texts)), kind, request, links=links)


def _cut(text: str) -> str:
    return text if len(text) <= REMARK_LENGTH else text[:REMARK_LENGTH] + "…"


def _folded(page: Page, request: SearchRequest, *, links: Links) -> Iterator[Remark]:
    if any(hit.copies for hit in page.hits):
        yield _undo("只有名称、数字不同的段落合并成一条", "copies", request, links=links)


def _undo(text: str, kind: Understanding, request: SearchRequest, *, links: Links) -> Remark:
    return Remark(text, "撤销", links.without(request, kind), UNDERSTANDING_NAMES[kind])


def _switched_off(request: SearchRequest, *, links: Links) -> Iterator[Remark]:
    for kind in UNDERSTANDINGS:
        if kind in request.off:
            again = links.search(replace(request, page=1, off=request.off - {kind}))
            name = UNDERSTANDING_NAMES[kind]
            yield Remark(f"已停用：{name}", "恢复", again, name)


def _fillers(page: Page, fresh: SearchRequest, *, links: Links) -> tuple[tuple[Choice, ...], ...]:
    if not page.fillers:
        return ()
    address = links.varied(fresh)
    sentences = filled(page.searched, (text for text, _ in page.fillers))
    choices = [
        Choice(text, address(q=(sentence,)) if sentence else "", count)
        for (text, count), sentence in zip(page.fillers, sentences, strict=True)
    ]
    return tuple(_parted(choices))


def _parted(choices: Sequence[Choice]) -> Iterable[tuple[Choice, ...]]:
    """The first, and what is folded away unless that is a single one."""
    first = FIRST_CHOICES if len(choices) > FIRST_CHOICES + 1 else len(choices)
    return (part for part in (tuple(choices[:first]), tuple(choices[first:])) if part)
