"""Nothing is rounded unasked: amounts with more decimals than their currency, wherever amounts enter."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from domain_story import MASTERS, D, euro, included, line, masters, plan, tax_line, untaxed
from domain_story import codes as codes_of
from hypothesis import given
from hypothesis import strategies as st
from inventory_story import (
    STOCK_BOOKS,
    STOCK_MASTERS,
    Counted,
    Moved,
    counted,
    journals_of,
    move,
    sold,
    stocked,
)
from inventory_story import expense as single_expense
from payables_story import bill, bill_line, billed, expense, item_line, only_document, purchase, received

from xlpy.domain.documents.plan import Action, Plan
from xlpy.domain.planning.planner import Drafts
from xlpy.domain.preview.journal import journal
from xlpy.domain.values.money import rounded_together
from xlpy.domain.values.problems import Severity
from xlpy.domain.values.rules import PostingRules

THIRDS = ("33.333333", "33.333333", "33.333334")
ROUNDS = PostingRules(round_lines=True, company_paid_account="2050:00000")
Story = Callable[[], Plan | Drafts]


def hundred(sign: str = "-", **changes: Any) -> Any:
    return untaxed(
        lines=tuple(line(n, f"{sign}{third}") for n, third in enumerate(THIRDS, 1)), total=D("100.00"), **changes
    )


ODD: dict[str, Story] = {
    "total of an invoice": lambda: plan(untaxed(lines=(line(1, "-10.005"),), total=D("10.005"))),
    "tax of an invoice": lambda: plan(
        untaxed(lines=(line(1, "-10.005"), tax_line(2, "-0.995", "2200")), total=D("11.00"))
    ),
    "yen": lambda: plan(euro(lines=(line(1, "-100.5"),), total=D("100.5"), currency="JPY")),
    "less than a yen": lambda: plan(euro(lines=(line(1, "-0.40"),), total=D("0.40"), currency="JPY")),
    "lines of an invoice": lambda: plan(hundred()),
    "an expense": lambda: billed(bill(bill_line(611, "33.955")), included=(expense(611, "33.955"),)),
    "a single expense": lambda: journals_of(single_expense(total="33.955")),
    "a receipt": lambda: received(purchase(item_line(1, "-10.005"))),
    "lines of a receipt": lambda: received(purchase(*(item_line(n, f"-{t}") for n, t in enumerate(THIRDS, 1)))),
    "an adjustment": lambda: stocked(Counted(12, counted("1", "2.505"))),
    "a transfer": lambda: stocked(Moved(58, move("1", total=D("2.505"), cost=D("2.505")))),
    "the cost of goods": lambda: plan(
        untaxed(lines=(sold(1, "-35.00", "1.2555"),), total=D("35.00")),
        masters=masters(catalog=STOCK_MASTERS.catalog, package=MASTERS.package),
        books=STOCK_BOOKS,
    ),
}


@pytest.mark.parametrize("story", sorted(ODD))
def test_an_amount_with_more_decimals_than_its_currency_is_a_stop_that_shows_it(story: str) -> None:
    told = [p for p in ODD[story]().problems if p.code in {"CURY-DECIMALS", "LINES-DECIMALS"}]
    assert told, codes_of(ODD[story]())  # type: ignore[arg-type]
    for problem in told:
        assert problem.severity is Severity.STOP
        assert any(len(part.partition(".")[2]) > 0 for part in problem.in_manage.split(", "))
    assert not {p.code for p in ODD[story]().problems} & {"NOTHING-TO-POST", "UNBALANCED"}


def test_lines_that_rounded_do_not_add_up_say_what_they_give() -> None:
    (told,) = [p for p in plan(hundred()).problems if p.severity is Severity.STOP]
    assert told.code == "LINES-DECIMALS"
    assert "rounded they give 99.99, not 100" in told.what
    assert "round_lines" in told.fix


def test_with_the_setting_the_cent_goes_to_the_line_with_the_largest_rest_and_the_preview_shows_it() -> None:
    made = plan(hundred(), posting=ROUNDS)
    ((document,),) = [batch.documents for batch in made.ar.batches]
    assert [str(one.cury_amount) for one in document.lines] == ["33.33", "33.33", "33.34"]
    assert document.cury_total == D("100.00")
    assert {p.code for p in made.problems} == {"LINES-ROUNDED"}
    assert [str(row.credit) for row in journal(made) if row.source == "written"] == ["33.33", "33.33", "33.34"]


def test_three_times_forty_sen_is_a_yen_and_twenty_and_says_so() -> None:
    three = euro(lines=tuple(line(n, "-0.40") for n in (1, 2, 3)), total=D("1.20"), currency="JPY")
    (told,) = [p for p in plan(three).problems if p.code == "CURY-DECIMALS"]
    assert told.in_manage == "1.2"


def test_a_receipt_and_an_expense_round_their_own_lines_only() -> None:
    voucher = only_document(
        received(purchase(*(item_line(n, f"-{t}") for n, t in enumerate(THIRDS, 1))), posting=ROUNDS)
    )
    assert [str(one.cury_amount) for one in voucher.lines] == ["33.33", "33.33", "33.34"]
    assert voucher.cury_total == D("100.00")


def test_nothing_to_post_is_only_what_is_zero_before_rounding() -> None:
    made = plan(untaxed(lines=(line(1, "0"), line(2, "0")), total=D(0)))
    assert [t.action for t in made.transactions] == [Action.NOTHING_TO_POST]
    assert not plan(untaxed(lines=(line(1, "-0.004"),), total=D("0.004"))).transactions


def test_what_binary_floating_point_leaves_behind_is_no_decimal() -> None:
    one = untaxed(lines=(line(1, "-10.100000000000001"),), total=D("10.1"))
    made = plan(one, invoices=(included(one),))
    assert [str(d.cury_total) for b in made.ar.batches for d in b.documents] == ["10.10"]
    assert "CURY-DECIMALS" not in codes_of(made)


@given(st.lists(st.integers(-10_000_000, 10_000_000), min_size=1, max_size=12), st.sampled_from([0, 2, 3]))
def test_rounded_together_they_are_worth_what_they_were_and_each_is_off_by_less_than_a_cent(
    numbers: list[int], decimals: int
) -> None:
    amounts = [Decimal(number) / 1_000_000 for number in numbers]
    rounded = rounded_together(amounts, decimals)
    cent = Decimal(1).scaleb(-decimals)
    exact = sum(amounts, D(0))
    assert abs(sum(rounded, D(0)) - exact) <= cent / 2
    assert all(abs(one - other) < cent for one, other in zip(amounts, rounded, strict=True))
