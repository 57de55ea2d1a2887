"""Merging gives what inverting everything at once would have given."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.engines import merging
from indexer.engines.arrayfile import ArrayFile
from indexer.engines.inverting import Inverter
from indexer.engines.merging import Source, merge
from indexer.engines.runs import names_of
from tests.engines.contract import FLOODS, LETTERS, SEVENTH, part
from tests.engines.plainly import all_held, asked, parts

if TYPE_CHECKING:
    from indexer.analysis import Analyzer
    from indexer.engines.runs import Run
    from indexer.model import Part

# Numbers of names, which depend on the order in which these first come.
CODES = ("part.source", "part.kind", "source.names", "source.names_ends", "kind.names", "kind.names_ends")


def inverted(of_all: Sequence[Part], analyzer: Analyzer) -> Run:
    inverter = Inverter(analyzer)
    for each in of_all:
        inverter.add(each)
    return inverter.run()


def source(of_all: Sequence[Part], analyzer: Analyzer, *, without: Sequence[Part] = ()) -> Source:
    """A run of *of_all*; the passages of those *without* are deleted."""
    kept = [each not in without for each in of_all for _ in each.passages]
    return Source(inverted(of_all, analyzer), np.asarray(kept, np.bool_) if without else None)


def merged(sources: Sequence[Source], path: Path) -> Run:
    count = merge(sources, path)
    found = ArrayFile(path)
    assert count == len(found["passage.part"])
    assert [own.name for own in path.parent.iterdir() if own.is_dir()] == []
    return found


def same(found: Run, expected: Run) -> None:
    """Whether all arrays are equal, but for how they are kept: tails may be told where none is needed."""
    assert set(found) == set(expected)
    for name in expected:
        if name not in CODES and not name.endswith(".tail_ends"):
            assert found[name].tolist() == expected[name].tolist(), name
    assert all_held(found) == all_held(expected)
    for name in ("source", "kind"):
        assert of_parts(found, name) == of_parts(expected, name)


def of_parts(arrays: Run, name: str) -> list[str]:
    names = names_of(arrays, name)
    return [names[code] for code in arrays[f"part.{name}"].tolist()]


def renamed(batches: Sequence[Sequence[Part]]) -> list[list[Part]]:
    """*batches* without the parts whose ids came before."""
    return [
        [part(f"{number}-{each.id}", *(own.text for own in each.passages), title=each.title) for each in batch]
        for number, batch in enumerate(batches)
    ]


BATCHES = st.lists(parts(most=2), min_size=1, max_size=3).map(renamed)


@settings(max_examples=40)
@given(batches=BATCHES, data=st.data())
def test_merged_runs_equal_one_run_of_all_that_is_kept(
    batches: list[list[Part]], data: st.DataObject, analyzer: Analyzer
) -> None:
    every = [each for batch in batches for each in batch]
    left_out = data.draw(st.lists(st.sampled_from(every), unique_by=lambda each: each.id)) if every else []
    with tempfile.TemporaryDirectory() as folder:
        sources = [source(batch, analyzer, without=[each for each in batch if each in left_out]) for batch in batches]
        found = merged(sources, Path(folder) / "a.arr")
        same(found, inverted([each for each in every if each not in left_out], analyzer))


@settings(max_examples=25)
@given(batches=BATCHES, held=st.integers(1, 9))
def test_slices_of_any_size_give_the_same(batches: list[list[Part]], held: int, analyzer: Analyzer) -> None:
    with pytest.MonkeyPatch.context() as patched, tempfile.TemporaryDirectory() as folder:
        patched.setattr(merging, "_HELD", held)
        found = merged([source(batch, analyzer) for batch in batches], Path(folder) / "a.arr")
        same(found, inverted([each for batch in batches for each in batch], analyzer))


@settings(max_examples=25)
@given(batches=BATCHES, together=st.integers(1, 2))
def test_terms_of_many_runs_are_brought_together_some_at_a_time(
    batches: list[list[Part]], together: int, analyzer: Analyzer
) -> None:
    with pytest.MonkeyPatch.context() as patched, tempfile.TemporaryDirectory() as folder:
        patched.setattr(merging, "_TOGETHER", together)
        found = merged([source(batch, analyzer) for batch in batches], Path(folder) / "a.arr")
        same(found, inverted([each for batch in batches for each in batch], analyzer))


@settings(max_examples=25)
@given(batches=BATCHES)
def test_segments_can_be_merged_again(batches: list[list[Part]], analyzer: Analyzer) -> None:
    every = [each for batch in batches for each in batch]
    with tempfile.TemporaryDirectory() as folder:
        alone = [merged([source(batch, analyzer)], Path(folder) / f"{n}.arr") for n, batch in enumerate(batches)]
        twice = merged([*map(Source, alone), *map(Source, alone)], Path(folder) / "twice.arr")
        same(twice, inverted([*every, *every], analyzer))
        gone = np.arange(len(twice["passage.part"])) >= len(twice["passage.part"]) // 2
        once = merged([Source(twice, gone)], Path(folder) / "once.arr")
        same(once, inverted(every, analyzer))


def test_deleting_a_source_takes_its_terms_and_names_along(analyzer: Analyzer, tmp_path: Path) -> None:
    kept, gone = part("a", FLOODS, source="甲.txt"), part("b", "国家级高质量发展示范区" + LETTERS, source="乙.txt")
    found = merged([source([gone, kept, SEVENTH], analyzer, without=[gone])], tmp_path / "a.arr")
    assert all_held(found) == asked([kept, SEVENTH], analyzer)
    assert names_of(found, "source") == ["甲.txt", SEVENTH.source]
    assert found["part.starts"].tolist() == [0, 1]


def test_nothing_is_left_where_all_is_deleted(analyzer: Analyzer, tmp_path: Path) -> None:
    gone = part("a", FLOODS)
    found = merged([source([gone], analyzer, without=[gone]), source([], analyzer)], tmp_path / "a.arr")
    assert all(len(found[name]) == 0 for name in found)


def test_what_fails_leaves_no_folder_behind(analyzer: Analyzer, tmp_path: Path) -> None:
    broken = {name: array for name, array in inverted([part("a", FLOODS)], analyzer).items() if name != "chars.places"}
    with pytest.raises(KeyError):
        merge([Source(broken)], tmp_path / "a.arr")
    assert [own.name for own in tmp_path.iterdir()] == ["a.arr"]
