"""What is paid on the demo site's invoices, and what people do about it at Manage's screens.

What the API does to payments is in ``payments``. Amounts are in invoice currency.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from xlpy.demo.site.memory import SiteMemory
from xlpy.demo.site.records import Invoice, Payment
from xlpy.domain.values.money import total

SOMEBODY = "DOkafor"


@dataclass(frozen=True, slots=True)
class Paid:
    """What an invoice shows: the sums of its payments and applied credits, and what is left of its total."""

    payments: Decimal
    credits: Decimal
    balance: Decimal


class PaymentScreens(SiteMemory):
    """The part of a site that is about payments and applied credit memos."""

    def payments_on(self, billing_log_id: int) -> tuple[Payment, ...]:
        """Return the payments of an invoice, applied credits among them, oldest first."""
        with self.lock:
            return tuple(self.records.payments.get(billing_log_id, {}).values())

    def paid(self, invoice: Invoice) -> Paid:
        """Return what is paid on an invoice; on a credit memo ``credits`` is what was applied of it, negative."""
        nothing = Decimal("0.00")
        rows = self.payments_on(invoice.id)
        payments = total(row.amount for row in rows if not row.credit_id) + nothing
        applied = total(row.amount for row in rows if row.credit_id) + nothing
        applied -= self.records.applied.get(invoice.id, nothing)
        return Paid(payments, applied, invoice.total - payments - applied)

    def add_payment(
        self, billing_log_id: int, amount: Decimal, on: date, source: str = "Default", by: str = SOMEBODY
    ) -> Payment:
        """Record somebody else's payment: at the screen, or the vendor's payment product's (``source`` WisePay).

        A second one is allowed here: only the API is known to take one per invoice. Raises ``ValueError`` for an
        amount that is not positive or above the balance.
        """
        with self.lock:
            invoice = self.records.invoices[billing_log_id]
            if not 0 < amount <= self.paid(invoice).balance:
                raise ValueError(f"{amount} can't be paid on invoice {invoice.number}.")
            return self.keep_payment(Payment(0, invoice.id, amount, on, source=source, applied_by=by))

    def apply_credit(self, memo_id: int, billing_log_id: int, amount: Decimal, by: str = SOMEBODY) -> Payment:
        """Apply ``amount`` (positive) of a credit memo to an invoice of the same customer.

        The invoice's credits rise, and what is left of the memo shrinks; the row among the invoice's payments has the
        memo in ``credit``; its ``type`` is unverified. Raises ``ValueError`` when that can't be.
        """
        with self.lock:
            memo, invoice = self.records.invoices[memo_id], self.records.invoices[billing_log_id]
            if not memo.is_credit or invoice.is_credit or memo.company_id != invoice.company_id:
                raise ValueError(f"{memo.number} is no credit memo for invoice {invoice.number}.")
            if not 0 < amount <= min(self.paid(invoice).balance, -self.paid(memo).balance):
                raise ValueError(f"{amount} of {memo.number} can't be applied to invoice {invoice.number}.")
            self.records.applied[memo.id] = self.records.applied.get(memo.id, Decimal("0.00")) + amount
            on = self.clock().date()
            return self.keep_payment(Payment(0, invoice.id, amount, on, "C", credit_id=memo.id, applied_by=by))

    def delete_payment(self, billing_log_id: int, payment_id: int) -> None:
        """Delete a payment, or take back an applied credit. Raises ``KeyError`` when there is none."""
        with self.lock:
            payment = self.records.payments[billing_log_id].pop(payment_id)
            if payment.credit_id:
                self.records.applied[payment.credit_id] -= payment.amount
            self.changed()

    def keep_payment(self, payment: Payment) -> Payment:
        """Keep a payment, with a new id when it has none; call it under the lock."""
        if not payment.id:
            payment = payment.numbered(self.records.next_payment_id)
            self.records.next_payment_id += 1
        self.records.payments.setdefault(payment.invoice_id, {})[payment.id] = payment
        self.changed()
        return payment
