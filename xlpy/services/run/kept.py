"""What is kept of every run for its audit record, in the user's data folder: the report, and the plan as it was."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from string import ascii_letters

import msgspec

from xlpy.domain.documents.plan import Plan
from xlpy.domain.facts.books import sl_key
from xlpy.files import keep_private
from xlpy.paths import data_folder, file_name
from xlpy.profile.settings import Profile
from xlpy.services.run.reports import RunReport
from xlpy.services.run.session import Session
from xlpy.services.run.sync_report import SyncReport
from xlpy.version import __version__

logger = logging.getLogger(__name__)

SYNC = "sync"
_PLAN = ".plan.json"


@dataclass(frozen=True, slots=True)
class KeptRun:
    """A run as it was told: ``report`` (without its plan), or ``sync`` for a payment sync. ``at_utc``: ISO, UTC."""

    run_id: str
    action: str
    at_utc: str
    user: str
    host: str
    manage_host: str
    manage_company: str
    cpny_id: str
    version: str
    plan_hash: str = ""
    report: RunReport | None = None
    sync: SyncReport | None = None


def remember_run(session: Session, report: RunReport) -> None:
    """Keep a run (export, rerun, undo, clear). Never raises: what was done is told, even when the disk is full."""
    kept = _kept(session, report.run_id, report.action, report.at)
    plan = report.plan
    told = replace(report, plan=None)
    _keep(replace(kept, plan_hash=plan.hash if plan else "", report=told), plan)


def remember_sync(session: Session, report: SyncReport) -> None:
    """Keep a payment sync. Never raises."""
    _keep(replace(_kept(session, report.run_id, SYNC, report.at), sync=report), None)


def recall_run(run_id: str) -> KeptRun | None:
    """Return a run that was kept on this PC; None when there is none, or when its file can't be read."""
    try:
        data = (data_folder("runs") / f"{file_name(run_id)}.json").read_bytes()
        kept = msgspec.json.decode(data, type=KeptRun)
    except (OSError, msgspec.MsgspecError):
        return None
    return kept if kept.run_id == run_id else None


def recall_plan_of_run(run_id: str) -> bytes | None:
    """Return the plan of a run, as its canonical JSON; None when it had none or this PC did not keep it."""
    try:
        return (data_folder("runs") / f"{file_name(run_id)}{_PLAN}").read_bytes()
    except OSError:
        return None


def kept_runs(profile: Profile) -> Iterator[KeptRun]:
    """Go through the runs of this Manage site and SL company that were kept on this PC, newest first."""
    try:
        names = [path.name for path in data_folder("runs").glob("*.json") if not path.name.endswith(_PLAN)]
    except OSError:
        return
    for name in sorted(names, key=lambda name: name.lstrip(ascii_letters), reverse=True):  # R of a rerun, then its time
        kept = recall_run(name.removesuffix(".json"))
        if kept is not None and is_of(kept, profile):
            yield kept


def is_of(kept: KeptRun, profile: Profile) -> bool:
    """Tell whether a run was made with this Manage site and SL company."""
    return (kept.manage_host, kept.manage_company.casefold(), sl_key(kept.cpny_id)) == (
        profile.manage_host,
        profile.manage.company.casefold(),
        sl_key(profile.sl.company),
    )


def _kept(session: Session, run_id: str, action: str, at: datetime) -> KeptRun:
    profile = session.profile
    return KeptRun(
        run_id=run_id,
        action=action,
        at_utc=at.astimezone(UTC).isoformat(timespec="seconds"),
        user=session.user,
        host=session.host,
        manage_host=profile.manage_host,
        manage_company=profile.manage.company,
        cpny_id=profile.sl.company,
        version=__version__,
    )


def _keep(kept: KeptRun, plan: Plan | None) -> None:
    try:
        folder = data_folder("runs")
        if plan is not None:
            keep_private(folder / f"{file_name(kept.run_id)}{_PLAN}", plan.to_json())
        keep_private(folder / f"{file_name(kept.run_id)}.json", msgspec.json.encode(kept))
    except Exception:  # what was done must be told, whatever becomes of what is kept of it
        logger.exception("Run %s could not be kept for its audit record", kept.run_id)
