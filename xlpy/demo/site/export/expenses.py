"""The GL export of expenses, in both forms: bills of a member and period, or one journal per expense.

Manage API, expenses in the export: a bill's header and lines are positive, and its number is a GL entry id with the
member's id. Of the other form the signs are unverified: here the expense is positive and its offset negative, the
other way round for a correction.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from xlpy.demo.site.door.answers import Json
from xlpy.demo.site.masters import company_reference, currency_reference
from xlpy.demo.site.payables_masters import classification_reference, member_reference
from xlpy.demo.site.payables_records import PERSONAL, Expense
from xlpy.demo.site.store import Site
from xlpy.domain.values.money import total

OpenExpense = tuple[Expense, Collection[int]]


def is_exported(site: Site, expense: Expense) -> bool:
    """Whether the export shows an expense at all: personal ones never.

    Of those that are not reimbursable it is unverified, so the site has a switch.
    """
    return expense.reimbursable or (expense.classification != PERSONAL and site.exports_non_reimbursable)


def expense_bills(site: Site, chosen: Sequence[OpenExpense], listed: Collection[Expense]) -> list[Json]:
    """Return one bill per member, period and currency. ``listed``: all expenses that the list or batch has.

    The header's id is that of any of the member's listed expenses of the period, be it part of the bill or not.
    """
    bills: dict[tuple[int, date, str], list[OpenExpense]] = {}
    for expense, entry_ids in chosen:
        if is_exported(site, expense):
            bills.setdefault((expense.member_id, expense.period_start, expense.currency), []).append(
                (expense, entry_ids)
            )
    return [_bill(site, lines, listed) for lines in bills.values()]


def expense_journals(site: Site, chosen: Sequence[OpenExpense]) -> list[Json]:
    """Return one object per expense with its offset; entries that are in a batch already are left out."""
    return [_journal(site, expense, ids) for expense, ids in chosen if is_exported(site, expense)]


def expense_vendors(site: Site, chosen: Sequence[OpenExpense]) -> list[Json]:
    """Return every member with expenses in the export."""
    members = {expense.member_id for expense, _ in chosen if is_exported(site, expense)}
    rows = []
    for number in sorted(members):
        member = site.table("members")[number]
        rows.append({"member": member_reference(member), "vendorNumber": member.get("vendorNumber", "")})
    return rows


def _bill(site: Site, lines: Sequence[OpenExpense], listed: Collection[Expense]) -> Json:
    first = lines[0][0]
    member = site.table("members")[first.member_id]
    of_period = [e for e in listed if (e.member_id, e.period_start) == (first.member_id, first.period_start)]
    header_id = min(e.entry_id for e in of_period)
    return {
        "id": header_id,
        "documentDate": _without_zone(first.period_end),
        "documentType": "GENERAL JOURNAL",
        "documentNumber": f"{header_id}{member['identifier']}",
        "memo": f"Expenses for {first.period_start.isoformat()} - {first.period_end.isoformat()}",
        "glClass": "",
        "apAccountNumber": first.credit_account,
        "member": member_reference(member),
        "vendorNumber": member.get("vendorNumber", ""),
        "currency": currency_reference(first.currency),
        "total": total(expense.total for expense, _ in lines),
        "detail": [_bill_line(site, expense, entry_ids) for expense, entry_ids in lines],
    }


def _bill_line(site: Site, expense: Expense, entry_ids: Collection[int]) -> Json:
    row: Json = {
        "id": [entry_id for entry_id in expense.entry_ids if entry_id in entry_ids],
        "documentDate": _without_zone(expense.day),
        "glTypeId": expense.gl_type,
        "memo": expense.memo,
        "accountNumber": expense.account,
        "expenseClass": classification_reference(expense.classification),
        "currency": currency_reference(expense.currency),
        "total": expense.total,
        "billable": bool(expense.billable),
        "reimbursable": expense.reimbursable,
        "companyAdvance": expense.company_advance,
    }
    if expense.company_id:
        row["company"] = company_reference(site.table("companies")[expense.company_id])
    return row


def _journal(site: Site, expense: Expense, entry_ids: Collection[int]) -> Json:
    member = site.table("members")[expense.member_id]
    offset: Json = {
        "documentDate": _without_zone(expense.day),
        "documentType": "GENERAL JOURNAL",
        "accountNumber": expense.credit_account,
        "glTypeId": "EO",
        "glClass": "",
        "member": member_reference(member),
        "memo": expense.memo,
        "description": expense.charge,
        "total": 0 - expense.total,
    }
    row: Json = {
        "documentDate": _without_zone(expense.day),
        "documentType": "GENERAL JOURNAL",
        "apAccountNumber": expense.credit_account,
        "apClass": "",
        "accountNumber": expense.account,
        "glClass": "",
        "glTypeId": expense.gl_type,
        "memo": expense.memo,
        "description": expense.charge,
        "periodStartDate": _without_zone(expense.period_start),
        "periodEndDate": _without_zone(expense.period_end),
        "member": member_reference(member),
        "vendorNumber": member.get("vendorNumber", ""),
        "currency": currency_reference(expense.currency),
        "total": expense.total,
        "offset": offset,
    }
    if expense.entry_id in entry_ids:
        row["id"] = expense.entry_id
    if expense.offset_id in entry_ids:
        offset["id"] = expense.offset_id
    if expense.company_id:
        company = site.table("companies")[expense.company_id]
        row["company"] = company_reference(company)
        row["companyAccountNumber"] = company.get("accountNumber", "")
    return row


def _without_zone(day: date) -> str:
    return f"{day.isoformat()}T00:00:00"
