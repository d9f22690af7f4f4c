"""What stands in SL's rows of vouchers, journals and inventory documents: one test per rule."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sl_writer_books import CPNY, DAY, EURO, NOW, Books, key, request_of
from sl_writer_payables import (
    TODAY,
    adjustment,
    ap_batch,
    ap_line,
    expense,
    gl_batch,
    in_batch,
    in_line,
    journal,
    new_item,
    new_vendor,
    payables_plan,
    planned,
    receipt,
    transfer,
    voucher,
)

from xlpy.domain.documents.shared import TaxSlot
from xlpy.errors import PostingRefused, SlError
from xlpy.sl.writing.posting import post_plan

TAX = TaxSlot("FL-HILL", Decimal("7.00"), Decimal("100.00"), Decimal("7.00"), Decimal("100.00"))


def test_a_voucher_is_entered_unreleased_with_sls_own_number(books: Books) -> None:
    made = payables_plan(ap_batch(voucher(expense(11), expense(12)), voucher(expense(13), doc_type="AD")))
    outcome = post_plan(books.company, request_of(made))

    top = books.row("Batch")
    assert (top["Module"], top["BatNbr"], top["Status"], top["Rlsed"]) == ("AP", "000012", "B", 0)
    assert (top["BatType"], top["JrnlType"], top["EditScrnNbr"], top["Crtd_Prog"]) == ("N", "AP", "03010", "03010")
    assert top["CuryCrTot"] == top["CuryCtrlTot"] == top["CrTot"] == top["CtrlTot"] == Decimal("120.00")
    assert (top["PerPost"], top["PerEnt"], top["BalanceType"], top["LedgerID"]) == ("202610", "202610", "", "ACTUAL")
    assert (top["CuryId"], top["BaseCuryID"], top["CuryMultDiv"], top["CuryRate"]) == ("USD", "USD", "M", 1)
    assert top["DateEnt"] == top["CuryEffDate"] == TODAY
    rows = sorted(books.rows("APDoc"), key=lambda row: row["RefNbr"])
    assert [(r["DocType"], r["RefNbr"], r["BatSeq"]) for r in rows] == [("VO", "0000202", 1), ("AD", "0000203", 2)]
    row = rows[0]
    assert (row["Acct"], row["Sub"], row["VendId"], row["VendName"]) == ("2010", "00000", "E-JDOE", "Doe~Jane")
    assert (row["CpnyID"], row["DocClass"], row["Status"], row["OpenDoc"], row["Rlsed"]) == (CPNY, "N", "A", 1, 0)
    assert row["OrigDocAmt"] == row["DocBal"] == row["CuryOrigDocAmt"] == row["CuryDocBal"] == Decimal("80.00")
    assert (row["DocDate"], row["DueDate"], row["DiscDate"]) == (DAY, date(2026, 11, 11), DAY)
    assert row["PayDate"] == row["DueDate"]
    assert (row["InvcNbr"], row["InvcDate"], row["Terms"]) == ("EXP11", date(2026, 10, 11), "30")
    assert (row["PerEnt"], row["PerPost"], row["LineCntr"]) == ("202610", "202610", 2)
    assert (row["Doc1099"], row["PC_Status"], row["CashAcct"], row["PONbr"]) == (1, "0", "1010", "")
    assert (row["MasterDocNbr"], row["Selected"], row["PmtAmt"], row["S4Future01"]) == ("", 0, 0, "")
    assert rows[1]["DocBal"] == Decimal("40.00"), "a debit adjustment is positive, its type gives the sign"
    assert {r["RefNbr"] for r in books.rows("APRefNbr")} == {"0000202", "0000203"}
    assert (books.row("APSetup")["LastBatNbr"], books.row("APSetup")["LastRefNbr"]) == ("000012", "0000203")
    assert [(d.transaction, d.ref_nbr, d.amount) for d in outcome.posted] == [
        (expense(11), "0000202", Decimal("80.00")),
        (expense(12), "0000202", Decimal("80.00")),
        (expense(13), "0000203", Decimal("-40.00")),
    ]


def test_lines_of_a_voucher_are_debits_of_an_adjustment_credits_and_one_against_it_negative(books: Books) -> None:
    lines = (ap_line("50.00", transaction=expense(11)), ap_line("-10.00", acct="2050", invt_id="PATCH10"))
    back = voucher(receipt(2), doc_type="AD", vend_id="BLUEL1", invc_nbr="CR-88")
    post_plan(books.company, request_of(payables_plan(ap_batch(voucher(expense(11), lines=lines), back))))
    rows = sorted(books.rows("APTran", RefNbr="0000202"), key=lambda row: row["LineNbr"])
    assert [(r["DrCr"], r["TranAmt"], r["CuryTranAmt"]) for r in rows] == [("D", 50, 50), ("D", -10, -10)]
    assert [(r["LineNbr"], r["LineId"], r["LineRef"]) for r in rows] == [(-32768, 1, "00001"), (-32767, 2, "00002")]
    first = rows[0]
    assert (first["trantype"], first["JrnlType"], first["BatNbr"], first["VendId"]) == ("VO", "AP", "000012", "E-JDOE")
    assert (first["Acct"], first["Sub"], first["FiscYr"], first["PerPost"]) == ("6100", "100TP", "2026", "202610")
    assert (first["TaxCalced"], first["ExtRefNbr"], first["BoxNbr"], first["AcctDist"]) == ("Y", "EXP11", "07", 0)
    assert (first["Qty"], first["UnitPrice"], first["UnitDesc"], first["TranDate"]) == (1, 50, "EA", DAY)
    assert (first["PONbr"], first["RcptNbr"], first["CostType"], first["PmtMethod"]) == ("", "", "", "")
    (credit,) = books.rows("APTran", RefNbr="0000203")
    assert (credit["DrCr"], credit["TranAmt"], credit["BoxNbr"]) == ("C", 40, "")
    assert books.row("APDoc", RefNbr="0000203")["PmtMethod"] == "C"


def test_a_taxed_voucher_in_euros_has_both_amounts_and_no_tax_lines(books: Books) -> None:
    tax = TaxSlot("DE-VAT", Decimal("19.00"), Decimal("100.00"), Decimal("20.60"), Decimal("108.42"))
    line = ap_line("100.00", "108.42")
    made = voucher(receipt(1), lines=(line,), taxes=(tax,), rate=EURO, total=Decimal("129.02"))
    post_plan(books.company, request_of(payables_plan(ap_batch(made))))
    row = books.row("APDoc")
    assert (row["CuryOrigDocAmt"], row["OrigDocAmt"], row["CuryRate"]) == (119, Decimal("129.02"), Decimal("1.0842"))
    assert (row["TaxId00"], row["TaxCntr00"], row["CuryTaxTot00"], row["TaxTot00"]) == (
        "DE-VAT",
        1,
        19,
        Decimal("20.6"),
    )
    assert (row["CuryId"], row["CuryRateType"], row["CuryEffDate"]) == ("EUR", "SPOT", date(2026, 9, 30))
    assert [r["Acct"] for r in books.rows("APTran")] == ["6100"]
    top = books.row("Batch")
    assert (top["CuryCrTot"], top["CrTot"], top["CuryId"], top["BaseCuryID"]) == (119, Decimal("129.02"), "EUR", "USD")


def test_a_journal_is_numbered_through_its_batch_and_balances(books: Books) -> None:
    made = payables_plan(
        gl_batch(journal(expense(21), part="document"), journal(expense(22), part="document", amount="7.50"))
    )
    outcome = post_plan(books.company, request_of(made))
    top = books.row("Batch")
    assert (top["Module"], top["BatNbr"], top["JrnlType"], top["EditScrnNbr"]) == ("GL", "000071", "GJ", "01010")
    sums = {top[n] for n in ("CrTot", "CtrlTot", "DrTot", "CuryCrTot", "CuryCtrlTot", "CuryDrTot")}
    assert sums == {Decimal("20.00")}
    assert (top["Status"], top["BalanceType"], top["AutoRev"], top["GLPostOpt"]) == ("B", "A", 0, "D")
    rows = sorted(books.rows("GLTran"), key=lambda row: row["LineNbr"])
    assert [(r["LineNbr"], r["LineId"], r["LineRef"]) for r in rows] == [
        (-32768 + n, n + 1, f"{n + 1:05}") for n in range(4)
    ]
    assert [(r["DrAmt"], r["CrAmt"]) for r in rows[:2]] == [(Decimal("12.5"), 0), (0, Decimal("12.5"))]
    assert all((r["CuryDrAmt"], r["CuryCrAmt"]) == (r["DrAmt"], r["CrAmt"]) for r in rows)
    first = rows[0]
    assert (first["Module"], first["JrnlType"], first["TranType"], first["RefNbr"]) == ("GL", "GJ", "GL", "21")
    assert (first["LedgerID"], first["BalanceType"], first["BaseCuryID"], first["CuryId"]) == (
        *("ACTUAL", "A", "USD", "USD"),
    )
    assert (first["Posted"], first["Rlsed"], first["PC_Flag"], first["PC_Status"]) == ("U", 0, "N", "0")
    assert (first["Id"], first["ExtRefNbr"], first["Qty"], first["TranDate"]) == ("ACME01", "INV", 10, DAY)
    assert (first["PerEnt"], first["PerPost"], first["FiscYr"], first["CpnyID"]) == ("202610", "202610", "2026", CPNY)
    assert (first["OrigAcct"], first["OrigBatNbr"], first["S4Future11"], first["CuryRate"]) == ("", "", "", 1)
    assert books.row("GLSetup")["LastBatNbr"] == "000071"
    assert [(d.module, d.doc_type, d.ref_nbr, d.currency) for d in outcome.posted] == [
        ("GL", "GL", "21", "USD"),
        ("GL", "GL", "22", "USD"),
    ]


def test_adjustments_are_signed_lines_and_the_batchs_drtot_is_a_quantity(books: Books) -> None:
    made = in_batch(adjustment(1, in_line("-3")), adjustment(2, in_line("10"), in_line("2", invt_id="SWITCH24")))
    post_plan(books.company, request_of(payables_plan(made)))
    top = books.row("Batch")
    assert (top["Module"], top["BatNbr"], top["JrnlType"], top["EditScrnNbr"]) == ("IN", "000022", "IN", "10030")
    assert (top["DrTot"], top["CrTot"], top["CtrlTot"], top["CuryDrTot"], top["CuryCrTot"]) == (
        *(Decimal(9), Decimal("11.25"), Decimal("11.25"), Decimal("11.25"), Decimal("11.25")),
    )
    assert (top["CuryId"], top["BaseCuryID"], top["GLPostOpt"], top["BalanceType"]) == ("USD", "USD", "S", "")
    rows = sorted(books.rows("INTran"), key=lambda row: row["LineNbr"])
    assert [(r["RefNbr"], r["LineRef"], r["Qty"], r["TranAmt"]) for r in rows] == [
        ("ADJ1", "00001", -3, Decimal("-3.75")),
        ("ADJ2", "00002", 10, Decimal("12.50")),
        ("ADJ2", "00003", 2, Decimal("2.50")),
    ]
    first = rows[0]
    assert (first["TranType"], first["JrnlType"], first["InvtMult"], first["DrCr"]) == ("AJ", "IN", 1, "C")
    assert (first["InvtID"], first["SiteID"], first["WhseLoc"], first["CpnyID"]) == ("PATCH10", "TPA", "MAIN", CPNY)
    assert (first["UnitPrice"], first["ExtCost"], first["CnvFact"], first["UnitMultDiv"]) == (
        *(Decimal("1.25"), Decimal("-3.75"), 1, "M"),
    )
    assert (first["Acct"], first["Sub"], first["InvtAcct"], first["InvtSub"]) == ("5900", "300TP", "1400", "00000")
    assert (first["LayerType"], first["LineID"], first["Rlsed"], first["S4Future09"]) == ("S", 1, 0, 0)
    assert (first["PerPost"], first["FiscYr"], first["TranDate"]) == ("202610", "2026", DAY)
    assert books.count("TrnsfrDoc") == 0
    assert books.row("INSetup")["LastBatNbr"] == "000022"
    assert books.row("INSetup")["LstTrnsfrDocNbr"] == "000300"


def test_each_transfer_is_a_pending_one_step_document_with_outgoing_lines(books: Books) -> None:
    made = payables_plan(in_batch(transfer(1)), in_batch(transfer(2), number=2))
    outcome = post_plan(books.company, request_of(made))
    assert [(d.bat_nbr, d.doc_type, d.ref_nbr) for d in outcome.posted] == [
        ("000022", "TR", "000301"),
        ("000023", "TR", "000302"),
    ]
    row = books.row("TrnsfrDoc", TrnsfrDocNbr="000301")
    assert (row["CpnyID"], row["BatNbr"], row["SiteID"], row["ToSiteID"]) == (CPNY, "000022", "TPA", "ORL")
    assert (row["TransferType"], row["Status"], row["Source"], row["TranDate"]) == ("1", "P", "IN", DAY)
    (line,) = books.rows("INTran", BatNbr="000022")
    assert (line["TranType"], line["InvtMult"], line["Qty"], line["TranAmt"]) == ("TR", -1, 4, 5)
    assert (line["SiteID"], line["WhseLoc"], line["ToSiteID"], line["ToWhseLoc"]) == ("TPA", "MAIN", "ORL", "VAN3")
    assert books.row("Batch", BatNbr="000022")["EditScrnNbr"] == "10040"
    assert books.row("INSetup")["LstTrnsfrDocNbr"] == "000302"
    two_ways = transfer(3, in_line("1", to_site_id="ORL"), in_line("1", site_id="ORL", to_site_id="TPA"))
    with pytest.raises(SlError, match="not from one site to one site"):
        post_plan(books.company, request_of(payables_plan(in_batch(two_ways)), "run-2"))


def stock(books: Books, item: str = "PATCH10") -> tuple[Decimal, Decimal, Decimal]:
    row = books.row("Location", InvtID=item)
    return row["QtyAllocIN"], row["QtyAvail"], row["QtyOnHand"]


def test_what_leaves_a_bin_is_allocated_at_entry_in_stock_units(books: Books) -> None:
    boxes = in_line("-2", unit="BOX", conversion=Decimal(10))
    halves = in_line("-5", unit="HALF", conversion=Decimal(2), multiply_divide="D")
    made = payables_plan(in_batch(adjustment(1, boxes, in_line("7")), adjustment(2, halves)))
    post_plan(books.company, request_of(made))
    assert stock(books) == (Decimal("22.5"), Decimal("27.5"), Decimal(50))
    post_plan(books.company, request_of(payables_plan(in_batch(transfer(3))), "run-2"))
    assert stock(books) == (Decimal("26.5"), Decimal("23.5"), Decimal(50))
    assert stock(books, "SWITCH24") == (0, 50, 50)


def test_a_bin_that_does_not_count_as_available_or_has_no_stock_row_is_left_alone(books: Books) -> None:
    books.add("Location", InvtID="PATCH10", SiteID="TPA", WhseLoc="QUARAN", QtyAvail=9)
    elsewhere = in_line("-1", site_id="ORL", whse_loc="VAN3")
    made = payables_plan(in_batch(adjustment(1, in_line("-1", whse_loc="QUARAN"), elsewhere)))
    post_plan(books.company, request_of(made))
    assert books.row("Location", WhseLoc="QUARAN")["QtyAvail"] == 9
    assert books.count("Location") == 3


def test_a_new_vendor_gets_its_classs_accounts_and_its_vouchers_its_name(books: Books) -> None:
    made = payables_plan(ap_batch(voucher(receipt(1), vend_id="EAGLEP")), vendors=(new_vendor(), new_vendor("UNUSED")))
    outcome = post_plan(books.company, request_of(made))
    assert outcome.created_vendors == ("EAGLEP",)
    row = books.row("Vendor", VendId="EAGLEP")
    assert (row["Name"], row["RemitName"], row["Status"], row["ClassID"]) == (
        *("Eagle Parts Supply", "Eagle Parts Supply", "A", "STD"),
    )
    assert (row["APAcct"], row["ExpAcct"], row["PPayAcct"], row["Terms"]) == ("2000", "5400", "1250", "30")
    assert (row["CuryId"], row["TaxDflt"], row["PerNbr"], row["Crtd_Prog"]) == ("USD", "V", "202610", "03270")
    assert (row["Addr1"], row["RemitCity"], row["RemitAttn"], row["EMailAddr"]) == (
        *("9 Dock Road", "Tampa", "Lee Park", "ar@eagle.example"),
    )
    assert (row["Crtd_DateTime"], row["Vend1099"]) == (NOW, 0)
    assert books.row("APDoc")["VendName"] == "Eagle Parts Supply"
    assert books.count("Vendor") == 3, "the unused one is not there"


@pytest.mark.parametrize("unit_known", [False, True])
def test_a_new_item_gets_its_second_row_and_its_unit_where_it_is_missing(books: Books, unit_known: bool) -> None:
    if unit_known:
        books.add("INUnit", UnitType="1", ClassID="*", InvtId="*", FromUnit="EA", ToUnit="EA", CnvFact=1, MultDiv="M")
    line = in_line("4", invt_id="DOCK-C")
    made = payables_plan(in_batch(adjustment(1, line)), items=(new_item(), new_item("UNUSED")))
    outcome = post_plan(books.company, request_of(made))
    assert outcome.created_items == ("DOCK-C",)
    row = books.row("Inventory", InvtID="DOCK-C")
    assert (row["Descr"], row["ClassID"], row["StkItem"], row["ValMthd"]) == ("USB-C dock", "HW", 1, "A")
    assert (row["InvtType"], row["Source"], row["LotSerTrack"], row["TranStatusCode"]) == ("F", "P", "NN", "AC")
    assert row["StkUnit"] == row["DfltPOUnit"] == row["DfltSOUnit"] == "EA"
    assert (row["InvtAcct"], row["COGSAcct"], row["DfltSalesAcct"], row["DfltSite"]) == ("1400", "5200", "4200", "TPA")
    assert books.row("InventoryADG")["InvtID"] == "DOCK-C"
    unit = books.row("INUnit")
    assert (unit["UnitType"], unit["InvtId"], unit["FromUnit"], unit["ToUnit"], unit["CnvFact"]) == (
        ("1", "*", "EA", "EA", 1) if unit_known else ("3", "DOCK-C", "EA", "EA", 1)
    )


def test_journals_and_adjustments_that_could_not_be_told_apart_are_refused(books: Books) -> None:
    twice = gl_batch(journal(expense(1), part="document", ref="X"), journal(expense(2), part="document", ref="x"))
    mixed = journal(expense(1), part="document")
    lines = (mixed.lines[0], *journal(expense(2), part="document").lines[1:])
    same = in_batch(adjustment(1), adjustment(2, ref_nbr="ADJ1"))
    for wrong in (twice, gl_batch(journal(expense(1), part="document", lines=lines)), same):
        with pytest.raises(PostingRefused, match="reference"):
            post_plan(books.company, request_of(payables_plan(wrong)))
    double = payables_plan(ap_batch(voucher(expense(1))), gl_batch(journal(expense(1), part="document")))
    with pytest.raises(PostingRefused, match="not those of its transactions"):
        post_plan(books.company, request_of(double))
    lonely = payables_plan(ap_batch(voucher(expense(1))), transactions=(planned(expense(1)), planned(key(5))))
    with pytest.raises(PostingRefused, match="not those of its transactions"):
        post_plan(books.company, request_of(lonely))
    assert books.nothing_written()
