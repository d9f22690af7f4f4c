"""What a report leaves for the next morning, in the user's data folder: what was unposted, in SL and unpaid then."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import msgspec

from xlpy.files import keep_private
from xlpy.paths import data_folder, file_name
from xlpy.profile.settings import Profile
from xlpy.services.watching.report import Change

logger = logging.getLogger(__name__)

_SYSTEMS = {"unposted": "Manage", "batches": "SL", "unpaid": "SL"}
_WORDS = {
    "unposted": ("New, not posted", "No longer unposted", "Changed"),
    "batches": ("New batch", "Batch is gone", "Batch"),
    "unpaid": ("Is owed", "Is owed no more", "Balance"),
}


@dataclass(frozen=True, slots=True)
class Seen:
    """How it was. Each by id: its name and how it stood. None: it could not be read, so nothing is said of it."""

    at: datetime
    unposted: Mapping[str, tuple[str, str]] | None = None
    batches: Mapping[str, tuple[str, str]] | None = None
    unpaid: Mapping[str, tuple[str, str]] | None = None


@dataclass(frozen=True, slots=True)
class _File:
    latest: Seen | None = None
    before: Seen | None = None  # the last one of an earlier day


@dataclass(frozen=True, slots=True)
class Memory:
    """What was kept for a profile."""

    profile: Profile
    kept: _File = field(default_factory=_File)

    def before(self, now: datetime) -> Seen | None:
        """Return how it was at the last report of an earlier day."""
        latest = self.kept.latest
        return latest if latest is not None and latest.at.date() < now.date() else self.kept.before

    def keep(self, seen: Seen) -> None:
        """Keep how it is now. Never raises: the report is made in any case."""
        try:
            data = msgspec.json.encode(_File(_with_what_was(seen, self.kept.latest), self.before(seen.at)))
            keep_private(_path(self.profile), data)
        except Exception:
            logger.exception("What the morning report saw could not be kept")


def recall(profile: Profile) -> Memory:
    """Return what is kept for a profile; nothing when there is none or it can't be read."""
    try:
        return Memory(profile, msgspec.json.decode(_path(profile).read_bytes(), type=_File))
    except (OSError, msgspec.MsgspecError):
        return Memory(profile)


def changes(before: Seen | None, now: Seen) -> Iterator[Change]:
    """Go through what is otherwise than before; of what either could not read, nothing is said."""
    if before is None:
        return
    for part, system in _SYSTEMS.items():
        old, new = getattr(before, part), getattr(now, part)
        if old is None or new is None:
            continue
        came, went, otherwise = _WORDS[part]
        for key in sorted({*old, *new}):
            if key not in old:
                yield Change(system, came, new[key][0], "", new[key][1])
            elif key not in new:
                yield Change(system, went, old[key][0], old[key][1], "")
            elif old[key][1] != new[key][1]:
                yield Change(system, otherwise, new[key][0], old[key][1], new[key][1])


def _with_what_was(seen: Seen, latest: Seen | None) -> Seen:
    """Keep of what could not be read now how it was when it last could."""
    if latest is None:
        return seen
    parts = {part: getattr(latest if getattr(seen, part) is None else seen, part) for part in _SYSTEMS}
    return Seen(seen.at, **parts)


def _path(profile: Profile) -> Path:
    site = file_name(f"{profile.manage_host}-{profile.manage.company}-{profile.sl.company}")
    return data_folder("watch") / f"{site}.json"
