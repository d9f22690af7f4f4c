"""The credit memos of a payment sync: what is left of each in Manage, and what is to be done on one invoice."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from xlpy.domain.afterwards.credit_decision import (
    CreditDecision,
    OwnCredits,
    WantedCredit,
    decide_credits,
    left_alone,
    within,
)
from xlpy.domain.afterwards.payment_decision import Act, Decision
from xlpy.domain.facts.manage_payments import InvoicePayment, ManageInvoice
from xlpy.domain.values.money import ZERO, total
from xlpy.services.payments.candidates import Candidate
from xlpy.services.run.session import Session
from xlpy.sl.reading.settlements import SettlementsInSl


@dataclass(slots=True)
class MemosInManage:
    """The credit memos that SL has applied, as Manage shows them, and how much of them this sync gives and takes."""

    memos: Mapping[int, ManageInvoice]
    _moved: dict[int, Decimal] = field(default_factory=dict)

    def left(self) -> Mapping[int, Decimal]:
        """Return what is left of each memo, positive, in its currency."""
        return {memo_id: abs(memo.balance) - self._moved.get(memo_id, ZERO) for memo_id, memo in self.memos.items()}

    def moved(self, decisions: Iterable[CreditDecision]) -> None:
        """Count what was applied, or taken back."""
        for one in decisions:
            self._moved[one.memo_id] = self._moved.get(one.memo_id, ZERO) + one.more


@dataclass(frozen=True, slots=True)
class CreditPlan:
    """What to do about the credit memos of an invoice. ``shown``, ``after``: all that is applied, whoever did it."""

    there: OwnCredits
    shown: Decimal
    decisions: tuple[CreditDecision, ...] = ()

    @property
    def after(self) -> Decimal:
        """What is applied to the invoice once it is done."""
        return self.shown + total(one.more for one in self.decisions)

    @property
    def message(self) -> str:
        """What the sheet says of it."""
        return " ".join(one.message for one in self.decisions if one.message)

    @property
    def acts(self) -> set[Act]:
        """What is done, of all memos."""
        return {one.act for one in self.decisions}

    def fitting(self, invoice: ManageInvoice, payments: Decimal) -> CreditPlan:
        """Apply nothing more where the invoice can't take it beside its payments: never more than its balance."""
        if payments + self.after <= invoice.total:
            return self
        room = max(ZERO, invoice.total - payments - self.shown)
        why = f"Manage has only {room} left to pay on the invoice; look at its payments there"
        return replace(
            self, decisions=tuple(left_alone(one, why) if one.more > ZERO else one for one in self.decisions)
        )


def read_memos(session: Session, candidates: Collection[Candidate]) -> MemosInManage:
    """Read the credit memos of Manage that SL has applied, in chunks; nothing where the settings don't apply them."""
    ids = {row.memo_id for one in candidates for row in one.in_sl.applications if row.memo_id}
    if not ids or not session.profile.posting.apply_credit_memos:
        return MemosInManage({})
    return MemosInManage(session.manage.invoices(ids, session.counting("Reading credit memos of Manage")))


def plan_credits(
    invoice: ManageInvoice,
    found: Sequence[InvoicePayment],
    there: OwnCredits,
    wanted: Collection[WantedCredit],
    memos: MemosInManage,
) -> CreditPlan:
    """Decide about all credit memos of an invoice whose rows were read.

    Where Manage's own sum is more than its rows add up to, some can't be seen: then nothing is applied on top.
    """
    listed = total(row.amount for row in found if row.credit_id)
    decisions = decide_credits(found, there.ours, wanted)
    if listed < invoice.credits:
        why = (
            f"Manage shows credits of {invoice.credits} on the invoice, but lists {listed}; look at its payments there"
        )
        decisions = tuple(left_alone(one, why) if one.more > ZERO else one for one in decisions)
    decisions = within(decisions, invoice, memos.memos, memos.left())
    return CreditPlan(there, max(listed, invoice.credits), decisions)


def givers_first(candidates: Sequence[Candidate], found: SettlementsInSl) -> list[int]:
    """Return the places of the invoices, first those on which less of a memo is applied now: others may need that."""

    def gives(candidate: Candidate) -> bool:
        applied: dict[int, Decimal] = {}
        for row in candidate.in_sl.applications:
            applied[row.memo_id] = applied.get(row.memo_id, ZERO) + row.amount
        own = found.own.get(candidate.record_id, ())
        return any(one.credit_id and applied.get(one.credit_id, ZERO) < one.amount for one in own)

    return sorted(range(len(candidates)), key=lambda place: not gives(candidates[place]))


def in_order(decision: Decision, credits_planned: CreditPlan) -> list[Decision | CreditDecision]:
    """Return what is to be written, what takes back first: at no moment is more settled than the invoice's total."""
    writes = {Act.CREATE, Act.CHANGE, Act.REMOVE}
    changes = [one for one in credits_planned.decisions if one.act in writes]
    own: list[Decision | CreditDecision] = [decision] if decision.act in writes else []
    before = decision.kept.amount if decision.kept else ZERO
    less, more = [c for c in changes if c.more < ZERO], [c for c in changes if c.more >= ZERO]
    return [*own, *less, *more] if decision.amount < before else [*less, *more, *own]
