"""What was changed by hand, in SL or in Manage, is found and named: each is planted, and nothing else shows."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from xlpy.demo import firm
from xlpy.demo.company import repairs
from xlpy.demo.company.release.run import void_batch
from xlpy.demo.site.door import access
from xlpy.domain.afterwards.reconcile import ReconcileRow
from xlpy.domain.values.statuses import ReconcileState
from xlpy.profile.credentials import ManageSecrets
from xlpy.services.export.push import push
from xlpy.services.reconciling.report import ReconcileReport
from xlpy.services.run.session import Session


def an_invoice(month: Any, *, doc_type: str = "IN", currency: str = firm.BASE_CURRENCY, costed: bool = False) -> Any:
    """Return BatNbr and RefNbr of an invoice of ours, with or without a cost journal."""
    rows = month.sql(
        "SELECT d.BatNbr, d.RefNbr, p.RecordID FROM ARDoc d"
        " JOIN xlpy_PostingDoc x ON x.Module = 'AR' AND x.BatNbr = d.BatNbr AND x.RefNbr = d.RefNbr"
        " JOIN xlpy_Posting p ON p.PostingID = x.PostingID"
        " WHERE d.DocType = :doc_type AND d.CuryId = :currency AND d.CuryOrigDocAmt > 10"
        f" AND {'' if costed else 'NOT '}EXISTS (SELECT 1 FROM xlpy_PostingDoc c WHERE c.PostingID = p.PostingID"
        " AND c.Part = 'cost') ORDER BY d.RefNbr",
        doc_type=doc_type,
        currency=currency,
    )
    return rows[0]


def only(report: ReconcileReport, state: ReconcileState, count: int = 1) -> ReconcileRow:
    """Return the row that is wrong; no other is."""
    assert [row.state for row in report.not_agreeing] == [state] * count, [
        (row.state, row.transaction, row.message) for row in report.not_agreeing
    ]
    assert report.exit_code == 3
    assert str(state) in report.text
    return report.not_agreeing[0]


def test_an_amount_changed_in_sl_before_the_release(month: Any) -> None:
    bat_nbr, ref_nbr, record = an_invoice(month)
    month.sql(
        "UPDATE ARDoc SET CuryOrigDocAmt = CuryOrigDocAmt + 0.01, OrigDocAmt = OrigDocAmt + 0.01"
        " WHERE BatNbr = :b AND RefNbr = :r",
        b=bat_nbr,
        r=ref_nbr,
    )
    row = only(month.reconcile(), ReconcileState.DIFFERS)
    assert (row.record_id, row.difference) == (record, Decimal("-0.01"))
    assert f"AR IN {ref_nbr}" in row.message
    assert "is worth" in row.message
    assert "changed in SL after it was written" in row.message


def test_an_amount_changed_in_sl_after_the_posting(posted: Any) -> None:
    bat_nbr, ref_nbr, record = an_invoice(posted)
    posted.sql(
        "UPDATE ARDoc SET CuryOrigDocAmt = CuryOrigDocAmt - 1, OrigDocAmt = OrigDocAmt - 1"
        " WHERE BatNbr = :b AND RefNbr = :r",
        b=bat_nbr,
        r=ref_nbr,
    )
    row = only(posted.reconcile(), ReconcileState.DIFFERS)
    assert (row.record_id, row.difference) == (record, Decimal("1.00"))


def test_the_base_amount_changed_alone(month: Any) -> None:
    bat_nbr, ref_nbr, _ = an_invoice(month, currency="EUR")
    month.sql("UPDATE ARDoc SET OrigDocAmt = OrigDocAmt + 5 WHERE BatNbr = :b AND RefNbr = :r", b=bat_nbr, r=ref_nbr)
    row = only(month.reconcile(), ReconcileState.DIFFERS)
    assert row.difference == 0
    assert "USD" in row.message
    assert "was written" in row.message


def test_a_line_moved_to_another_account_before_the_release(month: Any) -> None:
    bat_nbr, ref_nbr, record = an_invoice(month)
    month.sql(
        "UPDATE ARTran SET Acct = '4900' WHERE BatNbr = :b AND RefNbr = :r AND LineNbr ="
        " (SELECT MIN(LineNbr) FROM ARTran WHERE BatNbr = :b AND RefNbr = :r)",
        b=bat_nbr,
        r=ref_nbr,
    )
    report = month.reconcile()
    row = only(report, ReconcileState.DIFFERS)
    assert row.record_id == record
    assert row.difference == 0
    assert "4900" in row.message
    assert "by Manage" in row.message
    wrong = [account for account in report.accounts if not account.agrees]
    assert {account.acct for account in wrong} >= {"4900"}
    assert sum(account.difference for account in wrong) == 0


def test_a_line_moved_to_another_account_after_the_posting(posted: Any) -> None:
    bat_nbr, ref_nbr, record = an_invoice(posted)
    for table, kind in (("ARTran", "TranClass <> 'T' AND LineNbr < 32767"), ("GLTran", "Module = 'AR' AND CrAmt <> 0")):
        posted.sql(
            f"UPDATE {table} SET Acct = '4900' WHERE BatNbr = :b AND RefNbr = :r AND {kind}", b=bat_nbr, r=ref_nbr
        )
    report = posted.reconcile()
    row = only(report, ReconcileState.DIFFERS)
    assert row.record_id == record
    assert "4900" in row.message


def test_the_general_ledger_has_another_account_than_the_document(posted: Any) -> None:
    """What posting does with an account that was inactive: it ends in suspense, and only a warning told."""
    bat_nbr, ref_nbr, record = an_invoice(posted)
    posted.sql(
        "UPDATE GLTran SET Acct = '000000' WHERE Module = 'AR' AND BatNbr = :b AND RefNbr = :r AND CrAmt <> 0",
        b=bat_nbr,
        r=ref_nbr,
    )
    report = posted.reconcile()
    row = only(report, ReconcileState.DIFFERS)
    assert row.record_id == record
    assert "suspense" in row.message
    assert row.gl is None
    wrong = [account for account in report.accounts if account.gl_difference]
    assert "000000" in {account.acct for account in wrong}
    assert sum(account.gl_difference for account in wrong) == 0


def test_saved_again_in_sl_with_the_same_amounts(month: Any) -> None:
    bat_nbr, ref_nbr, _ = an_invoice(month)
    month.sql("UPDATE ARDoc SET Terms = '01' WHERE BatNbr = :b AND RefNbr = :r", b=bat_nbr, r=ref_nbr)
    row = only(month.reconcile(), ReconcileState.CHANGED)
    assert "changed in SL after it was written" in row.message
    assert row.difference == 0


def test_looked_at_and_saved_unchanged_in_sl_is_no_finding(month: Any) -> None:
    month.sql("UPDATE ARDoc SET LUpd_User = 'SOMEBODY', LUpd_Prog = '08010' WHERE User1 <> ''")
    assert month.reconcile().agrees


def test_a_voided_batch(month: Any) -> None:
    bat_nbr, _, _ = an_invoice(month, currency="GBP")
    count = month.sql("SELECT COUNT(*) FROM ARDoc WHERE BatNbr = :b", b=bat_nbr)[0][0]
    void_batch(month.engine, "AR", bat_nbr)
    report = month.reconcile()
    row = only(report, ReconcileState.VOIDED, count)
    assert row.sl is None
    assert row.difference == row.manage
    assert "Again" in row.message


def test_a_voided_voucher_keeps_its_row_in_sl(month: Any) -> None:
    ref_nbr = month.sql(
        "SELECT MIN(d.RefNbr) FROM APDoc d JOIN xlpy_PostingDoc x ON x.Module = 'AP' AND x.RefNbr = d.RefNbr"
        " WHERE d.CuryId = 'EUR'"
    )[0][0]
    alone = month.sql("SELECT BatNbr FROM APDoc WHERE RefNbr = :r", r=ref_nbr)[0][0]
    void_batch(month.engine, "AP", alone)
    report = month.reconcile()
    assert {row.state for row in report.not_agreeing} == {ReconcileState.VOIDED}
    assert {row.sl_batch for row in report.not_agreeing} == {alone}


def test_a_document_deleted_in_sl(month: Any) -> None:
    _, ref_nbr, record = an_invoice(month)
    repairs.delete_document(month.engine, ref_nbr)
    row = only(month.reconcile(), ReconcileState.MISSING)
    assert (row.record_id, row.sl, row.difference) == (record, None, row.manage)
    assert "not in SL any more" in row.message


def test_the_cost_journal_alone_is_gone(month: Any) -> None:
    bat_nbr = month.sql("SELECT MIN(BatNbr) FROM xlpy_PostingDoc WHERE Part = 'cost'")[0][0]
    month.sql("DELETE FROM GLTran WHERE Module = 'GL' AND BatNbr = :b", b=bat_nbr)
    row = only(month.reconcile(), ReconcileState.MISSING)
    assert (row.kind, row.part, row.sl_batch) == ("invoice cost", "cost", bat_nbr)


def test_unbatched_in_manage(month: Any) -> None:
    _, _, record = an_invoice(month)
    month.site.unbatch(int(record))
    report = month.reconcile()
    row = only(report, ReconcileState.NOT_IN_MANAGE)
    assert (row.record_id, row.manage) == (record, None)
    assert row.difference == -row.sl
    assert "unposted there again" in row.message


def test_reopened_in_manage_with_other_lines(month: Any) -> None:
    _, _, record = an_invoice(month)
    month.site.unbatch(int(record))
    month.site.reopen_and_close(int(record), change=Decimal("7.00"))
    row = only(month.reconcile(), ReconcileState.CHANGED)
    assert row.record_id == record
    assert "other lines" in row.message


def test_a_manage_batch_that_was_deleted(month: Any) -> None:
    with month.session() as session:
        batch = session.manage.find_batch("OCT-E")
        assert batch is not None
        session.manage.delete_batch(batch.id)
    report = month.reconcile()
    assert {row.state for row in report.not_agreeing} == {ReconcileState.NOT_IN_MANAGE}
    assert {row.kind for row in report.not_agreeing} == {"expense"}


def test_the_manage_half_is_still_owed(month: Any) -> None:
    month.sql("UPDATE xlpy_Posting SET State = 'posted', ClosedAt = NULL, ManageBatchID = NULL WHERE Kind = 'expense'")
    report = month.reconcile()
    assert {row.state for row in report.not_agreeing} == {ReconcileState.PENDING}
    assert {row.kind for row in report.not_agreeing} == {"expense"}
    assert all("press Recover" in row.message for row in report.not_agreeing)


def test_manage_s_batch_has_what_nobody_posted(month: Any) -> None:
    _, _, record = an_invoice(month)
    month.sql(
        "DELETE FROM xlpy_PostingDoc WHERE PostingID IN (SELECT PostingID FROM xlpy_Posting WHERE RecordID = :r)",
        r=record,
    )
    month.sql("DELETE FROM xlpy_Posting WHERE RecordID = :r", r=record)
    report = month.reconcile(batch="OCT-I")
    row = only(report, ReconcileState.MISSING)
    assert (row.record_id, row.ledger, row.sl) == (record, None, None)
    assert row.batch_identifier == "OCT-I"
    others = [row for row in report.rows if row.state is ReconcileState.NOT_FROM_MANAGE]
    assert len(others) == 1, "its SL document is now one without origin"


def test_an_invoice_entered_by_hand_on_the_same_accounts_is_listed(month: Any) -> None:
    customer = month.sql("SELECT MIN(CustId) FROM ARDoc WHERE User1 <> '' AND CuryId = 'USD'")[0][0]
    bat_nbr = repairs.enter_invoice(month.engine, customer, "HAND01", Decimal("99.50"))
    report = month.reconcile()
    assert report.agrees, report.text
    (row,) = [row for row in report.rows if row.state is ReconcileState.NOT_FROM_MANAGE]
    assert (row.module, row.sl_batch, row.reference, row.sl) == ("AR", bat_nbr, "HAND01", Decimal("99.50"))
    assert (row.manage, row.ledger, row.difference) == (None, None, 0)
    assert "1 × Not from Manage" in report.text
    assert sum(total.sl for total in report.batches) == sum(
        row.sl or 0 for row in report.rows if row.state is not ReconcileState.NOT_FROM_MANAGE
    )


def test_sl_s_own_tax_account_is_a_line_and_no_error(month: Any) -> None:
    month.sql("UPDATE SalesTax SET SlsTaxAcct = '2299' WHERE SlsTaxAcct = '2200'")
    report = month.reconcile()
    assert report.agrees, [(row.state, row.message) for row in report.not_agreeing]
    moved = [row for row in report.rows if row.state is ReconcileState.TAX_ACCOUNT]
    assert moved
    assert all("2200" in row.message and "2299" in row.message for row in moved)
    by_account = {account.acct: account for account in report.accounts if account.difference}
    assert by_account.keys() == {"2200", "2299"}
    assert by_account["2200"].difference == -by_account["2299"].difference
    assert all(account.agrees for account in by_account.values())


def test_a_batch_that_somebody_else_made_in_manage_is_a_note(month: Any) -> None:
    with month.session() as session:
        rows = session.manage.unposted_invoices()
        session.manage.create_batch("BY-HAND", [rows[0].id], {row_kind()})
    report = month.reconcile()
    assert report.agrees
    (row,) = [row for row in report.rows if row.state is ReconcileState.NOT_OURS]
    assert row.batch_identifier == "BY-HAND"


def row_kind() -> Any:
    from xlpy.domain.values.transactions import Kind

    return Kind.INVOICE


def test_posted_again_after_a_void_counts_once(month: Any) -> None:
    bat_nbr, _, _ = an_invoice(month, currency="GBP")
    records = [
        r
        for (r,) in month.sql(
            "SELECT p.RecordID FROM xlpy_Posting p JOIN xlpy_PostingDoc x ON x.PostingID = p.PostingID"
            " WHERE x.Module = 'AR' AND x.BatNbr = :b",
            b=bat_nbr,
        )
    ]
    void_batch(month.engine, "AR", bat_nbr)
    for record in records:
        month.site.unbatch(int(record))
    from xlpy.domain.values.transactions import Kind, TransactionKey
    from xlpy.services.run.reports import Marked, RunState, Selection

    keys = [TransactionKey(Kind.INVOICE, record) for record in records]
    with Session(month.profile, ManageSecrets(private_key=access.PRIVATE_KEY)) as session:
        report = push(session, Selection("AGAIN", firm.THROUGH_DATE, tuple(Marked(key, again=True) for key in keys)))
    assert report.state is RunState.COMPLETED, (report.text, report.problems)
    found = month.reconcile()
    assert found.agrees, found.text
    assert {row.batch_identifier for row in found.rows if row.record_id in records} == {"AGAIN-I"}
    assert any("posted again" in message for message in found.messages)
