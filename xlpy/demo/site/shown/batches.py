"""Accounting batches: creating one marks GL entries as posted, deleting one gives them back."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

from xlpy.demo.site.catalog import CATALOG_BY_ID
from xlpy.demo.site.door.answers import Json, Refusal, not_found, refuse_field
from xlpy.demo.site.export.expenses import is_exported
from xlpy.demo.site.payables_records import EXPENSE, PROCUREMENT
from xlpy.demo.site.records import INVOICE, Batch, Invoice, Line
from xlpy.demo.site.shown.payables_entries import payables_entry
from xlpy.demo.site.shown.unposted import invoice_reference
from xlpy.demo.site.store import Site

REQUEST = "CreateAccountingBatchRequest"
# The texts are unverified; nobody may branch on them.
_TYPE_NAMES = {
    "AR": "Accounts Receivable",
    "R": "Revenue - Service",
    "RA": "Revenue - Agreement",
    "RE": "Revenue - Expense",
    "RD": "Revenue - Down Payment",
    "RP": "Revenue - Product",
    "AP": "Revenue - Agreement Product",
    "ST": "Sales Tax",
}


def create_batch(site: Site, body: Json) -> Batch:
    """Create a batch from a checked ``CreateAccountingBatchRequest``: its GL entries are posted from then on.

    Refuses (400) a used name, no kind, no ids, ids that are unknown, posted already or of a kind that was not named;
    then nothing is changed. What the real server does with bad ids is unverified. No name: a timestamp.
    """
    records = site.records
    name = body.get("batchIdentifier") or site.clock().strftime("%Y%m%d%H%M%S")
    taken_names = [batch.identifier for batch in records.batches.values()]
    taken_names += records.deleted_names if site.harsh.deleted_names_taken else []
    if any(taken.casefold() == name.casefold() for taken in taken_names):
        raise refuse_field(REQUEST, "batchIdentifier", f"The batch {name} exists already.", detail_code="ObjectExists")
    flags = tuple(bool(body.get(f"export{name}Flag")) for name in ("Invoices", "Expenses", "Products"))
    invoices, expenses, products = flags
    kinds = {INVOICE: invoices, EXPENSE: expenses, **dict.fromkeys(PROCUREMENT, products)}
    if not any(flags):
        raise refuse_field(REQUEST, "exportInvoicesFlag", "At least one kind must be named.")
    entry_ids = list(dict.fromkeys(number for number in body["processedRecordIds"] if number is not None))
    if not entry_ids:
        raise refuse_field(REQUEST, "processedRecordIds", "There is nothing to put into the batch.")
    for entry_id in entry_ids:
        entry = records.entries.get(entry_id)
        if entry is None:
            raise refuse_field(REQUEST, "processedRecordIds", f"There is no GL entry {entry_id}.")
        if entry_id in records.batched:
            taken = records.batches[records.batched[entry_id]].identifier
            raise refuse_field(REQUEST, "processedRecordIds", f"GL entry {entry_id} is in batch {taken} already.")
        if not kinds[entry.kind]:
            raise refuse_field(REQUEST, "processedRecordIds", f"GL entry {entry_id} is of another kind.")
    entry_ids += _offsets_along(site, entry_ids)
    if site.harsh.batched_at_once:
        documents = {(records.entries[number].kind, records.entries[number].document_id) for number in entry_ids}
        entry_ids += [
            number
            for number, entry in records.entries.items()
            if (entry.kind, entry.document_id) in documents and number not in {*entry_ids, *records.batched}
        ]
    if site.harsh.partial_batches and len(entry_ids) > 1:
        entry_ids = entry_ids[:-1]
    batch = Batch(records.next_batch_id, name, invoices, expenses, products, entry_ids=entry_ids)
    records.next_batch_id += 1
    records.batches[batch.id] = batch
    records.batched.update(dict.fromkeys(entry_ids, batch.id))
    site.changed()
    return batch


def _offsets_along(site: Site, entry_ids: Collection[int]) -> list[int]:
    """Return the offsets of expenses that the export never shows: nobody can name them, so they go along.

    Unverified: that the real server does so. A row of the unposted list has the id of the expense's own entry only.
    """
    entries = [site.records.entries[number] for number in entry_ids]
    expenses = [site.records.expenses[entry.document_id] for entry in entries if entry.kind == EXPENSE]
    offsets = [expense.offset_id for expense in expenses if not is_exported(site, expense)]
    return [number for number in offsets if number not in entry_ids and number not in site.records.batched]


def delete_batch(site: Site, batch_id: int) -> None:
    """Delete a batch: its entries are unposted again. Refuses (404) no such batch and (400) a closed one."""
    batch = the_batch(site, batch_id)
    if batch.closed:
        raise Refusal(400, "InvalidOperation", f"The batch {batch.identifier} is closed.")
    if site.harsh.delete_keeps_posted:
        batch.closed = True  # out of every list, and its records stay where they are
        site.harsh.closed_batches_gone = True
        site.changed()
        return
    for entry_id in batch.entry_ids:
        del site.records.batched[entry_id]
    del site.records.batches[batch_id]
    site.records.deleted_names.append(batch.identifier)
    site.changed()


def the_batch(site: Site, batch_id: int) -> Batch:
    """Return a batch; refuses (404) when there is none."""
    batch = site.records.batches.get(batch_id)
    if batch is None or (batch.closed and site.harsh.closed_batches_gone):
        raise not_found("AccountingBatch", batch_id)
    return batch


def batch_rows(site: Site) -> list[Json]:
    """Return all batches as the API lists them; whether it lists closed ones is unverified, so a switch decides."""
    hidden = site.harsh.closed_batches_unlisted or site.harsh.closed_batches_gone
    return [
        {
            "id": batch.id,
            "batchIdentifier": batch.identifier,
            "exportInvoicesFlag": batch.invoices,
            "exportExpensesFlag": batch.expenses,
            "exportProductsFlag": batch.products,
            "closedFlag": batch.closed,
        }
        for batch in site.records.batches.values()
        if not (hidden and batch.closed)
    ]


def batch_entries(site: Site, batch_id: int) -> list[Json]:
    """Return the GL entries of a batch, debit and credit as plain positive columns. Refuses (404) no such batch."""
    if site.harsh.entries_refused:
        raise Refusal(500, "InternalError", "An error has occurred.")
    rows = []
    lines: dict[int, dict[int, Line]] = {}
    for entry_id in the_batch(site, batch_id).entry_ids:
        entry = site.records.entries[entry_id]
        if entry.kind != INVOICE:
            rows.append(payables_entry(site, entry))
            continue
        invoice = site.records.invoices[entry.document_id]
        known = lines.setdefault(invoice.id, {line.entry_id: line for line in invoice.lines})
        if entry_id in known:
            rows.append(_line_entry(site, invoice, known[entry_id]))
        else:
            amount = next(part.amount for part in invoice.receivable if part.entry_id == entry_id)
            rows.append(_entry(site, invoice, entry_id, "AR", invoice.account, amount))
    if site.harsh.other_entry_ids:
        # The next GL entry's id: whoever compares ids alone takes an entry of another document for its own.
        rows = [row | {"id": row["id"] + 1} for row in rows]
    return rows


def _entry(site: Site, invoice: Invoice, entry_id: int, gl_type: str, account: str, debit: Decimal) -> Json:
    side = "debit" if debit >= 0 else "credit"
    return {
        "id": entry_id,
        "accountType": gl_type,
        "name": _TYPE_NAMES[gl_type],
        "accountNumber": account,
        side: abs(debit),
        "cost": Decimal("0.0"),
        "invoice": invoice_reference(site, invoice),
    }


def _line_entry(site: Site, invoice: Invoice, line: Line) -> Json:
    row = _entry(site, invoice, line.entry_id, line.gl_type, line.account, -line.amount)
    if line.amount == 0:
        row["credit"] = row.pop("debit")
    if line.item_id:
        row["item"] = CATALOG_BY_ID[line.item_id].identifier
    if line.cost:
        row["cost"] = line.cost
        row["costOfGoodsSoldAccountNumber"] = line.cost_account
    return row
