"""Clear without export: the marked rows go into a Manage batch, and SL is not touched.

The ledger has them first, as *cleared* with a Manage batch still owed; then Manage gets its batch. So what is cleared
is known whatever happens in between, and any PC finishes it (``clear_finish``). Source: Manage API: remove records
without exporting.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from xlpy.domain.planning.makers.request import IncludedRow
from xlpy.domain.planning.row_checks import foreign_problems, number_of_row, row_problems
from xlpy.domain.planning.run_checks import gone_problem
from xlpy.domain.values.approvals import ForApproval
from xlpy.domain.values.problems import Problem
from xlpy.domain.values.statuses import RowStatus
from xlpy.domain.values.transactions import Posting, PostingState
from xlpy.errors import CommitUnknown, PostingRefused, XlpyError
from xlpy.services.export.exporting import MarkedExport, export_marked
from xlpy.services.export.planning import plan_options, problems_of_the_name, seen_row
from xlpy.services.history.clear_plan import ClearPlan, ClearRow, clear_rows
from xlpy.services.manage_half.clear_finish import Cleared, finish_clears
from xlpy.services.run.approval import approval_of
from xlpy.services.run.half_done import posting_results, some_of
from xlpy.services.run.ids import new_run_id
from xlpy.services.run.kept import remember_run
from xlpy.services.run.memory import recall_refresh
from xlpy.services.run.reports import ResultRow, RunReport, RunState, Selection
from xlpy.services.run.session import Session

if TYPE_CHECKING:
    from xlpy.domain.documents.plan import PlanOptions
    from xlpy.sl.ledger_book.ledger import PostingRun

__all__ = ["ClearPlan", "clear", "look_at_clear"]

logger = logging.getLogger(__name__)


def look_at_clear(session: Session, selection: Selection) -> ClearPlan:
    """Tell what clearing the marked rows would do, or every reason against it. Changes nothing.

    Raises ``ManageError``/``SlError`` when one of them can't be read, ``SettingsError`` for a location Manage lacks.
    """
    from xlpy.sl.ledger_book.ledger import check_ledger, read_postings

    manage = session.manage
    options = plan_options(session, selection)
    export = export_marked(session, selection.marked, options)
    with session.sl.engine.connect() as connection:
        check_ledger(connection)
        postings = read_postings(connection, manage.host, manage.company, [key for key, _ in export.rows])
    rows, forbidden = clear_rows(export, postings)
    around = _problems_around(session, options, export) if selection.marked else ()
    return ClearPlan(options.batch_identifier, rows, (*around, *forbidden))


def clear(session: Session, selection: Selection, *, confirmed: bool = False) -> RunReport:
    """Mark the rows as posted in Manage without writing SL. Without ``confirmed`` nothing happens but the report.

    Half-finished clearings of earlier runs are finished first. Raises ``PostingLocked`` when a run is going on,
    ``ManageError``/``SlError`` when one of them can't be read: nothing was changed then.
    """
    from xlpy.sl.ledger_book.lock import posting_lock

    run_id = new_run_id(session)
    if not confirmed:
        plan = look_at_clear(session, selection)
        return _nothing_done(session, run_id, plan, "" if plan.stops or not plan.rows else "Nothing was cleared yet.")
    with posting_lock(session.sl, user=session.user, host=session.host, now=session.now()):
        finish_clears(session, Cleared())
        plan = look_at_clear(session, selection)
        if plan.stops or not plan.rows:
            return _nothing_done(session, run_id, plan)
        typed = f"CLEAR {len(plan.rows)}"
        signed = approval_of(session, ForApproval.CLEAR, plan.hash, plan.identifier, typed=typed)
        if signed.problems:
            return _nothing_done(session, run_id, replace(plan, problems=(*signed.problems, *plan.problems)))
        report = replace(_clear(session, run_id, plan), approval=signed.approval)
    logger.log(logging.INFO if report.state is RunState.COMPLETED else logging.WARNING, report.text)
    remember_run(session, report)
    return report


def _problems_around(session: Session, options: PlanOptions, export: MarkedExport) -> tuple[Problem, ...]:
    """Check the name of the batch, and the rows against what the user saw, as an export does."""
    seen = recall_refresh(session.profile)
    expenses = [IncludedRow(mark.key, mark.again, row) for mark, row in export.expenses]
    procurement = [IncludedRow(mark.key, mark.again, row) for mark, row in export.procurement]
    return (
        *problems_of_the_name(session.manage, options),
        *(gone_problem(mark.key, number_of_row(seen_row(seen, mark.key))) for mark in export.gone),
        *(problem for key, row in export.rows for problem in row_problems(key, row, seen_row(seen, key), options)),
        *foreign_problems(expenses, procurement, export.exported_expenses, export.exported_procurement),
    )


def _clear(session: Session, run_id: str, plan: ClearPlan) -> RunReport:
    from xlpy.sl.ledger_book.ledger import PostingRun, insert_postings, postings_of_run
    from xlpy.sl.writing.one_commit import Writing, commit_once

    run = PostingRun(run_id, session.user, session.host, session.now())
    rows = [_posting(session, run, plan.identifier, row) for row in plan.rows]
    writing: Writing[None] = Writing(
        write=lambda connection: insert_postings(connection, run, rows, {}),
        is_there=lambda connection, _done: len(postings_of_run(connection, run_id)) == len(rows),
        what="the clearing",
        fix="Clear again.",
    )
    try:
        commit_once(session.sl, writing, observe=session.observe)
    except PostingRefused as error:
        return _nothing_done(session, run_id, plan, str(error))
    except CommitUnknown as error:
        logger.exception("The commit of clearing run %s is not known", run_id)
        results = tuple(_result(posting, RowStatus.NOT_KNOWN, "Run Recover") for posting in rows)
        return RunReport(
            run_id, session.now(), RunState.UNKNOWN, str(error), plan.identifier, None, results, action="clear"
        )
    done = Cleared()
    pending = ""
    try:
        finish_clears(session, done, fresh_run=run_id)
    except XlpyError as error:
        pending = f"Manage has not got its batch: {error}"
        logger.warning("The clearing is noted in SL, Manage is owed its batch: %s", error, exc_info=True)
    except (Exception, KeyboardInterrupt) as error:
        pending = f"Manage has not got its batch: it was interrupted ({type(error).__name__})."
        logger.exception("The clearing is noted in SL, Manage is owed its batch")
    return _report(session, run_id, plan, rows, done, pending)


def _posting(session: Session, run: PostingRun, identifier: str, row: ClearRow) -> Posting:
    from xlpy.domain.values.transactions import BATCH_SUFFIX

    return Posting(
        posting_id=0,
        manage_host=session.manage.host,
        manage_company=session.manage.company,
        cpny_id=session.sl.cpny_id,
        key=row.key,
        generation=row.generation,
        batch_identifier=identifier + BATCH_SUFFIX[row.key.kind],
        number=row.number,
        amount=row.amount,
        currency=row.currency,
        lines_hash=row.lines_hash,
        entry_ids=row.entry_ids,
        plan_hash="",
        state=PostingState.CLEARED,
        run_id=run.run_id,
        posted_at=run.now,
        posted_by=run.user,
        posted_host=run.host,
    )


def _report(
    session: Session, run_id: str, plan: ClearPlan, rows: Iterable[Posting], done: Cleared, pending: str
) -> RunReport:
    closed = {posting.key: posting for posting in done.closed}
    given_up = {posting.key: why for posting, why in done.given_up}
    listed = {posting.key for posting in done.still_listed}
    pending = pending or " ".join(dict.fromkeys(why for _, why in done.owed))
    results: list[ResultRow] = []
    for posting in rows:
        if posting.key in closed:
            message = "Manage still lists it as unposted: look at it there" if posting.key in listed else ""
            results.append(_result(closed[posting.key], RowStatus.CLEARED, message))
        elif posting.key in given_up:
            results.append(_result(posting, RowStatus.FAILED, given_up[posting.key]))
        else:
            results.append(_result(posting, RowStatus.MANAGE_PENDING, pending or "Run Recover"))
    count = sum(result.status == RowStatus.CLEARED for result in results)
    waiting = sum(result.status == RowStatus.MANAGE_PENDING for result in results)
    if waiting:
        state = RunState.HALF_DONE
        why = pending or "Manage has not got its batch."
        text = f"Half cleared: {plan.worth} are noted in the ledger. {why} Run Recover."
    elif not count:
        state = RunState.NOTHING_WRITTEN
        text = f"Nothing was cleared: {some_of(given_up.values(), most=1)}"
    elif given_up or listed:
        state = RunState.WITH_ERRORS
        text = f"Completed with errors: {count} of {len(results)} transactions are cleared; see the messages."
    else:
        state, text = RunState.COMPLETED, f"Cleared without export: {plan.worth}."
    text = " ".join((text, *done.renamed))
    return RunReport(
        run_id,
        session.now(),
        state,
        text,
        plan.identifier,
        None,
        tuple(results),
        tuple(done.batches),
        plan.problems,
        action="clear",
    )


def _result(posting: Posting, status: RowStatus, message: str) -> ResultRow:
    (row,) = posting_results([posting], {posting.posting_id: (status, message)})
    return row


def _nothing_done(session: Session, run_id: str, plan: ClearPlan, reason: str = "") -> RunReport:
    return RunReport(
        run_id,
        session.now(),
        RunState.NOTHING_WRITTEN,
        f"{plan.text} {reason}".strip(),
        plan.identifier,
        None,
        problems=plan.problems,
        action="clear",
    )
