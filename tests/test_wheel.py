"""The package as it is installed, far from the checkout: everything that it needs is in the wheel."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.packaging import ROOT, build_wheel

LOOK = """
from pathlib import Path
import indexer, server, web.app
assert str(Path(server.__file__).parent) in indexer.__file__
page = server.app.test_client().get("/")
print(page.status_code, "范文" in page.get_data(as_text=True))
style = page.get_data(as_text=True).split('rel="stylesheet" href="')[1].split('"')[0]
print(server.app.test_client().get(style).status_code)
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The contents of the wheel."""
    folder = tmp_path_factory.mktemp("installed")
    wheel = build_wheel(tmp_path_factory.mktemp("built"))
    zipfile.ZipFile(wheel).extractall(folder)
    return folder


def run(*arguments: str | Path, installed: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "PYTHONPATH": str(installed), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-P", *map(str, arguments)]
    return subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, timeout=60, check=False)


def test_an_installed_wheel_indexes_its_samples_and_serves_pages(installed: Path, tmp_path: Path) -> None:
    samples = installed / "indexer" / "samples"
    indexed = run(
        "-m", "indexer.cli", "index", samples, "--index", "fanwen-index", installed=installed, folder=tmp_path
    )
    assert indexed.returncode == 0, indexed.stderr
    looked = run("-c", LOOK, installed=installed, folder=tmp_path)
    assert looked.stdout.split() == ["200", "True", "200"], looked.stderr


def test_a_wheel_holds_every_template_sample_and_static_file(installed: Path) -> None:
    for kept, shipped in (("templates", "web/templates"), ("corpus", "indexer/samples"), ("web/static", "web/static")):
        files = {path.relative_to(ROOT / kept) for path in (ROOT / kept).rglob("*") if path.is_file()}
        assert files == {
            path.relative_to(installed / shipped) for path in (installed / shipped).rglob("*") if path.is_file()
        }


def test_a_wheel_holds_every_module_and_no_tests(installed: Path) -> None:
    modules = {path.relative_to(ROOT) for name in ("indexer", "writing", "web") for path in (ROOT / name).rglob("*.py")}
    shipped = {path.relative_to(installed) for path in installed.rglob("*.py")}
    assert shipped == modules | {Path("server.py")}
