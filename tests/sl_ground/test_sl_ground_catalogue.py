"""The catalogue: what this database has, filled with blanks where nobody knows it."""

# ruff: noqa: DTZ001 # SL keeps the local time of the PC

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest
from sl_ground_recorder import Recorder
from sqlalchemy import Connection, insert, select, text

from xlpy.demo.company.tables import blank, create_tables, metadata, table
from xlpy.errors import SlError
from xlpy.sl.connection.catalogue import Catalogue
from xlpy.sl.connection.engine import mssql_engine
from xlpy.sl.connection.schema import known_tables
from xlpy.sl.connection.sqlite import sqlite_engine
from xlpy.sl.connection.types import SlAmount, SlDate, SlMinute, SlText


@pytest.mark.parametrize("name", sorted(known_tables()))
def test_a_blank_row_goes_into_every_table(sl_connection: Connection, sl_catalogue: Catalogue, name: str) -> None:
    row = sl_catalogue.blank_row(name)
    if name == "GLSetup":
        row["AllowPostOpt"] = "A"  # one of SL's two check constraints
    sl_connection.execute(insert(sl_catalogue.table(name)), row)
    (read,) = sl_connection.execute(select(sl_catalogue.table(name))).mappings()
    known = {column.name for column in known_tables()[name].columns}
    assert set(read) == known
    assert {read[column] for column in row} <= {"", 0, None, Decimal(0), "A"}
    assert set(sl_catalogue.insertable(name)) == set(row)


def test_check_constraints_of_gl_setup(sl_connection: Connection, sl_catalogue: Catalogue) -> None:
    row = sl_catalogue.blank_row("GLSetup")
    for wrong in ({"AllowPostOpt": "X"}, {"AllowPostOpt": "A", "PriorYearPost": 2}):
        with pytest.raises(Exception, match=r"(?i)check"), sl_connection.begin_nested():
            sl_connection.execute(insert(sl_catalogue.table("GLSetup")), row | wrong)


def test_what_sl_gives_is_not_ours_to_fill(sl_catalogue: Catalogue) -> None:
    assert {"RecordID", "tstamp"} & set(sl_catalogue.insertable("ARTran")) == set()
    assert "tstamp" not in sl_catalogue.blank_row("Batch")
    assert "nID" not in sl_catalogue.insertable("Snote")
    assert len(sl_catalogue.insertable("ARTran")) == 108
    assert len(sl_catalogue.insertable("ARDoc")) == 125


def test_names_are_found_without_regard_to_case(sl_catalogue: Catalogue) -> None:
    assert sl_catalogue.table("artran") is sl_catalogue.table("ARTran")
    assert sl_catalogue.has("AR_BALANCES")
    assert sl_catalogue.width("customer", "CUSTID") == 15
    assert sl_catalogue.width("Customer", "CrLmt") is None
    assert sl_catalogue.width("Customer", "NoSuch") is None
    widths = sl_catalogue.widths()
    assert widths["Batch", "Descr"] == 30
    assert widths["SOAddress", "ShipToId"] == 10
    assert ("Batch", "CrTot") not in widths


def test_columns_have_our_types(sl_catalogue: Catalogue) -> None:
    columns = sl_catalogue.table("Batch").c
    assert isinstance(columns.Crtd_DateTime.type, SlMinute)
    assert isinstance(columns.DateEnt.type, SlDate)
    assert isinstance(columns.CrTot.type, SlAmount)
    assert isinstance(columns.BatNbr.type, SlText)
    assert columns.BatNbr.type.length == 10


def test_what_is_missing_is_named(sl_catalogue: Catalogue, sl_connection: Connection) -> None:
    with pytest.raises(SlError, match="no table NoSuchTable"):
        sl_catalogue.table("NoSuchTable")
    with pytest.raises(SlError, match=r"Batch .* lacks the column\(s\) Colour, Size"):
        sl_catalogue.require("Batch", "BatNbr", "Colour", "Size")
    with pytest.raises(SlError, match="no table NoSuchTable"):
        Catalogue.read(sl_connection, ["Batch", "NoSuchTable"])
    assert Catalogue.read(sl_connection, ["batch"]).has("Batch")


def test_a_column_of_a_newer_build_gets_its_blank() -> None:
    engine = sqlite_engine("sqlite://")
    create_tables(engine, ["APSetup"])
    with engine.begin() as connection:
        connection.execute(text('ALTER TABLE "APSetup" ADD COLUMN "VCVoidDocs" SMALLINT NOT NULL DEFAULT 9'))
        connection.execute(text("""ALTER TABLE "APSetup" ADD COLUMN "ZCPrint" CHAR12 NOT NULL DEFAULT 'x'"""))
        catalogue = Catalogue.read(connection, ["APSetup"])
        setup = catalogue.table("APSetup")
        connection.execute(insert(setup), catalogue.blank_row("APSetup"))
        assert tuple(connection.execute(select(setup.c.VCVoidDocs, setup.c.ZCPrint)).one()) == (0, "")
        assert catalogue.width("APSetup", "zcprint") == 12


def test_sql_servers_catalogue_is_read_in_any_spelling_and_type() -> None:
    rows: list[tuple[object, ...]] = [
        ("APTRAN", "TranType", "char", 2, 0, 0),
        ("APTRAN", "RECORDID", "int", None, 1, 0),
        ("APTRAN", "CuryTranAmt", "float", None, 0, 0),
        ("APTRAN", "Crtd_DateTime", "smalldatetime", None, 0, 0),
        ("APTRAN", "tstamp", "timestamp", None, 0, 0),
        ("APTRAN", "NewMoney", "decimal", None, 0, 0),
        ("APTRAN", "NewName", "nvarchar", 40, 0, 0),
        ("APTRAN", "NewSum", "float", None, 0, 1),
        ("APTRAN", "NewGuid", "uniqueidentifier", None, 0, 0),
        ("APTRAN", "NewBits", "varbinary", 16, 0, 0),
    ]
    recorder = Recorder({"COLUMN_NAME AS column_name": rows, "COLLATIONPROPERTY": [(1252,)]})
    with mssql_engine("SERVER=a;DATABASE=b", module=recorder).connect() as connection:
        catalogue = Catalogue.read(connection, ["aptran"])
    ((statement, sent),) = recorder.statements("INFORMATION_SCHEMA.COLUMNS")
    assert sent == [("APTran",)]
    assert "dbo" in statement
    assert catalogue.blank_row("APTran") == {
        "trantype": "",
        "CuryTranAmt": Decimal(0),
        "Crtd_DateTime": None,
        "NewMoney": Decimal(0),
        "NewName": "",
        "NewGuid": "00000000-0000-0000-0000-000000000000",
        "NewBits": b"",
    }
    lines = catalogue.table("APTran")
    compiled = str(insert(lines).values(catalogue.blank_row("APTran")).compile(mssql_engine("a=b", module=recorder)))
    assert "[TranType]" in compiled  # spelled as in this database
    assert lines.c.trantype.type.length == 2  # asked for in SL's own spelling
    assert isinstance(lines.c.Crtd_DateTime.type, SlMinute)
    assert catalogue.width("APTran", "NewName") is None  # counted in characters, not in bytes


def test_blanks_of_the_demo_tables() -> None:
    columns = table("Batch").c
    assert blank(columns.Descr) == ""
    assert blank(columns.CrTot) == Decimal(0)
    assert blank(columns.Rlsed) == 0
    assert blank(columns.DateEnt) is None
    assert blank(table("Snote").c.sNoteText) == ""
    assert datetime(1900, 1, 1) == columns.DateEnt.type.process_bind_param(
        None, mssql_engine("a=b", module=Recorder()).dialect
    )
    with pytest.raises(SlError, match="NoSuch"):
        table("NoSuch")


def test_every_table_of_the_dictionary_is_there_with_its_key() -> None:
    tables = metadata().tables
    assert len(tables) == len(known_tables()) == 104
    assert [column.name for column in tables["ARTran"].primary_key] == [
        "CustId",
        "TranType",
        "RefNbr",
        "LineNbr",
        "RecordID",
    ]
    assert sum(len(known.columns) for known in tables.values()) == 6110
