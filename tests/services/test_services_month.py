"""A month of mixed transactions in one go: invoices with their costs, expenses, receipts, adjustments, transfers."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

import pytest

from xlpy.demo import firm
from xlpy.demo.company.release.run import release_everything
from xlpy.domain.facts.matching import match_procurement
from xlpy.domain.values.money import round_money
from xlpy.domain.values.transactions import Kind
from xlpy.services.export.planning import make_plan
from xlpy.services.export.push import push
from xlpy.services.run.reports import RunState

OURS = "EXISTS (SELECT 1 FROM xlpy_PostingDoc d WHERE d.Module = t.Module AND d.BatNbr = t.BatNbr AND t.BatNbr <> '')"


def cents(value: float) -> Decimal:
    return round_money(Decimal(repr(value)), 2)


def main_account(text: str) -> str:
    return text.split(":", maxsplit=1)[0]


def trial_balance_of_manage(story: Any, selection: Any) -> dict[tuple[str, str], Decimal]:
    """Debits less credits by currency and account, from Manage's export by the rules of the manual alone."""
    manage = story.session().manage
    books: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    through = selection.through_date
    keys = [mark.key for mark in selection.marked]

    def ids(kind: Kind) -> list[str]:
        return [key.record_id for key in keys if key.kind is kind]

    def post(currency: str, account: str, amount: Decimal) -> None:
        books[currency or firm.BASE_CURRENCY, main_account(account)] += amount

    invoices = manage.export_invoices(
        [int(i) for i in ids(Kind.INVOICE)], through=through, detail="Default", batch_identifier="look"
    )
    masters = manage.read_masters(invoices)
    for invoice in invoices:
        post(invoice.currency, invoice.account_number, invoice.total)
        for line in invoice.lines:
            post(invoice.currency, line.account_number, line.total)
            item = masters.catalog.get(line.item.id)
            if line.cost and item and item.product_class == "Inventory" and not line.drop_shipped:
                back = -1 if invoice.document_type == "CREDIT MEMO" else 1
                post(firm.BASE_CURRENCY, line.cost_account, abs(line.cost) * back)
                post(firm.BASE_CURRENCY, line.inventory_account, -abs(line.cost) * back)
    expenses = manage.export_expenses(
        [int(i) for i in ids(Kind.EXPENSE)], through=through, detail="Default", batch_identifier="look"
    )
    for bill in expenses.bills:
        post(bill.currency, bill.ap_account_number, -bill.total)
        for line in bill.lines:
            post(bill.currency, line.account_number, line.total)
    for expense in expenses.expenses:
        post(expense.currency, expense.account_number, expense.total)
        post(expense.currency, expense.offset_account, expense.offset_total)
    rows = [r for r in manage.unposted_procurement() if r.unposted_product_id in set(ids(Kind.PROCUREMENT))]
    goods = manage.export_procurement(ids(Kind.PROCUREMENT), through=through, detail="Default", batch_identifier="look")
    catalog = manage.catalog_items({line.item.id for p in goods.purchases for line in p.lines if line.item})
    assert match_procurement(rows, goods).missing == ()
    for purchase in goods.purchases:
        post(purchase.currency, purchase.ap_account_number, -purchase.total)
        for line in purchase.lines:
            stocked = line.item.id in catalog and catalog[line.item.id].product_class == "Inventory"
            goods_account = line.inventory_account if stocked else line.cost_account
            post(purchase.currency, line.account_number if line.is_freight else goods_account, -line.total)
        for tax in purchase.taxes:
            post(purchase.currency, tax.account_number, -tax.total)
    for adjustment in goods.adjustments:
        for line in adjustment.lines:
            up = abs(line.total) if line.quantity < 0 else -abs(line.total)
            post(firm.BASE_CURRENCY, line.inventory_account, up)
            post(firm.BASE_CURRENCY, line.account_number, -up)
    return {key: amount for key, amount in books.items() if amount}


def split_otherwise(report: Any) -> dict[tuple[str, str], Decimal]:
    """Add up by account what the notes say that SL's split of a tax group differs from Manage's, debits positive."""
    accounts = {tax.tax_id: tax.account for tax in firm.TAXES}
    memos = {row.transaction for row in report.results if row.doc_type == "CM"}
    told: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for note in report.problems:
        if note.code == "TAX-SPLIT":
            more = Decimal(note.in_sl) - Decimal(note.in_manage)
            account = accounts[note.what.split()[1]]
            told[firm.BASE_CURRENCY, account] += more if note.transaction in memos else -more
    return told


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_month_s_trial_balance_is_manage_s_to_the_cent(full_month: Any) -> None:
    month = full_month
    selection = month.everything()
    assert len(selection.marked) >= 300
    assert {mark.key.kind for mark in selection.marked} == set(Kind)
    expected = trial_balance_of_manage(month, selection)
    report = push(month.session(), selection)
    assert report.state is RunState.COMPLETED, report.text
    assert {batch.identifier for batch in report.manage_batches} == {"OCT-I", "OCT-E", "OCT-P"}

    made = {(row.module, row.doc_type, row.currency) for row in report.results if row.module}
    assert {
        ("AP", "VO", "USD"),
        ("AP", "AD", "USD"),
        ("AP", "VO", "EUR"),
        ("AR", "CM", "USD"),
        ("AR", "IN", "EUR"),
    } <= made
    assert {row.part for row in report.results} == {"document", "cost"}
    new = {m.vendor_id for m in firm.MEMBERS if not m.in_sl} | {v.vendor_id for v in firm.VENDORS if not v.in_sl}
    assert new <= {vendor for (vendor,) in month.rows("SELECT VendId FROM Vendor")}

    results = release_everything(month.engine, firm.COMPANY_ID)
    assert {outcome.module for outcome in results} == {"AR", "AP", "GL", "IN"}
    assert [r for r in results if r.messages or r.error] == []
    assert month.rows("SELECT COUNT(*) FROM GLTran WHERE Acct = '000000'") == [(0,)]
    books = {
        (currency, account): cents(amount)
        for currency, account, amount in month.rows(
            f"SELECT CuryId, Acct, SUM(CuryDrAmt - CuryCrAmt) FROM GLTran t WHERE {OURS} GROUP BY CuryId, Acct"
        )
        if cents(amount)
    }
    told = split_otherwise(report)
    assert told, "the port's six taxes of some invoice are split otherwise by SL, and each is told"
    assert sum(told.values()) == 0
    assert books == {key: amount + told.get(key, Decimal(0)) for key, amount in expected.items()}
    for module, bat_nbr, debit, credit in month.rows(
        f"SELECT Module, BatNbr, SUM(DrAmt), SUM(CrAmt) FROM GLTran t WHERE {OURS} GROUP BY Module, BatNbr"
    ):
        assert cents(debit) == cents(credit), (module, bat_nbr)


@pytest.mark.timeout(600)
def test_nothing_is_twice_when_the_month_is_run_again(month: Any) -> None:
    selection = month.everything()
    push(month.session(), selection)
    counts = [month.rows(f"SELECT COUNT(*) FROM {table}") for table in ("ARDoc", "APDoc", "GLTran", "INTran")]
    again = push(month.session(), month.everything("NOV"))
    assert again.state is RunState.NOTHING_WRITTEN
    assert counts == [month.rows(f"SELECT COUNT(*) FROM {table}") for table in ("ARDoc", "APDoc", "GLTran", "INTran")]
    assert {state for (state,) in month.rows("SELECT DISTINCT State FROM xlpy_Posting")} == {"closed"}


@pytest.mark.timeout(600)
def test_the_cost_journal_and_its_invoice_live_and_die_together(month: Any) -> None:
    """Design, Cost journals: an invoice that SL refuses takes its journal with it; the other way round too."""
    selection = month.everything()
    plan = make_plan(month.session(), selection)
    costed = [journal.transactions[0] for batch in plan.gl.batches for journal in batch.journals]
    victim, other = costed[0], costed[1]
    number = next(t.number for t in plan.transactions if t.key == victim)
    with month.engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER refuse_invoice BEFORE INSERT ON ARDoc "
            f"WHEN NEW.RefNbr = '{number}' BEGIN SELECT RAISE(ABORT, 'no'); END"
        )
        other_number = next(t.number for t in plan.transactions if t.key == other)
        connection.exec_driver_sql(
            "CREATE TRIGGER refuse_journal BEFORE INSERT ON GLTran "
            f"WHEN NEW.Module = 'GL' AND NEW.RefNbr = '{other_number}' BEGIN SELECT RAISE(ABORT, 'no'); END"
        )
    report = push(month.session(), selection)
    assert report.state is RunState.WITH_ERRORS, report.text
    failed = {row.transaction_id for row in report.results if row.status == "Failed" and row.kind == "invoice"}
    assert failed == {victim.record_id, other.record_id}
    for gone in (number, other_number):
        assert month.rows("SELECT COUNT(*) FROM ARDoc WHERE RefNbr = :n AND User1 <> ''", n=gone) == [(0,)]
        assert month.rows("SELECT COUNT(*) FROM GLTran WHERE Module = 'GL' AND RefNbr = :n", n=gone) == [(0,)]
    assert int(victim.record_id) in month.site.unposted_invoice_ids()


@pytest.mark.timeout(600)
def test_expenses_not_as_bill_are_one_journal_each(journals: Any) -> None:
    selection = journals.everything()
    wanted = [mark.key for mark in selection.marked if mark.key.kind is Kind.EXPENSE]
    report = push(journals.session(), selection)
    assert report.state is RunState.COMPLETED, report.text
    made = [row for row in report.results if row.kind == "expense" and row.module]
    assert {row.module for row in made} == {"GL"}
    assert len({row.sl_batch for row in made}) == len(made) == len(wanted)
    owed = journals.rows(
        "SELECT t.Sub, v.APSub FROM GLTran t LEFT JOIN Vendor v ON v.VendId = t.Id "
        "WHERE t.Module = 'GL' AND t.Acct = '2010' AND t.Crtd_Prog = '01010'"
    )
    assert len(owed) == len(wanted)
    assert {sub for sub, _ in owed} == {"00000"}, "the offset has the subaccount of vendor, class or set-up"
    results = release_everything(journals.engine, firm.COMPANY_ID)
    assert [r for r in results if r.messages or r.error] == []


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_month_with_expenses_not_as_bill_goes_in_and_is_posted(full_month_of_journals: Any) -> None:
    month = full_month_of_journals
    selection = month.everything()
    assert len(selection.marked) >= 300
    report = push(month.session(), selection)
    assert report.state is RunState.COMPLETED, [p for p in report.problems if p.severity == "stop"][:5]
    expenses = [row for row in report.results if row.kind == "expense"]
    assert {row.module for row in expenses if row.module} == {"GL"}
    assert len(expenses) == sum(mark.key.kind is Kind.EXPENSE for mark in selection.marked)
    results = release_everything(month.engine, firm.COMPANY_ID)
    assert [r for r in results if r.messages or r.error] == []


@pytest.mark.timeout(600)
def test_a_voucher_that_sl_refuses_fails_with_all_its_expenses_and_nothing_else(month: Any) -> None:
    selection = month.everything()
    plan = make_plan(month.session(), selection)
    vouchers = [
        document
        for batch in plan.ap.batches
        for document in batch.documents
        if document.transactions[0].kind is Kind.EXPENSE
    ]
    victim = max(vouchers, key=lambda document: len(document.transactions))
    assert len(victim.transactions) > 1
    with month.engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER refuse_voucher BEFORE INSERT ON APDoc "
            f"WHEN NEW.InvcNbr = '{victim.invc_nbr}' BEGIN SELECT RAISE(ABORT, 'no'); END"
        )
    report = push(month.session(), selection)
    assert report.state is RunState.WITH_ERRORS, report.text
    failed = {row.transaction_id for row in report.results if row.status == "Failed"}
    assert failed == {key.record_id for key in victim.transactions}
    assert {str(i) for i in month.site.unposted_expense_ids()} >= failed
    assert all(month.site.batch_of_expense(int(record)) is None for record in failed)
    for bat_nbr, total in month.rows("SELECT BatNbr, CuryCrTot FROM Batch WHERE Module = 'AP' AND Status = 'B'"):
        (documents,) = month.rows("SELECT SUM(CuryOrigDocAmt) FROM APDoc WHERE BatNbr = :b", b=bat_nbr)[0]
        assert cents(total) == cents(documents)
