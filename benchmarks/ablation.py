"""What each part of the search gives: the judged queries of a folder without it, compared query by query.

``python -m benchmarks.ablation FOLDER [--every N]`` indexes the passages once, and prints for each variant nDCG@10, MRR@10
and Recall@50, the difference of the set's own measure to the whole (nDCG@10 where judgments have grades, else MRR@10), and the
p of a paired randomization test with 10,000 random signs: the chance that as large a difference comes about by luck alone.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args
from unittest import mock

import numpy as np

from indexer import evaluate
from indexer.analysis import default_analyzer
from indexer.engines import base, matching, ranking, scoring
from indexer.model import Understanding
from indexer.search import Search

SIGNS = 10_000
SHOWN = ("nDCG@10", "MRR@10", "Recall@50")


@dataclass(frozen=True, slots=True)
class Variant:
    """The search without one of its parts: kinds of understanding that are off, or other weights."""

    name: str
    off: frozenset[Understanding] = frozenset()
    boosts: Mapping[str, float] = field(default_factory=dict)
    b: float = base.B
    inner: float = base.INNER
    paused: float = base.PAUSED


def variants() -> list[Variant]:
    """The whole first, then each part left out."""
    kinds: Sequence[Understanding] = get_args(Understanding)
    left_out = [Variant(f"without {kind}", off=frozenset({kind})) for kind in kinds if kind != "copies"]
    weights = [
        Variant("without letters and pairs", boosts={base.GRAMS: 0.0}),
        Variant("without titles", boosts={"title": 0.0}),
        Variant("without headings", boosts={"heading": 0.0}),
        Variant("b 0.75", b=0.75),
        Variant("words within words as others", inner=1.0),
        Variant("without typed pauses", paused=0.0),
    ]
    return [Variant("whole"), *left_out, *weights]


@contextmanager
def weighted(variant: Variant) -> Iterator[None]:
    """The engine with the weights of *variant*."""
    with (
        mock.patch.dict(base.BOOSTS, variant.boosts),
        mock.patch.object(ranking, "B", variant.b),
        mock.patch.object(scoring, "INNER", variant.inner),
        mock.patch.object(matching, "PAUSED", variant.paused),
    ):
        yield


def p_value(first: Sequence[float], second: Sequence[float]) -> float:
    """The share of random signs that give the paired differences a mean as far from 0 as theirs."""
    differences = np.asarray(first) - np.asarray(second)
    signs = np.random.default_rng(20).choice([-1.0, 1.0], size=(SIGNS, len(differences)))
    means = np.abs((signs * differences).mean(axis=1))
    return float((means >= abs(differences.mean()) - 1e-12).mean())


def rows(folder: Path, *, every: int) -> Iterator[str]:
    """The lines of the table."""
    queries = evaluate.read_queries(folder)[::every]
    judgments = evaluate.read_judgments(folder)
    analyzer = default_analyzer()
    with tempfile.TemporaryDirectory() as index:
        names = evaluate.index_passages(folder, Path(index), analyzer)
        whole: list[float] = []
        for variant in variants():
            with weighted(variant):
                # Opened anew: what an open index has worked out of lengths and counts holds the weights of the time.
                search = Search(folder=Path(index), analyzer=analyzer)
                rankings = evaluate.rank(search, queries, names, collapse=False, off=variant.off)
                search.close()
            found = evaluate.measure(rankings, judgments)
            own = "nDCG@10" if len(found.rows) > 1 else "MRR@10"
            values = [found.by_query[ranking.query.id][own] for ranking in found.rankings]
            whole = whole or values
            yield _line(variant, found.rows[0], values, whole)


def _line(variant: Variant, row: evaluate.Row, values: Sequence[float], whole: Sequence[float]) -> str:
    measures = "".join(f"{row.measures[name]:8.3f}" for name in SHOWN)
    difference = float(np.mean(values) - np.mean(whole))
    return f"{variant.name:28}{measures}{difference:+9.3f}{p_value(values, whole):8.3f}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--every", type=int, default=1, help="take every n-th query only")
    given = parser.parse_args()
    print(f"{'':28}{'nDCG':>8}{'MRR':>8}{'R@50':>8}{'diff':>9}{'p':>8}")
    for line in rows(given.folder, every=given.every):
        print(line, flush=True)


if __name__ == "__main__":
    main()
