"""What the payment sync keeps in SL: its runs, its tries, the payments that are ours, and what it saw of invoices.

A try is committed before anything is sent to Manage, and settled with the payment that came of it: after a crash in
between, an unknown payment that equals an open try is ours.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Connection, bindparam, exists, func, insert, select, update

from xlpy.domain.values.transactions import Kind
from xlpy.sl.connection.engine import SlCompany
from xlpy.sl.ledger_book.payment_choice import ADJUST_ID, SyncScope
from xlpy.sl.ledger_book.payment_tables import payment_tries, payments, settlements, sync_runs
from xlpy.sl.ledger_book.tables import postings

RERUN_MARK = "R"  # the run ids of a rerun begin with it; those of a run export with a digit


@dataclass(frozen=True, slots=True)
class SyncRun:
    """The sync that is going on: whose payments, its id, who and where, and when it began (local time)."""

    scope: SyncScope
    run_id: str
    user: str
    host: str
    now: datetime


@dataclass(frozen=True, slots=True)
class LastRun:
    """The last successful sync: when it began, and the highest ARAdjust.RecordID that it saw."""

    started_at: datetime
    adjust_id: int


@dataclass(frozen=True, slots=True)
class SyncFacts:
    """What decides where a sync starts. ``reruns``: invoices posted by reruns since the last successful sync."""

    last: LastRun | None
    adjust_id: int | None  # the highest ARAdjust.RecordID of SL now; None: this build of SL has no such column
    sync_run_id: int  # the highest SyncRunID now
    reruns: int
    forgotten: int  # what was seen of invoices of which neither the ledger nor SL has anything any more


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment of an invoice in Manage, in invoice currency. ``credit_id``: of the memo that is applied, 0: none."""

    record_id: str
    payment_id: int
    amount: Decimal
    currency: str
    on: date | None
    credit_id: int = 0


@dataclass(frozen=True, slots=True)
class Saw:
    """What a sync saw of an SL invoice, and what it had Manage show as paid."""

    record_id: str
    cust_id: str
    doc_type: str
    ref_nbr: str
    balance: Decimal
    is_open: bool
    paid: Decimal


def read_sync_facts(connection: Connection, company: SlCompany, scope: SyncScope) -> SyncFacts:
    """Read what decides where a sync starts."""
    last_row = connection.execute(
        select(sync_runs.c.StartedAt, sync_runs.c.LastAdjustID)
        .where(*scope.of_company(sync_runs), sync_runs.c.Succeeded == 1, sync_runs.c.LastAdjustID.is_not(None))
        .order_by(sync_runs.c.SyncRunID.desc())
    ).first()
    last = LastRun(last_row.StartedAt, last_row.LastAdjustID) if last_row else None
    reruns: int | None = 0
    if last is not None:
        reruns = connection.scalar(
            select(func.count())
            .select_from(postings)
            .where(
                *scope.of_company(postings),
                postings.c.Kind == str(Kind.INVOICE),
                postings.c.RunID.like(f"{RERUN_MARK}%"),
                postings.c.PostedAt >= last.started_at,
            )
        )
    return SyncFacts(
        last=last,
        adjust_id=_highest_adjust_id(connection, company),
        sync_run_id=connection.scalar(select(func.max(sync_runs.c.SyncRunID))) or 0,
        reruns=reruns or 0,
        forgotten=len(_forgotten(connection, company, scope)),
    )


def _highest_adjust_id(connection: Connection, company: SlCompany) -> int | None:
    if not company.catalogue.has_column("ARAdjust", ADJUST_ID):
        return None
    adjust = company.catalogue.require("ARAdjust", ADJUST_ID)
    return connection.scalar(select(func.max(adjust.c[ADJUST_ID]))) or 0


def _forgotten(connection: Connection, company: SlCompany, scope: SyncScope) -> list[int]:
    """Return the rows of what was seen of invoices that neither the ledger nor SL has any more."""
    docs = company.catalogue.require("ARDoc", "CustId", "DocType", "RefNbr")
    posted = exists(
        select(postings.c.PostingID).where(
            postings.c.RecordID == settlements.c.RecordID,
            postings.c.Kind == str(Kind.INVOICE),
            *scope.of_site(postings),
        )
    )
    in_sl = exists(
        select(docs.c.RefNbr).where(
            docs.c.RefNbr == settlements.c.RefNbr,
            settlements.c.DocType == docs.c.DocType,
            settlements.c.CustId == docs.c.CustId,
        )
    )
    statement = select(settlements.c.SettlementID).where(
        *scope.of_company(settlements), settlements.c.RefNbr != "", ~posted, ~in_sl
    )
    return list(connection.scalars(statement))


def forget_gone(connection: Connection, company: SlCompany, scope: SyncScope) -> None:
    """Let go of what was seen of invoices that are gone, so that the next sync does not stumble over it again."""
    ids = _forgotten(connection, company, scope)
    if ids:
        statement = update(settlements).where(settlements.c.SettlementID == bindparam("the_id")).values(RefNbr="")
        connection.execute(statement, [{"the_id": i} for i in ids])


def begin_run(connection: Connection, run: SyncRun) -> None:
    """Note that a sync has begun."""
    connection.execute(
        insert(sync_runs).values(
            **_of_company(run.scope),
            RunID=run.run_id,
            StartedAt=run.now,
            RunBy=run.user,
            RunHost=run.host,
            Succeeded=0,
        )
    )


def finish_run(connection: Connection, run: SyncRun, now: datetime, *, succeeded: bool, adjust_id: int | None) -> int:
    """Note how a sync ended and what it had seen; the next one starts from the last that succeeded. Its SyncRunID.

    ``adjust_id`` None: it did not look at all that happened since the one before, so the next one starts there.
    """
    connection.execute(
        update(sync_runs)
        .where(sync_runs.c.RunID == run.run_id)
        .values(FinishedAt=now, Succeeded=int(succeeded), LastAdjustID=adjust_id)
    )
    return connection.scalar(select(func.max(sync_runs.c.SyncRunID))) or 0


def begin_try(
    connection: Connection,
    run: SyncRun,
    record_id: str,
    amount: Decimal,
    currency: str,
    on: date | None,
    now: datetime,
    *,
    credit_id: int = 0,
) -> None:
    """Note what is about to be sent for an invoice. ``amount`` 0: the payment, or credit, is about to be removed."""
    connection.execute(
        insert(payment_tries).values(
            **_of_company(run.scope),
            RecordID=record_id,
            Amount=amount,
            Currency=currency,
            PaymentDate=on,
            RunID=run.run_id,
            StartedAt=now,
            SettledAt=None,
            CreditID=credit_id or None,
        )
    )


def settle_tries(connection: Connection, run: SyncRun, record_id: str, now: datetime) -> None:
    """Close all open tries of an invoice: it is known now what became of them."""
    connection.execute(
        update(payment_tries)
        .where(
            *run.scope.of_company(payment_tries),
            payment_tries.c.RecordID == record_id,
            payment_tries.c.SettledAt.is_(None),
        )
        .values(SettledAt=now)
    )


def save_payment(
    connection: Connection, run: SyncRun, payment: Payment, now: datetime, *, is_new: bool = False
) -> None:
    """Note a payment in Manage as ours, with its amount and date as they are there. ``is_new``: just created there."""
    known = False
    if not is_new:
        changed = connection.execute(
            update(payments)
            .where(*run.scope.of_site(payments), payments.c.ManagePaymentID == payment.payment_id)
            .values(
                Amount=payment.amount,
                PaymentDate=payment.on,
                RunID=run.run_id,
                ChangedAt=now,
                RemovedAt=None,
            )
        )
        known = bool(changed.rowcount)
    if not known:
        connection.execute(
            insert(payments).values(
                **_of_company(run.scope),
                RecordID=payment.record_id,
                ManagePaymentID=payment.payment_id,
                Amount=payment.amount,
                Currency=payment.currency,
                PaymentDate=payment.on,
                RunID=run.run_id,
                CreatedAt=now,
                CreditID=payment.credit_id or None,
            )
        )


def mark_removed(connection: Connection, run: SyncRun, payment_ids: Collection[int], now: datetime) -> None:
    """Note that payments of ours are no longer in Manage."""
    if payment_ids:
        connection.execute(
            update(payments)
            .where(*run.scope.of_site(payments), payments.c.ManagePaymentID.in_(sorted(payment_ids)))
            .values(RemovedAt=now, RunID=run.run_id)
        )


def save_seen(
    connection: Connection, run: SyncRun, saw: Collection[Saw], saved: Collection[str], now: datetime
) -> None:
    """Keep what was seen of invoices. ``saved``: record ids that have a row already."""
    rows = {
        one.record_id: {
            "CustId": one.cust_id,
            "DocType": one.doc_type,
            "RefNbr": one.ref_nbr,
            "CuryDocBal": one.balance,
            "OpenDoc": int(one.is_open),
            "PaidInManage": one.paid,
            "SeenAt": now,
            "RunID": run.run_id,
        }
        for one in saw
    }
    known = set(saved)
    new = [{**_of_company(run.scope), "RecordID": key, **row} for key, row in rows.items() if key not in known]
    old = [
        {"the_id": key, **{f"new_{name}": value for name, value in row.items()}}
        for key, row in rows.items()
        if key in known
    ]
    if new:
        connection.execute(insert(settlements), new)
    if old:
        names = list(next(iter(rows.values())))
        statement = (
            update(settlements)
            .where(*run.scope.of_site(settlements), settlements.c.RecordID == bindparam("the_id"))
            .values(CpnyID=run.scope.cpny_id, **{name: bindparam(f"new_{name}") for name in names})
        )
        connection.execute(statement, old)


def _of_company(scope: SyncScope) -> dict[str, str]:
    return {"ManageHost": scope.manage_host, "ManageCompany": scope.manage_company, "CpnyID": scope.cpny_id}
