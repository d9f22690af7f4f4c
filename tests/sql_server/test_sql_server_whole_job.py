"""The whole job against a SQL Server, from the set-up script to the payments, with a loss and an undo in between."""

from __future__ import annotations

import pytest
from sql_server_stage import Stage, once_everywhere

from xlpy.demo import firm
from xlpy.demo.after_the_batch import PAID_AFTER, SHARE_PAID
from xlpy.demo.company.release.run import release_everything
from xlpy.demo.company.some_payments import pay_some
from xlpy.domain.values.problems import Severity
from xlpy.domain.values.transactions import Kind
from xlpy.services.export.planning import make_plan
from xlpy.services.export.refresh import refresh
from xlpy.services.history.rerun import rerun
from xlpy.services.history.rerun_plan import RerunMarks, plan_rerun
from xlpy.services.history.undo import undo
from xlpy.services.payments.sync import sync_payments
from xlpy.services.reconciling.reconcile import reconcile
from xlpy.services.run.reports import RunState
from xlpy.services.setup.doctor import Verdict, check_setup

AGREES = {"Agrees", "Nothing to post"}


def _lose(stage: Stage, bat_nbr: str) -> int:
    """Delete an AR batch behind SL's back; the reservations of its references stay."""
    lost = stage.run("DELETE FROM ARDoc WHERE BatNbr = :b AND User1 <> ''", b=bat_nbr)
    stage.run("DELETE FROM ARTran WHERE BatNbr = :b", b=bat_nbr)
    stage.run("DELETE FROM Batch WHERE Module = 'AR' AND BatNbr = :b", b=bat_nbr)
    return lost


def _states(stage: Stage, batch: str) -> dict[str, int]:
    counts: dict[str, int] = {}
    for row in reconcile(stage.session(), batch=batch).rows:
        counts[str(row.state)] = counts.get(str(row.state), 0) + 1
    return counts


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_the_whole_job(stage: Stage) -> None:
    session = stage.session()

    # Check setup: the server is one that the product may use.
    found = check_setup(session)
    wrong = [finding for finding in found if finding.verdict is Verdict.PROBLEM]
    assert [finding for finding in wrong if finding.area == "SL"] == []

    # Refresh, check, preview.
    shown = refresh(session, through=firm.THROUGH_DATE)
    assert len(shown.invoices) > 10
    marks = (
        *stage.marks(Kind.INVOICE, most=16),
        *stage.marks(Kind.EXPENSE, most=10),
        *stage.marks(Kind.PROCUREMENT, most=14),
    )
    plan = make_plan(session, stage.selection(marks))
    assert [problem for problem in plan.problems if problem.severity is Severity.STOP] == []
    assert plan.ar.batches

    # Run export of every kind.
    report = stage.push(marks)
    assert report.state is RunState.COMPLETED, (report.text, report.problems)
    keys = tuple(mark.key for mark in marks)
    assert once_everywhere(stage, keys) == []
    modules = {name for (name,) in stage.rows("SELECT DISTINCT Module FROM xlpy_PostingDoc")}
    assert modules == {"AR", "AP", "GL", "IN"}
    for batch in ("OCT-I", "OCT-E", "OCT-P"):
        assert _states(stage, batch).keys() <= AGREES, batch

    # A loss of one batch in SL: reconcile says it, and rerun brings back exactly what is gone.
    lost_batch = stage.rows(
        "SELECT MIN(d.BatNbr) FROM xlpy_PostingDoc d JOIN xlpy_Posting p ON p.PostingID = d.PostingID"
        " WHERE d.Module = 'AR' AND p.BatchIdentifier = 'OCT-I'"
    )[0][0]
    before = stage.rows("SELECT DocType, RefNbr, CustId, CuryOrigDocAmt, OrigDocAmt FROM ARDoc ORDER BY 1, 2, 3")
    lost = _lose(stage, lost_batch)
    assert lost > 3
    assert _states(stage, "OCT-I")["Missing in SL"] == lost
    states = {row.number: row.state for row in plan_rerun(session, "OCT-I").rows}
    assert list(states.values()).count("Deleted") + list(states.values()).count("Partly gone") == lost
    assert "Partly gone" in states.values(), "cost journals still stand"
    assert rerun(session, "OCT-I").results == (), "nothing comes back unasked"
    report = rerun(session, "OCT-I", marks=RerunMarks(again=("all",)))
    assert report.state is RunState.COMPLETED, (report.text, report.problems)
    after = stage.rows("SELECT DocType, RefNbr, CustId, CuryOrigDocAmt, OrigDocAmt FROM ARDoc ORDER BY 1, 2, 3")
    assert after == before, "the same documents under their old references"
    assert _states(stage, "OCT-I").keys() <= AGREES

    # An undo: SL and Manage are as before it; the second undo says that there is nothing left, in one sentence.
    more = stage.marks(Kind.INVOICE, most=3)
    assert stage.push(more, "UND").state is RunState.COMPLETED
    assert undo(session, "UND-I", confirmed=True).state is RunState.COMPLETED
    assert {mark.key for mark in more} <= set(stage.unposted(Kind.INVOICE))
    again = undo(session, "UND-I", confirmed=True)
    assert again.state is RunState.NOTHING_WRITTEN
    assert again.text.count("UND-I") == 1
    assert ". ." not in again.text

    # SL releases and posts everything; customers pay; Manage gets to know it, once.
    outcomes = release_everything(stage.engine, firm.COMPANY_ID)
    assert [outcome for outcome in outcomes if outcome.messages or outcome.error] == []
    pay_some(stage.engine, share=SHARE_PAID, on=firm.THROUGH_DATE + PAID_AFTER)
    first = sync_payments(session)
    assert first.exit_code == 0, first.text
    paid = {i: sum(p.amount for p in stage.site.payments_on(i)) for i in stage.site.records.invoices}
    assert any(paid.values())
    second = sync_payments(session)
    assert second.exit_code == 0, second.text
    assert {i: sum(p.amount for p in stage.site.payments_on(i)) for i in stage.site.records.invoices} == paid
    for batch in ("OCT-I", "OCT-E", "OCT-P"):
        assert _states(stage, batch).keys() <= AGREES, batch
