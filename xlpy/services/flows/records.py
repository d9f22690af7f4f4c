"""Reconcile, results of a run, Save full log. List of errors and audit record are files: ``xlpy.excel.audit``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from xlpy.services.flows.told import Told

if TYPE_CHECKING:
    from datetime import date

    from xlpy.domain.afterwards.accruals import AccrualsReport
    from xlpy.domain.afterwards.tie_out import TieOutReport
    from xlpy.services.reconciling.report import ReconcileReport
    from xlpy.services.records.audit_content import RecordContent
    from xlpy.services.records.saved_log import SavedLog
    from xlpy.services.run.session import Session
    from xlpy.services.setup.mappings import MappingsReport


def reconcile(
    session: Session, *, batch: str = "", period: str = "", everything: bool = False
) -> Told[ReconcileReport]:
    """Compare Manage, the posting ledger and SL to the cent: a batch, a period or everything. Writes nothing."""
    from xlpy.services.as_json.reconcile import reconcile_json, reconcile_text
    from xlpy.services.reconciling.reconcile import reconcile

    report = reconcile(session, batch=batch, period=period, everything=everything)
    return Told(report, report.exit_code, report.text, reconcile_json(report), lines=reconcile_text(report))


def tie_out(session: Session, *, period: str = "", page: Path | None = None) -> Told[TieOutReport]:
    """Put Manage, posting ledger, subledgers and general ledger of a period side by side. Writes nothing but a page."""
    from xlpy.services.as_json.tie_out import tie_out_json, tie_out_page, tie_out_said, tie_out_text
    from xlpy.services.reconciling.printed_page import save_page
    from xlpy.services.reconciling.tie_out import tie_out

    report = tie_out(session, period)
    told = Told(report, report.exit_code, tie_out_said(report), tie_out_json(report), lines=tie_out_text(report))
    return told if page is None else told.adding(save_page(page, tie_out_page(report, session)))


def accruals(session: Session, *, through: date, page: Path | None = None) -> Told[AccrualsReport]:
    """List what is unposted, received and not invoiced, and paid ahead. Writes nothing but a page."""
    from xlpy.services.as_json.accruals import accruals_json, accruals_page, accruals_said, accruals_text
    from xlpy.services.reconciling.accruals import accruals
    from xlpy.services.reconciling.printed_page import save_page

    report = accruals(session, through)
    told = Told(report, 0, accruals_said(report), accruals_json(report), lines=accruals_text(report))
    return told if page is None else told.adding(save_page(page, accruals_page(report, session)))


def mappings(session: Session) -> Told[MappingsReport]:
    """Put every active master of Manage beside its SL partner. Writes nothing."""
    from xlpy.services.as_json.mappings import mappings_json, mappings_text
    from xlpy.services.setup.mappings import mappings

    report = mappings(session)
    return Told(report, 0, report.text, mappings_json(report), lines=mappings_text(report))


def results(session: Session, run_id: str = "") -> Told[RecordContent]:
    """Return what became of each transaction of a run, to fill the sheet Results again. Writes nothing."""
    from xlpy.services.as_json.run import result_json
    from xlpy.services.records.audit_content import results_of

    found = results_of(session, run_id)
    data = {"state": "read", "run": found.run_id, "results": [result_json(row) for row in found.results]}
    return Told(found, 0, f"Run {found.run_id}: {found.text}", data)


def save_log(folder: Path, *, run_id: str = "", days: int = 7) -> Told[SavedLog]:
    """Save the full log of a run, or of the last days, without any secret."""
    from xlpy.services.records.audit_content import known_secrets
    from xlpy.services.records.saved_log import save_log

    saved = save_log(folder, run_id=run_id, days=days, secrets=tuple(known_secrets()))
    data = {"state": "saved", "json_lines": str(saved.json_lines), "text_file": str(saved.text), "lines": saved.lines}
    text = f"{saved.lines} lines are saved: {saved.text}"
    return Told(
        saved,
        0,
        f"{text} (and as {saved.json_lines.name}).",
        data,
        lines=f"{text} and {saved.json_lines.name}",
    )
