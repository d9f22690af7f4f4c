"""Stops of a rerun, and what their words tell to do about them, done in SL."""

from __future__ import annotations

from decimal import Decimal

from rerun_stage import Month

from xlpy.demo.company.repairs import enter_voucher
from xlpy.domain.values.problems import Problem
from xlpy.services.run.reports import RunReport, RunState

# Read by the table of cures, which lists the stops that nobody has cured yet.
CURED = ("RERUN-FOREIGN",)


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
