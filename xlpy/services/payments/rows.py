"""Rows of the Payments sheet: what both systems show of an invoice, before and after the sync. No rules."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from xlpy.domain.afterwards.settlement import PaidInManage, Settlement
from xlpy.domain.facts.manage_payments import ManageInvoice
from xlpy.domain.values.statuses import PaymentStatus
from xlpy.services.payments.candidates import Candidate
from xlpy.services.run.sync_report import PaymentRow


@dataclass(frozen=True, slots=True)
class Shown:
    """What an invoice shows in Manage: the sums of its payments and of the credit memos applied to it."""

    payments: Decimal
    credits: Decimal


def row_alone(candidate: Candidate) -> PaymentRow:
    """Make the row of an invoice of SL that has no counterpart in Manage."""
    in_sl = candidate.in_sl.invoice
    foreign = not candidate.in_sl.from_ledger and not candidate.why_not
    status = PaymentStatus.NOT_FROM_MANAGE if foreign else PaymentStatus.NOT_MATCHED
    return PaymentRow(
        record_id="" if foreign else candidate.in_sl.record_id,
        status=PaymentStatus.NOT_FOUND if candidate.not_given else status,
        message="",
        invoice=candidate.in_sl.number,
        customer=in_sl.cust_id if in_sl else "",
        total=in_sl.total if in_sl else Decimal(0),
        currency=in_sl.currency if in_sl else "",
        sl_balance=in_sl.balance if in_sl else None,
        not_matched_because=candidate.why_not,
    )


def row_gone(candidate: Candidate, invoice: ManageInvoice) -> PaymentRow:
    """Make the row of an invoice of Manage whose SL document is voided or gone."""
    known = candidate.in_sl.voided or candidate.cleaned_up
    now = "it is not paid" if candidate.in_sl.voided else "what Manage shows as paid stays as it is"
    return PaymentRow(
        record_id=candidate.record_id,
        status=PaymentStatus.NOT_MATCHED if known else PaymentStatus.NOT_FOUND,
        message="",
        invoice=invoice.number,
        customer=invoice.account_number,
        total=invoice.total,
        currency=invoice.currency,
        paid_before=invoice.payments,
        paid_after=invoice.payments,
        credits_before=invoice.credits,
        credits_after=invoice.credits,
        manage_balance=invoice.balance,
        not_matched_because=f"{candidate.in_sl.gone}; {now}",
    )


def row_of(candidate: Candidate, invoice: ManageInvoice, settlement: Settlement, paid: PaidInManage) -> PaymentRow:
    """Make the row of an invoice that both systems have, as nothing had to be changed."""
    return PaymentRow(
        record_id=candidate.record_id,
        status=PaymentStatus.UNCHANGED,
        message=" ".join(paid.notes),
        invoice=invoice.number,
        customer=invoice.account_number,
        total=invoice.total,
        currency=invoice.currency,
        cash=settlement.cash,
        discount=settlement.discount,
        write_off=settlement.write_off,
        credit_memo=settlement.credits,
        sl_balance=settlement.balance,
        paid_before=invoice.payments,
        paid_after=invoice.payments,
        credits_before=invoice.credits,
        credits_after=invoice.credits,
        manage_balance=invoice.balance,
        paid_in_full_on=paid.in_full_on if invoice.payments == paid.amount else None,
    )


def row_to_write(row: PaymentRow, invoice: ManageInvoice, then: Shown, paid: PaidInManage) -> PaymentRow:
    """Say what Manage will show once it is written."""
    paid_after = then.payments
    balance = invoice.total - then.credits - paid_after
    in_full = paid.in_full_on if paid_after == paid.amount else None
    return replace(
        row, paid_after=paid_after, credits_after=then.credits, manage_balance=balance, paid_in_full_on=in_full
    )


def row_read_again(row: PaymentRow, shown: ManageInvoice | None, expected: Shown, problem: str) -> PaymentRow:
    """Compare what was written with what Manage shows now; what differs has failed."""
    if shown is None:
        text = problem or "Manage did not give the invoice when it was read again."
        return failed(row, text)
    row = replace(row, paid_after=shown.payments, credits_after=shown.credits, manage_balance=shown.balance)
    wrong = [
        f"{word} of {now}, not {then}"
        for word, now, then in (
            ("payments", shown.payments, expected.payments),
            ("credits", shown.credits, expected.credits),
        )
        if now != then
    ]
    if not wrong:
        return row
    return failed(
        row,
        f"Manage shows {' and '.join(wrong)} after it was written. Look at the payments of the invoice in Manage,"
        " then sync again.",
    )


def failed(row: PaymentRow, why: str) -> PaymentRow:
    """Return the row of an invoice that could not be written."""
    return replace(row, status=PaymentStatus.FAILED, message=f"{why} {row.message}".strip(), paid_in_full_on=None)


def with_message(row: PaymentRow, status: PaymentStatus, message: str) -> PaymentRow:
    """Return the row with what came of it; what it said before follows."""
    return replace(row, status=status, message=" ".join(part for part in (message, row.message) if part))
