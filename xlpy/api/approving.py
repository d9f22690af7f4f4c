"""Two persons, from Python: ask for approval of what was planned, list what is open, approve."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from xlpy.domain.documents.plan import Action, Plan
from xlpy.runlog import run_log
from xlpy.services.run.memory import remember_preview
from xlpy.services.run.reports import Marked, Selection

if TYPE_CHECKING:
    from xlpy.services.approving.asking import ApprovalReport
    from xlpy.services.approving.wishes import Wish
    from xlpy.services.history.clear_plan import ClearPlan
    from xlpy.services.history.rerun_plan import RerunPlan
    from xlpy.services.history.undo_plan import UndoPlan
    from xlpy.services.morning.report import MorningReport
    from xlpy.services.run.session import Session


class Approvals:
    """What of ``Books`` is about two persons, and the morning report that tells of their open requests."""

    session: Session

    def morning_report(self, *, waits_days: int | None = None) -> MorningReport:
        """Look at both systems: what is new, stopped, waiting, changed and unpaid. Posts nothing, writes no file."""
        from xlpy.services.morning.looking import morning_report

        with run_log("watch"):
            return morning_report(self.session, waits_days=waits_days)

    def ask_for_approval(
        self, of: Plan | RerunPlan | UndoPlan | ClearPlan | None = None, *, take_over: Iterable[str] = ()
    ) -> ApprovalReport:
        """Store a plan (or the take-over of payments of these invoices) for somebody else to approve.

        It is built again first; ``report.problems`` says what is against it. Raises ``ValueError`` for nothing to ask.
        """
        from xlpy.services.flows.approval import ask

        wish = _wish(self.session, of, tuple(take_over))
        previewed = remember_preview(of) if isinstance(of, Plan) and not of.stops else ""
        with run_log("ask"):
            return ask(self.session, wish, preview_hash=previewed).report

    def approvals(self) -> pd.DataFrame:
        """Return the open requests, one row each, indexed by their number."""
        from xlpy.services.flows.approval import requests

        with run_log("approve"):
            found = requests(self.session).report.open_requests
        rows = [
            {
                "request": one.number,
                "wanted": str(one.wanted),
                "subject": one.subject,
                "documents": one.documents,
                "worth": one.worth,
                "prepared_by": str(one.prepared_by),
                "asked_at": one.asked_at,
                "plan_hash": one.plan_hash,
            }
            for one in found
        ]
        names = ("request", "wanted", "subject", "documents", "worth", "prepared_by", "asked_at", "plan_hash")
        return pd.DataFrame(rows, columns=list(names)).set_index("request")

    def approve(self, request: int, *, confirmed: bool = False) -> ApprovalReport:
        """Show what was asked for, built again (``report.built``); with ``confirmed`` sign it. Never one's own."""
        from xlpy.services.flows.approval import approve

        flow = approve(self.session, request)
        with run_log("approve"):
            return (flow.do() if confirmed else flow.look()).report


def selection_of(session: Session, plan: Plan) -> Selection:
    """Return the choices that a plan was made from."""
    options = plan.options
    return Selection(
        options.batch_identifier,
        options.through_date,
        tuple(Marked(t.key, t.action is Action.POST_AGAIN, t.own_period, t.hold) for t in plan.transactions),
        session.manage.locations().get(options.location_id, "") if options.location_id else "",
        options.detail,
        options.period,
    )


def _wish(session: Session, of: Plan | RerunPlan | UndoPlan | ClearPlan | None, take_over: tuple[str, ...]) -> Wish:
    from xlpy.domain.values.approvals import ForApproval
    from xlpy.services.approving.wishes import Wish
    from xlpy.services.history.clear_plan import ClearPlan
    from xlpy.services.history.rerun_plan import RerunMarks, RerunPlan
    from xlpy.services.history.undo_plan import UndoPlan

    match of:
        case Plan():
            return Wish(ForApproval.EXPORT, selection_of(session, of))
        case RerunPlan():
            wish = Wish(ForApproval.RERUN, batch=of.batch.identifier, detail=of.detail, period=of.period)
            return replace(wish, marks=RerunMarks(of.marks))
        case UndoPlan():
            return Wish(ForApproval.UNDO, batch=of.identifier)
        case ClearPlan():
            marked = tuple(Marked(row.key) for row in of.rows)
            return Wish(ForApproval.CLEAR, Selection(of.identifier, date.max, marked))
    if not take_over:
        raise ValueError("ask for approval of a plan, or of the take-over of payments")
    return Wish(ForApproval.TAKE_OVER, take_over=take_over)
