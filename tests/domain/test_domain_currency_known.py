"""The currency that the export leaves out: the unposted row's, then the company's, else a stop; never a guess.

Source: Manage API: currency of the export, of the unposted row, of the company (any of them may be absent).
"""

from __future__ import annotations

from dataclasses import replace

import domain_story as story
import payables_story as payables
import pytest

from xlpy.domain.facts.manage_expenses import ExportedExpenses
from xlpy.domain.facts.manage_procurement import ExportedProcurement
from xlpy.domain.mapping.currency_known import RowsOf, known_currency, with_currencies


@pytest.mark.parametrize(
    ("exported", "rows", "company", "site", "code", "told"),
    [
        ("EUR", {"EUR"}, "USD", ("EUR", "USD"), "EUR", []),
        ("EUR", {""}, "", ("EUR", "USD"), "EUR", []),
        ("EUR", {"USD"}, "EUR", ("EUR", "USD"), "EUR", ["CURY-DIFFERS"]),
        ("", {"EUR"}, "EUR", ("EUR", "USD"), "EUR", ["CURY-TAKEN"]),
        ("", {"EUR"}, "", ("EUR", "USD"), "EUR", ["CURY-TAKEN"]),
        ("", {""}, "EUR", ("EUR", "USD"), "EUR", ["CURY-TAKEN"]),
        ("", {"EUR"}, "USD", ("EUR", "USD"), "EUR", ["CURY-DIFFERS"]),
        ("", {"EUR", "USD"}, "", ("EUR", "USD"), "", ["CURY-DIFFERS"]),
        ("", {""}, "", ("EUR", "USD"), "", ["CURY-NOT-KNOWN"]),
        ("", set(), "", ("USD",), "USD", ["CURY-TAKEN"]),
        ("", set(), "", (), "", []),
    ],
)
def test_each_place_in_its_turn(exported, rows, company, site, code, told) -> None:
    known = known_currency(exported, rows, company, site)
    assert (known.code, [problem.code for problem in known.problems]) == (code, told)
    stops = {"CURY-DIFFERS", "CURY-NOT-KNOWN"}
    assert all((str(problem.severity) == "stop") == (problem.code in stops) for problem in known.problems)


def test_euros_without_a_currency_are_never_dollars() -> None:
    one = replace(story.euro(), currency="")
    row = story.unposted(one, currency="EUR")
    nothing = ExportedExpenses(), ExportedProcurement()
    given = with_currencies([one], *nothing, RowsOf([row]), story.masters(decimals={"EUR": 2, "USD": 2}))
    assert [invoice.currency for invoice in given.invoices] == ["EUR"]
    lost = with_currencies([one], *nothing, RowsOf(), story.masters(decimals={"EUR": 2, "USD": 2}, companies={}))
    assert [(p.code, p.transaction) for p in lost.problems] == [("CURY-NOT-KNOWN", one.number)]


def test_bills_and_receipts_take_theirs_from_their_rows() -> None:
    bill, bought = replace(payables.bill(), currency=""), replace(payables.purchase(), currency="")
    expense = replace(payables.expense().unposted, currency="CAD")
    row = replace(payables.receipt(bought).unposted, currency="CAD")
    given = with_currencies(
        [],
        ExportedExpenses((bill,)),
        ExportedProcurement((bought,)),
        RowsOf([], [expense], [row]),
        payables.ap_masters(decimals={"CAD": 2, "USD": 2}, companies={}),
    )
    assert [one.currency for one in (*given.expenses.bills, *given.procurement.purchases)] == ["CAD", "CAD"]
