"""One run: its settings, its text, the indexes that were built for it, and what was said about it."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

from benchmarks import corpus, processes
from benchmarks.analysis import CutOnce
from benchmarks.corpus import Prepared
from benchmarks.peers import catalog
from benchmarks.peers.base import Peer
from benchmarks.peers.ours import NAME as OURS
from benchmarks.peers.ours import Fanwen
from benchmarks.questions import Sampler
from benchmarks.settings import Settings
from indexer.analysis import default_analyzer
from indexer.generations import IndexFolder

# The index that jieba cut the words of; the service's own is cut by rjieba.
OURS_WITH_JIEBA = "fanwen, jieba"
# Stock Whoosh is built with jieba: that is how it stood before this service.
_WITH_JIEBA = frozenset({OURS_WITH_JIEBA, "whoosh"})
QUESTIONS_OF_MANY = 20
_HIDING = Path(__file__).parent / "without_rjieba"


@dataclass(frozen=True, slots=True)
class Made:
    """An index, and what it took to build it. ``bytes`` counts its files."""

    folder: Path
    seconds: float
    cpu: float
    peak_rss: float
    peak_pss: float
    bytes: int


class Bench:
    """What the measures share."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.notes: list[str] = []
        self.analyzer = CutOnce(default_analyzer())
        self._made: dict[str, Made] = {}

    @property
    def size(self) -> int:
        """Records."""
        return self.settings.size

    @property
    def is_large(self) -> bool:
        """Whether slow peers are left out and fewer questions asked."""
        return self.size > catalog.WHOOSH_MOST

    @property
    def questions(self) -> int:
        """How many are asked of each kind."""
        return min(self.settings.questions, QUESTIONS_OF_MANY) if self.is_large else self.settings.questions

    @property
    def path(self) -> Path:
        """The text of this run."""
        return self.settings.work / "corpus.jsonl"

    @cached_property
    def prepared(self) -> Prepared:
        """The text, written."""
        self.say(f"正在准备 {self.size} 段文字……")
        return corpus.prepare(self.settings.corpus, self.path, size=self.size)

    @cached_property
    def sampler(self) -> Sampler:
        """What is asked."""
        return Sampler(self.path, default_analyzer(), size=self.prepared.records)

    @cached_property
    def peers(self) -> list[str]:
        """The peers that are installed and not too slow for this size."""
        found = catalog.installed()
        for name in sorted(set(catalog.PACKAGES) - set(found)):
            self.note(f"{name} is not installed (pip install '.[bench]') and left out")
        if self.is_large and "whoosh" in found:
            self.note(f"stock Whoosh is left out beyond {catalog.WHOOSH_MOST} records: it would take hours")
            found.remove("whoosh")
        return found

    def say(self, line: str) -> None:
        """Tell the person who waits."""
        print(line, file=sys.stderr, flush=True)

    def note(self, line: str) -> None:
        """Keep what a reader of the figures must know, once."""
        if line not in self.notes:
            self.notes.append(line)

    def made(self, name: str) -> Made:
        """The index of *name*, built now where it has not been."""
        if name not in self._made:
            self._made[name] = self._kept(name) or self._build(name)
        return self._made[name]

    def ours(self) -> Fanwen:
        """Our engine as the peers score."""
        return Fanwen(self.made(OURS).folder, self.analyzer)

    def ours_whole(self) -> Fanwen:
        """Our engine as the service uses it."""
        return Fanwen.whole(self.made(OURS).folder, self.analyzer)

    def peer(self, name: str) -> Peer:
        """An installed peer, opened."""
        return catalog.opened(name, self.made(name).folder)

    def _kept(self, name: str) -> Made | None:
        """The index of an earlier run over the same text, where it may be used."""
        path = self._receipt(name)
        if not (self.settings.keep and path.exists()):
            return None
        values = json.loads(path.read_text(encoding="utf-8"))
        if values.pop("text") != self._text:
            return None
        self.note(f"the index of {name} was kept from an earlier run")
        return Made(self._folder(name), **values)

    def _build(self, name: str) -> Made:
        folder = self._folder(name)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        text = self._text
        self.say(f"正在建立 {name} 的索引……")
        run = processes.run(_command(name, self.path, folder), environ=environ(jieba=name in _WITH_JIEBA))
        made = Made(folder, run.seconds, run.cpu, run.peak_rss, run.peak_pss, _bytes(folder))
        values = {key: value for key, value in asdict(made).items() if key != "folder"}
        self._receipt(name).write_text(json.dumps({**values, "text": text}), encoding="utf-8")
        return made

    @property
    def _text(self) -> list[object]:
        return [str(self.settings.corpus), *asdict(self.prepared).values()]

    def _folder(self, name: str) -> Path:
        return self.settings.work / name.replace(", ", "-").replace(" ", "-")

    def _receipt(self, name: str) -> Path:
        return self._folder(name).with_suffix(".json")


def environ(*, jieba: bool = False) -> Mapping[str, str]:
    """The environment of programs that are measured: without settings of the service, and with rjieba or *jieba*."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("FANWEN_")}
    if jieba:
        own["PYTHONPATH"] = os.pathsep.join(filter(None, [str(_HIDING), own.get("PYTHONPATH", "")]))
    return own


def _command(name: str, path: Path, folder: Path) -> Sequence[str]:
    if name in (OURS, OURS_WITH_JIEBA):
        return [sys.executable, "-m", "indexer.cli", "index", str(path), "--index", str(folder)]
    return [sys.executable, "-m", "benchmarks.peers", name, str(path), str(folder)]


def _bytes(folder: Path) -> int:
    """The size of an index: of ours, the generation in service."""
    own = IndexFolder(folder).current().path if (folder / "current").exists() else folder
    return sum(file.stat().st_size for file in own.rglob("*") if file.is_file())
