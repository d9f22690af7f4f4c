"""A rerun that is killed, or whose batch is half done: run again, each document is once in SL and in one batch."""

from __future__ import annotations

import multiprocessing
import os

import pytest
from rerun_stage import LEDGER, Month, states
from sqlalchemy import event

from xlpy.demo.site.door import access
from xlpy.profile.credentials import ManageSecrets
from xlpy.profile.settings import Profile
from xlpy.services.history.rerun import rerun
from xlpy.services.manage_half.recover import recover
from xlpy.services.run.reports import RunState
from xlpy.services.run.session import Session

DEAD = 77
FORK = multiprocessing.get_context("fork" if "fork" in multiprocessing.get_all_start_methods() else "spawn")


def _die(profile: Profile, batch: str, where: str) -> None:
    """Rerun in a process that ends before its commit, or just after it: no ``finally`` runs."""
    session = Session(profile, ManageSecrets(private_key=access.PRIVATE_KEY))
    written = False

    def look(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        nonlocal written
        written = written or "INTO xlpy_Posting " in statement.replace('"', "")

    def commit(_c: object) -> None:
        if written and where == "before the commit":
            os._exit(DEAD)

    event.listen(session.sl.engine, "after_cursor_execute", look)
    event.listen(session.sl.engine, "commit", commit)
    if where == "after the commit":
        session.observe = lambda label: os._exit(DEAD) if label == "committed" else None
    rerun(session, batch)


@pytest.mark.parametrize("where", ["before the commit", "after the commit"])
def test_killed_around_the_commit_and_run_again(pushed: Month, where: str) -> None:
    documents, ledger = pushed.documents(), pushed.rows(LEDGER)
    pushed.restore_night_before()
    pushed.theatre.disconnect()
    child = FORK.Process(target=_die, args=(pushed.theatre.profile, "OCT-P", where))
    child.start()
    child.join()
    assert child.exitcode == DEAD
    there = where == "after the commit"
    expected = "Already in SL" if there else "Missing"
    assert set(states(pushed.plan("OCT-P"))) == {expected}
    assert recover(pushed.session()).closed == (), "nothing is owed: the rows were written closed"
    report = pushed.rerun("OCT-P")
    assert report.state is RunState.COMPLETED
    assert bool(report.results) is not there
    for batch in ("OCT-I", "OCT-E"):
        pushed.rerun(batch)
    assert pushed.rows(LEDGER) == ledger
    assert pushed.documents()["IN"] == documents["IN"]
    assert len(pushed.documents()["AP"]) == len(documents["AP"])


def test_a_backup_between_sl_and_manage_is_closed_with_the_batch_that_covers_it(pushed: Month) -> None:
    """SL's backup has the documents, but not yet the batch: Manage has it, and Recover finds it by its entries."""
    ledger = pushed.rows(LEDGER)
    pushed.run("UPDATE xlpy_Posting SET State = 'posted', ManageBatchID = NULL, ClosedAt = NULL")
    plan = pushed.plan("OCT-I")
    assert {row.message for row in plan.rows if row.sl_batch} == {
        "Manage is still owed its batch in the posting ledger: run Recover"
    }
    batches = len(pushed.site.records.batches)
    report = pushed.rerun("OCT-I")
    assert (report.state, report.results) == (RunState.COMPLETED, ())
    assert "Of earlier runs" in report.text
    assert pushed.rows(LEDGER) == ledger
    assert len(pushed.site.records.batches) == batches


def test_a_document_that_sl_refuses_is_left_out_and_comes_with_the_next_rerun(pushed: Month) -> None:
    ledger = pushed.rows(LEDGER)
    pushed.restore_night_before()
    customer = pushed.plan("OCT-I").plan.ar.batches[0].documents[0].cust_id
    pushed.run("DELETE FROM Customer WHERE CustId = :c", c=customer)  # its address stays, so that it can't be made
    report = pushed.rerun("OCT-I")
    assert (report.state, report.exit_code) == (RunState.WITH_ERRORS, 3)
    failed = {row.transaction_id for row in report.results if row.status == "Failed"}
    assert failed
    assert {row[1] for row in pushed.rows(LEDGER)}.isdisjoint(failed)
    pushed.run("DELETE FROM SOAddress WHERE CustId = :c", c=customer)
    pushed.run("DELETE FROM AR_Balances WHERE CustId = :c", c=customer)
    report = pushed.rerun("OCT-I")
    assert report.state is RunState.COMPLETED
    assert {row.transaction_id for row in report.results} == failed
    assert pushed.rows(LEDGER) == [row for row in ledger if row[0] == "invoice"]
