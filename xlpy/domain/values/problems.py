"""Problems: what a check found, in words an accountant can act on.

Only ``domain/checks`` makes them, from its table of every code.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
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
class Case:
    """One of several findings that share a code, in words of its own; what is empty is as the code has it."""

    what: str = ""
    fix: str = ""
    where: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """One kind of problem: its code, its severity and the words. Texts are ``str.format`` templates.

    ``cases``: where findings of one code differ in more than their facts, the words of each by its name. The words of
    the check itself then tell what they have in common; the help page shows these.
    """

    code: str
    severity: Severity
    what: str
    fix: str
    where: str
    source: str
    cases: Mapping[str, Case] = field(default_factory=dict)


def stops(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return the problems that keep the batch from being written."""
    return tuple(problem for problem in problems if problem.severity is Severity.STOP)


def has_stop(problems: Iterable[Problem]) -> bool:
    """Whether one of them keeps the transaction from being written."""
    return any(problem.severity is Severity.STOP for problem in problems)


@dataclass(frozen=True, slots=True)
class GroupedProblem:
    """The same finding of one or many transactions. ``problem.transaction`` names up to three of them.

    ``first_id``: the Id of the first one's row.
    """

    problem: Problem
    count: int
    transactions: tuple[str, ...]
    first_id: str = ""


EXAMPLES = 3


def grouped(problems: Iterable[Problem]) -> tuple[GroupedProblem, ...]:
    """Tell identical problems once, with their count: stops first, then by first appearance."""
    groups: dict[tuple[str, ...], list[Problem]] = {}
    for p in problems:
        groups.setdefault((p.severity, p.code, p.what, p.in_manage, p.in_sl, p.fix, p.where), []).append(p)
    order = {Severity.STOP: 0, Severity.CREATE: 1, Severity.NOTE: 2}
    told = sorted(groups.values(), key=lambda group: order[group[0].severity])
    return tuple(_told_once(group) for group in told)


def _told_once(group: list[Problem]) -> GroupedProblem:
    first = group[0]
    names = tuple(dict.fromkeys(p.transaction for p in group if p.transaction))
    shown = ", ".join(names[:EXAMPLES]) + (", …" if len(names) > EXAMPLES else "")
    only = len(group) == 1
    told = replace(first, transaction=shown, transaction_id=first.transaction_id if only else "")
    return GroupedProblem(told, len(group), names, first.transaction_id)
