"""Sources that were taken out: kept by name, let in again, never lost by a torn file."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.errors import StateError
from indexer.state.exclusions import Exclusions


@pytest.fixture
def exclusions(tmp_path: Path) -> Exclusions:
    return Exclusions(tmp_path / "state" / "exclusions.json")


def test_nothing_is_out_and_no_file_is_made_before_the_first(exclusions: Exclusions) -> None:
    assert exclusions.names() == frozenset()
    assert not exclusions.path.parent.exists()


def test_a_name_is_out_until_it_is_let_in_again(exclusions: Exclusions) -> None:
    assert exclusions.add("总结/信访.txt")
    assert exclusions.add("坏名\udcff.txt")
    assert not exclusions.add("总结/信访.txt")
    assert Exclusions(exclusions.path).names() == {"总结/信访.txt", "坏名\udcff.txt"}
    assert exclusions.restore("总结/信访.txt")
    assert not exclusions.restore("总结/信访.txt")
    assert exclusions.names() == {"坏名\udcff.txt"}


def test_the_file_is_for_its_owner_alone(exclusions: Exclusions) -> None:
    exclusions.add("总结/信访.txt")
    assert exclusions.path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("torn", ["", "[]", '{"names": 3}', '{"na'])
def test_a_torn_file_is_told_and_not_taken_for_an_empty_one(exclusions: Exclusions, torn: str) -> None:
    exclusions.add("总结/信访.txt")
    exclusions.path.write_text(torn, encoding="utf-8")
    with pytest.raises(StateError, match="已损坏"):
        exclusions.names()
    with pytest.raises(StateError, match="已损坏"):
        exclusions.add("计划.txt")
    assert exclusions.path.read_text(encoding="utf-8") == torn
