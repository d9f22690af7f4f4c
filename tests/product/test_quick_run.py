"""The quick run of a developer leaves out what is long, and still goes through every room."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest
from quick_run import SLOW_FILES

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests"
ROOMS = sorted(
    ".".join(init.parent.relative_to(ROOT).parts)
    for init in (ROOT / "xlpy").glob("*/**/__init__.py")
    if "demo" not in init.parts  # the demo's site and company are gone through by all of them
)


@cache
def _imports(path: Path) -> frozenset[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            found.update((node.module, *(f"{node.module}.{alias.name}" for alias in node.names)))
        elif isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
    return frozenset(found)


def _quick_folders() -> dict[Path, list[Path]]:
    """Return the folders of quick tests with their modules, the stages that they stand on included."""
    return {
        folder: [path for path in folder.glob("*.py") if path.relative_to(TESTS).as_posix() not in SLOW_FILES]
        for folder in sorted(TESTS.iterdir())
        if folder.is_dir()
        and any(path.relative_to(TESTS).as_posix() not in SLOW_FILES for path in folder.glob("test_*.py"))
    }


def test_every_file_that_is_left_out_is_there() -> None:
    assert {name for name in SLOW_FILES if not (TESTS / name).is_file()} == set()


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_is_gone_through(room: str) -> None:
    imported = _imported()
    used = {name for name in imported if name == room or name.startswith(f"{room}.")}
    if not used:  # a room that only others use: they import it
        inside = {name for path in _modules_of(imported) for name in _imports(path)}
        used = {name for name in inside if name == room or name.startswith(f"{room}.")}
    assert used


@cache
def _imported() -> frozenset[str]:
    return frozenset(name for paths in _quick_folders().values() for path in paths for name in _imports(path))


def _modules_of(names: frozenset[str]) -> list[Path]:
    return [path for name in names if (path := ROOT / Path(*name.split(".")).with_suffix(".py")).is_file()]


def test_the_readme_says_how_to_run_it() -> None:
    assert '-m pytest -n 2 --dist loadfile -m "not slow"' in (ROOT / "README.md").read_text(encoding="utf-8")


def test_what_is_left_out_is_marked(request: pytest.FixtureRequest) -> None:
    marked = {
        item.path.relative_to(TESTS).as_posix()
        for item in request.session.items
        if item.path.is_relative_to(TESTS) and item.get_closest_marker("slow")
    }
    there = {
        item.path.relative_to(TESTS).as_posix() for item in request.session.items if item.path.is_relative_to(TESTS)
    }
    assert there & SLOW_FILES.keys() <= marked
