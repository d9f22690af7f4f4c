"""What the API does with the payments of an invoice.

Manage API: a single payment per invoice, so a second plain one is refused. Unverified, and refused here so that a
caller never relies on it: an amount that is not positive, has more decimals than the currency, or is above what is
left to pay (the older interface cut it), or of the credit memo that is applied; a second row of one memo on an invoice;
and changing what the vendor's payment product has paid. A row with ``credit`` applies a credit memo (unverified, and a
switch refuses it, or makes a plain payment of it). Without a date it takes today's.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from xlpy.demo.site.door.answers import Json, Refusal, not_found, refuse_field
from xlpy.demo.site.door.bodies import patched
from xlpy.demo.site.door.conditions import read_moment
from xlpy.demo.site.masters import currency_reference
from xlpy.demo.site.records import Invoice, Payment
from xlpy.demo.site.shown.unposted import invoice_reference, midnight
from xlpy.demo.site.store import Site
from xlpy.domain.values.money import round_money

SCHEMA = "InvoicePayment"
_RESULTS = frozenset({"id", "balance", "invoiceBalance", "invoiceTotal", "appliedBy", "_info"})
_TAKEN = frozenset({"type", "source", "invoice", "credit", "amount", "paymentDate"})


def payment_rows(site: Site, billing_log_id: int) -> list[Json]:
    """Return the payments of an invoice as the API lists them. Refuses (404) when there is no such invoice."""
    invoice = _invoice(site, billing_log_id)
    return [payment_row(site, invoice, payment) for payment in site.payments_on(invoice.id)]


def payment_row(site: Site, invoice: Invoice, payment: Payment) -> Json:
    """Return a payment as the API shows it."""
    balance = site.paid(invoice).balance
    row: Json = {
        "id": payment.id,
        "type": payment.type,
        "source": payment.source,
        "invoice": invoice_reference(site, invoice),
        "amount": payment.amount,
        "balance": balance,
        "invoiceBalance": balance,
        "invoiceTotal": invoice.total,
        "appliedBy": payment.applied_by,
        "paymentSyncStatus": "Unapplied",
    }
    if payment.day is not None:
        row["paymentDate"] = midnight(payment.day)
    if payment.credit_id:
        row["credit"] = invoice_reference(site, site.records.invoices[payment.credit_id])
    return row


def create_payment(site: Site, billing_log_id: int, body: Json, by: str) -> Json:
    """Record a payment from a checked ``InvoicePayment`` and return its row; see the module for what is refused."""
    invoice = _invoice(site, billing_log_id)
    day = read_moment(body["paymentDate"]).date() if "paymentDate" in body else site.clock().date()
    if "credit" in body and not site.harsh.credits_become_payments:
        return payment_row(site, invoice, _apply(site, invoice, body, day, by))
    wanted = _read(site, invoice, body, Payment(0, invoice.id, Decimal(0), day, applied_by=by))
    if any(payment.is_plain for payment in site.payments_on(invoice.id)):
        message = f"Invoice {invoice.number} has a payment already."
        raise refuse_field(SCHEMA, "invoice", message, detail_code="ObjectExists")
    return payment_row(site, invoice, site.keep_payment(wanted))


def replace_payment(site: Site, billing_log_id: int, payment_id: int, body: Json) -> Json:
    """Replace a payment by a checked ``InvoicePayment`` and return its row; a date that is left out is cleared."""
    invoice, before = _changeable(site, billing_log_id, payment_id)
    day = read_moment(body["paymentDate"]).date() if "paymentDate" in body else None
    wanted = _read(site, invoice, body, replace(before, day=day))
    if before.credit_id:
        _check_left(site, before.credit_id, wanted.amount - before.amount)
        site.records.applied[before.credit_id] += wanted.amount - before.amount
    return payment_row(site, invoice, site.keep_payment(wanted))


def change_payment(site: Site, billing_log_id: int, payment_id: int, operations: Any) -> Json:
    """Apply PATCH operations to a payment and return its row. Refuses (400) a change of what the site fills in."""
    invoice, payment = _changeable(site, billing_log_id, payment_id)
    before = payment_row(site, invoice, payment)
    after = patched(before, operations, SCHEMA)
    filled_in = [name for name in _RESULTS if after.get(name) != before.get(name)]
    if filled_in:
        raise refuse_field(SCHEMA, filled_in[0], f"The {filled_in[0]} field can't be set.")
    changed = {name: value for name, value in after.items() if before.get(name) != value}
    body = {name: after[name] for name in ("amount", "paymentDate") if name in after}
    return replace_payment(site, billing_log_id, payment_id, body | changed)


def remove_payment(site: Site, billing_log_id: int, payment_id: int) -> None:
    """Delete a payment."""
    invoice, payment = _changeable(site, billing_log_id, payment_id)
    site.delete_payment(invoice.id, payment.id)


def _apply(site: Site, invoice: Invoice, body: Json, day: date, by: str) -> Payment:
    """Apply a credit memo. Refuses what is no memo of the customer, and more than is left of it or of the invoice."""
    memo = site.records.invoices.get(body["credit"].get("id", 0))
    if site.harsh.credits_refused or memo is None or not memo.is_credit or memo.company_id != invoice.company_id:
        raise refuse_field(SCHEMA, "credit", "The credit field can't be set.")
    if any(payment.credit_id == memo.id for payment in site.payments_on(invoice.id)):
        message = f"Credit memo {memo.number} is applied to invoice {invoice.number} already."
        raise refuse_field(SCHEMA, "credit", message, detail_code="ObjectExists")
    wanted = _read(site, invoice, body, Payment(0, invoice.id, Decimal(0), day, "C", credit_id=memo.id, applied_by=by))
    _check_left(site, memo.id, wanted.amount)
    site.records.applied[memo.id] = site.records.applied.get(memo.id, Decimal("0.00")) + wanted.amount
    return site.keep_payment(wanted)


def _check_left(site: Site, memo_id: int, more: Decimal) -> None:
    left = -site.paid(site.records.invoices[memo_id]).balance
    if more > left:
        raise refuse_field(SCHEMA, "amount", f"The amount is more than the {left} that are left of the credit memo.")


def _read(site: Site, invoice: Invoice, body: Json, before: Payment) -> Payment:
    """Return ``before`` with the amount of a body; refuses what can't be typed by a caller."""
    foreign = sorted(body.keys() - _TAKEN - _RESULTS)
    if foreign:
        raise refuse_field(SCHEMA, foreign[0], f"The {foreign[0]} field can't be set.")
    if body.get("type", before.type) != before.type or body.get("source", before.source) != before.source:
        raise refuse_field(SCHEMA, "type", "Only a plain payment can be recorded.")
    if body.get("invoice", {}).get("id", invoice.id) != invoice.id:
        raise refuse_field(SCHEMA, "invoice", "The payment is of another invoice.")
    if "amount" not in body:
        raise refuse_field(SCHEMA, "amount", "The amount field is required.", detail_code="MissingRequiredField")
    amount = Decimal(body["amount"])
    decimals = currency_reference(invoice.currency)["numberOfDecimals"]
    if amount <= 0 or amount != round_money(amount, decimals):
        raise refuse_field(SCHEMA, "amount", f"The amount must be positive, with at most {decimals} decimals.")
    left = site.paid(invoice).balance + before.amount
    if amount > left:
        raise refuse_field(SCHEMA, "amount", f"The amount is more than the {left} that are left to pay.")
    return replace(before, amount=amount)


def _changeable(site: Site, billing_log_id: int, payment_id: int) -> tuple[Invoice, Payment]:
    invoice = _invoice(site, billing_log_id)
    payment = next((payment for payment in site.payments_on(invoice.id) if payment.id == payment_id), None)
    if payment is None:
        raise not_found(SCHEMA, payment_id)
    if payment.source != "Default":
        raise Refusal(400, "InvalidOperation", "A payment of the payment product can't be changed.")
    return invoice, payment


def _invoice(site: Site, billing_log_id: int) -> Invoice:
    invoice = site.records.invoices.get(billing_log_id)
    if invoice is None:
        raise not_found("Invoice", billing_log_id)
    return invoice
