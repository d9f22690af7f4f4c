"""Writing the payment of one invoice into Manage, so that it can be cut off anywhere and done again.

A try is committed in SL before anything is sent, and settled together with what came of it. Nothing is ever sent twice
in a run: when it is not known whether Manage did it, the try stays open, and the next run looks.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

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

    def note(self, invoice: ManageInvoice, decision: Decision, own: Collection[OwnPayment], *, tried: bool) -> None:
        """Note what is known now without writing to Manage: adopted payments, payments that are gone, settled tries."""
        kept = decision.kept
        mine = {payment.payment_id: payment for payment in own}
        recorded = mine.get(kept.id) if kept else None
        news = kept is not None and (recorded is None or (recorded.amount, recorded.on) != _shown(kept))
        if self.run is None or not (news or decision.gone or tried):
            return
        now = self.session.now()
        with self.session.sl.engine.begin() as connection:
            if kept is not None and news:
                save_payment(connection, self.run, _payment(invoice, kept), now)
            mark_removed(connection, self.run, [payment.payment_id for payment in decision.gone], now)
            if tried:
                settle_tries(connection, self.run, str(invoice.id), now)

    def write(self, invoice: ManageInvoice, decision: Decision) -> None:
        """Create, change or remove the payment. Raises ``ManageError`` when Manage did not do it, or can't be told."""
        if self.run is None:
            return
        self._begin(invoice, decision.amount, decision.on)
        try:
            made = self._send(invoice, decision)
        except ManageError as error:
            if not (isinstance(error, ManageUnreachable) and error.sent):
                self._settle(invoice, None)  # nothing was done: a like payment of somebody else must not become ours
            raise
        removed = decision.payment_id if decision.act is Act.REMOVE else 0
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

    def _begin(self, invoice: ManageInvoice, amount: Decimal, on: date | None) -> None:
        assert self.run is not None  # noqa: S101 (a dry run does not come here)
        with self.session.sl.engine.begin() as connection:
            begin_try(connection, self.run, str(invoice.id), amount, invoice.currency[:4], on, self.session.now())

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
    return Payment(str(invoice.id), payment.id, payment.amount, invoice.currency[:4], payment.payment_date)
