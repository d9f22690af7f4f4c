"""How the site lists unposted expenses and procurement, with their tax by level.

Procurement has one row per GL line, so several rows share one ``unpostedProductId`` (Manage API: procurement). A
row's ``total`` is its own line's; header amounts are repeated on every row. Both are unverified.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from xlpy.demo.site.door.answers import Json, not_found
from xlpy.demo.site.masters import company_reference, currency_reference
from xlpy.demo.site.payables_masters import (
    CHARGE_CODES,
    expense_type_reference,
    member_reference,
    payment_reference,
)
from xlpy.demo.site.payables_records import Adjustment, Expense, ProcurementDocument, Receipt, Transfer
from xlpy.demo.site.records import TaxLevel
from xlpy.demo.site.shown.unposted import LEVEL_NAMES, midnight
from xlpy.demo.site.store import Site
from xlpy.domain.values.money import total


def unposted_expense_rows(site: Site) -> list[Json]:
    """Return the rows of the unposted expenses; a row's id is the GL entry id of the expense, not of its offset."""
    return site.remember("unposted expenses", lambda: [_expense_row(site, e) for e in site.unposted_expenses()])


def unposted_expense_levels(site: Site, row_id: int) -> list[Json]:
    """Return the tax by level of an unposted expense by its row's id. Refuses (404) no such row."""
    found = next((expense for expense in site.unposted_expenses() if expense.entry_id == row_id), None)
    if found is None:
        raise not_found("UnpostedExpense", row_id)
    return _taxable_levels(found.levels)


def unposted_procurement_rows(site: Site) -> list[Json]:
    """Return the rows of the unposted procurement: those GL lines that are in no batch."""

    def build() -> list[Json]:
        batched = site.records.batched
        return [row for d in site.unposted_procurement() for row in _rows_of(site, d) if row["id"] not in batched]

    return site.remember("unposted procurement", build)


def unposted_procurement_levels(site: Site, row_id: int) -> list[Json]:
    """Return the tax by level of the receipt that an unposted row belongs to. Refuses (404) no such row."""
    if all(row["id"] != row_id for row in unposted_procurement_rows(site)):
        raise not_found("UnpostedProcurement", row_id)
    document = next(d for d in site.unposted_procurement() if row_id in d.entry_ids)
    return _taxable_levels(_levels_of(document))


def _expense_row(site: Site, expense: Expense) -> Json:
    row: Json = {
        "id": expense.entry_id,
        "locationId": expense.location_id,
        "departmentId": expense.department_id,
        "accountNumber": expense.account,
        "creditAccount": expense.credit_account,
        "expenseDetailId": expense.id,
        "expenseType": expense_type_reference(expense.expense_type_id),
        "classification": expense.classification,
        "glType": expense.gl_type,
        "member": member_reference(site.table("members")[expense.member_id]),
        "dateExpense": midnight(expense.day),
        "chargeDescription": expense.charge,
        "inPolicy": None,
        "paymentMethod": payment_reference(expense.payment_method_id),
        "currency": currency_reference(expense.currency),
        "total": expense.total,
        "billableAmount": expense.billable,
        "nonBillableAmount": expense.total - expense.billable,
        "avalaraTaxFlag": False,
        "itemTaxableFlag": None,
        "dateClosed": _moment(expense),
        **_tax_fields(site, expense.tax_code_id, expense.levels),
    }
    if expense.company_id:
        row["company"] = company_reference(site.table("companies")[expense.company_id])
        row["ticket"] = {"id": expense.ticket, "summary": expense.memo}
    else:
        row["chargeCode"] = {"id": expense.charge_code, "name": CHARGE_CODES[expense.charge_code]}
    if expense.levels:
        row["salesTaxAmount"] = total(level.tax for level in expense.levels)
    return row


def _rows_of(site: Site, document: ProcurementDocument) -> list[Json]:
    match document:
        case Receipt():
            return _receipt_rows(site, document)
        case Adjustment():
            amounts = [(line.entry_id, line.amount) for line in document.lines]
            return [_stock_row(document, "Adjustment", document.reason, *pair) for pair in amounts]
        case Transfer():
            amounts = [(line.entry_id, line.amount) for line in document.lines]
            return [_stock_row(document, "Transfer", document.memo, *pair) for pair in amounts]


def _stock_row(document: Adjustment | Transfer, kind: str, text: str, entry_id: int, amount: Decimal) -> Json:
    return {
        "id": entry_id,
        "description": text,
        "unpostedProductId": document.unposted_product_id,
        "locationId": document.location_id,
        "departmentId": document.department_id,
        "procurementType": kind,
        "total": amount,
        "avalaraTaxFlag": None,
        "dateClosed": _moment(document),
    }


def _receipt_rows(site: Site, receipt: Receipt) -> list[Json]:
    order = site.records.orders[receipt.order_id]
    vendor = site.table("companies")[order.vendor_id]
    shared: Json = {
        "unpostedProductId": receipt.unposted_product_id,
        "locationId": receipt.location_id,
        "departmentId": order.department_id,
        "procurementType": "Purchase",
        "purchaseOrder": {"id": order.id, "name": order.number},
        "purchaseDate": midnight(receipt.day),
        "billingTerms": {"id": order.terms_id, "name": site.table("billingTerms")[order.terms_id]["name"]},
        "currency": currency_reference(order.currency),
        "avalaraTaxFlag": False,
        "purchaseOrderTaxableFlag": bool(receipt.taxes),
        "vendor": company_reference(vendor),
        "vendorAccountNumber": vendor.get("accountNumber", ""),
        "vendorInvoiceNumber": receipt.vendor_invoice_number,
        "taxFreightFlag": False,
        "freightTaxTotal": None,
        "freightCost": receipt.freight,
        "taxTotal": receipt.tax,
        "dateClosed": _moment(receipt),
        **_tax_fields(site, order.tax_code_id, _levels_of(receipt)),
    }
    if receipt.vendor_invoice_date:
        shared["vendorInvoiceDate"] = midnight(receipt.vendor_invoice_date)
    if order.customer_id:
        shared["customer"] = company_reference(site.table("companies")[order.customer_id])
    amounts = [(line.entry_id, line.amount) for line in receipt.lines]
    amounts += [(tax.entry_id, tax.level.tax) for tax in receipt.taxes]
    return [{"id": entry_id, "description": "Purchase", **shared, "total": amount} for entry_id, amount in amounts]


def _levels_of(document: ProcurementDocument) -> Sequence[TaxLevel]:
    return [tax.level for tax in document.taxes] if isinstance(document, Receipt) else ()


def _tax_fields(site: Site, tax_code_id: int, levels: Iterable[TaxLevel]) -> Mapping[str, object]:
    fields: Json = {}
    if tax_code_id:
        fields["taxCode"] = {"id": tax_code_id, "name": site.table("taxCodes")[tax_code_id]["identifier"]}
    for level in levels:
        name = LEVEL_NAMES[level.level - 1]
        fields |= {f"{name}TaxFlag": True, f"{name}TaxXref": level.xref, f"{name}TaxAmount": level.tax}
    return fields


def _taxable_levels(levels: Iterable[TaxLevel]) -> list[Json]:
    return [{"id": x.level, "taxLevel": x.level, "taxCodeXref": x.xref, "taxAmount": x.tax} for x in levels]


def _moment(document: Expense | ProcurementDocument) -> str:
    return document.closed_at.strftime("%Y-%m-%dT%H:%M:%SZ")
