"""A payment sync as rows of the Payments sheet: a renderer, no logic."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xlpy.services.run.sync_report import PaymentRow


def payment_rows(rows: Iterable[PaymentRow]) -> list[Mapping[str, object]]:
    """Rows of the Payments sheet, in the order of the report."""
    return [
        {
            "Status": str(row.status),
            "Message": row.message,
            "Invoice": row.invoice,
            "Customer": row.customer,
            "Total": row.total,
            "Currency": row.currency,
            "Cash": row.cash,
            "Discount": row.discount,
            "Write-off": row.write_off,
            "Credit memo": row.credit_memo,
            "SL balance": row.sl_balance,
            "Paid in Manage before": row.paid_before,
            "Paid in Manage after": row.paid_after,
            "Credits in Manage before": row.credits_before,
            "Credits in Manage after": row.credits_after,
            "Manage balance": row.manage_balance,
            "Paid in full on": row.paid_in_full_on,
            "Not matched because": row.not_matched_because,
            "Id": row.record_id,
        }
        for row in rows
    ]
