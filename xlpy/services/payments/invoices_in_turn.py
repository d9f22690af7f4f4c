"""The way of a payment sync through its invoices: compare, decide, write, read again. One failing does not stop others.

Manage is only called for invoices whose payments differ from what SL says, besides chunked reads.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal

from xlpy.domain.afterwards.credit_decision import CreditDecision, WantedCredit, as_known, own_credits, wanted_credits
from xlpy.domain.afterwards.payment_decision import Act, Decision, OpenTry, OwnPayment, Wanted, decide
from xlpy.domain.afterwards.settlement import PaidInManage, paid_in_manage, settlement_of
from xlpy.domain.facts.manage_payments import InvoicePayment, ManageInvoice
from xlpy.domain.mapping.signs import INVOICE
from xlpy.domain.values.money import ZERO, total
from xlpy.domain.values.statuses import PaymentStatus
from xlpy.errors import ManageError, ManageUnreachable
from xlpy.services.payments.candidates import Candidate
from xlpy.services.payments.credits import CreditPlan, MemosInManage, givers_first, in_order, plan_credits
from xlpy.services.payments.rows import (
    Shown,
    failed,
    row_alone,
    row_gone,
    row_of,
    row_read_again,
    row_to_write,
    with_message,
)
from xlpy.services.payments.writing import PaymentWriter
from xlpy.services.run.session import Session
from xlpy.services.run.sync_report import PaymentRow
from xlpy.sl.ledger_book.payment_state import Saw
from xlpy.sl.reading.settlements import SettlementsInSl

logger = logging.getLogger(__name__)

PATIENCE = 3  # unanswered calls in a row after which Manage counts as out of reach
STATUS_OF = {
    Act.NOTHING: PaymentStatus.UNCHANGED,
    Act.CREATE: PaymentStatus.CHANGED,
    Act.CHANGE: PaymentStatus.CHANGED,
    Act.REMOVE: PaymentStatus.REMOVED,
    Act.LEAVE: PaymentStatus.LEFT_ALONE,
    Act.ASK: PaymentStatus.CONFIRM,
}
LEFT = frozenset({Act.LEAVE, Act.ASK})
APPLY_BY_HAND = (
    "Apply it in Manage (Finance > Invoices, open the credit memo), or set apply_credit_memos = false in [posting]."
)
DONE = frozenset({PaymentStatus.UNCHANGED, PaymentStatus.CHANGED, PaymentStatus.REMOVED})


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an invoice. ``saw``: what the next sync compares with, None while something is left to do.

    ``to_read``: the invoice as it was before it was written; what it must show now is ``then``.
    """

    row: PaymentRow
    saw: Saw | None = None
    to_read: ManageInvoice | None = None
    then: Shown | None = None


@dataclass(slots=True)
class SyncPass:
    """One sync going through its invoices."""

    session: Session
    writer: PaymentWriter
    found: SettlementsInSl
    memos: MemosInManage
    take_over: frozenset[str]  # numbers, case folded
    taken_over: set[str] = field(default_factory=set)
    _unanswered: int = 0

    def all(self, candidates: list[Candidate]) -> list[Outcome]:
        """Go through all invoices, in their order."""
        outcomes = {}
        for done, place in enumerate(givers_first(candidates, self.found)):
            self.session.progress("Writing payments", done, len(candidates))
            outcomes[place] = self._one(candidates[place])
        return list(self._read_again([outcomes[place] for place in range(len(candidates))]))

    def _one(self, candidate: Candidate) -> Outcome:
        invoice, in_sl = candidate.invoice, candidate.in_sl.invoice
        if invoice is None:
            # An absence in one answer is not a fact, so nothing is kept in mind: it comes again until it is found.
            return Outcome(row_alone(candidate))
        if in_sl is None and not candidate.in_sl.voided:
            return Outcome(row_gone(candidate, invoice), _saw(candidate, ZERO) if candidate.cleaned_up else None)
        try:
            outcome = self._compared(candidate, invoice)
        except ManageError as error:
            self._unanswered = self._unanswered + 1 if isinstance(error, ManageUnreachable) else 0
            logger.exception("Invoice %s failed", invoice.number)
            return Outcome(failed(_told(candidate, invoice)[1], str(error)))
        return outcome

    def _compared(self, candidate: Candidate, invoice: ManageInvoice) -> Outcome:
        """Compare first: the payments of an invoice are only read when something differs or is open."""
        paid, row = _told(candidate, invoice)
        own = self.found.own.get(candidate.record_id, ())
        tries = self.found.tries.get(candidate.record_id, ())
        taken = invoice.number.casefold() in self.take_over
        applying = self.session.profile.posting.apply_credit_memos
        wanted_memos = _wanted_memos(candidate, invoice) if applying else ()
        plain = [one for one in own if not one.credit_id]
        same = invoice.payments == paid.amount and all(one.on == paid.on for one in plain)
        same = same and (not applying or as_known(own, wanted_memos, invoice.credits))
        if same and not tries and not taken:
            if paid.amount and not plain:
                row = with_message(row, row.status, "Manage has it by a payment that is not ours.")
            return Outcome(row, _saw(candidate, paid.amount))
        if self._unanswered >= PATIENCE:
            return Outcome(failed(row, "Not tried: Manage does not answer any more."))
        # Where Manage shows none and none of ours is known, recording one looks for itself.
        found: tuple[InvoicePayment, ...] = ()
        if invoice.payments or own or tries or (applying and (invoice.credits or wanted_memos)):
            found = self.session.manage.payments_of(invoice.id, decimals=invoice.decimals)
            self._unanswered = 0
        there = own_credits(found, own, tries)
        plan = CreditPlan(there, invoice.credits)
        if applying:
            plan = plan_credits(invoice, found, there, wanted_memos, self.memos)
        decide_on = _Question(candidate, invoice, found, own, tries, take_over=taken)
        paid, row, decision = decide_on.beside(plan)
        if applying and plan.fitting(invoice, decision.total_after) is not plan:
            plan = plan.fitting(invoice, decision.total_after)
            paid, row, decision = decide_on.beside(plan)
        if taken:
            self.taken_over.add(invoice.number.casefold())
        self.writer.note(invoice, decision, there, own, tried=bool(tries))
        row = _decided(row, decision, plan)
        steps = in_order(decision, plan)
        left = decision.act in LEFT or Act.LEAVE in plan.acts
        saw = _to_come_again(candidate, paid, plan) if left else _saw(candidate, paid.amount)
        if not steps:
            return Outcome(row, saw)
        then = Shown(decision.total_after, plan.after)
        refused = self._write(invoice, steps)
        self.memos.moved(one for one in plan.decisions if one not in [step for step, _error in refused])
        then = replace(then, credits=then.credits - total(one.more for one, _error in refused))
        row = row_to_write(row, invoice, then, paid)
        if refused:
            why = " ".join(f"Credit memo {one.number} was not applied in Manage: {error}" for one, error in refused)
            return Outcome(failed(row, f"{why} {APPLY_BY_HAND}"))
        self._unanswered = 0
        return Outcome(row, saw, invoice if self.writer.run else None, then)

    def _write(
        self, invoice: ManageInvoice, steps: Iterable[Decision | CreditDecision]
    ) -> list[tuple[CreditDecision, ManageError]]:
        """Write what was decided; a memo that Manage clearly refuses keeps nothing else from being written."""
        refused = []
        for step in steps:
            try:
                self.writer.write(invoice, step)
            except ManageUnreachable:
                raise
            except ManageError as error:
                if not isinstance(step, CreditDecision) or step.more < ZERO:
                    raise
                logger.exception("Credit memo %s was not applied to invoice %s", step.number, invoice.number)
                refused.append((step, error))
        return refused

    def _read_again(self, outcomes: list[Outcome]) -> Iterator[Outcome]:
        """Read what was written again, in chunks: an invoice must show what its payments add up to now."""
        ids = [outcome.to_read.id for outcome in outcomes if outcome.to_read]
        shown: dict[int, ManageInvoice] = {}
        problem = ""
        if ids:
            try:
                shown = self.session.manage.invoices(ids, self.session.counting("Reading what was written"))
            except ManageError as error:
                logger.exception("What was written could not be read again")
                problem = f"Made in Manage, but not confirmed: {error}"
        for outcome in outcomes:
            written, then = outcome.to_read, outcome.then
            if written is None or then is None:
                yield outcome
                continue
            if written.id not in shown and self._shown_by_payments(written, then):
                yield outcome
                continue
            row = row_read_again(outcome.row, shown.get(written.id), then, problem)
            yield Outcome(row, outcome.saw if row.status in DONE else None)

    def _shown_by_payments(self, invoice: ManageInvoice, then: Shown) -> bool:
        """Whether the payments of an invoice confirm what was written, where the invoice itself can't be read again."""
        try:
            found = self.session.manage.payments_of(invoice.id, decimals=invoice.decimals)
        except ManageError as error:
            logger.warning("The payments of invoice %s can't be read either: %s", invoice.number, error)
            return False
        applied = total(payment.amount for payment in found if payment.credit_id)
        return Shown(total(payment.amount for payment in found) - applied, applied) == then


@dataclass(frozen=True, slots=True)
class _Question:
    """What to do about the payments of an invoice whose rows were read, asked once it is known what credits do."""

    candidate: Candidate
    invoice: ManageInvoice
    found: tuple[InvoicePayment, ...]
    own: tuple[OwnPayment, ...]
    tries: tuple[OpenTry, ...]
    take_over: bool

    def beside(self, plan: CreditPlan) -> tuple[PaidInManage, PaymentRow, Decision]:
        """Decide about the payments beside those credits; also what Manage is to show as paid, and the row."""
        paid, row = _told(self.candidate, self.invoice, plan.after)
        seen = self.candidate.in_sl.seen
        wanted = Wanted(paid.amount, paid.on, seen.paid if seen else None)
        return paid, row, decide(self.found, self.own, self.tries, wanted, take_over=self.take_over)


def _told(
    candidate: Candidate, invoice: ManageInvoice, credits_then: Decimal | None = None
) -> tuple[PaidInManage, PaymentRow]:
    """Say what Manage is to show as paid, and make the row as nothing had to be changed."""
    in_sl = candidate.in_sl.invoice
    if in_sl is None:
        return PaidInManage(ZERO, None, None, invoice.total - invoice.credits), row_gone(candidate, invoice)
    settlement = settlement_of(in_sl, candidate.in_sl.applications, decimals=invoice.decimals)
    paid = paid_in_manage(settlement, invoice, credits_then=credits_then)
    return paid, row_of(candidate, invoice, settlement, paid)


def _wanted_memos(candidate: Candidate, invoice: ManageInvoice) -> tuple[WantedCredit, ...]:
    """Return what SL has applied of Manage's credit memos; nothing of an invoice that SL voided."""
    if candidate.in_sl.invoice is None:
        return ()
    return wanted_credits(candidate.in_sl.applications, decimals=invoice.decimals)


def _decided(row: PaymentRow, decision: Decision, plan: CreditPlan) -> PaymentRow:
    status = STATUS_OF[decision.act]
    if decision.act not in LEFT:
        acts = {decision.act, *plan.acts} - {Act.NOTHING}
        if Act.LEAVE in acts:
            status = PaymentStatus.LEFT_ALONE
        elif acts:
            status = PaymentStatus.REMOVED if acts == {Act.REMOVE} else PaymentStatus.CHANGED
    if status is PaymentStatus.UNCHANGED and row.status is PaymentStatus.NOT_MATCHED:
        status = row.status  # voided in SL, and nothing in Manage
    return with_message(row, status, " ".join(part for part in (decision.message, plan.message) if part))


def _to_come_again(candidate: Candidate, paid: PaidInManage, plan: CreditPlan) -> Saw | None:
    """Return what makes an invoice entered by hand come again with the next sync: as if it was seen before it was paid.

    One of the ledger comes again by itself while it is not settled, and so does what an earlier sync saw otherwise.
    Any comes again while a credit memo is left to be applied, or to be taken back.
    """
    in_sl = candidate.in_sl.invoice
    if in_sl is not None and Act.LEAVE in plan.acts:
        return replace(_saw(candidate, paid.amount), balance=in_sl.total, is_open=True)
    if in_sl is None or candidate.in_sl.from_ledger or candidate.in_sl.seen is not None:
        return None
    return replace(_saw(candidate, ZERO), balance=in_sl.total, is_open=True)


def _saw(candidate: Candidate, paid: Decimal) -> Saw:
    """Return what the next sync compares with. An invoice that SL no longer has counts as closed."""
    in_sl = candidate.in_sl.invoice
    return Saw(
        record_id=candidate.record_id,
        cust_id=in_sl.cust_id if in_sl else "",
        doc_type=in_sl.doc_type if in_sl else INVOICE,
        ref_nbr=in_sl.ref_nbr if in_sl else candidate.in_sl.reference,
        balance=in_sl.balance if in_sl else ZERO,
        is_open=in_sl.is_open if in_sl else False,
        paid=paid,
    )
