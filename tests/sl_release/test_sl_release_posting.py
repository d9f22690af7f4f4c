"""Voiding a batch, releasing journals, and posting, told one by one on the company of the cases."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sl_release_company import put, rows_of
from sl_release_entries import MAPPING, SEVEN, batch, credit, debit, invoice, journal, line, messages, one
from sqlalchemy import Engine

from xlpy.demo.company.release.journal import day_after_period, next_period
from xlpy.demo.company.release.run import (
    release_and_post,
    release_everything,
    void_batch,
)
from xlpy.demo.company.release_ar.run import number_before
from xlpy.errors import SlError

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
