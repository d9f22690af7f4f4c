"""What to do about the payments of one invoice in Manage: pure, from what is there and what there should be.

One payment of ours per invoice holds the cumulative amount (Manage API: payments, one record per invoice). Payments of
others are left alone; a payment counts as ours only by its id, by an open try of ours that it equals, or because the
user says so.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from xlpy.domain.facts.manage_payments import InvoicePayment
from xlpy.domain.values.money import ZERO, total


class Act(StrEnum):
    """What has to be sent to Manage for an invoice."""

    NOTHING = "nothing"
    CREATE = "create"
    CHANGE = "change"
    REMOVE = "remove"
    LEAVE = "leave"  # somebody else's payments are there
    ASK = "ask"  # a single payment that is not ours: only the user knows


@dataclass(frozen=True, slots=True)
class OpenTry:
    """A payment that an earlier run may or may not have written. ``amount`` 0: it was to be removed.

    ``credit_id``: it is the applied part of that credit memo; 0: a payment.
    """

    amount: Decimal
    on: date | None
    credit_id: int = 0


@dataclass(frozen=True, slots=True)
class OwnPayment:
    """A payment in Manage that is ours, as the company's own table knows it. ``credit_id``: of an applied memo."""

    payment_id: int
    amount: Decimal
    on: date | None
    credit_id: int = 0


@dataclass(frozen=True, slots=True)
class Wanted:
    """What Manage is to show. ``before``: what the last sync had written; None when it never saw the invoice."""

    amount: Decimal
    on: date | None
    before: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What to send, and what to note. ``total_after``: what the payments of the invoice then add up to.

    ``adopted``: a payment that is ours although the table does not know it yet. ``gone``: rows of ours whose payment is
    no longer in Manage. ``kept``: our payment as it is there.
    """

    act: Act
    amount: Decimal
    on: date | None
    total_after: Decimal
    payment_id: int = 0
    kept: InvoicePayment | None = None
    adopted: InvoicePayment | None = None
    gone: tuple[OwnPayment, ...] = ()
    message: str = ""


def decide(
    found: Sequence[InvoicePayment],
    own: Collection[OwnPayment],
    tries: Collection[OpenTry],
    wanted: Wanted,
    *,
    take_over: bool = False,
) -> Decision:
    """Decide about one invoice. ``found``: its payments in Manage; ``own``, ``tries``: what we know as ours.

    Credit memos that Manage applied (payments with a ``credit``) count among Manage's credits, never as payments.
    """
    own = [payment for payment in own if not payment.credit_id]
    tries = [one for one in tries if not one.credit_id]
    own_ids = {payment.payment_id for payment in own}
    ours = [payment for payment in found if payment.id in own_ids]
    others = [payment for payment in found if payment.id not in own_ids and not payment.credit_id]
    adopted = _adopted(ours, others, tries)
    if adopted is None and take_over and not ours:
        adopted = _single(others)
    if adopted is not None:
        ours = [*ours, adopted]
        others = [payment for payment in others if payment is not adopted]
    present = {payment.id for payment in found}
    gone = tuple(payment for payment in own if payment.payment_id not in present)
    act, amount, message = _act(ours, others, wanted)
    kept = ours[0] if ours else None
    by_others = total(payment.amount for payment in others)
    shown = total(payment.amount for payment in (*ours, *others))
    return Decision(
        act=act,
        amount=amount,
        on=wanted.on,
        total_after=amount + by_others if act in (Act.CREATE, Act.CHANGE, Act.REMOVE) else shown,
        payment_id=kept.id if kept else 0,
        kept=kept,
        adopted=adopted,
        gone=gone,
        message=message,
    )


def _adopted(
    ours: Sequence[InvoicePayment], others: Sequence[InvoicePayment], tries: Collection[OpenTry]
) -> InvoicePayment | None:
    """Return the payment that an open try of ours made: same amount and date, and no other like it."""
    if ours:
        return None
    made = [
        payment
        for payment in others
        if payment.is_plain
        and any(payment.amount == t.amount and (t.on is None or payment.payment_date == t.on) for t in tries)
    ]
    return made[0] if len(made) == 1 else None


def _single(others: Sequence[InvoicePayment]) -> InvoicePayment | None:
    return others[0] if len(others) == 1 and others[0].is_plain else None


def _act(ours: Sequence[InvoicePayment], others: Sequence[InvoicePayment], wanted: Wanted) -> tuple[Act, Decimal, str]:
    by_others = total(payment.amount for payment in others)
    shown = by_others + total(payment.amount for payment in ours)
    if len(ours) > 1:
        return Act.LEAVE, ZERO, f"Manage has {len(ours)} payments of ours on this invoice; delete all but one there."
    if not ours:
        return _without_ours(others, wanted, shown)
    mine = ours[0]
    if others and shown == wanted.amount:
        return Act.NOTHING, mine.amount, f"{by_others} of it is {_whose(others)}."
    if others and wanted.before == wanted.amount:
        return Act.LEAVE, mine.amount, _differs(others, shown, wanted)
    target = max(ZERO, wanted.amount - by_others)
    left = f" {by_others} of {_whose(others)} is left alone." if others else ""
    if target == ZERO:
        return Act.REMOVE, ZERO, left.strip()
    if mine.amount == target and (wanted.on is None or mine.payment_date == wanted.on):
        return Act.NOTHING, target, left.strip()
    return Act.CHANGE, target, left.strip()


def _without_ours(others: Sequence[InvoicePayment], wanted: Wanted, shown: Decimal) -> tuple[Act, Decimal, str]:
    if not others:
        return (Act.CREATE, wanted.amount, "") if wanted.amount else (Act.NOTHING, ZERO, "")
    if shown == wanted.amount:
        return Act.NOTHING, ZERO, f"Manage has it by {_whose(others)}, which {_is(others)} left alone."
    single = _single(others)
    if single is None:
        return Act.LEAVE, ZERO, _differs(others, shown, wanted)
    dated = f" of {single.payment_date:%Y-%m-%d}" if single.payment_date else ""
    does = f"makes it {wanted.amount}" if wanted.amount else "removes it"
    return (
        Act.ASK,
        ZERO,
        f"Manage has a payment of {single.amount}{dated} that this product did not write; SL has {wanted.amount} as"
        f" paid. Taking it over {does}.",
    )


def _differs(others: Sequence[InvoicePayment], shown: Decimal, wanted: Wanted) -> str:
    return (
        f"Manage shows {shown} as paid, SL has {wanted.amount}; {_whose(others)} {_is(others)} left alone: correct it"
        " in Manage (or enter the payment in SL)."
    )


def _is(others: Sequence[InvoicePayment]) -> str:
    return "is" if len(others) == 1 else "are"


def _whose(others: Sequence[InvoicePayment]) -> str:
    if any(payment.source == "WisePay" for payment in others):
        return "a WisePay payment" if len(others) == 1 else f"{len(others)} payments, WisePay among them,"
    return "a payment of somebody else" if len(others) == 1 else f"{len(others)} payments of somebody else"
