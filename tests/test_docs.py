"""Docs are tested: what they list is there, and what is there is listed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from indexer.errors import SourceError
from indexer.structure import furniture
from tests import samples_page

ROOT = Path(__file__).parents[1]
DOCS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])


@pytest.mark.office
def test_the_sample_library_page_tells_what_the_reader_makes_of_the_samples() -> None:
    written = samples_page.PAGE.read_text(encoding="utf-8")
    try:
        page = samples_page.page()
    except SourceError as error:
        pytest.skip(f"not all samples can be read here: {error}")
    assert written == page, "run: python -m tests.samples_page"


def test_every_link_between_the_pages_leads_somewhere() -> None:
    for page in DOCS:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_every_reason_for_setting_aside_is_in_the_operations_page() -> None:
    reasons = set(re.findall(r"``(\w+)`` ", furniture.__doc__ or ""))
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert reasons
    assert {reason for reason in reasons if f"`{reason}`" not in page} == set()


def test_the_readme_and_its_chinese_twin_name_the_same_commands() -> None:
    commands = [
        set(
            re.findall(
                r"^(?:make|\.venv/bin/fanwen) \S+", (ROOT / name).read_text(encoding="utf-8"), flags=re.MULTILINE
            )
        )
        for name in ("README.md", "README.zh-CN.md")
    ]
    assert commands[0]
    assert commands[0] == commands[1]


def test_the_documents_name_every_module_of_the_library() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    modules = {path.name if path.is_file() else f"{path.name}/" for path in (ROOT / "indexer").iterdir()}
    modules -= {"__init__.py", "__pycache__/"}
    assert {module for module in modules if module not in page} == set()
