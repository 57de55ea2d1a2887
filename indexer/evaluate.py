"""Measures the search over judged queries: nDCG, MRR, recall, by class of query.

A judged folder holds ``passages.jsonl[.gz]`` ({"id", "title", "heading"?, "text"}), ``queries.jsonl[.gz]``
({"id", "text", "class"?}) and ``qrels.tsv`` (``qid pid``, or TREC's ``qid 0 pid grade``). The passages are indexed as
they are, and each query is asked as the service would ask it.
"""

from __future__ import annotations

import gzip
import importlib
import json
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import IO, Any

from indexer.analysis import Analyzer
from indexer.errors import EvaluationError, QueryError
from indexer.generations import IndexFolder
from indexer.model import Heading, Part, Passage, Piece, Place, Understanding
from indexer.search import Search, SearchRequest
from indexer.structure.functions import with_functions
from indexer.structure.script import is_converted, script_of

DEPTH = 50
ALL = "all"
NAMES = ("nDCG@10", "MRR@10", "Recall@50", "judged@10")
# From this grade on a passage is relevant for MRR and recall, where the judgments have grades.
RELEVANT = 2


@dataclass(frozen=True, slots=True)
class JudgedQuery:
    """A query of a judged set."""

    id: str
    text: str
    class_name: str = ALL


@dataclass(frozen=True, slots=True)
class Ranking:
    """What the search answered to a query: passages by id, best first, and the time it took in milliseconds.

    ``refused``: the query is beyond the bounds of the grammar; it counts as one that found nothing.
    """

    query: JudgedQuery
    hits: tuple[str, ...]
    took_ms: float
    refused: bool = False

    @property
    def scored(self) -> Iterator[tuple[str, float]]:
        """The passages with scores that fall from place to place: ties are the service's to break, not the library's."""
        return ((passage, float(DEPTH - place)) for place, passage in enumerate(self.hits))


@dataclass(frozen=True, slots=True)
class Row:
    """The measures of a class of queries; times in milliseconds."""

    name: str
    queries: int
    measures: Mapping[str, float]
    median_ms: float
    p95_ms: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A row for each class and one for all, the rankings, and the measures of each query by name."""

    rows: tuple[Row, ...]
    rankings: tuple[Ranking, ...]
    by_query: Mapping[str, Mapping[str, float]]


def read_queries(folder: Path) -> list[JudgedQuery]:
    """The queries of a judged folder."""
    return [JudgedQuery(one["id"], one["text"], one.get("class", ALL)) for one in _records(folder, "queries.jsonl")]


def read_judgments(folder: Path) -> dict[str, dict[str, int]]:
    """Grade by query and passage; 1 where the file has no grades."""
    judgments: dict[str, dict[str, int]] = defaultdict(dict)
    path = folder / "qrels.tsv"
    with _opened(path) as lines:
        for number, line in enumerate(lines, 1):
            fields = line.split()
            if len(fields) not in {2, 4} or (fields[3:] and not fields[3].lstrip("-").isdigit()):
                raise EvaluationError(f"{path} 第 {number} 行应为“qid pid”或“qid 0 pid grade”。")
            judgments[fields[0]][fields[1] if len(fields) == 2 else fields[2]] = int(fields[3]) if fields[3:] else 1
    return dict(judgments)


def index_passages(folder: Path, index: Path, analyzer: Analyzer) -> dict[str, str]:
    """Index the passages of a judged folder as they are; the passage of each id that the search will give."""
    names: dict[str, str] = {}
    store = IndexFolder(index)
    with store.building(analyzer, rebuild=True) as building, building.writing() as writer:
        for number, record in enumerate(_records(folder, "passages.jsonl")):
            part = _part(number, record)
            names[f"{part.id}-0"] = record["id"]
            writer.add(part)
    return names


def rank(
    search: Search,
    queries: Iterable[JudgedQuery],
    names: Mapping[str, str],
    *,
    collapse: bool,
    off: frozenset[Understanding] = frozenset(),
) -> list[Ranking]:
    """Ask each query, without the kinds of understanding that are *off*; one beyond the bounds of the grammar finds nothing
    and is counted so."""
    request = SearchRequest(per_page=DEPTH, collapse=collapse, off=off)
    return [_ranking(search, query, names, replace(request, query=query.text)) for query in queries]


def measure(rankings: Sequence[Ranking], judgments: Mapping[str, Mapping[str, int]]) -> Evaluation:
    """Compare *rankings* with *judgments*; queries without any judgment are left out. Raises EvaluationError if all are."""
    judged = [ranking for ranking in rankings if ranking.query.id in judgments]
    if not judged:
        raise EvaluationError("没有一个检索词有评判：请核对 queries.jsonl 和 qrels.tsv 里的编号。")
    by_query = _by_query(judged, judgments)
    classes = list(dict.fromkeys(ranking.query.class_name for ranking in judged))
    rows = [_row(ALL, judged, by_query)]
    if classes != [ALL]:
        rows += [_row(name, [one for one in judged if one.query.class_name == name], by_query) for name in classes]
    return Evaluation(tuple(rows), tuple(judged), by_query)


def trec_run(rankings: Iterable[Ranking]) -> Iterator[str]:
    """Lines of a TREC run file."""
    for ranking in rankings:
        for place, (passage, score) in enumerate(ranking.scored, 1):
            yield f"{ranking.query.id} Q0 {passage} {place} {score:.6f} fanwen"


def table(found: Evaluation) -> Iterator[str]:
    """The rows as lines of text."""
    yield f"{'class':16}{'n':>6}" + "".join(f"{name:>11}" for name in NAMES) + f"{'median ms':>11}{'p95 ms':>9}"
    for row in found.rows:
        measures = "".join(f"{row.measures[name]:11.3f}" for name in NAMES)
        yield f"{row.name:16}{row.queries:6}{measures}{row.median_ms:11.1f}{row.p95_ms:9.1f}"


def _ranking(search: Search, query: JudgedQuery, names: Mapping[str, str], request: SearchRequest) -> Ranking:
    try:
        page = search.search(request)
    except QueryError:
        return Ranking(query, (), 0.0, refused=True)
    return Ranking(query, tuple(names[hit.record.id] for hit in page.hits), page.took_ms)


def _part(number: int, record: Mapping[str, str]) -> Part:
    text, heading = record["text"], record.get("heading", "")
    path = (heading,) if heading else ()
    headings = tuple(Heading(0, 1, heading, -1, ()) for _ in path)
    place = Place((Piece(0, len(text)),), line=number + 1)
    flags = ("converted",) if is_converted([text]) else ()
    passage = Passage(0, text, place, tuple(range(len(path))), path, flags=flags)
    part = Part(
        f"{number:016x}",
        "passages",
        number,
        record.get("title", ""),
        script=script_of(text),
        headings=headings,
        passages=(passage,),
    )
    return with_functions(part)


def _by_query(rankings: Sequence[Ranking], judgments: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, float]]:
    library = measuring_library()
    names = dict(zip(_measures(judgments), NAMES, strict=True))
    qrels = [library.Qrel(qid, pid, grade) for qid, grades in judgments.items() for pid, grade in grades.items()]
    run = [library.ScoredDoc(one.query.id, pid, score) for one in rankings for pid, score in one.scored]
    found: dict[str, dict[str, float]] = {one.query.id: dict.fromkeys(NAMES, 0.0) for one in rankings}
    for value in library.iter_calc(list(names), qrels, run):
        if value.query_id in found:
            found[value.query_id][names[value.measure]] = value.value
    return found


def _measures(judgments: Mapping[str, Mapping[str, int]]) -> list[Any]:
    library = measuring_library()
    grades = {grade for judged in judgments.values() for grade in judged.values()}
    least = RELEVANT if max(grades) > 1 else 1
    # One passage that is just right outweighs two that touch the topic.
    gains = {grade: 2**grade - 1 for grade in grades if grade > 0}
    return [
        library.nDCG(gains=gains) @ 10,
        library.RR(rel=least) @ 10,
        library.R(rel=least) @ DEPTH,
        library.Judged @ 10,
    ]


def measuring_library() -> ModuleType:
    """ir_measures, or an EvaluationError that says how to install it."""
    try:
        return importlib.import_module("ir_measures")
    except ImportError as error:
        raise EvaluationError("缺少评测所需的 ir-measures：请用 pip install 'fanwen[evaluate]' 安装。") from error


def _row(name: str, rankings: Sequence[Ranking], by_query: Mapping[str, Mapping[str, float]]) -> Row:
    sums: Counter[str] = Counter()
    for ranking in rankings:
        sums.update(by_query[ranking.query.id])
    times = sorted(ranking.took_ms for ranking in rankings)
    measures = {measure: sums[measure] / len(rankings) for measure in NAMES}
    return Row(
        name, len(rankings), measures, statistics.median(times), times[min(len(times) - 1, int(len(times) * 0.95))]
    )


def _records(folder: Path, name: str) -> Iterator[dict[str, str]]:
    path = next((path for path in (folder / name, folder / f"{name}.gz") if path.exists()), folder / name)
    with _opened(path) as lines:
        for number, line in enumerate(lines, 1):
            yield _record(line, f"{path} 第 {number} 行")


def _record(line: str, where: str) -> dict[str, str]:
    try:
        record = json.loads(line)
    except json.JSONDecodeError as error:
        raise EvaluationError(f"{where}不是有效的 JSON。") from error
    if not isinstance(record, dict) or not all(isinstance(record.get(key), str) for key in ("id", "text")):
        raise EvaluationError(f"{where}应为带 id 和 text 的 JSON 对象。")
    return record


def _opened(path: Path) -> IO[str]:
    try:
        return gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8")
    except FileNotFoundError as error:
        raise EvaluationError(
            f"找不到 {path}：评测文件夹里要有 passages.jsonl、queries.jsonl 和 qrels.tsv。"
        ) from error
