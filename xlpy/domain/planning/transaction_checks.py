"""Checks of every transaction, whatever its kind: one function each, listed in ``TRANSACTION_CHECKS``.

A new one is an entry in the table of checks, a function here, and a story in the tests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from xlpy.domain.checks.table import found
from xlpy.domain.planning.maker import Matched
from xlpy.domain.planning.request import PlanRequest
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


TransactionCheck = Callable[[Matched[Any, Any], PlanRequest], Iterable[Problem]]
TRANSACTION_CHECKS: tuple[TransactionCheck, ...] = (
    _is_as_seen,
    _is_exported_once,
    _can_be_marked,
    _is_of_our_locations,
)


def transaction_problems(matched: Matched[Any, Any], request: PlanRequest) -> Iterable[Problem]:
    """Apply every check to one transaction."""
    return (problem for check in TRANSACTION_CHECKS for problem in check(matched, request))
