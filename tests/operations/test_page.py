"""What docs/operations.md lists is there, and what is there is listed: commands, flags, make targets, metrics, fields of the log."""

from __future__ import annotations

import argparse
import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from indexer import config
from indexer.cli import parser
from indexer.search import Search
from tests.operations.running import ROOT
from tests.operations.steps import PAGE
from tests.web.shelf import settings_for
from web import create_app
from web.running import limits

TEXT = PAGE.read_text(encoding="utf-8")
# Flags of other programs that the page gives in its steps, and of gunicorn where it is started by hand.
_OF_OTHERS = re.compile(
    r"^.*\b(?:curl|sudo|docker|sha256sum|pip|systemctl|systemd-analyze|gunicorn|flask)\b.*$", re.MULTILINE
)


def commands() -> dict[str, set[str]]:
    """The long flags of each command, ``keys add`` among them."""
    return dict(_commands(parser(), ""))


def _commands(one: argparse.ArgumentParser, name: str) -> Iterator[tuple[str, set[str]]]:
    below = [action for action in one._actions if isinstance(action, argparse._SubParsersAction)]
    for action in below:
        for choice, child in action.choices.items():
            yield from _commands(child, f"{name} {choice}".strip())
    if not below:
        flags = {flag for action in one._actions for flag in action.option_strings if flag.startswith("--")}
        yield name, flags - {"--help"}


def table(heading: str) -> str:
    """The section of the page under *heading*."""
    return TEXT.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def test_every_command_is_in_the_table_with_its_flags() -> None:
    listed = table("Commands")
    for name, flags in commands().items():
        (row, *_) = [line for line in listed.splitlines() if re.search(rf"`fanwen {name}\b", line)] or [""]
        assert row, name
        # What every command takes is told once, under the settings.
        missing = {flag for flag in flags - {"--index", "--config", "--state"} if flag not in row}
        assert missing == set(), name


def test_every_command_that_the_page_names_is_there() -> None:
    known = {name.split()[0] for name in commands()}
    named = set(re.findall(r"(?:`|bin/|\$ )fanwen ([a-z]+)", TEXT))
    assert named
    assert named <= known


def test_every_flag_that_the_page_names_is_there() -> None:
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", _OF_OTHERS.sub("", TEXT)))
    known = set().union(*commands().values()) | {f"--{name.replace('_', '-')}" for name in config.names()}
    assert "--rebuild" in named
    assert named <= known | {"--help"}


def test_every_setting_that_the_page_names_is_there() -> None:
    named = set(re.findall(r"\bFANWEN_[A-Z_]+", TEXT)) - {config.CONFIG_VARIABLE, "FANWEN_LIBRARY"}
    assert named <= {f"{config.PREFIX}{name.upper()}" for name in config.names()}


def test_every_make_target_is_told_by_make_and_the_readme_names_no_other() -> None:
    told = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert phony
    targets = set(phony[1].split())
    assert set(re.findall(r"^make (\w+)", told, re.MULTILINE)) == targets - {"help"}
    for page in [*ROOT.glob("README*.md"), *(ROOT / "docs").glob("*.md")]:
        named = set(re.findall(r"`make (\w+)`|^make (\w+)", page.read_text(encoding="utf-8"), re.MULTILINE))
        assert {first or second for first, second in named} <= targets, page.name


def test_every_metric_is_listed_and_every_listed_one_told(shelf: Path) -> None:
    search = Search(folder=shelf)
    client = create_app(replace(settings_for(shelf), metrics=True), search).test_client()
    told = set(re.findall(r"^# TYPE (\S+)", client.get("/metrics").get_data(as_text=True), re.MULTILINE))
    search.close()
    # What a client library adds of itself, about when a count began.
    assert {name for name in told if not name.endswith("_created")} == set(
        re.findall(r"`(fanwen_\w+)`", table("Watching it"))
    )


def test_every_field_of_the_access_log_is_listed(shelf: Path, tmp_path: Path) -> None:
    search = Search(folder=shelf)
    settings = replace(settings_for(shelf), state=tmp_path / "state", access_log=str(tmp_path / "log"))
    create_app(settings, search).test_client().get("/search?q=红旗户")
    search.close()
    fields = set(json.loads((tmp_path / "log").read_text(encoding="utf-8")))
    rows = re.findall(r"^\| (`\w+`(?:, `\w+`)*) \|", table("Watching it"), re.MULTILINE)
    listed = {field for row in rows for field in re.findall(r"`(\w+)`", row) if not field.startswith("fanwen_")}
    assert listed == fields


@pytest.mark.parametrize(
    "bound",
    [
        f"{limits.LINE_BYTES:,} bytes",
        f"| {limits.HEAD_FIELDS} (gunicorn)",
        f"| {limits.HEAD_SECONDS} s (gunicorn)",
        f"| {limits.KEEPALIVE_SECONDS} s (waitress: {limits.SILENT_SECONDS} s)",
        f"what was asked is answered ({limits.FAREWELL_SECONDS} s at most)",
    ],
)
def test_the_bounds_are_those_of_the_program(bound: str) -> None:
    assert bound in table("Serving")
