"""Stops of a rerun, and what their words tell to do about them, done in SL."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from rerun_stage import Month, codes

from xlpy.demo.company.repairs import close_period, enter_voucher
from xlpy.domain.values.problems import Problem
from xlpy.domain.values.transactions import Kind
from xlpy.services.run.reports import RunReport, RunState
from xlpy.sl.writing import posting

# Read by the table of cures, which lists the stops that nobody has cured yet.
CURED = ("MOVED", "RERUN-ENTRIES", "RERUN-FOREIGN", "RERUN-NO-ID")


def stopped_by_hand(month: Month) -> tuple[Problem, str]:
    """After a restore somebody entered a voucher of ours by hand, and SL does not check the vendor's numbers."""
    vendor, invoice = month.rows(
        "SELECT VendId, InvcNbr FROM APDoc WHERE BatNbr IN (SELECT BatNbr FROM xlpy_PostingDoc d JOIN xlpy_Posting p"
        " ON p.PostingID = d.PostingID WHERE p.Kind = 'procurement' AND d.Module = 'AP') ORDER BY RefNbr"
    )[0]
    month.restore_night_before()
    month.run("UPDATE APSetup SET DupInvcChk = 0")
    entered = enter_voucher(month.engine, vendor, invoice, Decimal("5.00"))
    report = month.rerun("OCT-P")
    assert report.state is RunState.NOTHING_WRITTEN
    (problem,) = [problem for problem in report.problems if problem.code == "RERUN-FOREIGN"]
    return problem, entered


def done(report: RunReport) -> None:
    assert report.state is RunState.COMPLETED, report.text
    assert "RERUN-FOREIGN" not in {problem.code for problem in report.problems}


def test_what_was_entered_by_hand_since_is_left_out(pushed: Month) -> None:
    problem, _ = stopped_by_hand(pushed)
    assert "when it was entered by hand since, take Include off" in problem.fix
    done(pushed.rerun("OCT-P", skip=(problem.transaction,)))


def test_another_voucher_gets_its_own_number_in_sl(pushed: Month) -> None:
    problem, bat_nbr = stopped_by_hand(pushed)
    assert "else correct its number there" in problem.fix
    pushed.run("UPDATE APDoc SET InvcNbr = 'ANOTHER-1' WHERE BatNbr = :b", b=bat_nbr)
    done(pushed.rerun("OCT-P"))


def the_stop(report: RunReport, code: str) -> Problem:
    assert report.state is RunState.NOTHING_WRITTEN, report.text
    (problem,) = [problem for problem in report.problems if problem.code == code]
    return problem


def test_what_was_un_batched_in_the_middle_of_a_rerun_is_un_batched_whole_and_exported_anew(
    pushed: Month, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Manage's export still had a GL entry that the batch has no more when its entries are read."""
    pushed.restore_night_before()
    manage, records = pushed.session().manage, pushed.site.records
    export = manage.export_batch
    batch = next(b for b in records.batches.values() if b.identifier == "OCT-I")

    def somebody_un_batches_a_part(*given: Any, **more: Any) -> Any:
        exported = export(*given, **more)
        torn = next(invoice for invoice in exported.invoices if len(invoice.all_entry_ids) > 1)
        entry = max(torn.all_entry_ids)
        batch.entry_ids.remove(entry)
        del records.batched[entry]
        pushed.site.changed()
        monkeypatch.setattr(manage, "export_batch", export)
        return exported

    monkeypatch.setattr(manage, "export_batch", somebody_un_batches_a_part)
    problem = the_stop(pushed.rerun("OCT-I"), "RERUN-ENTRIES")
    assert "Un-batch the rest on its own screen (an invoice: More > Un-batch" in problem.fix
    assert problem.fix.endswith("refresh and export it anew")
    key = next(key for key in pushed.all_keys(Kind.INVOICE) if str(key) == problem.transaction_id)
    pushed.site.unbatch(int(key.record_id))
    assert key in pushed.keys(Kind.INVOICE)
    pushed.push([key], batch="NOV")
    report = pushed.rerun("OCT-I")
    assert report.state is RunState.COMPLETED, (report.text, codes(report))


def test_a_document_whose_id_nobody_knows_is_un_batched_and_exported_anew(
    pushed: Month, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a restore of SL the ledger does not know it, and Manage's entries may not name the order."""
    pushed.restore_night_before()
    manage = pushed.session().manage
    read = manage.batch_entries

    def without_orders(batch_id: int) -> Any:
        return [replace(entry, purchase_order_id=0) for entry in read(batch_id)]

    monkeypatch.setattr(manage, "batch_entries", without_orders)
    report = pushed.rerun("OCT-P")
    assert report.state is RunState.NOTHING_WRITTEN
    stops = [problem for problem in report.problems if problem.code == "RERUN-NO-ID"]
    assert stops
    assert all("Un-batch it in Manage (a purchase order on its own screen" in problem.fix for problem in stops)
    before = set(pushed.keys(Kind.PROCUREMENT))
    orders = [key for key in pushed.all_keys(Kind.PROCUREMENT) if key.record_id.endswith("-purchase")]
    for key in orders:
        pushed.site.unbatch_procurement(key.record_id)
    again = [key for key in pushed.keys(Kind.PROCUREMENT) if key not in before]
    assert sorted(again) == sorted(orders)
    pushed.push(again, batch="NOV")
    assert "RERUN-NO-ID" not in codes(pushed.rerun("OCT-P"))


def test_what_moved_in_sl_while_it_was_posted_is_looked_at_and_run_again(
    pushed: Month, monkeypatch: pytest.MonkeyPatch
) -> None:
    pushed.restore_night_before()
    write = posting.post_plan

    def somebody_closes_the_period_first(*given: Any, **more: Any) -> Any:
        close_period(pushed.engine, "AR")
        return write(*given, **more)

    with monkeypatch.context() as patch:
        patch.setattr(posting, "post_plan", somebody_closes_the_period_first)
        problem = the_stop(pushed.rerun("OCT-I"), "MOVED")
    assert problem.fix == "Check mappings and run the export again."
    stops = [each for each in pushed.plan("OCT-I").plan.problems if each.severity == "stop"]
    assert {each.code for each in stops} == {"PERIOD-CLOSED"}
    assert "Choose 'By document date, closed → current'" in stops[0].fix
    report = pushed.rerun("OCT-I", period="By document date, closed → current")
    assert report.state is RunState.COMPLETED, (report.text, codes(report))
