"""Requests and approvals as the JSON of ``--json``. Times are ISO, of the server."""

from __future__ import annotations

from typing import Any

from xlpy.domain.values.approvals import Approval, Person
from xlpy.services.approving.asking import ApprovalReport
from xlpy.services.approving.wishes import plan_of
from xlpy.services.as_json.run import failed_json, plan_json, problem_json


def approval_json(approval: Approval | None) -> dict[str, Any] | None:
    """Render a request with its approval; null when there is none."""
    if approval is None:
        return None
    return {
        "request": approval.number,
        "wanted": str(approval.wanted),
        "subject": approval.subject,
        "plan_hash": approval.plan_hash,
        "documents": approval.documents,
        "worth": approval.worth,
        "prepared_by": _person(approval.prepared_by),
        "asked_at": approval.asked_at.isoformat(),
        "approved_by": _person(approval.approved_by) if approval.approved_by else None,
        "approved_at": approval.approved_at.isoformat() if approval.approved_at else None,
    }


def approval_report_json(report: ApprovalReport, state: str) -> dict[str, Any]:
    """Render what asking or approving came to, with the plan that was built."""
    plan = plan_of(report.built.looked) if report.built else None
    told = plan_json(plan, state) if plan is not None else failed_json(report.text)
    return {
        **told,
        "state": state,
        "text": report.text,
        "plan_hash": report.built.hash if report.built else "",
        "problems": [problem_json(problem) for problem in report.problems],
        "approval": approval_json(report.request),
        "open_requests": [approval_json(one) for one in report.open_requests],
    }


def _person(one: Person) -> dict[str, str]:
    return {"login": one.login, "user": one.user, "pc": one.host}
