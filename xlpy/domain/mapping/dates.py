"""Dates and period of a document: within what SL can hold, in a period that is open."""

from __future__ import annotations

from datetime import date, timedelta

from xlpy.domain.checks.table import found
from xlpy.domain.facts.books import GlSetup
from xlpy.domain.facts.manage import ExportInvoice
from xlpy.domain.facts.periods import (
    ModulePeriods,
    expected_period,
    format_period,
    is_closed,
    is_period,
    parse_period,
    prior_posting_allowed,
)
from xlpy.domain.mapping.signs import CREDIT_MEMO
from xlpy.domain.values.dates import EARLIEST, LATEST
from xlpy.domain.values.problems import Problem

_MOST_DAYS = 36_500


def usable_date(day: date | None, problems: list[Problem]) -> date | None:
    """Return a date that SL can hold; otherwise None, with the problem."""
    if day is None:
        problems.append(found("DATE-MISSING"))
        return None
    if not EARLIEST <= day <= LATEST:
        problems.append(found("DATE-RANGE", day.isoformat(), date=day.isoformat()))
        return None
    return day


def due_date(invoice: ExportInvoice, doc_type: str, day: date | None, problems: list[Problem]) -> date | None:
    """Return Manage's due date, else the document date and its due days; a credit memo takes its own date.

    Credit ages from the day it was given: the terms of the invoice are not its own.

    SL's terms never decide it: their due types other than by days are unverified.
    """
    if doc_type == CREDIT_MEMO:
        return day
    due = invoice.due_date
    if due is None and day is not None:
        if invoice.due_days is not None and abs(invoice.due_days) < _MOST_DAYS:
            due = day + timedelta(invoice.due_days)
        else:
            problems.append(found("DUE-MISSING"))
    return None if due is None else usable_date(due, problems)


class DocumentDates:
    """The period of each document date by the rule of Home, each date once. ``module``: whose ``periods`` count."""

    def __init__(self, gl: GlSetup, periods: ModulePeriods, rule: str, module: str = "AR") -> None:
        self._gl = gl
        self._module_periods = periods
        self._module = module
        self._rule = rule
        self._periods: dict[tuple[date, str], tuple[str, tuple[Problem, ...]]] = {}

    def period(self, day: date, own: str = "") -> tuple[str, tuple[Problem, ...]]:
        """Return the period (YYYYPP) to post a document of ``day`` to, and what is wrong or notable with it.

        ``own``: what the user typed on the row itself, a period as SL shows it; it wins over the rule of Home.
        """
        own = own.strip()
        known = self._periods.get((day, own))
        if known is None:
            known = self._periods[day, own] = self._find(day, own)
        return known

    def _find(self, day: date, own: str) -> tuple[str, tuple[Problem, ...]]:
        gl, module = self._gl, self._module_periods
        case = "row" if own else ""
        period = parse_period(own) if own else expected_period(day, self._rule, gl, module)
        if not is_period(period, gl.calendar):
            given = own or self._rule
            return "", (found("PERIOD-BAD", given, period, case=case, period=given),)
        facts = {"period": format_period(period), "gl": format_period(gl.per_nbr)}
        if is_closed(period, gl, module):
            code = "PERIOD-PRIOR" if prior_posting_allowed(period, gl, self._module) else "PERIOD-CLOSED"
            current = f"GL {facts['gl']}"
            if self._module != "GL":
                current = f"{self._module} {format_period(module.per_nbr)}, {current}"
            case = case if code == "PERIOD-CLOSED" else ""
            words = {"period": facts["period"], "current": current}
            return period, (found(code, day.isoformat(), facts["period"], case=case, **words),)
        if period > gl.per_nbr:
            return period, (found("PERIOD-LATER", in_sl=facts["period"], **facts),)
        return period, ()
