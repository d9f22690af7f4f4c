"""Sync payments from the workbook, the command line and Python: the same report three ways."""

from __future__ import annotations

import json
import shutil
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from macro_books import load_macro_book, look_at
from new_workbooks import put_new_workbook
from sync_stage import Stage, on

import xlpy
from xlpy import macros
from xlpy.cli import main
from xlpy.demo import firm
from xlpy.demo.company import payments as sl
from xlpy.demo.site.door import access
from xlpy.demo.site.door.faults import Fault, FaultKind
from xlpy.excel.engine.closed_file import open_closed
from xlpy.excel.tables.home import write_home
from xlpy.excel.workbook.home_cells import Home
from xlpy.excel.workbook.sheet import FIRST_DATA_ROW
from xlpy.excel.workbook.sheets import LOG, PAYMENTS

D = Decimal


class Desk:
    """A workbook on an accountant's desk."""

    def __init__(self, stage: Stage, path: Path, profile: Path) -> None:
        self.stage = stage
        self.path = path
        self.profile = profile

    def sync(self, *more: str) -> Result:
        return CliRunner().invoke(main, ["sync", str(self.path), *more])

    def home(self, **cells: Any) -> None:
        with open_closed(self.path) as closed:
            write_home(closed.book, {Home[name]: value for name, value in cells.items()})
            closed.save()

    def cells(self, sheet: Any = PAYMENTS) -> list[dict[str, Any]]:
        rows = look_at(self.path)[sheet.name].iter_rows(min_row=FIRST_DATA_ROW, values_only=True)
        named = [dict(zip((c.name for c in sheet.columns), row, strict=False)) for row in rows]
        return [row for row in named if any(value is not None for value in row.values())]

    def payment(self, number: str) -> dict[str, Any]:
        return next(row for row in self.cells() if row["Invoice"] == number)

    def mark(self, number: str, text: str) -> None:
        book = load_macro_book(self.path)
        sheet = book[PAYMENTS.name]
        column = PAYMENTS.index("Invoice") + 1
        for line in range(FIRST_DATA_ROW, sheet.max_row + 1):
            if sheet.cell(line, column).value == number:
                sheet.cell(line, PAYMENTS.index("Take over") + 1).value = text
        book.save(self.path)


@pytest.fixture(scope="module")
def new_workbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("workbook") / "Month end.xlsm"
    put_new_workbook(path)
    return path


@pytest.fixture
def desk(stage: Stage, new_workbook: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    profile = tmp_path / "settings.toml"
    profile.write_text(
        f'[manage]\nurl = "{stage.profile.manage.url}"\ncompany = "{access.COMPANY}"\n'
        f'client_id = "{access.CLIENT_ID}"\npublic_key = "{access.PUBLIC_KEY}"\n[sl]\nurl = "{stage.profile.sl.url}"\n'
        f'company = "{firm.COMPANY_ID}"\nuser = "{firm.SL_USER}"\n[posting]\nrecord_id_column = "User1"\n',
        encoding="utf-8",
    )
    monkeypatch.setenv("XLPY_MANAGE_PRIVATE_KEY", access.PRIVATE_KEY)
    monkeypatch.setenv("XLPY_PROFILE", str(profile))
    path = tmp_path / "Month end.xlsm"
    shutil.copyfile(new_workbook, path)
    return Desk(stage, path, profile)


def test_the_sheet_shows_what_was_written(desk: Desk) -> None:
    sl.pay(desk.stage.engine, "20004", D(980), discount=D(20), on=on(9))
    result = desk.sync("--json")
    assert result.exit_code == 0, result.output
    shown = desk.payment("20004")
    assert (shown["Status"], shown["Cash"], shown["Discount"]) == ("Changed", 980, 20)
    assert (shown["Paid in Manage before"], shown["Paid in Manage after"], shown["Manage balance"]) == (0, 1000, 0)
    assert shown["Paid in full on"] == datetime(2026, 11, 9)  # noqa: DTZ001
    assert shown["Id"] == str(desk.stage.id_of("20004"))
    data = json.loads(result.stdout)
    assert (data["state"], data["since"], data["dry_run"]) == ("synced", None, False)
    told = next(r for r in data["results"] if r["transaction"] == "20004")
    assert (told["cash"], told["discount"], told["paid_after"], told["paid_in_full_on"]) == (
        "980.00",
        "20.00",
        "1000.00",
        "2026-11-09",
    )
    said = [str(row["Text"]) for row in desk.cells(LOG)]
    assert any("recording a payment" in text for text in said)
    assert access.PRIVATE_KEY not in " ".join((result.output, *said))


def test_home_says_where_to_start(desk: Desk) -> None:
    desk.stage.sync()
    sl.pay(desk.stage.engine, "20001", D(100), on=on(9))
    desk.home(SYNC_START="Custom date")
    wrong = desk.sync()
    assert wrong.exit_code == 1
    assert "Custom date needs a date" in wrong.output
    desk.home(SYNC_START="Custom date", SYNC_FROM=on(1))
    assert json.loads(desk.sync("--json").stdout)["start"] == "2026-11-01"
    assert desk.payment("20001")["Status"] == "Changed"
    assert "Everything" in json.loads(desk.sync("--from", "everything", "--json").stdout)["start"]


def test_take_over_is_read_from_the_sheet_before_it_is_filled_again(desk: Desk) -> None:
    desk.stage.site.add_payment(desk.stage.id_of("20001"), D(50), on(2))
    sl.pay(desk.stage.engine, "20001", D(80), on=on(9))
    assert desk.sync().exit_code == 0
    assert desk.payment("20001")["Status"] == "Confirm"
    desk.mark("20001", "perhaps")
    wrong = desk.sync()
    assert (wrong.exit_code, "perhaps" in wrong.output) == (1, True)
    desk.mark("20001", "y")
    assert desk.sync("--dry-run").exit_code == 0
    assert (desk.payment("20001")["Status"], desk.payment("20001")["Take over"]) == ("Changed", "y")
    assert desk.stage.payments("20001") == [(D(50), on(2))]
    assert desk.sync().exit_code == 0
    assert (desk.payment("20001")["Status"], desk.payment("20001")["Take over"]) == ("Changed", None)
    assert desk.stage.payments("20001") == [(D(80), on(9))]


def test_a_refilled_sheet_keeps_nothing_of_the_last_sync(desk: Desk) -> None:
    sl.pay(desk.stage.engine, "20001", D(100), on=on(9))
    desk.sync()
    desk.sync()
    assert [row for row in desk.cells() if row["Invoice"] == "20001"] == []


def test_the_ribbon_button_does_the_same(desk: Desk) -> None:
    sl.pay(desk.stage.engine, "20001", D(100), on=on(9))
    with open_closed(desk.path) as closed:
        pressed = macros.run("sync", closed.book)
        closed.save()
    assert pressed is not None
    assert (pressed.exit_code, "changed" in pressed.text) == (0, True)
    assert desk.payment("20001")["Status"] == "Changed"


def test_a_scheduler_needs_no_workbook(desk: Desk) -> None:
    """JSON on standard output, an exit code, and the log: 0 done, 3 with errors, 2 could not run."""
    sl.pay(desk.stage.engine, "20001", D(100), on=on(9))
    run = CliRunner().invoke(main, ["sync", "--profile", str(desk.profile), "--dry-run", "--json"])
    assert (run.exit_code, json.loads(run.stdout)["state"]) == (0, "compared")
    assert desk.stage.payments("20001") == []
    desk.stage.site.faults.add(Fault(FaultKind.FORBIDDEN, "POST", ".*payments"))
    run = CliRunner().invoke(main, ["sync", "--json"])
    assert (run.exit_code, json.loads(run.stdout)["state"]) == (3, "synced with errors")
    run = CliRunner().invoke(main, ["sync", "--json"])
    assert (run.exit_code, desk.stage.payments("20001")) == (0, [(D(100), on(9))])
    run = CliRunner().invoke(main, ["sync", "--from", "yesterday"])
    assert (run.exit_code, "two-weeks" in run.output) == (2, True)


def test_python_gives_the_report_and_a_frame(desk: Desk) -> None:
    sl.pay(desk.stage.engine, "20005", D(200), on=on(9))
    with xlpy.connect() as books:
        report = books.sync_payments("everything", dry_run=True)
        assert report.dry_run
        report = books.sync_payments()
        frame = books.payments(report).set_index("invoice")
        assert frame.loc["20005", "paid_after"] == D(200)
        assert frame.loc["20005", "currency"] == "EUR"
        empty = books.payments(books.sync_payments())
        assert (len(empty), list(empty.columns)) == (0, list(books.payments(report).columns))
        with pytest.raises(ValueError):
            books.sync_payments("yesterday")
