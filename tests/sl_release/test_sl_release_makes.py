"""What the AR release makes, told one by one on the company of the cases."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sl_release_company import put, rows_of
from sl_release_entries import MAPPING, SEVEN, batch, invoice, line, messages, one
from sqlalchemy import Engine

from xlpy.demo.company.release.batch import BatchRun
from xlpy.demo.company.release.books import Books
from xlpy.demo.company.release.lines import turned_name
from xlpy.demo.company.release.run import (
    release_and_post,
    release_batch,
)
from xlpy.demo.company.release.taxes import TaxShare, prorate_groups

# --- what the AR release makes --------------------------------------------------------------------------------------


def test_a_line_of_another_company_goes_through_inter_company_accounts(company: Engine) -> None:
    put(company, "vs_company", SEVEN)
    put(company, "vs_intercompany", MAPPING)
    invoice(company)
    line(company, CpnyID="0070")
    batch(company)
    outcome = release_and_post(company, "AR", "000101")
    assert (outcome.status, outcome.messages, outcome.posting.situations) == ("P", (), ())
    found = {(r["CpnyID"], r["Acct"], r["TranType"], r["DrAmt"], r["CrAmt"]) for r in rows_of(company, "GLTran")}
    assert found == {
        ("0060", "1100", "IN", 100, 0),
        ("0070", "4000", "IN", 0, 100),
        ("0060", "1000", "IC", 0, 100),
        ("0070", "2000", "IC", 100, 0),
    }
    assert one(company, "Batch")["CrTot"] == 100


def test_a_later_period_waits_for_its_posting(company: Engine) -> None:
    invoice(company, PerPost="202407")
    line(company, PerPost="202407")
    batch(company, PerPost="202407")
    outcome = release_and_post(company, "AR", "000101")
    assert (outcome.status, outcome.posting.situations) == ("U", ("6035",))
    assert (one(company, "AR_Balances")["CurrBal"], one(company, "AR_Balances")["FutureBal"]) == (0, 100)
    put(company, "GLSetup", {"SetupId": "GL", "PerNbr": "202407"})
    assert release_and_post(company, "AR", "000101").posting.status == "P"
    assert one(company, "AcctHist", Acct="4000")["YtdBal06"] == 100
    assert rows_of(company, "WrkPostBad") == []


def test_a_blank_period_is_released_and_never_posted(company: Engine) -> None:
    invoice(company)
    line(company)
    batch(company, PerPost="")
    outcome = release_and_post(company, "AR", "000101")
    assert (outcome.release.status, outcome.status, outcome.posting.situations) == ("U", "U", ("6035", "6035"))


def test_a_cash_sale_is_closed_and_owes_nothing(company: Engine) -> None:
    invoice(company, DocType="CS", BankAcct="1000")
    line(company, TranType="CS")
    batch(company)
    assert release_and_post(company, "AR", "000101").status == "P"
    doc = one(company, "ARDoc")
    assert (doc["OpenDoc"], doc["DocBal"], doc["PerClosed"]) == (0, 0, "202406")
    assert one(company, "AR_Balances")["CurrBal"] == 0
    assert one(company, "AcctHist", Acct="1000")["PtdBal05"] == 100


def test_the_release_of_an_earlier_period_goes_to_that_period(company: Engine) -> None:
    invoice(company)
    line(company)
    batch(company, PerPost="202404")
    assert release_and_post(company, "AR", "000101").status == "P"
    revenue = one(company, "AcctHist", Acct="4000")
    assert (revenue["PtdBal03"], revenue["YtdBal03"], revenue["YtdBal05"], revenue["YtdBal06"]) == (100, 100, 100, 0)


def test_customer_history_opens_the_next_year_with_the_balance(company: Engine) -> None:
    invoice(company)
    line(company)
    batch(company, PerPost="202312")
    assert messages(company) == ("U", [])
    old, new = sorted(rows_of(company, "ARHist"), key=lambda row: row["FiscYr"])
    assert (old["FiscYr"], old["PTDSales11"], old["YtdSales"]) == ("2023", 100, 100)
    assert (new["FiscYr"], new["BegBal"], new["YtdSales"]) == ("2024", 100, 0)


def test_commission_and_sales_go_to_the_salesperson(company: Engine) -> None:
    put(company, "CustSlsper", {"CustID": "C100", "SlsperID": "SP1", "CreditPct": "12.5"})
    invoice(company, SlsperId="SP1")
    line(company, SlsperId="SP1")
    batch(company)
    assert messages(company) == ("U", [])
    assert (one(company, "ARDoc")["CmmnAmt"], one(company, "ARDoc")["CmmnPct"]) == (Decimal("12.5"), Decimal("12.5"))
    assert one(company, "SlsPerHist")["PtdSls05"] == 100


def test_a_summary_keeps_the_free_fields_of_its_first_line(company: Engine) -> None:
    put(company, "ARSetup", {"SetupId": "AR", "GLPostOpt": "S"})
    invoice(company)
    line(company, "60", User1="FIRST", LineNbr=1)
    line(company, "40", User1="SECOND", LineNbr=2)
    batch(company)
    assert messages(company) == ("U", [])
    summary = one(company, "GLTran", Acct="4000")
    assert (summary["User1"], summary["CrAmt"], summary["Qty"]) == ("FIRST", 100, 2)


def test_taxes_by_themselves_may_share_a_reference_when_they_differ(company: Engine) -> None:
    for doc_type, side, tax in (("IN", "C", "STATE"), ("CM", "D", "CITY")):
        invoice(company, "106", DocType=doc_type, TaxId00=tax, TaxTot00="6", CuryTaxTot00="6")
        line(company, TranType=doc_type, DrCr=side)
    batch(company, "212")
    assert messages(company) == ("U", [])
    assert {row["TaxId"] for row in rows_of(company, "HistDocSlsTax")} == {"STATE", "CITY"}


def test_a_tax_that_the_history_has_already_rolls_the_release_back(company: Engine) -> None:
    put(company, "HistDocSlsTax", {"TaxId": "STATE", "YrMon": "202406", "DocType": "IN", "RefNbr": "000102"})
    invoice(company, "106", TaxId00="STATE", TaxTot00="6", CuryTaxTot00="6")
    line(company)
    batch(company, "106")
    result = release_batch(company, "AR", "000101")
    assert (result.status, result.messages) == ("B", ())
    assert "2627" in str(result.error)
    assert rows_of(company, "GLTran") == rows_of(company, "AR_Balances") == []


def test_an_item_tax_inside_the_price_reduces_the_line(company: Engine) -> None:
    put(company, "SalesTax", ITEM_TAX | {"PrcTaxIncl": "Y"})
    invoice(company, "110", TaxId00="ITEM", TaxTot00="10", CuryTaxTot00="10")
    line(company, "110", TaxId00="ITEM", TaxAmt00="10", CuryTaxAmt00="10", TxblAmt00="100")
    batch(company, "110")
    assert messages(company) == ("U", [])
    assert {(row["Acct"], row["CrAmt"]) for row in rows_of(company, "GLTran")} == {
        ("4000", 100),
        ("2200", 10),
        ("1100", 0),
    }


ITEM_TAX = {
    "TaxType": "T",
    "TaxId": "ITEM",
    "TaxRate": "10",
    "TaxCalcType": "I",
    "CatFlg": "A",
    "PrcTaxIncl": "N",
    "SlsTaxAcct": "2200",
    "SlsTaxSub": "000000",
}


@pytest.mark.parametrize(
    ("flag", "excepted", "category", "released"),
    [
        ("A", "TAXABLE", "TAXABLE", False),  # all but the exceptions
        ("A", "OTHER", "TAXABLE", True),
        ("N", "TAXABLE", "TAXABLE", True),  # none but the exceptions
        ("N", "OTHER", "TAXABLE", False),
        ("A", "TAXABLE", "", True),  # no category: it applies
        ("A", "", "UNKNOWN", False),  # a category that SL does not have
    ],
)
def test_an_item_tax_looks_at_the_category_of_the_line(
    company: Engine, flag: str, excepted: str, category: str, released: bool
) -> None:
    put(company, "SalesTax", ITEM_TAX | {"CatFlg": flag, "CatExcept00": excepted})
    invoice(company, "110")
    line(company, TaxId00="ITEM", TaxAmt00="10", CuryTaxAmt00="10", TaxCat=category)
    batch(company, "110")
    assert messages(company) == (("U", []) if released else ("B", [8888]))


def test_a_group_of_no_rate_takes_its_amounts_from_the_rates(company: Engine) -> None:
    put(company, "SalesTax", {"TaxType": "T", "TaxId": "CITY", "TaxRate": "-6"})
    invoice(company, "100", TaxId00="LOCAL-G", TxblTot00="100", CuryTxblTot00="100", TaxCntr00=1)
    line(company)
    batch(company)
    assert messages(company) == ("U", [])
    taxes = {row["Acct"]: row["TranAmt"] for row in rows_of(company, "ARTran", TranClass="T")}
    assert taxes == {"2200": 6, "2210": -6}


def test_the_first_name_of_a_person_is_lost_in_descriptions() -> None:
    assert turned_name("Doe~Jane") == " Doe"
    assert turned_name("Contoso Ltd") == "Contoso Ltd"
    assert turned_name("A" * 55 + "~Jane") == "Jane " + "A" * 55


@settings(max_examples=60, deadline=None)
@given(
    total=st.decimals("-9999.99", "9999.99", places=2),
    rates=st.lists(st.decimals("0.001", "30", places=3), min_size=1, max_size=6),
)
def test_the_shares_of_a_group_add_up_to_its_total(total: Decimal, rates: list[Decimal]) -> None:
    run = BatchRun(Books(None), "AR", "1", "X", {"BaseCuryId": "USD"}, None, {"USD": 2})  # type: ignore[arg-type]
    shares = [
        TaxShare(
            1,
            "IN",
            "1",
            "C",
            "0060",
            {"TaxId": f"T{n}", "TaxRate": rate},
            "G",
            "202406",
            "USD",
            total,
            total,
            total,
            total,
        )
        for n, rate in enumerate(rates)
    ]
    prorate_groups(run, shares)
    assert sum(share.total for share in shares) == sum(share.cury_total for share in shares) == total
    for share in shares[1:]:
        exact = total * share.tax["TaxRate"] / sum(rates)
        assert abs(share.total - exact) <= Decimal("0.0051")
