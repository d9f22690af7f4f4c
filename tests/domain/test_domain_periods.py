"""Fiscal periods against a simple model of their own: walking day by day through the years."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from domain_story import AR, CALENDAR_YEAR, GL
from hypothesis import given
from hypothesis import strategies as st

from xlpy.domain.facts.books import FiscalCalendar
from xlpy.domain.facts.periods import (
    BY_DOCUMENT_DATE,
    BY_DOCUMENT_DATE_OR_CURRENT,
    CURRENT,
    calendar_is_usable,
    expected_period,
    format_period,
    is_closed,
    is_period,
    parse_period,
    period_before,
    period_end,
    period_of,
    prior_posting_allowed,
)

JULY = ("0731", "0831", "0930", "1031", "1130", "1231", "0131", "0228", "0331", "0430", "0531", "0630")
JULY_NAMED_FIRST = FiscalCalendar(12, JULY, True)
JULY_NAMED_LAST = FiscalCalendar(12, JULY, False)
FOUR_WEEKS = FiscalCalendar(
    13,
    ("0128", "0225", "0325", "0422", "0520", "0617", "0715", "0812", "0909", "1007", "1104", "1202", "1231"),
    True,
)
LEAP_WRITTEN = FiscalCalendar(12, tuple("0229" if end == "0228" else end for end in CALENDAR_YEAR.ends), True)
CALENDARS = (CALENDAR_YEAR, JULY_NAMED_FIRST, JULY_NAMED_LAST, FOUR_WEEKS, LEAP_WRITTEN)
days = st.dates(min_value=date(1990, 1, 1), max_value=date(2070, 12, 31))


def _by_walking(day: date, calendar: FiscalCalendar) -> str:
    """Model: walk from the day to the next period end; the year's name follows from where the year began or ended."""

    def number_ending(at: date) -> int:
        tomorrow = at + timedelta(1)
        for index, end in enumerate(calendar.ends[: calendar.periods], start=1):
            month, last = int(end[:2]), int(end[2:])
            if month == 2 and last >= 28:
                if at.month == 2 and tomorrow.month == 3:
                    return index
            elif (at.month, at.day) == (month, last):
                return index
        return 0

    at = day
    while not number_ending(at):
        at += timedelta(1)
    number = number_ending(at)
    first_end, last_end = at, at
    while number_ending(first_end) != 1:
        first_end -= timedelta(1)
    while number_ending(last_end) != calendar.periods:
        last_end += timedelta(1)
    year = first_end.year if calendar.named_after_first_year else last_end.year
    return f"{year:04d}{number:02d}"


@given(days, st.sampled_from(CALENDARS))
def test_the_period_of_a_day_is_the_one_a_walk_through_the_calendar_finds(day: date, calendar: FiscalCalendar) -> None:
    assert period_of(day, calendar) == _by_walking(day, calendar)


@given(days, st.sampled_from(CALENDARS))
def test_a_period_ends_after_its_days_and_the_one_before_ends_earlier(day: date, calendar: FiscalCalendar) -> None:
    period = period_of(day, calendar)
    assert period_end(period_before(period, calendar), calendar) < day <= period_end(period, calendar)
    assert period_of(period_end(period, calendar), calendar) == period
    assert parse_period(format_period(period)) == period


@pytest.mark.parametrize("calendar", [CALENDAR_YEAR, LEAP_WRITTEN])
def test_0228_and_0229_both_mean_the_end_of_february(calendar: FiscalCalendar) -> None:
    assert period_end("202802", calendar) == date(2028, 2, 29)
    assert period_end("202702", calendar) == date(2027, 2, 28)
    assert period_of(date(2028, 2, 29), calendar) == "202802"
    assert period_of(date(2027, 3, 1), calendar) == "202703"


def test_a_fiscal_year_from_july_is_named_after_its_first_or_its_last_calendar_year() -> None:
    assert period_of(date(2026, 10, 31), JULY_NAMED_FIRST) == "202604"
    assert period_of(date(2027, 2, 3), JULY_NAMED_FIRST) == "202608"
    assert period_of(date(2026, 10, 31), JULY_NAMED_LAST) == "202704"
    assert period_of(date(2027, 6, 30), JULY_NAMED_LAST) == "202712"
    assert period_of(date(2027, 7, 1), JULY_NAMED_LAST) == "202801"


def test_a_calendar_year_has_its_own_number_whichever_way_it_is_named() -> None:
    named_last = replace(CALENDAR_YEAR, named_after_first_year=False)
    assert period_of(date(2026, 10, 31), named_last) == period_of(date(2026, 10, 31), CALENDAR_YEAR) == "202610"


def test_thirteen_periods_are_not_months() -> None:
    assert period_of(date(2026, 10, 7), FOUR_WEEKS) == "202610"
    assert period_of(date(2026, 10, 8), FOUR_WEEKS) == "202611"
    assert period_of(date(2026, 12, 31), FOUR_WEEKS) == "202613"
    assert is_period("202613", FOUR_WEEKS)
    assert not is_period("202613", CALENDAR_YEAR)
    assert period_before("202701", FOUR_WEEKS) == "202613"


@pytest.mark.parametrize(
    "calendar",
    [
        FiscalCalendar(0, (), True),
        FiscalCalendar(12, CALENDAR_YEAR.ends[:11], True),
        FiscalCalendar(2, ("0631", "1231"), True),
        FiscalCalendar(3, ("0430", "0131", "1231"), True),
        FiscalCalendar(2, ("1231", "1231"), True),
    ],
)
def test_a_calendar_that_can_not_be_is_refused(calendar: FiscalCalendar) -> None:
    assert not calendar_is_usable(calendar)
    with pytest.raises(ValueError):
        period_of(date(2026, 1, 1), calendar)


def test_a_single_period_a_year_will_do() -> None:
    assert period_of(date(2026, 5, 5), FiscalCalendar(1, ("1231",), True)) == "202601"


@pytest.mark.parametrize(
    ("typed", "stored"),
    [("10-2026", "202610"), (" 1-2026", "202601"), ("202613", "202613"), ("14-2026", ""), ("October", ""), ("", "")],
)
def test_a_typed_period_is_read_as_sl_shows_it(typed: str, stored: str) -> None:
    assert parse_period(typed) == stored


def test_the_rule_of_home_decides_the_period() -> None:
    september = date(2026, 9, 30)
    assert expected_period(september, BY_DOCUMENT_DATE, GL, AR) == "202609"
    assert expected_period(september, BY_DOCUMENT_DATE_OR_CURRENT, GL, AR) == "202610"
    assert expected_period(date(2026, 11, 2), BY_DOCUMENT_DATE_OR_CURRENT, GL, AR) == "202611"
    assert expected_period(september, CURRENT, GL, replace(AR, curr_per_nbr="202611")) == "202611"
    assert expected_period(september, "12-2026", GL, AR) == "202612"
    assert expected_period(september, "sometime", GL, AR) == ""


def test_closed_is_below_the_module_or_below_general_ledger() -> None:
    assert is_closed("202609", GL, AR)
    assert not is_closed("202610", GL, AR)
    assert is_closed("202610", replace(GL, per_nbr="202611"), AR)
    assert is_closed("202610", GL, replace(AR, per_nbr="202611"))


def test_sl_s_options_may_open_closed_periods() -> None:
    assert not prior_posting_allowed("202609", GL)
    assert prior_posting_allowed("202609", replace(GL, allow_post_opt="A"))
    assert prior_posting_allowed("202609", replace(GL, prior_period_modules="AP,AR,IN"))
    assert not prior_posting_allowed("202609", replace(GL, prior_period_modules="APARIN"))
    assert not prior_posting_allowed("202512", replace(GL, allow_post_opt="A", prior_year_post=True))


def test_prior_year_post_keeps_out_of_earlier_years_only() -> None:
    """SL: SCM_10400_INTran_Validation compares the fiscal years; an earlier period of this year is AllowPostOpt's."""
    set_so = replace(GL, allow_post_opt="A", prior_year_post=True)
    assert prior_posting_allowed("202601", set_so)
    assert not prior_posting_allowed("202613", replace(set_so, per_nbr="202701"))


@pytest.mark.parametrize(("year", "last"), [(2026, 28), (2028, 29)])
def test_a_calendar_that_ends_february_on_the_28th_ends_it_on_the_29th_of_a_leap_year(year: int, last: int) -> None:
    for calendar in (CALENDAR_YEAR, LEAP_WRITTEN):
        assert period_end(f"{year}02", calendar) == date(year, 2, last)
        assert period_of(date(year, 2, last), calendar) == f"{year}02"
