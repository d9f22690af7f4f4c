"""Run export, told as an accountant would: what is in SL, what is in Manage, what the result says."""

from __future__ import annotations

import threading
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from sqlalchemy import text

from xlpy.demo.company import repairs
from xlpy.demo.company.release.run import release_everything
from xlpy.domain.values.problems import Severity
from xlpy.domain.values.transactions import PostingState
from xlpy.errors import PostingLocked
from xlpy.paths import data_folder
from xlpy.services.export.planning import make_plan
from xlpy.services.export.push import push
from xlpy.services.export.refresh import refresh
from xlpy.services.run.memory import remember_preview
from xlpy.services.run.reports import RunState


def postings(story: Any) -> list[tuple[str, str, int]]:
    return [
        (record, state, generation)
        for record, state, generation in story.rows(
            "SELECT RecordId, State, Generation FROM xlpy_Posting ORDER BY 1, 3"
        )
    ]


def test_everything_unposted_goes_once_into_sl_and_into_one_manage_batch(story: Any) -> None:
    ids = story.unposted()
    report = story.push(ids)

    assert report.state is RunState.COMPLETED, report.text
    assert story.unposted() == []
    assert {story.site.batch_of(i) for i in ids} == {"OCT-I"}
    assert all(state == PostingState.CLOSED for _, state, _ in postings(story))
    documents = story.documents()
    with_documents = {r.transaction_id for r in report.results if r.status == "Exported"}
    assert set(documents) >= with_documents
    assert all(len(rows) == 1 for rows in documents.values())
    amounts = {str(r.transaction_id): abs(r.amount) for r in report.results if r.status == "Exported"}
    assert {k: round(Decimal(repr(rows[0][3])), 2) for k, rows in documents.items()} == amounts


def test_what_went_in_is_released_and_posted_by_sl_without_a_message(story: Any) -> None:
    story.push(story.unposted())
    results = release_everything(story.engine, "HPIT")
    assert results
    assert [r for r in results if r.messages or r.error] == []
    assert {status for (status,) in story.rows("SELECT Status FROM Batch WHERE Module = 'AR'")} == {"P"}
    debit, credit = story.rows("SELECT ROUND(SUM(DrAmt),2), ROUND(SUM(CrAmt),2) FROM GLTran WHERE Module = 'AR'")[0]
    assert debit == credit > 0


def test_run_again_after_success_writes_nothing(story: Any) -> None:
    ids = story.unposted()[:5]
    story.push(ids)
    before = story.rows("SELECT COUNT(*) FROM ARDoc")
    again = story.push(ids, batch="OCT2")
    assert again.state is RunState.NOTHING_WRITTEN
    assert [(p.code, p.severity) for p in again.problems] == [("EXPORTED", Severity.NOTE)]
    assert again.text == "Nothing was written: 5 of the marked transactions are exported already, in OCT-I."
    assert story.rows("SELECT COUNT(*) FROM ARDoc") == before


def test_run_again_under_the_same_name_and_with_the_old_preview_says_only_that_it_is_exported(story: Any) -> None:
    ids = story.unposted()[:5]
    plan_hash = remember_preview(make_plan(story.session(), story.selection(ids)))
    assert push(story.session(), story.selection(ids), preview_hash=plan_hash).state is RunState.COMPLETED
    again = push(story.session(), story.selection(ids), preview_hash=plan_hash)
    assert again.state is RunState.NOTHING_WRITTEN
    assert [p.code for p in again.problems] == ["EXPORTED"]


def test_what_is_exported_already_does_not_keep_the_rest_from_going_in(story: Any) -> None:
    ids = story.unposted()
    story.push(ids[:3])
    rest = story.push(ids[:5], batch="OCT2")
    assert rest.state is RunState.COMPLETED, rest.text
    assert [p.code for p in rest.problems if p.code in {"EXPORTED", "NOT-UNPOSTED"}] == ["EXPORTED"]
    assert {story.site.batch_of(i) for i in ids[3:5]} == {"OCT2-I"}


def test_what_somebody_else_posted_in_manage_is_still_a_stop(story: Any) -> None:
    ids = story.unposted()[:2]
    story.push(ids[:1])
    with story.engine.begin() as connection:
        connection.execute(text("UPDATE xlpy_Posting SET State = 'undone'"))
    again = story.push(ids[:1], batch="OCT2")
    assert [p.code for p in again.problems] == ["NOT-UNPOSTED"]


def test_a_reference_taken_between_check_and_write_fails_that_one_document(story: Any) -> None:
    ids = story.unposted()
    session = story.session()
    plan = make_plan(session, story.selection(ids))
    victim = max(plan.ar.batches, key=lambda batch: len(batch.documents)).documents[2]
    taken = False

    def observe(_label: str) -> None:
        nonlocal taken
        if not taken:
            taken = True
            repairs.enter_invoice(story.engine, "ACME01", victim.ref_nbr, Decimal(10))

    session.observe = observe
    report = push(session, story.selection(ids))

    assert report.state is RunState.WITH_ERRORS, report.text
    failed = [r for r in report.results if r.status == "Failed"]
    assert [r.transaction_id for r in failed] == [victim.transaction.record_id]
    assert story.unposted() == [int(victim.transaction.record_id)]
    for batch, total in story.rows("SELECT BatNbr, CuryCrTot FROM Batch WHERE Module = 'AR' AND Crtd_Prog = '08010'"):
        (documents,) = story.rows("SELECT ROUND(SUM(CuryOrigDocAmt), 2) FROM ARDoc WHERE BatNbr = :b", b=batch)[0]
        assert round(total, 2) == documents


def test_one_stop_fails_the_batch_and_nothing_is_written_anywhere(story: Any) -> None:
    ids = story.unposted()[:4]
    repairs.set_auto_ref(story.engine, "AR", on=True)
    calls = len(story.site.calls)
    report = story.push(ids)
    assert report.state is RunState.NOTHING_WRITTEN
    assert any("AUTOREF" in p.code.replace("-", "") for p in report.problems)
    assert story.documents() == {}
    assert not [c for c in story.site.calls[calls:] if c[0] == "POST" and c[1].endswith("/batches")]


def test_only_what_was_previewed_can_be_posted(story: Any) -> None:
    ids = story.unposted()[:6]
    session = story.session()
    plan = make_plan(session, story.selection(ids))
    plan_hash = remember_preview(plan)
    changed = ids[0]
    story.site.reopen_and_close(changed, change=Decimal("1.00"))

    report = push(story.session(), story.selection(ids), preview_hash=plan_hash)

    assert report.state is RunState.NOTHING_WRITTEN
    assert {p.transaction_id.rpartition(":")[2] for p in report.problems if p.code == "PLAN-CHANGED"} >= {str(changed)}
    assert story.documents() == {}


def test_a_preview_that_an_earlier_version_kept_is_refused_in_plain_words(story: Any) -> None:
    ids = story.unposted()[:2]
    plan_hash = remember_preview(make_plan(story.session(), story.selection(ids)))
    kept = data_folder("previews") / f"{plan_hash}.json"
    older = msgspec.json.decode(kept.read_bytes())
    older |= {"schema": 1, "customers": older["ar"]["customers"], "ar_batches": older.pop("ar")["batches"]}
    kept.write_bytes(msgspec.json.encode(older))
    story.site.reopen_and_close(ids[0], change=Decimal("1.00"))

    report = push(story.session(), story.selection(ids), preview_hash=plan_hash)

    assert report.state is RunState.NOTHING_WRITTEN
    (problem,) = [p for p in report.problems if p.code == "PLAN-CHANGED"]
    assert "earlier version" in problem.what
    assert "Press Preview again" in problem.fix
    assert story.documents() == {}


def test_un_batched_in_manage_is_already_in_sl_and_only_manage_gets_a_batch(story: Any) -> None:
    """Design, the posting ledger, case (a): SL document there, same lines."""
    ids = story.unposted()[:5]
    story.push(ids)
    story.site.unbatch(ids[1])
    report = story.push([ids[1]], batch="NOV")
    assert report.state is RunState.COMPLETED, report.text
    assert [r.status for r in report.results] == ["Already in SL"]
    assert story.site.batch_of(ids[1]) == "NOV-I"
    assert len(story.documents()[str(ids[1])]) == 1


def test_reopened_and_closed_with_another_amount_is_a_stop(story: Any) -> None:
    """Case (b): there, lines differ."""
    ids = story.unposted()[:5]
    story.push(ids)
    story.site.unbatch(ids[2])
    story.site.reopen_and_close(ids[2], change=Decimal("25.00"))
    report = story.push([ids[2]], batch="NOV")
    assert report.state is RunState.NOTHING_WRITTEN
    assert len(story.documents()[str(ids[2])]) == 1
    assert ids[2] in story.unposted()


@pytest.mark.parametrize("how", ["voided", "deleted"])
def test_gone_from_sl_is_posted_again_only_when_include_says_again(story: Any, how: str) -> None:
    """Case (c): gone or voided in SL; the same reference, the next generation."""
    from xlpy.demo.company.release.run import void_batch

    ids = story.unposted()[:4]
    first = story.push(ids)
    row = next(r for r in first.results if r.sl_batch)
    victim = int(row.transaction_id)
    if how == "voided":
        void_batch(story.engine, "AR", row.sl_batch)
    else:
        repairs.delete_document(story.engine, row.reference)
    story.site.unbatch(victim)

    refused = story.push([victim], batch="NOV")
    assert refused.state is RunState.NOTHING_WRITTEN

    report = story.push([victim], batch="NOV", again=[victim])
    assert report.state is RunState.COMPLETED, report.text
    assert [r.reference for r in report.results] == [row.reference]
    assert len(story.documents()[str(victim)]) == 1
    assert [g for r, _, g in postings(story) if r == str(victim)] == [1, 2]


def test_period_closed_between_preview_and_run(story: Any) -> None:
    ids = story.unposted()
    plan = make_plan(story.session(), story.selection(ids))
    plan_hash = remember_preview(plan)
    repairs.close_period(story.engine, "AR")
    report = push(story.session(), story.selection(ids), preview_hash=plan_hash)
    assert report.state is RunState.NOTHING_WRITTEN
    assert story.documents() == {}


def test_period_closed_after_the_check_rolls_everything_back(story: Any) -> None:
    """Design, invariant 7: once the set-up row is locked, what may have moved is read again."""
    session = story.session()
    done = False

    def observe(_label: str) -> None:
        nonlocal done
        if not done:
            done = True
            repairs.close_period(story.engine, "AR")

    session.observe = observe
    report = push(session, story.selection(story.unposted()))
    assert report.state is RunState.NOTHING_WRITTEN, report.text
    assert story.documents() == {}
    assert postings(story) == []


def test_a_batch_name_that_is_taken_is_refused_with_a_proposal(story: Any) -> None:
    ids = story.unposted()
    story.push(ids[:3], batch="OCT")
    report = story.push(ids[3:6], batch="OCT")
    assert report.state is RunState.NOTHING_WRITTEN
    taken = next(p for p in report.problems if p.code == "BATCH-NAME-TAKEN")
    assert "OCT-1" in taken.fix


def test_a_batch_name_taken_in_between_closes_under_the_next_free_suffix(story: Any) -> None:
    ids = story.unposted()[:4]
    other = story.unposted()[6]
    site = story.site
    grabbed = False

    def grab(method: str, path: str) -> None:
        nonlocal grabbed
        if method == "POST" and path.endswith("/accounting/batches") and not grabbed:
            grabbed = True
            with story.session(user="other").manage as manage:
                entries = manage.export_invoices(
                    [other], through=story.selection([]).through_date, detail="Default", batch_identifier="x"
                )[0].all_entry_ids
                from xlpy.domain.values.transactions import Kind

                manage.create_batch("OCT-I", entries, {Kind.INVOICE})

    site.before_request = grab
    first = story.push(ids)
    site.before_request = None
    if first.state is not RunState.COMPLETED:
        assert first.state is RunState.PENDING
        story.recover()
    assert {site.batch_of(i) for i in ids} == {"OCT-I-1"}
    assert site.batch_of(other) == "OCT-I"
    assert {state for _, state, _ in postings(story)} == {PostingState.CLOSED}


def test_manage_down_after_sl_is_written_leaves_the_batch_pending_and_recover_finishes_it(story: Any) -> None:
    from xlpy.demo.site.door.faults import Fault, FaultKind

    ids = story.unposted()[:5]
    story.site.faults.add(Fault(FaultKind.UNAVAILABLE, "POST", "/finance/accounting/batches"))
    report = story.push(ids)
    assert report.state is RunState.PENDING
    assert report.exit_code == 3
    assert {r.status for r in report.results} == {"Manage pending"}
    shown = refresh(story.session(), through=story.selection([]).through_date)
    assert {row.status for row in shown.invoices if row.invoice.billing_log_id in ids} == {"Manage pending"}

    recovered = story.recover()
    assert len(recovered.closed) == len(ids)
    assert {story.site.batch_of(i) for i in ids} == {"OCT-I"}
    assert story.recover().closed == ()


def test_time_out_after_manage_did_the_work_makes_no_second_batch(story: Any) -> None:
    from xlpy.demo.site.door.faults import Fault, FaultKind

    ids = story.unposted()[:5]
    story.site.faults.add(Fault(FaultKind.DROP_AFTER, "POST", "/finance/accounting/batches"))
    report = story.push(ids)
    assert report.state is RunState.COMPLETED, report.text
    posts = [c for c in story.site.calls if c[0] == "POST" and c[1].endswith("/accounting/batches")]
    assert len(posts) == 1


def test_two_runs_at_once_on_the_same_rows(story: Any) -> None:
    """One wins, the other is told, nothing twice."""
    ids = story.unposted()
    outcomes: list[object] = []
    barrier = threading.Barrier(2)

    def run(user: str) -> None:
        session = story.session(user=user, host=user.upper())
        barrier.wait()
        try:
            outcomes.append(push(session, story.selection(ids, batch=user)))
        except PostingLocked as told:
            outcomes.append(told)

    threads = [threading.Thread(target=run, args=(name,)) for name in ("anna", "ben")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    done = [o for o in outcomes if getattr(o, "state", None) is RunState.COMPLETED]
    assert len(done) == 1
    loser = next(o for o in outcomes if o is not done[0])
    assert isinstance(loser, PostingLocked) or loser.state is RunState.NOTHING_WRITTEN  # type: ignore[attr-defined]
    assert all(len(rows) == 1 for rows in story.documents().values())
    assert len({story.site.batch_of(i) for i in ids}) == 1
