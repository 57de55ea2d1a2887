"""What the document promises is what is answered, whatever is sent."""

from __future__ import annotations

from tests.web.api.conftest import CASES, Run


def test_every_answer_is_as_declared(run: Run) -> None:
    assert run.faults[:5] == []


def test_nothing_that_is_sent_makes_the_service_fail(run: Run) -> None:
    assert [each for each in run.counts if each[2] >= 500] == []


def test_as_many_cases_were_tried_as_were_asked_for(run: Run) -> None:
    told = "\n".join(f"{count:6} {' '.join(map(str, each))}" for each, count in sorted(run.counts.items()))
    print(f"{run.counts.total()} cases\n{told}")
    assert run.counts.total() >= CASES
    assert {sort for _, sort, _ in run.counts} == {"positive", "negative", "strange"}
    assert {status for _, sort, status in run.counts if sort == "strange"} == {400}
    assert {status for _, sort, status in run.counts if sort == "positive"} >= {200, 404}
    assert {status for _, sort, status in run.counts if sort == "negative"} >= {400, 405}
