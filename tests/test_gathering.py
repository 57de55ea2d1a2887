"""What children make of a source, gathered: nothing is lost or doubled, and what is much waits in a file."""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from indexer import gathering
from indexer.analysis import JiebaAnalyzer, default_analyzer
from indexer.engines import whoosh
from indexer.engines.arrayfile import ArrayFile
from indexer.engines.whoosh import WhooshEngine
from indexer.gathering import Gathered, Made, Prepared, Preparing
from indexer.model import Part, SetAside, Skipped, Source
from indexer.query import MatchAll
from indexer.reading import Reading

from .engines.contract import FLOODS, LETTERS, part

SOURCE = Source(Path("库.jsonl"), "库.jsonl")


@pytest.fixture(scope="module")
def analyzer() -> JiebaAnalyzer:
    return default_analyzer()


@pytest.fixture
def gathered(tmp_path: Path) -> Iterator[Gathered]:
    gathered = Gathered(tmp_path)
    yield gathered
    gathered.close()


def prepared(
    analyzer: JiebaAnalyzer, *parts: Part, encoding: str = "", folder: Path = Path("没有这个文件夹")
) -> list[Prepared]:
    """What a child makes of documents of one part each."""
    return list(Preparing(analyzer, folder=folder)([Made((each,), encoding) for each in parts]))


def reading(of_all: Sequence[Prepared], **values: object) -> Reading[Prepared]:
    return Reading(SOURCE, tuple(of_all), size=100, **values)  # type: ignore[arg-type]


def ids(own: Prepared) -> list[str]:
    return [summary.id for summary in own.parts]


def indexed(gathered: Gathered, analyzer: JiebaAnalyzer, folder: Path) -> list[str]:
    engine = WhooshEngine.create(folder, analyzer=analyzer)
    with engine.writing() as writer:
        for own, repeated in gathered.prepared():
            writer.add_run(own.run, without=repeated)
    return [hit.id for hit in engine.search(MatchAll(), limit=100).hits]


def test_documents_are_inverted_together_up_to_a_number_of_characters(
    analyzer: JiebaAnalyzer, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = [part(f"d-{number}", FLOODS, LETTERS) for number in range(7)]
    assert [ids(own) for own in prepared(analyzer, *parts)] == [[each.id for each in parts]]
    monkeypatch.setattr(gathering, "_INVERTED", 2 * len(FLOODS + LETTERS) - 1)
    assert [len(own.parts) for own in prepared(analyzer, *parts)] == [2, 2, 2, 1]


def test_an_id_stands_once_in_what_is_inverted_together(analyzer: JiebaAnalyzer) -> None:
    found = prepared(analyzer, part("a", FLOODS), part("b", FLOODS), part("a", LETTERS), part("c", LETTERS))
    assert [ids(own) for own in found] == [["a", "b"], ["a", "c"]]


def test_what_has_no_passages_is_summed_up_all_the_same(
    analyzer: JiebaAnalyzer, gathered: Gathered, tmp_path: Path
) -> None:
    menu = part("a", set_aside=(SetAside("menu", "首页", ()), SetAside("menu", "返回", ())))
    gathered.add(reading(prepared(analyzer, menu), is_last=False))
    gathered.add(reading(prepared(analyzer, part("b", FLOODS)), fingerprint="f"))
    assert (gathered.documents, gathered.passages) == (2, 1)
    assert gathered.entry("库.jsonl").set_aside == {"menu": 2}
    assert indexed(gathered, analyzer, tmp_path) == ["b-0"]


def test_of_two_records_with_one_number_the_first_is_kept_and_the_other_told(
    analyzer: JiebaAnalyzer, gathered: Gathered, tmp_path: Path
) -> None:
    first = prepared(analyzer, part("a", FLOODS), part("b", FLOODS), part("a", LETTERS, title="又一份"))
    gathered.add(reading(first, is_last=False))
    gathered.add(reading(prepared(analyzer, part("b", LETTERS, LETTERS), part("c", LETTERS)), fingerprint="f"))
    assert [repeated for _, repeated in gathered.prepared()] == [(), ("a",), ("b",)]
    assert (gathered.documents, gathered.passages) == (3, 3)
    assert "“又一份”的编号与前面的记录相同" in "".join(gathered.entry("库.jsonl").warnings)
    assert indexed(gathered, analyzer, tmp_path) == ["a-0", "b-0", "c-0"]


def test_an_entry_sums_up_all_readings(analyzer: JiebaAnalyzer, gathered: Gathered) -> None:
    given = [
        part("a", FLOODS, LETTERS, kind="总结", year=2023),
        part("b", FLOODS, kind="总结", year=2024),
        part("c", FLOODS, year=2024),
    ]
    skipped = Skipped("库.jsonl", "第 9 行：这一篇不收。", "empty")
    gathered.add(reading(prepared(analyzer, *given[:2], encoding="gb18030"), is_last=False, warnings=("一处乱码",)))
    gathered.add(reading(prepared(analyzer, given[2]), skipped=(skipped,), fingerprint="f"))
    entry = gathered.entry("库.jsonl")
    assert (entry.fingerprint, entry.bytes, entry.encoding) == ("f", 200, "gb18030")
    assert (entry.documents, entry.passages) == (3, 4)
    assert (entry.kinds, entry.years) == ({"总结": 2}, {2023: 1, 2024: 2})
    assert entry.warnings == ("一处乱码", "第 9 行：这一篇不收。")


def test_what_is_much_waits_in_a_file_that_nobody_sees_and_comes_back_in_order(
    analyzer: JiebaAnalyzer, gathered: Gathered, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = [prepared(analyzer, part(f"d-{number}", FLOODS, LETTERS)) for number in range(6)]
    monkeypatch.setattr(gathering, "_IN_MEMORY", int(2.5 * given[0][0].nbytes))
    for own in given:
        gathered.add(reading(own))
    for _ in range(2):
        assert [ids(own) for own, _ in gathered.prepared()] == [[f"d-{number}"] for number in range(6)]
    assert list(tmp_path.iterdir()) == []
    assert indexed(gathered, analyzer, tmp_path)[-2:] == ["d-5-0", "d-5-1"]


def test_what_a_child_does_can_be_sent_to_it(analyzer: JiebaAnalyzer) -> None:
    sent = pickle.loads(pickle.dumps(Preparing(analyzer, folder=Path("甲"))))  # noqa: S301
    (one,) = sent([Made((part("a", FLOODS),), "")])
    (other,) = prepared(analyzer, part("a", FLOODS))
    assert values_of(one) == values_of(other)


@pytest.mark.parametrize("most_runs", [2, 100])
def test_a_large_run_goes_from_hand_to_hand_as_a_file_and_is_used_up(
    analyzer: JiebaAnalyzer, gathered: Gathered, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most_runs: int
) -> None:
    monkeypatch.setattr(gathering, "_LARGE", 1)
    monkeypatch.setattr(whoosh, "_MOST_RUNS", most_runs)
    engine = WhooshEngine.create(tmp_path, analyzer=analyzer)
    with engine.writing() as writer:
        for number in range(5):
            own = prepared(analyzer, part(f"d-{number}", FLOODS, LETTERS), folder=writer.waiting)
            gathered.add(reading(pickle.loads(pickle.dumps(own))))  # noqa: S301
        for one, repeated in gathered.prepared():
            writer.add_run(one.run, without=repeated)
        left = len(list(writer.waiting.iterdir()))
        assert left == (5 if most_runs == 100 else 3)
    assert not [path for path in tmp_path.iterdir() if path.is_dir()]
    assert len(engine.search(MatchAll(), limit=100).hits) == 10


def test_a_run_in_a_file_is_the_same_and_takes_no_memory(
    analyzer: JiebaAnalyzer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (sent,) = prepared(analyzer, part("a", FLOODS), folder=tmp_path)
    monkeypatch.setattr(gathering, "_LARGE", 1)
    (left,) = prepared(analyzer, part("a", FLOODS), folder=tmp_path)
    assert isinstance(left.run, ArrayFile)
    assert not isinstance(sent.run, ArrayFile)
    assert values_of(left) == values_of(sent)
    assert 0 < left.nbytes < sent.nbytes


def test_where_a_run_cannot_be_left_it_is_sent(
    analyzer: JiebaAnalyzer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathering, "_LARGE", 1)
    (one,) = prepared(analyzer, part("a", FLOODS), folder=tmp_path / "没有")
    assert not isinstance(one.run, ArrayFile)


def values_of(own: Prepared) -> dict[str, list[object]]:
    return {name: array.tolist() for name, array in own.run.items()}
