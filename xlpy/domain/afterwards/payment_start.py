"""Where a payment sync starts: what the user chose, and the day that it means."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum


class From(StrEnum):
    """The starts that Home offers, in its words."""

    LAST_RUN = "Last successful run"
    WEEK = "Past week"
    TWO_WEEKS = "Past two weeks"
    MONTH = "Past month"
    CUSTOM = "Custom date"
    EVERYTHING = "Everything"


# The short words of the command line and of Python.
SHORT_WORDS: Mapping[str, From] = {
    "last": From.LAST_RUN,
    "week": From.WEEK,
    "two-weeks": From.TWO_WEEKS,
    "month": From.MONTH,
    "everything": From.EVERYTHING,
}


@dataclass(frozen=True, slots=True)
class SyncStart:
    """Where a sync starts. ``day`` belongs to a custom date only."""

    chosen: From = From.LAST_RUN
    day: date | None = None

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d}" if self.chosen is From.CUSTOM and self.day else str(self.chosen)


def parse_start(text: str, day: date | None = None) -> SyncStart:
    """Read a start: a word of Home or of the command line, or a day as YYYY-MM-DD; empty is the last successful run.

    ``day`` goes with Home's *Custom date*. Raises ``ValueError`` that says what is possible.
    """
    word = text.strip()
    if not word:
        return SyncStart()
    by_word = {**{str(start).casefold(): start for start in From}, **SHORT_WORDS}
    chosen = by_word.get(word.casefold())
    if chosen is From.CUSTOM:
        if day is None:
            raise ValueError("Custom date needs a date beside it")
        return SyncStart(From.CUSTOM, day)
    if chosen is not None:
        return SyncStart(chosen)
    try:
        return SyncStart(From.CUSTOM, date.fromisoformat(word))
    except ValueError:
        raise ValueError(f"{text!r} is not one of {', '.join(SHORT_WORDS)} or a date as YYYY-MM-DD") from None


def first_moment(start: SyncStart, today: date) -> datetime | None:
    """Return the beginning of the first day that counts; None for the last run and for everything.

    *Past month* is the same day of the month before, or that month's last day where it has no such day.
    """
    match start.chosen:
        case From.WEEK:
            day = today - timedelta(days=7)
        case From.TWO_WEEKS:
            day = today - timedelta(days=14)
        case From.MONTH:
            day = a_month_before(today)
        case From.CUSTOM if start.day:
            day = start.day
        case _:
            return None
    return datetime.combine(day, time.min)


def a_month_before(day: date) -> date:
    """Return the same day of the month before: 31 March gives 28 or 29 February."""
    year, month = (day.year, day.month - 1) if day.month > 1 else (day.year - 1, 12)
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
