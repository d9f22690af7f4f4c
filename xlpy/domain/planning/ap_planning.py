"""Vouchers of a plan: what has to be read from SL for them, and how they are planned. No I/O."""

from __future__ import annotations

from collections.abc import Iterable

from xlpy.domain.facts.manage import ManageMasters
from xlpy.domain.facts.manage_expenses import ExportExpenseBill
from xlpy.domain.facts.manage_procurement import ExportPurchase
from xlpy.domain.facts.matching import PURCHASE, match_expense_bills, match_purchases, procurement_kind
from xlpy.domain.facts.payables_books import PayablesNeeds
from xlpy.domain.mapping.vendors import names_of_member
from xlpy.domain.planning.ap_expense_rows import plan_expense_bills
from xlpy.domain.planning.ap_expenses import INVOICE_PREFIX
from xlpy.domain.planning.ap_receipt_rows import plan_receipts, receipts_to_look_up
from xlpy.domain.planning.ap_receipts import vendor_invoice_number
from xlpy.domain.planning.ap_request import IncludedExpense, IncludedProcurement, PayablesDraft, PayablesRequest

__all__ = [
    "IncludedExpense",
    "IncludedProcurement",
    "PayablesDraft",
    "PayablesNeeds",
    "PayablesRequest",
    "payables_needs",
    "plan_expense_bills",
    "plan_receipts",
    "receipts_to_look_up",
]


def payables_needs(
    bills: Iterable[ExportExpenseBill],
    purchases: Iterable[ExportPurchase],
    expenses: Iterable[IncludedExpense],
    procurement: Iterable[IncludedProcurement],
    masters: ManageMasters,
) -> PayablesNeeds:
    """Return what has to be read from SL for the vouchers of these transactions.

    Which expenses will be on a voucher is not known before the ledger is read, so every number it may get is asked.
    """
    vendors: set[str] = set()
    names: set[str] = set()
    invoices: set[tuple[str, str]] = set()
    expense_rows = list(dict.fromkeys(entry.unposted for entry in expenses))
    for row, lines in match_expense_bills(expense_rows, list(bills)).pairs:
        for bill in {found_line.bill for found_line in lines}:
            vendors.add(bill.vendor_number)
            invoices.add((bill.vendor_number, f"{INVOICE_PREFIX}{row.expense_detail_id}"))
            member = masters.members.get(bill.member.id)
            names.update(names_of_member(member) if member else ())
    receipts = [entry.unposted for entry in procurement if procurement_kind(entry.unposted) == PURCHASE]
    for receipt, matched in match_purchases(list(dict.fromkeys(receipts)), list(purchases)).pairs:
        for purchase in matched:
            vendors.add(purchase.vendor_number)
            invoices.add((purchase.vendor_number, vendor_invoice_number(purchase, receipt)[0]))
            company = masters.companies.get(purchase.company.id)
            names.update({company.name} if company else ())
    return PayablesNeeds(
        vendors=frozenset(vendors - {""}),
        vendor_names=frozenset(names - {""}),
        vendor_invoices=frozenset((vendor, number) for vendor, number in invoices if vendor and number),
    )
