"""The client against the demo site: everything it reads arrives to the cent, and batches mark what they should."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice

import pytest

from xlpy.demo import firm
from xlpy.demo.site.door import access
from xlpy.demo.site.door.faults import Fault, FaultKind
from xlpy.demo.site.door.server import serve
from xlpy.demo.site.making.generate import generate_site
from xlpy.domain.values.transactions import Kind
from xlpy.errors import (
    BatchNameTaken,
    BatchNotConfirmed,
    ManageError,
    ManageRefused,
    ManageUnreachable,
    SettingsError,
)
from xlpy.manage.client import ManageClient
from xlpy.profile.credentials import ManageSecrets
from xlpy.profile.settings import ManageSettings

ALL_DAYS = date(2027, 12, 31)
BATCHES = "/finance/accounting/batches"
SECRETS = ManageSecrets(access.PRIVATE_KEY, access.INTEGRATOR_PASSWORD)


@pytest.fixture
def running():
    with serve(generate_site(invoices=60)) as served:
        yield served


@pytest.fixture
def site(running):
    return running.site


@pytest.fixture
def site_settings(running):
    return ManageSettings(
        url=running.url,
        company=access.COMPANY,
        client_id=access.CLIENT_ID,
        public_key=access.PUBLIC_KEY,
        export_chunk=25,
    )


@pytest.fixture
def manage(site_settings, slept):
    with ManageClient(site_settings, SECRETS, sleep=slept.append) as client:
        yield client


@pytest.fixture
def as_member(site_settings, slept):
    settings = replace(site_settings, public_key="", member=access.MEMBER, integrator=access.INTEGRATOR)
    with ManageClient(settings, SECRETS, sleep=slept.append) as client:
        yield client


def exported(manage, ids, **options):
    return manage.export_invoices(
        ids, **{"through": ALL_DAYS, "detail": "Default", "batch_identifier": "20261031KM-I", **options}
    )


def calls(site, method, path):
    return sum(1 for m, p in site.calls if m == method and re.fullmatch(path, p))


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


# -- batches -------------------------------------------------------------------------------------------------------


@pytest.fixture
def two(manage, site):
    """Two exported invoices."""
    return exported(manage, site.unposted_invoice_ids()[:2])


@pytest.fixture
def entries(two):
    return [i for invoice in two for i in invoice.all_entry_ids]


def test_a_batch_marks_its_invoices(manage, site, two, entries):
    batch = manage.create_batch("20261031KM-I", [*entries, entries[0], 0], [Kind.INVOICE])
    assert (batch.identifier, batch.kinds, batch.closed) == ("20261031KM-I", frozenset({Kind.INVOICE}), False)
    assert manage.find_batch("20261031KM-I") == batch
    left = {row.billing_log_id for row in manage.unposted_invoices()}
    assert left.isdisjoint(invoice.id for invoice in two)
    found = manage.batch_entries(batch.id)
    assert {entry.id for entry in found} == set(entries)
    assert {entry.invoice_id for entry in found} == {invoice.id for invoice in two}
    assert sum(e.debit for e in found) == sum(e.credit for e in found) > 0
    assert calls(site, "POST", BATCHES) == 1


def test_a_batch_that_is_there_with_our_entries_is_not_made_again(manage, site, entries):
    first = manage.create_batch("B", entries, [Kind.INVOICE])
    assert manage.create_batch("B", entries, [Kind.INVOICE]) == first
    assert calls(site, "POST", BATCHES) == 1


def test_a_name_in_use_for_other_entries_is_never_ours(manage, site, two):
    manage.create_batch("B", two[0].all_entry_ids, [Kind.INVOICE])
    with pytest.raises(BatchNameTaken):
        manage.create_batch("b", two[1].all_entry_ids, [Kind.INVOICE])
    assert site.batch_of(two[1].id) is None
    assert calls(site, "POST", BATCHES) == 1


def test_a_batch_with_some_of_ours_and_some_of_others_is_not_ours(manage, site):
    one, two, three = exported(manage, site.unposted_invoice_ids()[:3])
    manage.create_batch("B", [*one.all_entry_ids, *two.all_entry_ids], [Kind.INVOICE])
    with pytest.raises(BatchNameTaken, match="not of this run"):
        manage.create_batch("B", [*two.all_entry_ids, *three.all_entry_ids], [Kind.INVOICE])
    assert manage.create_batch("B", two.all_entry_ids, [Kind.INVOICE]).identifier == "B"
    assert calls(site, "POST", BATCHES) == 1


def test_a_line_that_breaks_after_the_work_is_settled_by_looking(manage, site, two, entries):
    site.faults.add(Fault(FaultKind.DROP_AFTER, method="POST", path=BATCHES))
    batch = manage.create_batch("B", entries, [Kind.INVOICE])
    assert site.batch_of(two[0].id) == batch.identifier == "B"
    assert calls(site, "POST", BATCHES) == 1


@pytest.mark.parametrize(
    "fault",
    [
        Fault(FaultKind.DROP_BEFORE),
        Fault(FaultKind.SERVER_TIMEOUT),
        Fault(FaultKind.UNAVAILABLE, retry_after=1),
        Fault(FaultKind.HTML),
        Fault(FaultKind.HTML, status=200),
    ],
    ids=lambda fault: f"{fault.kind.name}{fault.status or ''}",
)
def test_an_unclear_answer_and_no_batch_stays_unclear(manage, site, entries, slept, fault):
    site.faults.add(replace(fault, method="POST", path=BATCHES))
    with pytest.raises(ManageUnreachable, match="not known whether the batch 'B' was made") as lost:
        manage.create_batch("B", entries, [Kind.INVOICE])
    assert lost.value.sent
    assert calls(site, "POST", BATCHES) == 1
    assert slept == []
    assert manage.create_batch("B", entries, [Kind.INVOICE]).identifier == "B"


@pytest.mark.parametrize("kind", [FaultKind.FORBIDDEN, FaultKind.UNAUTHORIZED, FaultKind.TOO_MANY])
def test_a_clear_refusal_marks_nothing(manage, site, two, entries, kind):
    site.faults.add(Fault(kind, method="POST", path=BATCHES))
    with pytest.raises(ManageRefused):
        manage.create_batch("B", entries, [Kind.INVOICE])
    assert site.batch_of(two[0].id) is None
    assert calls(site, "POST", BATCHES) == 1


def test_when_the_site_is_gone_after_the_post_it_stays_sent(manage, site, entries):
    site.faults.add(Fault(FaultKind.DROP_AFTER, method="POST", path=BATCHES))
    site.faults.add(Fault(FaultKind.FORBIDDEN, method="GET", path=BATCHES, nth=2, times=None))
    with pytest.raises(ManageUnreachable) as lost:
        manage.create_batch("B", entries, [Kind.INVOICE])
    assert lost.value.sent


@pytest.mark.parametrize("refused", [True, False])
def test_a_name_that_another_takes_in_the_same_moment_is_told(manage, site, two, refused):
    ours, theirs = two

    def somebody_else(method, path):
        if (method, path) == ("POST", BATCHES):
            site.before_request = None
            with ManageClient(settings_of(manage), SECRETS) as other:
                other.create_batch("B", theirs.all_entry_ids, [Kind.INVOICE])
            if not refused:
                raise ConnectionError

    site.before_request = somebody_else
    with pytest.raises(BatchNameTaken):
        manage.create_batch("B", ours.all_entry_ids, [Kind.INVOICE])
    assert site.batch_of(ours.id) is None
    assert calls(site, "POST", BATCHES) == 2


def test_a_post_that_a_proxy_sent_twice_is_done(manage, site, two):
    def proxy(method, path):
        if (method, path) == ("POST", BATCHES):
            site.before_request = None
            with ManageClient(settings_of(manage), SECRETS) as other:
                other.create_batch("B", two[0].all_entry_ids, [Kind.INVOICE])

    site.before_request = proxy
    assert manage.create_batch("B", two[0].all_entry_ids, [Kind.INVOICE]).identifier == "B"


@pytest.mark.parametrize(("rows", "count"), [([], 5), (None, 0)])
def test_a_batch_that_manage_took_but_does_not_show_is_not_confirmed(stub, client, rows, count):
    path = f"/v4_6_release/apis/3.0{BATCHES}"
    stub.on("GET", path, [], [{"id": 1, "batchIdentifier": "B"}] if rows is None else rows)
    stub.on("GET", f"{path}/1/entries/count", {"count": count})
    stub.on("POST", path, {})
    with pytest.raises(BatchNotConfirmed):
        client.create_batch("B", [1, 2], [Kind.EXPENSE])
    (sent,) = stub.served(path, "POST")
    assert sent.body == {
        "batchIdentifier": "B",
        "glInterfaceIdentifier": "B",
        "exportInvoicesFlag": False,
        "exportExpensesFlag": True,
        "exportProductsFlag": False,
        "summarizeExpenses": True,
        "processedRecordIds": [1, 2],
    }


def test_two_batches_of_one_name_are_told(stub, client):
    path = f"/v4_6_release/apis/3.0{BATCHES}"
    stub.on("GET", path, [{"id": n, "batchIdentifier": "B"} for n in (1, 2)])
    with pytest.raises(ManageError, match="2 batches named 'B'"):
        client.find_batch("B")


def test_batches_of_other_names_are_left_out(stub, client):
    stub.on("GET", f"/v4_6_release/apis/3.0{BATCHES}", [{"id": 1, "batchIdentifier": "B-1"}, {"id": 2}])
    assert client.find_batch("B") is None


@pytest.mark.parametrize(
    "answer",
    [
        {"transactions": [{"id": 4417}, {"id": 4999, "documentNumber": "10460"}]},
        {"transactions": [{"id": 4417}, {"id": 4417}]},
        {"transactions": [{}]},
        {"transactions": [], "expenses": [{"id": 1}]},
        {"transactions": ["odd"]},
        {"transactions": {}},
        [],
        None,
    ],
)
def test_an_export_with_anything_foreign_is_refused(stub, client, answer):
    stub.on("POST", "/v4_6_release/apis/3.0/finance/accounting/export", answer)
    with pytest.raises(ManageError):
        exported(client, [4417])


@pytest.mark.parametrize("answer", [{}, {"transactions": None, "expenses": []}, {"transactions": []}])
def test_an_export_of_nothing_is_nothing(stub, client, answer):
    path = "/v4_6_release/apis/3.0/finance/accounting/export"
    stub.on("POST", path, answer)
    assert exported(client, [4417], through=date(2026, 1, 31), location_id=3) == ()
    assert stub.served(path)[0].body == {
        "batchIdentifier": "20261031KM-I",
        "glInterfaceIdentifier": "20261031KM-I",
        "thruDate": "2026-01-31T23:59:59Z",
        "summarizeInvoices": "Default",
        "exportInvoicesFlag": True,
        "exportExpensesFlag": False,
        "exportProductsFlag": False,
        "includedInvoiceIds": [4417],
        "locationId": 3,
    }


def settings_of(manage):
    return ManageSettings(f"http://{manage.host}", access.COMPANY, access.CLIENT_ID, access.PUBLIC_KEY)


def test_a_batch_without_entries_is_not_confirmed(manage, site, entries):
    manage.create_batch("B", entries, [Kind.INVOICE])
    site.records.batches[318].entry_ids.clear()
    with pytest.raises(BatchNotConfirmed):
        manage.create_batch("B", entries, [Kind.INVOICE])


def test_a_batch_of_nothing_is_refused_before_any_call(manage, site):
    for ids, kinds in (([], [Kind.INVOICE]), ([0], [Kind.INVOICE]), ([1], [])):
        with pytest.raises(ManageError):
            manage.create_batch("B", ids, kinds)
    assert site.calls == []


def test_names_like_the_wanted_one_are_counted_up(manage, site):
    assert list(islice(manage.identifiers_like(" 20261031KM-I "), 3)) == [
        "20261031KM-I",
        "20261031KM-I-1",
        "20261031KM-I-2",
    ]
    assert site.calls == []


def test_a_long_name_makes_room_for_its_number(manage):
    assert list(islice(manage.identifiers_like("B" * 50), 2)) == ["B" * 50, "B" * 48 + "-1"]


@pytest.mark.parametrize("name", ["", "  ", 'a"b', "a\\", "x" * 51, "a\nb"])
def test_a_name_that_manage_can_not_keep_is_refused_before_any_call(manage, site, name):
    calls = (
        manage.find_batch,
        lambda n: next(manage.identifiers_like(n)),
        lambda n: manage.create_batch(n, [1], [Kind.INVOICE]),
    )
    for call in calls:
        with pytest.raises(SettingsError):
            call(name)
    assert site.calls == []


def test_a_name_with_an_apostrophe_and_other_letters_works(manage, two):
    name = "Müller's 100% & more (x)"
    manage.create_batch(name, two[0].all_entry_ids, [Kind.INVOICE])
    assert manage.find_batch(name).identifier == name


def test_a_deleted_batch_gives_its_invoices_back(manage, site, two, entries):
    batch = manage.create_batch("B", entries, [Kind.INVOICE])
    manage.delete_batch(batch.id)
    assert manage.find_batch("B") is None
    assert two[0].id in site.unposted_invoice_ids()
    with pytest.raises(ManageRefused) as refused:
        manage.delete_batch(batch.id)
    assert refused.value.status == 404


def test_a_closed_batch_is_not_deleted(manage, site, entries):
    batch = manage.create_batch("B", entries, [Kind.INVOICE])
    site.close_batch(batch.id)
    with pytest.raises(ManageError, match="is closed"):
        manage.delete_batch(batch.id)
    assert manage.find_batch("B").closed
    assert calls(site, "DELETE", ".*") == 0


def test_a_deletion_whose_answer_is_lost_is_looked_at(manage, site, entries):
    batch = manage.create_batch("B", entries, [Kind.INVOICE])
    site.faults.add(Fault(FaultKind.DROP_BEFORE, method="DELETE"))
    with pytest.raises(ManageUnreachable):
        manage.delete_batch(batch.id)
    site.faults.add(Fault(FaultKind.DROP_AFTER, method="DELETE"))
    manage.delete_batch(batch.id)
    assert manage.find_batch("B") is None
    assert calls(site, "DELETE", ".*") == 2
