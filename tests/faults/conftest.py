"""How much is tried: ``FAULTS=full`` (``make faults``, about an hour) or ``FAULTS=short`` (the default, part of ``make test``)."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from indexer.analysis import Analyzer, default_analyzer
from tests.faults.library import Scenario, scenario

_TRIED = pytest.StashKey[Counter[str]]()


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many of each are tried; None: all there are."""

    reports: int
    killed_at: int | None
    killed_at_random: int
    killed_commands: int
    failing_calls: int | None
    file_limits: int
    small_disks: int
    offsets: int
    threaded_searches: int
    searches_while_writing: int
    writers: int
    writer_rounds: int
    cut_states: int | None
    sampled_states: int


SIZES = {
    "short": Sizes(
        reports=10,
        killed_at=4,
        killed_at_random=9,
        killed_commands=1,
        failing_calls=1,
        file_limits=2,
        small_disks=3,
        offsets=1,
        threaded_searches=3000,
        searches_while_writing=600,
        writers=4,
        writer_rounds=2,
        cut_states=16,
        sampled_states=1,
    ),
    "full": Sizes(
        reports=20,
        killed_at=None,
        killed_at_random=1000,
        killed_commands=60,
        failing_calls=None,
        file_limits=150,
        small_disks=60,
        offsets=12,
        threaded_searches=100_000,
        searches_while_writing=20_000,
        writers=8,
        writer_rounds=20,
        cut_states=None,
        sampled_states=8,
    ),
}


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_TRIED] = Counter()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    tried = config.stash.get(_TRIED, Counter())
    if tried and os.environ.get("FAULTS") == "full":
        terminalreporter.section("试过的故障")
        for what, times in tried.items():
            terminalreporter.line(f"{times:>8}  {what}")


@pytest.fixture(scope="session")
def sizes() -> Sizes:
    """How much is tried in this run."""
    form = os.environ.get("FAULTS", "short")
    if form not in SIZES:
        pytest.fail(f"FAULTS={form}: must be one of {', '.join(SIZES)}")
    return SIZES[form]


@pytest.fixture
def tried(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Counts what was tried, for the summary of a full run."""

    def count(what: str, times: int = 1) -> None:
        request.config.stash.setdefault(_TRIED, Counter())[what] += times

    return count


@pytest.fixture(scope="session")
def analyzer() -> Analyzer:
    """The analyzer, with its words loaded: every child that is forked has them."""
    found = default_analyzer()
    found.words("今年以来修整河堤")
    return found


@pytest.fixture(scope="session")
def scenarios(tmp_path_factory: pytest.TempPathFactory, analyzer: Analyzer, sizes: Sizes) -> dict[str, Scenario]:
    """What is disturbed, by name."""
    names = ("first", "update", "rebuild")
    folders: dict[str, Path] = {name: tmp_path_factory.mktemp(name) for name in names}
    return {name: scenario(name, folders[name], analyzer, size=sizes.reports) for name in names}
