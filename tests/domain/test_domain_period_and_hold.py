"""Columns *Period* and *Hold*: another open period for one row, or its SL batch on hold; both are part of the plan.

Source: this product; SL: Batch.Status H, PerNbr of the set-up rows, GLSetup.NbrPer.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import payables_story as ap
import pytest
from domain_story import BOOKS, D, codes, included, line, request, untaxed
from inventory_story import (
    STOCK_BOOKS,
    STOCK_MASTERS,
    Counted,
    Moved,
    counted,
    expense_request,
    included_expense,
    sold,
    stock_request,
)
from inventory_story import expense as mileage

from xlpy.domain.documents.plan import Plan
from xlpy.domain.documents.plan_changes import plan_changes
from xlpy.domain.planning.planner import build_plan

ONE, OTHER = untaxed(4417), untaxed(4418, number="4418")


def wished(*made: Any, **wishes: Any) -> Plan:
    """A plan of two invoices of which the first has wishes of its own."""
    rows = (replace(included(ONE), **wishes), included(OTHER))
    return build_plan(request(ONE, OTHER, invoices=rows))


def batches(of: Plan) -> list[tuple[str, bool, list[str]]]:
    return [(b.per_post, b.hold, [d.ref_nbr for d in b.documents]) for b in of.ar.batches]


def test_one_row_goes_to_another_period_and_the_others_where_home_says() -> None:
    made = wished(period="11-2026")
    assert batches(made) == [("202610", False, ["4418"]), ("202611", False, ["4417"])]
    told = [(p.code, p.transaction, p.what) for p in made.problems if p.code.startswith("ROW")]
    assert told == [("ROW-PERIOD", "4417", "It is posted to period 11-2026, as its row says")]
    assert "CUT-OFF" in codes(made), "that its date is of another period is told, too"


@pytest.mark.parametrize("typed", ["13-2026", "October", "10/2026", "Current", "2026-10"])
def test_what_is_not_a_period_stops_its_row_and_says_where(typed: str) -> None:
    made = wished(period=typed)
    (problem,) = made.stops
    assert (problem.code, problem.transaction, problem.where) == ("PERIOD-BAD", "4417", "Column Period of its sheet")
    assert "under Period of its row" in problem.fix
    assert batches(made) == [("202610", False, ["4418"])]


def test_a_closed_period_stops_its_row_and_says_where() -> None:
    made = wished(period="09-2026")
    (problem,) = made.stops
    assert (problem.code, problem.where) == ("PERIOD-CLOSED", "Column Period of its sheet")


def test_a_row_may_be_saved_from_a_closed_period() -> None:
    """Home says by document date, the month of the document is closed; only this row goes to the open one."""
    late = request(ONE, books=_closed_october())
    assert {p.code for p in build_plan(late).stops} == {"PERIOD-CLOSED"}
    saved = replace(late, invoices=(replace(included(ONE), period="11-2026"),))
    assert build_plan(saved).stops == ()
    assert batches(build_plan(saved)) == [("202611", False, ["4417"])]


def _closed_october() -> Any:
    ar = replace(BOOKS.ar, per_nbr="202611", curr_per_nbr="202611")
    return replace(BOOKS, ar=ar, gl=replace(BOOKS.gl, per_nbr="202611"))


def test_hold_is_a_batch_of_its_own() -> None:
    made = wished(hold=True)
    assert batches(made) == [("202610", False, ["4418"]), ("202610", True, ["4417"])]
    assert [p.transaction for p in made.problems if p.code == "ROW-HOLD"] == ["4417"]


def test_an_invoice_takes_its_cost_journal_along() -> None:
    goods = untaxed(4417, lines=(line(1, "-100.00"), sold(2, "-35.00")), total=D("135.00"))
    rows = (replace(included(goods), period="11-2026", hold=True),)
    made = build_plan(request(goods, invoices=rows, books=STOCK_BOOKS, masters=STOCK_MASTERS))
    assert made.stops == ()
    assert [(b.module, b.per_post, b.hold) for b in (*made.ar.batches, *made.gl.batches)] == [
        ("AR", "202611", True),
        ("GL", "202611", True),
    ]


def test_expenses_of_a_bill_that_differ_become_vouchers_of_their_own() -> None:
    one, two = ap.bill_line(611, "33.95"), ap.bill_line(612, "20.00")
    rows = (replace(ap.expense(611, "33.95"), hold=True), ap.expense(612, "20.00"))
    made = ap.billed(ap.bill(one, two), included=rows)
    assert {(document.hold, len(document.transactions)) for _, document in made.ap} == {(False, 1), (True, 1)}


def test_a_receipt_goes_where_its_row_says() -> None:
    bought = ap.purchase()
    made = ap.received(bought, included=(replace(ap.receipt(bought), period="11-2026", hold=True),))
    assert [(period, document.hold) for period, document in made.ap] == [("202611", True)]


@pytest.mark.parametrize("kind", ["adjustment", "transfer", "expense"])
def test_every_other_kind_does_as_its_row_says(kind: str) -> None:
    if kind == "expense":
        plain = expense_request(mileage())
        wish = replace(plain, expenses=(replace(included_expense(mileage()), period="11-2026", hold=True),))
    else:
        plain = stock_request(Counted(12, counted("10")) if kind == "adjustment" else Moved(58))
        wish = replace(plain, procurement=tuple(replace(row, period="11-2026", hold=True) for row in plain.procurement))
    made = build_plan(wish)
    written = (*made.gl.batches, *made.inventory.batches)
    assert [(batch.per_post, batch.hold) for batch in written] == [("202611", True)]


def test_both_are_in_the_hash_and_a_change_after_the_preview_names_the_row() -> None:
    plain = wished()
    assert len({plain.hash, wished(period="11-2026").hash, wished(hold=True).hash}) == 3
    (change,) = plan_changes(plain, wished(hold=True))
    assert change.transaction == "4417"
    assert wished(hold=True).transactions[0].hold
    assert Plan.from_json(wished(hold=True, period="11-2026").to_json()) == wished(hold=True, period="11-2026")
