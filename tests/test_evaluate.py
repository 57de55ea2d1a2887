"""Measuring the search over a judged folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from indexer import evaluate
from indexer.cli import main
from indexer.errors import EvaluationError
from indexer.evaluate import JudgedQuery, Ranking

PASSAGES = [
    {"id": "p1", "title": "信访工作总结", "text": "全年化解信访积案四十一件，领导包案一包到底。"},
    {
        "id": "p2",
        "title": "信访工作总结",
        "heading": "二、存在的问题",
        "text": "基层力量薄弱，遇到集中来访常常捉襟见肘。",
    },
    {"id": "p3", "title": "防汛工作总结", "text": "提前转移低洼地带群众两千余人，未发生人员伤亡。"},
]
QUERIES = [
    {"id": "q1", "text": "信访积案", "class": "keyword"},
    {"id": "q2", "text": "防汛 转移", "class": "keyword"},
    {"id": "q3", "text": "“捉襟见肘”", "class": "quotation"},
    {"id": "q4", "text": "没有评判的检索词"},
]


@pytest.fixture
def judged(tmp_path: Path) -> Path:
    (tmp_path / "passages.jsonl").write_text("".join(json.dumps(one) + "\n" for one in PASSAGES), encoding="utf-8")
    (tmp_path / "queries.jsonl").write_text("".join(json.dumps(one) + "\n" for one in QUERIES), encoding="utf-8")
    (tmp_path / "qrels.tsv").write_text("q1 0 p1 3\nq1 0 p2 0\nq2 0 p3 2\nq3 0 p2 3\nq3 0 p1 1\n", encoding="utf-8")
    return tmp_path


def ranking(name: str, *hits: str, class_name: str = "all") -> Ranking:
    return Ranking(JudgedQuery(name, name, class_name), hits, 1.0)


def test_the_measures_are_those_of_their_definitions() -> None:
    found = evaluate.measure([ranking("q", "b", "x", "a")], {"q": {"a": 3, "b": 1, "c": 2}})
    (row,) = found.rows
    # Gains 2 ** grade - 1 at places 1 and 3, against 7, 3, 1 in the best order.
    ideal = 7 + 3 / 1.5849625 + 1 / 2
    assert row.measures["nDCG@10"] == pytest.approx((1 + 7 / 2) / ideal, abs=1e-6)
    assert row.measures["MRR@10"] == pytest.approx(1 / 3)
    assert row.measures["Recall@50"] == pytest.approx(1 / 2)
    assert row.measures["judged@10"] == pytest.approx(2 / 3)


def test_without_grades_any_judged_passage_counts() -> None:
    found = evaluate.measure([ranking("q", "x", "a")], {"q": {"a": 1}})
    assert found.rows[0].measures["MRR@10"] == 0.5
    assert found.rows[0].measures["Recall@50"] == 1.0


def test_a_query_that_finds_nothing_counts_as_nothing_and_an_unjudged_one_not_at_all() -> None:
    found = evaluate.measure([ranking("q1", "a"), ranking("q2"), ranking("q3", "a")], {"q1": {"a": 1}, "q2": {"b": 1}})
    assert found.rows[0].queries == 2
    assert found.rows[0].measures["MRR@10"] == 0.5


def test_each_class_has_its_row() -> None:
    rankings = [ranking("q1", "a", class_name="keyword"), ranking("q2", "b", class_name="pattern")]
    found = evaluate.measure(rankings, {"q1": {"a": 1}, "q2": {"a": 1}})
    assert [(row.name, row.measures["MRR@10"]) for row in found.rows] == [
        ("all", 0.5),
        ("keyword", 1.0),
        ("pattern", 0.0),
    ]


def test_the_command_prints_a_table_and_writes_a_run(judged: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = judged / "run.trec"
    assert main(["evaluate", str(judged), "--run", str(run)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[:6] == ["class", "n", "nDCG@10", "MRR@10", "Recall@50", "judged@10"]
    # The third query's second passage, which only touches the topic, is not found.
    assert lines[1].split()[:4] == ["all", "3", "0.972", "1.000"]
    assert [line.split()[0] for line in lines[2:]] == ["keyword", "quotation"]
    assert run.read_text(encoding="utf-8").splitlines()[0] == "q1 Q0 p1 1 50.000000 fanwen"


def test_the_command_prints_json(judged: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", str(judged), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["queries"]["q3"]["MRR@10"] == 1.0
    assert found["rows"][0]["queries"] == 3


def test_an_incomplete_folder_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", str(tmp_path)]) == 2
    assert "queries.jsonl" in capsys.readouterr().err


@pytest.mark.parametrize("line", ["q1 p1 3", "q1 0 p1 很好"])
def test_a_bad_line_of_judgments_is_told_with_its_number(judged: Path, line: str) -> None:
    (judged / "qrels.tsv").write_text(f"q1 0 p1 3\n{line}\n", encoding="utf-8")
    with pytest.raises(EvaluationError, match="第 2 行"):
        evaluate.read_judgments(judged)


@pytest.mark.parametrize("line", ["不是 JSON", "[]", '{"id": "q9"}'])
def test_a_bad_line_of_queries_is_told_with_its_number(judged: Path, line: str) -> None:
    with (judged / "queries.jsonl").open("a", encoding="utf-8") as queries:
        queries.write(line + "\n")
    with pytest.raises(EvaluationError, match="第 5 行"):
        evaluate.read_queries(judged)


def test_judgments_of_other_queries_are_told() -> None:
    with pytest.raises(EvaluationError, match="没有一个检索词有评判"):
        evaluate.measure([ranking("q1", "a")], {"q9": {"a": 1}})


def test_a_query_beyond_the_bounds_counts_as_nothing_found_and_is_told(
    judged: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (judged / "queries.jsonl").write_text(json.dumps({"id": "q1", "text": "整治" * 200}) + "\n", encoding="utf-8")
    assert main(["evaluate", str(judged), "--json"]) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["queries"]["q1"]["MRR@10"] == 0.0
    assert "有 1 个检索词超出检索的限制" in said.err
