"""Undo a batch that SL has not released: out of SL in one transaction, then out of Manage.

The ledger's rows are *undoing* from the moment that SL has lost the documents until Manage has lost its batch, so
that any PC finishes it after a crash (``undo_manage.finish_undoing``). Source: Manage API: deleting a batch.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from xlpy.domain.facts.books import sl_key
from xlpy.domain.values.approvals import ForApproval
from xlpy.domain.values.problems import Problem
from xlpy.domain.values.statuses import RowStatus
from xlpy.domain.values.transactions import Posting, PostingState
from xlpy.errors import CommitUnknown, PostingRefused, XlpyError
from xlpy.services.history.undo_plan import (
    UndoPlan,
    manage_reasons,
    nothing_left,
    other_company,
    sl_reasons,
    state_reasons,
    undo_documents,
    unknown_batch,
)
from xlpy.services.manage_half.own_batches import all_inside, own_batches
from xlpy.services.manage_half.re_export import list_unposted
from xlpy.services.manage_half.un_batching import along_text
from xlpy.services.manage_half.undo_manage import Undone, finish_undoing, orders_out
from xlpy.services.run.approval import approval_of
from xlpy.services.run.half_done import posting_results, some_of, worth_of
from xlpy.services.run.ids import new_run_id
from xlpy.services.run.kept import remember_run
from xlpy.services.run.reports import ManageBatchMade, ResultRow, RunReport, RunState
from xlpy.services.run.session import Session

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from xlpy.sl.ledger_book.ledger import PostingRun

__all__ = ["UndoPlan", "look_at_undo", "undo"]

logger = logging.getLogger(__name__)

_LIVE = frozenset({PostingState.POSTED, PostingState.CLOSED, PostingState.CHANGED, PostingState.CLEARED})
_MOVED = "Look at the batch and undo it again."


def look_at_undo(session: Session, identifier: str) -> UndoPlan:
    """Tell what an undo of a Manage batch would remove, or every reason against it. Changes nothing.

    ``identifier``: the batch's name in Manage, with its suffix (``20261031JD-I``). Raises ``ManageError``/``SlError``
    when one of them can't be read.
    """
    from xlpy.sl.ledger_book.ledger import all_postings_of, check_ledger, read_postings
    from xlpy.sl.writing.undoing import examine

    name = identifier.strip()
    manage, own = session.manage, sl_key(session.sl.cpny_id)
    with session.sl.engine.connect() as connection:
        check_ledger(connection)
        named = all_postings_of(connection, manage.host, manage.company, name) if name else []
        of_batch = [p for p in named if sl_key(p.cpny_id) == own]
        if named and not of_batch:
            return UndoPlan(name, reasons=(other_company(name, {p.cpny_id for p in named}, session.sl.cpny_id),))
        if not of_batch:
            like = _names_like(connection, session, name)
            return UndoPlan(name, reasons=(unknown_batch(name, like),))
        latest = read_postings(connection, manage.host, manage.company, [posting.key for posting in of_batch])
        there = {posting.posting_id for posting in of_batch}
        rows = [p for p in latest.values() if p.posting_id in there and p.state is not PostingState.UNDONE]
        if not rows:
            return UndoPlan(name, reasons=(nothing_left(name, list(latest.values())),))
        rows, others = _with_batch_mates(connection, session, rows)
        examined = examine(connection, session.sl, rows)
    reasons: list[Problem] = [*state_reasons(rows), *sl_reasons(rows, examined, others)]
    batches = own_batches(session, rows)
    outside = {p.key.kind for p in rows if not all_inside(batches, p)}
    listed = {kind: frozenset(list_unposted(session, kind).record_ids) for kind in sorted(outside)}
    orders = orders_out(session, batches, rows)
    reasons += manage_reasons(rows, batches, listed, orders)
    stay = {one.identifier for one in orders}
    deleted = [own for own in batches if own.batch.identifier not in stay]
    return UndoPlan(
        identifier=name,
        transactions=tuple(rows),
        documents=undo_documents(rows, examined),
        manage_batches=tuple(ManageBatchMade(b.batch.identifier, b.batch.id, len(b.entry_ids)) for b in deleted),
        orders_out=orders,
        reasons=tuple(reasons),
    )


def undo(session: Session, identifier: str, *, confirmed: bool = False) -> RunReport:
    """Undo a Manage batch. Without ``confirmed`` nothing is removed, and the report says what would be.

    An undo that was interrupted before is finished first. Raises ``PostingLocked`` when a run is going on,
    ``ManageError``/``SlError`` when one of them can't be read: nothing was changed then.
    """
    from xlpy.sl.ledger_book.lock import posting_lock

    if not confirmed:
        plan = look_at_undo(session, identifier)
        return _nothing_done(session, new_run_id(session), plan, "" if plan.reasons else "Nothing was removed yet.")
    run_id = new_run_id(session)
    with posting_lock(session.sl, user=session.user, host=session.host, now=session.now()):
        earlier = finish_undoing(session)
        plan = look_at_undo(session, identifier)
        mine = [p for p in earlier.undone if p.batch_identifier.casefold() == plan.identifier.casefold()]
        if mine and plan.reasons:
            report = _report(session, run_id, replace(plan, transactions=tuple(mine), reasons=()), earlier)
        elif plan.reasons:
            return _nothing_done(session, run_id, plan)
        else:
            typed = f"UNDO {plan.identifier}"
            signed = approval_of(session, ForApproval.UNDO, plan.hash, plan.identifier, typed=typed)
            if signed.problems:
                return _nothing_done(session, run_id, replace(plan, reasons=signed.problems))
            report = replace(_undo(session, run_id, plan), approval=signed.approval)
    logger.log(logging.INFO if report.state is RunState.COMPLETED else logging.WARNING, report.text)
    remember_run(session, report)
    return report


def _undo(session: Session, run_id: str, plan: UndoPlan) -> RunReport:
    from xlpy.sl.ledger_book.ledger import PostingRun, postings_with_ids
    from xlpy.sl.writing.one_commit import Writing, commit_once

    run = PostingRun(run_id, session.user, session.host, session.now())
    ids = [posting.posting_id for posting in plan.transactions]
    session.progress("Removing from SL", 0, len(plan.documents))
    writing: Writing[None] = Writing(
        write=lambda connection: _take_out(connection, session, run, plan),
        is_there=lambda connection, _done: all(
            # Undone: the lock may have gone with the connection, and another PC has finished it since.
            posting.state in (PostingState.UNDOING, PostingState.UNDONE)
            for posting in postings_with_ids(connection, ids)
        ),
        what="the undo",
        fix="Undo it again.",
    )
    try:
        commit_once(session.sl, writing, observe=session.observe)
    except PostingRefused as error:
        return _nothing_done(session, run_id, plan, str(error))
    except CommitUnknown as error:
        logger.exception("The commit of the undo of %s is not known", plan.identifier)
        return RunReport(
            run_id, session.now(), RunState.UNKNOWN, str(error), plan.identifier, None, _results(plan), action="undo"
        )
    logger.info("SL no longer has the documents of batch %s", plan.identifier)
    pending = ""
    done = Undone()
    try:
        done = finish_undoing(session)
        done.undone += _finished_elsewhere(session, ids, done)
    except XlpyError as error:
        pending = f"Its Manage batch could not be deleted: {error}"
        logger.warning("SL has lost the documents, Manage still has its batch: %s", error, exc_info=True)
    except (Exception, KeyboardInterrupt) as error:
        pending = f"Its Manage batch is not deleted: it was interrupted ({type(error).__name__})."
        logger.exception("SL has lost the documents, Manage still has its batch")
    return _report(session, run_id, plan, done, pending)


def _finished_elsewhere(session: Session, ids: Sequence[int], done: Undone) -> list[Posting]:
    """Return what another PC has undone to the end meanwhile: a lock that went with its connection keeps nobody out."""
    from xlpy.sl.ledger_book.ledger import postings_with_ids

    here = {posting.posting_id for posting in done.undone}
    with session.sl.engine.connect() as connection:
        rows = postings_with_ids(connection, ids)
    return [p for p in rows if p.state is PostingState.UNDONE and p.posting_id not in here]


def _take_out(connection: Connection, session: Session, run: PostingRun, plan: UndoPlan) -> None:
    """Look again with everything locked, note it in the ledger and remove the documents. Raises ``PostingRefused``."""
    from xlpy.sl.ledger_book.ledger import postings_with_ids, set_posting_state
    from xlpy.sl.writing.undoing import examine, lock_for_removing, remove

    lock_for_removing(connection, session.sl, plan.transactions)
    ids = [posting.posting_id for posting in plan.transactions]
    now = {posting.posting_id: posting for posting in postings_with_ids(connection, ids)}
    if any(now.get(posting.posting_id) != posting for posting in plan.transactions):
        raise PostingRefused("The batch is not as it was a moment ago: SL or the ledger moved on.", fix=_MOVED)
    examined = examine(connection, session.sl, plan.transactions, locked=True)
    if examined.faults or undo_documents(plan.transactions, examined) != plan.documents:
        raise PostingRefused("The documents in SL are not as they were a moment ago.", fix=_MOVED)
    set_posting_state(connection, ids, PostingState.UNDOING, run)
    remove(connection, session.sl, examined.batches)


def _with_batch_mates(
    connection: Connection, session: Session, rows: Sequence[Posting]
) -> tuple[list[Posting], list[Posting]]:
    """Add what the same run put into the same SL batches under another name (-1); return the others apart.

    A run that found its batch's name taken closes the rest of its rows under the next one: they can only go together.
    """
    from xlpy.sl.ledger_book.ledger import postings_in_batches, read_postings

    every = list(rows)
    while True:
        batches = {(part.module, part.bat_nbr) for posting in every for part in posting.parts}
        known = {posting.posting_id for posting in every}
        mates = [p for p in postings_in_batches(connection, batches) if p.posting_id not in known and p.state in _LIVE]
        manage = session.manage
        latest = read_postings(connection, manage.host, manage.company, [mate.key for mate in mates])
        mates = [mate for mate in mates if mate.key in latest and latest[mate.key].posting_id == mate.posting_id]
        runs = {(posting.run_id, posting.key.kind) for posting in every}
        added = [mate for mate in mates if (mate.run_id, mate.key.kind) in runs]
        if not added:
            return every, mates
        every += added


def _names_like(connection: Connection, session: Session, name: str) -> list[str]:
    """Return names of batches that the ledger has for a name typed without its suffix."""
    from xlpy.domain.values.transactions import BATCH_SUFFIX
    from xlpy.sl.ledger_book.ledger import all_postings_of

    manage = session.manage
    own = sl_key(session.sl.cpny_id)
    tried = [f"{name}{suffix}" for suffix in BATCH_SUFFIX.values()] if name else []
    return [
        one
        for one in tried
        if any(sl_key(p.cpny_id) == own for p in all_postings_of(connection, manage.host, manage.company, one))
    ]


def _nothing_done(session: Session, run_id: str, plan: UndoPlan, reason: str = "") -> RunReport:
    text = f"{plan.text} {reason}".strip()
    return RunReport(
        run_id,
        session.now(),
        RunState.NOTHING_WRITTEN,
        text,
        plan.identifier,
        None,
        problems=plan.reasons,
        action="undo",
    )


def _report(session: Session, run_id: str, plan: UndoPlan, done: Undone, pending: str = "") -> RunReport:
    undone = {posting.posting_id for posting in done.undone}
    stuck = {posting.posting_id: why for posting, why in done.stuck}
    not_back = {posting.posting_id for posting in done.not_back}
    open_ones = [posting for posting in plan.transactions if posting.posting_id not in undone]
    what = f"{plan.identifier}: {worth_of(plan.transactions)}"
    if open_ones:
        why = pending or some_of(stuck.values()) or "the Manage batch is still to be deleted"
        state = RunState.HALF_DONE
        text = f"Half undone: {what}. SL no longer has the documents. {why.rstrip('.')}. Run Recover."
    elif not_back & {posting.posting_id for posting in plan.transactions}:
        numbers = some_of(posting.number for posting in done.not_back)
        state = RunState.WITH_ERRORS
        text = f"Undone: {what}. Manage does not list as unposted: {numbers}. Look at them in Manage."
    elif done.along:
        state, text = RunState.WITH_ERRORS, f"Undone: {what}. {along_text(done.along)}"
    else:
        state, text = RunState.COMPLETED, f"Undone: {what}. They are unposted in Manage again."
    told = {
        posting.posting_id: (
            (RowStatus.MANAGE_PENDING, stuck.get(posting.posting_id) or pending)
            if posting.posting_id not in undone
            else (RowStatus.UNDONE, "Manage does not list it as unposted" if posting.posting_id in not_back else "")
        )
        for posting in plan.transactions
    }
    return RunReport(
        run_id,
        session.now(),
        state,
        text,
        plan.identifier,
        None,
        posting_results(plan.transactions, told),
        plan.manage_batches,
        action="undo",
    )


def _results(plan: UndoPlan) -> tuple[ResultRow, ...]:
    return posting_results(
        plan.transactions, {p.posting_id: (RowStatus.NOT_KNOWN, "Run Recover") for p in plan.transactions}
    )
