"""Exports: a document a line, in batches; a bad line is skipped alone."""

from __future__ import annotations

import gzip
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import SourceError
from indexer.parsers import jsonl
from indexer.parsers.bounds import MAX_RECORD_BYTES

from .samples import records, texts


def line(**fields: object) -> bytes:
    return json.dumps(fields, ensure_ascii=False).encode() + b"\n"


def test_fields_become_meta_and_the_text_its_lines() -> None:
    (found,), _ = records("a.jsonl", line(id=3, title="总结", text="一、\r\n正文", year=2021, unit="不认识的字段"))
    assert found.meta == {"title": "总结", "year": "2021", "record": "3"}
    assert texts(found) == ["一、", "正文"]
    assert [block.line for block in found.blocks] == [1, 1]


def test_a_record_without_id_is_known_by_its_line() -> None:
    found, _ = records("a.jsonl", b"\n" + line(text="正文"))
    assert found[0].meta["record"] == "2"


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (b"{", "不是有效的 JSON"),
        (b"[1]", "不是 JSON 对象"),
        (b'{"title": "x"}', "没有 text"),
        (b'{"text": " "}', "没有 text"),
        (b'{"text": ["x"]}', "没有 text"),
        ('{"text": "中"}'.encode("gb18030"), "不是 UTF-8"),
        (b'{"text": "' + b"x" * 1_100_000 + b'"}', "超过 1 MB"),
        (b"[" * 100_000, "不是有效的 JSON"),
        (b'{"text": "x", "n": ' + b"9" * 5000 + b"}", "不是有效的 JSON"),
    ],
)
def test_a_bad_line_is_skipped_with_its_number_and_the_others_are_read(bad: bytes, reason: str) -> None:
    found, skipped = records("a.jsonl", line(text="前") + bad + b"\n" + line(text="后"))
    assert [one.text for one in found] == ["前", "后"]
    assert [(one.code, reason in one.reason) for one in skipped] == [("bad_record", True)]
    assert skipped[0].reason.startswith("第 2 行：")


def test_half_a_surrogate_pair_becomes_a_replacement_character() -> None:
    found, _ = records("a.jsonl", b'{"text": "\\ud800\xe4\xb8\xad"}')
    assert found[0].text == "\ufffd中"


def test_a_mark_at_the_beginning_and_a_missing_line_end_do_no_harm() -> None:
    found, skipped = records("a.jsonl", b"\xef\xbb\xbf" + line(text="甲") + line(text="乙").rstrip())
    assert [one.text for one in found] == ["甲", "乙"]
    assert not skipped


def test_gzip_is_told_by_its_bytes() -> None:
    found, _ = records("a.jsonl.gz", gzip.compress(line(text="甲") * 3))
    assert len(found) == 3


def test_batches_hold_whole_lines_and_know_their_numbers() -> None:
    lines = [line(text="字" * (number % 700)) for number in range(10_000)]
    found = list(jsonl.batches(io.BytesIO(b"".join(lines))))
    assert [one.rstrip() for one in lines] == [one for batch in found for one in batch.lines]
    assert [batch.first_line for batch in found] == [
        1 + sum(len(one.lines) for one in found[:n]) for n in range(len(found))
    ]
    sizes = [sum(map(len, batch.lines)) for batch in found]
    assert sizes[0] <= jsonl.BATCH_BYTES < sizes[4]
    assert max(sizes) <= jsonl.MOST_TIMES * jsonl.BATCH_BYTES


def test_short_lines_make_batches_too() -> None:
    found = [len(batch.lines) for batch in jsonl.batches(io.BytesIO(line(text="字") * 30_000))]
    assert found[0] == jsonl.BATCH_LINES
    assert max(found) == jsonl.MOST_TIMES * jsonl.BATCH_LINES


def test_a_long_line_is_cut_and_not_held() -> None:
    data = line(text="x" * 5_000_000) + line(text="后")
    (batch, after) = jsonl.batches(io.BytesIO(data))
    assert MAX_RECORD_BYTES < len(batch.lines[0]) < MAX_RECORD_BYTES + 10
    assert after.lines == (line(text="后").rstrip(),)


def test_a_torn_gzip_keeps_what_came_before() -> None:
    whole = gzip.compress(b"".join(line(text=f"第{number}条", salt=str(number * 7919)) for number in range(5_000)))
    batches = jsonl.batches(io.BytesIO(whole[: len(whole) * 2 // 3]))
    assert next(batches).first_line == 1
    with pytest.raises(SourceError, match="已损坏或不完整"):
        list(batches)


def test_a_gzip_bomb_is_stopped() -> None:
    bomb = gzip.compress(b" " * 80_000_000)
    with pytest.raises(SourceError, match="解压后过大") as caught:
        for _ in jsonl.batches(io.BytesIO(bomb)):
            pass
    assert caught.value.code == "too_large"


def test_an_empty_export_is_told() -> None:
    with pytest.raises(SourceError, match="没有文字"):
        records("a.jsonl", b"\n\n")


@given(
    st.lists(st.binary(max_size=30).filter(lambda data: b"\n" not in data and not data.endswith(b"\r")), max_size=20)
)
def test_any_lines_come_back_in_order(lines: list[bytes]) -> None:
    data = b"".join(one + b"\n" for one in lines)
    if not data.startswith((b"\x1f\x8b", b"\xef\xbb\xbf")):
        assert [one for batch in jsonl.batches(io.BytesIO(data)) for one in batch.lines] == lines


def test_halves_of_a_batch_hold_the_same_lines() -> None:
    first, second = jsonl.Batch(10, (b"a", b"b", b"c")).halves()
    assert (first.first_line, first.lines) == (10, (b"a",))
    assert (second.first_line, second.lines) == (11, (b"b", b"c"))
