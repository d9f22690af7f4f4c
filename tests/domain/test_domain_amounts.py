"""To the cent: signs, balance, taxes, rates and the base rounding difference, on examples and on any amounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from domain_story import (
    BOOKS,
    DAY,
    TAXES,
    D,
    books,
    by_id,
    codes,
    euro,
    group,
    invoice,
    levels,
    line,
    masters,
    plan,
    tax,
    tax_code,
    tax_line,
    untaxed,
)
from hypothesis import given
from hypothesis import strategies as st

from xlpy.domain.documents.ar import ArDocument
from xlpy.domain.documents.plan import Action, Plan
from xlpy.domain.facts.manage import ExportInvoice, Ref
from xlpy.domain.mapping.currencies import base_amount
from xlpy.domain.mapping.taxes import rate_in_force, split_group
from xlpy.domain.preview.journal import MADE_AT_RELEASE, WRITTEN, journal
from xlpy.domain.values.money import ZERO, round_money, to_base

CENT = D("0.01")
cents = st.integers(-5_000_000, 5_000_000).map(lambda n: D(n) / 100)
rates = st.integers(1, 3_000_000).map(lambda n: D(n) / 10_000)


def document(made: Plan) -> ArDocument:
    (batch,) = made.ar.batches
    (only,) = batch.documents
    return only


def foots(made: Plan) -> bool:
    """Whether every document of the journal adds up to zero, in document and in base currency."""
    sums: dict[str, list[Decimal]] = {}
    for row in journal(made):
        pair = sums.setdefault(row.reference, [ZERO, ZERO])
        pair[0] += (row.debit or ZERO) - (row.credit or ZERO)
        pair[1] += (row.base_debit or ZERO) - (row.base_credit or ZERO)
    return bool(sums) and all(not cury and not base for cury, base in sums.values())


def taxed(bases: Sequence[Decimal], *percents: str, sign: int = 1, document_type: str = "INVOICE") -> ExportInvoice:
    """An invoice of lines ``bases`` with a tax line per percentage, as Manage would calculate them."""
    base = sum(bases, ZERO)
    amounts = [round_money(base * D(percent) / 100, 2) for percent in percents]
    lines = [line(n, str(-amount * sign)) for n, amount in enumerate(bases, start=1)]
    lines += [tax_line(100 + n, str(-amount * sign)) for n, amount in enumerate(amounts)]
    return invoice(
        document_type=document_type,
        lines=tuple(lines),
        tax_levels=levels(*((str(amount), str(base)) for amount in amounts)),
        total=(base + sum(amounts, ZERO)) * sign,
    )


# --- signs ------------------------------------------------------------------------------------------------------


def test_an_invoice_is_positive_and_a_discount_line_negative() -> None:
    made = document(plan(untaxed(4417, "-100.00", "20.00")))
    assert (made.doc_type, made.cury_total) == ("IN", D("80.00"))
    assert [(row.cury_amount, row.quantity, row.cury_unit_price) for row in made.lines] == [
        (D("100.00"), D(1), D(100)),
        (D("-20.00"), D(-1), D(20)),
    ]


@pytest.mark.parametrize("header", ["-250.00", "250.00"])
def test_a_credit_memo_is_positive_whatever_sign_manage_s_header_has(header: str) -> None:
    made = plan(untaxed(4417, "250.00", document_type="CREDIT MEMO", total=D(header)))
    memo = document(made)
    assert (memo.doc_type, memo.cury_total, memo.sign, memo.terms) == ("CM", D("250.00"), -1, "")
    assert [row.cury_amount for row in memo.lines] == [D("250.00")]
    assert made.transactions[0].amount == D("-250.00")
    assert made.problems == ()


def test_a_credit_memo_is_mirrored_in_the_journal() -> None:
    rows = journal(plan(untaxed(4417, "250.00", document_type="CREDIT MEMO", total=D("-250.00"))))
    assert [(row.source, row.debit, row.credit) for row in rows] == [
        (WRITTEN, D("250.00"), None),
        (MADE_AT_RELEASE, None, D("250.00")),
    ]


def test_a_negative_invoice_becomes_a_credit_memo_and_a_negative_credit_memo_an_invoice() -> None:
    turned = plan(untaxed(4417, "30.00"))
    assert (document(turned).doc_type, document(turned).cury_total) == ("CM", D("30.00"))
    back = plan(untaxed(4417, "-30.00", document_type="CREDIT MEMO", total=D("30.00")))
    assert (document(back).doc_type, document(back).cury_total) == ("IN", D("30.00"))
    assert codes(turned) == codes(back) == {"TURNED"}


@pytest.mark.parametrize("sign", [1, -1])
def test_the_taxes_of_a_credit_memo_are_positive_whatever_sign_its_levels_have(sign: int) -> None:
    memo = replace(taxed([D(1000)], "6", "1", sign=-1, document_type="CREDIT MEMO"), total=D(-1070))
    memo = replace(
        memo, tax_levels=levels(*((str(row.tax * sign), str(row.taxable * sign)) for row in memo.tax_levels))
    )
    made = plan(memo)
    assert not made.problems
    (slot,) = document(made).taxes
    assert (slot.tax_id, slot.cury_tax, slot.cury_taxable) == ("FL-HILL", D(70), D(1000))
    assert foots(made)


def test_a_total_of_zero_with_lines_is_posted_and_nothing_but_zeros_only_marked() -> None:
    posted = plan(untaxed(4417, "-10.00", "10.00"))
    assert (document(posted).doc_type, document(posted).cury_total, posted.transactions[0].action) == (
        "IN",
        ZERO,
        Action.POST,
    )
    marked = plan(untaxed(4417, "0.00"))
    assert marked.ar.batches == ()
    assert marked.transactions[0].action is Action.NOTHING_TO_POST


@given(st.lists(cents, min_size=1, max_size=8), st.sampled_from(["INVOICE", "CREDIT MEMO"]))
def test_any_lines_make_a_document_whose_sign_is_that_of_the_receivable(amounts: list[Decimal], kind: str) -> None:
    made = plan(untaxed(4417, *map(str, amounts), document_type=kind))
    receivable = -sum(amounts, ZERO)
    if not any(amounts):
        assert made.transactions[0].action is Action.NOTHING_TO_POST
        return
    assert not made.stops
    assert made.transactions[0].amount == receivable
    assert document(made).cury_total == abs(receivable)
    assert document(made).sign * document(made).cury_total == receivable
    assert foots(made)


@given(st.lists(cents.filter(bool), min_size=1, max_size=5), st.integers(1, 99))
def test_a_cent_too_much_or_too_little_stops_the_document(amounts: list[Decimal], off: int) -> None:
    broken = untaxed(4417, *map(str, amounts))
    made = plan(replace(broken, total=broken.total + off * CENT))
    assert "UNBALANCED" in codes(made)
    assert made.ar.batches == ()


# --- taxes ------------------------------------------------------------------------------------------------------


@given(st.lists(st.integers(1, 500_000).map(lambda n: D(n) / 100), min_size=1, max_size=6))
def test_taxes_always_balance_and_the_release_makes_what_manage_charged(bases: list[Decimal]) -> None:
    made = plan(taxed(bases, "6", "1"))
    assert not made.stops
    one = document(made)
    base = sum(bases, ZERO)
    charged = {"FLSTATE": round_money(base * 6 / 100, 2), "HILLCTY": round_money(base / 100, 2)}
    assert {row.tax_id: row.cury_tax for row in one.tax_postings if row.cury_tax} == {
        k: v for k, v in charged.items() if v
    }
    assert sum((row.cury_tax for row in one.tax_postings), ZERO) == sum((slot.cury_tax for slot in one.taxes), ZERO)
    ids = [slot.tax_id for slot in one.taxes]
    assert ids in (["FL-HILL"], ["FLSTATE", "HILLCTY"], ["FLSTATE"], [])
    assert foots(made)


@given(cents, st.lists(st.integers(0, 2500).map(lambda n: D(n) / 100), min_size=1, max_size=6))
def test_a_group_is_split_completely_and_the_smallest_id_takes_the_remainder(
    amount: Decimal, percents: list[Decimal]
) -> None:
    members = [tax(f"T{n}", str(percent)) for n, percent in enumerate(percents)]
    split = split_group(amount, members, 2)
    whole = sum(percents, ZERO)
    if not whole:
        assert set(split.values()) == {ZERO}
        return
    assert sum(split.values(), ZERO) == amount
    for n, percent in enumerate(percents[1:], start=1):
        assert split[f"T{n}"] == round_money(amount * percent / whole, 2)


def test_levels_on_different_taxable_amounts_are_written_one_by_one() -> None:
    one = invoice(
        tax_levels=levels(("60.00", "1000.00"), ("5.00", "500.00")),
        lines=(line(1, "-1000.00"), tax_line(2, "-60.00"), tax_line(3, "-5.00", "2210")),
        total=D(1065),
    )
    made = plan(one)
    assert not made.problems
    slots = document(made).taxes
    assert [(slot.tax_id, slot.cury_tax, slot.cury_taxable) for slot in slots] == [
        ("FLSTATE", D(60), D(1000)),
        ("HILLCTY", D(5), D(500)),
    ]


def test_a_group_with_another_member_is_not_used() -> None:
    rows = [*(row for row in TAXES if row.tax_id != "FL-HILL"), group("FL-HILL", "FLSTATE", "HILLCTY", "CITY")]
    made = plan(invoice(), books=books(taxes=by_id(rows, "tax_id")))
    assert [slot.tax_id for slot in document(made).taxes] == ["FLSTATE", "HILLCTY"]


def test_a_split_that_would_not_give_manage_s_amounts_is_not_used() -> None:
    one = invoice(
        tax_levels=levels(("60.01", "1000.00"), ("9.99", "1000.00")),
        lines=(line(1, "-1000.00"), tax_line(2, "-60.01"), tax_line(3, "-9.99", "2210")),
    )
    assert [slot.tax_id for slot in document(plan(one)).taxes] == ["FLSTATE", "HILLCTY"]


def test_levels_of_one_agency_are_added_first() -> None:
    code = tax_code(11, "FL-HILL", ("FLSTATE", "0.04"), ("FLSTATE", "0.02"), ("HILLCTY", "0.01"))
    one = invoice(
        tax_levels=levels(("40.00", "1000"), ("20.00", "1000"), ("10.00", "1000")),
        lines=(
            line(1, "-1000.00"),
            tax_line(2, "-40.00"),
            tax_line(3, "-20.00"),
            tax_line(4, "-10.00", "2210"),
        ),
    )
    made = plan(one, masters=masters(tax_codes={11: code}))
    assert not made.problems
    assert [slot.tax_id for slot in document(made).taxes] == ["FL-HILL"]
    assert [(row.tax_id, row.cury_tax) for row in document(made).tax_postings] == [("FLSTATE", 60), ("HILLCTY", 10)]


def test_five_taxes_fit_when_the_group_does() -> None:
    one = taxed([D(1000)], "6", "1", "0.5", "0.25", "0.15")
    made = plan(replace(one, tax_code=Ref(12, name="FL-FIVE")))
    assert [slot.tax_id for slot in document(made).taxes] == ["FL-FIVE"]
    assert len(document(made).tax_postings) == 5


def test_a_tax_that_rounds_to_nothing_does_not_break_the_group() -> None:
    made = plan(replace(taxed([D("1.00")], "6", "1", "0.5", "0.25", "0.15"), tax_code=Ref(12, name="FL-FIVE")))
    assert not made.stops
    assert [slot.tax_id for slot in document(made).taxes] in (["FL-FIVE"], ["FLSTATE", "HILLCTY", "CITY"])


def test_an_exempt_invoice_carries_no_tax_but_a_zero_rated_one_does() -> None:
    exempt = replace(taxed([D(100)], "0", "0"), tax_code=Ref(11, name="FL-HILL"))
    assert document(plan(exempt)).taxes == ()
    zero = by_id([*TAXES, tax("ZERO", "0")], "tax_id")
    code = tax_code(15, "ZERO", ("ZERO", "0"))
    made = plan(
        replace(taxed([D(100)], "0"), tax_code=Ref(15, name="ZERO")),
        books=books(taxes=zero),
        masters=masters(tax_codes={15: code}),
    )
    assert not made.stops
    assert [(slot.tax_id, slot.cury_tax, slot.cury_taxable) for slot in document(made).taxes] == [("ZERO", 0, 100)]


def test_the_rate_in_force_follows_the_document_s_date() -> None:
    raised = tax("VAT", "19", new_rate=D(21), new_rate_date=date(2027, 1, 1), old_rate=D(16))
    assert rate_in_force(raised, date(2026, 12, 31)) == 19
    assert rate_in_force(raised, date(2027, 1, 1)) == 21
    applied = replace(raised, rate=D(21), old_rate=D(19))
    assert rate_in_force(applied, date(2026, 12, 31)) == 19
    assert rate_in_force(tax("VAT", "19", new_rate_date=date(1900, 1, 1)), DAY) == 19


# --- currency ---------------------------------------------------------------------------------------------------


def test_the_release_moves_a_rounding_difference_to_the_last_line_with_an_amount() -> None:
    rates_of_case = (replace(BOOKS.rates[0], rate=D("1.1022")),)
    lines = (line(1, "-3.33"), line(2, "-3.33"), line(3, "-3.34"), line(4, "0.00"))
    made = plan(euro(lines=lines, total=D("10.00")), books=books(rates=rates_of_case))
    one = document(made)
    assert [row.amount for row in one.lines] == [D("3.67"), D("3.67"), D("3.68"), ZERO]
    assert one.total == D("11.02")
    assert one.base_difference == 0
    made = plan(euro(lines=lines[:3], total=D("10.00")), books=books(rates=(replace(BOOKS.rates[0], rate=D("1.1")),)))
    one = document(made)
    assert (one.total, one.base_difference) == (D("11.00"), D("0.01"))
    assert [row.base_credit for row in journal(made) if row.source == WRITTEN] == [D("3.66"), D("3.66"), D("3.68")]
    assert foots(made)


def test_a_group_in_foreign_currency_is_split_in_both_currencies() -> None:
    one = replace(taxed([D(100)], "6", "1"), currency="EUR")
    made = plan(one, books=books(rates=(replace(BOOKS.rates[0], rate=D("1.1")),)))
    postings = {row.tax_id: (row.cury_tax, row.tax) for row in document(made).tax_postings}
    assert postings == {"FLSTATE": (D("6.00"), D("6.60")), "HILLCTY": (D("1.00"), D("1.10"))}
    assert foots(made)


@given(
    st.lists(cents.filter(bool), min_size=1, max_size=8).filter(lambda amounts: bool(sum(amounts))),
    rates,
    st.sampled_from("MD"),
)
def test_any_foreign_document_foots_in_base_currency_too(amounts: list[Decimal], rate: Decimal, how: str) -> None:
    found = books(rates=(replace(BOOKS.rates[0], rate=rate, mult_div=how),))
    made = plan(
        euro(4417, lines=tuple(line(n, str(a)) for n, a in enumerate(amounts, 1)), total=-sum(amounts, ZERO)),
        books=found,
    )
    if made.stops:
        assert codes(made) - {"TURNED"} == {"BASE-DIFF"}
        return
    one = document(made)
    assert one.total == to_base(one.cury_total, rate, how, 2)
    assert one.base_difference == one.total - sum((row.amount for row in one.lines), ZERO)
    assert foots(made)


@given(st.lists(st.integers(1, 500_000).map(lambda n: D(n) / 100), min_size=1, max_size=4), rates)
def test_taxed_foreign_documents_foot_as_well(bases: list[Decimal], rate: Decimal) -> None:
    made = plan(
        replace(taxed(bases, "6", "1"), currency="EUR"), books=books(rates=(replace(BOOKS.rates[0], rate=rate),))
    )
    assert (made.stops and "BASE-DIFF" in codes(made)) or foots(made)


def test_the_rate_is_the_latest_on_or_before_the_document_s_date() -> None:
    def rate(day: int) -> Decimal:
        return document(plan(euro(document_date=date(2026, 10, day)))).rate.rate

    assert (rate(14), rate(15), rate(31)) == (D("1.0842"), D("1.0917"), D("1.0917"))


def test_the_customer_s_rate_type_wins_over_the_set_up_s() -> None:
    rows = (*BOOKS.rates, replace(BOOKS.rates[0], rate_type="CORP", rate=D("1.2")))
    corporate = replace(BOOKS.customers["FISCHE"], rate_type="CORP")
    made = plan(euro(), books=books(rates=rows, customers={"FISCHE": corporate}))
    assert (document(made).rate.rate_type, document(made).rate.rate) == ("CORP", D("1.2"))


def test_yen_have_no_decimals_and_are_divided() -> None:
    one = document(plan(euro(currency="JPY", lines=(line(1, "-14925"),), total=D(14925))))
    assert (one.cury_total, one.total, one.rate.mult_div) == (D(14925), D("100.00"), "D")


def test_the_base_amount_of_a_list_uses_the_set_up_s_rate_type() -> None:
    assert base_amount(D(100), "USD", None, BOOKS) == D("100.00")
    assert base_amount(D(100), "EUR", DAY, BOOKS) == D("108.42")
    assert base_amount(D(100), "EUR", None, BOOKS) is None
    assert base_amount(D(100), "GBP", DAY, BOOKS) is None
    assert base_amount(D(100), "EUR", DAY, books(multi_currency=False)) is None


# --- terms ------------------------------------------------------------------------------------------------------


def test_terms_with_a_discount_give_its_amount_and_last_day() -> None:
    one = document(plan(untaxed(terms=Ref(4, name="2% 10, Net 30"), terms_xref="2T")))
    assert (one.terms, one.cury_discount, one.discount, one.disc_date) == (
        "2T",
        D("20.00"),
        D("20.00"),
        date(2026, 10, 22),
    )


def test_the_due_date_is_manage_s_else_by_its_days() -> None:
    assert document(plan(untaxed())).due_date == date(2026, 11, 11)
    assert document(plan(untaxed(due_date=None, due_days=15))).due_date == date(2026, 10, 27)
    memo = untaxed(4417, "5.00", document_type="CREDIT MEMO", total=D(-5), due_date=None, due_days=None)
    assert document(plan(memo)).due_date == DAY


def test_a_credit_memo_is_due_on_its_own_date_whatever_the_terms_of_the_invoice_are() -> None:
    """Credit ages from the day it was given; a negative invoice is a credit memo, too."""
    memo = untaxed(4417, "5.00", document_type="CREDIT MEMO", total=D(-5))
    turned = untaxed(4418, "5.00", total=D(-5))
    for one in (memo, turned):
        made = document(plan(one))
        assert one.due_date == date(2026, 11, 11)
        assert (made.doc_type, made.due_date, made.disc_date, made.terms) == ("CM", DAY, DAY, "")
