"""Values as the pages of the admin side show them."""

from __future__ import annotations

import pytest

from web.admin import shown


@pytest.mark.parametrize("most", [5, 20, 80])
@pytest.mark.parametrize("text", ["总结.docx", "长" * 300 + ".docx", "报\u202e告\u0007.txt", "半\udcb9.txt", ""])
def test_a_name_is_never_longer_than_its_place_and_shows_its_kind(text: str, most: int) -> None:
    cut = shown.name(text, most=most)
    assert len(cut) <= most
    assert not set(cut) & set("\u202e\u0007\udcb9")
    assert most < 20 or cut[-4:] == text[-4:]


@pytest.mark.parametrize("text", ["总结/甲.txt", "报\u202e告\r\n.txt", "半\udcb9.txt", "", "长" * 300])
def test_a_name_comes_back_from_its_code_as_it_was(text: str) -> None:
    code = shown.coded(text)
    assert code.isascii()
    assert code.replace("-", "").replace("_", "").isalnum() or not text
    assert shown.decoded(code) == text


@pytest.mark.parametrize("code", ["!", "密", "=", "A", "////", "\0"])
def test_what_is_no_code_names_nothing(code: str) -> None:
    assert shown.decoded(code) == ""


@pytest.mark.parametrize(
    ("count", "said"), [(1, "1 KB"), (23_400, "23 KB"), (240_000, "0.2 MB"), (52_000_000, "52 MB")]
)
def test_a_size_is_said_in_words(count: int, said: str) -> None:
    assert shown.size(count) == said


def test_a_moment_is_told_to_the_minute_and_anything_else_as_it_is() -> None:
    assert len(shown.time("2026-03-01T08:15:59+00:00")) == len("2026-03-01 08:15")
    assert shown.time("gestern") == "gestern"
