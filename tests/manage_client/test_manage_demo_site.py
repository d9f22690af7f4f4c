"""The client against the demo site: everything it reads arrives to the cent, and log-ins are told in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from demo_site_looks import BATCHES, SECRETS, calls, exported

from xlpy.demo import firm
from xlpy.demo.site.door import access
from xlpy.demo.site.door.faults import Fault, FaultKind
from xlpy.domain.values.transactions import Kind
from xlpy.errors import (
    ManageRefused,
    SettingsError,
)
from xlpy.manage.client import ManageClient


def test_the_site_tells_who_it_is(manage, running):
    info = manage.info()
    assert info.version == "v2025.8.114523"
    assert info.api_version
    assert manage.host == running.url.removeprefix("http://")
    assert manage.company == firm.MANAGE_COMPANY


def test_the_ledger_gets_one_name_of_the_company_however_it_is_typed(site_settings, slept):
    with ManageClient(replace(site_settings, company=" HarborPine "), SECRETS, sleep=slept.append) as client:
        assert client.info().version
        assert client.company == firm.MANAGE_COMPANY


def test_set_up_is_read(manage):
    package = manage.package_setup()
    assert (package.identifier, package.include_sales_tax, package.include_cogs) == ("Other", True, True)
    segments = manage.gl_segments()
    assert segments.account_positions == tuple(range(len(segments.captions)))
    assert {"USD": 2, "EUR": 2, "GBP": 2, "JPY": 0}.items() <= manage.currency_decimals().items()
    assert {2: "Tampa", 3: "Orlando"}.items() <= manage.locations().items()


def test_every_account_of_the_export_is_in_the_gl_set_up(manage, site):
    texts = manage.gl_account_texts()
    for invoice in exported(manage, site.unposted_invoice_ids()):
        for line in invoice.lines:
            assert line.account_number in texts
            if line.cost:
                assert {line.cost_account, line.inventory_account} <= texts
        assert invoice.account_number in texts


def test_masters_are_those_of_the_firm(manage, site):
    export = exported(manage, site.unposted_invoice_ids())
    masters = manage.read_masters(export)
    customers = {c.manage_id: c for c in firm.CUSTOMERS}
    assert masters.companies.keys() >= {invoice.company.id for invoice in export}
    for number, company in masters.companies.items():
        known = customers[number]
        assert (company.identifier, company.name, company.city) == (known.identifier, known.name, known.city)
        assert (company.account_number, company.country) == (known.account, known.country)
        assert (company.currency, company.deleted) == (known.currency, False)
    for code in firm.TAX_CODES:
        if code.manage_id in masters.tax_codes:
            found = masters.tax_codes[code.manage_id]
            assert found.identifier == code.code
            assert tuple(level.agency_xref for level in found.levels) == code.agencies
            rates = {tax.tax_id: tax.rate / 100 for tax in firm.TAXES}
            assert all(level.rate == rates[level.agency_xref] for level in found.levels)
            assert {level.tax_code_xref for level in found.levels} == {code.code}
    assert masters.tax_codes.keys() == {i.tax_code.id for i in export if i.tax_code}
    assert {t.manage_id: (t.name, t.days) for t in firm.TERMS} == {
        terms.id: (terms.name, terms.due_days) for terms in masters.terms.values()
    }
    assert masters.terms[firm.TERMS_WITHOUT_XREF].xref == ""
    assert masters.catalog.keys() == {line.item.id for i in export for line in i.lines if line.item}
    assert "Inventory" in {item.product_class for item in masters.catalog.values()}


def test_companies_are_read_once_whatever_their_number(manage, site):
    ids = [c.manage_id for c in firm.CUSTOMERS]
    assert manage.companies([*ids, *ids, 0, 99_999]).keys() == set(ids)
    manage.companies(ids)
    # The one that is not there is asked for again, and then by itself: an absence in one answer is not a fact.
    assert calls(site, "GET", "/company/companies") == 3
    assert calls(site, "GET", "/company/companies/99999") == 1
    assert calls(site, "GET", "/company/countries") == 1
    assert manage.companies([]) == {}
    assert manage.tax_codes([]) == {}
    assert manage.catalog_items([]) == {}


def test_every_unposted_invoice_is_shown_once(manage, site):
    told = []
    found = manage.unposted_invoices(lambda done, of: told.append((done, of)))
    assert [invoice.billing_log_id for invoice in found] == list(site.unposted_invoice_ids())
    assert told[-1] == (len(found), len(found))
    assert all(invoice.number and invoice.invoice_date and invoice.company for invoice in found)
    assert {invoice.currency for invoice in found} >= {"USD", "EUR", "GBP"}
    kinds = {invoice.invoice_type for invoice in found}
    assert {"Standard", "CreditMemo", "Agreement", "DownPayment"} <= kinds


@pytest.mark.parametrize("negative_headers", [True, False])
@pytest.mark.parametrize("detail", ["Default", "Condensed", "Detailed"])
def test_the_export_of_every_invoice_foots_to_the_cent(manage, site, negative_headers, detail):
    site.negative_credit_headers = negative_headers
    rows = {invoice.billing_log_id: invoice for invoice in manage.unposted_invoices()}
    told = []
    found = exported(manage, list(rows), detail=detail, progress=lambda done, of: told.append((done, of)))
    with_entries = [i for i, invoice in site.records.invoices.items() if invoice.has_entries]
    assert [invoice.id for invoice in found] == with_entries
    assert told == [(25, 60), (50, 60), (60, 60)]
    for invoice in found:
        row, kept = rows[invoice.id], site.records.invoices[invoice.id]
        lines = -sum((line.total for line in invoice.lines), Decimal(0))
        assert lines == row.total if not row.is_credit else abs(lines) == abs(row.total)
        assert abs(invoice.total) == abs(lines)
        assert lines == kept.total
        taxes = sum((line.total for line in invoice.lines if line.is_tax), Decimal(0))
        if not invoice.avalara:
            assert (
                abs(sum((level.tax for level in invoice.tax_levels), Decimal(0)))
                == abs(taxes)
                == abs(invoice.sales_tax)
            )
        assert (invoice.document_type == "CREDIT MEMO") == row.is_credit
        assert (invoice.number, invoice.document_date, invoice.due_date) == (row.number, row.invoice_date, row.due_date)
        assert (invoice.company_account_number, invoice.currency) == (row.account_number, row.currency)
        assert (invoice.company, invoice.terms, invoice.avalara) == (row.company, row.terms, row.avalara)
        assert set(invoice.all_entry_ids) == set(kept.entry_ids)


def test_the_export_takes_the_day_and_the_location(manage, site):
    rows = manage.unposted_invoices()
    day = firm.FIRST_DATE + timedelta(days=10)
    ids = [row.billing_log_id for row in rows]
    early = {row.billing_log_id for row in rows if row.invoice_date and row.invoice_date <= day}
    assert {i.id for i in exported(manage, ids, through=day)} == early
    tampa = {row.billing_log_id for row in rows if row.location_id == 2}
    assert {i.id for i in exported(manage, ids, location_id=2)} == tampa
    assert 0 < len(tampa) < len(ids)


def test_an_empty_selection_asks_for_nothing(manage, site):
    assert exported(manage, []) == ()
    assert calls(site, "POST", ".*") == 0


def test_ids_come_back_in_the_order_asked_and_once(manage, site):
    one, two, three = site.unposted_invoice_ids()[:3]
    assert [i.id for i in exported(manage, [three, one, three, two, one])] == [three, one, two]


def test_an_invoice_without_entries_is_missing_in_the_export(manage, site):
    one, two = site.unposted_invoice_ids()[:2]
    site.lose_entries(one)
    assert one in {row.billing_log_id for row in manage.unposted_invoices()}
    assert [i.id for i in exported(manage, [one, two])] == [two]


# -- logging in ----------------------------------------------------------------------------------------------------


def test_a_member_is_impersonated_with_one_token(as_member, site):
    assert as_member.info().version
    as_member.locations()
    assert calls(site, "POST", "/system/members/.*/tokens") == 1


def test_a_token_that_is_over_is_renewed(as_member, site):
    as_member.info()
    start = site.clock()
    site.clock = lambda: start + timedelta(hours=access.TOKEN_HOURS + 1)
    assert as_member.info().version
    assert calls(site, "POST", "/system/members/.*/tokens") == 2


def test_a_write_starts_with_a_good_token(as_member, site):
    (one,) = exported(as_member, site.unposted_invoice_ids()[:1])
    site.faults.add(Fault(FaultKind.UNAUTHORIZED, method="POST", path=BATCHES))
    with pytest.raises(ManageRefused):
        as_member.create_batch("B", one.all_entry_ids, [Kind.INVOICE])
    assert calls(site, "POST", BATCHES) == 1


def test_wrong_logins_are_refused_in_plain_words(site_settings, slept):
    wrong = [
        (site_settings, replace(SECRETS, private_key="wrong-private-key"), 401),
        (replace(site_settings, public_key="nobody"), SECRETS, 401),
        (replace(site_settings, client_id="99999999-0000-0000-0000-000000000000"), SECRETS, 400),
        (
            replace(site_settings, public_key="", member=access.MEMBER, integrator=access.INTEGRATOR),
            replace(SECRETS, integrator_password="wrong-password"),
            401,
        ),
    ]
    for settings, secrets, status in wrong:
        with ManageClient(settings, secrets, sleep=slept.append) as client, pytest.raises(ManageRefused) as refused:
            client.info()
        assert refused.value.status == status
        assert refused.value.fix
        assert "wrong-" not in str(refused.value)
    assert slept == []


def test_an_upgrade_in_the_middle_goes_unnoticed(manage, site):
    manage.info()
    site.faults.add(Fault(FaultKind.STALE_CODEBASE, path="/finance/accounting/export"))
    assert len(exported(manage, site.unposted_invoice_ids())) == len(manage.unposted_invoices())


def test_an_unknown_company_is_told(site_settings, slept):
    settings = replace(site_settings, company="nobody")
    with ManageClient(settings, SECRETS, sleep=slept.append) as client, pytest.raises(SettingsError, match="unknown"):
        client.info()
