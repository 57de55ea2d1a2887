"""What a run of the indexer has done, for people and for programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from indexer.model import Skipped


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
