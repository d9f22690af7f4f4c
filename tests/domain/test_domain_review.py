"""What a distrustful reader asked of the rules: only the cause is told, and every problem finds its row."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from domain_story import MUNOZ, OPTIONS, D, codes, invoice, levels, line, masters, plan, unposted, untaxed

from xlpy.domain.documents.plan_changes import plan_changes, preview_gone
from xlpy.domain.facts.manage import Ref
from xlpy.domain.planning.row_checks import row_problems
from xlpy.domain.planning.run_checks import LONGEST_TYPED, batch_name_problems, gone_problem
from xlpy.domain.values.problems import Problem, Severity, stops
from xlpy.domain.values.rules import PostingRules
from xlpy.domain.values.transactions import Kind, TransactionKey

KEY = TransactionKey(Kind.INVOICE, "4417")


@pytest.mark.parametrize(
    "of_avalara",
    [
        {},
        {"tax_levels": ()},
        {"tax_levels": levels(("1.00", "1000.00")), "tax_code": Ref(99, name="AVATAX")},
        {"tax_code": Ref()},
    ],
)
def test_of_an_avalara_invoice_only_that_is_told(of_avalara: dict[str, Any]) -> None:
    made = plan(invoice(avalara=True, **of_avalara))
    assert [problem.code for problem in made.stops] == ["AVALARA"]


def test_every_problem_of_a_row_names_it_the_same_way() -> None:
    before, after = plan(untaxed(4417)), plan(untaxed(4417, "-900.00"))
    (changed,) = plan_changes(before, after)
    assert changed.transaction_id == str(KEY) == gone_problem(KEY, "4417").transaction_id
    stopped = stops(plan(untaxed(4417, document_date=None)).problems)
    assert {problem.transaction_id for problem in stopped} == {str(KEY)}


def test_a_preview_that_is_not_here_is_a_stop() -> None:
    assert preview_gone().severity is Severity.STOP
    assert "Preview" in preview_gone().fix


@pytest.mark.parametrize("column", ["user1", "USER2", "User3"])
def test_only_what_the_writer_can_stamp_is_a_record_column(column: str) -> None:
    assert "RECORD-COLUMN" in codes(plan(untaxed(), posting=PostingRules(record_id_column=column)))


@pytest.mark.parametrize("decimals", [0, 2, 3])
def test_an_amount_that_sl_can_hold_is_not_stopped_for_its_decimals(decimals: int) -> None:
    kept = plan(untaxed(lines=(line(1, "-1000.10"),), total=D("1000.100")), masters=masters(decimals={"USD": decimals}))
    assert kept.stops == ()


def _told(row: Any, seen: Any, **options: Any) -> list[Problem]:
    return list(row_problems(KEY, row, seen, replace(OPTIONS, **options)))


def test_a_row_that_is_as_it_was_seen_has_no_problem() -> None:
    row = unposted(untaxed())
    assert _told(row, row) == []
    assert _told(row, None) == []
    assert _told(replace(row, id=99, description="new text"), row) == []


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"bill_to": MUNOZ}, "bill-to company"),
        ({"due_date": date(2027, 1, 1)}, "due date"),
        ({"terms": Ref(9)}, "terms"),
        ({"tax_code": Ref(9)}, "tax code"),
        ({"account_number": "OTHER"}, "customer id"),
        ({"total": Decimal("1000.01")}, "total"),
    ],
)
def test_whatever_is_posted_and_was_changed_since_the_refresh_is_a_stop(change: dict[str, Any], named: str) -> None:
    row = unposted(untaxed())
    (problem,) = _told(replace(row, **change), row)
    assert (problem.code, problem.severity, problem.transaction_id) == ("CHANGED", Severity.STOP, str(KEY))
    assert f"({named})" in problem.what


def test_a_row_outside_of_what_home_says_is_a_stop() -> None:
    row = unposted(untaxed())
    assert [p.code for p in _told(row, row, location_id=7)] == ["NOT-CHOSEN"]
    (late,) = _told(row, row, through_date=date(2026, 10, 11))
    assert "2026-10-12" in late.what
    assert _told(row, row, location_id=2, through_date=date(2026, 10, 12)) == []


def test_the_longest_name_leaves_room_for_the_kind() -> None:
    assert batch_name_problems("B" * LONGEST_TYPED) == ()
    assert batch_name_problems("B" * (LONGEST_TYPED + 1))
