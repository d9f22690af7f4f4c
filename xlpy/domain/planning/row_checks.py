"""Checks of marked rows against what the user saw at the refresh, Home's inputs, and what Manage exported."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from xlpy.domain.checks.table import bound, found
from xlpy.domain.documents.plan import PlanOptions
from xlpy.domain.facts.manage import UnpostedInvoice
from xlpy.domain.facts.manage_expenses import ExportedExpenses, UnpostedExpense
from xlpy.domain.facts.manage_procurement import ExportedProcurement, UnpostedProcurement
from xlpy.domain.facts.matching import (
    expense_number,
    match_expense_bills,
    match_expenses,
    match_procurement,
    procurement_number,
)
from xlpy.domain.planning.makers.request import IncludedRow
from xlpy.domain.values.money import round_money
from xlpy.domain.values.problems import Problem
from xlpy.domain.values.transactions import Kind, TransactionKey

Row = UnpostedInvoice | UnpostedExpense | UnpostedProcurement


def number_of_row(row: Row | None) -> str:
    """Return what the user knows a row by; empty for a row that nobody saw."""
    if row is None:
        return ""
    if isinstance(row, UnpostedInvoice):
        return row.number
    return expense_number(row) if isinstance(row, UnpostedExpense) else procurement_number(row)


def row_problems(key: TransactionKey, row: Row, seen: Row | None, options: PlanOptions) -> Iterable[Problem]:
    """Compare a marked row with what the user saw of it at the refresh, and with the inputs of Home.

    ``seen`` None: there was no refresh on this PC. A GL entry id, a name or a description may have changed.
    """
    number = number_of_row(row)
    facts = _FACTS[key.kind]
    changed = [] if seen is None else [what for what, of in facts.items() if of(seen) != of(row)]
    if seen is not None and changed:
        before, after = (", ".join(str(facts[what](each)) for what in changed) for each in (seen, row))
        yield bound(found("CHANGED", f"{before} → {after}", what=", ".join(changed)), number, str(key))
    day = _day_of(row)
    if options.location_id and row.location_id != options.location_id:
        other = found("NOT-CHOSEN", case="location", location=row.location or row.location_id)
        yield bound(other, number, str(key))
    elif day is not None and day > options.through_date:
        yield bound(found("NOT-CHOSEN", case="later", day=day.isoformat()), number, str(key))


def foreign_problems(
    expenses: Iterable[IncludedRow[UnpostedExpense]],
    procurement: Iterable[IncludedRow[UnpostedProcurement]],
    exported_expenses: ExportedExpenses,
    exported_procurement: ExportedProcurement,
) -> Iterable[Problem]:
    """Say when Manage exported a document that belongs to no marked row, or to several: nothing of it may be posted."""
    rows = [row.unposted for row in expenses]
    strangers = [line.line.memo for line in match_expense_bills(rows, exported_expenses.bills).foreign]
    strangers += [expense.memo for expense in match_expenses(rows, exported_expenses.expenses).foreign]
    stock = match_procurement([row.unposted for row in procurement], exported_procurement)
    strangers += [purchase.id for purchase in stock.purchases.foreign]
    strangers += [adjustment.description for adjustment in stock.adjustments.foreign]
    strangers += [f"Transfer {transfer.transfer_id}" for transfer in stock.transfers.foreign]
    for stranger in dict.fromkeys(strangers):
        yield found("FOREIGN", stranger)


def _day_of(row: Row) -> date | None:
    if isinstance(row, UnpostedInvoice):
        return row.invoice_date
    return row.expense_date if isinstance(row, UnpostedExpense) else row.document_date


def _money(name: str) -> Callable[[Any], str]:
    return lambda row: f"{round_money(getattr(row, name), row.decimals)}"


def _ref(name: str) -> Callable[[Any], int]:
    return lambda row: int(getattr(row, name).id)


def _plain(name: str) -> Callable[[Any], object]:
    return lambda row: getattr(row, name) or "none"


_FACTS: Mapping[Kind, Mapping[str, Callable[[Any], object]]] = {
    Kind.INVOICE: {
        "number": _plain("number"),
        "type": _plain("invoice_type"),
        "date": _plain("invoice_date"),
        "due date": _plain("due_date"),
        "company": _ref("company"),
        "bill-to company": _ref("bill_to"),
        "customer id": _plain("account_number"),
        "location": _plain("location_id"),
        "terms": _ref("terms"),
        "tax code": _ref("tax_code"),
        "currency": _plain("currency"),
        "subtotal": _money("subtotal"),
        "tax": _money("sales_tax"),
        "total": _money("total"),
    },
    Kind.EXPENSE: {
        "member": _ref("member"),
        "type": _ref("expense_type"),
        "classification": _plain("classification"),
        "date": _plain("expense_date"),
        "location": _plain("location_id"),
        "account": _plain("account_number"),
        "currency": _plain("currency"),
        "total": _money("total"),
    },
    Kind.PROCUREMENT: {
        "kind": _plain("kind"),
        "date": _plain("document_date"),
        "vendor": _ref("vendor"),
        "vendor invoice": _plain("vendor_invoice_number"),
        "location": _plain("location_id"),
        "currency": _plain("currency"),
        "total": _money("total"),
    },
}
