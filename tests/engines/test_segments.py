"""Segments that are written by whole lists: plain Whoosh opens them, and finds in them what it would have written itself."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from whoosh import index as whoosh_index
from whoosh import scoring
from whoosh.query import And, Or, Term

from indexer.engines.base import BOOSTS, K1, B
from indexer.engines.fields import schema
from indexer.engines.lists import PostingPool
from indexer.engines.whoosh import WhooshEngine
from indexer.query import Words
from tests.engines.contract import FLOODS, LETTERS, fill, part

if TYPE_CHECKING:
    from indexer.analysis import Analyzer

WORDS = ["河堤", "泵站", "险情", "群众", "来信", "处理"]


@pytest.fixture
def folder(tmp_path: Path, analyzer: Analyzer) -> Path:
    """An index of 300 passages in several segments, some of them deleted."""
    engine = WhooshEngine.create(tmp_path, analyzer=analyzer)
    fill(engine, *(part(f"a{n:03}", FLOODS * (n % 3 + 1), LETTERS * (n % 2), title=f"第{n}期") for n in range(140)))
    fill(engine, *(part(f"b{n:03}", LETTERS, FLOODS[: n % 30 + 3]) for n in range(10)))
    with engine.writing() as writer:
        for n in range(0, 60, 7):
            writer.delete_source(f"a{n:03}.txt")
    engine.close()
    return tmp_path


def test_plain_whoosh_finds_and_scores_as_the_engine_does(folder: Path, analyzer: Analyzer) -> None:
    engine = WhooshEngine(folder, analyzer=analyzer)
    plain = whoosh_index.open_dir(str(folder), schema=schema())
    with plain.searcher(weighting=scoring.BM25F(B=B, K1=K1)) as searcher:
        for word in WORDS:
            found = searcher.search(Term("body", word.encode()), limit=None)
            only_body = {hit.docnum: hit.score for hit in found}
            assert only_body
            own = engine.count(Words(word, 1))
            any_field = Or([Term(name, word.encode()) for name in ("title", "heading", "body")])
            assert len(searcher.search(any_field, limit=None)) == own
    scores = engine.search(Words("河堤", 1), limit=500)
    assert scores.total
    assert BOOSTS["body"] == 1.0
    engine.close()
    plain.close()


def test_whoosh_can_skip_and_intersect_in_the_lists(folder: Path) -> None:
    plain = whoosh_index.open_dir(str(folder), schema=schema())
    with plain.searcher() as searcher:
        one, two = Term("body", "河堤".encode()), Term("body", "泵站".encode())
        sets = [{hit.docnum for hit in searcher.search(each, limit=None)} for each in (one, two)]
        both = {hit.docnum for hit in searcher.search(And([one, two]), limit=None)}
        assert both == sets[0] & sets[1] != set()
        # The best ten come by skipping blocks that cannot hold them, which needs the lengths of the blocks to be right.
        every = [hit.docnum for hit in searcher.search(one, limit=None)][:10]
        assert [hit.docnum for hit in searcher.search(one, limit=10)] == every
    plain.close()


POSTINGS = st.lists(
    st.dictionaries(st.sampled_from("的工作总结环境a1"), st.lists(st.integers(0, 9), min_size=1, unique=True)),
    max_size=30,
)


@given(passages=POSTINGS, limit=st.sampled_from([0, 10**9]))
def test_the_pool_gives_back_every_posting_in_order(passages: list[dict[str, list[int]]], limit: int) -> None:
    expected: dict[bytes, list[tuple[int, tuple[int, ...]]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        pool = PostingPool(folder, limit=limit)
        for docnum, passage in enumerate(passages):
            places = {text: sorted(own) for text, own in passage.items()}
            pool.add_places("chars", docnum, places)
            if limit == 0 and docnum % 3 == 2:
                pool.write_run()
            for text, own in places.items():
                expected.setdefault(text.encode(), []).append((docnum, tuple(own)))
        found = {
            term: [
                (int(docnum), tuple(np.frombuffer(value, "<u4").tolist()))
                for docnum, value in zip(own.docnums, own.values(0, len(own.docnums)), strict=True)
            ]
            for _, lists in pool.lists()
            for term, own in lists
        }
        pool.cleanup()
    assert found == expected
    assert list(found) == sorted(found)
