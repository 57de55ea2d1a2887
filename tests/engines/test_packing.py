"""Whole numbers in as few bytes as they ask for: what is packed comes back."""

from __future__ import annotations

from itertools import accumulate

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.engines.packing import Numbers, Packed, as_ends, differences, pack, runs_of, slices, sums

NUMBERS = st.one_of(st.integers(0, 2), st.integers(250, 260), st.integers(0, (1 << 32) - 1))
# Lists that hold one number alone are as frequent as the others: they are what takes no bytes.
LISTS = st.lists(
    st.one_of(
        st.lists(NUMBERS, min_size=1, max_size=6),
        st.builds(lambda number, size: [number] * size, st.integers(0, 2), st.integers(1, 5)),
    ),
    max_size=8,
)


def array(numbers: list[int]) -> Numbers:
    return np.asarray(numbers, np.int64)


def flat(lists: list[list[int]]) -> Numbers:
    return array([number for own in lists for number in own])


def sizes_of(lists: list[list[int]]) -> Numbers:
    return array([len(own) for own in lists])


def packed(*lists: list[int], default: int = -1) -> Packed:
    return pack(flat(list(lists)), sizes_of(list(lists)), default=default)


@given(lists=LISTS, default=st.sampled_from([-1, 0, 1]))
def test_each_list_comes_back_alone(lists: list[list[int]], default: int) -> None:
    kept = packed(*lists, default=default)
    found = [kept.numbers(index, len(own), default=default).tolist() for index, own in enumerate(lists)]
    assert found == lists


@given(lists=LISTS, default=st.sampled_from([-1, 0, 1]), data=st.data())
def test_neighbouring_lists_come_back_together_from_any_of_them_on(
    lists: list[list[int]], default: int, data: st.DataObject
) -> None:
    kept = packed(*lists, default=default)
    first = data.draw(st.integers(0, len(lists)))
    last = data.draw(st.integers(first, len(lists)))
    found = kept.all(sizes_of(lists[first:last]), default=default, first=first)
    assert found.tolist() == flat(lists[first:last]).tolist()


@pytest.mark.parametrize(
    ("numbers", "width"),
    [([1, 1, 1], 0), ([1, 0, 1], 1), ([0, 255], 1), ([256, 1], 2), ([65_535], 2), ([65_536], 4), ([(1 << 32) - 1], 4)],
)
def test_a_list_takes_the_bytes_that_its_greatest_number_asks_for(numbers: list[int], width: int) -> None:
    kept = packed([7], numbers, [7], default=1)
    assert len(kept.data) == 2 + width * len(numbers)
    assert kept.numbers(1, len(numbers), default=1).tolist() == numbers


def test_nothing_packs_to_nothing() -> None:
    kept = packed()
    assert (len(kept.data), len(kept.ends)) == (0, 0)
    assert kept.all(array([]), default=1).tolist() == []


def test_ends_take_eight_bytes_only_beyond_four_gigabytes() -> None:
    assert as_ends(array([])).dtype == np.uint32
    assert as_ends(array([3, (1 << 32) - 1])).dtype == np.uint32
    far = as_ends(array([3, 1 << 32]))
    assert far.dtype == np.uint64
    assert far.tolist() == [3, 1 << 32]


@given(lists=st.lists(st.lists(st.integers(0, 1 << 40), min_size=1, max_size=6).map(sorted), max_size=8))
def test_sums_undo_differences_and_no_difference_crosses_lists(lists: list[list[int]]) -> None:
    sizes = sizes_of(lists)
    between = differences(flat(lists), sizes)
    expected = [number - before for own in lists for before, number in zip([0, *own], own, strict=False)]
    assert between.tolist() == expected
    assert sums(between, sizes).tolist() == flat(lists).tolist()


@given(numbers=st.lists(st.integers(-2, 4)).map(sorted))
def test_runs_of_an_ordered_array_are_its_values_and_how_often_they_stand(numbers: list[int]) -> None:
    values, counts = runs_of(array(numbers))
    assert values.tolist() == sorted(set(numbers))
    assert counts.tolist() == [numbers.count(value) for value in sorted(set(numbers))]


@given(sizes=st.lists(st.integers(0, 12), max_size=12), most=st.integers(1, 9))
def test_slices_follow_one_another_and_hold_no_more_than_asked_but_for_their_last_list(
    sizes: list[int], most: int
) -> None:
    found = list(slices(array(sizes), most))
    assert [low for low, _ in found] == [0, *(high for _, high in found[:-1])]
    assert found[-1][1] == len(sizes)
    assert all(low < high for low, high in found) or found == [(0, 0)]
    before = [0, *accumulate(sizes)]
    assert all(before[high - 1] - before[low] < most for low, high in found if high)
