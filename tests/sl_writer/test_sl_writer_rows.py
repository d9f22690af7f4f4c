"""What stands in SL's rows after writing: one test per rule, in the words of SL's screens."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sl_writer_books import (
    BASE,
    CPNY,
    DAY,
    EURO,
    NOW,
    Books,
    batch,
    document,
    key,
    line,
    new_customer,
    plan,
    request_of,
)
from sqlalchemy import select

from xlpy.domain.documents.shared import TaxSlot
from xlpy.errors import PostingRefused, SlError
from xlpy.sl.screens.ar import line_values
from xlpy.sl.screens.entry_rows import FIRST_LINE_NBR, EntryStamp
from xlpy.sl.writing.posting import post_plan

GROUP = TaxSlot("FL-HILL", Decimal("7.00"), Decimal("100.00"), Decimal("7.00"), Decimal("100.00"))
STAMP = EntryStamp(CPNY, "USD", "ACTUAL", "D", "202610", "KATHERINE.MORALES", NOW)


def test_a_batch_is_entered_balanced_unreleased_and_counts_credit_memos_positive(books: Books) -> None:
    invoice = document(501, line("100.00"), taxes=(GROUP,))
    memo = document(502, line("30.00"), doc_type="CM")
    outcome = post_plan(books.company, request_of(plan(batch(invoice, memo))))

    row = books.row("Batch")
    assert (row["Module"], row["BatNbr"], row["Status"], row["Rlsed"]) == ("AR", "000042", "B", 0)
    assert (row["BatType"], row["JrnlType"], row["EditScrnNbr"]) == ("N", "AR", "08010")
    assert row["CuryCrTot"] == row["CuryCtrlTot"] == row["CrTot"] == row["CtrlTot"] == Decimal("137.00")
    assert row["DrTot"] == row["CuryDrTot"] == 0
    assert (row["PerPost"], row["PerEnt"]) == ("202610", "202610")
    assert (row["CuryId"], row["BaseCuryID"], row["LedgerID"], row["GLPostOpt"]) == ("USD", "USD", "ACTUAL", "D")
    assert (row["CuryMultDiv"], row["CuryRate"], row["CuryRateType"]) == ("M", 1, "")
    assert row["CuryEffDate"] == row["DateEnt"] == date(2026, 10, 20)
    assert row["BalanceType"] == "", "the release sets it"
    assert (row["Acct"], row["BankAcct"], row["OrigBatNbr"], row["AutoRev"]) == ("", "", "", 0)
    assert row["Descr"] == "Manage OCT-I"
    assert (row["Crtd_Prog"], row["Crtd_User"], row["Crtd_DateTime"]) == ("08010", "KATHERINE.", NOW)
    assert (row["LUpd_Prog"], row["LUpd_User"], row["LUpd_DateTime"]) == ("08010", "KATHERINE.", NOW)
    assert (row["S4Future11"], row["S4Future07"]) == ("", None)
    assert [(d.bat_nbr, d.doc_type, d.amount) for d in outcome.posted] == [
        ("000042", "IN", Decimal("107.00")),
        ("000042", "CM", Decimal("-30.00")),
    ]
    assert books.row("ARSetup")["LastBatNbr"] == "000042"


def test_an_invoice_carries_totals_taxes_and_the_receivable_account(books: Books) -> None:
    invoice = document(
        501, taxes=(GROUP,), discount=Decimal("2.14"), cury_discount=Decimal("2.14"), cust_ord_nbr="PO 7"
    )
    post_plan(books.company, request_of(plan(batch(invoice)), record_id_column="User1"))

    row = books.row("ARDoc")
    assert (row["CustId"], row["DocType"], row["RefNbr"], row["BatNbr"], row["BatSeq"]) == (
        "ACME01",
        "IN",
        "501",
        "000042",
        1,
    )
    assert (row["CpnyID"], row["DocClass"], row["OpenDoc"], row["Rlsed"]) == (CPNY, "N", 1, 0)
    assert row["OrigDocAmt"] == row["DocBal"] == row["CuryOrigDocAmt"] == row["CuryDocBal"] == Decimal("107.00")
    assert (row["BankAcct"], row["BankSub"]) == ("1100", "00000")
    assert (row["DocDate"], row["DueDate"], row["DiscDate"]) == (DAY, date(2026, 11, 11), date(2026, 10, 22))
    assert row["DiscBal"] == row["CuryDiscBal"] == Decimal("2.14")
    assert (row["TaxId00"], row["TaxCntr00"], row["TaxTot00"], row["TxblTot00"]) == ("FL-HILL", 1, 7, 100)
    assert (row["CuryTaxTot00"], row["CuryTxblTot00"]) == (7, 100)
    assert (row["TaxId01"], row["TaxCntr01"], row["TaxTot01"]) == ("", 0, 0)
    assert (row["PerPost"], row["PerEnt"], row["Terms"], row["PC_Status"]) == ("202610", "202610", "30", "0")
    assert (row["Status"], row["ApplBatNbr"], row["MasterDocNbr"], row["LineCntr"]) == ("", "", "", 1)
    assert (row["CustOrdNbr"], row["User1"]) == ("PO 7", "501")
    assert row["ApplAmt"] == row["StmtBal"] == row["RGOLAmt"] == 0


def test_lines_of_an_invoice_are_credits_and_one_against_it_is_negative_never_flipped(books: Books) -> None:
    discount = line("-10.00", acct="4900", descr="Discount")
    post_plan(books.company, request_of(plan(batch(document(501, line("100.00"), discount)))))

    rows = sorted(books.rows("ARTran"), key=lambda row: row["LineNbr"])
    assert [(r["DrCr"], r["TranAmt"], r["CuryTranAmt"]) for r in rows] == [("C", 100, 100), ("C", -10, -10)]
    assert [(r["LineNbr"], r["LineId"], r["LineRef"]) for r in rows] == [(-32768, 1, "00001"), (-32767, 2, "00002")]
    first = rows[0]
    assert (first["TranType"], first["JrnlType"], first["RefNbr"], first["BatNbr"]) == ("IN", "AR", "501", "000042")
    assert (first["Acct"], first["Sub"], first["FiscYr"], first["PerPost"]) == ("4000", "100TP", "2026", "202610")
    assert (first["TaxCalced"], first["TranClass"], first["AcctDist"], first["CnvFact"]) == ("N", "", 0, 1)
    assert (first["TaxId00"], first["TaxAmt00"], first["SiteId"], first["CostType"]) == ("", 0, "", "")
    assert (first["Qty"], first["UnitPrice"], first["UnitDesc"], first["TranDate"]) == (1, 100, "HOUR", DAY)
    assert (first["ServiceDate"], first["Rlsed"]) == (None, 0)


def test_lines_of_a_credit_memo_are_debits(books: Books) -> None:
    post_plan(books.company, request_of(plan(batch(document(502, doc_type="CM")))))
    assert books.row("ARTran")["DrCr"] == "D"
    assert books.row("ARDoc")["DocBal"] == Decimal("100.00"), "a credit memo is positive, its type gives the sign"


def test_a_reservation_is_blank_but_for_its_number(books: Books) -> None:
    post_plan(books.company, request_of(plan(batch(document(501)))))
    row = books.row("RefNbr")
    assert row["RefNbr"] == "501"
    assert (row["DocType"], row["Crtd_Prog"], row["Crtd_DateTime"], row["User1"]) == ("", "", None, "")


def test_nothing_that_the_release_makes_is_written(books: Books) -> None:
    post_plan(books.company, request_of(plan(batch(document(501, taxes=(GROUP,))))))
    assert [(row["Acct"], row["TranClass"]) for row in books.rows("ARTran")] == [("4000", "")]
    assert books.count("AR_Balances") == 0


def test_a_foreign_document_has_both_amounts_and_its_rate(books: Books) -> None:
    invoice = document(501, line("100.00", "108.42"), line("33.33", "36.14"), rate=EURO, total=Decimal("144.56"))
    post_plan(books.company, request_of(plan(batch(invoice))))
    row = books.row("ARDoc")
    assert (row["CuryOrigDocAmt"], row["OrigDocAmt"]) == (Decimal("133.33"), Decimal("144.56"))
    assert (row["CuryId"], row["CuryRate"], row["CuryMultDiv"], row["CuryRateType"]) == (
        "EUR",
        Decimal("1.0842"),
        "M",
        "SPOT",
    )
    assert row["CuryEffDate"] == date(2026, 9, 30)
    top = books.row("Batch")
    assert (top["CuryCrTot"], top["CrTot"], top["CuryId"]) == (Decimal("133.33"), Decimal("144.56"), "EUR")
    assert {(r["CuryTranAmt"], r["TranAmt"], r["CuryRate"]) for r in books.rows("ARTran")} == {
        (Decimal("100.00"), Decimal("108.42"), Decimal("1.0842")),
        (Decimal("33.33"), Decimal("36.14"), Decimal("1.0842")),
    }


def test_the_period_entered_is_the_current_one_and_the_period_to_post_the_plans(books: Books) -> None:
    books.set("ARSetup", CurrPerNbr="202611")
    post_plan(books.company, request_of(plan(batch(document(501)))))
    for table in ("Batch", "ARDoc", "ARTran"):
        row = books.row(table)
        assert (row["PerEnt"], row["PerPost"]) == ("202611", "202610")


def test_on_hold_when_the_profile_says_so(books: Books) -> None:
    post_plan(books.company, request_of(plan(batch(document(501))), batch_status="H"))
    assert books.row("Batch")["Status"] == "H"


def test_line_numbers_stay_below_the_releases_own() -> None:
    most = document(501, *[line("1.00")] * (32765 - FIRST_LINE_NBR))
    numbers = [values["LineNbr"] for values in line_values(batch(most), most, "000042", STAMP)]
    assert (numbers[0], numbers[-1]) == (-32768, 32764)
    too_many = document(501, *[line("1.00")] * (32765 - FIRST_LINE_NBR + 1))
    with pytest.raises(SlError, match="can't number that many"):
        list(line_values(batch(too_many), too_many, "000042", STAMP))


def test_five_taxes_or_one_twice_are_never_written(books: Books) -> None:
    with pytest.raises(SlError, match="at most four"):
        post_plan(books.company, request_of(plan(batch(document(501, taxes=(GROUP, GROUP))))))
    assert books.nothing_written()


def test_a_record_id_goes_only_into_a_free_column(books: Books) -> None:
    with pytest.raises(SlError, match="not a free column"):
        post_plan(books.company, request_of(plan(batch(document(501))), record_id_column="S4Future01"))
    post_plan(books.company, request_of(plan(batch(document(501))), record_id_column="User3"))
    assert books.row("ARDoc")["User3"] == 501


def test_a_new_customer_gets_its_address_and_its_balance(books: Books) -> None:
    invoice = document(501, cust_id="NOVA01")
    outcome = post_plan(
        books.company, request_of(plan(batch(invoice), customers=(new_customer(needed_by=(key(501),)),)))
    )
    assert outcome.created_customers == ("NOVA01",)
    row = books.row("Customer", CustId="NOVA01")
    assert (row["Name"], row["BillName"], row["Status"], row["ClassId"]) == (
        "Nova Startup Lab",
        "Nova Startup Lab",
        "A",
        "STD",
    )
    assert (row["Addr1"], row["BillAddr1"], row["City"], row["BillState"], row["Zip"]) == (
        "1 Bay Street",
        "1 Bay Street",
        "Tampa",
        "FL",
        "33602",
    )
    assert (row["ArAcct"], row["SlsAcct"], row["PrePayAcct"], row["Terms"]) == ("1100", "4000", "2300", "30")
    assert (row["CuryId"], row["CuryRateType"], row["DfltShipToId"]) == ("USD", "", "DEFAULT")
    assert (row["StmtCycleId"], row["StmtType"], row["PrtStmt"]) == ("01", "O", 1)
    assert (row["TaxDflt"], row["TaxID00"], row["PerNbr"], row["SetupDate"]) == (
        "C",
        "FL-HILL",
        "202610",
        NOW.date(),
    )
    assert (row["Attn"], row["BillAttn"], row["EMailAddr"], row["Crtd_Prog"]) == (
        "Ana Ruiz",
        "Ana Ruiz",
        "ap@nova.example",
        "08260",
    )
    ship_to = books.row("SOAddress")
    assert (ship_to["CustId"], ship_to["ShipToId"], ship_to["Status"], ship_to["Name"]) == (
        "NOVA01",
        "DEFAULT",
        "A",
        "Nova Startup Lab",
    )
    balance = books.row("AR_Balances")
    assert (balance["CpnyID"], balance["CustID"], balance["CuryID"], balance["PerNbr"], balance["CrLmt"]) == (
        CPNY,
        "NOVA01",
        "USD",
        "202610",
        0,
    )


def test_a_column_of_a_newer_build_gets_the_blank_of_its_type(books: Books) -> None:
    from xlpy.sl.connection.catalogue import Catalogue
    from xlpy.sl.connection.engine import SlCompany

    books.run("ALTER TABLE ARDoc ADD COLUMN NewInBuild CHAR5 NOT NULL DEFAULT 'x'")
    with books.engine.connect() as connection:
        catalogue = Catalogue.read(connection)
    company = SlCompany(books.engine, CPNY, catalogue, "cp1252", "KMORALES")
    post_plan(company, request_of(plan(batch(document(501)))))
    with books.engine.connect() as connection:
        added = catalogue.table("ARDoc").c["NewInBuild"]
        assert connection.scalars(select(added)).all() == [""]


def test_two_rates_of_one_currency_stay_with_their_documents(books: Books) -> None:
    base = document(501, rate=BASE)
    made = plan(batch(base, document(502, rate=BASE)))
    post_plan(books.company, request_of(made))
    assert {row["CuryRate"] for row in books.rows("ARDoc")} == {1}
    with pytest.raises(PostingRefused, match="posting ledger"):
        post_plan(books.company, request_of(made, "run-2"))
