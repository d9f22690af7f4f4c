"""``--json`` is JSON also when it fails, readable in every code page; who stops reading changes no exit code."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from xlpy.cli import main

KEYS = {"state", "text", "plan_hash", "batches", "manage_batches", "problems", "results"}


@pytest.mark.parametrize("command", ["refresh", "check", "preview", "push", "recover"])
def test_a_failure_is_json_on_standard_output_and_words_beside_it(tmp_path: Path, command: str) -> None:
    result = CliRunner().invoke(main, [command, str(tmp_path / "Müller.xlsm"), "--json"])
    said = json.loads(result.stdout)
    assert result.exit_code == 2
    assert said.keys() == KEYS
    assert said["state"] == "failed"
    assert "Müller.xlsm" in said["text"]
    assert "Müller.xlsm" in result.stderr
    assert result.stdout.isascii()


def test_a_crash_is_json_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import xlpy.excel.engine.closed_file

    def broken(*_args: object, **_more: object) -> None:
        raise RuntimeError("boom PWD=hunter2;")

    monkeypatch.setattr(xlpy.excel.engine.closed_file, "open_closed", broken)
    result = CliRunner().invoke(main, ["push", str(tmp_path / "x.xlsm"), "--json"])
    assert result.exit_code == 2
    assert "boom" in json.loads(result.stdout)["text"]
    assert "hunter2" not in result.output


def test_ctrl_c_is_told_and_could_not_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import xlpy.excel.engine.closed_file

    def stopped(*_args: object, **_more: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(xlpy.excel.engine.closed_file, "open_closed", stopped)
    result = CliRunner().invoke(main, ["push", str(tmp_path / "x.xlsm"), "--json"])
    assert result.exit_code == 2
    assert "Stopped" in json.loads(result.stdout)["text"]


def test_a_reader_who_goes_away_changes_no_exit_code() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "xlpy", "doctor", "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    said = process.stderr.read().decode()
    process.stderr.close()
    assert process.wait() == 1  # nothing is set up: problems, as with a reader
    assert "Traceback" not in said
    assert "BrokenPipe" not in said
