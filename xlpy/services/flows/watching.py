"""The morning report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from xlpy.services.flows.told import Told

if TYPE_CHECKING:
    from xlpy.services.run.session import Session
    from xlpy.services.watching.report import MorningReport


def watch(session: Session, folder: Path, *, waits_days: int, write_payments: bool = True) -> Told[MorningReport]:
    """Make the report and save its page and JSON in ``folder``. Never posts. Raises ``FileNotSaved``."""
    from xlpy.services.watching.saved import report_json, save_report
    from xlpy.services.watching.watch import watch

    report = watch(session, waits_days=waits_days, write_payments=write_payments)
    page, data = save_report(report, folder)
    told = {**report_json(report), "page": str(page), "json": str(data)}
    return Told(report, report.exit_code, f"{report.text} {page}", told)
