"""The GL export: signs, levels, oddities and what it leaves out."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal

import pytest

from xlpy.demo import firm
from xlpy.demo.site.making.generate import generate_site


def by_type(transactions, billing_type):
    return [t for t in transactions if t["billingType"] == billing_type]


def test_every_document_balances_to_the_cent(caller):
    transactions = caller.export()
    assert len(transactions) == 60
    for transaction in transactions:
        assert transaction["total"] + sum(line["total"] for line in transaction["detail"]) == 0


def test_every_line_is_quantity_times_price(caller):
    for transaction in caller.export():
        for line in transaction["detail"]:
            if line["glTypeId"] != "ST":
                assert line["quantity"] * line["itemPrice"] == line["total"]
                assert line["quantity"] < 0


def test_on_an_invoice_header_and_price_are_positive_and_lines_negative(caller):
    for billing_type in ("Standard", "Agreement", "DownPayment", "Progress"):
        transaction = by_type(caller.export(), billing_type)[0]
        assert transaction["documentType"] == "INVOICE"
        assert transaction["total"] > 0
        assert all(line["total"] < 0 for line in transaction["detail"])
        assert all(line["itemPrice"] > 0 for line in transaction["detail"] if line["glTypeId"] != "ST")
        assert transaction["salesTax"] >= 0


@pytest.mark.parametrize("negative", [True, False])
def test_a_credit_memo_turns_the_lines_and_the_switch_turns_the_header(caller, site, negative):
    site.negative_credit_headers = negative
    credits_ = by_type(caller.export(), "CreditMemo")
    assert any(transaction.get("taxLevels") for transaction in credits_)
    for transaction in credits_:
        assert transaction["documentType"] == "CREDIT MEMO"
        assert (transaction["total"] < 0) is negative
        assert all((level["taxAmount"] < 0) is negative for level in transaction.get("taxLevels", []))
        assert sum(line["total"] for line in transaction["detail"]) == abs(transaction["total"])
        first = transaction["detail"][0]
        assert first["total"] > 0
        assert first["itemPrice"] < 0
        assert first["quantity"] < 0


def test_tax_levels_and_tax_lines_and_sales_tax_agree(caller):
    rate_of = {tax.tax_id: tax.rate for tax in firm.TAXES}
    rates = {code.code: [rate_of[agency] for agency in code.agencies] for code in firm.TAX_CODES}
    taxed = [t for t in caller.export() if t.get("taxLevels")]
    assert {t["taxLevels"][0]["taxCodeXref"] for t in taxed} == set(rates)
    for transaction in taxed:
        levels = transaction["taxLevels"]
        lines = [line for line in transaction["detail"] if line["glTypeId"] == "ST"]
        assert len(levels) == len(rates[levels[0]["taxCodeXref"]])
        assert transaction["salesTax"] == sum(level["taxAmount"] for level in levels)
        assert transaction["salesTax"] == -sum(line["total"] for line in lines)
        for level, rate in zip(levels, rates[levels[0]["taxCodeXref"]], strict=True):
            assert level["taxableAmount"] == transaction["taxableTotal"]
            assert abs(level["taxAmount"] - level["taxableAmount"] * rate / 100) <= Decimal("0.005")
        for line in lines:
            assert line["taxCodeXref"] == ""
            assert line["quantity"] == 0
            level = int(line["description"].split()[1])
            assert line["taxRatePercent"] == rates[levels[0]["taxCodeXref"]][level - 1] == line["taxRate"] * 100


def test_six_levels_are_exact_to_the_cent_each(caller):
    port = [t for t in caller.export() if len(t.get("taxLevels", [])) == 6]
    assert port
    rounded = 0
    for transaction in port:
        for level, percent in zip(transaction["taxLevels"], ("6", "1", "0.5", "0.25", "0.15", "0.1"), strict=True):
            exact = level["taxableAmount"] * Decimal(percent) / 100
            assert level["taxAmount"] == exact.quantize(Decimal("0.01"), ROUND_HALF_UP)
            rounded += level["taxAmount"] != exact
    assert rounded  # else SL's split of the sum could not differ from the levels, and the demo would not show it


def test_the_name_of_a_tax_code_is_not_always_its_code(caller):
    names = {t["taxCode"]["id"]: t["taxCode"]["name"] for t in caller.export() if "taxCode" in t}
    assert names[12] == "FL-ORNG"
    assert names[11] == "Hillsborough"


def test_a_down_payment_goes_to_the_deposit_account_and_comes_back_with_the_other_sign(caller):
    lines = [
        (t["billingType"], line["total"]) for t in caller.export() for line in t["detail"] if line["glTypeId"] == "RD"
    ]
    assert ("DownPayment", Decimal(-1500)) in lines
    assert ("Standard", Decimal(1500)) in lines
    accounts = {line["accountNumber"] for t in caller.export() for line in t["detail"] if line["glTypeId"] == "RD"}
    assert accounts == {"2300:000:00"}
    applied = caller.get("/finance/invoices", conditions="downpaymentApplied > 0")
    assert [invoice["downpaymentApplied"] for invoice in applied] == [Decimal(1500)]


def test_the_account_of_the_company_is_taken_live(caller, site):
    nova = firm.COMPANY_WITHOUT_ACCOUNT

    def accounts():
        return {t["companyAccountNumber"] for t in caller.export() if t["company"]["id"] == nova}

    assert accounts() == {""}
    site.set_company_account(nova, firm.ACCOUNT_TO_GIVE)
    assert accounts() == {firm.ACCOUNT_TO_GIVE}


def test_foreign_customers_have_their_currency_and_receivable_account(caller):
    found = Counter((t["currency"]["currencyCode"], t["accountNumber"]) for t in caller.export())
    assert set(found) == {("USD", "1100"), ("EUR", "1110"), ("GBP", "1110")}


def test_cost_is_on_the_line_of_the_stock_item_only(caller):
    lines = [line for t in caller.export() for line in t["detail"] if line.get("cost")]
    (line,) = lines
    assert (line["costAccountNumber"], line["inventoryAccountNumber"]) == ("5200:300:TP", "1400:000:00")
    assert line["cost"] == -line["quantity"] * line["itemCost"] == Decimal("105.00")
    assert caller.get(f"/procurement/catalog/{line['item']['id']}")["productClass"] == "Inventory"


def test_an_avalara_invoice_has_no_levels(caller):
    (transaction,) = [t for t in caller.export() if t["useAvalaraFlag"]]
    assert "taxLevels" not in transaction
    row = next(r for r in caller.get("/finance/accounting/unpostedinvoices", pageSize=1000) if r["avalaraTaxFlag"])
    assert row["billingLogId"] == transaction["id"]


def test_without_a_date_only_what_is_dated_until_today_comes(caller, site):
    site.clock = lambda: datetime(2026, 10, 10, 23, 0, tzinfo=UTC)
    transactions = caller.post("/finance/accounting/export", {"exportInvoicesFlag": True})["transactions"]
    due = {i.id for i in site.records.invoices.values() if i.invoice_date <= date(2026, 10, 10)}
    assert {t["id"] for t in transactions} == due
    assert 0 < len(due) < 57
    assert len(caller.export(thruDate="2026-10-31T23:59:59Z")) == 57  # without those of November


def test_location_and_lists_choose(caller):
    orlando = caller.export(locationId=3)
    assert orlando
    assert {t["detail"][0]["accountNumber"][-2:] for t in orlando} <= {"OR", "00"}
    assert len(caller.export(locationId=0)) == 60
    assert [t["id"] for t in caller.export(includedInvoiceIds=[4405, 4402, 999])] == [4402, 4405]
    assert len(caller.export(excludedInvoiceIds=[4405])) == 59


def test_condensed_lines_still_add_up_and_no_entry_is_lost(caller, entry_ids):
    by_id = {t["id"]: t for t in caller.export()}
    condensed = {t["id"]: t for t in caller.export(summarizeInvoices="Condensed")}
    assert sum(len(t["detail"]) for t in condensed.values()) < sum(len(t["detail"]) for t in by_id.values())
    for number, transaction in condensed.items():
        assert transaction["total"] + sum(line["total"] for line in transaction["detail"]) == 0
        assert set(entry_ids(transaction)) == set(entry_ids(by_id[number]))


def test_detailed_lines_name_the_time_entry(caller):
    lines = [line for t in caller.export(summarizeInvoices="Detailed") for line in t["detail"]]
    assert any("timeEntry" in line for line in lines)
    assert not any("timeEntry" in line for t in caller.export() for line in t["detail"])


def test_the_export_marks_nothing(caller, site):
    before = site.unposted_invoice_ids()
    assert caller.export() == caller.export()
    assert site.unposted_invoice_ids() == before


def test_the_customers_of_the_export_have_rates_in_percent_and_no_agency(caller):
    body = {"exportInvoicesFlag": True, "thruDate": "2026-12-31T23:59:59Z"}
    customers = caller.post("/finance/accounting/export", body)["customers"]
    acme = next(c for c in customers if c["company"]["identifier"] == "Acme")
    assert acme["stateTaxRate"] == 6
    assert acme["taxLevels"][0]["taxRate"] == Decimal("0.06")
    assert acme["taxAgencyXref"] == "ACME01"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "exportInvoicesFlag"),
        ({"exportInvoicesFlag": False}, "exportInvoicesFlag"),
        ({"exportInvoicesFlag": True, "includedInvoiceIds": []}, "includedInvoiceIds"),
        ({"exportInvoicesFlag": True, "includedInvoiceIds": ["4401"]}, "includedInvoiceIds"),
        ({"exportInvoicesFlag": True, "summarizeInvoices": "Brief"}, "summarizeInvoices"),
        ({"exportInvoicesFlag": "yes"}, "exportInvoicesFlag"),
        ({"exportInvoicesFlag": True, "batchIdentifier": "x" * 51}, "batchIdentifier"),
        ({"exportInvoicesFlag": True, "exportInvoices": True}, "exportInvoices"),
    ],
)
def test_a_request_that_makes_no_sense_is_refused_by_its_field(caller, body, field):
    refusal = caller.refusal("POST", "/finance/accounting/export", 400, json=body)
    assert refusal["code"] == "InvalidObject"
    assert refusal["errors"][0]["field"] == field


def test_a_body_that_is_no_json_is_refused(caller):
    caller.refusal("POST", "/finance/accounting/export", 400, data=b"{not json")
    caller.refusal("POST", "/finance/accounting/export", 400, json=[])
    caller.refusal("POST", "/finance/accounting/export", 400, json={"exportInvoicesFlag": True, "thruDate": "soon"})


def test_numbers_on_the_wire_are_exact_decimals(caller):
    text = caller.ask("GET", "/finance/taxCodes/13/taxCodeLevels").text
    assert '"taxRate":0.0025,' in text
    export = caller.ask(
        "POST", "/finance/accounting/export", json={"exportInvoicesFlag": True, "thruDate": "2026-12-31T00:00:00Z"}
    ).text
    assert '"total":-86.97,' in export
    assert ":-0.00" not in export
    assert re.search(r":-?[0-9.]+e", export, re.IGNORECASE) is None


def test_a_large_site_exports_balanced_documents_too():
    site = generate_site(invoices=2_000, mistakes=False, seed=7)
    for invoice in site.records.invoices.values():
        assert sum(part.amount for part in invoice.receivable) == sum(line.amount for line in invoice.lines)
        assert sum(level.tax for level in invoice.levels) == invoice.sales_tax
        assert all(line.quantity * line.price == line.amount for line in invoice.lines if line.gl_type != "ST")
