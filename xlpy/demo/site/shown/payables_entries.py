"""The GL entries of expenses and procurement as a batch shows them, with references to what they come from.

The texts in ``accountType`` and ``name`` are unverified; nobody may branch on them. A receipt has no entry of its own
on the payable account, and an adjustment none on its inventory account.
"""

from __future__ import annotations

from decimal import Decimal

from xlpy.demo.site.catalog import CATALOG_BY_ID
from xlpy.demo.site.door.answers import Json
from xlpy.demo.site.payables_records import EXPENSE, RECEIPT, TRANSFER, Adjustment, Expense, Receipt, Transfer
from xlpy.demo.site.records import GlEntry
from xlpy.demo.site.store import Site

_TYPE_NAMES = {
    "EE": "Expense - External",
    "EI": "Expense - Internal",
    "EO": "Expense Offset",
    "RP": "Revenue - Product",
    "PF": "Purchase Freight",
    "PT": "Purchase Tax",
    "IA": "Inventory Adjustment",
    "IT": "Inventory Transfer",
}


def payables_entry(site: Site, entry: GlEntry) -> Json:
    """Return a GL entry of an expense, receipt, adjustment or transfer; debit and credit are positive columns."""
    records = site.records
    if entry.kind == EXPENSE:
        return _of_expense(records.expenses[entry.document_id], entry.id)
    if entry.kind == RECEIPT:
        return _of_receipt(site, records.receipts[entry.document_id], entry.id)
    if entry.kind == TRANSFER:
        return _of_transfer(records.transfers[entry.document_id], entry.id)
    return _of_adjustment(records.adjustments[entry.document_id], entry.id)


def purchase_line_id(order_id: int, line_number: int) -> int:
    """Return the id of a purchase order's line."""
    return order_id * 100 + line_number


def _entry(entry_id: int, gl_type: str, account: str, debit: Decimal) -> Json:
    return {
        "id": entry_id,
        "accountType": gl_type,
        "name": _TYPE_NAMES[gl_type],
        "accountNumber": account,
        "debit" if debit >= 0 else "credit": abs(debit),
        "cost": Decimal("0.0"),
    }


def _of_expense(expense: Expense, entry_id: int) -> Json:
    if entry_id == expense.entry_id:
        row = _entry(entry_id, expense.gl_type, expense.account, expense.total)
    else:
        row = _entry(entry_id, "EO", expense.credit_account, -expense.total)
    return row | {"expense": {"id": expense.id, "amount": expense.total}}


def _of_receipt(site: Site, receipt: Receipt, entry_id: int) -> Json:
    order = site.records.orders[receipt.order_id]
    reference: Json = {"purchaseOrder": {"id": order.id, "name": order.number}}
    for tax in receipt.taxes:
        if tax.entry_id == entry_id:
            return _entry(entry_id, "PT", tax.account, tax.level.tax) | reference
    line = next(line for line in receipt.lines if line.entry_id == entry_id)
    row = _entry(entry_id, line.gl_type, line.account, line.amount) | reference
    if line.item_id:
        row["lineItem"] = {
            "id": purchase_line_id(order.id, line.line_number),
            "identifier": CATALOG_BY_ID[line.item_id].identifier,
        }
        row["item"] = CATALOG_BY_ID[line.item_id].identifier
        row["cost"] = line.amount
        row["costOfGoodsSoldAccountNumber"] = line.cost_account
    return row


def _of_adjustment(adjustment: Adjustment, entry_id: int) -> Json:
    line = next(line for line in adjustment.lines if line.entry_id == entry_id)
    item = CATALOG_BY_ID[line.item_id]
    return _entry(entry_id, "IA", adjustment.account, -line.amount) | {
        "item": item.identifier,
        "cost": abs(line.amount),
        "costOfGoodsSoldAccountNumber": line.cost_account,
        "adjustmentDetail": {"id": entry_id, "name": f"{adjustment.id}-{adjustment.reason}"},
    }


def _of_transfer(transfer: Transfer, entry_id: int) -> Json:
    line = next(line for line in transfer.lines if entry_id in (line.entry_id, line.offset_id))
    if entry_id == line.entry_id:
        row = _entry(entry_id, "IT", line.account, line.amount)
    else:
        row = _entry(entry_id, "IT", line.offset_account, -line.amount)
    return row | {
        "item": CATALOG_BY_ID[line.item_id].identifier,
        "cost": line.amount,
        "transfer": str(transfer.id),
    }
