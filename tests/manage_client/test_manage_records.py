"""From JSON to values: what Manage leaves out, writes as text, or writes in two ways."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlpy.domain.facts.manage import NO_REF, ExportTaxLevel, Ref
from xlpy.errors import ManageError
from xlpy.manage import records
from xlpy.manage.http.answers import read_json
from xlpy.manage.row import Row

UNPOSTED = {
    "id": 90211, "billingLogId": 4417, "locationId": 2, "location": {"id": 2, "name": " Tampa Office "},
    "company": {"id": 250, "identifier": "Acme", "name": "Acme Inc."}, "accountNumber": " ACME01 ",
    "invoiceNumber": "10452", "invoiceDate": "2026-01-20T00:00:00Z", "invoiceType": "Standard",
    "billingTerms": {"id": 3, "name": "Net 30"}, "dueDays": "30", "dueDate": "2026-02-19T00:00:00Z",
    "currency": {"id": 7, "currencyCode": "USD", "numberOfDecimals": 2},
    "subTotal": Decimal("35.00"), "total": Decimal("37.45"), "taxCode": {"id": 11, "name": "FL-HILL"},
    "salesTaxAmount": Decimal("2.45"), "createdBy": "JDoe", "_info": {"lastUpdated": "2026-01-21T14:02:11Z"},
}  # fmt: skip

EXPORT = {
    "id": 4417, "glTypeId": "AR", "documentType": "INVOICE", "billingType": "Standard",
    "documentDate": "2026-01-20T00:00:00", "documentNumber": "10452", "dueDate": "2026-02-19T00:00:00", "dueDays": 30,
    "description": "Accounts Receivable", "memo": "", "company": {"id": 250, "identifier": "Acme", "name": "Acme Inc."},
    "companyAccountNumber": "ACME01", "billingTerms": {"id": 3, "name": "Net 30"}, "billingTermsXref": "30",
    "accountNumber": "1100", "glEntryIds": "90212, 90213,90214,,90213", "currency": {"id": 7, "currencyCode": "USD"},
    "total": Decimal("37.45"), "salesTax": Decimal("2.45"), "taxCode": {"id": 11, "name": "FL-HILL"},
    "customerPO": "PO 9", "taxAccountNumber": "2200", "agreementPrePaymentFlag": False, "useAvalaraFlag": None,
    "taxLevels": [
        {"taxLevel": 1, "taxCodeXref": "FL-HILL", "taxAmount": Decimal("2.10"), "taxableAmount": Decimal("35.00")},
        {"taxLevel": 2, "taxCodeXref": "FL-HILL", "taxAmount": Decimal("0.35"), "taxableAmount": Decimal("35.00")},
    ],
    "detail": [
        {"id": 90211, "glTypeId": "RP", "accountNumber": "4001:200", "description": "Taxable Products",
         "memo": "10ft patch cable", "quantity": Decimal("-5.0"), "itemPrice": 7, "total": Decimal("-35.00"),
         "cost": Decimal("1.25"), "costAccountNumber": "5001:", "inventoryAccountNumber": "1400",
         "item": {"id": 743, "identifier": "PATCH10"}, "itemDescription": "Patch cable",
         "unitOfMeasure": {"id": 13, "name": "Each"}, "dropShippedFlag": True},
        {"id": 90215, "glTypeId": "ST", "accountNumber": "2200", "quantity": 0, "total": Decimal("-2.10")},
        {"id": None, "glTypeId": "XX", "accountNumber": "2201", "total": Decimal("-0.35")},
    ],
}  # fmt: skip


def test_an_unposted_invoice_in_full():
    found = records.unposted_invoice(UNPOSTED)
    assert (found.id, found.billing_log_id, found.number) == (90211, 4417, "10452")
    assert (found.invoice_date, found.due_date) == (date(2026, 1, 20), date(2026, 2, 19))
    assert (found.company, found.bill_to) == (Ref(250, "Acme", "Acme Inc."), NO_REF)
    assert (found.account_number, found.location_id, found.location) == ("ACME01", 2, "Tampa Office")
    assert (found.terms, found.tax_code) == (Ref(3, "", "Net 30"), Ref(11, "", "FL-HILL"))
    assert (found.currency, found.decimals) == ("USD", 2)
    assert (found.subtotal, found.sales_tax, found.total) == (Decimal("35.00"), Decimal("2.45"), Decimal("37.45"))
    assert not found.avalara
    assert not found.is_credit


def test_an_exported_invoice_in_full():
    found = records.export_invoice(EXPORT)
    assert (found.id, found.document_type, found.billing_type, found.number) == (4417, "INVOICE", "Standard", "10452")
    assert (found.document_date, found.due_date, found.due_days) == (date(2026, 1, 20), date(2026, 2, 19), 30)
    assert (found.company_account_number, found.terms_xref, found.account_number) == ("ACME01", "30", "1100")
    assert found.entry_ids == (90212, 90213, 90214)
    assert found.all_entry_ids == (90211, 90212, 90213, 90214, 90215)
    assert found.tax_levels[1] == ExportTaxLevel(2, "FL-HILL", Decimal("0.35"), Decimal("35.00"))
    assert found.total + sum(line.total for line in found.lines) == 0
    assert (found.customer_po, found.tax_account_number) == ("PO 9", "2200")
    product, tax, odd = found.lines
    assert (product.quantity, product.item_price, product.cost) == (Decimal(-5), Decimal(7), Decimal("1.25"))
    assert (product.cost_account, product.inventory_account) == ("5001:", "1400")
    assert (product.item, product.unit, product.drop_shipped) == (Ref(743, "PATCH10", ""), "Each", True)
    assert tax.is_tax
    assert (odd.id, odd.gl_type, odd.item) == (0, "XX", NO_REF)


@pytest.mark.parametrize("nothing", [{}, dict.fromkeys(UNPOSTED), dict.fromkeys(EXPORT)])
def test_absent_and_null_are_the_same(nothing):
    assert records.unposted_invoice(nothing) == records.unposted_invoice({})
    assert records.export_invoice(nothing) == records.export_invoice({})
    assert records.unposted_invoice(nothing).decimals == 2
    assert records.unposted_invoice(nothing).invoice_date is None
    assert records.export_invoice(nothing).due_days is None
    assert records.export_invoice(nothing).total == 0


@pytest.mark.parametrize("kind", ["Consolidated", "SomethingOfNextYear", ""])
def test_types_that_nobody_has_seen_yet_do_not_fail_the_list(kind):
    assert records.unposted_invoice({**UNPOSTED, "invoiceType": kind}).invoice_type == kind
    assert records.export_invoice({**EXPORT, "billingType": kind, "documentType": kind}).document_type == kind


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-01-20T00:00:00Z", date(2026, 1, 20)),
        ("2026-01-20T00:00:00", date(2026, 1, 20)),
        ("2026-01-20T23:59:59.9999999Z", date(2026, 1, 20)),
        ("2026-01-20T23:30:00-08:00", date(2026, 1, 20)),  # as written: never moved to the 21st
        ("2026-01-20T00:30:00+09:00", date(2026, 1, 20)),
        ("2026-01-20", date(2026, 1, 20)),
        ("2026-01-20 00:00:00", date(2026, 1, 20)),
        ("5/1/2014 5:21:58 AM", date(2014, 5, 1)),
        ("1/18/2026 5:21:58 AM", date(2026, 1, 18)),
        ("12/31/2026", date(2026, 12, 31)),
        (" 2026-02-28 ", date(2026, 2, 28)),
        ("0001-01-01T00:00:00", None),
        ("", None),
        (None, None),
    ],
)
def test_dates_as_written(written, day):
    assert Row({"d": written}, "x").day("d") == day


@pytest.mark.parametrize("written", ["2026-02-30", "31/12/2026", "20260120", "yesterday", "1/18/26"])
def test_what_is_no_date_is_logged_and_left_out(written, caplog):
    assert Row({"d": written}, "exported invoice 10452").day("d") is None
    assert "exported invoice 10452: d is" in caplog.text


@pytest.mark.parametrize(
    ("written", "number"),
    [("30", 30), (30, 30), (" 30 ", 30), ("30.0", 30), (Decimal("30.0"), 30), ("", None), ("-5", -5)],
)
def test_whole_numbers_come_as_text_too(written, number):
    assert Row({"n": written}, "x").whole("n") == number


@pytest.mark.parametrize("written", ["thirty", "30.5", Decimal("30.5"), True, [], {}, "NaN", "1e999999999"])
def test_what_is_no_whole_number_is_refused(written):
    with pytest.raises(ManageError, match="unposted invoice 7 with a n of"):
        Row({"n": written}, "unposted invoice 7").whole("n")


@pytest.mark.parametrize(
    "written", ["12,50", "abc", True, [], {}, Decimal("NaN"), Decimal("Infinity"), "1_000", "０１"]
)
def test_money_is_never_guessed(written):
    with pytest.raises(ManageError, match="which is not an amount"):
        records.export_invoice({**EXPORT, "total": written})


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("12.50", "12.50"),
        (12, "12"),
        ("-0.01", "-0.01"),
        (Decimal("-0.0"), "0"),
        ("1e2", "100"),
        (".5", "0.5"),
        (None, "0"),
    ],
)
def test_amounts_in_any_spelling_are_exact(written, amount):
    assert Row({"a": written}, "x").amount("a") == Decimal(amount)
    assert not Row({"a": written}, "x").amount("a").is_signed() or amount.startswith("-")


@given(st.decimals(min_value=Decimal("-1e9"), max_value=Decimal("1e9"), places=4))
def test_an_amount_of_the_json_text_arrives_to_the_last_digit(amount):
    data = read_json(f'{{"total": {amount}}}'.encode())
    assert records.export_invoice(data).total == amount


@given(st.integers(min_value=-(10**15) + 1, max_value=10**15 - 1))
def test_a_whole_amount_is_exact_too(amount):
    assert records.export_invoice(json.loads(json.dumps({"total": amount}))).total == amount


@given(st.text())
def test_any_text_arrives_as_it_is_but_for_blanks_around_it(text):
    assert records.export_invoice({"memo": text}).memo == text.strip()


@pytest.mark.parametrize(("written", "yes"), [(True, True), ("true", True), ("False", False), (1, True), (None, False)])
def test_marks_in_any_spelling(written, yes):
    assert Row({"f": written}, "x").flag("f") is yes


def test_a_mark_that_says_neither_is_refused():
    with pytest.raises(ManageError, match="not yes or no"):
        Row({"f": "maybe"}, "x").flag("f")


def test_numbers_where_texts_belong_are_read_as_texts():
    found = records.export_invoice({**EXPORT, "documentNumber": 10452, "accountNumber": Decimal("1100.50")})
    assert (found.number, found.account_number) == ("10452", "1100.50")


@pytest.mark.parametrize("ids", ["", None, " , ", []])
def test_no_entry_ids_are_none(ids):
    assert records.export_invoice({**EXPORT, "glEntryIds": ids}).entry_ids == ()


@pytest.mark.parametrize(("ids", "found"), [([1, 2, None, 1], (1, 2)), (90212, (90212,)), ("7", (7,))])
def test_entry_ids_in_other_forms(ids, found):
    assert records.export_invoice({**EXPORT, "glEntryIds": ids}).entry_ids == found


def test_entry_ids_that_are_none_are_refused():
    with pytest.raises(ManageError, match="a list of ids"):
        records.export_invoice({**EXPORT, "glEntryIds": "90212;90213"})


def test_an_older_server_has_its_tax_levels_under_their_old_names():
    older = {k: v for k, v in EXPORT.items() if k != "taxLevels"}
    older |= {
        "stateTax": Decimal("2.10"),
        "stateTaxXref": "FL-HILL",
        "taxableAmount1": 35,
        "countyTax": Decimal("0.35"),
    }
    assert records.export_invoice(older).tax_levels == (
        ExportTaxLevel(1, "FL-HILL", Decimal("2.10"), Decimal(35)),
        ExportTaxLevel(2, "", Decimal("0.35"), Decimal(0)),
    )
    assert records.export_invoice({**older, "stateTax": 0, "countyTax": None}).tax_levels == ()


def test_a_nested_record_of_another_shape_is_refused():
    with pytest.raises(ManageError, match="which is not a record"):
        records.unposted_invoice({**UNPOSTED, "company": "Acme"})
    with pytest.raises(ManageError, match="which is not a list of records"):
        records.export_invoice({**EXPORT, "detail": {"id": 1}})


def test_currencies_are_known_by_both_their_codes():
    row = {"id": 7, "currencyIdentifier": "US$", "currencyCode": {"id": 1, "name": "USD"}, "numberOfDecimals": 2}
    assert records.currency_codes(row) == (("USD", "US$"), 2)
    assert records.currency_codes({"currencyIdentifier": "jpy", "numberOfDecimals": 0}) == (("JPY",), 0)
    assert records.currency_codes({"currencyIdentifier": "EUR"}) == (("EUR",), 2)
