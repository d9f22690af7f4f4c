"""One sync after another: where it starts, running it twice, two PCs, what SL voided, a restore, and what it costs."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import event
from sync_many import multiply, pay_all
from sync_stage import Stage, add_invoice, on, row

from xlpy.demo.company import payments as sl
from xlpy.demo.company.release.run import void_batch
from xlpy.demo.site.door.faults import Fault, FaultKind
from xlpy.domain.values.statuses import PaymentStatus
from xlpy.errors import PostingLocked
from xlpy.services.history.rerun import rerun
from xlpy.sl.ledger_book.lock import posting_lock

D = Decimal
READS = 19  # SELECTs of a sync, whatever the number of invoices


def pay_some(stage: Stage) -> None:
    sl.pay(stage.engine, "20001", D(100), on=on(9))
    sl.pay(stage.engine, "20004", D(980), discount=D(20), on=on(9))
    sl.pay(stage.engine, "20005", D(200), on=on(9))


def sent(stage: Stage) -> Counter[str]:
    return Counter(method for method, _ in stage.site.calls)


def test_running_it_twice_changes_nothing_and_asks_for_nothing(stage: Stage) -> None:
    pay_some(stage)
    first = stage.sync()
    assert {r.status for r in first.rows if r.invoice in ("20001", "20004", "20005")} == {PaymentStatus.CHANGED}
    before = stage.books()
    stage.site.calls.clear()
    again = stage.sync()
    assert again.rows == ()
    assert stage.site.calls == []  # not even a look
    after = stage.books()
    assert {name: rows for name, rows in after.items() if name not in ("runs", "lock")} == {
        name: rows for name, rows in before.items() if name not in ("runs", "lock")
    }


def test_from_any_start_a_second_time_writes_nothing(stage: Stage) -> None:
    sl.pay(stage.engine, "20001", D(100), on=on(9))
    stage.sync()
    stage.site.calls.clear()
    for start in ("everything", "month", "2026-11-01"):
        found = row(stage.sync(start), "20001")
        assert (found.status, found.paid_in_full_on) == (PaymentStatus.UNCHANGED, on(9))
    assert stage.writes() == []


def test_a_dry_run_writes_nothing_anywhere(stage: Stage) -> None:
    pay_some(stage)
    stage.site.add_payment(stage.id_of("20003"), D(10), on(2))
    before = stage.books()
    report = stage.sync(dry_run=True, take_over=["20003"])
    assert stage.books() == before
    assert stage.writes() == []
    assert report.dry_run
    found = row(report, "20001")
    assert (found.status, found.paid_before, found.paid_after, found.manage_balance) == (
        PaymentStatus.CHANGED,
        0,
        100,
        0,
    )
    assert row(report, "20003").status is PaymentStatus.REMOVED
    done = stage.sync(take_over=["20003"])
    assert [(r.invoice, r.status, r.paid_after) for r in done.rows] == [
        (r.invoice, r.status, r.paid_after) for r in report.rows
    ]


def test_starts_by_date_take_what_was_applied_or_dated_since(stage: Stage) -> None:
    stage.sync()
    sl.pay(stage.engine, "20001", D(10), on=stage.now.date() - timedelta(days=20))
    sl.pay(stage.engine, "20003", D(10), on=stage.now.date() - timedelta(days=10))
    stage.sync()
    stage.execute("UPDATE ARAdjust SET Crtd_DateTime = '2026-01-01 00:00:00', LUpd_DateTime = '2026-01-01 00:00:00'")

    def looked_at(start: str) -> set[str]:
        return {r.invoice for r in stage.sync(start).rows} & {"20001", "20003"}

    assert looked_at("week") == set()
    assert looked_at("two-weeks") == {"20003"}
    assert looked_at("month") == {"20001", "20003"}


def test_the_start_moves_on_only_when_nothing_failed(stage: Stage) -> None:
    stage.sync()
    sl.pay(stage.engine, "20001", D(100), on=on(9))
    stage.site.faults.add(Fault(FaultKind.FORBIDDEN, "POST", ".*payments"))
    assert stage.sync().exit_code == 3
    assert stage.rows("SELECT Succeeded, FinishedAt IS NULL FROM xlpy_SyncRun ORDER BY 1") == [(0, 0), (1, 0)]
    assert row(stage.sync(), "20001").status is PaymentStatus.CHANGED


def test_two_pcs_go_on_where_the_other_stopped(stage: Stage) -> None:
    sl.pay(stage.engine, "20001", D(40), on=on(9))
    stage.sync(user="kmorales", host="PC1")
    sl.pay(stage.engine, "20001", D(60), on=on(12))
    report = stage.sync(user="jdoe", host="PC2")
    assert not report.messages
    assert stage.payments("20001") == [(D(100), on(12))]
    assert stage.rows("SELECT RunHost FROM xlpy_SyncRun ORDER BY SyncRunID") == [("PC1",), ("PC2",)]


def test_the_second_of_two_pcs_is_told_who_is_at_it(stage: Stage) -> None:
    session = stage.session()
    with posting_lock(session.sl, user="kmorales", host="PC1", now=session.now()):
        with pytest.raises(PostingLocked, match="kmorales on PC1"):
            stage.sync(user="jdoe", host="PC2")
        assert stage.sync(dry_run=True, user="jdoe", host="PC2").dry_run
    assert stage.rows("SELECT COUNT(*) FROM xlpy_SyncRun") == [(0,)]


def test_a_voided_batch_is_not_paid_and_told_once(stage: Stage) -> None:
    add_invoice(stage.site, 5060, "20060", "Acme", "90.00")
    stage.push(["20060"], "NOV")
    ((batch,),) = stage.rows("SELECT BatNbr FROM ARDoc WHERE RefNbr = '20060'")
    void_batch(stage.engine, "AR", batch)
    found = row(stage.sync(), "20060")
    assert found.status is PaymentStatus.NOT_MATCHED
    assert f"batch {batch} was voided" in found.not_matched_because
    assert all(r.invoice != "20060" for r in stage.sync().rows)
    assert row(stage.sync("everything"), "20060").status is PaymentStatus.NOT_MATCHED


def test_a_payment_of_ours_on_a_voided_document_is_taken_back(stage: Stage) -> None:
    sl.pay(stage.engine, "20006", D(80), on=on(9))
    stage.sync()
    ((batch,),) = stage.rows("SELECT BatNbr FROM ARDoc WHERE RefNbr = '20006' AND DocType = 'IN'")
    stage.execute("UPDATE Batch SET Status = 'V' WHERE Module = 'AR' AND BatNbr = :batch", batch=batch)
    stage.execute("UPDATE xlpy_Settlement SET CuryDocBal = 1 WHERE RefNbr = '20006'")  # so that it is looked at
    found = row(stage.sync(), "20006")
    assert (found.status, stage.payments("20006")) == (PaymentStatus.REMOVED, [])


def test_a_document_that_sl_cleaned_up_keeps_its_payment(stage: Stage) -> None:
    sl.pay(stage.engine, "20006", D(80), on=on(9))
    stage.sync()
    stage.execute("DELETE FROM ARDoc WHERE RefNbr = '20006' AND DocType = 'IN'")
    assert all(r.invoice != "20006" for r in stage.sync().rows)
    found = row(stage.sync("everything"), "20006")
    assert found.status is PaymentStatus.NOT_MATCHED
    assert "no longer has document" in found.not_matched_because
    assert stage.payments("20006") == [(D(80), on(9))]


def test_an_invoice_that_manage_does_not_give_comes_again_until_it_does(stage: Stage) -> None:
    sl.pay(stage.engine, "20006", D(80), on=on(9))
    with stage.site.lock:
        hidden = stage.site.records.invoices.pop(stage.id_of("20006"))
        stage.site.changed()
    for _ in range(2):
        report = stage.sync()
        assert report.exit_code == 3
        assert row(report, "20006").status is PaymentStatus.NOT_FOUND
        assert "did not give a record for invoice 20006" in row(report, "20006").not_matched_because
        assert "Not found: 20006" in report.text
    with stage.site.lock:
        stage.site.records.invoices[hidden.id] = hidden
        stage.site.changed()
    report = stage.sync()
    assert (report.exit_code, row(report, "20006").status) == (0, PaymentStatus.CHANGED)
    assert stage.payments("20006") == [(D(80), on(9))]
    assert stage.sync().rows == ()


def test_payments_are_not_lost_when_manage_answers_with_some_of_the_invoices(stage: Stage) -> None:
    """Two of six come, without a Link and by whatever way they are asked for; then all is right again."""
    for number, amount in (("20001", 100), ("20003", 250), ("20004", 1000), ("20006", 80)):
        sl.pay(stage.engine, number, D(amount), on=on(9))
    with stage.site.lock:
        kept = dict(stage.site.records.invoices)
        shown = {stage.id_of("20001"), stage.id_of("20004")}
        stage.site.records.invoices = {i: one for i, one in kept.items() if i in shown}
        stage.site.changed()
    assert stage.sync().exit_code == 3
    with stage.site.lock:
        stage.site.records.invoices = kept
        stage.site.changed()
    assert stage.sync().exit_code == 0
    assert [len(stage.payments(number)) for number in ("20001", "20003", "20004", "20006")] == [1, 1, 1, 1]


def test_a_list_that_shows_some_rows_only_costs_nothing(stage: Stage) -> None:
    for number, amount in (("20001", 100), ("20003", 250), ("20006", 80)):
        sl.pay(stage.engine, number, D(amount), on=on(9))
    stage.site.harsh.first_rows_only = 2
    try:
        assert stage.sync().exit_code == 0
    finally:
        stage.site.harsh.first_rows_only = 0
    assert [len(stage.payments(number)) for number in ("20001", "20003", "20006")] == [1, 1, 1]


def test_a_document_that_sl_did_not_show_once_comes_again(stage: Stage) -> None:
    sl.pay(stage.engine, "20006", D(80), on=on(9))
    stage.execute("UPDATE ARDoc SET RefNbr = 'X20006' WHERE RefNbr = '20006' AND DocType = 'IN'")
    assert row(stage.sync(), "20006").status is PaymentStatus.NOT_FOUND
    assert stage.sync().exit_code == 3
    stage.execute("UPDATE ARDoc SET RefNbr = '20006' WHERE RefNbr = 'X20006'")
    assert row(stage.sync(), "20006").status is PaymentStatus.CHANGED
    assert stage.sync().exit_code == 0


def test_sl_restored_from_a_backup_compares_everything(stage: Stage) -> None:
    sl.pay(stage.engine, "20001", D(40), on=on(9))
    stage.sync()
    restore = stage.back_up_sl()
    sl.pay(stage.engine, "20001", D(60), on=on(12))
    sl.pay(stage.engine, "20003", D(250), on=on(12))
    stage.sync()
    restore()
    report = stage.sync()
    assert (report.start, report.since) == ("Everything", None)
    assert "restored from a backup" in report.text
    # Ours of before the backup follows SL; the one that SL does not know any more is asked about, never taken.
    assert stage.payments("20001") == [(D(40), on(9))]
    assert row(report, "20003").status is PaymentStatus.CONFIRM
    assert stage.payments("20003") == [(D(250), on(12))]
    assert stage.sync().start.startswith("Last successful run")  # once is enough


def test_sl_restored_the_batch_rerun_and_the_payments_compared(stage: Stage) -> None:
    """An invoice exported and paid after the backup: the rerun brings it back, unpaid; its payment is asked about."""
    stage.sync()
    restore = stage.back_up_sl()
    add_invoice(stage.site, 5062, "20062", "Acme", "90.00")
    stage.push(["20062"], "NOV")
    stage.release()
    sl.pay(stage.engine, "20062", D(90), on=on(9))
    stage.sync()
    restore()
    stage.now += timedelta(hours=1)
    report = rerun(stage.session(), "NOV-I")
    assert report.exit_code == 0, report.text
    stage.release()
    synced = stage.sync()
    assert "rerun has posted 1 invoice" in synced.text
    found = row(synced, "20062")
    assert (found.status, found.paid_before, found.sl_balance) == (PaymentStatus.CONFIRM, 90, 90)
    sl.pay(stage.engine, "20062", D(90), on=on(9))  # typed into SL again
    assert row(stage.sync(), "20062").status is PaymentStatus.UNCHANGED
    assert stage.payments("20062") == [(D(90), on(9))]


def test_after_a_rerun_everything_is_compared_once(stage: Stage) -> None:
    stage.sync()
    later = stage.now + timedelta(hours=1)
    stage.execute("UPDATE xlpy_Posting SET RunID = 'R20261127-1', PostedAt = :at WHERE Number = '20001'", at=str(later))
    stage.now = later + timedelta(hours=1)
    report = stage.sync()
    assert "rerun has posted 1 invoice" in report.text
    assert report.since is None
    stage.now += timedelta(hours=1)
    assert stage.sync().since is not None


def test_what_was_seen_of_invoices_that_are_gone_is_let_go(stage: Stage) -> None:
    pay_some(stage)
    stage.sync()
    posting = "(SELECT PostingID FROM xlpy_Posting WHERE Number = '20004')"
    stage.execute(f"DELETE FROM xlpy_PostingDoc WHERE PostingID IN {posting}")
    stage.execute("DELETE FROM xlpy_Posting WHERE Number = '20004'")
    stage.execute("DELETE FROM ARDoc WHERE RefNbr = '20004'")
    assert stage.sync().since is None
    assert stage.sync().since is not None


def test_a_later_generation_of_a_posting_counts_alone(stage: Stage) -> None:
    """Posted again after a void: the new document is the one that is paid."""
    add_invoice(stage.site, 5061, "20061", "Acme", "90.00")
    stage.push(["20061"], "NOV")
    ((batch,),) = stage.rows("SELECT BatNbr FROM ARDoc WHERE RefNbr = '20061'")
    void_batch(stage.engine, "AR", batch)
    stage.sync()
    stage.site.unbatch(5061)
    stage.push(["20061"], "NOV2", again=True)
    stage.release()
    sl.pay(stage.engine, "20061", D(90), on=on(9))
    found = row(stage.sync(), "20061")
    assert (found.status, found.paid_after) == (PaymentStatus.CHANGED, 90)


def _statements(stage: Stage, count: Counter[str]) -> Any:
    engine = stage.session().sl.engine

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        count[statement.split(maxsplit=1)[0]] += 1

    event.listen(engine, "before_cursor_execute", note)
    return lambda: event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("many", [8, 60])
def test_reading_takes_the_same_statements_for_any_number_of_invoices(stage: Stage, many: int) -> None:
    """SL is read with the same statements; Manage is called for the differences and in chunks of 100."""
    numbers = multiply(stage, many)
    stage.sync()
    paid = numbers[: many // 2]
    pay_all(stage, paid, D(30))
    stage.site.calls.clear()
    counted: Counter[str] = Counter()
    stop = _statements(stage, counted)
    report = stage.sync()
    stop()
    assert len(report.rows) == len(paid)
    assert counted["SELECT"] == READS
    assert counted["INSERT"] == len(paid) * 2 + 1  # a try and a payment each, and the run
    chunks = -(-len(paid) // 100)
    lists = sum(path.endswith("/payments") for method, path in stage.site.calls if method == "GET")
    invoices = sum(path == "/finance/invoices" for method, path in stage.site.calls)
    assert (sent(stage)["POST"], lists, invoices) == (len(paid), len(paid), 2 * chunks)
    assert sent(stage)["GET"] == lists + invoices
