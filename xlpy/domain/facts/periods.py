"""Fiscal periods: which period a date falls in, how SL shows it, whether it is closed.

A period is ``YYYYPP``: fiscal year and fiscal period number (01 to 13), not year and month (SL: GLSetup).
"""

from __future__ import annotations

import calendar as gregorian
import re
from bisect import bisect_left
from datetime import date
from functools import lru_cache
from typing import Protocol

from xlpy.domain.facts.books import FiscalCalendar, GlSetup

BY_DOCUMENT_DATE = "By document date"
BY_DOCUMENT_DATE_OR_CURRENT = "By document date, closed → current"
CURRENT = "Current"

MOST_PERIODS = 13
_END = re.compile(r"(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])")
_STORED = re.compile(r"[0-9]{4}(0[1-9]|1[0-3])")
_SHOWN = re.compile(r"(0?[1-9]|1[0-3])-([0-9]{4})")


class ModulePeriods(Protocol):
    """The periods of a module's set-up row: ARSetup, APSetup, INSetup, or those of General Ledger itself."""

    @property
    def per_nbr(self) -> str:
        """PerNbr."""

    @property
    def curr_per_nbr(self) -> str:
        """CurrPerNbr; empty means PerNbr."""


def format_period(period: str) -> str:
    """Return ``202610`` as SL's screens show it: ``10-2026``; anything else comes back unchanged."""
    return f"{period[4:]}-{period[:4]}" if _STORED.fullmatch(period) else period


def parse_period(text: str) -> str:
    """Return a period typed as SL shows it (``10-2026``) or stores it (``202610``) as ``YYYYPP``; else empty."""
    text = text.strip()
    shown = _SHOWN.fullmatch(text)
    if shown:
        return f"{shown[2]}{int(shown[1]):02d}"
    return text if _STORED.fullmatch(text) else ""


@lru_cache(maxsize=64)
def calendar_is_usable(calendar: FiscalCalendar) -> bool:
    """Whether GLSetup's calendar can be worked with: 1 to 13 periods, each with an end, in order round the year."""
    ends = calendar.ends[: calendar.periods]
    if not 1 <= calendar.periods <= MOST_PERIODS or len(ends) < calendar.periods:
        return False
    if not all(_END.fullmatch(end) and int(end[2:]) <= gregorian.monthrange(2000, int(end[:2]))[1] for end in ends):
        return False
    steps_back = sum(later <= earlier for earlier, later in zip(ends, ends[1:] + ends[:1], strict=True))
    return steps_back == 1


def period_end(period: str, calendar: FiscalCalendar) -> date:
    """Last day of ``period`` (``YYYYPP``). Raises ``ValueError`` for a period that the calendar does not have."""
    if not is_period(period, calendar):
        raise ValueError(period)
    return _ends_of_year(calendar, int(period[:4]))[int(period[4:]) - 1]


def period_of(day: date, calendar: FiscalCalendar) -> str:
    """Return the period (``YYYYPP``) that ``day`` falls in: the first one that ends on or after it.

    Raises ``ValueError`` when the calendar of GLSetup is not usable.
    """
    if not calendar_is_usable(calendar):
        raise ValueError("GLSetup has no usable fiscal calendar")
    ends, periods = _ends_around(calendar, day.year)
    return periods[bisect_left(ends, day)]


def is_period(period: str, calendar: FiscalCalendar) -> bool:
    """Whether ``period`` is a ``YYYYPP`` that the calendar has."""
    if not _STORED.fullmatch(period) or not calendar_is_usable(calendar):
        return False
    return int(period[4:]) <= calendar.periods and date.min.year + 1 < int(period[:4]) < date.max.year - 1


def period_before(period: str, calendar: FiscalCalendar) -> str:
    """Return the period before ``period``; empty when it is none."""
    if not is_period(period, calendar):
        return ""
    year, number = int(period[:4]), int(period[4:])
    return f"{year:04d}{number - 1:02d}" if number > 1 else f"{year - 1:04d}{calendar.periods:02d}"


def current_period(module: ModulePeriods) -> str:
    """Return the current period of a module (CurrPerNbr of its set-up row, else PerNbr)."""
    return module.curr_per_nbr or module.per_nbr


def expected_period(day: date, rule: str, gl: GlSetup, module: ModulePeriods) -> str:
    """Return the period to post a document of ``day`` to, by the rule of Home; empty when the rule can't be read.

    ``rule``: *By document date*, *By document date, closed → current*, *Current*, or a typed period.
    """
    if rule == CURRENT:
        return current_period(module)
    if rule in (BY_DOCUMENT_DATE, BY_DOCUMENT_DATE_OR_CURRENT):
        if not calendar_is_usable(gl.calendar):
            return ""
        period = period_of(day, gl.calendar)
        if rule == BY_DOCUMENT_DATE_OR_CURRENT and is_closed(period, gl, module):
            return current_period(module)
        return period
    return parse_period(rule)


def is_closed(period: str, gl: GlSetup, module: ModulePeriods) -> bool:
    """Whether a period is closed for a module: below its PerNbr or below GLSetup.PerNbr."""
    return period < module.per_nbr or period < gl.per_nbr


def prior_posting_allowed(period: str, gl: GlSetup, module: str = "AR") -> bool:
    """Whether SL's options let ``module`` post into a closed period.

    Unverified but for inventory: only the inventory release is known to enforce it (SL: SCM_10400_INTran_Validation,
    messages 24): with AllowPostOpt ``P`` the modules listed in ModPriorPost may, with ``A`` all may, and with
    PriorYearPost set none may go back before the current fiscal year.
    """
    if gl.prior_year_post and period[:4] < gl.per_nbr[:4]:
        return False
    return gl.allow_post_opt == "A" or module in re.split(r"[^A-Z]+", gl.prior_period_modules.upper())


@lru_cache(maxsize=64)
def _ends_around(calendar: FiscalCalendar, year: int) -> tuple[list[date], list[str]]:
    """Return ends and names of every period that a day of calendar ``year`` may fall in, in order."""
    rows = sorted(
        (end, f"{fiscal:04d}{number:02d}")
        for fiscal in range(max(year - 1, date.min.year + 1), min(year + 2, date.max.year - 1) + 1)
        for number, end in enumerate(_ends_of_year(calendar, fiscal), start=1)
    )
    return [end for end, _ in rows], [period for _, period in rows]


@lru_cache(maxsize=256)
def _ends_of_year(calendar: FiscalCalendar, fiscal_year: int) -> tuple[date, ...]:
    """Return the last day of each period of a fiscal year (SL: GetCalendarEndDateOfGLPeriod).

    The period with the largest MMDD and all before it lie in the first calendar year, the later ones in the next.
    BegFiscalYr 1 names the year after the first, else after the one it ends in. A year whose periods all end in one
    calendar year has that year's name either way (SL: ADG_GLPeriod_GetEndDateAndYear); there the other procedure
    would say one year less, which no set of books with a calendar year could mean.
    """
    ends = calendar.ends[: calendar.periods]
    last_of_first = max(range(len(ends)), key=lambda index: ends[index])
    spans_two = last_of_first < len(ends) - 1
    first = fiscal_year if calendar.named_after_first_year or not spans_two else fiscal_year - 1
    return tuple(_day(first if index <= last_of_first else first + 1, end) for index, end in enumerate(ends))


def _day(year: int, end: str) -> date:
    """``MMDD`` of a year; 0228 and 0229 both mean the end of February."""
    month, day = int(end[:2]), int(end[2:])
    if month == 2 and day >= 28:
        day = gregorian.monthrange(year, 2)[1]
    return date(year, month, day)
