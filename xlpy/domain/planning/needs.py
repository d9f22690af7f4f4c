"""What has to be read from SL for the included rows. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from xlpy.domain.facts.books import BooksNeeds
from xlpy.domain.facts.manage import ExportInvoice, ManageMasters, UnpostedInvoice
from xlpy.domain.facts.manage_expenses import ExportedExpenses, ExportExpense, ExportExpenseBill, UnpostedExpense
from xlpy.domain.facts.manage_procurement import ExportedProcurement, ExportPurchase, UnpostedProcurement
from xlpy.domain.facts.matching import (
    ADJUSTMENT,
    PURCHASE,
    TRANSFER,
    match_expense_bills,
    match_procurement,
    match_purchases,
    procurement_kind,
)
from xlpy.domain.facts.payables_books import PayablesNeeds
from xlpy.domain.facts.stock_books import StockNeeds
from xlpy.domain.mapping.customers import accounts_that_may_owe
from xlpy.domain.mapping.items import invt_id_of
from xlpy.domain.mapping.references import WIDEST_REFERENCE, reference_of
from xlpy.domain.mapping.vendors import names_of_member
from xlpy.domain.planning.makers.ap_expense_vouchers import INVOICE_PREFIX
from xlpy.domain.planning.makers.ap_receipt_vouchers import vendor_invoice_number
from xlpy.domain.planning.makers.request import IncludedRow
from xlpy.domain.planning.own_facts import invoice_facts
from xlpy.domain.planning.own_rules import OwnRules
from xlpy.domain.values.rules import PostingRules
from xlpy.domain.values.site_rules import NO_RULES, SiteRules
from xlpy.domain.values.transactions import Kind, TransactionKey
from xlpy.domain.values.widths import Widths


def needs_of(
    included: Sequence[IncludedRow[UnpostedInvoice]],
    expenses: Sequence[IncludedRow[UnpostedExpense]],
    procurement: Sequence[IncludedRow[UnpostedProcurement]],
    exported_invoices: Iterable[ExportInvoice],
    exported_expenses: ExportedExpenses,
    exported_procurement: ExportedProcurement,
    masters: ManageMasters,
    posting: PostingRules,
    rules: SiteRules = NO_RULES,
) -> BooksNeeds:
    """Return what has to be read from SL for transactions of all kinds. ``rules``: the firm's own."""
    invoices = invoice_needs(exported_invoices, included, masters, posting, rules)
    journals = journal_needs(expenses, exported_expenses.expenses, masters)
    vouchers = voucher_needs(exported_expenses.bills, exported_procurement.purchases, expenses, procurement, masters)
    currencies = {row.unposted.currency for row in expenses} | {row.unposted.currency for row in procurement}
    keys = frozenset(row.key for row in expenses) | frozenset(row.key for row in procurement)
    currencies |= {bill.currency for bill in exported_expenses.bills}
    currencies |= {purchase.currency for purchase in exported_procurement.purchases}
    return replace(
        invoices,
        currencies=invoices.currencies | journals.currencies | frozenset(currencies - {""}),
        transactions=invoices.transactions | keys,
        payables=replace(vouchers, vendors=journals.payables.vendors | vouchers.vendors),
        stock=stock_needs(procurement, exported_procurement, masters),
    )


def invoice_needs(
    export: Iterable[ExportInvoice],
    included: Iterable[IncludedRow[UnpostedInvoice]],
    masters: ManageMasters,
    posting: PostingRules,
    rules: SiteRules = NO_RULES,
) -> BooksNeeds:
    """Return what has to be read from SL for these transactions: also what it would be without the firm's rules."""
    own = OwnRules(rules, Widths({}, "cp1252"), posting)  # SL's own widths are not known yet, and not used here
    rows = {entry.key.record_id: entry.unposted for entry in included}
    keys = frozenset(TransactionKey(Kind.INVOICE, record) for record in rows)
    customers: set[str] = set()
    names: set[str] = set()
    references: set[str] = set()
    currencies: set[str] = set()
    for invoice in export:
        unposted = rows.get(str(invoice.id))
        if unposted is None:
            continue
        customers |= accounts_that_may_owe(invoice, unposted, masters)
        for company_id in {invoice.company.id, unposted.company.id, unposted.bill_to.id}:
            if company_id in masters.companies:
                names.add(masters.companies[company_id].name)
        references.add(reference_of(invoice.number, posting))
        if rules.has("reference") or rules.has("customer"):
            facts = invoice_facts(invoice, unposted, masters)
            references.add(own.given("reference", facts))
            customers |= {own.given("customer", facts)} - {""}
        currencies.add(invoice.currency)
    return BooksNeeds(
        customers=frozenset(customers),
        customer_names=frozenset(names - {""}),
        references=frozenset(r for r in references if 0 < len(r) <= WIDEST_REFERENCE),
        currencies=frozenset(currencies - {""}),
        transactions=keys,
    )


def voucher_needs(
    bills: Iterable[ExportExpenseBill],
    purchases: Iterable[ExportPurchase],
    expenses: Iterable[IncludedRow[UnpostedExpense]],
    procurement: Iterable[IncludedRow[UnpostedProcurement]],
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


def journal_needs(
    included: Iterable[IncludedRow[UnpostedExpense]], export: Iterable[ExportExpense], masters: ManageMasters
) -> BooksNeeds:
    """Return what has to be read from SL for these expenses."""
    rows = tuple(included)
    members = {row.unposted.member.id for row in rows}
    expenses = [expense for expense in export if expense.member.id in members]
    vendors = {expense.vendor_number for expense in expenses}
    vendors |= {masters.members[key].vendor_number for key in members if key in masters.members}
    currencies = {expense.currency for expense in expenses} | {row.unposted.currency for row in rows}
    return BooksNeeds(
        currencies=frozenset(currencies - {""}),
        transactions=frozenset(row.key for row in rows),
        payables=PayablesNeeds(vendors=frozenset(vendors - {""})),
    )


def stock_needs(
    included: Iterable[IncludedRow[UnpostedProcurement]], export: ExportedProcurement, masters: ManageMasters
) -> StockNeeds:
    """Return the items and sites that have to be read from SL for the included adjustments and transfers."""
    matched = match_procurement(_stock_rows(included), export)
    products = {line.item for _, made in matched.adjustments.pairs for one in made for line in one.lines}
    products |= {one.item for _, made in matched.transfers.pairs for one in made}
    sites = {one.from_location_xref for _, made in matched.transfers.pairs for one in made}
    sites |= {one.to_location_xref for _, made in matched.transfers.pairs for one in made}
    for _, made in matched.adjustments.pairs:
        for one in made:
            record = masters.adjustments.get(one.adjustment_id)
            warehouses = {line.warehouse.id for line in record.lines} if record else set()
            sites |= {masters.warehouses[key].location_xref for key in warehouses if key in masters.warehouses}
    return StockNeeds(
        items=frozenset({invt_id_of(product, masters) for product in products} - {""}),
        sites=frozenset({site.strip() for site in sites} - {""}),
    )


def _stock_rows(included: Iterable[IncludedRow[UnpostedProcurement]]) -> tuple[UnpostedProcurement, ...]:
    """Return the rows of adjustments and transfers, each once."""
    rows = (row.unposted for row in included)
    return tuple(dict.fromkeys(row for row in rows if procurement_kind(row) in (ADJUSTMENT, TRANSFER)))
