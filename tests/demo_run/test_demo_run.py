"""``xlpy demo``: the whole main job by one command, afresh or going on, leaving nothing running."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner
from macro_books import look_at
from ooxml import remarks
from sqlalchemy import text

import xlpy
from xlpy.cli import main
from xlpy.demo.scenario import DemoFolder
from xlpy.demo.site.store import Site
from xlpy.excel.workbook.sheet import FIRST_DATA_ROW, CellKind, Sheet
from xlpy.excel.workbook.sheets import (
    BATCHES,
    EXPENSES,
    INVENTORY,
    INVOICES,
    PAYMENTS,
    PREVIEW,
    PROBLEMS,
    RECONCILE,
    RESULTS,
    SHEETS,
)
from xlpy.sl.connection.sqlite import sqlite_engine


def cells(path: Path, sheet: Sheet) -> list[dict[str, object]]:
    rows = look_at(path)[sheet.name].iter_rows(min_row=FIRST_DATA_ROW, values_only=True)
    named = [dict(zip((c.name for c in sheet.columns), row, strict=False)) for row in rows]
    return [row for row in named if any(value is not None for value in row.values())]


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[DemoFolder, str]:
    folder = tmp_path_factory.mktemp("a folder with spaces & ümlaut")
    result = CliRunner().invoke(main, ["demo", "--folder", str(folder)], env={"XLPY_DATA": str(folder / "data")})
    assert result.exit_code == 0, result.output
    return DemoFolder(folder), result.output


def test_it_says_where_everything_is(done: tuple[DemoFolder, str]) -> None:
    demo, said = done
    for path in (demo.workbook, demo.company, demo.profile):
        assert path.exists()
        assert str(path.resolve()) in said
    assert "SL batch AR" in said
    assert "Manage batch DEMO-20261031-I" in said
    assert "Completed" in said


def test_the_planted_mistakes_were_found_and_mended(done: tuple[DemoFolder, str]) -> None:
    demo, said = done
    for word in ("Nova Startup Lab", "4400", "TRANSIT", "Due on receipt", "Avalara", "Vendor Nbr", "Location Xref"):
        assert word in said
    left = {row["Code"] for row in cells(demo.workbook, PROBLEMS) if row["Severity"] == "Stop"}
    assert left == set()


def test_the_sheets_tell_what_happened(done: tuple[DemoFolder, str]) -> None:
    demo, _ = done
    results = cells(demo.workbook, RESULTS)
    assert results[0]["Kind"] == "Run"
    assert str(results[0]["Status"]).startswith("Completed")
    exported = [row for row in results if row["Status"] == "Exported"]
    assert len(exported) > 40
    assert all(row["SL batch"] and row["Reference"] and row["Period"] == "10-2026" for row in exported)
    assert {row["Kind"] for row in exported} == {"Invoice", "Invoice cost", "Expense", "Procurement"}
    invoices = {str(row["Number"]): row for row in cells(demo.workbook, INVOICES)}
    of_invoices = [row for row in exported if str(row["Kind"]).startswith("Invoice")]
    assert all(invoices[str(row["Transaction"])]["Status"] == "Exported" for row in of_invoices)
    for sheet, kind in ((EXPENSES, "Expense"), (INVENTORY, "Procurement")):
        done_rows = [row for row in cells(demo.workbook, sheet) if row["Status"] == "Exported"]
        assert len(done_rows) == len({row["Transaction"] for row in exported if row["Kind"] == kind})


def test_sl_released_and_posted_every_batch_without_a_message(done: tuple[DemoFolder, str]) -> None:
    demo, said = done
    assert "releases and posts the batches (4 AP, 3 AR, 5 GL, 4 IN), 0 refused" in said
    engine = sqlite_engine(f"sqlite:///{demo.company.as_posix()}")
    with engine.connect() as connection:
        suspense = connection.execute(text("SELECT COUNT(*) FROM GLTran WHERE Acct = '000000'")).scalar_one()
        statuses = {
            s.strip() for (s,) in connection.execute(text("SELECT Status FROM Batch WHERE Crtd_Prog = '08010'"))
        }
    engine.dispose()
    assert suspense == 0
    assert statuses == {"P"}


def test_what_was_paid_in_sl_is_paid_in_manage_and_a_second_sync_changes_nothing(
    done: tuple[DemoFolder, str],
) -> None:
    demo, said = done
    assert "customers pay" in said
    assert "bounced" in said
    rows = cells(demo.workbook, PAYMENTS)
    changed = [row for row in rows if row["Status"] == "Changed"]
    assert len(changed) > 10
    site = Site.load(demo.site)
    paid = {str(i): sum(p.amount for p in site.payments_on(i)) for i in site.records.invoices}
    assert {row["Id"]: float(paid[str(row["Id"])]) for row in changed} == {
        row["Id"]: row["Paid in Manage after"] for row in changed
    }
    states = {row["Identifier"]: row["State in SL"] for row in cells(demo.workbook, BATCHES)}
    assert states == {f"DEMO-20261031-{kind}": "Posted" for kind in "IEP"}


def test_everything_agrees_and_the_audit_record_verifies(done: tuple[DemoFolder, str]) -> None:
    demo, said = done
    assert "agree to the cent" in said
    rows = cells(demo.workbook, RECONCILE)
    assert {row["State"] for row in rows} <= {"Agrees", "Nothing to post", "Tax account"}
    taxes = [str(row["Message"]) for row in rows if row["State"] == "Tax account"]
    assert all("SL's release splits the sum of a tax group by rate" in message for message in taxes)
    assert len(taxes) == 1, "the six taxes of the port, in a line of their own"
    (record,) = (demo.folder / "Audit records").iterdir()
    assert xlpy.verify_audit_record(record, demo.profile).untouched
    assert "number 1 of the chain in SL" in said


def test_no_amount_stands_without_its_currency(done: tuple[DemoFolder, str]) -> None:
    demo, _ = done
    for sheet in SHEETS:
        amounts = [column.name for column in sheet.columns if column.kind is CellKind.MONEY]
        if "Currency" in (column.name for column in sheet.columns):
            for row in cells(demo.workbook, sheet):
                assert row["Currency"] or not any(row[name] for name in amounts), (sheet.name, row)


def test_the_preview_names_its_accounts_and_parties_and_every_document_foots(done: tuple[DemoFolder, str]) -> None:
    demo, _ = done
    rows = cells(demo.workbook, PREVIEW)
    lines = [row for row in rows if row["Document"]]
    assert len(lines) > 100
    assert {row["Check"] for row in lines} == {"Balanced"}
    assert {row["Check"] for row in rows if not row["Document"]} == {"To be created"}
    assert all(row["Account name"] for row in rows if row["Account"])
    assert all(row["Name"] for row in rows if row["Customer/Vendor"] and row["Module"] in {"AR", "AP"})
    control = [row for row in lines if row["Module"] == "AR" and row["Debit"] and row["Source"] == "Made at release"]
    assert control
    assert all(row["Debit"] == row["Document total"] for row in control if row["DocType"] == "IN")


def test_microsofts_validator_has_no_remark_about_the_month_and_its_record(done: tuple[DemoFolder, str]) -> None:
    demo, _ = done
    (record,) = (demo.folder / "Audit records").iterdir()
    assert remarks(demo.workbook, record / "record.xlsx") == []


def test_no_thread_and_no_socket_is_left(done: tuple[DemoFolder, str]) -> None:
    demo, _ = done
    assert [t.name for t in threading.enumerate() if t is not threading.main_thread() and not t.daemon] == []
    host, port = demo.profile.read_text(encoding="utf-8").split("http://")[1].split('"')[0].split(":")
    with socket.socket() as probe:
        assert probe.connect_ex((host, int(port))) != 0


def test_no_secret_is_in_any_file(done: tuple[DemoFolder, str]) -> None:
    from xlpy.demo.site.door import access

    demo, said = done
    assert access.PRIVATE_KEY not in said
    for path in demo.folder.rglob("*"):
        if path.is_file() and path != demo.site:
            assert access.PRIVATE_KEY.encode() not in path.read_bytes(), path


def test_going_on_keeps_what_is_posted(done: tuple[DemoFolder, str], tmp_path: Path) -> None:
    demo, _ = done
    folder = tmp_path / "copy"
    folder.mkdir()
    for path in (demo.workbook, demo.company, demo.site, demo.profile):
        (folder / path.name).write_bytes(path.read_bytes())
    profile = (folder / demo.profile.name).read_text(encoding="utf-8")
    (folder / demo.profile.name).write_text(
        profile.replace(demo.folder.resolve().as_posix(), folder.resolve().as_posix()), encoding="utf-8"
    )
    before = set(Site.load(folder / demo.site.name).unposted_invoice_ids())
    result = CliRunner().invoke(main, ["demo", "--folder", str(folder), "--go-on"])
    assert "Going on" in result.output
    assert result.exit_code in (0, 1), result.output
    assert set(Site.load(folder / demo.site.name).unposted_invoice_ids()) <= before


def test_serving_ends_with_ctrl_c_and_leaves_nothing(tmp_path: Path) -> None:
    """In a process of its own, as a user starts it; ended by the signal that Ctrl+C sends."""
    code = (
        "import _thread, sys, threading\n"
        "from xlpy.cli import main\n"
        "said = []\n"
        "import xlpy.demo.scenario as scenario\n"
        "serve = scenario.serve_demo\n"
        "def told(text):\n"
        "    print(text, flush=True)\n"
        "    if 'Then open' in text:\n"
        "        _thread.interrupt_main()\n"
        "def stop(folder, **more):\n"
        "    more['say'] = told\n"
        "    return serve(folder, **more)\n"
        "scenario.serve_demo = stop\n"
        f"main(['demo', '--serve', '--folder', {str(tmp_path / 'served')!r}])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
    assert "is up at http://127.0.0.1:" in done.stdout
    assert "Stopped." in done.stdout, done.stderr
    assert done.returncode == 0
