"""What everything holds tells nothing: which tokens of a text score."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from indexer.engines import ranking
from indexer.engines.base import COMMON_LEAST, COMMON_SHARE, MANY_SHARE, MANY_TOKENS
from indexer.engines.memory import MemoryEngine
from indexer.engines.whoosh import WhooshEngine
from indexer.query import And, Filter, Or, Phrase, Query, Term, Words
from tests.engines.contract import fill, part

if TYPE_CHECKING:
    from indexer.analysis import Analyzer
    from indexer.engines.base import Engine

# Of forty passages all but four hold 河堤, five hold 泵站 and one of these both.
TEXTS = (
    [f"修整河堤{number}公里。" for number in range(35)]
    + [f"新建泵站{number}座。" for number in range(4)]
    + ["河堤泵站。"]
)


@pytest.fixture(params=["whoosh", "memory"])
def engine(
    request: pytest.FixtureRequest, analyzer: Analyzer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Engine]:
    monkeypatch.setattr(ranking, "COMMON_LEAST", 5)
    engine: Engine = MemoryEngine(analyzer)
    if request.param == "whoosh":
        engine = WhooshEngine.create(tmp_path, analyzer=analyzer)
    fill(engine, *(part(f"p{number:02}", text, title="简报") for number, text in enumerate(TEXTS)))
    yield engine
    engine.close()


def scores(engine: Engine, query: Query) -> dict[str, float]:
    return {hit.document_id: hit.score for hit in engine.search(query, limit=100).hits}


def test_common_tokens_count_beyond_both_a_share_and_a_number() -> None:
    many = int(COMMON_LEAST / COMMON_SHARE)
    assert ranking.telling([COMMON_LEAST, COMMON_LEAST + 1], passages=100) == [True, False]
    assert ranking.telling([COMMON_LEAST + 1, COMMON_LEAST + 2], passages=many + 6) == [True, False]
    assert ranking.telling([COMMON_LEAST + 1, COMMON_LEAST + 2], passages=10 * many) == [True, True]


def test_in_a_text_of_many_tokens_fewer_count_as_telling() -> None:
    at = int(COMMON_LEAST / MANY_SHARE)
    frequencies = [COMMON_LEAST + 9] + [1] * (MANY_TOKENS - 1)
    assert all(ranking.telling(frequencies, passages=at))
    assert ranking.telling([*frequencies, 1], passages=at) == [False, *[True] * MANY_TOKENS]
    assert all(ranking.telling([*frequencies, 1], passages=2 * at))


def test_tokens_that_are_all_common_all_score() -> None:
    assert ranking.telling([COMMON_LEAST + 1, COMMON_LEAST + 9], passages=9) == [True, True]
    assert ranking.telling([], passages=9) == []


def test_words_within_longer_ones_are_inner_unless_they_stand_alone_as_well(analyzer: Analyzer) -> None:
    assert ranking.inner(analyzer.cut("健全长效机制").words) == {"长效", "机制"}
    assert ranking.inner(analyzer.cut("健全长效机制和机制").words) == {"长效"}
    assert ranking.inner(analyzer.cut("整治环境").words) == set()


def test_a_common_word_scores_only_where_its_text_has_no_rarer_one(engine: Engine) -> None:
    both = scores(engine, Words("河堤泵站", 1))
    rare = scores(engine, Words("泵站", 1))
    assert len(both) == 40
    assert {id for id, score in both.items() if score == 0.0} == set(both) - set(rare)
    assert {id: both[id] for id in rare if id != "p39"} == {id: rare[id] for id in rare if id != "p39"}
    # The pair 堤泵 is rarer still.
    assert both["p39"] > rare["p39"] > 0
    assert min(scores(engine, Words("河堤", 1)).values()) > 0
    assert scores(engine, Phrase("河堤")) == scores(engine, Words("河堤", 1))


def test_the_rule_is_for_each_text_of_a_query_by_itself(engine: Engine) -> None:
    one, other = scores(engine, Term("河堤")), scores(engine, Term("泵站"))
    both = scores(engine, And((Term("河堤"), Term("泵站"), Filter("document", ("p39",)))))
    assert both == {"p39": pytest.approx(one["p39"] + other["p39"], abs=1e-12)}
    either = scores(engine, Or((Words("河堤", 1), Words("泵站", 1))))
    assert either == pytest.approx({id: one.get(id, 0.0) + other.get(id, 0.0) for id in either}, abs=1e-12)
    assert len(either) == 40


def test_a_token_that_no_passage_holds_does_not_silence_the_others(engine: Engine) -> None:
    assert scores(engine, Words("河堤险情", 1)) == scores(engine, Words("河堤", 1))
