"""Each check of the AR release, told one by one on the company of the cases."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from sl_release_company import put, rows_of
from sl_release_entries import batch, invoice, line, messages, one
from sqlalchemy import Engine

from xlpy.demo.company.release.run import (
    release_and_post,
    release_batch,
)
from xlpy.errors import SlError

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
