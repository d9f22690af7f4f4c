"""Masters that documents refer to and Manage did not give, though it was asked for them again.

Nothing may be concluded from that: not that a company has no account, nor that a product is none of the inventory.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from xlpy.domain.checks.table import bound, found
from xlpy.domain.facts.manage import ExportInvoice, ManageMasters, Ref
from xlpy.domain.facts.manage_expenses import ExportedExpenses
from xlpy.domain.facts.manage_procurement import ExportedProcurement
from xlpy.domain.values.problems import Problem
from xlpy.domain.values.transactions import Kind, TransactionKey

_SCREENS = {
    "company": "Manage: Companies > Company Maintenance",
    "member": "Manage: System > Members",
    "product": "Manage: Procurement > Product Catalog",
    "tax code": "Manage: System > Setup Tables > Tax Codes",
    "adjustment": "Manage: Procurement > Inventory Adjustments",
}


def masters_not_given(
    masters: ManageMasters,
    invoices: Iterable[ExportInvoice],
    expenses: ExportedExpenses,
    procurement: ExportedProcurement,
    chosen: Collection[TransactionKey] | None = None,
) -> Iterator[Problem]:
    """Yield a stop for each document and master that Manage did not give. ``chosen``: of invoices, only these."""
    for invoice in invoices:
        key = TransactionKey(Kind.INVOICE, str(invoice.id))
        if chosen is None or key in chosen:
            refs = [("company", invoice.company), ("tax code", invoice.tax_code)]
            refs += [("product", line.item) for line in invoice.lines]
            yield from _missing(masters, refs, invoice.number, str(key))
    for bill in expenses.bills:
        yield from _missing(masters, [("member", bill.member)], bill.document_number)
    for expense in expenses.expenses:
        yield from _missing(masters, [("member", expense.member)], expense.description or str(expense.id))
    for purchase in procurement.purchases:
        refs = [("company", purchase.company), ("tax code", purchase.tax_code)]
        refs += [("product", line.item) for line in purchase.lines]
        yield from _missing(masters, refs, purchase.document_number)
    for adjustment in procurement.adjustments:
        refs = [("adjustment", Ref(adjustment.adjustment_id)), *(("product", line.item) for line in adjustment.lines)]
        yield from _missing(masters, refs, adjustment.description)
    for transfer in procurement.transfers:
        yield from _missing(masters, [("product", transfer.item)], transfer.description or transfer.id)


def _missing(
    masters: ManageMasters, refs: Sequence[tuple[str, Ref]], number: str, transaction_id: str = ""
) -> Iterator[Problem]:
    given: Mapping[str, Collection[int]] = {
        "company": masters.companies,
        "member": masters.members,
        "product": masters.catalog,
        "tax code": masters.tax_codes,
        "adjustment": masters.adjustments,
    }
    for sort, ref in dict.fromkeys(refs):
        if ref.id and ref.id not in given[sort]:
            called = ref.identifier or ref.name or f"id {ref.id}"
            problem = found("NOT-GIVEN", called, sort=sort, called=called)
            yield replace(bound(problem, number, transaction_id), where=_SCREENS[sort])
