"""How far this PC has seen the company's payment syncs: an SL that is behind it was restored from a backup."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import msgspec

from xlpy.files import keep_private
from xlpy.paths import data_folder, file_name
from xlpy.services.run.session import Session

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reached:
    """The highest ARAdjust.RecordID and SyncRunID that this PC has seen of a company."""

    adjust_id: int = 0
    sync_run_id: int = 0


def recall_reached(session: Session) -> Reached:
    """Return how far this PC saw it; nothing when it never did, or can't tell."""
    try:
        return msgspec.json.decode((data_folder("sync") / _name(session)).read_bytes(), type=Reached)
    except (OSError, msgspec.MsgspecError):
        return Reached()


def remember_reached(session: Session, reached: Reached) -> None:
    """Keep how far this PC saw it. Never raises: what was done is told, even when the disk is full."""
    try:
        keep_private(data_folder("sync") / _name(session), msgspec.json.encode(reached))
    except OSError:
        logger.exception("How far SL was seen could not be kept on this PC")


def _name(session: Session) -> str:
    profile = session.profile
    return file_name(f"{profile.manage_host}-{profile.manage.company}-{profile.sl.company}").lower() + ".json"
