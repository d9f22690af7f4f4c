"""Writing the payment and the credits of one invoice into Manage, so that it can be cut off anywhere and done again.

A try is committed in SL before anything is sent, and settled together with what came of it. Nothing is ever sent twice
in a run: when it is not known whether Manage did it, the try stays open, and the next run looks.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from xlpy.domain.afterwards.credit_decision import CreditDecision, OwnCredits
from xlpy.domain.afterwards.payment_decision import Act, Decision, OwnPayment
from xlpy.domain.facts.manage_payments import InvoicePayment, ManageInvoice
from xlpy.errors import ManageError, ManageUnreachable
from xlpy.services.run.session import Session
from xlpy.sl.ledger_book.payment_state import Payment, SyncRun, begin_try, mark_removed, save_payment, settle_tries

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class PaymentWriter:
    """Writes payments of one run. ``run`` None: a dry run, which writes nothing anywhere."""

    session: Session
    run: SyncRun | None

    def note(
        self,
        invoice: ManageInvoice,
        decision: Decision,
        credits_there: OwnCredits,
        own: Collection[OwnPayment],
        *,
        tried: bool,
    ) -> None:
        """Note what is known now without writing to Manage: adopted payments, payments that are gone, settled tries."""
        mine = {payment.payment_id: (payment.amount, payment.on) for payment in own}
        there = [*([decision.kept] if decision.kept else ()), *credits_there.ours]
        news = [payment for payment in there if mine.get(payment.id) != _shown(payment)]
        gone = [payment.payment_id for payment in (*decision.gone, *credits_there.gone)]
        if self.run is None or not (news or gone or tried):
            return
        now = self.session.now()
        with self.session.sl.engine.begin() as connection:
            for payment in news:
                save_payment(connection, self.run, _payment(invoice, payment), now)
            mark_removed(connection, self.run, gone, now)
            if tried:
                settle_tries(connection, self.run, str(invoice.id), now)

    def write(self, invoice: ManageInvoice, decision: Decision | CreditDecision) -> None:
        """Create, change or remove the payment, or the applied part of a credit memo.

        Raises ``ManageError`` when Manage did not do it, or can't be told.
        """
        if self.run is None:
            return
        memo_id = decision.memo_id if isinstance(decision, CreditDecision) else 0
        self._begin(invoice, decision.amount, decision.on, memo_id)
        try:
            made = (
                self._send_credit(invoice, decision)
                if isinstance(decision, CreditDecision)
                else self._send(invoice, decision)
            )
        except ManageError as error:
            if not (isinstance(error, ManageUnreachable) and error.sent):
                self._settle(invoice, None)  # nothing was done: a like payment of somebody else must not become ours
            raise
        removed = decision.kept.id if decision.kept and decision.act is Act.REMOVE else 0
        self._settle(invoice, made, is_new=decision.act is Act.CREATE, removed=removed)

    def _send(self, invoice: ManageInvoice, decision: Decision) -> InvoicePayment | None:
        manage, places = self.session.manage, invoice.decimals
        amount, on = decision.amount, decision.on
        if decision.act is Act.CREATE:
            logger.info("Invoice %s: recording a payment of %s", invoice.number, amount)
            return manage.create_payment(invoice.id, amount, on, decimals=places)
        if decision.act is Act.CHANGE:
            logger.info("Invoice %s: changing payment %d to %s", invoice.number, decision.payment_id, amount)
            return manage.change_payment(invoice.id, decision.payment_id, amount, on, decimals=places)
        logger.info("Invoice %s: removing payment %d", invoice.number, decision.payment_id)
        manage.remove_payment(invoice.id, decision.payment_id)
        return None

    def _send_credit(self, invoice: ManageInvoice, decision: CreditDecision) -> InvoicePayment | None:
        manage, places, amount = self.session.manage, invoice.decimals, decision.amount
        memo = decision.number
        if decision.act is Act.CREATE:
            logger.info("Invoice %s: applying %s of credit memo %s", invoice.number, amount, memo)
            made = manage.apply_credit(invoice.id, decision.memo_id, amount, decision.on, decimals=places)
            return replace(made, credit_id=decision.memo_id)
        kept = decision.kept
        assert kept is not None  # noqa: S101 (only what is there is changed or removed)
        if decision.act is Act.CHANGE:
            logger.info("Invoice %s: changing credit %d of memo %s to %s", invoice.number, kept.id, memo, amount)
            changed = manage.change_payment(invoice.id, kept.id, amount, None, decimals=places)
            return replace(changed, credit_id=decision.memo_id)
        logger.info("Invoice %s: removing credit %d of memo %s", invoice.number, kept.id, memo)
        manage.remove_payment(invoice.id, kept.id)
        return None

    def _begin(self, invoice: ManageInvoice, amount: Decimal, on: date | None, memo_id: int) -> None:
        assert self.run is not None  # noqa: S101 (a dry run does not come here)
        with self.session.sl.engine.begin() as connection:
            begin_try(
                connection,
                self.run,
                str(invoice.id),
                amount,
                invoice.currency[:4],
                on,
                self.session.now(),
                credit_id=memo_id,
            )

    def _settle(
        self, invoice: ManageInvoice, made: InvoicePayment | None, *, is_new: bool = False, removed: int = 0
    ) -> None:
        assert self.run is not None  # noqa: S101
        now = self.session.now()
        with self.session.sl.engine.begin() as connection:
            if made is not None:
                save_payment(connection, self.run, _payment(invoice, made), now, is_new=is_new)
            mark_removed(connection, self.run, [removed] if removed else [], now)
            settle_tries(connection, self.run, str(invoice.id), now)


def _shown(payment: InvoicePayment) -> tuple[Decimal, date | None]:
    return payment.amount, payment.payment_date


def _payment(invoice: ManageInvoice, payment: InvoicePayment) -> Payment:
    return Payment(
        str(invoice.id), payment.id, payment.amount, invoice.currency[:4], payment.payment_date, payment.credit_id
    )
