"""The tests run in a random order, and a seed repeats it: also among the files that two processes share."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]


@pytest.fixture
def some_files(tmp_path: Path) -> Path:
    """Ten files with one to ten tests each, under this project's rules."""
    for number in range(1, 11):
        tests = "".join(f"def test_{one}(): pass\n" for one in range(number))
        (tmp_path / f"test_file_{number}.py").write_text(tests, encoding="utf-8")
    (tmp_path / "conftest.py").write_text((TESTS / "conftest.py").read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "process_state.py").write_text(
        (TESTS / "process_state.py").read_text(encoding="utf-8"), encoding="utf-8"
    )
    return tmp_path


def _order(folder: Path, seed: int, *more: str) -> tuple[list[str], list[str]]:
    """Run the files; return the files in their order, and the tests of the largest one in theirs."""
    command = [sys.executable, "-m", "pytest", "-v", "-p", "no:cacheprovider", f"--randomly-seed={seed}", *more, "."]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True)
    assert f"--randomly-seed={seed}" in ran.stdout  # printed, so that an order can be repeated
    found = re.findall(r"(test_file_\d+)\.py::(test_\d+) ?.*PASSED|PASSED (test_file_\d+)\.py::(test_\d+)", ran.stdout)
    pairs = [(one[0] or one[2], one[1] or one[3]) for one in found]
    assert len(pairs) == 55
    return list(dict.fromkeys(file for file, _ in pairs)), [test for file, test in pairs if file == "test_file_10"]


@pytest.mark.parametrize("processes", [(), ("-n", "1", "--dist", "loadfile")], ids=["one process", "shared out"])
def test_files_and_their_tests_run_in_an_order_that_the_seed_gives(
    some_files: Path, processes: tuple[str, ...]
) -> None:
    files, tests = _order(some_files, 1, *processes)
    assert _order(some_files, 1, *processes) == (files, tests)
    other_files, other_tests = _order(some_files, 2, *processes)
    assert other_files != files
    assert other_tests != tests
    assert sorted(other_files) == sorted(files)
