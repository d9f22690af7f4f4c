"""One set of tests on two databases: SQLite always, SQL Server when XLPY_TEST_ODBC names one."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from xlpy.demo.company.tables import create_tables
from xlpy.profile.odbc import odbc_parts
from xlpy.sl.connection.catalogue import Catalogue
from xlpy.sl.connection.engine import mssql_engine
from xlpy.sl.connection.sqlite import sqlite_engine

SERVER = "XLPY_TEST_ODBC"


@pytest.fixture(scope="module", params=["sqlite", "mssql"])
def sl_engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """All tables of an SL company, empty."""
    if request.param == "sqlite":
        yield from _on_sqlite(tmp_path_factory.mktemp("company") / "company.db")
        return
    if not os.environ.get(SERVER):
        pytest.skip(f"{SERVER} names no SQL Server")
    yield from _on_sql_server(os.environ[SERVER])


def _on_sqlite(file: Path) -> Iterator[Engine]:
    engine = sqlite_engine(f"sqlite:///{file}")
    create_tables(engine)
    yield engine
    engine.dispose()


def _on_sql_server(odbc: str) -> Iterator[Engine]:
    name = f"xlpy_ground_{uuid.uuid4().hex[:12]}"
    plain = {key: value for key, value in odbc_parts(odbc).items() if key != "database"}
    address = ";".join(f"{key}={{{value}}}" if key == "driver" else f"{key}={value}" for key, value in plain.items())
    server = mssql_engine(f"{address};database=master")
    with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"CREATE DATABASE {name} COLLATE SQL_Latin1_General_CP1_CI_AS"))
    engine = mssql_engine(f"{address};database={name}")
    try:
        create_tables(engine)
        yield engine
    finally:
        engine.dispose()
        with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            with suppress(DBAPIError):  # not every T-SQL server has it; the connections are closed anyway
                connection.execute(text(f"ALTER DATABASE {name} SET SINGLE_USER WITH ROLLBACK IMMEDIATE"))
            connection.execute(text(f"DROP DATABASE {name}"))


@pytest.fixture
def sl_connection(sl_engine: Engine) -> Iterator[Connection]:
    """A transaction that is rolled back."""
    with sl_engine.connect() as connection, connection.begin() as transaction:
        yield connection
        transaction.rollback()


@pytest.fixture(scope="module")
def sl_catalogue(sl_engine: Engine) -> Catalogue:
    with sl_engine.connect() as connection:
        return Catalogue.read(connection)
