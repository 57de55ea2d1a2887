"""Where everything must be installed (FANWEN_TEST_REQUIRE_ALL=1), what is missing fails instead of being skipped."""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest
from hypothesis import settings

# How long an example takes says more about the machine than about the program. A run that decides on a change tries the same
# examples every time; other runs try new ones.
settings.register_profile("fanwen", deadline=None, derandomize=bool(os.environ.get("FANWEN_TEST_REQUIRE_ALL")))
settings.load_profile("fanwen")

# Tests with these marks skip themselves where a program of the system is missing.
_SYSTEM_PROGRAMS = ("browser", "office", "nginx", "systemd")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    needs_program = any(item.get_closest_marker(mark) for mark in _SYSTEM_PROGRAMS)
    if report.skipped and needs_program and os.environ.get("FANWEN_TEST_REQUIRE_ALL"):
        report.outcome = "failed"
        report.longrepr = f"没有跳过的余地：{report.longrepr}"
    return report
