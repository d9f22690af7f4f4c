"""The currency of an exported document when the export leaves it out: never guessed, never the base currency by itself.

The unposted row's comes first, then the company's. Two that differ, or none where the site has several, stop the
document. Source: Manage API: currency (``currencyCode``, ``isoCode`` on older servers; it may be absent).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from xlpy.domain.checks.table import bound, found
from xlpy.domain.facts.manage import ExportInvoice, ManageMasters, UnpostedInvoice
from xlpy.domain.facts.manage_expenses import ExportedExpenses, ExportExpense, ExportExpenseBill, UnpostedExpense
from xlpy.domain.facts.manage_procurement import ExportedProcurement, ExportPurchase, UnpostedProcurement
from xlpy.domain.values.problems import Problem
from xlpy.domain.values.transactions import Kind, TransactionKey

EXPORT, ROW, COMPANY, SITE = "the export", "the unposted list", "the company", "the only currency of the site"


@dataclass(frozen=True, slots=True)
class Known:
    """A currency and what is to be told of it. ``code`` empty: not known."""

    code: str
    problems: tuple[Problem, ...] = ()


def known_currency(exported: str, rows: Collection[str], company: str, site: Collection[str]) -> Known:
    """Return the currency of a document. ``rows``: those of the unposted rows it came from; ``site``: Manage's own.

    The export's own is taken when it has one, unless a row says otherwise. ``site`` may have a currency by two names.
    """
    shown = sorted({code for code in rows if code})
    if len(shown) > 1:
        return Known(exported, (_differ(shown[0], ROW, shown[1], ROW),))
    row = shown[0] if shown else ""
    if exported:
        differ = bool(row) and row != exported
        return Known(exported, (_differ(exported, EXPORT, row, ROW),) if differ else ())
    if row and company and row != company:
        return Known(row, (_differ(row, ROW, company, COMPANY),))
    several = sorted(set(site))
    alone = several[0] if len(several) == 1 else ""
    for code, source in ((row, ROW), (company, COMPANY), (alone, SITE)):
        if code:
            return Known(code, (found("CURY-TAKEN", code, currency=code, source=source),))
    return Known("", (found("CURY-NOT-KNOWN", currencies=", ".join(several)),) if several else ())


def _differ(one: str, first: str, two: str, second: str) -> Problem:
    return found("CURY-DIFFERS", f"{one}, {two}", one=one, first=first, two=two, second=second)


@dataclass(frozen=True, slots=True)
class WithCurrencies:
    """The documents of an export, each with its currency, and what is to be told."""

    invoices: tuple[ExportInvoice, ...]
    expenses: ExportedExpenses
    procurement: ExportedProcurement
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class RowsOf:
    """The unposted rows that an export was asked for."""

    invoices: Sequence[UnpostedInvoice] = ()
    expenses: Sequence[UnpostedExpense] = ()
    procurement: Sequence[UnpostedProcurement] = ()


def with_currencies(
    invoices: Iterable[ExportInvoice],
    expenses: ExportedExpenses,
    procurement: ExportedProcurement,
    rows: RowsOf,
    masters: ManageMasters,
) -> WithCurrencies:
    """Give every exported document its currency. Adjustments and transfers have none: they are in base currency."""
    site = tuple(masters.decimals)
    told: list[Problem] = []
    by_id = {row.billing_log_id: row for row in rows.invoices}

    def take(known: Known, number: str, keys: Sequence[str]) -> str:
        told.extend(bound(problem, number, key) for problem in known.problems for key in keys or ("",))
        return known.code

    def company(number: int) -> str:
        record = masters.companies.get(number)
        return record.currency if record else ""

    def invoice_currency(one: ExportInvoice) -> str:
        row = by_id.get(one.id)
        known = known_currency(one.currency, {row.currency} if row else (), company(one.company.id), site)
        return take(known, one.number, [str(TransactionKey(Kind.INVOICE, str(one.id)))])

    def expense_currency(one: ExportExpenseBill | ExportExpense, number: str) -> str:
        mine = expense_rows_of(one, rows.expenses)
        known = known_currency(one.currency, {row.currency for row in mine}, "", site)
        return take(known, number, [str(TransactionKey(Kind.EXPENSE, str(row.expense_detail_id))) for row in mine])

    def purchase_currency(one: ExportPurchase) -> str:
        mine = receipt_rows_of(one, rows.procurement)
        known = known_currency(one.currency, {row.currency for row in mine}, company(one.company.id), site)
        keys = [str(TransactionKey(Kind.PROCUREMENT, row.unposted_product_id)) for row in mine]
        return take(known, one.document_number, keys)

    return WithCurrencies(
        tuple(replace(one, currency=invoice_currency(one)) for one in invoices),
        ExportedExpenses(
            tuple(replace(bill, currency=expense_currency(bill, bill.document_number)) for bill in expenses.bills),
            tuple(replace(one, currency=expense_currency(one, one.description)) for one in expenses.expenses),
        ),
        replace(
            procurement,
            purchases=tuple(replace(one, currency=purchase_currency(one)) for one in procurement.purchases),
        ),
        tuple(dict.fromkeys(told)),
    )


def expense_rows_of(
    document: ExportExpenseBill | ExportExpense, rows: Sequence[UnpostedExpense]
) -> list[UnpostedExpense]:
    """Return the unposted rows of a bill or expense: by GL entry, else (unverified that they have it) by member."""
    ids = set(document.all_entry_ids)
    own = [row for row in rows if row.id in ids]
    return own or [row for row in rows if row.member.id == document.member.id]


def receipt_rows_of(purchase: ExportPurchase, rows: Iterable[UnpostedProcurement]) -> list[UnpostedProcurement]:
    """Return the rows of a receipt: by GL entry, else those of its order."""
    listed = list(rows)
    ids = set(purchase.all_entry_ids)
    own = [row for row in listed if ids.intersection(row.entry_ids)]
    return own or [row for row in listed if row.purchase_order.name == purchase.document_number != ""]
