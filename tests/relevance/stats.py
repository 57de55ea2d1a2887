"""Where the wanted passage of each judged query stands, over the sample library.

``python -m tests.relevance.stats`` writes rank_stats.txt: a change in ranking shows in review as a changed number.
A line of queries.tsv is a query and words of the passage that a writer would want for it.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from indexer.analysis import default_analyzer
from indexer.build import build
from indexer.config import load
from indexer.search import Page, Search, SearchRequest

HERE = Path(__file__).parent
QUERIES = HERE / "queries.tsv"
STATS = HERE / "rank_stats.txt"
CORPUS = HERE.parents[1] / "corpus"


def judged() -> list[tuple[str, str]]:
    """The queries with the words of the passage that is wanted."""
    lines = QUERIES.read_text(encoding="utf-8").splitlines()
    return [(query, wanted) for query, wanted in (line.split("\t") for line in lines)]


def stats(search: Search) -> str:
    """A line for each query and their mean reciprocal rank."""
    ranked = [(query, search.search(SearchRequest(query=query)), wanted) for query, wanted in judged()]
    ranks = [_rank(page, wanted) for _, page, wanted in ranked]
    mean = sum(1 / rank for rank in ranks if rank) / len(ranks)
    lines = [_line(query, page, rank) for (query, page, _), rank in zip(ranked, ranks, strict=True)]
    return "".join(lines) + f"MRR@10 {mean:.3f} over {len(ranks)} queries\n"


def _rank(page: Page, wanted: str) -> int:
    return next((place for place, hit in enumerate(page.hits, 1) if wanted in hit.record.text), 0)


def _line(query: str, page: Page, rank: int) -> str:
    step = page.relaxed.step if page.relaxed else "exact"
    first = f"{page.hits[0].record.source} {page.hits[0].place}" if page.hits else "-"
    return f"{rank or '-'}\t{page.total}\t{step}\t{query}\t{first}\n"


def over_samples() -> str:
    """The stats over the sample library, indexed anew."""
    with tempfile.TemporaryDirectory() as folder:
        build(load({"index": Path(folder), "sources": [CORPUS]}, environ={}), analyzer=default_analyzer())
        search = Search(folder=Path(folder))
        try:
            return stats(search)
        finally:
            search.close()


if __name__ == "__main__":
    STATS.write_text(over_samples(), encoding="utf-8")
