"""What asking and approving came to, as the JSON of ``--json``."""

from __future__ import annotations

from typing import Any

from xlpy.services.approving.asking import ApprovalReport
from xlpy.services.approving.wishes import plan_of
from xlpy.services.as_json.approval import approval_json
from xlpy.services.as_json.run import failed_json, plan_json, problem_json


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
