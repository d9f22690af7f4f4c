"""List of errors, full log and audit record by ribbon, command line and Python: what the user gets in her folder."""

from __future__ import annotations

import csv
import io
import json
import logging
import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from by_column import at
from click.testing import CliRunner, Result
from macro_books import load_book
from new_workbooks import put_new_workbook
from ooxml import remarks

import xlpy
from xlpy import macros
from xlpy.api import Books
from xlpy.cli import main
from xlpy.domain.values.problems import Problem, Severity
from xlpy.errors import FileNotSaved
from xlpy.excel.audit.errors_list import NothingToSave, harmless, save_errors
from xlpy.excel.audit.sheets import each_problem
from xlpy.excel.buttons.batch import show_problems
from xlpy.excel.engine.closed_file import open_closed
from xlpy.excel.tables.home import write_home
from xlpy.excel.workbook.home_cells import Home
from xlpy.excel.workbook.sheets import PROBLEMS
from xlpy.runlog import name_run, run_log
from xlpy.services.records.saved_log import NothingLogged, lines_of_run, save_log

PROBLEM = Problem(
    Severity.STOP,
    "CUST-MISSING",
    "=cmd|' /C calc'!A0",
    transaction="0100",
    in_manage="-Łódź €",
    fix="PWD=hunter2;",
    where="SL: Customer",
)


@pytest.fixture(scope="module")
def _workbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("workbook") / "Month end.xlsm"
    put_new_workbook(path)
    with open_closed(path) as closed:
        write_home(closed.book, {Home.BATCH_IDENTIFIER: "OCT"})
        show_problems(closed.book, [Problem(Severity.NOTE, "SEEN", "only a note"), PROBLEM, PROBLEM, PROBLEM])
        closed.save()
    return path


@pytest.fixture
def desk(_workbook: Path, books: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workbook whose sheet Mapping check has a note and a stop of three invoices."""
    path = tmp_path / "desk" / "Month end.xlsm"
    path.parent.mkdir()
    shutil.copyfile(_workbook, path)
    profile, sl, manage = tmp_path / "settings.toml", books.profile.sl, books.profile.manage
    profile.write_text(
        f'[manage]\nurl = "{manage.url}"\ncompany = "{manage.company}"\nclient_id = "{manage.client_id}"\n'
        f'public_key = "{manage.public_key}"\n[sl]\nurl = "{sl.url}"\ncompany = "{sl.company}"\n',
        encoding="utf-8",
    )
    monkeypatch.setenv("XLPY_PROFILE", str(profile))
    monkeypatch.setenv("XLPY_MANAGE_PRIVATE_KEY", books.session().secrets.private_key)
    return path


def press(*command: str) -> Result:
    return CliRunner().invoke(main, list(command))


def said(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_the_list_of_errors_is_saved_beside_the_workbook_as_xlsx_and_csv(desk: Path) -> None:
    saved = said(press("errors", str(desk), "--json"))
    book, csv_file = Path(saved["workbook"]), Path(saved["csv"])
    assert book.parent == csv_file.parent == desk.parent
    assert "OCT" in book.name
    sheet = load_book(book)[PROBLEMS.name]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=5)]
    places = [[column.name for column in PROBLEMS.held].index(name) for name in ("Severity", "Transaction", "Count")]
    assert [tuple(row[place] for place in places) for row in rows] == [("Stop", "0100", 3), ("Note", None, 1)]
    assert sheet[at(PROBLEMS, "What")].data_type == "s"
    assert sheet.protection.sheet
    assert csv_file.read_bytes().startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(io.StringIO(csv_file.read_text("utf-8-sig"))))
    assert lines[0] == [column.name for column in PROBLEMS.held]
    told = dict(zip(lines[0], lines[1], strict=True))
    assert told["What"] == "'=cmd|' /C calc'!A0"
    assert told["Value in Manage"] == "'-Łódź €"
    assert told["Count"] == "3"
    assert b"hunter2" not in csv_file.read_bytes() + book.read_bytes()


def test_microsofts_validator_has_no_remark_about_the_list_of_errors(desk: Path) -> None:
    assert remarks(Path(said(press("errors", str(desk), "--json"))["workbook"])) == []


def test_the_ribbon_saves_it_and_tells_the_path(desk: Path) -> None:
    with open_closed(desk) as closed:
        pressed = macros.run("save_errors", closed.book)
    assert pressed is not None
    assert pressed.exit_code == 0
    assert str(desk.parent) in pressed.text


def test_without_problems_there_is_nothing_to_save(desk: Path) -> None:
    with open_closed(desk) as closed:
        show_problems(closed.book, [])
        closed.save()
    result = press("errors", str(desk))
    assert result.exit_code == 0
    assert "There are no problems to save" in result.output
    assert not list(desk.parent.glob("list*"))


def test_the_problems_of_a_run_are_saved_one_by_one(books: Any, desk: Path, tmp_path: Path) -> None:
    saved = said(
        press("errors", str(desk), "--run", books.report.run_id, "--folder", str(tmp_path / "to mail"), "--json")
    )
    assert saved["lines"] == len(books.report.problems) > 3
    assert Path(saved["workbook"]).parent == tmp_path / "to mail"


def test_python_saves_the_problems_of_a_plan(books: Any, tmp_path: Path) -> None:
    with Books(books.session()) as opened:
        saved = opened.save_errors(books.report, tmp_path)
        assert saved.lines == len(books.report.problems)
        again = opened.save_errors(books.report.plan, tmp_path)
    assert again.workbook != saved.workbook
    assert "OCT" in again.workbook.name


def test_a_folder_that_can_t_be_written_gives_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(FileNotSaved, match="list of errors"):
        save_errors(each_problem([PROBLEM]), tmp_path / "file")
    with pytest.raises(NothingToSave):
        save_errors([], tmp_path)


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\t=1", "  =1", "\r=1", "＝1", "＠x"])
def test_csv_text_that_a_spreadsheet_would_run_is_made_harmless(text: str) -> None:
    assert harmless(text).startswith("'")


@pytest.mark.parametrize("text", ["", "10001", "a=b", "Customer - gone"])
def test_other_csv_text_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text


def log_of_two_runs() -> None:
    for run in ("20261031-090000-aaaa", "20261031-100000-bbbb"):
        with run_log("push"):
            logger = logging.getLogger("xlpy.story")
            logger.info("connecting for %s", run)
            name_run(run)
            logger.warning("posting\nPWD=hunter2; %s", run)
    with run_log("check"):
        logging.getLogger("xlpy.story").info("a check")


def test_the_log_of_one_run_is_cut_out_of_the_day(tmp_path: Path) -> None:
    log_of_two_runs()
    saved = save_log(tmp_path / "out", run_id="20261031-090000-aaaa")
    lines = [json.loads(line) for line in saved.json_lines.read_text("utf-8").splitlines()]
    assert [line["text"].split()[0] for line in lines] == ["connecting", "posting"]
    assert "run" not in lines[0]
    assert lines[1]["run"] == "20261031-090000-aaaa"
    told = saved.text.read_text("utf-8")
    assert "bbbb" not in told
    assert told.count("\n") == 2  # a text with a line end does not forge a line
    assert "hunter2" not in told + saved.json_lines.read_text("utf-8")
    assert "20261031-090000-aaaa" in saved.text.name


def test_the_log_of_the_last_days_has_every_press(tmp_path: Path, data_of_the_user: Path) -> None:
    log_of_two_runs()
    (data_of_the_user / "logs" / "2020-01-01.jsonl").write_text('{"text": "long ago"}\n', encoding="utf-8")
    today = f"{datetime.now().astimezone():%Y-%m-%d}.jsonl"
    with (data_of_the_user / "logs" / today).open("a", encoding="utf-8") as log:
        log.write('{"text": "half a li')
    saved = said(press("log", "--days", "2", "--folder", str(tmp_path / "out"), "--json"))
    assert saved["lines"] == 5
    assert "long ago" not in Path(saved["text_file"]).read_text("utf-8")


def test_no_log_is_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(NothingLogged, match="no log of run x"):
        save_log(tmp_path / "out", run_id="x")
    assert press("log", "--run", "x", "--folder", str(tmp_path / "out")).exit_code == 2
    assert lines_of_run("x") == []
    assert not (tmp_path / "out").exists()


def test_the_ribbon_saves_the_log_without_any_connection(desk: Path) -> None:
    with open_closed(desk) as closed:
        write_home(closed.book, {Home.PROFILE: "gone.toml"})
        pressed = macros.run("save_log", closed.book)
    assert pressed is not None
    assert list(desk.parent.glob("log_*.txt"))


def test_export_and_verify_by_command_line(books: Any, desk: Path, tmp_path: Path) -> None:
    record = said(press("audit", "export", str(desk), "--json"))
    assert Path(record["path"]).parent == desk.parent / "Audit records"
    assert (record["run"], record["number"]) == (books.report.run_id, 2)
    profile = str(tmp_path / "settings.toml")
    checked = said(press("audit", "verify", record["path"], "--profile", profile, "--json"))
    assert (checked["state"], checked["chain_asked"]) == ("untouched", True)
    (Path(record["path"]) / "run.json").write_text("{}", encoding="utf-8")
    result = press("audit", "verify", record["path"])
    assert result.exit_code == 1
    assert "run.json is changed." in result.output
    packed = ("--profile", profile, "--run", books.report.run_id, "--zip", "--folder", str(tmp_path / "z"), "--json")
    assert said(press("audit", "export", *packed))["path"].endswith(".zip")


def test_the_ribbon_exports_the_record(desk: Path) -> None:
    with open_closed(desk) as closed:
        pressed = macros.run("audit", closed.book)
    assert pressed is not None
    assert "number 2 of the chain" in pressed.text
    assert (desk.parent / "Audit records").is_dir()


def test_python_exports_and_verifies(books: Any, tmp_path: Path) -> None:
    with Books(books.session()) as opened:
        record = opened.export_audit_record(folder=tmp_path / "out", as_zip=True)
        assert opened.verify_audit_record(record.path).untouched
    assert xlpy.verify_audit_record(str(record.path)).agrees


def test_an_unknown_run_ends_with_2_and_words(desk: Path) -> None:
    result = press("audit", "export", str(desk), "--run", "20200101-000000-none")
    assert result.exit_code == 2
    assert "knows a run" in result.output
