"""Clear without export: marked as posted in Manage, SL untouched, and never a second time by accident."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from xlpy.demo import firm
from xlpy.demo.site.door.faults import Fault, FaultKind
from xlpy.domain.values.transactions import Kind, PostingState, TransactionKey
from xlpy.services.export.exporting import export_marked
from xlpy.services.export.planning import plan_options
from xlpy.services.export.push import push
from xlpy.services.history.clear import clear, look_at_clear
from xlpy.services.history.clear_plan import clear_rows
from xlpy.services.history.undo import undo
from xlpy.services.manage_half.recover import look, recover
from xlpy.services.run.reports import Marked, RunState, Selection

BATCHES = "/finance/accounting/batches"


def keys(rows: Any) -> set[TransactionKey]:
    return {row.key for row in rows}


def is_unposted(stage: Any, key: TransactionKey) -> bool:
    return key.record_id in stage.unposted()[key.kind]


def test_everything_is_marked_in_manage_and_sl_is_untouched(fresh: Any, theatre: Any) -> None:
    marks = fresh.marks(personal=True)
    report = clear(fresh.session(), fresh.selection(marks, "M-OCT"), confirmed=True)
    assert report.state is RunState.COMPLETED, report.text
    assert report.action == "clear"
    assert fresh.tables() == theatre.before
    assert {batch.identifier for batch in report.manage_batches} == {"M-OCT-I", "M-OCT-E", "M-OCT-P"}
    assert not [mark for mark in marks if is_unposted(fresh, mark.key)]
    rows = fresh.ledger()
    assert keys(rows) == {mark.key for mark in marks}
    assert {(p.state, p.parts, p.closed_at is None) for p in rows} == {(PostingState.CLEARED, (), False)}
    assert {(p.state_by, p.state_host) for p in rows} == {("kmorales", "PC1")}
    assert {row.status for row in report.results} == {"Cleared"}


def test_personal_and_not_reimbursable_expenses_are_cleared_by_their_own_entry(fresh: Any) -> None:
    manage = fresh.session().manage
    others = [row for row in manage.unposted_expenses() if row.classification != "Reimbursable"]
    assert {row.classification for row in others} >= {"Personal"}
    marks = tuple(Marked(TransactionKey(Kind.EXPENSE, str(row.expense_detail_id))) for row in others)
    plan = look_at_clear(fresh.session(), fresh.selection(marks))
    never_shown = {str(row.expense_detail_id): row.id for row in others if row.classification == "Personal"}
    for row in plan.rows:
        if row.key.record_id in never_shown:
            assert (row.entry_ids, row.lines_hash) == ((never_shown[row.key.record_id],), "")
    assert clear(fresh.session(), fresh.selection(marks), confirmed=True).state is RunState.COMPLETED
    assert not [mark for mark in marks if is_unposted(fresh, mark.key)]


def test_what_manage_still_lists_afterwards_is_told(fresh: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """That a row's own entry is enough is unverified: so Manage's list is looked at."""
    monkeypatch.setattr("xlpy.demo.site.shown.batches._offsets_along", lambda *_: [])
    manage = fresh.session().manage
    personal = next(row for row in manage.unposted_expenses() if row.classification == "Personal")
    mark = Marked(TransactionKey(Kind.EXPENSE, str(personal.expense_detail_id)))
    report = clear(fresh.session(), fresh.selection((mark,)), confirmed=True)
    assert report.state is RunState.WITH_ERRORS
    assert [row.message for row in report.results] == ["Manage still lists it as unposted: look at it there"]


def test_a_look_names_counts_and_amounts_and_changes_nothing(fresh: Any) -> None:
    marks = fresh.marks(Kind.INVOICE)
    calls = len(fresh.site.records.batches)
    plan = look_at_clear(fresh.session(), fresh.selection(marks))
    for currency in {row.currency for row in plan.rows}:
        amounts = [row.amount for row in plan.rows if row.currency == currency]
        assert f"{len(amounts)} invoice" in plan.worth
        assert f"{sum(amounts, Decimal(0)):,.2f} {currency}" in plan.worth
    report = clear(fresh.session(), fresh.selection(marks))
    assert report.state is RunState.NOTHING_WRITTEN
    assert "Nothing was cleared yet" in report.text
    assert len(fresh.site.records.batches) == calls
    assert fresh.ledger() == []


def test_what_is_in_sl_is_refused_and_needs_only_its_manage_batch(pushed: Any) -> None:
    posting = pushed.ledger("OCT-I")[0]
    pushed.site.unbatch(int(posting.key.record_id))
    report = clear(pushed.session(), pushed.selection((Marked(posting.key),), "M"), confirmed=True)
    assert report.state is RunState.NOTHING_WRITTEN
    (problem,) = report.problems
    assert (problem.code, problem.transaction) == ("CLEAR-IN-SL", posting.number)
    assert "Run export" in problem.fix
    assert is_unposted(pushed, posting.key)


def test_one_that_may_not_be_cleared_keeps_all_from_being_cleared(fresh: Any) -> None:
    marks = fresh.marks(Kind.INVOICE)
    gone = Marked(TransactionKey(Kind.INVOICE, "999999"))
    report = clear(fresh.session(), fresh.selection((*marks, gone)), confirmed=True)
    assert report.state is RunState.NOTHING_WRITTEN
    assert [problem.code for problem in report.problems] == ["NOT-UNPOSTED"]
    assert fresh.ledger() == []


def test_a_batch_name_that_manage_has_is_refused(pushed: Any) -> None:
    manage = pushed.session().manage
    row = next(row for row in manage.unposted_expenses() if row.classification == "Personal")
    mark = Marked(TransactionKey(Kind.EXPENSE, str(row.expense_detail_id)))
    report = clear(pushed.session(), pushed.selection((mark,), "OCT"), confirmed=True)
    assert [problem.code for problem in report.problems] == ["BATCH-NAME-TAKEN"]


def test_nothing_marked_clears_nothing(fresh: Any) -> None:
    assert "no row is marked" in clear(fresh.session(), fresh.selection(()), confirmed=True).text


def test_a_cleared_transaction_is_exported_later_only_with_again(fresh: Any) -> None:
    mark = fresh.marks(Kind.INVOICE)[0]
    clear(fresh.session(), fresh.selection((mark,), "M"), confirmed=True)
    fresh.site.unbatch(int(mark.key.record_id))
    report = fresh.push((mark,))
    assert [p.code for p in report.problems if p.severity == "stop"] == ["CLEARED"]
    selection = Selection("OCT", firm.THROUGH_DATE, (Marked(mark.key, again=True),))
    assert push(fresh.session(), selection).state is RunState.COMPLETED
    assert [(p.generation, str(p.state)) for p in fresh.ledger()] == [(1, "cleared"), (2, "closed")]


def test_a_clearing_can_be_undone(fresh: Any, theatre: Any) -> None:
    clear(fresh.session(), fresh.selection(fresh.marks(Kind.EXPENSE, personal=True), "M"), confirmed=True)
    report = undo(fresh.session(), "M-E", confirmed=True)
    assert report.state is RunState.COMPLETED, report.text
    assert fresh.unposted() == theatre.unposted
    assert fresh.push(fresh.marks(Kind.EXPENSE)).state is RunState.COMPLETED


def test_undone_transactions_can_be_cleared(pushed: Any, theatre: Any) -> None:
    undo(pushed.session(), "OCT-I", confirmed=True)
    marks = pushed.marks(Kind.INVOICE)
    assert clear(pushed.session(), pushed.selection(marks, "M"), confirmed=True).state is RunState.COMPLETED
    assert not [mark for mark in marks if is_unposted(pushed, mark.key)]


# --- half done --------------------------------------------------------------------------------------------------


def test_when_manage_is_away_recover_finishes_the_clearing(fresh: Any) -> None:
    fresh.site.faults.add(Fault(FaultKind.DROP_BEFORE, method="POST", path=BATCHES, times=None))
    marks = fresh.marks(personal=True)
    report = clear(fresh.session(), fresh.selection(marks, "M"), confirmed=True)
    assert report.state is RunState.HALF_DONE
    assert {row.status for row in report.results} == {"Manage pending"}
    listed = look(fresh.session("jdoe", "PC2"))
    assert {one.batch_identifier for one in listed} == {"M-I", "M-E", "M-P"}
    assert all("Make the Manage batch" in one.action for one in listed)
    fresh.site.faults.clear()
    found = recover(fresh.session("jdoe", "PC2"))
    assert keys(found.cleared) == {mark.key for mark in marks}
    assert found.exit_code == 0
    assert not [mark for mark in marks if is_unposted(fresh, mark.key)]
    assert fresh.states() == {"cleared"}
    assert look(fresh.session()) == ()


def test_a_batch_whose_answer_was_lost_is_not_made_twice(fresh: Any) -> None:
    fresh.site.faults.add(Fault(FaultKind.DROP_AFTER, method="POST", path=BATCHES))
    marks = fresh.marks(Kind.INVOICE)
    assert clear(fresh.session(), fresh.selection(marks, "M"), confirmed=True).state is RunState.COMPLETED
    assert [batch.identifier for batch in fresh.site.records.batches.values()] == ["M-I"]


def test_a_refusal_for_good_gives_the_clearing_up(fresh: Any) -> None:
    """An invoice without GL entries has nothing that Manage could mark."""
    mark = fresh.marks(Kind.INVOICE)[0]
    fresh.site.lose_entries(int(mark.key.record_id))
    report = clear(fresh.session(), fresh.selection((mark,), "M"), confirmed=True)
    assert report.state is RunState.NOTHING_WRITTEN
    assert "GL entr" in report.text
    assert fresh.states() == {"undone"}
    assert look(fresh.session()) == ()


def test_what_has_no_gl_entry_at_all_is_a_stop_and_nothing_is_noted(fresh: Any) -> None:
    """Noted in the ledger, its Manage batch would be owed for ever, and every later run would stop at it."""
    session = fresh.session()
    selection = fresh.selection(fresh.marks(Kind.INVOICE)[:1])
    export = export_marked(session, selection.marked, plan_options(session, selection))
    bare = tuple((mark, replace(row, id=0)) for mark, row in export.invoices)
    rows, problems = clear_rows(replace(export, invoices=bare, exported_invoices=()), {})
    assert rows == ()
    assert [(problem.code, problem.severity) for problem in problems] == [("NO-ENTRIES", "stop")]


def test_lines_that_changed_in_between_are_not_marked_silently(fresh: Any) -> None:
    fresh.site.faults.add(Fault(FaultKind.DROP_BEFORE, method="POST", path=BATCHES, times=None))
    first, second = fresh.marks(Kind.INVOICE)[:2]
    clear(fresh.session(), fresh.selection((first, second), "M"), confirmed=True)
    fresh.site.faults.clear()
    fresh.site.reopen_and_close(int(first.key.record_id), change=Decimal("5.00"))
    fresh.site.reopen_and_close(int(second.key.record_id))
    found = recover(fresh.session())
    assert keys(found.cleared) == {second.key}, "the same lines under new entry ids"
    assert keys(posting for posting, _ in found.given_up) == {first.key}
    assert found.exit_code == 3
    assert is_unposted(fresh, first.key)
    assert not is_unposted(fresh, second.key)


def test_run_export_finishes_a_clearing_first_and_does_not_post_it(fresh: Any) -> None:
    fresh.site.faults.add(Fault(FaultKind.DROP_BEFORE, method="POST", path=BATCHES))
    mark = fresh.marks(Kind.INVOICE)[0]
    clear(fresh.session(), fresh.selection((mark,), "M"), confirmed=True)
    report = fresh.push((mark,))
    assert report.state is RunState.NOTHING_WRITTEN
    assert "were cleared: Manage has their batch now" in report.text
    assert not is_unposted(fresh, mark.key)
