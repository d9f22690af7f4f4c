"""The demo company as its user finds it, and what she mends in SL's screens."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from sl_release_company import rows_of
from sqlalchemy import Engine

from xlpy.demo import firm
from xlpy.demo.company import repairs
from xlpy.demo.company.entry.vouchers import EnteredVoucher, enter_vouchers
from xlpy.demo.company.release.books import Books
from xlpy.demo.company.release.run import release_and_post, release_everything
from xlpy.demo.company.seed.company import PURCHASE_TAX, make_company, subaccounts
from xlpy.errors import SlError
from xlpy.sl.connection.sqlite import sqlite_engine


def test_the_set_up_is_the_one_of_the_firm(demo: Engine) -> None:
    (gl,) = rows_of(demo, "GLSetup")
    (ar,) = rows_of(demo, "ARSetup")
    assert (gl["PerNbr"], gl["FiscalPerEnd01"], gl["NbrPer"], gl["BegFiscalYr"]) == (firm.PERIOD, "0229", 12, 1)
    assert (ar["AutoRef"], ar["Init"], ar["DfltClass"], ar["CurrPerNbr"]) == (0, 1, "STD", firm.PERIOD)
    assert len(ar["LastBatNbr"]) == 6
    assert {row["CuryId"]: row["DecPl"] for row in rows_of(demo, "Currncy")} == {"USD": 2, "EUR": 2, "GBP": 2, "JPY": 0}
    assert {row["CustId"] for row in rows_of(demo, "Customer")} == {c.account for c in firm.CUSTOMERS if c.in_sl}
    (flex,) = rows_of(demo, "FlexDef")
    assert (flex["NumberSegments"], flex["SegLength00"], flex["SegLength01"]) == (2, *firm.SUB_SEGMENTS)
    assert "00000" in subaccounts()
    assert {row["Sub"] for row in rows_of(demo, "vs_subxref")} == set(subaccounts())


def test_foreign_customers_have_their_own_receivables(demo: Engine) -> None:
    accounts = {row["CustId"]: (row["CuryId"], row["ArAcct"], row["ArSub"]) for row in rows_of(demo, "Customer")}
    assert accounts["FISCHE"] == ("EUR", "1110", "00000")
    assert accounts["ACME01"] == ("USD", "1100", "00000")


def test_the_history_balances_and_is_open_where_it_was_not_paid(demo: Engine) -> None:
    documents = {row["RefNbr"]: row for row in rows_of(demo, "ARDoc")}
    assert {f"09{number:03}" for number in range(1, 11)} < set(documents)
    assert {row["DocClass"] for row in documents.values()} == {"N", "P"}
    assert documents["09001"]["OpenDoc"] == 0
    lines = rows_of(demo, "GLTran")
    assert {row["Posted"] for row in lines} == {"P"}
    assert sum(row["DrAmt"] for row in lines) == sum(row["CrAmt"] for row in lines)
    owed = sum(row["CurrBal"] for row in rows_of(demo, "AR_Balances"))
    receivables = [row for row in rows_of(demo, "AcctHist") if row["Acct"] in ("1100", "1110")]
    assert owed == sum(row["YtdBal09"] for row in receivables) > 0
    assert {row["Status"] for row in rows_of(demo, "Batch")} == {"P"}
    assert all(row["User1"] == "" for row in documents.values())


def test_rights_come_through_the_group(demo: Engine) -> None:
    (membership,) = rows_of(demo, "vs_usergrp")
    assert membership["UserId"] == firm.SL_USER
    rights = rows_of(demo, "vs_accessdetrights", RecType="G", UserId=membership["GroupId"])
    screens = {row["ScreenNumber"] for row in rights if row["InsertRights"] and row["ViewRights"]}
    assert {"0801000", "0826000", "0101000", "4040000"} <= screens
    assert len(screens) == 17


def test_the_planted_mistakes_can_be_mended(demo: Engine) -> None:
    (account,) = rows_of(demo, "Account", Acct=firm.INACTIVE_ACCOUNT)
    assert account["Active"] == 0
    assert rows_of(demo, "SalesTax", TaxId=firm.TAX_MISSING_IN_SL) == []

    repairs.activate_account(demo, firm.INACTIVE_ACCOUNT)
    repairs.add_tax(demo, firm.TAX_MISSING_IN_SL)

    for name in ("Account", "vs_AcctXref", "vw_acctxref"):
        assert [row["Active"] for row in rows_of(demo, name, Acct=firm.INACTIVE_ACCOUNT)] == [1]
    port = next(code for code in firm.TAX_CODES if code.code == "FL-PORT")
    assert {row["TaxId"] for row in rows_of(demo, "SlsTaxGrp", GroupID="FL-PORT")} == set(port.agencies)
    (group,) = rows_of(demo, "SalesTax", TaxType="G", TaxId="FL-PORT")
    assert group["TaxRate"] == sum(tax.rate for tax in firm.TAXES if tax.tax_id in port.agencies)
    with pytest.raises(SlError, match="NOWHERE"):
        repairs.add_tax(demo, "NOWHERE")
    with pytest.raises(SlError, match="9999"):
        repairs.activate_account(demo, "9999")


def test_a_company_without_mistakes(made: Path) -> None:
    engine = make_company("sqlite://", mistakes=False)
    assert {row["Active"] for row in rows_of(engine, "Account")} == {1}
    assert len(rows_of(engine, "SlsTaxGrp", GroupID="FL-PORT")) == 6
    engine.dispose()


def test_a_hand_entered_invoice_goes_the_whole_way(demo: Engine) -> None:
    bat_nbr = repairs.enter_invoice(demo, "FISCHE", "77001", Decimal("250.00"))
    (doc,) = rows_of(demo, "ARDoc", RefNbr="77001")
    assert (doc["Rlsed"], doc["CuryId"], doc["CuryOrigDocAmt"], doc["OrigDocAmt"]) == (
        0,
        "EUR",
        Decimal(250),
        Decimal("272.93"),
    )
    assert rows_of(demo, "RefNbr", RefNbr="77001") != []
    outcomes = release_everything(demo, firm.COMPANY_ID)
    assert [(outcome.bat_nbr, outcome.status, outcome.messages) for outcome in outcomes] == [(bat_nbr, "P", ())]


def test_deleting_a_document_frees_its_number_and_lowers_the_batch(demo: Engine) -> None:
    bat_nbr = repairs.enter_invoice(demo, "ACME01", "77002", Decimal(10))
    repairs.delete_document(demo, "77002")
    assert rows_of(demo, "ARDoc", RefNbr="77002") == rows_of(demo, "ARTran", RefNbr="77002") == []
    assert rows_of(demo, "RefNbr", RefNbr="77002") == []
    (batch,) = rows_of(demo, "Batch", Module="AR", BatNbr=bat_nbr)
    assert (batch["CuryCrTot"], batch["CtrlTot"], batch["Status"]) == (0, 0, "B")
    with pytest.raises(SlError, match="09001"):
        repairs.delete_document(demo, "09001")


def test_a_period_is_closed_when_nothing_waits(demo: Engine) -> None:
    bat_nbr = repairs.enter_invoice(demo, "ACME01", "77003", Decimal(10))
    with pytest.raises(SlError, match=bat_nbr):
        repairs.close_period(demo, "AR")
    release_and_post(demo, "AR", bat_nbr)
    repairs.close_period(demo, "AR")
    repairs.close_period(demo, "GL")
    (ar,) = rows_of(demo, "ARSetup")
    (gl,) = rows_of(demo, "GLSetup")
    assert ar["PerNbr"] == ar["CurrPerNbr"] == gl["PerNbr"] == firm.NEXT_PERIOD
    assert gl["LastClosePerNbr"] == firm.PERIOD


def test_automatic_numbers_are_switched(demo: Engine) -> None:
    repairs.set_auto_ref(demo, "AR", on=True)
    assert [row["AutoRef"] for row in rows_of(demo, "ARSetup")] == [1]


def test_a_restored_company_has_forgotten_what_came_later(tmp_path: Path, made: Path) -> None:
    company = tmp_path / "company.sqlite"
    company.write_bytes(made.read_bytes())
    engine = sqlite_engine(f"sqlite:///{company.as_posix()}")
    repairs.backup(engine, tmp_path / "night.sqlite")
    repairs.enter_invoice(engine, "ACME01", "77004", Decimal(10), entered=date(2026, 10, 5))
    repairs.restore(engine, tmp_path / "night.sqlite")
    assert rows_of(engine, "ARDoc", RefNbr="77004") == []
    with pytest.raises(SlError, match="no backup"):
        repairs.restore(engine, tmp_path / "other.sqlite")
    engine.dispose()


def test_vendors_are_those_that_sl_has(demo: Engine) -> None:
    vendors = {row["VendId"]: row for row in rows_of(demo, "Vendor")}
    expected = {v.vendor_id for v in firm.VENDORS if v.in_sl} | {m.vendor_id for m in firm.MEMBERS if m.in_sl}
    assert set(vendors) == expected
    assert (vendors["DATAEU"]["CuryId"], vendors["DATAEU"]["CuryRateType"]) == ("EUR", firm.RATE_TYPE)
    assert (vendors["E-JDOE"]["Name"], vendors["E-JDOE"]["APAcct"]) == ("Doe~Jane", "2010")
    assert vendors["BLUEL1"]["APAcct"] == "2000"
    (vendor_class,) = rows_of(demo, "VendClass")
    (ap,) = rows_of(demo, "APSetup")
    assert vendor_class["ClassID"] == ap["ClassID"] == firm.DEFAULT_VENDOR_CLASS
    assert (ap["AutoRef"], ap["DupInvcChk"], len(ap["LastRefNbr"]), len(ap["LastBatNbr"])) == (1, 1, 6, 6)


def test_what_is_owed_agrees_with_the_general_ledger(demo: Engine) -> None:
    owed = sum(row["CurrBal"] for row in rows_of(demo, "AP_Balances"))
    payables = [row for row in rows_of(demo, "AcctHist") if row["Acct"] in ("2000", "2010")]
    assert owed == sum(row["YtdBal09"] for row in payables) > 0
    assert {row["InvcNbr"] for row in rows_of(demo, "APDoc")} >= {"BL-77120", "50318", "RE-2026-0914"}
    assert {row["RefNbr"] for row in rows_of(demo, "APRefNbr")} == {row["RefNbr"] for row in rows_of(demo, "APDoc")}


def test_items_are_in_stock_in_the_main_bins(demo: Engine) -> None:
    items = {item.xref for item in firm.ITEMS if item.in_sl and item.product_class == "Inventory"}
    assert {row["InvtID"] for row in rows_of(demo, "Inventory")} == items
    assert {row["InvtID"] for row in rows_of(demo, "InventoryADG")} == items
    for item in items:
        assert repairs.stock_of(demo, item, "TPA", "MAIN") == repairs.stock_of(demo, item, "ORL", "MAINO") == 40
        assert repairs.stock_of(demo, item, "TPA", "SHELFB") == 0
        assert [row["QtyOnHand"] for row in rows_of(demo, "ItemSite", InvtID=item, SiteID="TPA")] == [40]
    bins = {(row["SiteID"], row["WhseLoc"]) for row in rows_of(demo, "LocTable")}
    assert bins == {(firm.WAREHOUSES[warehouse][1], whse_loc) for _name, warehouse, whse_loc in firm.BINS.values()}
    (setup,) = rows_of(demo, "INSetup")
    assert (setup["Init"], setup["UpdateGL"], setup["NegQty"]) == (1, 1, 0)
    (box,) = rows_of(demo, "INUnit", FromUnit="BOX")
    assert (box["UnitType"], box["ClassID"], box["CnvFact"]) == ("2", firm.DEFAULT_ITEM_CLASS, firm.BOX_OF)


def test_purchases_have_a_tax_account_of_their_own(demo: Engine) -> None:
    taxes = rows_of(demo, "SalesTax", TaxType="T")
    assert {(row["PurTaxAcct"], row["PurTaxSub"]) for row in taxes} == {(PURCHASE_TAX, "00000")}
    assert PURCHASE_TAX not in {row["SlsTaxAcct"] for row in taxes}


def test_vendors_items_and_bins_are_added_once(demo: Engine) -> None:
    repairs.add_vendor(demo, "EAGLEP")
    repairs.add_vendor(demo, "E-TKLEIN")
    repairs.add_item(demo, "DOCK-C")
    repairs.add_bin(demo, "TPA", "RACK9")
    assert [row["Status"] for row in rows_of(demo, "Vendor", VendId="EAGLEP")] == ["A"]
    assert [row["Name"] for row in rows_of(demo, "Vendor", VendId="E-TKLEIN")] == ["Klein~Tom"]
    assert len(rows_of(demo, "InventoryADG", InvtID="DOCK-C")) == len(rows_of(demo, "Inventory", InvtID="DOCK-C")) == 1
    assert [row["ReceiptsValid"] for row in rows_of(demo, "LocTable", WhseLoc="RACK9")] == ["Y"]
    with pytest.raises(SlError, match="already"):
        repairs.add_vendor(demo, "EAGLEP")
    with pytest.raises(SlError, match="NOBODY"):
        repairs.add_vendor(demo, "NOBODY")
    with pytest.raises(SlError, match="NOTHING"):
        repairs.add_item(demo, "NOTHING")
    with pytest.raises(SlError, match="NOWHERE"):
        repairs.add_bin(demo, "NOWHERE", "X")


def test_a_vendor_is_put_out_of_use_and_back(demo: Engine) -> None:
    repairs.activate_vendor(demo, "CABLEW", active=False)
    assert [row["Status"] for row in rows_of(demo, "Vendor", VendId="CABLEW")] == ["I"]
    repairs.activate_vendor(demo, "CABLEW")
    assert [row["Status"] for row in rows_of(demo, "Vendor", VendId="CABLEW")] == ["A"]


def test_a_hand_entered_voucher_goes_the_whole_way(demo: Engine) -> None:
    bat_nbr = repairs.enter_voucher(demo, "DATAEU", "RE-2026-1001", Decimal("100.00"))
    (doc,) = rows_of(demo, "APDoc", InvcNbr="RE-2026-1001")
    assert (doc["BatNbr"], doc["Rlsed"], doc["CuryId"], doc["OrigDocAmt"]) == (bat_nbr, 0, "EUR", Decimal("109.17"))
    outcomes = release_everything(demo, firm.COMPANY_ID)
    assert [(one.module, one.bat_nbr, one.status, one.messages) for one in outcomes] == [("AP", bat_nbr, "P", ())]


def test_a_voided_voucher_keeps_its_row_and_its_number(demo: Engine) -> None:
    bat_nbr = repairs.enter_voucher(demo, "CABLEW", "60000", Decimal(10))
    (doc,) = rows_of(demo, "APDoc", InvcNbr="60000")
    repairs.void_document(demo, doc["RefNbr"])
    (after,) = rows_of(demo, "APDoc", InvcNbr="60000")
    assert (after["Status"], after["OpenDoc"], after["DocBal"]) == ("V", 1, Decimal(10))
    assert rows_of(demo, "APTran", RefNbr=doc["RefNbr"]) == []
    assert rows_of(demo, "APRefNbr", RefNbr=doc["RefNbr"]) != []
    (batch,) = rows_of(demo, "Batch", Module="AP", BatNbr=bat_nbr)
    assert (batch["Status"], batch["EditScrnNbr"]) == ("V", "")
    with pytest.raises(SlError, match=doc["RefNbr"]):
        repairs.void_document(demo, doc["RefNbr"])


def test_one_of_several_vouchers_is_taken_out_of_the_batch(demo: Engine) -> None:
    with demo.begin() as connection:
        books = Books(connection)
        typed = [EnteredVoucher("CABLEW", number, Decimal(amount)) for number, amount in (("A", 10), ("B", 25))]
        bat_nbr = enter_vouchers(books, typed, entered=firm.FIRST_DATE)
        books.save()
    (doc,) = rows_of(demo, "APDoc", InvcNbr="A")
    repairs.void_document(demo, doc["RefNbr"])
    (batch,) = rows_of(demo, "Batch", Module="AP", BatNbr=bat_nbr)
    assert (batch["CuryCrTot"], batch["Status"]) == (Decimal(25), "B")
    assert release_and_post(demo, "AP", bat_nbr).status == "P"
