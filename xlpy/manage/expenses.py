"""Expenses of members: the unposted list and the export. Modelled on ``invoices``."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from functools import cache

from xlpy.domain.facts.manage_expenses import ExportedExpenses, UnpostedExpense
from xlpy.domain.values.transactions import Kind
from xlpy.manage import payables_records
from xlpy.manage.exporting import ExportRequest, Parts, export_in_chunks, refuse_twice
from xlpy.manage.http.transport import Transport
from xlpy.manage.paging import Data, Progress, read_list_as

UNPOSTED = "/finance/accounting/unpostedexpenses"
_log = logging.getLogger("xlpy.manage")


def unposted_expenses(
    transport: Transport,
    locations: Callable[[], Mapping[int, str]],
    progress: Progress | None = None,
    left_out: list[str] | None = None,
) -> list[UnpostedExpense]:
    """Return the unposted expenses, once each by ``expense_detail_id``; reimbursable or not.

    ``locations`` is asked for the names of the locations when there is an expense. Dates and locations are filtered
    by the caller: Manage's own filters on these fields are not reliable. ``left_out`` takes what has no id to export.
    """
    names = cache(locations)

    def made(data: Data) -> UnpostedExpense:
        return payables_records.unposted_expense(data, names())

    found: dict[int, UnpostedExpense] = {}
    for expense in read_list_as(transport, UNPOSTED, made, progress=progress):
        if not expense.expense_detail_id:
            _log.warning("Unposted expense %s has no id to export it by, and is left out", expense.id)
            if left_out is not None:
                left_out.append(str(expense.id))
            continue
        first = found.setdefault(expense.expense_detail_id, expense)
        if (first.total, first.account_number) != (expense.total, expense.account_number):
            _log.warning(
                "Unposted expense %s comes twice, with %s to %s and %s to %s; the first is shown",
                expense.expense_detail_id,
                first.total,
                first.account_number,
                expense.total,
                expense.account_number,
            )
    return list(found.values())


def export_expenses(
    transport: Transport, ids: Sequence[int], request: ExportRequest, *, progress: Progress | None = None
) -> ExportedExpenses:
    """Return the export of these expenses (``expense_detail_id``) in Manage's order; nothing in Manage changes.

    All in one call: a bill gathers a member's expenses of a period, and a second call would tear it into two. The
    answer names GL entries, not these ids: ``xlpy.domain.facts.matching`` says which expense each belongs to. Raises
    ``ManageError`` when a GL entry comes in two documents: it would be posted twice.
    """
    found = ExportedExpenses()
    for _, parts in export_in_chunks(transport, Kind.EXPENSE, ids, request, chunk=len(ids), progress=progress):
        found = read_exported(parts, set())  # there is one answer at most
    return found


def read_exported(parts: Parts, seen: set[int]) -> ExportedExpenses:
    """Return the expenses of an answer; their GL entry ids are added to ``seen``.

    Raises ``ManageError`` when a GL entry comes in two documents: it would be posted twice.
    """
    bills = tuple(map(payables_records.expense_bill, parts.get("expenseBills", ())))
    expenses = tuple(map(payables_records.expense, parts.get("expenses", ())))
    for bill in bills:
        refuse_twice(bill.all_entry_ids, seen, f"expense bill {bill.document_number or bill.id}")
    for expense in expenses:
        # Not the offset's id: whether two expenses can share one is unverified.
        refuse_twice((expense.id,), seen, f"expense {expense.id}")
    return ExportedExpenses(bills, expenses)
