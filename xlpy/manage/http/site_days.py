"""Which day a date-time of Manage is: one rule for all of them.

Manage tells moments in UTC. Midnight, or no zone, is a calendar date as it is written (Manage API: values). Any other
time is a moment, and its day is the one at the site: ``2026-10-31T14:00Z`` is 1 November in Sydney. The site's time
zone is ``[manage] time_zone``, else what Manage tells of itself; without either the date stays as it is written.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

# What ``serverTimeZone`` of /system/info says (names of Windows), as IANA names. Source: Unicode CLDR, windowsZones.
_WINDOWS = {
    "UTC": "Etc/UTC",
    "GMT Standard Time": "Europe/London",
    "W. Europe Standard Time": "Europe/Berlin",
    "Romance Standard Time": "Europe/Paris",
    "Central Europe Standard Time": "Europe/Budapest",
    "FLE Standard Time": "Europe/Kiev",
    "South Africa Standard Time": "Africa/Johannesburg",
    "Arabian Standard Time": "Asia/Dubai",
    "India Standard Time": "Asia/Kolkata",
    "Singapore Standard Time": "Asia/Singapore",
    "China Standard Time": "Asia/Shanghai",
    "Tokyo Standard Time": "Asia/Tokyo",
    "W. Australia Standard Time": "Australia/Perth",
    "AUS Central Standard Time": "Australia/Darwin",
    "Cen. Australia Standard Time": "Australia/Adelaide",
    "E. Australia Standard Time": "Australia/Brisbane",
    "AUS Eastern Standard Time": "Australia/Sydney",
    "Tasmania Standard Time": "Australia/Hobart",
    "New Zealand Standard Time": "Pacific/Auckland",
    "Atlantic Standard Time": "America/Halifax",
    "Eastern Standard Time": "America/New_York",
    "US Eastern Standard Time": "America/Indianapolis",
    "Central Standard Time": "America/Chicago",
    "Mountain Standard Time": "America/Denver",
    "US Mountain Standard Time": "America/Phoenix",
    "Pacific Standard Time": "America/Los_Angeles",
    "Alaskan Standard Time": "America/Anchorage",
    "Hawaiian Standard Time": "Pacific/Honolulu",
}
# The fields whose day counts somewhere; ``dateClosed`` only where nothing else dates a row.
_DAYS = frozenset(
    {
        "invoiceDate",
        "dueDate",
        "dateExpense",
        "purchaseDate",
        "vendorInvoiceDate",
        "documentDate",
        "paymentDate",
        "date",
        "periodStartDate",
        "periodEndDate",
    }
)
_MIDNIGHT = "T00:00:00Z"
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT(?!00:00(?::00(?:\.0+)?)?Z)\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)")


def zone_named(name: str) -> tzinfo | None:
    """Return the time zone of an IANA name, or of one as Windows has it; ``None`` for any other."""
    wanted = name.strip()
    try:
        return ZoneInfo(_WINDOWS.get(wanted, wanted)) if wanted else None
    except (OSError, ValueError):  # ZoneInfoNotFoundError is a KeyError in an OSError's clothes on some systems
        return None
    except KeyError:
        return None


def in_days_of_the_site(data: Any, zone: Callable[[], tzinfo | None]) -> Any:
    """Make every date of an answer the day at the site, and return it; ``zone`` is asked when the first moment comes.

    The answer itself is changed: a copy of a page of a thousand records takes longer than to read its JSON.
    """
    if isinstance(data, list):
        for one in data:
            in_days_of_the_site(one, zone)
    elif isinstance(data, dict):
        fields = _DAYS | {"dateClosed"} if "procurementType" in data else _DAYS
        for name, value in data.items():
            if isinstance(value, str):
                if name in fields and not value.endswith(_MIDNIGHT):
                    data[name] = _day(value, zone)
            elif isinstance(value, dict | list):
                in_days_of_the_site(value, zone)
    return data


def _day(text: str, zone: Callable[[], tzinfo | None]) -> str:
    if not _MOMENT.fullmatch(text.strip()):
        return text
    place = zone()
    if place is None:
        return text
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return text
    return moment.astimezone(place).strftime("%Y-%m-%dT%H:%M:%S")
