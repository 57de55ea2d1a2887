"""Plain Whoosh opens the index, and finds the same passages in the same order with the same scores as the engine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest
from whoosh import index as whoosh_index
from whoosh import query as whoosh_query
from whoosh import scoring

from indexer.engines import fields, records
from indexer.engines.base import K1, B
from indexer.engines.whoosh import WhooshEngine
from indexer.query import (
    And,
    Either,
    Filter,
    Function,
    Gap,
    MatchAll,
    Not,
    Or,
    Pairs,
    Pattern,
    Phrase,
    Query,
    Term,
    Words,
)
from tests.engines.contract import fill, part
from tests.engines.plain_whoosh import Living, PlainWhoosh, texts_of

if TYPE_CHECKING:
    from indexer.analysis import Analyzer
    from indexer.model import Part, Passage

_WORDS = (
    *("河堤", "泵站", "险情", "群众", "来信", "处理", "环境整治", "工作总结", "办结率", "村民", "示范村", "公厕"),
    *(
        "的",
        "了",
        "以",
        "为抓手",
        "既要",
        "又要",
        "十八条",
        "八条",
        "8条",
        "3、5亿元",
        "35亿元",
        "98.5%",
        "GDP",
        "２０２３年",
    ),
    *("，", "，", "、", "；", "。", "。", "“三清”", "（一）", "使用者", "資訊", "\U00020bb7", "😀"),
)
_ASKED = (
    *("河堤", "群众来信", "环境整治工作", "整治，", "的", "八条", "5亿元", "GDP", "2023年", "使用者", "用户", "堤的"),
    *("办结率98.5%", "河堤泵站险情群众", "没有的话", "“三清”", "。", "\U00020bb7", "示范村公厕的村民"),
)
_PATTERNS = (
    Pattern((("以",), Gap(1, 12), ("为抓手",))),
    Pattern((("既要", "以"), Gap(0, 9, pause=True), ("又要", "的")), "sentence"),
    Pattern((("河堤",), Gap(0, 40), ("群众", "村民"), Gap(2, 5)), "passage"),
    Pattern((("河堤",), Gap(0, 40, pause=True, parted=True), ("的", "村民")), "passage", paused=True),
)
_FILTERS = (
    Filter("kind", ("总结", "报告")),
    Filter("year", low=1, high=2022),
    Filter("source", ("甲",)),
    Filter("script", ("hant",)),
    Filter("title", ("河堤",)),
    Filter("function", ("closing",)),
    Filter("document", ("p03", "p40")),
    Filter("passage", ("p03-0", "p41-1", "p99-0")),
)


def _library(chance: Random, *, flags: tuple[str, ...] = ()) -> Iterator[Part]:
    """Sixty documents of one to nine passages, some of which have one of *flags*."""
    for number in range(60):
        made = part(
            f"p{number:02}",
            *(_text(chance, 40) for _ in range(chance.randint(1, 9))),
            title=_text(chance, 5),
            path=tuple(_text(chance, 4) for _ in range(chance.randint(0, 2))),
            source=f"{chance.choice('甲乙')}/{number:02}.txt",
            kind=chance.choice(("", "总结", "报告", "讲话")),
            year=chance.choice((0, 2021, 2022, 2023)),
            script=chance.choice(("hans", "hant")),
        )
        yield replace(made, passages=tuple(_flagged(chance, each, flags) for each in made.passages))


def _text(chance: Random, most: int) -> str:
    return "".join(chance.choices(_WORDS, k=chance.randint(1, most)))


def _flagged(chance: Random, passage: Passage, flags: tuple[str, ...]) -> Passage:
    functions = chance.choice(((), (), ("closing",), ("plans", "closing")))
    return replace(passage, flags=tuple(chance.choices(("", *flags)) if flags else ()), functions=functions)  # type: ignore[arg-type]


def _every_kind() -> Iterator[Query]:
    """Each kind of query that Whoosh can express, alone."""
    for text in _ASKED:
        yield from (Term(text), Phrase(text), Words(text, 1), Words(text, 2), Pairs(text, 1), Pairs(text, 3))
    yield from _PATTERNS
    yield from _FILTERS
    yield from (Function("closing", "工作总结"), Function("plans", "八条"), Not(Term("的")), MatchAll())


def _trees(chance: Random, count: int) -> Iterator[Query]:
    leaves = list(_every_kind())
    for _ in range(count):
        yield _tree(chance, leaves, 2)


def _tree(chance: Random, leaves: list[Query], depth: int) -> Query:
    if not depth or chance.random() < 0.2:
        return chance.choice(leaves)
    children = tuple(_tree(chance, leaves, depth - 1) for _ in range(chance.randint(2, 3)))
    kinds = (And, Or, Either, And, lambda own: Or(own, 2), lambda own: And((own[0], Not(own[1]), *_FILTERS[:1])))
    return chance.choice(kinds)(children)


@contextmanager
def _opened(folder: Path, analyzer: Analyzer, weighting: scoring.WeightingModel) -> Iterator[PlainWhoosh]:
    # Without a schema, Whoosh takes the one that is in the index.
    plain = whoosh_index.open_dir(str(folder))
    assert plain.schema == fields.schema()
    with plain.searcher(weighting=weighting) as searcher:
        yield PlainWhoosh(searcher, analyzer)
    plain.close()


def _same(engine: WhooshEngine, plain: PlainWhoosh, query: Query) -> int:
    """Compare one query; how many passages it finds. What scores alike may stand in any order."""
    expected = plain.scores(query)
    hits = engine.search(query, limit=10_000).hits
    scores = dict(expected)
    assert {hit.id: hit.score for hit in hits} == pytest.approx(scores, abs=1e-9, rel=0), query
    own = [scores[hit.id] for hit in hits]
    assert own == pytest.approx([score for _, score in expected], abs=1e-9, rel=0), query
    return len(hits)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, analyzer: Analyzer) -> Path:
    """An index of one segment, nothing of it deleted."""
    folder = tmp_path_factory.mktemp("whole")
    engine = WhooshEngine.create(folder, analyzer=analyzer)
    fill(engine, *_library(Random(1)))  # noqa: S311 - a repeatable choice, not a secret
    engine.close()
    return folder


@pytest.fixture(scope="module")
def deleted(tmp_path_factory: pytest.TempPathFactory, analyzer: Analyzer) -> tuple[Path, dict[str, float]]:
    """An index of several segments, passages deleted in each, some not whole, some converted; and the quality of each."""
    folder = tmp_path_factory.mktemp("deleted")
    engine = WhooshEngine.create(folder, analyzer=analyzer)
    parts = list(_library(Random(2), flags=("cut", "gap", "converted")))  # noqa: S311
    for low, high in ((0, 34), (34, 50), (50, 56), (56, 60)):
        fill(engine, *parts[low:high])
    with engine.writing() as writer:
        for number in (1, 4, 9, 35, 36, 51, 57):
            assert writer.delete_source(parts[number].source)
    engine.close()
    qualities = {f"{own.id}-{each.ordinal}": records.quality(each) / 100 for own in parts for each in own.passages}
    return folder, qualities


def test_every_kind_of_query_gives_the_same_as_stock_whoosh(whole: Path, analyzer: Analyzer) -> None:
    engine = WhooshEngine(whole, analyzer=analyzer)
    with _opened(whole, analyzer, scoring.BM25F(B=B, K1=K1)) as plain:
        found = [_same(engine, plain, query) for query in _every_kind()]
    assert sum(map(bool, found)) > 0.5 * len(found)


def test_trees_of_queries_give_the_same_as_stock_whoosh(whole: Path, analyzer: Analyzer) -> None:
    engine = WhooshEngine(whole, analyzer=analyzer)
    with _opened(whole, analyzer, scoring.BM25F(B=B, K1=K1)) as plain:
        found = [_same(engine, plain, query) for query in _trees(Random(3), 50)]  # noqa: S311
    assert sum(map(bool, found)) > 0.5 * len(found)


def test_several_segments_with_deletions_give_the_same_as_whoosh(
    deleted: tuple[Path, dict[str, float]], analyzer: Analyzer
) -> None:
    folder, qualities = deleted
    engine = WhooshEngine(folder, analyzer=analyzer)
    with _opened(folder, analyzer, Living(qualities)) as plain:
        assert len(whoosh_index.open_dir(str(folder))._segments()) > 1
        for query in (*_every_kind(), *_trees(Random(4), 15)):  # noqa: S311
            _same(engine, plain, query)


def test_whoosh_stores_the_records_that_the_engine_shows(
    deleted: tuple[Path, dict[str, float]], analyzer: Analyzer
) -> None:
    folder, _ = deleted
    engine = WhooshEngine(folder, analyzer=analyzer)
    with _opened(folder, analyzer, scoring.BM25F()) as plain:
        stored = plain.records()
    assert engine.count(MatchAll()) == len(stored)
    assert engine.passages(stored) == list(stored.values())


def test_whoosh_reads_the_positions_that_each_character_has(
    deleted: tuple[Path, dict[str, float]], analyzer: Analyzer
) -> None:
    folder, _ = deleted
    with _opened(folder, analyzer, scoring.BM25F()) as plain:
        rows = {id: fields.in_one_row(texts_of(own).rows(analyzer)) for id, own in plain.records().items()}
        for letter in ("堤", "的", ",", "3", "\U00020bb7", fields.EDGE, fields.PARTED):
            expected = {id: {token.position for token in row if token.text == letter} for id, row in rows.items()}
            assert plain.positions(letter) == {id: own for id, own in expected.items() if own}


def test_whoosh_can_skip_within_lists_and_walk_through_terms(whole: Path) -> None:
    plain = whoosh_index.open_dir(str(whole), schema=fields.schema())
    with plain.searcher(weighting=scoring.BM25F(B=B, K1=K1)) as searcher:
        words = [whoosh_query.Term("body", word.encode()) for word in ("河堤", "泵站", "险情")]
        for query in (words[0], whoosh_query.Or(words), whoosh_query.And(words)):
            # The best ten come by skipping what cannot be among them.
            every = searcher.search(query, limit=None).top_n
            assert sorted(searcher.search(query, limit=10).top_n, key=lambda hit: (-hit[0], hit[1])) == every[:10]
        reader = searcher.reader()
        assert set(reader.indexed_field_names()) == {"title", "heading", "body", "grams", "chars", "title_chars"}
        terms = [text for name, text in reader.all_terms() if name == "body"]
        assert terms == sorted(terms)
        assert list(reader.expand_prefix("body", "河".encode())) == ["河堤".encode()]
        assert reader.doc_frequency("body", "河堤".encode()) == len(searcher.search(words[0], limit=None).top_n)
    plain.close()
