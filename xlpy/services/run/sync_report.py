"""What the payment sync reports: frozen values that the sheet, JSON and text render."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from xlpy.domain.values.approvals import Approval
from xlpy.domain.values.statuses import PaymentStatus


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """A row of the Payments sheet. All amounts in invoice currency, positive; None: not known."""

    record_id: str
    status: PaymentStatus
    message: str
    invoice: str
    customer: str
    total: Decimal
    currency: str
    cash: Decimal | None = None
    discount: Decimal | None = None
    write_off: Decimal | None = None
    credit_memo: Decimal | None = None
    sl_balance: Decimal | None = None
    paid_before: Decimal | None = None
    paid_after: Decimal | None = None
    manage_balance: Decimal | None = None
    paid_in_full_on: date | None = None
    not_matched_because: str = ""
    credits_before: Decimal | None = None  # credit memos applied in Manage
    credits_after: Decimal | None = None

    @property
    def is_idle(self) -> bool:
        """Whether there is nothing to tell: nothing settled in SL, nothing paid in Manage, nothing to say."""
        settled = any((self.cash, self.discount, self.write_off, self.credit_memo, self.paid_before))
        return self.status is PaymentStatus.UNCHANGED and not settled and not self.message


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a payment sync did. ``since``: None means everything. ``dry_run``: nothing was written anywhere."""

    run_id: str
    at: datetime
    since: datetime | None
    start: str
    dry_run: bool
    rows: tuple[PaymentRow, ...] = ()
    messages: tuple[str, ...] = ()
    text: str = ""
    approval: Approval | None = None  # of the take-over, where two persons are demanded

    @property
    def failed(self) -> tuple[PaymentRow, ...]:
        """Rows that could not be written."""
        return tuple(row for row in self.rows if row.status is PaymentStatus.FAILED)

    @property
    def not_found(self) -> tuple[PaymentRow, ...]:
        """Rows of the ledger that Manage or SL did not show: an absence in one answer is not a fact."""
        return tuple(row for row in self.rows if row.status is PaymentStatus.NOT_FOUND)

    @property
    def exit_code(self) -> int:
        """0 when everything went, 3 when an invoice failed or was not found."""
        return 3 if self.failed or self.not_found else 0


MOST_NAMED = 10
_COUNTED = {
    PaymentStatus.CHANGED: "changed",
    PaymentStatus.REMOVED: "taken back",
    PaymentStatus.UNCHANGED: "as they are",
    PaymentStatus.CONFIRM: "to be confirmed (write Yes under Take over)",
    PaymentStatus.LEFT_ALONE: "left alone",
    PaymentStatus.NOT_MATCHED: "not matched",
    PaymentStatus.NOT_FROM_MANAGE: "not from Manage",
    PaymentStatus.NOT_FOUND: "not found",
    PaymentStatus.FAILED: "failed",
}


def in_words(report: SyncReport, *, idle: int = 0) -> SyncReport:
    """Return the report with its text. ``idle``: invoices that were compared and are not listed."""
    counts = Counter(row.status for row in report.rows)
    counts[PaymentStatus.UNCHANGED] += idle
    parts = [f"{counts[status]} {word}" for status, word in _COUNTED.items() if counts[status]]
    found = ", ".join(parts) if parts else "nothing has changed"
    head = "Dry run, nothing was written. Payments would be" if report.dry_run else "Payments of invoices"
    text = f"{head}: {found}."
    if report.failed:
        text += " Failed ones are tried again by the next sync."
    if report.not_found:
        numbers = [row.invoice for row in report.not_found]
        more = f" and {len(numbers) - MOST_NAMED} more" if len(numbers) > MOST_NAMED else ""
        text += f" Not found: {', '.join(numbers[:MOST_NAMED])}{more}; every sync asks for them again."
    return replace(report, text=" ".join((*report.messages, text)))
