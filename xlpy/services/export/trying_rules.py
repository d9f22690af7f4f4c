"""Trying a firm's own rules on what is unposted: what they change, transaction by transaction. Writes nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING

from xlpy.domain.planning.planner import build_plan
from xlpy.domain.planning.rules_compared import RuleChange, found_by_rules, rule_changes
from xlpy.domain.values.site_rules import NO_RULES
from xlpy.domain.values.transactions import Kind, TransactionKey
from xlpy.errors import SettingsError
from xlpy.services.export.planning import read_for_plan
from xlpy.services.run.reports import Marked, Selection
from xlpy.services.run.session import Session

if TYPE_CHECKING:
    from xlpy.domain.values.problems import Problem

FAR_AHEAD = date(2078, 12, 31)  # beyond every document, and a date that SL can hold
BATCH = "RULES"  # a name that no batch gets: nothing is written under it


@dataclass(frozen=True, slots=True)
class RulesTried:
    """What came of trying the rules. ``problems``: of the rules themselves, and what the rules found."""

    file: str
    sha256: str
    functions: tuple[str, ...]
    tried: int
    changes: tuple[RuleChange, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def changed(self) -> int:
        """How many transactions are changed."""
        return len({change.transaction_id or change.number for change in self.changes})

    @property
    def broken(self) -> tuple[Problem, ...]:
        """What has to be mended in the rules themselves."""
        return tuple(problem for problem in self.problems if problem.code.startswith("RULES"))

    @property
    def text(self) -> str:
        """One sentence for the console."""
        if self.broken:
            return f"{self.file}: {len(self.broken)} of its answers can't be used; {self._counts}"
        return f"{self.file}: {self._counts}"

    @property
    def _counts(self) -> str:
        return f"{self.changed} of {self.tried} unposted transactions are changed. Nothing was written."


def try_rules(session: Session, through: date | None = None, *, most: int = 0) -> RulesTried:
    """Plan what is unposted up to ``through`` (None: all of it) with the rules and without, and compare.

    ``most``: of each kind no more than so many (0: all). Raises ``SettingsError`` without rules, or for rules that
    can't be used; ``ManageError``/``SlError``.
    """
    rules = session.rules
    if not rules.functions:
        raise SettingsError(
            "The settings name no rules of your own.",
            fix="Make some with 'xlpy rules new', and write rules = \"rules.py\" under [site] of the settings.",
        )
    keys = _unposted(session, through, most)
    if not keys:
        return RulesTried(rules.file, rules.sha256, tuple(rules.functions), 0)
    selection = Selection(BATCH, through or FAR_AHEAD, tuple(Marked(key) for key in keys))
    request = read_for_plan(session, selection).request
    with_rules, without = build_plan(request), build_plan(replace(request, rules=NO_RULES))
    return RulesTried(
        rules.file,
        rules.sha256,
        tuple(rules.functions),
        len(keys),
        rule_changes(without, with_rules),
        found_by_rules(with_rules),
    )


def _unposted(session: Session, through: date | None, most: int) -> list[TransactionKey]:
    manage, end = session.manage, through or date.max
    kinds = (
        (
            TransactionKey(Kind.INVOICE, str(row.billing_log_id))
            for row in manage.unposted_invoices(session.counting("Reading Manage's invoices"))
            if (row.invoice_date or date.min) <= end
        ),
        (
            TransactionKey(Kind.EXPENSE, str(row.expense_detail_id))
            for row in manage.unposted_expenses(session.counting("Reading Manage's expenses"))
            if (row.expense_date or date.min) <= end
        ),
        (
            TransactionKey(Kind.PROCUREMENT, row.unposted_product_id)
            for row in manage.unposted_procurement(session.counting("Reading Manage's procurement"))
            if (row.document_date or date.min) <= end
        ),
    )
    return [key for rows in kinds for key in islice(rows, most or None)]
