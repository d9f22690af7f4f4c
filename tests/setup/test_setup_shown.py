"""Check setup as it is shown: on the sheet Setup, in the console, as JSON, and from Python."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from macro_books import look_at
from setup_stage import Firm

import xlpy
from xlpy import macros
from xlpy.api import Books
from xlpy.cli import main
from xlpy.demo.company import repairs
from xlpy.demo.site.door import access
from xlpy.domain.values.statuses import Verdict
from xlpy.domain.values.transactions import Kind
from xlpy.excel.engine.closed_file import open_closed
from xlpy.excel.tables.home import write_home
from xlpy.excel.tables.setup_rows import exported_kinds_of, workbook_seen
from xlpy.excel.workbook.builder import build_workbook
from xlpy.excel.workbook.home_cells import Home
from xlpy.excel.workbook.sheet import FIRST_DATA_ROW
from xlpy.excel.workbook.sheets import PROBLEMS, SETUP
from xlpy.services.setup.lines import LINES


@pytest.fixture
def settings(firm: Firm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    manage, sl = firm.profile.manage, firm.profile.sl
    path = tmp_path / "settings.toml"
    path.write_text(
        f'[manage]\nurl = "{manage.url}"\ncompany = "{manage.company}"\nclient_id = "{manage.client_id}"\n'
        f'public_key = "{manage.public_key}"\n[sl]\nurl = "{sl.url}"\ncompany = "{sl.company}"\nuser = "{sl.user}"\n',
        encoding="utf-8",
    )
    monkeypatch.setenv("XLPY_MANAGE_PRIVATE_KEY", access.PRIVATE_KEY)
    return path


@pytest.fixture
def workbook(settings: Path, tmp_path: Path) -> Path:
    path = tmp_path / "Month end.xlsm"
    build_workbook(path, interpreter=sys.executable, profile=str(settings))
    return path


def _rows(path: Path) -> list[dict[str, Any]]:
    cells = look_at(path)[SETUP.name].iter_rows(min_row=FIRST_DATA_ROW, values_only=True)
    return [dict(zip((c.name for c in SETUP.columns), row, strict=False)) for row in cells if row[0]]


def test_the_button_fills_the_sheet_with_problems_first(workbook: Path, firm: Firm) -> None:
    repairs.set_auto_ref(firm.engine, "AR", on=True)
    alerts: list[Any] = []
    try:
        with open_closed(workbook, on_alert=alerts.append) as closed:
            pressed = macros.run("doctor", closed.book)
            closed.save()
    finally:
        repairs.set_auto_ref(firm.engine, "AR", on=False)
    assert pressed is not None
    assert pressed.exit_code == 1
    assert pressed.text.startswith("Check setup: 1 to mend, ")
    assert "sheet Setup" in str(alerts)
    rows = _rows(workbook)
    assert [row["Verdict"] for row in rows[:2]] == ["Problem", "Could not tell"]
    assert rows[0]["What"] == "AR AutoRef"
    assert "08.950" in rows[0]["How to fix"]
    assert [row["Verdict"] for row in rows] == sorted(
        (row["Verdict"] for row in rows), key=["Problem", "Could not tell", "Note", "OK"].index
    )
    assert all(row["What it means"] for row in rows)
    assert not look_at(workbook)[PROBLEMS.name].cell(FIRST_DATA_ROW, 1).value


def test_a_profile_with_mistakes_can_be_checked_in_the_workbook(workbook: Path, settings: Path) -> None:
    settings.write_text('[posting]\nbatch_status = "X"\n', encoding="utf-8")
    with open_closed(workbook) as closed:
        pressed = macros.run("doctor", closed.book)
        closed.save()
    assert pressed is not None
    assert pressed.exit_code == 1
    assert _rows(workbook)[0]["How to fix"] == "Correct settings.toml, line 2."


def test_what_the_workbook_says_of_itself(workbook: Path) -> None:
    with open_closed(workbook) as closed:
        seen = workbook_seen(closed.book)
        assert (seen.interpreter, seen.version) == (sys.executable, xlpy.__version__)
        assert Path(seen.path) == workbook
        assert exported_kinds_of(closed.book) == frozenset(Kind)
        write_home(closed.book, {Home.EXPORT_INVENTORY: "No", Home.EXPORT_EXPENSES: "No"})
        assert exported_kinds_of(closed.book) == {Kind.INVOICE}
        write_home(closed.book, {Home.EXPORT_INVENTORY: "perhaps"})
        assert exported_kinds_of(closed.book) is None


def test_the_command_checks_a_closed_workbook(workbook: Path, firm: Firm) -> None:
    result = CliRunner().invoke(main, ["doctor", "--workbook", str(workbook)])
    assert result.exit_code == 0, result.output
    assert "Python of the workbook" in result.stdout
    assert _rows(workbook)
    data = json.loads(CliRunner().invoke(main, ["doctor", "--workbook", str(workbook), "--json"]).stdout)
    verdicts = {finding["subject"]: finding["verdict"] for finding in data["findings"]}
    assert verdicts["Python of the workbook"] == "ok"


def test_the_console_wraps_at_a_hundred_columns(settings: Path, firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    with firm.with_value("GLSetup", "BaseCuryId", "XXX"):
        result = CliRunner().invoke(main, ["doctor", "--profile", str(settings)])
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert max(map(len, lines)) <= 100
    areas = ["This PC", "Manage", "SL"]
    assert [line.rstrip() for line in lines if line.rstrip() in areas] == areas
    problem = next(number for number, line in enumerate(lines) if line.startswith("problem"))
    assert any("→ Add it in SL" in line for line in lines[problem : problem + 6])
    assert "1 to mend" in result.stderr


def test_the_json_has_every_line_with_its_meaning(settings: Path) -> None:
    result = CliRunner().invoke(main, ["doctor", "--profile", str(settings), "--json"])
    data = json.loads(result.stdout)
    assert (result.exit_code, data["state"]) == (0, "checked")
    assert all(finding.keys() == {"area", "subject", "verdict", "text", "means", "fix"} for finding in data["findings"])
    assert {finding["area"] for finding in data["findings"]} == {"This PC", "Manage", "SL"}
    assert access.PRIVATE_KEY not in result.stdout


def test_settings_with_mistakes_end_with_1_and_name_them(settings: Path) -> None:
    settings.write_text("[manage]\nread_timeout = 0\n", encoding="utf-8")
    result = CliRunner().invoke(main, ["doctor", "--profile", str(settings), "--json"])
    assert result.exit_code == 1
    (wrong,) = [f for f in json.loads(result.stdout)["findings"] if f["verdict"] == "problem"]
    assert wrong["fix"] == "Correct settings.toml, line 2."


def test_from_python(firm: Firm) -> None:
    with Books(firm.session()) as books:
        found = books.check_setup()
    assert not [finding for finding in found if finding.verdict is Verdict.PROBLEM]


def test_every_line_of_the_check_is_used_and_means_something(firm: Firm) -> None:
    subjects = {(line.area, line.subject) for line in LINES.values()}
    assert len(subjects) == len(LINES)
    assert all(line.means for line in LINES.values())
    code = "".join(
        path.read_text(encoding="utf-8") for path in (Path(xlpy.__file__).parent / "services" / "setup").glob("*.py")
    )
    assert all(code.count(f'"{name}"') > 1 for name in LINES)
