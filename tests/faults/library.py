"""Small libraries, what is done to them, and everything that an index of them must answer before and after."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from indexer.analysis import Analyzer
from indexer.catalog import SourceEntry
from indexer.engines.whoosh import WhooshEngine
from indexer.errors import IndexMissing
from indexer.generations import IndexFolder
from indexer.model import Document, Part, Source
from indexer.parsers import parse
from indexer.query import MatchAll, Query
from indexer.query import parse as parse_query
from indexer.structure import parts

QUERIES = ("河堤", '"巡查值守"', "今年以来修整河堤，新建泵站", "专项整治 -河堤", "以…为抓手", "问题 OR 不足", "第3镇")
_WORDS = ("河堤", "泵站", "整治", "巡查", "专项", "窗口", "办件")
# What a source is to hold; None removes it.
Changes = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Answers:
    """Everything an index says: complete results with scores, its texts, its catalog and counts of words."""

    hits: Mapping[str, tuple[tuple[str, float], ...]]
    texts: Mapping[str, str]
    catalog: Mapping[str, str]
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A folder as it is found, what a build does to it, and the answers before it, after it, and after one build more."""

    name: str
    template: Path | None
    changes: Changes
    rebuild: bool
    former: Answers | None
    new: Answers
    after_former: Answers
    after_new: Answers

    def laid_out(self, folder: Path) -> Path:
        """A fresh copy of the index as it is found, in *folder*; empty before a first build."""
        if folder.exists():
            shutil.rmtree(folder)
        if self.template:
            shutil.copytree(self.template, folder)
        return folder

    def build(self, folder: Path, analyzer: Analyzer) -> None:
        """What is disturbed."""
        write(folder, analyzer, self.changes, rebuild=self.rebuild)


NEXT: Changes = {"补记.txt": "补记\n\n今年以来，第九镇修整河堤九公里，发现问题两处，已全部整改到位。\n"}


def report(number: int, *, year: int = 2023) -> str:
    """A short report with a title, two headings and a few paragraphs."""
    return (
        f"青石镇{year}年防汛工作总结（{number}）\n\n一、主要做法\n\n"
        f"今年以来，第{number}镇修整河堤{number + 3}公里，新建泵站{number % 7 + 1}座，巡查值守责任到人，确保安全度汛。\n\n"
        f"我们以第{number % 5 + 1}季度专项整治为抓手，排查隐患{number * 2 + 1}处，窗口办件{number * 11}件。\n\n"
        "二、存在的问题和不足\n\n"
        f"同时，我们也清醒地看到，{'物资储备' if number % 2 else '队伍建设'}还有差距，第{number % 4}批问题尚未整改到位。\n"
    )


def shelf(count: int) -> dict[str, str]:
    """*count* reports by name."""
    return {f"总结{number:02}.txt": report(number) for number in range(count)}


def updates(count: int) -> Changes:
    """What changes a shelf of *count* reports: two are removed, two rewritten, three added."""
    return {
        "总结00.txt": None,
        f"总结{count - 1:02}.txt": None,
        "总结01.txt": report(61, year=2024),
        "总结02.txt": report(62, year=2024),
        **{f"新到{number}.txt": report(70 + number, year=2024) for number in range(3)},
    }


def write(folder: Path, analyzer: Analyzer, changes: Changes, *, rebuild: bool = False) -> None:
    """A build that brings *changes* into the index in *folder*, in this process."""
    with IndexFolder(folder).building(analyzer, rebuild=rebuild) as building, building.writing() as writer:
        for name, text in changes.items():
            writer.delete_source(name)
            found = _parts(name, text) if text is not None else []
            for part in found:
                writer.add(part)
            if text is None:
                building.catalog.delete(name)
            else:
                fingerprint = hashlib.blake2b(text.encode()).hexdigest()
                passages = sum(len(part.passages) for part in found)
                building.catalog.put(SourceEntry(name, fingerprint, documents=len(found), passages=passages))


def answers(folder: Path, analyzer: Analyzer) -> Answers:
    """What the index in *folder* says. IndexMissing, IndexDamaged."""
    store = IndexFolder(folder)
    with (
        store.open(analyzer) as engine,
        store.catalog() as catalog,
        closing(store.current().vocabulary()) as vocabulary,
    ):
        everything = [match.id for match in engine.search(MatchAll(), limit=10_000).hits]
        return Answers(
            hits={query: _hits(engine, parse_query(query).query) for query in QUERIES},
            texts={record.id: record.text for record in engine.passages(everything)},
            catalog=dict(catalog.fingerprints()),
            counts=vocabulary.counts(_WORDS),
        )


def scenario(name: str, folder: Path, analyzer: Analyzer, *, size: int) -> Scenario:
    """The scenario *name*: a ``first`` build, an ``update`` of a folder with two generations, or a ``rebuild`` of it."""
    template = None if name == "first" else folder / "template"
    if template:
        write(template, analyzer, shelf(size // 2))
        write(template, analyzer, shelf(size))
    changes = shelf(size) if name == "first" else updates(size)
    own = Scenario(name, template, changes, name == "rebuild", None, *[_NOTHING] * 3)
    return Scenario(
        name,
        template,
        changes,
        own.rebuild,
        former=answers(template, analyzer) if template else None,
        new=_after(own, folder, analyzer, changes),
        after_former=_after(own, folder, analyzer, NEXT),
        after_new=_after(own, folder, analyzer, changes, NEXT),
    )


_NOTHING = Answers({}, {}, {}, {})


def check(found: Scenario, folder: Path, analyzer: Analyzer) -> str:
    """Whether the index in *folder* is the ``former`` or the ``new`` one: whole, with every answer right. AssertionError."""
    try:
        own = answers(folder, analyzer)
    except IndexMissing:
        assert found.former is None, "the former index is gone"
        return "former"
    assert IndexFolder(folder).verify().problems == ()
    assert IndexFolder(folder).current().warnings == ()
    assert own in (found.former, found.new), "answers of neither the former nor the new index"
    return "new" if own == found.new else "former"


def check_next(found: Scenario, folder: Path, analyzer: Analyzer, *, served: str) -> None:
    """The next build on *folder*, where the ``former`` or ``new`` index is *served*, succeeds and leaves no litter."""
    write(folder, analyzer, NEXT)
    assert answers(folder, analyzer) == (found.after_new if served == "new" else found.after_former)
    assert IndexFolder(folder).verify().problems == ()
    assert {each.name for each in folder.iterdir()} <= {"current", "generations", "writer.lock"}
    generations = sorted(each.name for each in (folder / "generations").iterdir())
    assert len(generations) <= 2, generations
    assert all(name.isdecimal() for name in generations), generations


def _after(found: Scenario, folder: Path, analyzer: Analyzer, *builds: Changes) -> Answers:
    path = found.laid_out(folder / "expected")
    for changes in builds:
        write(path, analyzer, changes, rebuild=found.rebuild and changes is found.changes)
    return answers(path, analyzer)


def _parts(name: str, text: str) -> list[Part]:
    documents = parse(Source(Path(name), name), text.encode())
    return [part for document in documents if isinstance(document, Document) for part in parts(document)]


def _hits(engine: WhooshEngine, query: Query) -> tuple[tuple[str, float], ...]:
    found = engine.search(query, limit=10_000)
    assert found.total == len(found.hits)
    return tuple((match.id, match.score) for match in found.hits)
