"""Documents are of the month that they are posted to: the cut-off of every kind at the end of a month."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from domain_story import GL, OPTIONS, TO_NOVEMBER, plan, untaxed
from inventory_story import Counted, Moved, counted, journals_of, move, stocked
from inventory_story import expense as single_expense
from payables_story import AP_BOOKS, bill, bill_line, billed, expense, purchase, receipt, received, stopped

from xlpy.domain.planning.planner import Drafts
from xlpy.domain.values.problems import Problem

SEPTEMBER, OCTOBER, NOVEMBER = date(2026, 9, 30), date(2026, 10, 30), date(2026, 11, 2)
SEPTEMBER_BOOKS = replace(  # nothing is closed yet
    AP_BOOKS,
    gl=replace(GL, per_nbr="202609"),
    payables=replace(AP_BOOKS.payables, setup=replace(AP_BOOKS.payables.setup, per_nbr="202609")),
)
STRADDLING = (
    bill_line(611, "33.95", document_date=SEPTEMBER),
    bill_line(612, "20.00", document_date=date(2026, 9, 29)),
    bill_line(613, "7.00", document_date=date(2026, 10, 1)),
)
ROWS = (
    expense(611, "33.95", expense_date=SEPTEMBER),
    expense(612, "20.00", expense_date=date(2026, 9, 29)),
    expense(613, "7.00", expense_date=date(2026, 10, 1)),
)


def vouchers(made: Drafts) -> list[tuple[str, date, str, str]]:
    return [(period, one.doc_date, one.invc_nbr, str(one.cury_total)) for period, one in made.ap]


def cut_off_notes(problems: tuple[Problem, ...]) -> list[tuple[str, str]]:
    return [(p.what, p.transaction_id) for p in problems if p.code == "CUT-OFF"]


def test_a_bill_that_ends_in_the_next_month_is_a_voucher_of_its_lines_dates() -> None:
    """The bill's own date is the end of the expense period, here 3 October: no expense was made on it."""
    made = billed(
        bill(*STRADDLING[:2], document_date=date(2026, 10, 3)),
        included=ROWS[:2],
        books=SEPTEMBER_BOOKS,
        options=replace(OPTIONS, through_date=SEPTEMBER),
    )
    assert not stopped(made)
    assert vouchers(made) == [("202609", SEPTEMBER, "EXP611", "53.95")]
    assert [t.document_date for t in made.transactions] == [SEPTEMBER, date(2026, 9, 29)]


def test_a_bill_over_the_end_of_a_month_is_a_voucher_per_period() -> None:
    made = billed(bill(*STRADDLING, document_date=date(2026, 10, 3)), included=ROWS, books=SEPTEMBER_BOOKS)
    assert not stopped(made)
    assert vouchers(made) == [
        ("202609", SEPTEMBER, "EXP611", "53.95"),
        ("202610", date(2026, 10, 1), "EXP613", "7.00"),
    ]


def test_expenses_of_a_closed_month_are_stopped_like_the_journal_of_the_same_expense() -> None:
    made = billed(bill(*STRADDLING, document_date=date(2026, 10, 3)), included=ROWS)
    assert {p.transaction_id for p in made.problems if p.code == "PERIOD-CLOSED"} == {"expense:611", "expense:612"}
    assert vouchers(made) == [("202610", date(2026, 10, 1), "EXP613", "7.00")]
    assert stopped(journals_of(single_expense(document_date=SEPTEMBER))) == {"PERIOD-CLOSED"}


def test_with_the_current_period_a_bill_is_one_voucher_and_the_dates_of_last_month_are_told() -> None:
    made = billed(
        bill(*STRADDLING, document_date=date(2026, 10, 3)), included=ROWS, options=replace(OPTIONS, period="Current")
    )
    assert not stopped(made)
    assert vouchers(made) == [("202610", date(2026, 10, 1), "EXP611", "60.95")]
    assert cut_off_notes(made.problems) == [
        ("Cut-off: dated in 09-2026, posted to 10-2026", "expense:611"),
        ("Cut-off: dated in 09-2026, posted to 10-2026", "expense:612"),
    ]


def test_a_transfer_whose_items_moved_in_two_months_says_so() -> None:
    made = stocked(Moved(58, move(document_date=SEPTEMBER), move("2", document_date=OCTOBER)))
    assert [(period, one.tran_date) for period, one in made.inventory] == [("202610", OCTOBER)]
    assert cut_off_notes(made.problems) == [("Cut-off: dated in 09-2026, posted to 10-2026", "procurement:58-transfer")]


@pytest.mark.parametrize(
    "made",
    [
        pytest.param(lambda options: plan(untaxed(document_date=NOVEMBER), options=options), id="invoice"),
        pytest.param(
            lambda options: billed(
                bill(bill_line(611, "33.95", document_date=NOVEMBER)),
                included=(expense(expense_date=NOVEMBER),),
                options=options,
            ),
            id="voucher of an expense",
        ),
        pytest.param(
            lambda options: journals_of(single_expense(document_date=NOVEMBER), options=options),
            id="journal of an expense",
        ),
        pytest.param(
            lambda options: received(
                purchase(document_date=NOVEMBER), included=(receipt(purchase(document_date=NOVEMBER)),), options=options
            ),
            id="receipt",
        ),
        pytest.param(
            lambda options: stocked(Counted(12, counted("1"), document_date=NOVEMBER), options=options), id="adjustment"
        ),
        pytest.param(lambda options: stocked(Moved(58, move(document_date=NOVEMBER)), options=options), id="transfer"),
    ],
)
def test_no_document_of_any_kind_is_dated_after_the_through_date(made) -> None:  # type: ignore[no-untyped-def]
    late = made(OPTIONS).problems
    assert [p.what for p in late if p.code == "CUT-OFF-THROUGH"] == [
        "Cut-off: its document would be dated after the Through date, 2026-10-31"
    ]
    assert "CUT-OFF-THROUGH" not in {p.code for p in made(TO_NOVEMBER).problems}
