"""What a distrustful reader asked of the buttons: the workbook may fail, what was posted is told all the same."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from test_services_workbook import Desk

from xlpy import macros
from xlpy.demo.company.release.run import release_everything
from xlpy.domain.values.money import round_money
from xlpy.errors import WorkbookError
from xlpy.excel.buttons import batch as press_batch
from xlpy.excel.buttons import press as buttons
from xlpy.excel.engine.closed_file import ClosedWorkbook, open_closed
from xlpy.excel.workbook.sheets import INVOICES, PREVIEW, RESULTS


@pytest.fixture
def desk(story: Any, new_workbook: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(story, new_workbook, monkeypatch)


def mark_some(desk: Desk, count: int = 3) -> list[int]:
    desk.press("refresh")
    rows = desk.cells(INVOICES)[:count]
    desk.mark({str(row["Number"]): "Yes" for row in rows})
    return [int(row["Id"]) for row in rows]


def test_pressing_again_does_not_post_what_the_preview_never_showed(desk: Desk) -> None:
    ids = mark_some(desk)
    assert desk.press("preview").exit_code == 0
    more = desk.cells(INVOICES)[5]
    desk.mark({str(more["Number"]): "Yes"})
    for _ in range(2):
        refused = desk.press("push", "--json")
        assert refused.exit_code == 1
        assert {p["code"] for p in json.loads(refused.stdout)["problems"]} >= {"PLAN-CHANGED"}
    assert desk.story.documents() == {}
    status = {int(row["Id"]): row["Status"] for row in desk.cells(INVOICES)}
    assert status[int(more["Id"])] == "Problem"
    assert {status[i] for i in ids} == {"Ready"}
    assert desk.press("preview").exit_code == 0
    assert desk.press("push").exit_code == 0


def test_results_are_told_when_the_sheets_can_t_be_filled(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = mark_some(desk)

    def busy(*_: Any) -> None:
        raise RuntimeError("Excel is busy")

    monkeypatch.setattr(press_batch, "prepend", busy)
    pushed = desk.press("push", "--json")
    said = json.loads(pushed.stdout)
    assert pushed.exit_code == 3
    assert said["state"] == "completed"
    assert {result["id"] for result in said["results"]} == set(map(str, ids))
    assert {desk.story.site.batch_of(i) for i in ids} == {"OCT-I"}


def test_results_are_told_when_the_log_sheet_can_t_be_filled(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    mark_some(desk)

    def broken(*_: Any) -> None:
        raise RuntimeError("no such table")

    monkeypatch.setattr(buttons, "append", broken)
    assert desk.press("push").exit_code == 0
    assert desk.cells(RESULTS)


@pytest.mark.parametrize("error", [WorkbookError("It could be saved nowhere."), OSError(28, "No space left")])
def test_results_are_told_when_the_workbook_can_be_saved_nowhere(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    ids = mark_some(desk)

    def fail(_self: ClosedWorkbook) -> None:
        raise error

    monkeypatch.setattr(ClosedWorkbook, "save", fail)
    pushed = desk.press("push", "--json")
    said = json.loads(pushed.stdout)
    assert pushed.exit_code == 3
    assert len(said["results"]) == len(ids)
    assert said["workbook_text"]
    assert "Nothing was posted" not in pushed.output


def test_recover_has_the_keys_of_every_report(desk: Desk) -> None:
    from xlpy.demo.site.door.faults import Fault, FaultKind

    ids = mark_some(desk)
    desk.story.site.faults.add(Fault(FaultKind.UNAVAILABLE, "POST", "/finance/accounting/batches"))
    assert desk.press("push").exit_code == 3
    recovered = json.loads(desk.press("recover", "--json").stdout)
    assert recovered["state"] == "recovered"
    assert recovered["plan_hash"] == ""
    assert recovered["batches"] == recovered["problems"] == []
    assert [batch["identifier"] for batch in recovered["manage_batches"]] == ["OCT-I"]
    assert {(row["id"], row["status"]) for row in recovered["results"]} == {(str(i), "Exported") for i in ids}


def test_sql_never_reaches_the_user(desk: Desk) -> None:
    from sqlalchemy import text

    mark_some(desk)
    with desk.story.engine.begin() as connection:
        connection.execute(text("ALTER TABLE xlpy_Posting RENAME COLUMN LinesHash TO Gone"))
    result = desk.press("check")
    assert result.exit_code == 2
    assert "lacks a table or a column" in result.output
    assert "SELECT" not in result.output
    assert "Traceback" not in result.output


def test_a_data_folder_that_can_t_be_written_shows_no_traceback_in_excel(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    alerts: list[Any] = []
    desk.path.with_name("file").write_text("", encoding="utf-8")
    monkeypatch.setenv("XLPY_DATA", str(desk.path.with_name("file")))
    with open_closed(desk.path, on_alert=alerts.append) as closed:
        assert macros.run("refresh", closed.book) is None
        assert macros.run("no such button", closed.book) is None
    assert len(alerts) == 2


def test_a_yen_invoice_has_no_sen_anywhere(desk: Desk) -> None:
    """A currency without decimals, all the way: list, preview, SL, its release, results."""
    site = desk.story.site
    with site.lock:
        invoice = next(
            found
            for found in site.records.invoices.values()
            if site.is_unposted(found) and not found.levels and len(found.receivable) == 1
            if sum(line.amount for line in found.lines) > 0
        )
        lines = tuple(
            replace(line, amount=Decimal(round(line.amount)), price=Decimal(round(line.price)))
            for line in invoice.lines
        )
        total = sum((line.amount for line in lines), Decimal(0))
        part = replace(invoice.receivable[0], amount=total)
        site.records.invoices[invoice.id] = replace(invoice, currency="JPY", lines=lines, receivable=(part,))
        site.changed()
    desk.press("refresh")
    (row,) = [row for row in desk.cells(INVOICES) if row["Currency"] == "JPY"]
    assert row["Total"] == total
    desk.mark({invoice.number: "Yes"})
    assert desk.press("preview").exit_code == 0
    (control,) = [row for row in desk.cells(PREVIEW) if row["Source"] == "Made at release"]
    assert (control["Debit"], control["Base debit"]) == (total, float(round_money(total / Decimal("149.25"), 2)))
    said = json.loads(desk.press("push", "--json").stdout)
    assert [(result["amount"], result["currency"]) for result in said["results"]] == [(str(total), "JPY")]
    assert desk.story.documents()[str(invoice.id)][0][3] == total
    assert [r for r in release_everything(desk.story.engine, "HPIT") if r.messages or r.error] == []
    footing = "SELECT ROUND(SUM(CuryDrAmt), 2), ROUND(SUM(CuryCrAmt), 2) FROM GLTran WHERE RefNbr = :reference"
    assert desk.story.rows(footing, reference=invoice.number) == [(total, total)]
