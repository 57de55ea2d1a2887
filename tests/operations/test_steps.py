"""docs/operations.md is followed: each of its steps is run as it stands there, and does what it says."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.operations.running import ROOT
from tests.operations.steps import PAGE, Machine, blocks
from tests.web.shelf import TEXTS

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux") or not all(map(shutil.which, ("curl", "flock", "tar"))),
    reason="the steps are for Linux, with curl and flock",
)
full = pytest.mark.skipif(os.environ.get("OPERATIONS") != "full", reason="takes minutes: make operations")

NEW = "新增的一篇\n这一篇是备份以后才放进来的，讲的是榆树湾村修建晒谷场的经过和账目公开的办法。\n"


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """A machine on which the service was set up by the steps of the page, and runs."""
    made = Machine.made(tmp_path_factory.mktemp("machine"))
    made.program("0.1.0")
    (made.box / "opt/fanwen").symlink_to(made.box / "opt/fanwen-0.1.0")
    library = made.box / "srv/fanwen/范文"
    for name, text in TEXTS.items():
        (library / name).parent.mkdir(parents=True, exist_ok=True)
        (library / name).write_text(text, encoding="utf-8")
    # What root would do with sed: the units of the page lead to the folders of this machine.
    made.point_units()
    made.run("service")
    yield made
    made.systemctl("stop", "fanwen")


def ready(machine: Machine) -> dict[str, Any]:
    with urllib.request.urlopen(f"http://127.0.0.1:{machine.port}/readyz", timeout=60) as answer:
        told: dict[str, Any] = json.load(answer)
    return told


def index_of(machine: Machine) -> Path:
    return machine.box / "srv/fanwen/index"


def generation(machine: Machine) -> Path:
    return max((index_of(machine) / "generations").glob("[0-9]*[0-9]"))


def test_every_block_that_is_marked_is_run_by_a_test() -> None:
    here = Path(__file__).read_text(encoding="utf-8")
    assert blocks()
    assert {name for name in blocks() if f'run("{name}"' not in here} == set()


def test_every_block_of_commands_is_marked_or_needs_docker() -> None:
    page = PAGE.read_text(encoding="utf-8")
    found = re.findall(r"(?:<!-- (tests run this): [\w-]+ -->\n)?```sh\n(.*?)```", page, flags=re.DOTALL)
    assert all(marked or "docker" in block for marked, block in found)


def test_the_service_is_set_up_and_answers(machine: Machine) -> None:
    told = ready(machine)
    assert told["ready"] is True
    assert (told["generation"], told["passages"] > 10) == (1, True)


def test_a_backup_is_made_tried_and_restored_after_damage(machine: Machine) -> None:
    before = ready(machine)
    machine.run("backup")
    (backup,) = (machine.box / "var/backups/fanwen").glob("*.tar.gz")
    with tarfile.open(backup) as kept:
        names = kept.getnames()
    assert {"fanwen.toml", "index/current"} <= set(names)
    machine.run("try-backup")
    assert not (machine.box / "var/tmp/fanwen-restored").exists()
    _damage(machine)
    machine.run("restore")
    assert ready(machine) == before
    assert not (machine.box / "srv/fanwen/index.damaged").exists()


def _damage(machine: Machine) -> None:
    """Alter a byte in the middle of the largest file, as a disk would."""
    largest = max(generation(machine).iterdir(), key=lambda path: path.stat().st_size)
    largest.chmod(0o600)
    data = bytearray(largest.read_bytes())
    data[len(data) // 2] ^= 0xFF
    largest.write_bytes(data)
    looked = subprocess.run(
        [machine.box / "opt/fanwen/bin/fanwen", "verify", "--index", index_of(machine)],
        capture_output=True,
        check=False,
    )
    assert looked.returncode == 1


def test_a_backup_that_is_broken_is_noticed_when_it_is_tried(machine: Machine) -> None:
    machine.run("backup")
    (backup,) = (machine.box / "var/backups/fanwen").glob("*.tar.gz")
    data = bytearray(backup.read_bytes())
    whole = bytes(data)
    data[len(data) // 2] ^= 0xFF
    backup.write_bytes(data)
    with pytest.raises(AssertionError):
        machine.run("try-backup")
    shutil.rmtree(machine.box / "var/tmp/fanwen-restored", ignore_errors=True)
    backup.write_bytes(whole)


@full
def test_a_new_version_takes_over_and_the_former_one_comes_back_with_its_generation(machine: Machine) -> None:
    before = ready(machine)
    machine.program("0.2.0")
    added = machine.box / "srv/fanwen/范文/新增.txt"
    added.write_text(NEW, encoding="utf-8")
    machine.run("upgrade")
    after = ready(machine)
    assert (machine.box / "opt/fanwen").resolve().name == "fanwen-0.2.0"
    assert after["generation"] == before["generation"] + 1
    assert after["passages"] > before["passages"]
    machine.run("downgrade")
    assert (machine.box / "opt/fanwen").resolve().name == "fanwen-0.1.0"
    assert ready(machine)["passages"] == before["passages"]


@full
def test_a_machine_without_a_network_is_served_from_the_wheelhouse(tmp_path: Path) -> None:
    """The packages are made in a copy of the checkout, and installed into an empty environment that cannot reach PyPI."""
    machine = Machine.made(tmp_path / "machine")
    checkout = tmp_path / "checkout"
    ignored = shutil.ignore_patterns("build", ".git", ".venv", "__pycache__", ".*_cache", ".hypothesis")
    shutil.copytree(ROOT, checkout, symlinks=True, ignore=ignored)
    machine.run("wheelhouse", folder=checkout)
    shutil.copytree(checkout / "build/wheelhouse", machine.box / "home/wheelhouse")
    machine.run("install", offline=True)
    program = machine.box / "opt/fanwen/bin/fanwen"
    samples = subprocess.run(
        [program, "samples"], capture_output=True, text=True, check=True, cwd=tmp_path
    ).stdout.strip()
    assert Path(samples).is_relative_to((machine.box / "opt/fanwen").resolve())
    indexed = subprocess.run([program, "index", samples, "--index", "index"], cwd=tmp_path, check=False)
    assert indexed.returncode == 0
    library = machine.box / "srv/fanwen/范文"
    library.mkdir(parents=True)
    (library / "新增.txt").write_text(NEW, encoding="utf-8")
    machine.point_units()
    machine.run("service")
    assert ready(machine)["ready"] is True
    machine.systemctl("stop", "fanwen")
