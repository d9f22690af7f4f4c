"""Invoices and payments as Manage shows them, for the payment sync.

Source: Manage API: payments back to the invoice. All amounts in invoice currency.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from xlpy.domain.values.refs import NO_REF, Ref


@dataclass(frozen=True, slots=True)
class ManageInvoice:
    """An invoice with what Manage takes for paid. ``credits``: credit memos applied in Manage; a memo is negative.

    ``account_number``: of the invoice, the customer's id in SL; ``batch``: its accounting batch, empty when unposted;
    ``unbatched_from``: the batch it was taken out of again.
    """

    id: int
    number: str
    invoice_type: str
    company: Ref
    account_number: str
    currency: str
    decimals: int
    total: Decimal
    payments: Decimal
    credits: Decimal
    balance: Decimal
    invoice_date: date | None = None
    batch: str = ""
    status: str = ""
    unbatched_from: str = ""
    bill_to: Ref = NO_REF  # who pays, when that is another company
    location_id: int = 0
    location: str = ""

    @property
    def is_credit_memo(self) -> bool:
        """Whether it is a credit memo: those are not synced."""
        return self.invoice_type == "CreditMemo"


@dataclass(frozen=True, slots=True)
class InvoicePayment:
    """A payment record of an invoice. ``source``: ``WisePay`` is the vendor's own product; ``credit_id``: a memo.

    ``credit_number``: of that memo, empty where Manage does not tell.
    """

    id: int
    invoice_id: int
    amount: Decimal
    payment_date: date | None
    payment_type: str = "P"
    source: str = "Default"
    credit_id: int = 0
    applied_by: str = ""
    credit_number: str = ""

    @property
    def is_plain(self) -> bool:
        """Whether it is an ordinary payment, of the kind that this product writes."""
        return self.source in ("", "Default") and not self.credit_id and self.payment_type in ("", "P")
