"""The generated firm: the same for a seed, everything in it that the product must cope with."""

from __future__ import annotations

from collections import Counter

import pytest

from xlpy.demo import firm
from xlpy.demo.site.making.generate import generate_site

TYPES = {"Standard", "Agreement", "CreditMemo", "DownPayment", "Miscellaneous", "Progress", "Consolidated"}


def invoices_of(site):
    return list(site.records.invoices.values())


def test_the_same_seed_gives_the_same_site_and_another_one_another():
    assert generate_site(seed=3).records == generate_site(seed=3).records
    assert generate_site(seed=3).records != generate_site(seed=4).records


@pytest.mark.parametrize("mistakes", [True, False])
@pytest.mark.parametrize("count", [0, 1, 7, 60, 300])
def test_there_are_as_many_invoices_as_asked_for_with_numbers_of_their_own(count, mistakes):
    numbers = [invoice.number for invoice in invoices_of(generate_site(invoices=count, mistakes=mistakes))]
    assert numbers == [str(10_001 + n) for n in range(count)]


@pytest.mark.parametrize("mistakes", [True, False])
def test_every_type_and_every_kind_of_line_is_there(mistakes):
    invoices = invoices_of(generate_site(mistakes=mistakes))
    assert {invoice.invoice_type for invoice in invoices} == TYPES
    lines = [line for invoice in invoices for line in invoice.lines]
    assert {line.gl_type for line in lines} == {"R", "RA", "RE", "RD", "RP", "AP", "ST"}
    assert any(invoice.prepayment for invoice in invoices)
    assert any(invoice.total == 0 and any(line.amount for line in invoice.lines) for invoice in invoices)
    assert any(not any(line.amount for line in invoice.lines) for invoice in invoices)
    assert any(invoice.total < 0 and not invoice.is_credit for invoice in invoices)
    assert any(line.amount < 0 for invoice in invoices if invoice.total > 0 for line in invoice.lines)
    memos = {text for invoice in invoices for text in (invoice.memo, *(line.memo for line in invoice.lines))}
    for piece in ("ñ", "ß", "„", "“", "日本"):
        assert any(piece in memo for memo in memos)
    for start in ("=", "@", "-", "+"):
        assert any(memo.startswith(start) for memo in memos)
    assert max(len(memo) for memo in memos) > 60
    assert {invoice.currency for invoice in invoices} == {"USD", "EUR", "GBP"}
    assert {invoice.tax_code_id for invoice in invoices} == {0, *(code.manage_id for code in firm.TAX_CODES)}


def planted(site):
    """How often each of the firm's mistakes is there."""
    counts = Counter()
    terms = site.table("billingTerms")
    for invoice in invoices_of(site):
        company = site.table("companies")[invoice.company_id]
        counts["no account"] += "accountNumber" not in company
        counts["inactive account"] += any(line.account.startswith("4400") for line in invoice.lines)
        counts["no xref"] += "termsXref" not in terms[invoice.terms_id]
        counts["avalara"] += invoice.avalara
        counts["cost"] += any(line.cost for line in invoice.lines)
        counts["closed period"] += invoice.invoice_date < firm.FIRST_DATE
    return {name: count for name, count in counts.items() if count}


@pytest.mark.parametrize("count", [60, 500])
def test_the_mistakes_are_planted_once_or_twice_each(count):
    assert planted(generate_site(invoices=count)) == {
        "no account": 2,
        "inactive account": 2,
        "no xref": 1,
        "avalara": 1,
        "cost": 1,
        "closed period": 2,
    }


def test_without_mistakes_none_is_there():
    site = generate_site(invoices=500, mistakes=False)
    assert planted(site) == {}
    assert "4400" not in {row["segment1"] for row in site.table("glAccounts").values()}
    assert site.table("companies")[263]["accountNumber"] == "NOVA01"


def test_the_closed_period_can_be_had_without_the_mistakes_and_the_other_way_round():
    assert planted(generate_site(mistakes=False, closed_period=True)) == {"closed period": 2}
    assert "closed period" not in planted(generate_site(closed_period=False))


def test_dates_are_of_october_but_a_few():
    months = Counter(invoice.invoice_date.month for invoice in invoices_of(generate_site()))
    assert months == {9: 2, 10: 55, 11: 3}
    for invoice in invoices_of(generate_site()):
        assert invoice.due_days == (invoice.due_date - invoice.invoice_date).days


@pytest.mark.parametrize("mistakes", [True, False])
def test_every_account_of_an_invoice_is_known_to_manage_and_to_the_firm(mistakes):
    site = generate_site(invoices=400, mistakes=mistakes)
    known = {
        ":".join(row[f"segment{n}"] for n in range(1, 4) if f"segment{n}" in row)
        for row in site.table("glAccounts").values()
    }
    known |= {"5200:300:TP", "1400:000:00"}
    used = {line.account for invoice in invoices_of(site) for line in invoice.lines}
    used |= {invoice.account for invoice in invoices_of(site)}
    used |= {line.cost_account for invoice in invoices_of(site) for line in invoice.lines if line.cost}
    assert used <= known
    for text in used:
        account, *segments = text.split(":")
        assert account in {*firm.ACCOUNTS, firm.INACTIVE_ACCOUNT}
        if segments:
            department, office = segments
            assert department in firm.DEPARTMENTS
            assert office in firm.OFFICES


def test_the_masters_agree_with_the_firm():
    site = generate_site(invoices=1, mistakes=False)
    for customer in firm.CUSTOMERS:
        company = site.table("companies")[customer.manage_id]
        assert company["identifier"] == customer.identifier
        assert company.get("taxCode", {}).get("name", "") == customer.tax_code
        assert company["currency"]["currencyCode"] == customer.currency
        assert company["billToCompany"]["id"] == customer.manage_id
    assert {row["termsXref"] for row in site.table("billingTerms").values()} == {terms.sl_id for terms in firm.TERMS}
    for code in firm.TAX_CODES:
        levels = site.records.tables.children["taxCodeLevels"][code.manage_id]
        assert tuple(level["agencyXref"] for level in levels) == code.agencies
        assert all(level["taxCodeXref"] == code.code for level in levels)


def test_item_lines_name_products_of_the_catalog():
    site = generate_site(invoices=300)
    for invoice in invoices_of(site):
        for line in invoice.lines:
            assert (line.item_id in site.table("catalog")) == (line.gl_type in ("RP", "AP"))
            if line.gl_type == "AP":
                assert site.table("catalog")[line.item_id]["productClass"] == "Agreement"
