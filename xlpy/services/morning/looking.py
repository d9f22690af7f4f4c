"""Look at both systems for the morning report: each part by the service of its own button. Nothing is posted.

One part that can't be read does not keep the others from being told: it is named, and the verdict says so.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import TypeVar

from xlpy.domain.documents.plan import Plan
from xlpy.domain.facts.matching import expense_number, procurement_number
from xlpy.domain.facts.periods import format_period
from xlpy.domain.planning.makers.gl_expenses import REIMBURSABLE
from xlpy.domain.values.problems import GroupedProblem, grouped
from xlpy.domain.values.statuses import RowStatus
from xlpy.domain.values.transactions import Kind, TransactionKey
from xlpy.errors import XlpyError
from xlpy.services.approving.asking import open_requests
from xlpy.services.export.planning import make_plan
from xlpy.services.export.refresh import refresh
from xlpy.services.history.batches import BatchRow, list_batches
from xlpy.services.manage_half.recover import look as look_at_half
from xlpy.services.morning.report import MorningReport, Waiting
from xlpy.services.morning.snapshot import changes_since, recall_snapshot, remember_snapshot, snapshot_of
from xlpy.services.payments.sync import sync_payments
from xlpy.services.payments.unpaid import unpaid
from xlpy.services.reconciling.reconcile import reconcile
from xlpy.services.run.reports import Marked, RefreshReport, Selection
from xlpy.services.run.session import Session, in_words

logger = logging.getLogger(__name__)
T = TypeVar("T")

_NOBODY_LOOKED = "CHANGED"  # compares with the user's last refresh, which is not what this report is about
_NOT_TO_CHECK = (RowStatus.MANAGE_PENDING, RowStatus.ALREADY_IN_SL)


@dataclass
class _Parts:
    """Reads each part; what can't be read is named."""

    not_read: dict[str, str] = field(default_factory=dict)

    def read(self, name: str, part: Callable[[], T], nothing: T) -> T:
        try:
            return part()
        except XlpyError as error:
            self.not_read[name] = str(error)
        except Exception as error:
            told = in_words(error)
            self.not_read[name] = str(told) if told else f"It failed ({type(error).__name__}); the log has more."
            logger.exception("The morning report could not read: %s", name)
        return nothing


def morning_report(session: Session, *, waits_days: int | None = None) -> MorningReport:
    """Read both systems and say what is new, stopped, waiting, changed and unpaid since the report before.

    Payments are synced only when the settings say so (``[watch] sync_payments``), else compared. Raises nothing that
    one of the systems causes: a part that can't be read is in ``not_read``.
    """
    settings = session.profile.watch
    most = settings.waits_days if waits_days is None else waits_days
    today = session.today()
    parts = _Parts()
    before = recall_snapshot(session.profile, today)
    found = parts.read(
        "Unposted transactions", lambda: refresh(session, through=date.max, remember=False), _nothing(session)
    )
    rows = tuple(sorted(_waiting(found, today), key=lambda row: (row.day or date.max, row.kind, row.number)))
    plan = parts.read("Checks", lambda: _plan(session, found, today), None) if found.company else None
    no_batches: tuple[BatchRow, ...] = ()
    batches = parts.read("Batches", lambda: list_batches(session).rows, no_batches)
    dry = not settings.sync_payments
    payments = parts.read("Payments", lambda: sync_payments(session, dry_run=dry), None)
    period = next((one.current for one in found.periods if one.module == "AR"), "")
    shown = format_period(period) if period else ""
    reconciled = parts.read("Reconciling", lambda: reconcile(session, period=shown), None) if shown else None
    report = MorningReport(
        at=session.now(),
        company=found.company or session.profile.sl.company,
        site=found.site or session.profile.manage_host,
        since=before.day if before else None,
        waits_days=most,
        unposted=rows,
        new=tuple(row for row in rows if before is not None and row.key not in before.unposted),
        late=tuple(row for row in rows if row.days is not None and row.days > most),
        stopped=_stopped(plan) if plan else (),
        ready=len(plan.transactions) if plan else 0,
        payments=payments,
        reconciled=reconciled,
        unpaid=parts.read("Unpaid invoices", lambda: unpaid(session), ()),
        half=parts.read("Half-finished work", lambda: look_at_half(session), ()),
        approvals=parts.read("Approvals", lambda: open_requests(session), ()),
        messages=found.messages,
        not_read=parts.not_read,
    )
    if "Unposted transactions" not in parts.not_read and "Batches" not in parts.not_read:
        now = snapshot_of(
            today,
            rows,
            {f"{row.identifier} {row.currency}".strip(): str(row.state) for row in batches},
            {one.module: format_period(one.current) for one in found.periods if one.current},
        )
        if before is not None:
            report = replace(report, changes=changes_since(before, now))
        remember_snapshot(session.profile, now)
    logger.info("%s", report.text)
    return report


def _stopped(plan: Plan) -> tuple[GroupedProblem, ...]:
    """Tell each stop once, the most frequent first; the value of one transaction does not make it another one."""
    alike = (replace(one, in_manage="", in_sl="") for one in plan.stops if one.code != _NOBODY_LOOKED)
    return tuple(sorted(grouped(alike), key=lambda one: -one.count))


def _plan(session: Session, found: RefreshReport, today: date) -> Plan | None:
    """Run every check on what could be exported today."""
    marked = tuple(Marked(key) for key in _to_check(found, today))
    if not marked:
        return None
    return make_plan(session, Selection(f"MORNING-{today:%Y%m%d}", today, marked))


def _to_check(found: RefreshReport, today: date) -> Iterator[TransactionKey]:
    for invoice in found.invoices:
        if invoice.status not in _NOT_TO_CHECK and (invoice.invoice.invoice_date or today) <= today:
            yield TransactionKey(Kind.INVOICE, str(invoice.invoice.billing_log_id))
    for expense in found.expenses:
        spent = expense.expense
        # What is not reimbursable is not exported by every Manage: its row says so, and it is cleared there.
        if spent.classification.casefold() not in ("", REIMBURSABLE.casefold()):
            continue
        if expense.status not in _NOT_TO_CHECK and (spent.expense_date or today) <= today:
            yield TransactionKey(Kind.EXPENSE, str(spent.expense_detail_id))
    for stock in found.procurement:
        if stock.status not in _NOT_TO_CHECK and (stock.procurement.document_date or today) <= today:
            yield TransactionKey(Kind.PROCUREMENT, stock.procurement.unposted_product_id)


def _waiting(found: RefreshReport, today: date) -> Iterator[Waiting]:
    """Yield every unposted row of Manage, with its days since its date."""

    def row(
        key: TransactionKey,
        number: str,
        party: str,
        day: date | None,
        amount: Decimal,
        currency: str,
        status: RowStatus,
        message: str,
    ) -> Waiting:
        said = ": ".join(filter(None, (str(status), message)))
        days = (today - day).days if day is not None else None
        return Waiting(str(key), _WORDS[key.kind], number, party, day, days, amount, currency, said)

    for one in found.invoices:
        sold = one.invoice
        key = TransactionKey(Kind.INVOICE, str(sold.billing_log_id))
        party = sold.company.name
        yield row(key, sold.number, party, sold.invoice_date, one.total, sold.currency, one.status, one.message)
    for cost in found.expenses:
        spent = cost.expense
        key = TransactionKey(Kind.EXPENSE, str(spent.expense_detail_id))
        party, number = spent.member.name or spent.member.identifier, expense_number(spent)
        yield row(key, number, party, spent.expense_date, cost.total, spent.currency, cost.status, cost.message)
    for moved in found.procurement:
        stock = moved.procurement
        key = TransactionKey(Kind.PROCUREMENT, stock.unposted_product_id)
        party, number = stock.vendor.name, procurement_number(stock)
        yield row(key, number, party, stock.document_date, moved.total, stock.currency, moved.status, moved.message)


_WORDS = {Kind.INVOICE: "Invoice", Kind.EXPENSE: "Expense", Kind.PROCUREMENT: "Inventory"}


def _nothing(session: Session) -> RefreshReport:
    return RefreshReport(session.now(), "", "", (), 0, (), (), (), 0)
