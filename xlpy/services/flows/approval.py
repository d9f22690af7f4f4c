"""Ask for approval and Approve."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.services.flows.told import Flow, Told

if TYPE_CHECKING:
    from xlpy.services.approving.asking import ApprovalReport
    from xlpy.services.approving.wishes import Wish
    from xlpy.services.run.session import Session


def ask(session: Session, wish: Wish, *, preview_hash: str = "") -> Told[ApprovalReport]:
    """Store what would be done, for somebody else to approve; with a preview, exactly what was previewed or nothing."""
    from xlpy.services.approving.asking import ask

    report = ask(session, wish, preview_hash=preview_hash)
    return _told(report, "asked" if report.done else "nothing asked", code=0 if report.done else 1)


def requests(session: Session) -> Told[ApprovalReport]:
    """List what waits for a signature. Changes nothing."""
    from xlpy.services.approving.asking import ApprovalReport, open_requests

    found = open_requests(session)
    text = f"{len(found)} request{'s' * (len(found) != 1)} for approval {'are' if len(found) != 1 else 'is'} open."
    report = ApprovalReport(text, open_requests=found)
    told = _told(report, "listed")
    return Told(report, 0, text, told.data, lines="\n".join([*(one.text for one in found), text]))


def approve(session: Session, number: int) -> Flow[ApprovalReport, ApprovalReport]:
    """Show exactly what was asked for, built again, and sign it."""

    def look() -> Told[ApprovalReport]:
        from xlpy.services.approving.asking import look_at_request

        report = look_at_request(session, number)
        return _told(report, "nothing approved", code=1, waits=not report.problems)

    def do() -> Told[ApprovalReport]:
        from xlpy.services.approving.asking import approve

        report = approve(session, number)
        return _told(report, "approved" if report.done else "nothing approved", code=0 if report.done else 1)

    return Flow(f"APPROVE {number}", look, do)


def _told(report: ApprovalReport, state: str, *, code: int = 0, waits: bool = False) -> Told[ApprovalReport]:
    from xlpy.services.as_json.approving import approval_report_json

    return Told(report, code, report.text, approval_report_json(report, state), waits=waits)
