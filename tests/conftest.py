"""For all tests: a process as if it were new, a data folder of its own, and with XLPY_REQUIRE_ALL=1 no skips."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator, Iterator
from itertools import count
from pathlib import Path

import pytest
from ooxml import every_written_workbook_is_valid
from process_state import process_as_it_was
from quick_run import FIRST, SLOW_FILES
from rare_collecting import collect_once, collect_rarely

# xlwings loads it where it is there, for a second in each process; only the notebook needs it, in a process of its own.
sys.modules.setdefault("matplotlib", None)  # type: ignore[arg-type] # as if it were not installed

_NUMBERS = count(1)
ONLY_SERVER_TESTS_MAY_SKIP = "XLPY_TEST_ODBC"


def pytest_configure(config: pytest.Config) -> None:
    """Keep the random order of ``pytest-randomly``: ``pytest-xdist`` would put files with many tests first."""
    if hasattr(config.option, "loadscopereorder"):
        config.option.loadscopereorder = False


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Let every second process begin at the other end: each finds half of the files compiled by its neighbour."""
    report = yield
    if _of_process() % 2 and isinstance(collector, (pytest.Session, pytest.Directory)):
        report.result.reverse()
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Generator[None, None, None]:
    """Mark the long files, before ``-m "not slow"`` chooses; of the order that came by chance, the longest go first."""
    items.sort(key=lambda item: item.path)  # from whichever end they were collected
    for item in items:
        if _file_of(item) in SLOW_FILES:
            item.add_marker(pytest.mark.slow)
    yield
    items.sort(key=lambda item: _file_of(item) not in FIRST)


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    collect_rarely()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish() -> None:
    collect_once()


def _of_process() -> int:
    return int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))


def _file_of(item: pytest.Item) -> str:
    return "/".join(item.path.parts[-2:])


@pytest.fixture(autouse=True)
def a_process_as_if_new() -> Iterator[None]:
    """State that the product keeps for the process is put back after each test; ``process_state`` lists it."""
    with process_as_it_was(), every_written_workbook_is_valid():
        yield


@pytest.fixture(autouse=True)
def data_of_the_user(
    a_process_as_if_new: None, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A folder of its own for each test, which is not made before something is kept in it."""
    folder = tmp_path_factory.getbasetemp() / "user data" / f"{next(_NUMBERS)}"
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
