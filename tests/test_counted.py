"""The vocabulary is in step with the index, whoever makes it: this process, or one beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer import counted
from indexer.analysis import JiebaAnalyzer, default_analyzer
from indexer.counted import counted_writing
from indexer.engines.whoosh import WhooshEngine
from indexer.vocabulary import store
from indexer.vocabulary.store import Vocabulary
from tests.engines.contract import FLOODS, LETTERS, part


@pytest.fixture(scope="module")
def analyzer() -> JiebaAnalyzer:
    return default_analyzer()


def written(folder: Path, analyzer: JiebaAnalyzer) -> Path:
    """The vocabulary of an index in *folder*."""
    engine = WhooshEngine.create(folder, analyzer=analyzer)
    with counted_writing(engine, folder / "vocabulary", analyzer) as writer:
        writer.add(part("a", FLOODS, LETTERS))
        writer.add(part("b", FLOODS, title="防汛工作总结"))
    return folder / "vocabulary"


def test_a_process_beside_makes_the_same_vocabulary(
    analyzer: JiebaAnalyzer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "甲").mkdir()
    own = written(tmp_path / "甲", analyzer).read_bytes()
    monkeypatch.setattr(counted, "_MANY", 1)
    # Made in this process, it would not come about.
    monkeypatch.setattr(store, "update", None)
    (tmp_path / "乙").mkdir()
    path = written(tmp_path / "乙", analyzer)
    assert path.read_bytes() == own
    assert Vocabulary.open(path).count("泵站") == 2


def test_what_the_process_beside_fails_of_is_met_and_told_here(
    analyzer: JiebaAnalyzer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(counted, "_MANY", 1)
    (tmp_path / "vocabulary.new").mkdir()
    with pytest.raises(IsADirectoryError):
        written(tmp_path, analyzer)
    assert "Traceback" not in capfd.readouterr().err
