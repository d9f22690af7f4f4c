"""For all tests: the user's data folder is a temporary one, and with XLPY_REQUIRE_ALL=1 a skip is a failure."""

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path

import pytest

ONLY_SERVER_TESTS_MAY_SKIP = "XLPY_TEST_ODBC"


@pytest.fixture(autouse=True)
def data_of_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "user data"
    monkeypatch.setenv("XLPY_DATA", str(folder))
    for name in list(os.environ):
        if name.startswith(("XLPY_MANAGE", "XLPY_SL", "XLPY_PROFILE")):
            monkeypatch.delenv(name)
    return folder


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    reason = str(report.longrepr)
    if os.environ.get("XLPY_REQUIRE_ALL") == "1" and report.skipped and ONLY_SERVER_TESTS_MAY_SKIP not in reason:
        report.outcome = "failed"
        report.longrepr = f"skipped, but XLPY_REQUIRE_ALL=1: {reason}"
    return report
