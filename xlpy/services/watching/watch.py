"""Making the morning report: step by step, and a step that fails is told while the others go on. It never posts."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, TypeVar

from xlpy.domain.afterwards.payment_start import SyncStart
from xlpy.domain.facts.matching import expense_number
from xlpy.domain.facts.periods import format_period
from xlpy.domain.planning.makers.ap_receipts import receipt_number
from xlpy.domain.values.money import round_money
from xlpy.domain.values.problems import grouped, stops
from xlpy.domain.values.statuses import PaymentStatus
from xlpy.domain.values.transactions import Kind, TransactionKey
from xlpy.errors import XlpyError
from xlpy.masking import masked
from xlpy.services.export.planning import make_plan
from xlpy.services.export.refresh import refresh
from xlpy.services.history.batches import list_batches
from xlpy.services.payments.sync import sync_payments
from xlpy.services.payments.unpaid import UnpaidRow, unpaid
from xlpy.services.reconciling.reconcile import reconcile
from xlpy.services.reconciling.report import ReconcileReport
from xlpy.services.run.reports import Marked, RefreshReport, Selection
from xlpy.services.run.session import Session, in_words
from xlpy.services.watching.kept import Seen, changes, recall
from xlpy.services.watching.report import Compared, MorningReport, NotDone, Payments, Stopped, Waiting

logger = logging.getLogger(__name__)

Done = TypeVar("Done")
Read = TypeVar("Read")
WAITS_DAYS = 14
STEPS = ("Refresh", "Check mappings", "Sync payments", "Reconcile", "Batches", "Unpaid invoices")
_NAME = "WATCH"  # of the batch that is checked; none of this name is ever made
_WORKBOOK = "morning report"  # what was seen is kept apart from what a user's workbook shows
_TOLD = {status for status in PaymentStatus if status not in (PaymentStatus.UNCHANGED, PaymentStatus.NOT_FROM_MANAGE)}


class _Steps:
    """The steps of one report, with those that failed."""

    def __init__(self) -> None:
        self.not_done: list[NotDone] = []

    def done(self, step: str, do: Callable[[], Done]) -> Done | None:
        """Do a step; None when it failed, and why is kept."""
        try:
            return do()
        except Exception as error:
            told = error if isinstance(error, XlpyError) else in_words(error)
            if told is None:
                logger.exception("Morning report, %s", step)
                text = f"It failed ({type(error).__name__}); the log has more."
                self.not_done.append(NotDone(step, masked(text)))
            else:
                logger.warning("Morning report, %s: %s", step, told)
                self.not_done.append(NotDone(step, masked(told.text), masked(told.fix)))
            return None

    def after(self, read: Read | None, step: str, do: Callable[[Read], Done]) -> Done | None:
        """Do a step that needs what another one read; when that failed, say that this one could not be done either."""
        if read is None:
            self.not_done.append(NotDone(step, f"{STEPS[0]} could not be done, and it needs what that reads."))
            return None
        return self.done(step, lambda: do(read))


def watch(session: Session, *, waits_days: int = WAITS_DAYS, write_payments: bool = True) -> MorningReport:
    """Read everything, check what is unposted, sync payments, reconcile the open periods, and compare with yesterday.

    Nothing is posted; payments are written into Manage, unless ``write_payments`` is off. A step that fails is in the
    report. Raises ``SettingsError`` only for settings with which nothing can be done.
    """
    session.workbook = _WORKBOOK
    now, steps = session.now(), _Steps()
    memory = recall(session.profile)
    before = memory.before(now)
    refresh_step, check_step, sync_step, reconcile_step, batches_step, unpaid_step = STEPS
    found = steps.done(refresh_step, lambda: refresh(session, through=now.date(), alone=True))
    unposted = tuple(_waiting(found, now.date())) if found else ()
    stopped, ready = steps.after(found, check_step, lambda _: _checked(session, unposted, now.date())) or ((), 0)
    payments = steps.done(sync_step, lambda: _payments(session, dry_run=not write_payments))
    compared = steps.after(found, reconcile_step, lambda read: tuple(_compared(session, read)))
    batches = steps.done(batches_step, lambda: list_batches(session))
    owed = steps.done(unpaid_step, lambda: unpaid(session))
    seen = Seen(
        now,
        None if found is None else {row.id: (f"{row.kind} {row.number}", _worth(row)) for row in unposted},
        None
        if batches is None
        else {
            f"{row.manage_id} {row.identifier} {row.currency}": (row.identifier, str(row.state))
            for row in batches.rows
            if row.state
        },
        None if owed is None else {f"{row.billing_log_id}": (row.invoice, _owed(row)) for row in owed},
    )
    report = MorningReport(
        at=now,
        company=found.company if found else session.profile.sl.company,
        site=found.site if found else session.profile.manage_host,
        since=before.at if before else None,
        waits_days=waits_days,
        steps=len(STEPS),
        unposted=unposted,
        new=_new(unposted, before),
        ready=ready,
        stopped=stopped,
        changes=tuple(changes(before, seen)),
        payments=payments,
        compared=compared or (),
        unpaid=owed or (),
        half_done=found.unfinished if found else 0,
        messages=found.messages if found else (),
        not_done=tuple(steps.not_done),
    )
    memory.keep(seen)
    logger.info("Morning report: %s", report.text)
    return report


def _waiting(found: RefreshReport, today: date) -> Iterable[Waiting]:
    """Go through what is unposted, of every kind."""
    for invoice in found.invoices:
        row = invoice.invoice
        record = str(row.billing_log_id)
        yield Waiting(
            **_dated(Kind.INVOICE, record, row.invoice_date, today),
            number=row.number,
            party=row.company.name,
            amount=invoice.total,
            currency=row.currency,
            status=str(invoice.status),
        )
    for expense in found.expenses:
        spent = expense.expense
        yield Waiting(
            **_dated(Kind.EXPENSE, str(spent.expense_detail_id), spent.expense_date, today),
            number=expense_number(spent),
            party=spent.member.name or spent.member.identifier,
            amount=expense.total,
            currency=spent.currency,
            status=str(expense.status),
        )
    for procurement in found.procurement:
        bought = procurement.procurement
        yield Waiting(
            **_dated(Kind.PROCUREMENT, bought.unposted_product_id, bought.document_date, today),
            number=receipt_number(bought),
            party=bought.vendor.name,
            amount=round_money(procurement.total, bought.decimals),
            currency=bought.currency,
            status=str(procurement.status),
        )


def _dated(kind: Kind, record: str, day: date | None, today: date) -> dict[str, Any]:
    days = (today - day).days if day else None
    return {"id": str(TransactionKey(kind, record)), "kind": kind.value, "day": day, "days": days}


def _checked(session: Session, unposted: tuple[Waiting, ...], today: date) -> tuple[tuple[Stopped, ...], int]:
    """Check everything that is unposted; return what stops, and how many transactions nothing stops."""
    if not unposted:
        return (), 0
    marked = tuple(Marked(TransactionKey(Kind(kind), record)) for kind, _, record in _parted(unposted))
    plan = make_plan(session, Selection(_NAME, today, marked))
    found = tuple(
        Stopped(group.problem.code, one.what, one.fix, one.where, group.count, group.transactions)
        for group in grouped(stops(plan.problems))
        for one in (group.problem,)
    )
    return found, len(plan.transactions)


def _parted(rows: Iterable[Waiting]) -> Iterable[tuple[str, str, str]]:
    return (row.id.partition(":") for row in rows)


def _payments(session: Session, *, dry_run: bool) -> Payments:
    report = sync_payments(session, SyncStart(), dry_run=dry_run)
    told = tuple((str(row.status), row.invoice, row.message) for row in report.rows if row.status in _TOLD)
    return Payments(report.text, report.exit_code == 0, told)


def _compared(session: Session, found: RefreshReport) -> Iterable[Compared]:
    """Reconcile the current period of each module, each period once."""
    for period in sorted({row.current for row in found.periods if row.current}):
        report: ReconcileReport = reconcile(session, period=format_period(period))
        differing = tuple((str(row.state), row.transaction, row.message) for row in report.not_agreeing)
        yield Compared(format_period(period), report.text, report.agrees, differing)


def _new(unposted: Iterable[Waiting], before: Seen | None) -> tuple[Waiting, ...]:
    """Return what was not there before; nothing of a first report, in which everything would be new."""
    if before is None or before.unposted is None:
        return ()
    return tuple(row for row in unposted if row.id not in before.unposted)


def _worth(row: Waiting) -> str:
    return f"{row.amount} {row.currency}".strip()


def _owed(row: UnpaidRow) -> str:
    return f"{row.balance} {row.currency}"
