"""Trying what the log in may do, for the set-up check: cheap reads that change nothing, and the clock of the site."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime

from xlpy.manage.http.transport import Transport
from xlpy.manage.paging import can_be_quoted, read_count, rows_of
from xlpy.manage.row import Row

MEMBERS = "/system/members"


@dataclass(frozen=True, slots=True)
class MemberLimits:
    """What a member sees. ``level``: name of the structure level; the flags limit it to the own place."""

    level: str
    own_location_only: bool
    own_department_only: bool


def count_of(transport: Transport, path: str) -> int:
    """Return how many records a list has. Raises ``ManageRefused`` with status 403 without the right to read it."""
    return read_count(transport, path)


def member_limits(transport: Transport, identifier: str) -> MemberLimits | None:
    """Return what limits a member; None when the member is not listed. Source: Manage API: Member."""
    if not can_be_quoted(identifier):
        return None
    params = {
        "conditions": f'identifier="{identifier}"',
        "fields": "id,identifier,structureLevel,restrictLocationFlag,restrictDepartmentFlag",
    }
    found = rows_of(transport.get(MEMBERS, params), MEMBERS)
    if not found:
        return None
    row = Row(found[0], "the member")
    level = found[0].get("structureLevel")
    return MemberLimits(
        level=str(level.get("name") or "") if isinstance(level, dict) else "",
        own_location_only=row.flag("restrictLocationFlag"),
        own_department_only=row.flag("restrictDepartmentFlag"),
    )


def moment_of(http_date: str) -> datetime | None:
    """Return the moment of an answer's ``Date`` header, with its zone; None when there is none or it can't be read."""
    try:
        moment = parsedate_to_datetime(http_date)
    except (ValueError, TypeError, OverflowError):  # OverflowError: a year of twenty digits
        return None
    return moment if moment.tzinfo else None
