"""What happens to invoices after the export, as short calls: each enters, releases and, if asked, posts one batch.

Invoices, payments and memos are found by their reference (RefNbr). Amounts are positive, in the currency of the invoice
or payment; ``on`` is the date of the payment or of the entry; everything posts into the module's current period. All
raise SlError when SL would refuse: a document missing, unreleased or with less left than is applied.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal

from sqlalchemy import Engine

from xlpy.demo import firm
from xlpy.demo.company.entry.invoices import EnteredDocument, enter_batch
from xlpy.demo.company.entry.open_documents import PAYMENT_TYPES, invoice_in, next_reference_of
from xlpy.demo.company.entry.payments import (
    AppliedTo,
    Entered,
    enter_application,
    enter_credit_write_off,
    enter_payment,
    enter_unapplied,
    enter_write_off,
)
from xlpy.demo.company.entry.reversals import enter_application_reversal, enter_payment_reversal
from xlpy.demo.company.release.books import Books
from xlpy.demo.company.release.run import release_and_post, release_batch
from xlpy.errors import SlError

__all__ = [
    "Entered",
    "apply_credit_memo",
    "apply_payment",
    "bounce",
    "enter_memo",
    "pay",
    "pay_several",
    "prepay",
    "reverse_application",
    "reverse_payment",
    "write_off",
    "write_off_credit",
]

_MEMO_PREFIX = "CM"


def pay(
    engine: Engine,
    ref_nbr: str,
    amount: Decimal,
    *,
    on: date,
    discount: Decimal = Decimal(0),
    rate: Decimal | None = None,
    payment: str = "",
    post: bool = False,
) -> Entered:
    """Receive a payment for one invoice (PA). What is more than the invoice owes, less the discount, stays unapplied.

    ``rate``: of a payment in foreign currency, the rate of the day by default; ``payment``: its reference.
    """

    def enter(books: Books) -> Entered:
        owed = invoice_in(books, ref_nbr)["CuryDocBal"] - discount
        applied = min(amount, owed) if owed > 0 else amount
        return enter_payment(
            books,
            [AppliedTo(ref_nbr, applied, discount)],
            on=on,
            unapplied=amount - applied,
            payment=payment,
            rate=rate,
            user=firm.SL_USER,
        )

    return _finish(engine, enter, post=post)


def pay_several(
    engine: Engine,
    applied: Mapping[str, Decimal],
    *,
    on: date,
    unapplied: Decimal = Decimal(0),
    post: bool = False,
) -> Entered:
    """Receive one payment for several invoices of a customer: reference → amount. ``unapplied``: a rest on top."""
    each = [AppliedTo(ref_nbr, amount) for ref_nbr, amount in applied.items()]
    return _finish(
        engine, lambda books: enter_payment(books, each, on=on, unapplied=unapplied, user=firm.SL_USER), post=post
    )


def prepay(
    engine: Engine, cust_id: str, amount: Decimal, *, on: date, doc_type: str = "PP", post: bool = False
) -> Entered:
    """Receive a prepayment (PP), or a payment (PA) for no invoice, in the customer's currency."""
    return _finish(
        engine,
        lambda books: enter_unapplied(books, cust_id, amount, on=on, doc_type=doc_type, user=firm.SL_USER),
        post=post,
    )


def apply_payment(
    engine: Engine, payment_ref: str, ref_nbr: str, amount: Decimal, *, on: date, post: bool = False
) -> Entered:
    """Apply an open payment or prepayment to an invoice of the customer."""
    return _apply(engine, payment_ref, PAYMENT_TYPES, AppliedTo(ref_nbr, amount), on, post=post)


def apply_credit_memo(
    engine: Engine, memo_ref: str, ref_nbr: str, amount: Decimal, *, on: date, post: bool = False
) -> Entered:
    """Apply an open credit memo to an invoice of the customer."""
    return _apply(engine, memo_ref, ("CM",), AppliedTo(ref_nbr, amount), on, post=post)


def write_off(engine: Engine, ref_nbr: str, amount: Decimal, *, on: date, post: bool = False) -> Entered:
    """Write off a small balance of an invoice (SB)."""
    return _finish(engine, lambda books: enter_write_off(books, ref_nbr, amount, on=on, user=firm.SL_USER), post=post)


def write_off_credit(engine: Engine, memo_ref: str, amount: Decimal, *, on: date, post: bool = False) -> Entered:
    """Write off a small rest of a credit memo or payment (SC)."""
    return _finish(
        engine, lambda books: enter_credit_write_off(books, memo_ref, amount, on=on, user=firm.SL_USER), post=post
    )


def bounce(engine: Engine, payment_ref: str, *, on: date, post: bool = False) -> Entered:
    """Take a payment back whose check bounced (NS): its invoices are open again."""
    return _void(engine, payment_ref, PAYMENT_TYPES, "NS", on, post=post)


def reverse_payment(engine: Engine, payment_ref: str, *, on: date, post: bool = False) -> Entered:
    """Reverse a payment, or the write-off of a small balance (RP): its invoices are open again."""
    return _void(engine, payment_ref, (*PAYMENT_TYPES, "SB"), "RP", on, post=post)


def reverse_application(engine: Engine, payment_ref: str, ref_nbr: str, *, on: date, post: bool = False) -> Entered:
    """Take the application of a payment or credit memo to an invoice back (RA): both are open again."""
    return _finish(
        engine,
        lambda books: enter_application_reversal(books, payment_ref, ref_nbr, on=on, user=firm.SL_USER),
        post=post,
    )


def enter_memo(
    engine: Engine,
    cust_id: str,
    amount: Decimal,
    *,
    on: date,
    ref_nbr: str = "",
    currency: str = "",
    post: bool = False,
) -> Entered:
    """Enter a credit memo that only SL knows (08.010). ``currency``: the customer's by default."""

    def enter(books: Books) -> Entered:
        memo = EnteredDocument(cust_id, ref_nbr or next_reference_of(books, _MEMO_PREFIX), amount, doc_type="CM")
        bat_nbr = enter_batch(books, [memo], entered=on, user=firm.SL_USER, currency=currency)
        return Entered("AR", bat_nbr, memo.ref_nbr)

    return _finish(engine, enter, post=post)


def _apply(
    engine: Engine, credit_ref: str, types: tuple[str, ...], applied: AppliedTo, on: date, *, post: bool
) -> Entered:
    return _finish(
        engine, lambda books: enter_application(books, credit_ref, types, applied, on=on, user=firm.SL_USER), post=post
    )


def _void(engine: Engine, payment_ref: str, types: tuple[str, ...], code: str, on: date, *, post: bool) -> Entered:
    return _finish(
        engine,
        lambda books: enter_payment_reversal(books, payment_ref, types, code, on=on, user=firm.SL_USER),
        post=post,
    )


def _finish(engine: Engine, enter: Callable[[Books], Entered], *, post: bool) -> Entered:
    """Enter a batch, release it and, with ``post``, post it. Raises SlError when the release or posting refuses."""
    with engine.begin() as connection:
        books = Books(connection)
        entered = enter(books)
        books.save()
    module, bat_nbr = entered.module, entered.bat_nbr
    if post:
        outcome = release_and_post(engine, module, bat_nbr, user=firm.SL_USER)
        released, situations = outcome.release, outcome.posting.situations if outcome.posting else ()
        _refuse(module, bat_nbr, outcome.error, [*(message.text for message in released.messages), *situations])
    else:
        released = release_batch(engine, module, bat_nbr, user=firm.SL_USER)
        _refuse(module, bat_nbr, released.error, [message.text for message in released.messages])
    return entered


def _refuse(module: str, bat_nbr: str, error: str | None, reasons: list[str]) -> None:
    if error or reasons:
        raise SlError(f"SL refused {module} batch {bat_nbr}: {' '.join([*([error] if error else []), *reasons])}")
