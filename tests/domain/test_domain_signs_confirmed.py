"""Which figure decides a sign, which confirms it, and what happens when one of them is turned alone.

Source: ``signs_confirmed.SIGNS``; Manage API: invoices, expenses and purchases in the export (signs partly verified).
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import domain_story as story
import inventory_story as stock
import payables_story as payables
import pytest

from xlpy.domain.facts.manage import ExportInvoice
from xlpy.domain.mapping.signs_confirmed import (
    SIGNS,
    CreditSigns,
    bill_sign,
    credit_signs,
    expense_sign,
    invoice_sign,
    receipt_sign,
)

D = Decimal
SIGNED, UNSIGNED = CreditSigns(listed=True, headers=True), CreditSigns(listed=False, headers=False)


def turned(document: Any) -> Any:
    """The same with every line's total on the other side."""
    return replace(document, lines=tuple(replace(line, total=-line.total) for line in document.lines))


def memo(header: str = "-70.00") -> ExportInvoice:
    """A credit memo over 70.00, as Manage writes it: its line is positive."""
    return story.untaxed(4417, "70.00", document_type="CREDIT MEMO", total=D(header))


def row_of(invoice: ExportInvoice, total: str, kind: str = "CreditMemo") -> Any:
    return story.unposted(invoice, total=D(total), invoice_type=kind)


@pytest.mark.parametrize("header", ["-70.00", "70.00"])
@pytest.mark.parametrize("listed", ["-70.00", "70.00"])
def test_an_ordinary_credit_memo_passes_whatever_is_signed(header: str, listed: str) -> None:
    one = memo(header)
    row = row_of(one, listed)
    assert invoice_sign(one, row, credit_signs([one], [row])) is None


@pytest.mark.parametrize("header", ["-70.00", "70.00"])
@pytest.mark.parametrize("listed", ["-70.00", "70.00"])
def test_lines_of_credit_memos_turned_alone_stop_and_show_both_figures(header: str, listed: str) -> None:
    """Header and list as they were: never an SL invoice with a note that there is nothing to do."""
    one = turned(memo(header))
    row = row_of(one, listed)
    problem = invoice_sign(one, row, credit_signs([one], [row]))
    assert problem is not None
    assert (problem.code, str(problem.severity)) == ("SIGN-DISAGREES", "stop")
    assert "70.00" in problem.what
    assert listed in problem.in_manage


def test_a_negative_credit_memo_becomes_an_invoice_when_a_signed_figure_says_so() -> None:
    ordinary, negative = memo(), turned(memo("70.00"))
    rows = [row_of(ordinary, "-70.00"), row_of(negative, "70.00")]
    signs = credit_signs([ordinary, negative], rows)
    assert signs == SIGNED
    assert [invoice_sign(one, row, signs) for one, row in zip((ordinary, negative), rows, strict=True)] == [None, None]


def test_a_positive_list_confirms_nothing_where_credit_memos_are_not_signed() -> None:
    negative = turned(memo("70.00"))
    assert invoice_sign(negative, row_of(negative, "70.00"), UNSIGNED) is not None


def test_a_credit_memo_that_a_signed_list_calls_a_debt_stops() -> None:
    one = memo()
    assert invoice_sign(one, row_of(one, "70.00"), SIGNED) is not None


def test_an_invoice_and_its_list_on_two_sides_stop() -> None:
    one = story.untaxed(4417, "-70.00")
    assert invoice_sign(one, row_of(one, "70.00", "Standard"), UNSIGNED) is None
    assert invoice_sign(one, row_of(one, "-70.00", "Standard"), UNSIGNED) is not None
    both = replace(turned(one), total=-one.total)  # lines and header: they balance, the list does not agree
    assert invoice_sign(both, row_of(one, "70.00", "Standard"), UNSIGNED) is not None
    assert invoice_sign(both, row_of(one, "-70.00", "Standard"), UNSIGNED) is None
    assert "UNBALANCED" in story.codes(story.plan(turned(one)))


def test_an_invoice_that_the_list_calls_a_credit_memo_stops() -> None:
    one = story.untaxed(4417, "-70.00")
    problem = invoice_sign(one, row_of(one, "-70.00", "CreditMemo"), UNSIGNED)
    assert problem is not None
    assert "CreditMemo" in problem.what


def test_a_bill_and_its_rows_on_two_sides_stop() -> None:
    bill, row = payables.bill(), payables.expense().unposted
    assert bill_sign(bill, [row]) is None
    both = replace(turned(bill), total=-bill.total)
    assert bill_sign(both, [row]) is not None
    assert bill_sign(both, [replace(row, total=-row.total)]) is None
    assert bill_sign(both, []) is None  # nothing lies beside it


def test_a_receipt_stops_only_when_everything_beside_it_says_otherwise() -> None:
    bought = payables.purchase()
    row = payables.receipt(bought).unposted
    assert receipt_sign(bought, [row]) is None
    both = replace(turned(bought), total=-bought.total)
    assert receipt_sign(both, [row]) is not None
    returned = replace(both, lines=tuple(replace(line, cost=-line.cost) for line in both.lines))
    assert receipt_sign(returned, [row]) is None
    assert receipt_sign(returned, [replace(row, total=-row.total)]) is None


def test_the_table_has_a_row_for_every_kind_of_document() -> None:
    assert [rule.kind for rule in SIGNS] == [
        "invoice",
        "credit memo",
        "negative credit memo",
        "expense bill",
        "expense",
        "receipt",
        "adjustment",
        "transfer",
        "transfer as a journal",
    ]
    assert all(rule.on_disagreement for rule in SIGNS)


def test_an_expense_and_its_row_on_two_sides_stop() -> None:
    one, row = stock.expense(), payables.expense().unposted
    assert expense_sign(one, [row]) is None
    assert expense_sign(replace(one, total=-one.total, offset_total=-one.offset_total), [row]) is not None
