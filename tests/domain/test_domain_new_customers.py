"""What a plan creates: new customers, and how an account's text is taken apart."""

from __future__ import annotations

from dataclasses import replace

import pytest
from domain_story import (
    AR,
    BOOKS,
    MASTERS,
    MUNOZ,
    books,
    codes,
    euro,
    line,
    masters,
    plan,
    untaxed,
)

from xlpy.domain.facts.manage import GlSegments
from xlpy.domain.mapping.accounts import split_account
from xlpy.domain.preview.journal import TO_BE_CREATED, journal
from xlpy.domain.values.problems import Severity, grouped
from xlpy.domain.values.transactions import Kind, TransactionKey

# --- new customers ----------------------------------------------------------------------------------------------


def test_a_new_customer_takes_what_manage_knows_and_the_rest_from_its_class() -> None:
    made = plan(*(untaxed(key, company=MUNOZ, company_account_number="MUNOZ1") for key in (5, 6)))
    (new,) = made.ar.customers
    assert (new.cust_id, new.name, new.class_id, new.ar_acct, new.ar_sub) == (
        "MUNOZ1",
        "Muñoz Construcción",
        "STD",
        "1100",
        "00000",
    )
    assert (new.terms, new.tax_id, new.state, new.country, new.zip, new.currency) == (
        "30",
        "FL-HILL",
        "FL",
        "US",
        "33602",
        "USD",
    )
    assert new.needed_by == (TransactionKey(Kind.INVOICE, "5"), TransactionKey(Kind.INVOICE, "6"))
    assert [(g.problem.severity, g.problem.code, g.count) for g in grouped(made.problems)] == [
        (Severity.CREATE, "CUST-CREATE", 2)
    ]


def test_the_journal_begins_with_what_is_to_be_created() -> None:
    first, *rest = journal(plan(untaxed(5, company=MUNOZ, company_account_number="MUNOZ1")))
    assert (first.source, first.party, first.debit, first.transaction) == (TO_BE_CREATED, "MUNOZ1", None, "5")
    assert "Muñoz Construcción" in first.description
    assert {row.party for row in rest} == {"MUNOZ1"}


def test_a_customer_that_only_stopped_transactions_need_is_not_created() -> None:
    made = plan(untaxed(5, company=MUNOZ, company_account_number="MUNOZ1", terms_xref="NET30"))
    assert made.ar.customers == ()
    assert {"CUST-CREATE", "TERMS-WIDTH"} <= codes(made)


def test_accounts_that_the_class_lacks_come_from_ar_setup() -> None:
    bare = replace(BOOKS.customer_classes["STD"], ar_acct="", ar_sub="", sls_acct="", sls_sub="")
    found = books(
        customer_classes={"STD": bare},
        ar=replace(AR, ar_acct="1110", ar_sub="100TP", income_acct="4000", income_sub="200TP"),
    )
    (new,) = plan(untaxed(5, company=MUNOZ, company_account_number="MUNOZ1"), books=found).ar.customers
    assert (new.ar_acct, new.ar_sub, new.sls_acct, new.sls_sub) == ("1110", "100TP", "4000", "200TP")


def test_a_foreign_company_gets_its_currency_where_sl_has_it() -> None:
    foreign = {**MASTERS.companies, 262: replace(MASTERS.companies[262], currency="EUR")}
    one = euro(5, company=MUNOZ, company_account_number="MUNOZ1")
    assert plan(one, masters=masters(companies=foreign)).ar.customers[0].currency == "EUR"
    unknown = {**MASTERS.companies, 262: replace(MASTERS.companies[262], currency="CHF")}
    made = plan(one, masters=masters(companies=unknown))
    assert made.ar.customers[0].currency == "USD"
    assert "CUST-LEFT-OUT" in codes(made)


def test_a_number_or_address_that_does_not_fit_is_left_blank_not_cut() -> None:
    long = {**MASTERS.companies, 262: replace(MASTERS.companies[262], zip="33602-1234-99", email="a" * 81)}
    made = plan(untaxed(5, company=MUNOZ, company_account_number="MUNOZ1"), masters=masters(companies=long))
    assert (made.ar.customers[0].zip, made.ar.customers[0].email) == ("", "")
    assert sum(p.code == "CUST-LEFT-OUT" for p in made.problems) == 2


# --- accounts ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "acct", "sub", "fits"),
    [
        ("4000:100:TP", "4000", "100TP", True),
        ("4000:100TP", "4000", "100TP", True),
        ("4000", "4000", "", True),
        ("4000:", "4000", "", True),
        ("4000::", "4000", "", True),
        ("4000:100", "4000", "100", False),
        ("4000:10:0TP", "4000", "100TP", False),
        ("4000::TP", "4000", "TP", False),
        ("4000:100:TPX", "4000", "100TPX", False),
        ("", "", "", True),
    ],
)
def test_an_account_text_is_taken_apart_without_padding(text: str, acct: str, sub: str, fits: bool) -> None:
    taken = split_account(text, GlSegments((0, 1, 2)), (3, 2))
    assert (taken.acct, taken.sub, taken.sub_fits) == (acct, sub, fits)


def test_only_account_type_segments_count() -> None:
    assert split_account("HW:4000:100TP", GlSegments((1, 2)), (3, 2)).acct == "4000"
    assert split_account("4000:100:TP", GlSegments((0,)), (3, 2)).sub == ""
    assert split_account("4000:ANY-THING", GlSegments((0, 1)), ()).sub_fits


def test_sl_s_own_spelling_of_ids_is_written() -> None:
    made = plan(untaxed(company_account_number="acme01", lines=(line(1, "-1000.00", "4000:100:tp"),)))
    one = made.ar.batches[0].documents[0]
    assert (one.cust_id, one.lines[0].sub) == ("ACME01", "100TP")
