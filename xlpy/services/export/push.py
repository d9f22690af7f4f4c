"""Run export: write the plan into SL, then mark Manage. SL first, Manage second, one run at a time per database."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from xlpy.domain.checks.table import found
from xlpy.domain.documents.gl import DOCUMENT
from xlpy.domain.documents.plan import Action, Plan, PlannedTransaction, plan_of_kind
from xlpy.domain.documents.plan_changes import plan_changes, preview_gone, preview_older
from xlpy.domain.planning.run_checks import done_before
from xlpy.domain.values.approvals import ForApproval
from xlpy.domain.values.problems import Problem
from xlpy.domain.values.statuses import RowStatus
from xlpy.domain.values.transactions import (
    BATCH_WORDS,
    FailedTransaction,
    Kind,
    PostedDocument,
    Posting,
    PostOutcome,
    TransactionKey,
)
from xlpy.errors import CommitUnknown, PostingRefused, SlError, XlpyError
from xlpy.services.export.planning import batch_name, make_plan
from xlpy.services.manage_half.marking import Marked, mark_in_manage
from xlpy.services.manage_half.recover import finish_unfinished, owed_to_manage
from xlpy.services.run.approval import Signed, approval_of
from xlpy.services.run.ids import new_run_id
from xlpy.services.run.kept import remember_run
from xlpy.services.run.memory import is_older_preview, recall_preview
from xlpy.services.run.reports import ResultRow, RunReport, RunState, Selection
from xlpy.services.run.session import Session

if TYPE_CHECKING:
    from xlpy.sl.writing.posting_checks import SetupSeen

logger = logging.getLogger(__name__)


def push(session: Session, selection: Selection, *, preview_hash: str = "") -> RunReport:
    """Post what is marked. With a preview, exactly what was previewed or nothing.

    Half-finished batches of earlier runs are finished first. Raises ``PostingLocked``, ``ManageError``, ``SlError``
    when the run could not start or could not be read; whatever was committed is then in the ledger and is finished by
    the next run or by *Recover*. When the connection broke while committing, the report's state is *not known*.
    """
    from xlpy.sl.writing.posting_checks import read_setup_seen

    run_id = new_run_id(session)
    with only_run(session):
        earlier = finish_unfinished(session)
        seen = read_setup_seen(session.sl)
        plan = make_plan(session, selection)
        refused = plan.stops or (() if done_before(plan) else changed_since(preview_hash, plan))
        signed = Signed()
        if plan.transactions and not refused:
            signed = approval_of(session, ForApproval.EXPORT, plan.hash, plan.options.batch_identifier)
            refused = signed.problems
        if refused or not plan.transactions:
            report = nothing_written(session, run_id, plan, refused)
        else:
            try:
                outcome = write_kinds(session, run_id, plan, seen)
            except PostingRefused as error:
                report = nothing_written(session, run_id, plan, (refusal(error),), str(error))
            except CommitUnknown as error:
                report = not_known(session, run_id, plan, error)
            else:
                report = _mark(session, run_id, plan, outcome)
    report = replace(report, approval=signed.approval)
    if earlier.did_anything:
        report = replace(report, text=f"{report.text} Of earlier runs: {earlier.text}")
    logger.log(logging.INFO if report.state is RunState.COMPLETED else logging.WARNING, report.text)
    remember_run(session, report)
    return report


def changed_since(preview_hash: str, plan: Plan) -> tuple[Problem, ...]:
    """Name what differs from the preview; nothing differs when there was none, or when the hashes are equal."""
    if preview_hash in ("", plan.hash):
        return ()
    previewed = recall_preview(preview_hash)
    if previewed is not None:
        return plan_changes(previewed, plan)
    return (preview_older() if is_older_preview(preview_hash) else preview_gone(),)


def _mark(session: Session, run_id: str, plan: Plan, outcome: PostOutcome) -> RunReport:
    """Do the Manage half. From here on SL has the documents: whatever goes wrong, the report says so."""
    owed: list[Posting] = []
    done = Marked()
    pending = ""
    try:
        owed = [posting for posting in owed_to_manage(session) if posting.run_id == run_id]
        session.progress("Marking Manage", 0, len(owed))
        mark_in_manage(session, owed, done, fresh=True)
    except XlpyError as error:
        pending = f"Manage was not marked: {error}"
        logger.warning("SL has the batch, Manage is owed its half: %s", error, exc_info=True)
    except (Exception, KeyboardInterrupt) as error:
        pending = f"Manage was not marked: it was interrupted ({type(error).__name__})."
        logger.exception("SL has the batch, Manage is owed its half")
    if done.stuck and not pending:
        pending = f"Manage was not marked for all of it: {done.why}"
    return run_report(session, run_id, plan, outcome, owed, done, pending)


@contextmanager
def only_run(session: Session) -> Iterator[None]:
    """Hold the posting lock. Raises ``PostingLocked`` when somebody else is posting."""
    from xlpy.sl.ledger_book.lock import posting_lock

    with posting_lock(session.sl, user=session.user, host=session.host, now=session.now()):
        yield


def write_kinds(
    session: Session, run_id: str, plan: Plan, seen: SetupSeen, *, in_batch: tuple[int, str] | None = None
) -> PostOutcome:
    """Write each kind in a transaction of its own: each has its own Manage batch.

    ``in_batch``: the Manage batch (id, name) that has the entries already; the ledger's rows are closed with it then.
    Raises ``PostingRefused`` when nothing was committed. When a later kind is refused, or its commit is not known,
    what is committed stays, and the kinds that are left count as failed with the reason.
    """
    from xlpy.sl.writing.before_writing import refuse_unwritable

    posting = session.profile.posting
    refuse_unwritable(
        session.sl, plan, record_id_column=posting.user_column("ARDoc"), user_columns=posting.user_columns
    )
    done = PostOutcome()
    kinds = [kind for kind in Kind if any(t.key.kind is kind for t in plan.transactions)]
    for at, kind in enumerate(kinds):
        part = plan_of_kind(plan, kind)
        try:
            one = _write(session, run_id, part, seen, plan.hash, in_batch)
        except (PostingRefused, SlError) as error:
            if not done.posted or isinstance(error, CommitUnknown):
                raise
            logger.exception("SL refused the %s", BATCH_WORDS[kind])
            left = [t.key for t in plan.transactions if t.key.kind in kinds[at:]]
            return replace(done, failed=(*done.failed, *(FailedTransaction(key, str(error)) for key in left)))
        done = PostOutcome(
            posted=(*done.posted, *one.posted),
            failed=(*done.failed, *one.failed),
            created_customers=(*done.created_customers, *one.created_customers),
            created_vendors=(*done.created_vendors, *one.created_vendors),
            created_items=(*done.created_items, *one.created_items),
        )
    return done


def _write(
    session: Session, run_id: str, plan: Plan, seen: SetupSeen, plan_hash: str, in_batch: tuple[int, str] | None
) -> PostOutcome:
    from xlpy.sl.writing.posting import PostRequest, post_plan

    session.progress("Writing SL", 0, len(plan.transactions))
    posting = session.profile.posting
    request = PostRequest(
        plan=plan,
        run_id=run_id,
        user=session.user,
        host=session.host,
        now=session.now(),
        batch_status=posting.batch_status,
        record_id_column=posting.user_column("ARDoc"),
        user_columns=posting.user_columns,
        expected=seen,
        plan_hash=plan_hash,
        in_batch=in_batch,
    )
    try:
        outcome = post_plan(session.sl, request, observe=session.observe)
    except CommitUnknown:
        logger.exception("The commit of run %s is not known", run_id)
        raise
    logger.info("SL has %d documents of run %s, %d failed", len(outcome.posted), run_id, len(outcome.failed))
    return outcome


def refusal(error: PostingRefused) -> Problem:
    """Say as a problem why SL refused the whole run."""
    return found("MOVED", case="told", reason=error.text.rstrip("."), cure=error.fix)


def not_known(session: Session, run_id: str, plan: Plan, error: CommitUnknown) -> RunReport:
    """Report a run of which only SL knows, when it can be asked again, whether it is there: one row on Results."""
    identifier = plan.options.batch_identifier
    return RunReport(run_id, session.now(), RunState.UNKNOWN, str(error), identifier, plan, problems=plan.problems)


def nothing_written(
    session: Session, run_id: str, plan: Plan, refused: tuple[Problem, ...], reason: str = ""
) -> RunReport:
    """Report a run that wrote nothing: for these problems, for a reason, or since nothing was marked."""
    if reason:
        text = f"Nothing was written: {reason}"
    elif done_before(plan):
        text = f"Nothing was written: {plan.problems[0].what}."
    elif refused:
        text = f"Nothing was written: {len(refused)} problem{'s' if len(refused) != 1 else ''} must be solved first."
    else:
        text = "Nothing was written: no row is marked Include (or Home says not to export its kind)."
    problems = plan.problems if refused == plan.stops else (*refused, *plan.problems)
    return RunReport(
        run_id, session.now(), RunState.NOTHING_WRITTEN, text, plan.options.batch_identifier, plan, (), (), problems
    )


def run_report(
    session: Session,
    run_id: str,
    plan: Plan,
    outcome: PostOutcome,
    owed: Sequence[Posting],
    marked: Marked,
    pending: str,
) -> RunReport:
    """Report what became of each transaction. ``marked``: what Manage has, ``pending``: why it has not the rest."""
    closed = {posting.key: posting for posting in marked.closed}
    failed = {failure.transaction: failure.reason for failure in outcome.failed}
    waiting = {posting.key: str(stuck.error) for stuck in marked.stuck for posting in stuck.postings}
    known = {posting.key: posting for posting in owed}
    made: dict[TransactionKey, list[PostedDocument]] = defaultdict(list)
    for document in sorted(outcome.posted, key=lambda d: d.part != DOCUMENT):
        made[document.transaction].append(document)
    results = tuple(
        _result(t, plan, document, failed, closed, waiting.get(t.key) or pending)
        for t in plan.transactions
        for document in (*made[t.key],) or (_document_of(known.get(t.key)),)
    )
    written = [t for t in plan.transactions if t.key not in failed]
    batches = {d.module + d.bat_nbr for d in outcome.posted}
    counts = f"{len(written)} of {len(plan.transactions)} transactions, {len(batches)} SL batch" + (
        "es" if len(batches) != 1 else ""
    )
    left_out = f" {len(failed)} failed and were left out." if failed else ""
    if not written:
        state, text = RunState.NOTHING_WRITTEN, f"Nothing was written: SL refused each of {len(failed)} transactions."
    elif len(closed) < len(written):
        still = pending or "Manage has still to be marked."
        state, text = RunState.PENDING, f"In SL: {counts}.{left_out} {still} Run Recover."
    elif failed:
        state, text = RunState.WITH_ERRORS, f"Completed with errors: {counts}.{left_out}"
    else:
        state, text = RunState.COMPLETED, f"Completed: {counts}."
    return RunReport(
        run_id,
        session.now(),
        state,
        " ".join((text, *marked.renamed)),
        plan.options.batch_identifier,
        plan,
        results,
        tuple(marked.batches),
        plan.problems,
    )


def _document_of(posting: Posting | None) -> PostedDocument | None:
    """Return the SL document of a transaction that was in SL before this run; its period is not in the ledger."""
    part = next((part for part in posting.parts if part.part == DOCUMENT), None) if posting else None
    if posting is None or part is None:
        return None
    return PostedDocument(
        posting.key,
        part.part,
        part.module,
        part.bat_nbr,
        part.doc_type,
        part.ref_nbr,
        "",
        posting.amount,
        posting.currency,
    )


_DONE = {
    Action.POST: RowStatus.EXPORTED,
    Action.POST_AGAIN: RowStatus.EXPORTED,
    Action.MARK_ONLY: RowStatus.ALREADY_IN_SL,
    Action.NOTHING_TO_POST: RowStatus.NOTHING_TO_POST,
}


def _result(
    transaction: PlannedTransaction,
    plan: Plan,
    document: PostedDocument | None,
    failed: Mapping[TransactionKey, str],
    closed: Mapping[TransactionKey, Posting],
    pending: str,
) -> ResultRow:
    key = transaction.key
    batch = closed[key].batch_identifier if key in closed else batch_name(plan.options, key.kind)
    if key in failed:
        status, message = RowStatus.FAILED, failed[key]
    elif key in closed:
        status, message = _DONE[transaction.action], ""
    else:
        status, message = RowStatus.MANAGE_PENDING, pending or "In SL, but not yet in a Manage batch: run Recover"
    return ResultRow(
        batch_identifier=batch,
        status=status,
        message=message,
        kind=str(key.kind),
        part=document.part if document else DOCUMENT,
        transaction=transaction.number,
        transaction_id=key.record_id,
        amount=document.amount if document and document.part != DOCUMENT else transaction.amount,
        currency=document.currency if document and document.part != DOCUMENT else transaction.currency,
        module=document.module if document else "",
        sl_batch=document.bat_nbr if document else "",
        doc_type=document.doc_type if document else "",
        reference=document.ref_nbr if document else "",
        period=document.period if document else "",
    )
