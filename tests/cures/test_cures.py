"""Every stop can be cured by what its words say: somebody does it, and the stop is gone."""

from __future__ import annotations

from typing import Any

import pytest
from cure import Cure
from cures_of_invoices import INVOICE_CURES
from cures_of_runs import RUN_CURES, RUN_STORIES
from cures_of_stock_and_vouchers import STOCK_CURES, VOUCHER_CURES
from test_domain_checks import STORIES as OF_INVOICES
from test_domain_inventory_checks import STORIES as OF_STOCK
from test_domain_payables_checks import STORIES as OF_VOUCHERS

from xlpy.domain.checks.table import CHECKS
from xlpy.domain.values.problems import Problem, Severity, stops

STORIES: dict[str, Any] = {**OF_INVOICES, **OF_STOCK, **OF_VOUCHERS, **RUN_STORIES}
CURES: dict[str, tuple[Cure, ...]] = {**INVOICE_CURES, **STOCK_CURES, **VOUCHER_CURES, **RUN_CURES}
STOPS = frozenset(code for code, check in CHECKS.items() if check.severity is Severity.STOP)
# Cures that no entry of the table does yet: tests of their flows (rerun, undo, clear) do some of them. May only shrink.
WITHOUT = frozenset(
    {
        "CLEAR-IN-SL",
        "CLEAR-OPEN",
        "HALF-DONE",
        "JOINED",
        "MOVED",
        "NO-ENTRIES",
        "NOT-UNPOSTED",
        "RERUN-ENTRIES",
        "RERUN-FOREIGN",
        "RERUN-NO-ID",
        "UNDO-CHANGED",
        "UNDO-CLOSED",
        "UNDO-COMPANY",
        "UNDO-DONE",
        "UNDO-ELSEWHERE",
        "UNDO-ENTRIES",
        "UNDO-FOREIGN",
        "UNDO-NOTHING",
        "UNDO-RELEASED",
        "UNDO-SHARED",
        "UNDO-STATUS",
        "UNDO-UNKNOWN",
    }
)
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


def test_every_stop_has_a_cure_that_somebody_did_but_for_a_list_that_shrinks() -> None:
    assert set(CURES) <= STOPS
    assert STOPS - CURES.keys() == WITHOUT
    assert len(WITHOUT) <= 22
    print(f"{len(CURES)} of {len(STOPS)} stops have a cure that was done, {len(EACH)} cures in all")
