"""A run of the indexer -> what its page tells: how far it is, and what it did."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from indexer.progress import clock, megabytes
from indexer.report import ASIDE_NAMES
from indexer.state.runs import Run
from web.admin import shown

# Lines of a list that a page shows; the others are counted.
LISTED = 200


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is. ``share`` is between 0 and 1, 0 where that cannot be told; ``line`` says it all."""

    running: bool
    stage: str
    share: float
    line: str


@dataclass(frozen=True, slots=True)
class Listed:
    """The beginning of a list of (file, what is said of it), and how many more there are."""

    total: int
    lines: tuple[tuple[str, str], ...]

    @property
    def more(self) -> int:
        """How many are not listed."""
        return self.total - len(self.lines)


@dataclass(frozen=True, slots=True)
class Told:
    """What a run that went well reported."""

    summary: str
    library: str
    pace: str
    skipped: Listed
    kept: Listed
    warnings: Listed
    set_aside: tuple[tuple[str, int], ...]
    notes: tuple[str, ...]


def progress(run: Run) -> Progress:
    """How far *run* is."""
    stage = run.stage or "正在启动"
    share = min(1.0, run.bytes_done / run.bytes) if run.bytes else 0.0
    counted = f"：{run.files_done} / {run.files} 个文件" if run.files else ""
    percent = f"，{share:.0%}" if share else ""
    return Progress(run.state == "running", stage, round(share, 3), f"{stage}{counted}{percent}")


def told(run: Run) -> Told | None:
    """The report of *run*; None where it has none."""
    report = run.report
    if not report:
        return None
    return Told(
        summary=f"新增 {_number(report, 'new')} 个文件，更新 {_number(report, 'changed')} 个，"
        f"未变 {_number(report, 'unchanged')} 个，移出 {_number(report, 'gone')} 个。",
        library=f"文库现有 {_number(report, 'sources')} 个文件、{_number(report, 'documents')} 篇文章、"
        f"{_number(report, 'passages')} 个段落。",
        pace=f"用时 {clock(float(report.get('seconds', 0)))}，读取 {megabytes(float(report.get('megabytes', 0)) * 1e6)}。",
        skipped=_skipped(report.get("skipped", ())),
        kept=_skipped(report.get("kept", ())),
        warnings=_warnings(report.get("warnings", {})),
        set_aside=_asides(report.get("set_aside", {})),
        notes=tuple(map(str, report.get("notes", ()))),
    )


def _number(report: Mapping[str, Any], name: str) -> int:
    return int(report.get(name, 0))


def _skipped(found: Iterable[Mapping[str, str]]) -> Listed:
    return _listed([(one["source"], one["reason"]) for one in found])


def _warnings(found: Mapping[str, Iterable[str]]) -> Listed:
    return _listed([(name, sentence) for name, sentences in found.items() for sentence in sentences])


def _listed(lines: list[tuple[str, str]]) -> Listed:
    return Listed(len(lines), tuple((shown.name(name), said) for name, said in lines[:LISTED]))


def _asides(counts: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    named = [(ASIDE_NAMES.get(reason, reason), int(count)) for reason, count in counts.items()]
    return tuple(sorted(named, key=lambda pair: (-pair[1], pair[0])))
