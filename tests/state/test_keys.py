"""Keys: made once, shown once, kept as hashes."""

from __future__ import annotations

import json
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from indexer.errors import StateError
from indexer.state import keys as state_keys
from indexer.state.keys import Keys


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return Keys(tmp_path / "状态" / "keys.json")


def test_a_key_is_known_again_by_whom_it_was_made_for_and_what_it_opens(keys: Keys) -> None:
    reading, minding = keys.make("办公室门户"), keys.make("文库管理员", role="admin")
    found = [keys.check(key) for key in (reading, minding)]
    assert [(key.name, key.role) for key in found if key] == [("办公室门户", "read"), ("文库管理员", "admin")]


def test_a_key_has_256_random_bits_and_tells_its_id(keys: Keys) -> None:
    made = keys.make("办公室门户")
    start, key_id, secret = made.split("_", 2)
    assert (start, key_id) == ("fw", keys.listed()[0].id)
    # 43 letters of an alphabet of 64.
    assert len(secret) == 43
    assert keys.make("督查室") != made


def test_what_is_kept_lets_nobody_in(keys: Keys) -> None:
    made = keys.make("办公室门户")
    kept = keys.path.read_text(encoding="utf-8")
    assert "办公室门户" in kept
    assert made.split("_", 2)[2] not in kept
    assert keys.check(json.loads(kept)["keys"][0]["digest"]) is None
    assert made.split("_", 2)[2] not in repr(keys.listed())


@pytest.mark.parametrize(
    "wrong", ["", "办公室门户", "fw_", "fw_00000000_" + "a" * 43, "\ud800" * 60, "x" * 10_000, "fw_0_1_2_3"]
)
def test_what_is_no_key_opens_nothing(keys: Keys, wrong: str) -> None:
    assert keys.check(wrong) is None
    keys.make("办公室门户")
    assert keys.check(wrong) is None


def test_another_secret_under_a_known_id_opens_nothing(keys: Keys) -> None:
    first, second = keys.make("办公室门户"), keys.make("督查室")
    mixed = "_".join([*first.split("_", 2)[:2], second.split("_", 2)[2]])
    assert keys.check(mixed) is None
    assert keys.check(first + "A") is None
    assert keys.check(first[:-1]) is None


def test_a_service_that_runs_sees_new_and_revoked_keys_at_once(keys: Keys) -> None:
    serving = Keys(keys.path)
    assert serving.listed() == []
    made = keys.make("办公室门户")
    assert serving.check(made)
    assert keys.revoke(serving.listed()[0].id)
    assert serving.check(made) is None


def test_a_revoked_key_stays_in_the_list_and_cannot_be_revoked_twice(keys: Keys) -> None:
    keys.make("办公室门户")
    (key,) = keys.listed()
    assert key.revoked == ""
    assert keys.revoke(key.id)
    (key,) = keys.listed()
    assert key.revoked >= key.made
    assert not keys.revoke(key.id)
    assert not keys.revoke("没有的编号")


def test_the_folder_and_the_file_are_for_their_owner_alone(keys: Keys) -> None:
    keys.make("办公室门户")
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (keys.path.parent, keys.path)]
    assert [oct(mode) for mode in modes] == ["0o700", "0o600"]


@pytest.mark.parametrize("which", ["folder", "file"])
def test_where_others_could_write_a_key_of_their_own_no_key_is_good(keys: Keys, which: str) -> None:
    made = keys.make("办公室门户")
    path = keys.path.parent if which == "folder" else keys.path
    path.chmod(path.stat().st_mode | stat.S_IWGRP)
    fresh = Keys(keys.path)
    with pytest.raises(StateError, match="chmod go-w"):
        fresh.check(made)
    with pytest.raises(StateError, match="chmod go-w"):
        fresh.make("督查室")


def test_a_link_in_place_of_the_file_is_not_followed(keys: Keys, tmp_path: Path) -> None:
    made = keys.make("办公室门户")
    keys.path.rename(tmp_path / "别处.json")
    keys.path.symlink_to(tmp_path / "别处.json")
    with pytest.raises(StateError, match="读不了密钥文件"):
        Keys(keys.path).check(made)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"keys": [{}]}', '{"keys": {"a": 1}}', "[" * 5000, '{"keys": 3}'])
def test_a_damaged_file_is_told_and_not_overwritten(keys: Keys, text: str) -> None:
    keys.make("办公室门户")
    keys.path.write_text(text, encoding="utf-8")
    with pytest.raises(StateError, match="已损坏"):
        keys.listed()
    with pytest.raises(StateError, match="已损坏"):
        keys.make("督查室")
    assert keys.path.read_text(encoding="utf-8") == text


def test_a_key_with_an_unknown_role_is_damage_and_opens_nothing(keys: Keys) -> None:
    made = keys.make("办公室门户")
    keys.path.write_text(keys.path.read_text(encoding="utf-8").replace('"read"', '"root"'), encoding="utf-8")
    with pytest.raises(StateError, match="已损坏"):
        keys.check(made)


def test_keys_made_at_the_same_time_are_all_kept(keys: Keys) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda number: Keys(keys.path).make(f"第 {number} 科"), range(16)))
    assert len(keys.listed()) == 16
    assert all(keys.check(key) for key in made)


def test_a_name_is_given_once_as_long_as_its_key_is_good(keys: Keys) -> None:
    keys.make("办公室门户")
    with pytest.raises(StateError, match="已经有名为 办公室门户 的密钥"):
        keys.make(" 办公室门户 ")
    keys.revoke(keys.listed()[0].id)
    assert keys.make("办公室门户")


@pytest.mark.parametrize("name", ["", "  ", "门" * 61, "门户\x1b[31m", "门户\u202e"])
def test_a_name_that_cannot_be_shown_in_a_line_is_refused(keys: Keys, name: str) -> None:
    with pytest.raises(StateError, match="1 到 60 个字"):
        keys.make(name)
    assert keys.listed() == []


def test_there_is_a_bound_to_the_number_of_keys(keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state_keys, "KEYS", 2)
    keys.make("一科")
    keys.make("二科")
    with pytest.raises(StateError, match="不能再增加"):
        keys.make("三科")


def test_where_the_new_file_cannot_be_written_the_former_keys_stay_good(keys: Keys) -> None:
    made = keys.make("办公室门户")
    keys.path.with_suffix(".new").mkdir()
    with pytest.raises(StateError, match="原有的不变"):
        keys.make("督查室")
    assert keys.check(made)
    assert [key.name for key in Keys(keys.path).listed()] == ["办公室门户"]
