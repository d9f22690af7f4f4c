"""Five and six taxes on one document: SL's group takes them, and its release splits the total in its own way."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import payables_story as ap
import pytest
from domain_story import (
    BOOKS,
    MASTERS,
    TAXES,
    D,
    books,
    by_id,
    codes,
    group,
    invoice,
    level,
    levels,
    line,
    masters,
    plan,
    tax,
    tax_line,
)
from hypothesis import example, given
from hypothesis import strategies as st

from xlpy.domain.documents.plan import Plan
from xlpy.domain.facts.manage import ExportInvoice, Ref, TaxCode
from xlpy.domain.values.money import round_money
from xlpy.domain.values.problems import Problem
from xlpy.domain.values.rules import PostingRules

# Percent by agency, from level 1. The smallest tax id takes what rounding leaves over: here the highest rate, in the
# group of five (FL-FIVE) the city's.
AGENCIES = {"FLSTATE": "6", "HILLCTY": "1", "TAMPACTY": "0.5", "PORT": "0.25", "TRANSIT": "0.15", "TOURISM": "0.1"}
FIVE = {"FLSTATE": "6", "HILLCTY": "1", "CITY": "0.5", "PORT": "0.25", "TRANSIT": "0.15"}
SIX = "FL-SIX"
CODE = TaxCode(
    15,
    SIX,
    levels=tuple(level(n, str(D(rate) / 100), agency, SIX) for n, (agency, rate) in enumerate(AGENCIES.items(), 1)),
)
WITH_SIX = by_id(
    (*TAXES, tax("TAMPACTY", "0.5", "2220"), tax("TOURISM", "0.1", "2230"), group(SIX, *AGENCIES)), "tax_id"
)


def sold(taxable: Decimal, taxes: list[Decimal]) -> ExportInvoice:
    """An invoice of one line with a tax for each level, as Manage rounds them: each by itself."""
    lines = tuple(tax_line(50 + n, str(-one)) for n, one in enumerate(taxes, 1) if one)
    return invoice(
        tax_code=Ref(15, name=SIX),
        tax_levels=levels(*((str(one), str(taxable)) for one in taxes)),
        lines=(line(1, str(-taxable)), *lines),
        total=taxable + sum(taxes, D(0)),
        sales_tax=sum(taxes, D(0)),
    )


def charged(taxable: Decimal, agencies: dict[str, str] = AGENCIES) -> list[Decimal]:
    return [round_money(taxable * D(rate) / 100, 2) for rate in agencies.values()]


def planned(one: ExportInvoice, *, difference: int = 2, **changes: object) -> Plan:
    facts = {
        "books": books(taxes=WITH_SIX),
        "masters": masters(tax_codes={**MASTERS.tax_codes, 15: CODE}),
        "posting": PostingRules(tax_group_difference=difference),
        **changes,
    }
    return plan(one, **facts)


def posted(made: Plan) -> dict[str, Decimal]:
    ((document,),) = ([d for batch in made.ar.batches for d in batch.documents],)
    return {row.tax_id: row.cury_tax for row in document.tax_postings}


def notes(made: Plan) -> list[Problem]:
    return [problem for problem in made.problems if problem.code == "TAX-SPLIT"]


def test_the_smallest_case_goes_as_the_group_and_each_agency_is_told() -> None:
    """Taxable 3.42: Manage rounds each level, SL's release splits .28 by rate; the total is the same."""
    made = planned(sold(D("3.42"), [D(".21"), D(".03"), D(".02"), D(".01"), D(".01"), D("0.00")]))
    assert not made.stops
    assert [slot.tax_id for slot in made.ar.batches[0].documents[0].taxes] == [SIX]
    split = posted(made)
    assert list(split.values()) == [D(".20"), D(".04"), D(".01"), D(".02"), D("0.00"), D(".01")]  # by tax id
    assert {(note.in_manage, note.in_sl) for note in notes(made)} == {("0.21", "0.20"), ("0.03", "0.04")}
    (state,) = [note for note in notes(made) if note.in_manage == "0.21"]
    assert state.what == "Tax FLSTATE of group FL-SIX: Manage has 0.21, SL will post 0.20; the total is the same"


def test_an_even_amount_needs_no_word() -> None:
    made = planned(sold(D("100.00"), charged(D("100.00"))))
    assert (made.stops, notes(made)) == ((), [])


@given(st.integers(1, 5_000_000).map(lambda n: D(n) / 100), st.integers(5, 6))
@example(D("3.42"), 6)
def test_no_taxable_total_makes_too_many_taxes_when_the_group_has_exactly_the_agencies(
    taxable: Decimal, count: int
) -> None:
    agencies = AGENCIES if count == 6 else FIVE
    name = SIX if count == 6 else "FL-FIVE"
    code = CODE if count == 6 else replace(MASTERS.tax_codes[12], id=15)
    taxes = charged(taxable, agencies)
    one = replace(sold(taxable, taxes), tax_code=Ref(15, name=name))
    made = planned(one, difference=100, masters=masters(tax_codes={**MASTERS.tax_codes, 15: code}))
    assert not made.stops, codes(made)
    split = posted(made)
    mine = dict(zip(agencies, taxes, strict=True))
    assert sum(split.values(), D(0)) == sum(taxes, D(0)), "the total is Manage's to the cent"
    off = {agency for agency in split if split[agency] != mine[agency]}
    assert len(notes(made)) == len(off)
    furthest = max((abs(split[agency] - mine[agency]) for agency in off), default=D(0))
    strict = planned(one, masters=masters(tax_codes={**MASTERS.tax_codes, 15: code}))
    assert ("TAX-SPLIT-FAR" in codes(strict)) is (furthest > D("0.02"))
    assert "TAX-TOO-MANY" not in codes(strict)


@pytest.mark.parametrize("difference", [0, 1])
def test_what_differs_by_more_than_the_settings_allow_stops_and_names_the_setting_that_lets_it_go(
    difference: int,
) -> None:
    taxes = [D("6.00"), D("1.02"), D("0.50"), D("0.25"), D("0.13"), D("0.10")]
    made = planned(sold(D(100), taxes), difference=difference)
    (stop,) = [problem for problem in made.stops if problem.code == "TAX-SPLIT-FAR"]
    assert "tax_group_difference to 2" in stop.fix
    assert not planned(sold(D(100), taxes), difference=2).stops


def test_up_to_four_taxes_stand_one_by_one_with_manage_s_own_amounts() -> None:
    four = dict(list(AGENCIES.items())[:4])
    code = replace(CODE, levels=CODE.levels[:4])
    rows = {**WITH_SIX, SIX: group(SIX, *four)}
    made = planned(
        sold(D("3.42"), charged(D("3.42"), four)),
        books=books(taxes=rows),
        masters=masters(tax_codes={**MASTERS.tax_codes, 15: code}),
    )
    assert not made.stops
    assert {k: v for k, v in posted(made).items() if v} == dict(zip(four, charged(D("3.42"), four), strict=True))


def test_a_group_with_other_members_is_too_many_until_it_has_exactly_the_agencies() -> None:
    one = sold(D(100), charged(D(100)))
    short = {**WITH_SIX, SIX: group(SIX, "FLSTATE", "HILLCTY")}
    assert "TAX-TOO-MANY" in codes(planned(one, books=books(taxes=short)))
    assert not planned(one, books=books(taxes=WITH_SIX)).stops


def test_a_voucher_takes_the_group_likewise() -> None:
    """Goods of 3.42 with five taxes: the city, the smallest tax id, takes what rounding leaves over."""
    rates = (("-0.21", "0.06"), ("-0.03", "0.01"), ("-0.02", "0.005"), ("-0.01", "0.0025"), ("-0.01", "0.0015"))
    taxes = tuple(ap.purchase_tax(2 + n, amount, rate) for n, (amount, rate) in enumerate(rates))
    bought = ap.purchase(ap.item_line(1, "-3.42"), taxes=taxes, tax_code=Ref(12, name="FL-FIVE"))
    made = ap.received(bought)
    assert not ap.stopped(made)
    voucher = ap.only_document(made)
    assert [slot.tax_id for slot in voucher.taxes] == ["FL-FIVE"]
    assert sum((row.cury_tax for row in voucher.tax_postings), D(0)) == D("0.28")
    told = {(n.what.split()[1], n.in_manage, n.in_sl) for n in made.problems if n.code == "TAX-SPLIT"}
    assert told == {("CITY", "0.02", "0.01"), ("HILLCTY", "0.03", "0.04")}


def test_different_taxable_amounts_are_never_told_to_mend_the_group() -> None:
    uneven = replace(
        sold(D(100), charged(D(100))),
        tax_levels=levels(*((str(t), "90" if n == 5 else "100") for n, t in enumerate(charged(D(100))))),
    )
    made = planned(uneven)
    assert {"TAX-TAXABLES"} == {problem.code for problem in made.stops}
    assert BOOKS.taxes.keys() < WITH_SIX.keys()
