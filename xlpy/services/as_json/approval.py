"""A request with its approval as JSON. Times are ISO, of the server."""

from __future__ import annotations

from typing import Any

from xlpy.domain.values.approvals import Approval, Person


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


def _person(one: Person) -> dict[str, str]:
    return {"login": one.login, "user": one.user, "pc": one.host}
