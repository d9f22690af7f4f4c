"""Every stop can be cured by what its words say: somebody does it, and the stop is gone."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest
from check_stories import STORIES as OF_INVOICES
from cure import Cure
from cures_of_answers import ANSWER_CURES, ANSWER_STORIES
from cures_of_invoices import INVOICE_CURES
from cures_of_rules import RULE_CURES, RULE_STORIES
from cures_of_runs import RUN_CURES, RUN_STORIES
from cures_of_stock_and_vouchers import STOCK_CURES, VOUCHER_CURES
from cures_of_taxes import TAX_CURES
from test_domain_inventory_checks import STORIES as OF_STOCK
from test_domain_payables_checks import STORIES as OF_VOUCHERS

from xlpy.domain.checks.table import CHECKS
from xlpy.domain.values.problems import Problem, Severity, stops

STORIES: dict[str, Any] = {**OF_INVOICES, **OF_STOCK, **OF_VOUCHERS, **RUN_STORIES, **ANSWER_STORIES, **RULE_STORIES}
CURES: dict[str, tuple[Cure, ...]] = {
    **INVOICE_CURES,
    **TAX_CURES,
    **STOCK_CURES,
    **VOUCHER_CURES,
    **RUN_CURES,
    **ANSWER_CURES,
    **RULE_CURES,
}
STOPS = frozenset(code for code, check in CHECKS.items() if check.severity is Severity.STOP)
# Where the cure is done in SL and on the site of Manage, by a test of the flow; its CURED names the codes.
FLOWS = ("undo/test_undo_cures.py", "rerun/test_rerun_cures.py", "two_persons/test_two_persons.py")
# Nothing makes these go, nor has to: the batch is undone, or stays as it is and is corrected by other documents.
ENDS_HERE = frozenset({"UNDO-CLOSED", "UNDO-DONE", "UNDO-NOTHING", "UNDO-RELEASED"})
EACH = [(code, cure) for code in sorted(CURES) for cure in CURES[code]]


def problems_of(made: Any) -> tuple[Problem, ...]:
    return made if isinstance(made, tuple) else tuple(made.problems)


@pytest.mark.parametrize(("code", "cure"), EACH, ids=[f"{code}: {cure.words}" for code, cure in EACH])
def test_doing_what_the_cure_says_makes_the_stop_go(code: str, cure: Cure) -> None:
    before = [problem for problem in problems_of((cure.before or STORIES[code])()) if problem.code == code]
    assert before, f"{code} was not raised"
    assert cure.words in before[0].fix, before[0].fix
    left = {problem.code for problem in stops(problems_of(cure.done()))}
    assert left == ({cure.next_stop} if cure.next_stop else set())


def cured_in(flow: str) -> frozenset[str]:
    """Return the codes that the tests of a flow cure; each has to be in one of its functions."""
    tree = ast.parse((Path(__file__).parents[1] / flow).read_text(encoding="utf-8"))
    (listed,) = [
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "CURED"
    ]
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    used = {one.value for made in functions for one in ast.walk(made) if isinstance(one, ast.Constant)}
    assert set(listed) <= used
    return frozenset(listed)


def test_every_stop_has_a_cure_that_a_test_does() -> None:
    flows = frozenset().union(*map(cured_in, FLOWS))
    assert set(CURES) <= STOPS
    assert not flows & CURES.keys()
    assert CURES.keys() | flows | ENDS_HERE == STOPS
    print(f"{len(CURES) + len(flows)} of {len(STOPS)} stops are cured by a test ({len(EACH)} cures by entry)")


@pytest.mark.parametrize("code", sorted(ENDS_HERE))
def test_a_stop_that_is_an_end_asks_for_nothing_that_cannot_be_done(code: str) -> None:
    assert CHECKS[code].fix.startswith(("Nothing to do", "Leave it", "Correct it"))
