"""What a distrustful reader asked of run export and recover: after the commit nothing is lost or told wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

import xlpy.sl.ledger_book.ledger
from xlpy.api import Books
from xlpy.demo import firm
from xlpy.demo.company import repairs
from xlpy.demo.site.door.faults import Fault, FaultKind
from xlpy.domain.values.statuses import Verdict
from xlpy.domain.values.transactions import Kind, PostingState
from xlpy.errors import LedgerMissing, SlError
from xlpy.paths import data_folder
from xlpy.services.export.planning import make_plan
from xlpy.services.export.push import push
from xlpy.services.export.refresh import refresh
from xlpy.services.manage_half.recover import recover
from xlpy.services.run.memory import remember_preview
from xlpy.services.run.reports import RunState
from xlpy.services.setup.doctor import check_setup
from xlpy.sl.ledger_book.lock import posting_lock

BATCHES = "/finance/accounting/batches"


def states(story: Any) -> set[str]:
    return {state for (state,) in story.rows("SELECT State FROM xlpy_Posting")}


def take_name(story: Any, record: int, name: str) -> None:
    """Somebody else puts another invoice into a batch of that name."""
    with story.session(user="other").manage as manage:
        (invoice,) = manage.export_invoices([record], through=firm.THROUGH_DATE, detail="Default", batch_identifier="x")
        manage.create_batch(name, invoice.all_entry_ids, {Kind.INVOICE})


def when_marking(story: Any, act: Callable[[], None], *, after: bool = False) -> None:
    """Do something once, when the batch is about to be made (or was made, before Manage answers)."""

    def hook(method: str, path: str) -> None:
        if method == "POST" and path.endswith("/accounting/batches"):
            story.site.before_request = story.site.after_request = None
            act()

    if after:
        story.site.after_request = hook
    else:
        story.site.before_request = hook


def close_fails(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def fail(*_: Any) -> None:
        raise error

    monkeypatch.setattr(xlpy.sl.ledger_book.ledger, "close_postings", fail)


# --- the Manage half --------------------------------------------------------------------------------------------


def test_a_batch_that_was_made_under_a_suffix_is_found_again(story: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The name was taken, the run made OCT-I-1, and died before the ledger had it: the next one must see that."""
    ids, other = story.unposted()[:4], story.unposted()[6]
    when_marking(story, lambda: take_name(story, other, "OCT-I"))
    with monkeypatch.context() as broken:
        close_fails(broken, RuntimeError("power cut"))
        assert story.push(ids).state is RunState.PENDING
    assert {story.site.batch_of(i) for i in ids} == {"OCT-I-1"}

    recovered = story.recover()
    assert (len(recovered.closed), recovered.changed) == (4, ())
    assert states(story) == {PostingState.CLOSED}
    assert {name for (name,) in story.rows("SELECT BatchIdentifier FROM xlpy_Posting")} == {"OCT-I-1"}


def test_the_longest_name_taken_in_between_gets_a_suffix_that_manage_can_keep(story: Any) -> None:
    ids, other = story.unposted()[:2], story.unposted()[6]
    name = "B" * 48
    when_marking(story, lambda: take_name(story, other, f"{name}-I"))
    report = story.push(ids, batch=name)
    assert report.state is RunState.COMPLETED
    assert f"The batch name {name}-I is taken in Manage" in report.text
    assert {story.site.batch_of(i) for i in ids} == {"B" * 48 + "-1"}

    taken = story.push(story.unposted()[:1], batch=name)
    (problem,) = [p for p in taken.problems if p.code == "BATCH-NAME-TAKEN"]
    assert repr("B" * 46 + "-1") in problem.fix


def test_an_entry_that_is_gone_does_not_hide_that_the_batch_was_made(
    story: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = story.unposted()[:3]
    with monkeypatch.context() as broken:
        close_fails(broken, RuntimeError("power cut"))
        assert story.push(ids).state is RunState.PENDING
    with story.engine.begin() as connection:
        connection.execute(
            text("UPDATE xlpy_Posting SET EntryIDs = EntryIDs || ',999999' WHERE RecordID = :r"), {"r": str(ids[1])}
        )
    recovered = story.recover()
    assert (len(recovered.closed), recovered.changed) == (3, ())
    assert states(story) == {PostingState.CLOSED}


def test_what_manage_did_not_take_into_the_batch_stays_owed(story: Any) -> None:
    ids = story.unposted()[:4]
    when_marking(story, lambda: story.site.unbatch(ids[2]), after=True)
    report = story.push(ids)
    assert report.state is RunState.PENDING, report.text
    assert [r.transaction_id for r in report.results if r.status == "Manage pending"] == [str(ids[2])]
    assert len(story.recover().closed) == 1
    assert story.site.batch_of(ids[2]) == "OCT-I-1"
    assert all(len(rows) == 1 for rows in story.documents().values())


def test_rows_of_other_companies_are_left_alone(story: Any) -> None:
    ids = story.unposted()[:3]
    story.site.faults.add(Fault(FaultKind.UNAVAILABLE, "POST", BATCHES))
    story.push(ids)
    with story.engine.begin() as connection:
        for record in ids[:2]:
            change = text("UPDATE xlpy_Posting SET CpnyID = 'OTHER' WHERE RecordID = :r")
            connection.execute(change, {"r": str(record)})
    recovered = story.recover()
    assert [p.key.record_id for p in recovered.closed] == [str(ids[2])]
    assert recovered.changed == recovered.lost == ()
    owed = {r for (r,) in story.rows("SELECT RecordID FROM xlpy_Posting WHERE State = 'posted'")}
    assert owed == {str(ids[0]), str(ids[1])}


def test_a_changed_row_is_told_once_and_the_others_of_all_batches_are_closed(story: Any) -> None:
    ids = story.unposted()[:4]
    story.site.faults.add(Fault(FaultKind.UNAVAILABLE, "POST", BATCHES))
    story.push(ids, batch="A")
    with story.engine.begin() as connection:
        statement = text("UPDATE xlpy_Posting SET BatchIdentifier = 'B-I' WHERE RecordID IN (:one, :other)")
        connection.execute(statement, {"one": str(ids[2]), "other": str(ids[3])})
    for changed in (ids[0], ids[2]):
        story.site.reopen_and_close(changed, change=Decimal("1.00"))
    recovered = story.recover()
    assert [p.key.record_id for p in recovered.changed] == [str(ids[0]), str(ids[2])]
    assert [story.site.batch_of(i) for i in ids] == [None, "A-I", None, "B-I"]
    shown = {row.invoice.billing_log_id: row for row in refresh(story.session(), through=firm.THROUGH_DATE).invoices}
    assert "changed" in shown[ids[0]].message


def test_a_released_document_whose_batch_is_owed_is_marked(story: Any) -> None:
    from xlpy.demo.company.release.run import release_everything

    ids = story.unposted()[:3]
    story.site.faults.add(Fault(FaultKind.UNAVAILABLE, "POST", BATCHES))
    assert story.push(ids).state is RunState.PENDING
    release_everything(story.engine, "HPIT")
    assert len(story.recover().closed) == 3


def test_deleted_in_sl_while_the_batch_was_owed_is_lost_and_not_marked(story: Any) -> None:
    ids = story.unposted()[:3]
    story.site.faults.add(Fault(FaultKind.UNAVAILABLE, "POST", BATCHES))
    report = story.push(ids)
    gone = next(r for r in report.results if r.reference)
    repairs.delete_document(story.engine, gone.reference)
    later = story.push([ids[2]], batch="NOV")
    assert f"SL no longer has the documents: {gone.transaction}" in later.text
    assert story.site.batch_of(int(gone.transaction_id)) is None


# --- after the commit -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [RuntimeError("a mistake"), KeyboardInterrupt(), SlError("SL is gone.")])
def test_whatever_goes_wrong_after_the_commit_the_report_has_the_results(
    story: Any, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    ids = story.unposted()[:4]
    with monkeypatch.context() as broken:
        close_fails(broken, error)
        report = story.push(ids)
    assert report.state is RunState.PENDING
    assert {r.transaction_id for r in report.results} == set(map(str, ids))
    assert all(r.sl_batch for r in report.results if r.transaction_id in story.documents())
    assert len(story.recover().closed) == 4
    assert all(len(rows) == 1 for rows in story.documents().values())


def test_a_progress_that_fails_after_the_commit_loses_no_result(story: Any) -> None:
    session = story.session()

    def progress(what: str, _done: int, _of: int) -> None:
        if what == "Marking Manage":
            raise OSError("the console is gone")

    session.progress = progress
    report = push(session, story.selection(story.unposted()[:2]))
    assert report.state is RunState.PENDING
    assert len(report.results) == 2


def test_sl_gone_when_the_lock_is_given_back_hides_nothing(story: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    company = story.session().sl

    def gone(*_: Any, **__: Any) -> None:
        raise SlError("SL can't be reached.")

    with posting_lock(company, user="a", host="b", now=story.session().now()):
        monkeypatch.setattr(company.engine, "begin", gone)
    monkeypatch.undo()
    with posting_lock(company, user="c", host="d", now=story.session().now()):
        assert story.rows("SELECT HolderUser FROM xlpy_Lock") == [("c",)]


def test_results_name_the_batch_that_manage_really_has(story: Any) -> None:
    ids = story.unposted()[:3]
    report = story.push(ids)
    assert {r.batch_identifier for r in report.results} == {"OCT-I"} == {b.identifier for b in report.manage_batches}
    story.site.unbatch(ids[0])
    (again,) = story.push([ids[0]], batch="NOV").results
    first = next(r for r in report.results if r.transaction_id == str(ids[0]))
    assert (again.status, again.batch_identifier) == ("Already in SL", "NOV-I")
    assert (again.module, again.sl_batch, again.reference) == (first.module, first.sl_batch, first.reference)


def test_when_sl_refuses_every_document_nothing_was_written(story: Any) -> None:
    session = story.session()
    plan = make_plan(session, story.selection(story.unposted()[:4]))
    documents = [document for batch in plan.ar.batches for document in batch.documents]
    ids = [int(document.transaction.record_id) for document in documents]
    taken = False

    def observe(_label: str) -> None:
        nonlocal taken
        if not taken:
            taken = True
            for document in documents:
                repairs.enter_invoice(story.engine, "ACME01", document.ref_nbr, Decimal(10))

    session.observe = observe
    report = push(session, story.selection(ids))
    assert (report.state, report.exit_code) == (RunState.NOTHING_WRITTEN, 1)
    assert {r.status for r in report.results} == {"Failed"}
    assert story.documents() == {}


def test_a_refusal_is_a_problem_of_the_report(story: Any) -> None:
    session = story.session()
    done = False

    def observe(_label: str) -> None:
        nonlocal done
        if not done:
            done = True
            repairs.close_period(story.engine, "AR")

    session.observe = observe
    report = push(session, story.selection(story.unposted()[:3]))
    assert [p.code for p in report.problems if p.severity == "stop"] == ["MOVED"]
    assert report.text.count("Nothing was written") == 1


def test_what_an_earlier_run_owed_is_told_by_the_run_that_finished_it(story: Any) -> None:
    ids = story.unposted()
    story.site.faults.add(Fault(FaultKind.UNAVAILABLE, "POST", BATCHES))
    story.push(ids[:2])
    report = story.push(ids[2:4], batch="NOV")
    assert report.state is RunState.COMPLETED
    assert "Of earlier runs: 2 transactions were finished" in report.text


# --- preview ----------------------------------------------------------------------------------------------------


def test_a_preview_that_is_gone_from_this_pc_is_no_free_pass(story: Any) -> None:
    ids = story.unposted()[:3]
    plan_hash = remember_preview(make_plan(story.session(), story.selection(ids)))
    for path in data_folder("previews").glob("*.json"):
        path.unlink()
    story.site.reopen_and_close(ids[0], change=Decimal("1.00"))
    refused = push(story.session(), story.selection(ids), preview_hash=plan_hash)
    assert (refused.state, [p.code for p in refused.problems][:1]) == (RunState.NOTHING_WRITTEN, ["PLAN-CHANGED"])
    assert story.documents() == {}


def test_with_the_hash_unchanged_the_file_of_the_preview_is_not_needed(story: Any) -> None:
    ids = story.unposted()[:3]
    plan = make_plan(story.session(), story.selection(ids))
    assert push(story.session(), story.selection(ids), preview_hash=plan.hash).state is RunState.COMPLETED


def test_the_api_posts_a_plan_of_a_location_that_is_gone_not_as_all_locations(story: Any) -> None:
    ids = story.unposted()[:2]
    session = story.session()
    plan = make_plan(session, story.selection(ids))
    gone = replace(plan, options=replace(plan.options, location_id=987))
    report = Books(session).push(gone)
    assert report.state is RunState.NOTHING_WRITTEN
    assert "PLAN-CHANGED" in {p.code for p in report.problems}


# --- what the user saw ------------------------------------------------------------------------------------------


def test_a_due_date_changed_after_the_refresh_is_a_stop_until_refreshed(story: Any) -> None:
    ids = story.unposted()[:2]
    refresh(story.session(), through=firm.THROUGH_DATE)
    with story.site.lock:
        invoice = story.site.records.invoices[ids[0]]
        story.site.records.invoices[ids[0]] = replace(invoice, due_date=invoice.due_date + timedelta(days=7))
        story.site.changed()
    report = story.push(ids)
    (changed,) = [p for p in report.problems if p.code == "CHANGED"]
    assert "due date" in changed.what
    refresh(story.session(), through=firm.THROUGH_DATE)
    assert story.push(ids).state is RunState.COMPLETED


def test_rows_outside_of_home_s_location_and_date_are_named_as_such(story: Any) -> None:
    session = story.session()
    rows = {row.billing_log_id: row for row in session.manage.unposted_invoices()}
    ids = story.unposted()
    here = rows[ids[0]].location
    elsewhere = [i for i in ids if rows[i].location != here]
    plan = make_plan(session, story.selection(ids, location=here))
    named = {p.transaction_id for p in plan.stops if p.code == "NOT-CHOSEN"}
    assert named == {f"invoice:{i}" for i in elsewhere} != set()


def test_without_the_ledger_check_says_so(story: Any) -> None:
    with story.engine.begin() as connection:
        connection.execute(text("DROP TABLE xlpy_PostingDoc"))
    with pytest.raises(LedgerMissing, match="xlpy_PostingDoc"):
        make_plan(story.session(), story.selection(story.unposted()[:1]))


def test_without_a_through_date_invoices_age_until_today(story: Any) -> None:
    session = story.session()
    today = firm.THROUGH_DATE + timedelta(days=61)
    clock = session.clock
    session.clock = lambda: clock().replace(year=today.year, month=today.month, day=today.day)
    shown = refresh(session, through=date(2099, 12, 31))
    (ageing,) = (row for row in shown.ageing if row.kind == "Invoices")
    expected = [Decimal(0)] * 4
    for row in shown.invoices:
        assert row.invoice.invoice_date is not None
        assert row.base_total is not None
        days = (today - row.invoice.invoice_date).days
        expected[0 if days <= 30 else 1 if days <= 60 else 2 if days <= 90 else 3] += row.base_total
    assert [ageing.days_0_30, ageing.days_31_60, ageing.days_61_90, ageing.older] == expected
    assert expected[2]


# --- words ------------------------------------------------------------------------------------------------------


def test_what_the_database_refuses_is_told_without_its_statement(story: Any) -> None:
    with story.engine.begin() as connection:
        connection.execute(text("ALTER TABLE Terms RENAME TO Gone"))
    session = story.session()
    assert session.sl
    findings = check_setup(session)
    wrong = [f for f in findings if f.area == "SL" and f.verdict is Verdict.PROBLEM]
    assert wrong
    assert not any("SELECT" in f.text for f in wrong)


def test_a_statement_of_sql_never_reaches_the_user(story: Any) -> None:
    session = story.session()
    with pytest.raises(SlError) as told, session:
        session.sl.catalogue.table("Terms")
        with session.sl.engine.connect() as connection:
            connection.execute(text("SELECT Secret FROM NoSuchTable"))
    assert "NoSuchTable" in str(told.value)
    assert "SELECT" not in str(told.value)


def test_a_lock_file_that_can_t_be_opened_is_told(story: Any, tmp_path: Path) -> None:
    (tmp_path / "company.sqlite.lock").unlink(missing_ok=True)
    (tmp_path / "company.sqlite.lock").mkdir()
    with pytest.raises(SlError, match="lock"):
        recover(story.session())
