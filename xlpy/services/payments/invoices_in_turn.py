"""The way of a payment sync through its invoices: compare, decide, write, read again. One failing does not stop others.

Manage is only called for invoices whose payments differ from what SL says, besides chunked reads.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal

from xlpy.domain.afterwards.payment_decision import Act, Decision, Wanted, decide
from xlpy.domain.afterwards.settlement import PaidInManage, Settlement, paid_in_manage, settlement_of
from xlpy.domain.facts.manage_payments import InvoicePayment, ManageInvoice
from xlpy.domain.mapping.signs import INVOICE
from xlpy.domain.values.money import ZERO, total
from xlpy.domain.values.statuses import PaymentStatus
from xlpy.errors import ManageError, ManageUnreachable
from xlpy.services.payments.candidates import Candidate
from xlpy.services.payments.rows import failed, row_alone, row_gone, row_of, row_read_again, row_to_write, with_message
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
WRITES = frozenset({Act.CREATE, Act.CHANGE, Act.REMOVE})
DONE = frozenset({PaymentStatus.UNCHANGED, PaymentStatus.CHANGED, PaymentStatus.REMOVED})


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an invoice. ``saw``: what the next sync compares with, None while something is left to do.

    ``to_read``: the invoice as it was before it was written; what it must show now is ``expected``.
    """

    row: PaymentRow
    saw: Saw | None = None
    to_read: ManageInvoice | None = None
    decision: Decision | None = None


@dataclass(slots=True)
class SyncPass:
    """One sync going through its invoices."""

    session: Session
    writer: PaymentWriter
    found: SettlementsInSl
    take_over: frozenset[str]  # numbers, case folded
    taken_over: set[str] = field(default_factory=set)
    _unanswered: int = 0

    def all(self, candidates: list[Candidate]) -> list[Outcome]:
        """Go through all invoices, in their order."""
        outcomes = []
        for place, candidate in enumerate(candidates):
            self.session.progress("Writing payments", place, len(candidates))
            outcomes.append(self._one(candidate))
        return list(self._read_again(outcomes))

    def _one(self, candidate: Candidate) -> Outcome:
        invoice, in_sl = candidate.invoice, candidate.in_sl.invoice
        if invoice is None:
            # An absence in one answer is not a fact, so nothing is kept in mind: it comes again until it is found.
            return Outcome(row_alone(candidate))
        if in_sl is None and not candidate.in_sl.voided:
            return Outcome(row_gone(candidate, invoice), _saw(candidate, ZERO) if candidate.cleaned_up else None)
        if in_sl is None:
            paid = PaidInManage(ZERO, None, None, invoice.total - invoice.credits)
            row = row_gone(candidate, invoice)
        else:
            settlement: Settlement = settlement_of(in_sl, candidate.in_sl.applications, decimals=invoice.decimals)
            paid = paid_in_manage(settlement, invoice)
            row = row_of(candidate, invoice, settlement, paid)
        try:
            outcome = self._compared(candidate, invoice, paid, row)
        except ManageError as error:
            self._unanswered = self._unanswered + 1 if isinstance(error, ManageUnreachable) else 0
            logger.exception("Invoice %s failed", invoice.number)
            return Outcome(failed(row, str(error)))
        return outcome

    def _compared(self, candidate: Candidate, invoice: ManageInvoice, paid: PaidInManage, row: PaymentRow) -> Outcome:
        """Compare first: the payments of an invoice are only read when something differs or is open."""
        own = self.found.own.get(candidate.record_id, ())
        tries = self.found.tries.get(candidate.record_id, ())
        taken = invoice.number.casefold() in self.take_over
        same = invoice.payments == paid.amount and all(one.on == paid.on for one in own)
        if same and not tries and not taken:
            if paid.amount and not own:
                row = with_message(row, row.status, "Manage has it by a payment that is not ours.")
            return Outcome(row, _saw(candidate, paid.amount))
        if self._unanswered >= PATIENCE:
            return Outcome(failed(row, "Not tried: Manage does not answer any more."))
        # Where Manage shows none and none of ours is known, recording one looks for itself.
        found: tuple[InvoicePayment, ...] = ()
        if invoice.payments or own or tries:
            found = self.session.manage.payments_of(invoice.id, decimals=invoice.decimals)
            self._unanswered = 0
        seen = candidate.in_sl.seen
        wanted = Wanted(paid.amount, paid.on, seen.paid if seen else None)
        decision = decide(found, own, tries, wanted, take_over=taken)
        if taken:
            self.taken_over.add(invoice.number.casefold())
        self.writer.note(invoice, decision, own, tried=bool(tries))
        row = self._decided(row, decision)
        if decision.act not in WRITES:
            settled = decision.act is Act.NOTHING
            return Outcome(row, _saw(candidate, paid.amount) if settled else _to_come_again(candidate))
        row = row_to_write(row, invoice, decision.total_after, paid)
        self.writer.write(invoice, decision)
        self._unanswered = 0
        return Outcome(row, _saw(candidate, paid.amount), invoice if self.writer.run else None, decision)

    def _decided(self, row: PaymentRow, decision: Decision) -> PaymentRow:
        status = STATUS_OF[decision.act]
        if status is PaymentStatus.UNCHANGED and row.status is PaymentStatus.NOT_MATCHED:
            status = row.status  # voided in SL, and nothing in Manage
        return with_message(row, status, decision.message)

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
            written, decision = outcome.to_read, outcome.decision
            if written is None or decision is None:
                yield outcome
                continue
            if written.id not in shown and self._shown_by_payments(written, decision):
                yield outcome
                continue
            row = row_read_again(outcome.row, shown.get(written.id), decision.total_after, problem)
            yield Outcome(row, outcome.saw if row.status in DONE else None)

    def _shown_by_payments(self, invoice: ManageInvoice, decision: Decision) -> bool:
        """Whether the payments of an invoice confirm what was written, where the invoice itself can't be read again."""
        try:
            found = self.session.manage.payments_of(invoice.id, decimals=invoice.decimals)
        except ManageError as error:
            logger.warning("The payments of invoice %s can't be read either: %s", invoice.number, error)
            return False
        return total(payment.amount for payment in found if not payment.credit_id) == decision.total_after


def _to_come_again(candidate: Candidate) -> Saw | None:
    """Return what makes an invoice entered by hand come again with the next sync: as if it was seen before it was paid.

    One of the ledger comes again by itself while it is not settled, and so does what an earlier sync saw otherwise.
    """
    in_sl = candidate.in_sl.invoice
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
