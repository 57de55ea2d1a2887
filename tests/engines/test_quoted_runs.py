"""Every run of two to six characters of a passage, quoted, finds that passage: real text and the sample library."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import pytest

from indexer.analysis import Analyzer, default_analyzer
from indexer.engines.whoosh import WhooshEngine
from indexer.model import Document, Part, Source
from indexer.parsers import parse as parse_source
from indexer.parsers.plain import text_blocks
from indexer.query import And, Filter, parse
from indexer.structure import parts

ROOT = Path(__file__).parents[2]
PARAGRAPHS = ROOT.parent / "shared" / "data" / "paras_100k.jsonl.gz"
QUOTES = (('"', '"'), ("“", "”"), ("「", "」"), ("『", "』"))
RUNS_OF_A_PASSAGE = 12


@pytest.fixture(scope="module")
def analyzer() -> Analyzer:
    return default_analyzer()


def samples() -> Iterator[Part]:
    for path in sorted((ROOT / "corpus").rglob("*.txt")):
        for document in parse_source(Source(path, path.name), path.read_bytes()):
            assert isinstance(document, Document)
            yield from parts(document)


def real() -> Iterator[Part]:
    if not PARAGRAPHS.exists():
        pytest.skip("the real paragraphs (../shared/data/paras_100k.jsonl.gz) are not here")
    with gzip.open(PARAGRAPHS, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(islice(lines, 0, 100_000, 400)):
            text = json.loads(line)["text"]
            yield from parts(Document(f"{number}.txt", text, text_blocks(text)))


def quoted(run: str) -> str:
    opening, closing = next(pair for pair in QUOTES if not set(pair) & set(run))
    return f"{opening}{run}{closing}"


def runs(text: str, chance: random.Random) -> Iterator[str]:
    for _ in range(RUNS_OF_A_PASSAGE):
        start = chance.randrange(max(1, len(text) - 2))
        run = text[start : start + chance.randint(2, 6)]
        # Blanks and what has no width cannot be looked for; a quotation of nothing else is no quotation.
        if len(run) >= 2 and any(character.isprintable() and not character.isspace() for character in run):
            yield run


@pytest.mark.parametrize("texts", [samples, real])
def test_every_run_of_a_passage_quoted_finds_it(
    texts: Callable[[], Iterator[Part]], analyzer: Analyzer, tmp_path: Path
) -> None:
    found = list(texts())
    engine = WhooshEngine.create(tmp_path, analyzer=analyzer)
    with engine.writing() as writer:
        for part in found:
            writer.add(part)
    chance = random.Random(20)  # noqa: S311 - a repeatable choice, not a secret
    lost = []
    asked = 0
    for part in found:
        for passage in part.passages:
            for run in runs(passage.text, chance):
                query = And((parse(quoted(run)).query, Filter("document", (part.id,))))
                ids = {match.id for match in engine.search(query, limit=1000).hits}
                asked += 1
                if f"{part.id}-{passage.ordinal}" not in ids:
                    lost.append(run)
    engine.close()
    assert asked > 1000
    assert lost == []
