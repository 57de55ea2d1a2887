"""The ranking over the sample library is the committed one."""

from __future__ import annotations

import shutil

import pytest

from tests.relevance import stats


@pytest.mark.office
def test_the_ranking_is_the_one_that_was_reviewed() -> None:
    if shutil.which("soffice") is None:
        pytest.skip("LibreOffice is not installed, so the .doc and .rtf samples are not in the index")
    assert stats.over_samples() == stats.STATS.read_text(encoding="utf-8"), "run: python -m tests.relevance.stats"
