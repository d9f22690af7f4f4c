"""Batches of Manage, turned round: names taken though not listed, entries that can't be read or have other ids.

Source: Manage API: creating the batch; closed batches are hidden from lists, entries of a batch (both unverified).
"""

from __future__ import annotations

import shutil
from typing import Any

import pytest

from xlpy.demo.site.door.faults import Fault, FaultKind
from xlpy.domain.afterwards.reconcile import FINE
from xlpy.domain.afterwards.rerun import RerunState
from xlpy.domain.values.transactions import Kind
from xlpy.services.history.clear import clear
from xlpy.services.history.rerun_plan import plan_rerun
from xlpy.services.history.undo import look_at_undo, undo
from xlpy.services.manage_half.recover import recover
from xlpy.services.reconciling.reconcile import reconcile
from xlpy.services.run.reports import RunState

BATCHES = "/finance/accounting/batches"
ENTRIES = BATCHES + r"/\d+/entries.*"
SUFFIXES = ("-I", "-E", "-P")


def close_every_batch(stage: Any) -> None:
    for number in list(stage.site.records.batches):
        stage.site.close_batch(number)


def take_names(stage: Any, *names: str) -> None:
    """Have Manage keep the names of batches that were deleted."""
    stage.site.records.deleted_names += names
    stage.site.harsh.deleted_names_taken = True


def names_in_manage(stage: Any) -> set[str]:
    return {batch.identifier for batch in stage.site.records.batches.values()}


def all_marked_once(stage: Any, marks: Any) -> None:
    """Every transaction has one live row in the ledger, closed under the name of the batch that really has it."""
    rows = stage.ledger()
    assert sorted(str(row.key) for row in rows) == sorted(str(mark.key) for mark in marks)
    assert {row.closed_at is None for row in rows} == {False}
    assert {row.batch_identifier for row in rows} <= names_in_manage(stage)
    for row in rows:
        assert row.key.record_id not in stage.unposted()[row.key.kind]
        if row.key.kind is Kind.INVOICE:
            assert stage.site.batch_of(int(row.key.record_id)) == row.batch_identifier


# -- a name that is taken but not listed ---------------------------------------------------------------------------


@pytest.mark.parametrize("by_id", [False, True], ids=["unlisted", "gone by id too"])
def test_names_of_hidden_batches_are_stepped_over_and_told(pushed: Any, by_id: bool) -> None:
    close_every_batch(pushed)
    harsh = pushed.site.harsh
    harsh.closed_batches_unlisted, harsh.closed_batches_gone = True, by_id
    again = pushed.unposted()
    take_names(pushed, *(f"NOV{suffix}" for suffix in SUFFIXES))
    marks = tuple(mark for mark in pushed.marks(personal=True) if mark.key.record_id in again[mark.key.kind])
    report = clear(pushed.session(), pushed.selection(marks, "NOV"), confirmed=True)
    assert report.state is RunState.COMPLETED, report.text
    assert {batch.identifier for batch in report.manage_batches} == {f"NOV{s}-1" for s in ("-E",)}
    assert "The batch name NOV-E is taken in Manage: the batch is NOV-E-1." in report.text


def test_an_export_under_hidden_names_ends_under_the_next_ones(fresh: Any) -> None:
    marks = fresh.marks()
    take_names(fresh, "OCT-I", "OCT-E", "OCT-P", "OCT-P-1")
    report = fresh.push(marks)
    assert report.state is RunState.COMPLETED, report.text
    assert names_in_manage(fresh) == {"OCT-I-1", "OCT-E-1", "OCT-P-2"}
    assert "OCT-P is taken in Manage: the batch is OCT-P-2" in report.text
    assert {row.batch_identifier for row in report.results} == names_in_manage(fresh)
    all_marked_once(fresh, marks)
    assert recover(fresh.session()).exit_code == 0


def test_a_refusal_that_does_not_say_why_gets_one_more_name(fresh: Any) -> None:
    fresh.site.faults.add(Fault(FaultKind.TEXT, method="POST", path=BATCHES, status=400))
    marks = fresh.marks(Kind.INVOICE)
    assert fresh.push(marks).state is RunState.COMPLETED
    assert names_in_manage(fresh) == {"OCT-I-1"}
    all_marked_once(fresh, marks)


def test_one_kind_that_is_refused_does_not_stop_the_others(fresh: Any) -> None:
    marks = fresh.marks()
    # -E comes first; it is refused twice, since the refusal does not say whether it is about the name.
    fresh.site.faults.add(Fault(FaultKind.TEXT, method="POST", path=BATCHES, status=400, times=2))
    report = fresh.push(marks)
    assert report.state is RunState.PENDING
    assert names_in_manage(fresh) == {"OCT-I", "OCT-P"}
    owed = {row.transaction_id for row in report.results if row.status == "Manage pending"}
    assert owed == {mark.key.record_id for mark in marks if mark.key.kind is Kind.EXPENSE}
    done = recover(fresh.session())
    assert (done.exit_code, len(done.closed)) == (0, len(owed))
    all_marked_once(fresh, marks)


def test_recover_says_what_to_do_in_manage_when_no_name_is_free_and_gets_out(fresh: Any) -> None:
    marks = fresh.marks(Kind.INVOICE)
    take_names(fresh, "OCT-I", *(f"OCT-I-{number}" for number in range(1, 30)))
    assert fresh.push(marks).state is RunState.PENDING
    stuck = recover(fresh.session())
    assert stuck.exit_code == 3
    assert "Finance > Accounting Interface" in stuck.text
    # The person does what it says: a batch of the name that Recover looks for, made at Manage's screen.
    fresh.site.harsh.deleted_names_taken = False
    rows = fresh.ledger()
    entries = [entry for row in rows for entry in row.entry_ids]
    fresh.session().manage.create_batch("OCT-I", entries, [Kind.INVOICE])
    assert recover(fresh.session()).exit_code == 0
    all_marked_once(fresh, marks)


def test_recover_knows_its_batch_though_somebody_closed_it_meanwhile(fresh: Any) -> None:
    """The answer is lost, the batch is there; then it is closed, and no list shows it. The invoice names it."""
    marks = fresh.marks(Kind.INVOICE)

    def lost(method: str, path: str) -> None:
        if (method, path) == ("POST", BATCHES):
            fresh.site.faults.add(Fault(FaultKind.FORBIDDEN, method="GET", path=BATCHES, times=None))
            raise ConnectionError

    fresh.site.after_request = lost
    assert fresh.push(marks).state is RunState.PENDING
    fresh.site.after_request = None
    fresh.site.faults.clear()
    close_every_batch(fresh)
    fresh.site.harsh.closed_batches_unlisted = fresh.site.harsh.closed_batches_gone = True
    recover(fresh.session())
    all_marked_once(fresh, marks)
    assert recover(fresh.session()).exit_code == 0


def test_undo_of_a_hidden_batch_is_refused_before_sl_is_touched(pushed: Any) -> None:
    close_every_batch(pushed)
    pushed.site.harsh.closed_batches_unlisted = pushed.site.harsh.closed_batches_gone = True
    before = pushed.tables()
    report = undo(pushed.session(), "OCT-I", confirmed=True)
    assert report.state is RunState.NOTHING_WRITTEN
    assert {problem.code for problem in report.problems} == {"UNDO-ELSEWHERE"}
    assert pushed.tables() == before


# -- made, not confirmed -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [FaultKind.NOT_FOUND, FaultKind.FORBIDDEN, FaultKind.SERVER_TIMEOUT], ids=str)
def test_entries_that_can_not_be_read_do_not_stop_a_run(fresh: Any, kind: FaultKind) -> None:
    for session in fresh.sessions:
        session.manage._transport._sleep = lambda _seconds: None
    fresh.site.faults.add(Fault(kind, method="GET", path=ENTRIES, times=None))
    marks = fresh.marks()
    report = fresh.push(marks)
    assert report.state is RunState.COMPLETED, report.text
    assert names_in_manage(fresh) == {"OCT-I", "OCT-E", "OCT-P"}
    all_marked_once(fresh, marks)
    assert recover(fresh.session()).exit_code == 0


def test_a_list_of_batches_that_fails_after_the_batch_is_made(fresh: Any) -> None:
    marks = fresh.marks(Kind.INVOICE)
    made = fresh.site

    def from_now_on(method: str, path: str) -> None:
        if (method, path) == ("POST", BATCHES):
            made.faults.add(Fault(FaultKind.FORBIDDEN, method="GET", path=BATCHES, times=None))

    made.after_request = from_now_on
    report = fresh.push(marks)
    assert report.state is RunState.COMPLETED, report.text
    all_marked_once(fresh, marks)


def test_nothing_at_all_can_be_read_after_the_batch_is_made(fresh: Any) -> None:
    """Made, not confirmed: told as that, the other kinds are made, and Recover confirms later."""
    marks = fresh.marks()

    def from_now_on(method: str, path: str) -> None:
        if (method, path) == ("POST", BATCHES) and not fresh.site.faults._waiting:
            fresh.site.faults.add(Fault(FaultKind.FORBIDDEN, method="GET", path=ENTRIES, times=None))
            fresh.site.faults.add(Fault(FaultKind.FORBIDDEN, method="GET", path=".*/unpostedexpenses.*", times=None))

    fresh.site.after_request = from_now_on
    report = fresh.push(marks)
    assert report.state is RunState.PENDING
    assert "made in Manage, but not confirmed" in report.text
    assert names_in_manage(fresh) == {"OCT-I", "OCT-E", "OCT-P"}
    fresh.site.after_request = None
    fresh.site.faults.clear()
    assert recover(fresh.session()).exit_code == 0
    all_marked_once(fresh, marks)


def test_an_undo_whose_lists_can_not_be_read_afterwards_is_done_all_the_same(pushed: Any) -> None:
    def from_now_on(method: str, path: str) -> None:
        if method == "DELETE":
            pushed.site.faults.add(Fault(FaultKind.FORBIDDEN, path=".*/unpostedinvoices.*", times=None))

    pushed.site.after_request = from_now_on
    report = undo(pushed.session(), "OCT-I", confirmed=True)
    assert report.state is RunState.WITH_ERRORS
    assert pushed.states("OCT-I") == {"undone"}
    pushed.site.after_request = None
    pushed.site.faults.clear()
    assert recover(pushed.session()).exit_code == 0


def test_an_undo_goes_on_though_entries_can_no_longer_be_read(pushed: Any) -> None:
    """SL is empty, the batch is deleted in Manage by hand, as Recover says; entries can't be read."""
    pushed.site.faults.add(Fault(FaultKind.FORBIDDEN, method="DELETE", times=None))
    assert undo(pushed.session(), "OCT-I", confirmed=True).state is RunState.HALF_DONE
    pushed.site.faults.clear()
    pushed.site.harsh.entries_refused = True
    for session in pushed.sessions:
        session.manage._transport._sleep = lambda _seconds: None
    stuck = recover(pushed.session())
    assert (stuck.exit_code, bool(stuck.stuck)) == (3, True)
    for posting in pushed.ledger("OCT-I"):
        pushed.site.unbatch(int(posting.key.record_id))
    done = recover(pushed.session())
    assert (done.exit_code, pushed.states("OCT-I")) == (0, {"undone"})


# -- entries with ids of their own ---------------------------------------------------------------------------------


def test_entries_with_other_ids_are_known_by_what_they_name(fresh: Any) -> None:
    fresh.site.harsh.other_entry_ids = True
    marks = fresh.marks()
    assert fresh.push(marks).state is RunState.COMPLETED
    all_marked_once(fresh, marks)


def test_a_batch_with_other_ids_is_ours_after_a_time_out(fresh: Any) -> None:
    fresh.site.harsh.other_entry_ids = True
    fresh.site.faults.add(Fault(FaultKind.DROP_AFTER, method="POST", path=BATCHES, times=None))
    marks = fresh.marks()
    report = fresh.push(marks)
    assert report.state is RunState.COMPLETED, report.text
    assert names_in_manage(fresh) == {"OCT-I", "OCT-E", "OCT-P"}
    all_marked_once(fresh, marks)


def test_recover_finds_its_batches_with_other_ids(fresh: Any) -> None:
    fresh.site.harsh.other_entry_ids = True
    fresh.site.faults.add(Fault(FaultKind.DROP_AFTER, method="POST", path=BATCHES, times=None))
    fresh.site.faults.add(Fault(FaultKind.FORBIDDEN, path=ENTRIES, times=None))
    fresh.site.faults.add(Fault(FaultKind.FORBIDDEN, path=r".*/unposted\w+.*", nth=40, times=None))
    marks = fresh.marks()
    fresh.push(marks)
    fresh.site.faults.clear()
    assert recover(fresh.session()).exit_code == 0
    all_marked_once(fresh, marks)


@pytest.mark.parametrize("batch", ["OCT-I", "OCT-E", "OCT-P"])
def test_undo_works_with_other_ids(pushed: Any, batch: str) -> None:
    pushed.site.harsh.other_entry_ids = True
    assert look_at_undo(pushed.session(), batch).reasons == ()
    report = undo(pushed.session(), batch, confirmed=True)
    assert report.state is RunState.COMPLETED, report.text
    assert batch not in names_in_manage(pushed)


def test_a_batch_of_somebody_else_with_our_ids_is_not_ours(fresh: Any) -> None:
    """The ids of its entries are GL entry ids of ours, but it names other invoices."""
    first, second, *_ = fresh.marks(Kind.INVOICE)
    manage = fresh.session().manage
    theirs = next(i for i in fresh.site.records.invoices.values() if str(i.id) == first.key.record_id)
    manage.create_batch("OCT-I", theirs.entry_ids, [Kind.INVOICE])
    fresh.site.harsh.other_entry_ids = True
    assert fresh.push((second,), "OCT").state is RunState.NOTHING_WRITTEN  # the name is seen to be taken
    fresh.site.records.batches[min(fresh.site.records.batches)].identifier = "NOV-I"
    assert fresh.push((second,), "OCT").state is RunState.COMPLETED
    assert fresh.site.batch_of(int(second.key.record_id)) == "OCT-I"


@pytest.mark.parametrize("turned", ["other ids", "entries refused", "closed and unlisted"])
def test_reconcile_claims_of_nothing_that_it_is_in_no_batch(pushed: Any, turned: str) -> None:
    before = reconcile(pushed.session())
    assert {row.state for row in before.rows} <= FINE
    if turned == "other ids":
        pushed.site.harsh.other_entry_ids = True
    elif turned == "entries refused":
        pushed.site.faults.add(Fault(FaultKind.FORBIDDEN, path=ENTRIES, times=None))
    else:
        close_every_batch(pushed)
        pushed.site.harsh.closed_batches_unlisted = True
    after = reconcile(pushed.session())
    assert [(r.state, r.transaction, r.message) for r in after.rows if r.state not in FINE] == []


def test_a_rerun_with_other_ids_takes_no_line_of_another_expense(pushed: Any) -> None:
    pushed.site.harsh.other_entry_ids = True
    for batch in ("OCT-I", "OCT-E", "OCT-P"):
        plan = plan_rerun(pushed.session(), batch)
        states = {row.state for row in plan.rows}
        assert states <= {RerunState.IN_SL, RerunState.NOTHING, RerunState.NOT_EXPORTED}, (batch, states)
        assert plan.plan.transactions == ()


def test_a_rerun_after_a_restore_with_other_ids_stops_by_name_or_is_right(turned_theatre: Any) -> None:
    """SL and the ledger know nothing of the batch: what the entries can't tell is named, and nothing else is taken."""
    stage = turned_theatre.put_back("pushed")
    shutil.copyfile(turned_theatre.moments["fresh"].database, stage.database)
    stage.site.harsh.other_entry_ids = True
    plan = plan_rerun(stage.session(), "OCT-E")
    assert {row.state for row in plan.rows} == {RerunState.NOT_EXPORTED}
    assert plan.plan.transactions == ()
    plan = plan_rerun(stage.session(), "OCT-I")
    assert {row.state for row in plan.rows} <= {RerunState.MISSING, RerunState.NOTHING}
