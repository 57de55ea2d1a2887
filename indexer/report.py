"""What a run of the indexer has done, for people and for programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from types import MappingProxyType

from indexer.model import Skipped

# What was set aside, as it is named to people.
ASIDE_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "advert": "引到别处的广告",
        "attachment": "附件名",
        "byline": "来源和时间",
        "chatter": "编者套话",
        "counter": "浏览计数",
        "front": "题下说明",
        "lead": "导语",
        "menu": "菜单",
        "page": "页码",
        "signature": "落款",
        "site": "网站名",
        "tail": "文后链接",
        "teaser": "重复的导读",
        "title_repeat": "重复的标题",
        "watermark": "水印",
    }
)


@dataclass(frozen=True, slots=True)
class Report:
    """``new``, ``changed``, ``unchanged`` and ``gone`` count sources; the other numbers tell of the index as it is now.

    ``kept`` are sources that could not be read now and whose former passages stay. ``skipped`` are those without any
    passage, and records that could not be read in this run. ``set_aside`` counts lines by reason. ``megabytes`` were
    read in this run. ``notes`` tell why more was done than was asked for.
    """

    index: str
    generation: int
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    gone: int = 0
    sources: int = 0
    documents: int = 0
    passages: int = 0
    set_aside: Mapping[str, int] = field(default_factory=dict)
    kept: tuple[Skipped, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    warnings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    megabytes: float = 0.0
    seconds: float = 0.0

    @property
    def is_unchanged(self) -> bool:
        """Whether the run found nothing new, changed or gone."""
        return not (self.new or self.changed or self.gone or self.notes)

    @property
    def rate(self) -> float:
        """Megabytes a second."""
        return self.megabytes / self.seconds if self.seconds else 0.0

    def as_json(self) -> dict[str, object]:
        """The report as JSON values."""
        numbers = {"megabytes": round(self.megabytes, 3), "seconds": round(self.seconds, 3)}
        return {**asdict(self), **numbers, "mb_per_second": round(self.rate, 3)}
