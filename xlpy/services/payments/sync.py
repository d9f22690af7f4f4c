"""Sync payments: what SL has been paid, into the invoices of Manage. Only differences are written.

SL is the truth; Manage gets one cumulative payment per invoice (Manage API: payments, one record per invoice). One
sync at a time per SL database; what one of them could not finish, the next one does.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace

from xlpy.domain.afterwards.payment_start import SyncStart
from xlpy.domain.values.approvals import Approval, ForApproval
from xlpy.domain.values.statuses import PaymentStatus
from xlpy.errors import StoppedByProblems
from xlpy.services.payments.begin import Begin, where_to_begin
from xlpy.services.payments.candidates import candidates_of
from xlpy.services.payments.credits import read_memos
from xlpy.services.payments.invoices_in_turn import Outcome, SyncPass
from xlpy.services.payments.memory import Reached, remember_reached
from xlpy.services.payments.writing import PaymentWriter
from xlpy.services.run.approval import approval_of, hash_of, two_persons
from xlpy.services.run.ids import new_run_id
from xlpy.services.run.kept import remember_sync
from xlpy.services.run.session import Session
from xlpy.services.run.sync_report import PaymentRow, SyncReport, in_words
from xlpy.sl.ledger_book.ledger import check_ledger
from xlpy.sl.ledger_book.lock import posting_lock
from xlpy.sl.ledger_book.payment_choice import SyncScope
from xlpy.sl.ledger_book.payment_state import (
    SyncFacts,
    SyncRun,
    begin_run,
    finish_run,
    forget_gone,
    read_sync_facts,
    save_seen,
)
from xlpy.sl.reading.settlements import SettlementsInSl, read_settlements

logger = logging.getLogger(__name__)
LAST_RUN = SyncStart()


def sync_payments(
    session: Session, start: SyncStart = LAST_RUN, *, dry_run: bool = False, take_over: Collection[str] = ()
) -> SyncReport:
    """Write what SL has been paid since ``start`` into Manage, invoice by invoice; what can't be written is told.

    ``dry_run``: nothing is written anywhere. ``take_over``: numbers of the invoices whose single payment in Manage,
    not written by us, is to become ours. Raises ``PostingLocked`` when somebody else is posting or syncing,
    ``ManageError``/``SlError`` when one can't be reached; whatever was written is then known to the next sync.
    """
    numbers = frozenset(number.strip() for number in take_over if number.strip())
    with _alone(session, dry_run=dry_run):
        run = SyncRun(
            SyncScope(session.manage.host, session.manage.company, session.sl.cpny_id),
            new_run_id(session),
            session.user,
            session.host,
            session.now(),
        )
        with session.sl.engine.connect() as connection:
            facts = read_sync_facts(connection, session.sl, run.scope)
        begin = where_to_begin(session, start, facts, numbers)
        for message in begin.messages:
            logger.warning(message)
        approval = None
        if not dry_run:
            if numbers:
                approval = _approved(session, run, begin, numbers)
            with session.sl.engine.begin() as connection:
                begin_run(connection, run)
        report = replace(_go(session, run, begin, numbers, dry_run=dry_run), approval=approval)
        if not dry_run:
            _finish(session, run, facts, begin, report)
    logger.log(logging.WARNING if report.failed else logging.INFO, report.text)
    if not dry_run:
        remember_sync(session, report)
    return report


def take_over_hash(report: SyncReport, take_over: Collection[str]) -> str:
    """Return the SHA-256 (hex) of what a dry run says of the payments to be taken over."""
    return hash_of(taken_over_rows(report, take_over))


def taken_over_rows(report: SyncReport, take_over: Collection[str]) -> tuple[PaymentRow, ...]:
    """Return the rows of the invoices whose payments are to be taken over, by their number."""
    asked = {number.strip().casefold() for number in take_over}
    return tuple(sorted((row for row in report.rows if row.invoice.casefold() in asked), key=lambda row: row.invoice))


def _approved(session: Session, run: SyncRun, begin: Begin, numbers: frozenset[str]) -> Approval | None:
    """Return the approval of a take-over, where two persons are demanded. Raises ``StoppedByProblems``."""
    if not two_persons(session):
        return None
    looked = _go(session, run, begin, numbers, dry_run=True)
    subject = ", ".join(sorted(numbers))
    signed = approval_of(session, ForApproval.TAKE_OVER, take_over_hash(looked, numbers), subject, typed="SYNC")
    if signed.problems:
        raise StoppedByProblems(f"{signed.problems[0].what}. Nothing was written.", fix=f"{signed.problems[0].fix}.")
    return signed.approval


@contextmanager
def _alone(session: Session, *, dry_run: bool) -> Iterator[None]:
    """Hold the posting lock; a dry run only looks, and writes not even that."""
    if dry_run:
        with session.sl.engine.connect() as connection:
            check_ledger(connection)
        yield
        return
    with posting_lock(session.sl, user=session.user, host=session.host, now=session.now()):
        yield


def _go(session: Session, run: SyncRun, begin: Begin, take_over: Collection[str], *, dry_run: bool) -> SyncReport:
    session.progress("Reading SL", 0, 0)
    with session.sl.engine.connect() as connection:
        found = read_settlements(connection, session.sl, run.scope, begin.since)
    candidates = candidates_of(session, found)
    writer = PaymentWriter(session, None if dry_run else run)
    memos = read_memos(session, candidates)
    going = SyncPass(session, writer, found, memos, frozenset(number.casefold() for number in take_over))
    outcomes = going.all(candidates)
    if not dry_run:
        _keep(session, run, found, outcomes)
    rows = tuple(outcome.row for outcome in outcomes)
    listed = tuple(row for row in rows if not row.is_idle)
    messages = list(begin.messages)
    left = sorted(number for number in take_over if number.casefold() not in going.taken_over)
    if left:
        messages.append(f"Nothing to take over was found for {', '.join(left)}.")
    report = SyncReport(run.run_id, session.now(), begin.moment, begin.name, dry_run, listed, tuple(messages))
    return in_words(report, idle=len(rows) - len(listed))


def _keep(session: Session, run: SyncRun, found: SettlementsInSl, outcomes: Collection[Outcome]) -> None:
    """Keep what was seen of the invoices about which nothing is left to do: the next sync compares with it."""
    saw = [outcome.saw for outcome in outcomes if outcome.saw and outcome.row.status is not PaymentStatus.FAILED]
    with session.sl.engine.begin() as connection:
        save_seen(connection, run, saw, found.saved, session.now())


def _finish(session: Session, run: SyncRun, facts: SyncFacts, begin: Begin, report: SyncReport) -> None:
    """Note the end in SL; the start of the next sync moves on only when no invoice failed.

    A start by date looked at its own days only: the last successful run stays the one before it.
    """
    # What was not found was seen by nobody: the next sync must look at the same days again.
    succeeded = not report.failed and not report.not_found
    with session.sl.engine.begin() as connection:
        if begin.since.everything and succeeded:
            forget_gone(connection, session.sl, run.scope)
        saw = (facts.adjust_id or 0) if begin.reaches_now else None
        number = finish_run(connection, run, session.now(), succeeded=succeeded, adjust_id=saw)
    if succeeded:
        remember_reached(session, Reached(facts.adjust_id or 0, number))
