"""What to do about the credit memos applied to one invoice in Manage: pure, from what is there and what SL has applied.

One row of ours per invoice and credit memo (Manage API: InvoicePayment.credit) holds what SL has applied of the memo.
A row counts as ours only by its id, or by an open try of ours that it equals. Rows of others are left alone. Amounts
are in invoice currency, positive when they settle the invoice.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from xlpy.domain.afterwards.payment_decision import Act, OpenTry, OwnPayment
from xlpy.domain.afterwards.settlement import Application
from xlpy.domain.facts.manage_payments import InvoicePayment, ManageInvoice
from xlpy.domain.mapping.signs import CREDIT_MEMO
from xlpy.domain.values.money import ZERO, round_money, total


@dataclass(frozen=True, slots=True)
class WantedCredit:
    """How much of a credit memo SL has applied to the invoice, and when last. ``memo_id``: Manage's id of the memo."""

    memo_id: int
    number: str
    amount: Decimal
    on: date | None


@dataclass(frozen=True, slots=True)
class CreditDecision:
    """What to send about one credit memo on the invoice. ``before``, ``after``: what is applied of it, whoever did it.

    ``amount``: what our row is to hold; ``kept``: our row as it is there.
    """

    act: Act
    memo_id: int
    number: str
    amount: Decimal
    on: date | None
    before: Decimal
    after: Decimal
    kept: InvoicePayment | None = None
    message: str = ""

    @property
    def more(self) -> Decimal:
        """By how much more of the memo is applied than before; negative when some of it is taken back."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class OwnCredits:
    """Which rows are ours. ``adopted``: of an open try, not known yet; ``gone``: known, and no longer in Manage."""

    ours: tuple[InvoicePayment, ...]
    adopted: tuple[InvoicePayment, ...]
    gone: tuple[OwnPayment, ...]


def wanted_credits(applications: Iterable[Application], *, decimals: int) -> tuple[WantedCredit, ...]:
    """Sum up SL's applications of the credit memos that Manage knows, by memo; what came to nothing is left out.

    A memo whose id is not known for sure is left out, too: the settlement's notes say that it is applied in SL only.
    """
    by_memo: dict[int, list[Application]] = {}
    for row in {row.record_id: row for row in applications}.values():
        if row.paying_type == CREDIT_MEMO and row.memo and row.memo_id:
            by_memo.setdefault(row.memo_id, []).append(row)
    wanted = (
        WantedCredit(
            memo_id,
            rows[0].memo,
            round_money(total(row.amount for row in rows), decimals),
            max((row.on for row in rows if row.is_live and row.on), default=None),
        )
        for memo_id, rows in sorted(by_memo.items())
    )
    return tuple(one for one in wanted if one.amount > ZERO)


def as_known(own: Collection[OwnPayment], wanted: Collection[WantedCredit], shown: Decimal) -> bool:
    """Whether our table and Manage's sum say that all is applied by us as SL has it: nothing has to be read then."""
    known = {one.credit_id: one.amount for one in own if one.credit_id}
    one_each = len(known) == sum(bool(one.credit_id) for one in own)
    return one_each and known == {one.memo_id: one.amount for one in wanted} and shown == total(known.values())


def own_credits(found: Sequence[InvoicePayment], own: Collection[OwnPayment], tries: Collection[OpenTry]) -> OwnCredits:
    """Tell our rows from those of others. A row of an open try is ours when it is the only one that equals it."""
    known = {one.payment_id for one in own if one.credit_id}
    rows = [row for row in found if row.credit_id]
    ours = [row for row in rows if row.id in known]
    adopted: list[InvoicePayment] = []
    for one in tries:
        made = [
            row
            for row in rows
            if row.id not in known
            and one.credit_id == row.credit_id
            and row.amount == one.amount
            and (one.on is None or row.payment_date == one.on)
        ]
        if len(made) == 1 and one.credit_id not in {row.credit_id for row in (*ours, *adopted)}:
            adopted.append(made[0])
    present = {row.id for row in found}
    gone = tuple(one for one in own if one.credit_id and one.payment_id not in present)
    return OwnCredits((*ours, *adopted), tuple(adopted), gone)


def decide_credits(
    found: Sequence[InvoicePayment], ours: Collection[InvoicePayment], wanted: Collection[WantedCredit]
) -> tuple[CreditDecision, ...]:
    """Decide about each credit memo that SL has applied, and about each of which we had applied some, by its id."""
    by_memo = {one.memo_id: one for one in wanted}
    own_ids = {row.id for row in ours}
    memos = sorted({*by_memo, *(row.credit_id for row in ours)})
    return tuple(
        _decided(
            by_memo.get(memo_id) or WantedCredit(memo_id, _number(found, memo_id), ZERO, None),
            [row for row in found if row.credit_id == memo_id and row.id in own_ids],
            [row for row in found if row.credit_id == memo_id and row.id not in own_ids],
        )
        for memo_id in memos
    )


def _decided(wanted: WantedCredit, mine: Sequence[InvoicePayment], others: Sequence[InvoicePayment]) -> CreditDecision:
    by_others = total(row.amount for row in others)
    shown = by_others + total(row.amount for row in mine)
    kept = mine[0] if mine else None
    of = CreditDecision(
        Act.NOTHING, wanted.memo_id, wanted.number, kept.amount if kept else ZERO, wanted.on, shown, shown, kept
    )
    name = f"Credit memo {wanted.number}"
    if len(mine) > 1:
        return replace(
            of, act=Act.LEAVE, message=f"{name} is applied {len(mine)} times by us; take all but one off in Manage."
        )
    if shown == wanted.amount:
        return of
    if others and not mine:
        return replace(
            of,
            act=Act.LEAVE,
            message=f"{name}: somebody else applied {by_others} of it in Manage, SL has"
            f" {wanted.amount}; it is left alone.",
        )
    target = max(ZERO, wanted.amount - by_others)
    if kept is not None and kept.amount == target:
        return replace(of, act=Act.LEAVE, message=f"{name}: {by_others} of it by somebody else is left alone.")
    act = Act.REMOVE if target == ZERO else Act.CHANGE if mine else Act.CREATE
    after = target + by_others
    return replace(
        of,
        act=act,
        amount=target,
        after=after,
        message=f"{name}: {after} of it on the invoice in Manage, {shown} before.",
    )


def within(
    decisions: Sequence[CreditDecision],
    invoice: ManageInvoice,
    memos: Mapping[int, ManageInvoice],
    left_of: Mapping[int, Decimal],
) -> tuple[CreditDecision, ...]:
    """Leave out what Manage could not take: a memo that is none, of another currency, or of which too little is left.

    ``left_of``: what is left of each memo in Manage, positive.
    """
    return tuple(
        left_alone(one, why) if one.more > ZERO and (why := _why_not(one, invoice, memos, left_of)) else one
        for one in decisions
    )


def left_alone(decision: CreditDecision, why: str) -> CreditDecision:
    """Return the decision to leave the memo as it is applied now, and why."""
    kept = decision.kept.amount if decision.kept else ZERO
    message = f"Credit memo {decision.number}: {why}."
    return replace(decision, act=Act.LEAVE, amount=kept, after=decision.before, message=message)


def _why_not(
    decision: CreditDecision,
    invoice: ManageInvoice,
    memos: Mapping[int, ManageInvoice],
    left_of: Mapping[int, Decimal],
) -> str:
    memo = memos.get(decision.memo_id)
    if memo is None:
        return "Manage did not give its record"
    if not memo.is_credit_memo or memo.total >= ZERO:
        return f"it is no credit memo in Manage ({memo.invoice_type}, {memo.total})"
    if memo.currency != invoice.currency:
        return f"it is in {memo.currency} in Manage, the invoice in {invoice.currency}"
    left = left_of.get(decision.memo_id, ZERO)
    if left < decision.more:
        return f"only {left} of it is left in Manage, {decision.more} more would have to be applied"
    return ""


def _number(found: Sequence[InvoicePayment], memo_id: int) -> str:
    return next((row.credit_number for row in found if row.credit_id == memo_id and row.credit_number), str(memo_id))
