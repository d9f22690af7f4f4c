"""Accruals as the JSON of ``--json``, as words for the console, and as a page to print. Money is text in JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from xlpy.domain.afterwards.accruals import AccrualRow, AccrualSection, AccrualsReport
from xlpy.domain.facts.periods import format_period
from xlpy.domain.values.money import ZERO
from xlpy.services.as_json.run import failed_json
from xlpy.services.reconciling.printed_page import Page, PageRow

if TYPE_CHECKING:
    from xlpy.services.run.session import Session

HEADS = (
    *("Section", "Period", "Kind", "Age", "Count", "Transaction", "Date", "Customer/Vendor", "Name", "Account", "Sub"),
    *("Amount", "Currency", "Base amount", "Base difference", "Message"),
)


def accruals_said(report: AccrualsReport) -> str:
    """Say in one sentence how much each list has, in base currency; what has no rate is not in the sums."""
    unposted = report.of(AccrualSection.UNPOSTED)
    receipts = report.of(AccrualSection.NOT_INVOICED)
    deposits = report.of(AccrualSection.DEPOSIT)
    count = sum(row.count for row in unposted)
    received = len({row.transaction for row in receipts})
    said = (
        f"Through {report.through}: {count} unposted transactions; {received} receipts without a vendor invoice,"
        f" {_sum(receipts)} {report.base_currency}; open down payments {_sum(deposits)} {report.base_currency}."
    )
    return f"{said}{''.join(f' {message}' for message in report.messages)}"


def accruals_json(report: AccrualsReport) -> dict[str, Any]:
    """Render everything; ``results`` are the rows, list by list."""
    return {
        **failed_json(accruals_said(report)),
        "state": "listed",
        "through": report.through.isoformat(),
        "period": format_period(report.period),
        "company": report.company,
        "base_currency": report.base_currency,
        "results": [_plain(row) for row in report.rows],
        "messages": list(report.messages),
    }


def accruals_text(report: AccrualsReport) -> str:
    """Say in lines for the console what each list has."""
    return "\n".join([accruals_said(report), *_lines(report)])


def _lines(report: AccrualsReport) -> Iterator[str]:
    for row in report.rows:
        what = f"{row.kind} {format_period(row.period)} {row.age}" if row.section is AccrualSection.UNPOSTED else ""
        name = what or f"{row.transaction} {row.party} {row.acct} {row.sub}".strip()
        amount = "" if row.amount is None else f"{row.amount} {row.currency}, "
        left = "" if row.difference is None else f", difference {row.difference}"
        yield f"  {row.section}: {name}: {amount}base {'unknown' if row.base is None else row.base}{left}"


def accruals_page(report: AccrualsReport, session: Session) -> Page:
    """Return the page that an accountant prints and signs."""
    words = (
        f"{report.company}, base currency {report.base_currency}",
        f"Manage: {session.manage.host}. Made {session.now():%Y-%m-%d %H:%M} by {session.user} on {session.host}.",
        accruals_said(report),
    )
    rows = [
        PageRow(
            (
                *(str(row.section), format_period(row.period), row.kind, row.age, row.count, row.transaction),
                *(row.day or "", row.party, row.name, row.acct, row.sub, row.amount, row.currency, row.base),
                *(row.difference, row.message),
            )
        )
        for row in report.rows
    ]
    return Page(f"Accruals through {report.through}", words, HEADS, rows, report.messages)


def _sum(rows: tuple[AccrualRow, ...]) -> Decimal:
    return sum((row.base for row in rows if row.base is not None), ZERO)


def _plain(row: AccrualRow) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, one in asdict(row).items():
        made[name] = str(one) if isinstance(one, Decimal | date) else one
    return made | {"section": str(row.section), "period": format_period(row.period)}
