"""Undo, clear and recover as an accountant has them: the ribbon's buttons on a workbook, the command line, Python."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from macro_books import load_macro_book, look_at
from new_workbooks import put_new_workbook

from xlpy import macros
from xlpy.api import Books
from xlpy.cli import main
from xlpy.demo import firm
from xlpy.demo.site.door import access
from xlpy.demo.site.door.faults import Fault, FaultKind
from xlpy.domain.values.transactions import Kind
from xlpy.excel.engine.closed_file import open_closed
from xlpy.excel.tables.home import read_home, write_home
from xlpy.excel.workbook.home_cells import Home
from xlpy.excel.workbook.sheet import FIRST_DATA_ROW, Sheet
from xlpy.excel.workbook.sheets import INVOICES, PROBLEMS, RESULTS
from xlpy.profile.settings import load_profile
from xlpy.services.run.reports import RunState

BATCH = "/finance/accounting/batches"


class Desk:
    """A workbook, and the settings file that it names."""

    def __init__(self, workbook: Path, settings: Path) -> None:
        self.path = workbook
        self.settings = settings

    def home(self, values: dict[Home, object]) -> None:
        with open_closed(self.path) as closed:
            write_home(closed.book, values)
            closed.save()

    def confirm_cell(self) -> str:
        with open_closed(self.path) as closed:
            return read_home(closed.book).confirm

    def press(self, button: str) -> Any:
        """Press a ribbon button as Excel does."""
        with open_closed(self.path) as closed:
            pressed = macros.run(button, closed.book)
            closed.save()
        return pressed

    def command(self, *words: str) -> Result:
        return CliRunner().invoke(main, [*words])

    def cells(self, sheet: Sheet) -> list[dict[str, Any]]:
        rows = look_at(self.path)[sheet.name].iter_rows(min_row=FIRST_DATA_ROW, values_only=True)
        named = [dict(zip((c.name for c in sheet.columns), row, strict=False)) for row in rows]
        return [row for row in named if any(value is not None for value in row.values())]

    def mark_invoices(self) -> int:
        book = load_macro_book(self.path)
        sheet, count = book[INVOICES.name], 0
        for row in range(FIRST_DATA_ROW, sheet.max_row + 1):
            if sheet.cell(row, INVOICES.index("Id") + 1).value:
                sheet.cell(row, INVOICES.index("Include") + 1).value = "Yes"
                count += 1
        book.save(self.path)
        return count


@pytest.fixture(scope="module")
def new_desk(theatre: Any, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    folder = tmp_path_factory.mktemp("desk")
    profile = theatre.profile
    desk = Desk(folder / "New.xlsm", folder / "settings.toml")
    desk.settings.write_text(
        f'[manage]\nurl = "{profile.manage.url}"\ncompany = "{access.COMPANY}"\nclient_id = "{access.CLIENT_ID}"\n'
        f'public_key = "{access.PUBLIC_KEY}"\n[sl]\nurl = "{profile.sl.url}"\ncompany = "{firm.COMPANY_ID}"\n'
        f'user = "{firm.SL_USER}"\n[posting]\nrecord_id_column = "User1"\n',
        encoding="utf-8",
    )
    put_new_workbook(desk.path, profile=str(desk.settings))
    desk.home({Home.THROUGH_DATE: firm.THROUGH_DATE, Home.BATCH_IDENTIFIER: "M"})
    return desk


@pytest.fixture
def desk(new_desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("XLPY_MANAGE_PRIVATE_KEY", access.PRIVATE_KEY)
    path = tmp_path / "Month end.xlsm"
    shutil.copyfile(new_desk.path, path)
    return Desk(path, new_desk.settings)


def test_the_undo_button_asks_first_and_a_typed_confirmation_is_good_once(desk: Desk, pushed: Any) -> None:
    desk.home({Home.EARLIER_BATCH: "OCT-I"})
    asked = desk.press("undo")
    assert asked.exit_code == 1
    assert "type UNDO OCT-I into Home, Confirm, and press Undo batch again" in asked.text
    assert asked.data["state"] == "to be confirmed"
    assert pushed.states("OCT-I") == {"closed"}

    desk.home({Home.CONFIRM: "UNDO OCT-E"})
    assert desk.press("undo").exit_code == 1, "the confirmation of another batch is none"
    assert desk.confirm_cell() == ""

    desk.home({Home.CONFIRM: " undo  oct-i"})
    done = desk.press("undo")
    assert done.exit_code == 0, done.text
    assert pushed.states("OCT-I") == {"undone"}
    assert desk.confirm_cell() == ""
    results = desk.cells(RESULTS)
    assert (results[0]["Kind"], results[0]["Status"]) == ("Run", "Completed")
    assert {row["Status"] for row in results[1:]} == {"Undone"}
    assert {row["Module"] for row in results[1:] if row["Module"]} == {"AR", "GL"}


def test_the_undo_button_tells_every_reason_on_the_mapping_check(desk: Desk, pushed: Any) -> None:
    number = pushed.sl_batches("AR", "OCT-I")[0]
    pushed.run("UPDATE ARDoc SET User2 = 'x' WHERE BatNbr = :b", b=number)
    desk.home({Home.EARLIER_BATCH: "OCT-I", Home.CONFIRM: "UNDO OCT-I"})
    assert desk.press("undo").exit_code == 1
    assert {row["Code"] for row in desk.cells(PROBLEMS)} == {"UNDO-CHANGED"}


@pytest.mark.usefixtures("pushed")
def test_the_undo_button_needs_a_batch(desk: Desk) -> None:
    assert desk.press("undo") is None


def test_the_undo_command_works_without_a_workbook(desk: Desk, pushed: Any) -> None:
    profile = ("--profile", str(desk.settings))
    looked = desk.command("undo", "--batch", "OCT-E", *profile, "--json")
    assert looked.exit_code == 1
    said = json.loads(looked.stdout)
    assert said["state"] == "to be confirmed"
    assert {batch["module"] for batch in said["batches"]} == {"AP"}
    done = desk.command("undo", "--batch", "OCT-E", "--yes", *profile, "--json")
    assert done.exit_code == 0, done.output
    assert {row["status"] for row in json.loads(done.stdout)["results"]} == {"Undone"}
    assert desk.command("undo", "--batch", "OCT-E", "--yes", *profile).exit_code == 1


def test_the_clear_button_asks_for_the_count(desk: Desk, fresh: Any) -> None:
    desk.press("refresh")
    count = desk.mark_invoices()
    asked = desk.press("clear")
    assert asked.exit_code == 1
    assert f"type CLEAR {count} into Home, Confirm" in asked.text
    desk.home({Home.CONFIRM: f"CLEAR {count - 1}"})
    assert desk.press("clear").exit_code == 1
    assert fresh.ledger() == []
    desk.home({Home.CONFIRM: f"clear {count}"})
    done = desk.press("clear")
    assert done.exit_code == 0, done.text
    assert fresh.states() == {"cleared"}
    assert {(row["Status"], row["Include"]) for row in desk.cells(INVOICES)} == {("Cleared", None)}
    assert {row["Status"] for row in desk.cells(RESULTS)[1:]} == {"Cleared"}


def test_the_clear_command_needs_yes(desk: Desk, fresh: Any) -> None:
    desk.press("refresh")
    count = desk.mark_invoices()
    looked = desk.command("clear", str(desk.path), "--json")
    assert looked.exit_code == 1
    assert {row["status"] for row in json.loads(looked.stdout)["results"]} == {"To be cleared"}
    done = desk.command("clear", str(desk.path), "--yes", "--json")
    assert done.exit_code == 0, done.output
    assert len(json.loads(done.stdout)["results"]) == count


def test_recover_is_listed_done_and_kept_on_results(desk: Desk, pushed: Any) -> None:
    pushed.site.faults.add(Fault(FaultKind.DROP_BEFORE, method="DELETE", path=f"{BATCH}/.*"))
    profile = ("--profile", str(desk.settings))
    assert desk.command("undo", "--batch", "OCT-I", "--yes", *profile).exit_code == 3
    listed = desk.command("recover", "--list", *profile, "--json")
    assert listed.exit_code == 0
    (half,) = json.loads(listed.stdout)["results"]
    assert half["batch"] == "OCT-I"
    assert "Delete the Manage batch" in half["action"]
    assert pushed.states("OCT-I") == {"undoing"}, "a list does nothing"
    assert "OCT-I" in desk.command("recover", str(desk.path), "--list").output

    recovered = desk.press("recover")
    assert recovered.exit_code == 0, recovered.text
    rows = desk.cells(RESULTS)
    assert (rows[0]["Kind"], rows[0]["Run"]) == ("Run", recovered.data["run"])
    assert {row["Status"] for row in rows[1:]} == {"Undone"}
    assert desk.press("recover").text == "Nothing was half done."
    assert len(desk.cells(RESULTS)) == len(rows)


def test_the_python_api_looks_undoes_clears_and_lists(desk: Desk, pushed: Any) -> None:
    books = Books(pushed.session())
    assert books.look_at_undo("OCT-E").reasons == ()
    assert books.undo("OCT-E").state is RunState.NOTHING_WRITTEN
    pushed.site.faults.add(Fault(FaultKind.DROP_BEFORE, method="DELETE", path=f"{BATCH}/.*"))
    assert books.undo("OCT-E", confirmed=True).state is RunState.HALF_DONE
    frame = books.half_finished()
    assert list(frame["batch_identifier"]) == ["OCT-E"]
    assert len(books.recover().undone) > 0
    assert books.half_finished().empty
    expenses = [int(mark.key.record_id) for mark in pushed.marks(Kind.EXPENSE, personal=True)]
    wanted = {"batch": "M", "through": firm.THROUGH_DATE, "expenses": expenses}
    assert len(books.look_at_clear(**wanted).rows) == len(expenses)
    assert books.clear(**wanted).state is RunState.NOTHING_WRITTEN
    assert books.clear(**wanted, confirmed=True).state is RunState.COMPLETED
    assert load_profile(desk.settings).sl.url == pushed.profile.sl.url


def test_a_refresh_says_what_became_of_a_transaction(desk: Desk, pushed: Any) -> None:
    desk.command("undo", "--batch", "OCT-I", "--yes", "--profile", str(desk.settings))
    desk.press("refresh")
    rows = desk.cells(INVOICES)
    assert rows
    assert all(str(row["Message"]).startswith("Undone on ") for row in rows)
