"""The command line: every command has help and is in the README; errors are words and exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from xlpy.cli import main

README = Path(__file__).parents[2] / "README.md"


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_command_has_help_and_is_documented(name: str) -> None:
    command = main.commands[name]
    assert command.help
    assert all(p.help for p in command.params if isinstance(p, click.Option))
    assert f"xlpy {name}" in README.read_text(encoding="utf-8")
    assert CliRunner().invoke(main, [name, "--help"]).exit_code == 0


def test_a_workbook_that_is_not_there_is_told_in_words(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["refresh", str(tmp_path / "none.xlsm")])
    assert result.exit_code == 2
    assert "none.xlsm" in result.output
    assert "Traceback" not in result.output


def test_missing_settings_are_told(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["doctor", "--json"])
    findings = json.loads(result.output)["findings"]
    assert result.exit_code == 1
    assert {f["area"] for f in findings if f["verdict"] == "problem"} == {"Manage", "SL"}
    assert any("XLPY_MANAGE" in f["fix"] for f in findings)


def test_new_makes_a_workbook_and_does_not_replace_one(tmp_path: Path) -> None:
    path = tmp_path / "Month end.xlsm"
    assert CliRunner().invoke(main, ["new", str(path)]).exit_code == 0
    before = path.read_bytes()
    again = CliRunner().invoke(main, ["new", str(path)])
    assert again.exit_code == 2
    assert "already" in again.output
    assert path.read_bytes() == before


def test_new_refuses_an_ending_that_loses_the_ribbon(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["new", str(tmp_path / "x.xlsx")])
    assert result.exit_code == 2
    assert ".xlsm" in result.output


def test_the_script_for_the_database_administrator_is_printed() -> None:
    result = CliRunner().invoke(main, ["sl-setup", "--print"])
    assert result.exit_code == 0
    assert "xlpy_Posting" in result.output


def test_a_crash_is_told_without_a_traceback(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import xlpy.excel.workbook.builder

    def broken(*_args: object, **_more: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr(xlpy.excel.workbook.builder, "build_workbook", broken)
    result = CliRunner().invoke(main, ["new", str(tmp_path / "x.xlsm")])
    assert result.exit_code == 2
    assert "boom" in result.output
    assert "Traceback" not in result.output
    assert "full log" in result.output


PRESSED_WHILE_IMPORTING = """
import signal, sys

class Pressed:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            signal.raise_signal(signal.SIGINT)

sys.meta_path.insert(0, Pressed())
sys.argv = ["xlpy", "--version"]
from xlpy.__main__ import main
main()
"""


@pytest.mark.parametrize("module", ["xlpy.cli", "click", "xlpy.commands.records"])
def test_ctrl_c_during_the_imports_is_told_in_words(module: str) -> None:
    code = PRESSED_WHILE_IMPORTING.format(module=module)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "Stopped before anything was done.\n")


def test_the_command_and_the_module_have_the_same_way_in() -> None:
    project = tomllib.loads((README.parent / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["scripts"] == {"xlpy": "xlpy.__main__:main"}
    done = subprocess.run(
        [sys.executable, "-m", "xlpy", "--version"], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0
    assert done.stdout.startswith("xlpy")
