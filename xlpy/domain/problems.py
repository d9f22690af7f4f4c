"""Problems: what a check found, in words an accountant can act on.

``CHECKS`` is the table of every check's code: adding a check is one entry there and one function.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad it is: ``stop`` fails the batch, ``create`` announces a master to be made, ``note`` is for reading."""

    STOP = "stop"
    CREATE = "create"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding. ``transaction`` is what the user knows it by (an invoice number); empty for the set-up.

    ``transaction_id`` is the Id of the sheet's row (``invoice:4417``), empty when no single row is meant.
    """

    severity: Severity
    code: str
    what: str
    transaction: str = ""
    transaction_id: str = ""
    in_manage: str = ""
    in_sl: str = ""
    fix: str = ""
    where: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """One kind of problem: its code, its usual severity and the words. Texts are ``str.format`` templates."""

    code: str
    severity: Severity
    what: str
    fix: str
    where: str
    source: str


def stops(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return the problems that keep the batch from being written."""
    return tuple(problem for problem in problems if problem.severity is Severity.STOP)
