"""Checks of every transaction, whatever its kind: one function each, listed in ``TRANSACTION_CHECKS``.

A new one is an entry in the table of checks, a function here, and a story in the tests; a stop has a cure there, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

from xlpy.domain.checks.table import found
from xlpy.domain.facts.periods import format_period, parse_period
from xlpy.domain.planning.makers.maker import Matched
from xlpy.domain.planning.makers.request import PlanRequest
from xlpy.domain.values.money import has_more_decimals, plain, round_money, rounded_together, total
from xlpy.domain.values.problems import Problem


def _is_as_seen(matched: Matched[Any, Any], _request: PlanRequest) -> Iterable[Problem]:
    """Compare what Manage exported with the row that the user saw."""
    return (found("CHANGED", f"{change.before} → {change.now}", what=change.what) for change in matched.changes)


def _is_exported_once(matched: Matched[Any, Any], _request: PlanRequest) -> Iterable[Problem]:
    """Ask that Manage exported one document of it, not two."""
    if matched.exported_twice:
        yield found("TWICE", matched.number)


def _can_be_marked(matched: Matched[Any, Any], _request: PlanRequest) -> Iterable[Problem]:
    """Ask that every part has a GL entry of its own, by which Manage is told that it is posted."""
    if not matched.has_all_entries:
        yield found("ENTRY-IDS", matched.number)
    if matched.joined:
        yield found("EXP-JOINED", matched.number)


def _is_of_our_locations(matched: Matched[Any, Any], request: PlanRequest) -> Iterable[Problem]:
    """Ask for a location that the profile lists; without a list every one is right."""
    locations = request.posting.locations
    if locations and matched.location_id not in locations:
        location = matched.location or str(matched.location_id)
        yield found("LOCATION", location, location=location)


def _is_in_whole_cents(matched: Matched[Any, Any], request: PlanRequest) -> Iterable[Problem]:
    """Ask that no amount would be another one by rounding it: nothing is rounded unasked."""
    currency, decimals = matched.currency, matched.decimals
    odd = _odd(matched.whole, decimals)
    if odd:
        yield found("CURY-DECIMALS", odd, currency=currency, decimals=decimals)
    elif _odd(matched.lines, decimals):
        yield _rounded("lines", matched.lines, request, currency, decimals, together=True)
    base, base_decimals = request.books.gl.base_currency, request.books.base_decimals
    if _odd(matched.costs, base_decimals):
        yield _rounded("costs", matched.costs, request, base, base_decimals, together=False)


def _odd(amounts: Iterable[Decimal], decimals: int) -> str:
    """Return the amounts that have more decimals, as Manage gave them."""
    odd = [amount for amount in amounts if has_more_decimals(amount, decimals)]
    return ", ".join(plain(amount) for amount in dict.fromkeys(odd))


def _rounded(
    what: str, amounts: Sequence[Decimal], request: PlanRequest, currency: str, decimals: int, *, together: bool
) -> Problem:
    """Say what rounding makes of amounts: a stop, unless the settings allow it. ``together``: so that they add up."""
    may = request.posting.round_lines
    rounded = rounded_together(amounts, decimals) if may and together else [round_money(a, decimals) for a in amounts]
    return found(
        "LINES-ROUNDED" if may else "LINES-DECIMALS",
        _odd(amounts, decimals),
        what=what,
        currency=currency,
        decimals=decimals,
        rounded=plain(abs(total(rounded))),
        exact=plain(abs(total(amounts))),
    )


def _is_as_its_row_says(matched: Matched[Any, Any], _request: PlanRequest) -> Iterable[Problem]:
    """Tell what the user wrote on the row itself: another period, or hold. A period that is none is told as such."""
    if period := parse_period(matched.entry.period):
        yield found("ROW-PERIOD", matched.entry.period, period=format_period(period))
    if matched.entry.hold:
        yield found("ROW-HOLD")


TransactionCheck = Callable[[Matched[Any, Any], PlanRequest], Iterable[Problem]]
TRANSACTION_CHECKS: tuple[TransactionCheck, ...] = (
    _is_as_seen,
    _is_exported_once,
    _can_be_marked,
    _is_of_our_locations,
    _is_in_whole_cents,
    _is_as_its_row_says,
)


def transaction_problems(matched: Matched[Any, Any], request: PlanRequest) -> Iterable[Problem]:
    """Apply every check to one transaction."""
    return (problem for check in TRANSACTION_CHECKS for problem in check(matched, request))
