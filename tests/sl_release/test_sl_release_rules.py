"""Each check of the AR and GL release, and what the release makes, told one by one on the company of the cases."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sl_release_company import put, rows_of
from sqlalchemy import Engine

from xlpy.demo.company.release.batch import BatchRun
from xlpy.demo.company.release.books import Books
from xlpy.demo.company.release.journal import day_after_period, next_period
from xlpy.demo.company.release.lines import turned_name
from xlpy.demo.company.release.run import (
    release_and_post,
    release_batch,
    release_everything,
    void_batch,
)
from xlpy.demo.company.release.taxes import TaxShare, prorate_groups
from xlpy.demo.company.release_ar.run import number_before
from xlpy.errors import SlError

SEVEN = {"CpnyID": "0070", "CpnyCOA": "0060", "CpnySub": "0060", "Active": 1, "DatabaseName": "slapp"}
MAPPING = {
    "FromCompany": "0060",
    "ToCompany": "0070",
    "Module": "**",
    "Screen": "ALL",
    "FromAcct": "1000",
    "FromSub": "000000",
    "ToAcct": "2000",
    "ToSub": "000000",
}


def invoice(company: Engine, total: str = "100", **doc: Any) -> None:
    """Put an invoice of one line; lines and batch are put by the test that wants others."""
    put(company, "ARDoc", {"OrigDocAmt": total, "CuryOrigDocAmt": total, "DocBal": total, "CuryDocBal": total} | doc)


def line(company: Engine, total: str = "100", **values: Any) -> None:
    put(company, "ARTran", {"TranAmt": total, "CuryTranAmt": total, "UnitPrice": total} | values)


def batch(company: Engine, total: str = "100", **values: Any) -> None:
    given_batch = {"Module": "AR", "JrnlType": "AR", "EditScrnNbr": "08010", "Crtd_Prog": "08010"}
    put(company, "Batch", given_batch | {"CrTot": total, "CuryCrTot": total, "CtrlTot": total} | values)


def journal(company: Engine, *lines: dict[str, Any], total: str = "100", **values: Any) -> None:
    given_batch = {"Module": "GL", "JrnlType": "GJ", "EditScrnNbr": "01010", "Crtd_Prog": "01010", "BalanceType": "A"}
    totals = {"CrTot": total, "DrTot": total, "CuryCrTot": total, "CuryDrTot": total}
    put(company, "Batch", given_batch | totals | values)
    for number, given_line in enumerate(lines, start=1):
        put(company, "GLTran", {"LineNbr": number, "LineId": number} | given_line)


def debit(acct: str, amount: str, **values: Any) -> dict[str, Any]:
    return {"Acct": acct, "DrAmt": amount, "CuryDrAmt": amount} | values


def credit(acct: str, amount: str, **values: Any) -> dict[str, Any]:
    return {"Acct": acct, "CrAmt": amount, "CuryCrAmt": amount} | values


def messages(company: Engine, module: str = "AR") -> tuple[str, list[int]]:
    result = release_batch(company, module, "000101")
    assert result.error is None
    return result.status, [message.msg_id for message in result.messages]


def one(company: Engine, name: str, **equal: Any) -> dict[str, Any]:
    (row,) = rows_of(company, name, **equal)
    return row


# --- checks of the AR release ---------------------------------------------------------------------------------------


def test_an_invoice_without_lines_is_rejected(company: Engine) -> None:
    invoice(company)
    batch(company)
    assert messages(company) == ("S", [12125])


def test_an_old_line_with_the_same_reference_hides_that_the_lines_are_missing(company: Engine) -> None:
    invoice(company)
    line(company, BatNbr="000050", CustId="C200")
    batch(company)
    assert messages(company) == ("B", [8888])


def test_a_line_without_document_is_rejected(company: Engine) -> None:
    invoice(company)
    line(company)
    line(company, RefNbr="000999")
    batch(company)
    assert messages(company) == ("S", [12126])


def test_a_memo_line_without_document_is_no_reason_to_reject(company: Engine) -> None:
    invoice(company)
    line(company)
    line(company, RefNbr="000999", TranType="CM", DrCr="D")
    batch(company)
    assert messages(company) == ("U", [])
    assert len(rows_of(company, "GLTran", BatNbr="000101")) == 2


def test_every_reason_is_given_at_once(company: Engine) -> None:
    invoice(company, CustId="", TaxId00="NOTAX")
    line(company, CustId="", Sub="", CuryTranAmt="99")
    batch(company, "90")
    assert messages(company) == ("S", [12347, 12348, 6929, 12124, 12123])


def test_the_same_reason_twice_ends_the_release_and_leaves_the_status(company: Engine) -> None:
    invoice(company, BankAcct="")
    line(company, Acct="")
    batch(company)
    result = release_batch(company, "AR", "000101")
    assert result.status == "B"
    assert "2627" in str(result.error)
    assert [message.msg_id for message in result.messages] == [6928]


def test_a_rejected_batch_goes_through_once_it_is_mended(company: Engine) -> None:
    invoice(company, BankSub="")
    line(company)
    batch(company)
    assert messages(company) == ("S", [6929])
    invoice(company, BankSub="000000")
    assert messages(company) == ("U", [])
    assert rows_of(company, "WrkReleaseBad") == []


def test_instalments_that_are_there_satisfy_instalment_terms(company: Engine) -> None:
    put(company, "Terms", {"TermsId": "M1", "TermsType": "M"})
    put(company, "DocTerms", {"DocType": "IN", "RefNbr": "000102"})
    invoice(company, Terms="M1")
    line(company)
    batch(company)
    assert messages(company) == ("U", [])


def test_currency_and_base_may_differ_only_in_foreign_currency(company: Engine) -> None:
    put(company, "CMSetup", {"SetupId": "CM", "MCActivated": 1})
    put(company, "Currncy", {"CuryId": "EUR", "DecPl": 2})
    invoice(company, "110", CuryId="EUR", CuryOrigDocAmt="100", CuryDocBal="100", CuryRate="1.1")
    line(company, "110", CuryId="EUR", CuryTranAmt="100", CuryRate="1.1")
    batch(company, "110", CuryId="EUR", CuryCrTot="100", CuryRate="1.1")
    assert messages(company) == ("U", [])
    assert one(company, "AR_Balances")["CurrBal"] == Decimal(110)


def test_a_document_in_an_unknown_currency_is_rejected_when_currencies_are_managed(company: Engine) -> None:
    put(company, "CMSetup", {"SetupId": "CM", "MCActivated": 1})
    invoice(company, CuryId="XXX")
    line(company)
    batch(company)
    assert messages(company) == ("S", [8058])


def test_an_unknown_currency_becomes_base_currency_without_currency_manager(company: Engine) -> None:
    invoice(company, CuryId="EUR", CuryRate="1.1")
    line(company, CuryId="EUR", CuryRate="1.1")
    batch(company)
    assert messages(company) == ("U", [])
    assert (one(company, "ARDoc")["CuryId"], one(company, "ARDoc")["CuryRate"]) == ("USD", 1)


def test_the_batch_total_must_be_that_of_the_documents(company: Engine) -> None:
    invoice(company)
    line(company)
    batch(company, CuryCrTot="100.01")
    assert messages(company) == ("S", [12123])


def test_a_base_total_that_differs_is_only_replaced(company: Engine) -> None:
    invoice(company)
    line(company)
    batch(company, CrTot="70", CtrlTot="60")
    assert messages(company) == ("U", [])
    assert one(company, "Batch")["CrTot"] == one(company, "Batch")["CtrlTot"] == 100


def application(company: Engine, **values: Any) -> None:
    """Put a payment of 40 that is applied to invoice 000050."""
    invoice(company, "40", DocType="PA", DocClass="P", RefNbr="000900", BankAcct="1000", ApplBatNbr="000101")
    applied = {"CostType": "IN", "SiteId": "000050", "DrCr": "U", "TranType": "PA", "RefNbr": "000900", "Acct": "1100"}
    line(company, "40", **(applied | {"CnvFact": "0", "UnitPrice": "0"} | values))
    batch(company, "40", EditScrnNbr="08030", Crtd_Prog="08030")


def test_a_payment_for_an_unreleased_invoice_is_rejected(company: Engine) -> None:
    invoice(company, RefNbr="000050", BatNbr="000090")
    application(company)
    assert messages(company) == ("S", [12306])


def test_a_payment_becomes_an_application_and_its_line_goes(company: Engine) -> None:
    invoice(company, RefNbr="000050", BatNbr="000090", Rlsed=1)
    application(company)
    assert messages(company) == ("U", [])
    row = one(company, "ARAdjust")
    assert (row["AdjdRefNbr"], row["AdjgRefNbr"], row["AdjAmt"], row["CuryRGOLAmt"]) == ("000050", "000900", 40, 0)
    assert one(company, "ARDoc", RefNbr="000050")["DocBal"] == 60
    assert {line["DrCr"] for line in rows_of(company, "ARTran", BatNbr="000101")} == {"C", "D"}


def test_a_write_off_without_application_disappears_from_a_payment_batch(company: Engine) -> None:
    invoice(company, RefNbr="000050", BatNbr="000090", Rlsed=1)
    application(company)
    invoice(company, "3", DocType="SB", DocClass="P", RefNbr="000901", BankAcct="6000", BatSeq=2)
    assert messages(company) == ("U", [])
    assert rows_of(company, "ARDoc", DocType="SB") == []


def test_a_payment_must_be_in_the_currency_of_the_account(company: Engine) -> None:
    put(company, "Account", {"Acct": "1100", "CuryId": "EUR"})
    invoice(company, RefNbr="000050", BatNbr="000090", Rlsed=1)
    application(company)
    assert messages(company) == ("S", [12427])


def test_a_reversal_waits_for_its_accrual(company: Engine) -> None:
    invoice(company, DocType="AD", BatNbr="000090")
    invoice(company, DocType="RA")
    batch(company)
    assert messages(company) == ("S", [12426])


def test_a_batch_is_released_once(company: Engine) -> None:
    invoice(company)
    line(company)
    batch(company)
    assert messages(company) == ("U", [])
    before = rows_of(company, "GLTran")
    assert messages(company) == ("U", [12008])
    assert release_and_post(company, "AR", "000101").status == "P"
    assert messages(company) == ("P", [12008])
    assert len(rows_of(company, "GLTran")) == len(before)
    assert one(company, "AR_Balances")["CurrBal"] == 100


def test_a_missing_batch_is_told(company: Engine) -> None:
    assert messages(company) == ("", [12319])
    assert messages(company, "GL") == ("", [835])


def test_a_payment_screen_makes_no_receivable_for_an_invoice(company: Engine) -> None:
    invoice(company)
    line(company)
    batch(company, EditScrnNbr="08050")
    assert messages(company) == ("B", [8888])
    assert [row["Rlsed"] for row in rows_of(company, "ARDoc") + rows_of(company, "ARTran")] == [0, 0]


def test_a_batch_on_hold_is_released_too(company: Engine) -> None:
    invoice(company)
    line(company)
    batch(company, Status="H")
    assert messages(company) == ("U", [])


def test_without_its_ledger_the_batch_is_rolled_back(company: Engine) -> None:
    put(company, "GLSetup", {"SetupId": "GL", "LedgerID": "NOPE"})
    invoice(company)
    line(company)
    batch(company)
    assert messages(company) == ("B", [8888])


def test_only_modules_that_are_here_are_released(company: Engine) -> None:
    with pytest.raises(SlError, match="CA 000101"):
        release_batch(company, "CA", "000101")


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


# --- void -----------------------------------------------------------------------------------------------------------


def test_a_voided_batch_loses_its_documents_and_keeps_its_numbers(company: Engine) -> None:
    put(company, "ARSetup", {"SetupId": "AR", "LastRefNbr": "000500", "AutoRef": 1})
    for number in ("000310", "000300"):
        invoice(company, RefNbr=number)
        line(company, RefNbr=number)
        put(company, "RefNbr", {"RefNbr": number})
    batch(company, "200")
    assert void_batch(company, "AR", "000101").status == "V"
    assert rows_of(company, "ARDoc") == rows_of(company, "ARTran") == []
    assert {row["RefNbr"] for row in rows_of(company, "RefNbr")} == {"000300", "000310"}
    assert one(company, "ARSetup")["LastRefNbr"] == "000299"
    assert (one(company, "Batch")["Rlsed"], one(company, "Batch")["CrTot"]) == (1, 200)
    with pytest.raises(SlError, match="000101"):
        void_batch(company, "AR", "000101")


def test_with_own_numbers_a_void_leaves_the_counter(company: Engine) -> None:
    put(company, "ARSetup", {"SetupId": "AR", "LastRefNbr": "000500", "AutoRef": 0})
    invoice(company)
    line(company)
    batch(company)
    void_batch(company, "AR", "000101")
    assert one(company, "ARSetup")["LastRefNbr"] == "000500"


@pytest.mark.parametrize(
    ("number", "before"), [("000300", "000299"), ("000001", "000000"), ("A10", "A09"), ("ABC", "ABC"), ("000", "999")]
)
def test_the_number_before(number: str, before: str) -> None:
    assert number_before(number) == before


def test_a_voided_journal_is_not_released(company: Engine) -> None:
    journal(company, debit("6000", "100"), credit("1000", "100"))
    assert void_batch(company, "GL", "000101").status == "V"
    assert messages(company, "GL") == ("V", [832])


# --- journals -------------------------------------------------------------------------------------------------------


def test_only_balanced_journals_are_released(company: Engine) -> None:
    journal(company, debit("6000", "100"), credit("1000", "100"), Status="H")
    assert messages(company, "GL") == ("H", [832])


def test_a_one_sided_journal_balances_with_one_side(company: Engine) -> None:
    journal(company, debit("6000", "100"), BatType="J")
    assert messages(company, "GL") == ("U", [])


def test_a_reversing_journal_is_made_for_the_next_period(company: Engine) -> None:
    put(company, "GLSetup", {"SetupId": "GL", "AutoRevOpt": "R", "LastBatNbr": "000101"})
    journal(company, debit("6000", "100"), credit("1000", "100"), AutoRev=1)
    assert release_and_post(company, "GL", "000101").status == "P"
    reversing = one(company, "Batch", BatNbr="000102")
    assert (reversing["Status"], reversing["PerPost"], reversing["AutoRev"], reversing["AutoRevCopy"]) == (
        "U",
        "202407",
        0,
        1,
    )
    lines = {
        (row["Acct"], row["DrAmt"], row["CrAmt"], row["TranDate"])
        for row in rows_of(company, "GLTran", BatNbr="000102")
    }
    assert lines == {("6000", 0, 100, date(2024, 7, 1)), ("1000", 100, 0, date(2024, 7, 1))}
    assert one(company, "Batch", BatNbr="000101")["AutoRev"] == 0


def test_a_template_is_copied_and_stays_on_hold(company: Engine) -> None:
    journal(company, debit("6000", "100"), credit("1000", "100"), BatType="M")
    assert messages(company, "GL") == ("H", [])
    copy = one(company, "Batch", BatNbr="000001")
    assert (copy["Status"], copy["BatType"], copy["OrigBatNbr"]) == ("U", "N", "000101")
    assert len(rows_of(company, "GLTran", BatNbr="000001")) == 2


def test_a_journal_between_companies_is_balanced_by_inter_company_lines(company: Engine) -> None:
    put(company, "vs_company", SEVEN)
    put(company, "vs_intercompany", MAPPING)
    journal(company, debit("6000", "100", CpnyID="0070"), credit("1100", "100"))
    outcome = release_and_post(company, "GL", "000101")
    assert (outcome.status, outcome.posting.situations) == ("P", ())
    for cpny_id in ("0060", "0070"):
        own = rows_of(company, "GLTran", CpnyID=cpny_id)
        assert sum(row["DrAmt"] for row in own) == sum(row["CrAmt"] for row in own) == 100
    assert one(company, "Batch")["CrTot"] == 200


def test_base_amounts_of_a_foreign_journal_are_rounded_to_the_batch(company: Engine) -> None:
    put(company, "Currncy", {"CuryId": "EUR", "DecPl": 2})
    euro = {"CuryId": "EUR", "CuryRate": "1.1022", "LineId": 0}
    journal(
        company,
        debit("6000", "3.67", CuryDrAmt="3.33", **euro),
        debit("6100", "7.36", CuryDrAmt="6.67", **euro),
        credit("1000", "11.02", CuryCrAmt="10", **euro),
        total="11.02",
        CuryId="EUR",
        CuryCrTot="10",
        CuryDrTot="10",
    )
    assert release_and_post(company, "GL", "000101").status == "P"
    assert one(company, "GLTran", Acct="6000")["DrAmt"] == Decimal("3.66")


@pytest.mark.parametrize(
    ("period", "periods", "following"), [("202406", 12, "202407"), ("202412", 12, "202501"), ("202412", 13, "202413")]
)
def test_the_next_period(period: str, periods: int, following: str) -> None:
    assert next_period(period, periods) == following


@pytest.mark.parametrize(
    ("ends", "named_after_first", "period", "day"),
    [
        (("0131", "0229", "1231"), 1, "202402", date(2024, 3, 1)),
        (("0131", "0228", "1231"), 1, "202302", date(2023, 3, 1)),
        (("0131", "0229", "1231"), 1, "202403", date(2025, 1, 1)),
        (("0930", "1231", "0630"), 0, "202401", date(2023, 10, 1)),  # July to June, named after its end
        (("0930", "1231", "0630"), 0, "202403", date(2024, 7, 1)),
        (("0930", "1231", "0630"), 1, "202402", date(2025, 1, 1)),  # named after its beginning
    ],
)
def test_the_first_day_after_a_period(ends: tuple[str, ...], named_after_first: int, period: str, day: date) -> None:
    gl = {f"FiscalPerEnd{index:02}": end for index, end in enumerate(ends)}
    assert day_after_period(gl | {"NbrPer": len(ends), "BegFiscalYr": named_after_first}, period) == day


# --- posting --------------------------------------------------------------------------------------------------------


def test_suspense_is_made_when_it_is_missing_and_used_again(company: Engine) -> None:
    for bat_nbr in ("000101", "000102"):
        journal(
            company,
            debit("9999", "100", BatNbr=bat_nbr),
            credit("1000", "100", BatNbr=bat_nbr),
            BatNbr=bat_nbr,
        )
        assert release_and_post(company, "GL", bat_nbr).posting.situations == ("6659",)
    assert one(company, "Account", Acct="000000")["Active"] == 1
    assert one(company, "vs_AcctXref", Acct="000000")["CpnyID"] == "0060"
    assert one(company, "AcctHist", Acct="000000")["PtdBal05"] == 200


def test_a_misspelt_subaccount_becomes_real(company: Engine) -> None:
    journal(company, debit("6000", "100", Sub="999999"), credit("1000", "100"))
    assert release_and_post(company, "GL", "000101").status == "P"
    assert one(company, "SubAcct", Sub="999999")["Active"] == 1
    assert one(company, "vs_subxref", Sub="999999")["CpnyID"] == "0060"


def test_validated_combinations_keep_the_cross_reference_and_get_net_income(company: Engine) -> None:
    put(company, "GLSetup", {"SetupId": "GL", "ValidateAcctSub": 1})
    journal(company, debit("6000", "100", Sub="999999"), credit("1000", "100"))
    assert release_and_post(company, "GL", "000101").status == "P"
    assert rows_of(company, "vs_subxref", Sub="999999") == []
    assert one(company, "vs_AcctSub")["Acct"] == "3900"


def test_last_year_moves_retained_earnings_and_opening_balances(company: Engine) -> None:
    journal(
        company,
        debit("1000", "100", PerPost="202311", FiscYr="2023"),
        credit("4000", "100", PerPost="202311", FiscYr="2023"),
        PerPost="202311",
    )
    assert release_and_post(company, "GL", "000101").status == "P"
    cash = one(company, "AcctHist", Acct="1000", FiscYr="2024")
    assert (cash["BegBal"], cash["YtdBal00"], cash["YtdBal05"], cash["YtdBal06"]) == (100, 100, 100, 0)
    retained = one(company, "AcctHist", Acct="3800", FiscYr="2024")
    assert (retained["BegBal"], retained["YtdBal05"], retained["YtdBal06"]) == (100, 100, 0)
    net_income = one(company, "AcctHist", Acct="3900", FiscYr="2023")
    assert (net_income["PtdBal10"], net_income["PtdCon10"], net_income["YtdBal11"]) == (100, 100, 100)
    assert one(company, "AcctHist", Acct="3900", FiscYr="2024")["YtdBal05"] == 0
    assert rows_of(company, "AcctHist", Acct="4000", FiscYr="2024") == []


def test_foreign_amounts_are_kept_per_currency(company: Engine) -> None:
    put(company, "CMSetup", {"SetupId": "CM", "MCActivated": 1})
    put(company, "Currncy", {"CuryId": "EUR", "DecPl": 2})
    invoice(company, "110", CuryId="EUR", CuryOrigDocAmt="100", CuryDocBal="100", CuryRate="1.1")
    line(company, "110", CuryId="EUR", CuryTranAmt="100", CuryRate="1.1")
    batch(company, "110", CuryId="EUR", CuryCrTot="100", CuryRate="1.1")
    assert release_and_post(company, "AR", "000101").status == "P"
    kept = one(company, "CuryAcct", Acct="1100", CuryId="EUR")
    assert (kept["PtdBal05"], kept["CuryPtdBal05"], kept["CuryYtdBal05"]) == (110, 100, 100)


@pytest.mark.parametrize(
    ("lines", "situations"),
    [
        ([debit("6000", "100", PerPost="202405"), credit("1000", "100")], ("6035",)),
        ([debit("6000", "100", PerPost=""), credit("1000", "100")], ("6035", "6035")),
        ([debit("", "100"), credit("1000", "100")], ("6658",)),
        ([debit("6000", "100", Sub=""), credit("1000", "100")], ("6658",)),
    ],
)
def test_posting_refuses(company: Engine, lines: list[dict[str, Any]], situations: tuple[str, ...]) -> None:
    journal(company, *lines)
    outcome = release_and_post(company, "GL", "000101")
    assert (outcome.status, outcome.posting.situations) == ("U", situations)
    assert {row["Posted"] for row in rows_of(company, "GLTran")} == {"U"}
    assert rows_of(company, "AcctHist") == []


def test_everything_that_waits_is_released_and_posted(company: Engine) -> None:
    journal(company, debit("6000", "100"), credit("1000", "100"))
    invoice(company)
    line(company)
    batch(company)
    batch(company, BatNbr="000102", Status="I")
    batch(company, BatNbr="000103", Status="H")
    outcomes = release_everything(company, "0060")
    assert [(one.module, one.bat_nbr, one.status) for one in outcomes] == [
        ("AR", "000101", "P"),
        ("AR", "000102", "V"),
        ("GL", "000101", "P"),
    ]
    assert one(company, "Batch", BatNbr="000103")["Status"] == "H"
    assert release_everything(company, "0060") == []
