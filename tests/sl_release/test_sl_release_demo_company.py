"""The demo company as its user finds it, and what she mends in SL's screens."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from sl_release_company import rows_of
from sqlalchemy import Engine

from xlpy.demo import firm
from xlpy.demo.company import repairs
from xlpy.demo.company.release import release_and_post, release_everything
from xlpy.demo.company.seed import make_company, subaccounts
from xlpy.errors import SlError
from xlpy.sl.sqlite import sqlite_engine


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo") / "company.sqlite"
    make_company(f"sqlite:///{path.as_posix()}").dispose()
    return path


@pytest.fixture
def demo(made: Path) -> Iterator[Engine]:
    engine = sqlite_engine("sqlite://")
    with closing(sqlite3.connect(made)) as source, closing(engine.raw_connection()) as copy:
        source.backup(copy.driver_connection)
    yield engine
    engine.dispose()


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
