"""Batches and Rerun from the workbook's ribbon, from the command line and from Python."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result
from new_workbooks import put_new_workbook
from rerun_stage import LEDGER, Month

import xlpy
from xlpy.cli import main
from xlpy.demo import firm
from xlpy.demo.site.door import access
from xlpy.errors import StoppedByProblems
from xlpy.excel.buttons.press import press
from xlpy.excel.engine.closed_file import open_closed
from xlpy.excel.tables.home import read_home, write_home
from xlpy.excel.tables.tables import update_by_key
from xlpy.excel.workbook.home_cells import Home
from xlpy.excel.workbook.sheet import FIRST_DATA_ROW, Sheet
from xlpy.excel.workbook.sheets import BATCHES, PREVIEW, PROBLEMS, RERUN, RESULTS
from xlpy.services.run.kept import kept_runs
from xlpy.services.run.session import Session


class Desk:
    """A workbook on an accountant's desk."""

    def __init__(self, month: Month, empty: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.month = month
        self.path = folder / "Month end.xlsm"
        self.settings = folder / "settings.toml"
        profile = month.theatre.profile
        bins = "".join(f'"{name}" = "{sl_bin}"\n' for name, _, sl_bin in firm.BINS.values())
        self.settings.write_text(
            f'[manage]\nurl = "{profile.manage.url}"\ncompany = "{access.COMPANY}"\nclient_id = "{access.CLIENT_ID}"\n'
            f'public_key = "{access.PUBLIC_KEY}"\n[sl]\nurl = "{profile.sl.url}"\ncompany = "{firm.COMPANY_ID}"\n'
            f'user = "{firm.SL_USER}"\n[posting]\nrecord_id_column = "User1"\ndefault_sub = "00000"\n'
            f'company_paid_account = "{firm.COMPANY_PAID_ACCOUNT}"\n[posting.bins]\n{bins}',
            encoding="utf-8",
        )
        shutil.copyfile(empty, self.path)
        monkeypatch.setenv("XLPY_MANAGE_PRIVATE_KEY", access.PRIVATE_KEY)
        monkeypatch.setenv("XLPY_DATA", str(folder / "data"))

    def ribbon(self, button: str, *, batch: str = "", marks: dict[str, str] | None = None) -> Any:
        """Press a button as Excel does, after typing into Home and into the Include column of Rerun."""
        with open_closed(self.path) as closed:
            book = closed.book
            if batch:
                write_home(book, {Home.EARLIER_BATCH: batch})
            update_by_key(book, RERUN, {key: {"Include": mark} for key, mark in (marks or {}).items()})
            pressed = press(button, book, lambda _tell: self._session())
            self.home = read_home(book)
            closed.save()
        return pressed

    def _session(self) -> Session:
        from xlpy.profile.settings import load_profile

        return Session.open(load_profile(self.settings))

    def command(self, *words: str) -> Result:
        return CliRunner().invoke(main, list(words))

    def _read(self) -> Any:
        return openpyxl.load_workbook(self.path, read_only=True)

    def cells(self, sheet: Sheet) -> list[dict[str, Any]]:
        rows = self._read()[sheet.name].iter_rows(min_row=FIRST_DATA_ROW, values_only=True)
        named = [dict(zip((c.name for c in sheet.columns), row, strict=False)) for row in rows]
        return [row for row in named if any(value is not None for value in row.values())]


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("workbook") / "empty.xlsm"
    put_new_workbook(path)
    return path


@pytest.fixture
def desk(pushed: Month, empty: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(pushed, empty, tmp_path, monkeypatch)


def test_from_the_list_of_batches_to_a_restored_company(desk: Desk) -> None:
    ledger = desk.month.rows(LEDGER)
    listed = desk.ribbon("batches")
    assert (listed.exit_code, listed.text) == (0, "3 batches.")
    rows = desk.cells(BATCHES)
    assert {row["State in SL"] for row in rows} == {"Unreleased"}
    assert all(row["Documents"] and row["Created"] and row["SL batches"] for row in rows)

    desk.month.restore_night_before()
    first = desk.ribbon("rerun", batch="oct-i")
    assert first.exit_code == 0
    assert "press Rerun batch again" in first.text
    assert desk.month.rows(LEDGER) == [], "the first press only shows"
    shown = desk.cells(RERUN)
    assert {(row["State"], row["Include"]) for row in shown} == {("Missing", "Yes")}
    assert {row["Source"] for row in desk.cells(PREVIEW)} >= {"Written", "Made at release"}
    assert desk.home.rerun_hash
    assert desk.home.earlier_batch == "OCT-I"

    second = desk.ribbon("rerun")
    assert (second.exit_code, second.data["state"]) == (0, "completed")
    assert desk.month.rows(LEDGER) == [row for row in ledger if row[0] == "invoice"]
    assert desk.cells(RESULTS)[0]["Run"].startswith("R")
    after = desk.cells(RERUN)
    assert {row["Include"] for row in after} == {None}
    assert {row["State"] for row in after} <= {"Exported", "Nothing to post"}
    assert not desk.home.rerun_hash
    (run,) = kept_runs(desk.month.theatre.profile)
    assert (run.action, run.run_id) == ("rerun", desk.cells(RESULTS)[0]["Run"])

    third = desk.ribbon("rerun")
    assert "Nothing is to be posted" in third.text
    assert {row["State"] for row in desk.cells(RERUN)} <= {"Already in SL", "Nothing to post"}


def test_other_marks_are_previewed_anew_and_what_moved_in_between_stops(desk: Desk) -> None:
    desk.month.restore_night_before()
    desk.ribbon("rerun", batch="OCT-I")
    rows = [row["Id"] for row in desk.cells(RERUN)]
    again = desk.ribbon("rerun", marks={rows[0]: ""})
    assert desk.month.rows(LEDGER) == [], "with other marks it is shown anew"
    assert "press Rerun batch again" in again.text
    assert {row["Id"]: row["Include"] for row in desk.cells(RERUN)}[rows[0]] is None
    desk.month.rerun("OCT-I", skip=tuple(key for key in rows if key != rows[1]))  # another PC posts one
    stopped = desk.ribbon("rerun")
    assert stopped.exit_code == 1
    assert "PLAN-CHANGED" in {row["Code"] for row in desk.cells(PROBLEMS)}
    assert len(desk.month.rows(LEDGER)) == 1
    assert "press Rerun batch again" in desk.ribbon("rerun").text
    assert desk.ribbon("rerun").exit_code == 0
    posted = {row[1] for row in desk.month.rows(LEDGER)}
    assert posted == {key.partition(":")[2] for key in rows[1:]}, "the marks stayed"


def test_again_typed_on_the_sheet_posts_what_was_voided(desk: Desk) -> None:
    from xlpy.demo.company.release.run import void_batch

    for number in desk.month.sl_batches("IN"):
        void_batch(desk.month.engine, "IN", number)
    first = desk.ribbon("rerun", batch="OCT-P")
    voided = [row["Id"] for row in desk.cells(RERUN) if row["State"] == "Voided"]
    assert f"({len(voided)})" in first.text
    assert not [row for row in desk.cells(RERUN) if row["Include"]]
    desk.ribbon("rerun", marks={voided[0]: "Again", voided[1]: "Yes"})
    posted = desk.ribbon("rerun")
    assert posted.exit_code == 0, posted.text
    assert [row["id"] for row in posted.data["results"]] == [voided[0].partition(":")[2]], "Yes is not Again"


def test_marks_and_batches_that_are_not_understood_are_told(desk: Desk) -> None:
    with pytest.raises(xlpy.errors.BatchNotThere, match="Earlier batch"):
        desk.ribbon("rerun")
    desk.ribbon("rerun", batch="OCT-E")
    key = desk.cells(RERUN)[0]["Id"]
    with pytest.raises(StoppedByProblems, match="perhaps"):
        desk.ribbon("rerun", marks={key: "perhaps"})


def test_the_command_line_with_and_without_a_workbook(desk: Desk) -> None:
    desk.month.restore_night_before()
    profile = ("--profile", str(desk.settings), "--json")
    listed = json.loads(desk.command("batches", *profile).stdout)
    assert {row["identifier"] for row in listed["results"]} == {"OCT-I", "OCT-E", "OCT-P"}
    shown = desk.command("rerun", "--batch", "OCT-E", *profile)
    assert (shown.exit_code, {row["status"] for row in json.loads(shown.stdout)["results"]}) == (0, {"Missing"})
    assert desk.month.rows(LEDGER) == []
    done = desk.command("rerun", "--batch", "OCT-E", "--yes", *profile)
    said = json.loads(done.stdout)
    assert (done.exit_code, said["state"], said["run"][0]) == (0, "completed", "R")
    assert [batch["identifier"] for batch in said["manage_batches"]] == ["OCT-E"]

    book = str(desk.path)
    assert desk.command("rerun", book, "--batch", "OCT-P", *profile).exit_code == 0
    count = len(desk.month.rows(LEDGER))
    assert desk.command("rerun", book, *profile).exit_code == 0
    assert len(desk.month.rows(LEDGER)) == count, "a second time without --yes still only shows"
    assert desk.command("rerun", book, "--yes", *profile).exit_code == 0
    assert len(desk.month.rows(LEDGER)) > count
    wrong = desk.command("rerun", "--batch", "NOPE", *profile)
    assert wrong.exit_code == 2
    assert "has no batch 'NOPE'" in json.loads(wrong.stdout)["text"]


def test_python_shows_frames_and_posts_exactly_what_was_looked_at(desk: Desk) -> None:
    desk.month.restore_night_before()
    with xlpy.connect(desk.settings) as books:
        assert set(books.batches()["identifier"]) == {"OCT-I", "OCT-E", "OCT-P"}
        plan = books.plan_rerun("OCT-I")
        frame = books.rerun_states(plan)
        assert set(frame["state"]) == {"Missing"}
        report = books.rerun(plan)
        assert (report.exit_code, report.action) == (0, "rerun")
        assert len({row.transaction_id for row in report.results}) == len(frame)
        assert books.rerun(plan).exit_code == 1, "what was looked at is no longer so"
