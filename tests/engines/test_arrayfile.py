"""Files of arrays: what was written comes back, and what is no such file is told to be damaged."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from pathlib import Path
from random import Random

import numpy as np
import pytest

from indexer.engines.arrayfile import Array, ArrayFile, ArrayFileWriter
from indexer.errors import IndexDamaged

ARRAYS: Mapping[str, Array] = {
    "字": np.arange(5, dtype=np.uint8),
    "body.docs": np.arange(1000, dtype=np.uint64) << np.uint64(40),
    "empty": np.empty(0, np.int32),
    "ids": np.asarray([b"a", b"d-12"], np.bytes_),
    "dates": np.asarray([-1, 20_230_500], np.int32),
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return ArrayFile.written(tmp_path / "甲.arr", ARRAYS).path


def refused(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    with pytest.raises(IndexDamaged, match="已损坏。请运行 fanwen verify") as error:
        ArrayFile(path)
    assert str(path) in str(error.value)


def test_arrays_come_back_with_their_types_and_cannot_be_written_to(path: Path) -> None:
    found = ArrayFile(path)
    assert list(found) == list(ARRAYS)
    assert len(found) == len(ARRAYS)
    for name, array in ARRAYS.items():
        assert found[name].dtype == array.dtype
        assert found[name].tolist() == array.tolist()
        assert not found[name].flags.writeable
    with pytest.raises(KeyError):
        found["body.places"]


def test_what_was_released_is_read_again(path: Path) -> None:
    found = ArrayFile(path)
    held = {name: found[name] for name in ARRAYS}
    found.release()
    path.unlink()
    assert {name: own.tolist() for name, own in held.items()} == {name: own.tolist() for name, own in ARRAYS.items()}


def test_a_file_goes_to_another_process_as_its_name(path: Path) -> None:
    sent = pickle.dumps(ArrayFile(path))
    assert len(sent) < path.stat().st_size / 10
    found = pickle.loads(sent)  # noqa: S301
    assert {name: own.tolist() for name, own in found.items()} == {name: own.tolist() for name, own in ARRAYS.items()}


def test_of_arrays_that_cannot_be_written_no_file_is_left(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="keys must be"):
        ArrayFile.written(tmp_path / "乙.arr", {**ARRAYS, ("no", "name"): ARRAYS["ids"]})  # type: ignore[dict-item]
    assert not (tmp_path / "乙.arr").exists()


def test_an_array_may_come_in_pieces_or_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "waiting").write_bytes(np.arange(700_000, dtype=np.uint16).tobytes())
    writer = ArrayFileWriter(tmp_path / "a.arr")
    writer.write("odd", np.zeros(3, np.uint8))
    with writer.growing("grown", np.dtype(np.uint32)) as write:
        for start in range(0, 90, 30):
            write(np.arange(start, start + 30, dtype=np.uint32))
    writer.copy("copied", np.dtype(np.uint16), tmp_path / "waiting")
    writer.close()
    found = ArrayFile(tmp_path / "a.arr")
    assert found["grown"].tolist() == list(range(90))
    assert np.array_equal(found["copied"], np.arange(700_000, dtype=np.uint16))
    assert all(found[name].ctypes.data % 8 == 0 for name in found)


def test_reading_goes_on_after_the_file_is_removed(path: Path) -> None:
    found = ArrayFile(path)
    path.unlink()
    assert found["body.docs"].tolist() == ARRAYS["body.docs"].tolist()


def test_a_file_is_never_written_over(path: Path) -> None:
    with pytest.raises(FileExistsError):
        ArrayFileWriter(path)


def test_a_file_that_was_abandoned_is_damaged(tmp_path: Path) -> None:
    writer = ArrayFileWriter(tmp_path / "a.arr")
    writer.write("a", np.arange(9))
    writer.abandon()
    refused(tmp_path / "a.arr", (tmp_path / "a.arr").read_bytes())


def test_a_file_that_ends_too_early_or_too_late_is_damaged(path: Path) -> None:
    data = path.read_bytes()
    for length in (0, 1, 15, 16, 17, *range(len(data) - 400, len(data), 7)):
        refused(path, data[:length])
    refused(path, data + b"\0")
    refused(path, data[100:])


def test_a_file_of_another_kind_is_damaged_and_none_is_missing(tmp_path: Path) -> None:
    refused(tmp_path / "a.arr", "这不是索引。".encode() * 20)
    refused(tmp_path / "a.arr", bytes(4096))
    with pytest.raises(FileNotFoundError):
        ArrayFile(tmp_path / "没有.arr")


def test_a_table_that_was_written_over_is_damaged_or_says_what_is_within_the_file(path: Path) -> None:
    data = path.read_bytes()
    chance = Random(7)  # noqa: S311 - a repeatable choice, not a secret
    told = 0
    for _ in range(600):
        torn = bytearray(data)
        torn[chance.randrange(data.rindex(b'{"'), len(data))] = chance.randrange(256)
        path.write_bytes(torn)
        try:
            found = ArrayFile(path)
        except IndexDamaged:
            told += 1
        else:
            assert sum(found[name].nbytes for name in found) <= len(data)
    assert told > 300


TABLES = [
    b"[]",
    b"null",
    b'{"a": 3}',
    b'{"a": ["<i8", 1]}',
    b'{"a": [1, 2, 3]}',
    b'{"a": ["<i8", -1, 0]}',
    b'{"a": ["<i8", 1, -8]}',
    b'{"a": ["<i8", 1.5, 0]}',
    b'{"a": ["<i8", 99, 0]}',
    b'{"a": ["O", 1, 0]}',
    b'{"a": ["no type", 1, 0]}',
]


@pytest.mark.parametrize("table", TABLES)
def test_a_table_that_says_what_cannot_be_is_damaged(tmp_path: Path, table: bytes) -> None:
    refused(tmp_path / "a.arr", bytes(64) + table + len(table).to_bytes(8, "little") + b"fanwen01")
