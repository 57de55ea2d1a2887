"""What a run was made with: versions, machine, text."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import re
import sqlite3
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.bench import Bench

PACKAGES = ("fanwen", "whoosh-reloaded", "tantivy", "bm25s", "numpy", "rjieba", "jieba", "flask", "gunicorn")


def described(bench: Bench) -> dict[str, object]:
    """The head of a run."""
    return {
        "size": bench.size,
        "measures": ",".join(bench.settings.only) or "all",
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {
            "processor": _processor(),
            "cores": len(os.sched_getaffinity(0)),
            "memory_gb": round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9, 1),
            "system": platform.platform(),
        },
        "versions": {"python": platform.python_version(), "sqlite": sqlite3.sqlite_version, **_versions()},
        "corpus": {"file": bench.settings.corpus.name, **asdict(bench.prepared)},
    }


def lines(head: dict[str, object], notes: list[str]) -> list[str]:
    """The head and what a reader must know, to be printed."""
    told = []
    for name, value in head.items():
        text = ", ".join(f"{key} {each}" for key, each in value.items()) if isinstance(value, dict) else value
        told.append(f"{name}: {text}")
    return [*told, *(f"note: {note}" for note in notes)]


def _versions() -> dict[str, str]:
    found = {}
    for name in PACKAGES:
        with suppress(importlib.metadata.PackageNotFoundError):
            found[name] = importlib.metadata.version(name)
    return found


def _processor() -> str:
    with suppress(OSError):
        named = re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.MULTILINE)
        if named:
            return named[1]
    return platform.processor() or platform.machine()
