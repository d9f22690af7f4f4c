"""The morning report as the JSON of ``--json`` and of the file beside the page. Money is text, dates are ISO."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from xlpy.services.as_json.approval import approval_json
from xlpy.services.as_json.payments import sync_json
from xlpy.services.as_json.reconcile import reconcile_json
from xlpy.services.as_json.run import half_finished_json
from xlpy.services.morning.report import MorningReport, Waiting, totals_of


def morning_json(report: MorningReport) -> dict[str, Any]:
    """Render the report; ``exit_code`` is the command's."""
    return {
        "state": str(report.verdict),
        "exit_code": report.exit_code,
        "text": report.text,
        "at": report.at.isoformat(),
        "company": report.company,
        "site": report.site,
        "since": report.since.isoformat() if report.since else None,
        "waits_days": report.waits_days,
        "wrong": list(report.wrong),
        "messages": list(report.messages),
        "not_read": dict(report.not_read),
        "unposted": _rows(report.unposted),
        "totals": {currency: str(amount) for currency, amount in totals_of(report.unposted).items()},
        "ready": report.ready,
        "new": [row.key for row in report.new],
        "late": [row.key for row in report.late],
        "stopped": [
            {
                "code": one.problem.code,
                "what": one.problem.what,
                "fix": one.problem.fix,
                "where": one.problem.where,
                "count": one.count,
                "transactions": list(one.transactions),
            }
            for one in report.stopped
        ],
        "changes": [
            {"system": one.system, "what": one.what, "before": one.before, "now": one.now} for one in report.changes
        ],
        "payments": sync_json(report.payments) if report.payments else None,
        "reconcile": reconcile_json(report.reconciled) if report.reconciled else None,
        "unpaid": [
            {
                "invoice": row.invoice,
                "customer": row.customer,
                "due": row.due.isoformat() if row.due else None,
                "days_overdue": row.days_overdue,
                "balance": str(row.balance),
                "currency": row.currency,
                "state_in_sl": row.state_in_sl,
            }
            for row in report.unpaid
        ],
        "half_finished": half_finished_json(report.half)["results"],
        "approvals": [approval_json(one) for one in report.approvals],
    }


def _rows(rows: Iterable[Waiting]) -> list[dict[str, Any]]:
    return [
        {
            "key": row.key,
            "kind": row.kind,
            "number": row.number,
            "party": row.party,
            "date": row.day.isoformat() if row.day else None,
            "days": row.days,
            "amount": str(row.amount),
            "currency": row.currency,
            "message": row.message,
        }
        for row in rows
    ]
