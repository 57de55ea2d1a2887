"""What can be set, from the environment: ``SIZE=10000 ONLY=query,build make bench``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.errors import BenchError

CORPUS = Path("../shared/data/paras_100k.jsonl.gz")


@dataclass(frozen=True, slots=True)
class Settings:
    """One run.

    ``only`` names the measures to take, all where it is empty. ``questions`` are asked of each kind. ``seconds`` is how long each load lasts, ``rate`` how many
    requests a second it brings. ``keep`` uses the indexes of an earlier run. ``folder`` takes the indexes and the results.
    """

    size: int = 100_000
    corpus: Path = CORPUS
    only: tuple[str, ...] = ()
    questions: int = 50
    seconds: int = 60
    rate: int = 200
    keep: bool = False
    folder: Path = Path("build")

    @property
    def work(self) -> Path:
        """The folder of the text and the indexes of this size."""
        return self.folder / "bench" / str(self.size)


def from_environ(environ: Mapping[str, str], *, measures: tuple[str, ...]) -> Settings:
    """The settings of *environ*; *measures* are the names that ONLY may hold. Raises BenchError."""
    default = Settings()
    return Settings(
        size=_number(environ, "SIZE", default=default.size, low=100),
        corpus=_corpus(environ),
        only=_only(environ, measures),
        questions=_number(environ, "QUESTIONS", default=default.questions, low=2),
        seconds=_number(environ, "SECONDS", default=default.seconds, low=2),
        rate=_number(environ, "RATE", default=default.rate, low=1),
        keep=environ.get("KEEP", "") not in ("", "0"),
        folder=Path(environ.get("BENCH_FOLDER") or default.folder),
    )


def _number(environ: Mapping[str, str], name: str, *, default: int, low: int) -> int:
    raw = environ.get(name, "").strip().replace("_", "")
    if not raw:
        return default
    if not (raw.isascii() and raw.isdigit() and len(raw) < 10 and int(raw) >= low):
        raise BenchError(f"{name}={raw} 用不上：应为不小于 {low} 的整数，例如 {name}={default} make bench")
    return int(raw)


def _corpus(environ: Mapping[str, str]) -> Path:
    path = Path(environ.get("CORPUS") or CORPUS)
    if not path.is_file():
        raise BenchError(
            f"没有语料 {path}：请用 CORPUS=文件 make bench 指明，格式为 .jsonl 或 .jsonl.gz，每行有 id、title、text。"
        )
    return path


def _only(environ: Mapping[str, str], measures: tuple[str, ...]) -> tuple[str, ...]:
    asked = tuple(name.strip() for name in environ.get("ONLY", "").split(",") if name.strip())
    strange = [name for name in asked if name not in measures]
    if strange:
        raise BenchError(f"ONLY 里没有“{strange[0]}”这一项，可以是：{','.join(measures)}")
    return asked
