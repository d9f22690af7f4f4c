"""Stops of an undo and of a clearing, and what their words tell to do about them, done in SL and in Manage."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from payables_story import bill, bill_line, expense
from undo_stage import put_into_batch

from xlpy.demo.company.release.run import release_batch, void_batch
from xlpy.demo.site.door.faults import Fault, FaultKind
from xlpy.domain.facts.manage_expenses import ExportedExpenses
from xlpy.domain.values.problems import Problem
from xlpy.domain.values.transactions import Kind, TransactionKey
from xlpy.services.export.exporting import MarkedExport, export_marked
from xlpy.services.export.planning import plan_options
from xlpy.services.history.clear import clear, look_at_clear
from xlpy.services.history.clear_plan import clear_rows
from xlpy.services.history.undo import look_at_undo, undo
from xlpy.services.manage_half.recover import recover
from xlpy.services.run.reports import Marked, RunState
from xlpy.services.run.session import Session

ANY_BATCH = "/finance/accounting/batches.*"
# Read by the table of cures, which lists the stops that nobody has cured yet.
CURED = (
    "CLEAR-IN-SL",
    "CLEAR-OPEN",
    "HALF-DONE",
    "JOINED",
    "NO-ENTRIES",
    "NOT-UNPOSTED",
    "UNDO-CHANGED",
    "UNDO-COMPANY",
    "UNDO-ELSEWHERE",
    "UNDO-ENTRIES",
    "UNDO-FOREIGN",
    "UNDO-SHARED",
    "UNDO-STATUS",
    "UNDO-UNKNOWN",
)


def reasons(stage: Any, batch: str = "OCT-I") -> dict[str, Problem]:
    return {reason.code: reason for reason in look_at_undo(stage.session(), batch).reasons}


def void_and_unbatch(stage: Any) -> None:
    """Void SL batch AR … in Invoice and Memo; then in Manage un-batch each invoice."""
    for number in stage.sl_batches("AR", "OCT-I"):
        void_batch(stage.engine, "AR", number)
    for posting in stage.ledger("OCT-I"):
        stage.site.unbatch(int(posting.key.record_id))


def change_by_hand(stage: Any) -> None:
    stage.run("UPDATE ARDoc SET User2 = 'mine' WHERE BatNbr = :b", b=stage.sl_batches("AR", "OCT-I")[0])


def add_by_hand(stage: Any) -> None:
    columns = [name for (name,) in stage.rows("SELECT name FROM pragma_table_info('ARDoc')") if name != "tstamp"]
    values = ", ".join({"RefNbr": "'HAND1'", "User1": "' '"}.get(name, name) for name in columns)
    number = stage.sl_batches("AR", "OCT-I")[0]
    listed = ", ".join(columns)
    stage.run(f"INSERT INTO ARDoc ({listed}) SELECT {values} FROM ARDoc WHERE BatNbr = :b LIMIT 1", b=number)


def share_the_sl_batch(stage: Any) -> None:
    """One of its invoices belongs to another run, and to another batch of Manage."""
    last = stage.ledger("OCT-I")[-1]
    stage.run(
        "UPDATE xlpy_Posting SET BatchIdentifier = 'NOV-I', RunID = 'other' WHERE PostingID = :p", p=last.posting_id
    )


def move_to_a_batch_of_its_own(stage: Any) -> None:
    stage.run("UPDATE ARDoc SET BatNbr = '009999' WHERE RefNbr = 'HAND1'")


def put_a_stranger_in(stage: Any) -> None:
    put_into_batch(stage.site, "OCT-I")


def batch_by_hand(stage: Any) -> None:
    records = stage.site.records
    batch = next(b for b in records.batches.values() if b.identifier == "OCT-I")
    moved = stage.ledger("OCT-I")[0]
    records.batches[990] = type(batch)(990, "BY-HAND", True, False, False, entry_ids=list(moved.entry_ids))
    for entry in moved.entry_ids:
        batch.entry_ids.remove(entry)
        records.batched[entry] = 990
    stage.site.changed()


def unbatch_it_there(stage: Any) -> None:
    stage.site.unbatch(int(stage.ledger("OCT-I")[0].key.record_id))


def mark_to_be_voided(stage: Any) -> None:
    number = stage.sl_batches("AR", "OCT-I")[0]
    stage.run("UPDATE Batch SET Status = 'I' WHERE Module = 'AR' AND BatNbr = :b", b=number)


def release_it_in_sl(stage: Any) -> None:
    release_batch(stage.engine, "AR", stage.sl_batches("AR", "OCT-I")[0])


@pytest.mark.parametrize(
    ("code", "words", "broken", "cure"),
    [
        ("UNDO-CHANGED", "then in Manage un-batch each invoice", change_by_hand, void_and_unbatch),
        ("UNDO-FOREIGN", "Move it to a batch of its own and undo then", add_by_hand, move_to_a_batch_of_its_own),
        ("UNDO-SHARED", "then in Manage un-batch each invoice", share_the_sl_batch, void_and_unbatch),
        ("UNDO-ENTRIES", "Void the documents in SL; then in Manage un-batch", put_a_stranger_in, void_and_unbatch),
        ("UNDO-ELSEWHERE", "or un-batch it there, and undo then", batch_by_hand, unbatch_it_there),
        ("UNDO-STATUS", "Release it in SL, so that it is voided", mark_to_be_voided, release_it_in_sl),
    ],
)
def test_what_the_cure_says_lets_the_undo_go_on(
    pushed: Any, code: str, words: str, broken: Callable[[Any], None], cure: Callable[[Any], None]
) -> None:
    broken(pushed)
    assert words in reasons(pushed)[code].fix
    cure(pushed)
    assert reasons(pushed) == {}
    report = undo(pushed.session(), "OCT-I", confirmed=True)
    assert report.state is RunState.COMPLETED, report.text


def test_an_unknown_batch_is_undone_by_the_name_that_is_offered(pushed: Any) -> None:
    fix = reasons(pushed, "OCT")["UNDO-UNKNOWN"].fix
    offered = fix.removeprefix("Take one of ").split(", ")
    assert offered
    assert all("UNDO-UNKNOWN" not in reasons(pushed, name) for name in offered)


# --- clear without export ---------------------------------------------------------------------------------------


def cleared(stage: Any, *marks: Marked) -> Any:
    return clear(stage.session(), stage.selection(marks, "M"), confirmed=True)


def test_recover_finishes_a_clearing_that_was_interrupted(fresh: Any) -> None:
    first = fresh.marks(Kind.INVOICE)[0]
    fresh.site.faults.add(Fault(FaultKind.UNAVAILABLE, method="POST", path=ANY_BATCH, times=None))
    assert cleared(fresh, first).state is RunState.HALF_DONE
    assert "Press Recover first" in reasons(fresh, "M-I")["CLEAR-OPEN"].fix
    (problem,) = look_at_clear(fresh.session(), fresh.selection((first,), "N")).stops
    assert (problem.code, problem.fix) == ("HALF-DONE", "Press Recover first")
    fresh.site.faults.clear()
    recover(fresh.session())
    assert "CLEAR-OPEN" not in reasons(fresh, "M-I")
    assert "HALF-DONE" not in {p.code for p in look_at_clear(fresh.session(), fresh.selection((first,), "N")).stops}


def test_what_is_in_sl_gets_its_manage_batch_by_a_run(pushed: Any) -> None:
    posting = pushed.ledger("OCT-I")[0]
    pushed.site.unbatch(int(posting.key.record_id))
    (problem,) = cleared(pushed, Marked(posting.key)).problems
    assert problem.code == "CLEAR-IN-SL"
    assert "Run export makes only its Manage batch" in problem.fix
    report = pushed.push((Marked(posting.key),), "NOV")
    assert report.state is RunState.COMPLETED, report.text
    assert [made.identifier for made in report.manage_batches] == ["NOV-I"]


def test_a_row_that_is_no_longer_there_is_gone_after_a_refresh(fresh: Any) -> None:
    mark = fresh.marks(Kind.INVOICE)[0]
    gone = Marked(TransactionKey(Kind.INVOICE, "999999"))
    (problem,) = cleared(fresh, mark, gone).problems
    assert problem.code == "NOT-UNPOSTED"
    assert problem.fix.startswith("Refresh")
    assert gone not in fresh.marks(Kind.INVOICE), "the refreshed list does not have it"
    assert cleared(fresh, *fresh.marks(Kind.INVOICE)[:1]).state is RunState.COMPLETED


def test_an_invoice_opened_and_closed_again_has_its_entries(fresh: Any) -> None:
    session = fresh.session()
    mark = fresh.marks(Kind.INVOICE)[0]
    selection = fresh.selection((mark,))
    export = export_marked(session, selection.marked, plan_options(session, selection))
    bare = tuple((one, replace(row, id=0)) for one, row in export.invoices)
    _, (problem,) = clear_rows(replace(export, invoices=bare, exported_invoices=()), {})
    assert problem.code == "NO-ENTRIES"
    assert "Open and close it in Manage, and refresh" in problem.fix
    fresh.site.reopen_and_close(int(mark.key.record_id))
    assert cleared(fresh, mark).state is RunState.COMPLETED


def test_expenses_that_share_a_gl_entry_are_cleared_when_all_of_them_are_marked() -> None:
    shared = 7000
    lines = [bill_line(n, amount, entry_ids=(n * 10, shared)) for n, amount in ((611, "20.05"), (612, "30.10"))]
    rows = [(Marked(one.key), one.unposted) for one in (expense(611, "20.05"), expense(612, "30.10"))]
    export = MarkedExport(expenses=(rows[0],), exported_expenses=ExportedExpenses(bills=(bill(*lines),)))
    none, (problem,) = clear_rows(export, {})
    assert (problem.code, none) == ("JOINED", ())
    assert problem.fix.startswith("Mark all of them")
    cleared_rows, problems = clear_rows(replace(export, expenses=tuple(rows)), {})
    assert problems == ()
    assert {entry for row in cleared_rows for entry in row.entry_ids} == {6110, 6120, shared}


def test_a_batch_of_another_company_is_undone_with_the_settings_of_that_company(pushed: Any) -> None:
    right = pushed.session()
    with Session(replace(right.profile, sl=replace(right.profile.sl, company="0070")), right.secrets) as other:
        problem = {reason.code: reason for reason in look_at_undo(other, "OCT-I").reasons}["UNDO-COMPANY"]
        assert problem.fix == f"Undo it with the settings (profile) of {right.profile.sl.company}"
        assert undo(other, "OCT-I", confirmed=True).state is RunState.NOTHING_WRITTEN
    assert reasons(pushed) == {}
    assert undo(right, "OCT-I", confirmed=True).state is RunState.COMPLETED
