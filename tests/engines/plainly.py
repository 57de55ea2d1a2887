"""Runs and segments as plain values: invented parts, the postings that arrays hold, and those that parts ask for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np
from hypothesis import strategies as st

from indexer.analysis import Analyzer
from indexer.engines import fields, records
from indexer.engines.base import GRAMS
from indexer.engines.packing import Packed
from indexer.engines.runs import FIELDS, PLACED, Run
from indexer.engines.terms import Terms
from indexer.model import Part
from tests.engines.contract import part

# By term: (passage, how often, positions); positions only where the field has them.
Postings = dict[bytes, list[tuple[int, int, tuple[int, ...]]]]

_PIECES = (
    *("十八条", "3、5", "3.5", "３，５亿元", "8条", "二、三", "三十", "2023—2024年", "①", "½", "98.5%"),
    *("工作总结", "，", "。", "！！", "“三清”", "（一）", "…", "的", "天天", "高质量发展示范区"),
    *("GDP", "ＡＢｃ", "a", "é", "ﬁ", "ß", " ", "\u3000", "\u200b", "\x00", "\n"),
    *("使用者", "資訊", "裡面", "軟體", "臺灣"),
    *("😀", "👍🏽", "\U00020bb7", "\ud800", "\udcff", "\u0301"),
)
TEXTS = st.lists(st.sampled_from(_PIECES), max_size=12).map("".join)


@st.composite
def parts(draw: st.DrawFn, *, most: int = 3) -> list[Part]:
    """Parts with titles, headings and texts full of signs and figures, some of them converted to Traditional script."""
    return [_part(draw, f"d-{number}") for number in range(draw(st.integers(0, most)))]


def _part(draw: st.DrawFn, id: str) -> Part:
    made = part(
        id,
        *draw(st.lists(TEXTS, min_size=1, max_size=3)),
        title=draw(TEXTS),
        path=tuple(draw(st.lists(TEXTS, max_size=2))),
        source=draw(st.sampled_from(["甲.txt", "乙/丙\udcff.txt"])),
        kind=draw(st.sampled_from(["", "总结", "报告"])),
        collection=draw(st.sampled_from(["", "总结三篇"])),
        label="篇2",
    )
    flags = st.sampled_from([(), ("converted",), ("cut", "converted")])
    return replace(made, passages=tuple(replace(each, flags=draw(flags)) for each in made.passages))


def held(arrays: Run, name: str) -> Postings:
    """The postings of a field that *arrays* hold."""
    found: Postings = {}
    docs = Packed(arrays[f"{name}.docs"], arrays[f"{name}.doc_ends"])
    counts = Packed(arrays[f"{name}.counts"], arrays[f"{name}.count_ends"])
    for index, term in enumerate(Terms.read(arrays, name).all()):
        size = int(arrays[f"{name}.sizes"][index])
        own = np.cumsum(docs.numbers(index, size, default=0), dtype=np.int64).tolist()
        often = counts.numbers(index, size, default=1).tolist()
        places = _placed(arrays, name, index, often) if name in PLACED else [()] * size
        found[term] = list(zip(own, often, places, strict=True))
    return found


def _placed(arrays: Run, name: str, index: int, often: list[int]) -> list[tuple[int, ...]]:
    kept = Packed(arrays[f"{name}.places"], arrays[f"{name}.place_ends"])
    places = kept.numbers(index, int(arrays[f"{name}.place_sizes"][index]), default=0).tolist()
    assert len(places) == sum(often)
    return [tuple(places[sum(often[:row]) : sum(often[: row + 1])]) for row in range(len(often))]


def all_held(arrays: Run) -> dict[str, Postings]:
    """The postings of every field."""
    return {name: held(arrays, name) for name in FIELDS}


def asked(of_all: Iterable[Part], analyzer: Analyzer) -> dict[str, Postings]:
    """The postings that *of_all* ask for, one passage at a time."""
    found: dict[str, Postings] = {name: {} for name in FIELDS}
    texts = [records.texts(part, passage) for part in of_all for passage in part.passages]
    for number, own in enumerate(texts):
        for name, counted in {**tokens(own, analyzer), GRAMS: _pairs(own, analyzer)}.items():
            for text, count in counted.items():
                found[name].setdefault(fields.to_bytes(text), []).append((number, count, ()))
        for name in PLACED:
            for text, places in _places(own, name, analyzer).items():
                posting = (number, len(places), tuple(sorted(places)))
                found[name].setdefault(fields.to_bytes(text), []).append(posting)
    return {name: dict(sorted(own.items())) for name, own in found.items()}


def tokens(texts: records.Texts, analyzer: Analyzer) -> Mapping[str, Counter[str]]:
    """The words of the fields that hold words, and the grams."""
    grams = [gram for row in texts.rows(analyzer) for gram in records.grams(row)]
    return {name: Counter(own) for name, own in {**texts.words(analyzer), GRAMS: grams}.items()}


def _pairs(texts: records.Texts, analyzer: Analyzer) -> Mapping[str, int]:
    """Pairs of characters; how often one stands is kept where it scores."""
    scored = tokens(texts, analyzer)[GRAMS]
    return {pair: max(scored[pair], 1) for row in texts.rows(analyzer) for pair in records.pairs(row)}


def _places(texts: records.Texts, name: str, analyzer: Analyzer) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for token in fields.in_one_row(texts.rows(analyzer, title=name == "title_chars")):
        found.setdefault(token.text, set()).add(token.position)
    return found
