"""Rerun: post of an earlier Manage batch what SL lacks. No second Manage batch: the entries are in it already.

The same lock, the same checks and the same writing as *Run export*. The ledger's rows are written closed, with the
batch's id, in the same transaction as the documents: nothing is owed to Manage at any moment.
"""

from __future__ import annotations

import logging
from dataclasses import replace

from xlpy.domain.documents.plan import Plan
from xlpy.domain.values.approvals import ForApproval
from xlpy.domain.values.problems import Problem
from xlpy.domain.values.transactions import PostOutcome
from xlpy.errors import CommitUnknown, PostingRefused
from xlpy.services.export.push import (
    changed_since,
    not_known,
    nothing_written,
    only_run,
    refusal,
    run_report,
    write_kinds,
)
from xlpy.services.history.rerun_plan import RerunMarks, RerunPlan, plan_rerun
from xlpy.services.manage_half.marking import Marked
from xlpy.services.manage_half.recover import finish_unfinished
from xlpy.services.run.approval import Signed, approval_of
from xlpy.services.run.ids import new_run_id
from xlpy.services.run.kept import remember_run
from xlpy.services.run.reports import ManageBatchMade, RunReport, RunState
from xlpy.services.run.session import Session

logger = logging.getLogger(__name__)

PREFIX = "R"  # run ids of reruns


def rerun(
    session: Session,
    identifier: str,
    *,
    detail: str = "Default",
    period: str = "By document date",
    marks: RerunMarks | None = None,
    preview_hash: str = "",
) -> RunReport:
    """Post what is included of an earlier Manage batch. With a preview, exactly what was previewed or nothing.

    Half-finished work of earlier runs is finished first. When nothing is missing, nothing is written and the run is
    completed. Raises ``BatchNotThere``, ``BatchNotOurs``, ``PostingLocked``, ``ManageError``, ``SlError`` when the run
    could not start or could not be read.
    """
    from xlpy.sl.writing.posting_checks import read_setup_seen

    run_id = new_run_id(session, PREFIX)
    with only_run(session):
        earlier = finish_unfinished(session)
        seen = read_setup_seen(session.sl)
        found = plan_rerun(session, identifier, detail=detail, period=period, marks=marks)
        plan = found.plan
        refused = plan.stops or _changed(preview_hash, plan)
        signed = Signed()
        if plan.transactions and not refused:
            name = found.batch.identifier
            signed = approval_of(session, ForApproval.RERUN, plan.hash, name, typed=f"RERUN {name}")
            refused = signed.problems
        if refused:
            report = nothing_written(session, run_id, plan, refused)
        elif not plan.transactions:
            text = f"Nothing was written. {found.text}"
            report = RunReport(run_id, session.now(), RunState.COMPLETED, text, "", plan, problems=plan.problems)
        else:
            try:
                outcome = write_kinds(session, run_id, plan, seen, in_batch=(found.batch.id, found.batch.identifier))
            except PostingRefused as error:
                report = nothing_written(session, run_id, plan, (refusal(error),), str(error))
            except CommitUnknown as error:
                report = not_known(session, run_id, plan, error)
            else:
                report = _written(session, run_id, found, outcome)
    report = replace(report, action="rerun", batch_identifier=found.batch.identifier, approval=signed.approval)
    if earlier.did_anything:
        report = replace(report, text=f"{report.text} Of earlier runs: {earlier.text}")
    logger.log(logging.INFO if report.state is RunState.COMPLETED else logging.WARNING, report.text)
    remember_run(session, report)
    return report


def _changed(preview_hash: str, plan: Plan) -> tuple[Problem, ...]:
    """Name what differs from the preview, with what to press for a rerun."""
    changes = changed_since(preview_hash, plan)
    fix = "Press Rerun batch again: it shows anew what it would post; then press it once more"
    return tuple(replace(change, fix=fix, where="Home, Rerun batch") for change in changes)


def _written(session: Session, run_id: str, found: RerunPlan, outcome: PostOutcome) -> RunReport:
    """Report what is committed: SL has the documents, and the ledger's rows are closed with the batch."""
    from xlpy.sl.ledger_book.ledger import postings_of_run

    batch = found.batch
    done = Marked(batches=[ManageBatchMade(batch.identifier, batch.id, found.inside)])
    pending = ""
    try:
        with session.sl.engine.connect() as connection:
            done.closed = postings_of_run(connection, run_id)
    except Exception as error:  # SL has the documents: whatever goes wrong, the report says so
        pending = f"The posting ledger could not be read afterwards: {error}"
        logger.exception("The rows of run %s could not be read back", run_id)
    return run_report(session, run_id, found.plan, outcome, (), done, pending)
