"""The morning report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from xlpy.services.flows.told import Told

if TYPE_CHECKING:
    from xlpy.services.morning.report import MorningReport
    from xlpy.services.run.session import Session


def watch(session: Session, *, folder: Path | None = None, waits_days: int | None = None) -> Told[MorningReport]:
    """Look at both systems, and write the page and its JSON into ``folder`` (default: the settings', else here)."""
    from xlpy.services.as_json.morning import morning_json
    from xlpy.services.morning.looking import morning_report
    from xlpy.services.records.morning_page import save_morning

    report = morning_report(session, waits_days=waits_days)
    chosen = folder or Path(session.profile.watch.folder or ".")
    saved = save_morning(report, chosen)
    data = {**morning_json(report), "page": str(saved.page), "data": str(saved.data)}
    return Told(report, report.exit_code, f"{report.text} {saved.page}", data)
