"""A run holds what the plain functions say of one passage at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import example, given, settings
from whoosh.util.numeric import length_to_byte

from indexer.copies import SIGNATURE_BYTES
from indexer.engines import records
from indexer.engines.inverting import Inverter
from indexer.engines.runs import blob, document_in, names_of
from tests.engines.contract import FLOODS, LETTERS, SEVENTH, part
from tests.engines.plainly import all_held, asked, held, parts, tokens

if TYPE_CHECKING:
    from indexer.analysis import Analyzer
    from indexer.engines.runs import Run
    from indexer.model import Part


def inverted(of_all: list[Part], analyzer: Analyzer) -> Run:
    inverter = Inverter(analyzer)
    for each in of_all:
        inverter.add(each)
    return inverter.run()


@settings(max_examples=100)
@given(given=parts())
@example(given=[])
@example(given=[part("a", "十八条3、5亿元，３.５亿元。", title="")])
@example(given=[SEVENTH])
def test_every_posting_has_its_passages_counts_and_positions(given: list[Part], analyzer: Analyzer) -> None:
    run = inverted(given, analyzer)
    expected = asked(given, analyzer)
    for name, own in all_held(run).items():
        assert list(own.items()) == list(expected[name].items()), name


@settings(max_examples=30)
@given(given=parts())
def test_lengths_are_those_of_the_tokens_in_one_byte(given: list[Part], analyzer: Analyzer) -> None:
    run = inverted(given, analyzer)
    texts = [records.texts(each, passage) for each in given for passage in each.passages]
    for name in ("title", "heading", "body", "grams"):
        sizes = [tokens(own, analyzer)[name].total() for own in texts]
        assert run[f"{name}.lengths"].tolist() == list(map(length_to_byte, sizes))


@settings(max_examples=30)
@given(given=parts())
def test_records_and_columns_are_those_of_the_parts(given: list[Part], analyzer: Analyzer) -> None:
    run = inverted(given, analyzer)
    passages = [(each, passage) for each in given for passage in each.passages]
    expected = [record for each in given for record in records.passage_records(each)]
    numbers = run["passage.part"].tolist()
    assert [given[number].id for number in numbers] == [each.id for each, _ in passages]
    outlines = [document_in(run, number) for number in range(len(given))]
    assert outlines == list(map(records.document_record, given))
    kept = [blob(run, "passage.records", row) for row in range(len(passages))]
    assert [records.passage_of(own, outlines[n]) for own, n in zip(kept, numbers, strict=True)] == expected
    assert run["passage.quality"].tolist() == [records.quality(passage) for _, passage in passages]
    signatures = run["passage.signature"].reshape(-1, SIGNATURE_BYTES)
    assert [own.tobytes() for own in signatures] == [records.copy_signature(passage) for _, passage in passages]
    for name in ("source", "kind"):
        names = names_of(run, name)
        assert [names[code] for code in run[f"part.{name}"].tolist()] == [getattr(each, name) for each in given]


def test_parts_are_found_by_their_ids_in_order(analyzer: Analyzer) -> None:
    run = inverted([part(id, FLOODS, LETTERS) for id in ("d-10", "d-2", "b", "长")], analyzer)
    assert run["part.starts"].tolist() == [0, 2, 4, 6]
    assert run["part.ids"][run["part.order"]].tolist() == [b"b", b"d-10", b"d-2", "长".encode()]


def test_dates_are_kept_as_numbers_that_sort_as_they_do(analyzer: Analyzer) -> None:
    given = [
        part(f"{number}", FLOODS, date=date, year=year)
        for number, (date, year) in enumerate([("", 0), ("", 2023), ("2023-05", 2023), ("2023-05-01", 2023)])
    ]
    assert inverted(given, analyzer)["part.newest"].tolist() == [0, 20_230_000, 20_230_500, 20_230_501]


def test_a_sign_that_parts_two_numbers_is_marked_at_the_first_of_them(analyzer: Analyzer) -> None:
    run = inverted([part("a", "投3、5亿，十、八条，3.5，三，a", title="")], analyzer)
    # 投 1, 3 2, 5 3, 亿 4, 十 5, 八 6, 条 7, 3 8, 5 9, 三 10; the row begins at GAP, behind the empty title.
    ((_, count, places),) = held(run, "chars")[b"\x1f"]
    assert (count, [place - 100 for place in places]) == (3, [2, 5, 9])
