"""Batches, Rerun batch, Undo batch, Clear without export, Recover."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.domain.values.sentences import sentences
from xlpy.services.flows.told import Flow, Told, told_run

if TYPE_CHECKING:
    from xlpy.services.history.batches import BatchesReport
    from xlpy.services.history.clear_plan import ClearPlan
    from xlpy.services.history.rerun_plan import RerunMarks, RerunPlan
    from xlpy.services.history.undo_plan import UndoPlan
    from xlpy.services.manage_half.recover import HalfFinished, RecoverReport
    from xlpy.services.run.reports import RunReport, Selection
    from xlpy.services.run.session import Session


def batches(session: Session) -> Told[BatchesReport]:
    """List Manage's batches and what became of them in SL. Writes nothing."""
    from xlpy.services.as_json.run import batches_json
    from xlpy.services.history.batches import list_batches

    report = list_batches(session)
    lines = [
        f"{row.identifier:<24} {row.documents if row.documents is not None else '-':>6}"
        f" {row.amount if row.amount is not None else '-':>14} {row.currency:<4} {row.state:<15} {row.message}".rstrip()
        for row in report.rows
    ]
    return Told(report, 0, report.text, batches_json(report), lines="\n".join([*lines, report.text]))


def rerun(
    session: Session,
    identifier: str,
    *,
    detail: str = "Default",
    period: str = "By document date",
    marks: RerunMarks | None = None,
    preview_hash: str = "",
) -> Flow[RerunPlan, RunReport]:
    """Post of an earlier Manage batch what SL lacks; with a preview, exactly what was previewed or nothing."""

    def look() -> Told[RerunPlan]:
        from xlpy.services.as_json.run import rerun_plan_json
        from xlpy.services.history.rerun_plan import plan_rerun

        found = plan_rerun(session, identifier, detail=detail, period=period, marks=marks)
        stops = [f"{problem.transaction}: {sentences(problem.what, problem.fix)}" for problem in found.plan.stops]
        ready = bool(found.plan.transactions) and not stops
        lines = "\n".join([found.text, *stops])
        return Told(found, 1 if stops else 0, found.text, rerun_plan_json(found), lines=lines, waits=ready)

    def do() -> Told[RunReport]:
        from xlpy.services.history.rerun import rerun

        return told_run(
            rerun(session, identifier, detail=detail, period=period, marks=marks, preview_hash=preview_hash)
        )

    return Flow(f"RERUN {identifier}", look, do)


def undo(session: Session, identifier: str) -> Flow[UndoPlan, RunReport]:
    """Take a batch that SL has not released back out of SL and of Manage."""

    def look() -> Told[UndoPlan]:
        from xlpy.services.as_json.run import undo_plan_json
        from xlpy.services.history.undo import look_at_undo

        plan = look_at_undo(session, identifier)
        return Told(plan, 1, plan.text, undo_plan_json(plan), waits=not plan.reasons)

    def do() -> Told[RunReport]:
        from xlpy.services.history.undo import undo

        return told_run(undo(session, identifier, confirmed=True))

    return Flow(f"UNDO {identifier}", look, do)


def clear(session: Session, selection: Selection) -> Flow[ClearPlan, RunReport]:
    """Mark what is chosen as posted in Manage, without writing SL."""

    def look() -> Told[ClearPlan]:
        from xlpy.services.as_json.run import clear_plan_json
        from xlpy.services.history.clear import look_at_clear

        plan = look_at_clear(session, selection)
        return Told(plan, 1, plan.text, clear_plan_json(plan), waits=bool(plan.rows) and not plan.stops)

    def do() -> Told[RunReport]:
        from xlpy.services.history.clear import clear

        return told_run(clear(session, selection, confirmed=True))

    return Flow(f"CLEAR {len({mark.key for mark in selection.marked})}", look, do)


def recover(session: Session) -> Flow[tuple[HalfFinished, ...], RecoverReport]:
    """Finish what any PC and user left half done."""

    def look() -> Told[tuple[HalfFinished, ...]]:
        from xlpy.services.as_json.run import half_finished_json
        from xlpy.services.manage_half.recover import half_finished_text, look

        found = look(session)
        return Told(found, 0, half_finished_text(found), half_finished_json(found), waits=bool(found))

    def do() -> Told[RecoverReport]:
        from xlpy.services.as_json.run import recover_json
        from xlpy.services.manage_half.recover import recover

        report = recover(session)
        return Told(report, report.exit_code, report.text, recover_json(report))

    return Flow("RECOVER", look, do)
