"""The text to measure on: so many records of a corpus, fewer or more than it has.

Fewer are taken at even distances, so that a short run sees the same kinds of prose. More are made by tiling: each further
tile deals the clauses of eight neighbouring paragraphs out to them anew, with a seed of its own. Words and their frequencies
stay as they are, passages differ, and phrases do too.
"""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO

from benchmarks.errors import BenchError

SEED = 20_240_501
NEIGHBOURS = 8

_GZIP = b"\x1f\x8b"
_CLAUSE = re.compile(r"[^，。；：！？]*[，。；：！？]+[”’）」』》]*|[^，。；：！？]+$")


@dataclass(frozen=True, slots=True)
class Record:
    """A paragraph with the title of its document."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """What was written: ``bytes`` counts the UTF-8 of the texts alone, ``equal`` the texts that stand there twice."""

    records: int
    bytes: int
    equal: int
    how: str


def seeded(name: str) -> random.Random:
    """Chance that is the same in every run."""
    return random.Random(f"{SEED} {name}")  # noqa: S311


def read(path: Path) -> Iterator[Record]:
    """The records of a ``.jsonl`` or ``.jsonl.gz`` file. Raises BenchError with the line that is none."""
    with _opened(path) as stream:
        for number, line in enumerate(stream, 1):
            try:
                values = json.loads(line)
                yield Record(str(values["id"]), str(values["title"]), str(values["text"]))
            except (ValueError, KeyError, TypeError) as error:
                raise BenchError(
                    f"{path} 第 {number} 行不是带有 id、title、text 的 JSON 记录，请改正后再运行。"
                ) from error


def prepare(corpus: Path, target: Path, *, size: int) -> Prepared:
    """Write *size* records of *corpus* to *target* as ``.jsonl``."""
    count = sum(1 for _ in read(corpus))
    if not count:
        raise BenchError(f"语料 {corpus} 里没有记录。")
    if size <= count:
        wanted = {place * count // size for place in range(size)}
        records: Iterable[Record] = (one for place, one in enumerate(read(corpus)) if place in wanted)
        how = f"{size} of its {count} records, at even distances" if size < count else f"all of its {count} records"
    else:
        records = islice(_tiled(corpus), size)
        how = (
            f"its {count} records, and again with the clauses of every {NEIGHBOURS} neighbouring paragraphs dealt out anew, "
            f"up to {size}"
        )
    return _written(records, target, how=how)


def mixed(records: list[Record], *, tile: int, chance: random.Random) -> list[Record]:
    """*records* with their clauses dealt out anew, each as many as it had."""
    clauses = [_CLAUSE.findall(record.text) or [record.text] for record in records]
    pool = [clause for own in clauses for clause in own]
    chance.shuffle(pool)
    dealt = iter(pool)
    return [
        Record(f"{record.id}~{tile}", record.title, "".join(islice(dealt, len(own))))
        for record, own in zip(records, clauses, strict=True)
    ]


def _tiled(corpus: Path) -> Iterator[Record]:
    yield from read(corpus)
    tile = 1
    while True:
        chance, source = seeded(f"tile {tile}"), read(corpus)
        while block := list(islice(source, NEIGHBOURS)):
            yield from mixed(block, tile=tile, chance=chance)
        tile += 1


def _written(records: Iterable[Record], target: Path, *, how: str) -> Prepared:
    target.parent.mkdir(parents=True, exist_ok=True)
    count = size = 0
    seen: set[int] = set()
    with target.open("w", encoding="utf-8") as stream:
        for record in records:
            values = {"id": record.id, "title": record.title, "text": record.text}
            stream.write(json.dumps(values, ensure_ascii=False) + "\n")
            count += 1
            size += len(record.text.encode())
            seen.add(hash(record.text))
    return Prepared(count, size, count - len(seen), how)


def _opened(path: Path) -> IO[str]:
    with path.open("rb") as stream:
        packed = stream.read(2) == _GZIP
    return gzip.open(path, "rt", encoding="utf-8") if packed else path.open(encoding="utf-8")
