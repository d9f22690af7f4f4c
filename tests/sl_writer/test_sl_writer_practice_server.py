"""Practice release on a SQL Server, with stand-ins of SL's procedures; runs where XLPY_TEST_ODBC names a server."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

import pytest
from sl_writer_books import TABLES, Books, batch, document, furnish, line, plan, request_of
from sl_writer_procedures import EXTRA, create_procedures

from xlpy.demo.company.tables import create_tables
from xlpy.domain.documents.plan import Plan
from xlpy.errors import PracticeImpossible
from xlpy.profile.odbc import odbc_parts
from xlpy.sl.connection.catalogue import Catalogue
from xlpy.sl.connection.engine import mssql_engine
from xlpy.sl.writing.practice import Practised, practise

SERVER = "XLPY_TEST_ODBC"


@pytest.fixture(scope="module")
def server() -> Iterator[Books]:
    """A small company in a database of its own, with the stand-ins."""
    if not os.environ.get(SERVER):
        pytest.skip(f"{SERVER} names no SQL Server")
    name = f"xlpy_practice_{uuid.uuid4().hex[:12]}"
    parts = {key: value for key, value in odbc_parts(os.environ[SERVER]).items() if key != "database"}
    address = ";".join(f"{key}={{{value}}}" if key == "driver" else f"{key}={value}" for key, value in parts.items())
    pyodbc = pytest.importorskip("pyodbc")
    master = pyodbc.connect(f"{address};database=master", autocommit=True)
    master.execute(f"CREATE DATABASE {name}")
    engine = mssql_engine(f"{address};database={name}")
    try:
        company = furnish(engine)
        create_tables(engine, EXTRA)
        create_procedures(engine)
        with engine.connect() as connection:
            catalogue = Catalogue.read(connection, [*TABLES, *EXTRA], code_page="cp1252")
        yield Books(replace(company, catalogue=catalogue))
    finally:
        engine.dispose()
        with suppress(pyodbc.Error):  # not every T-SQL server has it
            master.execute(f"ALTER DATABASE {name} SET SINGLE_USER WITH ROLLBACK IMMEDIATE")
        with suppress(pyodbc.Error):  # a session that is closed may take a moment to be gone
            master.execute(f"DROP DATABASE {name}")
        master.close()


@pytest.fixture
def unchanged(server: Books) -> Iterator[Books]:
    """The company, in which nothing may be left: not a row, not a number, not a message."""
    before = fingerprint(server)
    yield server
    assert fingerprint(server) == before


def fingerprint(books: Books) -> list[object]:
    """Rows of every table, and the numbers used; one connection for all."""
    counters = [f"SELECT LastBatNbr FROM {name}" for name in ("ARSetup", "APSetup", "GLSetup", "INSetup")]
    counts = [f"SELECT count(*) FROM {name}" for name in (*TABLES, *EXTRA, "xlpy_Posting", "xlpy_PostingDoc")]
    with books.engine.connect() as connection:
        return [connection.exec_driver_sql(sql).scalar_one() for sql in (*counters, *counts)]


def of_accounts(*accounts: str) -> Plan:
    """A plan with one AR batch per account."""
    return plan(
        *(
            batch(document(700 + number, line("100.00", acct=acct)), number=number, descr=f"Manage OCT-{number}")
            for number, acct in enumerate(accounts, start=1)
        )
    )


def practised(books: Books, made: Plan) -> Practised:
    return practise(books.company, request_of(made))


def test_sl_would_release_it_with_these_gl_transactions(unchanged: Books) -> None:
    (found,) = practised(unchanged, of_accounts("4000")).batches
    assert found.verdict is not None
    assert found.verdict.released
    made = {(one.acct.strip(), one.debit, one.credit) for one in found.verdict.lines}
    assert made == {("4000", 0, 100), ("1100", 100, 0)}


def test_a_rejected_batch_has_its_message_and_the_next_is_tried_all_the_same(unchanged: Books) -> None:
    first, second = practised(unchanged, of_accounts("12348", "4000")).batches
    assert first.verdict is not None
    assert second.verdict is not None
    assert (first.verdict.messages, first.verdict.status, first.verdict.released) == ((12348,), "S", False)
    assert second.verdict.released


def test_after_8888_the_rest_is_written_again_without_that_batch(unchanged: Books) -> None:
    found = practised(unchanged, of_accounts("4000", "8888", "4100", "8888", "4200")).batches
    verdicts = [batch.verdict for batch in found if batch.verdict]
    assert [verdict.released for verdict in verdicts] == [True, False, True, False, True]
    assert [verdict.messages for verdict in verdicts] == [(), (8888,), (), (8888,), ()]
    assert [verdict.rolled_back for verdict in verdicts] == [False, True, False, True, False]


def test_a_procedure_that_commits_too_often_saves_nothing(unchanged: Books) -> None:
    first, second = practised(unchanged, of_accounts("3902", "4000")).batches
    assert first.verdict is not None
    assert second.verdict is not None
    assert not first.verdict.released
    assert second.verdict.released


def test_a_few_batches_at_a_time(unchanged: Books) -> None:
    told: list[tuple[int, int]] = []
    request = request_of(of_accounts(*["4000"] * 5))
    found = practise(unchanged.company, request, at_once=2, told=lambda done, of: told.append((done, of)))
    assert told == [(2, 5), (4, 5), (5, 5)]
    assert all(one.verdict and one.verdict.released for one in found.batches)


def test_a_missing_procedure_is_named_before_anything_is_written(server: Books) -> None:
    server.run("DROP PROCEDURE pp_03400")
    try:
        with pytest.raises(PracticeImpossible, match="EXECUTE on pp_03400"):
            practised(server, of_accounts("4000"))
    finally:
        server.run("CREATE PROCEDURE pp_03400 @address varchar(21), @user varchar(10) AS RETURN 0")
