"""Expenses and procurement of the demo site: read, exported, matched to their rows, and marked as posted."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from xlpy.demo import firm
from xlpy.demo.site.door import access
from xlpy.demo.site.door.server import serve
from xlpy.demo.site.making.generate import generate_site
from xlpy.domain.facts.matching import entry_ids, match_expense_bills, match_expenses, match_procurement
from xlpy.domain.values.transactions import Kind
from xlpy.manage.client import ManageClient
from xlpy.profile.credentials import ManageSecrets
from xlpy.profile.settings import ManageSettings

SECRETS = ManageSecrets(access.PRIVATE_KEY, access.INTEGRATOR_PASSWORD)
WITH = {"through": date(2027, 12, 31), "detail": "Default", "batch_identifier": "20261031KM"}


@pytest.fixture
def made():
    """How the site is made; a test changes it before ``manage`` is asked for."""
    return {"invoices": 3, "expenses": 24, "procurement": 24, "as_bill": True, "glentry_rec_id": True}


@pytest.fixture
def served(made, request):
    with serve(generate_site(**{**made, **getattr(request, "param", {})})) as found:
        yield found


@pytest.fixture
def site(served):
    return served.site


@pytest.fixture
def manage(served, slept):
    settings = ManageSettings(
        url=served.url,
        company=access.COMPANY,
        client_id=access.CLIENT_ID,
        public_key=access.PUBLIC_KEY,
        export_chunk=10,
    )
    with ManageClient(settings, SECRETS, sleep=slept.append) as client:
        yield client


def test_every_unposted_expense_is_shown_once(manage, site):
    told = []
    found = manage.unposted_expenses(lambda done, of: told.append((done, of)))
    kept = site.records.expenses
    assert [expense.expense_detail_id for expense in found] == list(kept)
    assert told[-1] == (len(found), len(found))
    members = {member.manage_id: member.identifier for member in firm.MEMBERS}
    for expense in found:
        mine = kept[expense.expense_detail_id]
        assert (expense.id, expense.total, expense.expense_date) == (mine.entry_id, mine.total, mine.day)
        assert (expense.account_number, expense.credit_account) == (mine.account, mine.credit_account)
        assert expense.member.identifier == members[mine.member_id]
        assert expense.location in {"Tampa", "Orlando"}
        assert expense.charge
    assert {expense.classification for expense in found} > {"Reimbursable"}
    paid = manage.company_payment_methods()
    assert {e.payment_method.name for e in found if e.payment_method.id in paid} == {"Company card"}


def test_bills_have_every_reimbursable_expense_and_foot(manage, site):
    rows = manage.unposted_expenses()
    found = manage.export_expenses([row.expense_detail_id for row in rows], **WITH)
    assert found.expenses == ()
    for bill in found.bills:
        assert bill.total == sum(line.total for line in bill.lines)
    matched = match_expense_bills(rows, found.bills)
    assert matched.foreign == ()
    assert {row.classification for row in matched.missing}.isdisjoint({"Reimbursable"})
    for row, (line,) in matched.pairs:
        mine = site.records.expenses[row.expense_detail_id]
        assert entry_ids(row, (line,)) == tuple(sorted(mine.entry_ids))
        assert (line.line.total, line.line.account_number) == (row.total, row.account_number)
        assert line.bill.member == row.member
        assert line.line.company_advance == mine.company_advance


@pytest.mark.parametrize("served", [{"as_bill": False}], indirect=True)
def test_expenses_one_by_one_have_their_offsets(manage, site):
    rows = manage.unposted_expenses()
    found = manage.export_expenses([row.expense_detail_id for row in rows], **WITH)
    assert found.bills == ()
    matched = match_expenses(rows, found.expenses)
    assert matched.foreign == ()
    assert matched.pairs
    for row, (expense,) in matched.pairs:
        assert expense.total == -expense.offset_total
        assert abs(expense.total) == abs(row.total)
        assert entry_ids(row, (expense,)) == tuple(sorted(site.records.expenses[row.expense_detail_id].entry_ids))


def test_every_unposted_transaction_of_procurement_is_shown_once(manage, site):
    found = manage.unposted_procurement()
    documents = site.unposted_procurement()
    by_id = {}
    for document in documents:
        by_id.setdefault(document.unposted_product_id, []).append(document)
    assert [row.unposted_product_id for row in found] == list(by_id)
    assert {row.kind for row in found} == {"Purchase", "Adjustment", "Transfer"}
    for row in found:
        mine = by_id[row.unposted_product_id]
        assert set(row.entry_ids) <= {entry for document in mine for entry in document.entry_ids}
        assert row.document_date == max(document.day for document in mine)
        if row.kind == "Purchase":
            assert row.total == sum(document.total for document in mine)
            assert row.vendor.name in {vendor.name for vendor in firm.VENDORS}
    assert any(len(row.entry_ids) > 1 for row in found)


@pytest.mark.parametrize("served", [{"glentry_rec_id": True}, {"glentry_rec_id": False}], indirect=True)
def test_procurement_is_exported_matched_and_marked(manage, site):
    rows = manage.unposted_procurement()
    found = manage.export_procurement([row.unposted_product_id for row in rows], **WITH)
    for purchase in found.purchases:
        assert purchase.total + sum((part.total for part in (*purchase.lines, *purchase.taxes)), Decimal(0)) == 0
    matched = match_procurement(rows, found)
    parts = (matched.purchases, matched.adjustments, matched.transfers)
    assert matched.missing == ()
    assert [part.foreign for part in parts] == [(), (), ()]
    assert all(part.pairs for part in parts)
    marks = {entry for part in parts for row, documents in part.pairs for entry in entry_ids(row, documents)}
    of_site = {entry for document in site.unposted_procurement() for entry in document.entry_ids}
    assert marks == of_site

    manage.create_batch("20261031KM-P", marks, {Kind.PROCUREMENT})
    assert manage.unposted_procurement() == []


def test_a_batch_of_expenses_marks_exactly_those(manage, site):
    rows = [row for row in manage.unposted_expenses() if row.classification == "Reimbursable"][:5]
    found = manage.export_expenses([row.expense_detail_id for row in rows], **WITH)
    matched = match_expense_bills(rows, found.bills)
    assert (matched.missing, matched.foreign) == ((), ())
    marks = {entry for row, lines in matched.pairs for entry in entry_ids(row, lines)}
    before = {row.expense_detail_id for row in manage.unposted_expenses()}
    manage.create_batch("20261031KM-E", marks, {Kind.EXPENSE})
    assert {row.expense_detail_id for row in manage.unposted_expenses()} == before - {r.expense_detail_id for r in rows}


def test_masters_of_expenses_and_procurement_come_with_the_others(manage):
    expenses = manage.export_expenses([row.expense_detail_id for row in manage.unposted_expenses()], **WITH)
    rows = manage.unposted_procurement()
    procurement = manage.export_procurement([row.unposted_product_id for row in rows], **WITH)
    masters = manage.read_masters((), expenses=expenses, procurement=procurement)
    assert masters.members.keys() == {bill.member.id for bill in expenses.bills}
    vendor_ids = {member.manage_id: member.vendor_id for member in firm.MEMBERS}
    for bill in expenses.bills:
        member = masters.members[bill.member.id]
        assert member.vendor_number == bill.vendor_number
        assert member.vendor_number in {vendor_ids[member.id], ""}
        assert member.first_name
    assert masters.companies.keys() >= {purchase.company.id for purchase in procurement.purchases}
    for purchase in procurement.purchases:
        assert masters.companies[purchase.company.id].vendor_identifier == purchase.vendor_number
    assert {number: w.name for number, w in masters.warehouses.items()} == {
        number: name for number, (name, _) in firm.WAREHOUSES.items()
    }
    assert {masters.units[number].name for number in firm.UNITS} == {name for name, _ in firm.UNITS.values()}
    assert masters.adjustments.keys() == {a.adjustment_id for a in procurement.adjustments}
    for adjustment in procurement.adjustments:
        record = masters.adjustments[adjustment.adjustment_id]
        assert [line.item.id for line in record.lines] == [line.item.id for line in adjustment.lines]
        for line, counted in zip(adjustment.lines, record.lines, strict=True):
            assert line.quantity == -counted.quantity, "Manage's export has the sign the other way round"
    moved = {transfer.item.id for transfer in procurement.transfers}
    received = {line.item.id for purchase in procurement.purchases for line in purchase.lines if line.item}
    assert masters.catalog.keys() >= moved | received
    assert {masters.catalog[number].product_class for number in moved} == {"Inventory"}


def test_invoices_alone_read_no_masters_of_payables(manage, site):
    invoices = manage.export_invoices(site.unposted_invoice_ids(), **WITH)
    site.calls.clear()
    masters = manage.read_masters(invoices)
    assert (masters.members, masters.warehouses, masters.units, masters.adjustments) == ({}, {}, {}, {})
    assert not [path for _, path in site.calls if "members" in path or "warehouses" in path or "adjust" in path]
