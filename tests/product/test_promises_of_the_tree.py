"""Promises about the project itself."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted((ROOT / "xlpy").rglob("*.py"))
DOMAIN = [path for path in MODULES if path.is_relative_to(ROOT / "xlpy" / "domain")]
DEMO_COMMAND = ROOT / "xlpy" / "commands" / "demo.py"


def imports_of(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


@pytest.mark.parametrize("path", DOMAIN, ids=lambda p: str(p.relative_to(ROOT)))
def test_the_domain_does_no_input_or_output(path: Path) -> None:
    edges = ("requests", "sqlalchemy", "pyodbc", "xlwings", "openpyxl", "socket", "sqlite3", "pathlib", "os", "io")
    inner = ("xlpy.manage.", "xlpy.sl.", "xlpy.excel", "xlpy.services", "xlpy.demo", "xlpy.profile.settings")
    bad = {name for name in imports_of(path) if name.split(".")[0] in edges or name.startswith(inner)}
    assert bad == set()


@pytest.mark.parametrize(
    "path", [p for p in MODULES if "demo" not in p.parts and p != DEMO_COMMAND], ids=lambda p: str(p.relative_to(ROOT))
)
def test_the_product_needs_no_demo(path: Path) -> None:
    assert not {name for name in imports_of(path) if name.startswith("xlpy.demo")}


def test_no_test_reads_macros_in_openpyxl_s_own_way() -> None:
    """It leaves an archive open, which may raise in whatever test runs when it is collected."""
    found = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "tests").rglob("*.py")
        if "bench" not in path.parts and b"keep_vba" in path.read_bytes()  # only these are taken apart
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and any(named.arg == "keep_vba" for named in node.keywords)
    ]
    assert found == []


def test_pressing_the_ribbon_loads_the_database_and_the_web_only_when_needed() -> None:
    code = (
        "import sys; import xlpy.macros; print([m for m in ('sqlalchemy', 'requests', 'werkzeug') if m in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = "import sys; import xlpy; print([m for m in ('pandas', 'xlwings', 'sqlalchemy') if m in sys.modules])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
