"""What is to be approved, and building it again from both systems: the one who approves sees what is true now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import msgspec

from xlpy.domain.documents.plan import Plan
from xlpy.domain.values.approvals import ForApproval
from xlpy.domain.values.problems import Problem
from xlpy.services.export.planning import make_plan
from xlpy.services.history.clear import look_at_clear
from xlpy.services.history.clear_plan import ClearPlan
from xlpy.services.history.rerun_plan import RerunMarks, RerunPlan, plan_rerun
from xlpy.services.history.undo import look_at_undo
from xlpy.services.history.undo_plan import UndoPlan
from xlpy.services.payments.sync import sync_payments, take_over_hash, taken_over_rows
from xlpy.services.run.half_done import amounts_told, worth_of
from xlpy.services.run.reports import Selection
from xlpy.services.run.session import Session
from xlpy.services.run.sync_report import SyncReport

Looked: TypeAlias = Plan | RerunPlan | UndoPlan | ClearPlan | SyncReport
"""What was built: of an export, a rerun, an undo, a clearing, or a take-over of payments."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to do, with everything that its plan is made of.

    ``selection``: of an export or a clearing; ``batch``: of a rerun or an undo, with ``detail``, ``period`` and
    ``marks`` of a rerun; ``take_over``: numbers of invoices.
    """

    wanted: ForApproval
    selection: Selection | None = None
    batch: str = ""
    detail: str = "Default"
    period: str = "By document date"
    marks: RerunMarks | None = None
    take_over: tuple[str, ...] = ()

    def to_json(self) -> str:
        """Render it for the database."""
        return msgspec.json.encode(self).decode()

    @classmethod
    def from_json(cls, text: str) -> Wish:
        """Read it back; raises ``msgspec.MsgspecError`` for what another version wrote."""
        return msgspec.json.decode(text, type=cls)


@dataclass(frozen=True, slots=True)
class Built:
    """A wish that was built. ``stops``: why it can't be done; ``empty``: there is nothing to do.

    ``worth``: counts and totals by kind and currency; ``text``: what would happen, in one or two sentences.
    """

    looked: Looked
    subject: str
    hash: str
    documents: int
    worth: str
    text: str
    stops: tuple[Problem, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether there is nothing to approve."""
        return not self.documents


def build(session: Session, wish: Wish) -> Built:
    """Build it from both systems as they are now. Changes nothing.

    Raises what the plan of it raises: ``ManageError``, ``SlError``, ``SettingsError``, ``BatchNotThere``.
    """
    return _BUILDERS[wish.wanted](session, wish)


def plan_of(looked: Looked) -> Plan | None:
    """Return the plan with the journal of an export or a rerun; nothing else makes documents."""
    if isinstance(looked, RerunPlan):
        return looked.plan
    return looked if isinstance(looked, Plan) else None


def _export(session: Session, wish: Wish) -> Built:
    if wish.selection is None:
        raise ValueError("an export is of what is marked")
    plan = make_plan(session, wish.selection)
    worth = _worth_of(plan)
    return Built(
        plan,
        plan.options.batch_identifier,
        plan.hash,
        len(plan.transactions),
        worth,
        f"Export {plan.options.batch_identifier}: {worth or 'nothing'}.",
        plan.stops,
    )


def _rerun(session: Session, wish: Wish) -> Built:
    looked = plan_rerun(session, wish.batch, detail=wish.detail, period=wish.period, marks=wish.marks)
    plan = looked.plan
    worth = _worth_of(plan)
    return Built(
        looked, looked.batch.identifier, plan.hash, len(plan.transactions), worth, f"Rerun: {looked.text}", plan.stops
    )


def _undo(session: Session, wish: Wish) -> Built:
    looked = look_at_undo(session, wish.batch)
    rows = looked.transactions
    return Built(looked, looked.identifier, looked.hash, len(rows), worth_of(rows), looked.text, looked.reasons)


def _clear(session: Session, wish: Wish) -> Built:
    if wish.selection is None:
        raise ValueError("a clearing is of what is marked")
    looked = look_at_clear(session, wish.selection)
    text = f"Clear without export: {looked.text}"
    return Built(looked, looked.identifier, looked.hash, len(looked.rows), looked.worth, text, looked.stops)


def _take_over(session: Session, wish: Wish) -> Built:
    looked = sync_payments(session, dry_run=True, take_over=wish.take_over)
    rows = taken_over_rows(looked, wish.take_over)
    subject = ", ".join(sorted({number.strip() for number in wish.take_over if number.strip()}))
    worth = "; ".join(
        f"{row.invoice} {row.paid_before or 0:,.2f} to {row.paid_after or 0:,.2f} {row.currency}" for row in rows
    )
    text = f"The payments of {subject} in Manage would become ours: {worth or 'nothing was found'}."
    return Built(looked, subject, take_over_hash(looked, wish.take_over), len(rows), worth, text)


def _worth_of(plan: Plan) -> str:
    return amounts_told((t.key.kind, t.currency, t.amount) for t in plan.transactions)


_BUILDERS: Mapping[ForApproval, Callable[[Session, Wish], Built]] = {
    ForApproval.EXPORT: _export,
    ForApproval.RERUN: _rerun,
    ForApproval.UNDO: _undo,
    ForApproval.CLEAR: _clear,
    ForApproval.TAKE_OVER: _take_over,
}
