"""Values that SL itself never writes are named with their table, and who only reads waits for nobody."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Engine

from xlpy.demo import firm
from xlpy.demo.company.seed.company import make_company
from xlpy.errors import SlError
from xlpy.profile.settings import SlSettings
from xlpy.sl.connection.engine import SlCompany, open_company
from xlpy.sl.connection.sqlite import sqlite_engine
from xlpy.sl.connection.table_reader import TableReader, readable
from xlpy.sl.connection.types import SlAmount
from xlpy.sl.ledger_book.ledger import create_ledger
from xlpy.sl.ledger_book.tables import check_ledger


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "SL.sqlite"


@pytest.fixture
def company(file: Path) -> Iterator[SlCompany]:
    engine = make_company(f"sqlite:///{file.as_posix()}", mistakes=False)
    create_ledger(engine)
    engine.dispose()
    opened = open_company(SlSettings(url=f"sqlite:///{file.as_posix()}", company=firm.COMPANY_ID, user=firm.SL_USER))
    yield opened
    opened.engine.dispose()


def put(engine: Engine, statement: str) -> None:
    """Write as somebody does who knows none of SL's rules."""
    with closing(engine.raw_connection()) as connection:
        driver = connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.execute("PRAGMA ignore_check_constraints = ON")
        for (trigger,) in driver.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            driver.execute(f'DROP TRIGGER "{trigger}"')
        driver.execute(statement)


def read(company: SlCompany, table: str, *columns: str) -> list[object]:
    with company.engine.connect() as connection:
        return list(TableReader(connection, company).rows(table, columns))


@pytest.mark.parametrize(
    ("value", "told"),
    [("'abc'", "'abc' where a number"), ("x'ff00'", "where a number"), ("9e999", "'inf'"), ("1e308", "'1e+308'")],
)
def test_what_is_no_number_is_named_with_its_table(company: SlCompany, value: str, told: str) -> None:
    put(company.engine, f"UPDATE SalesTax SET TaxRate = {value}")
    with pytest.raises(SlError, match="Table SalesTax: SL has") as refused:
        read(company, "SalesTax", "TaxId", "TaxRate")
    assert told in refused.value.text
    assert "run this again" in refused.value.fix


@pytest.mark.parametrize("value", ["'abc'", "-1", "'2026-13-45 00:00:00'"])
def test_what_is_no_date_is_named_with_its_table(company: SlCompany, value: str) -> None:
    put(company.engine, f"UPDATE SalesTax SET NewRateDate = {value}")
    with pytest.raises(SlError, match=r"Table SalesTax: SL has .* where a date should be"):
        read(company, "SalesTax", "TaxId", "NewRateDate")


@pytest.mark.parametrize("value", ["'abc'", "-1", "10", "1.5", "x'00'"])
def test_decimals_that_no_amount_has_are_named_with_their_row(company: SlCompany, value: str) -> None:
    put(company.engine, f"UPDATE Currncy SET DecPl = {value} WHERE CuryId = 'EUR'")
    with pytest.raises(SlError, match=r"Table Currncy of SL has .* in DecPl, in the row of 'EUR'"):
        read(company, "Currncy", "CuryId", "DecPl")


def test_a_value_that_is_missing_is_named_with_its_row(company: SlCompany) -> None:
    table = company.catalogue.table("Terms")
    columns = (table.c.TermsId, table.c.DueIntrv, table.c.Descr)
    with pytest.raises(SlError, match=r"Table Terms of SL has no value \(NULL\) in DueIntrv, in the row of '30'"):
        readable("Terms", {"termsid": "30", "dueintrv": None, "descr": "Net 30"}, columns)
    with pytest.raises(SlError, match=r"no value \(NULL\) in TermsId, in the row of 'Net 30'"):
        readable("Terms", {"termsid": None, "dueintrv": 30, "descr": "Net 30"}, columns)


def test_an_empty_date_is_no_missing_value(company: SlCompany) -> None:
    rows = read(company, "SalesTax", "TaxId", "NewRateDate", "TaxRate")
    assert {"taxid": "FLSTATE", "newratedate": None, "taxrate": Decimal(6)} in rows


def test_the_largest_amounts_are_read() -> None:
    assert SlAmount().process_result_value(9e17, None) == Decimal("9E+17")  # type: ignore[arg-type]
    with pytest.raises(SlError):
        SlAmount().process_result_value(1e18, None)  # type: ignore[arg-type]


def test_who_only_looks_at_the_ledger_does_not_wait_for_a_writer(company: SlCompany, file: Path) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        patient = sqlite_engine(f"sqlite:///{file.as_posix()}", lock_seconds=60)
        before = time.monotonic()
        with patient.connect() as connection:
            check_ledger(connection)
        patient.dispose()
        assert time.monotonic() - before < 30
        writer.execute("ROLLBACK")
