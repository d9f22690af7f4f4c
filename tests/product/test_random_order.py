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
    for name in ("conftest.py", "ooxml.py", "process_state.py", "quick_run.py", "rare_collecting.py"):
        (tmp_path / name).write_text((TESTS / name).read_text(encoding="utf-8"), encoding="utf-8")
    return tmp_path


def _order(folder: Path, seed: int, *more: str) -> list[str]:
    """Return the tests in the order in which they run (or would run)."""
    plugins = ("-p", "xdist", "-p", "pytest_randomly", "-p", "no:cacheprovider")
    command = [sys.executable, "-m", "pytest", *plugins, f"--randomly-seed={seed}", *more, "."]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment = {**kept, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}  # two plugins are enough
    ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True)
    found = list(dict.fromkeys(re.findall(r"test_file_\d+\.py::test_\d+", ran.stdout)))
    assert len(found) == 55
    return found


def test_files_and_their_tests_run_in_an_order_that_the_seed_gives(some_files: Path) -> None:
    one_process = ("--collect-only", "-q")
    shared_out = ("-v", "-n", "1", "--dist", "loadfile")
    one, other = (_order(some_files, seed, *one_process) for seed in (1, 2))
    assert _order(some_files, 1, *shared_out) == one
    assert _files(one) != _files(other)
    assert sorted(_files(one)) == sorted(_files(other))
    assert [name for name in one if "file_10." in name] != [name for name in other if "file_10." in name]


def _files(tests: list[str]) -> list[str]:
    return list(dict.fromkeys(name.split("::")[0] for name in tests))
