"""Reconcile from the workbook, the command line and Python: the same rows, and exit codes for a scheduler."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from macro_books import look_at
from reconcile_stage import Month
from sqlalchemy import text

from xlpy.api import Books
from xlpy.cli import main
from xlpy.demo import firm
from xlpy.demo.company import repairs
from xlpy.demo.site.door import access
from xlpy.excel.buttons.press import Choices, press
from xlpy.excel.engine.closed_file import open_closed
from xlpy.excel.tables.home import write_home
from xlpy.excel.workbook.home_cells import Home
from xlpy.excel.workbook.sheet import FIRST_DATA_ROW, TITLE_ROW
from xlpy.excel.workbook.sheets import RECONCILE
from xlpy.sl.reading import other_documents as reconcile_others
from xlpy.sl.reading.other_documents import OtherDocument, read_other_documents


@pytest.fixture(scope="module")
def empty_workbook(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    from new_workbooks import put_new_workbook

    path = tmp_path_factory.mktemp("workbook") / "empty.xlsm"
    put_new_workbook(path)
    return path.read_bytes()


@pytest.fixture
def workbook(tmp_path: Path, empty_workbook: bytes) -> Path:
    path = tmp_path / "Manage to SL.xlsm"
    path.write_bytes(empty_workbook)
    return path


def cells(path: Path) -> list[dict[str, Any]]:
    rows = look_at(path)[RECONCILE.name].iter_rows(min_row=FIRST_DATA_ROW, values_only=True)
    named = [dict(zip((column.name for column in RECONCILE.columns), row, strict=False)) for row in rows]
    return [row for row in named if row["State"]]


def environment(month: Month) -> dict[str, str]:
    settings = month.folder / "cli.toml"
    bins = ", ".join(f'"{name}" = "{sl_bin}"' for name, _, sl_bin in firm.BINS.values())
    settings.write_text(
        f'[manage]\nurl = "{month.profile.manage.url}"\ncompany = "{access.COMPANY}"\n'
        f'client_id = "{access.CLIENT_ID}"\npublic_key = "{access.PUBLIC_KEY}"\n'
        f'[sl]\nurl = "{month.profile.sl.url}"\ncompany = "{firm.COMPANY_ID}"\nuser = "{firm.SL_USER}"\n'
        f'[posting]\ncompany_paid_account = "{firm.COMPANY_PAID_ACCOUNT}"\nbins = {{ {bins} }}\n',
        encoding="utf-8",
    )
    return {"XLPY_PROFILE": str(settings), "XLPY_MANAGE_PRIVATE_KEY": access.PRIVATE_KEY}


def test_the_button_compares_the_earlier_batch_of_home_and_fills_the_sheet(month: Month, workbook: Path) -> None:
    with open_closed(workbook) as closed:
        write_home(closed.book, {Home.EARLIER_BATCH: "OCT-E"})
        pressed = press("reconcile", closed.book, lambda _progress: month.session())
        closed.save()
    assert pressed.exit_code == 0, pressed.text
    assert pressed.text.startswith("Batch OCT-E: all")
    filled = cells(workbook)
    assert len(filled) == len(pressed.data["results"])
    assert {row["Batch identifier"] for row in filled} == {"OCT-E"}
    assert {row["State"] for row in filled} == {"Agrees"}


def test_the_sheet_shows_what_is_wrong_first_and_how_far_it_got(month: Month, workbook: Path) -> None:
    number = month.sql("SELECT MIN(RefNbr) FROM ARDoc WHERE User1 <> '' AND OrigDocAmt > 100")[0][0]
    repairs.delete_document(month.engine, number)
    with open_closed(workbook) as closed:
        write_home(closed.book, {Home.EARLIER_BATCH: "OCT-E"})
        pressed = press("reconcile", closed.book, lambda _progress: month.session(), choices=Choices(everything=True))
        closed.save()
    assert pressed.exit_code == 3
    first = cells(workbook)[0]
    assert first["State"] == "Missing in SL"
    assert first["SL"] is None
    assert first["Difference"] == first["Manage"]
    ws = look_at(workbook)[RECONCILE.name]
    above = {column.name: ws.cell(TITLE_ROW, number).value for number, column in enumerate(RECONCILE.columns, 1)}
    assert above["Currency"] == "in USD"
    assert above["Manage"] == above["Posting ledger"]
    assert above["SL"] == pytest.approx(above["Manage"] - first["Manage"])
    assert above["Difference"] == pytest.approx(first["Manage"])
    assert above["Base in GL"] == 0


def test_the_command_says_the_same_and_its_exit_code_tells(month: Month) -> None:
    env = environment(month)
    good = CliRunner().invoke(main, ["reconcile", "--json"], env=env)
    assert good.exit_code == 0, good.output
    said = json.loads(good.stdout)
    assert said["state"] == "agrees"
    assert all(row["agrees"] for row in said["results"])
    assert {total["name"] for total in said["totals"]["batches"]} == {"OCT-I", "OCT-E", "OCT-P"}
    assert said["totals"]["accounts"]
    assert said["totals"]["customers_and_vendors"]

    month.sql(
        "UPDATE APDoc SET CuryOrigDocAmt = CuryOrigDocAmt + 3 WHERE RefNbr = (SELECT MIN(RefNbr) FROM"
        " xlpy_PostingDoc WHERE Module = 'AP')"
    )
    bad = CliRunner().invoke(main, ["reconcile", "--period", "10-2026"], env=env)
    assert bad.exit_code == 3
    assert "Differs" in bad.stderr
    assert "3.00" in bad.stderr

    unknown = CliRunner().invoke(main, ["reconcile", "--batch", "NEVER"], env=env)
    assert unknown.exit_code == 2
    assert "knows a batch 'NEVER'" in unknown.stderr


def test_the_frames_have_exact_amounts(month: Month) -> None:
    with Books(month.session()) as books:
        report = books.reconcile(everything=True)
        rows = books.reconciliation(report)
        accounts = books.account_totals(report)
        batches = books.batch_totals(report)
        parties = books.party_totals(report)
        assert books.base_currency == firm.BASE_CURRENCY
    assert len(rows) == len(report.rows)
    assert set(rows["state"]) <= {"Agrees", "Nothing to post", "Tax account"}
    for frame, column in ((rows, "difference"), (accounts, "sl_debit"), (batches, "sl"), (parties, "manage")):
        assert {type(amount) for amount in frame[column]} == {Decimal}
    assert sum(accounts["manage_debit"] - accounts["manage_credit"]) == 0
    assert sum(accounts["sl_debit"] - accounts["sl_credit"]) == 0


def test_batches_of_another_company_of_this_database_are_not_called_strange(month: Month) -> None:
    month.sql("UPDATE xlpy_Posting SET CpnyID = '0070' WHERE BatchIdentifier = 'OCT-E'")
    report = month.reconcile()
    assert "OCT-E" not in {row.batch_identifier for row in report.rows}
    assert report.exit_code == 0, report.text


def test_more_accounts_than_one_statement_takes_are_asked_in_parts_and_counted_once(
    month: Month, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An inventory line has two accounts, which may be asked for by two statements."""
    with month.session() as session, session.sl.engine.connect() as connection:
        lines = connection.execute(text("SELECT Acct, InvtAcct FROM INTran WHERE PerPost = '202610'")).all()
        accounts = sorted({account.strip() for line in lines for account in line} - {""})
        assert len(accounts) > 1

        def others() -> list[OtherDocument]:
            return read_other_documents(connection, session.sl, ["202610"], accounts, (), firm.BASE_CURRENCY)

        at_once = others()
        assert [other for other in at_once if other.key[0] == "IN" and other.amount]
        monkeypatch.setattr(reconcile_others, "CHUNK", 2)
        assert others() == at_once


def test_the_crumbs_of_a_float_are_not_owed(month: Month) -> None:
    with Books(month.session()) as books:
        before = set(books.unpaid()["invoice"])
        number = min(before)
        month.sql("UPDATE ARDoc SET CuryDocBal = 0.0000000001 WHERE RefNbr = :n", n=number)
        assert set(books.unpaid()["invoice"]) == before - {number}
