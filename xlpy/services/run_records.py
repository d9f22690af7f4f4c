"""What is kept of every run for its audit record, in the user's data folder: the report, and the plan as it was."""

from __future__ import annotations

import json
import logging

from xlpy.paths import data_folder, file_name, write_beside
from xlpy.services.reports import RunReport
from xlpy.services.run_json import run_json
from xlpy.services.session import Session

logger = logging.getLogger(__name__)


def remember_run(session: Session, report: RunReport) -> None:
    """Keep a run (export, rerun, undo, clear). Never raises: what was done is told, even when the disk is full."""
    try:
        folder = data_folder("runs")
        kept = {"user": session.user, "host": session.host, "action": report.action, "report": run_json(report)}
        write_beside(folder / f"{file_name(report.run_id)}.json", json.dumps(kept, indent=1).encode())
        if report.plan is not None:
            write_beside(folder / f"{file_name(report.run_id)}.plan.json", report.plan.to_json())
    except OSError:
        logger.exception("Run %s could not be kept for its audit record", report.run_id)
