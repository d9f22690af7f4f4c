"""What users do about the stops of a run as a whole: its name, what is marked, what was previewed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import inventory_story as stock
from cure import Cure, Story
from domain_story import OPTIONS, included, plan, unposted, untaxed

from xlpy.domain.documents.plan_changes import plan_changes
from xlpy.domain.facts.manage_expenses import ExportedExpenses
from xlpy.domain.facts.manage_procurement import ExportedProcurement
from xlpy.domain.planning.row_checks import foreign_problems, row_problems
from xlpy.domain.planning.run_checks import LONGEST_TYPED, batch_name_problems, name_taken_problem
from xlpy.domain.values.problems import Problem

Problems = tuple[Problem, ...]
_KEY = included(untaxed()).key


def named(identifier: str) -> Story:
    return lambda: batch_name_problems(identifier)


def in_manage(identifier: str, *taken: str) -> Story:
    """A batch of this name is made while Manage has ``taken``."""
    return lambda: (name_taken_problem(identifier, f"{identifier}-1"),) if identifier in taken else ()


def chosen(*, location: int = 0, through: date = OPTIONS.through_date) -> Story:
    """An invoice of location 2 and 12 October, against what Home chooses."""
    row = unposted(untaxed())
    options = replace(OPTIONS, location_id=location, through_date=through)
    return lambda: tuple(row_problems(_KEY, row, row, options))


def strangers(*marked: int) -> Story:
    """Manage exports expenses 1138 and 1139; ``marked`` are the rows that are included."""
    exported = ExportedExpenses((), (stock.expense(1138), stock.expense(1139)))
    rows = [stock.included_expense(stock.expense(key)) for key in marked]
    return lambda: tuple(foreign_problems(rows, (), exported, ExportedProcurement((), (), ())))


_PREVIEWED = plan(untaxed())
_NOW = plan(untaxed(4417, "-900.00"))
RUN_STORIES: Mapping[str, Story] = {
    "BATCH-NAME": named(""),
    "BATCH-NAME-TAKEN": in_manage("OCT", "OCT"),
    "NOT-CHOSEN": chosen(location=3),
    "FOREIGN": strangers(1138),
    "PLAN-CHANGED": lambda: plan_changes(_PREVIEWED, _NOW),
}
RUN_CURES: Mapping[str, tuple[Cure, ...]] = {
    "BATCH-NAME": (
        Cure("Type one on Home, such as the date and your initials", named("20261031KM")),
        Cure(f"Use at most {LONGEST_TYPED}", named("N" * LONGEST_TYPED), before=named("N" * (LONGEST_TYPED + 1))),
        Cure("Use letters, digits and -", named("October-26"), before=named('October "26"')),
    ),
    "BATCH-NAME-TAKEN": (Cure("Use 'OCT-1'", in_manage("OCT-1", "OCT")),),
    "NOT-CHOSEN": (
        Cure("Change it on Home and refresh", chosen(location=2)),
        Cure("Change it on Home and refresh", chosen(), before=chosen(through=date(2026, 10, 11))),
        Cure("take Include off", lambda: ()),
    ),
    "FOREIGN": (Cure("Refresh and mark again", strangers(1138, 1139)),),
    "PLAN-CHANGED": (Cure("Press Preview again", lambda: plan_changes(_NOW, _NOW)),),
}
