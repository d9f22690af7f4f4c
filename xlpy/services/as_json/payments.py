"""A payment sync as the JSON of ``--json``: money is text, dates are ISO; the keys of a run are there, too."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from xlpy.services.run.sync_report import PaymentRow, SyncReport


def sync_json(report: SyncReport) -> dict[str, Any]:
    """Render what a sync did. ``since`` null: everything was compared."""
    return {
        "state": _state(report),
        "text": report.text,
        "run": report.run_id,
        "plan_hash": "",
        "batches": [],
        "manage_batches": [],
        "problems": [],
        "dry_run": report.dry_run,
        "start": report.start,
        "since": report.since.isoformat() if report.since else None,
        "messages": list(report.messages),
        "results": [_row(row) for row in report.rows],
    }


def _state(report: SyncReport) -> str:
    if report.dry_run:
        return "compared"
    return "synced with errors" if report.failed else "synced"


def _row(row: PaymentRow) -> dict[str, Any]:
    return {
        "transaction": row.invoice,
        "id": row.record_id,
        "status": str(row.status),
        "message": row.message,
        "customer": row.customer,
        "currency": row.currency,
        "amount": str(row.total),
        "cash": _text(row.cash),
        "discount": _text(row.discount),
        "write_off": _text(row.write_off),
        "credit_memo": _text(row.credit_memo),
        "sl_balance": _text(row.sl_balance),
        "paid_before": _text(row.paid_before),
        "paid_after": _text(row.paid_after),
        "credits_before": _text(row.credits_before),
        "credits_after": _text(row.credits_after),
        "manage_balance": _text(row.manage_balance),
        "paid_in_full_on": _text(row.paid_in_full_on),
        "not_matched_because": row.not_matched_because,
    }


def _text(value: Decimal | date | None) -> str | None:
    return None if value is None else str(value)
