"""The GL export: of everything unposted that is asked for, or of what is in a batch (for a rerun)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from xlpy.demo.site.door.answers import Json
from xlpy.demo.site.export.expenses import OpenExpense, expense_bills, expense_journals, expense_vendors
from xlpy.demo.site.export.invoices import OpenInvoice, invoice_customers, invoice_transactions
from xlpy.demo.site.export.procurement import (
    OpenDocument,
    adjustment_transactions,
    inventory_transfers,
    purchase_transactions,
    purchase_vendors,
)
from xlpy.demo.site.export.request import ExportRequest
from xlpy.demo.site.export.turned import turned_export
from xlpy.demo.site.payables_records import ADJUSTMENT, EXPENSE, RECEIPT, TRANSFER, Expense, ProcurementDocument
from xlpy.demo.site.records import INVOICE
from xlpy.demo.site.shown.batches import the_batch
from xlpy.demo.site.store import Site


@dataclass(frozen=True, slots=True)
class _Found:
    """What an export is made of: documents, each with those of its GL entries that are to be shown."""

    invoices: Sequence[OpenInvoice]
    expenses: Sequence[OpenExpense]
    listed_expenses: Collection[Expense]
    products: Sequence[OpenDocument]


def export_unposted(site: Site, request: ExportRequest) -> Json:
    """Return the export of everything unposted that the request asks for. Changes nothing."""
    batched = site.records.batched
    invoices: list[OpenInvoice] = []
    if request.invoices.wanted:
        included = request.invoices.included
        known = site.records.invoices
        numbers = known if included is None else [number for number in sorted(included) if number in known]
        for number in numbers:
            ids = {entry_id for entry_id in known[number].entry_ids if entry_id not in batched}
            invoices.append((known[number], ids))
    expenses: list[OpenExpense] = []
    listed: list[Expense] = []
    if request.expenses.wanted:
        listed = site.unposted_expenses()
        expenses = [(e, {n for n in e.entry_ids if n not in batched}) for e in listed]
    products: list[OpenDocument] = []
    if request.products.wanted:
        open_documents = site.unposted_procurement()
        products = [(d, {n for n in d.entry_ids if n not in batched}) for d in open_documents]
    return _gl_export(site, request, _Found(invoices, expenses, listed, products))


def export_batch(site: Site, batch_id: int, request: ExportRequest) -> Json:
    """Return the export of what is in a batch. Refuses (404) when there is no such batch."""
    records = site.records
    batch = the_batch(site, batch_id)
    by_document: dict[tuple[str, int], set[int]] = {}
    for entry_id in batch.entry_ids:
        entry = records.entries[entry_id]
        by_document.setdefault((entry.kind, entry.document_id), set()).add(entry_id)
    stock: dict[str, Mapping[int, ProcurementDocument]] = {
        RECEIPT: records.receipts,
        ADJUSTMENT: records.adjustments,
        TRANSFER: records.transfers,
    }
    invoices: list[OpenInvoice] = []
    expenses: list[OpenExpense] = []
    products: list[OpenDocument] = []
    for (kind, number), ids in by_document.items():
        if kind == INVOICE:
            invoices.append((records.invoices[number], ids))
        elif kind == EXPENSE:
            expenses.append((records.expenses[number], ids))
        else:
            products.append((stock[kind][number], ids))
    return _gl_export(site, request, _Found(invoices, expenses, [e for e, _ in expenses], products))


def _gl_export(site: Site, request: ExportRequest, found: _Found) -> Json:
    invoices = [
        (invoice, ids)
        for invoice, ids in found.invoices
        if ids and request.invoices.takes(invoice.id) and request.covers(invoice.invoice_date, invoice.location_id)
    ]
    expenses = [
        (expense, ids)
        for expense, ids in found.expenses
        if ids and request.expenses.takes(expense.id) and request.covers(expense.day, expense.location_id)
    ]
    products = [
        (document, ids)
        for document, ids in found.products
        if ids
        and request.products.takes(document.unposted_product_id)
        and request.covers(document.day, document.location_id)
    ]
    answer: Json = {
        "exportSettings": {
            "exportInvoices": request.invoices.wanted,
            "exportExpenses": request.expenses.wanted,
            "exportInventory": request.products.wanted,
        },
        "vendors": [*purchase_vendors(site, products), *expense_vendors(site, expenses)],
        "customers": invoice_customers(site, invoices),
        "transactions": invoice_transactions(site, invoices, request.detail),
    }
    if request.expenses.wanted and site.expenses_as_bill:
        answer["expenseBills"] = expense_bills(site, expenses, found.listed_expenses)
    elif request.expenses.wanted:
        answer["expenses"] = expense_journals(site, expenses)
    if request.products.wanted:
        answer["purchaseTransactions"] = purchase_transactions(site, products)
        answer["adjustmentTransactions"] = adjustment_transactions(site, products)
        answer["inventoryTransfers"] = inventory_transfers(site, products)
    return turned_export(answer, site.harsh)
