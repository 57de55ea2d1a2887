"""The sample library: large and varied enough to search in, in every format and encoding that is read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from indexer.analysis import default_analyzer
from indexer.build import build
from indexer.config import load
from indexer.errors import SourceError
from indexer.model import Document, Part, Source
from indexer.parsers import PARSERS, parse, suffix_of
from indexer.search import Search, SearchRequest
from indexer.structure import parts
from indexer.text import fold_text

CORPUS = Path(__file__).parents[1] / "corpus"
FILES = sorted(path for path in CORPUS.rglob("*") if path.is_file())


@cache
def library() -> tuple[tuple[Document, Part], ...]:
    return tuple((document, part) for path in FILES for document in _documents(path) for part in parts(document))


def _documents(path: Path) -> Iterator[Document]:
    try:
        for document in parse(Source(path, path.relative_to(CORPUS).as_posix()), path.read_bytes()):
            assert isinstance(document, Document)
            yield document
    except SourceError as error:
        # Only the office formats depend on a program of the system.
        if error.code != "libreoffice":
            raise


def test_the_library_is_large_and_of_many_kinds() -> None:
    kinds = Counter(part.kind for _, part in library() if part.kind)
    assert len(library()) >= 40
    assert len(kinds) >= 12
    assert sum(len(part.passages) for _, part in library()) >= 500


def test_every_format_and_encoding_is_there() -> None:
    assert {suffix_of(path.name) for path in FILES} >= set(PARSERS) - {".wps"}
    encodings = {document.encoding for document, _ in library()}
    assert encodings >= {"utf-8", "utf-16-le", "utf-16-be", "gb18030", "big5"}
    raw = [path.read_bytes() for path in FILES if path.suffix == ".txt"]
    assert any(data.startswith(b"\xef\xbb\xbf") for data in raw)
    assert any(b"\r" in data and b"\n" not in data for data in raw)
    assert any(b"\r\n" in data for data in raw)
    assert any("\u200b".encode() in data for data in raw)
    assert any("\xa0".encode() in data for data in raw)


def test_every_sort_of_mess_is_there() -> None:
    asides = {aside.reason for _, part in library() for aside in part.set_aside}
    marks = {flag for _, part in library() for passage in part.passages for flag in passage.flags}
    assert asides >= {
        "menu",
        "byline",
        "counter",
        "lead",
        "chatter",
        "teaser",
        "title_repeat",
        "tail",
        "watermark",
        "signature",
    }
    assert marks >= {"masked", "gap", "cut", "glossary"}
    assert any(part.script == "hant" for _, part in library())


def test_no_two_documents_share_a_sentence() -> None:
    seen: dict[str, str] = {}
    for _, part in library():
        for passage in part.passages:
            for sentence in fold_text(passage.text).replace("!", "。").split("。"):
                if len(sentence) < 24:
                    continue
                assert seen.setdefault(sentence, part.id) == part.id, sentence


@pytest.fixture(scope="module")
def search(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Search]:
    folder = tmp_path_factory.mktemp("samples")
    settings = load({"index": folder, "sources": [CORPUS]}, environ={})
    report = build(settings, analyzer=default_analyzer())
    assert {skipped.code for skipped in report.skipped} <= {"libreoffice"}
    made = Search(folder=folder)
    yield made
    made.close()


@pytest.mark.parametrize("query", ["信访", "乡村振兴", "作风建设", "安全生产", "存在的问题", "下一步打算", "环境整治"])
def test_the_searches_of_a_writer_give_results_worth_reading(search: Search, query: str) -> None:
    page = search.search(SearchRequest(query=query))
    assert page.relaxed is None
    assert page.total >= 10
    assert len({hit.record.document_id for hit in page.hits}) >= 5
    assert all(len(hit.record.text) >= 40 for hit in page.hits[:3])
