"""Payments of an invoice in Manage. A new one is sent at most once; every unclear answer is settled by reading.

A credit memo is applied as a payment with the memo in ``credit`` (that Manage takes it so is unverified; what it makes
of it is read). Source: Manage API: payment operations, one payment record per invoice. Whose payments may be changed
is the caller's rule: nothing here looks at who made one.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import TypeVar

from xlpy.domain.facts.manage_payments import InvoicePayment
from xlpy.domain.values.money import round_money
from xlpy.errors import ManageError, ManageRefused, ManageSpokeNonsense, ManageUnreachable
from xlpy.manage.http.answers import shape
from xlpy.manage.http.transport import Transport
from xlpy.manage.invoice_records import INVOICES
from xlpy.manage.paging import read_uncounted_list
from xlpy.manage.records import Json
from xlpy.manage.row import Row

PLAIN_TYPE = "P"
_T = TypeVar("_T")
_log = logging.getLogger("xlpy.manage")


def payments_of(transport: Transport, invoice_id: int, *, decimals: int) -> tuple[InvoicePayment, ...]:
    """Return the payments of an invoice. Raises ``ManageRefused`` with status 404 when there is no such invoice."""
    rows = read_uncounted_list(transport, _path(invoice_id))
    return tuple(_payment(data, invoice_id, decimals) for data in rows)


def create_payment(
    transport: Transport, invoice_id: int, amount: Decimal, on: date | None, *, decimals: int
) -> InvoicePayment:
    """Record a payment of ``amount`` (invoice currency) and return it; the POST is sent at most once.

    ``on`` None leaves the date out: what Manage then fills in is unverified. After a time-out, a 5xx or an unreadable
    answer the payments are read: exactly one new plain payment of that amount, and it worked. Only after a 429 (too
    many requests, nothing done) is it sent again, once reading has shown no payment.

    Raises ``ManageError`` when the invoice has a plain payment already (Manage keeps one) or the amount can't be
    sent, ``ManageRefused`` when Manage refused (nothing was recorded), ``ManageUnreachable`` otherwise (``sent``
    tells whether it may still turn up).
    """
    body: dict[str, object] = {"type": PLAIN_TYPE, **_body(invoice_id, amount, on, decimals)}
    before = payments_of(transport, invoice_id, decimals=decimals)
    if any(payment.is_plain for payment in before):
        raise ManageError(
            f"Invoice {invoice_id} has a payment in Manage already; Manage keeps one payment record per invoice.",
            fix="Look at the payments of the invoice in Manage, then run 'Sync payments' again.",
        )
    what = f"whether a payment of {round_money(amount, decimals)} was recorded on invoice {invoice_id}"
    return _create(transport, body, before, lambda p: p.is_plain, amount, on, what, decimals=decimals)


def apply_credit(
    transport: Transport, invoice_id: int, memo_id: int, amount: Decimal, on: date | None, *, decimals: int
) -> InvoicePayment:
    """Apply ``amount`` (positive, invoice currency) of a credit memo to an invoice; return its row among the payments.

    Sent at most once, and settled by reading, as a payment is. What Manage made of it must show the memo: a plain
    payment in its place is taken back at once. Raises ``ManageError`` then, and as ``create_payment`` does.
    """
    body: dict[str, object] = {"credit": {"id": memo_id}, **_body(invoice_id, amount, on, decimals)}
    before = payments_of(transport, invoice_id, decimals=decimals)
    if any(row.credit_id == memo_id for row in before):
        raise ManageError(
            f"Credit memo {memo_id} was applied to invoice {invoice_id} in Manage meanwhile; nothing was added to it.",
            fix="Look at the payments of the invoice in Manage, then run 'Sync payments' again.",
        )
    what = f"whether {round_money(amount, decimals)} of credit memo {memo_id} was applied to invoice {invoice_id}"
    # The day that Manage gives it may be another: memo and amount tell.
    made = _create(transport, body, before, lambda p: p.credit_id == memo_id, amount, None, what, decimals=decimals)
    if made.credit_id == memo_id:
        return made
    rows = payments_of(transport, invoice_id, decimals=decimals)
    shown = next((row for row in rows if row.id == made.id), None)
    if shown is not None and shown.credit_id == memo_id:
        return shown
    if shown is not None:
        remove_payment(transport, invoice_id, made.id)
    raise ManageError(
        f"Manage recorded a payment of {made.amount} on invoice {invoice_id} in place of credit memo {memo_id}; it was"
        " taken back.",
        fix="Apply the credit memo in Manage (Finance > Invoices, open the credit memo), and set apply_credit_memos ="
        " false in [posting]: this Manage does not take it from outside.",
    )


def _body(invoice_id: int, amount: Decimal, on: date | None, decimals: int) -> dict[str, object]:
    body: dict[str, object] = {"amount": _number(amount, decimals), "invoice": {"id": invoice_id}}
    return body if on is None else {**body, "paymentDate": _moment(on)}


def _create(
    transport: Transport,
    body: dict[str, object],
    before: tuple[InvoicePayment, ...],
    is_like: Callable[[InvoicePayment], bool],
    amount: Decimal,
    on: date | None,
    what: str,
    *,
    decimals: int,
) -> InvoicePayment:
    """Send a row once. ``is_like``: whether a row is of its kind; ``before``: the rows that were there."""
    invoice_id = Row(body, "a payment").ref("invoice").id
    path = _path(invoice_id)
    known = {payment.id for payment in before}

    def read() -> list[InvoicePayment]:
        rows = payments_of(transport, invoice_id, decimals=decimals)
        return [p for p in rows if is_like(p) and p.id not in known]

    def look() -> InvoicePayment | None:
        new = read()
        return new[0] if len(new) == 1 and _shows(new[0], amount, on) else None

    try:
        # After "too many requests": only while there is still none.
        answer = transport.write("POST", path, body, again=lambda: not read()).data
    except ManageError as error:
        return _settle(error, look, what, method="POST", path=path)
    made = _payment(answer, invoice_id, decimals) if isinstance(answer, dict) else None
    if made is None or not made.id:
        return _settle(_nonsense(answer, "POST", path), look, what, method="POST", path=path)
    if made.amount != amount:
        _log.warning("Invoice %d: Manage recorded %s, not %s", invoice_id, made.amount, amount)
    return made


def change_payment(
    transport: Transport, invoice_id: int, payment_id: int, amount: Decimal, on: date | None, *, decimals: int
) -> InvoicePayment:
    """Give a payment another amount and date and return it; ``on`` None leaves the date as it is.

    After an unclear answer the payment is read: it shows what was sent, and it worked. Raises ``ManageRefused`` when
    Manage refused (status 404: there is no such payment), ``ManageUnreachable`` when it can't be told.
    """
    path = f"{_path(invoice_id)}/{payment_id}"
    operations: list[dict[str, object]] = [{"op": "replace", "path": "/amount", "value": _number(amount, decimals)}]
    if on is not None:
        operations.append({"op": "replace", "path": "/paymentDate", "value": _moment(on)})

    def look() -> InvoicePayment | None:
        found = next((p for p in payments_of(transport, invoice_id, decimals=decimals) if p.id == payment_id), None)
        return found if found is not None and _shows(found, amount, on) else None

    what = f"whether payment {payment_id} of invoice {invoice_id} was changed to {round_money(amount, decimals)}"
    try:
        answer = transport.write("PATCH", path, operations, again=_always).data
    except ManageError as error:
        return _settle(error, look, what, method="PATCH", path=path)
    changed = _payment(answer, invoice_id, decimals) if isinstance(answer, dict) else None
    if changed is None or changed.id != payment_id:
        return _settle(_nonsense(answer, "PATCH", path), look, what, method="PATCH", path=path)
    return changed


def remove_payment(transport: Transport, invoice_id: int, payment_id: int) -> None:
    """Delete a payment; one that is gone is done. After an unclear answer, or a 404, the payments are read.

    Raises ``ManageRefused`` when Manage refused, ``ManageUnreachable`` when it can't be told.
    """
    path = f"{_path(invoice_id)}/{payment_id}"

    def look() -> bool | None:
        try:
            left = read_uncounted_list(transport, _path(invoice_id))
        except ManageRefused as error:
            if error.status == 404:
                return True  # the invoice is gone, and its payments with it
            raise
        return all(Row(data, "a payment").id() != payment_id for data in left) or None

    try:
        transport.write("DELETE", path, again=_always)
    except ManageError as error:
        if isinstance(error, ManageRefused) and error.status == 404 and look():
            return
        what = f"whether payment {payment_id} of invoice {invoice_id} was removed"
        _settle(error, look, what, method="DELETE", path=path)


def _settle(error: ManageError, look: Callable[[], _T | None], what: str, *, method: str, path: str) -> _T:
    """After an unclear answer: return what reading shows. Raises ``error`` where it is clear that nothing was done."""
    if isinstance(error, ManageUnreachable) and not error.sent:
        raise error
    if isinstance(error, ManageRefused) and 300 <= error.status < 500 and error.status != 408:
        raise error
    _log.warning("%s %s: %s Reading %s", method, path, error.text, what)
    try:
        found = look()
    except ManageError as second:
        _log.warning("It can't be read %s: %s", what, second.text)
        found = None
    if found is None:
        raise ManageUnreachable(f"it is not known {what}", method=method, path=path, sent=True) from error
    return found


def _shows(payment: InvoicePayment, amount: Decimal, on: date | None) -> bool:
    """Whether a payment is what was sent: its amount, and its date where one was sent."""
    return payment.amount == amount and on in (None, payment.payment_date)


def _payment(data: Json, invoice_id: int, decimals: int) -> InvoicePayment:
    row = Row(data, f"a payment of invoice {invoice_id}")
    return InvoicePayment(
        id=row.id(),
        invoice_id=row.ref("invoice").id or invoice_id,
        amount=round_money(row.amount("amount"), decimals),
        payment_date=row.day("paymentDate"),
        payment_type=row.text("type"),
        source=row.text("source"),
        credit_id=row.ref("credit").id,
        credit_number=row.ref("credit").identifier,
        applied_by=row.text("appliedBy"),
    )


def _number(amount: Decimal, decimals: int) -> float:
    """Return the amount as a JSON number whose text is exact to its last place; raises ``ManageError`` otherwise.

    JSON of Python writes the shortest text that reads back as the same double: exact up to 15 digits.
    """
    number = float(amount)
    if not amount.is_finite() or amount != round_money(amount, decimals) or Decimal(repr(number)) != amount:
        raise ManageError(
            f"The amount {amount} can't be sent to Manage exactly, with {decimals} decimals.",
            fix="Look at the payments of the invoice in SL; save the full log for your support.",
        )
    return number


def _always() -> bool:
    return True


def _moment(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"


def _nonsense(answer: object, method: str, path: str) -> ManageSpokeNonsense:
    return ManageSpokeNonsense(f"not a payment: {shape(answer)}", method=method, path=path)


def _path(invoice_id: int) -> str:
    return f"{INVOICES}/{invoice_id}/payments"
