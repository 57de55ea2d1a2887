"""One file that holds named arrays, which are read where they lie (mmap): opening it takes no time, and processes share it.

::

    arrays, each at a multiple of 8 bytes | JSON: name -> [type, length, offset] | length of the JSON (8 bytes) | magic
"""

from __future__ import annotations

import json
import mmap
import struct
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.errors import IndexDamaged

Array = NDArray[Any]
_MAGIC = b"fanwen01"
_TAIL = struct.Struct("<Q8s")
_ALIGNED = 8
_COPIED = 1 << 20


class ArrayFile(Mapping[str, Array]):
    """The arrays of a file, not to be written to. They stay readable while anything holds one, also if the file is removed."""

    def __init__(self, path: Path) -> None:
        """Raises FileNotFoundError; IndexDamaged where it is not such a file."""
        self.path = path
        with path.open("rb") as file:
            self._bytes = _mapped(file, path)
        self._arrays = _arrays(self._bytes, path)

    @classmethod
    def written(cls, path: Path, arrays: Mapping[str, Array]) -> ArrayFile:
        """*arrays* in a new file. Raises OSError, and leaves no file then."""
        writer = ArrayFileWriter(path)
        try:
            for name, array in arrays.items():
                writer.write(name, array)
            writer.close()
        except BaseException:
            writer.abandon()
            path.unlink(missing_ok=True)
            raise
        return cls(path)

    def release(self) -> None:
        """Let go of the memory of what was read: the file has it still."""
        # Not everywhere; where it is missing, the system takes such memory back when it is short of it.
        if hasattr(mmap, "MADV_DONTNEED"):
            self._bytes.madvise(mmap.MADV_DONTNEED)

    def __reduce__(self) -> tuple[type[ArrayFile], tuple[Path]]:
        """Goes to another process as the name of its file."""
        return type(self), (self.path,)

    def __getitem__(self, name: str) -> Array:
        return self._arrays[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._arrays)

    def __len__(self) -> int:
        return len(self._arrays)


class ArrayFileWriter:
    """Writes arrays one after the other; an array may come in pieces. :meth:`close` makes the file whole."""

    def __init__(self, path: Path) -> None:
        self.folder = path.parent
        self._file = path.open("xb")
        self._table: dict[str, tuple[str, int, int]] = {}

    def write(self, name: str, array: Array) -> None:
        """Add a whole array of one dimension."""
        self._begin()
        self._table[name] = (array.dtype.str, len(array), self._file.tell())
        self._file.write(np.ascontiguousarray(array).data)

    def copy(self, name: str, dtype: np.dtype[Any], path: Path) -> None:
        """Add an array whose bytes are in a file."""
        with self.growing(name, dtype) as write, path.open("rb") as file:
            while piece := file.read(_COPIED):
                write(np.frombuffer(piece, np.uint8))

    @contextmanager
    def growing(self, name: str, dtype: np.dtype[Any]) -> Iterator[Callable[[Array], object]]:
        """Add an array whose pieces are given to the function one after the other; nothing else is added meanwhile."""
        self._begin()
        start = self._file.tell()
        yield lambda piece: self._file.write(np.ascontiguousarray(piece).data)
        self._table[name] = (dtype.str, (self._file.tell() - start) // dtype.itemsize, start)

    def close(self) -> None:
        """Write the table, and close the file."""
        text = json.dumps(self._table).encode("ascii")
        self._file.write(text + _TAIL.pack(len(text), _MAGIC))
        self._file.close()

    def abandon(self) -> None:
        """Close the file as it is."""
        self._file.close()

    def _begin(self) -> None:
        self._file.write(bytes(-self._file.tell() % _ALIGNED))


def _mapped(file: Any, path: Path) -> mmap.mmap:
    try:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except ValueError as error:
        raise _damaged(path) from error


def _arrays(data: mmap.mmap, path: Path) -> dict[str, Array]:
    if len(data) < _TAIL.size:
        raise _damaged(path)
    length, magic = _TAIL.unpack(data[-_TAIL.size :])
    start = len(data) - _TAIL.size - length
    if magic != _MAGIC or start < 0:
        raise _damaged(path)
    try:
        table = {
            name: (kind, size, offset)
            for name, (kind, size, offset) in json.loads(data[start : start + length]).items()
        }
        # Of a negative size, this would read to the end.
        arrays = {
            name: np.frombuffer(data, np.dtype(kind), max(size, 0), offset)
            for name, (kind, size, offset) in table.items()
        }
    except (AttributeError, RecursionError, TypeError, ValueError) as error:
        raise _damaged(path) from error
    if any(size < 0 or offset + size * np.dtype(kind).itemsize > start for kind, size, offset in table.values()):
        raise _damaged(path)
    return arrays


def _damaged(path: Path) -> IndexDamaged:
    return IndexDamaged(f"索引文件 {path} 已损坏。请运行 fanwen verify 查看，或用 fanwen index --rebuild 重建索引。")
