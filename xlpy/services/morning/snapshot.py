"""What the last report saw, in the user's data folder, and what is otherwise now. One file per company and day."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import msgspec

from xlpy.files import keep_private
from xlpy.paths import data_folder, file_name
from xlpy.profile.settings import Profile
from xlpy.services.morning.report import Change, Waiting

logger = logging.getLogger(__name__)
KEEP_DAYS = 60


@dataclass(frozen=True, slots=True)
class Seen:
    """An unposted transaction, as it was seen. ``amount``: document currency."""

    kind: str
    number: str
    amount: Decimal
    currency: str
    day: date | None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A morning: unposted rows by key; batches and their state in SL; SL's current periods by module (as shown)."""

    day: date
    unposted: Mapping[str, Seen] = field(default_factory=dict)
    batches: Mapping[str, str] = field(default_factory=dict)
    periods: Mapping[str, str] = field(default_factory=dict)


def snapshot_of(day: date, rows: Iterable[Waiting], batches: Mapping[str, str], periods: Mapping[str, str]) -> Snapshot:
    """Return what is worth remembering of a morning."""
    return Snapshot(
        day, {row.key: Seen(row.kind, row.number, row.amount, row.currency, row.day) for row in rows}, batches, periods
    )


def remember_snapshot(profile: Profile, snapshot: Snapshot) -> None:
    """Keep it, over one of the same day. Never raises: the report is told, even when the disk is full."""
    try:
        folder, name = data_folder("mornings"), _name(profile)
        keep_private(folder / f"{name}-{snapshot.day:%Y-%m-%d}.json", msgspec.json.encode(snapshot))
        for path in sorted(folder.glob(f"{name}-????-??-??.json"))[:-KEEP_DAYS]:
            with suppress(OSError):
                path.unlink()
    except Exception:  # it is only the memory of the next report
        logger.exception("What this morning looks like could not be kept")


def recall_snapshot(profile: Profile, before: date) -> Snapshot | None:
    """Return the last morning before a day; None for the first report, or when it can't be read."""
    try:
        paths = sorted(data_folder("mornings").glob(f"{_name(profile)}-????-??-??.json"))
    except OSError:
        return None
    for path in reversed(paths):
        if path.stem[-10:] >= f"{before:%Y-%m-%d}":
            continue
        with suppress(OSError, msgspec.MsgspecError):
            return msgspec.json.decode(path.read_bytes(), type=Snapshot)
    return None


def changes_since(before: Snapshot, now: Snapshot) -> tuple[Change, ...]:
    """Say what is otherwise in Manage's unposted lists, in SL's batches and in its periods."""
    found: list[Change] = []
    for key, seen in before.unposted.items():
        there = now.unposted.get(key)
        if there is None:
            found.append(Change("Manage", f"{seen.kind} {seen.number}", _worth(seen), "no longer unposted"))
        elif (there.amount, there.currency, there.day) != (seen.amount, seen.currency, seen.day):
            found.append(Change("Manage", f"{seen.kind} {seen.number}", _worth(seen), _worth(there)))
    for name, state in now.batches.items():
        was = before.batches.get(name)
        if was is None:
            found.append(Change("SL", f"Batch {name}", "not there", state or "not ours"))
        elif was != state:
            found.append(Change("SL", f"Batch {name}", was or "not ours", state or "not ours"))
    gone = [(name, state) for name, state in before.batches.items() if name not in now.batches]
    found += [Change("SL", f"Batch {name}", state or "not ours", "gone") for name, state in gone]
    for module, period in now.periods.items():
        was = before.periods.get(module)
        if was is not None and was != period:
            found.append(Change("SL", f"Current period of {module}", was, period))
    return tuple(found)


def _worth(seen: Seen) -> str:
    return f"{seen.amount:,.2f} {seen.currency}" + (f" of {seen.day:%Y-%m-%d}" if seen.day else "")


def _name(profile: Profile) -> str:
    return file_name(f"{profile.manage_host}-{profile.manage.company}-{profile.sl.company}")
