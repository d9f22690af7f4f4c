"""What a planner is given and gives back row by row, whatever list of Manage the row is of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from xlpy.domain.checks.table import bound, found
from xlpy.domain.values.problems import Problem, Severity
from xlpy.domain.values.rules import PostingRules
from xlpy.domain.values.transactions import TransactionKey

RowT = TypeVar("RowT")


@dataclass(frozen=True, slots=True)
class IncludedRow(Generic[RowT]):
    """A row that the user included. ``unposted``: the row as she saw it at the refresh."""

    key: TransactionKey
    again: bool
    unposted: RowT


class Findings:
    """The problems of a planner's transactions, in the order in which they were found."""

    def __init__(self) -> None:
        self._told: list[Problem] = []

    def tell(self, key: TransactionKey, number: str, problems: Iterable[Problem]) -> bool:
        """Add problems of one transaction, each once; returns whether one of them is a stop."""
        stopped = False
        for problem in dict.fromkeys(problems):
            self._told.append(bound(problem, number, str(key)))
            stopped = stopped or problem.severity is Severity.STOP
        return stopped

    @property
    def problems(self) -> tuple[Problem, ...]:
        """All of them."""
        return tuple(self._told)


def location_problems(rules: PostingRules, location_id: int, name: str) -> tuple[Problem, ...]:
    """Say that a transaction's location is none of those that the profile lists; without a list every one is right."""
    if not rules.locations or location_id in rules.locations:
        return ()
    location = name or str(location_id)
    return (found("LOCATION", location, location=location),)
