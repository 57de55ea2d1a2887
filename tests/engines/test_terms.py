"""Terms in the order of their bytes: each has its place, and what is not among them has none."""

from __future__ import annotations

from bisect import bisect_left

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.engines.fields import to_bytes
from indexer.engines.terms import Terms, key_of

# Few different bytes, so that many terms begin alike; a zero byte only within a term.
BYTES = st.lists(st.sampled_from([b"\x00", b"\x01", b"a", b"b", b"\xff"]), min_size=1, max_size=20).map(b"".join)
# Letters of one to four bytes, and half of a pair of surrogates, which a file name may hold.
TEXTS = st.text(st.sampled_from("aé的工\U00020bb7\ud800\udcff"), min_size=1, max_size=6).map(to_bytes)
TERM = st.one_of(BYTES, TEXTS).filter(lambda term: not term.endswith(b"\0"))


def listed(most: int = 20) -> st.SearchStrategy[list[bytes]]:
    """Distinct terms of at most *most* bytes, in order."""
    return st.lists(TERM.filter(lambda term: len(term) <= most), unique=True, max_size=12).map(sorted)


def check(terms: Terms, expected: list[bytes], asked: list[bytes]) -> None:
    assert len(terms) == len(expected)
    assert terms.all() == expected
    assert [terms.at(index) for index in range(len(terms))] == expected
    assert [terms.find(term) for term in expected] == list(range(len(expected)))
    for term in asked:
        assert terms.find(term) == (expected.index(term) if term in expected else -1)
        assert terms.first_from(term) == bisect_left(expected, term)


@given(expected=listed(), asked=st.lists(TERM, max_size=6))
def test_terms_of_any_length_are_found_at_their_places(expected: list[bytes], asked: list[bytes]) -> None:
    check(Terms.of(expected), expected, asked)
    check(Terms.long(expected), expected, asked)


@given(expected=listed(most=8), asked=st.lists(TERM, max_size=6))
def test_terms_of_eight_bytes_are_numbers_alone(expected: list[bytes], asked: list[bytes]) -> None:
    terms = Terms.of(expected)
    assert len(terms.tails) == len(terms.tail_ends) == 0
    assert terms.keys.tolist() == [key_of(term) for term in expected]
    check(Terms.short(terms.keys), expected, asked)


@given(expected=listed())
def test_what_a_segment_keeps_of_terms_gives_them_back(expected: list[bytes]) -> None:
    kept = Terms.of(expected).arrays("body")
    assert Terms.read(kept, "body").all() == expected


@pytest.mark.parametrize("beside", ["高质量发展", "高质量", "高质量发展的", "高质", "", "高质量发展\0"])
def test_only_the_very_term_is_found(beside: str) -> None:
    terms = Terms.of([to_bytes("高质量发"), to_bytes("高质量发展着")])
    assert terms.find(to_bytes(beside)) == -1
