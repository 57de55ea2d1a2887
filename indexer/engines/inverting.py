"""Parts -> a run: their postings sorted by term, their columns and their records, as :mod:`indexer.engines.runs` describes.

A run is made of a batch of parts at a time, in the process that read them; passages count from 0 within it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain

import numpy as np

from indexer.analysis import Analyzer
from indexer.cutting import Cuts, Cutting
from indexer.engines import characters, records
from indexer.engines.arrayfile import Array
from indexer.engines.base import GRAMS
from indexer.engines.packing import runs_of
from indexer.engines.runs import PLACED, SCRIPTS, WORDS, blobs, coded, date_number, function_bits, lists
from indexer.engines.terms import Terms
from indexer.model import Part


class Inverter:
    """Gathers parts, and makes a run of them."""

    def __init__(self, analyzer: Analyzer) -> None:
        self._cutting = Cutting(analyzer)
        self._words: dict[str, list[list[int]]] = {name: [] for name in WORDS}
        self._rows = {name: characters.Rows() for name in PLACED}
        self._parts: list[Part] = []
        self._texts: list[records.Texts] = []

    @property
    def passages(self) -> int:
        """How many passages were gathered."""
        return len(self._texts)

    def add(self, part: Part) -> None:
        """Take in a part that has passages."""
        self._parts.append(part)
        for passage in part.passages:
            self._add(records.texts(part, passage))

    def bodies(self) -> Cuts:
        """The words of the text of each passage that was gathered."""
        return self._cutting.cuts(self._words["body"])

    def run(self) -> dict[str, Array]:
        """All that was gathered."""
        passages = [passage for part in self._parts for passage in part.passages]
        found: dict[str, Array] = {}
        for name, texts in self._words.items():
            found |= _postings(name, self._cutting.cuts(texts), len(texts))
        for name, rows in self._rows.items():
            found |= rows.arrays(name)
        found |= self._rows["chars"].grams(GRAMS, len(self._texts))
        found |= _columns(self._parts)
        found |= blobs("passage.records", map(records.kept_passage, passages))
        found |= blobs("part.outlines", map(records.kept_part, self._parts))
        return found | {"passage.signature": records.copy_signatures(passages).reshape(-1)}

    def _add(self, texts: records.Texts) -> None:
        own = {"title": texts.title, "heading": texts.heading, "body": (texts.body,)}
        numbers = {name: self._numbers(each, converted=texts.converted) for name, each in own.items()}
        for name, each in numbers.items():
            self._words[name].append(each)
        self._rows["chars"].add(self._in_rows(texts.all(), chain(*numbers.values()), converted=texts.converted))
        self._rows["title_chars"].add(self._in_rows(texts.title, numbers["title"], converted=texts.converted))
        self._texts.append(texts)

    def _numbers(self, texts: Iterable[str], *, converted: bool) -> list[int]:
        return [self._cutting.number(text, converted=converted) for text in texts]

    def _in_rows(self, texts: Iterable[str], numbers: Iterable[int], *, converted: bool) -> list[str]:
        """See :meth:`indexer.engines.records.Texts.rows`."""
        every = [*numbers, *(self._numbers(texts, converted=False) if converted else ())]
        return list(map(self._cutting.folded, every))


def _postings(name: str, cuts: Cuts, passages: int) -> dict[str, Array]:
    terms = [word.encode("utf-8", "surrogatepass") for word in cuts.words]
    ranked = sorted(range(len(terms)), key=terms.__getitem__)
    rank = np.empty(len(ranked), np.int64)
    rank[ranked] = np.arange(len(ranked))
    postings, counts = runs_of(np.sort(rank[cuts.ids] * max(passages, 1) + cuts.passages))
    numbers, docs = np.divmod(postings, max(passages, 1))
    found, sizes = runs_of(numbers)
    return {
        **Terms.of([terms[ranked[number]] for number in found.tolist()]).arrays(name),
        **lists(name, sizes, docs, counts),
        f"{name}.lengths": coded(np.bincount(cuts.passages, minlength=passages)),
    }


def _columns(parts: Sequence[Part]) -> dict[str, Array]:
    passages = [passage for part in parts for passage in part.passages]
    sizes = np.asarray([len(part.passages) for part in parts], np.int64)
    ids = np.asarray([part.id.encode("utf-8", "surrogatepass") for part in parts], np.bytes_)
    return {
        "passage.part": np.repeat(np.arange(len(parts)), sizes).astype(np.uint32),
        "passage.ordinal": np.asarray([passage.ordinal for passage in passages], np.uint32),
        "passage.functions": np.asarray([function_bits(passage.functions) for passage in passages], np.uint8),
        "passage.quality": np.asarray([records.quality(passage) for passage in passages], np.uint8),
        "part.starts": (np.cumsum(sizes) - sizes).astype(np.uint32),
        "part.ids": ids,
        "part.order": np.argsort(ids, kind="stable").astype(np.uint32),
        "part.ordinal": np.asarray([part.ordinal for part in parts], np.uint32),
        "part.newest": np.asarray([date_number(part) for part in parts], np.int32),
        "part.year": np.asarray([part.year for part in parts], np.int32),
        "part.script": np.asarray([SCRIPTS.index(part.script) for part in parts], np.uint8),
        **_named("source", [part.source for part in parts]),
        **_named("kind", [part.kind for part in parts]),
    }


def _named(name: str, values: Sequence[str]) -> dict[str, Array]:
    numbers: dict[str, int] = {}
    found = [numbers.setdefault(value, len(numbers)) for value in values]
    names = [value.encode("utf-8", "surrogatepass") for value in numbers]
    return {f"part.{name}": np.asarray(found, np.uint32), **blobs(f"{name}.names", names)}
