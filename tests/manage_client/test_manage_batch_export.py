"""Batches through the client: listed, their entries with what they come from, and exported again as they were."""

from __future__ import annotations

from datetime import date

import pytest

from xlpy.demo.site.door import access
from xlpy.demo.site.door.faults import Fault, FaultKind
from xlpy.demo.site.door.server import serve
from xlpy.demo.site.making.generate import generate_site
from xlpy.domain.facts.manage_expenses import ExportedExpenses
from xlpy.domain.facts.manage_procurement import ExportedProcurement
from xlpy.domain.values.transactions import Kind
from xlpy.errors import ManageError, ManageRefused
from xlpy.manage.batches import AccountingBatch
from xlpy.manage.client import BatchExport, ManageClient
from xlpy.profile.credentials import ManageSecrets
from xlpy.profile.settings import ManageSettings

SECRETS = ManageSecrets(access.PRIVATE_KEY, access.INTEGRATOR_PASSWORD)
WITH = {"through": date(2027, 12, 31), "detail": "Default", "batch_identifier": "20261031KM"}
OF_BATCH = "/v4_6_release/apis/3.0/finance/accounting/batches/7/export"


@pytest.fixture(scope="module")
def running():
    with serve(generate_site(invoices=12, expenses=16, procurement=24, glentry_rec_id=True)) as served:
        yield served


@pytest.fixture(scope="module")
def fresh(running):
    return running.site.backup()


@pytest.fixture
def site(running, fresh):
    running.site.restore(fresh)
    running.site.faults.clear()
    running.site.calls.clear()
    return running.site


@pytest.fixture
def manage(running, site, slept):
    settings = ManageSettings(running.url, access.COMPANY, access.CLIENT_ID, access.PUBLIC_KEY)
    with ManageClient(settings, SECRETS, sleep=slept.append) as client:
        yield client


def of_kind(site, *kinds):
    return [entry.id for entry in site.records.entries.values() if entry.kind in kinds]


STOCK = ("receipt", "adjustment", "transfer")


@pytest.mark.parametrize("detail", ["Default", "Condensed", "Detailed"])
def test_a_batch_of_invoices_is_exported_as_its_invoices_were(manage, site, detail):
    ids = site.unposted_invoice_ids()
    before = manage.export_invoices(ids, **{**WITH, "detail": detail})
    batch = manage.create_batch("20261031KM-I", of_kind(site, "invoice"), [Kind.INVOICE])
    told = []
    again = manage.export_batch(batch, detail=detail, progress=lambda *now: told.append(now))
    assert again == BatchExport(before, ExportedExpenses(), ExportedProcurement())
    assert told == [(len(ids), len(ids))] == [(again.count, again.count)]
    assert manage.unposted_invoices() == []


@pytest.mark.parametrize("as_bill", [True, False])
def test_a_batch_of_expenses_is_exported_as_its_expenses_were(manage, site, as_bill):
    site.expenses_as_bill = as_bill
    before = manage.export_expenses(site.unposted_expense_ids(), **WITH)
    assert before.bills if as_bill else before.expenses
    batch = manage.create_batch("20261031KM-E", of_kind(site, "expense"), [Kind.EXPENSE])
    assert manage.export_batch(batch) == BatchExport((), before, ExportedProcurement())


def test_a_batch_of_procurement_is_exported_as_its_documents_were(manage, site):
    before = manage.export_procurement(site.unposted_product_ids(), **WITH)
    assert before.purchases
    assert before.adjustments
    assert before.transfers
    batch = manage.create_batch("20261031KM-P", of_kind(site, *STOCK), [Kind.PROCUREMENT])
    assert manage.export_batch(batch) == BatchExport((), ExportedExpenses(), before)


def test_a_batch_of_all_kinds_is_exported_whole_and_says_what_its_entries_come_from(manage, site):
    batch = manage.create_batch("ALL", list(site.records.entries), list(Kind))
    found = manage.export_batch(batch)
    assert found.invoices
    assert found.expenses.bills
    assert found.procurement.purchases
    entries = manage.batch_entries(batch.id)
    records = site.records
    assert {e.invoice_id for e in entries if e.invoice_id} == set(records.invoices)
    assert {e.invoice_number for e in entries if e.invoice_id} == {i.number for i in records.invoices.values()}
    assert {e.expense_id for e in entries if e.expense_id} == set(records.expenses)
    assert {e.purchase_order_id for e in entries if e.purchase_order_id} == {
        receipt.order_id for receipt in records.receipts.values()
    }
    assert {e.transfer for e in entries if e.transfer} == {str(number) for number in records.transfers}
    assert {e.id for e in entries if e.adjustment_detail_id} == set(of_kind(site, "adjustment"))
    assert all(e.item and e.purchase_order_id for e in entries if e.line_item_id)
    costs = [e for e in entries if e.invoice_id and e.cost_account]
    assert sum(e.cost for e in costs) == sum(line.cost for i in records.invoices.values() for line in i.lines) > 0
    assert all(e.account_type for e in entries)


def test_batches_are_listed_with_their_kinds_and_whether_they_are_closed(manage, site):
    assert manage.batches() == ()
    first = manage.create_batch("A-I", of_kind(site, "invoice"), [Kind.INVOICE])
    second = manage.create_batch("A-E", of_kind(site, "expense"), [Kind.EXPENSE])
    site.close_batch(second.id)
    listed = manage.batches()
    assert [(b.id, b.identifier, b.closed) for b in listed] == [(first.id, "A-I", False), (second.id, "A-E", True)]
    assert [b.kinds for b in listed] == [{Kind.INVOICE}, {Kind.EXPENSE}]
    assert manage.export_batch(listed[1]).count  # a closed one too


def test_the_export_of_a_batch_is_repeated_like_a_read(manage, site, slept):
    batch = manage.create_batch("A-I", of_kind(site, "invoice"), [Kind.INVOICE])
    path = "/finance/accounting/batches/.*/export"
    for nth, kind in enumerate((FaultKind.SERVER_TIMEOUT, FaultKind.TOO_MANY, FaultKind.DROP_AFTER), start=1):
        site.faults.add(Fault(kind, "POST", path, nth))
    assert manage.export_batch(batch).count == 12
    assert len(slept) == 3
    manage.delete_batch(batch.id)
    with pytest.raises(ManageRefused) as gone:
        manage.export_batch(batch)
    assert gone.value.status == 404


def test_an_export_of_a_batch_asks_for_its_kinds_without_lists_and_refuses_others(client, stub):
    batch = AccountingBatch(7, "20261031KM-I", frozenset({Kind.INVOICE}))
    stub.on("POST", OF_BATCH, {"transactions": [{"id": 1}]})
    assert [invoice.id for invoice in client.export_batch(batch, detail="Condensed").invoices] == [1]
    (call,) = stub.served(OF_BATCH)
    assert call.body == {
        "batchIdentifier": "20261031KM-I",
        "glInterfaceIdentifier": "20261031KM-I",
        "thruDate": "2099-12-31T23:59:59Z",
        "summarizeInvoices": "Condensed",
        "exportInvoicesFlag": True,
        "exportExpensesFlag": False,
        "exportProductsFlag": False,
    }
    for answer, why in (
        ({"transactions": [{"id": 1}, {"id": 1}]}, "invoice 1 twice"),
        ({"expenses": [{"id": 1}]}, "has other things in it"),
        ([], "not from Manage's API"),
    ):
        stub.on("POST", OF_BATCH, answer)
        with pytest.raises(ManageError, match=why):
            client.export_batch(batch)
    with pytest.raises(ManageError, match="no kind"):
        client.export_batch(AccountingBatch(7, "X", frozenset()))
