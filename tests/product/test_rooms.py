"""The house: no module imports in a circle, no room is crowded, no module is long. The order is import-linter's."""

from __future__ import annotations

import ast
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path

import pytest

from xlpy.excel.workbook.ribbon_buttons import BUTTONS

ROOT = Path(__file__).parents[2]
XLPY = ROOT / "xlpy"
MOST_MODULES = 20
MOST_LINES = 400
# An xlwings engine's objects know their owner (``Range.sheet``, ``Sheet.book``, ``Book.app``): names for types, only.
OWNERS = "xlpy.excel.engine."


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES: Mapping[str, Path] = {name_of(path): path for path in XLPY.rglob("*.py")}


def is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def nodes_of(tree: ast.AST, *, types: bool) -> Iterator[ast.AST]:
    for node in ast.iter_child_nodes(tree):
        if types or not is_for_types(node):
            yield node
            yield from nodes_of(node, types=types)


def imported_by(source: str, *, types: bool = True) -> set[str]:
    """Modules of the product that a module imports anywhere: on top, within functions and (``types``) for types."""
    found: set[str] = set()
    for node in nodes_of(ast.parse(source), types=types):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    within = {name for name in found if name in MODULES}
    # ``from xlpy.excel import vba`` means the module within, not the room that it is in.
    return {name for name in within if not any(other.startswith(f"{name}.") for other in within)}


def circles(graph: Mapping[str, set[str]]) -> list[list[str]]:
    """Return the ways that come back to where they began: each once, from its first module to itself."""
    done: set[str] = set()
    found: list[list[str]] = []

    def walk(name: str, way: list[str]) -> None:
        if name in way:
            found.append([*way[way.index(name) :], name])
            return
        if name in done:
            return
        for other in sorted(graph[name]):
            walk(other, [*way, name])
        done.add(name)

    for name in sorted(graph):
        walk(name, [])
    return found


def test_no_module_imports_in_a_circle() -> None:
    graph = {
        name: imported_by(path.read_text(encoding="utf-8"), types=not name.startswith(OWNERS)) - {name}
        for name, path in MODULES.items()
    }
    assert sum(map(len, graph.values())) > 1_500, "the imports are not found any more"
    assert [" -> ".join(way) for way in circles(graph)] == []


def test_a_circle_through_a_function_or_for_types_is_seen() -> None:
    within = "def later():\n    from xlpy.excel import vba\n"
    for_types = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from xlpy.cli import main\n"
    assert imported_by(within) == {"xlpy.excel.vba"}
    assert imported_by(for_types) == {"xlpy.cli"}
    assert imported_by(for_types, types=False) == set()
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == [["b", "c", "b"]]
    assert circles({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []


def test_no_room_is_crowded() -> None:
    rooms = Counter(path.parent for path in MODULES.values() if path.name != "__init__.py")
    assert {name_of(room): count for room, count in rooms.items() if count > MOST_MODULES} == {}


def test_modules_stay_short() -> None:
    lengths = {name: len(path.read_text(encoding="utf-8").splitlines()) for name, path in MODULES.items()}
    lengths |= {
        str(path): len(path.read_text(encoding="utf-8").splitlines()) for path in (ROOT / "tests").rglob("*.py")
    }
    assert {name: length for name, length in lengths.items() if length > MOST_LINES} == {}


def test_every_room_says_what_lives_there() -> None:
    rooms = {name_of(path.parent): path.parent / "__init__.py" for path in MODULES.values()}
    assert [name for name, path in rooms.items() if not ast.get_docstring(ast.parse(path.read_text("utf-8")))] == []


# Buttons whose one function is not among the flows, and why.
ELSEWHERE = {
    "login": "xlpy.login.start",  # works before there is anything to connect to
    "logout": "xlpy.login.start",
    "select_all": "xlpy.excel.buttons.batch",  # change nothing but the sheets
    "deselect_all": "xlpy.excel.buttons.batch",
    "deselect_problems": "xlpy.excel.buttons.batch",
    "save_errors": "xlpy.excel.audit.errors_list",  # files of Excel
    "audit": "xlpy.excel.audit.export",
    "help": "xlpy.help.show",
}


@pytest.mark.parametrize("button", BUTTONS, ids=lambda button: button.id)
def test_every_button_has_one_function_among_the_flows(button) -> None:
    module = f"xlpy.services.flows.{button.group.lower()}"
    if button.id in ELSEWHERE:
        assert import_module(ELSEWHERE[button.id])
        assert not hasattr(sys.modules.get(module), button.id)
    else:
        assert callable(getattr(import_module(module), button.id))
