"""Each check of the AP release, and what the release makes, told one by one on the company of the cases."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sl_release_company import put, rows_of
from sl_release_entries import MAPPING as OF_RECEIVABLES
from sl_release_entries import SEVEN, batch_of, detail, document, one
from sqlalchemy import Engine

from xlpy.demo.company.release.run import release_and_post, release_batch, void_batch
from xlpy.errors import SlError

MAPPING = OF_RECEIVABLES | {"Module": "AP", "ToAcct": "2300"}
EURO = {"CuryId": "EUR", "CuryRate": "1.1"}


def voucher(company: Engine, total: str = "100", **doc: Any) -> None:
    document(company, "APDoc", total, **doc)


def line(company: Engine, total: str = "100", **values: Any) -> None:
    detail(company, "APTran", total, **values)


def batch(company: Engine, total: str = "100", **values: Any) -> None:
    batch_of(company, "AP", "03010", total, **values)


def messages(company: Engine) -> tuple[str, list[int]]:
    result = release_batch(company, "AP", "000101")
    return result.status, [message.msg_id for message in result.messages]


def taxed(company: Engine, **doc: Any) -> None:
    """A voucher of 100 with the group's 8.25 on top."""
    tax = {"TaxId00": "LOCAL-G", "TaxTot00": "8.25", "CuryTaxTot00": "8.25", "TxblTot00": "100", "CuryTxblTot00": "100"}
    voucher(company, "108.25", **(tax | doc))
    line(company)
    batch(company, "108.25")


def test_a_document_of_nobody_is_rejected(company: Engine) -> None:
    voucher(company, VendId="V999")
    line(company, VendId="V999")
    batch(company)
    assert messages(company) == ("S", [-1])


def test_every_reason_is_given_at_once(company: Engine) -> None:
    voucher(company, VendId="", TaxId00="NOTAX")
    line(company, "90")
    batch(company)
    assert messages(company) == ("S", [-1, -2, 6019])


def test_the_same_reason_twice_ends_the_release_and_leaves_the_status(company: Engine) -> None:
    voucher(company)
    voucher(company, RefNbr="000103")
    line(company, "90")
    batch(company)
    result = release_batch(company, "AP", "000101")
    assert (result.status, result.error) == ("B", "SQL error 2627 (duplicate key)")


def test_an_old_line_hides_that_the_lines_are_missing(company: Engine) -> None:
    voucher(company)
    line(company, BatNbr="000050")
    batch(company)
    assert messages(company) == ("B", [8888])


def test_a_rejected_batch_goes_through_once_it_is_mended(company: Engine) -> None:
    voucher(company)
    batch(company)
    assert messages(company) == ("S", [6019])
    line(company)
    assert messages(company) == ("U", [])
    assert rows_of(company, "WrkReleaseBad") == []


def test_an_unknown_currency_ends_the_checks_when_currencies_are_managed(company: Engine) -> None:
    put(company, "CMSetup", {"SetupId": "CM", "MCActivated": 1})
    voucher(company, VendId="V999", CuryId="XXX")
    batch(company)
    assert messages(company) == ("S", [8058])


def test_an_unknown_currency_becomes_base_currency_without_currency_manager(company: Engine) -> None:
    voucher(company, CuryId="", CuryRate="0")
    line(company, CuryId="XXX")
    batch(company, CuryId="")
    assert messages(company) == ("U", [])
    assert one(company, "APDoc")["CuryId"] == one(company, "Batch")["CuryId"] == "USD"


def test_the_batch_total_is_not_looked_at_but_replaced(company: Engine) -> None:
    voucher(company)
    line(company)
    batch(company, "77")
    assert messages(company) == ("U", [])
    assert one(company, "Batch")["CuryCrTot"] == Decimal(100)


def test_a_batch_that_is_not_there_is_passed_over(company: Engine) -> None:
    voucher(company)
    line(company)
    assert messages(company) == ("", [])
    assert one(company, "APDoc")["Rlsed"] == 0


def test_a_batch_without_its_screen_is_released(company: Engine) -> None:
    voucher(company)
    line(company)
    batch(company, EditScrnNbr="")
    assert messages(company) == ("U", [])


def test_checks_are_refused_rather_than_left_unapplied(company: Engine) -> None:
    voucher(company, DocType="HC")
    line(company, trantype="HC")
    batch(company, EditScrnNbr="03030")
    with pytest.raises(SlError, match="checks"):
        release_batch(company, "AP", "000101")


def test_an_old_document_with_the_same_reference_and_tax_rolls_the_release_back(company: Engine) -> None:
    taxed(company)
    put(company, "APDoc", {"BatNbr": "000050", "VendId": "V200", "Rlsed": 1})
    result = release_batch(company, "AP", "000101")
    assert (result.status, result.error, result.messages) == ("B", "SQL error 2627 (duplicate key)", ())
    assert rows_of(company, "GLTran") == []


@pytest.mark.parametrize(
    ("second", "status", "error"),
    [("6", [8888], None), ("7", [], "SQL error 2627 (duplicate key)")],
)
def test_a_tax_twice_on_a_document_rolls_the_release_back(
    company: Engine, second: str, status: list[int], error: str | None
) -> None:
    """Equal amounts count once, so the tax is short; different ones violate a key."""
    tax = {"TaxTot00": "6", "CuryTaxTot00": "6", "TaxTot01": second, "CuryTaxTot01": second}
    base = {f"{name}{slot}": "100" for name in ("TxblTot", "CuryTxblTot") for slot in ("00", "01")}
    total = str(106 + int(second))
    voucher(company, total, TaxId00="STATE", TaxId01="STATE", **tax, **base)
    line(company)
    batch(company, total)
    result = release_batch(company, "AP", "000101")
    assert ([message.msg_id for message in result.messages], result.status, result.error) == (status, "B", error)
    assert rows_of(company, "APTran", LineType="T") == []


def test_a_tax_without_purchase_account_goes_to_the_account_of_the_document(company: Engine) -> None:
    put(company, "SalesTax", {"TaxType": "T", "TaxId": "STATE", "PurTaxAcct": "", "PurTaxSub": ""})
    taxed(company, Acct="2000", Sub="100000")
    assert messages(company) == ("U", [])
    lines = {row["TranDesc"]: (row["Acct"], row["Sub"]) for row in rows_of(company, "APTran", LineType="T")}
    assert lines == {"State tax": ("2000", "100000"), "City tax": ("1400", "000000")}


@pytest.mark.parametrize(("point", "month"), [("I", "202405"), ("D", "202406"), ("", "202406")])
def test_the_month_of_a_tax_is_that_of_its_tax_point(company: Engine, point: str, month: str) -> None:
    for tax_id in ("STATE", "CITY"):
        put(company, "SalesTax", {"TaxType": "T", "TaxId": tax_id, "APTaxPtDate": point})
    taxed(company, InvcDate="2024-05-31")
    assert messages(company) == ("U", [])
    assert {row["YrMon"] for row in rows_of(company, "SlsTaxHist")} == {month}
    assert {row["YrMon"] for row in rows_of(company, "HistDocSlsTax")} == {month}
    assert {row["JrnlType"] for row in rows_of(company, "HistDocSlsTax")} == {"AP"}


def test_tax_inside_the_price_is_taken_out_of_the_line(company: Engine) -> None:
    put(company, "SalesTax", {"TaxType": "T", "TaxId": "STATE", "TaxCalcType": "I", "PrcTaxIncl": "Y"})
    tax = {"TaxId00": "STATE", "TaxAmt00": "6", "CuryTaxAmt00": "6", "TxblAmt00": "100", "CuryTxblAmt00": "100"}
    voucher(company, "106", TaxId00="STATE", TaxTot00="6", CuryTaxTot00="6")
    line(company, "106", **tax)
    batch(company, "106")
    assert messages(company) == ("U", [])
    amounts = {row["LineType"]: row["TranAmt"] for row in rows_of(company, "APTran", DrCr="D")}
    assert amounts == {"S": Decimal(100), "T": Decimal(6)}


def test_what_rounding_leaves_over_in_base_currency_goes_to_the_first_line(company: Engine) -> None:
    put(company, "Currncy", {"CuryId": "EUR", "DecPl": 2})
    voucher(company, OrigDocAmt="110.01", DocBal="110.01", **EURO)
    line(company, "50", TranAmt="55", LineNbr=1, **EURO)
    line(company, "50", TranAmt="55", LineNbr=2, **EURO)
    batch(company, "110.01", CuryCrTot="100", **EURO)
    assert messages(company) == ("U", [])
    assert {row["LineNbr"]: row["TranAmt"] for row in rows_of(company, "APTran", DrCr="D")} == {
        1: Decimal("55.01"),
        2: Decimal(55),
    }
    after = one(company, "Batch")
    assert (after["CrTot"], after["CuryCrTot"]) == (Decimal("110.01"), Decimal(100))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cents=st.integers(min_value=1, max_value=999_999), rate=st.integers(min_value=500, max_value=15_000))
def test_the_tax_of_a_group_is_posted_to_the_cent_at_any_rate(company: Engine, cents: int, rate: int) -> None:
    for name in ("Batch", "APDoc", "APTran", "GLTran", "HistDocSlsTax", "AP_Balances", "APHist", "SlsTaxHist"):
        with company.begin() as connection:
            connection.exec_driver_sql(f"DELETE FROM {name}")
    put(company, "Currncy", {"CuryId": "EUR", "DecPl": 2})
    net = Decimal(cents) / 100
    tax = round(net * Decimal("0.0825"), 2)
    factor = Decimal(rate) / 10_000
    base = [round(value * factor, 2) for value in (net + tax, net, tax)]
    euro = {"CuryId": "EUR", "CuryRate": str(factor)}
    voucher(
        company, str(base[0]), CuryOrigDocAmt=str(net + tax), CuryDocBal=str(net + tax), TaxId00="LOCAL-G",
        TaxTot00=str(base[2]), CuryTaxTot00=str(tax), TxblTot00=str(base[1]), CuryTxblTot00=str(net), **euro,
    )  # fmt: skip
    line(company, str(base[1]), CuryTranAmt=str(net), **euro)
    batch(company, str(base[0]), **euro)
    assert messages(company) == ("U", [])
    shares = rows_of(company, "APTran", LineType="T")
    assert sum(row["CuryTranAmt"] for row in shares) == tax
    assert sum(row["TranAmt"] for row in shares) == base[2]
    posted = rows_of(company, "GLTran")
    assert sum(row["DrAmt"] for row in posted) == sum(row["CrAmt"] for row in posted) == base[0]


def test_an_empty_document_is_closed_and_posts_nothing(company: Engine) -> None:
    voucher(company, "0")
    line(company, "0")
    batch(company, "0")
    outcome = release_and_post(company, "AP", "000101")
    doc = one(company, "APDoc")
    assert (outcome.status, doc["OpenDoc"], doc["PerClosed"]) == ("P", 0, "202406")
    assert {(row["DrAmt"], row["CrAmt"]) for row in rows_of(company, "GLTran")} == {(0, 0)}


def test_vendor_history_counts_by_type_and_opens_the_next_year(company: Engine) -> None:
    voucher(company, PerPost="202311")
    line(company, PerPost="202311")
    voucher(company, "30", DocType="AD", RefNbr="000103", PerPost="202311")
    line(company, "30", trantype="AD", RefNbr="000103", DrCr="C", PerPost="202311")
    batch(company, "130", PerPost="202311")
    assert messages(company) == ("U", [])
    old, new = sorted(rows_of(company, "APHist"), key=lambda row: row["FiscYr"])
    assert (old["PtdPurch10"], old["PtdDrAdjs10"], old["YtdPurch"], old["PerNbr"]) == (100, 30, 100, "202312")
    assert (new["FiscYr"], new["BegBal"], new["PerNbr"]) == ("2024", 70, "202406")


def test_a_document_of_an_earlier_year_than_its_batch_is_lost_to_the_history(company: Engine) -> None:
    voucher(company, PerPost="202312")
    line(company)
    batch(company)
    assert messages(company) == ("U", [])
    history = one(company, "APHist")
    assert (history["FiscYr"], history["YtdPurch"], history["BegBal"]) == ("2024", 0, 0)
    assert one(company, "AP_Balances")["CurrBal"] == 100


def test_a_line_of_another_company_is_balanced_per_document(company: Engine) -> None:
    put(company, "vs_company", SEVEN)
    put(company, "vs_intercompany", MAPPING)
    voucher(company)
    line(company, "130", CpnyID="0070", LineNbr=1)
    line(company, "-30", CpnyID="0070", LineNbr=2)
    batch(company)
    assert release_and_post(company, "AP", "000101").status == "P"
    between = {
        (row["CpnyID"], row["Acct"], row["DrAmt"], row["CrAmt"]) for row in rows_of(company, "GLTran", TranType="IC")
    }
    assert between == {("0060", "1000", Decimal(100), Decimal(0)), ("0070", "2300", Decimal(0), Decimal(100))}


def test_a_company_elsewhere_gets_its_lines_back_one_by_one(company: Engine) -> None:
    put(company, "vs_company", SEVEN | {"DatabaseName": "other"})
    put(company, "vs_intercompany", MAPPING)
    voucher(company)
    line(company, "60", CpnyID="0070", LineNbr=1)
    line(company, "40", CpnyID="0070", LineNbr=2, Acct="6100")
    batch(company)
    assert messages(company) == ("U", [])
    back = {(row["Acct"], row["CrAmt"]) for row in rows_of(company, "GLTran", TranType="IC", CpnyID="0070")}
    assert back == {("6000", Decimal(60)), ("6100", Decimal(40))}


def test_a_summary_joins_lines_of_one_account(company: Engine) -> None:
    put(company, "APSetup", {"SetupId": "AP", "GLPostOpt": "S"})
    voucher(company)
    line(company, "60", LineNbr=1, User1="KEY-1")
    line(company, "40", LineNbr=2, User1="KEY-2")
    batch(company)
    assert messages(company) == ("U", [])
    expense = one(company, "GLTran", Acct="6000")
    assert (expense["DrAmt"], expense["TranDesc"], expense["User1"]) == (Decimal(100), "Summary Release", "KEY-1")


def test_a_void_blanks_the_batch_and_moves_it_to_the_current_period(company: Engine) -> None:
    voucher(company, PerPost="202405")
    line(company)
    batch(company, PerPost="202405", User1="OURS")
    assert void_batch(company, "AP", "000101").status == "V"
    after = one(company, "Batch")
    assert (after["PerPost"], after["BatType"], after["Descr"], after["User1"]) == ("202406", "", "", "OURS")
    assert (one(company, "APDoc")["Status"], rows_of(company, "APTran")) == ("V", [])
    assert one(company, "APSetup")["LastRefNbr"] == "000000"
    with pytest.raises(SlError, match="000101"):
        void_batch(company, "AP", "000101")
