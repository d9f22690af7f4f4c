"""Run export: write the plan into SL, then mark Manage. SL first, Manage second, one run at a time per database."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from xlpy.domain.plan import Action, Plan, PlannedTransaction
from xlpy.domain.plan_changes import plan_changes
from xlpy.domain.problems import Problem
from xlpy.domain.transactions import PostedDocument, Posting, PostOutcome, TransactionKey
from xlpy.errors import CommitUnknown, ManageError, PostingRefused
from xlpy.services.marking import Marked, mark_in_manage
from xlpy.services.memory import recall_preview
from xlpy.services.planning import batch_name, make_plan
from xlpy.services.recover import finish_unfinished
from xlpy.services.reports import ResultRow, RunReport, RunState, Selection
from xlpy.services.session import Session

if TYPE_CHECKING:
    from xlpy.sl.posting_checks import SetupSeen

logger = logging.getLogger(__name__)


def push(session: Session, selection: Selection, *, preview_hash: str = "") -> RunReport:
    """Post what is marked. With a preview, exactly what was previewed or nothing.

    Half-finished batches of earlier runs are finished first. Raises ``PostingLocked``, ``ManageError``, ``SlError``
    when the run could not start or could not be read; whatever was committed is then in the ledger and is finished by
    the next run or by *Recover*.
    """
    run_id = new_run_id(session)
    from xlpy.sl.posting_checks import read_setup_seen

    with _only_run(session):
        finish_unfinished(session)
        seen = read_setup_seen(session.sl)
        plan = make_plan(session, selection)
        previewed = recall_preview(preview_hash)
        refused = plan.stops or (plan_changes(previewed, plan) if previewed else ())
        if refused or not plan.transactions:
            return _nothing_written(session, run_id, plan, refused)
        try:
            outcome = _write(session, run_id, plan, seen)
        except PostingRefused as error:
            return _nothing_written(session, run_id, plan, (), str(error))
        owed = _owed_of_run(session, run_id)
        session.progress("Marking Manage", 0, len(owed))
        try:
            marked = mark_in_manage(session, owed, fresh=True)
        except ManageError as error:
            logger.warning("SL has the batch, Manage is owed its half: %s", error, exc_info=True)
            return _report(session, run_id, plan, outcome, Marked(), f"Manage was not marked: {error}")
        return _report(session, run_id, plan, outcome, marked, "")


def new_run_id(session: Session) -> str:
    """Name a run: local time and a random tail, sortable."""
    return f"{session.now():%Y%m%d-%H%M%S}-{uuid.uuid4().hex[:4]}"


@contextmanager
def _only_run(session: Session) -> Iterator[None]:
    from xlpy.sl.lock import posting_lock

    with posting_lock(session.sl, user=session.user, host=session.host, now=session.now()):
        yield


def _write(session: Session, run_id: str, plan: Plan, seen: SetupSeen) -> PostOutcome:
    from xlpy.sl.posting import PostRequest, post_plan

    session.progress("Writing SL", 0, len(plan.transactions))
    posting = session.profile.posting
    request = PostRequest(
        plan=plan,
        run_id=run_id,
        user=session.user,
        host=session.host,
        now=session.now(),
        batch_status=posting.batch_status,
        record_id_column=posting.record_id_column,
        expected=seen,
    )
    try:
        outcome = post_plan(session.sl, request, observe=session.observe)
    except CommitUnknown:
        logger.exception("The commit of run %s is not known", run_id)
        raise
    logger.info("SL has %d documents of run %s, %d failed", len(outcome.posted), run_id, len(outcome.failed))
    return outcome


def _owed_of_run(session: Session, run_id: str) -> list[Posting]:
    from xlpy.sl.ledger import unfinished

    with session.sl.engine.connect() as connection:
        owed = unfinished(connection, session.manage.host, session.manage.company)
    return [posting for posting in owed if posting.run_id == run_id]


def _nothing_written(
    session: Session, run_id: str, plan: Plan, refused: tuple[Problem, ...], reason: str = ""
) -> RunReport:
    if reason:
        text = f"Nothing was written: {reason}"
    elif refused:
        text = f"Nothing was written: {len(refused)} problem{'s' if len(refused) != 1 else ''} must be solved first."
    else:
        text = "Nothing was written: no row is marked Include."
    logger.warning(text)
    problems = plan.problems if refused == plan.stops else (*refused, *plan.problems)
    return RunReport(
        run_id, session.now(), RunState.NOTHING_WRITTEN, text, plan.options.batch_identifier, plan, (), (), problems
    )


def _report(session: Session, run_id: str, plan: Plan, outcome: PostOutcome, marked: Marked, pending: str) -> RunReport:
    closed = {posting.key for posting in marked.closed}
    failed = {failure.transaction: failure.reason for failure in outcome.failed}
    documents: dict[TransactionKey, PostedDocument] = {d.transaction: d for d in outcome.posted if d.part == "document"}
    results = tuple(
        _result(t, batch_name(plan.options, t.key.kind), documents, failed, closed, pending) for t in plan.transactions
    )
    written = [t for t in plan.transactions if t.key not in failed]
    batches = {d.module + d.bat_nbr for d in outcome.posted}
    counts = f"{len(written)} of {len(plan.transactions)} transactions, {len(batches)} SL batch" + (
        "es" if len(batches) != 1 else ""
    )
    if pending or len(closed) < len(written):
        state, text = RunState.PENDING, f"In SL: {counts}. {pending or 'Manage has still to be marked.'} Run Recover."
    elif failed:
        state, text = RunState.WITH_ERRORS, f"Completed with errors: {counts}; {len(failed)} failed and were left out."
    else:
        state, text = RunState.COMPLETED, f"Completed: {counts}."
    logger.info(text)
    return RunReport(
        run_id,
        session.now(),
        state,
        text,
        plan.options.batch_identifier,
        plan,
        results,
        tuple(marked.batches),
        plan.problems,
    )


_DONE = {
    Action.POST: "Exported",
    Action.POST_AGAIN: "Exported",
    Action.MARK_ONLY: "Already in SL",
    Action.NOTHING_TO_POST: "Nothing to post",
}


def _result(
    transaction: PlannedTransaction,
    batch: str,
    documents: Mapping[TransactionKey, PostedDocument],
    failed: Mapping[TransactionKey, str],
    closed: set[TransactionKey],
    pending: str,
) -> ResultRow:
    key = transaction.key
    document = documents.get(key)
    if key in failed:
        status, message = "Failed", failed[key]
    elif key in closed:
        status, message = _DONE[transaction.action], ""
    else:
        status, message = "Manage pending", pending or "In SL, but not yet in a Manage batch: run Recover"
    return ResultRow(
        batch_identifier=batch,
        status=status,
        message=message,
        kind=str(key.kind),
        transaction=transaction.number,
        transaction_id=key.record_id,
        amount=transaction.amount,
        currency=transaction.currency,
        module=document.module if document else "",
        sl_batch=document.bat_nbr if document else "",
        doc_type=document.doc_type if document else "",
        reference=document.ref_nbr if document else "",
        period=document.period if document else "",
    )
